//! The eight test integrals of Cubature.

use super::{Named, cube};
use libm::{erf, tgamma};
use std::f64::consts::PI;

/// Radius of the ball of the discontinuous one.
const RADIUS: f64 = 0.501_241_452_623_445_34;
/// Width of its Gaussians.
const WIDTH: f64 = 0.1;

/// All of them in `dim` variables.
pub(super) fn suite(dim: usize) -> Vec<Named> {
    let n = dim as f64;
    let power = |x: f64| x.powi(dim as i32);
    let gaussian = move |x: &[f64], centre: f64| {
        let square: f64 = x.iter().map(|x| (x - centre).powi(2)).sum();
        (-square / (WIDTH * WIDTH)).exp() * (1.0 / (WIDTH * PI.sqrt())).powi(x.len() as i32)
    };
    let half = |w: f64| 0.5 * (erf(w / WIDTH) + erf((1.0 - w) / WIDTH));
    let ball = PI.powf(0.5 * n) / tgamma(0.5 * n + 1.0) * power(0.5 * RADIUS);
    let to_space = |x: &[f64]| {
        x.iter().map(|x| if *x > 0.0 { (-((1.0 - x) / x).powi(2)).exp() / (x * x) * 2.0 / PI.sqrt() } else { 0.0 }).product()
    };
    let tsuda = (1.0 + 10f64.sqrt()) / 9.0;
    vec![
        cube("cubature cosine", dim, power(1f64.sin()), |x| x.iter().map(|x| x.cos()).product()),
        cube("cubature half space", dim, 1.0, to_space),
        cube("cubature ball", dim, ball, |x| f64::from(x.iter().map(|x| x * x).sum::<f64>() < RADIUS * RADIUS)),
        cube("cubature linear", dim, 1.0, |x| x.iter().map(|x| 2.0 * x).product()),
        cube("cubature gaussian", dim, power(half(0.5)), move |x| gaussian(x, 0.5)),
        cube("cubature gaussians", dim, 0.5 * (power(half(1.0 / 3.0)) + power(half(2.0 / 3.0))), move |x| {
            0.5 * (gaussian(x, 1.0 / 3.0) + gaussian(x, 2.0 / 3.0))
        }),
        cube("cubature tsuda", dim, 1.0, move |x| {
            x.iter().map(|x| tsuda / (tsuda + 1.0) * ((tsuda + 1.0) / (tsuda + x)).powi(2)).product()
        }),
        cube("cubature roots", dim, 1.0, move |x| (1.0 + 1.0 / n).powf(n) * x.iter().map(|x| x.powf(1.0 / n)).product::<f64>()),
    ]
}

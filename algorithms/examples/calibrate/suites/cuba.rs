//! The eleven integrals of Cuba's demonstration, in three variables.

use super::{Named, cube};
use libm::erf;
use std::f64::consts::PI;

/// All of them.
pub(super) fn suite() -> Vec<Named> {
    let square = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
    let (radius, cube_of_erf) = (0.125f64.sqrt(), (0.5 * PI.sqrt() * erf(1.0)).powi(3));
    let kink = 1.0 - 0.125 + PI * (0.125 * radius.powi(3) / 3.0 - radius.powi(5) / 5.0);
    let exponential = (1.0 - 1f64.cos()) * 1f64.sin() * 1f64.exp_m1();
    let one = |name: &str, exact: f64, f: fn(&[f64]) -> f64| cube(name, 3, exact, f);
    vec![
        one("cuba 1", exponential, |x| x[0].sin() * x[1].cos() * x[2].exp()),
        one("cuba 2", 5.268_520_088_375_838, |x| 1.0 / ((x[0] + x[1]).powi(2) + 0.003) * x[1].cos() * x[2].exp()),
        one("cuba 3", 0.307_807_409_621_336_82, |x| 1.0 / (3.75 - (PI * x[0]).cos() - (PI * x[1]).cos() - (PI * x[2]).cos())),
        cube("cuba 4", 3, kink, move |x| (square(x) - 0.125).abs()),
        cube("cuba 5", 3, cube_of_erf, move |x| (-square(x)).exp()),
        one("cuba 6", 1.202_056_902_995_100_9, |x| 1.0 / (1.0 - x[0] * x[1] * x[2] + 1e-10)),
        one("cuba 7", 0.709_615_885_636_934_12, |x| (x[0] - x[1] - x[2]).abs().sqrt()),
        one("cuba 8", 0.891_212_798_111_302_38, |x| (-x[0] * x[1] * x[2]).exp()),
        one("cuba 9", 0.080_185_565_052_410_11, |x| x[0] * x[0] / ((x[0] + x[1] + x[2] + 1.0).cos() + 5.0)),
        one("cuba 10", 2.396_243_764_258_940, |x| {
            let product = x[0] * x[1] * x[2];
            if x[0] > 0.5 { 1.0 / (product + 1e-5).sqrt() } else { product.sqrt() }
        }),
        cube("cuba 11", 3, PI / 6.0, move |x| f64::from(square(x) < 1.0)),
    ]
}

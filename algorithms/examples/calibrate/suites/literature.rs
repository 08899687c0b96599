//! Integrals by which quasi-Monte Carlo, vegas and samplers of evidences are compared.

use super::{Named, cube, over};
use crate::kinds::space;
use libm::erf;
use std::f64::consts::{PI, TAU};

/// All of them.
pub(super) fn suite() -> Vec<Named> {
    let mut all = Vec::new();
    // B. D. Keister, Comput. Phys. 10 (1996) 119, without the factors.
    let keister = [
        (2, 1.808_186_429_263_619_9),
        (3, 2.168_309_102_165_480_7),
        (4, 2.165_929_302_574_506_3),
        (5, 1.135_323_991_012_492_4),
        (6, -2.327_303_729_297_939_1),
        (8, -30.609_075_003_558_567),
        (9, -71.633_234_280_225_081),
    ];
    for (dim, exact) in keister {
        all.push(over("keister", space(dim), exact, |x| {
            let square: f64 = x.iter().map(|x| x * x).sum();
            square.sqrt().cos() * (-square).exp()
        }));
    }
    for dim in [3, 5, 8, 12] {
        let n = dim as f64;
        // I. M. Sobol', with weights 1 and j; L. B. C. Roos and L. Arnold, 1963.
        all.push(cube("sobol g, a = 1", dim, 1.0, |x| x.iter().map(|x| 0.5 * ((4.0 * x - 2.0).abs() + 1.0)).product()));
        all.push(cube("sobol g, a = j", dim, 1.0, |x| {
            x.iter().zip(1..).map(|(x, j)| ((4.0 * x - 2.0).abs() + f64::from(j)) / (1.0 + f64::from(j))).product()
        }));
        all.push(cube("roos arnold 1", dim, 1.0, move |x| x.iter().map(|x| (4.0 * x - 2.0).abs() / n).sum()));
        all.push(cube("roos arnold 2", dim, 1.0, |x| x.iter().map(|x| (4.0 * x - 2.0).abs()).product()));
        all.push(cube("roos arnold 3", dim, 1.0, |x| x.iter().map(|x| 0.5 * PI * (PI * x).sin()).product()));
    }
    // P. Bratley and B. L. Fox, ACM Trans. Math. Softw. 14 (1988) 88.
    for dim in [4, 10] {
        let exact = -(1.0 - (-0.5f64).powi(dim)) / 3.0;
        all.push(cube("bratley fox", dim as usize, exact, |x| {
            x.iter()
                .scan(1.0, |p, x| {
                    *p *= -x;
                    Some(*p)
                })
                .sum()
        }));
    }
    for dim in [2, 3, 6] {
        let exact = PI.powf(0.5 * dim as f64);
        all.push(over("round gaussian", space(dim), exact, |x| (-x.iter().map(|x| (x - 0.3).powi(2)).sum::<f64>()).exp()));
    }
    all.extend(samplers());
    all
}

/// Of m-Cubes, GSL, vegas and MultiNest.
fn samplers() -> Vec<Named> {
    // The imaginary part of the product of (exp(10 i) − 1)/i.
    let (_, im) = (0..6).fold((1.0, 0.0), |(a, b): (f64, f64), _| {
        let (re, im) = (10f64.sin(), 1.0 - 10f64.cos());
        (a * re - b * im, a * im + b * re)
    });
    let peak = |x: &[f64], centre: f64| (-100.0 * x.iter().map(|x| (x - centre).powi(2)).sum::<f64>()).exp();
    let width = |w: f64| PI.sqrt() / 20.0 * (erf(10.0 * w) + erf(10.0 * (1.0 - w)));
    let wide = PI.sqrt() / 20.0 * (erf(15.0) + erf(5.0)) * width(0.5).powi(3);
    let narrow = (TAU.sqrt() * 0.01).powi(9);
    let ridge = |x: &[f64]| {
        // ∫ exp(−100 Σ (x − t)²) over t from 0 to 1.
        let n = x.len() as f64;
        let (mean, square) = (x.iter().sum::<f64>() / n, x.iter().map(|x| x * x).sum::<f64>());
        let slope = (100.0 * n).sqrt();
        let rest = (-100.0 * (square - n * mean * mean)).exp();
        rest * 0.5 * PI.sqrt() / slope * (erf(slope * (1.0 - mean)) + erf(slope * mean))
    };
    let mut all = vec![
        over("m-cubes fA", vec![(0.0, 10.0); 6], im, |x| x.iter().sum::<f64>().sin()),
        over("m-cubes fB", vec![(-1.0, 1.0); 9], narrow, |x| (-x.iter().map(|x| x * x).sum::<f64>() / 2e-4).exp()),
        over("gsl walk", vec![(0.0, PI); 3], 1.393_203_929_685_676_86 * PI.powi(3), |x| {
            1.0 / (1.0 - x[0].cos() * x[1].cos() * x[2].cos())
        }),
        over("vegas peak", vec![(-1.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)], wide, move |x| peak(x, 0.5)),
        cube("vegas peaks", 4, width(0.25).powi(4) + width(0.75).powi(4), move |x| peak(x, 0.25) + peak(x, 0.75)),
        cube("vegas ridge", 4, 0.000_840_996_725_531_859_17, ridge),
        over("eggbox", vec![(0.0, 8.0 * PI); 2], EGGBOX * (8.0 * PI).powi(2), |x| {
            ((2.0 + (0.5 * x[0]).cos() * (0.5 * x[1]).cos()).powi(5) - 243.0).exp()
        }),
    ];
    // F. Feroz, M. P. Hobson, M. Bridges, Mon. Not. R. Astron. Soc. 398 (2009) 1601.
    for (dim, exact) in [(2, 25.132_741_228_718_346), (5, 854.855_127_226_728_06), (10, 28_526.119_592_980_138)] {
        all.push(over("shells", vec![(-6.0, 6.0); dim], exact, |x| {
            let rest: f64 = x[1..].iter().map(|x| x * x).sum();
            let shell = |centre: f64| {
                let r = ((x[0] - centre).powi(2) + rest).sqrt();
                (-(r - 2.0).powi(2) / 0.02).exp() / (0.1 * TAU.sqrt())
            };
            shell(-3.5) + shell(3.5)
        }));
    }
    all
}

/// Mean of exp((2 + cos x cos y)⁵ − 3⁵) over a period of both.
const EGGBOX: f64 = 7.895_403_101_537_29e-4;

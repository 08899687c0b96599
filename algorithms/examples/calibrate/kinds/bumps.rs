//! Round Gaussians: several of them, one of any size, one far out on an axis.

use super::mixture::{Bump, Mixture, gaussian_integral};
use super::{Member, space};
use crate::draw::Draw;
use libm::erf;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

/// Two to four bumps in all of space, 3 to 15 from the origin and 3 or more apart.
pub(crate) fn in_space(dim: usize, draw: &mut Draw) -> Member {
    let count = 2 + draw.below(3);
    let mut bumps: Vec<Bump> = Vec::with_capacity(count);
    let mut exact = 0.0;
    while bumps.len() < count {
        let distance = draw.between(3.0, 15.0);
        let centre: Vec<f64> = draw.direction(dim).iter().map(|d| distance * d).collect();
        let apart = |bump: &Bump| bump.centre.iter().zip(&centre).map(|(a, b)| (a - b).powi(2)).sum::<f64>() >= 9.0;
        if bumps.iter().all(apart) {
            let (weight, width) = (draw.log_between(1.0, 3.0), draw.between(0.7, 1.5));
            exact += weight * gaussian_integral(dim) * width.powi(dim as i32);
            bumps.push(Bump::round(weight, centre, width));
        }
    }
    Member::new(space(dim), exact, Mixture(bumps))
}

/// Two to four narrow bumps in the unit cube, of weights that differ by a factor of three at most.
pub(crate) fn in_box(dim: usize, draw: &mut Draw) -> Member {
    let count = 2 + draw.below(3);
    let mut exact = 0.0;
    let bumps = (0..count).map(|_| {
        let (weight, width) = (draw.log_between(1.0, 3.0), draw.between(0.02, 0.05));
        let centre: Vec<f64> = (0..dim).map(|_| draw.between(0.1, 0.9)).collect();
        let below = |z: f64| erf(z / width * FRAC_1_SQRT_2);
        exact += weight * centre.iter().map(|c| width * FRAC_PI_2.sqrt() * (below(1.0 - c) + below(*c))).product::<f64>();
        Bump::round(weight, centre, width)
    });
    let bumps = bumps.collect();
    Member::in_unit_cube(exact, Mixture(bumps))
}

/// One bump in all of space, of a width that is not known beforehand, up to eight widths off the origin.
pub(crate) fn round(dim: usize, draw: &mut Draw) -> Member {
    let (width, distance) = (draw.log_between(1e-3, 1e6), draw.between(0.0, 8.0));
    let centre = draw.direction(dim).iter().map(|d| distance * width * d).collect();
    let exact = gaussian_integral(dim) * width.powi(dim as i32);
    Member::new(space(dim), exact, Mixture(vec![Bump::round(1.0, centre, width)]))
}

/// exp(−|x − c|²) in all of space, with c on an axis, 5 to 50 from the origin.
pub(crate) fn on_axis(dim: usize, draw: &mut Draw) -> Member {
    let mut centre = vec![0.0; dim];
    centre[draw.below(dim)] = draw.sign() * draw.between(5.0, 50.0);
    let exact = std::f64::consts::PI.powf(0.5 * dim as f64);
    Member::new(space(dim), exact, Mixture(vec![Bump::round(1.0, centre, FRAC_1_SQRT_2)]))
}

//! Round Gaussians: several of them, one of any size, one far out on an axis.

use super::mixture::{Bump, Mixture, gaussian_integral};
use super::{Member, space};
use crate::draw::Draw;
use libm::erf;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

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
        exact += weight * integral_in_cube(&centre, width);
        Bump::round(weight, centre, width)
    });
    let bumps = bumps.collect();
    Member::in_unit_cube(exact, Mixture(bumps))
}

/// The integral of a round Gaussian over the unit cube.
fn integral_in_cube(centre: &[f64], width: f64) -> f64 {
    let below = |z: f64| erf(z / width * FRAC_1_SQRT_2);
    centre.iter().map(|c| width * FRAC_PI_2.sqrt() * (below(1.0 - c) + below(*c))).product()
}

/// A hill as wide as the unit cube, and a narrow bump on it with a tenth of its integral to all of it: without the hill its tail would be
/// seen from afar.
pub(crate) fn on_hill(dim: usize, draw: &mut Draw) -> Member {
    let mut centre = || (0..dim).map(|_| draw.between(0.1, 0.9)).collect::<Vec<f64>>();
    let [far, near] = [centre(), centre()];
    let (wide, narrow, share) = (draw.between(0.5, 1.0), draw.log_between(0.01, 0.08), draw.log_between(0.1, 1.0));
    let [hill, bump] = [(&far, wide), (&near, narrow)].map(|(centre, width)| integral_in_cube(centre, width));
    Member::in_unit_cube(
        (1.0 + share) * hill,
        Mixture(vec![Bump::round(1.0, far, wide), Bump::round(share * hill / bump, near, narrow)]),
    )
}

/// One bump in all of space, of a width that is not known beforehand, up to eight widths off the origin.
pub(crate) fn round(dim: usize, draw: &mut Draw) -> Member {
    let (bump, exact) = anywhere(dim, draw);
    Member::new(space(dim), exact, Mixture(vec![bump]))
}

fn anywhere(dim: usize, draw: &mut Draw) -> (Bump, f64) {
    let (width, distance) = (draw.log_between(1e-3, 1e6), draw.between(0.0, 8.0));
    let centre = draw.direction(dim).iter().map(|d| distance * width * d).collect();
    (Bump::round(1.0, centre, width), gaussian_integral(dim) * width.powi(dim as i32))
}

/// exp(−|x − c|²) in all of space, with c on an axis, 5 to 50 from the origin.
pub(crate) fn on_axis(dim: usize, draw: &mut Draw) -> Member {
    let mut centre = vec![0.0; dim];
    centre[draw.below(dim)] = draw.sign() * draw.between(5.0, 50.0);
    let exact = PI.powf(0.5 * dim as f64);
    Member::new(space(dim), exact, Mixture(vec![Bump::round(1.0, centre, FRAC_1_SQRT_2)]))
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{Grid, evenly, pieces, tensor};
    use super::*;
    use fubini_algorithms::{Integrand, Simd};

    fn check(f: &dyn Integrand, exact: f64, grids: &[Grid]) {
        let numerical = tensor(f, grids);
        assert!((numerical / exact - 1.0).abs() <= 1e-13, "{numerical} {exact}");
    }

    #[test]
    fn values_agree_with_quadrature() {
        for (dim, nodes, members) in [(2, 200, 8), (3, 130, 2)] {
            for index in 0..members {
                let mut draw = Draw::new(1, dim, 7, index);
                // All bumps in space are within 15 + 9 widths.
                let member = in_space(dim, &mut draw);
                check(&*member.integrand, member.exact, &vec![evenly(-28.0, 28.0, nodes); dim]);
                let member = in_box(dim, &mut draw);
                check(&*member.integrand, member.exact, &vec![pieces(0.0, 1.0, 30, 9); dim]);
                let (bump, exact) = anywhere(dim, &mut draw);
                let around = |(c, row): (&f64, usize)| evenly(c - 9.0 / bump.rows[row][row], c + 9.0 / bump.rows[row][row], 50);
                let grids: Vec<Grid> = bump.centre.iter().zip(0..dim).map(around).collect();
                check(&Simd(Mixture(vec![bump])), exact, &grids);
            }
        }
    }

    #[test]
    fn bumps_on_an_axis_agree_with_quadrature() {
        let mut axes = [0; 2];
        for index in 0..8 {
            let member = on_axis(2, &mut Draw::new(1, 2, 7, index));
            check(&*member.integrand, member.exact, &vec![evenly(-56.0, 56.0, 300); 2]);
            // All mass is on one of the axes.
            let strip = [evenly(-56.0, 56.0, 300), evenly(-4.0, 4.0, 40)];
            axes[usize::from(tensor(&*member.integrand, &strip) < 0.5)] += 1;
        }
        assert!(axes[0] > 0 && axes[1] > 0);
        let space = on_axis(3, &mut Draw::new(1, 3, 7, 0));
        assert!((space.exact / PI.powf(1.5) - 1.0).abs() <= 1e-15);
    }

    #[test]
    fn widths_and_places_are_spread_as_described() {
        let drawn: Vec<(f64, f64)> = (0..200)
            .map(|index| {
                let (bump, _) = anywhere(3, &mut Draw::new(1, 3, 7, index));
                let width = 1.0 / bump.rows[0][0];
                (width.log10(), bump.centre.iter().map(|c| c * c).sum::<f64>().sqrt() / width)
            })
            .collect();
        assert!(drawn.iter().all(|(w, d)| (-3.0..6.0).contains(w) && (0.0..8.0 + 1e-12).contains(d)));
        assert!(drawn.iter().any(|(w, _)| *w < -2.8) && drawn.iter().any(|(w, _)| *w > 5.8));
        assert!(drawn.iter().any(|(_, d)| *d < 0.4) && drawn.iter().any(|(_, d)| *d > 7.6));
    }
}

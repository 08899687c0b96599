//! The integrals by which other libraries are tested and compared: 151 of them, in 2 to 12 variables, with their values.
//!
//! Only formulas and values are theirs: S. G. Johnson, Cubature, `test.c`; T. Hahn, Cuba, Comput. Phys. Commun. 168 (2005) 78, 8.1; I.
//! Sakiotis et al., SC '21 (PAGANI) and 2202.01753 (m-Cubes); G. P. Lepage, vegas; GSL, `monte/test.c`; and those of the literature
//! on quasi-Monte Carlo and on evidences. Values without a closed form are quadratures to 20 digits in one variable.

mod cuba;
mod cubature;
mod literature;

use crate::families::{Family, Problem};
use crate::kinds::{Member, Owned, peers, power_of_squares};
use fubini_algorithms::scalar;

/// A member of a suite.
pub(crate) struct Named {
    /// Whose it is, and which.
    pub(crate) name: String,
    pub(crate) member: Member,
}

/// An integral over the unit cube.
fn cube(name: &str, dim: usize, exact: f64, f: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Named {
    over(name, vec![(0.0, 1.0); dim], exact, f)
}

/// An integral over a box or all of space.
fn over(name: &str, limits: Vec<(f64, f64)>, exact: f64, f: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Named {
    let integrand = Box::new(scalar(limits.len(), f));
    Named { name: name.into(), member: Member { limits, integrand, exact } }
}

/// All of them, the same in every run.
pub(crate) fn all() -> Vec<Named> {
    let mut all = Vec::new();
    all.extend([2, 3, 4, 5, 6, 7].into_iter().flat_map(cubature::suite));
    all.extend(cuba::suite());
    for dim in [5, 6, 7, 8] {
        let one = |which| Named { name: format!("pagani f{}", which + 1), member: peers::member(which, dim, |value| value) };
        all.extend((0..peers::SIZE).map(one));
    }
    for exponent in [7.5, 11.0] {
        all.push(Named { name: "pagani box".into(), member: power_of_squares(8, exponent) });
    }
    all.extend([3, 5, 8, 10].into_iter().flat_map(genz));
    all.extend(literature::suite());
    all
}

/// Genz's families with his own difficulties (NATO ASI C203 (1987) 337), slopes that rise from axis to axis.
fn genz(dim: usize) -> Vec<Named> {
    let totals = [9.0, 7.25, 1.85, 7.03, 20.4, 4.3];
    let one = |(family, total): (&Family, f64)| {
        let sum: f64 = (1..=dim).map(|i| i as f64).sum();
        let c = (1..=dim).map(|i| total * i as f64 / sum).collect();
        let w = (0..dim).map(|i| (0.3 + 0.618 * i as f64).fract()).collect();
        let problem = Problem::new(*family, c, w);
        Named { name: format!("genz {}", family.name()), member: Member::in_unit_cube(problem.exact(), Owned(problem)) }
    };
    Family::ALL.iter().zip(totals).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fubini_algorithms::{Integrator, Options, Qmc};

    #[test]
    fn values_agree_with_random_points_where_these_know_anything() {
        let all = all();
        assert_eq!(all.len(), 151);
        let mut known = 0;
        for Named { name, member } in &all {
            let options = Options::default().rtol(1e-3).max_evals(200_000).threads(1);
            let report = Qmc::default().integrate(&*member.integrand, &member.domain().unwrap(), &options).unwrap();
            let (value, error) = (report.integrals[0].value, report.integrals[0].error);
            if report.converged() && report.suspect.is_none() {
                assert!((value - member.exact).abs() <= 6.0 * error, "{name}: {value} {error} {}", member.exact);
                known += 1;
            }
        }
        assert!(known > 110, "{known}");
    }
}

//! A null rule for what the others cannot see: the part of an integrand that is odd about the centre of a region.
//!
//! Sums over fully symmetric orbits vanish on every odd function, those of the rule and those of its null rules alike. For a smooth
//! integrand that is exactness for nothing. A sawtooth that passes the centre at half its height is odd at all nodes, too, as long
//! as none of them lies where it is not: all null rules vanish, and the integral is that of a constant.
//!
//! The coefficient of a node x of orbit o is u_o Σ_d w_d sign(x_d). Of all odd polynomials only those in x_d^(2j+1) times even powers
//! of the others are left, and u vanishes on as many of them as there are orbits for, lowest degrees first. The w_d differ: odd functions
//! of
//! x − y would cancel else.

use super::moments::partitions;
use std::ops::Range;

/// Relative size below which an equation follows from the earlier ones.
const DEPENDENT: f64 = 1e-9;
/// Fractional parts of the multiples of this, the golden ratio, are far from each other.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The coefficients of all nodes, of which `orbits` are the ranges, without the centre; their squares sum to 1.
///
/// `nodes[d][p]` is coordinate `d` of node `p`.
pub(super) fn coefficients(nodes: &[Vec<f64>], orbits: &[Range<usize>]) -> Vec<f64> {
    let dim = nodes.len();
    // The part of Σ c² that each orbit has for u = 1, along one axis.
    let share = |orbit: &Range<usize>| nodes[0][orbit.clone()].iter().filter(|x| **x != 0.0).count() as f64;
    let roots: Vec<f64> = orbits.iter().map(|orbit| share(orbit).sqrt()).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    'degrees: for m in 0.. {
        for (k, half) in (0..=m).flat_map(|k| partitions(m - k, dim - 1).into_iter().map(move |half| (k, half))) {
            if basis.len() == orbits.len() {
                break 'degrees;
            }
            let monomial = |p: usize| {
                let even: f64 = half.iter().zip(&nodes[1..]).map(|(k, x)| x[p].powi(2 * *k as i32)).product();
                nodes[0][p].abs().powi(2 * k as i32 + 1) * even
            };
            let sum = |orbit: &Range<usize>| orbit.clone().map(monomial).sum::<f64>();
            let mut row: Vec<f64> = orbits.iter().zip(&roots).map(|(orbit, root)| sum(orbit) / root).collect();
            let size = norm(&row);
            for _ in 0..2 {
                for q in &basis {
                    let along: f64 = row.iter().zip(q).map(|(x, q)| x * q).sum();
                    row.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
                }
            }
            let left = norm(&row);
            if left > DEPENDENT * size {
                row.iter_mut().for_each(|x| *x /= left);
                basis.push(row);
            }
        }
    }
    let last = basis.last().expect("a rule has more nodes than its centre");
    let mut weights: Vec<f64> = (0..dim).map(|d| 1.0 + (d as f64 * GOLDEN).fract()).collect();
    let size = norm(&weights);
    weights.iter_mut().for_each(|w| *w /= size);
    let mut coefficients = vec![0.0; nodes[0].len()];
    for ((orbit, u), root) in orbits.iter().zip(last).zip(&roots) {
        for p in orbit.clone() {
            let signs = nodes.iter().zip(&weights).filter(|(x, _)| x[p] != 0.0).map(|(x, w)| w.copysign(x[p]));
            coefficients[p] = u / root * signs.sum::<f64>();
        }
    }
    coefficients
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use crate::rules::Rule;

    fn apply(rule: &Rule, f: impl Fn(&[f64]) -> f64) -> f64 {
        let point = |p: usize| (0..rule.dim()).map(|d| rule.node_column(d)[p]).collect::<Vec<f64>>();
        rule.odd().iter().enumerate().map(|(p, c)| c * f(&point(p))).sum()
    }

    #[test]
    fn odd_polynomials_of_low_degree_vanish_and_others_do_not() {
        let low = [2, 3, 4, 5, 6, 7, 9, 15].into_iter().map(|dim| (Rule::genz_malik(dim, true), 3));
        let cuhre = [4, 6].map(|dim| (Rule::degree9(dim, true), 5));
        let named =
            [(Rule::kronrod(true), 13), (Rule::degree13(true), 7), (Rule::degree11(true), 5), (Rule::degree7(3, true), 3)];
        for (rule, degree) in low.chain(cuhre).chain(named) {
            // Of a form in all variables all monomials of its degree are parts.
            let form = |x: &[f64]| x.iter().zip(1..).map(|(x, d)| x * (d as f64).sqrt()).sum::<f64>() / 15.0;
            let size: f64 = rule.odd().iter().map(|c| c * c).sum();
            assert!((size - 1.0).abs() < 1e-12, "{size}");
            for k in (1..=degree).step_by(2) {
                let value = apply(&rule, |x| form(x).powi(k));
                assert!(value.abs() < 1e-11, "{} variables, degree {k}: {value:e}", rule.dim());
            }
            let sign = apply(&rule, |x| if form(x) == 0.0 { 0.0 } else { form(x).signum() });
            assert!(sign.abs() > 0.005, "{} variables, a jump: {sign}", rule.dim());
        }
    }
}

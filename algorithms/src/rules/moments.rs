//! Weights and null rules of a fully symmetric rule, from its generators alone.
//!
//! With S_o the sum of f over orbit o, a rule is Σ_o w_o S_o. Exactness for all monomials of degree ≤ 2m + 1
//! means one linear equation per partition of an even degree, Σ_o w_o S_o(x^e) = Π 1/(e_i + 1) on [−1, 1]^n with
//! the volume taken as 1. Orthonormalising these equations one after the other, in the order of the degree and
//! in the inner product Σ_o n_o u_o v_o (n_o points in orbit o), gives both things that the engine needs:
//!
//! * the weights, the one solution where the equations have full rank, and
//! * the null rules: the directions that degree 2m added are orthogonal to all lower degrees, that is they
//!   vanish on polynomials of degree ≤ 2m − 1 (level 1); those that degree 2m − 2 added vanish up to 2m − 3
//!   (level 2); and so on (J. Berntsen, T. O. Espelid, ACM Trans. Math. Softw. 17 (1991) 233, take null rules
//!   of the same degrees, chosen by hand).

use super::orbit::Orbit;
use twofloat::TwoFloat;

/// Weights and orthonormal null rules over the orbits of a rule.
pub(super) struct Solution {
    /// Weight of each orbit's points; Σ n_o w_o = 1.
    pub(super) weights: Vec<f64>,
    /// `levels[l]` holds the null rules that vanish up to degree 2(m − l) − 1, `l` = 0, 1, 2.
    pub(super) levels: [Vec<Vec<f64>>; 3],
}

/// Relative size below which an equation follows from the earlier ones; generators are rounded to 1e-16.
const DEPENDENT: f64 = 1e-10;

/// Solves the moment equations of degree 0, 2, …, `degree` (even) for the `orbits` of a rule.
///
/// `importance` multiplies n_o in the inner product: an orbit of great importance has small coefficients in the null rules.
///
/// # Panics
/// If the generators do not fix the weights: a rule is data of ours, and tests construct every one.
pub(super) fn solve(dim: usize, orbits: &[Orbit], importance: &[f64], degree: usize) -> Solution {
    let root = |(o, rho): (&Orbit, &f64)| TwoFloat::from(o.len() as f64 * rho).sqrt();
    let root_len: Vec<TwoFloat> = orbits.iter().zip(importance).map(root).collect();
    // Orthonormal directions found so far, each with its right-hand side and the degree that added it.
    let mut basis: Vec<(Vec<TwoFloat>, TwoFloat, usize)> = Vec::new();
    for m in 0..=degree / 2 {
        for half in partitions(m, dim) {
            let mut row: Vec<TwoFloat> =
                orbits.iter().zip(&root_len).map(|(o, r)| quotient(o.moment::<TwoFloat>(&half), *r)).collect();
            let mut side = half.iter().fold(TwoFloat::from(1.0), |p, k| quotient(p, TwoFloat::from((2 * k + 1) as f64)));
            let size = norm(&row);
            // Twice is enough (L. Giraud et al., Numer. Math. 101 (2005) 87).
            for _ in 0..2 {
                for (q, t, _) in &basis {
                    let along = dot(&row, q);
                    row.iter_mut().zip(q).for_each(|(x, q)| *x -= along * *q);
                    side -= along * *t;
                }
            }
            let left = norm(&row);
            if f64::from(left / size) > DEPENDENT {
                row.iter_mut().for_each(|x| *x = quotient(*x, left));
                basis.push((row, quotient(side, left), m));
            }
        }
    }
    assert_eq!(basis.len(), orbits.len(), "the generators do not fix the weights");
    let over_points =
        |q: &[TwoFloat]| -> Vec<f64> { q.iter().zip(&root_len).map(|(q, r)| f64::from(quotient(*q, *r))).collect() };
    let mut weights = vec![TwoFloat::from(0.0); orbits.len()];
    for (q, t, _) in &basis {
        weights.iter_mut().zip(q).for_each(|(w, q)| *w += *t * *q);
    }
    let level = |l: usize| basis.iter().filter(|b| b.2 + l == degree / 2).map(|b| over_points(&b.0)).collect();
    Solution { weights: over_points(&weights), levels: [level(0), level(1), level(2)] }
}

/// a / b to the full precision of the pair; twofloat's own division is only as good as a double.
fn quotient(a: TwoFloat, b: TwoFloat) -> TwoFloat {
    let first = TwoFloat::from(a.hi() / b.hi());
    let second = TwoFloat::from((a - first * b).hi() / b.hi());
    let third = (a - first * b - second * b).hi() / b.hi();
    first + second + TwoFloat::from(third)
}

fn dot(a: &[TwoFloat], b: &[TwoFloat]) -> TwoFloat {
    a.iter().zip(b).fold(TwoFloat::from(0.0), |sum, (a, b)| sum + *a * *b)
}

fn norm(a: &[TwoFloat]) -> TwoFloat {
    dot(a, a).sqrt()
}

/// The partitions of `total` into at most `parts` positive parts, largest part first.
pub(super) fn partitions(total: usize, parts: usize) -> Vec<Vec<usize>> {
    fn extend(total: usize, parts: usize, most: usize, head: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if total == 0 {
            return all.push(head.clone());
        }
        if parts == 0 {
            return;
        }
        for part in (1..=most.min(total)).rev() {
            head.push(part);
            extend(total - part, parts - 1, part, head, all);
            head.pop();
        }
    }
    let mut all = Vec::new();
    extend(total, parts, total, &mut Vec::new(), &mut all);
    all
}

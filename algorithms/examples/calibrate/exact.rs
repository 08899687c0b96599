//! Integrals over the unit cube in closed form, for every family of test integrands.
//!
//! Inclusion-exclusion over the corners of the cube cancels many digits; it is done in double-double arithmetic,
//! where 2·10⁻³² relative to the largest term leaves all the digits of a double. Everything else is a product
//! of one-dimensional integrals without cancellation.

use libm::{atan, erf, expm1};
use std::f64::consts::{PI, TAU};
use twofloat::TwoFloat;

/// ∫ cos(2π shift + c·x).
pub(crate) fn oscillatory(c: &[f64], shift: f64) -> f64 {
    let half = |c: &f64| 0.5 * c;
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { x.sin() / x };
    (TAU * shift + c.iter().map(half).sum::<f64>()).cos() * c.iter().map(half).map(sinc).product::<f64>()
}

/// ∫ Π 1/(c⁻² + (x − w)²).
pub(crate) fn product_peak(c: &[f64], w: &[f64]) -> f64 {
    product(c, w, |c, w| c * (atan(c * (1.0 - w)) + atan(c * w)))
}

/// ∫ (1 + c·x)^−(d+1) = Σ_S (−1)^|S| / (1 + Σ_S c) / (d! Π c), over all subsets S of the axes.
pub(crate) fn corner_peak(c: &[f64]) -> f64 {
    let one = TwoFloat::from(1.0);
    let sum = signed_sum(c, |partial| reciprocal(one + partial));
    f64::from(sum / (product_of(c) * factorial(c.len())))
}

/// ∫ exp(−Σ c²(x − w)²).
pub(crate) fn gaussian(c: &[f64], w: &[f64]) -> f64 {
    product(c, w, |c, w| 0.5 * PI.sqrt() / c * (erf(c * (1.0 - w)) + erf(c * w)))
}

/// ∫ exp(−Σ c|x − w|).
pub(crate) fn continuous(c: &[f64], w: &[f64]) -> f64 {
    product(c, w, |c, w| -(expm1(-c * w) + expm1(-c * (1.0 - w))) / c)
}

/// ∫ exp(c·x) over [0, w₁] × [0, w₂] × [0, 1] × …
pub(crate) fn discontinuous(c: &[f64], w: &[f64]) -> f64 {
    c.iter().enumerate().map(|(i, c)| expm1(c * if i < 2 { w[i] } else { 1.0 }) / c).product()
}

/// ∫ |a·x − b| for positive a and 0 ≤ b ≤ Σ a.
pub(crate) fn kink(a: &[f64], b: f64) -> f64 {
    // |s| = 2 max(−s, 0) + s. Reflecting the cube puts b into the lower half, where both terms are positive.
    let total: TwoFloat = sum_of(a);
    let b = TwoFloat::from(b);
    let b = if b + b > total { total - b } else { b };
    let below = power_below(a, b, 1);
    f64::from(below + below + total / TwoFloat::from(2.0) - b)
}

/// ∫ of the step 1 where a·x > b, for positive a and 0 ≤ b ≤ Σ a.
pub(crate) fn step(a: &[f64], b: f64) -> f64 {
    f64::from(power_below(a, sum_of(a) - TwoFloat::from(b), 0))
}

/// ∫ max(b − a·x, 0)^k = k! / ((k + d)! Π a) · Σ_S (−1)^|S| max(b − Σ_S a, 0)^(k+d).
fn power_below(a: &[f64], b: TwoFloat, k: usize) -> TwoFloat {
    let degree = k + a.len();
    let zero = TwoFloat::from(0.0);
    let term = |partial: TwoFloat| {
        let rest = b - partial;
        if rest > zero { (0..degree).fold(TwoFloat::from(1.0), |p, _| p * rest) } else { zero }
    };
    signed_sum(a, term) * factorial(k) / (factorial(degree) * product_of(a))
}

/// Σ over the subsets S of (−1)^|S| term(Σ_S a).
fn signed_sum(a: &[f64], term: impl Fn(TwoFloat) -> TwoFloat) -> TwoFloat {
    (0u32..1 << a.len()).fold(TwoFloat::from(0.0), |sum, subset| {
        let members: Vec<f64> = a.iter().enumerate().filter(|(i, _)| subset >> i & 1 == 1).map(|(_, a)| *a).collect();
        let term = term(sum_of(&members));
        if subset.count_ones().is_multiple_of(2) { sum + term } else { sum - term }
    })
}

/// 1/x in full, by a step of Newton's: the quotients of twofloat 0.8.4 have the accuracy of a double only.
fn reciprocal(x: TwoFloat) -> TwoFloat {
    let first = TwoFloat::from(1.0 / x.hi());
    first + first * (TwoFloat::from(1.0) - x * first)
}

fn sum_of(a: &[f64]) -> TwoFloat {
    a.iter().fold(TwoFloat::from(0.0), |sum, a| sum + TwoFloat::from(*a))
}

fn product_of(a: &[f64]) -> TwoFloat {
    a.iter().fold(TwoFloat::from(1.0), |product, a| product * TwoFloat::from(*a))
}

fn factorial(n: usize) -> TwoFloat {
    (1..=n).fold(TwoFloat::from(1.0), |product, k| product * TwoFloat::from(k as f64))
}

fn product(c: &[f64], w: &[f64], factor: impl Fn(f64, f64) -> f64) -> f64 {
    c.iter().zip(w).map(|(c, w)| factor(*c, *w)).product()
}

#[cfg(test)]
mod tests {
    use crate::families::{Family, Problem};

    /// Gauss and Legendre's nodes and weights on [0, 1], by Newton's method.
    fn gauss(n: usize) -> Vec<(f64, f64)> {
        let node = |i: usize| {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 0.0;
            for _ in 0..100 {
                let (mut p, mut last) = (1.0, 0.0);
                for k in 0..n {
                    (p, last) = (((2 * k + 1) as f64 * x * p - k as f64 * last) / (k + 1) as f64, p);
                }
                slope = n as f64 * (x * p - last) / (x * x - 1.0);
                x -= p / slope;
            }
            (0.5 * (1.0 + x), 1.0 / ((1.0 - x * x) * slope * slope))
        };
        (0..n).map(node).collect()
    }

    /// Integrates over the last axes, one after the other, in pieces between the `breaks` of each axis.
    fn nested(problem: &Problem, x: &mut [f64], axis: usize, rule: &[(f64, f64)], pieces: usize) -> f64 {
        if axis == x.len() {
            return problem.at_point(x);
        }
        let mut ends: Vec<f64> = (0..=pieces).map(|i| i as f64 / pieces as f64).collect();
        ends.extend(problem.breaks(x, axis).into_iter().filter(|b| (0.0..1.0).contains(b)));
        ends.sort_by(f64::total_cmp);
        let piece = |ends: &[f64], x: &mut [f64]| -> f64 {
            let width = ends[1] - ends[0];
            let mut sum = 0.0;
            for (u, weight) in rule {
                x[axis] = ends[0] + width * u;
                sum += weight * nested(problem, x, axis + 1, rule, pieces);
            }
            width * sum
        };
        ends.windows(2).map(|e| piece(e, x)).sum()
    }

    #[test]
    fn closed_forms_agree_with_quadrature() {
        let fine = gauss(16);
        for family in Family::ALL {
            for dim in [2, 3] {
                for index in 0..4 {
                    let problem = Problem::random(family, dim, 0.5, 7, index);
                    let pieces = if dim == 2 { 6 } else { 2 };
                    let numerical = nested(&problem, &mut vec![0.0; dim], 0, &fine, pieces);
                    let exact = problem.exact();
                    // Narrow product peaks converge slowly; cosines may integrate to nearly zero.
                    let tolerance = if family == Family::ProductPeak { 1e-7 } else { 1e-11 };
                    assert!(
                        (numerical - exact).abs() <= tolerance * exact.abs().max(1e-3),
                        "{family:?} {dim} {index}: {numerical} {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn inclusion_exclusion_keeps_its_digits_in_many_dimensions() {
        // Small coefficients are where the sums cancel most: f is then nearly constant.
        let c = [1e-3, 2e-3, 5e-4, 1e-3, 3e-3];
        let problem = Problem::new(Family::CornerPeak, c.to_vec(), vec![0.0; 5]);
        let numerical = nested(&problem, &mut [0.0; 5], 0, &gauss(5), 1);
        assert!((problem.exact() / numerical - 1.0).abs() <= 1e-14);
        // A hyperplane through the centre halves the cube, whatever its slopes.
        let a = [1e-2, 0.7, 0.3, 0.9, 0.25, 0.125, 0.5];
        let half = 0.5 * a.iter().sum::<f64>();
        assert!((super::step(&a, half) - 0.5).abs() <= 1e-14);
        // Far outside of the kink's reach |s| is s.
        assert!((super::kink(&a, 0.0) - half).abs() <= 1e-15);
    }
}

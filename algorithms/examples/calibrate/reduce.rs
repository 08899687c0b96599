//! Integrals in many variables reduced to one: quadrature that is exact to rounding.

use libm::tgamma;
use std::f64::consts::PI;

/// Gauss and Legendre's nodes and weights on [0, 1], by Newton's method.
pub(crate) fn gauss(n: usize) -> Vec<(f64, f64)> {
    let node = |i: usize| {
        let mut x = (PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
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

/// ∫ f between consecutive `ends`, each piece in `pieces` parts of 20 nodes.
pub(crate) fn piecewise(ends: &[f64], pieces: usize, f: impl Fn(f64) -> f64) -> f64 {
    let rule = gauss(20);
    let one = |low: f64, width: f64| -> f64 { width * rule.iter().map(|(u, w)| w * f(low + width * u)).sum::<f64>() };
    let parts = ends.windows(2).map(|e| {
        let width = (e[1] - e[0]) / pieces as f64;
        (0..pieces).map(|i| one(e[0] + i as f64 * width, width)).sum::<f64>()
    });
    parts.sum()
}

/// (1 / Γ(q)) ∫₀^∞ t^(q−1) f(t) dt for an f that falls off as t^−(q + right), by the trapezoidal rule in ln t.
///
/// For f(t) = E[exp(−t S)] it is E[S^−q]. Such an f is analytic for |arg t| < π/2, where the error of the step h
/// is exp(−π²/h).
pub(crate) fn mellin(q: f64, right: f64, f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 0.2;
    /// What is cut off falls as exp(−40) below the largest term.
    const REACH: f64 = 40.0;
    /// Where the powers take over on either side.
    const MARGIN: f64 = 8.0;
    let (left, right) = ((-REACH / q - MARGIN) / STEP, (REACH / right + MARGIN) / STEP);
    let (mut sum, mut lost) = (0.0, 0.0);
    for k in left as i64..=right as i64 {
        let tau = k as f64 * STEP;
        // W. Kahan's summation: thousands of positive terms.
        let term = (q * tau).exp() * f(tau.exp()) - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    STEP * sum / tgamma(q)
}

/// ∫₀¹ x^(c k) exp(−t x^c) dx for k = 0, …, n, where `a` = 1/c is 1 or 1/2.
///
/// By the series a e^−t Σ_j t^j / ((k+a)(k+a+1)…(k+a+j)), which has positive terms only; for large t by the
/// recurrence from k = 0, which cancels little as long as t exceeds k.
pub(crate) fn moments(a: f64, n: usize, t: f64) -> Vec<f64> {
    /// erf(√t) and 1 − exp(−t) are 1 to the last bit.
    const LARGE: f64 = 45.0;
    if t > LARGE {
        let first = a * if a == 0.5 { PI.sqrt() } else { 1.0 } * t.powf(-a);
        let next = |m: &f64, k: usize| ((k as f64 + a) * m - a * (-t).exp()) / t;
        return (0..n).fold(vec![first], |mut all, k| {
            all.push(next(&all[k], k));
            all
        });
    }
    let series = |k: usize| {
        let mut term = a / (k as f64 + a);
        let (mut sum, mut j) = (term, 0.0);
        while term > 1e-18 * sum {
            j += 1.0;
            term *= t / (k as f64 + a + j);
            sum += term;
        }
        (-t).exp() * sum
    };
    (0..=n).map(series).collect()
}

/// E[S^p] for S = Σ x^c over the unit cube in `dim` variables, where `a` = 1/c is 1 or 1/2 and p > −dim·a.
pub(crate) fn mean_power(a: f64, dim: usize, p: f64) -> f64 {
    // S^p = S^n · S^−q with q of 1/2 or more, so that the integral over t converges well; whole p need no q.
    let n = if p.fract() == 0.0 && p >= 0.0 { p } else { (p + 0.5).ceil().max(0.0) };
    let q = n - p;
    let n = n as usize;
    if q == 0.0 {
        return weighted_power(&moments(a, n, 0.0), dim);
    }
    mellin(q, dim as f64 * a + p, |t| weighted_power(&moments(a, n, t), dim))
}

/// E[S^n exp(−t S)], from the n + 1 `moments` of each of the `dim` equal terms of S.
fn weighted_power(moments: &[f64], dim: usize) -> f64 {
    let n = moments.len() - 1;
    let mut binomials = vec![vec![1.0; n + 1]; n + 1];
    for i in 1..=n {
        for j in 1..i {
            binomials[i][j] = binomials[i - 1][j - 1] + binomials[i - 1][j];
        }
    }
    let add = |sum: Vec<f64>, _: usize| -> Vec<f64> {
        (0..=n).map(|i| (0..=i).map(|j| binomials[i][j] * sum[i - j] * moments[j]).sum()).collect()
    };
    (1..dim).fold(moments.to_vec(), add)[n]
}

/// ∫₀¹ 2(1 − u) exp(−t u²) du: over one axis, for two points of the unit interval at distance u.
pub(crate) fn distance_transform(t: f64) -> f64 {
    let slope = if t == 0.0 { 1.0 } else { -(-t).exp_m1() / t };
    2.0 * moments(0.5, 0, t)[0] - slope
}

/// E[|p − q|^−a] for two points p and q of the unit cube in `dim` dimensions, a < dim.
pub(crate) fn mean_distance_power(dim: usize, a: f64) -> f64 {
    if dim == 1 {
        return 2.0 / ((1.0 - a) * (2.0 - a));
    }
    mellin(0.5 * a, 0.5 * (dim as f64 - a), |t| distance_transform(t).powi(dim as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(a: f64, b: f64, tolerance: f64) {
        assert!((a / b - 1.0).abs() <= tolerance, "{a} {b}");
    }

    #[test]
    fn moments_agree_with_quadrature() {
        for a in [0.5, 1.0] {
            for t in [0.0, 1e-3, 1.0, 20.0, 44.0, 46.0, 300.0] {
                for (k, moment) in moments(a, 12, t).iter().enumerate() {
                    let direct = piecewise(&[0.0, 0.05, 0.2, 1.0], 10, |x| {
                        let s = x.powf(1.0 / a);
                        s.powi(k as i32) * (-t * s).exp()
                    });
                    assert!((moment / direct - 1.0).abs() <= 1e-13, "{a} {t} {k}: {moment} {direct}");
                }
            }
        }
    }

    #[test]
    fn mean_powers_are_those_known() {
        // E[x1 + x2] and the like.
        agree(mean_power(1.0, 2, 1.0), 1.0, 1e-15);
        agree(mean_power(1.0, 3, 2.0), 3.0 / 12.0 + 2.25, 1e-15);
        agree(mean_power(0.5, 3, 1.0), 1.0, 1e-15);
        // 1/r, r^-1.5 and (x+y+z)^-2 over the unit cube, and a power of the radius in eight dimensions, by quadrature
        // elsewhere; the mean distance from a corner of the square in closed form.
        agree(mean_power(0.5, 3, -1.0), 1.91853105561093, 1e-14);
        agree(mean_power(0.5, 2, -0.75), 3.32358486472375, 1e-14);
        agree(mean_power(1.0, 3, -2.0), 0.8630462173553428, 1e-15);
        agree(mean_power(0.5, 8, 7.5), 8879.851175414276, 1e-14);
        agree(mean_power(0.5, 2, 0.5), (2f64.sqrt() + (1.0 + 2f64.sqrt()).ln()) / 3.0, 2e-15);
    }

    #[test]
    fn powers_of_sums_agree_with_inclusion_and_exclusion() {
        // ∫ (x + y)^p = (2^(p+2) − 2) / ((p+1)(p+2)), and the same in three variables.
        for p in [-1.5, -0.3, 0.5, 1.7, 6.2, 10.9] {
            agree(mean_power(1.0, 2, p), (2f64.powf(p + 2.0) - 2.0) / ((p + 1.0) * (p + 2.0)), 4e-15);
        }
        for p in [-0.3, 0.5, 1.7, 6.2, 10.9f64] {
            let sum = 3f64.powf(p + 3.0) - 3.0 * 2f64.powf(p + 3.0) + 3.0;
            agree(mean_power(1.0, 3, p), sum / ((p + 1.0) * (p + 2.0) * (p + 3.0)), 2e-14);
        }
    }

    #[test]
    fn mean_distances_are_those_known() {
        // 1/r over pairs in a cube, known to all digits; 1/r over pairs in a square in closed form.
        agree(mean_distance_power(3, 1.0), 1.88231264438966, 1e-14);
        let root = 2f64.sqrt();
        agree(mean_distance_power(2, 1.0), 4.0 * (1.0 + root).ln() + 4.0 * (1.0 - root) / 3.0, 4e-15);
        // One more way in one dimension, where the reduction is not used.
        let direct = mellin(0.25, 0.25, distance_transform);
        agree(mean_distance_power(1, 0.5), direct, 4e-15);
    }
}

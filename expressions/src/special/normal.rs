//! The normal distribution, its quantile, and the inverse of the error function.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// 1/√2 minus the double nearest to it.
const FRAC_1_SQRT_2_LOW: f64 = -4.833_646_656_726_457e-17;

/// `d/dt erf(t)`.
fn bell(t: f64) -> f64 {
    FRAC_2_SQRT_PI * (-t * t).exp()
}

/// The share of a standard normal distribution below `x`.
pub(crate) fn normal_distribution(x: f64) -> f64 {
    let t = -x * FRAC_1_SQRT_2;
    let value = 0.5 * libm::erfc(t);
    // In the tail erfc multiplies the relative error of its argument by 2t²: what rounding took from t is put back.
    let lost = (-x).mul_add(FRAC_1_SQRT_2, -t) - x * FRAC_1_SQRT_2_LOW;
    if t.abs() < 30.0 { value - 0.5 * bell(t) * lost } else { value }
}

/// The point below which lies a share `p` of a standard normal distribution; infinite at 0 and 1.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        f64::NAN
    } else if (0.25..=0.75).contains(&p) {
        SQRT_2 * erf_inverse(2.0 * p - 1.0)
    } else if p < 0.5 {
        -SQRT_2 * erfc_inverse(2.0 * p)
    } else {
        SQRT_2 * erfc_inverse(2.0 * (1.0 - p))
    }
}

/// `y` with `erf(y) = x`; infinite at -1 and 1.
pub(crate) fn erf_inverse(x: f64) -> f64 {
    let size = x.abs();
    if size.is_nan() || size > 1.0 {
        return f64::NAN;
    }
    if size > 0.5 {
        return erfc_inverse(1.0 - size).copysign(x);
    }
    let mut y = guess(1.0 - size * size);
    // Halley's method triples the digits of a guess that is good to three.
    for _ in 0..2 {
        let step = (libm::erf(y) - size) / bell(y);
        y -= step / (1.0 + y * step);
    }
    // The guess loses all digits of the smallest numbers, where the function is linear.
    if size < 1e-9 { x / FRAC_2_SQRT_PI } else { y.copysign(x) }
}

/// `y ≥ 0` with `erfc(y) = q`, for `q` of at most one half.
fn erfc_inverse(q: f64) -> f64 {
    if q == 0.0 {
        return f64::INFINITY;
    }
    let mut y = guess(q * (2.0 - q));
    // The logarithm of erfc is nearly a parabola far out, for which Newton's method is made.
    for _ in 0..4 {
        let tail = libm::erfc(y);
        y += (tail / q).ln() * tail / bell(y);
    }
    y
}

/// The inverse of erf at `√(1 - w)` to three digits (Winitzki, 2008).
fn guess(w: f64) -> f64 {
    const A: f64 = 0.147;
    let log = w.ln();
    let half = 2.0 / (std::f64::consts::PI * A) + 0.5 * log;
    (((half * half - log / A).sqrt() - half).max(0.0)).sqrt()
}

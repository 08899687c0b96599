//! Bessel functions of integer order.

use std::f64::consts::PI;

/// The four kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as everywhere
pub enum Bessel {
    J,
    Y,
    I,
    K,
}

/// Largest order that is taken; beyond it nothing is left of a double but zero and infinity at arguments in use.
pub(crate) const LARGEST_ORDER: u16 = 1000;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;
/// From here on the asymptotic series of I reaches the last digit before it diverges.
const FAR: f64 = 30.0;

impl Bessel {
    /// The name in the grammar.
    pub fn name(self) -> &'static str {
        match self {
            Self::J => "besselj",
            Self::Y => "bessely",
            Self::I => "besseli",
            Self::K => "besselk",
        }
    }

    /// The function of this order at `x`; not a number where Y and K are complex.
    pub fn apply(self, order: u16, x: f64) -> f64 {
        let n = i32::from(order);
        match self {
            Self::J if order == 0 => libm::j0(x),
            Self::J if order == 1 => libm::j1(x),
            Self::J => libm::jn(n, x),
            Self::Y if x < 0.0 => f64::NAN,
            Self::Y if order == 0 => libm::y0(x),
            Self::Y if order == 1 => libm::y1(x),
            Self::Y => libm::yn(n, x),
            Self::I if x < 0.0 && order % 2 == 1 => -modified_first(order, -x),
            Self::I => modified_first(order, x.abs()),
            Self::K => modified_second(order, x),
        }
    }
}

/// `I_n(x)` for `x ≥ 0`.
fn modified_first(order: u16, x: f64) -> f64 {
    let n = f64::from(order);
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x > FAR.max(n * n) {
        // DLMF 10.40.1.
        let (mut term, mut sum, mut k) = (1.0_f64, 1.0, 1.0);
        while term.abs() > 1e-17 {
            let odd = 2.0 * k - 1.0;
            term *= (odd * odd - 4.0 * n * n) / (8.0 * k * x);
            sum += term;
            k += 1.0;
        }
        // In two halves: the exponential overflows before the function does.
        let half = (0.5 * x).exp();
        return half * (half * sum / (2.0 * PI * x).sqrt());
    }
    // DLMF 10.25.2: no term is negative, nothing cancels. The first of them, (x/2)^n/n!, may be too small or too large for a
    // double where the others are not: it is kept apart.
    let quarter = 0.25 * x * x;
    let (mut term, mut sum, mut k, mut exponent) = (1.0, 1.0, 1.0, 0);
    while term > 1e-17 * sum {
        term *= quarter / (k * (k + n));
        sum += term;
        k += 1.0;
        if sum > 1e200 {
            (term, sum, exponent) = (term * 2f64.powi(-600), sum * 2f64.powi(-600), exponent + 600);
        }
    }
    for k in 1..=order {
        sum *= 0.5 * x / f64::from(k);
        if sum < 1e-200 && exponent > 0 {
            (sum, exponent) = (sum * 2f64.powi(600), exponent - 600);
        }
    }
    libm::scalbn(sum, exponent)
}

/// `K_n(x)`, infinite at 0, not a number below.
fn modified_second(order: u16, x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::INFINITY;
    }
    let (zero, one) = if x <= 1.0 { series(x) } else { quadrature(x) };
    // Recurrence towards higher orders, which is stable here.
    let (mut below, mut here) = (zero, one);
    if order == 0 {
        return zero;
    }
    for k in 1..order {
        (below, here) = (here, below + 2.0 * f64::from(k) / x * here);
    }
    here
}

/// `K_0` and `K_1` by their power series (DLMF 10.31.1 and 10.31.2).
fn series(x: f64) -> (f64, f64) {
    let quarter = 0.25 * x * x;
    let log = (0.5 * x).ln() + EULER;
    // Terms of I_0 and of 2 I_1/x, and the harmonic number that weighs them in K.
    let (mut even, mut odd, mut harmonic) = (1.0, 1.0, 0.0);
    let (mut zero, mut one) = (-log, 2.0 * log - 1.0);
    for k in 1..=20 {
        let k = f64::from(k);
        even *= quarter / (k * k);
        odd *= quarter / (k * (k + 1.0));
        harmonic += 1.0 / k;
        zero += even * (harmonic - log);
        one += odd * (2.0 * (log - harmonic) - 1.0 / (k + 1.0));
    }
    (zero, 1.0 / x + 0.25 * x * one)
}

/// `K_0` and `K_1` by the trapezoidal rule on `K_n = ∫ exp(-x cosh t) cosh(nt) dt`, whose error falls exponentially with 1/h.
fn quadrature(x: f64) -> (f64, f64) {
    // Its error is K of the imaginary order 2πi/h, here below 1e-16 of the function: a half-width in which the integrand looks
    // like a bell, or like exp(-x cosh t).
    let h = (0.7 / x.sqrt()).min(PI * PI / (38.0 + x));
    let (mut zero, mut one) = (0.5, 0.5);
    for k in 1.. {
        let t = h * f64::from(k);
        let sinh = (0.5 * t).sinh();
        let above = 2.0 * sinh * sinh; // cosh t - 1
        let term = (-x * above).exp();
        zero += term;
        one += term * (1.0 + above);
        if x * above > 40.0 {
            break;
        }
    }
    let scale = h * (-x).exp();
    (scale * zero, scale * one)
}

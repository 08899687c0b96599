//! The logarithmic derivative of the gamma function.

use std::f64::consts::PI;

/// `B_2n / 2n`.
const SERIES: [f64; 8] =
    [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0, -3617.0 / 8160.0];

/// ψ(x): reflection below 1/2, recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18), whose first
/// neglected term is below 1e-17 there.
pub(crate) fn digamma(x: f64) -> f64 {
    if x <= 0.0 && x == x.floor() {
        return f64::NAN; // a pole, or minus infinity
    }
    if x < 0.5 {
        let part = x - (x + 0.5).floor(); // tan has period pi; reduce before the multiplication
        return digamma(1.0 - x) - PI / (PI * part).tan();
    }
    let (mut x, mut below) = (x, 0.0);
    while x < 10.0 {
        below += 1.0 / x;
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let tail = SERIES.iter().rev().fold(0.0, |sum, b| (sum + b) * w);
    x.ln() - 0.5 / x - tail - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_meets_known_values() {
        let euler = 0.577_215_664_901_532_9;
        for (x, expected) in [
            (1.0, -euler),
            (2.0, 1.0 - euler),
            (0.5, -euler - 2.0 * std::f64::consts::LN_2),
            (-0.5, -euler - 2.0 * std::f64::consts::LN_2 + 2.0),
            (100.0, 4.600_161_852_738_087),
        ] {
            assert!((digamma(x) - expected).abs() < 4e-15 * expected.abs().max(1.0), "at {x}");
        }
        assert!(digamma(0.0).is_nan() && digamma(-3.0).is_nan());
    }
}

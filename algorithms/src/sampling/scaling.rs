//! Units in which components are measured: powers of two, so that no square leaves the range of doubles.
//!
//! A piece of work takes the unit 2^e of a component from the largest |w| that it holds, and sums with different
//! units meet in the larger one. Multiplying by a power of two rounds nothing, and with so wide a grid nearly all
//! integrands are measured in the unit 1.

/// Units are powers of 2^256: what is measured in one of them lies between 2^-128 and 2^128, if it is worth counting.
const GRID: i32 = 256;
/// The largest and the smallest are 2^±768. Even the largest double is then below 2^256, and its square finite.
pub(crate) const MOST: i32 = 3 * GRID;

/// The exponent of the unit for numbers up to `peak`.
pub(crate) fn exponent(peak: f64) -> i32 {
    // The logarithm of 0 or infinity saturates.
    ((peak.log2() / f64::from(GRID)).round() as i32).saturating_mul(GRID).clamp(-MOST, MOST)
}

/// x · 2^e.
pub(crate) fn scale(x: f64, e: i32) -> f64 {
    if e == 0 { x } else { libm::ldexp(x, e) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_what_is_measured_in_its_unit_are_normal_numbers() {
        for peak in [f64::MAX, 1e300, 1e160, 1e38, 1.0, 1e-38, 1e-160, 1e-300, 1e-320] {
            let x = scale(peak, -exponent(peak));
            assert!((x * x).is_normal(), "{peak:e} {x:e}");
            assert_eq!(scale(x, exponent(peak)), peak);
        }
        assert_eq!([0.0, 1.0, 1e30, f64::INFINITY].map(exponent), [-MOST, 0, 0, MOST]);
    }
}

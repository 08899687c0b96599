//! Special functions of one real argument that neither the standard library nor `libm` has.
//!
//! All take and return plain doubles: the plain evaluator and every instruction set call the same code, so that they agree to
//! the last bit. Errors are a few units in the last place, near zeros of oscillating functions of their amplitude.

mod bessel;
mod digamma;
mod elliptic;
mod normal;
mod zeta;

pub use bessel::Bessel;
pub(crate) use bessel::LARGEST_ORDER;
pub(crate) use digamma::digamma;
pub(crate) use elliptic::{elliptic_e, elliptic_k};
pub(crate) use normal::{erf_inverse, normal_distribution, normal_quantile};
pub(crate) use zeta::zeta;

/// `sin(x)/x`, and 1 at 0.
pub(crate) fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

//! Elementary functions on lanes, written once for every instruction set with fused multiply-add.
//!
//! Each reduces its argument exactly (Cody & Waite, Software Manual for the Elementary Functions, 1980; the tail of
//! every subtraction is kept), evaluates a minimax polynomial, and adds the largest terms last, so that one rounding
//! dominates. The polynomials come from Remez's exchange in 200 bits; the bounds stated beside them are those of the
//! approximation before the coefficients were rounded. See Muller, Elementary Functions, 3rd ed., 2016.
//!
//! Without fused multiply-add most reductions would lose the digits they exist for: there `std` works lane by lane,
//! except for the exponential.

mod exp;
mod inverse;
mod log;
mod root;
mod trig;

use super::lanes::{LANES, Lanes, Mask};

pub(super) use exp::{cosh, exp, exp_m1, sinh, tanh};
pub(super) use inverse::{acos, asin, atan, atan2};
pub(super) use log::{ln, ln_1p, log10, powf, powi};
pub(super) use root::{cbrt, hypot};
pub(super) use trig::{cos, sin, sin_cos, tan};

/// 1.5 * 2^52: adding it rounds a small number to an integer and leaves that integer in the low bits.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;
/// The first 42 bits of ln 2: its product with an exponent is exact.
const LN_2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
/// What they leave.
const LN_2_TAIL: f64 = 5.497923018708371e-14;
/// What `f64::consts::LN_2` leaves of ln 2.
const LN_2_LO: f64 = 2.319_046_813_846_299_6e-17;

/// `c0 + x (c1 + x (c2 + ...))` with one fused operation for each coefficient.
macro_rules! horner {
    ($x:expr; $c:expr $(,)?) => { V::splat($c) };
    ($x:expr; $c:expr, $($rest:expr),+ $(,)?) => { horner!($x; $($rest),+).mul_add($x, V::splat($c)) };
}
use horner;

/// `a + b` as the rounded sum and what rounding lost, for `|a| >= |b|` or `a = 0` (Dekker 1971).
#[inline(always)]
fn fast_two_sum<V: Lanes>(a: V, b: V) -> (V, V) {
    let s = a + b;
    (s, (a - s) + b)
}

/// Applies a scalar function of two numbers lane by lane.
#[inline(always)]
fn zip<V: Lanes>(x: V, y: V, f: impl Fn(f64, f64) -> f64) -> V {
    let (a, b) = (x.to_array(), y.to_array());
    V::from_array(std::array::from_fn(|i| f(a[i], b[i])))
}

/// Replaces the lanes of `y` under the mask by `f(x)`; the others keep their bits.
#[inline(always)]
fn patch<V: Lanes>(y: V, mask: V::Mask, x: V, f: fn(f64) -> f64) -> V {
    if !mask.any() {
        return y;
    }
    let mut out = y.to_array();
    patch_lanes(mask.bits(), &x.to_array(), &mut out, f);
    V::from_array(out)
}

/// As [`patch`] for a function of two numbers.
#[inline(always)]
fn patch2<V: Lanes>(y: V, mask: V::Mask, a: V, b: V, f: fn(f64, f64) -> f64) -> V {
    if !mask.any() {
        return y;
    }
    let mut out = y.to_array();
    patch_lanes2(mask.bits(), &a.to_array(), &b.to_array(), &mut out, f);
    V::from_array(out)
}

#[cold]
#[inline(never)]
fn patch_lanes(bits: u8, x: &[f64; LANES], out: &mut [f64; LANES], f: fn(f64) -> f64) {
    for (i, (out, &x)) in out.iter_mut().zip(x).enumerate() {
        if bits >> i & 1 == 1 {
            *out = f(x);
        }
    }
}

#[cold]
#[inline(never)]
fn patch_lanes2(bits: u8, a: &[f64; LANES], b: &[f64; LANES], out: &mut [f64; LANES], f: fn(f64, f64) -> f64) {
    for (i, out) in out.iter_mut().enumerate() {
        if bits >> i & 1 == 1 {
            *out = f(a[i], b[i]);
        }
    }
}

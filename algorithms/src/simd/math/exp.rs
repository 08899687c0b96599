//! The exponential and the hyperbolic functions.
//!
//! `x = k ln 2 + r` with `|r| <= ln(2)/2`, then `e^x = 2^k (1 + r + r² Q(r))`. The hyperbolic functions are built on
//! `e^x - 1` as an unevaluated sum of two numbers, so that neither cancellation near 0 nor the division costs digits.

use std::f64::consts::{LN_2, LOG2_E};

use super::{LN_2_HEAD, LN_2_LO, LN_2_TAIL, ROUND, fast_two_sum, horner};
use crate::simd::lanes::Lanes;

/// Below, `e^x` rounds to 0.
const LOWEST: f64 = -746.0;
/// Above, `e^x` overflows.
const HIGHEST: f64 = 710.0;

/// `e^x`.
#[inline(always)]
pub(crate) fn exp<V: Lanes>(x: V) -> V {
    // The constant comes first so that a NaN stays.
    let x = V::splat(HIGHEST).min(V::splat(LOWEST).max(x));
    let k = x.mul_add(V::splat(LOG2_E), V::splat(ROUND)) - V::splat(ROUND);
    // Without fused multiply-add the first product is exact because the constant has trailing zeros.
    let (head, rest) = if V::FUSED { (LN_2, LN_2_LO) } else { (LN_2_HEAD, LN_2_TAIL) };
    let r = k.neg_mul_add(V::splat(head), x);
    let r = k.neg_mul_add(V::splat(rest), r);
    // Relative error of e^r below 2^-58.
    let q = horner!(r;
        0.5000000000000013, 0.166666666666667, 0.04166666666651433, 0.008333333333306958, 0.0013888888947330743,
        0.00019841269917922057, 2.480148959039119e-05, 2.7557215821602255e-06, 2.7631414005740205e-07,
        2.5118011748726456e-08);
    let (y, t) = fast_two_sum(V::splat(1.0), r);
    (y + (r * r).mul_add(q, t)).scale(k)
}

/// `(e^r - 1 - r) / r²` for `|r| <= ln(2)/2`; `r²` times its error is below 2^-64.
#[inline(always)]
fn tail<V: Lanes>(r: V) -> V {
    horner!(r;
        0.5, 0.16666666666666685, 0.04166666666666673, 0.00833333333331662, 0.0013888888888858558,
        0.0001984126989736193, 2.4801587373569994e-05, 2.7557233929240984e-06, 2.755723347351703e-07,
        2.5112348604125086e-08, 2.092691551163868e-09)
}

/// `(r, s, k)` with `hi + lo = k ln 2 + r + s`.
#[inline(always)]
fn reduce<V: Lanes>(hi: V, lo: V) -> (V, V, V) {
    let k = hi.mul_add(V::splat(LOG2_E), V::splat(ROUND)) - V::splat(ROUND);
    // Exact: both terms are multiples of 2^-54 and the difference is below 0.35.
    let r = k.neg_mul_add(V::splat(LN_2), hi);
    let t = k.neg_mul_add(V::splat(LN_2_LO), lo);
    let s = r + t;
    (s, (r - s) + t, k)
}

/// `e^(hi + lo)` for a power; `hi` is clamped, `lo` must be small.
#[inline(always)]
pub(super) fn exp_sum<V: Lanes>(hi: V, lo: V) -> V {
    let hi = V::splat(HIGHEST).min(V::splat(LOWEST).max(hi));
    let (r, s, k) = reduce(hi, lo);
    let (y, t) = fast_two_sum(V::splat(1.0), r);
    (y + (r * r).mul_add(tail(r), s + t)).scale(k)
}

/// `(h, l, k)` with `e^x - 1 = 2^k (h + l)`, for `|x| <= 710`.
#[inline(always)]
fn exp_m1_sum<V: Lanes>(x: V) -> (V, V, V) {
    let (r, s, k) = reduce(x, V::splat(0.0));
    let q = (r * r).mul_add(tail(r), s);
    // 1 - 2^-k is 0 or at least 1/2 in magnitude; its tail matters only where 2^-k is the larger.
    let one = V::splat(1.0);
    let power = one.scale(-k);
    let offset = one - power;
    let offset_lo = one - (offset + power);
    let (h, l) = fast_two_sum(offset, r);
    let l = l + (q + offset_lo);
    let (h, l) = fast_two_sum(h, l);
    (h, l, k)
}

/// `e^x - 1`.
#[inline(always)]
pub(crate) fn exp_m1<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::exp_m1);
    }
    // Below -40 the result is -1; the clamp keeps 2^-k small.
    let clamped = V::splat(HIGHEST).min(V::splat(-40.0).max(x));
    let (h, l, k) = exp_m1_sum(clamped);
    // The sign of the result is that of the argument, which matters for -0.
    (h + l).scale(k).copysign(x)
}

/// `a / b` as a sum of two numbers for numerator and denominator that are such sums.
#[inline(always)]
fn divide<V: Lanes>(a: V, a_lo: V, b: V, b_lo: V) -> (V, V) {
    let inverse = b.recip();
    let q = a * inverse;
    let rest = q.neg_mul_add(b, a) + q.neg_mul_add(b_lo, a_lo);
    (q, rest * inverse)
}

/// Hyperbolic tangent: `-t / (2 + t)` with `t = e^(-2|x|) - 1`.
#[inline(always)]
pub(crate) fn tanh<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::tanh);
    }
    let a = V::splat(20.0).min(x.abs());
    let (h, l, k) = exp_m1_sum(a * V::splat(-2.0));
    let (h, l) = (h.scale(k), l.scale(k));
    let (d, d_lo) = fast_two_sum(V::splat(2.0), h);
    let (q, q_lo) = divide(h, l, d, d_lo + l);
    let y = (q + q_lo).copysign(x);
    // Here tanh x = x, and the correction of the quotient would underflow.
    V::select(a.lt(V::splat(1e-9)), x, y)
}

/// Beyond, `e^x - 1`, `e^x`, and twice either hyperbolic function are the same number.
const FAR: f64 = 40.0;

/// `(t, t_lo, far, is_far)`: `e^|x| - 1` as a sum, and `e^|x| / 2` for large arguments.
#[inline(always)]
fn half_exp<V: Lanes>(x: V) -> (V, V, V, V::Mask) {
    let a = x.abs();
    let is_far = a.gt(V::splat(FAR));
    // 1000 is beyond overflow, yet `scale` still takes its k. The constant comes first so that a NaN stays.
    let (h, l, k) = exp_m1_sum(V::splat(1000.0).min(a));
    let far = (h + l).scale(k - V::splat(1.0));
    let near = V::splat(60.0).min(k);
    (h.scale(near), l.scale(near), far, is_far)
}

/// Hyperbolic sine: `(t + t / (t + 1)) / 2` with `t = e^|x| - 1`.
#[inline(always)]
pub(crate) fn sinh<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::sinh);
    }
    let (t, t_lo, far, is_far) = half_exp(x);
    let (d, d_lo) = two_sum_one(t, t_lo);
    let (q, q_lo) = divide(t, t_lo, d, d_lo);
    let (s, s_lo) = fast_two_sum(t, q);
    let near = (s + (s_lo + (t_lo + q_lo))) * V::splat(0.5);
    let near = V::select(x.abs().lt(V::splat(1e-9)), x, near);
    V::select(is_far, far, near).copysign(x)
}

/// Hyperbolic cosine: `(e + 1/e) / 2` with `e = e^|x|`.
#[inline(always)]
pub(crate) fn cosh<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::cosh);
    }
    let (t, t_lo, far, is_far) = half_exp(x);
    let (d, d_lo) = two_sum_one(t, t_lo);
    let near = (d + (d_lo + d.recip())) * V::splat(0.5);
    V::select(is_far, far, near)
}

/// `t + t_lo + 1` as a sum, for non-negative `t`.
#[inline(always)]
fn two_sum_one<V: Lanes>(t: V, t_lo: V) -> (V, V) {
    let one = V::splat(1.0);
    let (d, d_lo) = fast_two_sum(t.max(one), t.min(one));
    (d, d_lo + t_lo)
}

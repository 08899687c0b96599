//! Logarithms and powers.
//!
//! `x = 2^e m` with `3/4 <= m < 3/2`, `f = m - 1`, `s = f / (2 + f)`, then `ln m = 2 artanh s = 2s + s z R(z)` with
//! `z = s²`. Powers need the logarithm to some 65 bits, because the exponential magnifies its error up to 700 times.

use super::exp::exp_sum;
use super::{LN_2_HEAD, LN_2_TAIL, fast_two_sum, horner, patch2, zip};
use crate::simd::lanes::Lanes;

/// Natural logarithm.
#[inline(always)]
pub(crate) fn ln<V: Lanes>(x: V) -> V {
    // It would hold without fused multiply-add, but there `std` was measured faster.
    if !V::FUSED {
        return x.map(f64::ln);
    }
    let (m, e) = x.split();
    defined(x, ln_core(m, e, V::splat(0.0)))
}

/// `ln(2^e m) + c` for `3/4 <= m < 3/2` and small `c`.
#[inline(always)]
fn ln_core<V: Lanes>(m: V, e: V, c: V) -> V {
    let f = m - V::splat(1.0);
    // The last bit of s does not matter: it enters through terms that are small beside f.
    let s = f * (m + V::splat(1.0)).recip();
    let z = s * s;
    // Relative error of the logarithm below 2^-62.
    let r = z * horner!(z;
        0.666666666666666, 0.4000000000005695, 0.28571428555767936, 0.222222243028578, 0.18181665511263728,
        0.1539112341446374, 0.13173412034609341, 0.1384427829741904);
    let half_square = f * f * V::splat(0.5);
    // 2s = f - f²/2 + s f²/2: the large terms are exact, and all that was rounded is small.
    let correction = s.mul_add(half_square + r, e.mul_add(V::splat(LN_2_TAIL), c)) - half_square;
    let (sum, rest) = fast_two_sum(e * V::splat(LN_2_HEAD), f);
    sum + (rest + correction)
}

/// The values of a logarithm where it is not an ordinary number.
#[inline(always)]
fn defined<V: Lanes>(x: V, y: V) -> V {
    let zero = V::splat(0.0);
    let inside = zero.lt(x) & x.lt(V::splat(f64::INFINITY));
    // What is left besides 0 and negative numbers, infinity and NaN, is its own logarithm.
    let outside = V::select(x.lt(zero), V::splat(f64::NAN), x);
    V::select(inside, y, V::select(x.eq(zero), V::splat(f64::NEG_INFINITY), outside))
}

/// `ln(1 + x)`.
#[inline(always)]
pub(crate) fn ln_1p<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::ln_1p);
    }
    let one = V::splat(1.0);
    let u = one + x;
    // Exactly 1 + x - u (Knuth's sum, in either order of magnitude).
    let back = u - one;
    let lost = (one - (u - back)) + (x - back);
    let (m, e) = u.split();
    // ln(u + lost) = ln u + lost/u; where u is infinite or not positive the result is replaced anyway.
    let y = ln_core(m, e, lost.scale(-e) * m.recip());
    let y = V::select(x.abs().lt(V::splat(0.5 * f64::EPSILON)), x, y);
    // The sign of the result is that of the argument, which matters for -0.
    defined(u, y).copysign(x)
}

/// `(h, l)` with `h + l = ln x` to some 65 bits, for positive finite `x`.
#[inline(always)]
fn ln_sum<V: Lanes>(x: V) -> (V, V) {
    let (m, e) = x.split();
    let two = V::splat(2.0);
    let f = m - V::splat(1.0);
    let d = f + two;
    let d_lo = f - (d - two);
    let inverse = d.recip();
    let s = f * inverse;
    let s_lo = inverse * d_lo.neg_mul_add(s, s.neg_mul_add(d, f));
    let z = s * s;
    let z_lo = s.mul_sub(s, z) + two * s * s_lo;
    // R(z) = 2/3 + z R2(z); relative error of the logarithm below 2^-69.
    let r2 = horner!(z;
        0.3999999999999972, 0.28571428571579877, 0.222222221907919, 0.18181821567146228, 0.1538440458301138,
        0.13341203165041077, 0.11591478347013313, 0.12576847831992788);
    let (r, r_lo) = fast_two_sum(V::splat(2.0 / 3.0), z * r2);
    let r_lo = r_lo + V::splat(3.700743415417188e-17);
    let w = z * r;
    let w_lo = z.mul_sub(r, w) + z.mul_add(r_lo, z_lo * r);
    let v = s * w;
    let v_lo = s.mul_sub(w, v) + s.mul_add(w_lo, s_lo * w);
    let (h, l) = fast_two_sum(two * s, v);
    let l = l + two.mul_add(s_lo, v_lo);
    let (sum, rest) = fast_two_sum(e * V::splat(LN_2_HEAD), h);
    fast_two_sum(sum, rest + e.mul_add(V::splat(LN_2_TAIL), l))
}

/// Logarithm to base 10.
#[inline(always)]
pub(crate) fn log10<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::log10);
    }
    let (h, l) = ln_sum(x);
    let factor = V::splat(std::f64::consts::LOG10_E);
    let y = h * factor;
    let y_lo = h.mul_sub(factor, y) + h.mul_add(V::splat(1.098319650216765e-17), l * factor);
    defined(x, y + y_lo)
}

/// `x^p` as `e^(p ln x)`; bases that are not positive and finite, and endless exponents, go to `std`.
#[inline(always)]
pub(crate) fn powf<V: Lanes>(x: V, p: V) -> V {
    if !V::FUSED {
        return zip(x, p, f64::powf);
    }
    let ordinary = V::splat(0.0).lt(x) & x.lt(V::splat(f64::INFINITY)) & p.abs().lt(V::splat(1e300));
    let (h, l) = ln_sum(x);
    let y = p * h;
    let y_lo = p.mul_sub(h, y) + p * l;
    // Beyond overflow the tail of a clamped logarithm would be larger than the logarithm.
    let y_lo = y_lo.zero_unless(y.abs().lt(V::splat(800.0)));
    patch2(exp_sum(y, y_lo), !ordinary, x, p, f64::powf)
}

/// `x^n` by repeated squaring.
#[inline(always)]
pub(crate) fn powi<V: Lanes>(x: V, n: i32) -> V {
    let (mut base, mut left, mut out) = (x, n.unsigned_abs(), V::splat(1.0));
    while left != 0 {
        if left & 1 == 1 {
            out *= base;
        }
        left >>= 1;
        if left != 0 {
            base *= base;
        }
    }
    if n < 0 { V::splat(1.0) / out } else { out }
}

//! Cube root and hypotenuse.

use super::{horner, patch, patch2, zip};
use crate::simd::lanes::Lanes;

/// Cube root: `|x| = 2^(3q + j) m`, a polynomial for `m^(-1/3)`, one step of fourth order, and one correction.
#[inline(always)]
pub(crate) fn cbrt<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::cbrt);
    }
    let one = V::splat(1.0);
    let a = x.abs();
    let (m, e) = a.split();
    // The hundredth keeps the quotient of a multiple of 3 from falling below its integer by rounding.
    let q = (e * V::splat(1.0 / 3.0) + V::splat(0.01)).floor();
    let j = q.neg_mul_add(V::splat(3.0), e);
    // Relative error 2^-14 for m in [3/4, 3/2].
    let y = horner!(m;
        1.8380831864889853, -1.721240038075881, 1.3608645876105676, -0.577203362214928, 0.09945802734108501);
    // 1/y³ = m/(1 - d): y (1 - d)^(-1/3) by its series.
    let d = (m * y).neg_mul_add(y * y, one);
    let y = (y * d).mul_add(horner!(d; 1.0 / 3.0, 2.0 / 9.0, 14.0 / 81.0), y);
    let root = m * y * y * by_rest(j, 1.0, 1.2599210498948732, 1.5874010519681994);
    let m = m * by_rest(j, 1.0, 2.0, 4.0);
    // One Newton step on root³ = m with the residual from an exact square.
    let square = root * root;
    let square_lo = root.mul_sub(root, square);
    let residual = root.neg_mul_add(square_lo, root.neg_mul_add(square, m));
    let slope = y * y * by_rest(j, 1.0 / 3.0, 0.20998684164914552, 0.13228342099734997);
    let root = residual.mul_add(slope, root).scale(q).copysign(x);
    let ordinary = V::splat(0.0).lt(a) & a.lt(V::splat(f64::INFINITY));
    patch(root, !ordinary, x, f64::cbrt)
}

/// One of three constants. A function, because a closure cannot be forced inline.
#[inline(always)]
fn by_rest<V: Lanes>(j: V, zero: f64, one: f64, two: f64) -> V {
    let rest = V::select(j.gt(V::splat(1.5)), V::splat(two), V::splat(one));
    V::select(j.lt(V::splat(0.5)), V::splat(zero), rest)
}

/// `sqrt(x² + y²)`; where a square or its tail would leave the normal range, `std` works lane by lane.
#[inline(always)]
pub(crate) fn hypot<V: Lanes>(x: V, y: V) -> V {
    if !V::FUSED {
        return zip(x, y, f64::hypot);
    }
    let (a, b) = (x.abs(), y.abs());
    let (large, small) = (V::select(a.gt(b), a, b), V::select(a.gt(b), b, a));
    // 2^±400.
    let ordinary = V::splat(3.872591914849318e-121).lt(large) & large.lt(V::splat(2.582249878086909e120));
    let sum = large.mul_add(large, small * small);
    patch2(sum.sqrt(), !(ordinary & small.le(large)), x, y, f64::hypot)
}

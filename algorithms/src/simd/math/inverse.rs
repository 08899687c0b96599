//! Inverse trigonometric functions.
//!
//! The arc tangent folds its argument to `a / b` with `0 <= a <= b`, and beyond 1/2 to `(a - b) / (a + b)`, an eighth
//! of a turn away; the quotient keeps its tail. Arc sine and cosine beyond 1/2 use the half angle,
//! `acos x = 2 asin sqrt((1 - x)/2)`.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::{fast_two_sum, horner, patch2, zip};
use crate::simd::lanes::Lanes;

/// What `FRAC_PI_4` leaves of π/4.
const FRAC_PI_4_LO: f64 = 3.061616997868383e-17;

/// `(far, t, l)`: the angle of `(b, a)` is `t + l`, and π/4 more where `far`.
#[inline(always)]
fn fold<V: Lanes>(a: V, b: V) -> (V::Mask, V, V) {
    let far = a.gt(b * V::splat(0.5));
    let sum = a + b;
    // a - b is exact there (Sterbenz); of a + b the tail is kept.
    let over = V::select(far, a - b, a);
    let under = V::select(far, sum, b);
    let under_lo = ((b - sum) + a).zero_unless(far);
    let inverse = under.recip();
    let t = over * inverse;
    let t_lo = inverse * under_lo.neg_mul_add(t, t.neg_mul_add(under, over));
    let z = t * t;
    // Relative error of the arc tangent below 2^-57 for |t| <= 1/2.
    let p = horner!(z;
        -0.33333333333332993, 0.19999999999905266, -0.14285714276557396, 0.11111110666436382, -0.09090896401342682,
        0.07692076180109154, -0.06663832122925584, 0.058584345367298396, -0.05122569392949214,
        0.041879871207965394, -0.02745733119415199, 0.01013161242054013);
    (far, t, (t * z).mul_add(p, t_lo))
}

/// `eighths π/4 ± (t + l)`, minus where the mask is true.
#[inline(always)]
fn unfold<V: Lanes>(eighths: V, minus: V::Mask, t: V, l: V) -> V {
    let sign = V::splat(-0.0).zero_unless(minus);
    let (t, l) = (t.xor(sign), l.xor(sign));
    let head = eighths * V::splat(FRAC_PI_4);
    let head_lo = eighths.mul_add(V::splat(FRAC_PI_4_LO), eighths.mul_sub(V::splat(FRAC_PI_4), head));
    let (sum, rest) = fast_two_sum(head, t);
    sum + (rest + (l + head_lo))
}

/// Arc tangent.
#[inline(always)]
pub(crate) fn atan<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::atan);
    }
    let one = V::splat(1.0);
    // From 2^100 on the result is π/2. The constant comes first so that a NaN stays.
    let a = V::splat(1_267_650_600_228_229_401_496_703_205_376.0).min(x.abs());
    let swapped = a.gt(one);
    let (far, t, l) = fold(V::select(swapped, one, a), V::select(swapped, a, one));
    let eighths = one.zero_unless(far);
    let eighths = V::select(swapped, V::splat(2.0) - eighths, eighths);
    unfold(eighths, swapped, t, l).copysign(x)
}

/// The angle of the point `(x, y)`.
#[inline(always)]
pub(crate) fn atan2<V: Lanes>(y: V, x: V) -> V {
    if !V::FUSED {
        return zip(y, x, f64::atan2);
    }
    let (ay, ax) = (y.abs(), x.abs());
    let swapped = ay.gt(ax);
    let (a, b) = (V::select(swapped, ax, ay), V::select(swapped, ay, ax));
    // 2^±400 and 2^-500: inside, neither the quotient nor its tail leaves the normal range.
    let ordinary = V::splat(3.872591914849318e-121).lt(b)
        & b.lt(V::splat(2.582249878086909e120))
        & (V::splat(3.054936363499605e-151).lt(a) | a.eq(V::splat(0.0)));
    let (far, t, l) = fold(a, b);
    let left = x.lt(V::splat(0.0));
    let eighths = V::splat(1.0).zero_unless(far);
    let eighths = V::select(swapped, V::splat(2.0) - eighths, eighths);
    let eighths = V::select(left, V::splat(4.0) - eighths, eighths);
    let minus = (swapped & !left) | (left & !swapped);
    let angle = unfold(eighths, minus, t, l).copysign(y);
    patch2(angle, !ordinary, y, x, f64::atan2)
}

/// `(large, s, l)`: `asin |x| = s + l` where not `large`, `π/2 - 2 (s + l)` where `large`.
#[inline(always)]
fn half_angle<V: Lanes>(x: V) -> (V::Mask, V, V) {
    let a = x.abs();
    let half = V::splat(0.5);
    let large = a.gt(half);
    let z = V::select(large, a.neg_mul_add(half, half), a * a);
    let (root, inverse) = z.sqrt_rsqrt();
    // The tail of the root, by Newton's step; at 0 the step is 0 times infinity.
    let root_lo = root.neg_mul_add(root, z) * inverse * half;
    let root_lo = root_lo.zero_unless(large & V::splat(0.0).lt(z));
    let s = V::select(large, root, a);
    // Relative error of the arc sine below 2^-59 for s <= 1/2.
    let p = horner!(z;
        0.16666666666666763, 0.07499999999970096, 0.044642857175288826, 0.030381942675154414, 0.02237221590919413,
        0.01735159544585417, 0.01398101912374313, 0.011397288741667195, 0.010789342599147194,
        0.003672113492678442, 0.021790800246402956, -0.02111690850686132, 0.032702264507519174);
    (large, s, (s * z).mul_add(p, root_lo))
}

/// Arc sine.
#[inline(always)]
pub(crate) fn asin<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::asin);
    }
    let (large, s, l) = half_angle(x);
    let two = V::splat(2.0);
    let (sum, rest) = fast_two_sum(V::splat(FRAC_PI_2), -(two * s));
    let far = sum + (rest + l.neg_mul_add(two, V::splat(2.0 * FRAC_PI_4_LO)));
    V::select(large, far, s + l).copysign(x)
}

/// Arc cosine.
#[inline(always)]
pub(crate) fn acos<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::acos);
    }
    let (large, s, l) = half_angle(x);
    let negative = x.lt(V::splat(0.0));
    let two = V::splat(2.0);
    let (s, l) = (V::select(large, two * s, s), V::select(large, two * l, l));
    // Near 1 the angle itself, near -1 its distance from π, between them the distance from π/2.
    let head = V::select(large, V::splat(PI).zero_unless(negative), V::splat(FRAC_PI_2));
    let head_lo = head * V::splat(FRAC_PI_4_LO / FRAC_PI_4);
    let plus = V::select(large, V::splat(1.0), V::splat(-1.0));
    let plus = V::select(negative, -plus, plus);
    let (sum, rest) = fast_two_sum(head, plus * s);
    sum + (rest + plus.mul_add(l, head_lo))
}

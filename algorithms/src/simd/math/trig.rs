//! Sine, cosine, and tangent.
//!
//! `|x| = n π/2 + r + s` with `|r| <= π/4` and `s` the tail of `r`, π/2 in three pieces. Beyond 2^30 the three pieces
//! no longer suffice for every argument, and `std` works lane by lane.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use super::{ROUND, fast_two_sum, horner, patch};
use crate::simd::lanes::Lanes;

/// The largest argument that is reduced here.
const LIMIT: f64 = 1_073_741_824.0;
/// What `FRAC_PI_2` leaves of π/2, and what that leaves.
const FRAC_PI_2_LO: [f64; 2] = [6.123233995736766e-17, -1.4973849048591698e-33];

/// An argument reduced to the quarter turn around 0.
struct Reduced<V> {
    /// The number of quarter turns, in the low bits.
    turns: V,
    /// `sin(r + s)` as the two terms of a sum, the first larger.
    sin: (V, V),
    /// `cos(r + s)` likewise.
    cos: (V, V),
}

#[inline(always)]
fn reduce<V: Lanes>(a: V) -> Reduced<V> {
    let turns = a.mul_add(V::splat(FRAC_2_PI), V::splat(ROUND));
    let n = turns - V::splat(ROUND);
    let [middle, last] = FRAC_PI_2_LO.map(V::splat);
    // Exact: both terms are multiples of 2^-53 (n = 0 aside), and the difference is below 1.
    let head = n.neg_mul_add(V::splat(FRAC_PI_2), a);
    let p = n * middle;
    let r = head - p;
    // `head` is a multiple of the last place of `p`, for which this tail of the difference is exact too.
    let s = n.neg_mul_add(last, ((head - r) - p) - n.mul_sub(middle, p));
    let z = r * r;
    let half = z * V::splat(0.5);
    // Relative error of both below 2^-58 for |r| <= 0.7856.
    let sine = horner!(z;
        -0.16666666666666632, 0.008333333333322398, -0.00019841269829793428, 2.7557313686691785e-06,
        -2.5050757263550873e-08, 1.5896744496928207e-10);
    let cosine = horner!(z;
        0.041666666666666595, -0.0013888888888873017, 2.4801587288825825e-05, -2.7557314171596533e-07,
        2.0875699765932665e-09, -1.1358479346209902e-11);
    // sin(r + s) = sin r + s cos r, cos(r + s) = cos r - s sin r, with as many terms as s deserves.
    let sin = (r, (z * r).mul_add(sine, half.neg_mul_add(s, s)));
    let one = V::splat(1.0);
    let head = one - half;
    let cos = (head, (z * z).mul_add(cosine, r.neg_mul_add(s, (one - head) - half)));
    Reduced { turns, sin, cos }
}

/// The lanes where the number of quarter turns is odd.
#[inline(always)]
fn odd<V: Lanes>(turns: V) -> V::Mask {
    turns.shl::<63>().sign()
}

/// Negates where the number of quarter turns modulo 4 is 2 or 3.
#[inline(always)]
fn turn<V: Lanes>(y: V, turns: V) -> V {
    y.xor(turns.shl::<62>().and(V::splat(-0.0)))
}

/// Where the reduction does not hold.
#[inline(always)]
fn beyond<V: Lanes>(a: V) -> V::Mask {
    !a.le(V::splat(LIMIT))
}

/// Sine.
#[inline(always)]
pub(crate) fn sin<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::sin);
    }
    sin_cos_with::<V, true, false>(x).0
}

/// Cosine.
#[inline(always)]
pub(crate) fn cos<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::cos);
    }
    sin_cos_with::<V, false, true>(x).1
}

/// Sine and cosine.
#[inline(always)]
pub(crate) fn sin_cos<V: Lanes>(x: V) -> (V, V) {
    if !V::FUSED {
        return (x.map(f64::sin), x.map(f64::cos));
    }
    sin_cos_with::<V, true, true>(x)
}

#[inline(always)]
fn sin_cos_with<V: Lanes, const SIN: bool, const COS: bool>(x: V) -> (V, V) {
    let a = x.abs();
    let to = reduce(a);
    let (s, c) = (to.sin.0 + to.sin.1, to.cos.0 + to.cos.1);
    let swap = odd(to.turns);
    let far = beyond(a);
    let (mut sine, mut cosine) = (a, a);
    if SIN {
        let sign = x.and(V::splat(-0.0));
        sine = patch(turn(V::select(swap, c, s), to.turns).xor(sign), far, x, f64::sin);
    }
    if COS {
        let turns = to.turns + V::splat(1.0);
        cosine = patch(turn(V::select(swap, s, c), turns), far, x, f64::cos);
    }
    (sine, cosine)
}

/// Tangent, with sine and cosine as sums so that only the division rounds.
#[inline(always)]
pub(crate) fn tan<V: Lanes>(x: V) -> V {
    if !V::FUSED {
        return x.map(f64::tan);
    }
    let a = x.abs();
    let to = reduce(a);
    let swap = odd(to.turns);
    let (s, s_lo) = fast_two_sum(to.sin.0, to.sin.1);
    let (c, c_lo) = fast_two_sum(to.cos.0, to.cos.1);
    let (over, over_lo) = (V::select(swap, -c, s), V::select(swap, -c_lo, s_lo));
    let (under, under_lo) = (V::select(swap, s, c), V::select(swap, s_lo, c_lo));
    let inverse = under.recip();
    let q = over * inverse;
    let rest = q.neg_mul_add(under, over) + q.neg_mul_add(under_lo, over_lo);
    let y = rest.mul_add(inverse, q);
    // Below, tan x = x, and the rest of the quotient would underflow.
    let y = V::select(a.lt(V::splat(1e-9)), a, y).xor(x.and(V::splat(-0.0)));
    patch(y, beyond(a), x, f64::tan)
}

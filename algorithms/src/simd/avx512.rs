//! Eight lanes as one AVX-512 register.
//!
//! Division and roots are the slowest instructions of this set, so that `recip` and the reciprocal root start from
//! the 14-bit estimates and refine them by Newton's iteration (measured: two to three times faster than the exact
//! instructions). `/` and `sqrt` stay exact.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

use super::lanes::{Bits, LANES, Lanes, Mask, TWO_52, last_index};

/// Eight lanes in one register. Reachable only through `dispatch`, hence only where the CPU has AVX-512.
#[derive(Copy, Clone)]
pub(super) struct Avx512(__m512d);

/// Eight booleans in a mask register.
#[derive(Copy, Clone)]
pub(super) struct Mask512(__mmask8);

/// From here on upwards the residual of a square root is a normal number: 2^-960.
const TINY: f64 = f64::from_bits((1023 - 960) << 52);

/// Calls register-to-register intrinsics.
macro_rules! avx512 {
    ($e:expr) => {
        // SAFETY: the type exists only where `dispatch` has found AVX-512 F, DQ, VL and BW; no memory is touched.
        unsafe { $e }
    };
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident, $intrinsic:ident) => {
        impl $trait for Avx512 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(avx512!($intrinsic(self.0, other.0)))
            }
        }
        operator!(@assign $assign, $assign_method, $trait, $method);
    };
    (@assign none, none, $trait:ident, $method:ident) => {};
    (@assign $assign:ident, $assign_method:ident, $trait:ident, $method:ident) => {
        impl $assign for Avx512 {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = $trait::$method(*self, other);
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, _mm512_add_pd);
operator!(Sub, sub, SubAssign, sub_assign, _mm512_sub_pd);
operator!(Mul, mul, MulAssign, mul_assign, _mm512_mul_pd);
operator!(Div, div, none, none, _mm512_div_pd);

impl Neg for Avx512 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.xor(Self::splat(-0.0))
    }
}

impl BitAnd for Mask512 {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Mask512 {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Not for Mask512 {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl Mask for Mask512 {
    #[inline(always)]
    fn bits(self) -> u8 {
        self.0
    }
    #[inline(always)]
    fn from_bits(bits: u8) -> Self {
        Self(bits)
    }
}

impl Avx512 {
    #[inline(always)]
    fn int(self) -> __m512i {
        avx512!(_mm512_castpd_si512(self.0))
    }
    #[inline(always)]
    fn from_int(x: __m512i) -> Self {
        Self(avx512!(_mm512_castsi512_pd(x)))
    }
}

impl Avx512 {
    /// `1/sqrt(x)` within one unit in the last place: the 14-bit estimate, a step of third order, and one of second.
    #[inline(always)]
    fn refined(self) -> Self {
        let one = Self::splat(1.0);
        let y0 = Self(avx512!(_mm512_rsqrt14_pd(self.0)));
        let e = (self * y0).neg_mul_add(y0, one);
        let y1 = (y0 * e).mul_add(e.mul_add(Self::splat(0.375), Self::splat(0.5)), y0);
        let e = (self * y1).neg_mul_add(y1, one);
        let y2 = (y1 * Self::splat(0.5)).mul_add(e, y1);
        // The refinement of 0 and infinity is 0 * inf: there the estimate is already the answer.
        Self::select(y2.is_nan(), y0, y2)
    }
}

impl Bits for Avx512 {
    type Bool = Mask512;
    const FUSED: bool = true;
    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        Self(avx512!(_mm512_fmsub_pd(self.0, b.0, c.0)))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(avx512!(_mm512_fnmadd_pd(self.0, b.0, c.0)))
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(avx512!(_mm512_and_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(avx512!(_mm512_or_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(avx512!(_mm512_xor_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn shl<const N: i32>(self) -> Self {
        Self::from_int(avx512!(_mm512_sll_epi64(self.int(), _mm_cvtsi32_si128(N))))
    }
    #[inline(always)]
    fn shr<const N: i32>(self) -> Self {
        Self::from_int(avx512!(_mm512_srl_epi64(self.int(), _mm_cvtsi32_si128(N))))
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self::from_int(avx512!(_mm512_add_epi64(self.int(), other.int())))
    }
    #[inline(always)]
    fn sub_bits(self, other: Self) -> Self {
        Self::from_int(avx512!(_mm512_sub_epi64(self.int(), other.int())))
    }
    #[inline(always)]
    fn shr_by(self, n: u32) -> Self {
        Self::from_int(avx512!(_mm512_srl_epi64(self.int(), _mm_cvtsi32_si128(n as i32))))
    }
    #[inline(always)]
    fn lookup(self, table: &[f64]) -> Self {
        // As pairs of 32-bit numbers (last, 0): the minimum clears the upper half.
        let last = avx512!(_mm512_set1_epi64(i64::from(last_index(table))));
        let index = avx512!(_mm512_min_epu32(self.int(), last));
        // SAFETY: every index is at most that of the table's last entry; see `avx512!` for the CPU.
        Self(unsafe { _mm512_i64gather_pd::<8>(index, table.as_ptr()) })
    }
    #[inline(always)]
    fn lookup_pair(self, table: &[[f64; 2]]) -> (Self, Self) {
        let last = avx512!(_mm512_set1_epi64(i64::from(last_index(table))));
        let entry = avx512!(_mm512_min_epu32(self.int(), last));
        let (index, table) = (avx512!(_mm512_add_epi64(entry, entry)), table.as_flattened().as_ptr());
        // SAFETY: every index is at most twice that of the table's last entry; see `avx512!` for the CPU.
        unsafe { (Self(_mm512_i64gather_pd::<8>(index, table)), Self(_mm512_i64gather_pd::<8>(index, table.add(1)))) }
    }
    #[inline(always)]
    fn integer_bits(self) -> Self {
        // One addition that rounds downwards.
        Self(avx512!(_mm512_add_round_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0, Self::splat(TWO_52).0)))
    }
    #[inline(always)]
    fn sign(self) -> Mask512 {
        Mask512(avx512!(_mm512_movepi64_mask(self.int())))
    }
    #[inline(always)]
    fn scale(self, k: Self) -> Self {
        Self(avx512!(_mm512_scalef_pd(self.0, k.0)))
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let m = avx512!(_mm512_getmant_pd::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_SRC>(self.0));
        // The exponent of `m` is -1 below 1 and 0 from there on: exactly what the estimate of `self` must lose.
        let e = avx512!(_mm512_sub_pd(_mm512_getexp_pd(self.0), _mm512_getexp_pd(m)));
        (Self(m), Self(e))
    }
}

impl Lanes for Avx512 {
    type Mask = Mask512;
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self(avx512!(_mm512_set1_pd(x)))
    }
    #[inline(always)]
    fn load(x: &[f64; LANES]) -> Self {
        // SAFETY: `x` holds eight numbers; see `avx512!` for the CPU.
        Self(unsafe { _mm512_loadu_pd(x.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; LANES]) {
        // SAFETY: `out` has room for eight numbers; see `avx512!` for the CPU.
        unsafe { _mm512_storeu_pd(out.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn load_partial(x: &[f64]) -> Self {
        let n = x.len().min(LANES);
        let fill = Self::splat(x[..n].last().copied().unwrap_or(0.0));
        // SAFETY: the mask lets only the first `n <= x.len()` numbers be read; see `avx512!` for the CPU.
        Self(unsafe { _mm512_mask_loadu_pd(fill.0, first(n), x.as_ptr()) })
    }
    #[inline(always)]
    fn store_partial(self, out: &mut [f64]) {
        // SAFETY: the mask lets only the first `min(8, out.len())` numbers be written; see `avx512!` for the CPU.
        unsafe { _mm512_mask_storeu_pd(out.as_mut_ptr(), first(out.len()), self.0) }
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(avx512!(_mm512_fmadd_pd(self.0, b.0, c.0)))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(avx512!(_mm512_abs_pd(self.0)))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(avx512!(_mm512_sqrt_pd(self.0)))
    }
    #[inline(always)]
    fn recip(self) -> Self {
        let one = Self::splat(1.0);
        let y0 = Self(avx512!(_mm512_rcp14_pd(self.0)));
        let e = self.neg_mul_add(y0, one);
        let y1 = y0.mul_add(e.mul_add(e, e), y0);
        let y2 = y1.mul_add(self.neg_mul_add(y1, one), y1);
        // The refinement of 1/0 and 1/inf is 0 * inf: there the estimate is already the answer.
        Self::select(y2.is_nan(), y0, y2)
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        self.refined()
    }
    #[inline(always)]
    fn sqrt_rsqrt(self) -> (Self, Self) {
        let y = self.refined();
        let g = self * y;
        // The residual is exact, so that the step ends within 0.51 units of the root (Markstein 1990).
        let root = g.neg_mul_add(g, self).mul_add(y * Self::splat(0.5), g);
        // Below 2^-960 the residual underflows; there, and at 0 and infinity, the exact instruction.
        let ordinary = Self::splat(TINY).le(self) & self.lt(Self::splat(f64::INFINITY));
        if ordinary.all() {
            return (root, y);
        }
        (Self::select(ordinary, root, self.sqrt()), y)
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(avx512!(_mm512_min_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(avx512!(_mm512_max_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(avx512!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn ceil(self) -> Self {
        Self(avx512!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn round_ties_even(self) -> Self {
        Self(avx512!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn trunc(self) -> Self {
        Self(avx512!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Mask512 {
        Mask512(avx512!(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0)))
    }
    #[inline(always)]
    fn le(self, other: Self) -> Mask512 {
        Mask512(avx512!(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0)))
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Mask512 {
        Mask512(avx512!(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self.0, other.0)))
    }
    #[inline(always)]
    fn select(mask: Mask512, yes: Self, no: Self) -> Self {
        Self(avx512!(_mm512_mask_blend_pd(mask.0, no.0, yes.0)))
    }
}

/// A mask of the first `min(n, 8)` lanes.
#[inline(always)]
fn first(n: usize) -> __mmask8 {
    if n >= LANES { u8::MAX } else { (1 << n) - 1 }
}

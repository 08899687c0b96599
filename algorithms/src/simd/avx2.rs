//! Eight lanes as two AVX2 registers, with fused multiply-add.
//!
//! Division and roots are the exact instructions: they overlap with other work, and Newton's iteration from the
//! 12-bit single-precision estimates was measured slower.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

use super::lanes::{Bits, LANES, Lanes, Mask, TWO_52, last_index};

/// Eight lanes in two registers. Reachable only through `dispatch`, hence only where the CPU has AVX2 and FMA.
#[derive(Copy, Clone)]
pub(super) struct Avx2(__m256d, __m256d);

/// Eight booleans as all-ones or all-zeros lanes.
#[derive(Copy, Clone)]
pub(super) struct Mask256(__m256d, __m256d);

/// Calls register-to-register intrinsics.
macro_rules! avx2 {
    ($e:expr) => {
        // SAFETY: the type exists only where `dispatch` has found AVX2 and FMA; no memory is touched.
        unsafe { $e }
    };
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident, $intrinsic:ident) => {
        impl $trait for Avx2 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                avx2!(Self($intrinsic(self.0, other.0), $intrinsic(self.1, other.1)))
            }
        }
        operator!(@assign $assign, $assign_method, $trait, $method);
    };
    (@assign none, none, $trait:ident, $method:ident) => {};
    (@assign $assign:ident, $assign_method:ident, $trait:ident, $method:ident) => {
        impl $assign for Avx2 {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = $trait::$method(*self, other);
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, _mm256_add_pd);
operator!(Sub, sub, SubAssign, sub_assign, _mm256_sub_pd);
operator!(Mul, mul, MulAssign, mul_assign, _mm256_mul_pd);
operator!(Div, div, none, none, _mm256_div_pd);

impl Neg for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.xor(Self::splat(-0.0))
    }
}

impl BitAnd for Mask256 {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        avx2!(Self(_mm256_and_pd(self.0, other.0), _mm256_and_pd(self.1, other.1)))
    }
}

impl BitOr for Mask256 {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        avx2!(Self(_mm256_or_pd(self.0, other.0), _mm256_or_pd(self.1, other.1)))
    }
}

impl Not for Mask256 {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        let ones = avx2!(_mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
        avx2!(Self(_mm256_xor_pd(self.0, ones), _mm256_xor_pd(self.1, ones)))
    }
}

impl Mask for Mask256 {
    #[inline(always)]
    fn bits(self) -> u8 {
        let (low, high) = avx2!((_mm256_movemask_pd(self.0), _mm256_movemask_pd(self.1)));
        (low | high << 4) as u8
    }
    #[inline(always)]
    fn from_bits(bits: u8) -> Self {
        let lane = |i: u32| f64::from_bits((u64::from(bits >> i & 1)).wrapping_neg());
        avx2!(Self(_mm256_setr_pd(lane(0), lane(1), lane(2), lane(3)), _mm256_setr_pd(lane(4), lane(5), lane(6), lane(7)),))
    }
}

/// Applies an integer intrinsic to the bit patterns of two operands.
macro_rules! on_integers {
    ($intrinsic:ident, $a:expr, $b:expr) => {
        avx2!(Self(
            _mm256_castsi256_pd($intrinsic(_mm256_castpd_si256($a.0), _mm256_castpd_si256($b.0))),
            _mm256_castsi256_pd($intrinsic(_mm256_castpd_si256($a.1), _mm256_castpd_si256($b.1))),
        ))
    };
}

/// Applies a shift to the bit patterns.
macro_rules! on_shift {
    ($intrinsic:ident, $n:ident, $a:expr) => {
        avx2!(Self(
            _mm256_castsi256_pd($intrinsic::<$n>(_mm256_castpd_si256($a.0))),
            _mm256_castsi256_pd($intrinsic::<$n>(_mm256_castpd_si256($a.1))),
        ))
    };
}

/// Applies an intrinsic to both halves.
macro_rules! halves {
    ($intrinsic:ident $(::<$c:tt>)?, $($x:expr),+) => {
        avx2!(Self($intrinsic$(::<$c>)?($($x.0),+), $intrinsic$(::<$c>)?($($x.1),+)))
    };
}

impl Bits for Avx2 {
    type Bool = Mask256;
    const FUSED: bool = true;
    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        halves!(_mm256_fmsub_pd, self, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        halves!(_mm256_fnmadd_pd, self, b, c)
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        halves!(_mm256_and_pd, self, other)
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        halves!(_mm256_or_pd, self, other)
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        halves!(_mm256_xor_pd, self, other)
    }
    #[inline(always)]
    fn shl<const N: i32>(self) -> Self {
        on_shift!(_mm256_slli_epi64, N, self)
    }
    #[inline(always)]
    fn shr<const N: i32>(self) -> Self {
        on_shift!(_mm256_srli_epi64, N, self)
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        on_integers!(_mm256_add_epi64, self, other)
    }
    #[inline(always)]
    fn sub_bits(self, other: Self) -> Self {
        on_integers!(_mm256_sub_epi64, self, other)
    }
    #[inline(always)]
    fn shr_by(self, n: u32) -> Self {
        let n = avx2!(_mm_cvtsi32_si128(n as i32));
        avx2!(Self(
            _mm256_castsi256_pd(_mm256_srl_epi64(_mm256_castpd_si256(self.0), n)),
            _mm256_castsi256_pd(_mm256_srl_epi64(_mm256_castpd_si256(self.1), n)),
        ))
    }
    #[inline(always)]
    fn lookup(self, table: &[f64]) -> Self {
        // As pairs of 32-bit numbers (last, 0): the minimum clears the upper half.
        let last = avx2!(_mm256_set1_epi64x(i64::from(last_index(table))));
        let index = |half| avx2!(_mm256_min_epu32(_mm256_castpd_si256(half), last));
        // SAFETY: every index is at most that of the table's last entry; see `avx2!` for the CPU.
        unsafe {
            Self(_mm256_i64gather_pd::<8>(table.as_ptr(), index(self.0)), _mm256_i64gather_pd::<8>(table.as_ptr(), index(self.1)))
        }
    }
    #[inline(always)]
    fn lookup_pair(self, table: &[[f64; 2]]) -> (Self, Self) {
        let last = avx2!(_mm256_set1_epi64x(i64::from(last_index(table))));
        let index = |half| {
            avx2!({
                let entry = _mm256_min_epu32(_mm256_castpd_si256(half), last);
                _mm256_add_epi64(entry, entry)
            })
        };
        let (table, low, high) = (table.as_flattened().as_ptr(), index(self.0), index(self.1));
        // SAFETY: every index is at most twice that of the table's last entry; see `avx2!` for the CPU.
        unsafe {
            let next = table.add(1);
            let first = Self(_mm256_i64gather_pd::<8>(table, low), _mm256_i64gather_pd::<8>(table, high));
            (first, Self(_mm256_i64gather_pd::<8>(next, low), _mm256_i64gather_pd::<8>(next, high)))
        }
    }
    #[inline(always)]
    fn integer_bits(self) -> Self {
        self.floor() + Self::splat(TWO_52)
    }
    #[inline(always)]
    fn sign(self) -> Mask256 {
        let zero = avx2!(_mm256_setzero_si256());
        avx2!(Mask256(
            _mm256_castsi256_pd(_mm256_cmpgt_epi64(zero, _mm256_castpd_si256(self.0))),
            _mm256_castsi256_pd(_mm256_cmpgt_epi64(zero, _mm256_castpd_si256(self.1))),
        ))
    }
    #[inline(always)]
    fn scale(self, k: Self) -> Self {
        super::portable::scale(self, k)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        super::portable::split(self)
    }
}

impl Lanes for Avx2 {
    type Mask = Mask256;
    #[inline(always)]
    fn splat(x: f64) -> Self {
        avx2!(Self(_mm256_set1_pd(x), _mm256_set1_pd(x)))
    }
    #[inline(always)]
    fn load(x: &[f64; LANES]) -> Self {
        // SAFETY: `x` holds eight numbers; see `avx2!` for the CPU.
        unsafe { Self(_mm256_loadu_pd(x.as_ptr()), _mm256_loadu_pd(x.as_ptr().add(4))) }
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; LANES]) {
        // SAFETY: `out` has room for eight numbers; see `avx2!` for the CPU.
        unsafe {
            _mm256_storeu_pd(out.as_mut_ptr(), self.0);
            _mm256_storeu_pd(out.as_mut_ptr().add(4), self.1);
        }
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        halves!(_mm256_fmadd_pd, self, b, c)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.and(Self::splat(f64::from_bits(u64::MAX >> 1)))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        halves!(_mm256_sqrt_pd, self)
    }
    #[inline(always)]
    fn recip(self) -> Self {
        Self::splat(1.0) / self
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        self.sqrt().recip()
    }
    #[inline(always)]
    fn sqrt_rsqrt(self) -> (Self, Self) {
        let s = self.sqrt();
        (s, s.recip())
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        halves!(_mm256_min_pd, self, other)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        halves!(_mm256_max_pd, self, other)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        halves!(_mm256_floor_pd, self)
    }
    #[inline(always)]
    fn ceil(self) -> Self {
        halves!(_mm256_ceil_pd, self)
    }
    #[inline(always)]
    fn round_ties_even(self) -> Self {
        halves!(_mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>, self)
    }
    #[inline(always)]
    fn trunc(self) -> Self {
        halves!(_mm256_round_pd::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>, self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Mask256 {
        avx2!(Mask256(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0), _mm256_cmp_pd::<_CMP_LT_OQ>(self.1, other.1),))
    }
    #[inline(always)]
    fn le(self, other: Self) -> Mask256 {
        avx2!(Mask256(_mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0), _mm256_cmp_pd::<_CMP_LE_OQ>(self.1, other.1),))
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Mask256 {
        avx2!(Mask256(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.0, other.0), _mm256_cmp_pd::<_CMP_EQ_OQ>(self.1, other.1),))
    }
    #[inline(always)]
    fn select(mask: Mask256, yes: Self, no: Self) -> Self {
        halves!(_mm256_blendv_pd, no, yes, mask)
    }
}

//! Eight lanes in plain Rust, for every CPU; the type that closures over lanes receive.

use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

use super::lanes::{Bits, LANES, Lanes, Mask, TWO_52, last_index};
use super::math::ROUND;

/// Eight numbers in plain Rust, which the compiler turns into whatever vectors the surrounding code may use.
///
/// Its own elementary functions (`x.exp()`) go through [`dispatch`](super::dispatch), so that closures get the best
/// instructions too; those of [`Lanes`] (`V::exp`, in a kernel) stay portable.
#[derive(Copy, Clone, Debug, PartialEq)]
#[repr(align(64))]
pub struct F64x8(pub [f64; LANES]);

/// Eight booleans, each all ones or all zeros: a comparison then stays in vector registers up to the selection.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub struct Mask8([u64; LANES]);

/// Whether the build target fuses multiply-add; without it `f64::mul_add` would be a call into libm.
const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// Writes the eight lanes out, which the compiler packs into vectors more reliably than a loop over closures.
macro_rules! each {
    ($i:ident => $e:expr) => {
        [
            { const $i: usize = 0; $e }, { const $i: usize = 1; $e },
            { const $i: usize = 2; $e }, { const $i: usize = 3; $e },
            { const $i: usize = 4; $e }, { const $i: usize = 5; $e },
            { const $i: usize = 6; $e }, { const $i: usize = 7; $e },
        ]
    };
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl $trait for F64x8 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(each!(I => self.0[I].$method(other.0[I])))
            }
        }
        impl $trait<f64> for F64x8 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Self(each!(I => self.0[I].$method(other)))
            }
        }
        impl $trait<F64x8> for f64 {
            type Output = F64x8;
            #[inline(always)]
            fn $method(self, other: F64x8) -> F64x8 {
                F64x8(each!(I => self.$method(other.0[I])))
            }
        }
        operator!(@assign $assign, $assign_method, $trait, $method);
    };
    (@assign none, none, $trait:ident, $method:ident) => {};
    (@assign $assign:ident, $assign_method:ident, $trait:ident, $method:ident) => {
        impl $assign for F64x8 {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = $trait::$method(*self, other);
            }
        }
        impl $assign<f64> for F64x8 {
            #[inline(always)]
            fn $assign_method(&mut self, other: f64) {
                *self = $trait::$method(*self, other);
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign);
operator!(Sub, sub, SubAssign, sub_assign);
operator!(Mul, mul, MulAssign, mul_assign);
operator!(Div, div, none, none);

impl Neg for F64x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(each!(I => -self.0[I]))
    }
}

impl From<f64> for F64x8 {
    #[inline(always)]
    fn from(x: f64) -> Self {
        Self([x; LANES])
    }
}

impl BitAnd for Mask8 {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(each!(I => self.0[I] & other.0[I]))
    }
}

impl BitOr for Mask8 {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(each!(I => self.0[I] | other.0[I]))
    }
}

impl Not for Mask8 {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(each!(I => !self.0[I]))
    }
}

impl Mask for Mask8 {
    #[inline(always)]
    fn bits(self) -> u8 {
        let bit = each!(I => (self.0[I] & 1) << I);
        (bit[0] | bit[1] | bit[2] | bit[3] | bit[4] | bit[5] | bit[6] | bit[7]) as u8
    }
    #[inline(always)]
    fn from_bits(bits: u8) -> Self {
        Self(each!(I => ones(bits >> I & 1 == 1)))
    }
}

impl Bits for F64x8 {
    type Bool = Mask8;
    const FUSED: bool = FUSED;
    #[inline(always)]
    fn mul_sub(self, b: Self, c: Self) -> Self {
        self.mul_add(b, -c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        (-self).mul_add(b, c)
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() & other.0[I].to_bits())))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() | other.0[I].to_bits())))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() ^ other.0[I].to_bits())))
    }
    #[inline(always)]
    fn shl<const N: i32>(self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() << N)))
    }
    #[inline(always)]
    fn shr<const N: i32>(self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() >> N)))
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits().wrapping_add(other.0[I].to_bits()))))
    }
    #[inline(always)]
    fn sub_bits(self, other: Self) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits().wrapping_sub(other.0[I].to_bits()))))
    }
    #[inline(always)]
    fn shr_by(self, n: u32) -> Self {
        Self(each!(I => f64::from_bits(self.0[I].to_bits() >> n)))
    }
    #[inline(always)]
    fn lookup(self, table: &[f64]) -> Self {
        let last = last_index(table);
        Self(each!(I => table[(self.0[I].to_bits() as u32).min(last) as usize]))
    }
    #[inline(always)]
    fn lookup_pair(self, table: &[[f64; 2]]) -> (Self, Self) {
        let last = last_index(table);
        let pair = |x: f64| table[(x.to_bits() as u32).min(last) as usize];
        let pairs = each!(I => pair(self.0[I]));
        (Self(pairs.map(|pair| pair[0])), Self(pairs.map(|pair| pair[1])))
    }
    #[inline(always)]
    fn integer_bits(self) -> Self {
        self.floor() + Self::splat(TWO_52)
    }
    #[inline(always)]
    fn sign(self) -> Mask8 {
        Mask8(each!(I => ones(self.0[I].is_sign_negative())))
    }
    #[inline(always)]
    fn scale(self, k: Self) -> Self {
        scale(self, k)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        split(self)
    }
}

impl Lanes for F64x8 {
    type Mask = Mask8;
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self([x; LANES])
    }
    #[inline(always)]
    fn load(x: &[f64; LANES]) -> Self {
        Self(*x)
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; LANES]) {
        *out = self.0;
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        if FUSED { Self(each!(I => self.0[I].mul_add(b.0[I], c.0[I]))) } else { self * b + c }
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(each!(I => self.0[I].abs()))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(each!(I => self.0[I].sqrt()))
    }
    #[inline(always)]
    fn recip(self) -> Self {
        1.0 / self
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        1.0 / self.sqrt()
    }
    #[inline(always)]
    fn sqrt_rsqrt(self) -> (Self, Self) {
        let s = self.sqrt();
        (s, 1.0 / s)
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(each!(I => if self.0[I] < other.0[I] { self.0[I] } else { other.0[I] }))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(each!(I => if self.0[I] > other.0[I] { self.0[I] } else { other.0[I] }))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(each!(I => self.0[I].floor()))
    }
    #[inline(always)]
    fn ceil(self) -> Self {
        Self(each!(I => self.0[I].ceil()))
    }
    #[inline(always)]
    fn round_ties_even(self) -> Self {
        Self(each!(I => self.0[I].round_ties_even()))
    }
    #[inline(always)]
    fn trunc(self) -> Self {
        Self(each!(I => self.0[I].trunc()))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Mask8 {
        Mask8(each!(I => ones(self.0[I] < other.0[I])))
    }
    #[inline(always)]
    fn le(self, other: Self) -> Mask8 {
        Mask8(each!(I => ones(self.0[I] <= other.0[I])))
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Mask8 {
        Mask8(each!(I => ones(self.0[I] == other.0[I])))
    }
    #[inline(always)]
    fn select(mask: Mask8, yes: Self, no: Self) -> Self {
        Self(each!(I => if mask.0[I] != 0 { yes.0[I] } else { no.0[I] }))
    }
}

#[inline(always)]
fn ones(condition: bool) -> u64 {
    u64::from(condition).wrapping_neg()
}

/// `x * 2^k` in two factors, of which only the last can leave the normal range: one rounding, as [`Bits::scale`] asks.
#[inline(always)]
pub(super) fn scale<V: Lanes>(x: V, k: V) -> V {
    // Rounded by the large constant, because `floor` is a call where the build target is bare SSE2.
    let half = (k * V::splat(0.5) + V::splat(ROUND)) - V::splat(ROUND);
    x * power_of_two(half) * power_of_two(k - half)
}

/// `2^k` for integral `k` from -1022 to 1023: adding 1.5 * 2^52 leaves `k` in the low bits.
#[inline(always)]
fn power_of_two<V: Lanes>(k: V) -> V {
    (k + V::splat(ROUND + 1023.0)).shl::<52>()
}

/// See [`Bits::split`].
#[inline(always)]
pub(super) fn split<V: Lanes>(x: V) -> (V, V) {
    let two_54 = V::splat(18_014_398_509_481_984.0);
    let tiny = x.lt(V::splat(f64::MIN_POSITIVE));
    let x = V::select(tiny, x * two_54, x);
    let two_52 = V::splat(4_503_599_627_370_496.0);
    // The pattern of 3/4 one binade down: what remains above bit 52 is the exponent plus 1022, never negative.
    let above = x.sub_bits(V::splat(f64::from_bits(0x0008_0000_0000_0000)));
    let biased = above.shr::<52>();
    let e = biased.or(two_52) - V::splat(4_503_599_627_370_496.0 + 1022.0);
    let e = V::select(tiny, e - V::splat(54.0), e);
    let exponent = biased.sub_bits(V::splat(f64::from_bits(1022))).shl::<52>();
    (x.sub_bits(exponent), e)
}

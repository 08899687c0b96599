//! The trait behind every vector type: arithmetic, comparison, and elementary functions on eight numbers.

use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

use super::math;

/// Numbers handled together, the same on every instruction set, so that the layout of data never depends on the CPU.
pub const LANES: usize = 8;

/// Eight booleans, the answer of a comparison.
pub trait Mask: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// Lane `i` as bit `i`.
    fn bits(self) -> u8;
    /// The inverse of [`Mask::bits`].
    fn from_bits(bits: u8) -> Self;

    /// Whether some lane is true.
    #[inline(always)]
    fn any(self) -> bool {
        self.bits() != 0
    }

    /// Whether every lane is true.
    #[inline(always)]
    fn all(self) -> bool {
        self.bits() == u8::MAX
    }

    /// How many lanes are true.
    #[inline(always)]
    fn count(self) -> u32 {
        self.bits().count_ones()
    }
}

/// Bit patterns of the lanes: what the elementary functions need beyond arithmetic. It also seals [`Lanes`].
pub trait Bits: Copy {
    /// Eight booleans.
    type Bool: Mask;

    /// Whether `mul_add` rounds once, on which the reductions and corrections in `math` rely.
    const FUSED: bool;

    /// `self * b - c`.
    fn mul_sub(self, b: Self, c: Self) -> Self;
    /// `c - self * b`.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// The patterns shifted left as 64-bit integers.
    fn shl<const N: i32>(self) -> Self;
    /// The patterns shifted right as unsigned 64-bit integers.
    fn shr<const N: i32>(self) -> Self;
    /// The same by a number, below 64, that is known only at run time.
    fn shr_by(self, n: u32) -> Self;
    /// The patterns added as 64-bit integers, wrapping.
    fn add_bits(self, other: Self) -> Self;
    /// The patterns subtracted as 64-bit integers, wrapping.
    fn sub_bits(self, other: Self) -> Self;
    /// The table's entry whose index is the lower half of the pattern; one beyond the table reads its last entry.
    ///
    /// # Panics
    /// If the table is empty.
    fn lookup(self, table: &[f64]) -> Self;
    /// Both halves of the table's entries, as [`Bits::lookup`] finds them: one place in memory for the price of little
    /// more than a single lookup.
    fn lookup_pair(self, table: &[[f64; 2]]) -> (Self, Self);
    /// 2^52 plus the largest integer not above, for numbers from 0 to 2^51: the lower bits of the pattern are the integer.
    fn integer_bits(self) -> Self;
    /// Where the sign bit is set.
    fn sign(self) -> Self::Bool;
    /// `self * 2^k` rounded once, for normal `self`, integral `k`, and `|k| <= 2000`.
    fn scale(self, k: Self) -> Self;
    /// `(m, e)` with `self = m * 2^e` and `3/4 <= m < 3/2`, for positive finite `self`, subnormals included.
    fn split(self) -> (Self, Self);
}

/// Eight `f64` handled together. Sealed: the implementations are those that [`dispatch`](super::dispatch) chooses from.
///
/// The elementary functions keep within 1.5 units in the last place, treat special values as `f64` does,
/// and never let one lane influence another.
pub trait Lanes:
    Bits<Bool = <Self as Lanes>::Mask>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
{
    /// Eight booleans.
    type Mask: Mask;

    /// The same number in every lane.
    fn splat(x: f64) -> Self;
    /// Eight numbers from memory.
    fn load(x: &[f64; LANES]) -> Self;
    /// Eight numbers to memory.
    fn store(self, out: &mut [f64; LANES]);

    /// Up to eight numbers; missing lanes repeat the last one given (0 if none), so that they are valid points too.
    #[inline(always)]
    fn load_partial(x: &[f64]) -> Self {
        let n = x.len().min(LANES);
        let mut a = [x[..n].last().copied().unwrap_or(0.0); LANES];
        a[..n].copy_from_slice(&x[..n]);
        Self::load(&a)
    }

    /// Writes the first `min(8, out.len())` lanes.
    #[inline(always)]
    fn store_partial(self, out: &mut [f64]) {
        let n = out.len().min(LANES);
        out[..n].copy_from_slice(&self.to_array()[..n]);
    }

    /// The lanes as an array.
    #[inline(always)]
    fn to_array(self) -> [f64; LANES] {
        let mut a = [0.0; LANES];
        self.store(&mut a);
        a
    }

    /// The array as lanes.
    #[inline(always)]
    fn from_array(a: [f64; LANES]) -> Self {
        Self::load(&a)
    }

    /// `table[index[i]]` in lane `i`; an index beyond the table reads its last entry.
    ///
    /// # Panics
    /// If the table is empty.
    #[inline(always)]
    fn gather(table: &[f64], index: &[u32; LANES]) -> Self {
        Self::from_array(index.map(|i| f64::from_bits(u64::from(i)))).lookup(table)
    }

    /// `self * b + c`: fused where the instruction set has it, two roundings where not.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// `1 / self` within one unit in the last place.
    fn recip(self) -> Self;
    /// `1 / sqrt(self)` within 1.5 units in the last place.
    fn rsqrt(self) -> Self;
    /// Both roots for little more than the price of one.
    fn sqrt_rsqrt(self) -> (Self, Self);
    /// The smaller; `other` if either is NaN.
    fn min(self, other: Self) -> Self;
    /// The larger; `other` if either is NaN.
    fn max(self, other: Self) -> Self;
    /// The largest integer not above.
    fn floor(self) -> Self;
    /// The smallest integer not below.
    fn ceil(self) -> Self;
    /// The nearest integer, halves to even.
    fn round_ties_even(self) -> Self;
    /// The integer part.
    fn trunc(self) -> Self;

    /// The magnitude of `self` with the sign of `sign`.
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        let negative = Self::splat(-0.0);
        self.abs().or(sign.and(negative))
    }

    /// `self < other`.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `self == other`.
    fn eq(self, other: Self) -> Self::Mask;

    /// `self > other`.
    #[inline(always)]
    fn gt(self, other: Self) -> Self::Mask {
        other.lt(self)
    }

    /// `self >= other`.
    #[inline(always)]
    fn ge(self, other: Self) -> Self::Mask {
        other.le(self)
    }

    /// `self != other`, true where either is NaN.
    #[inline(always)]
    fn ne(self, other: Self) -> Self::Mask {
        !self.eq(other)
    }

    /// Where the lane is neither infinite nor NaN.
    #[inline(always)]
    fn is_finite(self) -> Self::Mask {
        self.abs().lt(Self::splat(f64::INFINITY))
    }

    /// Where the lane is NaN.
    #[inline(always)]
    fn is_nan(self) -> Self::Mask {
        self.ne(self)
    }

    /// `yes` where the mask is true, `no` elsewhere.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// `self` where the mask is true, 0 elsewhere.
    #[inline(always)]
    fn zero_unless(self, mask: Self::Mask) -> Self {
        Self::select(mask, self, Self::splat(0.0))
    }

    /// Applies a scalar function lane by lane, for functions too rare to deserve a vector form.
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let a = self.to_array();
        Self::from_array([f(a[0]), f(a[1]), f(a[2]), f(a[3]), f(a[4]), f(a[5]), f(a[6]), f(a[7])])
    }

    /// The sum of the lanes in one order on every instruction set: `((0+4)+(2+6)) + ((1+5)+(3+7))`.
    #[inline(always)]
    fn sum(self) -> f64 {
        let a = self.to_array();
        ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
    }

    /// `e^self`.
    #[inline(always)]
    fn exp(self) -> Self {
        math::exp(self)
    }

    /// `e^self - 1`, accurate near 0.
    #[inline(always)]
    fn exp_m1(self) -> Self {
        math::exp_m1(self)
    }

    /// Natural logarithm.
    #[inline(always)]
    fn ln(self) -> Self {
        math::ln(self)
    }

    /// `ln(1 + self)`, accurate near 0.
    #[inline(always)]
    fn ln_1p(self) -> Self {
        math::ln_1p(self)
    }

    /// Logarithm to base 10.
    #[inline(always)]
    fn log10(self) -> Self {
        math::log10(self)
    }

    /// Sine.
    #[inline(always)]
    fn sin(self) -> Self {
        math::sin(self)
    }

    /// Cosine.
    #[inline(always)]
    fn cos(self) -> Self {
        math::cos(self)
    }

    /// Sine and cosine for little more than the price of one.
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        math::sin_cos(self)
    }

    /// Tangent.
    #[inline(always)]
    fn tan(self) -> Self {
        math::tan(self)
    }

    /// Hyperbolic sine.
    #[inline(always)]
    fn sinh(self) -> Self {
        math::sinh(self)
    }

    /// Hyperbolic cosine.
    #[inline(always)]
    fn cosh(self) -> Self {
        math::cosh(self)
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    fn tanh(self) -> Self {
        math::tanh(self)
    }

    /// Arc sine.
    #[inline(always)]
    fn asin(self) -> Self {
        math::asin(self)
    }

    /// Arc cosine.
    #[inline(always)]
    fn acos(self) -> Self {
        math::acos(self)
    }

    /// Arc tangent.
    #[inline(always)]
    fn atan(self) -> Self {
        math::atan(self)
    }

    /// Cube root.
    #[inline(always)]
    fn cbrt(self) -> Self {
        math::cbrt(self)
    }

    /// The angle of the point `(x, self)`, from `-pi` to `pi`.
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        math::atan2(self, x)
    }

    /// `self^p`.
    #[inline(always)]
    fn powf(self, p: Self) -> Self {
        math::powf(self, p)
    }

    /// `self^n` by repeated squaring, a rounding for each product.
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        math::powi(self, n)
    }

    /// `sqrt(self² + other²)` without overflow on the way.
    #[inline(always)]
    fn hypot(self, other: Self) -> Self {
        math::hypot(self, other)
    }
}

/// The largest index that [`Bits::lookup`] may use.
#[inline(always)]
pub(super) fn last_index<T>(table: &[T]) -> u32 {
    assert!(!table.is_empty(), "lookup in an empty table");
    u32::try_from(table.len() - 1).unwrap_or(u32::MAX)
}

/// From here on floats are integers: 2^52.
pub(super) const TWO_52: f64 = 4_503_599_627_370_496.0;

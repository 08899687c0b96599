//! The position of a hypercube as one number: a field of bits for each axis.
//!
//! A piece of work runs through its hypercubes in their order, axis 0 fastest. Counting in mixed radix gives the
//! code of the next one by an addition, samples carry the code of their hypercube, and a shift and a mask give
//! the position along an axis. Axes that are not divided have no bits; 2^20 hypercubes never need more than 40, and
//! above them there is room for the number of samples of the hypercube.

use crate::sampling::TWO_52;
use crate::simd::Lanes;

/// The part of a code that belongs to one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    shift: u32,
    mask: u64,
    /// S.
    parts: usize,
}

impl Field {
    /// One field per axis, for axes divided into `per_axis` parts.
    pub(super) fn of(per_axis: &[usize]) -> Vec<Field> {
        let mut shift = 0;
        let field = |&s: &usize| {
            let bits = usize::BITS - (s - 1).leading_zeros();
            let field = Field { shift, mask: (1 << bits) - 1, parts: s };
            shift += bits;
            field
        };
        per_axis.iter().map(field).collect()
    }

    /// S.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// k + u for samples with codes `code`, bit patterns, and u in (0, 1).
    #[inline(always)]
    pub(super) fn place<V: Lanes>(&self, code: V, u: V) -> V {
        let bits = code.shr_by(self.shift).and(V::splat(f64::from_bits(self.mask)));
        // With the exponent of 2^52 the bits are those of a float.
        (bits.or(V::splat(TWO_52)) - V::splat(TWO_52)) + u
    }
}

/// Where the number of samples begins.
const COUNT: i32 = 40;

/// The code of a hypercube with `n` samples.
#[inline(always)]
pub(super) fn with_count(code: u64, n: u32) -> f64 {
    f64::from_bits(code | u64::from(n) << COUNT)
}

/// The share of samples in their hypercubes, from codes with counts.
#[inline(always)]
pub(super) fn share<V: Lanes>(code: V) -> V {
    (code.shr::<COUNT>().or(V::splat(TWO_52)) - V::splat(TWO_52)).recip()
}

/// The codes of consecutive hypercubes.
#[derive(Clone, Debug)]
pub(super) struct CellIndex {
    code: u64,
    /// Per divided axis: its position k, the number S, and the lowest bit of its field.
    digits: Vec<(usize, usize, u64)>,
}

impl CellIndex {
    /// From hypercube `first` on.
    pub(super) fn new(per_axis: &[usize], fields: &[Field], mut first: usize) -> Self {
        let mut codes = CellIndex { code: 0, digits: Vec::with_capacity(per_axis.len()) };
        for (&s, field) in per_axis.iter().zip(fields).filter(|(s, _)| **s > 1) {
            codes.digits.push((first % s, s, 1 << field.shift));
            codes.code += ((first % s) as u64) << field.shift;
            first /= s;
        }
        codes
    }

    /// The code of the next hypercube.
    #[inline(always)]
    pub(super) fn next(&mut self) -> u64 {
        let code = self.code;
        for (k, s, bit) in &mut self.digits {
            *k += 1;
            self.code = self.code.wrapping_add(*bit);
            if *k < *s {
                break;
            }
            *k = 0;
            self.code = self.code.wrapping_sub(*s as u64 * *bit);
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    #[test]
    fn codes_count_through_the_hypercubes() {
        let per_axis = [3, 1, 2, 5, 1, 4];
        let fields = Field::of(&per_axis);
        for first in [0, 1, 7, 119] {
            let mut codes = CellIndex::new(&per_axis, &fields, first);
            for h in first..120 {
                let code = F64x8::splat(with_count(codes.next(), 1024));
                assert_eq!(share(code).to_array(), [1.0 / 1024.0; 8]);
                let mut rest = h;
                for (&s, field) in per_axis.iter().zip(&fields) {
                    assert_eq!(field.place(code, F64x8::splat(0.5)).to_array()[0], (rest % s) as f64 + 0.5, "{h}");
                    rest /= s;
                }
            }
        }
    }
}

//! Uniform numbers eight at a time: eight generators side by side.
//!
//! Lane l of a piece's numbers is a xoshiro256+ generator of its own (D. Blackman, S. Vigna, ACM Trans. Math.
//! Softw. 47 (2021) 36). The states are filled by SplitMix64, as its authors recommend, from the piece's stream.
//! Of its bits only the lowest are weak, and those are dropped: the authors recommend it for floats. The eight
//! recurrences are independent, so that one vector instruction advances all of them, and integer arithmetic gives
//! the same bits on every instruction set.

use super::streams::stream;
use crate::simd::{Kernel, LANES, Lanes, dispatch};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The random numbers of one piece of one iteration: word by word, the states of the eight generators.
pub(crate) struct Uniform([[u64; LANES]; 4]);

/// The same in registers. A vector holds bit patterns here, not numbers.
pub(crate) struct Numbers<V>([V; 4]);

impl Uniform {
    pub(crate) fn new(seed: u64, iteration: u64, piece: u64) -> Self {
        let mut seeds = SplitMix64::seed_from_u64(stream(seed, iteration, piece).next_u64());
        Uniform([(); 4].map(|()| [(); LANES].map(|()| seeds.next_u64())))
    }

    /// Fills a column with numbers in (0, 1).
    pub(crate) fn fill(&mut self, column: &mut [[f64; LANES]]) {
        dispatch(Fill { uniform: self, column });
    }

    #[inline(always)]
    pub(crate) fn numbers<V: Lanes>(&self) -> Numbers<V> {
        Numbers(self.0.map(|word| V::load(&word.map(f64::from_bits))))
    }
}

impl<V: Lanes> Numbers<V> {
    /// Eight numbers in (0, 1): the middles of 2^52 equal parts.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> V {
        let [s0, s1, s2, s3] = &mut self.0;
        let (one, offset) = (V::splat(1.0), V::splat(1.0 - f64::EPSILON / 2.0));
        let word = s0.add_bits(*s3);
        let t = s1.shl::<17>();
        *s2 = s2.xor(*s0);
        *s3 = s3.xor(*s1);
        *s1 = s1.xor(*s2);
        *s0 = s0.xor(*s3);
        *s2 = s2.xor(t);
        *s3 = s3.shl::<45>().or(s3.shr::<19>());
        // The upper 52 bits are the fraction of a number from 1 to 2.
        word.shr::<12>().or(one) - offset
    }
}

struct Fill<'a> {
    uniform: &'a mut Uniform,
    column: &'a mut [[f64; LANES]],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let mut numbers = self.uniform.numbers::<V>();
        self.column.iter_mut().for_each(|column| numbers.next().store(column));
        self.uniform.0 = numbers.0.map(|word| word.to_array().map(f64::to_bits));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, dispatch, dispatch_at, levels};
    use rand_xoshiro::Xoshiro256Plus;

    struct Fill<'a>(&'a Uniform, &'a mut [[f64; LANES]]);

    impl Kernel for Fill<'_> {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes>(self) {
            let mut numbers = self.0.numbers::<V>();
            self.1.iter_mut().for_each(|row| numbers.next().store(row));
        }
    }

    #[test]
    fn every_lane_is_xoshiro256_plus() {
        let uniform = Uniform::new(1, 2, 3);
        let mut lanes: Vec<Xoshiro256Plus> = (0..LANES)
            .map(|l| {
                let bytes: Vec<u8> = uniform.0.iter().flat_map(|word| word[l].to_le_bytes()).collect();
                Xoshiro256Plus::from_seed(bytes.try_into().unwrap())
            })
            .collect();
        let mut column = [[0.0; LANES]; 150];
        dispatch(Fill(&uniform, &mut column));
        for row in &column {
            for (u, lane) in row.iter().zip(&mut lanes) {
                assert_eq!(*u, ((lane.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64);
                assert!(0.0 < *u && *u < 1.0);
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let columns = levels().iter().map(|&level| {
            let mut column = [[0.0; LANES]; 100];
            dispatch_at(level, Fill(&Uniform::new(5, 6, 7), &mut column)).expect("a level of this CPU");
            column
        });
        let columns: Vec<_> = columns.collect();
        assert!(columns.iter().all(|c| *c == columns[0]));
    }

    #[test]
    fn moments_are_those_of_uniform_numbers() {
        let mut column = vec![[0.0; LANES]; 1 << 14];
        dispatch(Fill(&Uniform::new(0, 0, 0), &mut column));
        let n = (column.len() * LANES) as f64;
        for (k, exact) in [(1, 1.0 / 2.0), (2, 1.0 / 3.0), (3, 1.0 / 4.0)] {
            let mean = column.as_flattened().iter().map(|u| u.powi(k)).sum::<f64>() / n;
            assert!((mean - exact).abs() < 3.0 * 0.3 / n.sqrt(), "{k}: {mean}");
        }
    }
}

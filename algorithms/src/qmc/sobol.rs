//! Sobol' points before they are scrambled: digital nets in base 2 from the direction numbers of Joe and Kuo.
//!
//! Coordinate d of point i is x = ⊕_j i_j v_dj over the binary digits i_j of i, with 32-bit direction numbers
//! v_dj. Any 2^m consecutive points from a multiple of 2^m on are a net: every elementary interval holds its
//! share, up to the quality t of the sequence. Points come in the natural order, not in that of the Gray code:
//! aligned blocks of 2^m hold the same points in both, and coordinates of a block are the first ones of the
//! sequence ⊕ that of the block's first point, so that any block costs a table and one number. All numbers are
//! kept with their bits reversed, the first binary digit lowest, as the scrambling wants them.
//!
//! I. M. Sobol', USSR Comput. Math. Math. Phys. 7 (1967) 86; S. Joe, F. Y. Kuo, SIAM J. Sci. Comput. 30 (2008)
//! 2635, whose numbers (new-joe-kuo-6) come with the crate `sobol`.

use sobol::params::JoeKuoD6;
use std::sync::{Arc, OnceLock};

/// Most dimensions.
pub(super) const MAX_DIM: usize = 1000;
/// Most points of a sequence.
pub(super) const MAX_POINTS: u64 = 1 << DIGITS;
/// Binary digits of a coordinate.
const DIGITS: usize = 32;
/// Dimensions that the smallest table of direction numbers serves.
const FEW_DIMENSIONS: usize = 100;
/// Points of a block.
pub(super) const BLOCK: usize = 256;

/// One coordinate of the sequence.
pub(super) struct Sequence {
    /// Reversed v_1, …, v_32.
    directions: Vec<u32>,
    /// The first block.
    table: Vec<u32>,
}

/// Dimensions up to which sequences are kept: unpacking the numbers and making them takes longer than a small integral.
const KEPT: usize = 16;

/// The axes of a sequence in `dim` dimensions, at most [`MAX_DIM`].
pub(super) fn sequences(dim: usize) -> Arc<[Sequence]> {
    static SEQUENCES: [OnceLock<Arc<[Sequence]>>; KEPT + 1] = [const { OnceLock::new() }; KEPT + 1];
    match SEQUENCES.get(dim) {
        Some(place) => Arc::clone(kept(place, || make(dim))),
        None => make(dim),
    }
}

fn make(dim: usize) -> Arc<[Sequence]> {
    static PARAMETERS: [OnceLock<JoeKuoD6>; 2] = [const { OnceLock::new() }; 2];
    let [few, all] = &PARAMETERS;
    let parameters = if dim <= FEW_DIMENSIONS { kept(few, JoeKuoD6::minimal) } else { kept(all, JoeKuoD6::standard) };
    let directions = sobol::Sobol::<u32>::init_direction_vals::<u32>(dim, DIGITS, parameters);
    directions.into_iter().map(Sequence::new).collect()
}

/// What is kept in a place, made the first time: outside of its lock, which a thread could hold that is gone after a fork.
fn kept<T>(place: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    if place.get().is_none() {
        _ = place.set(make());
    }
    place.get().expect("it has been set, here or by another thread")
}

impl Sequence {
    fn new(directions: Vec<u32>) -> Self {
        let mut axis = Sequence { directions: directions.into_iter().map(u32::reverse_bits).collect(), table: Vec::new() };
        axis.table = (0..BLOCK as u32).map(|i| axis.at(i)).collect();
        axis
    }

    /// The reversed coordinate of point `index`.
    pub(super) fn at(&self, index: u32) -> u32 {
        let mut x = 0;
        let mut left = index;
        while left != 0 {
            x ^= self.directions[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        x
    }

    /// Reversed coordinates of the first block; those of the block from a multiple `i` of its length on are
    /// these ⊕ `at(i)`.
    pub(super) fn table(&self) -> &[u32] {
        &self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coordinates in the order of the Gray code.
    fn gray(axis: &Sequence, i: u32) -> f64 {
        f64::from(axis.at(i ^ (i >> 1)).reverse_bits()) / MAX_POINTS as f64
    }

    #[test]
    fn the_first_points_are_those_that_joe_and_kuo_publish() {
        let published = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        let axes = sequences(3);
        for (i, point) in published.iter().enumerate() {
            for (axis, x) in axes.iter().zip(point) {
                assert_eq!(gray(axis, i as u32), *x);
            }
        }
    }

    #[test]
    fn the_tables_of_direction_numbers_agree() {
        let (few, many) = (sequences(FEW_DIMENSIONS), sequences(MAX_DIM));
        assert_eq!(many.len(), MAX_DIM);
        assert!(few.iter().zip(many.iter()).all(|(a, b)| a.directions == b.directions));
    }

    #[test]
    fn blocks_are_the_first_block_shifted() {
        for axis in sequences(7).iter() {
            let base = axis.at(5 * BLOCK as u32);
            let block: Vec<u32> = axis.table().iter().map(|x| x ^ base).collect();
            assert_eq!(block, (0..BLOCK as u32).map(|j| axis.at(5 * BLOCK as u32 + j)).collect::<Vec<_>>());
        }
    }
}

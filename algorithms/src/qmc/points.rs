//! Which points: Sobol' sequences with nested scramblings, or lattices with random shifts and a transform.
//!
//! Replicate r of a kind has a randomisation of its own that follows from the seed and r alone, so that any block of any
//! replicate can be had at any time. Lattices under different transforms share their shifts.

use super::lattice::{self, Shift};
use super::scramble::{self, Key};
use super::sobol::{self, Sequence};
use crate::batch::Columns;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A kind of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// Sobol' points, scrambled.
    Sobol,
    /// A lattice, folded.
    Tent,
    /// A lattice with Korobov's transform of this order.
    Korobov1,
    Korobov2,
    Korobov3,
}

impl Kind {
    /// Those that are made of lattices.
    pub(super) const LATTICES: [Kind; 4] = [Kind::Tent, Kind::Korobov1, Kind::Korobov2, Kind::Korobov3];

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Sobol => "sobol",
            Kind::Tent => "tent",
            Kind::Korobov1 => "korobov1",
            Kind::Korobov2 => "korobov2",
            Kind::Korobov3 => "korobov3",
        }
    }

    /// The mean square of the weight dx/dt of one axis.
    pub(super) fn mean_square_weight(self) -> f64 {
        match self {
            Kind::Sobol | Kind::Tent => 1.0,
            Kind::Korobov1 => 6.0 / 5.0,
            Kind::Korobov2 => 10.0 / 7.0,
            Kind::Korobov3 => 700.0 / 429.0,
        }
    }

    /// Most dimensions.
    pub(super) fn max_dim(self) -> usize {
        if self == Kind::Sobol { sobol::MAX_DIM } else { lattice::MAX_DIM }
    }

    /// Most points of a replicate.
    pub(super) fn max_points(self) -> u64 {
        if self == Kind::Sobol { sobol::MAX_POINTS } else { lattice::MAX_POINTS }
    }
}

/// Fills columns with the first points of a scrambled net.
pub(crate) fn scrambled(seed: u64, to: &mut Columns) {
    let mut points = Points::new(seed, to.columns());
    points.reach(Kind::Sobol, 1);
    for d in 0..to.columns() {
        for (block, start) in to.column_mut(d).chunks_mut(sobol::BLOCK).zip((0..).step_by(sobol::BLOCK)) {
            points.fill(Kind::Sobol, 0, d, start, block);
        }
    }
}

/// The randomised points of all replicates, of either sequence.
pub(super) struct Points {
    seed: u64,
    dim: usize,
    sequences: Arc<[Sequence]>,
    /// Replicate by replicate, as far as they have been asked for.
    keys: Vec<Vec<Key>>,
    shifts: Vec<Vec<Shift>>,
}

impl Points {
    pub(super) fn new(seed: u64, dim: usize) -> Self {
        Points { seed, dim, sequences: sobol::sequences(dim), keys: Vec::new(), shifts: Vec::new() }
    }

    /// Makes sure that there are this many replicates of a kind.
    pub(super) fn reach(&mut self, kind: Kind, replicates: usize) {
        let (seed, dim) = (self.seed, self.dim);
        if kind == Kind::Sobol {
            self.keys.extend((self.keys.len()..replicates).map(|r| scramble::keys(seed, r, dim)));
        } else {
            self.shifts.extend((self.shifts.len()..replicates).map(|r| lattice::shifts(seed, r, dim)));
        }
    }

    /// Fills a block with coordinate `d`, in (0, 1), of the points of a replicate from `start` on, a multiple of the block's
    /// length, a power of two, or of [`BLOCK`](sobol::BLOCK). Those of a lattice are still to be transformed.
    #[inline(always)]
    pub(super) fn fill(&self, kind: Kind, replicate: usize, d: usize, start: u32, block: &mut [f64]) {
        if kind == Kind::Sobol {
            scramble::fill(&self.sequences[d], &self.keys[replicate][d], start, block);
        } else {
            lattice::fill(d, self.shifts[replicate][d], start, block);
        }
    }
}

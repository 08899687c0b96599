//! One piece of work: points of one replicate are placed, evaluated in one batch, and summed.
//!
//! A point has y from the scrambled sequence; with a map x and J come of it, and the sum is that of the weights
//! w = J f(x). Which points a piece holds follows from its replicate and its first index alone.

use super::scramble::{self, Key};
use super::sobol;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::simd::{Kernel, LANES, Lanes, dispatch};
use crate::vegas::Axis;

/// Most points of a piece. Columns of a six-dimensional batch then stay within a second-level cache.
pub(super) const PIECE: u64 = 4096;

/// What all pieces of a step share.
pub(super) struct Setting<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) sequence: &'a [sobol::Axis],
    /// Replicate by replicate.
    pub(super) keys: &'a [Vec<Key>],
    /// None: y is x.
    pub(super) map: Option<&'a [Axis]>,
}

/// A piece of work and what came out of it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) replicate: usize,
    /// Index of its first point.
    pub(super) start: u64,
    /// Number of its points.
    pub(super) points: usize,
    /// Σ w of every component.
    pub(super) sums: Vec<f64>,
    /// Σ |w| of every component.
    pub(super) sizes: Vec<f64>,
    /// The least and the largest w of every component.
    pub(super) extremes: Vec<(f64, f64)>,
    pub(super) tally: Tally,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    work: Workspace,
    /// J of every point.
    jacobian: Vec<[f64; LANES]>,
    /// Increments of the map in which the points fall; nobody learns from them here.
    increments: Vec<[u32; LANES]>,
}

impl Setting<'_> {
    /// Fills in what a piece came to.
    pub(super) fn evaluate(&self, scratch: &mut Scratch, piece: &mut Piece) {
        let Scratch { work, jacobian, increments } = scratch;
        self.f.prepare(work, piece.points);
        if self.map.is_some() {
            let groups = piece.points / LANES;
            increments.resize(groups, [0; LANES]);
            jacobian.clear();
            jacobian.resize(groups, [1.0; LANES]);
        }
        for (d, (axis, key)) in self.sequence.iter().zip(&self.keys[piece.replicate]).enumerate() {
            let column = work.points.lanes_mut(d);
            scramble::fill(axis, key, piece.start as u32, column);
            if let Some(map) = self.map {
                map[d].apply(column, jacobian, increments);
            }
        }
        piece.tally = self.f.eval(work);
        piece.sums.clear();
        piece.sizes.clear();
        piece.extremes.clear();
        for c in 0..self.f.components() {
            let jacobian = self.map.is_some().then_some(jacobian.as_slice());
            let (sum, size, extremes) = dispatch(Total { values: work.values.lanes(c), jacobian });
            piece.sums.push(sum);
            piece.sizes.push(size);
            piece.extremes.push(extremes);
        }
    }
}

/// Σ w and Σ |w| of a column, its least and its largest w; the first sum is compensated in every lane (D. E. Knuth's sum of two numbers and its
/// rounding error, The Art of Computer Programming 2, 4.2.2).
struct Total<'a> {
    values: &'a [[f64; LANES]],
    jacobian: Option<&'a [[f64; LANES]]>,
}

impl Kernel for Total<'_> {
    type Output = (f64, f64, (f64, f64));

    #[inline(always)]
    fn run<V: Lanes>(self) -> (f64, f64, (f64, f64)) {
        let zero = V::splat(0.0);
        let (mut high, mut low, mut size) = (zero, zero, zero);
        let (mut least, mut largest) = (V::splat(f64::INFINITY), V::splat(f64::NEG_INFINITY));
        for (group, value) in self.values.iter().enumerate() {
            let mut w = V::load(value);
            if let Some(jacobian) = self.jacobian {
                w *= V::load(&jacobian[group]);
            }
            let sum = high + w;
            let part = sum - high;
            low += (high - (sum - part)) + (w - part);
            high = sum;
            size += w.abs();
            (least, largest) = (least.min(w), largest.max(w));
        }
        let (sum, correction) = (high.sum(), low.sum());
        // Beyond the largest float the correction is NaN and the sum itself tells more.
        let sum = if correction.is_finite() { sum + correction } else { sum };
        let least = least.to_array().into_iter().fold(f64::INFINITY, f64::min);
        (sum, size.sum(), (least, largest.to_array().into_iter().fold(f64::NEG_INFINITY, f64::max)))
    }
}

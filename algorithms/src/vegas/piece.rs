//! One piece of an iteration: its samples are placed, evaluated in one batch, and weighed.
//!
//! A sample of the hypercube with corner k/S has y_d = (k_d + u_d) / S_d with u uniform; the map makes x and J of
//! it, and the sample's weight is w = J f(x). Per hypercube h the mean of w estimates its average over h, and
//! the sample covariance of the components estimates theirs. What a piece holds and which random numbers it uses
//! follow from its number in the iteration alone.

use super::cell_index::{CellIndex, Field};
use super::metric::Metric;
use super::sample::{AT_ONCE, Deal, Place};
use super::strata::{Span, Strata};
use super::sums::{Covariance, Covariances, Runs, Sums, Variance, Variances};
use super::training::TrainingSamples;
use super::weights::{Shares, Training, Weights};
use crate::batch::{Columns, padded};
use crate::coordinates::{AxisMap, map_axes};
use crate::jacobian::Factor;
use crate::parallel::{Portable, pack_list, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use crate::samples::Samples;
use crate::sampling::streams::mix;
use crate::sampling::{MapAxis, Tail, Uniform, scaling};
use crate::simd::{LANES, dispatch};

/// Most samples of a piece. Columns of a six-dimensional batch then stay within a second-level cache, and the
/// column and the table of one axis within the first.
pub(super) const PIECE: usize = 1024;

/// Components from which on their pairs take so long that an interrupt is looked for.
const MANY: usize = 64;

/// What all pieces of an iteration share.
pub(super) struct Context<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) axes: &'a [MapAxis],
    /// The sides of the unit cube, without the intervals: these are mapped as samples are placed.
    pub(super) curved: &'a [AxisMap],
    pub(super) strata: &'a Strata,
    /// Where the positions along the axes stand in the code of a hypercube.
    pub(super) fields: &'a [Field],
    /// 1 / ∫|f_c| in the units of the metric, so that all components train the map alike.
    pub(super) scales: &'a [f64],
    /// By this a hypercube's variance is judged.
    pub(super) metric: &'a Metric,
    /// The map is trained on every `train`-th group of eight samples; 0 for none.
    pub(super) train: usize,
    /// Key of the random streams.
    pub(super) seed: u64,
    /// Number of the iteration.
    pub(super) iteration: u64,
    /// Number of samples of the iteration, if somebody takes these.
    pub(super) recorded: Option<u64>,
}

/// A piece of work and what came out of it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) span: Span,
    /// Number of the piece within the iteration.
    pub(super) index: u64,
    pub(super) sums: Sums,
    /// The hypercubes' variances in the metric; empty for a part.
    pub(super) spreads: Vec<[f64; LANES]>,
    pub(super) tally: Tally,
    /// The samples, for whoever takes them.
    pub(super) samples: Samples,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    work: Workspace,
    /// J of every sample.
    jacobian: Vec<[f64; LANES]>,
    /// w of every sample, component by component.
    weights: Columns,
    /// The code of every sample's hypercube.
    codes: Vec<f64>,
    runs: Runs,
    /// Means of the hypercubes, component by component.
    means: Vec<Vec<[f64; LANES]>>,
    /// What the map is to learn from a row of pieces.
    pub(super) training: TrainingSamples,
}

impl Portable for Piece {
    fn pack(&self, to: &mut Vec<u8>) {
        let Sums { units, means, products, sizes, largest } = &self.sums;
        pack_list(units, to);
        [means, products, sizes].iter().for_each(|list| pack_list(list, to));
        [largest, &self.spreads].iter().for_each(|list| pack_list(list, to));
        self.tally.pack(to);
        self.samples.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        let Sums { units, means, products, sizes, largest } = &mut self.sums;
        unpack_list(units, from)?;
        [means, products, sizes].into_iter().try_for_each(|list| unpack_list(list, from))?;
        [largest, &mut self.spreads].into_iter().try_for_each(|list| unpack_list(list, from))?;
        self.tally.unpack(from)?;
        self.samples.unpack(from)
    }
}

impl Piece {
    /// Shows a tail the largest weights, in an iteration of `points` samples: as the mean of these would hold them if all
    /// hypercubes had the same number.
    pub(super) fn weigh_tail(&self, points: u64, strata: &Strata, tail: &mut Tail) {
        let mean = points as f64 / strata.cubes() as f64;
        let share = if self.span.part { mean / f64::from(strata.count(self.span.cube)) } else { mean };
        for (c, (largest, unit)) in self.sums.largest.iter().zip(&self.sums.units).enumerate() {
            tail.add(c, largest.iter().map(|w| scaling::scale(share * w, *unit)).filter(|w| *w > 0.0 && w.is_finite()));
        }
    }
}

impl Context<'_> {
    /// Fills in what a piece came to.
    pub(super) fn evaluate(&self, scratch: &mut Scratch, piece: &mut Piece) {
        let counts = if piece.span.part { &[] } else { self.strata.counts(piece.span) };
        self.f.prepare(&mut scratch.work, piece.span.samples);
        self.deal(scratch, piece, counts);
        self.place(scratch, piece);
        if self.recorded.is_some() {
            // Before the call, after which an integrand may have left anything in the columns.
            self.f.copy_points(&scratch.work, &mut piece.samples.points);
        }
        piece.tally = self.f.call(&mut scratch.work);
        if let Some(points) = self.recorded {
            self.record(scratch, piece, counts, points);
        }
        self.weigh(scratch, piece);
        self.sum(scratch, piece, counts.len());
        if self.train > 0 {
            self.train_on(scratch, piece);
        }
    }

    /// Tells every sample to which hypercube it belongs.
    fn deal(&self, scratch: &mut Scratch, piece: &Piece, counts: &[u32]) {
        let Scratch { codes, runs, .. } = scratch;
        runs.clear();
        codes.resize(codes.len().max(padded(piece.span.samples) + AT_ONCE), 0.0);
        let mut next = CellIndex::new(self.strata.per_axis(), self.fields, piece.span.cube);
        if !piece.span.part {
            dispatch(Deal { counts, next, codes, runs });
        } else if self.strata.cubes() > 1 {
            codes[..padded(piece.span.samples)].fill(f64::from_bits(next.next()));
        }
    }

    /// Writes the coordinates and J of all samples.
    fn place(&self, scratch: &mut Scratch, piece: &Piece) {
        let Scratch { work, jacobian, codes, training, .. } = scratch;
        let groups = piece.span.samples.div_ceil(LANES);
        jacobian.resize(groups, [0.0; LANES]);
        training.increments.resize(self.axes.len(), Vec::new());
        dispatch(Place {
            uniform: Uniform::new(self.seed, self.iteration, piece.index),
            axes: self.axes,
            sides: self.f.axes(),
            fields: self.fields,
            codes: &codes.as_chunks().0[..groups],
            points: &mut work.points,
            jacobian,
            increments: &mut training.increments,
            first: self.first_to_train(piece),
            step: self.train,
        });
        map_axes(self.curved, self.f.jacobian(), &mut work.points);
    }

    /// Turns values into weights.
    fn weigh(&self, scratch: &mut Scratch, piece: &mut Piece) {
        let Scratch { work, jacobian, weights, .. } = scratch;
        let len = piece.span.samples;
        weights.reset(self.scales.len(), len);
        piece.sums.units.clear();
        for c in 0..self.scales.len() {
            let (values, factor, weights) = (work.values.lanes(c), self.f.factor(&work.points), weights.lanes_mut(c));
            let mut weigh = |unit| dispatch(Weights { values, factor, unit, jacobian, len, weights });
            let unit = scaling::exponent(weigh(1.0));
            if unit != 0 {
                weigh(scaling::scale(1.0, -unit));
            }
            piece.sums.units.push(unit);
        }
    }

    /// Keeps values and weights of all samples, in an iteration of `points`.
    #[cold]
    fn record(&self, scratch: &Scratch, Piece { samples, span, .. }: &mut Piece, counts: &[u32], points: u64) {
        let Scratch { work, jacobian, .. } = scratch;
        let Samples { values, weights, strata, .. } = samples;
        values.reset(self.f.components(), span.samples);
        for c in 0..self.f.components() {
            values.column_mut(c).copy_from_slice(work.values.column(c));
        }
        // Of one hypercube the mean over its samples counts, of all hypercubes the mean of these.
        let share = |n: u32| points as f64 / (self.strata.cubes() as f64 * f64::from(n));
        strata.clear();
        weights.clear();
        match span.part {
            true => {
                strata.push(span.samples as u32);
                weights.resize(span.samples, share(self.strata.count(span.cube)));
            }
            false => {
                strata.extend(counts);
                weights.extend(counts.iter().flat_map(|n| std::iter::repeat_n(share(*n), *n as usize)));
            }
        }
        let factor = self.f.factor(&work.points);
        for (i, (weight, j)) in weights.iter_mut().zip(jacobian.as_flattened()).enumerate() {
            *weight *= j * match &factor {
                Factor::Constant(factor) => *factor,
                Factor::Column(columns, k) => columns.column(*k)[i],
            };
        }
    }

    /// Sums over each hypercube, and over all of them.
    fn sum(&self, scratch: &mut Scratch, piece: &mut Piece, cubes: usize) {
        let (Scratch { weights, runs, means, .. }, Piece { sums, spreads, span, .. }) = (scratch, piece);
        let (components, groups) = (self.scales.len(), cubes.div_ceil(LANES));
        means.resize(components, Vec::new());
        means.iter_mut().for_each(|means| means.resize(groups, [0.0; LANES]));
        spreads.clear();
        spreads.resize(groups, [0.0; LANES]);
        sums.means.clear();
        sums.sizes.clear();
        sums.products.clear();
        sums.largest.clear();
        for a in 0..components {
            let (w, lanes) = (weights.column(a), weights.lanes(a));
            let (before, rest) = means.split_at_mut(a);
            let metric = self.metric.of(&sums.units, a, a);
            let totals = if span.part {
                dispatch(Variance { w: lanes, len: span.samples })
            } else {
                dispatch(Variances { runs, w, metric, means: &mut rest[0], spreads })
            };
            sums.means.push(totals.mean);
            sums.sizes.push(totals.size);
            sums.largest.push(totals.largest);
            // Thousands of components have more pairs than anyone would wait for.
            let pairs = if a >= MANY && self.f.is_interrupted() { 0 } else { a };
            sums.products.resize(sums.products.len() + a - pairs, 0.0);
            for (b, other) in before[..pairs].iter().enumerate() {
                let w = [w, weights.column(b)];
                sums.products.push(if span.part {
                    dispatch(Covariance {
                        w: [lanes, weights.lanes(b)],
                        means: [sums.means[a], sums.means[b]],
                        len: span.samples,
                    })
                } else {
                    let metric = self.metric.of(&sums.units, a, b);
                    dispatch(Covariances { runs, w, metric, means: [&rest[0], other], spreads })
                });
            }
            sums.products.push(totals.variance);
        }
    }

    /// The first group of samples of a piece that trains the map, staggered by piece, so that training does not always pick the
    /// same positions.
    fn first_to_train(&self, piece: &Piece) -> usize {
        mix(piece.index) as usize % self.train.max(1)
    }

    /// Notes (J f)² of the samples that teach, with the weight that the hypercube's volume gives them.
    fn train_on(&self, scratch: &mut Scratch, piece: &Piece) {
        let measured = |(c, scale): (usize, &f64)| scaling::scale(*scale, self.metric.shift(&piece.sums.units, c));
        let scales: Vec<f64> = self.scales.iter().enumerate().map(measured).collect();
        let Scratch { weights, codes, training, .. } = scratch;
        let count = piece.span.part.then(|| self.strata.count(piece.span.cube));
        dispatch(Training {
            weights,
            scales: &scales,
            shares: count.map_or(Shares::Coded(codes.as_chunks().0), |n| Shares::Same(1.0 / f64::from(n))),
            first: self.first_to_train(piece),
            step: self.train,
            squares: &mut training.squares,
        });
    }
}

//! One piece of an iteration: its samples are placed, evaluated in one batch, and weighed.
//!
//! A sample of the hypercube with corner k/S has y_d = (k_d + u_d) / S_d with u uniform; the map makes x and J of
//! it, and the sample's weight is w = J f(x). Per hypercube h the mean of w estimates its average over h, and
//! the sample covariance of the components estimates theirs. What a piece holds and which random numbers it uses
//! follow from its number in the iteration alone.

use super::average::packed;
use super::map::{Axis, Lesson};
use super::random::Uniform;
use super::strata::{Span, Strata};
use crate::adaptive::Sum;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// Most samples of a piece. Columns of a six-dimensional batch then stay within a second-level cache.
pub(super) const PIECE: usize = 4096;
/// The largest number below 1.
pub(super) const LAST: f64 = 1.0 - f64::EPSILON / 2.0;

/// What all pieces of an iteration share.
pub(super) struct Setting<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) axes: &'a [Axis],
    pub(super) strata: &'a Strata,
    /// 1 / ∫|f_c|, so that all components train the map alike.
    pub(super) scales: &'a [f64],
    /// The quadratic form, packed like covariances, by which a hypercube's variance is judged.
    pub(super) metric: &'a [f64],
    /// Whether the map is being trained.
    pub(super) train: bool,
    /// Key of the random streams.
    pub(super) seed: u64,
    /// Number of the iteration.
    pub(super) iteration: u64,
}

/// A piece of work and what came out of it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) span: Span,
    /// Number of the piece within the iteration.
    pub(super) index: u64,
    /// Per component, the sum of the hypercubes' means; of a part, its mean.
    pub(super) means: Vec<f64>,
    /// Per pair of components, the sum of the hypercubes' covariances of the mean; of a part, the sum of
    /// products of deviations.
    pub(super) products: Vec<f64>,
    /// Per component, the sum of the hypercubes' means of |w|; of a part, its mean.
    pub(super) sizes: Vec<f64>,
    /// The hypercubes' variances in the metric; empty for a part.
    pub(super) spreads: Vec<f64>,
    /// What each axis of the map may learn.
    pub(super) lessons: Vec<Lesson>,
    pub(super) tally: Tally,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    work: Workspace,
    /// J of every sample, then its (J f)².
    jacobian: Vec<[f64; LANES]>,
    /// Increments of the map, axis by axis.
    increments: Vec<Vec<[u32; LANES]>>,
    /// Means of the hypercubes, component by component.
    means: Vec<f64>,
}

impl Setting<'_> {
    /// Fills in what a piece came to.
    pub(super) fn evaluate(&self, scratch: &mut Scratch, piece: &mut Piece) {
        let part = [piece.span.samples as u32];
        let counts = if piece.span.part { &part } else { self.strata.counts(piece.span) };
        self.f.prepare(&mut scratch.work, piece.span.samples);
        self.place(scratch, piece, counts);
        piece.tally = self.f.eval(&mut scratch.work);
        self.weigh(scratch);
        self.gather(scratch, piece, counts);
        if self.train {
            self.teach(scratch, piece, counts);
        }
    }

    /// Writes x and J of all samples.
    fn place(&self, scratch: &mut Scratch, piece: &Piece, counts: &[u32]) {
        let Scratch { work, jacobian, increments, .. } = scratch;
        let groups = piece.span.samples.div_ceil(LANES);
        jacobian.clear();
        jacobian.resize(groups, [1.0; LANES]);
        increments.resize(self.axes.len(), Vec::new());
        let mut uniform = Uniform::new(self.seed, self.iteration, piece.index);
        let mut stride = 1;
        for (d, (axis, &strata)) in self.axes.iter().zip(self.strata.per_axis()).enumerate() {
            uniform.fill(work.points.lanes_mut(d));
            if strata > 1 {
                shift(work.points.column_mut(d), counts, piece.span.cube, stride, strata);
            }
            increments[d].resize(groups, [0; LANES]);
            axis.apply(work.points.lanes_mut(d), jacobian, &mut increments[d]);
            stride *= strata;
        }
    }

    /// Turns values into weights, and Jacobians into what the map learns from each sample.
    fn weigh(&self, scratch: &mut Scratch) {
        dispatch(Weigh { work: &mut scratch.work, jacobian: &mut scratch.jacobian, scales: self.scales });
    }

    /// Sums over each hypercube, and over all of them.
    fn gather(&self, scratch: &mut Scratch, piece: &mut Piece, counts: &[u32]) {
        let (cubes, components, part) = (counts.len(), self.scales.len(), piece.span.part);
        let (values, means) = (&scratch.work.values, &mut scratch.means);
        means.resize(cubes * components, 0.0);
        let spreads = &mut piece.spreads;
        spreads.clear();
        spreads.resize(if part { 0 } else { cubes }, 0.0);
        // What a hypercube's sum of products of deviations adds to the covariance of the mean.
        let mut share = |pair: usize, h: usize, n: f64, products: f64| {
            if part {
                return products;
            }
            let covariance = products / (n - 1.0);
            spreads[h] += self.metric[pair] * covariance;
            covariance / n
        };
        piece.means.clear();
        piece.sizes.clear();
        piece.products.clear();
        piece.products.resize(packed(components, 0), 0.0);
        for a in 0..components {
            let (mut total, mut size, mut variance) = (Sum::default(), 0.0, 0.0);
            each_cube(values.column(a), counts, |h, w| {
                // Deviations from the first sample: a constant has none, and little cancels.
                let (first, n) = (w[0], w.len() as f64);
                let (mut sum, mut squares, mut absolute) = (0.0, 0.0, 0.0);
                for x in w {
                    let deviation = x - first;
                    sum += deviation;
                    squares += deviation * deviation;
                    absolute += x.abs();
                }
                let mean = first + sum / n;
                means[a * cubes + h] = mean;
                total.add(mean);
                size += absolute / n;
                variance += share(packed(a, a), h, n, (squares - sum * sum / n).max(0.0));
            });
            piece.means.push(total.value());
            piece.sizes.push(size);
            piece.products[packed(a, a)] = variance;
            for b in 0..a {
                let (column, mut start, mut covariance) = (values.column(b), 0, 0.0);
                each_cube(values.column(a), counts, |h, w| {
                    let (x0, y0) = (means[a * cubes + h], means[b * cubes + h]);
                    let products: f64 = w.iter().zip(&column[start..]).map(|(x, y)| (x - x0) * (y - y0)).sum();
                    start += w.len();
                    covariance += share(packed(a, b), h, w.len() as f64, products);
                });
                piece.products[packed(a, b)] = covariance;
            }
        }
    }

    /// Adds every sample's (J f)² to its increments, with the weight that the hypercube's volume gives it.
    fn teach(&self, scratch: &mut Scratch, piece: &mut Piece, counts: &[u32]) {
        let squares = scratch.jacobian.as_flattened();
        piece.lessons.resize(self.axes.len(), Lesson::new());
        for ((lesson, axis), increments) in piece.lessons.iter_mut().zip(self.axes).zip(&scratch.increments) {
            lesson.clear();
            lesson.resize(axis.increments(), [0.0; 2]);
            let increments = increments.as_flattened();
            let mut start = 0;
            for (h, &n) in counts.iter().enumerate() {
                let all = if piece.span.part { self.strata.count(piece.span.cube + h) } else { n };
                let share = 1.0 / f64::from(all);
                let range = start..start + n as usize;
                for (k, square) in increments[range.clone()].iter().zip(&squares[range]) {
                    let entry = &mut lesson[*k as usize];
                    entry[0] += share * square;
                    entry[1] += share;
                }
                start += n as usize;
            }
        }
    }
}

/// u → (k + u) / S along one axis, for hypercubes numbered from `cube`, with `stride` of them to a step of k.
fn shift(column: &mut [f64], counts: &[u32], cube: usize, stride: usize, strata: usize) {
    let width = 1.0 / strata as f64;
    let (mut k, mut left) = ((cube / stride) % strata, stride - cube % stride);
    let mut start = 0;
    for &n in counts {
        let corner = k as f64;
        for u in &mut column[start..start + n as usize] {
            *u = (corner + *u) * width;
        }
        start += n as usize;
        left -= 1;
        if left == 0 {
            (k, left) = (if k + 1 == strata { 0 } else { k + 1 }, stride);
        }
    }
}

/// Calls `f` with the number and the samples of each hypercube.
#[inline]
fn each_cube(column: &[f64], counts: &[u32], mut f: impl FnMut(usize, &[f64])) {
    let mut rest = column;
    for (h, &n) in counts.iter().enumerate() {
        let (samples, later) = rest.split_at(n as usize);
        f(h, samples);
        rest = later;
    }
}

struct Weigh<'a> {
    work: &'a mut Workspace,
    jacobian: &'a mut [[f64; LANES]],
    scales: &'a [f64],
}

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        for (group, jacobian) in self.jacobian.iter_mut().enumerate() {
            let j = V::load(jacobian);
            let mut square = V::splat(0.0);
            for (c, scale) in self.scales.iter().enumerate() {
                let column = &mut self.work.values.lanes_mut(c)[group];
                let w = V::load(column) * j;
                w.store(column);
                let scaled = w * V::splat(*scale);
                square = scaled.mul_add(scaled, square);
            }
            square.store(jacobian);
        }
    }
}

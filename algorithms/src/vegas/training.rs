//! Rows of pieces: what a thread takes in one go, and what the map learns from it.
//!
//! A row evaluates some consecutive pieces of every wave and adds up for itself what their samples teach; the sums of
//! all rows meet, in their order, when the iteration ends. Lessons are learnt axis by axis from a whole row, so that the
//! sums of an axis stay in the first-level cache, and samples need never leave the core that drew them.

use super::piece::{Context, Piece, Scratch};
use super::strata::Span;
use crate::parallel::{Portable, Workers, pack_list, unpack_list};
use crate::sampling::{Histogram, packed};
use crate::simd::LANES;

/// Least and most pieces of a row: with fewer, joining the sums of rows would cost more than it is worth; with more,
/// samples would leave the second-level cache before they have taught.
const PIECES: (usize, usize) = (4, 16);
/// Most rows, of which one half is under way while the other is added up: enough to keep threads busy.
const ROWS: usize = 32;
/// Most increments of all axes in the histograms of all rows, 16 bytes each: fewer rows where a map is huge.
const INCREMENTS: usize = 1 << 24;
/// Most covariances in all pieces under way, 8 bytes each: fewer pieces where there are hundreds of components.
const PRODUCTS: usize = 1 << 26;

/// A row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Its pieces of this wave.
    pieces: Vec<Piece>,
    /// What it has learnt in this iteration, axis by axis; empty if nothing.
    histogram: Histogram,
    /// Σ (J f)² and the sum of its squares, of the samples that taught.
    evidence: [f64; 2],
}

/// What came of its pieces of a wave. What it has learnt stays where its pieces are evaluated, the same rank in all waves, until
/// the iteration ends.
impl Portable for Row {
    fn pack(&self, to: &mut Vec<u8>) {
        self.pieces.iter().for_each(|piece| piece.pack(to));
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        self.pieces.iter_mut().try_for_each(|piece| piece.unpack(from))
    }
}

/// What a row has learnt in an iteration.
struct Lesson<'a>(&'a mut Row);

impl Portable for Lesson<'_> {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.0.histogram, to);
        pack_list(&self.0.evidence, to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        let mut evidence = Vec::new();
        unpack_list(&mut self.0.histogram, from)?;
        unpack_list(&mut evidence, from)?;
        self.0.evidence = evidence.try_into().ok()?;
        Some(())
    }
}

/// What the samples of a row teach the map: a part of them, in groups of eight.
#[derive(Debug, Default)]
pub(super) struct TrainingSamples {
    /// (J f)² of every sample and its weight, that is its share of a hypercube, by which the first is multiplied.
    pub(super) squares: Vec<[[f64; 2]; LANES]>,
    /// MapAxis by axis, the increments in which the samples fall.
    pub(super) increments: Vec<Vec<[u32; LANES]>>,
}

/// All rows.
#[derive(Debug)]
pub(super) struct Rows {
    /// Those of every other wave.
    halves: [Vec<Row>; 2],
    /// Pieces of a row, in this iteration.
    pieces: usize,
    /// Least and most of them.
    range: (usize, usize),
}

impl Rows {
    /// Rows for maps with `increments` on all axes together, and for `components`.
    pub(super) fn new(increments: usize, components: usize) -> Self {
        let most = Rows::pieces_under_way(components);
        let half = (INCREMENTS / increments).clamp(2, ROWS).min(most) / 2;
        let rows = || (0..half).map(|_| Row::default()).collect();
        let most = (most / (2 * half)).min(PIECES.1);
        Rows { halves: [rows(), rows()], pieces: most, range: (PIECES.0.min(most), most) }
    }

    /// Most pieces of two waves: each holds the covariances of all pairs of components.
    pub(super) fn pieces_under_way(components: usize) -> usize {
        (PRODUCTS / packed(components, 0)).clamp(2, ROWS * PIECES.1)
    }

    /// Forgets what was learnt, and returns how many pieces a wave has in an iteration of `pieces`.
    pub(super) fn begin(&mut self, pieces: usize) -> usize {
        for row in self.halves.iter_mut().flatten() {
            row.histogram.clear();
            row.evidence = [0.0; 2];
        }
        let half = self.halves[0].len();
        self.pieces = pieces.div_ceil(2 * half).clamp(self.range.0, self.range.1);
        half * self.pieces
    }

    /// Gives out a wave of pieces, of which the first is number `first` in the iteration. Two may be out.
    pub(super) fn wave(&mut self, wave: usize, first: usize, spans: &[Span]) -> Vec<Row> {
        let needed = spans.len().div_ceil(self.pieces);
        let mut rows: Vec<Row> = self.halves[wave % 2].drain(..needed).collect();
        for (r, (row, spans)) in rows.iter_mut().zip(spans.chunks(self.pieces)).enumerate() {
            row.pieces.resize_with(spans.len(), Piece::default);
            for (i, (piece, span)) in row.pieces.iter_mut().zip(spans).enumerate() {
                (piece.span, piece.index) = (*span, (first + r * self.pieces + i) as u64);
            }
        }
        rows
    }

    /// Takes back the rows of a wave.
    pub(super) fn put_back(&mut self, wave: usize, rows: Vec<Row>) {
        self.halves[wave % 2].splice(..0, rows);
    }

    /// Brings here what the rows have learnt on other ranks.
    pub(super) fn meet<S: Default + Send>(&mut self, workers: &Workers<S>) {
        for (k, half) in self.halves.iter_mut().enumerate() {
            workers.collect(k, &mut half.iter_mut().map(Lesson).collect::<Vec<_>>());
        }
    }

    /// How many samples of equal (J f)² would tell as much as all that taught: (Σ q)² / Σ q² (L. Kish, Survey Sampling (1965)).
    pub(super) fn evidence(&self) -> f64 {
        let rows = self.halves.iter().flatten().map(|row| row.evidence);
        let [sum, squares] = rows.fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        if squares > 0.0 { sum * (sum / squares) } else { 0.0 }
    }

    /// What all rows have learnt about axis `axis`, with so many increments.
    pub(super) fn histogram(&self, axis: usize, increments: usize) -> Histogram {
        let mut sum = vec![[0.0; 2]; increments];
        for row in self.halves.iter().flatten().filter(|row| !row.histogram.is_empty()) {
            for (sum, part) in sum.iter_mut().zip(&row.histogram[axis * increments..]) {
                *sum = [sum[0] + part[0], sum[1] + part[1]];
            }
        }
        sum
    }
}

impl Row {
    /// Its pieces, in their order.
    pub(super) fn pieces(&mut self) -> &mut [Piece] {
        &mut self.pieces
    }

    /// Evaluates the pieces, and learns from them.
    pub(super) fn evaluate(&mut self, context: &Context<'_>, scratch: &mut Scratch) {
        self.pieces.iter_mut().for_each(|piece| context.evaluate(scratch, piece));
        if context.train > 0 {
            let increments = context.axes[0].increments();
            self.histogram.resize(context.axes.len() * increments, [0.0; 2]);
            for [square, _] in scratch.training.squares.as_flattened() {
                self.evidence = [self.evidence[0] + square, self.evidence[1] + square * square];
            }
            scratch.training.accumulate(self.histogram.chunks_mut(increments));
        }
    }
}

impl TrainingSamples {
    /// Adds what every axis learns from these, and clears them.
    fn accumulate<'a>(&mut self, histograms: impl Iterator<Item = &'a mut [[f64; 2]]>) {
        for (histogram, increments) in histograms.zip(&mut self.increments) {
            for (increments, squares) in increments.drain(..).zip(&self.squares) {
                for (k, square) in increments.iter().zip(squares) {
                    let entry = &mut histogram[*k as usize];
                    *entry = [entry[0] + square[0], entry[1] + square[1]];
                }
            }
        }
        self.squares.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_hands_out_every_span_once_and_in_order() {
        let mut rows = Rows::new(1, 1);
        for pieces in [1, 37, 100, 10_000] {
            let spans: Vec<Span> = (0..pieces).map(|cube| Span { cube, ..Span::default() }).collect();
            let together = rows.begin(pieces);
            let mut given = Vec::new();
            for (wave, spans) in spans.chunks(together).enumerate() {
                let mut out = rows.wave(wave, wave * together, spans);
                assert!(out.iter().all(|row| (1..=PIECES.1).contains(&row.pieces.len())));
                given.extend(out.iter_mut().flat_map(Row::pieces).map(|piece| (piece.span, piece.index)));
                rows.put_back(wave, out);
            }
            assert_eq!(given, spans.into_iter().zip(0..).collect::<Vec<_>>());
        }
    }

    #[test]
    fn rows_learn_for_themselves_and_their_sums_meet() {
        let mut training = TrainingSamples::default();
        let mut rows = Rows::new(6, 1);
        for (row, factor) in rows.halves.iter_mut().flatten().zip([1, 2]) {
            training.squares.push(std::array::from_fn(|l| [(factor * l) as f64, 1.0]));
            training.increments.resize(2, Vec::new());
            training.increments[0].push([0, 1, 2, 0, 1, 2, 0, 1]);
            training.increments[1].push([2; LANES]);
            row.histogram.resize(2 * 3, [0.0; 2]);
            training.accumulate(row.histogram.chunks_mut(3));
        }
        assert_eq!(rows.histogram(0, 3), [[27.0, 6.0], [36.0, 6.0], [21.0, 4.0]]);
        assert_eq!(rows.histogram(1, 3), [[0.0; 2], [0.0; 2], [84.0, 16.0]]);
        rows.begin(1);
        assert_eq!(rows.histogram(0, 3), [[0.0; 2]; 3]);
    }
}

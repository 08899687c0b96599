//! What is kept of every region, in rows.

use super::estimate::Shape;
use super::fresh::Fresh;
use crate::parallel::{Portable, pack_list, unpack_list};
use crate::rules::MAX_DIM;
use crate::simd::{LANES, Lanes};
use bytemuck::{cast_slice, cast_slice_mut};
use std::ops::{Deref, DerefMut};

/// Regions of the unit cube, numbered from 0.
///
/// A region is a box whose sides are 2^−level: centres and sides are exact. The null-rule and sentinel values
/// are kept with their signs, relative to a scale per region, so that single precision suffices whatever the
/// size of the integrand, and the error of any combination of components follows without a new evaluation.
///
/// A row holds the numbers of [`Shape::numbers`]; per side its level, then the axis of the next cut, as bytes; and per
/// component null rules and sentinels divided by max|f|, in single precision. One row in one piece of memory: what is
/// read and copied region by region, in no order that a cache could foresee, then costs as few misses as possible.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Regions<W = Vec<u64>> {
    shape: Shape,
    /// Row after row, in words of eight bytes.
    words: W,
}

/// In place of an axis: rounding error leaves nothing to refine.
pub(super) const FROZEN: u8 = u8::MAX;
/// Sides of 2^−40 of their distance from zero are not halved further: nodes close to a face would round onto it.
pub(super) const MAX_LEVEL: u8 = 40;
/// Sides below 2^−120 are halved nowhere: volumes in eight variables are still normal numbers then.
const DEEPEST: u8 = 120;

impl Portable for Regions {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.words, to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack_list(&mut self.words, from)
    }
}

impl Regions {
    pub(super) fn new(shape: Shape) -> Self {
        Regions { shape, words: Vec::new() }
    }

    /// Makes room for exactly `len` regions.
    pub(super) fn resize(&mut self, len: usize) {
        self.words.resize(len * self.width(), 0);
    }

    /// Puts the halves of `parents` here, pair by pair: their places here and in `fresh`, where the parents' integrals and
    /// errors go as well.
    pub(super) fn halve(&mut self, parents: &Regions, fresh: &mut Fresh) {
        let shape = self.shape;
        self.resize(2 * parents.len());
        for k in 0..parents.len() {
            let (left, octet) = (2 * k % LANES, 2 * k / LANES);
            let axis = usize::from(parents.axis(k));
            let mut cuts = [0; MAX_DIM + 1];
            let cuts = &mut cuts[..=shape.dim];
            cuts.copy_from_slice(&parents.cuts(k)[..=shape.dim]);
            cuts[axis] += 1;
            for half in [2 * k, 2 * k + 1] {
                self.cuts_mut(half)[..=shape.dim].copy_from_slice(cuts);
            }
            let (parent, numbers) = (parents.numbers(k), fresh.numbers.octet_mut(octet));
            let mut put = |field: usize, values: [f64; 2]| numbers[field][left..left + 2].copy_from_slice(&values);
            for (d, (centre, half_sides)) in parent.iter().zip(fresh.half_sides.octet_mut(octet)).enumerate() {
                let half_side = half_side(cuts[d]);
                let shift = if d == axis { half_side } else { 0.0 };
                put(d, [centre - shift, centre + shift]);
                half_sides[left..left + 2].fill(half_side);
            }
            for c in 0..shape.components {
                put(shape.discrepancy(c), [parent[shape.value(c)]; 2]);
            }
            for j in (0..shape.functionals).map(|j| shape.error(j)) {
                put(j, [parent[j]; 2]);
            }
        }
    }

    /// Takes over what was found of the regions in `fresh`.
    pub(super) fn record(&mut self, fresh: &Fresh) {
        let (dim, place, width) = (self.shape.dim, self.place_words(), self.width());
        for (i, row) in self.words.chunks_exact_mut(width).enumerate() {
            let (g, lane) = (i / LANES, i % LANES);
            let (place, probes) = row.split_at_mut(place);
            place.iter_mut().zip(fresh.numbers.octet(g)).for_each(|(kept, x)| *kept = x[lane].to_bits());
            cast_slice_mut::<u64, u8>(&mut place[self.shape.numbers()..])[dim] = fresh.axis.octet(g)[0][lane] as u8;
            let probes: &mut [f32] = cast_slice_mut(probes);
            probes.iter_mut().zip(fresh.probes.octet(g)).for_each(|(kept, x)| *kept = x[lane] as f32);
        }
    }

    /// Adds region `j` of `from` after the last one; without its probes where none are kept here.
    pub(super) fn push_from(&mut self, from: &Regions, j: usize) {
        let width = self.width();
        self.words.extend_from_slice(&from.row(j)[..width]);
    }
}

impl<W: Deref<Target = [u64]>> Regions<W> {
    /// Whether these regions, read from somewhere, are of this shape and whole.
    pub(super) fn is_sound(&self, shape: Shape) -> bool {
        let is_cut = |i: usize| {
            let (axis, levels) = (self.axis(i), self.levels(i));
            (axis == FROZEN || usize::from(axis) < shape.dim) && levels.iter().all(|level| *level <= DEEPEST)
        };
        let fits = self.shape == shape && self.len() > 0 && self.words.len().is_multiple_of(self.width());
        fits && (0..self.len()).all(is_cut)
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.words.len() / self.width()
    }

    /// Bytes per region, the queue's four included.
    pub(super) fn bytes_per_region(&self) -> usize {
        8 * self.width() + 4
    }

    /// Words per row.
    #[inline]
    fn width(&self) -> usize {
        self.place_words() + (self.shape.components * self.shape.probes).div_ceil(2)
    }

    /// Words of all but the probes.
    #[inline]
    fn place_words(&self) -> usize {
        self.shape.numbers() + (self.shape.dim + 1).div_ceil(8)
    }

    #[inline]
    fn row(&self, i: usize) -> &[u64] {
        let width = self.width();
        &self.words[i * width..(i + 1) * width]
    }

    #[inline]
    fn numbers(&self, i: usize) -> &[f64] {
        cast_slice(&self.row(i)[..self.shape.numbers()])
    }

    /// Levels and axis.
    #[inline]
    fn cuts(&self, i: usize) -> &[u8] {
        cast_slice(&self.row(i)[self.shape.numbers()..self.place_words()])
    }

    #[inline]
    pub(super) fn centre(&self, i: usize) -> &[f64] {
        &self.numbers(i)[..self.shape.dim]
    }

    /// The first component that was zero at every node of every region.
    pub(super) fn dark_component(&self) -> Option<usize> {
        (0..self.shape.components).find(|c| (0..self.len()).all(|i| self.is_dark(i, *c)))
    }

    /// Whether all components were zero at every node of every region.
    pub(super) fn is_all_dark(&self) -> bool {
        (0..self.len()).all(|i| (0..self.shape.components).all(|c| self.is_dark(i, c)))
    }

    /// Whether component `c` was zero at every node of region `i`.
    #[inline]
    pub(super) fn is_dark(&self, i: usize, c: usize) -> bool {
        self.sums(i, c)[1] == 0.0
    }

    /// Whether a point of the unit cube is in region `i` or within `radius` of it, axis by axis.
    pub(super) fn is_near(&self, i: usize, point: &[f64], radius: f64) -> bool {
        let sides = self.centre(i).iter().zip(self.levels(i)).zip(point);
        sides.into_iter().all(|((centre, level), x)| (x - centre).abs() <= half_side(*level) + radius)
    }

    /// The volume of region `i`.
    #[inline]
    pub(super) fn volume(&self, i: usize) -> f64 {
        match self.levels(i).iter().map(|level| u64::from(*level)).sum() {
            // A power of two.
            halvings @ 0..1023 => f64::from_bits((1023 - halvings) << 52),
            _ => self.levels(i).iter().map(|level| 2.0 * half_side(*level)).product(),
        }
    }

    /// Half the sides of region `i`.
    pub(super) fn half_sides(&self, i: usize) -> Vec<f64> {
        self.levels(i).iter().map(|level| half_side(*level)).collect()
    }

    #[inline]
    pub(super) fn levels(&self, i: usize) -> &[u8] {
        &self.cuts(i)[..self.shape.dim]
    }

    #[inline]
    pub(super) fn axis(&self, i: usize) -> u8 {
        self.cuts(i)[self.shape.dim]
    }

    /// [value, scale, discrepancy] of component `c`.
    #[inline]
    pub(super) fn sums(&self, i: usize, c: usize) -> &[f64; 3] {
        self.numbers(i)[self.shape.value(c)..].first_chunk().expect("three numbers")
    }

    /// Null rules and sentinels of all components, one component after the other.
    #[inline]
    pub(super) fn probes(&self, i: usize) -> &[f32] {
        &cast_slice(&self.row(i)[self.place_words()..])[..self.shape.components * self.shape.probes]
    }

    #[inline]
    pub(super) fn errors(&self, i: usize) -> &[f64] {
        &self.numbers(i)[self.shape.error(0)..]
    }

    /// Part after part, so many regions each.
    pub(super) fn parts(&self, len: usize) -> impl Iterator<Item = Regions<&[u64]>> {
        let shape = self.shape;
        self.words.chunks(len * self.width()).map(move |words| Regions { shape, words })
    }
}

impl<W: DerefMut<Target = [u64]>> Regions<W> {
    #[inline]
    fn row_mut(&mut self, i: usize) -> &mut [u64] {
        let width = self.width();
        &mut self.words[i * width..(i + 1) * width]
    }

    #[inline]
    fn numbers_mut(&mut self, i: usize) -> &mut [f64] {
        let numbers = self.shape.numbers();
        cast_slice_mut(&mut self.row_mut(i)[..numbers])
    }

    #[inline]
    fn cuts_mut(&mut self, i: usize) -> &mut [u8] {
        let (from, to) = (self.shape.numbers(), self.place_words());
        cast_slice_mut(&mut self.row_mut(i)[from..to])
    }

    pub(super) fn set_axis(&mut self, i: usize, axis: u8) {
        let dim = self.shape.dim;
        self.cuts_mut(i)[dim] = axis;
    }

    pub(super) fn sums_mut(&mut self, i: usize, c: usize) -> &mut [f64; 3] {
        let start = self.shape.value(c);
        self.numbers_mut(i)[start..].first_chunk_mut().expect("three numbers")
    }

    pub(super) fn errors_mut(&mut self, i: usize) -> &mut [f64] {
        let start = self.shape.error(0);
        &mut self.numbers_mut(i)[start..]
    }

    /// Copies region `j` of `from` to place `i`.
    pub(super) fn copy_from(&mut self, i: usize, from: &Regions, j: usize) {
        self.row_mut(i).copy_from_slice(from.row(j));
    }

    /// Part after part, so many regions each, to be written.
    pub(super) fn parts_mut(&mut self, len: usize) -> impl Iterator<Item = Regions<&mut [u64]>> {
        let (shape, size) = (self.shape, len * self.width());
        self.words.chunks_mut(size).map(move |words| Regions { shape, words })
    }
}

/// Half a side that is not halved further along an axis, in a region whose lower end is `lower` there. Where a map is `exact`
/// near 0, nodes are distinct however close to 0 they are.
#[inline(always)]
pub(super) fn least_half_side<V: Lanes>(lower: V, exact: bool) -> V {
    let least = half_side(MAX_LEVEL);
    if exact { (lower * V::splat(2.0 * least)).max(V::splat(half_side(DEEPEST))) } else { V::splat(least) }
}

/// Half the side of level `level`.
#[inline]
pub(super) fn half_side(level: u8) -> f64 {
    f64::from_bits(u64::from(1022 - u32::from(level)) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_tile_their_parent() {
        let shape = Shape { dim: 2, components: 1, probes: 1, functionals: 1, levels: [0, 1, 1, 1] };
        let mut cube = Regions::new(shape);
        cube.resize(1);
        cube.numbers_mut(0).fill(0.5);
        cube.set_axis(0, 1);
        let (mut halves, mut fresh) = (Regions::new(shape), Fresh::default());
        fresh.reset(shape, 2);
        halves.halve(&cube, &mut fresh);
        halves.record(&fresh);
        assert_eq!((halves.centre(0), halves.levels(0)), (&[0.5, 0.25][..], &[0, 1][..]));
        assert_eq!((halves.centre(1), halves.levels(1)), (&[0.5, 0.75][..], &[0, 1][..]));
        assert_eq!([cube.volume(0), halves.volume(0)], [1.0, 0.5]);
        let half_sides = [0, 1].map(|d| fresh.half_sides.octet(0)[d][..2].to_vec());
        assert_eq!(half_sides, [vec![0.5; 2], vec![0.25; 2]]);
        assert_eq!([half_side(0), half_side(3)], [0.5, 0.0625]);
    }
}

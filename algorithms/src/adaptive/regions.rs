//! What is kept of every region, in rows.

use super::estimate::Shape;
use super::fresh::Fresh;
use crate::simd::LANES;

/// Regions of the unit cube, numbered from 0.
///
/// A region is a box whose sides are 2^−level: centres and sides are exact. The null-rule and sentinel values
/// are kept with their signs, relative to a scale per region, so that single precision suffices whatever the
/// size of the integrand, and the error of any combination of components follows without a new evaluation.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Regions {
    shape: Shape,
    /// See [`Shape::numbers`].
    numbers: Vec<f64>,
    /// Per component: null rules, then sentinels, divided by max|f|.
    probes: Vec<f32>,
    /// Per side its level, then the axis of the next cut.
    cuts: Vec<u8>,
}

/// In place of an axis: rounding error leaves nothing to refine.
pub(super) const FROZEN: u8 = u8::MAX;
/// Sides below 2^−40 are not halved further: nodes close to a face would round onto it.
pub(super) const MAX_LEVEL: u8 = 40;

impl Regions {
    pub(super) fn new(shape: Shape) -> Self {
        Regions { shape, numbers: Vec::new(), probes: Vec::new(), cuts: Vec::new() }
    }

    /// Whether these regions, read from somewhere, are of this shape and whole.
    pub(super) fn is_sound(&self, shape: Shape) -> bool {
        let lengths = [self.numbers.len(), self.probes.len(), self.cuts.len()];
        let widths = [shape.numbers(), shape.components * shape.probes, shape.dim + 1];
        let fits = lengths.iter().zip(widths).all(|(length, width)| *length == width * self.len());
        let is_cut = |row: &[u8]| {
            let (axis, levels) = (row[shape.dim], &row[..shape.dim]);
            (axis == FROZEN || usize::from(axis) < shape.dim) && levels.iter().all(|level| *level <= MAX_LEVEL)
        };
        self.shape == shape && self.len() > 0 && fits && self.cuts.chunks_exact(shape.dim + 1).all(is_cut)
    }

    pub(super) fn len(&self) -> usize {
        self.cuts.len() / (self.shape.dim + 1)
    }

    /// Makes room for exactly `len` regions.
    pub(super) fn resize(&mut self, len: usize) {
        let Shape { dim, components, probes, .. } = self.shape;
        self.numbers.resize(len * self.shape.numbers(), 0.5);
        self.probes.resize(len * components * probes, 0.0);
        self.cuts.resize(len * (dim + 1), 0);
    }

    /// Bytes per region, the queue's four included.
    pub(super) fn bytes_per_region(&self) -> usize {
        let Shape { dim, components, probes, .. } = self.shape;
        8 * self.shape.numbers() + 4 * components * probes + dim + 1 + 4
    }

    fn numbers(&self, i: usize) -> &[f64] {
        row(&self.numbers, self.shape.numbers(), i)
    }

    fn numbers_mut(&mut self, i: usize) -> &mut [f64] {
        row_mut(&mut self.numbers, self.shape.numbers(), i)
    }

    pub(super) fn centre(&self, i: usize) -> &[f64] {
        &self.numbers(i)[..self.shape.dim]
    }

    /// The first component that was zero at every node of every region.
    pub(super) fn dark_component(&self) -> Option<usize> {
        (0..self.shape.components).find(|c| (0..self.len()).all(|i| self.is_dark(i, *c)))
    }

    /// Whether component `c` was zero at every node of region `i`.
    pub(super) fn is_dark(&self, i: usize, c: usize) -> bool {
        self.sums(i, c)[1] == 0.0
    }

    /// Whether a point of the unit cube is in region `i` or within `radius` of it, axis by axis.
    pub(super) fn is_near(&self, i: usize, point: &[f64], radius: f64) -> bool {
        let sides = self.centre(i).iter().zip(self.levels(i)).zip(point);
        sides.into_iter().all(|((centre, level), x)| (x - centre).abs() <= half_side(*level) + radius)
    }

    pub(super) fn levels(&self, i: usize) -> &[u8] {
        &row(&self.cuts, self.shape.dim + 1, i)[..self.shape.dim]
    }

    pub(super) fn axis(&self, i: usize) -> u8 {
        row(&self.cuts, self.shape.dim + 1, i)[self.shape.dim]
    }

    pub(super) fn set_axis(&mut self, i: usize, axis: u8) {
        row_mut(&mut self.cuts, self.shape.dim + 1, i)[self.shape.dim] = axis;
    }

    /// [value, scale, discrepancy] of component `c`.
    pub(super) fn sums(&self, i: usize, c: usize) -> &[f64; 3] {
        self.numbers(i)[self.shape.value(c)..].first_chunk().expect("three numbers")
    }

    pub(super) fn sums_mut(&mut self, i: usize, c: usize) -> &mut [f64; 3] {
        let start = self.shape.value(c);
        self.numbers_mut(i)[start..].first_chunk_mut().expect("three numbers")
    }

    /// Null rules and sentinels of all components, one component after the other.
    pub(super) fn probes(&self, i: usize) -> &[f32] {
        row(&self.probes, self.shape.components * self.shape.probes, i)
    }

    pub(super) fn errors(&self, i: usize) -> &[f64] {
        &self.numbers(i)[self.shape.error(0)..]
    }

    pub(super) fn errors_mut(&mut self, i: usize) -> &mut [f64] {
        let start = self.shape.error(0);
        &mut self.numbers_mut(i)[start..]
    }

    /// Puts the halves of `parents` here, pair by pair: their places here and in `fresh`, where the parents' integrals go
    /// as well.
    pub(super) fn halve(&mut self, parents: &Regions, fresh: &mut Fresh) {
        let shape = self.shape;
        self.resize(2 * parents.len());
        for (k, cuts) in self.cuts.chunks_exact_mut(2 * (shape.dim + 1)).enumerate() {
            let left = 2 * k % LANES;
            let numbers = fresh.numbers.octet_mut(2 * k / LANES);
            let half_sides = fresh.half_sides.octet_mut(2 * k / LANES);
            let axis = usize::from(parents.axis(k));
            let halves = cuts.split_at_mut(shape.dim + 1);
            halves.0[..shape.dim].copy_from_slice(parents.levels(k));
            halves.0[axis] += 1;
            halves.1.copy_from_slice(halves.0);
            for (d, (centre, level)) in parents.centre(k).iter().zip(&*halves.0).enumerate() {
                let half_side = half_side(*level);
                let shift = if d == axis { half_side } else { 0.0 };
                (numbers[d][left], numbers[d][left + 1]) = (centre - shift, centre + shift);
                (half_sides[d][left], half_sides[d][left + 1]) = (half_side, half_side);
            }
            for c in 0..shape.components {
                let whole = parents.sums(k, c)[0];
                let kept = &mut numbers[shape.discrepancy(c)];
                (kept[left], kept[left + 1]) = (whole, whole);
            }
        }
    }

    /// Takes over what was found of the regions in `fresh`.
    pub(super) fn record(&mut self, fresh: &Fresh) {
        let Shape { dim, components, probes, .. } = self.shape;
        for i in 0..self.len() {
            let (g, lane) = (i / LANES, i % LANES);
            let numbers = self.numbers_mut(i).iter_mut();
            numbers.zip(fresh.numbers.octet(g)).for_each(|(kept, x)| *kept = x[lane]);
            let probes = row_mut(&mut self.probes, components * probes, i).iter_mut();
            probes.zip(fresh.probes.octet(g)).for_each(|(kept, x)| *kept = x[lane] as f32);
            row_mut(&mut self.cuts, dim + 1, i)[dim] = fresh.axis.octet(g)[0][lane] as u8;
        }
    }

    /// Adds region `j` of `from` after the last one.
    pub(super) fn push_from(&mut self, from: &Regions, j: usize) {
        let Shape { dim, components, probes, .. } = self.shape;
        self.numbers.extend_from_slice(from.numbers(j));
        self.probes.extend_from_slice(row(&from.probes, components * probes, j));
        self.cuts.extend_from_slice(row(&from.cuts, dim + 1, j));
    }

    /// Copies region `j` of `from` to place `i`.
    pub(super) fn copy_from(&mut self, i: usize, from: &Regions, j: usize) {
        let Shape { dim, components, probes, .. } = self.shape;
        self.numbers_mut(i).copy_from_slice(from.numbers(j));
        row_mut(&mut self.probes, components * probes, i).copy_from_slice(from.probes(j));
        row_mut(&mut self.cuts, dim + 1, i).copy_from_slice(row(&from.cuts, dim + 1, j));
    }
}

/// Half the side of level `level`.
#[inline]
pub(super) fn half_side(level: u8) -> f64 {
    f64::from_bits(u64::from(1022 - u32::from(level)) << 52)
}

#[inline]
fn row<T>(column: &[T], width: usize, i: usize) -> &[T] {
    &column[i * width..(i + 1) * width]
}

#[inline]
fn row_mut<T>(column: &mut [T], width: usize, i: usize) -> &mut [T] {
    &mut column[i * width..(i + 1) * width]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_tile_their_parent() {
        let shape = Shape { dim: 2, components: 1, probes: 1, functionals: 1, levels: [0, 1, 1, 1] };
        let mut cube = Regions::new(shape);
        cube.resize(1);
        cube.set_axis(0, 1);
        let (mut halves, mut fresh) = (Regions::new(shape), Fresh::default());
        fresh.reset(shape, 2);
        halves.halve(&cube, &mut fresh);
        halves.record(&fresh);
        assert_eq!((halves.centre(0), halves.levels(0)), (&[0.5, 0.25][..], &[0, 1][..]));
        assert_eq!((halves.centre(1), halves.levels(1)), (&[0.5, 0.75][..], &[0, 1][..]));
        let half_sides = [0, 1].map(|d| fresh.half_sides.octet(0)[d][..2].to_vec());
        assert_eq!(half_sides, [vec![0.5; 2], vec![0.25; 2]]);
        assert_eq!([half_side(0), half_side(3)], [0.5, 0.0625]);
    }
}

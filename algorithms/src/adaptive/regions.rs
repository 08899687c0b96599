//! What is kept of every region, in columns.

use super::estimate::Shape;

/// Regions of the unit cube, numbered from 0.
///
/// A region is a box whose sides are 2^−level: centres and sides are exact. The null-rule and sentinel values
/// are kept with their signs, relative to a scale per region, so that single precision suffices whatever the
/// size of the integrand, and the error of any combination of components follows without a new evaluation.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Regions {
    shape: Shape,
    centres: Vec<f64>,
    levels: Vec<u8>,
    axes: Vec<u8>,
    /// Per component: the integral, the scale V·max|f|, the share of the discrepancy between parent and children.
    sums: Vec<f64>,
    /// Per component: null rules, then sentinels, divided by max|f|.
    probes: Vec<f32>,
    /// Per functional of the goal: the error.
    errors: Vec<f64>,
}

/// In place of an axis: rounding error leaves nothing to refine.
pub(super) const FROZEN: u8 = u8::MAX;
/// Sides below 2^−40 are not halved further: nodes close to a face would round onto it.
pub(super) const MAX_LEVEL: u8 = 40;

impl Regions {
    pub(super) fn new(shape: Shape) -> Self {
        Regions {
            shape,
            centres: Vec::new(),
            levels: Vec::new(),
            axes: Vec::new(),
            sums: Vec::new(),
            probes: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Whether these regions, read from somewhere, are of this shape and whole.
    pub(super) fn is_sound(&self, shape: Shape) -> bool {
        let Shape { dim, components, probes, functionals, .. } = shape;
        let lengths = [self.centres.len(), self.levels.len(), self.sums.len(), self.probes.len(), self.errors.len()];
        let widths = [dim, dim, components * 3, components * probes, functionals];
        let fits = lengths.iter().zip(widths).all(|(length, width)| *length == width * self.len());
        let cuts = self.axes.iter().all(|axis| *axis == FROZEN || usize::from(*axis) < dim);
        self.shape == shape && self.len() > 0 && fits && cuts && self.levels.iter().all(|level| *level <= MAX_LEVEL)
    }

    pub(super) fn len(&self) -> usize {
        self.axes.len()
    }

    /// Makes room for exactly `len` regions.
    pub(super) fn resize(&mut self, len: usize) {
        let Shape { dim, components, probes, functionals, .. } = self.shape;
        self.centres.resize(len * dim, 0.5);
        self.levels.resize(len * dim, 0);
        self.axes.resize(len, 0);
        self.sums.resize(len * components * 3, 0.0);
        self.probes.resize(len * components * probes, 0.0);
        self.errors.resize(len * functionals, 0.0);
    }

    /// Bytes per region, the queue's four included.
    pub(super) fn bytes_per_region(&self) -> usize {
        let Shape { dim, components, probes, functionals, .. } = self.shape;
        dim * 9 + 1 + components * (24 + 4 * probes) + functionals * 8 + 4
    }

    pub(super) fn centre(&self, i: usize) -> &[f64] {
        row(&self.centres, self.shape.dim, i)
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
        row(&self.levels, self.shape.dim, i)
    }

    pub(super) fn axis(&self, i: usize) -> u8 {
        self.axes[i]
    }

    pub(super) fn set_axis(&mut self, i: usize, axis: u8) {
        self.axes[i] = axis;
    }

    /// [value, scale, discrepancy] of component `c`.
    pub(super) fn sums(&self, i: usize, c: usize) -> [f64; 3] {
        let start = (i * self.shape.components + c) * 3;
        [self.sums[start], self.sums[start + 1], self.sums[start + 2]]
    }

    pub(super) fn sums_mut(&mut self, i: usize, c: usize) -> &mut [f64; 3] {
        let start = (i * self.shape.components + c) * 3;
        (&mut self.sums[start..start + 3]).try_into().expect("three numbers")
    }

    /// Null rules and sentinels of all components, one component after the other.
    pub(super) fn probes(&self, i: usize) -> &[f32] {
        row(&self.probes, self.shape.components * self.shape.probes, i)
    }

    pub(super) fn probes_mut(&mut self, i: usize, c: usize) -> &mut [f32] {
        row_mut(&mut self.probes, self.shape.probes, i * self.shape.components + c)
    }

    pub(super) fn errors(&self, i: usize) -> &[f64] {
        row(&self.errors, self.shape.functionals, i)
    }

    pub(super) fn errors_mut(&mut self, i: usize) -> &mut [f64] {
        row_mut(&mut self.errors, self.shape.functionals, i)
    }

    /// Puts the two halves of region `parent` of `from` at `i` and `i + 1`: their places, not their values.
    pub(super) fn split_from(&mut self, i: usize, from: &Regions, parent: usize) {
        let axis = usize::from(from.axis(parent));
        for (k, side) in [-1.0, 1.0].into_iter().enumerate() {
            row_mut(&mut self.centres, self.shape.dim, i + k).copy_from_slice(from.centre(parent));
            let levels = row_mut(&mut self.levels, self.shape.dim, i + k);
            levels.copy_from_slice(from.levels(parent));
            levels[axis] += 1;
            let half_side = half_side(levels[axis]);
            row_mut(&mut self.centres, self.shape.dim, i + k)[axis] += side * half_side;
        }
    }

    /// Copies region `j` of `from` to place `i`.
    pub(super) fn copy_from(&mut self, i: usize, from: &Regions, j: usize) {
        let Shape { dim, components, probes, functionals, .. } = self.shape;
        row_mut(&mut self.centres, dim, i).copy_from_slice(from.centre(j));
        row_mut(&mut self.levels, dim, i).copy_from_slice(from.levels(j));
        self.axes[i] = from.axes[j];
        row_mut(&mut self.sums, components * 3, i).copy_from_slice(row(&from.sums, components * 3, j));
        row_mut(&mut self.probes, components * probes, i).copy_from_slice(from.probes(j));
        row_mut(&mut self.errors, functionals, i).copy_from_slice(from.errors(j));
    }
}

/// Half the side of level `level`.
#[inline]
pub(super) fn half_side(level: u8) -> f64 {
    f64::from_bits(u64::from(1022 - u32::from(level)) << 52)
}

fn row<T>(column: &[T], width: usize, i: usize) -> &[T] {
    &column[i * width..(i + 1) * width]
}

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
        let mut halves = Regions::new(shape);
        halves.resize(2);
        halves.split_from(0, &cube, 0);
        assert_eq!((halves.centre(0), halves.levels(0)), (&[0.5, 0.25][..], &[0, 1][..]));
        assert_eq!((halves.centre(1), halves.levels(1)), (&[0.5, 0.75][..], &[0, 1][..]));
        assert_eq!([half_side(0), half_side(3)], [0.5, 0.0625]);
    }
}

//! Regions under evaluation, eight to a vector: columns of what the store keeps in rows.

use super::estimate::Shape;
use crate::simd::LANES;

/// Numbers of regions, eight regions to a vector: the vectors of the first eight regions, those of the next eight, …
#[derive(Default)]
pub(super) struct Sheet {
    vectors: Vec<[f64; LANES]>,
    /// Vectors per eight regions.
    fields: usize,
}

impl Sheet {
    /// Memory in use.
    pub(super) fn bytes(&self) -> usize {
        8 * LANES * self.vectors.capacity()
    }

    /// Makes room for so many numbers of each of `width` regions.
    pub(super) fn reset(&mut self, fields: usize, width: usize) {
        self.vectors.resize(fields * width.div_ceil(LANES), [0.0; LANES]);
        self.fields = fields;
    }

    /// The vectors of the regions from `8 g` on.
    #[inline(always)]
    pub(super) fn octet(&self, g: usize) -> &[[f64; LANES]] {
        &self.vectors[g * self.fields..(g + 1) * self.fields]
    }

    /// The same, to be written.
    #[inline(always)]
    pub(super) fn octet_mut(&mut self, g: usize) -> &mut [[f64; LANES]] {
        &mut self.vectors[g * self.fields..(g + 1) * self.fields]
    }
}

/// What is found of regions.
#[derive(Default)]
pub(super) struct Fresh {
    /// Number of regions.
    pub(super) width: usize,
    /// In the order of [`Shape::numbers`]. Where discrepancy and errors go, integral and errors of the parent stand before.
    pub(super) numbers: Sheet,
    /// Half the side along each axis.
    pub(super) half_sides: Sheet,
    /// Per component: null rules, then sentinels, divided by max|f|.
    pub(super) probes: Sheet,
    /// Per functional of the goal: the part of the error that is rounding.
    pub(super) roundings: Sheet,
    /// The axis of the next cut.
    pub(super) axis: Sheet,
    /// How urgent that is; −1 where it would help nothing.
    pub(super) key: Sheet,
    /// Per component, then per functional: what a region adds to the sums over all, less half of what its parent did.
    pub(super) gains: Sheet,
}

impl Fresh {
    /// Memory in use.
    pub(super) fn bytes(&self) -> usize {
        let Fresh { numbers, half_sides, probes, roundings, axis, key, gains, width: _ } = self;
        [numbers, half_sides, probes, roundings, axis, key, gains].map(Sheet::bytes).iter().sum()
    }

    /// Makes room for `width` regions. Where an incomplete vector is left, it holds the whole cube.
    pub(super) fn reset(&mut self, shape: Shape, width: usize) {
        self.width = width;
        self.numbers.reset(shape.numbers(), width);
        self.half_sides.reset(shape.dim, width);
        self.probes.reset(shape.components * shape.probes, width);
        self.roundings.reset(shape.functionals, width);
        self.axis.reset(1, width);
        self.key.reset(1, width);
        self.gains.reset(shape.components + shape.functionals, width);
        // Lanes in which no region comes to stand are valid ones all the same.
        if !width.is_multiple_of(LANES) {
            self.numbers.octet_mut(width / LANES).fill([0.5; LANES]);
            self.half_sides.octet_mut(width / LANES).fill([0.5; LANES]);
        }
    }

    /// Vectors of regions, the last of them perhaps incomplete.
    pub(super) fn octets(&self) -> usize {
        self.width.div_ceil(LANES)
    }

    /// Writes the keys out region by region, and sums the gains.
    pub(super) fn spread(&self, keys: &mut Vec<f64>, gains: &mut Vec<f64>) {
        keys.clear();
        keys.extend((0..self.octets()).flat_map(|g| self.key.octet(g)[0]).take(self.width));
        gains.clear();
        gains.resize(self.gains.fields, 0.0);
        for g in 0..self.octets() {
            let lanes = (self.width - g * LANES).min(LANES);
            let of_octet = self.gains.octet(g).iter().map(|gains| gains[..lanes].iter().sum::<f64>());
            gains.iter_mut().zip(of_octet).for_each(|(sum, gain)| *sum += gain);
        }
    }
}

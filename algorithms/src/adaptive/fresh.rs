//! Regions under evaluation, eight to a vector: columns of what the store keeps in rows.

use super::estimate::Shape;
use crate::batch::Columns;

/// A row per region.
#[derive(Default)]
pub(super) struct Fresh {
    /// In the order of [`Shape::numbers`]. Where the discrepancy goes, the integral over the parent stands before.
    pub(super) numbers: Columns,
    /// Half the side along each axis.
    pub(super) half_sides: Columns,
    /// Per component: null rules, then sentinels, divided by max|f|.
    pub(super) probes: Columns,
    /// Per functional of the goal: the part of the error that is rounding.
    pub(super) roundings: Columns,
    /// The axis of the next cut, in a single column.
    pub(super) axes: Columns,
}

impl Fresh {
    /// Makes room for `width` regions.
    pub(super) fn reset(&mut self, shape: Shape, width: usize) {
        self.numbers.reset(shape.numbers(), width);
        self.half_sides.reset(shape.dim, width);
        self.probes.reset(shape.components * shape.probes, width);
        self.roundings.reset(shape.functionals, width);
        self.axes.reset(1, width);
    }

    /// Puts the whole cube here.
    pub(super) fn place_cube(&mut self, dim: usize) {
        for d in 0..dim {
            self.numbers.column_mut(d).fill(0.5);
            self.half_sides.column_mut(d).fill(0.5);
        }
    }

    /// Fills incomplete vectors with the last region.
    pub(super) fn pad(&mut self) {
        self.numbers.pad();
        self.half_sides.pad();
    }
}

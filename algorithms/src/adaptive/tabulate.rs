//! Places the nodes of a group of regions along every axis, already mapped to the variables of the coordinates.

use super::fresh::Fresh;
use crate::batch::Columns;
use crate::coordinates::AxisMap;
use crate::rules::{Nodes, OFFSETS};
use crate::simd::{Kernel, LANES, Lanes};

/// Maps the offsets of all axes of all regions, eight regions to a table row: the coordinate of axis `d` for the
/// regions of vector `g` and offset `k` stands in row `g · OFFSETS + k` of column `d`, its derivative in column `dim + d`.
pub(super) struct Tabulate<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) axes: &'a [AxisMap],
    pub(super) fresh: &'a Fresh,
    pub(super) tables: &'a mut Columns,
}

impl Kernel for Tabulate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Tabulate { nodes, axes, fresh, tables } = self;
        let (dim, octets) = (axes.len(), fresh.octets());
        tables.reset(2 * dim, octets * OFFSETS * LANES);
        for (d, axis) in axes.iter().enumerate() {
            let (table, derivatives) = tables.two_lanes_mut(d, dim + d);
            for g in 0..octets {
                let (centre, half) = (V::load(&fresh.numbers.octet(g)[d]), V::load(&fresh.half_sides.octet(g)[d]));
                let rows = table[g * OFFSETS..].iter_mut().zip(&mut derivatives[g * OFFSETS..]);
                for (offset, (row, derivative)) in nodes.offsets.iter().zip(rows) {
                    let (x, dx) = axis.apply(half.mul_add(V::splat(*offset), centre));
                    x.store(row);
                    dx.store(derivative);
                }
            }
        }
    }
}

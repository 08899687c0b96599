//! Places the nodes of a group of regions, already mapped to the variables of the coordinates.
//!
//! A fully symmetric rule has a few hundred nodes but only a handful of different offsets from the centre, the same ones
//! along every axis. An axis map is therefore evaluated once per region, axis and offset, and not once per node: placing
//! a node is then a copy from a small table, whatever logarithm the map may take.

use super::fresh::Fresh;
use crate::batch::Columns;
use crate::coordinates::AxisMap;
use crate::rules::{Nodes, OFFSETS};
use crate::simd::{Kernel, LANES, Lanes};
use std::ops::Range;

type Table = [[f64; LANES]; OFFSETS];

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

/// Writes the points of a range of nodes for all regions: vector by vector of regions, node by node, region by region.
/// Where a Jacobian is asked for, so is the product of the derivatives.
pub(super) struct Place<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) range: Range<usize>,
    pub(super) axes: &'a [AxisMap],
    /// Number of regions.
    pub(super) width: usize,
    /// From [`Tabulate`].
    pub(super) tables: &'a Columns,
    /// The constant part of the Jacobian, and the column for the whole of it.
    pub(super) jacobian: Option<(f64, usize)>,
    pub(super) points: &'a mut Columns,
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Place { nodes, range, axes, width, tables, jacobian, points } = self;
        let (dim, len) = (axes.len(), range.len());
        let (whole, left) = (width / LANES, width % LANES);
        let table = |column: usize, g: usize| -> &Table { tables.lanes(column)[g * OFFSETS..].first_chunk().expect("a table") };
        for (d, indices) in nodes.indices.iter().enumerate() {
            let indices = &indices[range.clone()];
            for (g, out) in points.lanes_mut(d).chunks_exact_mut(len).take(whole).enumerate() {
                let table = table(d, g);
                for (out, k) in out.iter_mut().zip(indices) {
                    V::load(&table[usize::from(*k) % OFFSETS]).store(out);
                }
            }
            if left > 0 {
                let (table, out) = (table(d, whole), &mut points.column_mut(d)[whole * LANES * len..]);
                for (out, k) in out.chunks_exact_mut(left).zip(indices) {
                    out.copy_from_slice(&table[usize::from(*k)][..left]);
                }
            }
        }
        let Some((factor, column)) = jacobian else { return };
        points.column_mut(column).fill(factor);
        // The Jacobian of an interval is part of the factor.
        for d in (0..dim).filter(|d| axes[*d].constant_jacobian().is_none()) {
            let indices = &nodes.indices[d][range.clone()];
            for (g, out) in points.lanes_mut(column).chunks_exact_mut(len).take(whole).enumerate() {
                let table = table(dim + d, g);
                for (out, k) in out.iter_mut().zip(indices) {
                    (V::load(out) * V::load(&table[usize::from(*k) % OFFSETS])).store(out);
                }
            }
            if left > 0 {
                let (table, out) = (table(dim + d, whole), &mut points.column_mut(column)[whole * LANES * len..]);
                for (out, k) in out.chunks_exact_mut(left).zip(indices) {
                    out.iter_mut().zip(&table[usize::from(*k)]).for_each(|(out, factor)| *out *= factor);
                }
            }
        }
    }
}

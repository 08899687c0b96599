//! Places the nodes of a group of regions, already mapped to the variables of the coordinates.
//!
//! A fully symmetric rule has a few hundred nodes but only a handful of different offsets from the centre, the same ones
//! along every axis. An axis map is therefore evaluated once per region, axis and offset, and not once per node: placing
//! a node is then a copy from a small table, whatever logarithm the map may take.

use crate::batch::Columns;
use crate::coordinates::AxisMap;
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes};

/// Values of a `u8`.
const INDICES: usize = 256;

/// The nodes of a rule by their offsets.
pub(super) struct Nodes {
    /// The different coordinates of nodes, in [−1, 1].
    offsets: Vec<f64>,
    /// Per axis and node, which offset.
    indices: Vec<Vec<u8>>,
}

impl Nodes {
    pub(super) fn new(rule: &Rule) -> Self {
        let mut offsets: Vec<f64> = Vec::new();
        let mut index = |x: &f64| {
            let k = offsets.iter().position(|offset| offset == x).unwrap_or_else(|| {
                offsets.push(*x);
                offsets.len() - 1
            });
            u8::try_from(k).expect("a rule has few different offsets")
        };
        let indices = (0..rule.dim()).map(|d| rule.node_column(d).iter().map(&mut index).collect()).collect();
        Nodes { offsets, indices }
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.indices[0].len()
    }
}

/// Writes value `p · width + r` of each column for node `p` of region `r`, and the product of the Jacobians where
/// one is asked for.
pub(super) struct Place<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) axes: &'a [AxisMap],
    /// Centre and half side of every region, a column per axis each.
    pub(super) boxes: &'a Columns,
    /// Memory for the tables.
    pub(super) tables: &'a mut Columns,
    /// The constant part of the Jacobian, and the column for the whole of it.
    pub(super) jacobian: Option<(f64, usize)>,
    pub(super) points: &'a mut Columns,
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Place { nodes, axes, boxes, tables, jacobian, points } = self;
        let (dim, width) = (axes.len(), boxes.len());
        let groups = width.div_ceil(LANES);
        // Where a row is one vector there are as many as an index can name: looking one up then needs no check.
        let rows = if width == LANES { INDICES } else { nodes.offsets.len() };
        tables.reset(2 * dim, rows * groups * LANES);
        for (d, axis) in axes.iter().enumerate() {
            for (k, offset) in nodes.offsets.iter().enumerate() {
                for g in 0..groups {
                    let u = V::load(&boxes.lanes(dim + d)[g]).mul_add(V::splat(*offset), V::load(&boxes.lanes(d)[g]));
                    let (x, dx) = axis.apply(u);
                    x.store(&mut tables.lanes_mut(d)[k * groups + g]);
                    dx.store(&mut tables.lanes_mut(dim + d)[k * groups + g]);
                }
            }
        }
        for (d, indices) in nodes.indices.iter().enumerate() {
            let row = |k: u8| usize::from(k) * groups;
            let table = tables.lanes(d);
            if width == LANES {
                let table: &[[f64; LANES]; INDICES] = table.first_chunk().expect("a row for every index");
                for (out, k) in points.lanes_mut(d).iter_mut().zip(indices) {
                    V::load(&table[usize::from(*k)]).store(out);
                }
            } else if width.is_multiple_of(LANES) {
                for (out, k) in points.lanes_mut(d).chunks_exact_mut(groups).zip(indices) {
                    out.copy_from_slice(&table[row(*k)..row(*k) + groups]);
                }
            } else {
                for (out, k) in points.column_mut(d).chunks_exact_mut(width).zip(indices) {
                    out.copy_from_slice(&table[row(*k)..row(*k) + groups].as_flattened()[..width]);
                }
            }
        }
        let Some((factor, column)) = jacobian else { return };
        // The Jacobian of an interval is part of the factor.
        let curved: Vec<usize> = (0..dim).filter(|d| axes[*d].constant_jacobian().is_none()).collect();
        for p in 0..nodes.len() {
            for g in 0..groups {
                let mut product = V::splat(factor);
                for &d in &curved {
                    product *= V::load(&tables.lanes(dim + d)[usize::from(nodes.indices[d][p]) * groups + g]);
                }
                if width.is_multiple_of(LANES) {
                    product.store(&mut points.lanes_mut(column)[p * groups + g]);
                } else {
                    let start = p * width + g * LANES;
                    product.store_partial(&mut points.column_mut(column)[start..(start + LANES).min((p + 1) * width)]);
                }
            }
        }
    }
}

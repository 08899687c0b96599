//! Evaluating the integrand: the nodes of boxes and single points, in pieces of work that any thread may do.

use super::piece::Piece;
use super::unfolded::place;
use crate::parallel::{Portable, Workers, pack, pack_list, unpack, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};

/// Points of a piece of work: as many as an integrand prefers, within reason.
const LEAST: usize = 256;
const MOST: usize = 1 << 14;

/// Nodes of a box that are to be evaluated.
struct Nodes {
    /// Places on every axis.
    places: Vec<Vec<f64>>,
}

impl Nodes {
    /// Those of a box, without those that it had before the rule of an axis became finer.
    fn of(piece: &Piece, grown: Option<usize>) -> Self {
        let tables = piece.tables();
        let axis = |d: usize| {
            let (first, step) = (0, if grown == Some(d) { 2 } else { 1 });
            tables[d].nodes.iter().skip(first).step_by(step).map(|node| piece.place(d, *node)).collect()
        };
        Nodes { places: (0..piece.dim()).map(axis).collect() }
    }

    fn len(&self) -> usize {
        self.places.iter().map(Vec::len).product()
    }
}

/// Points to be evaluated together.
struct Batch<'a> {
    nodes: &'a Nodes,
    first: usize,
    values: Vec<f64>,
    len: usize,
    tally: Tally,
}

impl Portable for Batch<'_> {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.values, to);
        self.tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack_list(&mut self.values, from)?;
        self.tally.unpack(from)
    }
}

impl Batch<'_> {
    fn evaluate(&mut self, f: &Pullback<'_>, workspace: &mut Workspace) {
        f.prepare(workspace, self.len);
        let mut stride = 1;
        for (d, places) in self.nodes.places.iter().enumerate().rev() {
            let column = workspace.points.column_mut(d);
            column.iter_mut().enumerate().for_each(|(i, s)| *s = places[(self.first + i) / stride % places.len()]);
            stride *= places.len();
        }
        self.tally = f.eval(workspace);
        self.values = (0..f.components()).flat_map(|c| workspace.values.column(c)).copied().collect();
    }
}

/// Values at nodes, component by component: what each box of a list lacks, in their order.
pub(super) fn at_nodes(
    f: &Pullback<'_>,
    workers: &Workers<Workspace>,
    pieces: &[(Piece, Option<usize>)],
    tally: &mut Tally,
) -> Vec<Vec<f64>> {
    let nodes: Vec<Nodes> = pieces.iter().map(|(piece, grown)| Nodes::of(piece, *grown)).collect();
    evaluate(f, workers, &nodes, tally)
}

fn evaluate(f: &Pullback<'_>, workers: &Workers<Workspace>, all: &[Nodes], tally: &mut Tally) -> Vec<Vec<f64>> {
    let size = f.preferred_batch().clamp(LEAST, MOST);
    let batch = |nodes, first, len| Batch { nodes, first, values: Vec::new(), len, tally: Tally::default() };
    let of_nodes = |nodes: &'_ Nodes| {
        let total = nodes.len();
        (0..total).step_by(size).map(move |first| (first, size.min(total - first))).collect::<Vec<_>>()
    };
    let mut batches: Vec<_> =
        all.iter().flat_map(|nodes| of_nodes(nodes).into_iter().map(move |(first, len)| batch(nodes, first, len))).collect();
    workers.share(&mut batches, |workspace, batch| batch.evaluate(f, workspace));
    let mut batches = batches.into_iter();
    let mut found = Vec::with_capacity(all.len());
    for nodes in all {
        let (total, components) = (nodes.len(), f.components());
        let mut values = vec![0.0; total * components];
        let mut first = 0;
        while first < total {
            let Some(batch) = batches.next() else { break };
            for (c, column) in batch.values.chunks(batch.len).enumerate() {
                values[c * total + first..][..batch.len].copy_from_slice(column);
            }
            first += batch.len;
            tally.merge(batch.tally);
        }
        found.push(values);
    }
    found
}

/// Single points, and the values there.
struct Part<'a>(&'a [Vec<f64>], Vec<Vec<f64>>, Tally);

impl Portable for Part<'_> {
    fn pack(&self, to: &mut Vec<u8>) {
        pack(&self.1, to);
        self.2.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        self.1 = unpack(from)?;
        self.2.unpack(from)
    }
}

/// Values at single points, given by places on all axes, point by point.
pub(super) fn at_points(f: &Pullback<'_>, workers: &Workers<Workspace>, points: &[Vec<f64>], tally: &mut Tally) -> Vec<Vec<f64>> {
    let size = f.preferred_batch().clamp(LEAST, MOST);
    let mut parts: Vec<_> = points.chunks(size).map(|points| Part(points, Vec::new(), Tally::default())).collect();
    workers.share(&mut parts, |workspace, Part(points, values, tally)| {
        f.prepare(workspace, points.len());
        for d in 0..f.dim() {
            workspace.points.column_mut(d).iter_mut().zip(&**points).for_each(|(s, point)| *s = point[d]);
        }
        *tally = f.eval(workspace);
        let value = |i: usize| (0..f.components()).map(|c| workspace.values.column(c)[i]).collect();
        *values = (0..points.len()).map(value).collect();
    });
    let mut found = Vec::with_capacity(points.len());
    for Part(_, values, part) in parts {
        tally.merge(part);
        found.extend(values);
    }
    found
}

/// A point of the unit cube as places on its axes.
pub(super) fn places(point: &[f64]) -> Vec<f64> {
    point.iter().map(|u| place(*u, 1.0 - u)).collect()
}

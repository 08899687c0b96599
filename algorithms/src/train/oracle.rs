//! The integrand at points of the grid, and along whatever else is to be seen of it, in batches.

use super::grid::Axis;
use crate::parallel::{Portable, Workers, pack_list, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use std::collections::HashMap;

/// Points of a piece of work.
const PIECE: usize = 512;

/// A part of a multi-index: nodes of consecutive axes, and the component behind the last axis.
pub(super) type Index = Vec<u16>;

/// What evaluates the integrand.
pub(super) struct Oracle<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) workers: &'a Workers<Workspace>,
    pub(super) tally: &'a mut Tally,
}

/// Points that are evaluated together.
struct Piece {
    first: usize,
    len: usize,
    values: Vec<f64>,
    tally: Tally,
}

impl Portable for Piece {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.values, to);
        self.tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack_list(&mut self.values, from)?;
        self.tally.unpack(from)
    }
}

impl Oracle<'_> {
    /// Values of all components, point by point, at `count` points: `place` writes a coordinate of those from a number on.
    pub(super) fn at(&mut self, count: usize, place: impl Fn(usize, usize, &mut [f64]) + Sync) -> Vec<f64> {
        let (f, dim, components) = (self.f, self.f.dim(), self.f.components());
        let piece = |first: usize| {
            let len = PIECE.min(count - first);
            Piece { first, len, values: Vec::new(), tally: Tally::default() }
        };
        let mut pieces: Vec<Piece> = (0..count).step_by(PIECE).map(piece).collect();
        self.workers.share(&mut pieces, |workspace, piece| {
            f.prepare(workspace, piece.len);
            (0..dim).for_each(|d| place(d, piece.first, workspace.points.column_mut(d)));
            piece.tally = f.eval(workspace);
            piece.values.reserve_exact(piece.len * components);
            for i in 0..piece.len {
                piece.values.extend((0..components).map(|c| workspace.values.column(c)[i]));
            }
        });
        let mut values = Vec::with_capacity(count * components);
        for piece in pieces {
            self.tally.merge(piece.tally);
            values.extend(piece.values);
        }
        values
    }

    /// The matrix of values, row by row, for these beginnings and ends of multi-indices, in units of the components.
    pub(super) fn matrix(&mut self, axes: &[Axis], units: &[f64], heads: &[&Index], tails: &[&Index]) -> Vec<f64> {
        let components = units.len();
        // Ends that differ in the component alone are the same points.
        let mut seen: HashMap<&[u16], usize> = HashMap::new();
        let mut ends: Vec<&[u16]> = Vec::new();
        let mut places = Vec::with_capacity(tails.len());
        for tail in tails {
            let (component, end) = tail.split_last().expect("the component is the last of the sites");
            let number = *seen.entry(end).or_insert_with(|| {
                ends.push(end);
                ends.len() - 1
            });
            places.push((number, usize::from(*component)));
        }
        let (length, columns) = (heads.first().map_or(0, |head| head.len()), ends.len());
        let values = self.at(heads.len() * columns, |d, first, to| {
            let nodes = &axes[d].nodes;
            for (k, u) in (first..).zip(to) {
                let (row, column) = (k / columns, k % columns);
                let node = if d < length { heads[row][d] } else { ends[column][d - length] };
                *u = nodes[usize::from(node)];
            }
        });
        let entry = |row: usize| {
            let values = &values;
            places.iter().map(move |(end, c)| values[(row * columns + end) * components + c] * units[*c])
        };
        (0..heads.len()).flat_map(entry).collect()
    }
}

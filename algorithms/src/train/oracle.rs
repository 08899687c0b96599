//! The integrand at points of the grid, and along whatever else is to be seen of it, in batches.

use super::chain::Chain;
use super::fit::Place;
use super::grid::Axis;
use crate::batch::Columns;
use crate::parallel::{Portable, Workers, pack_list, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use std::collections::HashMap;

/// Points of a piece of work.
const PIECE: usize = 512;
/// Points of it at which only a train is evaluated, each of which takes longer than many an integrand.
const TRAIN_PIECE: usize = 128;

/// A part of a multi-index: nodes of consecutive axes, and the component behind the last axis.
pub(super) type Index = Vec<u16>;

/// What evaluates the integrand.
pub(super) struct Oracle<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) workers: &'a Workers<Workspace>,
    pub(super) tally: &'a mut Tally,
    /// The largest value of a matrix, in units of the components, and where it is.
    pub(super) top: (f64, Vec<f64>),
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

/// Values of a train at points of the cube, of all components, point by point and without units, by all threads.
pub(super) fn of_train(place: &Place<'_>, chain: &Chain, points: &Columns) -> Vec<f64> {
    let (dim, components) = (place.f.dim(), place.f.components());
    let mut pieces: Vec<Piece> = pieces(points.len(), TRAIN_PIECE).collect();
    place.workers.share(&mut pieces, |workspace, piece| {
        workspace.points.reset(dim, piece.len);
        (0..dim).for_each(|d| workspace.points.column_mut(d).copy_from_slice(&points.column(d)[piece.first..][..piece.len]));
        workspace.points.pad();
        chain.eval(&workspace.points, &mut workspace.values);
        let values = &workspace.values;
        piece.values.extend((0..piece.len).flat_map(|i| (0..components).map(move |c| values.column(c)[i])));
    });
    pieces.into_iter().flat_map(|piece| piece.values).collect()
}

/// Pieces of so many points.
fn pieces(count: usize, each: usize) -> impl Iterator<Item = Piece> {
    let piece = move |first: usize| Piece { first, len: each.min(count - first), values: Vec::new(), tally: Tally::default() };
    (0..count).step_by(each).map(piece)
}

impl<'a> Oracle<'a> {
    pub(super) fn new(place: &Place<'a>, tally: &'a mut Tally) -> Self {
        Oracle { f: place.f, workers: place.workers, tally, top: (0.0, Vec::new()) }
    }

    /// Values of all components, point by point, at `count` points: `place` writes a coordinate of those from a number on.
    pub(super) fn at(&mut self, count: usize, place: impl Fn(usize, usize, &mut [f64]) + Sync) -> Vec<f64> {
        let (f, dim, components) = (self.f, self.f.dim(), self.f.components());
        let mut pieces: Vec<Piece> = pieces(count, PIECE).collect();
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
            let (nodes, mut row, mut column) = (&axes[d].nodes, first / columns, first % columns);
            // Row by row: a division for every coordinate would cost more than many an integrand.
            let mut to = to;
            while !to.is_empty() {
                let (line, others) = to.split_at_mut((columns - column).min(to.len()));
                if d < length {
                    line.fill(nodes[usize::from(heads[row][d])]);
                } else {
                    line.iter_mut().zip(&ends[column..]).for_each(|(u, end)| *u = nodes[usize::from(end[d - length])]);
                }
                (to, row, column) = (others, row + 1, 0);
            }
        });
        let (mut most, mut at) = (self.top.0, None);
        for (k, x) in values.iter().enumerate() {
            let size = (x * units[k % components]).abs();
            if size > most {
                (most, at) = (size, Some(k / components));
            }
        }
        if let Some(k) = at {
            let parts = heads[k / columns].iter().chain(ends[k % columns]);
            self.top = (most, axes.iter().zip(parts).map(|(axis, s)| axis.nodes[usize::from(*s)]).collect());
        }
        let entry = |row: usize| {
            let values = &values;
            places.iter().map(move |(end, c)| values[(row * columns + end) * components + c] * units[*c])
        };
        (0..heads.len()).flat_map(entry).collect()
    }
}

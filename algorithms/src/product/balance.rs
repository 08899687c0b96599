//! Balance between neighbours: a box beside a brighter one may not have nodes that lie much farther apart.
//!
//! A peak that is not aligned with the axes leaves the boxes that follow it between two nodes of a long side, where nothing in the box
//! tells. Its neighbour does. Octrees are kept balanced for the same reason (D. Moore, Graphics Interface '95, 70).

use super::Run;
use super::audit::Verdict;
use super::piece::{Next, Piece};

/// A neighbour as many times brighter than a box says that the box may be blind.
const CONTRAST: f64 = 10.0;
/// Part of the tolerance that a box adds if it is as bright as its neighbour, from which on it matters.
const MATTERS: f64 = 0.05;
/// By how much closer the nodes of the neighbour are along some axis.
const CLOSER: f64 = 4.0;
/// Boxes that are looked at in one pass, the largest ones: the time of a pass is bounded.
const MOST: usize = 1 << 11;

impl Run<'_> {
    /// Per box, the largest value at its nodes, in tolerances per unit of volume.
    pub(super) fn brightness(&self) -> Vec<f64> {
        let goal = self.goal();
        self.state.pieces.iter().map(|piece| goal.key(|c| piece.sight.largest[c])).collect()
    }

    /// Halves boxes that are too coarse for their neighbours, once.
    pub(super) fn balance(&mut self, brightness: &[f64]) -> Verdict {
        let pieces = &self.state.pieces;
        let brightest = brightness.iter().copied().fold(0.0, f64::max);
        let may_be_blind = |i: &usize| pieces[*i].volume() * brightest > MATTERS && CONTRAST * brightness[*i] < brightest;
        let mut doubtful: Vec<usize> = (0..pieces.len()).filter(may_be_blind).collect();
        if doubtful.len() > MOST {
            doubtful.sort_by(|i, j| pieces[*j].volume().total_cmp(&pieces[*i].volume()).then(i.cmp(j)));
            doubtful.truncate(MOST);
            doubtful.sort_unstable();
        }
        let mut found: Vec<(usize, Option<usize>)> = doubtful.into_iter().map(|i| (i, None)).collect();
        self.workers.each(&mut found, |_, (i, axis)| {
            let piece = &pieces[*i];
            let least = (CONTRAST * brightness[*i]).max(MATTERS / piece.volume());
            let bright = pieces.iter().zip(brightness).filter(|(_, b)| **b > least).map(|(other, _)| other);
            let closer = bright.filter(|other| piece.touches(other)).flat_map(|other| {
                let times = move |d: usize| (d, piece.spacing(d) / other.spacing(d));
                (0..piece.dim()).map(times).filter(|(d, times)| *times > CLOSER && piece.can_be_cut(*d))
            });
            *axis = closer.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(axis, _)| axis);
        });
        let chosen: Vec<(usize, usize)> = found.into_iter().filter_map(|(i, axis)| Some((i, axis?))).collect();
        if chosen.is_empty() {
            return Verdict::Sound;
        }
        for (i, axis) in &chosen {
            self.state.pieces[*i].next = Next::Cut(*axis as u8);
        }
        let chosen: Vec<usize> = chosen.into_iter().map(|(i, _)| i).collect();
        if chosen.iter().map(|i| self.state.pieces[*i].cost()).sum::<u64>() > self.budget_left() {
            return Verdict::Unaffordable;
        }
        self.wave(&chosen);
        Verdict::Wrong
    }
}

impl Piece {
    /// Whether the boxes have a point in common.
    fn touches(&self, other: &Piece) -> bool {
        (0..self.dim()).all(|d| self.lo[d] <= other.hi[d] && other.lo[d] <= self.hi[d])
    }

    /// Mean distance of the nodes along an axis.
    fn spacing(&self, d: usize) -> f64 {
        self.side(d) / self.rules[d].len() as f64
    }
}

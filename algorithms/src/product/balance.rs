//! Balance between neighbours: a box beside a brighter one may not have nodes that lie much farther apart.
//!
//! A peak that is not aligned with the axes leaves the boxes that follow it between two nodes of a long side, where nothing in the box
//! tells. Its neighbour does. Octrees are kept balanced for the same reason (D. Moore, Graphics Interface '95, 70).

use super::Run;
use super::audit::Verdict;
use super::piece::{Next, Piece};

/// A neighbour as many times brighter than a box says that the box may be blind.
const CONTRAST: f64 = 10.0;
/// The same of one beyond a face, out of which the peak that it follows goes on into the box, whatever else has lit that.
const AS_BRIGHT: f64 = 0.5;
/// Part of the tolerance that a box adds if it is as bright as its neighbour, from which on it matters.
const MATTERS: f64 = 0.05;
/// By how much closer the nodes of a brighter neighbour are along some axis, and those of one beyond a face.
const CLOSER: f64 = 4.0;
const CLOSER_BEYOND: f64 = 8.0;
/// Boxes that are looked at in one pass, the largest ones: the time of a pass is that of one wave.
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
        let may_be_blind = |i: &usize| pieces[*i].volume() * brightest > MATTERS;
        let mut doubtful: Vec<usize> = (0..pieces.len()).filter(may_be_blind).collect();
        if doubtful.len() > MOST {
            doubtful.sort_by(|i, j| pieces[*j].volume().total_cmp(&pieces[*i].volume()).then(i.cmp(j)));
            doubtful.truncate(MOST);
            doubtful.sort_unstable();
        }
        let mut found: Vec<(usize, Option<usize>)> = doubtful.into_iter().map(|i| (i, None)).collect();
        self.workers.each(&mut found, |_, (i, axis)| {
            let piece = &pieces[*i];
            let (matters, brighter) = (MATTERS / piece.volume(), CONTRAST * brightness[*i]);
            let as_bright = AS_BRIGHT * brightness[*i];
            let bright = pieces.iter().zip(brightness).filter(|(other, b)| **b > matters && piece.touches(other));
            let closer = bright.flat_map(|(other, b)| {
                let times = move |d: usize| (d, piece.spacing(d) / other.spacing(d));
                let may_hide = move |d: usize, times: f64| {
                    times > CLOSER && *b > brighter || times > CLOSER_BEYOND && *b > as_bright && piece.is_beyond(other, d)
                };
                (0..piece.dim()).map(times).filter(move |(d, times)| may_hide(*d, *times) && piece.can_be_cut(*d))
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

    /// Whether the other box lies next to a face of this one that the axis `d` is parallel to.
    fn is_beyond(&self, other: &Piece, d: usize) -> bool {
        (0..self.dim()).any(|e| e != d && (self.lo[e] == other.hi[e] || other.lo[e] == self.hi[e]))
    }

    /// Mean distance of the nodes along an axis.
    fn spacing(&self, d: usize) -> f64 {
        self.side(d) / self.rules[d].len() as f64
    }
}

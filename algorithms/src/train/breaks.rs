//! Where an axis is to be cut: kinks and jumps across it, along which no number of nodes would do.
//!
//! Of an interval on which the coefficients do not fall, the half is followed on which they are worse, until the halves are both smooth
//! or nothing is left of the interval: there the function has its kink or its jump, and there the axis is cut. What lies on either side is
//! looked at again.

use super::grid::{MOST_NODES, Piece, legendre_coefficients, rule};
use super::nodes::enough;
use super::oracle::Oracle;

/// Nodes with which an interval is tried as a whole, and those that tell which half is worse.
const TRIED: [usize; 2] = [24, MOST_NODES as usize];
const FEW: usize = 10;
/// Coefficients of these that should be small.
const LAST: usize = 3;
/// Places at which an axis is cut at most.
const MOST_CUTS: u32 = 6;
/// Nodes of an axis.
const MOST: usize = 192;
/// Half of an interval about an end, as a part of the one that ends there.
const SEAM: f64 = 0.1;
/// How often in a row the middle must be the end about which there is something for it to be the place itself.
const SURE: u32 = 2;
/// Part of what was seen before that a shorter interval sees of a kink at most.
const HALF: f64 = 0.5;
/// Half of an interval about the middle that is next to nothing.
const TINY: f64 = 1e-6;
/// Part of an interval above which what a few nodes do for is no neighbourhood of a kink.
const NARROW: f64 = 1e-4;
/// Part of an interval that is cut off about a peak next to its end.
const GRADE: f64 = 0.25;
/// Length below which an interval is a point.
pub(super) const POINT: f64 = 1e-13;

/// Lines along an axis.
pub(super) struct Lines<'a, 'b> {
    pub(super) oracle: &'a mut Oracle<'b>,
    pub(super) axis: usize,
    /// Points through which they go.
    pub(super) bases: &'a [Vec<f64>],
    /// The largest coefficient of every component over all of the axis.
    pub(super) most: &'a [f64],
    /// Part of it that may be left out.
    pub(super) tail: f64,
    /// Evaluations after which the search is given up.
    pub(super) limit: u64,
}

impl Lines<'_, '_> {
    /// Pieces of the axis on each of which the coefficients fall, or nothing if a few cuts do not suffice.
    pub(super) fn cut(&mut self) -> Option<Vec<Piece>> {
        let pieces = self.pieces(0.0, 1.0, &mut MOST_CUTS.clone())?;
        let total: usize = pieces.iter().map(|piece| usize::from(piece.nodes)).sum();
        (pieces.len() > 1 && total <= MOST).then_some(pieces)
    }

    fn pieces(&mut self, lo: f64, hi: f64, cuts: &mut u32) -> Option<Vec<Piece>> {
        for n in TRIED {
            let wanted = enough(&self.coefficients(lo, hi, n), self.tail, 1.0);
            if wanted + 4 <= n {
                return Some(vec![Piece { lo, hi, nodes: wanted as u16 }]);
            }
        }
        *cuts = cuts.checked_sub(1)?;
        let (mut a, mut b, mut met, mut before) = (lo, hi, 0, f64::INFINITY);
        let place = loop {
            let middle = 0.5 * (a + b);
            let [left, right] = [(a, middle), (middle, b)].map(|(a, b)| self.roughness(a, b));
            if b - a < POINT || self.oracle.f.is_interrupted() {
                break middle;
            }
            if left.max(right) > self.tail {
                (a, b) = if left > right { (a, middle) } else { (middle, b) };
                continue;
            }
            // Between the last node and an end neither half has seen it; an interval about the end does, a jump however short it is.
            let tiny = [middle - TINY * (b - a), middle + TINY * (b - a)];
            if self.roughness(tiny[0], tiny[1]) > self.tail {
                [a, b] = tiny;
                continue;
            }
            let half = SEAM * (b - a);
            let about = [a, middle, b].map(|end| ((end - half).max(lo), (end + half).min(hi)));
            let seen = about.map(|(a, b)| self.roughness(a, b));
            let most = (0..about.len()).max_by(|i, j| seen[*i].total_cmp(&seen[*j])).unwrap_or(1);
            // A kink, which shorter intervals see less of, at a round place: halving meets it exactly time and again.
            let falls = most == 1 && seen[1] < before;
            (met, before) = if falls { (met + 1, HALF * seen[1]) } else { (0, f64::INFINITY) };
            if met == SURE {
                break middle;
            }
            if seen[most] <= self.tail {
                // All that is left is smooth: where it is long, what asks for so many nodes is a peak, and no place is special.
                break if b - a > NARROW * (hi - lo) { graded(lo, middle, hi) } else { middle };
            }
            (a, b) = about[most];
        };
        if self.oracle.tally.evaluations > self.limit || place - lo < POINT || hi - place < POINT {
            return None;
        }
        let mut pieces = self.pieces(lo, place, cuts)?;
        pieces.extend(self.pieces(place, hi, cuts)?);
        Some(pieces)
    }

    /// What the last coefficients of few add up to.
    fn roughness(&mut self, lo: f64, hi: f64) -> f64 {
        let of_line = |line: &Vec<f64>| line[FEW - LAST..].iter().map(|c| c.abs()).sum();
        self.coefficients(lo, hi, FEW).iter().map(of_line).fold(0.0, f64::max)
    }

    /// Coefficients on an interval of all lines and components, as parts of the largest.
    fn coefficients(&mut self, lo: f64, hi: f64, n: usize) -> Vec<Vec<f64>> {
        let nodes: Vec<f64> = rule(n).nodes.iter().map(|(x, _)| lo + 0.5 * (hi - lo) * (1.0 + x)).collect();
        let (axis, bases, components) = (self.axis, self.bases, self.most.len());
        let values = self.oracle.at(bases.len() * n, |d, first, to| {
            for (k, u) in (first..).zip(to) {
                *u = if d == axis { nodes[k % n] } else { bases[k / n][d] };
            }
        });
        let mut found = Vec::with_capacity(bases.len() * components);
        for line in values.chunks_exact(n * components) {
            for (c, most) in self.most.iter().enumerate() {
                let column: Vec<f64> = line[c..].iter().step_by(components).map(|x| x / most.max(f64::MIN_POSITIVE)).collect();
                found.push(legendre_coefficients(&column));
            }
        }
        found
    }
}

/// Where to cut an interval with a peak: there, or so that the peak next to an end has the shorter piece.
fn graded(lo: f64, peak: f64, hi: f64) -> f64 {
    let part = GRADE * (hi - lo);
    peak.clamp(lo + part, hi - part)
}

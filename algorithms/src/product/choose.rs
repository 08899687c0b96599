//! What is done next: with a box, from what is known of it, and with all of them, from what is still lacking.

use super::goal::Goal;
use super::nodes::{End, Rule};
use super::piece::{Next, Piece};

/// Waves that no node follows yet: bands that do not fall, of values that are on average as far from their mean as a part of the
/// largest distance. A sine has 0.64, a peak whose nodes do not resolve it below 0.2.
const FLAT: f64 = 0.8;
const FILLED: f64 = 0.4;
/// How much coefficients must look like those of a function that is singular at an end. Peaks and kinks inside are below 0.5.
const SINGULAR: f64 = 0.8;
/// The same of the other end, where one end is singular: the coefficients of both mix.
const AS_WELL: f64 = 0.2;
/// The least side at whose ends distances that are differences keep enough digits.
const LEAST_COARSE: f64 = 1e-4;
/// Levels of the rules for singular ends: the first one, and the one from which on they are halved instead.
const FIRST_BENT: u8 = 5;
const LAST_BENT: u8 = 8;
/// By how much differences of levels must fall with every doubling for rules for singular ends to be worth it; halvings before they
/// are tried again where they do not.
const HELPS: [f64; 3] = [0.5, 0.25, 0.1];
const WAIT: u8 = 4;
/// Part of the tolerance that a box may have however small it is, in units of an equal share.
const SHARE: f64 = 0.25;
/// Nodes that a wave brings at most, unless a single box brings more.
const MOST: u64 = 1 << 20;
/// Part of the tolerance to which a wave brings the error if all that it refines becomes exact.
const AIM: f64 = 0.5;

/// By what boxes are judged.
pub(super) struct Setting<'a> {
    pub(super) goal: &'a Goal,
    /// Number of boxes.
    pub(super) boxes: usize,
    /// At which ends of the cube distances keep all digits.
    pub(super) exact: &'a [[bool; 2]],
}

/// The level of the rules with which the whole cube begins.
pub(super) fn first_level(dim: usize) -> u8 {
    match dim {
        1 => 4,
        2 | 3 => 3,
        _ => 2,
    }
}

/// The least level of a rule in a box that was cut.
pub(super) fn least_level(dim: usize) -> u8 {
    if dim <= 2 { 3 } else { 2 }
}

/// The level from which on a box may be cut.
fn cut_level(dim: usize, side: f64) -> u8 {
    match dim {
        1 => 4,
        2 | 3 if side > 0.2 => 4,
        2 | 3 => 3,
        _ => 3,
    }
}

/// The largest level of an even rule.
fn last_level(dim: usize) -> u8 {
    [10, 8, 6, 5][dim.min(4) - 1]
}

impl Piece {
    /// What is best done with this box, one of `boxes`.
    pub(super) fn decide(&self, setting: &Setting<'_>) -> Next {
        let Setting { goal, boxes, .. } = setting;
        let (dim, components) = (self.dim(), self.errors.len());
        if (0..components).all(|c| self.errors[c] <= 2.0 * self.sight.roundings[c]) {
            return Next::Rest;
        }
        let cut = |axis: Option<usize>| axis.map_or(Next::Rest, |axis| Next::Cut(axis as u8));
        let candidates = goal.rows.iter().flat_map(|row| {
            let of_row = move |axis: usize| row.iter().enumerate().map(move |(c, w)| (axis, c, *w));
            (0..dim).flat_map(of_row)
        });
        let weigh = |(axis, c, w): (usize, usize, f64)| (axis, c, w * self.sight.along(axis, c).error);
        let (axis, c, error) =
            candidates.filter(|(_, _, w)| *w > 0.0).map(weigh).fold((0, 0, -1.0), |a, b| if b.2 > a.2 { b } else { a });
        let (along, rule) = (self.sight.along(axis, c), self.rules[axis]);
        let share = self.volume().max(SHARE / *boxes as f64);
        let ends = self.ends(axis, along.ends, setting.exact[axis]);
        let bends = self.wait == 0 && rule.is_even() && rule.level >= 3 && ends.iter().any(|end| *end != End::Smooth);
        let bend = Next::Bend(axis as u8, ends);
        // What is small by its nodes is not, where a point between them says so.
        if self.is_contradicted && goal.key(|c| self.sight.error(c)) <= share {
            return if bends && dim == 1 { bend } else { cut(self.widest()) };
        }
        let is_near = along.falls * error <= share || along.falls * along.error <= self.sight.roundings[c];
        let grow = Next::Grow(axis as u8);
        if !rule.is_even() {
            let helps = along.falls <= HELPS[usize::from(rule.level.saturating_sub(FIRST_BENT)).min(2)];
            return if helps && rule.level < LAST_BENT { grow } else { cut(self.cuttable(axis)) };
        }
        // Waves fill a box, and need as many nodes in its halves as in itself, which keeps those that it has.
        let waves = along.falls >= FLAT && self.sight.fillings[c] > FILLED;
        if (is_near || waves) && rule.level < last_level(dim) || rule.level < cut_level(dim, self.side(axis)) {
            return grow;
        }
        if bends { bend } else { cut(self.cuttable(axis)) }
    }

    /// What the ends of an axis are by how much its coefficients look like those of a function that is singular there.
    fn ends(&self, axis: usize, like: [f64; 2], exact: [bool; 2]) -> [End; 2] {
        let least = if like.iter().any(|like| *like > SINGULAR) { AS_WELL } else { 1.0 };
        let is_face = [self.lo[axis] == 0.0, self.hi[axis] == 1.0];
        [0, 1].map(|e| match (like[e] > least, is_face[e] && exact[e]) {
            (true, true) => End::Exact,
            (true, false) if self.side(axis) > LEAST_COARSE => End::Coarse,
            _ => End::Smooth,
        })
    }

    /// The axis, or another one if it cannot be cut.
    fn cuttable(&self, axis: usize) -> Option<usize> {
        Some(axis).filter(|axis| self.can_be_cut(*axis)).or_else(|| self.widest())
    }

    /// The widest axis that can be cut.
    pub(super) fn widest(&self) -> Option<usize> {
        let wider = |a: usize, b: usize| if self.side(b) > self.side(a) { b } else { a };
        (0..self.dim()).filter(|axis| self.can_be_cut(*axis)).reduce(wider)
    }

    /// What takes its place, without values, and the axis on which its nodes are kept.
    pub(super) fn successors(&self) -> (Vec<Piece>, Option<usize>) {
        let same = |axis: u8, rule: Rule| {
            let mut piece = Piece::new(self.lo.clone(), self.hi.clone(), self.rules.clone());
            piece.rules[usize::from(axis)] = rule;
            piece.witnesses = self.witnesses.clone();
            piece
        };
        match self.next {
            Next::Rest => (Vec::new(), None),
            Next::Grow(axis) => (vec![same(axis, self.rules[usize::from(axis)].finer())], Some(usize::from(axis))),
            Next::Bend(axis, ends) => {
                let mut piece = same(axis, Rule { ends, level: FIRST_BENT });
                piece.witnesses.clear();
                (vec![piece], None)
            }
            Next::Cut(axis) => {
                let axis = usize::from(axis);
                let mut halves = self.halves(axis, least_level(self.dim()));
                if !self.rules[axis].is_even() {
                    // It did not help.
                    for half in &mut halves {
                        (half.wait, half.rules[axis]) = (WAIT, Rule::even(first_level(self.dim())));
                    }
                }
                (Vec::from(halves), None)
            }
        }
    }

    /// Evaluations that its successors take.
    pub(super) fn cost(&self) -> u64 {
        let (successors, grown) = self.successors();
        let sentinels = if grown.is_none() { (successors.len() * self.sentinels_len()) as u64 } else { 0 };
        successors.iter().map(|piece| piece.fresh(grown).iter().map(|n| *n as u64).product::<u64>()).sum::<u64>() + sentinels
    }
}

/// Distance of a sentinel from the end of a side.
const NEXT_TO: f64 = 1.0 / 1_048_576.0;

impl Piece {
    /// Number of sentinels of a box.
    pub(super) fn sentinels_len(&self) -> usize {
        2 * self.dim()
    }

    /// Places next to the ends of every side, at the middle nodes of the others, at which a new box is looked at: a jump that lies beyond
    /// the last nodes is seen by none of them.
    pub(super) fn sentinels(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        let ends = [[NEXT_TO, 1.0 - NEXT_TO], [1.0 - NEXT_TO, NEXT_TO]];
        let middles: Vec<[f64; 2]> = self.tables().iter().map(|table| table.nodes[table.nodes.len() / 2]).collect();
        let point = move |axis: usize, end: [f64; 2]| {
            (0..self.dim()).map(|d| self.place(d, if d == axis { end } else { middles[d] })).collect()
        };
        (0..self.dim()).flat_map(move |axis| ends.map(|end| point(axis, end)))
    }
}

/// The boxes to be refined: the worst, until what is left meets the tolerance, as far as `affordable` evaluations go.
pub(super) fn wave(pieces: &[Piece], goal: &Goal, affordable: u64) -> Vec<usize> {
    let key = |piece: &Piece| goal.key(|c| piece.errors[c]);
    let mut open: Vec<(f64, usize)> = pieces.iter().enumerate().map(|(i, piece)| (key(piece), i)).collect();
    let mut left: f64 = open.iter().map(|(key, _)| key).sum();
    open.retain(|(_, i)| pieces[*i].next != Next::Rest);
    open.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut chosen, mut spent) = (Vec::new(), 0);
    for (key, i) in open {
        if !chosen.is_empty() && (left <= AIM || spent >= MOST) {
            break;
        }
        let cost = pieces[i].cost();
        if spent + cost <= affordable {
            spent += cost;
            left -= key;
            chosen.push(i);
        }
    }
    chosen
}

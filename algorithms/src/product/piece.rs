//! A box of the cube with a product of rules: its nodes, the values there, and how one grows out of another.

use super::measure::Sight;
use super::nodes::{End, MAX_LEVEL, Rule, Table};
use super::unfolded::{place, position};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to be done with a box next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Next {
    /// Nothing: its error is that of rounding.
    Rest,
    /// The rule of an axis gets the nodes between those it has.
    Grow(u8),
    /// An axis gets a rule for ends that are singular.
    Bend(u8, [End; 2]),
    /// It is halved along an axis.
    Cut(u8),
}

/// A point of the cube that is no node, as a place per axis, and the values there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Witness {
    pub(super) point: Vec<f64>,
    pub(super) values: Vec<f64>,
}

/// A box of the cube.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Piece {
    /// Corners, in the unit cube.
    pub(super) lo: Vec<f64>,
    pub(super) hi: Vec<f64>,
    pub(super) rules: Vec<Rule>,
    /// Values at the nodes, the last axis fastest, component by component; none of a box that is to be halved.
    pub(super) values: Vec<f64>,
    /// What the values say.
    pub(super) sight: Sight,
    /// Points between the nodes, and whether the interpolant is wrong at one of them.
    pub(super) witnesses: Vec<Witness>,
    pub(super) is_contradicted: bool,
    /// Per component, what the integral may be off by.
    pub(super) errors: Vec<f64>,
    pub(super) next: Next,
    /// Halvings before rules for singular ends are tried again, where they did not help.
    pub(super) wait: u8,
}

impl Piece {
    /// A box without values.
    pub(super) fn new(lo: Vec<f64>, hi: Vec<f64>, rules: Vec<Rule>) -> Self {
        let sight = Sight::default();
        Piece {
            lo,
            hi,
            rules,
            values: Vec::new(),
            sight,
            witnesses: Vec::new(),
            is_contradicted: false,
            errors: Vec::new(),
            next: Next::Rest,
            wait: 0,
        }
    }

    pub(super) fn dim(&self) -> usize {
        self.rules.len()
    }

    pub(super) fn volume(&self) -> f64 {
        (0..self.dim()).map(|d| self.side(d)).product()
    }

    pub(super) fn side(&self, d: usize) -> f64 {
        self.hi[d] - self.lo[d]
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.rules.iter().map(|rule| rule.len()).product()
    }

    pub(super) fn tables(&self) -> Vec<Arc<Table>> {
        self.rules.iter().map(|rule| rule.table()).collect()
    }

    pub(super) fn contains(&self, point: &[f64]) -> bool {
        (0..self.dim()).all(|d| self.lo[d] <= point[d] && point[d] <= self.hi[d])
    }

    /// The centre, or what rounds to it.
    pub(super) fn centre(&self) -> Vec<f64> {
        self.lo.iter().zip(&self.hi).map(|(lo, hi)| lo + 0.5 * (hi - lo)).collect()
    }

    /// The place on side `d` of the cube with these distances from both ends of the box's.
    pub(super) fn place(&self, d: usize, [low, high]: [f64; 2]) -> f64 {
        let (lo, hi, side) = (self.lo[d], self.hi[d], self.side(d));
        // From the nearer end, so that its distance keeps all digits where the box ends with the cube.
        if low <= high {
            place(lo + side * low, (1.0 - lo) - side * low)
        } else {
            place(hi - side * high, (1.0 - hi) + side * high)
        }
    }

    /// Where a place of the cube is between both ends of the box.
    pub(super) fn within(&self, d: usize, s: f64) -> [f64; 2] {
        let t = s.abs();
        let [low, high] = if s.is_sign_negative() {
            [(1.0 - self.lo[d]) - t, t - (1.0 - self.hi[d])]
        } else {
            [t - self.lo[d], self.hi[d] - t]
        };
        [low, high].map(|distance| (distance / self.side(d)).clamp(0.0, 1.0))
    }

    /// The least side that is halved: both halves of a smaller one would not have nodes of their own.
    pub(super) fn can_be_cut(&self, d: usize) -> bool {
        self.side(d) > 1e-13 * self.hi[d].max(1e-200) && self.side(d) > 1e-250
    }

    /// Both halves, with rules of `least` and more.
    pub(super) fn halves(&self, axis: usize, least: u8) -> [Piece; 2] {
        let middle = self.lo[axis] + 0.5 * self.side(axis);
        [0, 1].map(|half| {
            let (mut lo, mut hi) = (self.lo.clone(), self.hi.clone());
            if half == 0 {
                hi[axis] = middle
            } else {
                lo[axis] = middle
            }
            let rule = |(d, rule): (usize, &Rule)| match (rule.is_even(), d == axis) {
                (true, _) => Rule::even(rule.level.saturating_sub(1).max(least)),
                (false, false) => *rule,
                (false, true) => {
                    let mut ends = rule.ends;
                    ends[1 - half] = End::Smooth;
                    if ends == [End::Smooth; 2] { Rule::even(least) } else { Rule { ends, ..*rule } }
                }
            };
            let rules = self.rules.iter().enumerate().map(rule).collect();
            let mut piece = Piece::new(lo, hi, rules);
            let inside = |w: &&Witness| (position(w.point[axis]) >= middle) == (half == 1);
            piece.witnesses = self.witnesses.iter().filter(inside).cloned().collect();
            piece.wait = self.wait.saturating_sub(1);
            piece
        })
    }

    /// The nodes that this box has beyond those of a box with a coarser rule on `grown`: how many there are on every axis.
    pub(super) fn fresh(&self, grown: Option<usize>) -> Vec<usize> {
        let new = |(d, rule): (usize, &Rule)| if grown == Some(d) { 1 << (rule.level - 1) } else { rule.len() };
        self.rules.iter().enumerate().map(new).collect()
    }

    /// Takes over `fresh` values, component by component, and those of the box as it was before `grown` got a finer rule.
    pub(super) fn fill(&mut self, grown: Option<usize>, before: &[f64], fresh: Vec<f64>) {
        let Some(axis) = grown else {
            self.values = fresh;
            return;
        };
        let inner: usize = self.rules[axis + 1..].iter().map(|rule| rule.len()).product();
        let (new, old) = (1usize << (self.rules[axis].level - 1), (1usize << (self.rules[axis].level - 1)) - 1);
        let mut values = Vec::with_capacity(before.len() + fresh.len());
        for (fresh, before) in fresh.chunks(new * inner).zip(before.chunks(old * inner)) {
            let mut before = before.chunks(inner);
            for line in fresh.chunks(inner) {
                values.extend_from_slice(line);
                values.extend_from_slice(before.next().unwrap_or_default());
            }
        }
        self.values = values;
    }

    /// Whether a box that was deserialised is one of this shape.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let shaped = [self.lo.len(), self.hi.len(), self.rules.len()] == [dim; 3] && self.errors.len() == components;
        let level = |rule: &Rule| (1..=MAX_LEVEL).contains(&rule.level);
        let small = || self.rules.iter().map(|rule| u32::from(rule.level)).sum::<u32>() <= 40;
        let inside = || (0..dim).all(|d| 0.0 <= self.lo[d] && self.lo[d] < self.hi[d] && self.hi[d] <= 1.0);
        let filled = || self.values.is_empty() || self.values.len() == self.len() * components;
        let axis = match self.next {
            Next::Rest => None,
            Next::Grow(axis) | Next::Bend(axis, _) | Next::Cut(axis) => Some(usize::from(axis)),
        };
        let grows = matches!(self.next, Next::Grow(_));
        let can = || axis.is_none_or(|d| d < dim && (!grows || self.rules[d].level < MAX_LEVEL && !self.values.is_empty()));
        let bends = !matches!(self.next, Next::Bend(_, [End::Smooth, End::Smooth]));
        let known = |w: &Witness| w.point.len() == dim && w.values.len() == components;
        let rules = self.rules.iter().all(level);
        shaped
            && rules
            && small()
            && inside()
            && filled()
            && can()
            && bends
            && self.sight.is_sound(dim, components)
            && self.witnesses.iter().all(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finer_rule_keeps_the_values_that_are_there() {
        let node = |piece: &Piece, i: usize, j: usize| {
            let tables = piece.tables();
            piece.place(0, tables[0].nodes[i]) + 10.0 * piece.place(1, tables[1].nodes[j])
        };
        let all = |piece: &Piece| -> Vec<f64> {
            let (n, m) = (piece.rules[0].len(), piece.rules[1].len());
            (0..n).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| node(piece, i, j)).collect()
        };
        for axis in 0..2 {
            let mut piece = Piece::new(vec![0.0, 0.25], vec![0.5, 0.5], vec![Rule::even(2), Rule::even(3)]);
            let before = all(&piece);
            piece.rules[axis] = piece.rules[axis].finer();
            let whole = all(&piece);
            let (m, old) = (piece.rules[1].len(), |k: usize| k % 2 == 1);
            let new = whole.iter().enumerate().filter(|(k, _)| !old(if axis == 0 { k / m } else { k % m })).map(|(_, v)| *v);
            piece.fill(Some(axis), &before, new.collect());
            assert_eq!(piece.values, whole);
            assert_eq!(piece.fresh(Some(axis)).iter().product::<usize>() + before.len(), whole.len());
        }
    }

    #[test]
    fn halves_share_the_witnesses_and_end_at_the_same_place() {
        let mut piece = Piece::new(vec![0.5], vec![1.0], vec![Rule { ends: [End::Smooth, End::Exact], level: 5 }]);
        piece.witnesses = [0.6 - 1.0, -0.01].map(|s| Witness { point: vec![s], values: vec![1.0] }).to_vec();
        let [low, high] = piece.halves(0, 3);
        assert!((low.hi[0], high.lo[0]) == (0.75, 0.75) && low.rules[0].is_even() && !high.rules[0].is_even());
        assert!(low.witnesses.len() == 1 && high.witnesses.len() == 1);
        assert_eq!(high.within(0, -0.125), [0.5, 0.5]);
        assert_eq!(high.place(0, [1.0, 1e-100]), -0.25e-100);
    }
}

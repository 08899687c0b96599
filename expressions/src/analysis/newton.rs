//! Newton's method for zeros of a function in its last variable, at every point by itself.

use super::range::Range;
use crate::compiled::Compiled;
use fubini_algorithms::{Columns, Integrand, Points};

/// Steps towards a zero, halvings among them.
const MOST_STEPS: usize = 100;
/// How much wider than proved a bracket is, for rounding.
const WIDER: f64 = 1.0 + 1e-9;
/// Steps as small as this beside the place, with which the function did not halve, are rounding.
const ROUNDING: f64 = 1e-9;

/// Zeros that are as near to an end of the range as this part of it are there.
const AT_END: f64 = 4.0 * f64::EPSILON;

/// How a zero is found.
#[derive(Clone, Debug)]
pub(super) struct Newton {
    /// The function and its slope, of the variables up to the one that is solved for.
    pub(super) program: Compiled,
    /// Of that variable.
    pub(super) range: Range,
    pub(super) rises: bool,
    /// Least absolute slope.
    pub(super) slope: f64,
}

impl Newton {
    /// The zero at one point of the variables before; no number outside of the range.
    pub(super) fn find_one(&self, point: &[f64]) -> f64 {
        let (mut columns, mut found) = (Columns::default(), [f64::NAN]);
        let before = self.program.dim() - 1;
        columns.reset(before, 1);
        (0..before).for_each(|d| columns.column_mut(d)[0] = point[d]);
        columns.pad();
        self.find(columns.points(before), &mut found, true);
        found[0]
    }

    /// The zeros at points of the variables before. Where there is none in the range, the end next to it; with `strict`, no number.
    pub(super) fn find(&self, points: Points<'_>, found: &mut [f64], strict: bool) {
        let last = self.program.dim() - 1;
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(last + 1, found.len());
        values.reset(2, found.len());
        (0..last).for_each(|d| columns.column_mut(d).copy_from_slice(points.axis(d)));
        let Range { lo, hi } = self.range;
        let start = match (lo.is_finite(), hi.is_finite()) {
            (true, true) => 0.5 * lo + 0.5 * hi,
            _ => 0f64.clamp(lo, hi),
        };
        let size = [lo, hi].into_iter().filter(|end| end.is_finite()).fold(0.0, |size: f64, end| size.max(end.abs()));
        let sign = if self.rises { 1.0 } else { -1.0 };
        let mut lanes = vec![Lane { lo, hi, at: start, last: f64::INFINITY, is_done: false }; found.len()];
        for (end, side) in [(lo, 1.0), (hi, -1.0)].into_iter().filter(|(end, _)| end.is_finite()) {
            columns.column_mut(last).fill(end);
            columns.pad();
            self.program.eval(columns.points(last + 1), &mut values.values());
            for (lane, value) in lanes.iter_mut().zip(values.column(0)) {
                let beyond = sign * side * value;
                let is_there = beyond.abs() <= AT_END * self.slope * size;
                if !lane.is_done && (beyond >= 0.0 || beyond.is_nan() || is_there) {
                    lane.end_at(if beyond.is_nan() || strict && beyond > 0.0 && !is_there { f64::NAN } else { end });
                }
            }
        }
        for _ in 0..MOST_STEPS {
            if lanes.iter().all(|lane| lane.is_done) {
                break;
            }
            columns.column_mut(last).iter_mut().zip(&lanes).for_each(|(y, lane)| *y = if lane.is_done { start } else { lane.at });
            columns.pad();
            self.program.eval(columns.points(last + 1), &mut values.values());
            let pairs = values.column(0).iter().zip(values.column(1));
            for (lane, (value, slope)) in lanes.iter_mut().zip(pairs).filter(|(lane, _)| !lane.is_done) {
                lane.step(sign * value, slope.abs(), self.slope);
            }
        }
        found.iter_mut().zip(lanes).for_each(|(found, lane)| *found = lane.at);
    }
}

/// The search at one point.
#[derive(Clone, Copy)]
struct Lane {
    lo: f64,
    hi: f64,
    at: f64,
    /// Absolute value of the function at the place before.
    last: f64,
    is_done: bool,
}

impl Lane {
    fn end_at(&mut self, at: f64) {
        (self.at, self.is_done) = (at, true);
    }

    /// One step, from the value here and the slope, of a function that rises by `least` at the least.
    fn step(&mut self, value: f64, slope: f64, least: f64) {
        let Lane { at, .. } = *self;
        if value == 0.0 || value.is_nan() {
            return self.end_at(if value == 0.0 { at } else { f64::NAN });
        }
        let farthest = at - value / least * WIDER;
        if value > 0.0 {
            (self.lo, self.hi) = (self.lo.max(farthest), self.hi.min(at));
        } else {
            (self.lo, self.hi) = (self.lo.max(at), self.hi.min(farthest));
        }
        if !(self.lo.is_finite() && self.hi.is_finite()) {
            return self.end_at(if value > 0.0 { self.lo } else { self.hi });
        }
        let newton = at - value / slope;
        let is_slow = 2.0 * value.abs() > self.last;
        let is_within = self.lo < newton && newton < self.hi;
        if is_within && is_slow && (newton - at).abs() <= ROUNDING * at.abs() {
            return self.end_at(at);
        }
        let next = if is_within && !is_slow { newton } else { 0.5 * self.lo + 0.5 * self.hi };
        if (next - at).abs() <= 0.5 * f64::EPSILON * next.abs() {
            return self.end_at(next);
        }
        (self.last, self.at) = (value.abs(), next);
    }
}

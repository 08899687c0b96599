//! Newton's method for zeros of a function in its last variable, at every point by itself.

use super::range::Range;
use crate::compiled::Compiled;
use fubini_algorithms::{Columns, Integrand, Points};

/// Steps towards a zero: one in two halves the number of floats in its bracket, of which there are 2^64 at the most.
const MOST_STEPS: usize = 200;
/// How much wider than proved a bracket is, for rounding.
const WIDER: f64 = 2.0;
/// By how much a step must lessen the function for the next one to go on by Newton's method.
const LESSENS: f64 = 16.0;
/// Steps as small as this beside the place are rounding, if the function is not lessened.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

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
        let mut lanes = vec![Lane::new(lo, hi, start); found.len()];
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
        found.iter_mut().zip(lanes).for_each(|(found, lane)| *found = if lane.is_done { lane.at } else { f64::NAN });
    }
}

/// The search at one point, for a function that rises.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// The bracket.
    lo: f64,
    hi: f64,
    /// Where the function is wanted next; the zero, once it is found.
    at: f64,
    /// The place at which the function was least, with its absolute value there and where a step from it leads.
    best: f64,
    least: f64,
    ahead: f64,
    /// Whether `at` is in the middle of the bracket, and not where a step leads.
    is_middle: bool,
    is_done: bool,
}

impl Lane {
    fn new(lo: f64, hi: f64, at: f64) -> Self {
        Lane { lo, hi, at, best: at, least: f64::INFINITY, ahead: f64::NAN, is_middle: true, is_done: false }
    }

    fn end_at(&mut self, at: f64) {
        (self.at, self.is_done) = (at, true);
    }

    /// One step, from the value here and the slope, of a function that rises by `rise` at the least.
    ///
    /// Steps of Newton's method start where the function was least. Where one has not lessened it by much, as far out on an exponential,
    /// the next place is the middle of the bracket in the order of floats, so that no range is too large.
    fn step(&mut self, value: f64, slope: f64, rise: f64) {
        let at = self.at;
        if value == 0.0 || value.is_nan() {
            return self.end_at(if value == 0.0 { at } else { f64::NAN });
        }
        let farthest = (at - WIDER * value / rise).clamp(f64::MIN, f64::MAX);
        if value > 0.0 {
            (self.lo, self.hi) = (if self.lo.is_finite() { self.lo } else { farthest }, at);
        } else {
            (self.lo, self.hi) = (at, if self.hi.is_finite() { self.hi } else { farthest });
        }
        let is_slow = !self.is_middle && LESSENS * value.abs() > self.least;
        let is_fresh = value.abs() < self.least;
        if is_fresh {
            let ahead = if slope.is_finite() { at - value / slope } else { f64::NAN };
            (self.best, self.least, self.ahead) = (at, value.abs(), ahead);
        }
        let (distance, size) = ((self.ahead - self.best).abs(), self.best.abs());
        let is_there = distance <= 0.5 * f64::EPSILON * size || is_slow && distance <= ROUNDING * size;
        let next = if is_fresh && !is_slow && self.lo < self.ahead && self.ahead < self.hi {
            self.ahead
        } else {
            middle(self.lo, self.hi)
        };
        if is_there || next == self.lo || next == self.hi {
            return self.end_at(self.best);
        }
        (self.at, self.is_middle) = (next, next != self.ahead);
    }
}

/// As many floats are below as above it between two others, up to one.
fn middle(lo: f64, hi: f64) -> f64 {
    // In the order of floats, as `f64::total_cmp` has it; its own inverse.
    let order = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
    let (a, b) = (order(lo.to_bits() as i64), order(hi.to_bits() as i64));
    f64::from_bits(order((a >> 1) + (b >> 1) + (a & b & 1)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_range_is_too_large() {
        let zero = |lo: f64, hi: f64, rise: f64, f: &dyn Fn(f64) -> (f64, f64)| {
            let start = if lo.is_finite() && hi.is_finite() { 0.5 * lo + 0.5 * hi } else { 0f64.clamp(lo, hi) };
            let mut lane = Lane::new(lo, hi, start);
            let steps = (0..MOST_STEPS).take_while(|_| {
                let (value, slope) = f(lane.at);
                lane.step(value, slope, rise);
                !lane.is_done
            });
            let steps = steps.count();
            assert!(lane.is_done, "{lane:?}");
            (lane.at, steps)
        };
        let close = |(found, steps): (f64, usize), exact: f64| {
            assert!((found - exact).abs() <= 4.0 * f64::EPSILON * exact.abs() && steps < 100, "{found} for {exact} in {steps}");
        };
        let exponential = |x: f64| move |y: f64| (y.exp() + y - x, y.exp() + 1.0);
        let all = (f64::NEG_INFINITY, f64::INFINITY);
        close(zero(all.0, all.1, 1.0, &exponential(1000.0)), 6.900830527610895);
        close(zero(all.0, all.1, 1.0, &exponential(1e5)), 11.512810330239176);
        for far in [400.0, 1000.0, 1e300] {
            close(zero(0.0, far, 1.0, &exponential(5.0)), 1.3065586410393502);
        }
        let power = |y: f64| (y.powi(101) + y - 1.5, 101.0 * y.powi(100) + 1.0);
        let (found, _) = zero(0.0, 10.0, 1.0, &power);
        assert!(power(found * (1.0 - 1e-15)).0 < 0.0 && power(found * (1.0 + 1e-15)).0 > 0.0, "{found}");
        // A slope that nearly vanishes time and again, far from zero.
        let waves = |y: f64| (y - 1e9 + 0.95 * (y - 1e9).sin() - 0.7, 1.0 + 0.95 * (y - 1e9).cos());
        let (found, _) = zero(0.0, 2e9, 0.05, &waves);
        assert!(waves(found - 5e-7).0 < 0.0 && waves(found + 5e-7).0 > 0.0, "{found}");
    }
}

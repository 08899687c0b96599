//! What a fit does between sweeps: chooses the grid, looks for what the train has missed, and goes on after points of the remainder.

use super::cross::Cross;
use super::fit::{Fit, LEAST_POINTS, PART, Place, RATE, lacking, point};
use super::grid::Axis;
use super::nodes::{self, TAIL};
use super::oracle::{Index, Oracle};
use super::sample::spread;
use super::scout::{self, Found, STARTS};
use crate::pullback::Tally;
use crate::sampling::PATIENCE;
use std::sync::OnceLock;

/// Points of a larger sample at which the remainder is largest that become pivots.
const GLOBAL: usize = 3;
/// How many times the points a larger sample has.
const ENLARGED: u64 = 8;
/// How many times the points a tail is watched, and the part of the points that are lacking that it is worth to spend on a better train.
const WATCHED: f64 = PATIENCE as f64;
const WORTH: f64 = 0.5;
/// Sweeps that are expected where a fit goes on.
const AHEAD: f64 = 3.0;
/// Part of the price of plain points that the search for nodes may take, and the price up to which rough axes have few.
const LINES: f64 = 0.4;
const SMALL: f64 = 32_768.0;
/// Part of the tolerance above which it matters what a train has missed.
const MATTERS: f64 = 0.1;

impl Fit {
    /// Goes on fitting, if that promises more than the points of the remainder, of which `points` have an error of `excess` tolerances.
    /// A sample of more points looks for what the pivots have missed.
    pub(super) fn reconsider(&mut self, place: &Place<'_>, tally: &mut Tally, points: u64, excess: f64) -> bool {
        let (Some((_, cost)), Some(larger)) = (self.last.filter(|_| self.best.is_some()), self.sample.larger(ENLARGED)) else {
            return false;
        };
        let left = place.options.max_evals.saturating_sub(tally.evaluations + points);
        // An error that is small enough and not believed, for a tail that looks heavy or a few points that hold everything, is watched on.
        let growth = if excess > 1.0 { excess.powf(1.0 / RATE) } else { WATCHED };
        let lacking = (points as f64 * (growth - 1.0)).min(left as f64);
        if larger as f64 + AHEAD * cost as f64 > WORTH * lacking {
            return false;
        }
        self.larger_sample(place, tally, ENLARGED);
        (self.is_over, self.is_coarse, self.idle) = (false, true, 0);
        true
    }

    /// Chooses the nodes of every axis, by lines through points at which the integrand is alive, and the first pivots.
    pub(super) fn cut(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let (points, components, dim) = (self.sample.points(place), self.scales().len(), place.f.dim());
        let order = self.sample.largest(&self.sample.values);
        let missed = match &self.best {
            Some(best) if self.sample.round > 0 => self.sample.largest(self.rest(place, best)),
            _ => Vec::new(),
        };
        let bases = [0, order.len() / 16, order.len() / 4].map(|k| order[k]).into_iter().chain(missed.iter().copied().take(2));
        let bases: Vec<Vec<f64>> =
            bases.map(|i| point(&points, i)).chain(self.tops.iter().rev().take(STARTS).map(|top| top.point.clone())).collect();
        if self.tail == 0.0 {
            self.tail = self.goal(place).clamp(TAIL.0, TAIL.1);
        }
        // Quasi-Monte Carlo might not have needed much more than the search for nodes, if it has points where it matters.
        let price = if self.tops.is_empty() { self.price(place) } else { f64::INFINITY };
        let limit = (place.options.max_evals / 4).min(tally.evaluations.saturating_add((LINES * price) as u64));
        let rough = if price < SMALL { nodes::FEW_ROUGH } else { nodes::ROUGH };
        let mut oracle = Oracle::new(place, tally);
        let Some(mut axes) = nodes::choose(&mut oracle, &bases, components, self.tail, limit, rough) else { return };
        nodes::keep(&mut axes, &self.axes);
        let axes: Vec<Axis> = axes.into_iter().map(Axis::new).collect();
        let nearest = |place: &[f64], c: usize| -> Index {
            let nodes = axes.iter().zip(place).map(|(axis, u)| axis.nearest(*u));
            nodes.chain([c as u16]).collect()
        };
        let index = |i: usize, c: usize| nearest(&point(&points, i), c);
        if let Some(cross) = &mut self.cross {
            cross.carry_over(&self.axes, &axes);
            let missed = missed.into_iter().take(GLOBAL).map(|i| point(&points, i));
            for place in missed.chain(self.tops.iter().map(|top| top.point.clone())) {
                (0..components).for_each(|c| cross.add(&nearest(&place, c)));
            }
        } else {
            let largest = |c: usize| {
                let size = |i: &usize| self.sample.values[i * components + c].abs();
                (0..points.len()).max_by(|i, j| size(i).total_cmp(&size(j))).unwrap_or(0)
            };
            let first: Vec<Index> = (0..components).map(|c| index(largest(c), c)).collect();
            let more = order.iter().take(2).map(|i| index(*i, 0));
            self.cross = Some(Cross::new(dim + 1, &first.into_iter().chain(more).collect::<Vec<_>>()));
        }
        self.axes = axes;
    }

    /// Looks for what the train has missed, from where a larger sample sees that it is off.
    pub(super) fn scout(&mut self, place: &Place<'_>, tally: &mut Tally) {
        self.is_over = true;
        let room = (place.options.max_evals / PART).saturating_sub(tally.evaluations);
        if self.scouted == 0 && self.sample.round == 0 && room > LEAST_POINTS as u64 {
            self.larger_sample(place, tally, 2);
        }
        let Some(best) = &self.best else { return };
        let (rest, dim) = (self.rest(place, best), place.f.dim());
        let points = self.sample.points(place);
        let most = (LEAST_POINTS / 4.0 / scout::cost(dim) as f64).max(1.0) as usize;
        let starts: Vec<Vec<f64>> =
            scout::striking(&self.sample, rest).into_iter().take(most).map(|i| point(&points, i)).collect();
        let cost = starts.len() as u64 * scout::cost(dim);
        if starts.is_empty() || cost > room {
            return;
        }
        let allowed = self.allowed(place, &self.moments(place));
        let found = scout::climb(&mut Oracle::new(place, tally), &self.sample, &best.chain, starts);
        let found: Vec<Found> = found.into_iter().filter(|found| found.integral > MATTERS * allowed).collect();
        self.scouted += 1;
        if let (Some(best), false) = (&mut self.best, found.is_empty()) {
            self.tops.extend(found);
            let (missed, root) = lacking(&self.tops, &self.sample, &best.chain);
            best.spread = best.spread.max(root / allowed);
            best.missed = missed;
            self.last = self.last.map(|(_, cost)| (best.spread, cost));
            (self.is_over, self.is_coarse, self.idle) = (false, true, 0);
        }
    }

    /// A sample of so many times the points, at which the train has its remainder measured again.
    fn larger_sample(&mut self, place: &Place<'_>, tally: &mut Tally, factor: u64) {
        self.sample.enlarge(place, tally, factor);
        if let Some(mut best) = self.best.take() {
            best.rest = OnceLock::new();
            let size = spread(place.options, self.rest(place, &best), &self.known(&best.chain));
            let (_, root) = lacking(&self.tops, &self.sample, &best.chain);
            self.best = Some(best);
            let allowed = self.allowed(place, &self.moments(place));
            if let Some(best) = &mut self.best {
                best.spread = size.max(best.bound.max(root) / allowed);
                self.last = self.last.map(|(_, cost)| (best.spread, cost));
            }
        }
    }
}

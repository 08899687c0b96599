//! What a run has to say: the integrals with the errors that are stated, whether they may be believed, and the report.

use super::goal::{self, Goal};
use super::map::Axis;
use super::{Memory, Moments, State, ZERO_POINTS, units};
use crate::{Detail, Report, Stop, Suspect};
use std::time::Instant;

/// How many times the samples that met the goal a tail is watched that looks heavy.
pub(crate) const PATIENCE: u64 = 8;
/// Weights of the size of the largest that would hold all of a component: so many are too few.
const FEW: f64 = 16.0;
/// Part of the error by which one weight of a heavy tail may move the result.
const MOVES: f64 = 0.25;

impl State<'_> {
    /// The best that is known: the average, or before there is one the last iteration.
    pub(super) fn moments(&self) -> &Moments {
        if self.memory.average.len() > 0 { self.memory.average.total() } else { &self.memory.last }
    }

    /// The same with errors that know of what samples may have missed.
    pub(super) fn stated(&self) -> Moments {
        let Memory { axes, strata, last, peaks, .. } = &self.memory;
        let mut moments = self.moments().clone();
        let share = moments.points as f64 / last.points.max(1) as f64;
        let sizes: Vec<f64> = self.memory.sizes.iter().zip(&self.memory.units).map(|(s, e)| units::scale(*s, *e)).collect();
        peaks.warn(self.options, &mut moments, &sizes, |x| {
            let (y, jacobians): (Vec<f64>, Vec<f64>) = axes.iter().zip(x).map(|(axis, x)| axis.inverse(*x)).unzip();
            share * strata.density(&y) / jacobians.iter().product::<f64>()
        });
        moments
    }

    /// Whether the goal is met and may be believed: where the tail looks heavy, more samples often show that it ends.
    pub(super) fn is_done(&mut self) -> bool {
        let measured = self.memory.average.len() >= self.vegas.iterations;
        if !(measured && Goal::new(self.options, &self.stated()).met() && self.is_credible()) {
            self.memory.met_at = None;
            return false;
        }
        let points = self.memory.average.total().points;
        let first = *self.memory.met_at.get_or_insert(points);
        points >= first.saturating_mul(PATIENCE) || !self.has_heavy_tail()
    }

    /// Whether the largest weights look as if the variance were infinite, and matter.
    fn has_heavy_tail(&self) -> bool {
        let moments = self.moments();
        !self.memory.peaks.know_tails()
            && self.memory.tail.is_heavy(MOVES, moments.integrals().iter().map(|e| moments.points as f64 * e.error))
    }

    /// A sign that the stated errors are wrong.
    fn suspect(&self) -> Option<Suspect> {
        if self.memory.sizes.iter().all(|size| *size == 0.0) {
            return Some(Suspect::AllZero);
        }
        if self.memory.tally.is_biased(&self.stated().integrals()) {
            return Some(Suspect::NonFinite);
        }
        if self.memory.axes.iter().any(Axis::is_cramped) || self.has_heavy_tail() {
            return Some(Suspect::HeavyTail);
        }
        if self.is_narrow() {
            return Some(Suspect::NarrowSupport);
        }
        let dof = self.memory.average.len().saturating_sub(1) as f64;
        // χ²/dof exceeds this with a probability below 1e-3 (E. B. Wilson, M. M. Hilferty, PNAS 17 (1931) 684).
        let limit = (1.0 - 2.0 / (9.0 * dof) + 3.09 * (2.0 / (9.0 * dof)).sqrt()).powi(3);
        let chi2_per_dof = self.memory.average.chi2_per_dof(self.options);
        (dof > 0.0 && chi2_per_dof > limit).then_some(Suspect::Disagreement)
    }

    /// Whether there were samples enough to believe in zero where nothing else was seen, and in errors where something was.
    pub(super) fn is_credible(&self) -> bool {
        let seen = self.memory.sizes.iter().any(|s| *s > 0.0);
        if seen { !self.is_narrow() } else { self.memory.tally.evaluations >= ZERO_POINTS }
    }

    /// Whether a single weight holds so much of a component that others like it may have been missed, or all were: what was seen
    /// while the map was trained is no longer met.
    fn is_narrow(&self) -> bool {
        let Memory { sizes, units, average, tail, .. } = &self.memory;
        let points = if average.len() > 0 { average.total().points } else { return false };
        let total = |(size, unit): (&f64, &i32)| points as f64 * units::scale(*size, *unit);
        let is_spread = |largest: f64, total: f64| total == 0.0 || largest > 0.0 && FEW * largest <= total;
        !tail.largest().zip(sizes.iter().zip(units).map(total)).all(|(largest, total)| is_spread(largest, total))
    }

    pub(super) fn report(&self, stop: Stop, start: Instant, threads: usize) -> Report {
        if self.memory.iterations == 0 {
            return Report::nothing(self.f.components(), self.options, stop);
        }
        let moments = &self.stated();
        Report {
            ratios: self.options.ratios.iter().map(|r| goal::ratio(moments, r)).collect(),
            covariance: Some(moments.matrix()),
            non_finite: self.memory.tally.non_finite,
            seconds: start.elapsed().as_secs_f64(),
            integrand_seconds: self.memory.tally.integrand_time.as_secs_f64() / threads as f64,
            threads,
            suspect: self.suspect(),
            detail: Detail::Iterations {
                iterations: self.memory.average.len(),
                warmup: self.memory.iterations - self.memory.average.len(),
                chi2_per_dof: self.memory.average.chi2_per_dof(self.options),
                strata: self.memory.strata.cubes() as u64,
            },
            ..Report::new(moments.integrals(), self.memory.tally.evaluations, stop)
        }
    }
}

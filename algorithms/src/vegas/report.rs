//! What a run has to say: the integrals with the errors that are stated, whether they may be believed, and the report.

use super::Run;
use super::state::State;
use crate::run::Outcome;
use crate::sampling::{MapAxis, Moments, PATIENCE, ZERO_POINTS, least_improbable, ratios, scaling, standing};
use crate::{Detail, Suspect};

/// Weights of the size of the largest that would hold all of a component: so many are too few.
const FEW: f64 = 16.0;
/// Part of the error by which one weight of a heavy tail may move the result.
const MOVES: f64 = 0.25;

impl Run<'_> {
    /// The best that is known: the average, or before there is one the last iteration.
    pub(super) fn moments(&self) -> &Moments {
        if self.state.average.len() > 0 { self.state.average.total() } else { &self.state.last }
    }

    /// The same with errors that know of what samples may have missed.
    pub(super) fn stated(&self) -> Moments {
        let State { axes, strata, last, peaks, .. } = &self.state;
        let mut moments = self.moments().clone();
        let share = moments.points as f64 / last.points.max(1) as f64;
        let sizes: Vec<f64> = self.state.sizes.iter().zip(&self.state.units).map(|(s, e)| scaling::scale(*s, *e)).collect();
        peaks.warn(self.options, &mut moments, &sizes, |x| {
            let (y, jacobians): (Vec<f64>, Vec<f64>) = axes.iter().zip(x).map(|(axis, x)| axis.inverse(*x)).unzip();
            share * strata.density(&y) / jacobians.iter().product::<f64>()
        });
        moments
    }

    /// Whether the goal is met and may be believed: where the tail looks heavy, more samples often show that it ends.
    pub(super) fn is_believed(&mut self) -> bool {
        let measured = self.state.average.len() >= self.vegas.iterations;
        if !(measured && standing(self.options, &self.stated()).is_met() && self.is_credible()) {
            self.state.met_at = None;
            return false;
        }
        let points = self.state.average.total().points;
        let first = *self.state.met_at.get_or_insert(points);
        points >= first.saturating_mul(PATIENCE) || !self.has_heavy_tail()
    }

    /// Whether the largest weights look as if the variance were infinite, and matter.
    fn has_heavy_tail(&self) -> bool {
        let moments = self.moments();
        !self.state.peaks.know_tails()
            && self.state.tail.is_heavy(MOVES, moments.integrals().iter().map(|e| moments.points as f64 * e.error))
    }

    /// Whether there were samples enough to believe in zero where nothing else was seen, and in errors where something was.
    pub(super) fn is_credible(&self) -> bool {
        let seen = self.state.sizes.iter().any(|s| *s > 0.0);
        if seen { !self.is_narrow() } else { self.state.tally.evaluations >= ZERO_POINTS }
    }

    /// Whether a single weight holds so much of a component that others like it may have been missed, or all were: what was seen
    /// while the map was trained is no longer met.
    fn is_narrow(&self) -> bool {
        let State { sizes, units, average, tail, .. } = &self.state;
        let points = if average.len() > 0 { average.total().points } else { return false };
        let total = |(size, unit): (&f64, &i32)| points as f64 * scaling::scale(*size, *unit);
        let is_spread = |largest: f64, total: f64| total == 0.0 || largest > 0.0 && FEW * largest <= total;
        !tail.largest().zip(sizes.iter().zip(units).map(total)).all(|(largest, total)| is_spread(largest, total))
    }

    pub(super) fn report(&self) -> Outcome {
        let (moments, State { average, sizes, axes, .. }) = (self.stated(), &self.state);
        let (integrals, chi2_per_dof, dof) =
            (moments.integrals(), average.chi2_per_dof(self.options), average.len() as f64 - 1.0);
        Outcome {
            scatter: 0.0,
            ratios: ratios(self.options, &moments),
            covariance: Some(moments.matrix()),
            signs: vec![
                (sizes.iter().all(|size| *size == 0.0), Suspect::AllZero),
                (self.state.tally.is_biased(&integrals), Suspect::NonFinite),
                (axes.iter().any(MapAxis::is_cramped) || self.has_heavy_tail(), Suspect::HeavyTail),
                (self.is_narrow(), Suspect::NarrowSupport),
                (dof > 0.0 && chi2_per_dof > least_improbable(dof), Suspect::Disagreement),
            ],
            integrals,
            detail: Detail::Iterations {
                iterations: average.len(),
                warmup: self.state.iterations - average.len(),
                chi2_per_dof,
                strata: self.state.strata.cubes() as u64,
            },
        }
    }
}

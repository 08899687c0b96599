//! A method in the race: its run in stretches, how its error falls, and what the tolerance would cost.

use super::prediction;
use super::record::Record;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::Region;
use crate::{Detail, Error, ErrorKind, Estimate, Options, Progress, Report, Stop};
use std::ops::ControlFlow;

/// What evaluations of a fit to peaks count where there are some, as it is done after its first stretch or not at all; and those of
/// a train, which then takes ten times what it takes elsewhere before it knows of them.
const OF_PEAKS: f64 = 0.05;
const OF_TRAINS_AMONG_PEAKS: f64 = 2.0;
/// Error of random points as a part of ∫|f| from which on few of them hold most of it.
const PEAKED: f64 = 0.15;
/// Stretches in a row without a step after which another one would be none either.
const MOST_IDLE: u32 = 4;
/// Part of a value within which another one confirms that it is there.
const CONFIRMS: f64 = 0.1;
/// Stated errors by which two results may differ.
const APART: f64 = 4.0;

/// Relative difference that is no disagreement.
const ROUNDING: f64 = 1e-13;

/// A method in the race.
pub(super) struct Contender {
    pub(super) method: Box<dyn Integrator>,
    /// A first stretch.
    pub(super) first: u64,
    /// What its evaluations count among those of others when it is to be tried.
    pub(super) weight: f64,
    /// Up to how many evaluations they count so, and what they count beyond.
    pub(super) favour: u64,
    pub(super) beyond: f64,
    /// Evaluations beyond which it is not taken on.
    pub(super) most: u64,
    /// Evaluations before which it believes no error of its own.
    pub(super) believed_from: u64,
    /// Whether it is asked about results of others before it has begun.
    pub(super) is_asked: bool,
    /// Standard deviations that make a stated error of random points; of a rule one error is one.
    pub(super) sigmas: f64,
    pub(super) record: Record,
    /// What it last reported.
    pub(super) report: Option<Report>,
}

impl Contender {
    /// Why it cannot take part any longer, if so.
    pub(super) fn error(&self) -> Option<Error> {
        self.record.failure.as_ref().map(|failure| failure.error(self.method.name()))
    }

    pub(super) fn is_out(&self) -> bool {
        self.record.out
    }

    /// Whether it can be taken on.
    pub(super) fn is_open(&self) -> bool {
        !self.record.out && !self.record.done && self.record.evaluations < self.most
    }

    /// Whether stretches have been in vain time and again.
    pub(super) fn is_stuck(&self) -> bool {
        self.record.idle > MOST_IDLE
    }

    /// Evaluations of the next stretch.
    pub(super) fn stretch(&self) -> u64 {
        self.record.evaluations.max(self.first).saturating_mul(1 << self.record.idle.min(40))
    }

    /// What a first stretch costs who has not begun.
    pub(super) fn first_cost(&self) -> u64 {
        (self.weight.max(1.0) * self.stretch() as f64) as u64
    }

    /// Whether these are random points a few of which hold most of the integral.
    pub(super) fn sees_peaks(&self) -> bool {
        self.record.scatter > PEAKED
    }

    /// What another stretch would bring its evaluations to, as they count; where there are peaks, fits to them hardly do.
    pub(super) fn cost(&self, is_peaked: bool) -> f64 {
        let cost = self.record.evaluations + self.stretch();
        if is_peaked && self.record.evaluations == 0 {
            match self.method.name() {
                "mixture" => return OF_PEAKS * cost as f64,
                "train" => return OF_TRAINS_AMONG_PEAKS * cost as f64,
                _ => {}
            }
        }
        (if cost <= self.favour { self.weight } else { self.beyond }) * cost as f64
    }

    /// Further evaluations with which it is expected to meet the tolerance; infinite before anything is known.
    pub(super) fn predicted(&self) -> f64 {
        let Some(&(last, excess)) = self.record.course.last() else { return f64::INFINITY };
        // Evaluations of a fit are not needed once more.
        let counted = |n: u64| n.saturating_sub(self.record.prepared).max(1);
        let course: Vec<(u64, f64)> = self.record.course.iter().map(|(n, excess)| (counted(*n), *excess)).collect();
        let rate = prediction::rate(self.method.name(), self.method.error_kind(), &course);
        // One that claims to be there, and does not believe it itself, may need as much again, or more the longer that lasts.
        let claims = self.record.course.iter().rev().take_while(|(_, excess)| *excess <= 1.0).count();
        if claims > 0 && last < self.believed_from {
            return (self.believed_from - last) as f64;
        }
        // What a train claims its scouts and the points of its rest are about to look at: to ask others first costs more than that.
        let doubts = if self.method.name() == "train" { 0 } else { claims };
        let growth = if claims > 0 { 2f64.powi(doubts as i32) } else { excess.powf(1.0 / rate) };
        counted(last) as f64 * (growth - 1.0)
    }

    /// What it found, with the errors that are stated.
    pub(super) fn estimates(&self) -> Vec<Estimate> {
        self.stated(&self.record.estimates())
    }

    /// These estimates of its own with the errors that are stated.
    pub(super) fn stated(&self, own: &[Estimate]) -> Vec<Estimate> {
        own.iter().map(|e| Estimate { error: self.sigmas * e.error, ..*e }).collect()
    }

    /// Whether its result is compatible with another's, as far as it has one.
    pub(super) fn agrees_with(&self, other: &Contender) -> bool {
        let pairs = self.record.found.iter().zip(&other.record.found);
        let apart = |((a, e), (b, f)): (&(f64, f64), &(f64, f64))| {
            let distance = (a - b).abs();
            distance.is_finite() && distance > APART * (e + f) + ROUNDING * a.abs()
        };
        !pairs.into_iter().any(apart)
    }

    /// Whether it has found less than random points have, and does not claim to be done: it may have met nothing yet, while what
    /// they have found is there.
    pub(super) fn is_blind_beside(&self, other: &Contender) -> bool {
        let mut pairs = self.record.found.iter().zip(&other.record.found);
        let is_random = other.method.error_kind() == ErrorKind::StandardDeviation;
        is_random && !self.record.done && pairs.all(|((a, _), (b, _))| a.abs() < b.abs()) && !self.agrees_with(other)
    }

    /// Whether these are random points that have found what another one has, within a tenth of it.
    pub(super) fn confirms(&self, other: &Contender) -> bool {
        let mut pairs = self.record.found.iter().zip(&other.record.found);
        let near = |((a, e), (b, _)): (&(f64, f64), &(f64, f64))| (a - b).abs().max(*e) <= CONFIRMS * b.abs();
        let is_random = self.method.error_kind() == ErrorKind::StandardDeviation;
        is_random && self.record.has_result() && !self.record.vague && pairs.all(near)
    }

    /// Goes on to `target` evaluations, at most to `allowance`. Rules end where a budget says so, with all that was under way;
    /// random points between two of their steps, which a budget would plan.
    pub(super) fn take_on(
        &mut self,
        f: &Pullback<'_>,
        options: &Options,
        target: u64,
        allowance: u64,
        observer: &mut Observer<'_>,
    ) {
        let is_rule = self.method.error_kind() == ErrorKind::Bound;
        let own = self.options(options, if is_rule { target } else { allowance });
        let mut record = self.record.without_state();
        let mut watch = |progress: Progress<'_>| {
            record.note(&progress);
            // Between stretches it is shown with the others.
            let ends = progress.finished || !is_rule && progress.evaluations >= target;
            if !ends {
                return observer(progress);
            }
            if record.excess.is_finite() {
                record.course.push((record.evaluations, record.excess));
            }
            record.state = progress.snapshot.to_bytes();
            ControlFlow::Break(())
        };
        match self.method.refine(f, &own, &mut watch) {
            Ok(report) => {
                record.evaluations = report.evaluations.max(record.evaluations);
                record.idle = if record.evaluations > self.record.evaluations { 0 } else { self.record.idle + 1 };
                record.done = matches!(report.stop, Stop::Converged | Stop::Roundoff);
                record.out |= report.stop == Stop::Memory || record.state.is_empty();
                // A sampler whose next step does not fit, or a rule that had all there is.
                record.out |= report.stop == Stop::Budget && (!is_rule || target == allowance);
                // Without peaks to follow it is quasi-Monte Carlo, which takes part already.
                record.out |= matches!(report.detail, Detail::Mixture { parts: 0, .. });
                record.suspect = report.suspect.is_some();
                record.vague = match report.detail {
                    Detail::Mixture { .. } => record.suspect,
                    // The sample by which a train was fitted says little of its rest.
                    Detail::Train { remainder_points, .. } => remainder_points == 0,
                    _ => false,
                };
                if let Detail::Mixture { training, .. } = report.detail {
                    record.prepared = training;
                }
                record.scatter = report.scatter;
                record.integrand_seconds = report.integrand_seconds;
                self.report = Some(report);
            }
            // More is needed to begin than was thought: cuts and hints make many boxes.
            Err(Error::Budget { .. }) if is_rule && target < allowance => record.idle += 1,
            Err(error) => {
                // What was shown on the way there is not shown again to a run that goes on from its last state.
                record = self.record.without_state();
                if let Error::NotFinite { evaluations, .. } = error {
                    record.evaluations = record.evaluations.max(evaluations);
                }
                record.out = true;
                record.failure = Some(error.into());
            }
        }
        if record.state.is_empty() {
            record.state = std::mem::take(&mut self.record.state);
        }
        self.record = record;
    }

    /// Its report: the last one, or that of a run that goes on from its state without further work.
    pub(super) fn result(&mut self, f: &Pullback<'_>, options: &Options) -> Result<Report, Error> {
        match self.report.take() {
            Some(report) => Ok(report),
            None => {
                let own = self.options(options, self.record.evaluations);
                self.method.refine(f, &own, &mut |_| ControlFlow::Break(()))
            }
        }
    }

    /// The regions of its mesh, by a run that goes on from its state without further work.
    pub(super) fn regions(&self, f: &Pullback<'_>, options: &Options) -> Vec<Region> {
        // An observer asks, and need not do so on all ranks.
        let (own, mut regions) = (Options { team: None, ..self.options(options, self.record.evaluations) }, Vec::new());
        // Nothing is lost with an error: there is a report already.
        _ = self.method.refine(f, &own, &mut |progress| {
            regions = progress.snapshot.regions();
            ControlFlow::Break(())
        });
        regions
    }

    fn options(&self, options: &Options, max_evals: u64) -> Options {
        let state = Some(self.record.state.clone()).filter(|state| !state.is_empty());
        let (rtol, atol) = (options.rtol / self.sigmas, options.atol / self.sigmas);
        Options { max_evals, rtol, atol, resume: state, nested: true, ..options.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auto::field;

    /// cuhre with this course of evaluations and errors in tolerances.
    fn rule(course: &[(u64, f64)]) -> Contender {
        let mut rule = field::all(4, false).swap_remove(0);
        rule.record.course = course.to_vec();
        rule
    }

    fn named(name: &str) -> Contender {
        field::all(4, false).into_iter().find(|c| c.method.name() == name).unwrap()
    }

    #[test]
    fn fits_come_first_where_random_points_see_peaks() {
        let (mut points, fit, train) = (named("qmc"), named("mixture"), named("train"));
        assert!(fit.cost(false) > train.cost(false) && fit.cost(true) < train.cost(true));
        points.record.scatter = 0.2;
        assert!(points.sees_peaks());
        points.record.scatter = 0.1;
        assert!(!points.sees_peaks() && !named("cuhre").sees_peaks());
    }

    #[test]
    fn what_a_fit_has_cost_is_not_needed_again() {
        let mut fit = named("mixture");
        fit.record.course = vec![(24_000, 4.0)];
        let whole = fit.predicted();
        fit.record.prepared = 22_000;
        let (left, counted) = (fit.predicted(), 2_000.0 / 24_000.0);
        assert!((left / (counted * whole) - 1.0).abs() < 1e-12, "{left} {whole}");
    }

    #[test]
    fn the_cost_that_is_left_follows_from_how_errors_fell() {
        assert_eq!(rule(&[]).predicted(), f64::INFINITY);
        // An error that has fallen to a hundredth with ten times the points falls to another hundredth with ten times as many.
        let left = rule(&[(1_000, 1e4), (10_000, 1e2)]).predicted();
        assert!((left / 90_000.0 - 1.0).abs() < 1e-12, "{left}");
        // One that does not fall is expected to fall slowly, and never faster than can be believed.
        assert!(rule(&[(1_000, 100.0), (10_000, 100.0)]).predicted() > 1e10);
        assert!(rule(&[(1_000, 1e30), (10_000, 1e5)]).predicted() > 80_000.0);
        // Claims that are not believed count against it: as much again, three times as much, seven times.
        let claims = [(1_000, 0.5), (2_000, 0.5), (4_000, 0.5)];
        assert_eq!([1, 2, 3].map(|n| rule(&claims[..n]).predicted()), [1_000.0, 6_000.0, 28_000.0]);
        let mut train = named("train");
        train.record.course = claims.to_vec();
        assert_eq!(train.predicted(), 0.0, "it is taken on before all others");
    }

    #[test]
    fn results_agree_within_a_few_errors_and_rounding() {
        let found = |value, error| {
            let mut rule = rule(&[]);
            rule.record.found = vec![(value, error)];
            rule
        };
        let one = found(1.0, 0.01);
        assert!(one.agrees_with(&found(1.1, 0.02)) && !one.agrees_with(&found(1.13, 0.02)));
        assert!(found(1.0, 0.0).agrees_with(&found(1.0 + 4e-16, 0.0)) && !found(1.0, 0.0).agrees_with(&found(1.0 + 1e-9, 0.0)));
        // Of one that knows nothing, or nothing finite, there is nothing to contradict.
        assert!(one.agrees_with(&rule(&[])) && one.agrees_with(&found(f64::INFINITY, 0.0)));
    }

    #[test]
    fn who_has_met_less_than_random_points_says_nothing_before_it_is_done() {
        let with = |i: usize, value, done| {
            let mut contender = field::all(4, false).swap_remove(i);
            (contender.record.found, contender.record.done) = (vec![(value, 1e-9)], done);
            contender
        };
        let (rule, points) = (|value, done| with(0, value, done), |value, done| with(2, value, done));
        let half = points(-0.5, true);
        assert!(rule(1e-33, false).is_blind_beside(&half) && points(1e-33, false).is_blind_beside(&half));
        assert!(!rule(0.6, false).is_blind_beside(&half), "it has found more");
        assert!(!rule(1e-33, true).is_blind_beside(&half), "it claims to be done");
        assert!(!points(1e-33, false).is_blind_beside(&rule(0.5, true)), "what a rule has found need not be there");
        assert!(half.confirms(&rule(-0.49, true)) && !half.confirms(&rule(-0.4, true)) && !rule(-0.5, true).confirms(&half));
    }

    #[test]
    fn stretches_grow_until_something_can_be_done_with_them() {
        let mut idle = rule(&[]);
        let first = idle.stretch();
        idle.record.idle = 3;
        assert_eq!(idle.stretch(), 8 * first);
        idle.record.idle = u32::MAX;
        assert!(idle.stretch() > 1 << 40);
    }
}

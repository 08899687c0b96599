//! A method in the race: its run in stretches, how its error falls, and what the tolerance would cost.

use super::failure::Failure;
use crate::integrator::{Integrator, Observer};
use crate::mixture;
use crate::pullback::Pullback;
use crate::run::Region;
use crate::{Cuhre, Detail, Error, ErrorKind, Estimate, GenzMalik, Mixture, Options, Progress, Qmc, Report, Stop, Vegas};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Up to so many variables rules begin.
const MAX_RULE_DIM: usize = 15;
/// Up to so many variables they begin first.
const RULES_FIRST: usize = 7;
/// Most variables of quasi-Monte Carlo.
const MAX_QMC_DIM: usize = 1000;
/// Points of each replicate with which quasi-Monte Carlo begins: a first look must be cheap.
const FIRST_POINTS: u64 = 16;
/// Rates at which errors fall with evaluations that are believed, and the one before there are two errors: of rules, of random points.
const RATES: [(f64, f64, f64); 2] = [(0.2, 5.0, 1.0), (0.45, 3.0, 0.7)];
/// Growth of the evaluations over which a rate is measured.
const SPAN: f64 = 3.0;
/// Points of a rule, in units of those of degree 7, that make a first stretch, and the least of them: rules do not stop with fewer.
const FIRST_RULES: u64 = 8;
const LEAST_OF_RULES: u64 = 1_400;
/// The same in one variable, where an audit takes thousands.
const LEAST_IN_ONE: u64 = 4_000;
/// A first stretch of random points: samplers that look for peaks spend tens of thousands before.
const FIRST_QMC: u64 = 256;
const FIRST_VEGAS: u64 = 40_000;
/// Part of the evaluations of a result that one of the other kind must have to be held against it.
const CHECK: u64 = 4;
/// Stretches in a row without a step after which another one would be none either.
const MOST_IDLE: u32 = 4;
/// Stated errors by which two results may differ.
const APART: f64 = 4.0;

/// Relative difference that is no disagreement.
const ROUNDING: f64 = 1e-13;

/// A method in the race.
pub(super) struct Contender {
    pub(super) method: Box<dyn Integrator>,
    /// A first stretch.
    first: u64,
    /// Part of its evaluations that one of the other kind must have to be held against it.
    pub(super) check: u64,
    pub(super) record: Record,
    /// What it last reported.
    pub(super) report: Option<Report>,
}

/// What is saved of a method.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its state; empty before it has begun.
    pub(super) state: Vec<u8>,
    pub(super) evaluations: u64,
    /// Stretches in a row that were too short for its next step: audits of rules are thousands of points in one variable.
    idle: u32,
    /// Evaluations, and the error as a multiple of the tolerance, after each stretch.
    course: Vec<(u64, f64)>,
    /// The quantities of the target as they are: values and errors, and the largest error as a multiple of its tolerance.
    found: Vec<(f64, f64)>,
    excess: f64,
    /// Whether more work would change nothing: the tolerance is met, or cannot be.
    done: bool,
    /// Whether it cannot begin, or cannot go on.
    out: bool,
    /// Whether something speaks against its result.
    pub(super) suspect: bool,
    /// Whether it is nothing to hold against others: of a fit that follows the integrand badly not even the error can be believed.
    pub(super) vague: bool,
    /// Why it cannot take part any longer.
    pub(super) failure: Option<Failure>,
    pub(super) integrand_seconds: f64,
}

impl Contender {
    /// Who takes part, in the order in which they begin.
    pub(super) fn all(dim: usize) -> Vec<Self> {
        let cuhre: Box<dyn Integrator> = Box::new(Cuhre::default());
        let genz_malik: Box<dyn Integrator> = Box::new(GenzMalik::default());
        let qmc: Box<dyn Integrator> = Box::new(Qmc::default().beginning_with(FIRST_POINTS));
        let vegas: Box<dyn Integrator> = Box::new(Vegas::default());
        let mixture: Box<dyn Integrator> = Box::new(Mixture::default());
        let methods = match dim {
            1 => vec![cuhre, qmc],
            _ if dim <= RULES_FIRST => vec![cuhre, genz_malik, qmc, vegas, mixture],
            _ if dim <= MAX_RULE_DIM => vec![qmc, genz_malik, cuhre, vegas, mixture],
            _ if dim <= mixture::MAX_DIM => vec![qmc, vegas, mixture],
            _ if dim <= MAX_QMC_DIM => vec![qmc, vegas],
            _ => vec![vegas],
        };
        methods.into_iter().map(|method| Contender::new(method, dim)).collect()
    }

    fn new(method: Box<dyn Integrator>, dim: usize) -> Self {
        let first = match method.name() {
            "qmc" => FIRST_QMC,
            "vegas" => FIRST_VEGAS,
            "mixture" => mixture::first_stretch(dim),
            _ if dim == 1 => LEAST_IN_ONE,
            _ => (FIRST_RULES * ((1u64 << dim.min(40)) + 2 * (dim * dim + dim) as u64 + 1)).max(LEAST_OF_RULES),
        };
        // A fit knows of what it was made of, and of nothing else.
        let check = if method.name() == "mixture" { 1 } else { CHECK };
        Contender { method, first, check, record: Record::default(), report: None }
    }

    /// Why it cannot take part any longer, if so.
    pub(super) fn error(&self) -> Option<Error> {
        self.record.failure.as_ref().map(|failure| failure.error(self.method.name()))
    }

    pub(super) fn is_out(&self) -> bool {
        self.record.out
    }

    /// Whether it can be taken on.
    pub(super) fn is_open(&self) -> bool {
        !self.record.out && !self.record.done
    }

    /// Whether stretches have been in vain time and again.
    pub(super) fn is_stuck(&self) -> bool {
        self.record.idle > MOST_IDLE
    }

    /// Evaluations of the next stretch.
    pub(super) fn stretch(&self) -> u64 {
        self.record.evaluations.max(self.first).saturating_mul(1 << self.record.idle.min(40))
    }

    /// Further evaluations with which it is expected to meet the tolerance; infinite before anything is known.
    pub(super) fn predicted(&self) -> f64 {
        let Some(&(last, excess)) = self.record.course.last() else { return f64::INFINITY };
        let (least, most, unknown) = RATES[usize::from(self.method.error_kind() == ErrorKind::StandardDeviation)];
        let before = self.record.course.iter().rev().find(|(n, _)| last as f64 >= SPAN * *n as f64);
        let measured = before.map(|(n, e)| (e / excess).ln() / (last as f64 / *n as f64).ln());
        let rate = measured.filter(|rate| rate.is_finite()).unwrap_or(unknown).clamp(least, most);
        // One that claims to be there, and does not believe it itself, may need as much again, or more the longer that lasts.
        let claims = self.record.course.iter().rev().take_while(|(_, excess)| *excess <= 1.0).count();
        let growth = if claims > 0 { 2f64.powi(claims as i32) } else { excess.powf(1.0 / rate) };
        last as f64 * (growth - 1.0)
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
                record.vague = record.suspect && matches!(report.detail, Detail::Mixture { .. });
                record.integrand_seconds = report.integrand_seconds;
                self.report = Some(report);
            }
            Err(error) => {
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
        Options { max_evals, resume: state, nested: true, ..options.clone() }
    }
}

impl Record {
    /// The same without the state, which may be long.
    pub(super) fn without_state(&self) -> Self {
        let Record { evaluations, idle, excess, done, out, suspect, vague, integrand_seconds, .. } = *self;
        let (state, course, found, failure) = (Vec::new(), self.course.clone(), self.found.clone(), self.failure.clone());
        Record { state, evaluations, idle, course, found, excess, done, out, suspect, vague, failure, integrand_seconds }
    }

    /// Takes down how things stand.
    pub(super) fn note(&mut self, progress: &Progress<'_>) {
        self.evaluations = progress.evaluations;
        self.found = progress.estimates.iter().map(|e| (e.value, e.error)).collect();
        self.excess = if progress.excess.is_nan() { f64::INFINITY } else { progress.excess };
    }

    /// Whether parts that were deserialised fit together and hold so many quantities.
    pub(super) fn is_sound(&self, quantities: usize) -> bool {
        let found = self.found.is_empty() || self.found.len() == quantities;
        let failure = self.failure.is_none() || self.out;
        found && failure && self.course.is_sorted_by(|a, b| a.0 <= b.0) && self.course.iter().all(|(_, excess)| *excess >= 0.0)
    }

    /// For other tolerances: what was met may be so no longer.
    pub(super) fn aim_again(&mut self, before: [f64; 2], now: [f64; 2]) {
        let tighter = before.iter().zip(now).map(|(before, now)| before / now).filter(|ratio| ratio.is_finite());
        let factor = tighter.fold(0.0, f64::max);
        if factor > 0.0 {
            self.course.iter_mut().map(|(_, excess)| excess).chain([&mut self.excess]).for_each(|excess| *excess *= factor);
        }
        (self.done, self.out, self.suspect, self.failure) = (false, false, false, None);
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn has_result(&self) -> bool {
        !self.found.is_empty()
    }

    pub(super) fn estimates(&self) -> Vec<Estimate> {
        self.found.iter().map(|(value, error)| Estimate { value: *value, error: *error }).collect()
    }

    /// The error as a multiple of the tolerance, as it was last.
    pub(super) fn excess(&self) -> f64 {
        if self.has_result() { self.excess } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cuhre with this course of evaluations and errors in tolerances.
    fn rule(course: &[(u64, f64)]) -> Contender {
        let mut rule = Contender::all(3).swap_remove(0);
        rule.record.course = course.to_vec();
        rule
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
            let mut contender = Contender::all(3).swap_remove(i);
            (contender.record.found, contender.record.done) = (vec![(value, 1e-9)], done);
            contender
        };
        let (rule, points) = (|value, done| with(0, value, done), |value, done| with(2, value, done));
        let half = points(-0.5, true);
        assert!(rule(1e-33, false).is_blind_beside(&half) && points(1e-33, false).is_blind_beside(&half));
        assert!(!rule(0.6, false).is_blind_beside(&half), "it has found more");
        assert!(!rule(1e-33, true).is_blind_beside(&half), "it claims to be done");
        assert!(!points(1e-33, false).is_blind_beside(&rule(0.5, true)), "what a rule has found need not be there");
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

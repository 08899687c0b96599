//! Between a race and its contenders: what they are told, what observers see of them, and whose report it is.

use super::choice::{Choice, Trial};
use super::contender::Contender;
use super::record::Record;
use super::{Race, State, limit};
use crate::integrator::Observer;
use crate::run::{Identity, Snapshot};
use crate::{Error, Estimate, Options, Progress, Report, Stop, Suspect, Target};
use std::ops::ControlFlow;

/// Part of the tolerance that an error of a train is stated as at least. The points by which its rest is judged may all have missed a
/// second peak: of 30 pairs of Gaussians in five to eight variables two were off by 25 and 41 stated errors, well within the tolerance.
const LEAST_CLAIM: f64 = 0.25;

impl Race<'_> {
    /// Evaluations up to which it is worth while to take a contender on that has a stretch to `target` before it: a train that does
    /// not contradict a result must not cost more than that did.
    fn worth(&self, i: usize, target: u64) -> u64 {
        let own = &self.contenders[i];
        let speaks_not = |winner: &Contender| own.agrees_with(winner) || own.is_blind_beside(winner);
        match self.winner().map(|winner| &self.contenders[winner]) {
            Some(winner) if own.method.name() == "train" && speaks_not(winner) => winner.record.evaluations.max(target),
            _ => u64::MAX,
        }
    }

    /// Takes a contender on to `target` evaluations; breaks where the run is to end.
    pub(super) fn take_on(&mut self, i: usize, target: u64, observer: &mut Observer<'_>) -> ControlFlow<()> {
        let (allowance, tolerances) = (self.allowance(i).min(self.worth(i, target)), self.tolerances());
        // Who is only held against a result is not to look for more, as it would before it believed its own; who believes it and is
        // contradicted is to go on.
        let agrees = |winner: usize| self.contenders[i].agrees_with(&self.contenders[winner]);
        let is_check = self.winner().is_some_and(|winner| self.contenders[i].record.is_done() || agrees(winner));
        let others = self.evaluations() - self.contenders[i].record.evaluations;
        let (identity, f, options) = (self.identity, self.f, self.options);
        // The tolerance of products is that of their sums: without it factors go on.
        let endless = || Options { products: None, ..options.clone() }.rtol(0.0).atol(0.0);
        let own_options = if is_check { &endless() } else { options };
        let (before, rest) = self.contenders.split_at_mut(i);
        let (contender, after) = rest.split_first_mut().expect("one of the contenders");
        let own = contender.record.without_state();
        let sigmas = contender.sigmas;
        let mut wish = ControlFlow::Continue(());
        contender.take_on(f, own_options, target, allowance, &mut |progress: Progress<'_>| {
            let encode = || {
                let mut own = own.clone();
                own.state = progress.snapshot.to_bytes();
                let records = before.iter().map(|c| &c.record).chain([&own]).chain(after.iter().map(|c| &c.record)).collect();
                let state = State { tolerances, max_evals: options.max_evals, under_way: Some((i, target)), records };
                identity.seal(&state, Identity::places(&state.records[i].state, f.dim()))
            };
            let regions = || progress.snapshot.regions();
            let snapshot = Snapshot::with_regions(&encode, &regions);
            let evaluations = others + progress.evaluations;
            if wish.is_continue() {
                let stated: Vec<Estimate> =
                    progress.estimates.iter().map(|e| Estimate { error: sigmas * e.error, ..*e }).collect();
                let max_evals = options.max_evals;
                wish = observer(Progress { evaluations, max_evals, estimates: &stated, snapshot, finished: false, ..progress });
            }
            wish
        });
        if is_check && options.products.is_none() {
            let excess = self.excess(i);
            self.contenders[i].record.excess = excess;
        }
        if f.is_interrupted() { ControlFlow::Break(()) } else { wish }
    }

    /// The largest stated error of the quantities of the target as a multiple of its tolerance: who was held against others was asked
    /// for more.
    fn excess(&self, i: usize) -> f64 {
        let Contender { record: Record { found, .. }, sigmas, .. } = &self.contenders[i];
        let tolerance = |k: usize| match self.options.target {
            Target::Each => self.options.tolerance_of(k, |c| found[c].0),
            Target::Ratio => self.options.tolerance(found[k].0),
        };
        let of_quantity = |k: usize| if found[k].1 == 0.0 { 0.0 } else { sigmas * found[k].1 / tolerance(k) };
        (0..found.len()).map(of_quantity).fold(0.0, |most: f64, x| if x.is_nan() { f64::INFINITY } else { most.max(x) })
    }

    /// The report of a run that was cancelled while a contender was at work.
    pub(super) fn cancelled(mut self, at_work: usize) -> Report {
        let best = self.best().unwrap_or(at_work);
        let (evaluations, integrand_seconds, choice) = (self.evaluations(), self.integrand_seconds(), self.choice(best));
        // After a restart its state alone tells what it had found.
        let found = self.contenders[best].result(self.f, self.options).ok().map(|report| self.stated(best, report));
        let report = found.unwrap_or_else(|| Report::nothing(self.f.components(), self.options, Stop::Cancelled));
        Report { evaluations, integrand_seconds, stop: Stop::Cancelled, choice: Some(choice), ..report }
    }

    /// The result of a contender as that of the run.
    pub(super) fn report(mut self, best: usize, suspect: Option<Suspect>, observer: &mut Observer<'_>) -> Result<Report, Error> {
        let report = self.contenders[best].result(self.f, self.options)?;
        let report = self.stated(best, report);
        let (mut evaluations, integrand_seconds, mut choice) = (self.evaluations(), self.integrand_seconds(), self.choice(best));
        let is_done = self.is_done(&self.contenders[best]);
        // By what was asked: rules allow for rounding.
        let is_met = self.excess(best) <= 1.0;
        let mut stop = match report.stop {
            // Asked for more than was asked for.
            Stop::Roundoff if is_done && is_met => Stop::Converged,
            stop if is_done => stop,
            _ => Stop::Budget,
        };
        if stop == Stop::Budget && self.reserve() > 0 {
            let alive = Identity::places(&self.contenders[best].record.state, self.f.dim());
            let relative = |c: &usize| (report.integrals[*c].error / report.integrals[*c].value).abs();
            let worst = (0..self.f.components()).max_by(|a, b| relative(a).total_cmp(&relative(b))).unwrap_or(0);
            let (limit, cost) = limit::limit(self.f, worst, &alive);
            if self.f.is_interrupted() {
                stop = Stop::Cancelled;
            } else {
                evaluations += cost;
                choice.limit = limit;
            }
        }
        _ = self.show(best, true, observer);
        let suspect = report.suspect.or(suspect);
        let report = if choice.method == "train" { self.cautious(report) } else { report };
        Ok(Report { evaluations, integrand_seconds, stop, suspect, choice: Some(choice), ..report })
    }

    /// The report of a contender with the errors that are stated.
    fn stated(&self, i: usize, report: Report) -> Report {
        let contender = &self.contenders[i];
        let (integrals, ratios) = (contender.stated(&report.integrals), contender.stated(&report.ratios));
        Report { integrals, ratios, ..report }
    }

    /// A report whose errors are not much less than was asked for.
    fn cautious(&self, report: Report) -> Report {
        let values: Vec<f64> = report.integrals.iter().map(|e| e.value).collect();
        let at_least = |e: &Estimate, tolerance: f64| Estimate {
            value: e.value,
            error: e.error.max(LEAST_CLAIM * tolerance.min(e.value.abs())),
        };
        let of_integral = |(c, e)| at_least(e, self.options.tolerance_of(c, |c| values[c]));
        let integrals = match self.options.target {
            Target::Each => report.integrals.iter().enumerate().map(of_integral).collect(),
            Target::Ratio => report.integrals.clone(),
        };
        let ratios = report.ratios.iter().map(|e| at_least(e, self.options.tolerance(e.value))).collect();
        Report { integrals, ratios, ..report }
    }

    /// Shows how things stand between two stretches, by the results of one.
    pub(super) fn show(&self, best: usize, finished: bool, observer: &mut Observer<'_>) -> ControlFlow<()> {
        let records: Vec<&Record> = self.contenders.iter().map(|c| &c.record).collect();
        let state = State { tolerances: self.tolerances(), max_evals: self.options.max_evals, under_way: None, records };
        let encode = || self.identity.seal(&state, Identity::places(&state.records[best].state, self.f.dim()));
        let record = &self.contenders[best].record;
        let regions = || self.contenders[best].regions(self.f, self.options);
        let (estimates, snapshot) = (self.contenders[best].estimates(), Snapshot::with_regions(&encode, &regions));
        let progress = Progress::new(self.evaluations(), self.options, &estimates, record.excess(), snapshot);
        observer(Progress { finished, ..progress })
    }

    fn integrand_seconds(&self) -> f64 {
        self.contenders.iter().map(|c| c.record.integrand_seconds).sum()
    }

    fn choice(&self, best: usize) -> Choice {
        let trial = |c: &Contender| {
            let first = c.estimates().first().copied();
            Trial { method: c.method.name(), estimate: first.unwrap_or_default(), evaluations: c.record.evaluations }
        };
        let begun = self.contenders.iter().filter(|c| c.record.has_result());
        let chosen = &self.contenders[best].method;
        Choice { method: chosen.name(), limit: None, kind: chosen.error_kind(), tried: begun.map(trial).collect() }
    }
}

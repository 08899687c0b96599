//! What every run does, whatever the method: it refuses budgets that are too small, starts or goes on from a saved state, takes
//! steps until the goal is met or something else ends it, shows the observer how things stand, and reports.
//!
//! A method supplies its state, its estimates and what it knows beyond them ([`Method`]). One that works in steps of points
//! supplies a step ([`Steps`]) and has its loop here, with budget, interrupts and stopping; adaptive rules, whose refinement is a
//! stream of regions without pauses, have a loop of their own.

mod identity;
mod snapshot;

pub(crate) use identity::{Identity, PLACES};
pub use snapshot::{Region, Snapshot};

use crate::integrator::Observer;
use crate::pullback::{Pullback, Tally};
use crate::sampling::ImportanceMap;
use crate::standing::Standing;
use crate::{Detail, Error, Estimate, Options, Progress, Report, Stop, Suspect};
use ndarray::Array2;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::ControlFlow;

/// A method at work.
pub(crate) trait Method<'a>: Sized {
    /// What the method was told beside the options.
    type Settings: 'a;
    /// All that a run depends on from here on: what is saved, and what an interrupted step is undone to.
    type State: Clone + Serialize + DeserializeOwned;

    /// Evaluations without which there would be nothing to say.
    fn least_evals(settings: &Self::Settings, f: &Pullback<'_>, options: &Options) -> u64;

    /// Bytes without which it cannot begin.
    fn least_memory(_f: &Pullback<'_>) -> u64 {
        0
    }

    /// Begins.
    fn start(settings: &'a Self::Settings, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error>;

    /// Goes on from a state that was deserialised, or does not if its parts do not fit together.
    fn resume(settings: &'a Self::Settings, f: &'a Pullback<'a>, options: &'a Options, state: Self::State) -> Option<Self>;

    /// Works until the goal is met or something else ends the run.
    fn refine(&mut self, watch: &mut Watch<'_, '_>) -> Result<Stop, Error>;

    fn state(&self) -> &Self::State;

    fn tally(&self) -> &Tally;

    fn threads(&self) -> usize;

    /// Where the quantities of the target stand.
    fn standing(&self) -> Standing;

    /// Points of the unit cube, at most [`PLACES`], at which the integrand is alive: by its values there a state is recognised.
    fn places(&self) -> Vec<Vec<f64>>;

    /// The regions as they are now; none where a method has no regions.
    fn regions(&self) -> Vec<Region> {
        Vec::new()
    }

    /// The importance map as it is now; none where a method has none.
    fn map(&self) -> Option<ImportanceMap> {
        None
    }

    /// What there is to report; `None` before anything was found.
    fn outcome(&self) -> Option<Outcome>;
}

/// A method that works in steps of points.
pub(crate) trait Steps<'a>: Method<'a> {
    /// What there is to say of a step: for most methods its number of points.
    type Step;

    /// The next step; `None` where the budget has none left.
    fn next(&self) -> Option<Self::Step>;

    /// Takes a step, and says whether the goal is met and may be believed.
    fn step(&mut self, step: Self::Step) -> Result<bool, Error>;

    /// Whether the goal is met and may be believed.
    fn is_done(&mut self) -> bool;

    /// Whether the goal is met at the end of the budget.
    fn is_met(&self) -> bool;

    /// Takes over a state of this run, as it was before a step.
    fn undo(&mut self, before: Self::State);
}

/// What a method reports beside its counts.
pub(crate) struct Outcome {
    pub(crate) integrals: Vec<Estimate>,
    pub(crate) ratios: Vec<Estimate>,
    pub(crate) covariance: Option<Array2<f64>>,
    /// What may speak against the result, and whether it does; the first counts.
    pub(crate) signs: Vec<(bool, Suspect)>,
    pub(crate) detail: Detail,
    /// See [`Report::scatter`].
    pub(crate) scatter: f64,
}

/// Integrates by a method.
pub(crate) fn run<'a, M: Method<'a>>(
    settings: &'a M::Settings,
    identity: &'a Identity<'a>,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    let Identity { method, f, options, .. } = *identity;
    let (needed, max_evals) = (M::least_evals(settings, f, options), options.max_evals);
    if max_evals < needed {
        return Err(Error::Budget { method, max_evals, needed, dim: f.dim() });
    }
    options.check_memory(method, M::least_memory(f))?;
    let mut run = match &options.resume {
        // An interrupt before its first step leaves it what its state holds.
        Some(bytes) => M::resume(settings, f, options, identity.open(bytes)?)
            .ok_or_else(|| Error::State { reason: "its parts do not fit together".to_string() })?,
        None => {
            let run = M::start(settings, f, options)?;
            if f.is_interrupted() {
                return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
            }
            run
        }
    };
    let mut watch = Watch { identity, observer };
    let stop = run.refine(&mut watch)?;
    // Too many points that are not finite are refused even where there were few points, unless there would have been more.
    run.tally().check(stop != Stop::Cancelled)?;
    if stop != Stop::Cancelled {
        _ = watch.show(&run, true);
    }
    let Some(Outcome { integrals, ratios, covariance, signs, detail, scatter }) = run.outcome() else {
        return Ok(Report::nothing(f.components(), options, stop));
    };
    let (tally, threads) = (run.tally(), run.threads());
    Ok(Report {
        ratios,
        covariance,
        non_finite: tally.non_finite,
        integrand_seconds: tally.integrand_time.as_secs_f64() / (threads * options.ranks()) as f64,
        threads,
        suspect: signs.into_iter().find_map(|(is_seen, suspect)| is_seen.then_some(suspect)),
        detail,
        scatter,
        ..Report::new(integrals, tally.evaluations, stop)
    })
}

/// Takes steps until the goal is met or something else ends the run.
pub(crate) fn by_steps<'a, M: Steps<'a>>(run: &mut M, watch: &mut Watch<'_, '_>) -> Result<Stop, Error> {
    if run.is_done() {
        return Ok(Stop::Converged);
    }
    let f = watch.identity.f;
    while let Some(step) = run.next() {
        let before = f.before(|| run.state().clone());
        let is_done = run.step(step)?;
        if let Some(before) = before.filter(|_| f.is_interrupted()) {
            run.undo(before);
            _ = watch.show(run, false);
            return Ok(Stop::Cancelled);
        }
        run.tally().check(false)?;
        if is_done {
            return Ok(Stop::Converged);
        }
        if watch.show(run, false).is_break() {
            return Ok(Stop::Cancelled);
        }
    }
    Ok(if run.is_met() { Stop::Converged } else { Stop::Budget })
}

/// Shows a run to its observer.
pub(crate) struct Watch<'a, 'b> {
    pub(crate) identity: &'a Identity<'a>,
    pub(crate) observer: &'a mut Observer<'b>,
}

impl Watch<'_, '_> {
    /// Shows how things stand, and says whether the observer wants to go on.
    pub(crate) fn show<'a>(&mut self, run: &impl Method<'a>, finished: bool) -> ControlFlow<()> {
        self.show_after(run.tally().evaluations, run, finished)
    }

    /// The same in the middle of a stretch of work, after `evaluations` of which the state knows nothing yet.
    pub(crate) fn show_after<'a>(&mut self, evaluations: u64, run: &impl Method<'a>, finished: bool) -> ControlFlow<()> {
        let Standing { estimates, excess } = run.standing();
        (self.observer)(Progress {
            evaluations,
            max_evals: self.identity.options.max_evals,
            estimates: &estimates,
            excess,
            snapshot: Snapshot::of(&|| self.identity.seal(run.state(), run.places()), &|| run.regions(), &|| run.map()),
            finished,
        })
    }
}

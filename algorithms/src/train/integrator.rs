//! The integrator: fits a train, and has the remainder taken by quasi-Monte Carlo.

use super::chain::Scaled;
use super::fit::{Fit, Place};
use crate::integrator::{Integrator, Observer};
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, check_sums};
use crate::qmc::Control;
use crate::run::{Identity, PLACES, Snapshot};
use crate::sampling::ratios;
use crate::sampling::streams::mix;
use crate::{Detail, Error, ErrorKind, Options, Progress, Qmc, Report, Stop};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Most variables.
const MAX_DIM: usize = 100;
/// The least budget, and the least that is left to the points that count.
const LEAST: u64 = 512;
const LEAST_LEFT: u64 = 128;
/// The least number of points after which the remainder may be taken of another train.
const DUE: u64 = 16_384;
/// How many times as many points before that is asked again.
const AGAIN: u64 = 4;
/// Rounding of a train, as a part of what it adds up.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Tensor trains with a certified remainder: for integrands of low rank in many variables, to many digits.
///
/// For 1 to 100 variables. Cross interpolation finds a train, a product of matrices that each depend on one variable, from some
/// thousands to some millions of evaluations; it is integrated exactly, and [`Qmc`] takes what is left of the integrand. Sums and
/// products of functions of few variables, and functions of Σ x or Σ x², have low rank; kinks and peaks across the axes have not, and
/// then most of the work is that of [`Qmc`].
///
/// A stated error is one standard deviation, that of the remainder, but not less than a thousandth of the size of the remainder.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Train, scalar};
/// // cos(Σ d·x_d) in eight variables.
/// let f = scalar(8, |x| x.iter().zip(1..).map(|(x, d)| f64::from(d) * x).sum::<f64>().cos());
/// let report = Train::default().integrate(&f, &Domain::unit(8), &Options::default().rtol(1e-9))?;
/// // Re Π (exp(i d) − 1) / (i d), whose phases add up to exp(18 i).
/// let exact = (1..=8).map(|d| 2.0 / f64::from(d) * (0.5 * f64::from(d)).sin()).product::<f64>() * 18.0_f64.cos();
/// assert!(report.converged() && (report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Train {}

/// What is saved.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    fit: Fit,
    /// Of the fit.
    tally: Tally,
    /// The state of the run that takes the remainder; empty before it has begun.
    run: Vec<u8>,
    /// Evaluations of that run, and its error in tolerances.
    at: (u64, f64),
    /// Evaluations of that run before which it is not asked again whether fitting on would be better.
    settled: u64,
    /// Trains whose remainders were taken before.
    round: u64,
}

impl State {
    /// Evaluations of the remainder at which it is time to ask.
    fn due(&self) -> u64 {
        DUE.max(self.tally.evaluations).max(self.settled)
    }
}

impl Integrator for Train {
    fn name(&self) -> &'static str {
        "train"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        let (dim, components, max_evals) = (f.dim(), f.components(), options.max_evals);
        check(self, f, options)?;
        let identity = Identity::new(self.name(), self, f, options);
        let mut state: State = match &options.resume {
            Some(bytes) => {
                let state: State = identity.open(bytes)?;
                if !state.fit.is_sound(dim, components) {
                    return Err(Error::State { reason: "its parts do not fit together".to_string() });
                }
                state
            }
            None => State {
                fit: Fit::new(options, components),
                tally: Tally::default(),
                run: Vec::new(),
                at: (0, f64::INFINITY),
                settled: 0,
                round: 0,
            },
        };
        let workers = Workers::of(options);
        let place = Place { f, options, workers: &workers };
        loop {
            while !state.fit.is_over && state.run.is_empty() && state.tally.evaluations < max_evals {
                let before = f.before(|| state.clone());
                state.fit.step(&place, &mut state.tally);
                if let Some(before) = before.filter(|_| f.is_interrupted()) {
                    return early(&before, &place, &identity, observer, Stop::Cancelled);
                }
                state.tally.check(false)?;
                check_sums(state.fit.moments(&place).means)?;
                if show(&state, &place, &identity, observer, false) {
                    return early(&state, &place, &identity, &mut |_| ControlFlow::Continue(()), Stop::Cancelled);
                }
            }
            if max_evals.saturating_sub(state.tally.evaluations) < LEAST_LEFT && state.run.is_empty() {
                return early(&state, &place, &identity, observer, Stop::Budget);
            }
            let (report, asks) = rest(&mut state, &place, &identity, observer)?;
            if !asks {
                return Ok(whole(&state, report));
            }
            // Which train's remainder it was is decided once, and only here.
            let before = state.clone();
            let State { fit, tally, at: (points, excess), .. } = &mut state;
            let goes_on = fit.reconsider(&place, tally, *points, *excess);
            if f.is_interrupted() {
                _ = show(&before, &place, &identity, observer, false);
                return Ok(Report { stop: Stop::Cancelled, ..whole(&before, report) });
            }
            if goes_on {
                tally.evaluations += report.evaluations;
                tally.non_finite += report.non_finite;
                (state.run, state.round) = (Vec::new(), state.round + 1);
            }
            state.settled = if goes_on { 0 } else { state.at.0.saturating_mul(AGAIN) };
            if goes_on && show(&state, &place, &identity, observer, false) {
                return early(&state, &place, &identity, &mut |_| ControlFlow::Continue(()), Stop::Cancelled);
            }
        }
    }
}

/// Refuses what cannot be fitted.
pub(super) fn check(train: &Train, f: &Pullback<'_>, options: &Options) -> Result<(), Error> {
    let (dim, max_evals) = (f.dim(), options.max_evals);
    if dim > MAX_DIM {
        return Err(Error::Unsupported { method: train.name(), dim, min: 1, max: MAX_DIM });
    }
    if max_evals < LEAST {
        return Err(Error::Budget { method: train.name(), max_evals, needed: LEAST, dim });
    }
    f.hints(options).map(|_| ())
}

/// Takes the remainder. Says whether it is time to ask for another train.
fn rest(
    state: &mut State,
    place: &Place<'_>,
    identity: &Identity<'_>,
    observer: &mut Observer<'_>,
) -> Result<(Report, bool), Error> {
    let Place { f, options, .. } = *place;
    let (dim, components, max_evals) = (f.dim(), f.components(), options.max_evals);
    let control = state.fit.best().filter(|_| state.fit.helps(place)).map(|best| {
        let (known, scales) = (state.fit.known(&best.chain), state.fit.scales());
        let left = state.fit.left(place, best);
        let rests = (0..components).map(|c| left[c].min(best.bound * scales[c])).collect();
        let parts = known.iter().zip(state.fit.unseen(best));
        let rounding = parts.map(|(x, unseen)| ROUNDING * x.abs() + unseen).collect();
        let function = Scaled { chain: best.chain.clone(), scales: scales.to_vec() };
        Arc::new(Control::new(dim, Box::new(function), known, rounding, [rests, state.fit.own(best)]))
    });
    // Pivots were chosen by what points of the seeds before have said.
    let seed = (0..state.round).fold(options.seed, |seed, _| mix(!seed));
    let left = max_evals.saturating_sub(state.tally.evaluations).max(LEAST_LEFT);
    let has_control = control.is_some();
    let mut own = Options {
        max_evals: left,
        resume: (!state.run.is_empty()).then(|| state.run.clone()),
        nested: true,
        hints: if has_control { Vec::new() } else { options.hints.clone() },
        control,
        seed,
        ..options.clone()
    };
    let qmc = Qmc::default();
    let due = state.due();
    if has_control && !state.run.is_empty() && state.at.0 >= due && state.at.0 < left {
        // It was time when the run ended that goes on here.
        own.max_evals = state.at.0;
        return Ok((qmc.refine(f, &own, &mut |_| ControlFlow::Continue(()))?, true));
    }
    let mut asked = None;
    let report = qmc.refine(f, &own, &mut |progress: Progress<'_>| {
        let at = (progress.evaluations, progress.excess);
        let encode = || {
            let run = progress.snapshot.to_bytes();
            let places = [state.fit.alive(place, PLACES / 2), Identity::places(&run, dim)].concat();
            identity.seal(&State { run, at, ..state.clone() }, places)
        };
        let evaluations = state.tally.evaluations + progress.evaluations;
        let is_due = has_control && at.0 >= due && !progress.finished;
        let run = is_due.then(|| progress.snapshot.to_bytes());
        observer(Progress { evaluations, max_evals, snapshot: Snapshot::new(&encode), ..progress })?;
        asked = run.map(|run| (run, at));
        if asked.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let asks = asked.is_some();
    if let Some((run, at)) = asked {
        (state.run, state.at) = (run, at);
    }
    Ok((report, asks))
}

/// The report of the fit and of the remainder.
fn whole(state: &State, report: Report) -> Report {
    let detail = match report.detail {
        Detail::Replicates { replicates, points_per_replicate, training, .. } => {
            let variances = report.covariance.iter().flat_map(|c| c.diag().to_vec());
            let parts = variances.zip(&report.integrals).map(|(v, e)| v.sqrt() / e.value.abs());
            let statistical = parts.filter(|part| part.is_finite()).fold(0.0, f64::max);
            detail(state, replicates as u64 * points_per_replicate + training, statistical)
        }
        other => other,
    };
    Report {
        evaluations: report.evaluations + state.tally.evaluations,
        non_finite: report.non_finite + state.tally.non_finite,
        integrand_seconds: report.integrand_seconds + state.tally.integrand_time.as_secs_f64() / report.threads.max(1) as f64,
        detail,
        ..report
    }
}

/// The report of a run that ends before the remainder's points.
fn early(
    state: &State,
    place: &Place<'_>,
    identity: &Identity<'_>,
    observer: &mut Observer<'_>,
    stop: Stop,
) -> Result<Report, Error> {
    state.tally.check(stop != Stop::Cancelled)?;
    _ = show(state, place, identity, observer, stop != Stop::Cancelled);
    let components = place.f.components();
    if state.tally.evaluations == 0 {
        return Ok(Report::nothing(components, place.options, stop));
    }
    let moments = state.fit.moments(place);
    Ok(Report {
        ratios: ratios(place.options, &moments),
        covariance: Some(moments.matrix()),
        non_finite: state.tally.non_finite,
        integrand_seconds: state.tally.integrand_time.as_secs_f64() / (place.workers.threads() * place.options.ranks()) as f64,
        threads: place.workers.threads(),
        detail: detail(state, 0, 0.0),
        ..Report::new(moments.integrals(), state.tally.evaluations, stop)
    })
}

/// Shows how a fit stands, and says whether the observer wants an end.
fn show(state: &State, place: &Place<'_>, identity: &Identity<'_>, observer: &mut Observer<'_>, finished: bool) -> bool {
    if state.tally.evaluations == 0 {
        return false;
    }
    let standing = state.fit.standing(place);
    let encode = || identity.seal(state, state.fit.alive(place, PLACES));
    observer(Progress {
        evaluations: state.tally.evaluations,
        max_evals: place.options.max_evals,
        estimates: &standing.estimates,
        excess: standing.excess.max(state.fit.excess()),
        snapshot: Snapshot::new(&encode),
        finished,
    })
    .is_break()
}

/// What is known beyond the estimates.
fn detail(state: &State, remainder_points: u64, statistical_error: f64) -> Detail {
    let best = state.fit.best();
    Detail::Train {
        ranks: best.map_or_else(Vec::new, |best| best.chain.ranks()),
        nodes: best.map_or_else(Vec::new, |best| best.chain.nodes()),
        train_evaluations: state.tally.evaluations,
        remainder_points,
        statistical_error,
        pivot_bound: best.map_or(0.0, |best| best.bound),
    }
}

//! One integral as Cuba asks for it.

use crate::call::Request;
use crate::probability;
use crate::settings::{self, Around};
use crate::statefile::StateFile;
use crate::talk::Talk;
use fubini::algorithms::{Detail, Domain, Error, Estimate, Integrand, Options, Progress, Report, Suspect};
use fubini_foreign::{Failure, Halt, Job, guarded, message, run};
use std::ffi::c_int;
use std::ops::ControlFlow;

/// Bits of the flags, as Cuba numbers them. Those that choose among its own generators and sums mean nothing here.
const VERBOSITY: c_int = 0b11;
const KEEP_STATE: c_int = 1 << 4;
/// To take the grid alone from a state: a run then begins afresh, and learns it again.
const GRID_ALONE: c_int = 1 << 5;

/// `fail`, beside 0 for a result that meets the tolerance with nothing that speaks against it.
pub(crate) const NOT_CONVERGED: c_int = 1;
pub(crate) const BAD_DIMENSION: c_int = -1;
pub(crate) const BAD_COMPONENTS: c_int = -2;
pub(crate) const ABORTED: c_int = -99;

/// What is handed back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) regions: u64,
    pub(crate) evaluations: u64,
    pub(crate) fail: c_int,
    pub(crate) integrals: Vec<Estimate>,
    pub(crate) probability: f64,
}

impl Answer {
    /// Without a result, for a reason that `fubini_message` has.
    pub(crate) fn nothing(components: usize, fail: c_int, reason: &str) -> Self {
        message::set(reason);
        let nothing = Estimate { value: f64::NAN, error: f64::INFINITY };
        Answer { regions: 0, evaluations: 0, fail, integrals: vec![nothing; components], probability: 1.0 }
    }
}

/// Integrates `f` over the unit cube.
pub(crate) fn integrate(request: &Request, f: &dyn Integrand, halt: &Halt) -> Answer {
    message::clear();
    let talk = Talk(request.flags & VERBOSITY);
    settings::call(Around::Init);
    let answer = guarded(|| attempt(request, f, halt, talk)).unwrap_or_else(|text| Err((NOT_CONVERGED, text)));
    settings::call(Around::Exit);
    let answer = answer.unwrap_or_else(|(fail, reason)| {
        talk.line(1, || format!("{}: {reason}", request.algorithm.name()));
        Answer::nothing(f.components(), fail, &reason)
    });
    talk.line(1, || format!("{}: {} evaluations, fail {}", request.algorithm.name(), answer.evaluations, answer.fail));
    answer
}

fn attempt(request: &Request, f: &dyn Integrand, halt: &Halt, talk: Talk) -> Result<Answer, (c_int, String)> {
    let (method, domain) = (request.algorithm.method(f.dim()), Domain::unit(f.dim()));
    let job = Job { method: &*method, integrand: f, domain: &domain, halt, at_least: true };
    talk.line(2, || format!("{request}\n  answered by {} of fubini {}", method.name(), env!("CARGO_PKG_VERSION")));
    let (mut file, mut state) = open(request, talk);
    let mut watch = |progress: Progress<'_>| {
        talk.line(1, || step(&progress));
        if progress.finished {
            talk.line(3, || regions(&progress));
        }
        if let Some(states) = &mut file
            && let Err(reason) = states.save(|| progress.snapshot.to_bytes(), progress.finished)
        {
            complain(talk, &reason);
            file = None;
        }
        ControlFlow::Continue(())
    };
    let mut options = request.options();
    if request.min_eval > 0 && state.is_none() {
        state = least(&job, &options, request.min_eval);
    }
    options.resume = state;
    let result = match run(&job, &options, &mut watch) {
        Err(Failure::Request(error @ Error::State { .. })) => {
            complain(talk, &format!("statefile: {error}; it is left as it is, and the run begins afresh"));
            options.resume = None;
            run(&job, &options, &mut |progress| {
                talk.line(1, || step(&progress));
                ControlFlow::Continue(())
            })
            .inspect(|_| file = None)
        }
        result => result,
    };
    let report = result.map_err(|failure| match failure {
        Failure::Integrand => (ABORTED, "the integrand returned -999".to_string()),
        failure => (NOT_CONVERGED, failure.to_string()),
    })?;
    if let (Some(file), true, 0) = (file, report.converged(), request.flags & KEEP_STATE) {
        file.remove();
    }
    Ok(answer(report))
}

/// The state file that is asked for, and the state in it.
fn open(request: &Request, talk: Talk) -> (Option<StateFile>, Option<Vec<u8>>) {
    let Some(name) = &request.state_file else { return (None, None) };
    match StateFile::open(name) {
        Ok((file, state)) => (Some(file), state.filter(|_| request.flags & GRID_ALONE == 0)),
        Err(reason) => {
            complain(talk, &reason);
            (None, None)
        }
    }
}

/// The state of a run that has made at least `min_eval` evaluations, whatever its error: the run goes on from there.
fn least(job: &Job<'_>, options: &Options, min_eval: u64) -> Option<Vec<u8>> {
    let mut state = None;
    let options = options.clone().rtol(0.0).atol(0.0).max_evals(min_eval.min(options.max_evals));
    let keep = &mut |progress: Progress<'_>| {
        if progress.finished {
            state = Some(progress.snapshot.to_bytes());
        }
        ControlFlow::Continue(())
    };
    // What goes wrong here goes wrong again in the run itself, and is told there.
    run(job, &options, keep).ok()?;
    state
}

fn answer(report: Report) -> Answer {
    let regions = match report.detail {
        Detail::Regions { regions, .. } => regions,
        _ => 1,
    };
    if let Some(reason) = report.suspect.map(Suspect::reason) {
        message::set(reason);
    } else if !report.converged() {
        message::set(&format!("the tolerance was not met: {}", report.stop.word()));
    }
    let fail = if report.converged() { 0 } else { NOT_CONVERGED };
    let probability = probability::of(&report);
    Answer { regions, evaluations: report.evaluations, fail, integrals: report.integrals, probability }
}

fn complain(talk: Talk, reason: &str) {
    message::set(reason);
    talk.line(1, || reason.to_string());
}

fn step(progress: &Progress<'_>) -> String {
    let estimates = progress.estimates.iter().enumerate();
    estimates.fold(format!("{} evaluations so far", progress.evaluations), |text, (c, e)| {
        format!("{text}\n[{}] {:.15e} +- {:.6e}", c + 1, e.value, e.error)
    })
}

fn regions(progress: &Progress<'_>) -> String {
    let regions = progress.snapshot.regions();
    regions.iter().fold(format!("{} regions", regions.len()), |text, region| {
        let first = region.integrals.first().copied().unwrap_or_default();
        format!("{text}\n{:?} - {:?}: {:e} +- {:e}", region.lo, region.hi, first.value, first.error)
    })
}

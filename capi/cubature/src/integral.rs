//! One integral as Cubature asks for it.
//!
//! The engine asks a tolerance of every component. Where a norm of all is asked, its value has to be known first: a short run finds
//! it, and the run goes on with every component's share of the norm as an absolute tolerance, which is a little more than was asked.

use crate::norm::Norm;
use fubini::algorithms::{Auto, Cuhre, Domain, GenzMalik, Integrand, Integrator, Options, Report, Stop, Suspect};
use fubini_foreign::{Halt, Job, Steady, run, threads};
use std::ops::ControlFlow;

/// More variables than rules can take are left to random points.
const MAX_RULE_DIM: usize = 15;
/// Relative error of a norm with which a tolerance can be made of it.
const ROUGH: f64 = 0.1;
/// How often the tolerance is made again of better values.
const ROUNDS: usize = 8;

/// Which of the two algorithms of Cubature is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `hcubature`: a rule of low degree and many halvings, for anything.
    Halving,
    /// `pcubature`: higher and higher degree, for smooth integrands.
    Smooth,
}

/// What is integrated.
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub(crate) integrand: &'a dyn Integrand,
    pub(crate) halt: &'a Halt,
    pub(crate) limits: &'a [(f64, f64)],
    pub(crate) kind: Kind,
}

/// Values, errors, and what speaks against them.
pub(crate) type Found = (Vec<f64>, Vec<f64>, Option<&'static str>);

/// Integrates to max(`abs`, `rel` · |value|), measured by `norm`, with at most `max_eval` evaluations (0: no limit).
///
/// # Errors
/// Why there is no result.
pub(crate) fn integrate(problem: &Problem<'_>, norm: Norm, max_eval: u64, abs: f64, rel: f64) -> Result<Found, String> {
    if abs.is_nan() || rel.is_nan() {
        return Err(format!("reqAbsError is {abs} and reqRelError {rel}: both must be numbers"));
    }
    let mut options = Options::default().atol(abs.max(0.0)).rtol(rel.max(0.0));
    options.max_evals = if max_eval == 0 { u64::MAX } else { max_eval };
    options.max_memory = fubini::memory::share();
    options.threads = threads::of_run();
    options.complex = norm.pairs(problem.integrand.components());
    let together = norm.is_common() && problem.integrand.components() > 1;
    let report = if together { in_norm(problem, norm, options) } else { once(problem, &options, &mut |_| false) }?;
    let parts = |of: fn(&fubini::Estimate) -> f64| report.integrals.iter().map(of).collect();
    Ok((parts(|e| e.value), parts(|e| e.error), report.suspect.map(Suspect::reason)))
}

/// A run that ends where `enough` says so of the estimates; the state may be asked for then.
fn once(
    problem: &Problem<'_>,
    options: &Options,
    enough: &mut dyn FnMut(&fubini::Progress<'_>) -> bool,
) -> Result<Report, String> {
    let domain = Domain::new(problem.limits).map_err(|error| error.to_string())?;
    let method: &dyn Integrator = match problem.kind {
        _ if problem.limits.len() > MAX_RULE_DIM => &Auto::default().sigmas(Steady::SIGMAS),
        Kind::Halving if problem.limits.len() < Steady::FROM => &GenzMalik::default(),
        Kind::Smooth if problem.limits.len() < Steady::FROM => &Cuhre::default(),
        Kind::Halving => &Steady::new(GenzMalik::default()),
        Kind::Smooth => &Steady::new(Cuhre::default()),
    };
    let job = Job { method, integrand: problem.integrand, domain: &domain, halt: problem.halt, at_least: true };
    let observer = &mut |progress: fubini::Progress<'_>| match enough(&progress) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    run(&job, options, observer).map_err(|failure| failure.to_string())
}

/// A run until the norm of all errors is small enough.
fn in_norm(problem: &Problem<'_>, norm: Norm, asked: Options) -> Result<Report, String> {
    let components = problem.integrand.components();
    let goal = |values: f64| asked.atol.max(asked.rtol * values);
    let mut state = Vec::new();
    // With one tolerance for all, the engine refines where errors are largest, no matter which one it is.
    let mut options = asked.clone().rtol(0.0).atol(f64::MIN_POSITIVE);
    let mut report = once(problem, &options, &mut |progress| {
        let (values, errors) = norm.sizes(progress.estimates);
        let enough = progress.finished || errors <= goal(values).max(ROUGH * values);
        if enough {
            state = progress.snapshot.to_bytes();
        }
        enough
    })?;
    for _ in 0..ROUNDS {
        let (values, errors) = norm.sizes(&report.integrals);
        if !matches!(report.stop, Stop::Cancelled | Stop::Converged) || (report.stop == Stop::Converged && errors <= goal(values))
        {
            break;
        }
        // The value may turn out smaller by its error.
        let total = goal((values - errors).max(ROUGH * values));
        options = options.atol(norm.share(total, components).max(f64::MIN_POSITIVE)).resume(state.clone());
        report = once(problem, &options, &mut |progress| {
            if progress.finished {
                state = progress.snapshot.to_bytes();
            }
            false
        })?;
    }
    Ok(report)
}

//! The minimum of the energy over parameters of ψ, by a quasi-Newton search with exact gradients.
//!
//! Each run gives E and ∂E/∂p from the same points. The search starts with few digits and asks for more whenever its next
//! step is smaller than its own uncertainty, so that most runs are cheap and none is misled by the errors of another.
//! At the end the second derivatives are measured as differences of gradients; they give the last step and the
//! uncertainties, and tell a minimum from a saddle.

use super::descent::Descent;
use super::{VariationError, Watcher};
use crate::Problem;
use crate::atoms::Family;
use fubini_algorithms::clock::Instant;
use fubini_algorithms::{Estimate, Integrator, Options, Report, Suspect};

/// Settings of a search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Search {
    /// Most runs before the search gives up; default 100.
    pub max_runs: usize,
}

impl Default for Search {
    fn default() -> Self {
        Search { max_runs: 100 }
    }
}

impl Search {
    /// Most runs before the search gives up.
    #[must_use]
    pub fn max_runs(self, max_runs: usize) -> Self {
        Search { max_runs }
    }
}

/// One run of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The parameters that vary.
    pub parameters: Vec<(String, f64)>,
    /// The energy there.
    pub energy: Estimate,
    /// Its derivatives, one per parameter.
    pub gradient: Vec<Estimate>,
    /// The relative tolerance of this run.
    pub rtol: f64,
    /// Points at which the integrand was evaluated.
    pub evaluations: u64,
    /// Whether it was made beside the way, to measure the curvature.
    pub aside: bool,
    /// What speaks against it.
    pub suspect: Option<Suspect>,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The minimum is known as well as was asked for.
    Converged,
    /// So many runs were not enough.
    Runs,
    /// The last run used up its evaluations before it met the tolerance.
    Budget,
    /// Rounding error kept the last run from meeting the tolerance.
    Roundoff,
    /// The watcher asked for it.
    Cancelled,
}

impl StopReason {
    /// The word for it: `converged`, `runs`, `budget`, `roundoff` or `cancelled`.
    pub fn word(self) -> &'static str {
        match self {
            StopReason::Converged => "converged",
            StopReason::Runs => "runs",
            StopReason::Budget => "budget",
            StopReason::Roundoff => "roundoff",
            StopReason::Cancelled => "cancelled",
        }
    }
}

/// The best that a search has found.
#[derive(Debug)]
pub struct Optimum {
    /// The parameters that vary.
    pub parameters: Vec<(String, f64)>,
    /// How far each of them may be off, from the error of the gradient and the curvature; infinite where neither is known.
    pub uncertainties: Vec<f64>,
    /// What was integrated in the end, with all observables, and the variance of the local energy.
    pub problem: Problem,
    /// What came out of it.
    pub report: Report,
    /// All runs before that, in order.
    pub path: Vec<Step>,
    /// Why the search ended.
    pub stop: StopReason,
    /// Evaluations of all runs together.
    pub evaluations: u64,
    /// Wall-clock seconds of the whole search.
    pub seconds: f64,
}

impl Optimum {
    /// What speaks against the minimum: a sign in its own run, or in one of those that say where it is, which are the last step
    /// of the way and what follows it.
    pub fn suspect(&self) -> Option<Suspect> {
        let end = self.path.iter().position(|step| step.aside).unwrap_or(self.path.len());
        self.report.suspect.or_else(|| self.path[end.saturating_sub(1)..].iter().find_map(|step| step.suspect))
    }

    /// Whether the minimum is known as well as was asked for and nothing speaks against it.
    pub fn converged(&self) -> bool {
        self.stop == StopReason::Converged && self.suspect().is_none()
    }
}

/// Finds the minimum of the energy over the parameters that vary, from their present values.
///
/// `options.rtol` is the tolerance of the last runs, which also decides how well the parameters are known;
/// `options.max_evals` holds for each run.
///
/// ```
/// use fubini::atoms::{Family, Frame, Trial};
/// use fubini::variation::{Search, optimize};
/// use fubini::{Cuhre, Options};
/// use std::ops::ControlFlow;
///
/// // The best Gaussian for hydrogen: a = 8/(9π), E = −4/(3π).
/// let trial =
///     Trial { psi: "exp(-a*r^2)".into(), electrons: 1, charge: 1.0, ..Trial::default() };
/// let family = Family::trial(trial, Frame::Spherical).vary(&[("a", Some(0.5))])?;
/// let options = Options::default().rtol(1e-9);
/// let best = optimize(family, &Cuhre::default(), &options, &Search::default(), &mut |_| ControlFlow::Continue(()))?;
/// assert!((best.parameters[0].1 - 0.28294212105225836).abs() < 1e-7);
/// assert!((best.report.ratio().unwrap().value + 0.4244131815783876).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// No parameter of ψ that varies; start values for which ψ cannot be normalised; an energy without a minimum.
pub fn optimize(
    family: Family,
    integrator: &dyn Integrator,
    options: &Options,
    search: &Search,
    watcher: &mut Watcher<'_>,
) -> Result<Optimum, VariationError> {
    let start = Instant::now();
    family.check_minimum()?;
    let family = family.variance();
    let values = family.start();
    family.check(&values)?;
    let mut descent = Descent::new(&family, integrator, options, watcher, &values)?;
    let (stop, best, uncertainties) = descent.run(&values, search.max_runs)?;
    descent.end(stop, best, uncertainties, start)
}

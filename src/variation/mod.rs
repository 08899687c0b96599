//! Energies of a whole family of trial functions: scans over parameters, and the minimum.
//!
//! Every value is a run of its own, with its own error. What does not depend on the value is done once: the formulas
//! are derived and compiled. [`optimize`] follows exact gradients, which come from the points of the energy.

mod curvature;
mod descent;
mod optimize;
mod scan;

pub use optimize::{Optimum, Search, Step, StopReason, optimize};
pub use scan::{Axis, Members, Point, Scan, scan};

use crate::{Problem, RequestError};
use fubini_algorithms::{Error, Integrator, Options, Progress, Report};
use std::ops::ControlFlow;

/// Why a scan or a search could not be carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VariationError {
    /// A problem could not be set up.
    #[error(transparent)]
    Request(#[from] RequestError),

    /// A run was refused by its integrator.
    #[error("{error} (at {at})")]
    Run {
        /// The parameters of that run.
        at: String,
        /// Why.
        error: Error,
    },

    /// The energy falls towards values for which ψ cannot be normalised.
    #[error("vary: the energy falls until {at}, the edge of what can be normalised ({bound}): start elsewhere, or keep it fixed")]
    Edge {
        /// The last parameters for which there is an energy.
        at: String,
        /// What is wrong with those beyond.
        bound: Box<VariationError>,
    },

    /// The energy falls for ever.
    #[error("vary: the energy still falls at {at}, a million times the start: it has no minimum; keep one parameter fixed")]
    Unbounded {
        /// The parameters.
        at: String,
    },

    /// The energy has a stationary point, but no minimum that could be told from its surroundings.
    #[error(
        "vary: the energy is stationary at {at}, but no minimum can be told there: start elsewhere, ask for a smaller rtol, \
         or keep one parameter fixed"
    )]
    Stationary {
        /// The parameters.
        at: String,
    },
}

/// What an observer of a scan or a search sees; its answer `Break` ends the work with what has been found.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A step of the run that is under way.
    Progress(Progress<'a>),
    /// A run of a scan has ended.
    Point(&'a Point),
    /// A run of a search has ended.
    Step(&'a Step),
}

/// Follows a scan or a search.
pub type Watcher<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 'a;

/// Runs a problem under the eyes of `watcher`.
fn run(
    problem: &Problem,
    parameters: &[(String, f64)],
    integrator: &dyn Integrator,
    options: &Options,
    watcher: &mut Watcher<'_>,
) -> Result<Report, VariationError> {
    let options = problem.options(options);
    let observer = &mut |progress: Progress<'_>| watcher(Event::Progress(progress));
    integrator
        .integrate_watched(&*problem.integrand, &*problem.coordinates, &options, observer)
        .map_err(|error| VariationError::Run { at: describe(parameters), error })
}

/// alpha = 1.8, beta = 0.3.
fn describe(parameters: &[(String, f64)]) -> String {
    let number = |x: f64| if x != 0.0 && x.abs() < 1e-4 { format!("{x:e}") } else { x.to_string() };
    let each: Vec<String> = parameters.iter().map(|(name, value)| format!("{name} = {}", number(*value))).collect();
    each.join(", ")
}

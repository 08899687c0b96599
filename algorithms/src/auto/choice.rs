//! What was chosen, and what was tried.

use super::Limit;
use crate::{ErrorKind, Estimate};

/// Which method gave a result, and how the others did.
///
/// ```
/// use fubini_algorithms::{Auto, Domain, Integrator, Options, scalar};
/// let f = scalar(3, |x| (x[0] * x[1] * x[2]).cos());
/// let report = Auto::default().integrate(&f, &Domain::unit(3), &Options::default())?;
/// let choice = report.choice.unwrap();
/// assert!(choice.tried.iter().any(|trial| trial.method == choice.method));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// The method whose result it is.
    pub method: &'static str,
    /// All methods that were tried, the chosen one among them.
    pub tried: Vec<Trial>,
    /// What limits a run that ended with its budget, as far as lines through the domain tell.
    pub limit: Option<Limit>,
    pub(crate) kind: ErrorKind,
}

/// How far a method came.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trial {
    /// Its name.
    pub method: &'static str,
    /// The first quantity of the target, as it found it; of integrals that were [taken apart](crate::Separated), the first factor.
    pub estimate: Estimate,
    /// Points at which it evaluated the integrand.
    pub evaluations: u64,
}

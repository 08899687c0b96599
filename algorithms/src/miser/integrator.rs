//! The integrator by name.

use super::Run;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::{Identity, run};
use crate::{Error, ErrorKind, Options, Report};

/// Recursive stratified sampling, as in Numerical Recipes and GSL: the simplest of the samplers, for comparison.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Miser, Options, scalar};
/// let f = scalar(3, |x| (x[0] + x[1] * x[2]).exp());
/// let report = Miser::default().integrate(&f, &Domain::unit(3), &Options::default().rtol(1e-3).seed(1))?;
/// assert!(report.converged() && (report.integrals[0].value - 2.264_527_3).abs() <= 4.0 * report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Miser {}

impl Integrator for Miser {
    fn name(&self) -> &'static str {
        "miser"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        run::<Run<'_>>(self, &Identity::new(self.name(), self, f, options), observer)
    }
}

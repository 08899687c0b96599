//! The product rules by name.

use super::unfolded::{self, Unfolded};
use super::{MAX_DIM, Run, SEVERAL, Tools, UNBOUNDED};
use crate::integrator::{Integrator, Observer};
use crate::parallel::Workers;
use crate::pullback::Pullback;
use crate::run::{Identity, run};
use crate::{Error, ErrorKind, Options, Report};

pub(super) const NAME: &str = "product";

/// Products of nested one-dimensional rules: Clenshaw and Curtis's without the ends, refined along the axis that needs it; nodes that
/// crowd double-exponentially at ends that are singular; halved boxes where neither helps.
///
/// For one to four variables: smooth integrands to many digits, and singular ends such as x^(−0.9) or an algebraic tail.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, ProductRule, scalar};
/// let steep = scalar(1, |x| x[0].powf(-0.9));
/// let report = ProductRule::default().integrate(&steep, &Domain::unit(1), &Options::default().rtol(1e-8))?;
/// assert!(report.converged() && (report.integrals[0].value - 10.0).abs() <= 1e-7 && report.evaluations < 200);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ProductRule {}

impl Integrator for ProductRule {
    fn name(&self) -> &'static str {
        NAME
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::Bound
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        if !(1..=MAX_DIM).contains(&f.dim()) {
            return Err(Error::Unsupported { method: NAME, dim: f.dim(), min: 1, max: MAX_DIM });
        }
        let unfolded = Unfolded::new(f.coordinates());
        let exact = f.coordinates().axes().iter().map(unfolded::is_exact).collect();
        let caution = match f.dim() {
            1 => 1.0,
            _ if f.coordinates().axes().iter().all(unfolded::is_bounded) => SEVERAL,
            _ => UNBOUNDED,
        };
        let tools = Tools { inner: f.through(&unfolded, options)?, workers: Workers::of(options), exact, caution };
        run::<Run<'_>>(&tools, &Identity::new(NAME, self, f, options), observer)
    }
}

//! The integrator and its settings.

use super::Run;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::{Identity, run};
use crate::{Error, ErrorKind, Options, Report, Target};

/// Variational Monte Carlo: walkers that visit a density by the Metropolis rule and average a local value there.
///
/// For ratios ∫f/∫g with g ≥ 0 (or g ≤ 0) throughout, such as the energy ∫ψHψ/∫ψ² of a trial function: E is the mean of
/// f/g over points distributed as g, and neither integral is ever known. Reports hold NaN for them. Ask for ratios by
/// [`Options::ratio`]; several must have the same denominator. The number of dimensions does not matter, and a local
/// value that hardly varies (a good ψ) is all that is needed for many digits; the error falls as 1/√N.
///
/// A stated error is one standard deviation. It is infinite before there is anything to tell. [`Detail::Walks`](crate::Detail::Walks)
/// holds the autocorrelation: about how many evaluations are worth one independent sample.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Vmc, vector};
///
/// // ⟨x²⟩ with ψ² = exp(−x²): the density need not be normalised.
/// let f = vector(1, 2, |x, y| {
///     let density = (-x[0] * x[0]).exp();
///     (y[0], y[1]) = (x[0] * x[0] * density, density);
/// });
/// let line = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY)])?;
/// let report = Vmc::default().integrate(&f, &line, &Options::default().ratio(0, 1).rtol(3e-3))?;
/// let mean = report.ratio().unwrap();
/// assert!(report.converged() && (mean.value - 0.5).abs() <= 4.0 * mean.error);
/// assert!(report.integrals[0].value.is_nan());
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vmc {
    pub(super) walkers: usize,
    pub(super) acceptance: f64,
}

impl Default for Vmc {
    fn default() -> Self {
        Vmc { walkers: 2048, acceptance: 0.4 }
    }
}

/// Most walkers: the memory of a state grows with them.
const MOST_WALKERS: usize = 1 << 20;

impl Vmc {
    /// Sets the number of walkers, rounded to a multiple of 128; default 2048. Small budgets get fewer.
    ///
    /// All of them step at once, and as each is independent of the others their spread is the stated error.
    pub fn walkers(mut self, walkers: usize) -> Self {
        self.walkers = walkers;
        self
    }

    /// Sets the share of proposals that are to be accepted, to which the steps are adapted before anything counts;
    /// default 0.4.
    pub fn acceptance(mut self, acceptance: f64) -> Self {
        self.acceptance = acceptance;
        self
    }

    fn check(&self, options: &Options) -> Result<(), Error> {
        let number = |name, value: f64, allowed, right: bool| {
            if right { Ok(()) } else { Err(Error::Setting { name, value, allowed }) }
        };
        let (walkers, acceptance) = (self.walkers, self.acceptance);
        number("walkers", walkers as f64, "from 128 to 1048576", (128..=MOST_WALKERS).contains(&walkers))?;
        number("acceptance", acceptance, "between 0.05 and 0.95", (0.05..=0.95).contains(&acceptance))?;
        let denominator = options.ratios.first().map(|r| r.denominator);
        let same = options.ratios.iter().all(|r| Some(r.denominator) == denominator);
        if options.target != Target::Ratio || denominator.is_none() || !same {
            return Err(Error::RatioOnly { method: "vmc" });
        }
        Ok(())
    }
}

impl Integrator for Vmc {
    fn name(&self) -> &'static str {
        "vmc"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        self.check(options)?;
        run::<Run>(self, &Identity::new(self.name(), self, f, options), observer)
    }
}

//! The integrator and its settings.

use super::Run;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::{Identity, run};
use crate::{Error, ErrorKind, Options, Report};

/// Monte Carlo with an importance map and adaptive stratification (VEGAS+).
///
/// For any number of dimensions, and for integrands with kinks and jumps. Stated errors are one standard deviation:
/// look at χ² per degree of freedom beside them, which is about 1 where they hold. An integrand whose bulk is so
/// narrow that no sample meets it is lost without a trace; more points in the first iterations help.
///
/// ```
/// use fubini_algorithms::{Detail, Domain, Integrator, Options, Vegas, scalar};
/// let peak = scalar(6, |x| x.iter().map(|x| (-50.0 * (x - 0.5) * (x - 0.5)).exp()).product());
/// let report = Vegas::default().integrate(&peak, &Domain::unit(6), &Options::default().rtol(2e-3).seed(1))?;
/// let exact = (std::f64::consts::PI / 50.0).powi(3); // but for tails of 3e-6
/// assert!((report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// assert!(matches!(report.detail, Detail::Iterations { chi2_per_dof, .. } if chi2_per_dof < 3.0));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vegas {
    pub(super) iterations: usize,
    pub(super) warmup: usize,
    pub(super) points: Option<u64>,
    pub(super) growth: f64,
    pub(super) increments: Option<usize>,
    pub(super) alpha: f64,
    pub(super) beta: f64,
}

impl Default for Vegas {
    fn default() -> Self {
        Vegas { iterations: 5, warmup: 10, points: None, growth: 1.5, increments: None, alpha: 0.75, beta: 0.75 }
    }
}

/// Samples of the first iterations, per variable. A choice: enough to fill the increments of the map.
const POINTS_PER_AXIS: u64 = 10_000;
/// Least and most samples of the first iterations.
const POINTS: (u64, u64) = (20_000, 100_000);
/// Samples of an iteration per increment of an axis, and most increments (as vegas 6).
const POINTS_PER_INCREMENT: u64 = 10;
const MAX_INCREMENTS: u64 = 1000;

impl Vegas {
    /// Sets the number of measured iterations before which no stated error is believed; default 5.
    pub fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// Sets the number of iterations that train the map and do not count in the result; default 10.
    pub fn warmup(mut self, warmup: usize) -> Self {
        self.warmup = warmup;
        self
    }

    /// Sets the samples of the first iterations; default 10,000 per variable, from 20,000 to 100,000. Small
    /// budgets shorten them.
    pub fn points(mut self, points: u64) -> Self {
        self.points = Some(points);
        self
    }

    /// Sets the factor by which each measured iteration is longer than the one before; default 1.5.
    pub fn growth(mut self, growth: f64) -> Self {
        self.growth = growth;
        self
    }

    /// Sets the increments of the map on each axis; default a tenth of the samples of an iteration, at most 1000.
    pub fn increments(mut self, increments: usize) -> Self {
        self.increments = Some(increments);
        self
    }

    /// Sets how eagerly the map follows the samples; default 0.75. At 0 it stays as it is.
    ///
    /// The customary 0.5 takes twice as many iterations to follow narrow peaks, and undamped learning from few
    /// samples loses peaks: 0.75 was measured to be the better compromise.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Sets how eagerly samples go to the strata that vary most; default 0.75. At 0 there is a single stratum.
    pub fn beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }

    pub(super) fn first_points(&self, dim: usize) -> u64 {
        self.points.unwrap_or_else(|| POINTS_PER_AXIS.saturating_mul(dim as u64).clamp(POINTS.0, POINTS.1))
    }

    pub(super) fn map_increments(&self, points: u64) -> usize {
        self.increments.unwrap_or((points / POINTS_PER_INCREMENT).clamp(1, MAX_INCREMENTS) as usize)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let number = |name, value: f64, allowed, right: bool| {
            if right { Ok(()) } else { Err(Error::Setting { name, value, allowed }) }
        };
        let (points, increments) = (self.points.unwrap_or(u64::MAX) as f64, self.increments.unwrap_or(1) as f64);
        number("iterations", self.iterations as f64, "1 or more", self.iterations > 0)?;
        number("points", points, "32 or more", points >= super::schedule::LEAST_POINTS as f64)?;
        number("growth", self.growth, "a number, 1 or greater", self.growth >= 1.0 && self.growth.is_finite())?;
        number("increments", increments, "from 1 to 1000000", (1.0..=1e6).contains(&increments))?;
        number("alpha", self.alpha, "a number, zero or greater", self.alpha >= 0.0 && self.alpha.is_finite())?;
        number("beta", self.beta, "from 0 to 2", (0.0..=2.0).contains(&self.beta))
    }
}

impl Integrator for Vegas {
    fn name(&self) -> &'static str {
        "vegas"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn draws_samples(&self) -> bool {
        true
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        self.check()?;
        run::<Run>(self, &Identity::new(self.name(), self, f, options), observer)
    }
}

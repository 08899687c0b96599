//! What is asked of a run, the same for every integrator.

use crate::qmc::Control;
use crate::samples::Tap;
use crate::sampling::ImportanceMap;
use crate::separated::Products;
use crate::{Error, Interrupt, Profile, Team, max_threads};
use std::sync::Arc;

/// Tolerances, budget and other settings that every integrator understands.
///
/// The tolerance is met when `error <= max(atol, rtol * |value|)` for every quantity of the [`Target`].
///
/// ```
/// use fubini_algorithms::{Options, Target};
/// let options = Options::default().rtol(1e-8).max_evals(1_000_000).seed(7).ratio(0, 1).target(Target::Each);
/// assert_eq!(options.tolerance(-1.0), 1e-8);
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Relative tolerance; default 1e-6.
    pub rtol: f64,
    /// Absolute tolerance; default 0.
    pub atol: f64,
    /// Ceiling on the number of points at which the integrand is evaluated; default 300 million.
    pub max_evals: u64,
    /// Ceiling on the memory that regions, or covariances of components, may take, in bytes; default none. A rule that has reached
    /// it ends with [`Stop::Memory`](crate::Stop::Memory); what could not even begin is refused. Buffers of some megabytes for each
    /// thread come on top.
    pub max_memory: u64,
    /// Which quantities must meet the tolerance; default each integral.
    pub target: Target,
    /// Ratios of components to report with their errors; default none.
    pub ratios: Vec<Ratio>,
    /// Components that are the real parts of complex numbers, each with the imaginary part in the component behind it; default
    /// none. With [`Target::Each`] the tolerance is then asked of their modulus: of a part that is zero no digits are asked.
    pub complex: Vec<usize>,
    /// Key of the random streams; default 0. Rules do not use it.
    pub seed: u64,
    /// Number of threads, all cores by default; at most [`max_threads`]. It never changes a bit of the result.
    pub threads: Option<usize>,
    /// How cautious a rule's error estimate is; default [`ErrorLevel::Standard`].
    pub error_level: ErrorLevel,
    /// Other processes that make the same run and take their shares of it; default none. It never changes a bit of the result.
    /// Observers must wish for the same on all of them: what signals and clocks say belongs in [`Options::interrupt`].
    pub team: Option<Team>,
    /// Takes down where the time goes; default none.
    pub profile: Option<Profile>,
    /// Points near which the integrand has peaks that a method could miss, in the variables of the domain (or the own
    /// variables of other coordinates); default none.
    pub hints: Vec<Vec<f64>>,
    /// What is integrated, in words: formula, parameters, limits; default empty. A saved state keeps the label, and a run with
    /// another one refuses it.
    pub label: String,
    /// Asked before every batch of points whether the run is to end, by a signal or at a time; default none. Observers are asked
    /// between steps alone, which may take long.
    pub interrupt: Option<Interrupt>,
    /// A state saved by [`Snapshot::to_bytes`](crate::Snapshot::to_bytes), from which to go on; default none. The
    /// tolerances and the budget may differ from those of the run that was saved.
    ///
    /// The label, the other options, and values of the integrand must be the same: at 16 points that fill the domain, and at
    /// as many where the run that was saved has seen it alive. Functions with the same label that agree at all of these points
    /// to the last bit cannot be told apart; to be safe, put into the label what the function depends on.
    pub resume: Option<Vec<u8>>,
    /// Who takes the weighted samples of the run; default nobody. [`Vegas`](crate::Vegas) hands out those that count; a run that goes on
    /// from a state only those that come after it. Methods without samples refuse it.
    pub samples: Option<Tap>,
    /// The importance map to begin with, of an earlier run; default none. [`Vegas`](crate::Vegas) then trains it for two iterations
    /// before samples count; methods without a map refuse it.
    pub map: Option<Arc<ImportanceMap>>,
    /// Whether this is a part of a run that tells its states from those of others itself: the integrand is not evaluated for that.
    pub(crate) nested: bool,
    /// Where integrals are factors of products, what is asked of these.
    pub(crate) products: Option<Arc<Products>>,
    /// Where a part of the integrand is known, that part: quasi-Monte Carlo takes the rest.
    pub(crate) control: Option<Arc<Control>>,
}

/// Which quantities must meet the tolerance.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Target, vector};
/// let f = vector(2, 2, |x, y| {
///     y[0] = x[0] * (x[0] * x[1]).exp();
///     y[1] = (x[0] * x[1]).exp();
/// });
/// let both = Options::default().ratio(0, 1).target(Target::Each);
/// let mean = Options::default().ratio(0, 1);
/// assert_eq!(mean.target, Target::Ratio);
/// let [both, mean] = [both, mean].map(|options| Cuhre::default().integrate(&f, &Domain::unit(2), &options));
/// assert!((both?.ratio().unwrap().value - mean?.ratio().unwrap().value).abs() < 1e-6);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Every component by itself.
    #[default]
    Each,
    /// Every ratio of [`Options::ratios`]: refinement and stopping follow the error of the combination
    /// numerator − ratio · denominator, which is often far smaller than that of either.
    Ratio,
}

/// The quotient of two components, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Component above the line.
    pub numerator: usize,
    /// Component below the line.
    pub denominator: usize,
}

/// How cautious a rule's error estimate is: more caution costs more evaluations.
///
/// Shares of stated errors that were exceeded, measured on random integrals in three dimensions at a relative tolerance
/// of 1e-3 (genz-malik, cuhre), 1,000 for each family, on 30 November 2026: the example `calibrate` repeats it on any seeds.
///
/// ```
/// use fubini_algorithms::{Domain, ErrorLevel, GenzMalik, Integrator, Options, scalar};
/// let kink = scalar(2, |x| (x[0] - x[1] / 3.0).abs());
/// let cost = |level| {
///     let options = Options::default().rtol(1e-4).error_level(level);
///     GenzMalik::default().integrate(&kink, &Domain::unit(2), &options).map(|report| report.evaluations)
/// };
/// assert!(cost(ErrorLevel::Fast)? < cost(ErrorLevel::Guarded)?);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorLevel {
    /// Null rules and the parent-child check, without sentinels: for smooth integrands. Kinks along the axes 7 % and 0.7 %, oblique
    /// ones 17 % and 0.8 %, jumps 28 % and 0.1 %.
    Fast,
    /// With sentinels, which see kinks and jumps near the faces of a region. Smooth families 0 and at most 0.5 %, kinks 0 and at most
    /// 0.6 %, jumps 0.1 % and 0.1 %.
    #[default]
    Standard,
    /// Twice the null-rule estimate and heavier sentinels. None of 1,000 integrals with kinks or jumps per family.
    Guarded,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            rtol: 1e-6,
            atol: 0.0,
            max_evals: 300_000_000,
            max_memory: u64::MAX,
            target: Target::Each,
            ratios: Vec::new(),
            complex: Vec::new(),
            seed: 0,
            threads: None,
            team: None,
            profile: None,
            error_level: ErrorLevel::Standard,
            hints: Vec::new(),
            label: String::new(),
            interrupt: None,
            resume: None,
            samples: None,
            map: None,
            nested: false,
            products: None,
            control: None,
        }
    }
}

impl Options {
    /// Sets the relative tolerance.
    pub fn rtol(mut self, rtol: f64) -> Self {
        self.rtol = rtol;
        self
    }

    /// Sets the absolute tolerance.
    pub fn atol(mut self, atol: f64) -> Self {
        self.atol = atol;
        self
    }

    /// Sets the ceiling on evaluations.
    pub fn max_evals(mut self, max_evals: u64) -> Self {
        self.max_evals = max_evals;
        self
    }

    /// Sets the ceiling on memory, in bytes.
    pub fn max_memory(mut self, max_memory: u64) -> Self {
        self.max_memory = max_memory;
        self
    }

    /// Sets which quantities must meet the tolerance.
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Reports component `numerator` over component `denominator`, and makes it the target.
    pub fn ratio(mut self, numerator: usize, denominator: usize) -> Self {
        self.ratios.push(Ratio { numerator, denominator });
        self.target = Target::Ratio;
        self
    }

    /// Says that this component and the next one are the real and the imaginary part of one number.
    pub fn complex(mut self, component: usize) -> Self {
        self.complex.push(component);
        self
    }

    /// Sets the key of the random streams.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Shares the work with the other processes of a team, which make the same request.
    pub fn team(mut self, team: Team) -> Self {
        self.team = Some(team);
        self
    }

    /// Takes down where the time goes.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Sets how cautious a rule's error estimate is.
    pub fn error_level(mut self, level: ErrorLevel) -> Self {
        self.error_level = level;
        self
    }

    /// Tells of a peak near `point`.
    pub fn hint(mut self, point: &[f64]) -> Self {
        self.hints.push(point.to_vec());
        self
    }

    /// Says what is integrated, for states that are saved.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_string();
        self
    }

    /// Ends the run with [`Stop::Cancelled`](crate::Stop::Cancelled) as soon as `ask` says so, in the middle of a step if need be.
    pub fn interrupt(mut self, ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.interrupt = Some(Interrupt::when(ask));
        self
    }

    /// Goes on from a saved state.
    pub fn resume(mut self, state: Vec<u8>) -> Self {
        self.resume = Some(state);
        self
    }

    /// Hands the weighted samples to a recorder.
    pub fn samples(mut self, tap: Tap) -> Self {
        self.samples = Some(tap);
        self
    }

    /// Begins with the importance map of an earlier run.
    pub fn map(mut self, map: ImportanceMap) -> Self {
        self.map = Some(Arc::new(map));
        self
    }

    /// Error that would satisfy the request for a quantity of this value.
    pub fn tolerance(&self, value: f64) -> f64 {
        self.atol.max(self.rtol * value.abs())
    }

    /// Error that would satisfy the request for component `c` of integrals with these values: of a part of a complex number, such
    /// that both parts together meet the tolerance of the modulus.
    ///
    /// ```
    /// # use fubini_algorithms::Options;
    /// let (options, values) = (Options::default().rtol(1e-3).complex(1), [2.0, 3.0, 4.0]);
    /// let [alone, real, imaginary] = [0, 1, 2].map(|c| options.tolerance_of(c, |c| values[c]));
    /// assert!(alone == 2e-3 && real == imaginary && (real.hypot(imaginary) - 5e-3).abs() < 1e-15);
    /// ```
    pub fn tolerance_of(&self, c: usize, value: impl Fn(usize) -> f64) -> f64 {
        if let Some(products) = &self.products {
            return products.tolerance_of(c, &value);
        }
        let share = if self.real_part(c).is_some() { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        share * self.tolerance(self.modulus_of(c, value))
    }

    /// Size of component `c` of integrals with these values: of a part of a complex number, its modulus.
    pub fn modulus_of(&self, c: usize, value: impl Fn(usize) -> f64) -> f64 {
        self.real_part(c).map_or_else(|| value(c).abs(), |real| value(real).hypot(value(real + 1)))
    }

    /// The real part of the complex number of which `c` is a part.
    fn real_part(&self, c: usize) -> Option<usize> {
        self.complex.iter().copied().find(|real| c == *real || c == *real + 1)
    }

    /// Number of ranks that share the work.
    pub(crate) fn ranks(&self) -> usize {
        self.team.as_ref().map_or(1, Team::ranks)
    }

    /// Refuses what takes more memory than it may.
    pub(crate) fn check_memory(&self, method: &'static str, needed: u64) -> Result<(), Error> {
        let Options { max_memory, .. } = *self;
        if needed > max_memory { Err(Error::Memory { method, needed, max_memory }) } else { Ok(()) }
    }

    /// Refuses what no work could satisfy.
    pub(crate) fn check(&self, components: usize) -> Result<(), Error> {
        for (name, value) in [("rtol", self.rtol), ("atol", self.atol)] {
            if value.is_nan() || value < 0.0 {
                return Err(Error::Tolerance { name, value });
            }
        }
        match self.threads {
            Some(0) => return Err(Error::Threads),
            Some(threads) if threads > max_threads() => {
                return Err(Error::TooManyThreads { threads, ceiling: max_threads() });
            }
            _ => {}
        }
        if components == 0 {
            return Err(Error::Component { index: 0, components });
        }
        let indices = self.ratios.iter().flat_map(|r| [r.numerator, r.denominator]);
        let indices = indices.chain(self.complex.iter().map(|real| real.saturating_add(1)));
        match indices.max() {
            Some(index) if index >= components => Err(Error::Component { index, components }),
            _ if self.target == Target::Ratio && self.ratios.is_empty() => Err(Error::Component { index: 1, components }),
            _ => Ok(()),
        }
    }
}

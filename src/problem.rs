//! A problem with all its words: what is integrated, where, and what its parts are called.

use fubini_algorithms::coordinates::Coordinates;
use fubini_algorithms::{Error, Estimate, Integrand, Integrator, Observer, Options, Ratio, Report, Separated, Target};
use std::fmt;

/// An integrand with its coordinates and the names under which results are shown.
///
/// ```
/// use fubini::{Formulas, Options, Variable, methods};
/// use std::ops::ControlFlow;
///
/// let formulas = Formulas { texts: vec!["x*y".into(), "y".into()], ratio: true, ..Formulas::default() };
/// let problem = formulas.problem(&[Variable::new("x", "0", "1"), Variable::new("y", "0", "x")])?;
/// let (method, options) = (methods::integrator(problem.method, &[])?, problem.options(&Options::default()));
/// let report = problem.integrate(&*method, &options, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(problem.integrals, ["x*y", "y"]);
/// assert!((report.ratio().unwrap().value - 0.75).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Problem {
    /// The kind: `helium`, `hydrogen`, …
    pub name: String,
    /// The formula of what is integrated, or of the trial function.
    pub formula: String,
    /// What is integrated, in full: formulas, definitions, values of parameters, limits. Two problems with the same label are the
    /// same, up to their coordinates; saved states keep it.
    pub label: String,
    /// What was compiled, where the function was given as text.
    pub compilation: Option<String>,
    /// What was found in the formula and done with it, a sentence each.
    pub analysis: Vec<String>,
    /// What should be known before the run.
    pub warning: Option<String>,
    /// The function.
    pub integrand: Box<dyn Integrand>,
    /// Where it is integrated, and in which variables.
    pub coordinates: Box<dyn Coordinates>,
    /// Numbers that the coordinates give the integrand beside its variables.
    pub further: usize,
    /// The integrals as sums of products of integrals over fewer variables, where a formula tells that they are:
    /// [`Problem::integrate`] takes these.
    pub separated: Option<Separated<'static>>,
    /// One name per component; of a complex integral its own for the real part, `im(…)` of it for the other.
    pub integrals: Vec<String>,
    /// Components that are real parts of complex integrals, with the imaginary part behind them.
    pub complex: Vec<usize>,
    /// Name of the first component over the second, where that is a quantity of interest.
    pub ratio: Option<String>,
    /// A number that is added to the ratio to make another quantity of interest.
    pub constant: Option<Constant>,
    /// Values of the parameters in which ψ is linear, as an eigenvalue problem has found them.
    pub coefficients: Vec<(String, f64)>,
    /// What else is found from the same points; the components behind the first two belong to it, in order.
    pub observables: Vec<Observable>,
    /// Known values to compare with.
    pub references: Vec<Reference>,
    /// The method that does best on it by measurement.
    pub method: &'static str,
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { name, label, integrals, method, .. } = self;
        let problem = &mut f.debug_struct("Problem");
        problem.field("name", name).field("label", label).field("integrals", integrals).field("method", method);
        problem.finish_non_exhaustive()
    }
}

/// An integral of a problem as a run has found it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integral<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its value, or real part.
    pub value: Estimate,
    /// The imaginary part of a complex one.
    pub imaginary: Option<Estimate>,
}

/// What is added to a ratio, and what the sum is called: 1/R makes the total energy of a molecule.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Name of the sum.
    pub name: String,
    /// What is added.
    pub value: f64,
}

/// A known value of the ratio, or of the only integral.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it is.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Whether it is the exact value of what is computed, so that the difference is the true error.
    pub exact: bool,
}

/// A quantity that follows from further components over the denominator.
#[derive(Clone, Debug, PartialEq)]
pub struct Observable {
    /// What it is called.
    pub name: String,
    pub(crate) reading: Reading,
}

/// How an observable follows from its ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    /// It is the ratio.
    Mean,
    /// The ratio is the second moment about this origin, plus its square: see `atoms::moments`.
    Variance {
        /// A number near the mean.
        origin: f64,
    },
    /// Of a transition: the energy of the other state from its moment about this origin, over its norm; see `atoms::transition`.
    Upper {
        /// A number near that energy.
        origin: f64,
    },
    /// Twice the difference of the energies times the square of the moment.
    Strength {
        /// As of [`Reading::Upper`].
        origin: f64,
    },
    /// The absolute value of the moment between states of norm 1.
    Moment,
}

impl Problem {
    /// Number of variables of the integrals, whatever coordinates they are taken in.
    pub fn dimension(&self) -> usize {
        self.coordinates.dim() - self.further
    }

    /// How many of these are integrated analytically: by the coordinates, which have fewer variables of their own.
    pub fn analytic(&self) -> usize {
        self.dimension().saturating_sub(self.coordinates.axes().len())
    }

    /// Variables of the largest factor, where the integrals are sums of products: no run has more. Zero where all is known at once.
    pub fn together(&self) -> Option<usize> {
        self.separated.as_ref().map(Separated::dim)
    }

    /// The exact value of what is computed, where it is known.
    pub fn exact(&self) -> Option<f64> {
        self.references.iter().find(|r| r.exact).map(|r| r.value)
    }

    /// The ratios that a run must report for everything to be found.
    pub fn ratios(&self) -> Vec<Ratio> {
        let over = |numerator| Ratio { numerator, denominator: 1 };
        let further = (2..2 + self.observables.len()).map(over);
        self.ratio.iter().map(|_| over(0)).chain(further).collect()
    }

    /// `options` with the ratios and the label of this problem. Where they held no ratios, these become the target.
    pub fn options(&self, options: &Options) -> Options {
        let mut own = options.clone();
        own.ratios = self.ratios();
        own.label.clone_from(&self.label);
        own.complex.clone_from(&self.complex);
        if options.ratios.is_empty() && !own.ratios.is_empty() {
            own.target = Target::Ratio;
        }
        own
    }

    /// Integrates with options from [`Problem::options`], by the shortest way that is known: products by their factors.
    ///
    /// # Errors
    /// As [`Integrator::integrate`].
    pub fn integrate(
        &self,
        integrator: &dyn Integrator,
        options: &Options,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let Some(separated) = self.separated.as_ref().filter(|_| Self::separates(integrator)) else {
            return self.integrate_whole(integrator, options, observer);
        };
        match separated.integrate(integrator, options, observer) {
            // Its points are those of a factor's own: the run on the whole says it in the variables of the formula, from its
            // beginning as nothing that the factors know is of use there.
            Err(Error::NotFinite { .. } | Error::Nowhere { .. }) => {
                let mut afresh = options.clone();
                afresh.resume = None;
                self.integrate_whole(integrator, &afresh, observer)
            }
            // The state may be of such a run on the whole.
            Err(refused @ Error::State { .. }) => match self.integrate_whole(integrator, options, observer) {
                Err(Error::State { .. }) => Err(refused),
                found => found,
            },
            found => found,
        }
    }

    fn integrate_whole(
        &self,
        integrator: &dyn Integrator,
        options: &Options,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        integrator.integrate_watched(&*self.integrand, &*self.coordinates, options, observer)
    }

    /// Whether a method integrates factors: walkers take one integral as the density of the others.
    fn separates(integrator: &dyn Integrator) -> bool {
        integrator.name() != "vmc"
    }

    /// The integrals of a run, complex ones in one piece.
    pub fn found<'a>(&'a self, report: &Report) -> Vec<Integral<'a>> {
        let estimate = |c: usize| report.integrals.get(c).copied();
        let is_imaginary = |c: usize| c > 0 && self.complex.contains(&(c - 1));
        let own = self.integrals.iter().enumerate().filter(|(c, _)| !is_imaginary(*c));
        let integral = |(c, name): (usize, &'a String)| {
            let imaginary = if self.complex.contains(&c) { estimate(c + 1) } else { None };
            Some(Integral { name, value: estimate(c)?, imaginary })
        };
        own.filter_map(integral).collect()
    }

    /// The observables with their errors, in order, from a run with [`Problem::options`].
    pub fn observed(&self, report: &Report) -> Vec<Estimate> {
        let mean = report.ratio().unwrap_or_default();
        let further = report.ratios.iter().skip(1);
        let of = |(o, ratio): (&Observable, &Estimate)| match report.ratios[..] {
            [lower, moment, norm, between] => {
                o.reading.between(lower, moment, norm, between).unwrap_or(o.reading.read(mean, *ratio))
            }
            _ => o.reading.read(mean, *ratio),
        };
        self.observables.iter().zip(further).map(of).collect()
    }
}

impl Reading {
    /// The observable from the first ratio and its own.
    pub(crate) fn read(self, mean: Estimate, ratio: Estimate) -> Estimate {
        match self {
            Reading::Mean => ratio,
            Reading::Variance { origin } => {
                let off = mean.value - origin;
                // The last term is the rounding error of the subtraction.
                let error = ratio.error + (2.0 * off.abs() + mean.error) * mean.error + 4.0 * f64::EPSILON * origin * origin;
                Estimate { value: (ratio.value - origin * origin - off * off).max(0.0), error }
            }
            Reading::Upper { .. } | Reading::Strength { .. } | Reading::Moment => ratio,
        }
    }

    /// The observable of a transition from the ratios of both states; `None` for others.
    fn between(self, lower: Estimate, moment: Estimate, norm: Estimate, between: Estimate) -> Option<Estimate> {
        let upper = |origin: f64| {
            let off = moment.value - origin;
            let error = (moment.error + (off / norm.value).abs() * norm.error) / norm.value.abs();
            Estimate { value: origin + off / norm.value, error: error + 2.0 * f64::EPSILON * origin.abs() }
        };
        let square = || {
            let value = between.value * between.value / norm.value;
            let twice = 2.0 * between.value.abs() * between.error + between.error * between.error;
            Estimate { value, error: twice / norm.value.abs() + (value / norm.value).abs() * norm.error }
        };
        match self {
            Reading::Upper { origin } => Some(upper(origin)),
            Reading::Strength { origin } => {
                let (square, upper) = (square(), upper(origin));
                let apart = upper.value - lower.value;
                let error = apart.abs() * square.error + (square.value.abs() + square.error) * (upper.error + lower.error);
                Some(Estimate { value: 2.0 * apart * square.value, error: 2.0 * error })
            }
            Reading::Moment => {
                let size = between.value.abs() / norm.value.sqrt();
                Some(Estimate {
                    value: size,
                    error: between.error / norm.value.sqrt() + 0.5 * size * (norm.error / norm.value).abs(),
                })
            }
            _ => None,
        }
    }
}

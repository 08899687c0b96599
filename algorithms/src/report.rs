//! What came out of a run: values with stated errors, what it cost, and why it stopped.

use crate::{Choice, Detail, Options, Snapshot};
use ndarray::Array2;

/// A number and its stated error.
///
/// From a rule the error is a heuristic bound; from Monte Carlo it is one standard deviation.
///
/// ```
/// use fubini_algorithms::Estimate;
/// let energy = Estimate { value: -2.8781747, error: 2.7e-6 };
/// assert_eq!(energy.to_string(), "-2.8781747(27)");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its stated error.
    pub error: f64,
}

/// The result of a run.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Stop, scalar};
/// let f = scalar(2, |x| (50.0 * x[0] * x[1]).sin().abs());
/// let report = Cuhre::default().integrate(&f, &Domain::unit(2), &Options::default().rtol(1e-9).max_evals(10_000))?;
/// // Not enough: a result, and why the run ended.
/// assert!(report.stop == Stop::Budget && !report.converged());
/// assert_eq!(report.error_kind().word(), "bound");
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// One integral per component; NaN, with an infinite error, from a method that finds ratios only.
    pub integrals: Vec<Estimate>,
    /// One quotient per entry of [`Options::ratios`](crate::Options::ratios), with the error of the ratio itself.
    pub ratios: Vec<Estimate>,
    /// Covariance of the integrals, (components, components); Monte Carlo methods only.
    pub covariance: Option<Array2<f64>>,
    /// Points at which the integrand was evaluated.
    pub evaluations: u64,
    /// Why the run ended.
    pub stop: Stop,
    /// Points at which the integrand was not finite; they contributed zero.
    pub non_finite: u64,
    /// Wall-clock seconds of the whole run, with those before it was resumed.
    pub seconds: f64,
    /// Seconds spent inside the integrand, averaged over the threads: never more than `seconds`.
    pub integrand_seconds: f64,
    /// Threads that were used.
    pub threads: usize,
    /// Why the result should not be believed although its stated error may be small.
    pub suspect: Option<Suspect>,
    /// What the method knows beyond that.
    pub detail: Detail,
    /// Where [`Auto`](crate::Auto) chose the method: which one, and what was tried.
    pub choice: Option<Choice>,
    pub(crate) kind: ErrorKind,
    /// The largest error of an integral as a part of ∫|f|, from random points that know it; else zero.
    pub(crate) scatter: f64,
}

impl Report {
    /// The report of a method of one's own: integrals, one per component, that took so many evaluations. All else can be filled
    /// in; what the errors mean comes from [`Integrator::error_kind`](crate::Integrator::error_kind).
    pub fn new(integrals: Vec<Estimate>, evaluations: u64, stop: Stop) -> Self {
        Report { integrals, evaluations, ..Report::nothing(0, &Options::default(), stop) }
    }

    /// Of a run that ended before it had found anything.
    pub(crate) fn nothing(components: usize, options: &Options, stop: Stop) -> Self {
        let unknown = Estimate { value: f64::NAN, error: f64::INFINITY };
        Report {
            integrals: vec![unknown; components],
            ratios: vec![unknown; options.ratios.len()],
            covariance: None,
            evaluations: 0,
            stop,
            non_finite: 0,
            seconds: 0.0,
            integrand_seconds: 0.0,
            threads: 1,
            suspect: None,
            detail: Detail::None,
            choice: None,
            kind: ErrorKind::Bound,
            scatter: 0.0,
        }
    }

    /// Whether the tolerance was met and nothing speaks against the result: [`Report::stop`] alone says the former.
    pub fn converged(&self) -> bool {
        self.stop == Stop::Converged && self.suspect.is_none()
    }

    /// Why the run ended, for those who read the ratios as well: one whose denominator cannot be told from zero has no value, though
    /// all integrals may have converged.
    pub(crate) fn stop_with_ratios(&self) -> Stop {
        let is_known = |ratio: &Estimate| ratio.value.is_finite() && ratio.error.is_finite();
        match self.stop {
            Stop::Converged if !self.ratios.iter().all(is_known) => Stop::Roundoff,
            stop => stop,
        }
    }

    /// What the stated errors mean.
    pub fn error_kind(&self) -> ErrorKind {
        self.kind
    }

    /// The first ratio, where one was asked for.
    pub fn ratio(&self) -> Option<Estimate> {
        self.ratios.first().copied()
    }
}

/// What a stated error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A heuristic bound, from a rule.
    Bound,
    /// One standard deviation, from random points.
    StandardDeviation,
}

impl ErrorKind {
    /// The word for programs: `bound` or `standard_deviation`.
    pub fn word(self) -> &'static str {
        match self {
            ErrorKind::Bound => "bound",
            ErrorKind::StandardDeviation => "standard_deviation",
        }
    }

    /// The words for people.
    pub fn meaning(self) -> &'static str {
        match self {
            ErrorKind::Bound => "heuristic bound",
            ErrorKind::StandardDeviation => "one standard deviation",
        }
    }
}

/// A sign that something was missed, or that the stated error is wrong.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Suspect, Vegas, scalar};
/// // A peak that no point has met: zero, and a warning.
/// let peak = scalar(3, |x| if x.iter().all(|x| (x - 0.3).abs() < 1e-9) { 1e27 } else { 0.0 });
/// let report = Vegas::default().integrate(&peak, &Domain::unit(3), &Options::default().rtol(1e-2).max_evals(100_000))?;
/// assert_eq!(report.suspect, Some(Suspect::AllZero));
/// assert!(!report.converged());
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suspect {
    /// Every value of a component was zero: it may live where no point fell. Hints help.
    AllZero,
    /// Nearly all values were negligible, and an importance map or the search for regions has followed what was met first:
    /// other parts may have been missed.
    NarrowSupport,
    /// So many random points were not finite that what is missing there may exceed the stated error: they are no set of
    /// measure zero.
    NonFinite,
    /// Iterations disagree by far more than their errors: χ² has a probability below one in a thousand.
    Disagreement,
    /// Two methods that do not share their blind spots found values that differ by far more than their errors.
    Methods,
    /// Walkers have not come to equilibrium: their mean still drifts, or they forget too slowly where they started.
    Drift,
    /// The floats between the limits of a variable are so few, or so much lies next to a singularity, that rounding a coordinate may
    /// move the result by more than its stated error.
    Coarse,
    /// The largest values grow with the number of points, or carry most of the variance, as if it were infinite: an error
    /// that comes from the spread of what was seen says too little of what was not.
    HeavyTail,
    /// The integrand is known to jump inside regions of a rule, between the nodes of which a jump goes unseen.
    Jumps,
}

impl Suspect {
    /// What speaks against the result: a sentence for people, the same wherever a result is shown.
    pub fn reason(self) -> &'static str {
        match self {
            Suspect::AllZero => "every value was zero: the integrand may live where no point fell",
            Suspect::NarrowSupport => "nearly all values were negligible: other parts of the integrand may have been missed",
            Suspect::NonFinite => {
                "the integrand was not finite at so many points that what is missing there may exceed the error"
            }
            Suspect::Disagreement => "iterations disagree by far more than their errors",
            Suspect::Methods => "two methods disagree by far more than their errors",
            Suspect::Drift => "the walkers have not come to equilibrium, or cannot travel between separate peaks",
            Suspect::Coarse => "rounding of a variable may change the result by more than its error",
            Suspect::Jumps => "the integrand jumps inside regions, where the error of a rule is a guess",
            Suspect::HeavyTail => "the largest values grow as if the variance were infinite: the error may be too small",
        }
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The stated errors meet the tolerance.
    Converged,
    /// The next step would have exceeded `max_evals`.
    Budget,
    /// The next step would have exceeded `max_memory`.
    Memory,
    /// Rounding error of double precision is the limit: more work would change nothing.
    Roundoff,
    /// The observer or [`Options::interrupt`](crate::Options::interrupt) asked for it.
    Cancelled,
}

impl Stop {
    /// The word for it: `converged`, `budget`, `memory`, `roundoff` or `cancelled`.
    pub fn word(self) -> &'static str {
        match self {
            Stop::Converged => "converged",
            Stop::Budget => "budget",
            Stop::Memory => "memory",
            Stop::Roundoff => "roundoff",
            Stop::Cancelled => "cancelled",
        }
    }
}

/// The state of a run, shown to the observer after every step.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Stop, Vegas, scalar};
/// use std::ops::ControlFlow;
/// let f = scalar(2, |x| (x[0] * x[1]).sin());
/// let mut errors = Vec::new();
/// // An observer may end a run: here once it has seen three steps.
/// let report = Vegas::default().integrate_watched(&f, &Domain::unit(2), &Options::default(), &mut |progress| {
///     errors.push(progress.estimates[0].error);
///     if errors.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// })?;
/// assert!(report.stop == Stop::Cancelled && errors.len() == 3);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Points evaluated so far.
    pub evaluations: u64,
    /// The ceiling.
    pub max_evals: u64,
    /// The quantities of the target as they stand: components, or ratios.
    pub estimates: &'a [Estimate],
    /// Largest stated error as a multiple of the tolerance: the run converges when this reaches 1.
    pub excess: f64,
    /// The state of the run, to be saved and continued.
    pub snapshot: Snapshot<'a>,
    /// Whether this is the end: the observer's answer is then ignored.
    pub finished: bool,
}

impl<'a> Progress<'a> {
    /// For a method of one's own, after a step.
    pub fn new(evaluations: u64, options: &Options, estimates: &'a [Estimate], excess: f64, snapshot: Snapshot<'a>) -> Self {
        Progress { evaluations, max_evals: options.max_evals, estimates, excess, snapshot, finished: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cuhre, Domain, Integrator, Options, Qmc, Vegas, scalar};

    #[test]
    fn a_suspect_result_has_not_converged_though_its_error_meets_the_tolerance() {
        for method in [&Cuhre::default() as &dyn Integrator, &Qmc::default(), &Vegas::default()] {
            let run = |f: fn(&[f64]) -> f64| method.integrate(&scalar(1, f), &Domain::unit(1), &Options::default().rtol(1e-2));
            let (zero, plain) = (run(|_| 0.0).unwrap(), run(|x| x[0]).unwrap());
            assert_eq!((zero.stop, zero.suspect, zero.converged()), (Stop::Converged, Some(Suspect::AllZero), false));
            assert_eq!((plain.stop, plain.suspect, plain.converged()), (Stop::Converged, None, true));
            let expected = if method.name() == "cuhre" { ErrorKind::Bound } else { ErrorKind::StandardDeviation };
            assert_eq!(plain.error_kind(), expected, "{}", method.name());
        }
    }
}

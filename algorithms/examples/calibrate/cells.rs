//! One cell of the table: many random integrals of one family, each compared with its exact value.

use crate::arguments::Arguments;
use crate::subject::Subject;
use fubini_algorithms::{Error, ErrorKind, Estimate, Integrator, Options, Report};
use rayon::prelude::*;

/// Rounding error of the exact values and of the last additions, relative to the value: no error estimate
/// is held to less.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// The same where a result is called silently wrong: twice as much, since values over other domains than the unit cube
/// have passed through one more map.
const SILENT_ROUNDING: f64 = 4e-15;
/// Standard deviations that a sampler's value may be off before it is called silently wrong.
const SIGMAS: f64 = 4.0;

/// What all integrals of a cell have in common.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// Name of the method.
    pub(crate) method: &'a str,
    /// The method.
    pub(crate) integrator: &'a dyn Integrator,
    /// Number of variables.
    pub(crate) dim: usize,
    /// Factor on the family's difficulty.
    pub(crate) difficulty: f64,
    /// Relative tolerance.
    pub(crate) rtol: f64,
    /// Key of the random integrals.
    pub(crate) seed: u64,
}

impl Cell<'_> {
    /// Whether stated errors are standard deviations, of which 31.7 % are exceeded.
    pub(crate) fn is_sigma(&self) -> bool {
        self.integrator.error_kind() == ErrorKind::StandardDeviation
    }
}

/// How many stated errors a result may be off before it is called wrong.
pub(crate) fn allowed(kind: ErrorKind) -> f64 {
    match kind {
        ErrorKind::StandardDeviation => SIGMAS,
        ErrorKind::Bound => 1.0,
    }
}

/// How one integral came out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// |value − exact|, or 0 where rounding explains it.
    pub(crate) true_error: f64,
    /// The error stated.
    pub(crate) stated: f64,
    /// The error asked for.
    pub(crate) tolerance: f64,
    /// The true error above which a claim to have converged is silently wrong.
    pub(crate) believed: f64,
    /// Evaluations.
    pub(crate) evaluations: u64,
    /// Whether the run claimed to have converged.
    pub(crate) converged: bool,
    /// Whether the run said that it should not be believed.
    pub(crate) suspect: bool,
}

impl Outcome {
    /// Compares a result of a run with the truth.
    pub(crate) fn new(cell: &Cell<'_>, report: &Report, result: Estimate, exact: f64) -> Self {
        let (converged, suspect) = (report.converged(), report.suspect.is_some());
        Outcome {
            evaluations: report.evaluations,
            converged,
            suspect,
            ..Outcome::claim(result, exact, cell.rtol, allowed(report.error_kind()))
        }
    }

    /// Compares a result that claims to have converged with the truth, `allowed` times the stated error being believed.
    pub(crate) fn claim(result: Estimate, exact: f64, rtol: f64, allowed: f64) -> Self {
        let difference = (result.value - exact).abs();
        Outcome {
            true_error: if difference <= ROUNDING * exact.abs() { 0.0 } else { difference },
            stated: result.error,
            tolerance: rtol * exact.abs(),
            believed: allowed * result.error + SILENT_ROUNDING * exact.abs(),
            evaluations: 0,
            converged: true,
            suspect: false,
        }
    }

    /// Whether the true error is at most this bound, and both are numbers.
    fn is_within(&self, bound: f64) -> bool {
        self.true_error <= bound
    }

    /// Whether the true error is larger than the stated one (or not a number).
    pub(crate) fn exceeds(&self) -> bool {
        !self.is_within(self.stated)
    }

    /// Whether the run claimed to have converged with an error that does not hold.
    pub(crate) fn is_falsely_converged(&self) -> bool {
        self.converged && self.exceeds()
    }

    /// Whether the run claimed the tolerance and missed it.
    pub(crate) fn is_wrongly_converged(&self) -> bool {
        self.converged && !self.is_within(self.tolerance)
    }

    /// Whether nothing warned the user: convergence claimed, no suspicion.
    fn is_unwarned(&self) -> bool {
        self.converged && !self.suspect
    }

    /// Whether nothing warned and the error does not hold: what must never happen.
    pub(crate) fn is_silent(&self) -> bool {
        self.is_unwarned() && !self.is_within(self.believed)
    }

    /// Whether nothing warned, and rightly so.
    pub(crate) fn is_right(&self) -> bool {
        self.is_unwarned() && self.is_within(self.believed)
    }
}

/// The integrals of a cell added up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    /// Number of integrals.
    pub(crate) count: usize,
    /// True error above the stated one.
    pub(crate) exceeding: usize,
    /// Claimed convergence, true error above the stated one.
    pub(crate) falsely: usize,
    /// Claimed convergence, tolerance missed.
    pub(crate) wrong: usize,
    /// Did not converge.
    pub(crate) unconverged: usize,
    /// Said that they should not be believed, converged or not.
    pub(crate) suspect: usize,
    /// Claimed convergence without a suspicion, true error above what the claim allows.
    pub(crate) silent: usize,
    /// The same, but the error holds.
    pub(crate) right: usize,
    /// Evaluations per integral.
    pub(crate) mean_evaluations: f64,
    /// Median of true over stated error: how pessimistic the estimates are.
    pub(crate) median_ratio: f64,
    /// Largest true over stated error.
    pub(crate) worst_ratio: f64,
}

impl Summary {
    /// Adds up outcomes, at least one.
    pub(crate) fn of(outcomes: &[Outcome]) -> Self {
        let count = |which: fn(&Outcome) -> bool| outcomes.iter().filter(|o| which(o)).count();
        let ratio = |o: &Outcome| if o.true_error == 0.0 { 0.0 } else { o.true_error / o.stated };
        let mut ratios: Vec<f64> = outcomes.iter().map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        Summary {
            count: outcomes.len(),
            exceeding: count(Outcome::exceeds),
            falsely: count(Outcome::is_falsely_converged),
            wrong: count(Outcome::is_wrongly_converged),
            unconverged: count(|o| !o.converged),
            suspect: count(|o| o.suspect),
            silent: count(Outcome::is_silent),
            right: count(Outcome::is_right),
            mean_evaluations: outcomes.iter().map(|o| o.evaluations as f64).sum::<f64>() / outcomes.len() as f64,
            median_ratio: ratios[ratios.len() / 2],
            worst_ratio: ratios[ratios.len() - 1],
        }
    }

    /// Warned the user: not converged, or suspect.
    pub(crate) fn honest(&self) -> usize {
        self.count - self.silent - self.right
    }

    /// A part of the integrals as a percentage.
    pub(crate) fn percent(&self, part: usize) -> f64 {
        100.0 * part as f64 / self.count as f64
    }
}

/// The 95 % interval of a proportion (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209).
pub(crate) fn wilson(part: usize, count: usize) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (count as f64, part as f64 / count as f64);
    let (centre, scale) = (p + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    // Rounding would leave 1e-19 where the bound is 0.
    let low = if part == 0 { 0.0 } else { (centre - half) / scale };
    [low, ((centre + half) / scale).min(1.0)]
}

/// Integrates all members of a family or kind.
///
/// # Errors
/// As [`Integrator::integrate`].
pub(crate) fn run(cell: &Cell<'_>, subject: Subject, arguments: &Arguments) -> Result<Vec<Outcome>, Error> {
    let options = options(cell, arguments);
    let one = |index: u64| {
        let member = subject.member(cell.dim, cell.difficulty, cell.seed, index);
        let report = cell.integrator.integrate(&*member.integrand, &member.domain()?, &options.clone().seed(index))?;
        let [estimate] = report.integrals[..] else { unreachable!("one component") };
        Ok(Outcome::new(cell, &report, estimate, member.exact))
    };
    (0..arguments.count).into_par_iter().map(one).collect()
}

/// The options of every run of a cell.
pub(crate) fn options(cell: &Cell<'_>, arguments: &Arguments) -> Options {
    // One thread per integral: integrals, not parts of them, run side by side.
    Options::default().rtol(cell.rtol).max_evals(arguments.max_evals).threads(1).error_level(arguments.level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_proportions_are_wilsons() {
        // R: binom::binom.wilson(3, 400) and (0, 400).
        let [low, high] = wilson(3, 400);
        assert!((low - 0.002_554).abs() < 1e-5 && (high - 0.021_81).abs() < 1e-4, "{low} {high}");
        let [low, high] = wilson(0, 400);
        assert!(low == 0.0 && (high - 0.009_512).abs() < 1e-5, "{low} {high}");
        assert!(wilson(400, 400)[1] <= 1.0);
    }

    fn claim(value: f64, error: f64, exact: f64, allowed: f64) -> Outcome {
        Outcome::claim(Estimate { value, error }, exact, 1e-3, allowed)
    }

    #[test]
    fn an_error_that_is_not_a_number_exceeds() {
        assert!(claim(f64::NAN, 1.0, 1.0, 1.0).exceeds() && claim(f64::NAN, 1.0, 1.0, 1.0).is_silent());
        assert!(claim(1.0, f64::NAN, 1.1, 1.0).exceeds() && claim(1.0, f64::NAN, 1.1, 1.0).is_silent());
        let good = claim(1.0, 0.2, 1.1, 1.0);
        assert!(!good.exceeds() && !good.is_falsely_converged() && good.is_wrongly_converged());
    }

    #[test]
    fn only_claims_without_a_warning_are_silent() {
        let off = claim(1.0, 0.01, 1.1, 1.0);
        assert!(off.is_silent() && !off.is_right());
        for warned in [Outcome { converged: false, ..off }, Outcome { suspect: true, ..off }] {
            assert!(!warned.is_silent() && !warned.is_right());
        }
        // Four standard deviations of a sampler are believed, but one error of a rule.
        assert_eq!([ErrorKind::StandardDeviation, ErrorKind::Bound].map(allowed), [4.0, 1.0]);
        assert!(claim(1.0, 0.025, 1.099, 4.0).is_right() && claim(1.0, 0.02, 1.1, 4.0).is_silent());
        // Rounding is no failure, ten times as much is one.
        assert!(claim(1.0, 0.0, 1.0 + 3e-15, 1.0).is_right() && claim(1.0, 0.0, 1.0 + 4e-14, 1.0).is_silent());
        let all = Summary::of(&[off, Outcome { suspect: true, ..off }, claim(1.0, 0.2, 1.1, 1.0)]);
        assert_eq!((all.silent, all.right, all.honest(), all.suspect, all.unconverged), (1, 1, 1, 1, 0));
    }
}

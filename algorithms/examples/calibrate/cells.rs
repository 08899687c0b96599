//! One cell of the table: many random integrals of one family, each compared with its exact value.

use crate::arguments::Arguments;
use crate::families::{Family, Problem};
use fubini_algorithms::{Domain, Error, Integrator, Options};
use rayon::prelude::*;

/// Rounding error of the exact values and of the last additions, relative to the value: no error estimate
/// is held to less.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

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

/// How one integral came out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// |value − exact|, or 0 where rounding explains it.
    pub(crate) true_error: f64,
    /// The error stated.
    pub(crate) stated: f64,
    /// The error asked for.
    pub(crate) tolerance: f64,
    /// Evaluations.
    pub(crate) evaluations: u64,
    /// Whether the run claimed to have converged.
    pub(crate) converged: bool,
}

impl Outcome {
    /// Compares a result with the truth.
    pub(crate) fn new(value: f64, stated: f64, exact: f64, rtol: f64, evaluations: u64, converged: bool) -> Self {
        let difference = (value - exact).abs();
        let true_error = if difference <= ROUNDING * exact.abs() { 0.0 } else { difference };
        Outcome { true_error, stated, tolerance: rtol * exact.abs(), evaluations, converged }
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
            mean_evaluations: outcomes.iter().map(|o| o.evaluations as f64).sum::<f64>() / outcomes.len() as f64,
            median_ratio: ratios[ratios.len() / 2],
            worst_ratio: ratios[ratios.len() - 1],
        }
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

/// Integrates all members of a family.
///
/// # Errors
/// As [`Integrator::integrate`].
pub(crate) fn run(cell: &Cell<'_>, family: Family, arguments: &Arguments) -> Result<Vec<Outcome>, Error> {
    let options = options(cell, arguments);
    let domain = Domain::unit(cell.dim);
    let one = |index: u64| {
        let problem = Problem::random(family, cell.dim, cell.difficulty, cell.seed, index);
        let report = cell.integrator.integrate(&problem.integrand(), &domain, &options.clone().seed(index))?;
        let [estimate] = report.integrals[..] else { unreachable!("one component") };
        Ok(Outcome::new(estimate.value, estimate.error, problem.exact(), cell.rtol, report.evaluations, report.converged()))
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

    #[test]
    fn an_error_that_is_not_a_number_exceeds() {
        assert!(Outcome::new(f64::NAN, 1.0, 1.0, 1e-3, 1, true).exceeds());
        assert!(Outcome::new(1.0, f64::NAN, 1.1, 1e-3, 1, true).exceeds());
        let good = Outcome::new(1.0, 0.2, 1.1, 1e-3, 1, true);
        assert!(!good.exceeds() && !good.is_falsely_converged() && good.is_wrongly_converged());
    }
}

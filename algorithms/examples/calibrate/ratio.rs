//! Random ratios of two integrals over the same points, with the error of the ratio as the goal.
//!
//! The denominator is a positive family; the numerator is any family with other parameters, or with the same,
//! where numerator and denominator differ by a small part and single regions know nothing of the difference.

use crate::arguments::Arguments;
use crate::cells::{Cell, Outcome, options};
use crate::families::{Family, Problem};
use fubini_algorithms::{Domain, Error};
use rayon::prelude::*;

/// The ratio problem `index` of a seed: numerator and denominator.
pub(crate) fn problem(dim: usize, difficulty: f64, seed: u64, index: u64) -> [Problem; 2] {
    let positive: Vec<Family> = Family::ALL.into_iter().filter(|f| f.is_positive()).collect();
    let numerators = Family::ALL.len() as u64;
    let denominator = positive[(index / numerators) as usize % positive.len()];
    let numerator = Family::ALL[(index % numerators) as usize];
    // Numerator and denominator of one family in one of two rounds differ by a tenth of the difficulty only.
    let alike = numerator == denominator && (index / 32).is_multiple_of(2);
    let above = if alike { difficulty * 1.1 } else { difficulty };
    let other = if alike { index } else { index + (1 << 32) };
    [Problem::random(numerator, dim, above, seed, index), Problem::random(denominator, dim, difficulty, seed, other)]
}

/// Runs all ratio problems.
///
/// # Errors
/// As [`Integrator::integrate`](fubini_algorithms::Integrator::integrate).
pub(crate) fn run(cell: &Cell<'_>, arguments: &Arguments) -> Result<Vec<Outcome>, Error> {
    let options = options(cell, arguments).ratio(0, 1);
    let domain = Domain::unit(cell.dim);
    let one = |index: u64| {
        let [above, below] = problem(cell.dim, cell.difficulty, cell.seed, index);
        let report = cell.integrator.integrate(&above.with(&below), &domain, &options.clone().seed(index))?;
        let ratio = report.ratio().expect("one was asked for");
        let exact = above.exact() / below.exact();
        Ok(Outcome::new(cell, &report, ratio, exact))
    };
    (0..arguments.count).into_par_iter().map(one).collect()
}

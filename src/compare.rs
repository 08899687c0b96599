//! Several methods on one problem with several budgets: how much error is left for how much work.

use crate::Problem;
use fubini_algorithms::{Error, Estimate, Integrator, Observer, Options, Report, Stop};

/// One run of a comparison.
#[derive(Clone, Debug)]
pub struct Row {
    /// The integrator.
    pub method: &'static str,
    /// Evaluations that it was allowed.
    pub budget: u64,
    /// What came out.
    pub report: Report,
}

/// A run that could not be made, for instance because its budget is below one step of the method.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The integrator.
    pub method: &'static str,
    /// Evaluations that it was allowed.
    pub budget: u64,
    /// Why not.
    pub error: Error,
}

/// All runs, method by method.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Runs with results.
    pub rows: Vec<Row>,
    /// Runs without.
    pub refused: Vec<Refusal>,
}

impl Row {
    /// The quantity that is compared: the ratio where there is one, or else the first integral.
    pub fn result(&self) -> Estimate {
        self.report.ratio().or(self.report.integrals.first().copied()).unwrap_or_default()
    }
}

/// Runs every method once for every budget. The tolerance of `options` ends a run earlier; with a tolerance of zero
/// budgets are used up. A break by the observer ends the comparison with the rows so far.
///
/// ```
/// use fubini::compare::compare;
/// use fubini::{Cuhre, Formulas, Options, Variable, Vegas};
/// use std::ops::ControlFlow;
///
/// let formulas = Formulas { texts: vec!["exp(-x*y)".into()], ..Formulas::default() };
/// let problem = formulas.problem(&[Variable::new("x", "0", "1"), Variable::new("y", "0", "1")])?;
/// let (cuhre, vegas) = (Cuhre::default(), Vegas::default());
/// let options = Options::default().rtol(0.0);
/// let all = compare(&problem, &[&cuhre, &vegas], &[10_000, 100_000], &options, &mut |_| ControlFlow::Continue(()));
/// let off = |row: usize| (all.rows[row].result().value - 0.7965995992970532).abs();
/// assert!(all.rows.len() == 4 && off(0) < 1e-12 && off(3) < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(
    problem: &Problem,
    methods: &[&dyn Integrator],
    budgets: &[u64],
    options: &Options,
    observer: &mut Observer<'_>,
) -> Comparison {
    let options = problem.options(options);
    let mut comparison = Comparison::default();
    for method in methods {
        for &budget in budgets {
            let name = method.name();
            let own = options.clone().max_evals(budget);
            match problem.integrate(*method, &own, observer) {
                Ok(report) if report.stop == Stop::Cancelled => return comparison,
                Ok(report) => comparison.rows.push(Row { method: name, budget, report }),
                Err(error) => comparison.refused.push(Refusal { method: name, budget, error }),
            }
        }
    }
    comparison
}

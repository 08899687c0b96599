//! Any texts as limits, breaks and sizes of regions: refused with a message, or a run that ends within its budget.

#![no_main]

use fubini::{Cuhre, Formulas, Integrator, Options, Region, Variable, Vegas};
use libfuzzer_sys::fuzz_target;

/// Points that a run may take: some regions of a rule, or one iteration.
const BUDGET: u64 = 2_000;

/// A line is LO:HI:BREAK:BREAK… of the next variable.
fn variables(text: &str) -> Vec<Variable> {
    let read = |(name, line): (&str, &str)| {
        let mut parts = line.split(':');
        let (lo, hi) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        parts.fold(Variable::new(name, lo, hi), |variable, at| variable.broken_at(at))
    };
    ["x", "y", "z"].into_iter().zip(text.lines()).map(read).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let formulas =
        Formulas { texts: vec!["1".into(), "exp(-x^2)".into()], parameters: vec![("a".into(), 1.5)], ..Formulas::default() };
    let pair = ["x", "y"];
    let regions = [Region::ball(&pair, &text), Region::simplex(&pair, &text)];
    let regions = regions.iter().map(|region| region.variables(&formulas.parameters));
    for variables in regions.chain([Ok(variables(&text))]) {
        let problem = match variables.and_then(|variables| formulas.problem(&variables)) {
            Ok(problem) => problem,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let options = problem.options(&Options::default().rtol(1e-6).max_evals(BUDGET).threads(1));
        for integrator in [&Cuhre::default() as &dyn Integrator, &Vegas::default()] {
            match integrator.integrate(&*problem.integrand, &*problem.coordinates, &options) {
                Ok(report) => {
                    assert!(report.evaluations <= BUDGET, "{report:?}");
                    // What is no number, or better than any number, is never stated as found.
                    let stated = |e: &fubini::Estimate| e.value.is_finite() && e.error >= 0.0;
                    assert!(!report.converged() || report.integrals.iter().all(stated), "{report:?}");
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
});

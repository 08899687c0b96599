//! Integrals on a system without clock, files and threads: `run.sh` builds this for WebAssembly, and node compares the values.

use fubini::{Auto, Cuhre, Domain, Formulas, Integrator, Mixture, Options, Qmc, Variable, Vegas, scalar};
use std::ops::ControlFlow;

/// The integral of exp(−x² − y² − z) over the plane, 0 ≤ z ≤ 1, that is π (1 − 1/e), by method `k`: its value, or what is not a number
/// where it has not converged to 1e-3.
#[unsafe(no_mangle)]
pub extern "C" fn closure(k: u32) -> f64 {
    let methods: [Box<dyn Integrator>; 5] = [
        Box::new(Cuhre::default()),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
        Box::new(Mixture::default()),
        Box::new(Auto::default()),
    ];
    let f = scalar(3, |x| (-x[0] * x[0] - x[1] * x[1] - x[2]).exp());
    let line = (f64::NEG_INFINITY, f64::INFINITY);
    let domain = Domain::new(&[line, line, (0.0, 1.0)]).unwrap();
    // More threads than there are change nothing.
    let options = Options::default().rtol(1e-3).threads(4);
    let report = methods[k as usize].integrate(&f, &domain, &options).unwrap();
    if report.converged() { report.integrals[0].value } else { f64::NAN }
}

/// The integral of |x − y|^(−1/2) over the unit square, 8/3, from the formula.
#[unsafe(no_mangle)]
pub extern "C" fn formula() -> f64 {
    let formulas = Formulas { texts: vec!["abs(x-y)^(-0.5)".into()], analyse: true, ..Formulas::default() };
    let problem = formulas.problem(&[Variable::new("x", "0", "1"), Variable::new("y", "0", "1")]).unwrap();
    let report = problem.integrate(&Auto::default(), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    if report.converged() { report.integrals[0].value } else { f64::NAN }
}

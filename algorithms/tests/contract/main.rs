//! The promises that every integrator keeps, in one table.

mod answers;
mod bits;
mod limits;

use fubini_algorithms::{Cuhre, GenzMalik, Integrator, Qmc, Report, Vegas, Vmc};

/// Every method in every variant that takes another path. `Vmc` is missing where a promise is about integrals or a domain
/// without a density, since it finds ratios alone: those who can ask for a ratio use [`all`], the rest is in `vmc.rs`.
fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default()),
        Box::new(Cuhre::default().degree(7)),
        Box::new(Cuhre::default().degree(9)),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
    ]
}

/// The same with the methods that find ratios only.
fn all() -> Vec<Box<dyn Integrator>> {
    let mut all = integrators();
    all.push(Box::new(Vmc::default()));
    all
}

fn is_monte_carlo(integrator: &dyn Integrator) -> bool {
    matches!(integrator.name(), "vegas" | "qmc" | "vmc")
}

/// A tolerance that the method reaches in a moment, and the stated errors within which it must be right: a rule's
/// error is a bound, one of Monte Carlo a standard deviation.
fn tolerance(integrator: &dyn Integrator) -> (f64, f64) {
    if is_monte_carlo(integrator) { (2e-3, 4.0) } else { (1e-6, 1.0) }
}

/// A smooth peak, not at the centre.
fn peak(x: &[f64]) -> f64 {
    x.iter().enumerate().map(|(d, x)| 1.0 / (0.1 + (x - 0.3 - 0.1 * d as f64).powi(2))).product()
}

fn peak_integral(dim: usize) -> f64 {
    let side = |d: usize| {
        let (c, w) = (0.3 + 0.1 * d as f64, 0.1f64.sqrt());
        (((1.0 - c) / w).atan() + (c / w).atan()) / w
    };
    (0..dim).map(side).product()
}

/// Everything in a report but times, as bits.
fn bits(report: &Report) -> Vec<u64> {
    let estimates = report.integrals.iter().chain(&report.ratios).flat_map(|e| [e.value.to_bits(), e.error.to_bits()]);
    let covariance = report.covariance.iter().flatten().map(|c| c.to_bits());
    estimates.chain(covariance).chain([report.evaluations, report.non_finite]).collect()
}

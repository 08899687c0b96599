//! By what promises are measured: integrands with known integrals, tolerances, bits.

use fubini_algorithms::{ErrorKind, Integrator, Report};

pub(crate) fn is_monte_carlo(integrator: &dyn Integrator) -> bool {
    integrator.error_kind() == ErrorKind::StandardDeviation
}

/// A tolerance that the method reaches in a moment, and the stated errors within which it must be right: a rule's
/// error is a bound, one of Monte Carlo a standard deviation.
pub(crate) fn tolerance(integrator: &dyn Integrator) -> (f64, f64) {
    if is_monte_carlo(integrator) { (2e-3, 4.0) } else { (1e-6, 1.0) }
}

/// A smooth peak, not at the centre.
pub(crate) fn peak(x: &[f64]) -> f64 {
    x.iter().enumerate().map(|(d, x)| 1.0 / (0.1 + (x - 0.3 - 0.1 * d as f64).powi(2))).product()
}

pub(crate) fn peak_integral(dim: usize) -> f64 {
    let side = |d: usize| {
        let (c, w) = (0.3 + 0.1 * d as f64, 0.1f64.sqrt());
        (((1.0 - c) / w).atan() + (c / w).atan()) / w
    };
    (0..dim).map(side).product()
}

/// Everything in a report but times, as bits.
pub(crate) fn bits(report: &Report) -> Vec<u64> {
    let estimates = report.integrals.iter().chain(&report.ratios).flat_map(|e| [e.value.to_bits(), e.error.to_bits()]);
    let covariance = report.covariance.iter().flatten().map(|c| c.to_bits());
    estimates.chain(covariance).chain([report.evaluations, report.non_finite]).collect()
}

//! What is to be found, and how the covariance of the components judges it.
//!
//! A goal is a list of linear functionals g of the integrals. For [`Target::Each`] these are the components. For
//! a ratio E = N/D it is (N − E D)/|D|: to first order its standard deviation √(gᵀ C g) is that of E (the delta
//! method), often far below that of N or D, whose fluctuations largely cancel.

use super::average::{Moments, packed};
use crate::{Estimate, Options, Ratio, Target};

/// Largest relative error of a denominator with which a ratio may be reported as converged: first order in it
/// must do.
const DENOMINATOR_RTOL: f64 = 0.05;

/// The estimates of the target with their tolerances.
#[derive(Debug)]
pub(crate) struct Goal {
    /// The quantities of the target.
    pub(crate) estimates: Vec<Estimate>,
    /// Largest error as a multiple of its tolerance.
    pub(crate) excess: f64,
}

impl Goal {
    /// Where `moments` stand.
    pub(crate) fn new(options: &Options, moments: &Moments) -> Self {
        let estimates = match options.target {
            Target::Each => moments.integrals(),
            Target::Ratio => options.ratios.iter().map(|r| ratio(moments, r)).collect(),
        };
        let mut excess = estimates.iter().map(|e| multiple(e.error, options.tolerance(e.value))).fold(0.0, f64::max);
        if options.target == Target::Ratio {
            for r in &options.ratios {
                let d = moments.integral(r.denominator);
                excess = excess.max(multiple(d.error, DENOMINATOR_RTOL * d.value.abs()));
            }
        }
        Goal { estimates, excess }
    }

    pub(crate) fn met(&self) -> bool {
        self.excess <= 1.0
    }
}

/// Weights of the functionals, one list per quantity of the target.
pub(crate) fn functionals(options: &Options, means: &[f64]) -> Vec<Vec<f64>> {
    let unit = |c: usize| -> Vec<f64> { (0..means.len()).map(|k| f64::from(k == c)).collect() };
    match options.target {
        Target::Each => (0..means.len()).map(unit).collect(),
        Target::Ratio => options.ratios.iter().map(|r| gradient(means, r)).collect(),
    }
}

/// Σ_k g_k g_kᵀ, packed, with functionals scaled so that all count alike: by this hypercubes are judged.
pub(super) fn metric(options: &Options, means: &[f64], scales: &[f64]) -> Vec<f64> {
    let n = means.len();
    let mut metric = vec![0.0; packed(n, 0)];
    let mut add = |g: &[f64]| {
        for a in 0..n {
            (0..=a).for_each(|b| metric[packed(a, b)] += if a == b { 1.0 } else { 2.0 } * g[a] * g[b]);
        }
    };
    for g in functionals(options, means) {
        match options.target {
            Target::Each => add(&g.iter().zip(scales).map(|(g, s)| g * s).collect::<Vec<_>>()),
            Target::Ratio if g.iter().all(|g| g.is_finite()) => add(&g),
            Target::Ratio => add(scales),
        }
    }
    metric
}

/// A ratio with one standard deviation.
pub(crate) fn ratio(moments: &Moments, r: &Ratio) -> Estimate {
    let value = moments.means[r.numerator] / moments.means[r.denominator];
    let error = moments.error(&gradient(&moments.means, r));
    Estimate { value, error: if error.is_nan() { f64::INFINITY } else { error } }
}

/// (1, −E)/D, with which the error of N − E D becomes that of E.
fn gradient(means: &[f64], r: &Ratio) -> Vec<f64> {
    let d = means[r.denominator];
    let mut g = vec![0.0; means.len()];
    g[r.numerator] += 1.0 / d.abs();
    g[r.denominator] -= means[r.numerator] / d / d.abs();
    g
}

/// `error` as a multiple of `tolerance`, above 1 only if it is.
fn multiple(error: f64, tolerance: f64) -> f64 {
    if error <= tolerance { error / tolerance.max(f64::MIN_POSITIVE) } else { (error / tolerance).max(1.0 + f64::EPSILON) }
}

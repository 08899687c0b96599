//! What is to be found, and how the covariance of the components judges it.
//!
//! A goal is a list of linear functionals g of the integrals. For [`Target::Each`] these are the components. For
//! a ratio E = N/D it is (N − E D)/|D|: to first order its standard deviation √(gᵀ C g) is that of E (the delta
//! method), often far below that of N or D, whose fluctuations largely cancel.

use super::average::{Moments, packed};
use super::units;
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

/// By what hypercubes are judged: Σ_k g_k g_kᵀ, with functionals scaled so that all count alike.
pub(super) struct Metric {
    /// Packed.
    form: Vec<f64>,
    /// Exponents of the units in which it measures the components.
    units: Vec<i32>,
}

/// Most by which exponents of two units of a component are taken to differ, which happens before anything is known of
/// its size. At this bound squares are finite still.
const MOST_SHIFT: i32 = 256;

impl Metric {
    /// With `scales`, one for each component, in units of 2^-`units`.
    pub(super) fn new(options: &Options, means: &[f64], scales: &[f64], units: &[i32]) -> Self {
        let n = means.len();
        let mut form = vec![0.0; packed(n, 0)];
        let mut add = |g: &[f64]| {
            for a in 0..n {
                (0..=a).for_each(|b| form[packed(a, b)] += if a == b { 1.0 } else { 2.0 } * g[a] * g[b]);
            }
        };
        for g in functionals(options, means) {
            let measured: Vec<f64> = g.iter().zip(units).map(|(g, e)| units::scale(*g, *e)).collect();
            match options.target {
                Target::Each => add(&g.iter().zip(scales).map(|(g, s)| g * s).collect::<Vec<_>>()),
                Target::Ratio if measured.iter().all(|g| g.is_finite()) => add(&measured),
                Target::Ratio => add(scales),
            }
        }
        Metric { form, units: units.to_vec() }
    }

    /// What a product of components `a` and `b` counts, in the given units.
    pub(super) fn of(&self, units: &[i32], a: usize, b: usize) -> f64 {
        units::scale(self.form[packed(a, b)], self.shift(units, a) + self.shift(units, b))
    }

    /// From the given units of component `c` to those of this metric.
    pub(super) fn shift(&self, units: &[i32], c: usize) -> i32 {
        (units[c] - self.units[c]).clamp(-MOST_SHIFT, MOST_SHIFT)
    }
}

/// A ratio with one standard deviation.
pub(crate) fn ratio(moments: &Moments, r: &Ratio) -> Estimate {
    let value = moments.means[r.numerator] / moments.means[r.denominator];
    let gradient = gradient(&moments.means, r);
    let error = moments.error(&gradient);
    // The derivative by the denominator may be too small for a double, and its part of the error is unknown then.
    let lost = gradient[r.denominator] == 0.0 && value != 0.0 && r.numerator != r.denominator;
    Estimate { value, error: if error.is_nan() || lost { f64::INFINITY } else { error } }
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

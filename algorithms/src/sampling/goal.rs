//! What is to be found, and how the covariance of the components judges it.
//!
//! A goal is a list of linear functionals g of the integrals. For [`Target::Each`] these are the components. For
//! a ratio E = N/D it is (N − E D)/|D|: to first order its standard deviation √(gᵀ C g) is that of E (the delta
//! method), often far below that of N or D, whose fluctuations largely cancel.

use super::Moments;
use crate::standing::{Standing, multiple};
use crate::{Estimate, Options, Ratio, Target};

/// Largest relative error of a denominator with which a ratio may be reported as converged: first order in it
/// must do.
const DENOMINATOR_RTOL: f64 = 0.05;

/// Relative rounding of a ratio, below which none is known: integrands that are in proportion to each other have no other error, but
/// values of their own with a few digits less than all.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// Where `moments` stand.
pub(crate) fn standing(options: &Options, moments: &Moments) -> Standing {
    let estimates = match options.target {
        Target::Each => moments.integrals(),
        Target::Ratio => ratios(options, moments),
    };
    let tolerance = |k: usize| match options.target {
        Target::Each => options.tolerance_of(k, |c| estimates[c].value),
        Target::Ratio => options.tolerance(estimates[k].value),
    };
    let mut excess = (0..estimates.len()).map(|k| multiple(estimates[k].error, tolerance(k))).fold(0.0, f64::max);
    if options.target == Target::Ratio {
        for r in &options.ratios {
            let d = moments.integral(r.denominator);
            excess = excess.max(multiple(d.error, DENOMINATOR_RTOL * d.value.abs()));
        }
    }
    Standing { estimates, excess }
}

/// All ratios with one standard deviation each.
pub(crate) fn ratios(options: &Options, moments: &Moments) -> Vec<Estimate> {
    options.ratios.iter().map(|r| ratio(moments, r)).collect()
}

/// Weights of the functionals, one list per quantity of the target.
pub(crate) fn functionals(options: &Options, means: &[f64]) -> Vec<Vec<f64>> {
    let unit = |c: usize| -> Vec<f64> { (0..means.len()).map(|k| f64::from(k == c)).collect() };
    match options.target {
        Target::Each => (0..means.len()).map(unit).collect(),
        Target::Ratio => options.ratios.iter().map(|r| gradient(means, r)).collect(),
    }
}

/// A ratio with one standard deviation.
fn ratio(moments: &Moments, r: &Ratio) -> Estimate {
    let value = moments.means[r.numerator] / moments.means[r.denominator];
    let gradient = gradient(&moments.means, r);
    let error = moments.error(&gradient);
    // The derivative by the denominator may be too small for a double, and its part of the error is unknown then.
    let lost = gradient[r.denominator] == 0.0 && value != 0.0 && r.numerator != r.denominator;
    Estimate { value, error: if error.is_nan() || lost { f64::INFINITY } else { error.max(ROUNDING * value.abs()) } }
}

/// (1, −E)/D, with which the error of N − E D becomes that of E.
fn gradient(means: &[f64], r: &Ratio) -> Vec<f64> {
    let d = means[r.denominator];
    let mut g = vec![0.0; means.len()];
    g[r.numerator] += 1.0 / d.abs();
    g[r.denominator] -= means[r.numerator] / d / d.abs();
    g
}

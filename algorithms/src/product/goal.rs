//! What is to be found: the quantities of the target, their tolerances, and by how many of them an error moves them.

use crate::standing::{Standing, multiple};
use crate::{Estimate, Options, Target};

/// Largest relative error of a denominator with which a ratio may be reported as converged.
const DENOMINATOR_RTOL: f64 = 0.05;

/// Tolerances per unit of the error of each component, one row per quantity.
pub(super) struct Goal {
    pub(super) rows: Vec<Vec<f64>>,
}

impl Goal {
    /// As it looks from the integrals known so far.
    pub(super) fn new(options: &Options, values: &[f64]) -> Self {
        // Where nothing is known and a relative error is asked for, components are weighed by their size.
        let urgency = |tolerance: f64, value: f64| {
            let stand_in = if value == 0.0 { 1.0 } else { value.abs() };
            let unit = if tolerance > 0.0 { tolerance } else { f64::EPSILON * stand_in };
            unit.recip().min(1e300)
        };
        let row = |terms: &[(usize, f64)]| {
            let mut row = vec![0.0; values.len()];
            terms.iter().for_each(|(c, weight)| row[*c] += weight);
            row
        };
        let rows = match options.target {
            Target::Each => {
                (0..values.len()).map(|c| row(&[(c, urgency(options.tolerance_of(c, |c| values[c]), values[c]))])).collect()
            }
            Target::Ratio => (options.ratios.iter())
                .flat_map(|r| {
                    let d = values[r.denominator].abs();
                    let (size, ratio) = if d == 0.0 { (1.0, 0.0) } else { (d, (values[r.numerator] / d).abs()) };
                    let urgency = (urgency(options.tolerance(ratio), ratio) / size).min(1e300);
                    [
                        row(&[(r.numerator, urgency), (r.denominator, (urgency * ratio).min(1e300))]),
                        row(&[(r.denominator, 1.0 / (DENOMINATOR_RTOL * size))]),
                    ]
                })
                .collect(),
        };
        Goal { rows }
    }

    /// The same where errors count so many times.
    pub(super) fn with_caution(mut self, times: f64) -> Self {
        self.rows.iter_mut().flatten().for_each(|weight| *weight *= times);
        self
    }

    /// Tolerances by which errors of the components move the quantities at most.
    pub(super) fn key(&self, errors: impl Fn(usize) -> f64) -> f64 {
        let of_row = |row: &Vec<f64>| row.iter().enumerate().map(|(c, w)| if *w == 0.0 { 0.0 } else { w * errors(c) }).sum();
        self.rows.iter().map(of_row).fold(0.0, f64::max)
    }
}

/// The quantities of the target as they stand, and the largest error as a multiple of its tolerance.
pub(super) fn standing(options: &Options, integrals: &[Estimate], ratios: &[Estimate]) -> Standing {
    let value = |c: usize| integrals[c].value;
    match options.target {
        Target::Each => {
            let excess = integrals.iter().enumerate().map(|(c, e)| multiple(e.error, options.tolerance_of(c, value)));
            Standing { excess: excess.fold(0.0, f64::max), estimates: integrals.to_vec() }
        }
        Target::Ratio => {
            let of_ratio = ratios.iter().map(|e| multiple(e.error, options.tolerance(e.value)));
            let denominators = options.ratios.iter().map(|r| integrals[r.denominator]);
            let of_denominator = denominators.map(|d| multiple(d.error, DENOMINATOR_RTOL * d.value.abs()));
            Standing { excess: of_ratio.chain(of_denominator).fold(0.0, f64::max), estimates: ratios.to_vec() }
        }
    }
}

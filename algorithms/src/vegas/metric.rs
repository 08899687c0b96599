//! By what hypercubes are judged: the variance of what is to be found.

use crate::sampling::{functionals, packed, scaling};
use crate::{Options, Target};

/// The form Σ_k g_k g_kᵀ, with functionals scaled so that all count alike.
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
            let measured: Vec<f64> = g.iter().zip(units).map(|(g, e)| scaling::scale(*g, *e)).collect();
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
        scaling::scale(self.form[packed(a, b)], self.shift(units, a) + self.shift(units, b))
    }

    /// Exponent that takes component `c` from the given `units` to the units of this metric.
    pub(super) fn shift(&self, units: &[i32], c: usize) -> i32 {
        (units[c] - self.units[c]).clamp(-MOST_SHIFT, MOST_SHIFT)
    }
}

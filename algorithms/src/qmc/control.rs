//! A function with a known integral that is taken off the integrand: quasi-Monte Carlo estimates the rest.

use crate::Options;
use crate::batch::Columns;
use crate::sampling::{Moments, scaling};
use std::fmt;

/// A function on the unit cube.
pub(crate) trait Known: fmt::Debug + Send + Sync {
    /// Writes the values of all components at some points; makes room for them.
    fn eval(&self, points: &Columns, values: &mut Columns);
}

/// The function, and what is known of it.
#[derive(Debug)]
pub(crate) struct Control {
    function: Box<dyn Known>,
    /// Its integrals.
    integrals: Vec<f64>,
    /// How exact these are.
    rounding: Vec<f64>,
    /// Size of the rest of every component, the root of its mean square.
    rests: Vec<f64>,
}

/// Points of which each may be as far off as the rest is large: no error is stated below that.
const FAR_OFF: f64 = 4.0;

impl PartialEq for Control {
    fn eq(&self, other: &Self) -> bool {
        (&self.integrals, &self.rounding, &self.rests) == (&other.integrals, &other.rounding, &other.rests)
    }
}

impl Control {
    pub(crate) fn new(function: Box<dyn Known>, integrals: Vec<f64>, rounding: Vec<f64>, rests: Vec<f64>) -> Self {
        Control { function, integrals, rounding, rests }
    }

    /// Takes the function off values at points of the unit cube; `own` is memory.
    pub(super) fn take_off(&self, points: &Columns, values: &mut Columns, own: &mut Columns) {
        self.function.eval(points, own);
        for c in 0..self.integrals.len() {
            values.column_mut(c).iter_mut().zip(own.column(c)).for_each(|(f, x)| *f -= x);
        }
    }

    /// Adds what is known to estimates of the rest.
    pub(super) fn complete(&self, moments: Moments) -> Moments {
        let smallest = |c: usize| scaling::exponent(f64::EPSILON * self.integrals[c].abs());
        let units: Vec<i32> = (0..self.integrals.len()).map(|c| moments.units[c].max(smallest(c))).collect();
        let mut moments = moments.in_units(&units);
        moments.means.iter_mut().zip(&self.integrals).for_each(|(mean, x)| *mean += x);
        moments
    }

    /// Errors below which nothing is stated for so many points.
    pub(super) fn floors(&self, points: u64) -> Vec<f64> {
        self.rounding.iter().zip(&self.rests).map(|(rounding, rest)| rounding.max(FAR_OFF * rest / points as f64)).collect()
    }

    /// Whether the rest of every component, ∫|f − known| by `sizes`, is within the tolerance: how it is spread does not matter then.
    pub(super) fn is_slight(&self, options: &Options, sizes: &[f64]) -> bool {
        let tolerance = |c: usize| options.tolerance_of(c, |c| self.integrals[c]);
        sizes.iter().enumerate().all(|(c, size)| *size <= tolerance(c))
    }
}

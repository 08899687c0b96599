//! A function with a known integral that is taken off the integrand: quasi-Monte Carlo estimates the rest.

use crate::Options;
use crate::batch::Columns;
use crate::sampling::{Moments, Sample, scaling};
use crate::search::Peaks;
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
    /// The same by points where the function lives, or zero: it counts where too few of other points are there.
    own: Vec<f64>,
    /// The part of the cube that a component would fill if it were as large everywhere as where it is large; the least of them.
    filled: f64,
}

/// Points of which each may be as far off as the rest is large: no error is stated below that.
const FAR_OFF: f64 = 4.0;
/// Points at which one looks how much of the cube the function fills: some, and more where it is not so much of it.
const FLAT: [usize; 2] = [512, 4096];
const BROAD: f64 = 0.15;
/// Number of points in what it fills, of which one is enough to have met another peak like those that are known. A choice.
const ENOUGH: f64 = 100.0;
/// Part of the tolerance below which no error is stated of what fewer points have seen: it is theirs that decides. A choice.
const BEYOND: f64 = 0.01;

impl PartialEq for Control {
    fn eq(&self, other: &Self) -> bool {
        (&self.integrals, &self.rounding, &self.rests) == (&other.integrals, &other.rounding, &other.rests)
    }
}

impl Control {
    /// A function of `dim` variables. Of the rest two sizes are given, by points anywhere and by points where the function lives.
    pub(crate) fn new(
        dim: usize,
        function: Box<dyn Known>,
        integrals: Vec<f64>,
        rounding: Vec<f64>,
        rests: [Vec<f64>; 2],
    ) -> Self {
        let [rests, own] = rests;
        let mut control = Control { function, integrals, rounding, rests, own, filled: 1.0 };
        for count in FLAT {
            let points: Vec<f64> = Sample::sequence(dim, 0, count).into_iter().flat_map(|sample| sample.points).collect();
            let values = control.at(dim, &points);
            let filled = |c: usize| {
                let sizes = values.column(c).iter().map(|v| v.abs());
                let most = sizes.clone().fold(0.0, f64::max);
                let (sum, squares) = sizes.fold((0.0, 0.0), |(s, q), v| (s + v / most, q + (v / most).powi(2)));
                if most > 0.0 { sum * sum / squares / count as f64 } else { 0.0 }
            };
            let of_components = (0..control.integrals.len()).filter(|c| control.integrals[*c] != 0.0);
            control.filled = of_components.map(filled).fold(1.0, f64::min);
            if control.filled > BROAD {
                break;
            }
        }
        control
    }

    /// The function at points of the cube, one after the other.
    fn at(&self, dim: usize, points: &[f64]) -> Columns {
        let (mut places, mut values) = (Columns::default(), Columns::default());
        places.reset(dim, points.len() / dim);
        for d in 0..dim {
            places.column_mut(d).iter_mut().zip(points[d..].iter().step_by(dim)).for_each(|(u, x)| *u = *x);
        }
        places.pad();
        self.function.eval(&places, &mut values);
        values
    }

    /// Whether the function lives in so small a part of the cube that so many points say nothing of other peaks like those it has.
    pub(super) fn is_narrow(&self, points: u64) -> bool {
        points as f64 * self.filled < ENOUGH
    }

    /// The part of every integral that lies in peaks of the integrand which the function does not have.
    pub(super) fn lacks(&self, peaks: &Peaks) -> Vec<f64> {
        let mut lacking = vec![0.0; self.integrals.len()];
        for (centre, sizes, volume) in peaks.boxes() {
            let known = self.at(centre.len(), &centre);
            for (c, size) in sizes.iter().enumerate() {
                // A top in a corner of the cube has fallen by half along every axis, and lies beyond the last nodes of what is known.
                let is_known = known.column(c)[0].abs() > 0.5_f64.powi(centre.len() as i32 + 1) * size;
                lacking[c] += if is_known { 0.0 } else { volume * size };
            }
        }
        lacking
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
    pub(super) fn floors(&self, options: &Options, points: u64) -> Vec<f64> {
        // By as much what is left can change an integral that hardly any point sees, whatever its signs are.
        let unseen = if self.is_narrow(points) { self.filled.sqrt() } else { 0.0 };
        let of_component = |c: usize| {
            let asked = options.tolerance_of(c, |c| self.integrals[c]);
            let beyond = if self.is_narrow(points) { BEYOND * asked } else { 0.0 };
            self.rounding[c].max(FAR_OFF * self.rests[c] / points as f64).max(unseen * self.own[c]).max(beyond)
        };
        (0..self.rounding.len()).map(of_component).collect()
    }

    /// Whether the rest of every component, ∫|f − known| by `sizes`, is within the tolerance: how it is spread does not matter then.
    pub(super) fn is_slight(&self, options: &Options, sizes: &[f64]) -> bool {
        let tolerance = |c: usize| options.tolerance_of(c, |c| self.integrals[c]);
        sizes.iter().enumerate().all(|(c, size)| *size <= tolerance(c))
    }
}

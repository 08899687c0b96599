//! The sample: points off the grid, none of them a pivot, that know how large the integrand is and what a train leaves of it.

use super::chain::Chain;
use super::fit::Place;
use super::oracle::{Oracle, of_train};
use crate::batch::Columns;
use crate::pullback::Tally;
use crate::qmc::scrambled;
use crate::sampling::streams::mix;
use crate::sampling::{Moments, functionals, packed, scaling};
use crate::{Options, Target};
use serde::{Deserialize, Serialize};

/// Points of the first sample, and the part of a budget that they may take.
const FIRST: (u64, u64) = (128, 1024);
const PART: u64 = 16;
/// Points of the largest sample.
const LARGEST: u64 = 16_384;
/// Relative size below which all is rounding.
const ROUNDING: f64 = 2e-15;

/// The sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sample {
    /// Values, point by point; none before they are taken.
    pub(super) values: Vec<f64>,
    count: u64,
    /// How often a larger one was taken.
    pub(super) round: u32,
    /// Powers of two next to the largest value of every component.
    pub(super) scales: Vec<f64>,
}

impl Sample {
    pub(super) fn new(options: &Options, components: usize) -> Self {
        let count = (options.max_evals / PART).clamp(FIRST.0, FIRST.1);
        Sample { values: Vec::new(), count: 1 << count.ilog2(), round: 0, scales: vec![1.0; components] }
    }

    /// Whether it, deserialised, is one of so many components.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        let values = self.values.is_empty() || self.values.len() as u64 == self.count * components as u64;
        let count = self.count.is_power_of_two() && (FIRST.0..=LARGEST).contains(&self.count);
        let scales = self.scales.len() == components && self.scales.iter().all(|s| s.is_normal() && *s > 0.0);
        values && count && scales
    }

    pub(super) fn is_taken(&self) -> bool {
        !self.values.is_empty()
    }

    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Number of points of one that is so many times larger, if there is one.
    pub(super) fn larger(&self, factor: u64) -> Option<u64> {
        (self.count < LARGEST).then(|| (self.count * factor).min(LARGEST))
    }

    pub(super) fn points(&self, place: &Place<'_>) -> Columns {
        let mut points = Columns::default();
        points.reset(place.f.dim(), self.count());
        scrambled(mix(place.options.seed ^ u64::from(self.round)), &mut points);
        points
    }

    /// Evaluates it.
    pub(super) fn take(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let points = self.points(place);
        let mut oracle = Oracle::new(place, tally);
        self.values = oracle.at(points.len(), |d, first, to| {
            let len = to.len();
            to.copy_from_slice(&points.column(d)[first..first + len]);
        });
        if self.round == 0 {
            let components = self.scales.len();
            for (c, scale) in self.scales.iter_mut().enumerate() {
                let most = self.values[c..].iter().step_by(components).fold(0.0, |most: f64, x| most.max(x.abs()));
                *scale = if most > 0.0 { libm::ldexp(1.0, libm::ilogb(most)) } else { 1.0 };
            }
        }
    }

    /// Takes a larger one, of other points.
    pub(super) fn enlarge(&mut self, place: &Place<'_>, tally: &mut Tally, factor: u64) {
        self.count = self.larger(factor).unwrap_or(self.count);
        self.round += 1;
        self.take(place, tally);
    }

    /// Whether fewer of its points than that hold most of the mean square of it.
    pub(super) fn is_peaked(&self, few: f64) -> bool {
        let squares: Vec<f64> = self.values.chunks_exact(self.scales.len()).map(|v| self.size(v).powi(2)).collect();
        let (sum, fourth) = squares.iter().fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
        sum * sum < few * fourth
    }

    pub(super) fn is_dark(&self) -> bool {
        self.values.iter().all(|x| *x == 0.0)
    }

    /// What a train leaves at its points, one after the other.
    pub(super) fn rest(&self, place: &Place<'_>, chain: &Chain) -> Vec<f64> {
        let known = of_train(place, chain, &self.points(place));
        let units = self.scales.iter().cycle();
        self.values.iter().zip(&known).zip(units).map(|((f, x), scale)| f - x * scale).collect()
    }

    /// Its points by the size of these values there, the largest first.
    pub(super) fn largest(&self, values: &[f64]) -> Vec<usize> {
        let sizes: Vec<f64> = values.chunks_exact(self.scales.len()).map(|values| self.size(values)).collect();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|i, j| sizes[*j].total_cmp(&sizes[*i]));
        order
    }

    /// The largest of the components, in units of theirs.
    pub(super) fn size(&self, values: &[f64]) -> f64 {
        values.iter().zip(&self.scales).fold(0.0, |most: f64, (x, scale)| most.max((x / scale).abs()))
    }

    /// The root of the mean square of values, point by point: of every component.
    pub(super) fn roots(&self, values: &[f64]) -> Vec<f64> {
        let of_component = |(c, scale): (usize, &f64)| {
            let squares: f64 = values[c..].iter().step_by(self.scales.len()).map(|r| (r / scale).powi(2)).sum();
            scale * (squares * self.scales.len() as f64 / values.len() as f64).sqrt()
        };
        self.scales.iter().enumerate().map(of_component).collect()
    }
}

/// The root of the mean square of what is left, as a multiple of the tolerance; `rest` is point by point, `known` the integrals.
pub(super) fn spread(options: &Options, rest: &[f64], known: &[f64]) -> f64 {
    let (components, mut most) = (known.len(), 0.0_f64);
    for (k, g) in functionals(options, known).iter().enumerate() {
        let value = match options.target {
            Target::Each => known[k],
            Target::Ratio => known[options.ratios[k].numerator] / known[options.ratios[k].denominator],
        };
        let tolerance = match options.target {
            Target::Each => options.tolerance_of(k, |c| known[c]),
            Target::Ratio => options.tolerance(value),
        };
        let terms = rest.chunks_exact(components).map(|r| r.iter().zip(g).map(|(r, g)| r * g).sum::<f64>());
        let size = terms.clone().fold(0.0, |most: f64, x| most.max(x.abs()));
        if size == 0.0 {
            continue;
        }
        let squares: f64 = terms.map(|x| (x / size).powi(2)).sum();
        let rms = size * (squares * components as f64 / rest.len() as f64).sqrt();
        // Where all digits are asked for, those that rounding leaves.
        let tolerance = tolerance.max(ROUNDING * value.abs());
        most = most.max(rms / tolerance.max(f64::MIN_POSITIVE));
    }
    most
}

/// Means and their covariance from independent values of all components, beside what is known.
pub(super) fn moments(values: &[f64], known: &[f64]) -> Moments {
    let components = known.len();
    let count = (values.len() / components) as f64;
    let mut moments = Moments::zero(components);
    moments.points = count as u64;
    for c in 0..components {
        let column = || values[c..].iter().step_by(components);
        let most = column().fold(0.0, |most: f64, x| most.max(x.abs()));
        moments.means[c] = column().map(|x| x / count).sum::<f64>();
        moments.units[c] = scaling::exponent(most.max(f64::EPSILON * known[c].abs()));
    }
    for a in 0..components {
        for b in 0..=a {
            let deviation = |c: usize, x: f64| scaling::scale(x - moments.means[c], -moments.units[c]);
            let sum: f64 = values.chunks_exact(components).map(|v| deviation(a, v[a]) * deviation(b, v[b])).sum();
            moments.covariance[packed(a, b)] = sum / (count * (count - 1.0).max(1.0));
        }
    }
    moments.means.iter_mut().zip(known).for_each(|(mean, x)| *mean += x);
    moments
}

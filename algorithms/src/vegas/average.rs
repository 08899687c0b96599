//! From iterations to a result: averages with counts of samples as weights, covariance, and χ².
//!
//! Iteration j estimates I_j = Σ_h V_h w̄_h with covariance C_j = Σ_h V_h² cov_h / n_h. The result is
//! I = Σ a_j I_j with a_j = n_j / Σ n, and C = Σ a_j² C_j. The customary weights 1/σ_j² are not used: σ_j is
//! estimated from the same samples as I_j, an iteration that misses a part of the integral also reports a small
//! σ_j, and such weights pull the average towards it, by O(1/n) and in the same direction each time. Counts of
//! samples are fixed in advance, so that I is unbiased; and they are nearly optimal, since σ_j² falls as 1/n_j
//! once the map is trained. Iterations that only trained the map are left out.
//!
//! χ² = Σ_j (g·I_j − m)² / (gᵀ C_j g) per degree of freedom, one less than there are iterations, tells whether the
//! iterations agree within their errors; for several target quantities g it is the mean over them. Here m is the mean
//! of the g·I_j with the customary weights: about any other the mean of χ² would be more than its degrees of freedom.
//!
//! G. P. Lepage, J. Comput. Phys. 27 (1978) 192, equations 4 to 9.

use super::goal::functionals;
use super::units;
use crate::{Estimate, Options};
use ndarray::Array2;

/// Relative rounding error of an integral: differences below it are none.
const ROUNDING: f64 = 1e-13;

/// Index of the pair (a, b), b ≤ a, in the packed lower triangle of a symmetric matrix.
pub(crate) const fn packed(a: usize, b: usize) -> usize {
    a * (a + 1) / 2 + b
}

/// Estimates of all components, and their covariance.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Moments {
    /// Samples behind it.
    pub(crate) points: u64,
    pub(crate) means: Vec<f64>,
    /// Exponents e of the units 2^e in which the covariance measures each component.
    pub(crate) units: Vec<i32>,
    /// Packed.
    pub(crate) covariance: Vec<f64>,
}

impl Moments {
    pub(crate) fn zero(components: usize) -> Self {
        let covariance = vec![0.0; packed(components, 0)];
        Moments { points: 0, means: vec![0.0; components], units: vec![0; components], covariance }
    }

    /// Whether these moments, read from somewhere, are of so many components.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        let units = self.units.len() == components && self.units.iter().all(|e| e.abs() <= units::MOST);
        units && self.means.len() == components && self.covariance.len() == packed(components, 0)
    }

    /// One standard deviation of Σ g_c I_c.
    pub(crate) fn error(&self, g: &[f64]) -> f64 {
        let mut g: Vec<f64> = g.iter().zip(&self.units).map(|(g, e)| units::scale(*g, *e)).collect();
        let unit = units::exponent(g.iter().fold(0.0, |peak, g| g.abs().max(peak)));
        g.iter_mut().for_each(|g| *g = units::scale(*g, -unit));
        let mut variance = 0.0;
        for (a, &x) in g.iter().enumerate().filter(|(_, x)| **x != 0.0) {
            if !self.has_variance(a) {
                return f64::INFINITY;
            }
            for (b, &y) in g[..a].iter().enumerate().filter(|(_, y)| **y != 0.0) {
                variance += 2.0 * x * y * self.covariance[packed(a, b)];
            }
            variance += x * x * self.covariance[packed(a, a)];
        }
        // Rounding may leave a little less than nothing of what cancels.
        if variance < 0.0 { 0.0 } else { units::scale(variance.sqrt(), unit) }
    }

    /// Component `c` with one standard deviation.
    pub(crate) fn integral(&self, c: usize) -> Estimate {
        let error = || units::scale(self.covariance[packed(c, c)].sqrt(), self.units[c]);
        Estimate { value: self.means[c], error: if self.has_variance(c) { error() } else { f64::INFINITY } }
    }

    /// Whether squares of numbers of this size can be represented in the component's unit, with sixteen digits to spare
    /// below. Where they cannot, nothing is known of the error, and the integrand should be scaled.
    fn has_variance(&self, c: usize) -> bool {
        let mean = units::scale(self.means[c], -self.units[c]);
        mean == 0.0 || (1e-138..1e150).contains(&mean.abs())
    }

    /// Adds to the covariance that these parts of the integrals may be missing.
    pub(crate) fn may_lack(&mut self, parts: &[f64]) {
        let common: Vec<i32> = parts.iter().zip(&self.units).map(|(x, e)| units::exponent(x.abs()).max(*e)).collect();
        *self = std::mem::take(self).in_units(&common);
        let parts: Vec<f64> = parts.iter().zip(&self.units).map(|(x, e)| units::scale(*x, -e)).collect();
        for (a, x) in parts.iter().enumerate() {
            parts[..=a].iter().enumerate().for_each(|(b, y)| self.covariance[packed(a, b)] += x * y);
        }
    }

    pub(crate) fn integrals(&self) -> Vec<Estimate> {
        (0..self.means.len()).map(|c| self.integral(c)).collect()
    }

    /// The covariance as a full matrix.
    pub(crate) fn matrix(&self) -> Array2<f64> {
        let n = self.means.len();
        let entry = |a: usize, b: usize| units::scale(self.covariance[packed(a.max(b), a.min(b))], self.units[a] + self.units[b]);
        Array2::from_shape_fn((n, n), |(a, b)| entry(a, b))
    }

    /// The same, measured in other units.
    fn in_units(mut self, exponents: &[i32]) -> Moments {
        let shift = |c: usize| self.units[c] - exponents[c];
        for a in 0..exponents.len() {
            for b in 0..=a {
                let c = &mut self.covariance[packed(a, b)];
                *c = units::scale(*c, shift(a) + shift(b));
            }
        }
        Moments { units: exponents.to_vec(), ..self }
    }

    /// Averages with another estimate in the same units, by counts of samples.
    fn merge(&mut self, later: &Moments) {
        let points = self.points + later.points;
        let (old, new) = (self.points as f64 / points as f64, later.points as f64 / points as f64);
        for (mean, x) in self.means.iter_mut().zip(&later.means) {
            *mean += new * (x - *mean);
        }
        for (c, x) in self.covariance.iter_mut().zip(&later.covariance) {
            *c = old * old * *c + new * new * x;
        }
        self.points = points;
    }
}

/// The measured iterations.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Average {
    iterations: Vec<Moments>,
    total: Moments,
}

impl Average {
    pub(super) fn new(components: usize) -> Self {
        Average { iterations: Vec::new(), total: Moments::zero(components) }
    }

    /// Whether this average, read from somewhere, is of so many components.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        self.iterations.iter().chain([&self.total]).all(|moments| moments.is_sound(components))
    }

    pub(super) fn add(&mut self, iteration: Moments) {
        let larger = |(a, b): (&i32, &i32)| *a.max(b);
        let common: Vec<i32> = match self.iterations.first() {
            Some(first) => first.units.iter().zip(&iteration.units).map(larger).collect(),
            None => iteration.units.clone(),
        };
        for moments in self.iterations.iter_mut().chain([&mut self.total]) {
            *moments = std::mem::take(moments).in_units(&common);
        }
        let iteration = iteration.in_units(&common);
        self.total.merge(&iteration);
        self.iterations.push(iteration);
    }

    /// The number of iterations.
    pub(super) fn len(&self) -> usize {
        self.iterations.len()
    }

    pub(super) fn total(&self) -> &Moments {
        &self.total
    }

    /// χ² per degree of freedom; NaN where there is none.
    pub(super) fn chi2_per_dof(&self, options: &Options) -> f64 {
        let quantities = functionals(options, &self.total.means);
        let chi2: f64 = quantities.iter().map(|g| self.chi2(g)).sum();
        let dof = quantities.len() * self.len().saturating_sub(1);
        if dof == 0 { f64::NAN } else { chi2 / dof as f64 }
    }

    fn chi2(&self, g: &[f64]) -> f64 {
        let value = |m: &Moments| -> f64 { g.iter().zip(&m.means).map(|(g, x)| if *g == 0.0 { 0.0 } else { g * x }).sum() };
        let size: f64 = g.iter().zip(&self.total.means).map(|(g, x)| (g * x).abs()).sum();
        let least = self.iterations.iter().map(|m| m.error(g)).fold(f64::INFINITY, f64::min);
        let (sum, weights) = (self.iterations.iter())
            .map(|m| (value(m), (least / m.error(g)).powi(2)))
            .fold((0.0, 0.0), |(sum, weights), (value, weight)| (sum + weight * value, weights + weight));
        // Iterations without variance have no such weights.
        let mean = if (sum / weights).is_finite() { sum / weights } else { value(&self.total) };
        let term = |m: &Moments| {
            let deviation = (value(m) - mean).abs();
            // Without variance only rounding may differ; what differs more cannot agree.
            if deviation <= ROUNDING * size { 0.0 } else { (deviation / m.error(g)).powi(2) }
        };
        self.iterations.iter().map(term).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iteration(points: u64, mean: f64, variance: f64) -> Moments {
        Moments { points, means: vec![mean], units: vec![0], covariance: vec![variance] }
    }

    #[test]
    fn iterations_count_by_their_samples_and_not_by_their_errors() {
        let mut average = Average::new(1);
        average.add(iteration(100, 1.0, 1e-8));
        average.add(iteration(300, 2.0, 1.0));
        assert_eq!(average.total().means, [1.75]);
        let error = average.total().integral(0).error;
        assert!((error - (0.25_f64.powi(2) * 1e-8 + 0.75_f64.powi(2)).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn chi2_of_one_iteration_is_unknown_and_of_equal_ones_zero() {
        let mut average = Average::new(1);
        average.add(iteration(100, 1.0, 0.0));
        assert!(average.chi2_per_dof(&Options::default()).is_nan());
        average.add(iteration(150, 1.0, 0.0));
        assert_eq!(average.chi2_per_dof(&Options::default()), 0.0);
        average.add(iteration(150, 2.0, 0.0));
        assert_eq!(average.chi2_per_dof(&Options::default()), f64::INFINITY);
    }

    #[test]
    fn chi2_does_not_blame_a_good_iteration_for_the_noise_of_a_bad_one() {
        let mut average = Average::new(1);
        average.add(iteration(100, 3.0, 4.0));
        average.add(iteration(100, 1.0, 1e-6));
        average.add(iteration(100, 1.002, 3e-6));
        // About the mean of the last two, to first order: (2/2)² + (0.0005/0.001)² + (0.0015/0.00173)², over 2.
        assert!((average.chi2_per_dof(&Options::default()) - 0.5 * (1.0 + 0.25 + 0.75)).abs() < 1e-2);
    }

    #[test]
    fn the_error_of_a_combination_uses_the_covariance() {
        let moments = Moments { points: 1, means: vec![1.0, 1.0], units: vec![0; 2], covariance: vec![4.0, 3.0, 9.0] };
        assert_eq!(moments.error(&[1.0, -1.0]), (4.0 + 9.0 - 6.0_f64).sqrt());
        assert_eq!(moments.matrix()[[0, 1]], 3.0);
    }
}

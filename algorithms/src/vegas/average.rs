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

use crate::Options;
use crate::sampling::{Moments, functionals};

/// Relative rounding error of an integral: differences below it are none.
const ROUNDING: f64 = 1e-13;

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

    /// Whether this average, deserialised, is of `components`.
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
}

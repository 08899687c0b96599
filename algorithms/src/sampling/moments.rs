//! Estimates of several integrals and their covariance, in units in which no square leaves the range of doubles.

use super::scaling;
use crate::Estimate;
use ndarray::Array2;
use std::ops::Range;

/// Means, in their units, whose squares are normal numbers with sixteen digits to spare below.
const REPRESENTABLE: Range<f64> = 1e-138..1e150;

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

    /// Whether these moments, deserialised, are of `components`.
    pub(crate) fn is_sound(&self, components: usize) -> bool {
        let units = self.units.len() == components && self.units.iter().all(|e| e.abs() <= scaling::MOST);
        units && self.means.len() == components && self.covariance.len() == packed(components, 0)
    }

    /// One standard deviation of Σ g_c I_c.
    pub(crate) fn error(&self, g: &[f64]) -> f64 {
        let mut g: Vec<f64> = g.iter().zip(&self.units).map(|(g, e)| scaling::scale(*g, *e)).collect();
        let unit = scaling::exponent(g.iter().fold(0.0, |peak, g| g.abs().max(peak)));
        g.iter_mut().for_each(|g| *g = scaling::scale(*g, -unit));
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
        if variance < 0.0 { 0.0 } else { scaling::scale(variance.sqrt(), unit) }
    }

    /// Component `c` with one standard deviation.
    pub(crate) fn integral(&self, c: usize) -> Estimate {
        let error = || scaling::scale(self.covariance[packed(c, c)].sqrt(), self.units[c]);
        Estimate { value: self.means[c], error: if self.has_variance(c) { error() } else { f64::INFINITY } }
    }

    /// Whether squares of numbers of this size can be represented in the component's unit, with sixteen digits to spare
    /// below. Where they cannot, nothing is known of the error, and the integrand should be scaled.
    fn has_variance(&self, c: usize) -> bool {
        let mean = scaling::scale(self.means[c], -self.units[c]);
        mean == 0.0 || REPRESENTABLE.contains(&mean.abs())
    }

    /// Adds to the covariance that these parts of the integrals may be missing.
    pub(crate) fn may_lack(&mut self, parts: &[f64]) {
        let common: Vec<i32> = parts.iter().zip(&self.units).map(|(x, e)| scaling::exponent(x.abs()).max(*e)).collect();
        *self = std::mem::take(self).in_units(&common);
        let parts: Vec<f64> = parts.iter().zip(&self.units).map(|(x, e)| scaling::scale(*x, -e)).collect();
        for (a, x) in parts.iter().enumerate() {
            parts[..=a].iter().enumerate().for_each(|(b, y)| self.covariance[packed(a, b)] += x * y);
        }
    }

    /// Raises the errors of the components to at least these; their correlations stay as they are.
    pub(crate) fn raise(&mut self, errors: &[f64]) {
        for (c, least) in errors.iter().enumerate() {
            let error = self.integral(c).error;
            if error.is_nan() || error >= *least {
                continue;
            }
            let (factor, unit) = (least / error, self.units[c]);
            if factor.is_finite() {
                let with = |k: usize| packed(c.max(k), c.min(k));
                (0..errors.len()).filter(|k| *k != c).for_each(|k| self.covariance[with(k)] *= factor);
                self.covariance[packed(c, c)] *= factor * factor;
            } else {
                self.covariance[packed(c, c)] += scaling::scale(*least, -unit).powi(2);
            }
        }
    }

    pub(crate) fn integrals(&self) -> Vec<Estimate> {
        (0..self.means.len()).map(|c| self.integral(c)).collect()
    }

    /// The covariance as a full matrix.
    pub(crate) fn matrix(&self) -> Array2<f64> {
        let n = self.means.len();
        let entry =
            |a: usize, b: usize| scaling::scale(self.covariance[packed(a.max(b), a.min(b))], self.units[a] + self.units[b]);
        Array2::from_shape_fn((n, n), |(a, b)| entry(a, b))
    }

    /// The same, measured in other units.
    pub(crate) fn in_units(mut self, exponents: &[i32]) -> Moments {
        let shift = |c: usize| self.units[c] - exponents[c];
        for a in 0..exponents.len() {
            for b in 0..=a {
                let c = &mut self.covariance[packed(a, b)];
                *c = scaling::scale(*c, shift(a) + shift(b));
            }
        }
        Moments { units: exponents.to_vec(), ..self }
    }

    /// Averages with another estimate in the same units, by counts of samples.
    pub(crate) fn merge(&mut self, later: &Moments) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_combination_uses_the_covariance() {
        let moments = Moments { points: 1, means: vec![1.0, 1.0], units: vec![0; 2], covariance: vec![4.0, 3.0, 9.0] };
        assert_eq!(moments.error(&[1.0, -1.0]), (4.0 + 9.0 - 6.0_f64).sqrt());
        assert_eq!(moments.matrix()[[0, 1]], 3.0);
    }
}

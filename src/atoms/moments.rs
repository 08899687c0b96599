//! Moments of the local energy about origins near their means, so that nothing cancels in them.
//!
//! With O = ∂lnψ/∂p and means over ψ², Var(E_L) = ⟨(E_L − E₀)²⟩ − (E − E₀)² and
//! ∂E/∂p = 2 ⟨(E_L − E₀)(O − O₀)⟩ − 2 (E − E₀)(⟨O⟩ − O₀) (D. Ceperley, G. V. Chester, M. H. Kalos, Phys. Rev. B 16 (1977)
//! 3081, eq. 15; here with origins). Near E₀ = E the second terms vanish, and an error of E is multiplied by nearly
//! nothing.
//!
//! Every moment M is integrated as s·M + E₀ (the second as M + E₀²), which is an energy as it is to first order at
//! p + s/2: a relative tolerance then means for all of them what it means for E, and a moment that is zero, as at
//! a minimum or for an exact ψ, needs no endless work. The error of a ratio does not see the constant.

use fubini_algorithms::simd::{Kernel, LANES, Lanes, dispatch};
use fubini_algorithms::{Estimate, Integrand, Points, Values};

/// Numbers near the means, about which moments are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Origin {
    /// Near the energy.
    pub(crate) energy: f64,
    /// Near ⟨∂lnψ/∂p⟩, one per parameter.
    pub(crate) slopes: Vec<f64>,
}

/// Step s of the mean slopes relative to that of the gradient: they are multiplied by E − E₀, and need few digits.
const MEAN_SLOPE: f64 = 1e-3;

/// Components as fixed combinations of the components of another integrand, of which row k uses 0 to k alone.
pub(crate) struct Combined<I> {
    pub(crate) integrand: I,
    /// One row per component: (component, coefficient).
    pub(crate) rows: Vec<Vec<(usize, f64)>>,
}

impl Origin {
    /// (Hψ)², component `at`, as the second moment about the origin.
    pub(crate) fn square(&self, at: usize) -> Vec<(usize, f64)> {
        vec![(0, -2.0 * self.energy), (1, 2.0 * self.energy * self.energy), (at, 1.0)]
    }

    /// ψ ∂ψ/∂p and Hψ ∂ψ/∂p, components `at` and `at + 1` of parameter `p`, as the mean slope and the covariance with
    /// the energy.
    pub(crate) fn slope(&self, p: usize, at: usize, step: f64) -> [Vec<(usize, f64)>; 2] {
        let (energy, slope) = (self.energy, self.slopes[p]);
        let small = MEAN_SLOPE * step;
        [
            vec![(1, self.shift() - small * slope), (at, small)],
            vec![(0, -step * slope), (1, self.shift() + step * energy * slope), (at, -step * energy), (at + 1, step)],
        ]
    }

    /// ⟨∂lnψ/∂p⟩ and ∂E/∂p from the energy and the two ratios.
    pub(crate) fn gradient(
        &self,
        p: usize,
        step: f64,
        energy: Estimate,
        mean: Estimate,
        covariance: Estimate,
    ) -> (f64, Estimate) {
        let small = MEAN_SLOPE * step;
        let off = energy.value - self.energy;
        let slope = (mean.value - self.shift()) / small;
        let value = 2.0 * ((covariance.value - self.shift()) / step - off * slope);
        let rounding = 4.0 * f64::EPSILON * self.shift().abs() / step;
        let own = covariance.error / step + rounding;
        let error = 2.0 * (own + off.abs() * mean.error / small + slope.abs() * energy.error);
        (self.slopes[p] + slope, Estimate { value, error })
    }

    /// What is added to every moment.
    fn shift(&self) -> f64 {
        if self.energy == 0.0 { 1.0 } else { self.energy }
    }
}

impl<I: Integrand> Integrand for Combined<I> {
    fn dim(&self) -> usize {
        self.integrand.dim()
    }

    fn components(&self) -> usize {
        self.rows.len()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        self.integrand.eval(points, values);
        dispatch(Combine { rows: &self.rows, values });
    }
}

/// Replaces components by their combinations, the last first: each row still finds what it needs.
struct Combine<'a, 'b> {
    rows: &'a [Vec<(usize, f64)>],
    values: &'a mut Values<'b>,
}

impl Kernel for Combine<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Combine { rows, values } = self;
        for group in 0..values.len().div_ceil(LANES) {
            for (k, row) in rows.iter().enumerate().rev() {
                if let [(own, 1.0)] = row[..]
                    && own == k
                {
                    continue;
                }
                let mut sum = V::splat(0.0);
                for &(component, coefficient) in row {
                    sum = V::splat(coefficient).mul_add(V::load(&values.lanes(component)[group]), sum);
                }
                sum.store(&mut values.lanes(k)[group]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Reading;
    use fubini_algorithms::{Cuhre, Domain, Integrator, Options, vector};

    /// On [0, 1] with weight 1: E_L = x and O = x², so that Var(E_L) = 1/12, ⟨O⟩ = 1/3, 2 Cov(E_L, O) = 1/6.
    #[test]
    fn moments_do_not_depend_on_their_origins() {
        let step = 0.3;
        for origin in [
            Origin { energy: 0.5, slopes: vec![1.0 / 3.0] },
            Origin { energy: -1.5, slopes: vec![2.0] },
            Origin { energy: 0.0, slopes: vec![0.0] },
        ] {
            let raw = vector(1, 5, |x, y| {
                let (e, o) = (x[0], x[0] * x[0]);
                y.copy_from_slice(&[e, 1.0, e * e, o, e * o]);
            });
            let [mean, covariance] = origin.slope(0, 3, step);
            let rows = vec![vec![(0, 1.0)], vec![(1, 1.0)], origin.square(2), mean, covariance];
            let integrand = Combined { integrand: raw, rows };
            let options = Options::default().rtol(1e-10).ratio(0, 1).ratio(2, 1).ratio(3, 1).ratio(4, 1);
            let ratios = Cuhre::default().integrate(&integrand, &Domain::unit(1), &options).unwrap().ratios;
            let variance = Reading::Variance { origin: origin.energy }.read(ratios[0], ratios[1]);
            assert!((variance.value - 1.0 / 12.0).abs() <= variance.error && variance.error < 1e-9, "{origin:?}: {variance:?}");
            let (slope, gradient) = origin.gradient(0, step, ratios[0], ratios[2], ratios[3]);
            assert!((slope - 1.0 / 3.0).abs() < 1e-9, "{origin:?}: {slope}");
            assert!((gradient.value - 1.0 / 6.0).abs() <= gradient.error, "{origin:?}: {gradient:?}");
        }
    }

    #[test]
    fn errors_of_moments_far_from_their_origins_count_those_of_the_mean() {
        let far = Origin { energy: -1.5, slopes: vec![2.0] };
        let [mean, ratio] = [Estimate { value: 0.5, error: 0.01 }, Estimate { value: 7.0, error: 0.0 }];
        let variance = Reading::Variance { origin: far.energy }.read(mean, ratio);
        // ± 0.01 in E moves (E − E₀)² = 4 by 0.04.
        assert!(variance.error >= 0.04 && variance.error < 0.041, "{variance:?}");
        // ⟨O⟩ − O₀ = −5/3 here.
        let mean_slope = Estimate { value: -1.5 - 5.0 / 3.0 * MEAN_SLOPE, error: 0.0 };
        let (_, gradient) = far.gradient(0, 1.0, mean, mean_slope, Estimate { value: 0.0, error: 0.0 });
        assert!((gradient.error - 2.0 * 5.0 / 3.0 * 0.01).abs() < 1e-11, "{gradient:?}");
    }
}

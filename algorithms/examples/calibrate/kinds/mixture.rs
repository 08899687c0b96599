//! Sums of Gaussians of any shape and place.

use crate::matrix::Rows;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;
use libm::erfc;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// weight · exp(−|M (x − centre)|² / 2).
#[derive(Clone, Debug)]
pub(crate) struct Bump {
    /// Height.
    pub(crate) weight: f64,
    /// Place.
    pub(crate) centre: Vec<f64>,
    /// M; it may have more rows than columns.
    pub(crate) rows: Rows,
}

impl Bump {
    /// A round one of this width.
    pub(crate) fn round(weight: f64, centre: Vec<f64>, width: f64) -> Self {
        let dim = centre.len();
        let row = |i: usize| (0..dim).map(|j| if i == j { 1.0 / width } else { 0.0 }).collect();
        Bump { weight, centre, rows: (0..dim).map(row).collect() }
    }
}

/// A sum of Gaussians.
pub(crate) struct Mixture(pub(crate) Vec<Bump>);

impl LaneIntegrand for Mixture {
    fn dim(&self) -> usize {
        self.0[0].centre.len()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let zero = V::splat(0.0);
        y[0] = self.0.iter().fold(zero, |sum, bump| {
            let square = bump.rows.iter().fold(zero, |square, row| {
                let each = row.iter().zip(&bump.centre).zip(x);
                let along = each.fold(zero, |along, ((r, c), x)| V::splat(*r).mul_add(*x - V::splat(*c), along));
                along.mul_add(along, square)
            });
            V::splat(bump.weight).mul_add((V::splat(-0.5) * square).exp(), sum)
        });
    }
}

/// (2π)^(dim/2): what a Gaussian of unit determinant integrates to.
pub(crate) fn gaussian_integral(dim: usize) -> f64 {
    TAU.powf(0.5 * dim as f64)
}

/// The share of a normal distribution that a box holds, from the `margins` of all faces in standard deviations of
/// their axes.
///
/// Corners beyond two faces are counted twice: at eight deviations that is 1e-15 at most.
pub(crate) fn share_inside(margins: impl IntoIterator<Item = f64>) -> f64 {
    1.0 - margins.into_iter().map(|z| 0.5 * erfc(z * FRAC_1_SQRT_2)).sum::<f64>()
}

//! The hydrogen atom with the trial function of the 2017 study, as one batched integrand.
//!
//! ψ = exp(−r − β r²), in atomic units; E_L = −1/2 + 3β − 2β r − 2β² r².

use super::helium::norm;
use crate::RequestError;
use crate::request::require;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;

/// Numerator ψHψ and denominator ψ² at (x, y, z).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hydrogen {
    /// Coefficient of r² in the exponent.
    pub beta: f64,
}

impl Hydrogen {
    /// Refuses parameters for which ψ cannot be normalised.
    pub(super) fn check(self) -> Result<(), RequestError> {
        let beta = self.beta;
        require("beta", beta, "must be a number, 0 or greater: ψ would grow with the distance", beta >= 0.0)
    }

    pub(super) fn describe(self) -> String {
        format!("ψ = exp(−r − {} r²)", self.beta)
    }
}

impl LaneIntegrand for Hydrogen {
    fn dim(&self) -> usize {
        3
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let &[x, y_, z] = x else { unreachable!("three variables") };
        let (r, _) = norm(x, y_, z);
        let beta_r = V::splat(self.beta) * r;
        let one = V::splat(1.0);
        let density = (V::splat(-2.0) * r * (one + beta_r)).exp();
        // −1/2 + 3β − 2β r (1 + β r)
        let energy = (V::splat(-2.0) * beta_r).mul_add(one + beta_r, V::splat(3.0 * self.beta - 0.5));
        y[0] = energy * density;
        y[1] = density;
    }
}

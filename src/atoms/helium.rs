//! Helium and other two-electron ions with the Padé-Jastrow trial function, as one batched integrand.
//!
//! ψ = exp(−α(r1 + r2)) exp(r12 / 2 / (1 + β r12)), in atomic units with an infinitely heavy nucleus of charge Z.
//! With d = 1 + β r12 the local energy is
//!
//! E_L = −α² − 1/(4 d⁴) + β/d³ + (2β + β² r12)/d² + α/(2 d²) · (r1/|r1| − r2/|r2|)·r12/|r12| + (α − Z)(1/|r1| + 1/|r2|),
//!
//! in which the Coulomb term 1/r12 has been cancelled against the cusp of ψ: nothing large is subtracted.

use crate::RequestError;
use crate::request::require;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;

/// Numerator ψHψ and denominator ψ² at (x1, y1, z1, x2, y2, z2).
///
/// ```
/// use fubini::atoms::{Frame, Helium, helium};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let problem = helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, Frame::Auto)?;
/// let options = problem.options(&Options::default().rtol(1e-8));
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// let energy = report.ratio().unwrap();
/// assert!((energy.value + 2.878174669631).abs() <= energy.error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Helium {
    /// Exponent of the one-electron factors.
    pub alpha: f64,
    /// Range parameter of the electron-electron factor.
    pub beta: f64,
    /// Nuclear charge Z.
    pub charge: f64,
}

impl Helium {
    /// Refuses parameters for which ψ cannot be normalised.
    pub(super) fn check(self) -> Result<(), RequestError> {
        let Helium { alpha, beta, charge } = self;
        require("charge", charge, "the nuclear charge must be a number above 0", charge > 0.0)?;
        require("beta", beta, "must be a number, 0 or greater: ψ would be singular where r12 = −1/beta", beta >= 0.0)?;
        require("alpha", alpha, "must be a number above 0: ψ would not fall off with the distance", alpha > 0.0)?;
        if beta == 0.0 {
            require("alpha", alpha, "must be above 1/2 when beta is 0: ψ would not fall off with r12", alpha > 0.5)?;
        }
        Ok(())
    }

    pub(super) fn describe(self) -> String {
        let Helium { alpha, beta, .. } = self;
        format!("ψ = exp(−{alpha} (r1 + r2)) · exp(r12/2 / (1 + {beta} r12))")
    }
}

impl LaneIntegrand for Helium {
    fn dim(&self) -> usize {
        6
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let &[x1, y1, z1, x2, y2, z2] = x else { unreachable!("six variables") };
        let (x12, y12, z12) = (x1 - x2, y1 - y2, z1 - z2);
        let (r1, inverse1) = norm(x1, y1, z1);
        let (r2, inverse2) = norm(x2, y2, z2);
        let (r12, inverse12) = norm(x12, y12, z12);
        let (alpha, beta) = (V::splat(self.alpha), V::splat(self.beta));
        let d = beta.mul_add(r12, V::splat(1.0)).recip();
        let d2 = d * d;
        let density = r12.mul_add(d, V::splat(-2.0 * self.alpha) * (r1 + r2)).exp();
        // (r1/|r1| − r2/|r2|) · r12
        let along_x = (x1 * inverse1 - x2 * inverse2) * x12;
        let along_xy = (y1 * inverse1 - y2 * inverse2).mul_add(y12, along_x);
        let along = (z1 * inverse1 - z2 * inverse2).mul_add(z12, along_xy);
        // The bracket of all terms with d⁻²: −d⁻²/4 + β/d + 2β + β² r12 + α/2 · along/r12
        let jastrow = (d2 * V::splat(-0.25)) + beta.mul_add(d, V::splat(2.0 * self.beta));
        let cusp = (V::splat(0.5) * alpha * along).mul_add(inverse12, r12 * (beta * beta));
        let mut energy = (jastrow + cusp).mul_add(d2, V::splat(-self.alpha * self.alpha));
        if self.alpha != self.charge {
            energy += V::splat(self.alpha - self.charge) * (inverse1 + inverse2);
        }
        y[0] = energy * density;
        y[1] = density;
    }
}

/// Length of a vector, and one over it.
#[inline(always)]
pub(super) fn norm<V: Lanes>(x: V, y: V, z: V) -> (V, V) {
    x.mul_add(x, y.mul_add(y, z * z)).sqrt_rsqrt()
}

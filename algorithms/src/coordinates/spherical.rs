//! Spherical coordinates for every particle, in the laboratory frame.
//!
//! Own variables per particle: r in (0, ∞), c = cos θ in (−1, 1), φ in (0, 2π);
//! x = r √(1−c²) cos φ, y = r √(1−c²) sin φ, z = r c, with Jacobian r².

use super::{AxisMap, Coordinates, WideTransform, transform_wide};
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::TAU;

/// Spherical coordinates for one to three particles in three dimensions each.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Spherical};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
/// // A function of x, y and z over all of space.
/// let f = scalar(3, |x| (-2.0 * x.iter().map(|x| x * x).sum::<f64>().sqrt()).exp());
/// let space = Spherical::new(1, AxisMap::Logarithmic { scale: 1.0 });
/// let report = Cuhre::default().integrate(&f, &space, &Options::default())?;
/// assert!((report.integrals[0].value - std::f64::consts::PI).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Spherical {
    axes: Vec<AxisMap>,
}

impl Spherical {
    /// For `particles` (one to three), with a map of each radius to (0, ∞).
    ///
    /// # Panics
    /// If there are none or more than three.
    pub fn new(particles: usize, radius: AxisMap) -> Self {
        assert!((1..=3).contains(&particles), "spherical coordinates are made for one to three particles");
        let one = [radius, AxisMap::Interval { lo: -1.0, hi: 1.0 }, AxisMap::Interval { lo: 0.0, hi: TAU }];
        Spherical { axes: one.repeat(particles) }
    }
}

impl Coordinates for Spherical {
    fn name(&self) -> &'static str {
        "spherical"
    }

    fn dim(&self) -> usize {
        self.axes.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn transform(&self, columns: &mut Columns) {
        transform_wide(self, columns);
    }
}

impl WideTransform for Spherical {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 9]) -> V {
        let mut jacobian = V::splat(1.0);
        for particle in x[..self.axes.len()].chunks_exact_mut(3) {
            let (r, c, phi) = (particle[0], particle[1], particle[2]);
            let rho = r * sine(c);
            let (sin, cos) = phi.sin_cos();
            (particle[0], particle[1], particle[2]) = (rho * cos, rho * sin, r * c);
            jacobian *= r * r;
        }
        jacobian
    }
}

/// The sine of an angle in (0, π) whose cosine is `c`.
#[inline(always)]
pub(super) fn sine<V: Lanes>(c: V) -> V {
    let one = V::splat(1.0);
    ((one - c) * (one + c)).max(V::splat(0.0)).sqrt()
}

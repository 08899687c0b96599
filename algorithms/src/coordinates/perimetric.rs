//! Perimetric coordinates of two particles and the origin, with the orientation of their triangle.
//!
//! Own variables: u = r1 + r12 − r2, v = r2 + r12 − r1, w = r1 + r2 − r12, each in (0, ∞) and independent of the
//! others (C. L. Pekeris, Phys. Rev. 112 (1958) 1649), then cos θ, φ, γ as in [`Body`](super::Body). The volume is
//! d⁶x = r1 r2 r12 / 4 · du dv dw · d(cos θ) dφ dγ. All three coalescence points r1 = 0,
//! r2 = 0, r12 = 0 lie on the boundary of the cube, where the Jacobian vanishes.

use super::body::place_pair;
use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::TAU;

/// Two particles in perimetric coordinates.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Perimetric};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
///
/// // ∫∫ exp(−2 r1 − 2 r2) / r12 = 5π²/8
/// let f = scalar(6, |x| {
///     let norm = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
///     let (r1, r2) = (norm(x[0], x[1], x[2]), norm(x[3], x[4], x[5]));
///     (-2.0 * (r1 + r2)).exp() / norm(x[0] - x[3], x[1] - x[4], x[2] - x[5])
/// });
/// let map = |scale| AxisMap::Above { lo: 0.0, scale };
/// let perimetric = Perimetric::new(map(1.0), map(0.5));
/// let report = Cuhre::default().integrate(&f, &perimetric, &Options::default().rtol(1e-4))?;
/// let exact = 0.625 * std::f64::consts::PI.powi(2);
/// assert!((report.integrals[0].value - exact).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Perimetric {
    axes: [AxisMap; 6],
}

impl Perimetric {
    /// With maps to (0, ∞): `outer` for u and v, which grow with one particle's distance from the other two
    /// points, and `inner` for w, which grows with both.
    pub fn new(outer: AxisMap, inner: AxisMap) -> Self {
        let cosine = AxisMap::Interval { lo: -1.0, hi: 1.0 };
        let angle = AxisMap::Interval { lo: 0.0, hi: TAU };
        Perimetric { axes: [outer, outer, inner, cosine, angle, angle] }
    }
}

impl Coordinates for Perimetric {
    fn name(&self) -> &'static str {
        "perimetric"
    }

    fn dim(&self) -> usize {
        6
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Perimetric {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let [u, v, w, ..] = *x;
        let (Sides { r1, z2, rho2 }, volume) = sides(u, v, w);
        place_pair(x, r1, z2, rho2);
        volume
    }
}

/// The triangle of the origin and both particles: the first at the distance `r1`, the second at `z2` along the direction to
/// the first and at `rho2` from that line.
pub(super) struct Sides<V> {
    pub(super) r1: V,
    pub(super) z2: V,
    pub(super) rho2: V,
}

/// The triangle of these perimetric coordinates, and the density r1 r2 r12 / 4 of the volume over them and the orientation.
#[inline(always)]
pub(super) fn sides<V: Lanes>(u: V, v: V, w: V) -> (Sides<V>, V) {
    let half = V::splat(0.5);
    let (r1, r2, r12) = (half * (u + w), half * (v + w), half * (u + v));
    // Heron's formula: 4 · area = √((u + v + w) u v w), and the height over side r1 is 2 · area / r1.
    let inverse = r1.recip();
    let rho2 = half * ((u + v + w) * w * (u * v)).sqrt() * inverse;
    // r1 r2 cos θ12 = (r1² + r2² − r12²) / 2 = (w (u + v + w) − u v) / 4.
    let z2 = V::splat(0.25) * (w * (u + v + w) - u * v) * inverse;
    (Sides { r1, z2, rho2 }, V::splat(0.25) * r1 * r2 * r12)
}

//! Two particles in spherical coordinates, the second measured from the direction of the first.
//!
//! Own variables: r1, r2 in (0, ∞), c12 = cos θ12 in (−1, 1), and the orientation of the pair: c = cos θ and φ
//! of particle 1, γ of particle 2 about it. Jacobian r1² r2². An S state does not depend on the orientation,
//! and r1 = 0 and r2 = 0 lie on faces of the cube; r12 = 0 lies on an edge.

use super::spherical::sine;
use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::TAU;

/// Two particles, the second in the frame of the first.
#[derive(Clone, Debug)]
pub struct Body {
    axes: [AxisMap; 6],
}

impl Body {
    /// With a map of each radius to (0, ∞).
    pub fn new(radius: AxisMap) -> Self {
        let cosine = AxisMap::Interval { lo: -1.0, hi: 1.0 };
        let angle = AxisMap::Interval { lo: 0.0, hi: TAU };
        Body { axes: [radius, radius, cosine, cosine, angle, angle] }
    }
}

impl Coordinates for Body {
    fn name(&self) -> &'static str {
        "body"
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

impl LaneTransform for Body {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let [r1, r2, c12, ..] = *x;
        place_pair(x, r1, r2 * c12, r2 * sine(c12));
        let r1r2 = r1 * r2;
        r1r2 * r1r2
    }
}

/// Turns the orientation in `x[3..]` (cos θ, φ, γ) and a pair of vectors in the body frame into laboratory
/// positions: particle 1 at distance `r1` along the axis, particle 2 at `z2` along it and `rho2` from it.
#[inline(always)]
pub(super) fn place_pair<V: Lanes>(x: &mut [V; 6], r1: V, z2: V, rho2: V) {
    let (c, (sin_phi, cos_phi), (sin_gamma, cos_gamma)) = (x[3], x[4].sin_cos(), x[5].sin_cos());
    let s = sine(c);
    // The rotated frame: e_r (the axis), e_θ and e_φ.
    let (e_r, e_theta, e_phi) =
        ([s * cos_phi, s * sin_phi, c], [c * cos_phi, c * sin_phi, -s], [-sin_phi, cos_phi, V::splat(0.0)]);
    let (along_theta, along_phi) = (rho2 * cos_gamma, rho2 * sin_gamma);
    for k in 0..3 {
        x[k] = r1 * e_r[k];
        x[k + 3] = e_phi[k].mul_add(along_phi, e_theta[k].mul_add(along_theta, e_r[k] * z2));
    }
}

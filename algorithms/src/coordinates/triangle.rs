//! The triangle of two particles and the origin: perimetric coordinates with the orientation integrated analytically.
//!
//! Own variables: u = r1 + r12 − r2, v = r2 + r12 − r1, w = r1 + r2 − r12, each in (0, ∞), as in
//! [`Perimetric`](super::Perimetric). A function of r1, r2 and r12 alone, as an S state's density is, does not depend on
//! the orientation of the triangle, whose three angles contribute the factor 2 · 2π · 2π:
//! ∫ f d⁶x = 8π² ∫ f r1 r2 r12 / 4 · du dv dw (E. A. Hylleraas, Z. Phys. 54 (1929) 347; in these variables C. L. Pekeris,
//! Phys. Rev. 112 (1958) 1649). Every triangle is placed in the xz plane with particle 1 on the z axis: the integral of a
//! function that is not invariant under rotations would be wrong, and nothing here can tell.

use super::perimetric::{Sides, sides};
use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::PI;

/// Two particles in perimetric coordinates, for functions of r1, r2 and r12 alone: three variables, six dimensions.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Triangle};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
///
/// // ∫ exp(−2 r1² − r2²) d⁶x = √(π/2)³ √π³, in the variables of all six dimensions.
/// let f = scalar(6, |x| (-2.0 * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) - x[3] * x[3] - x[4] * x[4] - x[5] * x[5]).exp());
/// let map = AxisMap::Logarithmic { scale: 2.0 };
/// let integral = Cuhre::default().integrate(&f, &Triangle::new(map, map), &Options::default().rtol(1e-8))?.integrals[0];
/// let exact = std::f64::consts::PI.powi(3) / 8f64.sqrt();
/// assert!((integral.value - exact).abs() <= integral.error && integral.error <= 1e-8 * exact);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Triangle {
    axes: [AxisMap; 3],
}

impl Triangle {
    /// With maps to (0, ∞): `outer` for u and v, `inner` for w, as in [`Perimetric::new`](super::Perimetric::new).
    pub fn new(outer: AxisMap, inner: AxisMap) -> Self {
        Triangle { axes: [outer, outer, inner] }
    }
}

impl Coordinates for Triangle {
    fn name(&self) -> &'static str {
        "triangle"
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

impl LaneTransform for Triangle {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let [u, v, w, ..] = *x;
        let (Sides { r1, z2, rho2 }, volume) = sides(u, v, w);
        let zero = V::splat(0.0);
        *x = [zero, zero, r1, rho2, zero, z2];
        V::splat(8.0 * PI * PI) * volume
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    /// Where the triangle of u, v, w is placed, and the Jacobian.
    fn at(own: [f64; 3]) -> ([f64; 6], f64) {
        let map = AxisMap::Logarithmic { scale: 1.0 };
        let mut x = [own[0], own[1], own[2], f64::NAN, f64::NAN, f64::NAN].map(F64x8::splat);
        let jacobian = Triangle::new(map, map).apply(&mut x).to_array()[0];
        (x.map(|x| x.to_array()[0]), jacobian)
    }

    const PLACES: [[f64; 3]; 4] = [[0.3, 0.5, 0.9], [2.0, 0.1, 0.7], [0.4, 3.0, 1.5], [1.0, 1.0, 0.05]];

    #[test]
    fn distances_are_those_of_the_coordinates() {
        for [u, v, w] in PLACES {
            let [x1, y1, z1, x2, y2, z2] = at([u, v, w]).0;
            let norm = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
            let distances = [norm(x1, y1, z1), norm(x2, y2, z2), norm(x1 - x2, y1 - y2, z1 - z2)];
            for (distance, twice) in distances.into_iter().zip([u + w, v + w, u + v]) {
                assert!((distance / twice - 0.5).abs() < 1e-14, "{u} {v} {w}: {distance} {twice}");
            }
        }
    }

    #[test]
    fn the_jacobian_is_the_determinant_times_the_volume_of_all_orientations() {
        for place in PLACES {
            let h = 1e-5;
            // ∂(r1, ρ2, z2) by u, v and w.
            let column = |d: usize| {
                let (mut low, mut high) = (place, place);
                (low[d], high[d]) = (low[d] - h, high[d] + h);
                let (low, high) = (at(low).0, at(high).0);
                [2, 3, 5].map(|k| (high[k] - low[k]) / (2.0 * h))
            };
            let [[a, b, c], [d, e, f], [g, i, j]] = [column(0), column(1), column(2)];
            let determinant = a * (e * j - f * i) - b * (d * j - f * g) + c * (d * i - e * g);
            let (x, jacobian) = at(place);
            // Particle 1 on a sphere, particle 2 on a circle about its direction.
            let exact = 4.0 * PI * x[2] * x[2] * 2.0 * PI * x[3] * determinant.abs();
            assert!((jacobian / exact - 1.0).abs() < 1e-6, "{place:?}: {jacobian} {exact}");
        }
    }
}

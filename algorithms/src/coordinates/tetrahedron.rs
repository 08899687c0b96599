//! Three particles and the origin: two of them in prolate spheroidal coordinates about the origin and the third.
//!
//! Own variables: R = r3 in (0, ∞); for particles 1 and 2 s = r + d − R in (0, ∞) and η = (r − d)/R in (−1, 1), where d is the
//! distance from particle 3; and the angle φ between the planes of both. Particle 1 at ξ = 1 + s/R and η has d³x = ½ r d ds dη dφ, as in
//! [`Prolate`](super::Prolate). Five of six coalescences, r1 = 0, r2 = 0, r3 = 0, r13 = 0 and r23 = 0, lie on the boundary of the
//! cube, where the Jacobian vanishes; r12 = 0 is a part of the face φ = 0.
//!
//! A function of the six distances alone depends neither on the orientation, which contributes the factor 8π², nor on the sign of
//! φ; placed in the xz plane with particle 3 on the z axis, six variables then stand for nine. With the orientation cos θ, φ, γ there
//! are nine.

use super::spherical::sine;
use super::{AxisMap, Coordinates, WideTransform, transform_wide};
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::{PI, TAU};

/// Three particles, the third of which is a focus for the others.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Tetrahedron};
/// use fubini_algorithms::{Integrator, Options, Qmc, scalar};
///
/// // ∫ exp(−2 r1 − 2 r2 − 2 r3) / r13 d⁹x = 5π³/8
/// let f = scalar(9, |x| {
///     let norm = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
///     let sum = norm(x[0], x[1], x[2]) + norm(x[3], x[4], x[5]) + norm(x[6], x[7], x[8]);
///     (-2.0 * sum).exp() / norm(x[0] - x[6], x[1] - x[7], x[2] - x[8])
/// });
/// let map = |scale| AxisMap::Above { lo: 0.0, scale };
/// let space = Tetrahedron::new(map(1.0), map(1.0));
/// let report = Qmc::default().integrate(&f, &space, &Options::default().rtol(1e-3))?;
/// let exact = 0.625 * std::f64::consts::PI.powi(3);
/// assert!((report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tetrahedron {
    axes: Vec<AxisMap>,
}

impl Tetrahedron {
    /// With maps to (0, ∞): `radius` for R, `outward` for both s. For functions of the distances alone.
    pub fn new(radius: AxisMap, outward: AxisMap) -> Self {
        let eta = AxisMap::Interval { lo: -1.0, hi: 1.0 };
        Tetrahedron { axes: vec![radius, outward, outward, eta, eta, AxisMap::Interval { lo: 0.0, hi: PI }] }
    }

    /// The same for any function: with three variables for the orientation.
    pub fn oriented(radius: AxisMap, outward: AxisMap) -> Self {
        let (cosine, angle) = (AxisMap::Interval { lo: -1.0, hi: 1.0 }, AxisMap::Interval { lo: 0.0, hi: TAU });
        Tetrahedron { axes: vec![radius, outward, outward, cosine, cosine, angle, cosine, angle, angle] }
    }
}

impl Coordinates for Tetrahedron {
    fn name(&self) -> &'static str {
        if self.axes.len() == 6 { "tetrahedron" } else { "spheroidal" }
    }

    fn dim(&self) -> usize {
        9
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn transform(&self, columns: &mut Columns) {
        transform_wide(self, columns);
    }
}

impl WideTransform for Tetrahedron {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 9]) -> V {
        let [r, s1, s2, eta1, eta2, phi, c, azimuth, gamma] = *x;
        let (rho1, z1, volume1) = beside(r, s1, eta1);
        let (rho2, z2, volume2) = beside(r, s2, eta2);
        let (sin, cos) = phi.sin_cos();
        let zero = V::splat(0.0);
        let volumes = r * r * volume1 * volume2;
        if self.axes.len() == 6 {
            *x = [rho1, zero, z1, rho2 * cos, rho2 * sin, z2, zero, zero, r];
            // 2 · 2π · 2π of the orientation, and both signs of φ.
            return V::splat(16.0 * PI * PI) * volumes;
        }
        let (s, (sin_azimuth, cos_azimuth), (sin_gamma, cos_gamma)) = (sine(c), azimuth.sin_cos(), gamma.sin_cos());
        let (along, theta) = ([s * cos_azimuth, s * sin_azimuth, c], [c * cos_azimuth, c * sin_azimuth, -s]);
        let third = [-sin_azimuth, cos_azimuth, zero];
        // γ turns all about the axis.
        let (p1, q1) = (rho1 * cos_gamma, rho1 * sin_gamma);
        let (p2, q2) = (rho2 * (cos * cos_gamma - sin * sin_gamma), rho2 * (sin * cos_gamma + cos * sin_gamma));
        for k in 0..3 {
            x[k] = third[k].mul_add(q1, theta[k].mul_add(p1, along[k] * z1));
            x[k + 3] = third[k].mul_add(q2, theta[k].mul_add(p2, along[k] * z2));
            x[k + 6] = along[k] * r;
        }
        volumes
    }
}

/// A particle beside the line from the origin to one at the distance R: how far from the line, how far along it, and ½ r d.
#[inline(always)]
fn beside<V: Lanes>(r: V, s: V, eta: V) -> (V, V, V) {
    let (half, one) = (V::splat(0.5), V::splat(1.0));
    let rho = half * (s * (s + (r + r))).sqrt() * sine(eta);
    let (near, far) = (one + eta, one - eta);
    // Without cancellation at the foci: r = (s + R(1 + η))/2, d = (s + R(1 − η))/2.
    let z = half * eta.mul_add(s, r * near);
    let volume = V::splat(0.125) * r.mul_add(near, s) * r.mul_add(far, s);
    (rho, z, volume)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::determinant;
    use crate::simd::F64x8;

    fn at(space: &Tetrahedron, own: &[f64]) -> ([f64; 9], f64) {
        let mut x = [F64x8::splat(f64::NAN); 9];
        x.iter_mut().zip(own).for_each(|(x, own)| *x = F64x8::splat(*own));
        let jacobian = space.apply(&mut x).to_array()[0];
        (x.map(|x| x.to_array()[0]), jacobian)
    }

    const PLACES: [[f64; 9]; 3] = [
        [0.7, 0.3, 1.2, -0.4, 0.6, 0.9, 0.2, 1.1, 2.5],
        [2.0, 0.1, 0.4, 0.8, -0.9, 2.7, -0.7, 4.0, 0.3],
        [0.2, 3.0, 0.05, 0.1, 0.5, 0.2, 0.9, 5.5, 6.0],
    ];

    #[test]
    fn distances_are_those_of_the_coordinates() {
        let map = AxisMap::Logarithmic { scale: 1.0 };
        for space in [Tetrahedron::new(map, map), Tetrahedron::oriented(map, map)] {
            for own in PLACES {
                let (x, _) = at(&space, &own[..space.axes().len()]);
                let apart = |a: usize, b: usize| (0..3).map(|k| (x[3 * a + k] - x[3 * b + k]).powi(2)).sum::<f64>().sqrt();
                let norm = |a: usize| x[3 * a..3 * a + 3].iter().map(|x| x * x).sum::<f64>().sqrt();
                assert!((norm(2) - own[0]).abs() < 1e-14);
                for (particle, s, eta) in [(0, own[1], own[3]), (1, own[2], own[4])] {
                    let (r, d) = (norm(particle), apart(particle, 2));
                    assert!((r + d - own[0] - s).abs() < 1e-14 && ((r - d) / own[0] - eta).abs() < 1e-14, "{own:?}: {r} {d}");
                }
            }
        }
    }

    #[test]
    fn the_jacobian_is_the_determinant() {
        let map = AxisMap::Logarithmic { scale: 1.0 };
        let space = Tetrahedron::oriented(map, map);
        for own in PLACES {
            let h = 1e-5;
            let column = |d: usize| {
                let (mut low, mut high) = (own, own);
                (low[d], high[d]) = (low[d] - h, high[d] + h);
                let (low, high) = (at(&space, &low).0, at(&space, &high).0);
                (0..9).map(|k| (high[k] - low[k]) / (2.0 * h)).collect::<Vec<f64>>()
            };
            let exact = determinant((0..9).map(column).collect()).abs();
            let jacobian = at(&space, &own).1;
            assert!((jacobian / exact - 1.0).abs() < 1e-6, "{own:?}: {jacobian} {exact}");
            // Six variables stand for these and the orientation.
            let six = at(&Tetrahedron::new(map, map), &own[..6]).1;
            assert!((six / (16.0 * PI * PI * jacobian) - 1.0).abs() < 1e-14);
        }
    }
}

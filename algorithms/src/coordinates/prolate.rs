//! Prolate spheroidal coordinates of one or two particles about two centres on the z axis.
//!
//! With the centres at z = ∓R/2 and the distances r_a, r_b from them, ξ = (r_a + r_b)/R in (1, ∞) and
//! η = (r_a − r_b)/R in (−1, 1); φ is the azimuth. ρ = R/2 √((ξ² − 1)(1 − η²)), z = R/2 ξ η, and
//! d³x = (R/2)³ (ξ² − η²) dξ dη dφ. Both centres are corners of the cube, where the Jacobian vanishes: 1/r_a and
//! exp(−r_a) become polynomials and exponentials.
//!
//! The pair has own variables t, a, η, b, c, Φ: for the first particle ξ1 = 1 + t, η1 = η and azimuth Φ; for the second
//! ξ2 = ξ1 + a², η2 = η1 ± b² (1 ∓ η1) with the sign of b, and azimuth Φ ± π c² with the sign of c. They meet where
//! a = b = c = 0: on faces and planes of the cube which a rule cuts at, and there 1/r12, of order one over squares, meets
//! a Jacobian of order a b c. Only half of all pairs have ξ2 > ξ1; the Jacobian counts them twice.

use super::spherical::sine;
use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::Error;
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::{PI, TAU};

/// One particle about two centres.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Prolate};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
///
/// // ∫ exp(−2 r_a) / r_a, with both centres on the boundary.
/// let f = scalar(3, |x| {
///     let r = (x[0] * x[0] + x[1] * x[1] + (x[2] + 0.7).powi(2)).sqrt();
///     (-2.0 * r).exp() / r
/// });
/// let outward = AxisMap::Above { lo: 0.0, scale: 1.0 };
/// let report = Cuhre::default().integrate(&f, &Prolate::new(1.4, outward), &Options::default())?;
/// assert!((report.integrals[0].value - std::f64::consts::PI).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prolate {
    half: f64,
    axes: [AxisMap; 3],
}

impl Prolate {
    /// With the centres at z = ∓`distance`/2, and a map of ξ − 1 to (0, ∞).
    pub fn new(distance: f64, outward: AxisMap) -> Self {
        let cosine = AxisMap::Interval { lo: -1.0, hi: 1.0 };
        Prolate { half: 0.5 * distance, axes: [outward, cosine, AxisMap::Interval { lo: 0.0, hi: TAU }] }
    }
}

impl Coordinates for Prolate {
    fn name(&self) -> &'static str {
        "prolate"
    }

    fn dim(&self) -> usize {
        3
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn check(&self) -> Result<(), Error> {
        check(self.half)
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Prolate {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let [t, eta, phi, ..] = *x;
        let half = V::splat(self.half);
        place(&mut x[..3], half, t, eta, phi) * half * half * half
    }
}

/// Two particles about two centres, for functions that do not change when the particles are exchanged.
#[derive(Clone, Debug)]
pub struct ProlatePair {
    half: f64,
    axes: [AxisMap; 6],
}

impl ProlatePair {
    /// With the centres at z = ∓`distance`/2 and maps to (0, ∞): `outward` of t, and `apart` of a, whose square is
    /// ξ2 − ξ1.
    pub fn new(distance: f64, outward: AxisMap, apart: AxisMap) -> Self {
        let signed = AxisMap::Interval { lo: -1.0, hi: 1.0 };
        let angle = AxisMap::Interval { lo: 0.0, hi: TAU };
        ProlatePair { half: 0.5 * distance, axes: [outward, apart, signed, signed, signed, angle] }
    }
}

impl Coordinates for ProlatePair {
    fn name(&self) -> &'static str {
        "prolate"
    }

    fn dim(&self) -> usize {
        6
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn check(&self) -> Result<(), Error> {
        check(self.half)
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for ProlatePair {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let [t, a, eta, b, c, azimuth] = *x;
        let (one, half) = (V::splat(1.0), V::splat(self.half));
        let room = one - V::select(b.lt(V::splat(0.0)), -eta, eta);
        let eta2 = (b * b.abs()).mul_add(room, eta);
        let phi = azimuth + V::splat(PI) * c * c.abs();
        let (first, second) = x.split_at_mut(3);
        let volumes = place(first, half, t, eta, azimuth) * place(second, half, a.mul_add(a, t), eta2, phi);
        // 2 a · 2 |b| (1 ∓ η1) · 2 π |c|, twice.
        let cube = half * half * half;
        V::splat(16.0 * PI) * a * (b * c).abs() * room * volumes * (cube * cube)
    }
}

/// Refuses centres that are not apart.
fn check(half: f64) -> Result<(), Error> {
    match half > 0.0 && half.is_finite() {
        true => Ok(()),
        false => Err(Error::Setting {
            name: "the distance of the centres of prolate coordinates",
            value: 2.0 * half,
            allowed: "a finite number above 0",
        }),
    }
}

/// Writes x, y, z of a particle and returns ξ² − η².
#[inline(always)]
fn place<V: Lanes>(x: &mut [V], half: V, t: V, eta: V, phi: V) -> V {
    let (one, two) = (V::splat(1.0), V::splat(2.0));
    let rho = half * (t * (t + two)).sqrt() * sine(eta);
    let (sin, cos) = phi.sin_cos();
    let xi = one + t;
    (x[0], x[1], x[2]) = (rho * cos, rho * sin, half * xi * eta);
    // Without cancellation at the centres.
    (t + (one - eta)) * (t + (one + eta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::determinant;
    use crate::simd::F64x8;

    fn check(transform: &impl LaneTransform, dim: usize, points: &[[f64; 6]], multiplicity: f64) {
        let at = |x: &[f64; 6]| {
            let mut lanes = x.map(F64x8::splat);
            let jacobian = transform.apply(&mut lanes).to_array()[0];
            (lanes.map(|x| x.to_array()[0]), jacobian)
        };
        for point in points {
            let h = 1e-5;
            let column = |d: usize| {
                let (mut low, mut high) = (*point, *point);
                (low[d], high[d]) = (low[d] - h, high[d] + h);
                let (low, high) = (at(&low).0, at(&high).0);
                (0..dim).map(|k| (high[k] - low[k]) / (2.0 * h)).collect::<Vec<f64>>()
            };
            let matrix: Vec<Vec<f64>> = (0..dim).map(column).collect();
            let (jacobian, exact) = (at(point).1, multiplicity * determinant(matrix).abs());
            assert!((jacobian / exact - 1.0).abs() < 1e-6, "{point:?}: {jacobian} {exact}");
        }
    }

    #[test]
    fn jacobians_are_determinants() {
        let map = AxisMap::Logarithmic { scale: 1.0 };
        check(&Prolate::new(1.4, map), 3, &[[0.3, -0.5, 1.0, 0.0, 0.0, 0.0], [2.0, 0.9, 4.0, 0.0, 0.0, 0.0]], 1.0);
        let points = [
            [0.3, 0.5, -0.4, 0.6, 0.7, 1.0],
            [0.3, 0.5, -0.4, -0.6, 0.7, 1.0],
            [1.3, 0.2, 0.4, -0.3, -0.2, 5.0],
            [0.1, 0.9, 0.8, 0.9, -0.9, 3.0],
        ];
        check(&ProlatePair::new(2.0, map, map), 6, &points, 2.0);
    }

    #[test]
    fn distances_from_the_centres_are_those_of_the_coordinates() {
        let prolate = Prolate::new(2.0, AxisMap::Logarithmic { scale: 1.0 });
        let mut x = [0.5, 0.3, 2.0, 0.0, 0.0, 0.0].map(F64x8::splat);
        prolate.apply(&mut x);
        let [x, y, z, ..] = x.map(|x| x.to_array()[0]);
        let distance = |centre: f64| (x * x + y * y + (z - centre).powi(2)).sqrt();
        assert!((distance(-1.0) - (1.5 + 0.3)).abs() < 1e-14 && (distance(1.0) - (1.5 - 0.3)).abs() < 1e-14);
    }
}

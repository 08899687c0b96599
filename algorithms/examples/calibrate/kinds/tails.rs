//! Heavy tails: Student's densities in all of space, as products and as functions of the radius.

use super::{Member, space};
use crate::draw::Draw;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;
use libm::tgamma;
use std::f64::consts::PI;

/// (1 + |x − c|²/(ν s²))^−((ν+d)/2), or the product over the axes of (1 + (x − c)²/(ν s²))^−((ν+1)/2).
struct Student {
    is_radial: bool,
    freedom: f64,
    scale: f64,
    centre: Vec<f64>,
}

impl LaneIntegrand for Student {
    fn dim(&self) -> usize {
        self.centre.len()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let inverse = V::splat(1.0 / (self.freedom * self.scale * self.scale));
        let squares = || x.iter().zip(&self.centre).map(|(x, c)| (*x - V::splat(*c)) * (*x - V::splat(*c)));
        let (base, variables) = if self.is_radial {
            (squares().fold(zero, |sum, s| sum + s).mul_add(inverse, one), self.centre.len())
        } else {
            (squares().fold(one, |product, s| product * s.mul_add(inverse, one)), 1)
        };
        y[0] = base.powf(V::splat(-0.5 * (self.freedom + variables as f64)));
    }
}

/// A random one, with one to five degrees of freedom (one: Cauchy's).
pub(crate) fn student(dim: usize, draw: &mut Draw) -> Member {
    let is_radial = draw.below(2) == 0;
    let (freedom, scale) = (draw.log_between(1.0, 5.0), draw.log_between(0.3, 3.0));
    let centre = (0..dim).map(|_| draw.between(-2.0, 2.0)).collect();
    let exact = if is_radial { value(freedom, dim) } else { value(freedom, 1).powi(dim as i32) } * scale.powi(dim as i32);
    Member::new(space(dim), exact, Student { is_radial, freedom, scale, centre })
}

/// ∫ (1 + |x|²/ν)^−((ν+d)/2) = Γ(ν/2) (ν π)^(d/2) / Γ((ν+d)/2).
fn value(freedom: f64, dim: usize) -> f64 {
    let d = dim as f64;
    tgamma(0.5 * freedom) * (freedom * PI).powf(0.5 * d) / tgamma(0.5 * (freedom + d))
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{at_points, line, tensor};
    use super::*;
    use fubini_algorithms::Simd;

    #[test]
    fn values_agree_with_quadrature() {
        for (is_radial, tolerance) in [(false, 1e-12), (true, 1e-12)] {
            for freedom in [1.0, 2.3, 5.0] {
                let student = Student { is_radial, freedom, scale: 0.7, centre: vec![0.4, -1.3] };
                let exact = if is_radial { value(freedom, 2) } else { value(freedom, 1).powi(2) } * 0.49;
                let numerical = tensor(&Simd(student), &[line(0.4, 0.7, 600), line(-1.3, 0.7, 600)]);
                assert!((numerical / exact - 1.0).abs() <= tolerance, "{is_radial} {freedom}: {numerical} {exact}");
            }
        }
        // Cauchy's density in one variable and in three.
        assert!((value(1.0, 1) / PI - 1.0).abs() <= 1e-15 && (value(1.0, 3) / (PI * PI) - 1.0).abs() <= 1e-15);
    }

    #[test]
    fn powers_are_those_of_student() {
        let at = |is_radial, x: [f64; 3]| {
            at_points(&Simd(Student { is_radial, freedom: 3.0, scale: 2.0, centre: vec![1.0, 0.0, -1.0] }), &[x.to_vec()])[0]
        };
        // x − c is (2, 4, 4): squares over ν s² of 1/3, 4/3, 4/3.
        let (radial, product) = (at(true, [3.0, 4.0, 3.0]), at(false, [3.0, 4.0, 3.0]));
        assert!((radial / 4f64.powi(-3) - 1.0).abs() <= 1e-15);
        assert!((product / (4.0f64 / 3.0 * 7.0 / 3.0 * 7.0 / 3.0).powi(-2) - 1.0).abs() <= 1e-15);
    }
}

//! The suite on which GPU integrators are compared, with random parameters near the suite's own.
//!
//! I. Sakiotis et al., in SC '21 (PAGANI): Genz's families with slopes that rise from axis to axis.

use super::Member;
use crate::draw::Draw;
use crate::families::{Family, Problem};
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;
use libm::expm1;

/// A member of one of Genz's families that owns its parameters.
pub(crate) struct Owned(pub(crate) Problem);

impl LaneIntegrand for Owned {
    fn dim(&self) -> usize {
        self.0.c.len()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        y[0] = self.0.at(x);
    }
}

/// exp(c·x) where every x is below its end, 0 elsewhere.
struct Stepped {
    slopes: Vec<f64>,
    ends: Vec<f64>,
}

impl LaneIntegrand for Stepped {
    fn dim(&self) -> usize {
        self.slopes.len()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let zero = V::splat(0.0);
        let exponent = self.slopes.iter().zip(x).fold(zero, |sum, (c, x)| V::splat(*c).mul_add(*x, sum));
        let inside = self.ends.iter().zip(x).fold(zero.eq(zero), |mask, (end, x)| mask & x.lt(V::splat(*end)));
        y[0] = exponent.exp().zero_unless(inside);
    }
}

/// One of the six, each as probable as the others, with parameters up to a fifth off those of the suite.
pub(crate) fn suite(dim: usize, draw: &mut Draw) -> Member {
    let which = draw.below(SIZE);
    member(which, dim, |value| value * draw.between(0.8, 1.2))
}

/// Number of integrands of the suite.
pub(crate) const SIZE: usize = 6;

/// Integrand `which`, every parameter `near` that of the suite.
pub(crate) fn member(which: usize, dim: usize, mut near: impl FnMut(f64) -> f64) -> Member {
    let rising: Vec<f64> = (1..=dim).map(|i| near(i as f64)).collect();
    let places: Vec<f64> = (0..dim).map(|_| near(0.5)).collect();
    let (family, c, w) = match which {
        0 => (Family::Oscillatory, rising, vec![0.0; dim]),
        1 => (Family::ProductPeak, vec![near(50.0); dim], places),
        2 => (Family::CornerPeak, rising, places),
        3 => (Family::Gaussian, vec![near(25.0); dim], places),
        4 => (Family::Continuous, vec![near(10.0); dim], places),
        _ => {
            let slopes: Vec<f64> = (1..=dim).map(|i| near(i as f64 + 4.0)).collect();
            let ends: Vec<f64> = (1..=dim).map(|i| near((i as f64 + 3.0) / 10.0).min(1.0)).collect();
            return Member::in_unit_cube(stepped(&slopes, &ends), Stepped { slopes, ends });
        }
    };
    let problem = Problem::new(family, c, w);
    Member::in_unit_cube(problem.exact(), Owned(problem))
}

/// ∫ exp(c·x) over the box from 0 to the ends.
fn stepped(slopes: &[f64], ends: &[f64]) -> f64 {
    slopes.iter().zip(ends).map(|(c, end)| expm1(c * end) / c).product()
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{at_points, between, tensor};
    use super::*;
    use fubini_algorithms::Simd;

    #[test]
    fn steps_agree_with_quadrature() {
        let (slopes, ends) = (vec![5.0, 6.2, 7.1], vec![0.4, 0.53, 1.0]);
        let exact = stepped(&slopes, &ends);
        let grids: Vec<_> = ends.iter().map(|end| between(&[0.0, *end, 1.5], 14)).collect();
        let numerical = tensor(&Simd(Stepped { slopes: slopes.clone(), ends: ends.clone() }), &grids);
        assert!((numerical / exact - 1.0).abs() <= 1e-13, "{numerical} {exact}");
        let f = Simd(Stepped { slopes, ends });
        assert_eq!(at_points(&f, &[vec![0.4, 0.1, 0.1], vec![0.1, 0.54, 0.1]]), [0.0, 0.0]);
    }

    #[test]
    fn without_spread_it_is_the_suite() {
        let x = [0.3, 0.2, 0.1, 0.4, 0.6];
        let rising: f64 = (1..=5).zip(x).map(|(i, x)| i as f64 * x).sum();
        let square: f64 = x.iter().map(|x| (x - 0.5).powi(2)).sum();
        let distance: f64 = x.iter().map(|x| (x - 0.5f64).abs()).sum();
        let peaks: f64 = x.iter().map(|x| 1.0 / (0.02f64.powi(2) + (x - 0.5).powi(2))).product();
        let steps = (rising + 4.0 * x.iter().sum::<f64>()).exp();
        let here = [rising.cos(), peaks, (1.0 + rising).powi(-6), (-625.0 * square).exp(), (-10.0 * distance).exp(), steps];
        // ∫cos Σ i x = Re Π (e^{ik} − 1)/(ik); inclusion and exclusion in fractions for the corner; the others are
        // products.
        let power = |x: f64| x.powi(5);
        let cosine: (f64, f64) = (1..=5).map(f64::from).fold((1.0, 0.0), |(a, b), k| {
            let (re, im) = (k.sin() / k, (1.0 - k.cos()) / k);
            (a * re - b * im, a * im + b * re)
        });
        let step: f64 = (1..=5).map(|i| ((i as f64 + 4.0) * (i as f64 + 3.0) / 10.0).exp_m1() / (i as f64 + 4.0)).product();
        let gaussian = power(std::f64::consts::PI.sqrt() / 25.0 * libm::erf(12.5));
        let values = [cosine.0, power(100.0 * 25f64.atan()), CORNER, gaussian, power((1.0 - (-5f64).exp()) / 5.0), step];
        for which in 0..SIZE {
            let member = member(which, 5, |value| value);
            let found = at_points(&*member.integrand, &[x.to_vec()])[0];
            assert!((found / here[which] - 1.0).abs() <= 1e-13, "{which}: {found} {}", here[which]);
            assert!((member.exact / values[which] - 1.0).abs() <= 1e-13, "{which}: {} {}", member.exact, values[which]);
        }
    }

    /// ∫ (1 + Σ i x)^−6 over the unit cube in five variables, by fractions.
    const CORNER: f64 = 2.602538279621613e-05;
}

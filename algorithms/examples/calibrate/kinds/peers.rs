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

/// One of the six, each as probable as the others.
pub(crate) fn suite(dim: usize, draw: &mut Draw) -> Member {
    let which = draw.below(6);
    let mut near = |value: f64, spread: f64| value * draw.between(1.0 - spread, 1.0 + spread);
    let rising: Vec<f64> = (1..=dim).map(|i| near(i as f64, 0.2)).collect();
    let places: Vec<f64> = (0..dim).map(|_| near(0.5, 0.2)).collect();
    let (family, c, w) = match which {
        0 => (Family::Oscillatory, rising, vec![0.0; dim]),
        1 => (Family::ProductPeak, vec![near(50.0, 0.2); dim], places),
        2 => (Family::CornerPeak, rising, places),
        3 => (Family::Gaussian, vec![near(25.0, 0.2); dim], places),
        4 => (Family::Continuous, vec![near(10.0, 0.2); dim], places),
        _ => {
            let slopes: Vec<f64> = (1..=dim).map(|i| near(i as f64 + 4.0, 0.2)).collect();
            let ends: Vec<f64> = (1..=dim).map(|i| near((i as f64 + 3.0) / 10.0, 0.05).min(1.0)).collect();
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

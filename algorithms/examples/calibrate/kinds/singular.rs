//! Powers of sums: singular at a corner, singular where two points meet, or rising steeply.

use super::Member;
use crate::draw::Draw;
use crate::reduce::{mean_distance_power, mean_power};
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;

/// Whose power it is.
enum Base {
    /// Σ x.
    Sum,
    /// Σ x².
    Squares,
    /// Σ (x − y)² for two points, the first half of the variables and the second.
    Distance,
    /// Σ (x y)², times Π 2x: the same after |x − y| → x y, which maps the coincidence to faces.
    Folded,
}

/// A power of one of the bases, in the unit cube.
struct Power {
    base: Base,
    dim: usize,
    exponent: f64,
}

impl LaneIntegrand for Power {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let (left, right) = x.split_at(self.dim / 2);
        let pairs = || left.iter().zip(right);
        let sum = match self.base {
            Base::Sum => x.iter().fold(zero, |sum, x| sum + *x),
            Base::Squares => x.iter().fold(zero, |sum, x| x.mul_add(*x, sum)),
            Base::Distance => pairs().fold(zero, |sum, (x, y)| (*x - *y).mul_add(*x - *y, sum)),
            Base::Folded => pairs().fold(zero, |sum, (x, y)| (*x * *y).mul_add(*x * *y, sum)),
        };
        let factor = match self.base {
            Base::Folded => left.iter().fold(one, |product, x| product * (*x + *x)),
            _ => one,
        };
        y[0] = factor * sum.powf(V::splat(self.exponent));
    }
}

/// |p − q|^−a for two points of the unit cube, as it is or folded; a is 1, 2, or random.
pub(crate) fn pairs(dim: usize, draw: &mut Draw) -> Member {
    let half = dim / 2;
    let random = draw.between(0.2, if half == 1 { 0.9 } else { 1.0 });
    let a = match draw.below(3) {
        0 if half > 1 => 1.0,
        1 if half > 2 => 2.0,
        _ => random,
    };
    let base = if draw.below(2) == 0 { Base::Distance } else { Base::Folded };
    Member::in_unit_cube(mean_distance_power(half, a), Power { base, dim, exponent: -0.5 * a })
}

/// (Σ x²)^p or (Σ x)^p with p from 1/2 to 11, every other one a multiple of 1/2.
pub(crate) fn power(dim: usize, draw: &mut Draw) -> Member {
    let exponent = draw.between(0.5, 11.0);
    let exponent = if draw.below(2) == 0 { exponent } else { (2.0 * exponent).round() / 2.0 };
    let (base, a) = if draw.below(2) == 0 { (Base::Sum, 1.0) } else { (Base::Squares, 0.5) };
    Member::in_unit_cube(mean_power(a, dim, exponent), Power { base, dim, exponent })
}

/// r^−a at a corner of the unit cube.
pub(crate) fn vertex(dim: usize, draw: &mut Draw) -> Member {
    let exponent = -0.5 * singularity(dim, draw);
    Member::in_unit_cube(mean_power(0.5, dim, exponent), Power { base: Base::Squares, dim, exponent })
}

/// (Σ x)^−a in the unit cube.
pub(crate) fn corner(dim: usize, draw: &mut Draw) -> Member {
    let exponent = -singularity(dim, draw);
    Member::in_unit_cube(mean_power(1.0, dim, exponent), Power { base: Base::Sum, dim, exponent })
}

/// From a mild singularity to one whose square has no integral: r^−1.5 in two variables, r^−2 in three.
fn singularity(dim: usize, draw: &mut Draw) -> f64 {
    draw.between(0.5, 0.5 + 0.5 * dim as f64)
}

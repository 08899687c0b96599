//! Powers of sums: singular at a corner, singular where two points meet, or rising steeply.

use super::Member;
use crate::draw::Draw;
use crate::reduce::{mean_distance_power, mean_power};
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;

/// The base of the power.
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

/// (Σ x²)^p.
pub(crate) fn power_of_squares(dim: usize, exponent: f64) -> Member {
    Member::in_unit_cube(mean_power(0.5, dim, exponent), Power { base: Base::Squares, dim, exponent })
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

#[cfg(test)]
mod tests {
    use super::super::quadrature::{at_points, graded, tensor};
    use super::*;
    use crate::reduce::gauss;
    use fubini_algorithms::Simd;

    fn agree(numerical: f64, exact: f64, tolerance: f64) {
        assert!((numerical / exact - 1.0).abs() <= tolerance, "{numerical} {exact}");
    }

    #[test]
    fn corners_and_powers_agree_with_quadrature() {
        for index in 0..6 {
            for make in [vertex, corner, power] {
                let member = make(2, &mut Draw::new(1, 2, 7, index));
                agree(tensor(&*member.integrand, &vec![graded(4.0, 40, 16); 2]), member.exact, 1e-12);
            }
            // In three variables with fewer nodes.
            for make in [vertex, corner, power] {
                let member = make(3, &mut Draw::new(1, 3, 7, index));
                agree(tensor(&*member.integrand, &vec![graded(4.0, 18, 10); 3]), member.exact, 1e-9);
            }
        }
    }

    #[test]
    fn distances_of_two_numbers_agree_with_quadrature() {
        for a in [0.2, 0.5, 0.9] {
            let power = |base| Simd(Power { base, dim: 2, exponent: -0.5 * a });
            let exact = mean_distance_power(1, a);
            // What is left out next to 0 is the least node to the power of 1 − a; its square must not underflow.
            let left_out = |levels: i32| 4f64.powf((1 - levels) as f64 * (1.0 - a));
            agree(tensor(&power(Base::Folded), &vec![graded(4.0, 115, 16); 2]), exact, 1e-12 + left_out(115));
            // On either side of the diagonal, as close to it as two numbers differ.
            let grid = graded(4.0, 12, 16);
            let points: Vec<(Vec<f64>, f64)> = gauss(30)
                .iter()
                .flat_map(|(x, w)| {
                    let below = grid.iter().map(|(u, v)| (vec![*x, x * (1.0 - u)], w * v * x)).collect::<Vec<_>>();
                    let above = grid.iter().map(|(u, v)| (vec![*x, x + (1.0 - x) * u], w * v * (1.0 - x))).collect();
                    [below, above].concat()
                })
                .collect();
            let (points, weights): (Vec<Vec<f64>>, Vec<f64>) = points.into_iter().unzip();
            let sum: f64 = at_points(&power(Base::Distance), &points).iter().zip(weights).map(|(f, w)| f * w).sum();
            // The inner integral is not smooth at the ends of the outer one.
            agree(sum, exact, 1e-3 + left_out(12));
        }
    }

    #[test]
    fn integrands_are_what_their_names_say() {
        let x = [0.3, 0.8, 0.5, 0.9, 0.15, 0.7];
        let at = |base| at_points(&Simd(Power { base, dim: 6, exponent: -0.5 }), &[x.to_vec()])[0];
        let distance = |x: [f64; 3]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        agree(at(Base::Distance), 1.0 / distance([0.3 - 0.9, 0.8 - 0.15, 0.5 - 0.7]), 1e-15);
        agree(at(Base::Folded), 8.0 * 0.3 * 0.8 * 0.5 / distance([0.3 * 0.9, 0.8 * 0.15, 0.5 * 0.7]), 1e-15);
        agree(at(Base::Squares), 1.0 / x.iter().map(|x| x * x).sum::<f64>().sqrt(), 1e-15);
        agree(at(Base::Sum), 1.0 / x.iter().sum::<f64>().sqrt(), 1e-15);
    }
}

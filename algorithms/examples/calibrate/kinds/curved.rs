//! Curved ridges, and a field of equal peaks.

use super::{Member, space};
use crate::draw::Draw;
use crate::reduce::piecewise;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;
use libm::erf;
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// Π exp(−s(1 − x)² − b(y − x²)²) over pairs of variables, times exp(−z²) where one is left over.
struct Valleys {
    /// s and b of each pair.
    pairs: Vec<(f64, f64)>,
    dim: usize,
}

impl LaneIntegrand for Valleys {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let one = V::splat(1.0);
        let lone = x[self.dim - 1];
        let start = if self.dim % 2 == 1 { lone * lone } else { V::splat(0.0) };
        let exponent = self.pairs.iter().zip(x.chunks_exact(2)).fold(start, |sum, ((s, b), pair)| {
            let (along, across) = (one - pair[0], pair[1] - pair[0] * pair[0]);
            (V::splat(*b) * across).mul_add(across, (V::splat(*s) * along).mul_add(along, sum))
        });
        y[0] = (-exponent).exp();
    }
}

/// Half side of the box of [`Valleys`], as people choose it for Rosenbrock's function: it cuts the valleys.
const VALLEY_BOX: f64 = 5.0;

/// exp(−x₁²/2) Π exp(−((x_{i+1} − A sin(ω x_i))/w)²/2): a ridge that winds through all variables.
struct Winding {
    amplitude: f64,
    frequency: f64,
    width: f64,
    dim: usize,
}

impl LaneIntegrand for Winding {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let (a, omega, steep) = (V::splat(self.amplitude), V::splat(self.frequency), V::splat(1.0 / self.width));
        let square = x.windows(2).fold(x[0] * x[0], |sum, pair| {
            let across = (pair[1] - a * (omega * pair[0]).sin()) * steep;
            across.mul_add(across, sum)
        });
        y[0] = (V::splat(-0.5) * square).exp();
    }
}

/// Half side of the box of [`Winding`]: 8 standard deviations of the first variable, 20 of the others.
const WINDING_BOX: f64 = 8.0;

/// Rosenbrock's valleys in a box or in all of space, or a winding ridge, each as probable as the others.
pub(crate) fn rosenbrock(dim: usize, draw: &mut Draw) -> Member {
    match draw.below(3) {
        0 => winding(dim, draw),
        form => valleys(dim, form == 1, draw),
    }
}

fn valleys(dim: usize, is_boxed: bool, draw: &mut Draw) -> Member {
    let pairs: Vec<(f64, f64)> = (0..dim / 2).map(|_| (draw.log_between(0.5, 4.0), draw.log_between(10.0, 300.0))).collect();
    let lone = if dim.is_multiple_of(2) { 1.0 } else { PI.sqrt() };
    let (exact, limits) = if is_boxed {
        // erf(5) is 1 − 2e-12.
        let lone = if dim.is_multiple_of(2) { 1.0 } else { lone * erf(VALLEY_BOX) };
        (lone * pairs.iter().map(|(s, b)| valley_in_box(*s, *b)).product::<f64>(), vec![(-VALLEY_BOX, VALLEY_BOX); dim])
    } else {
        (lone * pairs.iter().map(|(s, b)| PI / (s * b).sqrt()).product::<f64>(), space(dim))
    };
    Member::new(limits, exact, Valleys { pairs, dim })
}

/// ∫∫ exp(−s(1 − x)² − b(y − x²)²) over the box, the inner integral in closed form.
fn valley_in_box(s: f64, b: f64) -> f64 {
    let root = b.sqrt();
    let across = |x: f64| 0.5 * PI.sqrt() / root * (erf(root * (VALLEY_BOX - x * x)) + erf(root * (VALLEY_BOX + x * x)));
    // The valley leaves the box at x² = 5, within 0.02 or more.
    let exit = VALLEY_BOX.sqrt();
    piecewise(&[-VALLEY_BOX, -exit, exit, VALLEY_BOX], 100, |x| (-s * (1.0 - x) * (1.0 - x)).exp() * across(x))
}

fn winding(dim: usize, draw: &mut Draw) -> Member {
    let (amplitude, frequency, width) = (draw.between(0.5, 2.0), draw.between(0.5, 2.0), draw.log_between(0.03, 0.3));
    let exact = TAU.sqrt() * erf(WINDING_BOX * FRAC_1_SQRT_2) * (width * TAU.sqrt()).powi(dim as i32 - 1);
    Member::new(vec![(-WINDING_BOX, WINDING_BOX); dim], exact, Winding { amplitude, frequency, width, dim })
}

/// exp((2 + cos(x/2 + φ) cos(y/2 + χ))^n − 3^n), a standard test of samplers of posteriors with n = 5.
struct Eggbox {
    phases: [f64; 2],
    power: i32,
}

impl Eggbox {
    fn top(&self) -> f64 {
        3f64.powi(self.power)
    }
}

impl LaneIntegrand for Eggbox {
    fn dim(&self) -> usize {
        2
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let [a, b] = [0, 1].map(|i| V::splat(0.5).mul_add(x[i], V::splat(self.phases[i])).cos());
        y[0] = (a.mul_add(b, V::splat(2.0)).powi(self.power) - V::splat(self.top())).exp();
    }
}

/// A random one, over one to three whole periods of each variable, whose phases do not change the value.
pub(crate) fn eggbox(_: usize, draw: &mut Draw) -> Member {
    let phases = [draw.between(0.0, TAU), draw.between(0.0, TAU)];
    let power = 4 + draw.below(2) as i32;
    let periods = [1 + draw.below(3), 1 + draw.below(3)];
    let limits: Vec<(f64, f64)> = periods.iter().map(|n| (0.0, 2.0 * TAU * *n as f64)).collect();
    let eggbox = Eggbox { phases, power };
    let exact = limits[0].1 * limits[1].1 * eggbox_mean(power);
    Member::new(limits, exact, eggbox)
}

/// The mean over a period: the trapezoidal rule, with five nodes on a standard deviation of a peak.
fn eggbox_mean(power: i32) -> f64 {
    const NODES: usize = 600;
    let cosines: Vec<f64> = (0..NODES).map(|i| (TAU * i as f64 / NODES as f64).cos()).collect();
    let value = |a: f64, b: f64| ((2.0 + a * b).powi(power) - 3f64.powi(power)).exp();
    let row = |a: &f64| cosines.iter().map(|b| value(*a, *b)).sum::<f64>();
    cosines.iter().map(row).sum::<f64>() / (NODES * NODES) as f64
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{evenly, pieces, tensor};
    use super::*;
    use fubini_algorithms::Simd;

    fn agree(numerical: f64, exact: f64, tolerance: f64) {
        assert!((numerical / exact - 1.0).abs() <= tolerance, "{numerical} {exact}");
    }

    #[test]
    fn valleys_agree_with_quadrature() {
        for index in 0..3 {
            let boxed = valleys(2, true, &mut Draw::new(1, 2, 7, index));
            agree(tensor(&*boxed.integrand, &vec![pieces(-VALLEY_BOX, VALLEY_BOX, 250, 8); 2]), boxed.exact, 1e-12);
            // With y first, the sum over x is smooth: nothing is left beyond x of −8 and 10.
            let free = valleys(2, false, &mut Draw::new(1, 2, 8, index));
            agree(tensor(&*free.integrand, &[evenly(-8.0, 10.0, 180), evenly(-3.0, 104.0, 5000)]), free.exact, 1e-12);
        }
        // Rosenbrock's function itself, by quadrature elsewhere.
        agree(valley_in_box(1.0, 100.0), 0.30150696, 1e-8);
    }

    #[test]
    fn valleys_in_more_variables_are_products() {
        let member = Valleys { pairs: vec![(1.0, 10.0)], dim: 3 };
        let side = pieces(-VALLEY_BOX, VALLEY_BOX, 80, 8);
        let grids = [side.clone(), side, pieces(-VALLEY_BOX, VALLEY_BOX, 6, 10)];
        agree(tensor(&Simd(member), &grids), valley_in_box(1.0, 10.0) * PI.sqrt() * erf(VALLEY_BOX), 1e-9);
        // The first pair must not see the second, nor either the last variable.
        let f = |x: &[f64]| {
            super::super::quadrature::at_points(&Simd(Valleys { pairs: vec![(1.0, 10.0), (2.0, 20.0)], dim: 5 }), &[x.to_vec()])
                [0]
        };
        let pair = |x: f64, y: f64, s: f64, b: f64| (-s * (1.0 - x).powi(2) - b * (y - x * x).powi(2)).exp();
        agree(f(&[0.7, 0.6, 1.2, 1.3, 0.4]), pair(0.7, 0.6, 1.0, 10.0) * pair(1.2, 1.3, 2.0, 20.0) * (-0.16f64).exp(), 1e-14);
    }

    #[test]
    fn winding_ridges_agree_with_quadrature() {
        for index in 0..3 {
            let member = winding(2, &mut Draw::new(1, 2, 7, index));
            agree(
                tensor(&*member.integrand, &[evenly(-WINDING_BOX, WINDING_BOX, 200), evenly(-4.0, 4.0, 600)]),
                member.exact,
                1e-13,
            );
        }
        let member = Winding { amplitude: 1.5, frequency: 1.2, width: 0.3, dim: 3 };
        let exact = TAU.powf(1.5) * 0.09;
        agree(
            tensor(&Simd(member), &[evenly(-WINDING_BOX, WINDING_BOX, 200), evenly(-4.5, 4.5, 100), evenly(-4.5, 4.5, 80)]),
            exact,
            1e-13,
        );
    }

    #[test]
    fn eggboxes_agree_with_quadrature() {
        // The usual one, over 25 half periods, by quadrature elsewhere: its integrand was divided by (10π)² exp(240).
        agree(eggbox_mean(5) * 3f64.exp(), 0.0158583410519, 1e-11);
        for index in 0..3 {
            let member = eggbox(2, &mut Draw::new(1, 2, 7, index));
            let grids: Vec<_> = member.limits.iter().map(|(low, high)| evenly(*low, *high, 1500)).collect();
            agree(tensor(&*member.integrand, &grids), member.exact, 1e-13);
        }
    }
}

//! Random numbers for the parameters of a member: a stream that only (family, dim, seed, index) decides.

use fubini_algorithms::streams::stream;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::Rng;
use std::f64::consts::TAU;

/// The random numbers of one member.
pub(crate) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The stream of member `index` of family `number` in `dim` variables.
    pub(crate) fn new(number: usize, dim: usize, seed: u64, index: u64) -> Self {
        Draw(stream(seed, (number * 100 + dim) as u64, index))
    }

    /// A number between 0 and 1, never 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 2f64.powi(-53)
    }

    /// A number between `low` and `high`, uniformly.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A number between `low` and `high`, its logarithm uniformly.
    pub(crate) fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// One of 0, 1, …, n − 1.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// Plus or minus one.
    pub(crate) fn sign(&mut self) -> f64 {
        if self.below(2) == 0 { 1.0 } else { -1.0 }
    }

    /// A standard normal number (G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29 (1958) 610).
    pub(crate) fn normal(&mut self) -> f64 {
        // 1 − u is never 0.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// A direction, every one as probable as any other.
    pub(crate) fn direction(&mut self, dim: usize) -> Vec<f64> {
        let v: Vec<f64> = (0..dim).map(|_| self.normal()).collect();
        let length = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter().map(|v| v / length).collect()
    }

    /// The numbers 0, 1, …, n − 1 in a random order.
    pub(crate) fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_their_moments() {
        let mut draw = Draw::new(1, 2, 3, 4);
        let sample: Vec<f64> = (0..40_000).map(|_| draw.normal()).collect();
        let moment = |k: i32| sample.iter().map(|x| x.powi(k)).sum::<f64>() / sample.len() as f64;
        // Five standard errors of the means of x, x² and x⁴.
        assert!(moment(1).abs() < 0.025 && (moment(2) - 1.0).abs() < 0.036 && (moment(4) - 3.0).abs() < 0.25);
    }

    #[test]
    fn orders_hold_every_number_once() {
        let mut draw = Draw::new(1, 2, 3, 4);
        let mut firsts = [0; 5];
        for _ in 0..1000 {
            let mut order = draw.order(5);
            firsts[order[0]] += 1;
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3, 4]);
        }
        assert!(firsts.iter().all(|n| (150..250).contains(n)), "{firsts:?}");
    }
}

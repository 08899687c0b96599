//! Sums over the hypercubes of an iteration, piece by piece in their order.
//!
//! The cube of y has H hypercubes of volume 1/H: I = Σ_h w̄_h / H with covariance Σ_h cov_h / (n_h H²). A hypercube
//! with more samples than a piece may hold comes in parts, whose moments are joined first.

use super::average::{Moments, packed};
use super::place::Piece;
use super::strata::Strata;
use crate::adaptive::Sum;

/// The sums so far.
pub(super) struct Cubes {
    means: Vec<Sum>,
    covariance: Vec<Sum>,
    sizes: Vec<f64>,
    /// A hypercube of which only the first parts have come.
    open: Open,
}

/// Moments of the parts of one hypercube.
#[derive(Default)]
struct Open {
    samples: u64,
    means: Vec<f64>,
    products: Vec<f64>,
    sizes: Vec<f64>,
}

impl Cubes {
    pub(super) fn new(components: usize) -> Self {
        Cubes {
            means: vec![Sum::default(); components],
            covariance: vec![Sum::default(); packed(components, 0)],
            sizes: vec![0.0; components],
            open: Open::default(),
        }
    }

    /// Adds the next piece, and notes in `strata` how much its hypercubes vary.
    pub(super) fn add(&mut self, piece: &Piece, metric: &[f64], strata: &mut Strata) {
        if !piece.span.part {
            self.means.iter_mut().zip(&piece.means).for_each(|(s, x)| s.add(*x));
            self.covariance.iter_mut().zip(&piece.products).for_each(|(s, x)| s.add(*x));
            self.sizes.iter_mut().zip(&piece.sizes).for_each(|(s, x)| *s += x);
            return strata.learn(piece.span.cube, &piece.spreads);
        }
        self.open.merge(piece);
        let n = self.open.samples as f64;
        if self.open.samples < u64::from(strata.count(piece.span.cube)) {
            return;
        }
        let open = std::mem::take(&mut self.open);
        self.means.iter_mut().zip(&open.means).for_each(|(s, x)| s.add(*x));
        self.covariance.iter_mut().zip(&open.products).for_each(|(s, x)| s.add(x / (n - 1.0) / n));
        self.sizes.iter_mut().zip(&open.sizes).for_each(|(s, x)| *s += x);
        let spread: f64 = metric.iter().zip(&open.products).map(|(m, p)| m * p / (n - 1.0)).sum();
        strata.learn(piece.span.cube, &[spread]);
    }

    /// ∫|f_c|, when all `cubes` hypercubes have come.
    pub(super) fn sizes(&self, cubes: f64) -> Vec<f64> {
        self.sizes.iter().map(|s| s / cubes).collect()
    }

    /// The iteration's estimate from `points` samples, when all `cubes` hypercubes have come.
    pub(super) fn moments(&self, points: u64, cubes: f64) -> Moments {
        Moments {
            points,
            means: self.means.iter().map(|s| s.value() / cubes).collect(),
            covariance: self.covariance.iter().map(|s| s.value() / (cubes * cubes)).collect(),
        }
    }
}

impl Open {
    /// Joins the moments of two sets of samples (T. F. Chan, G. H. Golub, R. J. LeVeque, Am. Stat. 37 (1983) 242).
    fn merge(&mut self, piece: &Piece) {
        let new = piece.span.samples as u64;
        if self.samples == 0 {
            *self =
                Open { samples: new, means: piece.means.clone(), products: piece.products.clone(), sizes: piece.sizes.clone() };
            return;
        }
        let n = (self.samples + new) as f64;
        let share = new as f64 / n;
        let deviations: Vec<f64> = piece.means.iter().zip(&self.means).map(|(x, mean)| x - mean).collect();
        for (a, da) in deviations.iter().enumerate() {
            for (b, db) in deviations[..=a].iter().enumerate() {
                let k = packed(a, b);
                self.products[k] += piece.products[k] + da * db * share * self.samples as f64;
            }
            self.means[a] += share * da;
            self.sizes[a] += share * (piece.sizes[a] - self.sizes[a]);
        }
        self.samples += new;
    }
}

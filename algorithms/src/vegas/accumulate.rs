//! Sums over the hypercubes of an iteration, piece by piece in their order.
//!
//! The cube of y has H hypercubes of volume 1/H: I = Σ_h w̄_h / H with covariance Σ_h cov_h / (n_h H²). A hypercube
//! with more samples than a piece may hold comes in parts, whose moments are joined first.

use super::metric::Metric;
use super::piece::Piece;
use super::strata::Strata;
use super::sums::Sums;
use crate::sampling::{Moments, packed, scaling};
use crate::sum::Sum;

/// The sums so far.
pub(super) struct Accumulator {
    /// Exponents of the components' units.
    units: Vec<i32>,
    means: Vec<Sum>,
    covariance: Vec<Sum>,
    sizes: Vec<Sum>,
    /// A hypercube of which only the first parts have come.
    partial: Partial,
}

/// The parts of one hypercube.
#[derive(Default)]
struct Partial {
    samples: u64,
    sums: Sums,
}

impl Accumulator {
    pub(super) fn new(components: usize) -> Self {
        Accumulator {
            units: vec![-scaling::MOST; components],
            means: vec![Sum::default(); components],
            covariance: vec![Sum::default(); packed(components, 0)],
            sizes: vec![Sum::default(); components],
            partial: Partial::default(),
        }
    }

    /// Adds the next piece, and notes in `fresh` how much its hypercubes vary.
    pub(super) fn add(&mut self, piece: &mut Piece, metric: &Metric, strata: &Strata, fresh: &mut [f64]) {
        if !piece.span.part {
            fresh[piece.span.cube..][..piece.span.cubes].copy_from_slice(&piece.spreads.as_flattened()[..piece.span.cubes]);
            return self.add_whole(&mut piece.sums);
        }
        self.partial.merge(piece);
        let n = self.partial.samples as f64;
        if self.partial.samples < u64::from(strata.count(piece.span.cube)) {
            return;
        }
        let Partial { mut sums, .. } = std::mem::take(&mut self.partial);
        let mut spread = 0.0;
        for a in 0..self.units.len() {
            for b in 0..=a {
                let product = &mut sums.products[packed(a, b)];
                *product /= n - 1.0;
                spread += metric.of(&sums.units, a, b) * *product;
                *product /= n;
            }
        }
        fresh[piece.span.cube] = spread;
        self.add_whole(&mut sums);
    }

    /// Adds whole hypercubes.
    fn add_whole(&mut self, sums: &mut Sums) {
        if sums.units != self.units {
            self.rescale(sums);
        }
        self.means.iter_mut().zip(&sums.means).for_each(|(s, x)| s.add(*x));
        self.covariance.iter_mut().zip(&sums.products).for_each(|(s, x)| s.add(*x));
        self.sizes.iter_mut().zip(&sums.sizes).for_each(|(s, x)| s.add(*x));
    }

    /// Measures both in the larger units.
    #[cold]
    fn rescale(&mut self, sums: &mut Sums) {
        let common: Vec<i32> = self.units.iter().zip(&sums.units).map(|(a, b)| *a.max(b)).collect();
        sums.raise(&common);
        let mut own = Sums {
            units: self.units.clone(),
            means: self.means.iter().map(Sum::value).collect(),
            products: self.covariance.iter().map(Sum::value).collect(),
            sizes: self.sizes.iter().map(Sum::value).collect(),
            largest: Vec::new(),
        };
        own.raise(&common);
        *self = Accumulator { units: common, partial: std::mem::take(&mut self.partial), ..Accumulator::new(self.units.len()) };
        self.means.iter_mut().zip(&own.means).for_each(|(s, x)| s.add(*x));
        self.covariance.iter_mut().zip(&own.products).for_each(|(s, x)| s.add(*x));
        self.sizes.iter_mut().zip(&own.sizes).for_each(|(s, x)| s.add(*x));
    }

    /// Exponents of the units of [`Accumulator::sizes`].
    pub(super) fn units(&self) -> &[i32] {
        &self.units
    }

    /// ∫|f_c|, when all `cubes` hypercubes have come.
    pub(super) fn sizes(&self, cubes: f64) -> Vec<f64> {
        self.sizes.iter().map(|s| s.value() / cubes).collect()
    }

    /// The iteration's estimate from `points` samples, when all `cubes` hypercubes have come.
    pub(super) fn moments(&self, points: u64, cubes: f64) -> Moments {
        let means = self.means.iter().zip(&self.units).map(|(s, e)| scaling::scale(s.value() / cubes, *e)).collect();
        let covariance = self.covariance.iter().map(|s| s.value() / (cubes * cubes)).collect();
        Moments { points, means, units: self.units.clone(), covariance }
    }
}

impl Partial {
    /// Joins the moments of two sets of samples (T. F. Chan, G. H. Golub, R. J. LeVeque, Am. Stat. 37 (1983) 242).
    fn merge(&mut self, piece: &mut Piece) {
        let new = piece.span.samples as u64;
        if self.samples == 0 {
            *self = Partial { samples: new, sums: piece.sums.clone() };
            return;
        }
        let (sums, later) = (&mut self.sums, &mut piece.sums);
        let common: Vec<i32> = sums.units.iter().zip(&later.units).map(|(a, b)| *a.max(b)).collect();
        sums.raise(&common);
        later.raise(&common);
        let n = (self.samples + new) as f64;
        let share = new as f64 / n;
        let deviations: Vec<f64> = later.means.iter().zip(&sums.means).map(|(x, mean)| x - mean).collect();
        for (a, da) in deviations.iter().enumerate() {
            for (b, db) in deviations[..=a].iter().enumerate() {
                let k = packed(a, b);
                sums.products[k] += later.products[k] + da * db * share * self.samples as f64;
            }
            sums.means[a] += share * da;
            sums.sizes[a] += share * (later.sizes[a] - sums.sizes[a]);
        }
        self.samples += new;
    }
}

//! From values to weights w = J f, and to what they teach the map.

use super::cell_index;
use super::sums::inside;
use crate::batch::Columns;
use crate::jacobian::{Factor, Vectors};
use crate::simd::{Kernel, LANES, Lanes};

/// Turns values into weights, in units of 1/`unit`; returns the largest.
pub(super) struct Weights<'a> {
    pub(super) values: &'a [[f64; LANES]],
    /// The Jacobian of the coordinates.
    pub(super) factor: Factor<'a>,
    pub(super) unit: f64,
    /// That of the map.
    pub(super) jacobian: &'a [[f64; LANES]],
    /// Number of samples: the padding does not count.
    pub(super) len: usize,
    /// Out.
    pub(super) weights: &'a mut [[f64; LANES]],
}

impl Kernel for Weights<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let peak: V = match self.factor {
            Factor::Constant(factor) => self.with(&V::splat(factor)),
            Factor::Column(columns, k) => self.with(columns.lanes(k)),
        };
        peak.to_array().into_iter().fold(0.0, f64::max)
    }
}

impl Weights<'_> {
    #[inline(always)]
    fn with<V: Lanes>(self, factors: &(impl Vectors<V> + ?Sized)) -> V {
        let (unit, mut peak) = (V::splat(self.unit), V::splat(0.0));
        for (g, ((f, j), w)) in self.values.iter().zip(self.jacobian).zip(self.weights).enumerate() {
            // In this order even a weight beyond the largest float comes out right.
            let weight = V::load(f) * factors.of(g) * unit * V::load(j);
            peak = peak.max(weight.abs().zero_unless(inside::<V>(g, self.len)));
            weight.store(w);
        }
        peak
    }
}

/// The share of every sample in its hypercube.
pub(super) enum Shares<'a> {
    Same(f64),
    /// In the codes of the hypercubes.
    Coded(&'a [[f64; LANES]]),
}

/// Notes Σ_c w_c² and its share in a hypercube, for some groups of samples.
pub(super) struct Training<'a> {
    /// w of every component, in columns.
    pub(super) weights: &'a Columns,
    /// 1 / ∫|f_c|.
    pub(super) scales: &'a [f64],
    pub(super) shares: Shares<'a>,
    /// The first group that teaches, and from one such group to the next.
    pub(super) first: usize,
    pub(super) step: usize,
    /// Out.
    pub(super) squares: &'a mut Vec<[[f64; 2]; LANES]>,
}

impl Kernel for Training<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let len = self.weights.len();
        for g in (self.first..len.div_ceil(LANES)).step_by(self.step) {
            let mut square = V::splat(0.0);
            for (c, scale) in self.scales.iter().enumerate() {
                let w = V::load(&self.weights.lanes(c)[g]) * V::splat(*scale);
                square = w.mul_add(w, square);
            }
            let share = match self.shares {
                Shares::Same(share) => V::splat(share),
                Shares::Coded(codes) => cell_index::share(V::load(&codes[g])),
            };
            let (squares, shares) = ((share * square).to_array(), share.to_array());
            let pair = |l| if g * LANES + l < len { [squares[l], shares[l]] } else { [0.0; 2] };
            self.squares.push(std::array::from_fn(pair));
        }
    }
}

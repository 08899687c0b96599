//! From values to weights w = J f, and to what they teach the map.

use super::sums::inside;
use crate::batch::Columns;
use crate::simd::{Kernel, LANES, Lanes};

/// The largest |J f| of a component.
pub(super) struct Peak<'a> {
    pub(super) values: &'a [[f64; LANES]],
    pub(super) jacobian: &'a [[f64; LANES]],
    /// Number of samples: the padding does not count.
    pub(super) len: usize,
}

impl Kernel for Peak<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let mut peak = V::splat(0.0);
        for (g, (f, j)) in self.values.iter().zip(self.jacobian).enumerate() {
            let size = (V::load(f) * V::load(j)).abs();
            peak = peak.max(size.zero_unless(inside::<V>(g, self.len)));
        }
        peak.to_array().into_iter().fold(0.0, f64::max)
    }
}

/// Turns values into weights, in units of 1/`factor`.
pub(super) struct Weigh<'a> {
    pub(super) values: &'a mut [[f64; LANES]],
    pub(super) jacobian: &'a [[f64; LANES]],
    pub(super) factor: f64,
}

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let factor = V::splat(self.factor);
        for (f, j) in self.values.iter_mut().zip(self.jacobian) {
            // In this order even a weight beyond the largest float comes out right.
            (V::load(f) * factor * V::load(j)).store(f);
        }
    }
}

/// Notes Σ_c w_c² and its share in a hypercube, for some groups of samples.
pub(super) struct Teach<'a> {
    /// w of every component, in columns.
    pub(super) values: &'a Columns,
    /// 1 / ∫|f_c|.
    pub(super) scales: &'a [f64],
    pub(super) shares: &'a [[f64; LANES]],
    /// The first group that teaches, and from one such group to the next.
    pub(super) first: usize,
    pub(super) step: usize,
    /// Out.
    pub(super) squares: &'a mut Vec<[[f64; 2]; LANES]>,
}

impl Kernel for Teach<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let len = self.values.len();
        for g in (self.first..len.div_ceil(LANES)).step_by(self.step) {
            let mut square = V::splat(0.0);
            for (c, scale) in self.scales.iter().enumerate() {
                let w = V::load(&self.values.lanes(c)[g]) * V::splat(*scale);
                square = w.mul_add(w, square);
            }
            let share = V::load(&self.shares[g]);
            let (squares, shares) = ((share * square).to_array(), share.to_array());
            let pair = |l| if g * LANES + l < len { [squares[l], shares[l]] } else { [0.0; 2] };
            self.squares.push(std::array::from_fn(pair));
        }
    }
}

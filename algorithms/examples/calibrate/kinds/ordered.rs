//! Indicators of ordered variables: x₁ + s < x₂, x₂ + s < x₃, … in a random order of the axes.

use super::Member;
use crate::draw::Draw;
use fubini_algorithms::LaneIntegrand;
use fubini_algorithms::simd::Lanes;

/// (1 + first·p + product·p·q) where the variables are in order, with p the least of them and q the largest.
struct Ordered {
    order: Vec<usize>,
    gap: f64,
    first: f64,
    product: f64,
}

impl LaneIntegrand for Ordered {
    fn dim(&self) -> usize {
        self.order.len()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let (zero, one, gap) = (V::splat(0.0), V::splat(1.0), V::splat(self.gap));
        let all = zero.eq(zero);
        let ordered = self.order.windows(2).fold(all, |mask, pair| mask & (x[pair[0]] + gap).lt(x[pair[1]]));
        let (low, high) = (x[self.order[0]], x[self.order[self.order.len() - 1]]);
        let value = (V::splat(self.product) * high + V::splat(self.first)).mul_add(low, one);
        y[0] = value.zero_unless(ordered);
    }
}

/// A random one: half of them without a gap, half of them without a polynomial.
pub(crate) fn ordered(dim: usize, draw: &mut Draw) -> Member {
    let order = draw.order(dim);
    let gap = if draw.below(2) == 0 { 0.0 } else { draw.between(0.0, 0.05) };
    let plain = draw.below(2) == 0;
    let [first, product] = [draw.between(0.0, 2.0), draw.between(0.0, 2.0)].map(|c| if plain { 0.0 } else { c });
    let exact = value(dim, gap, first, product);
    Member::in_unit_cube(exact, Ordered { order, gap, first, product })
}

/// Shifting the k-th variable by k gaps leaves the order statistics of d numbers in [0, h], h = 1 − (d − 1) gap:
/// volume h^d/d!, means k h/(d + 1), and E[x₁ x_d] = h²/(d + 2).
fn value(dim: usize, gap: f64, first: f64, product: f64) -> f64 {
    let (d, shift) = (dim as f64, (dim as f64 - 1.0) * gap);
    let h = 1.0 - shift;
    let volume: f64 = (1..=dim).map(|k| h / k as f64).product();
    let low = h / (d + 1.0);
    let both = h * h / (d + 2.0) + shift * low;
    volume * (1.0 + first * low + product * both)
}

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

#[cfg(test)]
mod tests {
    use super::super::quadrature::at_points;
    use super::*;
    use crate::reduce::gauss;
    use fubini_algorithms::{Integrand, Simd};

    /// Integrates over the axes one after the other, between all places where an order can change.
    fn nested(f: &dyn Integrand, gap: f64, x: &mut Vec<f64>, rule: &[(f64, f64)]) -> f64 {
        let dim = f.dim();
        let mut ends: Vec<f64> = [0.0, 1.0]
            .iter()
            .chain(&*x)
            .flat_map(|x| (0..=2 * dim).map(move |k| (x, k)))
            .map(|(x, k)| x + (k as f64 - dim as f64) * gap)
            .collect();
        ends.retain(|e| (0.0..=1.0).contains(e));
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let nodes = ends.windows(2).flat_map(|e| rule.iter().map(move |(u, w)| (e[0] + (e[1] - e[0]) * u, (e[1] - e[0]) * w)));
        if x.len() + 1 == dim {
            let (points, weights): (Vec<Vec<f64>>, Vec<f64>) = nodes.map(|(node, w)| ([&x[..], &[node]].concat(), w)).unzip();
            return at_points(f, &points).iter().zip(weights).map(|(f, w)| f * w).sum();
        }
        let nodes: Vec<(f64, f64)> = nodes.collect();
        let mut sum = 0.0;
        for (node, weight) in nodes {
            x.push(node);
            sum += weight * nested(f, gap, x, rule);
            x.pop();
        }
        sum
    }

    #[test]
    fn values_agree_with_quadrature() {
        for dim in [2, 3] {
            for (gap, first, product) in [(0.0, 0.0, 0.0), (0.03, 0.0, 0.0), (0.0, 0.7, 1.4), (0.04, 1.9, 0.3)] {
                let order = Draw::new(1, dim, 7, (gap * 1e3) as u64).order(dim);
                let f = Simd(Ordered { order, gap, first, product });
                let numerical = nested(&f, gap, &mut Vec::new(), &gauss(4));
                let exact = value(dim, gap, first, product);
                assert!((numerical / exact - 1.0).abs() <= 1e-13, "{dim} {gap}: {numerical} {exact}");
            }
        }
        // By hand: p q r with gaps, four variables with gaps, and 1 + p r over the ordered cube.
        for (dim, gap, product, known) in [(3, 0.0, 1.0, 0.2), (4, 0.01, 0.0, 0.03688720041666666), (4, 0.0, 0.0, 1.0 / 24.0)] {
            assert!((value(dim, gap, 0.0, product) / known - 1.0).abs() <= 1e-14);
        }
    }
}

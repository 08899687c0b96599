//! The importance map: a change of variables, axis by axis, that follows the integrand.
//!
//! An axis of the unit cube is cut into N increments Δx_k, and y in (0, 1) runs through each of them in equal
//! shares: x = x_k + (y N − k) Δx_k with k = ⌊y N⌋ and Jacobian J = N Δx_k. Samples uniform in y then have a
//! density 1/J in x, best where J |f| is constant. Training measures d_k, the mean of (J f)² over increment k,
//! smooths it, damps it, d → ((1 − d) / ln(1/d))^α, and moves the edges so that all increments hold equal
//! shares of it.
//!
//! G. P. Lepage, J. Comput. Phys. 27 (1978) 192; 439 (2021) 110386, section 2.

use super::Sample;
use super::centre::{Centre, edges_around};
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// One axis of the map.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct MapAxis {
    /// x_0 = 0, …, x_N = 1.
    pub(crate) edges: Vec<f64>,
    /// x_k and J = N Δx_k, side by side since they are looked up together.
    increments: Vec<[f64; 2]>,
}

/// What an axis learns from an iteration: per increment, the sum of samples' (J f)² and of their weights.
pub(crate) type Histogram = Vec<[f64; 2]>;

/// Weight of an increment in its own smoothed value; the rest is its two neighbours'. Damps the noise of the
/// training without blunting peaks (as vegas 6; the paper takes 1/3, which suits fewer increments).
const SELF_WEIGHT: f64 = 0.75;

/// Width of the last increment, with 1/N of the integral, below which the spacing of floats is no small part of it: for
/// (1 − x)^(−3/4) and a thousand increments a share of 1e-4 of the integral is out of reach then.
const CRAMPED: f64 = 1e-11;

/// Variables in which the noise of a map is no concern, and most variance of the logarithm of the Jacobian that one histogram may
/// bring in with further ones. Measured on products in 32 to 1,000 variables.
const SAFE_DIM: usize = 16;
const MOST_NOISE: f64 = 0.01;

impl MapAxis {
    /// The identity, in `increments` equal parts.
    pub(crate) fn new(increments: usize) -> Self {
        let edges: Vec<f64> = (0..=increments).map(|k| k as f64 / increments as f64).collect();
        // Not by differences of edges, which would round: J is 1.
        MapAxis { increments: edges[..increments].iter().map(|x| [*x, 1.0]).collect(), edges }
    }

    /// An axis many of whose samples fall near these centres. Near a point without a width they fall at all distances
    /// alike: their density is 1/(|x − c| + ε) with ε the ten-thousandth part of the axis. Near a peak of width w it is
    /// 1/((x − c)² + w²). Without centres the identity.
    pub(crate) fn around(centres: &[Centre], increments: usize) -> Self {
        if centres.is_empty() {
            return MapAxis::new(increments);
        }
        match edges_around(centres, increments) {
            Some(edges) => MapAxis::through(edges),
            None => MapAxis::new(increments),
        }
    }

    /// Where samples fall that are drawn at `y`.
    fn at(&self, y: f64) -> f64 {
        let n = self.increments();
        let k = ((y * n as f64) as usize).min(n - 1);
        self.edges[k] + (y * n as f64 - k as f64) * (self.edges[k + 1] - self.edges[k])
    }

    /// Where in (0, 1) samples are drawn that fall at `x`, and J there.
    pub(crate) fn inverse(&self, x: f64) -> (f64, f64) {
        let k = self.edges.partition_point(|edge| *edge <= x).saturating_sub(1).min(self.increments() - 1);
        let [edge, j] = self.increments[k];
        let n = self.increments() as f64;
        (((k as f64 + (x - edge) * n / j) / n).min(LAST), j)
    }

    /// Whether this axis, deserialised, has `increments` and runs from 0 to 1.
    pub(crate) fn is_sound(&self, increments: usize) -> bool {
        let whole = increments > 0 && self.edges.len() == increments + 1 && self.increments.len() == increments;
        whole && self.edges[0] == 0.0 && self.edges[increments] == 1.0 && self.edges.is_sorted()
    }

    pub(crate) fn increments(&self) -> usize {
        self.increments.len()
    }

    /// The axis as a table to look samples up in, whose coordinates are given in units of 1/`parts`.
    #[inline(always)]
    pub(crate) fn table<V: Lanes>(&self, parts: f64) -> Table<'_, V> {
        let n = self.increments() as f64;
        // A trifle less than N: even y = 1 belongs to the last increment.
        let rate = n * (1.0 - f64::EPSILON) / parts;
        Table { increments: &self.increments, rate: V::splat(rate), width: V::splat(1.0 / n) }
    }

    /// Whether the map would follow the integrand closer to x = 1 than floats can: beyond the last of them lies a part of
    /// the integral that no sample meets.
    pub(crate) fn is_cramped(&self) -> bool {
        1.0 - self.edges[self.increments() - 1] < CRAMPED
    }

    /// Moves the edges to what `histogram` says, which is believed in that many parts of the axis; in fewer than two it says nothing.
    pub(crate) fn adapt(&mut self, histogram: &[[f64; 2]], alpha: f64, parts: usize) {
        if parts < 2 {
            return;
        }
        let histogram = if parts < histogram.len() { &coarse(histogram, parts) } else { histogram };
        let Some(shares) = shares(histogram, alpha) else { return };
        let edges = divide(&self.edges, &shares, self.increments());
        // Increments narrower than the spacing of floats can't follow a peak any further.
        if edges.windows(2).all(|e| e[0] < e[1]) {
            *self = MapAxis::through(edges).graded();
        }
    }

    /// An axis with these edges.
    pub(crate) fn through(edges: Vec<f64>) -> Self {
        let n = (edges.len() - 1) as f64;
        MapAxis { increments: edges.windows(2).map(|e| [e[0], n * (e[1] - e[0])]).collect(), edges }
    }
}

/// `count` points that are distributed as samples of a map are.
pub(crate) fn spread(axes: &[MapAxis], count: usize) -> impl Iterator<Item = Vec<f64>> + '_ {
    let shares = Sample::sequence(axes.len(), 0, count).into_iter().flat_map(|sample| sample.points).collect::<Vec<_>>();
    (0..count).map(move |i| axes.iter().zip(&shares[i * axes.len()..]).map(|(axis, y)| axis.at(*y)).collect())
}

/// In how many parts of every axis a histogram may be believed that comes from `evidence` samples of equal (J f)².
///
/// With B parts the mean of (J f)² in each is uncertain by √(B / evidence). Damping makes that α / ln N times as much in ln J,
/// and the axes add up: in hundreds of variables the product of the Jacobians would be noise, and what is learnt from it more
/// noise, until all weights but a few vanish.
pub(crate) fn believable(evidence: f64, alpha: f64, increments: usize, dim: usize) -> usize {
    let gain = alpha / (increments as f64).ln();
    let noise = gain * gain * dim.saturating_sub(SAFE_DIM) as f64 / evidence;
    // Not a number where there is neither noise nor evidence: nothing is believed then.
    (MOST_NOISE / noise) as usize
}

/// A histogram whose increments are joined into `parts`, each the same throughout.
fn coarse(histogram: &[[f64; 2]], parts: usize) -> Histogram {
    let part = |k: usize| k * parts / histogram.len();
    let mut sums = vec![[0.0; 2]; parts];
    for (k, [square, weight]) in histogram.iter().enumerate() {
        let sum = &mut sums[part(k)];
        *sum = [sum[0] + square, sum[1] + weight];
    }
    (0..histogram.len()).map(|k| sums[part(k)]).collect()
}

/// `n` increments that hold equal parts of `shares`, each spread evenly between two of `edges`.
pub(crate) fn divide(edges: &[f64], shares: &[f64], n: usize) -> Vec<f64> {
    let total: f64 = shares.iter().sum();
    let mut divided = Vec::with_capacity(n + 1);
    divided.push(0.0);
    let (mut k, mut before) = (0, 0.0);
    for i in 1..n {
        let wanted = total * i as f64 / n as f64;
        while k + 1 < shares.len() && before + shares[k] < wanted {
            before += shares[k];
            k += 1;
        }
        let part = if shares[k] > 0.0 { ((wanted - before) / shares[k]).clamp(0.0, 1.0) } else { 1.0 };
        divided.push(edges[k] + part * (edges[k + 1] - edges[k]));
    }
    divided.push(1.0);
    divided
}

/// The damped share of every increment, or `None` where the map is right as it is or nothing was learnt.
fn shares(histogram: &[[f64; 2]], alpha: f64) -> Option<Vec<f64>> {
    let sums = histogram.iter().fold([0.0; 2], |s, l| [s[0] + l[0], s[1] + l[1]]);
    // An increment without samples teaches nothing: it counts as average.
    let means: Vec<f64> = histogram.iter().map(|l| if l[1] > 0.0 { l[0] / l[1] } else { sums[0] / sums[1] }).collect();
    let (least, most) = means.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &m| (a.min(m), b.max(m)));
    // Where (J f)² differs by rounding alone there is nothing to follow.
    let flat = most - least <= 1e-12 * most;
    if flat || !most.is_finite() || alpha == 0.0 {
        return None;
    }
    let last = means.len() - 1;
    let neighbour = (1.0 - SELF_WEIGHT) / 2.0;
    let smooth = |k: usize| SELF_WEIGHT * means[k] + neighbour * (means[k.saturating_sub(1)] + means[(k + 1).min(last)]);
    let mut shares: Vec<f64> = (0..=last).map(smooth).collect();
    let total: f64 = shares.iter().sum();
    dispatch(Damp { shares: &mut shares, total, alpha });
    Some(shares)
}

/// Normalises shares, and damps them.
struct Damp<'a> {
    shares: &'a mut [f64],
    total: f64,
    alpha: f64,
}

impl Kernel for Damp<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        for shares in self.shares.chunks_mut(LANES) {
            let d = V::load_partial(shares) / V::splat(self.total);
            let damped = (((one - d) / -d.ln()).ln() * V::splat(self.alpha)).exp();
            let damped = V::select(d.lt(one), damped, one);
            V::select(zero.lt(d), damped, zero).store_partial(shares);
        }
    }
}

/// The largest number below 1.
const LAST: f64 = 1.0 - f64::EPSILON / 2.0;
/// 2^52, from which on floats are integers.
pub(crate) const TWO_52: f64 = (1_u64 << 52) as f64;

/// An axis with its constants in registers.
pub(crate) struct Table<'a, V> {
    increments: &'a [[f64; 2]],
    rate: V,
    width: V,
}

impl<V: Lanes> Table<'_, V> {
    /// x and J at y, and a number that [`number_of`] understands.
    #[inline(always)]
    pub(crate) fn at(&self, y: V) -> (V, V, V) {
        let t = y * self.rate;
        let index = t.integer_bits();
        let k = index - V::splat(TWO_52);
        let (edge, j) = index.lookup_pair(self.increments);
        let x = ((t - k) * self.width).mul_add(j, edge);
        // Rounding must not carry a sample to the end of the axis, where a coordinate may be singular.
        (x.min(V::splat(LAST)), j, index)
    }
}

/// The increments of eight samples, from what [`Table::at`] has given: the lower bits of a float beyond 2^52.
#[inline(always)]
pub(crate) fn number_of<V: Lanes>(index: V) -> [u32; LANES] {
    index.to_array().map(|k| k.to_bits() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    /// A histogram that describes (J f)² exactly.
    fn histogram(axis: &MapAxis, f: impl Fn(f64) -> f64) -> Histogram {
        let middle = |k: usize| 0.5 * (axis.edges[k] + axis.edges[k + 1]);
        (0..axis.increments()).map(|k| [(axis.increments[k][1] * f(middle(k))).powi(2), 1.0]).collect()
    }

    #[test]
    fn trained_on_a_function_the_map_makes_j_times_f_constant() {
        let f = |x: f64| (-x / 0.03).exp() + 0.01;
        let mut axis = MapAxis::new(100);
        (0..60).for_each(|_| axis.adapt(&histogram(&axis, f), 0.5, 100));
        let weights: Vec<f64> = histogram(&axis, f).iter().map(|l| l[0].sqrt()).collect();
        let (least, most) = weights.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &w| (a.min(w), b.max(w)));
        assert!(most < 1.2 * least, "{least} {most}");
    }

    #[test]
    fn the_jacobian_integrates_to_one() {
        let mut axis = MapAxis::new(37);
        (0..5).for_each(|_| axis.adapt(&histogram(&axis, |x| (x - 0.6).abs()), 0.5, 37));
        let integral: f64 = axis.increments.iter().map(|i| i[1]).sum::<f64>() / 37.0;
        assert!((integral - 1.0).abs() < 1e-14);
    }

    #[test]
    fn x_is_monotonic_in_y_and_never_leaves_the_open_interval() {
        let mut axis = MapAxis::new(50);
        (0..200).for_each(|_| axis.adapt(&histogram(&axis, |x| f64::from(x > 0.9999)), 0.5, 50));
        let y = F64x8::load(&[f64::EPSILON / 4.0, 0.1, 0.2, 0.5, 0.8, 0.99, LAST, 1.0]);
        let (x, jacobian, index) = axis.table(1.0).at(y);
        let x = x.to_array();
        assert!(x.is_sorted() && x[0] > 0.0 && x[7] < 1.0, "{x:?}");
        assert!(jacobian.to_array().iter().all(|j| *j > 0.0));
        assert_eq!(number_of(index)[7], 49);
    }

    #[test]
    fn nothing_learnt_moves_nothing() {
        for histogram in [[[0.0, 1.0]; 8], [[0.0, 0.0]; 8], [[3.0, 1.0]; 8], [[f64::INFINITY, 1.0]; 8]] {
            let mut axis = MapAxis::new(8);
            axis.adapt(&histogram, 0.5, 8);
            assert_eq!(axis.edges, MapAxis::new(8).edges);
        }
    }
}

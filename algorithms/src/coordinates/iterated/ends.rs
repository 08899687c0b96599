//! Ends at which a later limit behaves like a root, and the stretching that makes it smooth.
//!
//! A limit that is g₀ + c d^(p/n) at distance d from the end of a piece has no Taylor series in d, but one in d^(1/n). Points are
//! moved by t(v) = I_v(a, b), the regularised incomplete beta function, which begins like vᵃ and ends like 1 − (1−v)ᵇ; for whole
//! numbers a and b it is the polynomial vᵃ Σ C(a+k−1, k) (1−v)ᵏ over k < b (DLMF 8.17.5), with derivative vᵃ⁻¹(1−v)ᵇ⁻¹/B(a, b).
//! Where both ends are square roots, t = sin²(πv/2) takes its place.
//! The order n is found from the limit itself at three distances in a geometric row, which shows the exponent.

use super::pieces::slab;
use crate::batch::Columns;
use crate::search::Sample;
use crate::simd::{F64x8, Lanes};

/// Largest root that is looked for.
const MAX_ORDER: usize = 4;
/// Distances from an end, in units of its piece: near enough for the root to lead, far enough to leave ten digits of differences.
const DISTANCES: [f64; 3] = [1.0 / 1_048_576.0, 4.0 / 1_048_576.0, 16.0 / 1_048_576.0];
/// Places of the other variables at which a limit is looked at.
const PLACES: usize = 4;
/// How near a multiple of 1/n an exponent must be. The next term of the series moves it by 1e-5.
const CLOSE: f64 = 2e-3;
/// Differences below this share of the limit are rounding.
const ROUNDING: f64 = 1e-10;

/// How points are drawn towards the two ends of a piece: orders a and b, 1 where nothing is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Stretch {
    ends: [usize; 2],
}

impl Default for Stretch {
    fn default() -> Self {
        Stretch { ends: [1, 1] }
    }
}

impl Stretch {
    /// t = v^a near the lower end, 1 − t = (1 − v)^b near the upper one.
    pub(in super::super) fn new(ends: [usize; 2]) -> Self {
        Stretch { ends }
    }

    pub(in super::super) fn is_plain(self) -> bool {
        self.ends == [1, 1]
    }

    /// t from v.
    pub(in super::super) fn at(self, v: f64) -> f64 {
        self.apply(F64x8::splat(v), F64x8::splat(1.0 - v)).0.to_array()[0]
    }

    /// t, 1 − t and dt/dv from v and 1 − v.
    #[inline(always)]
    pub(in super::super) fn apply<V: Lanes>(self, v: V, rest: V) -> (V, V, V) {
        let [a, b] = self.ends;
        if self.is_plain() {
            return (v, rest, V::splat(1.0));
        }
        // Entire, where the polynomial leaves √(1 + 2v): the volume of a ball to 1e-10 took 4,094 evaluations instead of 14,132.
        if self.ends == [2, 2] {
            let half = V::splat(std::f64::consts::FRAC_PI_2);
            let (sin, cos) = ((half * v).sin(), (half * rest).sin());
            return (sin * sin, cos * cos, V::splat(std::f64::consts::PI) * sin * cos);
        }
        let slope = v.powi(a as i32 - 1) * rest.powi(b as i32 - 1);
        (beta(a, b, v, rest), beta(b, a, rest, v), slope * V::splat(inverse_beta(a, b)))
    }
}

/// I_v(a, b) with `rest` = 1 − v.
#[inline(always)]
fn beta<V: Lanes>(a: usize, b: usize, v: V, rest: V) -> V {
    let (mut sum, mut term) = (V::splat(1.0), V::splat(1.0));
    for k in 1..b {
        term *= rest * V::splat((a + k - 1) as f64 / k as f64);
        sum += term;
    }
    sum * v.powi(a as i32)
}

/// 1/B(a, b) = (a + b − 1)! / ((a − 1)! (b − 1)!).
fn inverse_beta(a: usize, b: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    factorial(a + b - 1) / (factorial(a - 1) * factorial(b - 1))
}

/// Points on lines towards the ends of all pieces.
pub(super) struct Probe {
    /// Of each variable, how many pieces.
    pieces: Vec<usize>,
}

impl Probe {
    pub(super) fn new(stretches: &[Vec<Stretch>]) -> Self {
        Probe { pieces: stretches.iter().map(Vec::len).collect() }
    }

    /// The points in the unit cube, a column per variable, and one for the Jacobian.
    pub(super) fn columns(&self) -> Columns {
        let dim = self.pieces.len();
        let places: Vec<f64> = Sample::sequence(dim, 0, PLACES).into_iter().flat_map(|sample| sample.points).collect();
        let mut columns = Columns::default();
        columns.reset(dim + 1, self.row(dim, 0, 0, 0));
        for axis in 0..dim {
            for piece in 0..self.pieces[axis] {
                let (start, width) = slab(piece, self.pieces[axis]);
                for (end, place) in (0..2).flat_map(|end| (0..PLACES).map(move |place| (end, place))) {
                    let row = self.row(axis, piece, end, place);
                    for (k, distance) in DISTANCES.into_iter().enumerate() {
                        (0..dim).for_each(|d| columns.column_mut(d)[row + k] = places[place * dim + d]);
                        let v = if end == 0 { distance } else { 1.0 - distance };
                        columns.column_mut(axis)[row + k] = start + width * v;
                    }
                }
            }
        }
        columns.column_mut(dim).fill(1.0);
        columns.pad();
        columns
    }

    /// Where the line towards an end begins.
    fn row(&self, axis: usize, piece: usize, end: usize, place: usize) -> usize {
        let pieces = self.pieces[..axis].iter().sum::<usize>() + piece;
        ((2 * pieces + end) * PLACES + place) * DISTANCES.len()
    }

    /// Raises the orders of a piece to those that the knots of a later variable show.
    pub(super) fn look(&self, axis: usize, piece: usize, knots: &[Columns], stretch: &mut Stretch) {
        for knot in knots.iter().filter(|knot| !knot.is_empty()) {
            for (end, order) in stretch.ends.iter_mut().enumerate() {
                for place in 0..PLACES {
                    let row = self.row(axis, piece, end, place);
                    let [near, middle, far] = [0, 1, 2].map(|k| knot.column(0)[row + k]);
                    *order = (*order).max(order_of(near, middle, far));
                }
            }
        }
    }
}

/// The order of the root that three values at distances h, 4h and 16h show; 1 for none.
fn order_of(near: f64, middle: f64, far: f64) -> usize {
    let (first, second) = (middle - near, far - middle);
    let ratio = second / first;
    let heard = first.abs() > ROUNDING * near.abs() && ratio.is_finite() && ratio > 1.0;
    let exponent = ratio.ln() / 4f64.ln();
    let fits = |n: &usize| (exponent * *n as f64 - (exponent * *n as f64).round()).abs() < CLOSE;
    if heard { (1..=MAX_ORDER).find(fits).unwrap_or(1) } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    #[test]
    fn the_order_of_a_root_is_found_from_its_values() {
        let order = |g: &dyn Fn(f64) -> f64| {
            let [near, middle, far] = DISTANCES.map(g);
            order_of(near, middle, far)
        };
        assert_eq!(order(&|d| (2.0 * d - d * d).sqrt()), 2);
        assert_eq!(order(&|d| 1.0 - (d * (1.0 + d)).powf(1.5)), 2);
        assert_eq!(order(&|d| -3.0 + d.cbrt()), 3);
        assert_eq!(order(&|d| (d * d).cbrt()), 3);
        assert_eq!(order(&|d| d.powf(0.25)), 4);
        for smooth in
            [&|d: f64| 1.0 + d, &|d| d * d, &|d| d.exp(), &|_| 2.0, &|d| 1.0 / d, &|_| f64::NAN] as [&dyn Fn(f64) -> f64; 6]
        {
            assert_eq!(order(smooth), 1);
        }
    }

    #[test]
    fn stretching_is_monotonic_with_its_derivative_and_exact_complement() {
        for (a, b) in [(1, 2), (2, 1), (2, 2), (3, 2), (4, 4)] {
            let stretch = Stretch { ends: [a, b] };
            let at = |v: f64| {
                let (t, s, dt) = stretch.apply(F64x8::splat(v), F64x8::splat(1.0 - v));
                [t, s, dt].map(|x| x.to_array()[0])
            };
            for k in 1..20 {
                let (v, h) = (f64::from(k) / 20.0, 1e-6);
                let [t, s, dt] = at(v);
                assert!((t + s - 1.0).abs() < 1e-15, "{a} {b} {v}");
                assert!(((at(v + h)[0] - at(v - h)[0]) / (2.0 * h) / dt - 1.0).abs() < 1e-8, "{a} {b} {v}");
            }
            assert!((at(1e-9)[0] / 1e-9f64.powi(a as i32)).log10().abs() < 2.0);
        }
    }
}

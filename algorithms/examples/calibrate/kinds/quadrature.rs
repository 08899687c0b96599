//! Sums over grids, by which exact values are checked in two and three variables: for tests.

use crate::reduce::gauss;
use fubini_algorithms::{Columns, Integrand};

/// Nodes and weights of one axis.
pub(crate) type Grid = Vec<(f64, f64)>;

/// The values at these points.
pub(crate) fn at_points(f: &dyn Integrand, points: &[Vec<f64>]) -> Vec<f64> {
    let dim = f.dim();
    let (mut x, mut y) = (Columns::default(), Columns::default());
    x.reset(dim, points.len());
    y.reset(1, points.len());
    for d in 0..dim {
        x.column_mut(d).iter_mut().zip(points).for_each(|(x, point)| *x = point[d]);
    }
    x.pad();
    f.eval(x.points(dim), &mut y.values());
    y.column(0).to_vec()
}

/// The sum over the product of the axes' grids.
pub(crate) fn tensor(f: &dyn Integrand, grids: &[Grid]) -> f64 {
    let dim = grids.len();
    let (last, outer) = grids.split_last().unwrap();
    let (mut x, mut y) = (Columns::default(), Columns::default());
    x.reset(dim, last.len());
    y.reset(1, last.len());
    x.column_mut(dim - 1).iter_mut().zip(last).for_each(|(x, (node, _))| *x = *node);
    let rows: usize = outer.iter().map(Vec::len).product();
    let mut sum = 0.0;
    for row in 0..rows {
        let (mut rest, mut weight) = (row, 1.0);
        for (d, grid) in outer.iter().enumerate() {
            let (node, w) = grid[rest % grid.len()];
            rest /= grid.len();
            weight *= w;
            x.column_mut(d).fill(node);
        }
        x.pad();
        f.eval(x.points(dim), &mut y.values());
        sum += weight * y.column(0).iter().zip(last).map(|(y, (_, w))| y * w).sum::<f64>();
    }
    sum
}

/// The trapezoidal rule, ends left out: for what has died away there, or is periodic.
pub(crate) fn evenly(low: f64, high: f64, n: usize) -> Grid {
    let step = (high - low) / n as f64;
    (0..n).map(|i| (low + step * (i as f64 + 0.5), step)).collect()
}

/// Gauss's rule of `order` nodes in each of `pieces` equal pieces.
pub(crate) fn pieces(low: f64, high: f64, pieces: usize, order: usize) -> Grid {
    let ends: Vec<f64> = (0..=pieces).map(|i| low + (high - low) * i as f64 / pieces as f64).collect();
    between(&ends, order)
}

/// Gauss's rule between consecutive ends.
pub(crate) fn between(ends: &[f64], order: usize) -> Grid {
    let rule = gauss(order);
    ends.windows(2).flat_map(|e| rule.iter().map(|(u, w)| (e[0] + (e[1] - e[0]) * u, (e[1] - e[0]) * w))).collect()
}

/// Gauss's rule on pieces of [0, 1] that shrink by the factor towards 0, for singularities there.
pub(crate) fn graded(factor: f64, levels: i32, order: usize) -> Grid {
    let mut ends: Vec<f64> = (0..levels).rev().map(|k| factor.powi(-k)).collect();
    ends.insert(0, 0.0);
    between(&ends, order)
}

/// All of the line by the double-exponential map x = centre + scale · sinh(π/2 · sinh t) (H. Takahasi and M. Mori,
/// Publ. RIMS 9 (1974) 721).
pub(crate) fn line(centre: f64, scale: f64, n: usize) -> Grid {
    /// sinh(π/2 · sinh 4) is 1e18.
    const REACH: f64 = 4.0;
    let half_pi = std::f64::consts::FRAC_PI_2;
    let map = |(t, w): (f64, f64)| {
        let inner = half_pi * t.sinh();
        (centre + scale * inner.sinh(), w * scale * half_pi * t.cosh() * inner.cosh())
    };
    evenly(-REACH, REACH, n).into_iter().map(map).collect()
}

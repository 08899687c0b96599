//! The plane in which points lie, if there is one.

use crate::coordinates::AxisMap;

/// Distance from a plane of points that lie in it, as a part of the size of the domain.
const CLOSE: f64 = 2e-3;
/// Part of the points that must.
const ENOUGH: f64 = 0.6;
/// Part of the points that are kept in each of so many fits: others may belong to another plane.
const KEPT: f64 = 0.7;
const FITS: usize = 4;
/// Rounds of the inverse iteration.
const ROUNDS: usize = 40;
/// How near to a simple fraction a number is taken for it.
const SIMPLE: f64 = 4e-3;

/// The plane Σ a x = b in the variables of the domain.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Plane {
    /// a, the largest of them 1.
    pub normal: Vec<f64>,
    /// b.
    pub place: f64,
}

impl Plane {
    /// The axis that it crosses at a right angle, if all points of it have the same place on it.
    pub fn axis(&self) -> Option<usize> {
        let mut others = self.normal.iter().enumerate().filter(|(_, a)| **a != 0.0);
        match (others.next(), others.next()) {
            (Some((axis, _)), None) => Some(axis),
            _ => None,
        }
    }
}

/// The plane through most of these points of the unit cube, in the variables of the axes.
pub(super) fn through(axes: &[AxisMap], points: &[Vec<f64>]) -> Option<Plane> {
    let (dim, len) = (axes.len(), points.len());
    if len < dim + 3 {
        return None;
    }
    let points: Vec<Vec<f64>> =
        points.iter().map(|point| point.iter().zip(axes).map(|(u, axis)| axis.at(*u).0).collect()).collect();
    // The spread of each variable among all points, or of all, where one does not vary.
    let width = |d: usize| {
        let (lo, hi) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x[d]), hi.max(x[d])));
        hi - lo
    };
    let size = (0..dim).map(width).fold(0.0, f64::max);
    if !(size > 0.0 && size.is_finite()) {
        return None;
    }
    let close = CLOSE * size;
    // Planes across an axis, of which there may be several.
    for d in 0..dim {
        let near = |at: f64| points.iter().filter(|x| (x[d] - at).abs() <= close).count();
        let best = points.iter().map(|x| x[d]).max_by_key(|at| near(*at))?;
        if near(best) as f64 >= ENOUGH * len as f64 {
            let inside: Vec<f64> = points.iter().map(|x| x[d]).filter(|x| (x - best).abs() <= close).collect();
            let normal = (0..dim).map(|k| f64::from(u8::from(k == d))).collect();
            return Some(Plane { normal, place: inside.iter().sum::<f64>() / inside.len() as f64 });
        }
    }
    let mut kept: Vec<&Vec<f64>> = points.iter().collect();
    for _ in 0..FITS {
        let (normal, place) = fit(&kept, dim)?;
        let distance = |x: &[f64]| (x.iter().zip(&normal).map(|(x, a)| x * a).sum::<f64>() - place).abs();
        let near = points.iter().filter(|x| distance(x) <= close).count();
        if near as f64 >= ENOUGH * len as f64 {
            return Some(simplified(normal, place));
        }
        kept.sort_by(|x, y| distance(x).total_cmp(&distance(y)));
        kept.truncate(((kept.len() as f64 * KEPT) as usize).max(dim + 2));
    }
    None
}

/// The unit normal and place of the plane with the least square distances.
fn fit(points: &[&Vec<f64>], dim: usize) -> Option<(Vec<f64>, f64)> {
    let n = points.len() as f64;
    let centre: Vec<f64> = (0..dim).map(|d| points.iter().map(|x| x[d]).sum::<f64>() / n).collect();
    let mut spread = vec![0.0; dim * dim];
    for x in points {
        for i in 0..dim {
            for j in 0..dim {
                spread[i * dim + j] += (x[i] - centre[i]) * (x[j] - centre[j]);
            }
        }
    }
    let trace: f64 = (0..dim).map(|i| spread[i * dim + i]).sum();
    (0..dim).for_each(|i| spread[i * dim + i] += 1e-12 * trace);
    let mut normal: Vec<f64> = (0..dim).map(|d| 1.0 + 0.1 * d as f64).collect();
    for _ in 0..ROUNDS {
        normal = solved(spread.clone(), normal, dim);
        let length = normal.iter().map(|a| a * a).sum::<f64>().sqrt();
        normal.iter_mut().for_each(|a| *a /= length);
    }
    let place = normal.iter().zip(&centre).map(|(a, x)| a * x).sum();
    normal.iter().all(|a| a.is_finite()).then_some((normal, place))
}

/// The solution of a system with a positive matrix, by elimination.
fn solved(mut a: Vec<f64>, mut b: Vec<f64>, dim: usize) -> Vec<f64> {
    for k in 0..dim {
        for i in k + 1..dim {
            let factor = a[i * dim + k] / a[k * dim + k];
            (k..dim).for_each(|j| a[i * dim + j] -= factor * a[k * dim + j]);
            b[i] -= factor * b[k];
        }
    }
    for k in (0..dim).rev() {
        let known: f64 = (k + 1..dim).map(|j| a[k * dim + j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k * dim + k];
    }
    b
}

/// With the largest number 1, and others that are next to a simple one made so.
fn simplified(normal: Vec<f64>, place: f64) -> Plane {
    let largest = normal.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(1.0);
    let first = normal.iter().find(|a| a.abs() > 0.98 * largest.abs()).copied().unwrap_or(largest);
    let simple = |x: f64| if (10.0 * x - (10.0 * x).round()).abs() < 10.0 * SIMPLE { (10.0 * x).round() / 10.0 } else { x };
    Plane { normal: normal.iter().map(|a| simple(a / first)).collect(), place: simple(place / first) }
}

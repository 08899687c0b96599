//! How peaks are tilted: second derivatives of the logarithm at their tops, and what they hold as if each were a Gaussian.

use super::peaks::{Peak, Search};
use ndarray::Array2;
use std::f64::consts::{LN_2, PI};

/// Steps by which a tilt is seen, in units of a peak's reach, and where they lead.
const STEP: f64 = 0.5;
const CORNERS: [(f64, f64); 4] = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];
/// Curvature, in units of that along an axis, below which it is rounding.
const LEAST_PIVOT: f64 = 1e-9;

impl Search<'_, '_> {
    /// From how far peaks reach along lines through their tops to how far they reach at all, and what they hold: as if each
    /// were a Gaussian (P. S. Laplace's method). Second derivatives of the logarithm are differences over a part of the reach.
    pub(super) fn tilt(&mut self, peaks: &mut [Peak]) {
        let dim = self.f.dim();
        // Pairs of axes with signs of the steps along both, and axes alone.
        let pairs: Vec<(usize, usize)> = (0..dim).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        let corners = pairs.iter().flat_map(|(a, b)| CORNERS.map(|(s, t)| [(*a, s), (*b, t)]));
        let ends = (0..dim).flat_map(|d| [-1.0, 1.0].map(|sign| [(d, sign), (d, 0.0)]));
        let moves: Vec<[(usize, f64); 2]> = corners.chain(ends).collect();
        let step = |peak: &Peak, d: usize| {
            let [lo, hi] = peak.side(d);
            STEP * (peak.point[d] - lo).min(hi - peak.point[d])
        };
        let mut points = Vec::new();
        for (peak, along) in peaks.iter().flat_map(|peak| moves.iter().map(move |along| (peak, along))) {
            let first = points.len();
            points.extend_from_slice(&peak.point);
            along.iter().for_each(|(d, sign)| points[first + d] += sign * step(peak, *d));
        }
        let brightness = self.look(&points);
        for (peak, brightness) in peaks.iter_mut().zip(brightness.chunks(moves.len())) {
            let (corners, ends) = brightness.split_at(4 * pairs.len());
            let mut curvature = Array2::zeros((dim, dim));
            for (d, ends) in ends.chunks(2).enumerate() {
                curvature[[d, d]] = 2.0 * peak.brightness.ln() - ends[0].ln() - ends[1].ln();
            }
            for ((a, b), corners) in pairs.iter().zip(corners.chunks(4)) {
                let sum: f64 = CORNERS.iter().zip(corners).map(|((s, t), value)| s * t * value.ln()).sum();
                curvature[[*a, *b]] = -0.25 * sum;
                curvature[[*b, *a]] = curvature[[*a, *b]];
            }
            if let Some((spread, determinant)) = inverse(curvature) {
                let steps: Vec<f64> = (0..dim).map(|d| step(peak, d)).collect();
                for ((width, step), spread) in peak.widths.iter_mut().zip(&steps).zip(spread) {
                    // Where a Gaussian has fallen to one half.
                    *width = (step * (2.0 * LN_2 * spread).sqrt()).min(0.5);
                }
                peak.volume = (determinant.sqrt() * steps.iter().map(|step| (2.0 * PI).sqrt() * step).product::<f64>()).min(1.0);
            }
        }
    }
}

/// The diagonal of the inverse of a positive definite matrix, and the determinant of the inverse; `None` if it is not.
fn inverse(mut a: Array2<f64>) -> Option<(Vec<f64>, f64)> {
    let (dim, mut determinant) = (a.nrows(), 1.0);
    // Gauss and Jordan's elimination in place; pivots of a positive definite matrix are positive.
    for k in 0..dim {
        let pivot = a[[k, k]];
        if pivot.is_nan() || pivot <= LEAST_PIVOT {
            return None;
        }
        determinant /= pivot;
        a[[k, k]] = 1.0;
        a.row_mut(k).mapv_inplace(|x| x / pivot);
        let row = a.row(k).to_owned();
        for i in (0..dim).filter(|i| *i != k) {
            let factor = a[[i, k]];
            a[[i, k]] = 0.0;
            a.row_mut(i).scaled_add(-factor, &row);
        }
    }
    Some((a.diag().to_vec(), determinant))
}

//! A mixture of logistic distributions, sheared along what they were fitted to, beside the flat one.
//!
//! A part with mean m and Cholesky factor L has the points m + L z, where the coordinates of z are independent and logistic with
//! scale s: their density exp(−|z|/s) / (s (1 + exp(−|z|/s))²) falls off less fast than a Gaussian's, so that no ratio of the two is
//! large, and can be drawn and evaluated with a logarithm and an exponential. The flat part is that of the coordinates' own maps,
//! whose tails are longer: it bounds all weights (A. Owen, Y. Zhou, J. Amer. Statist. Assoc. 95 (2000) 135).

use crate::coordinates::AxisMap;
use crate::simd::Lanes;
use serde::{Deserialize, Serialize};

/// s for a standard deviation of 1: the mean square of Gaussian over logistic, (s/√π) (1 + exp(1/4s²)), is 1.02 here, and least,
/// 1.015, for 0.59. A little wider is safer than narrower.
const SCALE: f64 = 0.62;
/// Shares are multiples of its reciprocal, so that they end where the elementary intervals of nets end.
const GRID: f64 = 64.0;
/// Share of the flat part beside others.
const FLAT: f64 = 8.0 / GRID;

/// One part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    /// Of all points.
    pub(super) share: f64,
    pub(super) mean: Vec<f64>,
    /// L without its zeros, row by row.
    pub(super) factor: Vec<f64>,
}

impl Part {
    /// Along the axes, about as wide as a box of the unit cube; `None` for one that reaches to infinity, or has no width.
    pub(super) fn within(sides: &[[f64; 2]], axes: &[AxisMap]) -> Option<Self> {
        let ends: Vec<[f64; 2]> = sides.iter().zip(axes).map(|(side, axis)| side.map(|u| axis.at(u).0)).collect();
        let has_width = |[lo, hi]: &[f64; 2]| lo.is_finite() && hi.is_finite() && lo != hi;
        let mean = ends.iter().map(|[lo, hi]| 0.5 * (lo + hi)).collect();
        let rows = ends.iter().enumerate().flat_map(|(d, [lo, hi])| std::iter::repeat_n(0.0, d).chain([0.5 * (hi - lo).abs()]));
        let part = Part { share: 1.0, mean, factor: rows.collect() };
        ends.iter().all(has_width).then_some(part)
    }
}

/// The flat part and the others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Density {
    flat: f64,
    parts: Vec<Part>,
}

impl Density {
    /// The flat part alone.
    pub(super) fn flat() -> Self {
        Density { flat: 1.0, parts: Vec::new() }
    }

    /// Of parts whose shares are about in proportion to what they have here; none is so small that it has no points.
    pub(super) fn new(parts: Vec<Part>) -> Self {
        let total: f64 = parts.iter().map(|part| part.share).sum();
        let cells = GRID * (1.0 - FLAT);
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by(|i, j| parts[*j].share.total_cmp(&parts[*i].share));
        order.truncate(cells as usize);
        // A cell for each, and of the others one after the other to who lacks most of its share.
        let mut shares = vec![0.0; parts.len()];
        order.iter().for_each(|i| shares[*i] = 1.0);
        for _ in order.len()..cells as usize {
            let lacks = |i: usize| cells * parts[i].share / total - shares[i];
            let most = order.iter().copied().max_by(|i, j| lacks(*i).total_cmp(&lacks(*j)));
            most.into_iter().for_each(|i| shares[i] += 1.0);
        }
        let kept = parts.into_iter().zip(shares).filter(|(_, share)| *share > 0.0);
        let parts: Vec<Part> = kept.map(|(part, share)| Part { share: share / GRID, ..part }).collect();
        if parts.is_empty() { Self::flat() } else { Density { flat: FLAT, parts } }
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether numbers that were deserialised make a density over `dim` variables.
    pub(super) fn is_sound(&self, dim: usize) -> bool {
        let shares = self.parts.iter().map(|part| part.share).sum::<f64>() + self.flat;
        let is_sound = |part: &Part| {
            let diagonal = (0..dim).all(|d| part.factor.get(d * (d + 3) / 2).is_some_and(|x| *x > 0.0));
            let fits = part.mean.len() == dim && part.factor.len() == dim * (dim + 1) / 2;
            fits && diagonal && part.share > 0.0 && part.mean.iter().chain(&part.factor).all(|x| x.is_finite())
        };
        (shares - 1.0).abs() < 1e-9 && self.flat > 0.0 && self.parts.iter().all(is_sound)
    }

    /// Where the first variable of the unit cube passes from one part to the next.
    pub(super) fn ends(&self) -> impl Iterator<Item = f64> + '_ {
        let all = std::iter::once(self.flat).chain(self.parts.iter().map(|part| part.share));
        all.scan(0.0, |end, share| {
            *end += share;
            Some(*end)
        })
    }

    /// Turns a point of the unit cube into one of the coordinates' own variables, which may lie outside of their box.
    pub(super) fn place(&self, point: &mut [f64], axes: &[AxisMap]) {
        let (mut start, mut chosen) = (0.0, None);
        for (end, part) in self.ends().zip(std::iter::once(None).chain(self.parts.iter().map(Some))) {
            chosen = Some((part, start, end - start));
            if point[0] < end {
                break;
            }
            start = end;
        }
        let Some((part, start, share)) = chosen else { return };
        point[0] = (point[0] - start) / share;
        let Some(part) = part else {
            return point.iter_mut().zip(axes).for_each(|(u, axis)| *u = axis.at(*u).0);
        };
        for u in point.iter_mut() {
            let inside = u.clamp(f64::EPSILON / 4.0, 1.0 - f64::EPSILON);
            *u = SCALE * (inside / (1.0 - inside)).ln();
        }
        // From the last row on, since row d needs the first d coordinates of z.
        for d in (0..point.len()).rev() {
            let row = &part.factor[d * (d + 1) / 2..][..=d];
            point[d] = part.mean[d] + row.iter().zip(&*point).map(|(l, z)| l * z).sum::<f64>();
        }
    }

    /// The density of the flat part at a point of the own variables, without its share; `None` outside of their box.
    pub(super) fn of_flat(point: impl IntoIterator<Item = f64>, axes: &[AxisMap]) -> Option<f64> {
        point.into_iter().zip(axes).try_fold(1.0, |density, (x, axis)| {
            let u = axis.inverse(x).filter(|u| (f64::MIN_POSITIVE..1.0).contains(u))?;
            Some(density / axis.at(u).1.abs())
        })
    }

    /// The density at eight points of the own variables, of which that of the flat part is known; `z` is a vector per variable, to
    /// work in.
    #[inline(always)]
    pub(super) fn of<V: Lanes>(&self, points: &[V], flat: V, z: &mut [V]) -> V {
        let mut sum = flat * V::splat(self.flat);
        for Part { share, mean, factor } in &self.parts {
            let diagonal = |d: usize| factor[d * (d + 3) / 2];
            let norm = share.ln() - (0..mean.len()).map(|d| (SCALE * diagonal(d)).ln()).sum::<f64>();
            let (mut exponent, mut product) = (V::splat(norm), V::splat(1.0));
            for d in 0..mean.len() {
                let row = &factor[d * (d + 1) / 2..][..d];
                let mut rest = points[d] - V::splat(mean[d]);
                for (l, z) in row.iter().zip(&*z) {
                    rest = z.neg_mul_add(V::splat(*l), rest);
                }
                z[d] = rest * V::splat(1.0 / diagonal(d));
                let far = z[d].abs() * V::splat(1.0 / SCALE);
                exponent -= far;
                product *= V::splat(1.0) + (-far).exp();
            }
            sum += exponent.exp() * (product * product).recip();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    const PLANE: [AxisMap; 2] = [AxisMap::Line { centre: 0.0, scale: 1.0 }; 2];

    fn two_parts() -> Density {
        let part = |share, x: f64| Part { share, mean: vec![x, 2.0 * x], factor: vec![0.5, 0.4, 0.3] };
        Density::new(vec![part(3.0, 1.0), part(1.0, -2.0)])
    }

    fn at(density: &Density, point: [f64; 2]) -> f64 {
        let flat = Density::of_flat(point, &PLANE).unwrap();
        let mut z = [F64x8::splat(0.0); 2];
        density.of(&point.map(F64x8::splat), F64x8::splat(flat), &mut z).to_array()[0]
    }

    #[test]
    fn shares_are_even_and_the_density_has_integral_one() {
        let density = two_parts();
        assert_eq!(density.ends().collect::<Vec<_>>(), [8.0 / 64.0, 50.0 / 64.0, 1.0]);
        assert!(density.is_sound(2) && !density.is_sound(3));
        let (n, h) = (600, 0.05);
        let grid = |i: i32| f64::from(i) * h;
        let sum: f64 = (-n..n).flat_map(|i| (-n..n).map(move |j| at(&two_parts(), [grid(i), grid(j)]))).sum();
        // The tails of the flat part outside of ±30 in either direction.
        assert!((sum * h * h + FLAT * 0.0325 - 1.0).abs() < 2e-3, "{}", sum * h * h);
    }

    #[test]
    fn points_are_distributed_as_the_density_says() {
        // The mean of 1/q over points of density q, of those in a box, is its volume.
        let density = two_parts();
        let n = 200;
        let cell = |i: usize| (i as f64 + 0.5) / n as f64;
        let mut volume = 0.0;
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let mut point = [cell(i), cell(j)];
            density.place(&mut point, &PLANE);
            if (0.0..2.0).contains(&point[0]) && (1.0..3.0).contains(&point[1]) {
                volume += 1.0 / at(&density, point);
            }
        }
        volume /= (n * n) as f64;
        assert!((volume - 4.0).abs() < 0.1, "{volume}");
    }

    #[test]
    fn what_lies_outside_has_no_density() {
        let axes = [AxisMap::Interval { lo: -1.0, hi: 3.0 }, AxisMap::Above { lo: 2.0, scale: 1.0 }];
        assert_eq!(Density::of_flat([0.0, 3.0], &axes), Some(0.25 * 0.25));
        assert_eq!(Density::of_flat([0.0, 1.0], &axes), None);
        assert_eq!(Density::of_flat([3.5, 3.0], &axes), None);
    }
}

//! A mixture of Gaussians fitted to weighted points by expectation maximisation.
//!
//! A. P. Dempster, N. M. Laird, D. B. Rubin, J. R. Statist. Soc. B 39 (1977) 1; how many parts there are by Schwarz's criterion, Ann.
//! Statist. 6 (1978) 461.

use super::density::Part;
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 15;
/// Numbers of parts that are tried, as long as there are points for them.
const COUNTS: [usize; 4] = [1, 2, 4, 8];
/// Points per part among which the first means are chosen.
const CANDIDATES: usize = 4;
/// Part of the variance along an axis that every part has at least.
const RIDGE: f64 = 1e-10;

/// Weighted points, variable by variable in units of their standard deviations from their means.
pub(super) struct Cloud {
    dim: usize,
    points: Vec<f64>,
    /// The same, coordinate by coordinate of eight points after the other; the last group is filled up with points of no weight.
    groups: Vec<[f64; LANES]>,
    /// In sum 1.
    weights: Vec<f64>,
    weights_of_groups: Vec<[f64; LANES]>,
    /// How many equally weighted points they are worth.
    size: f64,
    means: Vec<f64>,
    units: Vec<f64>,
}

impl Cloud {
    /// Of points, coordinate by coordinate, and weights of which one is above zero, that tell as much as `size` points of equal weight.
    pub(super) fn new(dim: usize, mut points: Vec<f64>, mut weights: Vec<f64>, size: f64) -> Self {
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        let mean = |d: usize| weights.iter().zip(points[d..].iter().step_by(dim)).map(|(w, x)| w * x).sum::<f64>();
        let means: Vec<f64> = (0..dim).map(mean).collect();
        let spread = |d: usize| {
            let squares = weights.iter().zip(points[d..].iter().step_by(dim)).map(|(w, x)| w * (x - means[d]).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let units: Vec<f64> = (0..dim).map(|d| Some(spread(d)).filter(|s| *s > 0.0).unwrap_or(1.0)).collect();
        for point in points.chunks_mut(dim) {
            point.iter_mut().zip(means.iter().zip(&units)).for_each(|(x, (mean, unit))| *x = (*x - mean) / unit);
        }
        let lanes = |of: &dyn Fn(usize) -> f64| std::array::from_fn(of);
        let count = weights.len();
        let starts = || (0..count).step_by(LANES);
        let of_axis = |start: usize, d: usize| lanes(&|i| points[(start + i).min(count - 1) * dim + d]);
        let groups = starts().flat_map(|start| (0..dim).map(move |d| (start, d))).map(|(start, d)| of_axis(start, d)).collect();
        let weights_of_groups = starts().map(|start| lanes(&|i| weights.get(start + i).copied().unwrap_or(0.0))).collect();
        Cloud { dim, points, groups, weights, weights_of_groups, size, means, units }
    }

    /// The mixture that describes it best, in the units of the points.
    pub(super) fn fit(&self) -> Vec<Part> {
        let unknowns = (self.dim * (self.dim + 3) / 2 + 1) as f64;
        let tried = COUNTS.iter().take_while(|count| **count == 1 || self.size > 1.5 * **count as f64 * (self.dim + 2) as f64);
        let mut worse = 0;
        let mut best: (f64, Vec<Part>) = (f64::NEG_INFINITY, Vec::new());
        for count in tried {
            let (parts, likelihood) = self.fit_with(*count);
            let score = self.size * likelihood - 0.5 * unknowns * parts.len() as f64 * self.size.ln();
            worse = if score > best.0 { 0 } else { worse + 1 };
            if worse > 1 {
                break;
            } else if worse == 0 {
                best = (score, parts);
            }
        }
        best.1.into_iter().map(|part| self.in_units(part)).collect()
    }

    fn in_units(&self, mut part: Part) -> Part {
        for d in 0..self.dim {
            part.mean[d] = self.means[d] + self.units[d] * part.mean[d];
            part.factor[d * (d + 1) / 2..][..=d].iter_mut().for_each(|l| *l *= self.units[d]);
        }
        part
    }

    /// At most `count` parts, and the mean of the logarithm of their density.
    fn fit_with(&self, count: usize) -> (Vec<Part>, f64) {
        let dim = self.dim;
        let radius = (count as f64).powf(-1.0 / dim as f64);
        let round = |d: usize| (0..=d).map(move |j| if j == d { radius } else { 0.0 });
        let start = |mean: Vec<f64>| Part { share: 1.0 / count as f64, mean, factor: (0..dim).flat_map(round).collect() };
        let mut parts: Vec<Part> = self.seeds(count).into_iter().map(start).collect();
        let mut belongs = vec![[0.0; LANES]; self.weights_of_groups.len() * parts.len()];
        let mut likelihood = f64::NEG_INFINITY;
        for _ in 0..ROUNDS {
            let before = likelihood;
            likelihood = dispatch(Expect { cloud: self, parts: &parts, belongs: &mut belongs });
            if likelihood - before < 1e-4 {
                break;
            }
            let better = self.maximise(parts.len(), &belongs);
            if better.is_empty() {
                break;
            }
            parts = better;
        }
        (parts, likelihood)
    }

    /// Points far apart, among some that are distributed as the weights.
    fn seeds(&self, count: usize) -> Vec<Vec<f64>> {
        if count == 1 {
            return vec![vec![0.0; self.dim]];
        }
        let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let wanted = CANDIDATES * count;
        let (mut sum, mut candidates) = (0.0, Vec::new());
        for (point, weight) in self.points.chunks(self.dim).zip(&self.weights) {
            sum += weight;
            while candidates.len() < wanted && (candidates.len() as f64 + 0.5) / (wanted as f64) < sum {
                candidates.push(point);
            }
        }
        let mut nearest = vec![f64::INFINITY; candidates.len()];
        let mut seeds: Vec<Vec<f64>> = Vec::new();
        while seeds.len() < count.min(candidates.len()) {
            let chosen = (0..nearest.len()).fold(0, |best, i| if nearest[i] > nearest[best] { i } else { best });
            seeds.push(candidates[chosen].to_vec());
            nearest.iter_mut().zip(&candidates).for_each(|(near, c)| *near = near.min(distance(c, candidates[chosen])));
        }
        seeds
    }

    /// The parts that describe best what belongs to them. Those with few points take after all.
    fn maximise(&self, count: usize, belongs: &[[f64; LANES]]) -> Vec<Part> {
        let (dim, size) = (self.dim, self.dim * (self.dim + 1) / 2);
        let Sums { shares, squares, means, covariances } = dispatch(Maximise { cloud: self, count, belongs });
        let pooled: Vec<f64> = (0..size).map(|i| covariances.iter().map(|c| c[i]).sum()).collect();
        // How many equally weighted points a part has, and how many it takes for a covariance.
        let (worth, few) = (|k: usize| shares[k] * shares[k] / squares[k], (dim + 2) as f64);
        let kept = (0..count).filter(|k| worth(*k) > 0.5 * few);
        let part = |k: usize| {
            let own = |i: usize| covariances[k][i] / shares[k];
            let mut factor: Vec<f64> = (0..size).map(|i| (worth(k) * own(i) + few * pooled[i]) / (worth(k) + few)).collect();
            (0..dim).for_each(|d| factor[d * (d + 3) / 2] += RIDGE);
            cholesky(&mut factor, dim).then(|| Part { share: shares[k], mean: means[k].clone(), factor })
        };
        kept.filter_map(part).collect()
    }
}

/// To which parts points belong, part by part, and the mean logarithm of the density.
struct Expect<'a> {
    cloud: &'a Cloud,
    parts: &'a [Part],
    belongs: &'a mut [[f64; LANES]],
}

impl Kernel for Expect<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let Expect { cloud, parts, belongs } = self;
        let (dim, groups) = (cloud.dim, cloud.weights_of_groups.len());
        let diagonal = |part: &Part, d: usize| part.factor[d * (d + 3) / 2];
        let logarithm = |part: &Part| part.share.ln() - (0..dim).map(|d| diagonal(part, d).ln()).sum::<f64>();
        let norms: Vec<f64> = parts.iter().map(logarithm).collect();
        let inverse: Vec<f64> = parts.iter().flat_map(|part| (0..dim).map(move |d| diagonal(part, d).recip())).collect();
        let constant = 0.5 * dim as f64 * std::f64::consts::TAU.ln();
        let (mut z, mut row) = (vec![V::splat(0.0); dim], vec![V::splat(0.0); parts.len()]);
        let mut mean = V::splat(0.0);
        for g in 0..groups {
            let (x, mut largest) = (&cloud.groups[g * dim..][..dim], V::splat(f64::NEG_INFINITY));
            for (k, part) in parts.iter().enumerate() {
                // (x − m)ᵀ Σ⁻¹ (x − m).
                let mut square = V::splat(0.0);
                for d in 0..dim {
                    let line = &part.factor[d * (d + 1) / 2..][..d];
                    let mut rest = V::load(&x[d]) - V::splat(part.mean[d]);
                    for (l, z) in line.iter().zip(&z[..d]) {
                        rest = z.neg_mul_add(V::splat(*l), rest);
                    }
                    z[d] = rest * V::splat(inverse[k * dim + d]);
                    square = z[d].mul_add(z[d], square);
                }
                row[k] = square.neg_mul_add(V::splat(0.5), V::splat(norms[k]));
                largest = largest.max(row[k]);
            }
            let mut sum = V::splat(0.0);
            for log in &mut row {
                *log = (*log - largest).exp();
                sum += *log;
            }
            for (k, density) in row.iter().enumerate() {
                (*density / sum).store(&mut belongs[k * groups + g]);
            }
            mean = V::load(&cloud.weights_of_groups[g]).mul_add(largest + sum.ln() - V::splat(constant), mean);
        }
        mean.sum()
    }
}

/// Sums over the points, part by part: weights, their squares, means, and covariances by their lower triangles.
struct Sums {
    shares: Vec<f64>,
    squares: Vec<f64>,
    means: Vec<Vec<f64>>,
    covariances: Vec<Vec<f64>>,
}

/// These sums, of as many parts as points belong to.
struct Maximise<'a> {
    cloud: &'a Cloud,
    count: usize,
    belongs: &'a [[f64; LANES]],
}

impl Kernel for Maximise<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Sums {
        let Maximise { cloud, count, belongs } = self;
        let (dim, groups) = (cloud.dim, cloud.weights_of_groups.len());
        let mut sums = Sums { shares: Vec::new(), squares: Vec::new(), means: Vec::new(), covariances: Vec::new() };
        let (mut totals, mut apart) = (vec![V::splat(0.0); dim], vec![V::splat(0.0); dim]);
        let mut products = vec![V::splat(0.0); dim * (dim + 1) / 2];
        for k in 0..count {
            let own = &belongs[k * groups..][..groups];
            let (mut share, mut square) = (V::splat(0.0), V::splat(0.0));
            totals.fill(V::splat(0.0));
            for ((belongs, weight), x) in own.iter().zip(&cloud.weights_of_groups).zip(cloud.groups.chunks_exact(dim)) {
                let r = V::load(belongs) * V::load(weight);
                share += r;
                square = r.mul_add(r, square);
                for (total, x) in totals.iter_mut().zip(x) {
                    *total = r.mul_add(V::load(x), *total);
                }
            }
            let share = share.sum();
            let mean: Vec<f64> = totals.iter().map(|total| total.sum() / share.max(f64::MIN_POSITIVE)).collect();
            products.fill(V::splat(0.0));
            for ((belongs, weight), x) in own.iter().zip(&cloud.weights_of_groups).zip(cloud.groups.chunks_exact(dim)) {
                let weight = V::load(weight);
                let r = V::load(belongs) * weight;
                let r = r.zero_unless(r.gt(weight * V::splat(1e-12)));
                for d in 0..dim {
                    apart[d] = V::load(&x[d]) - V::splat(mean[d]);
                    let scaled = r * apart[d];
                    for (product, other) in products[d * (d + 1) / 2..].iter_mut().zip(&apart[..=d]) {
                        *product = scaled.mul_add(*other, *product);
                    }
                }
            }
            sums.shares.push(share);
            sums.squares.push(square.sum());
            sums.means.push(mean);
            sums.covariances.push(products.iter().map(|product| product.sum()).collect());
        }
        sums
    }
}

/// Turns a symmetric matrix, its lower triangle row by row, into its Cholesky factor; false if it has none.
fn cholesky(a: &mut [f64], dim: usize) -> bool {
    let at = |i: usize, j: usize| i * (i + 1) / 2 + j;
    for i in 0..dim {
        for j in 0..=i {
            let sum = (0..j).fold(a[at(i, j)], |sum, k| sum - a[at(i, k)] * a[at(j, k)]);
            a[at(i, j)] = match i == j {
                true if sum > 0.0 => sum.sqrt(),
                true => return false,
                false => sum / a[at(j, j)],
            };
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sample;

    /// Evenly weighted points of the square, moved by `place`.
    fn cloud(place: impl Fn(usize, &mut [f64])) -> Cloud {
        let mut points: Vec<f64> = Sample::sequence(2, 0, 1000).into_iter().flat_map(|sample| sample.points).collect();
        points.chunks_mut(2).enumerate().for_each(|(i, point)| place(i, point));
        Cloud::new(2, points, vec![0.1; 1000], 1000.0)
    }

    #[test]
    fn a_sheared_square_is_one_part_with_its_covariance() {
        // The variance of an even distribution is 1/12.
        let cloud = cloud(|_, point| (point[0], point[1]) = (1e6 + 3.0 * point[0], 0.1 * point[1] + 30.0 * point[0]));
        let factor = &cloud.fit_with(1).0[0].factor;
        assert!((factor[0] - 1.0).abs() < 0.01 && (factor[1] - 1.0).abs() < 0.01 && factor[2] < 0.02, "{factor:?}");
        let parts = cloud.fit();
        let mean = |d: usize| parts.iter().map(|part| part.share * part.mean[d]).sum::<f64>();
        assert!((mean(0) - 1e6 - 1.5).abs() < 0.1 && (mean(1) - 15.05).abs() < 1.0, "{parts:?}");
    }

    #[test]
    fn two_heaps_are_two_parts() {
        let parts = cloud(|i, point| point.iter_mut().for_each(|x| *x += if i % 4 == 0 { 50.0 } else { 0.0 })).fit();
        let heavy: Vec<&Part> = parts.iter().filter(|part| part.share > 0.05).collect();
        let far: f64 = heavy.iter().filter(|part| part.mean[0] > 25.0).map(|part| part.share).sum();
        assert!((far - 0.25).abs() < 0.01, "{parts:?}");
        assert!(heavy.iter().all(|part| part.factor[0] < 1.0 && part.factor[2] < 1.0), "{parts:?}");
    }

    #[test]
    fn the_factor_of_a_matrix_that_is_not_positive_is_none() {
        let mut a = vec![4.0, 2.0, 5.0];
        assert!(cholesky(&mut a, 2) && a == [2.0, 1.0, 2.0]);
        assert!(!cholesky(&mut [1.0, 2.0, 1.0], 2));
    }
}

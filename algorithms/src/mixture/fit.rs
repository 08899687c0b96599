//! A mixture of Gaussians fitted to weighted points by expectation maximisation.
//!
//! A. P. Dempster, N. M. Laird, D. B. Rubin, J. R. Statist. Soc. B 39 (1977) 1; how many parts there are by Schwarz's criterion, Ann.
//! Statist. 6 (1978) 461.

use super::density::Part;

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
    /// In sum 1.
    weights: Vec<f64>,
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
        Cloud { dim, points, weights, size, means, units }
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
        let (dim, n) = (self.dim, self.weights.len());
        let radius = (count as f64).powf(-1.0 / dim as f64);
        let round = |d: usize| (0..=d).map(move |j| if j == d { radius } else { 0.0 });
        let start = |mean: Vec<f64>| Part { share: 1.0 / count as f64, mean, factor: (0..dim).flat_map(round).collect() };
        let mut parts: Vec<Part> = self.seeds(count).into_iter().map(start).collect();
        let mut belongs = vec![0.0; n * parts.len()];
        let mut likelihood = f64::NEG_INFINITY;
        for _ in 0..ROUNDS {
            let before = likelihood;
            likelihood = self.expect(&parts, &mut belongs);
            if likelihood - before < 1e-4 {
                break;
            }
            let better = self.maximise(parts.len(), &belongs);
            if better.is_empty() {
                break;
            }
            parts = better;
            belongs.truncate(n * parts.len());
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

    /// To which parts points belong, point by point, and the mean logarithm of the density.
    fn expect(&self, parts: &[Part], belongs: &mut [f64]) -> f64 {
        let dim = self.dim;
        let logarithm = |part: &Part| part.share.ln() - (0..dim).map(|d| part.factor[d * (d + 3) / 2].ln()).sum::<f64>();
        let norms: Vec<f64> = parts.iter().map(logarithm).collect();
        let constant = 0.5 * dim as f64 * std::f64::consts::TAU.ln();
        let mut z = vec![0.0; dim];
        let mut mean = 0.0;
        let rows = belongs.chunks_mut(parts.len()).zip(self.points.chunks(dim)).zip(&self.weights);
        for ((row, point), weight) in rows {
            for ((log, part), norm) in row.iter_mut().zip(parts).zip(&norms) {
                *log = norm - 0.5 * square(part, point, &mut z);
            }
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.iter_mut().for_each(|log| *log = (*log - largest).exp());
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
            mean += weight * (largest + sum.ln() - constant);
        }
        mean
    }

    /// The parts that describe best what belongs to them. Those with few points take after all.
    fn maximise(&self, count: usize, belongs: &[f64]) -> Vec<Part> {
        let (dim, size) = (self.dim, self.dim * (self.dim + 1) / 2);
        let (mut shares, mut squares) = (vec![0.0; count], vec![0.0; count]);
        let mut means = vec![vec![0.0; dim]; count];
        let rows = || belongs.chunks(count).zip(self.points.chunks(dim)).zip(&self.weights);
        for ((row, point), weight) in rows() {
            for (k, r) in row.iter().enumerate().map(|(k, r)| (k, r * weight)).filter(|(_, r)| *r > 0.0) {
                shares[k] += r;
                squares[k] += r * r;
                means[k].iter_mut().zip(point).for_each(|(mean, x)| *mean += r * x);
            }
        }
        means.iter_mut().zip(&shares).for_each(|(mean, share)| mean.iter_mut().for_each(|x| *x /= share.max(f64::MIN_POSITIVE)));
        let mut covariances = vec![vec![0.0; size]; count];
        for ((row, point), weight) in rows() {
            for (k, r) in row.iter().enumerate().map(|(k, r)| (k, r * weight)).filter(|(_, r)| *r > 1e-12 * *weight) {
                let deviation: Vec<f64> = point.iter().zip(&means[k]).map(|(x, mean)| x - mean).collect();
                for d in 0..dim {
                    let row = &mut covariances[k][d * (d + 1) / 2..][..=d];
                    row.iter_mut().zip(&deviation).for_each(|(c, x)| *c += r * deviation[d] * x);
                }
            }
        }
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

/// (x − m)ᵀ Σ⁻¹ (x − m); `z` is a vector to work in.
fn square(part: &Part, point: &[f64], z: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for d in 0..point.len() {
        let row = &part.factor[d * (d + 1) / 2..][..=d];
        let rest = row[..d].iter().zip(&*z).fold(point[d] - part.mean[d], |rest, (l, z)| rest - l * z);
        z[d] = rest / row[d];
        sum += z[d] * z[d];
    }
    sum
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

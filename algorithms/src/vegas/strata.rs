//! Adaptive stratification: how many samples fall into which hypercube of y, and how these are cut into work.
//!
//! The unit cube of y is cut into S_1 × … × S_D hypercubes of equal volume. Each gets at least two samples, so
//! that its variance can be estimated without bias, and the rest go where the integrand varies most: n_h − 2 in
//! proportion to σ_h^β, where σ_h² is the variance of J f within h as seen by earlier iterations. β = 1 would be
//! optimal for known σ_h; 0.75 allows for their noise.
//!
//! G. P. Lepage, J. Comput. Phys. 439 (2021) 110386, section 3.

use crate::parallel::Workers;
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// Share of an iteration's samples that are dealt out adaptively; the rest are the two per hypercube (as the
/// paper's implementation).
const ADAPTIVE_SHARE: f64 = 0.75;
/// Samples every hypercube gets.
pub(super) const LEAST_SAMPLES: u64 = 2;
/// Most hypercubes: bounds the memory, 28 bytes each, of the largest iterations. A choice, not measured.
const MAX_CUBES: f64 = (1 << 20) as f64;

/// Hypercubes in a piece of the work that deals out samples.
pub(super) const PART: usize = 1 << 14;

/// The hypercubes and what is known of them.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Strata {
    /// S_d.
    per_axis: Vec<usize>,
    /// Samples of each hypercube in this iteration, n_h.
    pub(super) counts: Vec<u32>,
    /// σ_h² up to a common factor, from the iterations before the last one.
    pub(super) spreads: Vec<f64>,
    /// The same from the last iteration.
    pub(super) fresh: Vec<f64>,
}

/// A piece of work: whole hypercubes, or a part of one that has more samples than a piece may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// First hypercube.
    pub(super) cube: usize,
    /// Number of hypercubes.
    pub(super) cubes: usize,
    /// Number of samples.
    pub(super) samples: usize,
    /// Whether `samples` is only a part of the hypercube's.
    pub(super) part: bool,
}

impl Strata {
    /// Strata for iterations of `points` samples, or a single one.
    pub(super) fn new(dim: usize, points: u64, stratified: bool) -> Self {
        let per_axis = if stratified { divide(dim, points) } else { vec![1; dim] };
        let cubes = per_axis.iter().product();
        Strata { per_axis, counts: vec![0; cubes], spreads: vec![0.0; cubes], fresh: vec![0.0; cubes] }
    }

    /// Whether these strata, deserialised, are of `dim` variables and whole.
    pub(super) fn is_sound(&self, dim: usize) -> bool {
        let cubes = self.per_axis.iter().try_fold(1usize, |product, s| product.checked_mul(*s));
        let lengths = [self.counts.len(), self.spreads.len(), self.fresh.len()];
        self.per_axis.len() == dim && cubes.is_some_and(|cubes| cubes > 0 && lengths == [cubes; 3])
    }

    /// The number of hypercubes.
    pub(super) fn cubes(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn per_axis(&self) -> &[usize] {
        &self.per_axis
    }

    /// Samples of the hypercubes of a span.
    pub(super) fn counts(&self, span: Span) -> &[u32] {
        &self.counts[span.cube..][..span.cubes]
    }

    /// All samples of hypercube `h`.
    pub(super) fn count(&self, h: usize) -> u32 {
        self.counts[h]
    }

    /// Samples per volume at y, in this iteration.
    pub(super) fn density(&self, y: &[f64]) -> f64 {
        // MapAxis 0 runs fastest.
        let digits = y.iter().zip(&self.per_axis).rev().map(|(y, s)| (((y * *s as f64) as usize).min(s - 1), s));
        let cube = digits.fold(0, |cube, (k, s)| cube * s + k);
        f64::from(self.counts[cube]) * self.cubes() as f64
    }

    /// The place for new variances, for as long as an iteration lasts.
    pub(super) fn take_fresh(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.fresh)
    }

    /// The new variances of all hypercubes.
    pub(super) fn learn(&mut self, fresh: Vec<f64>) {
        self.fresh = fresh;
    }

    /// Prepares an iteration of `points` samples: as many strata as they allow, knowing what is known so far.
    pub(super) fn prepare<S: Default + Send>(&mut self, points: u64, beta: f64, spans: &mut Vec<Span>, workers: &Workers<S>) {
        self.settle(workers);
        let per_axis = if beta > 0.0 { divide(self.per_axis.len(), points) } else { vec![1; self.per_axis.len()] };
        if per_axis != self.per_axis {
            self.divide_anew(per_axis, workers);
        }
        self.allocate(points, beta, spans, workers);
    }

    /// Averages the fresh variances with the old ones, which from a few samples are noisy. Each set is taken
    /// relative to its sum, since what they are measured by may have changed.
    fn settle<S: Default + Send>(&mut self, workers: &Workers<S>) {
        let share = |spreads: &[f64]| {
            let total = dispatch(Total(spreads));
            if total > 0.0 && total.is_finite() { 0.5 / total } else { 0.0 }
        };
        let (old, new) = (share(&self.spreads), share(&self.fresh));
        let mut parts: Vec<_> = self.spreads.chunks_mut(PART).zip(self.fresh.chunks(PART)).collect();
        workers.each(&mut parts, |_, (spreads, fresh)| {
            for (spread, fresh) in spreads.iter_mut().zip(*fresh) {
                *spread = if old > 0.0 { *spread * old } else { 0.0 } + if new > 0.0 { *fresh * new } else { 0.0 };
            }
        });
    }

    /// Changes the division: a hypercube inherits what is known of the one that holds its centre.
    fn divide_anew<S: Default + Send>(&mut self, per_axis: Vec<usize>, workers: &Workers<S>) {
        // Per axis, by how much a position advances the number of the old hypercube.
        let mut stride = 1;
        let steps: Vec<Vec<usize>> = (self.per_axis.iter().zip(&per_axis))
            .map(|(&old, &new)| {
                let step = (0..new).map(|k| (2 * k + 1) * old / (2 * new) * stride).collect();
                stride *= old;
                step
            })
            .collect();
        let start_of = |mut row: usize| -> usize {
            let digit = |step: &Vec<usize>| {
                let k = row % step.len();
                row /= step.len();
                step[k]
            };
            steps[1..].iter().map(digit).sum()
        };
        let (cubes, rows) = (per_axis.iter().product(), PART.div_ceil(per_axis[0]));
        let mut spreads = vec![0.0; cubes];
        let mut parts: Vec<_> = spreads.chunks_mut(rows * per_axis[0]).enumerate().collect();
        workers.each(&mut parts, |_, (i, part)| {
            for (row, spreads) in (*i * rows..).zip(part.chunks_mut(per_axis[0])) {
                let old = &self.spreads[start_of(row)..];
                spreads.iter_mut().zip(&steps[0]).for_each(|(spread, step)| *spread = old[*step]);
            }
        });
        // Not resized: what they held is of no use, and new memory is zero before it is touched.
        (self.counts, self.fresh) = (vec![0; cubes], vec![0.0; cubes]);
        (self.per_axis, self.spreads) = (per_axis, spreads);
    }
}

/// Strata per axis: as equal as can be, with a product that leaves two samples for each from the share that is
/// not adaptive.
fn divide(dim: usize, points: u64) -> Vec<usize> {
    let cubes = ((1.0 - ADAPTIVE_SHARE) * points as f64 / LEAST_SAMPLES as f64).clamp(1.0, MAX_CUBES);
    let mut each = cubes.powf(1.0 / dim as f64) as usize;
    // The root may be rounded down across an integer.
    while ((each + 1) as f64).powi(dim as i32) <= cubes {
        each += 1;
    }
    let mut per_axis = vec![each; dim];
    let mut product = (each as f64).powi(dim as i32);
    for s in &mut per_axis {
        let grown = product / each as f64 * (each + 1) as f64;
        if grown > cubes {
            break;
        }
        (*s, product) = (each + 1, grown);
    }
    per_axis
}

/// The sum of all numbers.
pub(super) struct Total<'a>(pub(super) &'a [f64]);

impl Kernel for Total<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let (groups, rest) = self.0.as_chunks::<LANES>();
        let mut sums = [V::splat(0.0); 2];
        for pair in groups.chunks(2) {
            sums.iter_mut().zip(pair).for_each(|(sum, x)| *sum += V::load(x));
        }
        (sums[0] + sums[1]).sum() + rest.iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::piece::PIECE;
    use super::*;

    #[test]
    fn strata_leave_two_samples_each_from_a_quarter_of_the_points() {
        assert_eq!(divide(4, 40_000), [9, 8, 8, 8]);
        assert_eq!(divide(8, 1_000_000), [5, 5, 4, 4, 4, 4, 4, 4]);
        assert_eq!(divide(30, 100_000), [[2; 13].as_slice(), &[1; 17]].concat());
        assert_eq!(divide(1, 8), [1]);
        assert_eq!(divide(3, 8 * 125), [5, 5, 5]);
    }

    #[test]
    fn every_sample_is_dealt_out_and_every_piece_is_bounded() {
        // The last one has several parts.
        for points in [32, 1_000, 54_321, 1_000_007] {
            let mut strata = Strata::new(3, points, true);
            let mut spans = Vec::new();
            for lumpy in [false, true] {
                let spreads: Vec<f64> = (0..strata.cubes()).map(|h| f64::from(lumpy && h % 1000 == 1)).collect();
                strata.learn(spreads.clone());
                strata.prepare(points, 0.75, &mut spans, &Workers::<()>::new(Some(1)));
                assert_eq!(strata.counts.iter().map(|&n| u64::from(n)).sum::<u64>(), points);
                assert!(strata.counts.iter().all(|&n| n >= 2));
                assert_eq!(spans.iter().map(|s| s.samples as u64).sum::<u64>(), points);
                assert!(spans.iter().all(|s| (1..=PIECE).contains(&s.samples)));
                let whole = spans.iter().filter(|s| !s.part).map(|s| s.cubes).sum::<usize>();
                let mut parts: Vec<usize> = spans.iter().filter(|s| s.part).map(|s| s.cube).collect();
                parts.dedup();
                assert_eq!(whole + parts.len(), strata.cubes());
            }
        }
    }

    #[test]
    fn a_finer_division_inherits_what_is_known() {
        // More than one part of the work on either side.
        let mut strata = Strata::new(2, 8 * 256 * 256, true);
        let spreads: Vec<f64> = (0..256 * 256).map(|h| if h == 200 * 256 + 5 { 1.0 } else { 0.0 }).collect();
        strata.learn(spreads.clone());
        strata.prepare(8 * 512 * 512, 0.75, &mut Vec::new(), &Workers::<()>::new(Some(1)));
        let rich: Vec<usize> = (0..512 * 512).filter(|&h| strata.counts[h] > 2).collect();
        assert_eq!(rich, [400 * 512 + 10, 400 * 512 + 11, 401 * 512 + 10, 401 * 512 + 11]);
    }
}

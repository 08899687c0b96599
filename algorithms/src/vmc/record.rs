//! What the walkers have seen, and what it tells: a mean, its error, the autocorrelation, and whether to believe them.
//!
//! Every walker is a Markov chain of its own, independent of the others once it has forgotten its start. The means of
//! W walkers over the same steps are thus W independent numbers, and their variance over W is that of the result,
//! whatever the correlation along a walk: this is blocking (H. Flyvbjerg, H. G. Petersen, J. Chem. Phys. 91 (1989)
//! 461) with one block per walker, its plateau reached without a choice. The integrated autocorrelation
//! τ = 1 + 2 Σ ρ_t follows as n var(mean of n steps) / var(step) (A. D. Sokal, in Functional Integration (1997) 131).
//!
//! Steps are kept in segments of doubling length, so that equilibration is chosen afterwards: the fewest first segments
//! are left out such that what came before is many τ long and the walkers' means over the last segment agree with those
//! over the others (J. Geweke, in Bayesian Statistics 4 (1992) 169). Populations start separately, walkers of one
//! population from common candidates: where χ² says that the means of populations scatter by more than their walkers do,
//! these are not independent yet and the scatter of the populations is the error.

use super::walk::Population;
use crate::Estimate;
use crate::sampling::{least_improbable, student_factor};
use crate::simd::LANES;
use serde::{Deserialize, Serialize};

/// Steps of the first segment.
pub(super) const FIRST: u64 = 16;
/// A walk shorter than this is not judged.
const LEAST_STEPS: u64 = 2 * FIRST;
/// Equilibration in units of τ: τ is twice the relaxation time, so that e⁻¹⁰ of the first distribution is left.
const RELAXATION: f64 = 5.0;
/// Standard deviations by which the last segment may differ from the others: 1 in 1000 does by chance.
const MOST_DRIFT: f64 = 3.3;
/// Relative rounding error of a mean, below which no error is stated.
const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// The least error that is stated, in units of it: local energies have a few digits less than all.
const STATED: f64 = 16.0;
/// Share of the walkers' sum of squares that one of them may have: with a finite variance 2048 walkers are far below it,
/// but for tails such as those of (α − Z)/r near a nucleus, where one walker was seen to reach a tenth. Of few walkers one
/// has more.
const MOST_SHARE: f64 = 0.2;
const MOST_SHARES: f64 = 200.0;

/// Sums over walks, in segments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    walkers: usize,
    /// Walkers of a population.
    population: usize,
    /// What was taken off every local value, per ratio.
    pub(super) shifts: Vec<f64>,
    segments: Vec<Segment>,
}

/// Some steps of all walkers.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Segment {
    steps: u64,
    /// Σ over its steps for every walker, ratio by ratio.
    sums: Vec<Vec<f64>>,
    /// Σ of squares over all walkers, ratio by ratio.
    squares: Vec<f64>,
    accepted: u64,
}

/// What is known.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub(super) estimates: Vec<Estimate>,
    /// Steps that count.
    pub(super) steps: u64,
    pub(super) acceptance: f64,
    /// The largest over the ratios.
    pub(super) autocorrelation: f64,
    pub(super) chi2_per_dof: f64,
    /// Whether the walkers are in equilibrium.
    pub(super) settled: bool,
    /// Whether χ² is no accident.
    pub(super) disagrees: bool,
    /// Whether a few walkers carry the variance.
    pub(super) heavy: bool,
}

impl Record {
    pub(super) fn new(populations: &[Population], shifts: Vec<f64>) -> Self {
        let population = populations[0].groups * LANES;
        Record { walkers: population * populations.len(), population, shifts, segments: Vec::new() }
    }

    /// Whether this record, deserialised, is of `walkers`, `population` of them together, and of `ratios`.
    pub(super) fn is_sound(&self, walkers: usize, population: usize, ratios: usize) -> bool {
        let lengths = |s: &Segment| s.sums.len() == ratios && s.squares.len() == ratios && s.steps > 0 && s.steps < 1 << 60;
        let segments = self.segments.iter().all(|s| lengths(s) && s.sums.iter().all(|sums| sums.len() == walkers));
        let few = self.segments.len() <= 64;
        segments && few && (self.walkers, self.population, self.shifts.len()) == (walkers, population, ratios)
    }

    /// Steps that the open segment still has room for, or a new one where it is full.
    pub(super) fn room(&self) -> u64 {
        match self.segments.split_last() {
            Some((last, earlier)) if last.steps < length(earlier) => length(earlier) - last.steps,
            _ => length(&self.segments),
        }
    }

    /// Adds a leg of `steps`.
    pub(super) fn add(&mut self, populations: &[Population], steps: u64) {
        let ratios = self.shifts.len();
        if self.segments.split_last().is_none_or(|(last, earlier)| last.steps >= length(earlier)) {
            let sums = vec![vec![0.0; self.walkers]; ratios];
            self.segments.push(Segment { steps: 0, sums, squares: vec![0.0; ratios], accepted: 0 });
        }
        let Some(segment) = self.segments.last_mut() else { return };
        segment.steps += steps;
        for (p, population) in populations.iter().enumerate() {
            let yields = &population.yields;
            segment.accepted += yields.accepted;
            for k in 0..ratios {
                let sums = &mut segment.sums[k][p * self.population..][..self.population];
                let rows = &yields.sums[k * population.groups..][..population.groups];
                sums.iter_mut().zip(rows.as_flattened()).for_each(|(sum, x)| *sum += x);
                segment.squares[k] += yields.squares[k].iter().sum::<f64>();
            }
        }
    }

    /// Judges the record of walkers that had taken `before` steps when it began.
    pub(super) fn judge(&self, before: u64) -> Judgement {
        let mut skipped = 0;
        let mut first = 0;
        loop {
            let judgement = self.judge_from(first, before + skipped);
            // Two segments are needed for a comparison; as they double, at least half of all steps stay.
            if judgement.settled || first + 2 >= self.segments.len() {
                return judgement;
            }
            skipped += self.segments[first].steps;
            first += 1;
        }
    }

    /// The same without the segments before `first`, when walkers had taken `before` steps by then.
    fn judge_from(&self, first: usize, before: u64) -> Judgement {
        let kept = &self.segments[first..];
        let steps: u64 = kept.iter().map(|s| s.steps).sum();
        let visits = (steps * self.walkers as u64) as f64;
        let mut judgement = Judgement {
            estimates: Vec::with_capacity(self.shifts.len()),
            steps,
            acceptance: kept.iter().map(|s| s.accepted).sum::<u64>() as f64 / visits,
            autocorrelation: 0.0,
            chi2_per_dof: 0.0,
            settled: steps >= LEAST_STEPS && kept.len() >= 2,
            disagrees: false,
            heavy: false,
        };
        for (k, shift) in self.shifts.iter().enumerate() {
            self.judge_ratio(k, *shift, kept, &mut judgement);
        }
        let populations = self.walkers / self.population;
        let dof = ((populations - 1) * self.shifts.len()) as f64;
        judgement.chi2_per_dof /= self.shifts.len() as f64;
        judgement.disagrees = judgement.chi2_per_dof > least_improbable(dof);
        // More than by chance in five of six runs; the other one states an error that is a little too large.
        if judgement.chi2_per_dof > 1.0 + (2.0 / dof).sqrt() {
            for (k, estimate) in judgement.estimates.iter_mut().enumerate() {
                let means: Vec<f64> = self.means(k, kept).chunks(self.population).map(mean).collect();
                let scatter = student_factor(populations) * (variance(&means) / populations as f64).sqrt();
                estimate.error = estimate.error.max(scatter);
            }
        }
        judgement.settled &= before as f64 >= RELAXATION * judgement.autocorrelation;
        judgement
    }

    fn judge_ratio(&self, k: usize, shift: f64, kept: &[Segment], judgement: &mut Judgement) {
        let walkers = self.walkers as f64;
        let means = self.means(k, kept);
        let (value, spread) = (mean(&means), variance(&means));
        let steps = judgement.steps as f64;
        let square: f64 = kept.iter().map(|s| s.squares[k]).sum::<f64>() / (steps * walkers);
        let noise = ROUNDING * (value + shift).abs();
        let error = (spread / walkers).sqrt();
        let error = if judgement.steps == 0 || error.is_nan() { f64::INFINITY } else { error.max(STATED * noise) };
        judgement.estimates.push(Estimate { value: value + shift, error });
        if spread <= noise * noise {
            judgement.autocorrelation = judgement.autocorrelation.max(1.0);
            return;
        }
        // Of a walk that is not longer than τ this tells no more than that.
        let autocorrelation = steps * spread / (square - value * value).max(f64::MIN_POSITIVE);
        judgement.autocorrelation = judgement.autocorrelation.max(autocorrelation);
        let populations: Vec<f64> = means.chunks(self.population).map(mean).collect();
        judgement.chi2_per_dof += variance(&populations) / (spread / self.population as f64);
        let largest = means.iter().map(|m| (m - value).powi(2)).fold(0.0, f64::max);
        judgement.heavy |= largest > MOST_SHARE.max(MOST_SHARES / walkers).min(0.5) * spread * (walkers - 1.0);
        if let [earlier @ .., last] = kept
            && !earlier.is_empty()
        {
            let (early, late) = (self.means(k, earlier), self.means(k, std::slice::from_ref(last)));
            let drifts: Vec<f64> = late.iter().zip(early).map(|(l, e)| l - e).collect();
            judgement.settled &= mean(&drifts).abs() <= MOST_DRIFT * (variance(&drifts) / walkers).sqrt();
        }
    }

    /// Every walker's mean over some segments, less the shift.
    fn means(&self, k: usize, segments: &[Segment]) -> Vec<f64> {
        let steps = segments.iter().map(|s| s.steps).sum::<u64>() as f64;
        (0..self.walkers).map(|w| segments.iter().map(|s| s.sums[k][w]).sum::<f64>() / steps).collect()
    }
}

/// The length of the segment that follows these: as many steps as all of them have.
fn length(segments: &[Segment]) -> u64 {
    segments.iter().map(|s| s.steps).sum::<u64>().max(FIRST)
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The sample variance.
fn variance(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64
}

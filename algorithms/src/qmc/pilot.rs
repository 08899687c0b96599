//! Whether an importance map pays: replicates under it against those that lead so far.
//!
//! For every quantity of the target its variance under the map is a share of the sum of both; the map must bring the
//! mean of the shares below 1/3, that is halve the variance. With less the choice would be one of chance, and
//! choosing the smaller of two noisy variances would make stated errors too small. Where the two disagree about an
//! integral by far more than their errors, one of them has missed a part of it, and its variance tells nothing:
//! then the one that has found more is kept.

use super::Run;
use super::plan::ITERATIONS;
use super::points::Kind;
use super::replicates::Replicates;
use crate::sampling::{MapAxis, Moments, functionals};
use crate::{Error, Options, vegas};

/// Samples of a training iteration per increment of the map, and most increments of an axis. On helium in six
/// dimensions 4 times fewer increments have twice the variance, 4 times as many gain nothing. Their number is a power
/// of two: J then jumps where elementary intervals end, where the points are even (100 increments: the error of 64).
const SAMPLES_PER_INCREMENT: u64 = 25;
const MAX_INCREMENTS: u64 = 256;

/// Share of the sum of both variances below which the map is chosen.
const MAP_SHARE: f64 = 1.0 / 3.0;
/// Standard deviations by which the two may differ: with seven degrees of freedom one pair in 2,000 does.
const DISAGREEMENT: f64 = 6.0;

impl Run<'_> {
    /// Trains a map.
    pub(super) fn train(&mut self) -> Result<Vec<MapAxis>, Error> {
        let samples = self.state.plan.training;
        let increments = 1 << (samples / SAMPLES_PER_INCREMENT).clamp(1, MAX_INCREMENTS).ilog2();
        let peaks = self.state.peaks.clone().unwrap_or_default();
        let (mut axes, tally) = vegas::train(self.f, self.options, &peaks, ITERATIONS as usize, samples, increments)?;
        self.state.training += tally.evaluations;
        self.state.tally.merge(tally);
        self.state.tally.check(false)?;
        // A map moves cuts between parts of a domain to places at which all replicates of a net may have their points on one side.
        self.f.cuts().iter().for_each(|(axis, _)| axes[*axis] = MapAxis::new(increments));
        Ok(axes)
    }

    /// Trains a map, gives each of its replicates as many points as those that lead have, and keeps the better of both.
    pub(super) fn compare(&mut self) -> Result<(), Error> {
        let map = self.train()?;
        let (count, points) = (self.state.plan.replicates(), self.state.replicates.points);
        let mut mapped = Replicates::new(Kind::Sobol, count as usize, self.f.components(), Some(map));
        self.sampler.extend(&mut mapped, points, &mut self.state.tally)?;
        self.state.candidates += 1;
        self.state.training += mapped.points * mapped.len() as u64;
        if prefers(self.options, &mapped, &self.state.replicates) {
            mapped.unverified = self.state.replicates.is_narrow();
            self.lead(mapped);
        }
        Ok(())
    }
}

/// Whether `mapped` replicates promise more than `plain` ones, each of them as many points.
fn prefers(options: &Options, mapped: &Replicates, plain: &Replicates) -> bool {
    prefers_moments(options, (&mapped.moments(), mapped.len()), (&plain.moments(), plain.len()))
}

/// The same of the moments of numbers of replicates.
fn prefers_moments(options: &Options, (mapped, m): (&Moments, usize), (plain, p): (&Moments, usize)) -> bool {
    let pull = |c: usize| {
        let (mapped, plain) = (mapped.integral(c), plain.integral(c));
        let difference = (mapped.value - plain.value).abs();
        if difference == 0.0 { 0.0 } else { difference / mapped.error.hypot(plain.error) }
    };
    let worst = (0..plain.means.len()).max_by(|a, b| pull(*a).total_cmp(&pull(*b)));
    if let Some(c) = worst.filter(|c| pull(*c) > DISAGREEMENT) {
        return mapped.means[c].abs() > plain.means[c].abs();
    }
    let quantities = functionals(options, &plain.means);
    let shares = quantities.iter().map(|g| {
        let (map, cube) = (m as f64 * mapped.error(g).powi(2), p as f64 * plain.error(g).powi(2));
        let share = map / (map + cube);
        // No variance, or none that is a number: nothing to choose by.
        if share.is_finite() { share } else { 0.5 }
    });
    shares.sum::<f64>() < MAP_SHARE * quantities.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mean: f64, variance: f64) -> Moments {
        Moments { points: 1, means: vec![mean], covariance: vec![variance], ..Moments::zero(1) }
    }

    #[test]
    fn the_map_must_halve_the_variance() {
        let options = Options::default();
        let prefers = |map, cube| prefers_moments(&options, (&moments(1.0, map), 8), (&moments(1.0, cube), 8));
        assert!(prefers(0.4, 1.0) && !prefers(0.6, 1.0) && !prefers(0.0, 0.0) && !prefers(f64::NAN, 1.0));
        // Half as many replicates have twice the variance.
        assert!(!prefers_moments(&options, (&moments(1.0, 0.4), 8), (&moments(1.0, 1.0), 4)));
    }

    #[test]
    fn a_peak_that_one_of_them_missed_decides() {
        let options = Options::default();
        let (seen, missed) = (moments(1.0, 1e-4), moments(0.0, 1e-20));
        assert!(prefers_moments(&options, (&seen, 8), (&missed, 8)));
        assert!(!prefers_moments(&options, (&missed, 8), (&seen, 8)));
    }
}

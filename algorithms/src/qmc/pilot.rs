//! Whether an importance map pays: replicates under it against as many of the plain cube.
//!
//! For every quantity of the target its variance under the map is a share of the sum of both; the map must bring the
//! mean of the shares below 1/3, that is halve the variance. With less the choice would be one of chance, and
//! choosing the smaller of two noisy variances would make stated errors too small. Where the two disagree about an
//! integral by far more than their errors, one of them has missed a part of it, and its variance tells nothing:
//! then the one that has found more is kept.

use crate::Options;
use crate::vegas::{Moments, functionals};

/// Share of the sum of both variances below which the map is chosen.
const MAP_SHARE: f64 = 1.0 / 3.0;
/// Standard deviations by which the two may differ: with 15 degrees of freedom one pair in some 10,000 does.
const DISAGREEMENT: f64 = 5.0;

/// Whether `mapped` replicates promise more than `plain` ones.
pub(super) fn prefers(options: &Options, mapped: &Moments, plain: &Moments) -> bool {
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
        let (map, cube) = (mapped.error(g).powi(2), plain.error(g).powi(2));
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
        assert!(prefers(&options, &moments(1.0, 0.4), &moments(1.0, 1.0)));
        assert!(!prefers(&options, &moments(1.0, 0.6), &moments(1.0, 1.0)));
        assert!(!prefers(&options, &moments(1.0, 0.0), &moments(1.0, 0.0)));
        assert!(!prefers(&options, &moments(1.0, f64::NAN), &moments(1.0, 1.0)));
    }

    #[test]
    fn a_peak_that_one_of_them_missed_decides() {
        let options = Options::default();
        assert!(prefers(&options, &moments(1.0, 1e-4), &moments(0.0, 1e-20)));
        assert!(!prefers(&options, &moments(0.0, 1e-20), &moments(1.0, 1e-4)));
    }
}

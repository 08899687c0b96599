//! What replicates have stated at fewer points, below which errors do not fall at once.
//!
//! Every replicate of a net has one point in each of N equal slices of an axis. A jump of the integrand across an axis lies in one
//! slice, and all that replicates may differ in is on which side of it they have the point: where the jump is close to an end of the
//! slice most likely in nothing, though the error is a part of 1/N. At fewer points the jump lay elsewhere in its slice. So the error
//! of a scrambled net is not believed to have fallen much faster than the best rate allows, N^(−3/2) (A. B. Owen, Ann. Statist. 25
//! (1997) 1541). Those of lattices may fall faster, and lattices do not win where there are jumps.

use super::points::Kind;
use serde::{Deserialize, Serialize};

/// Sizes that are remembered.
const REMEMBERED: usize = 3;
/// The best rate.
const RATE: f64 = 1.5;
/// What may be left by chance of an error that falls so. With a third, one error in thirty is far too small for jumps across an axis
/// at random places, and with none one in six; with a half errors of smooth integrands are seen to be too large.
const CHANCE: f64 = 1.0 / 3.0;

/// The latest sizes, in the order in which they were reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Trail {
    /// Points of each replicate, and the errors of all components.
    marks: Vec<(u64, Vec<f64>)>,
}

impl Trail {
    /// Whether it, deserialised, is of this many components.
    pub(super) fn is_sound(&self, components: usize) -> bool {
        self.marks.len() <= REMEMBERED && self.marks.iter().all(|(points, errors)| *points > 0 && errors.len() == components)
    }

    /// Notes what is stated before points are added.
    pub(super) fn note(&mut self, points: u64, errors: Vec<f64>) {
        if self.marks.len() == REMEMBERED {
            self.marks.remove(0);
        }
        self.marks.push((points, errors));
    }

    /// The least error of a component at so many points.
    pub(super) fn least_error(&self, kind: Kind, points: u64, c: usize) -> f64 {
        if kind != Kind::Sobol {
            return 0.0;
        }
        let left = |(before, errors): &(u64, Vec<f64>)| CHANCE * errors[c] * (*before as f64 / points as f64).powf(RATE);
        self.marks.iter().map(left).filter(|error| error.is_finite()).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_vanish_at_once() {
        let mut trail = Trail::default();
        for (points, error) in [(32, 100.0), (64, 0.01), (128, 0.01), (256, f64::INFINITY)] {
            trail.note(points, vec![error]);
        }
        let least = |kind| trail.least_error(kind, 512, 0);
        assert!((least(Kind::Sobol) - CHANCE * 0.01 / 8.0).abs() < 1e-15, "{}", least(Kind::Sobol));
        assert_eq!(least(Kind::Korobov2), 0.0);
    }
}

//! What evaluating the integrand cost, and what was wrong with its values.

use crate::parallel::{Portable, pack, unpack};
use crate::{Error, Estimate};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a batch cost, and what was wrong with it. Tallies merge in the order of the pieces of work.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Points evaluated.
    pub evaluations: u64,
    /// Points at which a value was not finite.
    pub non_finite: u64,
    /// Time inside the integrand, summed over threads.
    pub integrand_time: Duration,
    /// The first point that was not finite and the values there.
    pub(crate) first: Option<Box<(Vec<f64>, Vec<f64>)>>,
    /// Points that have no place, because a limit there is not a number, and the first of them.
    pub(crate) nowhere: u64,
    pub(crate) first_nowhere: Option<Vec<f64>>,
}

/// Share of points that may be non-finite: isolated singularities, not regions of them. A choice, not measured.
const MAX_NON_FINITE_SHARE: f64 = 0.1;
/// Share of points that may have no place: rounding at the ends of an interval, not a part of the domain. A choice, not measured.
const MAX_NOWHERE_SHARE: f64 = 1e-3;
/// Below this many points the share is judged only when the run ends.
const MIN_POINTS_TO_JUDGE: u64 = 2_000;

impl Portable for Tally {
    fn pack(&self, to: &mut Vec<u8>) {
        pack(self, to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack(from).map(|tally| *self = tally)
    }
}

impl Tally {
    /// Adds a later piece of work.
    pub fn merge(&mut self, later: Tally) {
        self.evaluations += later.evaluations;
        self.non_finite += later.non_finite;
        self.integrand_time += later.integrand_time;
        self.first = self.first.take().or(later.first);
        self.nowhere += later.nowhere;
        self.first_nowhere = self.first_nowhere.take().or(later.first_nowhere);
    }

    /// Whether so many random points were not finite that what is missing there exceeds the error of an estimate.
    pub(crate) fn is_biased(&self, estimates: &[Estimate]) -> bool {
        let share = self.non_finite as f64 / self.evaluations.max(1) as f64;
        estimates.iter().any(|e| share * e.value.abs() > 0.5 * e.error) && self.non_finite > 0
    }

    /// Refuses to go on where too many points are not finite; `end` when no more will come. A run that is cancelled has not
    /// come to its end: the few points it has may be the singular ones, and its state would be lost with an error.
    pub fn check(&self, end: bool) -> Result<(), Error> {
        let judged = end || self.evaluations >= MIN_POINTS_TO_JUDGE;
        if let Some(point) = &self.first_nowhere
            && judged
            && self.nowhere as f64 > MAX_NOWHERE_SHARE * self.evaluations as f64
        {
            let axis = point.iter().position(|x| x.is_nan()).unwrap_or(0);
            let (count, evaluations, before) = (self.nowhere, self.evaluations, point[..axis].to_vec());
            return Err(Error::Nowhere { axis, count, evaluations, before });
        }
        let allowed = MAX_NON_FINITE_SHARE * self.evaluations as f64;
        match self.first.as_deref().cloned() {
            Some((point, values)) if judged && self.non_finite as f64 > allowed => {
                let (count, evaluations) = (self.non_finite, self.evaluations);
                Err(match values.iter().all(|value| value.is_finite()) {
                    true => Error::Jacobian { count, evaluations, point, values },
                    false => Error::NotFinite { count, evaluations, point, values },
                })
            }
            _ => Ok(()),
        }
    }
}

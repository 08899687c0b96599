//! What is saved of a race and of a contender: how far it came, what it found, and whether that can be believed.

use super::failure::Failure;
use crate::{Estimate, Progress};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What is saved of a race.
#[derive(Serialize, Deserialize)]
pub(super) struct State<R> {
    pub(super) tolerances: [f64; 2],
    pub(super) max_evals: u64,
    /// Who is at work, and to how many evaluations.
    pub(super) under_way: Option<(usize, u64)>,
    /// Of all contenders; of the one at work as it was before, but for its state.
    pub(super) records: Vec<R>,
}

/// What is saved of a method.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its state; empty before it has begun.
    pub(super) state: Vec<u8>,
    pub(super) evaluations: u64,
    /// Stretches in a row that were too short for its next step: audits of rules are thousands of points in one variable.
    pub(super) idle: u32,
    /// Evaluations of a fit, which were taken once: those that count fell to the error that there is.
    pub(super) prepared: u64,
    /// Evaluations, and the error as a multiple of the tolerance, after each stretch.
    pub(super) course: Vec<(u64, f64)>,
    /// The quantities of the target as they are: values and errors, and the largest error as a multiple of its tolerance.
    pub(super) found: Vec<(f64, f64)>,
    pub(super) excess: f64,
    /// Whether more work would change nothing: the tolerance is met, or cannot be.
    pub(super) done: bool,
    /// Whether it cannot begin, or cannot go on.
    pub(super) out: bool,
    /// Whether something speaks against its result.
    pub(super) suspect: bool,
    /// Whether it is nothing to hold against others: of a fit that follows the integrand badly not even the error can be believed.
    pub(super) vague: bool,
    /// See [`Report::scatter`](crate::Report).
    pub(super) scatter: f64,
    /// Why it cannot take part any longer.
    pub(super) failure: Option<Failure>,
    pub(super) integrand_seconds: f64,
}

impl Record {
    /// The same without the state, which may be long.
    pub(super) fn without_state(&self) -> Self {
        let Record { evaluations, idle, prepared, excess, done, out, suspect, vague, scatter, integrand_seconds, .. } = *self;
        let (state, course, found, failure) = (Vec::new(), self.course.clone(), self.found.clone(), self.failure.clone());
        Record {
            state,
            evaluations,
            idle,
            prepared,
            course,
            found,
            excess,
            done,
            out,
            suspect,
            vague,
            scatter,
            failure,
            integrand_seconds,
        }
    }

    /// Takes down how things stand.
    pub(super) fn note(&mut self, progress: &Progress<'_>) {
        self.evaluations = progress.evaluations;
        self.found = progress.estimates.iter().map(|e| (e.value, e.error)).collect();
        self.excess = if progress.excess.is_nan() { f64::INFINITY } else { progress.excess };
    }

    /// Whether parts that were deserialised fit together and hold so many quantities.
    pub(super) fn is_sound(&self, quantities: usize) -> bool {
        let found = self.found.is_empty() || self.found.len() == quantities;
        let failure = self.failure.is_none() || self.out;
        found && failure && self.course.is_sorted_by(|a, b| a.0 <= b.0) && self.course.iter().all(|(_, excess)| *excess >= 0.0)
    }

    /// For other tolerances: what was met may be so no longer.
    pub(super) fn aim_again(&mut self, before: [f64; 2], now: [f64; 2]) {
        let tighter = before.iter().zip(now).map(|(before, now)| before / now).filter(|ratio| ratio.is_finite());
        let factor = tighter.fold(0.0, f64::max);
        if factor > 0.0 {
            self.course.iter_mut().map(|(_, excess)| excess).chain([&mut self.excess]).for_each(|excess| *excess *= factor);
        }
        (self.done, self.out, self.suspect, self.failure) = (false, false, false, None);
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn has_result(&self) -> bool {
        !self.found.is_empty()
    }

    /// Which of two results is the better one, the lesser first: with nothing that speaks against it, then other than 0 ± 0, as where
    /// random points have met nothing, then with the smaller error.
    pub(super) fn compare(&self, other: &Record) -> Ordering {
        let flaws = |record: &Record| (record.suspect, record.found.iter().all(|found| *found == (0.0, 0.0)));
        flaws(self).cmp(&flaws(other)).then(self.excess().total_cmp(&other.excess()))
    }

    pub(super) fn estimates(&self) -> Vec<Estimate> {
        self.found.iter().map(|(value, error)| Estimate { value: *value, error: *error }).collect()
    }

    /// The error as a multiple of the tolerance, as it was last.
    pub(super) fn excess(&self) -> f64 {
        if self.has_result() { self.excess } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_found_something_is_better_than_nothing_without_an_error() {
        let with = |suspect, found, excess| Record { suspect, found: vec![found], excess, ..Record::default() };
        let nothing = with(true, (0.0, 0.0), 0.0);
        let [much, little] = [3.0, 70.0].map(|excess| with(true, (1.0, 0.1), excess));
        let sound = with(false, (1.0, 0.5), 500.0);
        assert_eq!(much.compare(&nothing), Ordering::Less);
        assert_eq!(much.compare(&little), Ordering::Less);
        assert_eq!(sound.compare(&much), Ordering::Less);
        assert_eq!(with(false, (0.0, 0.0), 0.0).compare(&much), Ordering::Less);
    }
}

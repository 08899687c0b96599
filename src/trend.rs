//! How the stated errors of a run have fallen: one that never falls belongs to an integral that may not exist.

use fubini::algorithms::{Estimate, Progress};

/// The errors of a run whenever its evaluations had doubled.
#[derive(Default)]
pub(crate) struct Trend {
    marks: Vec<Mark>,
}

struct Mark {
    evaluations: u64,
    /// One per quantity that must meet the tolerance.
    errors: Vec<f64>,
}

/// What has become of an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Course {
    /// The run was too short to tell.
    Unknown,
    /// It falls, or has fallen far.
    Falls,
    /// It is about what it was after so many evaluations.
    Stuck(u64),
}

/// Share of all evaluations in which an error should have fallen: with random points it halves.
const SHARE: u64 = 4;
/// An error above this share of the one at the beginning of that time has not fallen: a jump in six dimensions, which is the
/// slowest of what converges, gets down to 0.8. A choice.
const STUCK: f64 = 0.9;
/// An error below this share of the largest one has fallen far, whether or not it still does. A choice.
const FAR: f64 = 1e-3;

impl Trend {
    /// Takes note of a step.
    pub(crate) fn record(&mut self, progress: &Progress<'_>) {
        self.mark(progress.evaluations, progress.estimates);
    }

    fn mark(&mut self, evaluations: u64, estimates: &[Estimate]) {
        if self.marks.last().is_none_or(|last| evaluations >= 2 * last.evaluations) {
            self.marks.push(Mark { evaluations, errors: estimates.iter().map(|e| e.error).collect() });
        }
    }

    /// What became of the error of quantity `k`, which is `error` after so many evaluations.
    pub(crate) fn course(&self, k: usize, evaluations: u64, error: f64) -> Course {
        let errors = || self.marks.iter().filter_map(|mark| Some((mark.evaluations, *mark.errors.get(k)?)));
        let largest = errors().map(|(_, error)| error).fold(0.0, f64::max);
        let Some((since, before)) = errors().rfind(|(at, _)| *at <= evaluations / SHARE) else { return Course::Unknown };
        if error >= STUCK * before && error > FAR * largest { Course::Stuck(since) } else { Course::Falls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The course of an error that is `error(n)` after n evaluations, seen every thousand of a hundred thousand.
    fn course(error: impl Fn(f64) -> f64) -> Course {
        let mut trend = Trend::default();
        for n in (1_000..=100_000).step_by(1_000) {
            trend.mark(n, &[Estimate::default(), Estimate { value: 1.0, error: error(n as f64) }]);
        }
        trend.course(1, 100_000, error(1e5))
    }

    #[test]
    fn errors_that_never_fall_are_told_from_those_that_do_or_did() {
        assert_eq!(course(|n| n.powf(-0.5)), Course::Falls, "random points");
        assert_eq!(course(|n| n.powf(-1.0 / 6.0)), Course::Falls, "a jump in six dimensions");
        assert_eq!(course(|n| (-n / 1e3).exp().max(1e-15)), Course::Falls, "down to rounding");
        assert_eq!(course(|_| 35.0), Course::Stuck(16_000), "1/x");
        assert_eq!(course(|n| n), Course::Stuck(16_000), "1/x²");
        assert_eq!(Trend::default().course(0, 100, 1.0), Course::Unknown);
    }
}

//! How long each iteration is: fixed in advance by the settings and the budget.
//!
//! Iterations that warm up the map have one length; measured ones grow geometrically, so that a few dozen spend
//! any budget and the latest, with the best map and the most strata, count most. Lengths that depended on the
//! results would bias the average.

/// Least samples of an iteration: with fewer neither a map nor a variance is worth the name.
pub(super) const LEAST_POINTS: u64 = 32;
/// Measured iterations below which there is no χ².
const LEAST_ITERATIONS: u64 = 2;
/// Least evaluations of a run.
pub(super) const LEAST_BUDGET: u64 = LEAST_ITERATIONS * LEAST_POINTS;
/// Fewest samples for which training pays: smaller budgets get fewer iterations instead of shorter ones.
const WORTHWHILE_POINTS: u64 = 100;
/// Most samples of an iteration, whose counts are 32-bit numbers.
const MOST_POINTS: u64 = 1 << 31;

/// The lengths of a run's iterations.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Schedule {
    /// Length of the first iterations.
    pub(super) points: u64,
    /// Iterations that only train.
    pub(super) warmup: usize,
    growth: f64,
    max_evals: u64,
}

impl Schedule {
    /// For iterations of `points` samples to begin with, fewer where `max_evals` would not leave `iterations`
    /// measured ones.
    pub(super) fn new(points: u64, warmup: usize, iterations: usize, growth: f64, max_evals: u64) -> Self {
        let count = (warmup as u64).saturating_add(iterations as u64).max(LEAST_ITERATIONS);
        let affordable = (max_evals / count).max(WORTHWHILE_POINTS.min(max_evals / LEAST_ITERATIONS));
        let points = points.min(affordable).min(MOST_POINTS);
        let affordable = max_evals / points;
        let warmup = (warmup as u64).min(affordable * warmup as u64 / count).min(affordable - LEAST_ITERATIONS);
        Schedule { points, warmup: warmup as usize, growth, max_evals }
    }

    /// Whether this schedule, deserialised, could have been made by [`Schedule::new`].
    pub(super) fn is_sound(&self) -> bool {
        (LEAST_POINTS..=MOST_POINTS).contains(&self.points) && self.growth >= 1.0 && self.growth.is_finite()
    }

    /// The same lengths for another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        Schedule { max_evals, ..self }
    }

    /// Length of iteration `i` when `used` points have been evaluated, or `None` at the end of the budget.
    pub(super) fn length(&self, i: usize, used: u64) -> Option<u64> {
        let left = self.max_evals.saturating_sub(used);
        if i < self.warmup && left >= self.points {
            return Some(self.points);
        }
        let grown = self.points as f64 * self.growth.powi(i.saturating_sub(self.warmup) as i32);
        let length = (grown as u64).min(MOST_POINTS);
        match left {
            0..LEAST_POINTS => None,
            // What would be left over is added, if not worth an iteration.
            _ if left < length + length / 2 => Some(left.min(MOST_POINTS)),
            _ => Some(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(schedule: Schedule) -> Vec<u64> {
        let (mut lengths, mut used) = (Vec::new(), 0);
        while let Some(n) = schedule.length(lengths.len(), used) {
            lengths.push(n);
            used += n;
        }
        lengths
    }

    #[test]
    fn any_budget_is_spent_in_a_few_dozen_iterations() {
        for max_evals in [64, 100, 1_000, 12_345, 1_000_000, 300_000_000, 1_000_000_000_000] {
            let schedule = Schedule::new(20_000, 10, 5, 1.5, max_evals);
            let lengths = lengths(schedule);
            assert_eq!(lengths.iter().sum::<u64>(), max_evals);
            assert!(lengths.len() >= schedule.warmup + 2, "{lengths:?}");
            assert!(lengths.len() <= 35 || max_evals > 300_000_000, "{lengths:?}");
        }
    }

    #[test]
    fn small_budgets_shorten_iterations_and_then_drop_training() {
        assert_eq!(lengths(Schedule::new(20_000, 10, 5, 1.0, 15_000)), [1_000; 15]);
        assert_eq!(Schedule::new(20_000, 10, 5, 1.5, 1_000).warmup, 6);
        assert_eq!(lengths(Schedule::new(20_000, 10, 5, 1.5, LEAST_BUDGET)), [LEAST_POINTS; 2]);
    }
}

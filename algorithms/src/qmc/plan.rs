//! How many points go where: what settings and budget fix before the first one.

use super::integrator::{Qmc, QmcMap};
use super::sobol::MAX_POINTS;

/// Least points of a replicate: a whole number of lanes at any width.
pub(super) const LEAST_POINTS: u64 = 16;
/// Iterations that train a map. A choice: with fewer it lags behind, with more each has too few samples.
pub(super) const ITERATIONS: u64 = 8;
/// Least evaluations of each of them.
const LEAST_TRAINING: u64 = 32;
/// Evaluations of each of them without which a map is not worth a pilot. A choice, not measured.
const WORTHWHILE_TRAINING: u64 = 250;
/// Part of the budget that training may take.
const TRAINING_PART: u64 = 8;

/// The sizes of a run's steps.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Plan {
    replicates: u64,
    max_evals: u64,
    /// Points of each replicate in the first step.
    first: u64,
    /// Evaluations of each iteration that trains the map; 0 where there will be none.
    pub(super) training: u64,
    /// Points of each replicate at which the plain cube is compared with a map.
    pub(super) pilot: Option<u64>,
}

impl Plan {
    /// The first points, after training where that is wished for.
    pub(super) fn least_evals(qmc: &Qmc) -> u64 {
        let least_training = if qmc.map == QmcMap::On { ITERATIONS * LEAST_TRAINING } else { 0 };
        qmc.replicates as u64 * LEAST_POINTS + least_training
    }

    /// For at least as many evaluations as [`Plan::least_evals`] says.
    pub(super) fn new(qmc: &Qmc, dim: usize, max_evals: u64) -> Self {
        let replicates = qmc.replicates as u64;
        let wished = qmc.training_for(dim) / ITERATIONS;
        let training = wished.min(max_evals / TRAINING_PART / ITERATIONS).max(LEAST_TRAINING);
        let mut plan = Plan { replicates, max_evals, first: 0, training, pilot: None };
        if qmc.map != QmcMap::On {
            plan.training = 0;
        }
        let affordable = (max_evals - ITERATIONS * plan.training) / replicates;
        plan.first = qmc.points.max(LEAST_POINTS).next_power_of_two().min(power_of_two_below(affordable));
        if qmc.map == QmcMap::Auto && training >= WORTHWHILE_TRAINING {
            let pilot = (ITERATIONS * training / replicates).next_power_of_two().max(plan.first);
            if (pilot < MAX_POINTS) && 2 * replicates * pilot + ITERATIONS * training <= max_evals {
                (plan.training, plan.pilot) = (training, Some(pilot));
            }
        }
        plan
    }

    /// Whether this plan, deserialised, could have been made by [`Plan::new`]: one for fewer replicates would take steps that cost
    /// more than it counts.
    pub(super) fn is_sound(&self, qmc: &Qmc, dim: usize) -> bool {
        let longest = LEAST_TRAINING.max(qmc.training_for(dim) / ITERATIONS);
        self.replicates == qmc.replicates as u64
            && self.first.is_power_of_two()
            && self.training <= longest
            && self.pilot.is_none_or(|points| points < MAX_POINTS)
    }

    /// The same steps for another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        let affordable = |pilot: &u64| 2 * self.replicates * pilot + ITERATIONS * self.training <= max_evals;
        Plan { max_evals, pilot: self.pilot.filter(affordable), ..self }
    }

    /// Whether a map and `points` of each replicate under it are still within the budget, when `used` evaluations have been
    /// spent.
    pub(super) fn can_compare(&self, points: u64, used: u64) -> bool {
        self.replicates * points + ITERATIONS * self.training <= self.max_evals.saturating_sub(used)
    }

    /// To how many points each replicate goes from `points`, when `used` evaluations have been spent; `None` at the
    /// end of the budget or of the sequence.
    pub(super) fn next(&self, points: u64, used: u64) -> Option<u64> {
        let next = if points == 0 { self.first } else { 2 * points };
        let cost = (next - points).checked_mul(self.replicates)?;
        (next <= MAX_POINTS && cost <= self.max_evals.saturating_sub(used)).then_some(next)
    }
}

fn power_of_two_below(n: u64) -> u64 {
    1 << n.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a run under this plan would spend.
    fn spend(plan: &Plan, map: QmcMap) -> u64 {
        let mut used = if map == QmcMap::On { ITERATIONS * plan.training } else { 0 };
        let mut points = 0;
        while let Some(next) = plan.next(points, used) {
            used += plan.replicates * (next - points);
            points = next;
            if plan.pilot == Some(points) {
                used += ITERATIONS * plan.training + plan.replicates * points;
            }
        }
        assert!(points >= LEAST_POINTS && points.is_power_of_two());
        used
    }

    #[test]
    fn any_budget_is_a_ceiling_and_half_used() {
        for map in [QmcMap::Off, QmcMap::On, QmcMap::Auto] {
            for replicates in [2, 5, 16, 100] {
                let qmc = Qmc::default().map(map).replicates(replicates);
                for max_evals in [3_000, 5_000, 20_000, 77_777, 1 << 20, 300_000_000, 1_000_000_000_007] {
                    let used = spend(&Plan::new(&qmc, 6, max_evals), map);
                    assert!(used <= max_evals, "{map:?} {replicates} {max_evals}: {used}");
                    // Doubling the points of one map may just not have fitted beside those of the other.
                    assert!(
                        2 * used >= max_evals.min(replicates as u64 * MAX_POINTS) - 2,
                        "{map:?} {replicates} {max_evals}: {used}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_least_budget_is_exact() {
        for (map, needed) in [(QmcMap::Off, 256), (QmcMap::Auto, 256), (QmcMap::On, 512)] {
            let qmc = Qmc::default().map(map);
            assert_eq!(Plan::least_evals(&qmc), needed);
            assert!(spend(&Plan::new(&qmc, 3, needed), map) <= needed);
        }
    }

    #[test]
    fn a_pilot_costs_about_as_much_as_training() {
        let plan = Plan::new(&Qmc::default(), 6, 10_000_000);
        assert_eq!((plan.first, plan.training, plan.pilot), (256, 7_500, Some(4096)));
        assert_eq!(Plan::new(&Qmc::default(), 6, 10_000).pilot, None);
    }
}

//! How many walkers a budget affords, and what their start costs.

use super::integrator::Vmc;
use crate::simd::LANES;
use serde::{Deserialize, Serialize};

/// Populations of few walkers; from 64 walkers each there are more of them. Their means test each other.
const POPULATIONS: usize = 16;
/// Groups of eight walkers in a population where there are many: a batch that pays for its call.
const GROUPS: usize = 8;
/// Least walkers.
const LEAST_WALKERS: usize = POPULATIONS * LANES;
/// Candidates for the start, per walker.
pub(super) const CANDIDATES: usize = 16;
/// Rounds in which the steps of all axes are adapted one by one, and rounds that adapt their common factor.
pub(super) const AXIS_ROUNDS: u64 = 6;
pub(super) const COMMON_ROUNDS: u64 = 8;
/// Steps of a round of the common factor.
pub(super) const COMMON_STEPS: u64 = 2;
/// Part of a budget that the start may take.
const START_PART: u64 = 4;
/// Steps without which walkers are not worth their start.
const LEAST_STEPS: u64 = 2 * super::record::FIRST;

/// The numbers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) populations: usize,
    /// Groups of eight walkers in each.
    pub(super) groups: usize,
}

impl Plan {
    /// What the start of the fewest walkers costs, with the steps without which they are not worth it.
    pub(super) fn least_evals(dim: usize) -> u64 {
        LEAST_WALKERS as u64 * (start(dim) + LEAST_STEPS)
    }

    pub(super) fn new(vmc: &Vmc, dim: usize, max_evals: u64) -> Self {
        let affordable = (max_evals / (START_PART * start(dim))).max(LEAST_WALKERS as u64);
        let walkers = (vmc.walkers as u64).min(affordable) as usize;
        let per_population = (walkers / LEAST_WALKERS).clamp(1, GROUPS);
        Plan { populations: (walkers / (per_population * LANES)).max(POPULATIONS), groups: per_population }
    }

    pub(super) fn walkers(&self) -> usize {
        self.populations * self.groups * LANES
    }
}

/// Evaluations of each walker before it counts: candidates, and steps that adapt the steps.
fn start(dim: usize) -> u64 {
    CANDIDATES as u64 + AXIS_ROUNDS * dim as u64 + COMMON_ROUNDS * COMMON_STEPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn populations_are_many_and_walkers_no_more_than_asked_for() {
        for (walkers, max_evals) in [(128, u64::MAX), (2048, u64::MAX), (2048, 100_000), (5000, 1 << 40), (1 << 20, 1 << 40)] {
            let plan = Plan::new(&Vmc::default().walkers(walkers), 6, max_evals);
            assert!(plan.populations >= POPULATIONS && plan.groups <= GROUPS && plan.walkers() <= walkers);
            let start = start(6) * plan.walkers() as u64;
            assert!(start <= max_evals / START_PART || plan.walkers() == LEAST_WALKERS);
            if max_evals > 1 << 39 {
                assert!(plan.walkers() + GROUPS * LANES > walkers);
            }
        }
    }

    #[test]
    fn the_least_budget_is_exact() {
        assert_eq!(Plan::least_evals(3), 128 * (16 + 6 * 3 + 16 + 32));
    }
}

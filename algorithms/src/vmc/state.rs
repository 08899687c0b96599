//! All that a run depends on from one leg to the next.

use super::plan::Plan;
use super::record::Record;
use super::walk::Population;
use crate::pullback::Tally;
use crate::simd::LANES;
use serde::{Deserialize, Serialize};

/// What is saved.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) plan: Plan,
    pub(super) populations: Vec<Population>,
    /// Half the widths of proposals.
    pub(super) steps: Vec<f64>,
    /// Legs so far: the key of the next one's random numbers.
    pub(super) legs: u64,
    /// Steps of each walker before the record begins.
    pub(super) before: u64,
    pub(super) record: Record,
    /// Densities above zero and below zero that were met.
    pub(super) signs: [bool; 2],
    pub(super) tally: Tally,
}

impl State {
    /// Whether its parts, deserialised, fit together and belong to `dim` variables and `ratios`.
    pub(super) fn is_sound(&self, dim: usize, ratios: usize) -> bool {
        let State { plan, populations, steps, record, .. } = self;
        let started = !populations.is_empty() && populations.iter().all(|p| p.is_sound(plan.groups, dim, ratios));
        let sizes = steps.len() == dim && steps.iter().all(|s| *s > 0.0 && *s <= 1.0);
        let walkers = plan.populations.checked_mul(plan.groups).and_then(|groups| groups.checked_mul(LANES));
        let population = populations.first().map_or(0, |p| p.groups * LANES);
        let sums = walkers.is_some_and(|walkers| record.is_sound(walkers, population, ratios));
        started && sizes && sums && populations.len() == plan.populations && plan.populations >= 2
    }
}

//! All that a run depends on from one step to the next.

use super::Qmc;
use super::plan::Plan;
use super::replicates::Replicates;
use crate::Options;
use crate::pullback::{Pullback, Tally};
use crate::search::Peaks;
use serde::{Deserialize, Serialize};

/// What is saved.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) plan: Plan,
    pub(super) replicates: Replicates,
    /// Peaks, once they have been looked for.
    pub(super) peaks: Option<Peaks>,
    /// Evaluations that do not count in the result: training, and the loser of the pilot.
    pub(super) training: u64,
    /// Points of each replicate that met the goal first.
    pub(super) met_at: Option<u64>,
    pub(super) tally: Tally,
}

impl State {
    /// Before the first point.
    pub(super) fn new(qmc: &Qmc, f: &Pullback<'_>, options: &Options) -> Self {
        let (plan, tally) = (Plan::new(qmc, f.dim(), options.max_evals), Tally::default());
        let replicates = Replicates::new(qmc.replicates, f.components(), None);
        State { plan, replicates, peaks: None, training: 0, met_at: None, tally }
    }

    /// Whether its parts, deserialised, fit together and belong to `dim` variables and `components`.
    pub(super) fn is_sound(&self, qmc: &Qmc, dim: usize, components: usize) -> bool {
        self.plan.is_sound(qmc, dim)
            && self.replicates.is_sound(qmc.replicates, components, dim)
            && self.peaks.as_ref().is_none_or(|peaks| peaks.is_sound(dim, components))
    }

    /// The same with another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        State { plan: self.plan.with_budget(max_evals), ..self }
    }
}

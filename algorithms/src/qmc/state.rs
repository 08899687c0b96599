//! All that a run depends on from one step to the next.

use super::Qmc;
use super::plan::Plan;
use super::points::Kind;
use super::replicates::Replicates;
use crate::Options;
use crate::pullback::{Pullback, Tally};
use crate::search::Peaks;
use serde::{Deserialize, Serialize};

/// What is saved.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) plan: Plan,
    /// Those that lead, and whose result is stated.
    pub(super) replicates: Replicates,
    /// Other kinds of points that compete with them.
    pub(super) rivals: Vec<Replicates>,
    /// Kinds of points that have competed, with the one that leads.
    pub(super) candidates: usize,
    /// Peaks, once they have been looked for.
    pub(super) peaks: Option<Peaks>,
    /// Evaluations that do not count in the result: training, and the losers of trials.
    pub(super) training: u64,
    /// Points of each replicate that met the goal first.
    pub(super) met_at: Option<u64>,
    pub(super) tally: Tally,
}

impl State {
    /// Before the first point.
    pub(super) fn new(qmc: &Qmc, f: &Pullback<'_>, options: &Options) -> Self {
        let (plan, tally) = (Plan::new(qmc, f.dim(), options.max_evals), Tally::default());
        let replicates = Replicates::new(qmc.kind(), plan.replicates() as usize, f.components(), None);
        State { plan, replicates, rivals: Vec::new(), candidates: 1, peaks: None, training: 0, met_at: None, tally }
    }

    /// Whether its parts, deserialised, fit together and belong to `dim` variables and `components`.
    pub(super) fn is_sound(&self, qmc: &Qmc, dim: usize, components: usize) -> bool {
        self.plan.is_sound(qmc, dim)
            && self.replicates.is_sound(components, dim)
            && self.rivals.len() < Kind::LATTICES.len()
            && self.rivals.iter().all(|rival| rival.is_sound(components, dim) && rival.points == self.replicates.points)
            && self.peaks.as_ref().is_none_or(|peaks| peaks.is_sound(dim, components))
    }

    /// The same with another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        State { plan: self.plan.with_budget(max_evals), ..self }
    }
}

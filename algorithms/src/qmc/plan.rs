//! How many points go where: what settings and budget fix before the first one.

use super::integrator::{Qmc, QmcMap, QmcSequence};
use super::points::Kind;

/// Least points of a replicate: a whole number of lanes at any width.
pub(super) const LEAST_POINTS: u64 = 16;
/// Replicates of which a choice between kinds of points is made, and with which the one chosen goes on for a while.
pub(super) const FEW: usize = 4;
/// Iterations that train a map. A choice: with fewer it lags behind, with more each has too few samples.
pub(super) const ITERATIONS: u64 = 8;
/// Least evaluations of each of them.
const LEAST_TRAINING: u64 = 32;
/// Evaluations of each of them without which a map is not worth a pilot. A choice, not measured.
const WORTHWHILE_TRAINING: u64 = 250;
/// Part of the budget that training may take.
const TRAINING_PART: u64 = 8;
/// Most points of a replicate at which a trial begins, in units of those of the first step, and the part of the budget that it
/// may take in all.
const LONGEST_TRIAL: u64 = 4;
const TRIAL_PART: f64 = 0.4;
/// Replicates of lattices that a trial takes further by as many points as it began with: 4 kinds, 3, then 2 by twice as many.
const TRIAL_COST: u64 = (4 + 3 + 2 * 2) * FEW as u64;
/// Part of the budget that may be left over.
const LEFT: u64 = 10;
/// Most replicates: memory and pieces of work grow with them, not the accuracy.
pub(super) const MOST_REPLICATES: u64 = 1024;

/// The sizes of a run's steps.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Plan {
    /// With which points double.
    replicates: u64,
    /// With which a run may say that it has met its goal.
    believed: u64,
    max_evals: u64,
    /// Points of each replicate in the first step.
    first: u64,
    /// Points of each replicate at which lattices join; they compete up to four times as many.
    pub(super) trial: Option<u64>,
    /// Evaluations of each iteration that trains the map; 0 where there will be none.
    pub(super) training: u64,
    /// Points of each replicate at which what has led so far is compared with a map.
    pub(super) pilot: Option<u64>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) kind: Kind,
    /// Points of each replicate.
    pub(super) points: u64,
    pub(super) replicates: u64,
    /// Replicates of other kinds, of as many points.
    pub(super) rivals: u64,
    /// Whether the error meets the goal, be it believed or not.
    pub(super) is_close: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// Every replicate goes on to this many points.
    Points(u64),
    /// This many replicates join, with as many points as the others.
    Replicates(u64),
}

impl Plan {
    /// The first points, after training where that is wished for.
    pub(super) fn least_evals(qmc: &Qmc) -> u64 {
        let least_training = if qmc.mapping() == QmcMap::On { ITERATIONS * LEAST_TRAINING } else { 0 };
        half(qmc) * LEAST_POINTS + least_training
    }

    /// For at least as many evaluations as [`Plan::least_evals`] says.
    pub(super) fn new(qmc: &Qmc, dim: usize, max_evals: u64) -> Self {
        let (replicates, believed) = (half(qmc), qmc.replicates as u64);
        let wished = qmc.training_for(dim) / ITERATIONS;
        let training = wished.min(max_evals / TRAINING_PART / ITERATIONS).max(LEAST_TRAINING);
        let mut plan = Plan { replicates, believed, max_evals, first: 0, trial: None, training, pilot: None };
        if qmc.mapping() != QmcMap::On {
            plan.training = 0;
        }
        let affordable = (max_evals - ITERATIONS * plan.training) / replicates;
        plan.first = qmc.points.max(LEAST_POINTS).next_power_of_two().min(power_of_two_below(affordable));
        if qmc.sequence == QmcSequence::Auto && qmc.mapping() != QmcMap::On && dim <= qmc.max_dim_of_lattices() {
            let fits = |trial: &u64| (trial * (4 * replicates + TRIAL_COST)) as f64 <= TRIAL_PART * max_evals as f64;
            let trials = [LONGEST_TRIAL, LONGEST_TRIAL / 2, 1].map(|n| n * plan.first);
            plan.trial = trials.into_iter().filter(|n| 4 * n < qmc.kind().max_points()).find(fits);
        }
        if qmc.mapping() == QmcMap::Auto && training >= WORTHWHILE_TRAINING {
            let pilot = (ITERATIONS * training / replicates).next_power_of_two().max(plan.first).max(plan.decided());
            let cost = 2 * replicates * pilot + ITERATIONS * training + plan.trial.unwrap_or(0) * TRIAL_COST;
            if pilot < qmc.kind().max_points() && cost <= max_evals {
                (plan.training, plan.pilot) = (training, Some(pilot));
            }
        }
        plan
    }

    /// Whether this plan, deserialised, could have been made by [`Plan::new`]: one for fewer replicates would take steps that cost
    /// more than it counts.
    pub(super) fn is_sound(&self, qmc: &Qmc, dim: usize) -> bool {
        let longest = LEAST_TRAINING.max(qmc.training_for(dim) / ITERATIONS);
        let is_size = |points: u64| points.is_power_of_two() && points < qmc.kind().max_points();
        (self.replicates, self.believed) == (half(qmc), qmc.replicates as u64)
            && self.first.is_power_of_two()
            && self.training <= longest
            && self.trial.is_none_or(|points| is_size(points) && dim <= qmc.max_dim_of_lattices())
            && self.pilot.is_none_or(is_size)
    }

    /// The same steps for another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        let affordable = |pilot: &u64| 2 * self.replicates * pilot + ITERATIONS * self.training <= max_evals;
        Plan { max_evals, pilot: self.pilot.filter(affordable), ..self }
    }

    /// With how many points double.
    pub(super) fn replicates(&self) -> u64 {
        self.replicates
    }

    /// Whether a run may say that it has met its goal: there are replicates enough, at the end of a budget half as many, and they
    /// were not chosen for it.
    pub(super) fn believes(&self, kind: Kind, replicates: u64, points: u64, at_end: bool) -> bool {
        let enough = if at_end { self.replicates } else { self.believed };
        replicates >= enough && (kind == Kind::Sobol || points > self.decided())
    }

    /// Whether there are all replicates that a result is believed with, or no more can be had.
    pub(super) fn is_complete(&self, replicates: u64, points: u64, used: u64) -> bool {
        let lacking = self.believed.saturating_sub(replicates);
        lacking == 0 || lacking * points > self.max_evals.saturating_sub(used)
    }

    /// Points of each replicate at which a kind is chosen; 0 where there is no choice.
    pub(super) fn decided(&self) -> u64 {
        self.trial.map_or(0, |trial| 4 * trial)
    }

    /// Whether lattices with `points` of each replicate are still within the budget, when `used` evaluations have been spent.
    pub(super) fn can_compete(&self, points: u64, used: u64) -> bool {
        points * TRIAL_COST <= self.max_evals.saturating_sub(used)
    }

    /// Whether a map and `points` of each replicate under it are still within the budget, when `used` evaluations have been
    /// spent.
    pub(super) fn can_compare(&self, points: u64, used: u64) -> bool {
        self.replicates * points + ITERATIONS * self.training <= self.max_evals.saturating_sub(used)
    }

    /// How a run goes on when `used` evaluations have been spent; `None` at the end of the budget or of the sequence.
    ///
    /// Points double as long as there will be replicates enough. What is left then goes into more replicates, as it does at the
    /// end of a sequence: they are all of one size, and the part of a doubling that a budget allows would spoil a lattice.
    pub(super) fn next(&self, so_far: &Progress, used: u64) -> Option<Step> {
        let Progress { kind, points, replicates: count, rivals, is_close } = *so_far;
        let left = self.max_evals.saturating_sub(used);
        if points == 0 {
            return (count * self.first <= left).then_some(Step::Points(self.first));
        }
        let (doubled, lacking) = (2 * points, self.replicates.saturating_sub(count));
        let cost = count.saturating_add(rivals).saturating_mul(points);
        let unbelieved = self.believed.saturating_sub(count);
        let is_open = kind == Kind::Sobol || points > self.decided();
        if unbelieved > 0 && is_close && is_open && unbelieved * points <= left {
            return Some(Step::Replicates(unbelieved));
        }
        // What the replicates that lack would cost, and whether too much would then be left for nothing.
        let filled = cost.saturating_add(lacking.saturating_mul(doubled));
        let is_worthwhile = || (left - filled) / doubled >= self.replicates || (left - filled) % doubled <= self.max_evals / LEFT;
        if doubled <= kind.max_points() && filled <= left && (points < self.decided() || is_worthwhile()) {
            return Some(Step::Points(doubled));
        }
        let more = (left / points).min(count.max(lacking)).min(MOST_REPLICATES.saturating_sub(count));
        (more > 0).then_some(Step::Replicates(more))
    }
}

/// With how many replicates points double.
fn half(qmc: &Qmc) -> u64 {
    (qmc.replicates / 2).max(FEW.min(qmc.replicates)) as u64
}

fn power_of_two_below(n: u64) -> u64 {
    1 << n.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a run under this plan would spend, and how it ends; the last kind wins every trial.
    fn spend(plan: &Plan, map: QmcMap) -> (u64, Progress) {
        let mut used = if map == QmcMap::On { ITERATIONS * plan.training } else { 0 };
        let mut now = Progress { kind: Kind::Sobol, points: 0, replicates: plan.replicates, rivals: 0, is_close: false };
        while let Some(step) = plan.next(&now, used) {
            match step {
                Step::Points(points) => {
                    used += (now.replicates + now.rivals) * (points - now.points);
                    now.points = points;
                }
                Step::Replicates(more) => {
                    used += more * now.points;
                    now.replicates += more;
                }
            }
            let few = FEW as u64;
            match plan.trial.map(|trial| now.points / trial).filter(|_| matches!(step, Step::Points(_))) {
                Some(1) => (used, now.rivals) = (used + 4 * few * now.points, 3 * few),
                Some(2) => now.rivals = 2 * few,
                Some(4) => (now.rivals, now.kind, now.replicates) = (0, Kind::Korobov2, few),
                _ => {}
            }
            if plan.pilot == Some(now.points) && matches!(step, Step::Points(_)) && plan.can_compare(now.points, used) {
                used += ITERATIONS * plan.training + plan.replicates * now.points;
            }
        }
        assert!(now.points >= LEAST_POINTS && now.points.is_power_of_two());
        (used, now)
    }

    #[test]
    fn any_budget_is_a_ceiling_and_nine_tenths_of_it_are_used() {
        for map in [QmcMap::Off, QmcMap::On, QmcMap::Auto] {
            for replicates in [2, 10, 16, 32, 200] {
                let qmc = Qmc::default().map(map).replicates(replicates);
                for max_evals in [5_000, 20_000, 77_777, 100_000, 1 << 18, 1 << 20, 3_000_000, 300_000_000, 10_000_000_007] {
                    let (used, end) = spend(&Plan::new(&qmc, 6, max_evals), map);
                    assert!(used <= max_evals, "{map:?} {replicates} {max_evals}: {used}");
                    let exhausted = end.points == end.kind.max_points() && end.replicates == MOST_REPLICATES;
                    // Of two replicates each has too many points for what is left to be shared out.
                    let share = if replicates < 5 { 8 } else { 9 };
                    assert!(10 * used >= share * max_evals || exhausted, "{map:?} {replicates} {max_evals}: {used} {end:?}");
                    assert!(end.replicates >= half(&qmc), "{map:?} {replicates} {max_evals}: {end:?}");
                }
            }
        }
    }

    #[test]
    fn the_least_budget_is_exact() {
        for (map, needed) in [(QmcMap::Off, 128), (QmcMap::Auto, 128), (QmcMap::On, 384)] {
            let qmc = Qmc::default().map(map);
            assert_eq!(Plan::least_evals(&qmc), needed);
            assert!(spend(&Plan::new(&qmc, 3, needed), map).0 <= needed);
        }
    }

    #[test]
    fn a_pilot_costs_about_as_much_as_training_and_a_trial_a_part_of_the_budget() {
        let plan = Plan::new(&Qmc::default(), 6, 10_000_000);
        assert_eq!((plan.first, plan.trial, plan.training, plan.pilot), (256, Some(1024), 7_500, Some(8192)));
        let plan = Plan::new(&Qmc::default(), 6, 100_000);
        assert_eq!((plan.trial, plan.pilot), (Some(512), Some(2048)));
        let plan = Plan::new(&Qmc::default(), 6, 10_000);
        assert_eq!((plan.trial, plan.pilot), (None, None));
        assert_eq!(Plan::new(&Qmc::default(), 65, 10_000_000).trial, None);
    }

    #[test]
    fn a_kind_that_was_chosen_is_believed_after_more_points_and_replicates() {
        let plan = Plan::new(&Qmc::default(), 3, 1_000_000);
        let chosen = |points, replicates| plan.believes(Kind::Tent, replicates, points, false);
        assert!(!chosen(4096, 16) && !chosen(8192, 8) && chosen(8192, 16) && plan.believes(Kind::Sobol, 16, 512, false));
        assert!(!chosen(8192, 8) && plan.believes(Kind::Tent, 8, 8192, true));
        let now = |points| Progress { kind: Kind::Tent, points, replicates: 4, rivals: 0, is_close: true };
        assert_eq!(plan.next(&now(4096), 100_000), Some(Step::Points(8192)));
        assert_eq!(plan.next(&now(8192), 100_000), Some(Step::Replicates(12)));
    }
}

//! How many points go where: what settings and budget fix before the first one.

use super::integrator::{Qmc, QmcMap, QmcSequence};
use super::points::Kind;

/// Least points of a replicate: a whole number of lanes at any width.
pub(super) const LEAST_POINTS: u64 = 8;
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
/// Points of a replicate at which a trial may begin, in units of those of the first step; fewer where this would take more than
/// a certain part of the budget. At half as many points Korobov's transforms of order 2 and 3 can't be told from worse ones yet.
const TRIAL: u64 = 8;
const TRIAL_PART: f64 = 0.6;
/// Replicates of lattices that a trial takes further by as many points as it began with: of 4 kinds, then of 3.
const TRIAL_COST: u64 = (4 + 3) * FEW as u64;
/// How much closer than the tolerance, after all replicates have joined, an error may seem to be for them to join: with half of
/// them it is itself uncertain by a quarter.
const NEAR: f64 = 1.5;
/// Most points of a replicate at which a trial begins.
const MAX_TRIAL: u64 = 1 << 20;
/// Part of the budget that may be left over.
const LEFT: u64 = 10;
/// First points with fewer of which a trial waits for as long as with these: it costs several times what there is.
const USUAL_FIRST: u64 = 256;
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
    /// Points of each replicate before which it may not.
    believed_from: u64,
    /// Points of each replicate in the first step.
    first: u64,
    /// Least and most points of each replicate at which lattices may join.
    trial: Option<(u64, u64)>,
    /// Points of each replicate at which a kind is chosen, once there is a trial.
    pub(super) decided: Option<u64>,
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
    /// The error as a multiple of the tolerance; infinite where it is not credible.
    pub(super) excess: f64,
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
        let (first, trial, decided, pilot) = (0, None, None, None);
        let believed_from = qmc.believed_from;
        let mut plan = Plan { replicates, believed, max_evals, believed_from, first, trial, decided, training, pilot };
        if qmc.mapping() != QmcMap::On {
            plan.training = 0;
        }
        let affordable = (max_evals - ITERATIONS * plan.training) / replicates;
        plan.first = qmc.points.max(LEAST_POINTS).next_power_of_two().min(power_of_two_below(affordable));
        if qmc.sequence == QmcSequence::Auto && qmc.mapping() != QmcMap::On && dim <= qmc.max_dim_of_lattices() {
            let most = (TRIAL_PART * max_evals as f64 / plan.trial_cost(1) as f64) as u64;
            let most = if most > 0 { power_of_two_below(most).min(MAX_TRIAL) } else { 0 };
            plan.trial = (most >= plan.first).then_some((most.min(TRIAL * plan.first.max(USUAL_FIRST)), most));
        }
        if qmc.mapping() == QmcMap::Auto && training >= WORTHWHILE_TRAINING {
            let pilot = (ITERATIONS * training / replicates).next_power_of_two().max(plan.first);
            let pilot = pilot.max(plan.trial.map_or(0, |(least, _)| 2 * least));
            let cost = 2 * replicates * pilot + ITERATIONS * training + plan.trial.map_or(0, |(least, _)| least * TRIAL_COST);
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
        (self.replicates, self.believed, self.believed_from) == (half(qmc), qmc.replicates as u64, qmc.believed_from)
            && self.first.is_power_of_two()
            && self.training <= longest
            && self.trial.is_none_or(|(least, most)| is_size(least) && is_size(most) && dim <= qmc.max_dim_of_lattices())
            && self.decided.is_none_or(is_size)
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
        replicates >= enough && (at_end || points >= self.believed_from) && self.was_not_chosen(kind, points)
    }

    /// Whether a kind was not chosen for its error at so many points.
    fn was_not_chosen(&self, kind: Kind, points: u64) -> bool {
        kind == Kind::Sobol || self.decided.is_none_or(|decided| points > decided)
    }

    /// Whether there are all replicates that a result is believed with, or no more can be had.
    pub(super) fn is_complete(&self, replicates: u64, points: u64, used: u64) -> bool {
        let lacking = self.believed.saturating_sub(replicates);
        lacking == 0 || lacking * points > self.max_evals.saturating_sub(used)
    }

    /// Whether lattices may join at `points` of each replicate, when `used` evaluations have been spent.
    pub(super) fn can_begin_trial(&self, points: u64, used: u64) -> bool {
        self.decided.is_none()
            && self.trial.is_some_and(|(least, most)| (least..=most).contains(&points))
            && self.trial_cost(points) - self.replicates * points <= self.max_evals.saturating_sub(used)
    }

    /// What a trial that begins at `points` of each replicate may cost, with all Sobol' points before and in it, or a last doubling of
    /// two lattices and the replicates that the winner lacks.
    fn trial_cost(&self, points: u64) -> u64 {
        (2 * self.replicates + TRIAL_COST + 4 * self.replicates.max(2 * FEW as u64)) * points
    }

    /// How often `points` of each replicate will be able to double when `used` evaluations have been spent.
    pub(super) fn doublings_from(&self, points: u64, used: u64) -> f64 {
        let pilot = self.pilot.map_or(0, |pilot| self.replicates * pilot + ITERATIONS * self.training);
        let left = self.max_evals.saturating_sub(used).saturating_sub(pilot);
        f64::from((1 + left / self.replicates / points).ilog2())
    }

    /// Whether a pilot is due at `points` of each replicate.
    pub(super) fn is_pilot(&self, points: u64) -> bool {
        self.pilot.is_some_and(|pilot| points >= pilot)
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
        let Progress { kind, points, replicates: count, rivals, excess } = *so_far;
        let left = self.max_evals.saturating_sub(used);
        if points == 0 {
            return (count * self.first <= left).then_some(Step::Points(self.first));
        }
        let doubled = 2 * points;
        let cost = count.saturating_add(rivals).saturating_mul(points);
        let unbelieved = self.believed.saturating_sub(count);
        let is_near = excess * (count as f64 / self.believed as f64).sqrt() <= NEAR;
        if unbelieved > 0
            && is_near
            && rivals == 0
            && points >= self.believed_from
            && self.was_not_chosen(kind, points)
            && unbelieved * points <= left
        {
            return Some(Step::Replicates(unbelieved));
        }
        // Whether too much would then be left for nothing.
        let is_worthwhile = || (left - cost) / doubled >= self.replicates || (left - cost) % doubled <= self.max_evals / LEFT;
        if doubled <= kind.max_points() && cost <= left && (rivals > 0 || is_worthwhile()) {
            return Some(Step::Points(doubled));
        }
        let more = (left / points).min(count).min(MOST_REPLICATES.saturating_sub(count));
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
        let (mut plan, few) = (*plan, (FEW as u64).min(plan.replicates));
        let mut used = if map == QmcMap::On { ITERATIONS * plan.training } else { 0 };
        let mut now = Progress { kind: Kind::Sobol, points: 0, replicates: plan.replicates, rivals: 0, excess: f64::INFINITY };
        while let Some(step) = plan.next(&now, used) {
            match step {
                Step::Points(points) => {
                    used += (now.replicates + now.rivals) * (points - now.points);
                    now.points = points;
                }
                Step::Replicates(more) => {
                    used += more * now.points;
                    now.replicates += more;
                    continue;
                }
            }
            if plan.can_begin_trial(now.points, used) {
                (used, now.rivals, plan.decided) = (used + 4 * few * now.points, 3 * few, Some(2 * now.points));
            } else if now.rivals > 0 && now.kind == Kind::Sobol {
                (now.kind, now.replicates, now.rivals, plan.decided) = (Kind::Korobov2, few, few, Some(2 * now.points));
            } else if now.rivals > 0 {
                (used, now.replicates, now.rivals) = (used + (plan.replicates - few) * now.points, plan.replicates, 0);
            }
            if now.rivals == 0 && plan.is_pilot(now.points) {
                if plan.can_compare(now.points, used) {
                    used += ITERATIONS * plan.training + plan.replicates * now.points;
                }
                plan.pilot = None;
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
        for (map, needed) in [(QmcMap::Off, 64), (QmcMap::Auto, 64), (QmcMap::On, 320)] {
            let qmc = Qmc::default().map(map);
            assert_eq!(Plan::least_evals(&qmc), needed);
            assert!(spend(&Plan::new(&qmc, 3, needed), map).0 <= needed);
        }
    }

    #[test]
    fn a_pilot_costs_about_as_much_as_training_and_a_trial_a_part_of_the_budget() {
        let plan = Plan::new(&Qmc::default(), 6, 10_000_000);
        assert_eq!((plan.first, plan.trial, plan.training, plan.pilot), (256, Some((2048, 65_536)), 7_500, Some(8192)));
        let plan = Plan::new(&Qmc::default(), 6, 100_000);
        assert_eq!((plan.trial, plan.pilot), (Some((512, 512)), Some(2048)));
        let plan = Plan::new(&Qmc::default(), 6, 10_000);
        assert_eq!((plan.trial, plan.pilot), (None, None));
        assert_eq!(Plan::new(&Qmc::default(), 65, 10_000_000).trial, None);
    }

    #[test]
    fn a_kind_that_was_chosen_is_believed_after_more_points_and_replicates() {
        let plan = Plan { decided: Some(4096), ..Plan::new(&Qmc::default(), 3, 1_000_000) };
        let chosen = |points, replicates| plan.believes(Kind::Tent, replicates, points, false);
        assert!(!chosen(4096, 16) && !chosen(8192, 8) && chosen(8192, 16) && plan.believes(Kind::Sobol, 16, 512, false));
        assert!(plan.believes(Kind::Tent, 8, 8192, true) && !plan.believes(Kind::Tent, 8, 4096, true));
        let now = |points| Progress { kind: Kind::Tent, points, replicates: 8, rivals: 0, excess: 1.0 };
        assert_eq!(plan.next(&now(4096), 100_000), Some(Step::Points(8192)));
        assert_eq!(plan.next(&now(8192), 100_000), Some(Step::Replicates(8)));
    }

    #[test]
    fn the_other_replicates_join_where_they_may_suffice() {
        let plan = Plan::new(&Qmc::default(), 3, 1_000_000);
        let now = |excess| Progress { kind: Kind::Sobol, points: 512, replicates: 8, rivals: 0, excess };
        assert_eq!(plan.next(&now(2.0), 4096), Some(Step::Replicates(8)));
        assert_eq!(plan.next(&now(2.5), 4096), Some(Step::Points(1024)));
    }
}

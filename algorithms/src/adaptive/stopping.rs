//! When refinement ends: what is still lacking, what budget and memory allow, and what may be believed.

use super::audit::Verdict;
use super::state::Mark;
use super::waves::Wave;
use super::{COPIES, Mesh, REJUDGE_GROWTH, State, goal};
use crate::integrator::Observer;
use crate::pullback::{Tally, check_sums};
use crate::{Error, Estimate, Stop, Target};

/// Points below which a part of them may be singular: the nodes of the first regions are symmetric, and many of them may lie in a
/// plane where the integrand is not finite.
const POINTS_TO_JUDGE: u64 = 50_000;
/// Growth of the evaluations in which errors must fall, if one region of so many is at its rounding error, and evaluations from which on
/// that is asked. Where an integrand is the rounding error of a difference (1 - r² at the surface of a ball), values are noise in regions
/// of every size, and errors do not fall to what rounding of a smooth integrand would leave. Choices.
const STAGNANT: u64 = 8;
const MANY_FROZEN: u64 = 8;
const FIRST_MARK: u64 = 125_000;

impl Mesh<'_> {
    /// With nothing in flight: chooses a first wave, or says what ends the run.
    pub(super) fn begin(&mut self, wave: &mut Wave, observer: &mut Observer<'_>) -> Result<Option<Stop>, Error> {
        // Evaluations at which the observer has been called: once each.
        let mut shown = None;
        loop {
            self.check_points()?;
            if self.is_claim_due() {
                self.note_claim();
            }
            check_sums(self.state.current())?;
            if self.is_goal_outdated() {
                self.state.rejudge(&self.setting.judge, self.options, self.workers);
            }
            if self.is_mark_due() {
                let (evaluations, excess) = (self.state.tally.evaluations, self.state.goal.excess(&self.state.errors));
                self.state.marks.push(Mark { evaluations, excess });
            }
            let is_met = |mesh: &Self| mesh.lacking() == 0 && mesh.state.goal.met(&mesh.state.errors);
            if is_met(self) || self.state.queue.peek().is_none() {
                // Running sums drift and the goal may have moved: believe only what is summed afresh.
                self.sum_afresh();
                let exhausted = self.state.queue.peek().is_none();
                if is_met(self) || exhausted {
                    match self.challenge(observer) {
                        Verdict::Sound if self.keeps_promise() => return Ok(Some(Stop::Converged)),
                        Verdict::Sound if exhausted || !self.state.goal.met_as_asked(&self.state.errors) => {
                            return Ok(Some(Stop::Roundoff));
                        }
                        // A ratio is known less well than its linear part.
                        Verdict::Sound => {}
                        Verdict::Refined => {
                            shown = Some(self.state.tally.evaluations);
                            if self.observe(observer, false).is_break() {
                                return Ok(Some(Stop::Cancelled));
                            }
                            continue;
                        }
                        Verdict::Unaffordable => return Ok(Some(self.out_of_means())),
                        Verdict::Cancelled => return Ok(Some(Stop::Cancelled)),
                    }
                }
            }
            if self.is_out_of_reach() {
                self.sum_afresh();
                if self.is_out_of_reach() {
                    return Ok(Some(Stop::Roundoff));
                }
            }
            if shown != Some(self.state.tally.evaluations) && self.observe(observer, false).is_break() {
                return Ok(Some(Stop::Cancelled));
            }
            if self.affordable() == 0 {
                return Ok(Some(self.out_of_means()));
            }
            // Before there are enough regions no more are made than that.
            let lacking = self.lacking();
            let wanted = if lacking > 0 { lacking..=lacking } else { 1..=usize::MAX };
            self.choose(wave, None, wanted);
            if !wave.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Whether what is asked for cannot be had.
    fn is_out_of_reach(&self) -> bool {
        self.state.goal.is_out_of_reach(&self.state.errors, &self.state.frozen_errors) || self.stagnates()
    }

    /// Whether the errors have not fallen for long, while much of the mesh is at its rounding error.
    fn stagnates(&self) -> bool {
        let State { goal, errors, tally, frozen, regions, marks, .. } = &self.state;
        let excess = goal.excess(errors);
        let before = marks.iter().rev().find(|mark| tally.evaluations >= STAGNANT * mark.evaluations);
        excess > 1.0 && MANY_FROZEN * frozen >= regions.len() as u64 && before.is_some_and(|mark| mark.excess <= excess)
    }

    /// Whether it is time to note how far the goal is.
    fn is_mark_due(&self) -> bool {
        let last = self.state.marks.last().map_or(FIRST_MARK / 2, |mark| mark.evaluations);
        self.state.tally.evaluations >= 2 * last
    }

    /// Whether to wait for what is in flight before more is chosen.
    pub(super) fn must_look(&self) -> bool {
        let is_due = self.is_claim_due() || self.is_mark_due() || self.is_goal_outdated();
        self.lacking() > 0 || is_due || self.is_out_of_reach() || self.check_points().is_err()
    }

    /// Refuses to go on where the integrand is not finite at too many points.
    fn check_points(&self) -> Result<(), Error> {
        let Tally { evaluations, non_finite, .. } = self.state.tally;
        let early = evaluations < POINTS_TO_JUDGE && 2 * non_finite < evaluations;
        if early { Ok(()) } else { self.state.tally.check(false) }
    }

    /// Regions without which nothing is believed, and that are not there yet.
    fn lacking(&self) -> usize {
        goal::min_regions(self.options, self.setting.rule.points()).saturating_sub(self.state.regions.len())
    }

    /// Regions that can be refined within budget and memory, beside those in flight.
    pub(super) fn affordable(&self) -> usize {
        let per_parent = 2 * self.setting.rule.points() as u64;
        let left = (self.budget_left() / per_parent).min(self.room());
        usize::try_from(left).unwrap_or(usize::MAX).saturating_sub(self.state.in_flight.len())
    }

    /// Regions for which there is memory, beside those that there are.
    fn room(&self) -> u64 {
        let regions = &self.state.regions;
        (self.options.max_memory / (COPIES * regions.bytes_per_region() as u64)).saturating_sub(regions.len() as u64)
    }

    /// Why nothing more can be refined.
    fn out_of_means(&self) -> Stop {
        if self.room() <= self.state.in_flight.len() as u64 { Stop::Memory } else { Stop::Budget }
    }

    /// Evaluations that may still be made.
    pub(super) fn budget_left(&self) -> u64 {
        self.options.max_evals.saturating_sub(self.state.tally.evaluations)
    }

    /// Whether the integrals have moved so far that all regions should be judged anew.
    fn is_goal_outdated(&self) -> bool {
        let State { regions, judged, errors, .. } = &self.state;
        let grown = regions.len() as f64 >= REJUDGE_GROWTH * *judged as f64;
        grown && self.state.goal.is_outdated_by(&self.state.goal_now(&self.setting.judge, self.options), errors)
    }

    /// Whether what was asked for is met by what would be stated: the error of a ratio is larger than that of its linear part.
    fn keeps_promise(&self) -> bool {
        let is_within = |ratio: Estimate| ratio.error <= self.options.tolerance(ratio.value);
        self.state.goal.met_as_asked(&self.state.errors)
            && (self.options.target != Target::Ratio || self.stated().1.into_iter().all(is_within))
    }
}

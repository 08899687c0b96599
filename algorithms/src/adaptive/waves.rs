//! Refinement as a stream of waves: while one wave of regions is halved and evaluated, the one before it is entered into
//! the books and the next one is chosen, so that no thread waits for bookkeeping.
//!
//! When a wave is chosen is part of the algorithm and the same on any number of threads: as soon as all but the one under
//! evaluation have been entered. Regions in flight stay in the store until their halves take their place.

use super::group::{Group, Setting};
use super::regions::FROZEN;
use super::state::State;
use super::{Mesh, Sum};
use crate::integrator::Observer;
use std::ops::{ControlFlow, RangeInclusive};

/// Regions that a wave holds at most: enough to keep threads busy, few enough for the caches. Part of what a result depends
/// on, hence a constant.
const MOST: usize = 512;

/// Regions that are refined together.
pub(super) struct Wave {
    groups: Vec<Group>,
    /// Number of regions; the first groups hold them.
    len: usize,
    /// Sums of their errors, per functional of the goal.
    errors: Vec<Sum>,
}

impl Wave {
    /// An empty wave.
    pub(super) fn new(setting: &Setting<'_>) -> Self {
        Wave { groups: Vec::new(), len: 0, errors: vec![Sum::default(); setting.shape.functionals] }
    }

    /// The wave that was in flight when a state was saved.
    pub(super) fn in_flight(setting: &Setting<'_>, state: &State) -> Self {
        let mut wave = Wave::new(setting);
        state.in_flight.iter().for_each(|region| wave.push(setting, state, *region));
        wave
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a region of the store.
    fn push(&mut self, setting: &Setting<'_>, state: &State, region: u32) {
        let group = self.len / setting.parents();
        if group == self.groups.len() {
            self.groups.push(Group::new(setting.shape));
        }
        self.groups[group].push(&state.regions, region);
        self.errors.iter_mut().zip(state.regions.errors(region as usize)).for_each(|(sum, error)| sum.add(*error));
        self.len += 1;
    }

    /// The groups that hold regions.
    fn groups(&mut self, setting: &Setting<'_>) -> &mut [Group] {
        &mut self.groups[..self.len.div_ceil(setting.parents())]
    }
}

impl Mesh<'_> {
    /// Evaluates the halves of the regions of `wave`. Meanwhile the halves of those of `done` are entered, and `done` becomes
    /// the next wave: empty where all that is in flight has to be entered first. Says whether the observer wants to go on.
    pub(super) fn advance(&mut self, wave: &mut Wave, done: &mut Wave, observer: &mut Observer<'_>) -> ControlFlow<()> {
        let (setting, workers, goal, errors) = (self.setting, self.workers, self.state.goal.clone(), wave.errors.clone());
        let groups = wave.groups(setting);
        self.state.in_flight = groups.iter().flat_map(|group| &group.parents).copied().collect();
        let mut wish = ControlFlow::Continue(());
        let beside = || {
            if !done.is_empty() {
                self.enter(done);
                wish = self.observe(observer, false);
            }
            if wish.is_continue() && !self.must_look() {
                self.choose(done, &errors, 0..=usize::MAX);
            }
        };
        workers.each_beside(groups, |scratch, group| setting.evaluate(&goal, scratch, group), beside);
        self.state.in_flight.clear();
        wish
    }

    /// Enters the halves of the regions of a wave, which is empty then.
    pub(super) fn enter(&mut self, wave: &mut Wave) {
        self.state.absorb(wave.groups(self.setting));
        wave.groups.iter_mut().for_each(Group::clear);
        wave.errors.fill(Sum::default());
        wave.len = 0;
    }

    /// Takes regions from the queue into an empty wave, worst first, until those left meet the goal: so many of them, and as
    /// many as the budget allows. `in_flight` are errors of regions that will not be left either.
    pub(super) fn choose(&mut self, wave: &mut Wave, in_flight: &[Sum], wanted: RangeInclusive<usize>) {
        let most = self.affordable().min(*wanted.end()).min(MOST);
        let mut left = self.state.errors.clone();
        left.iter_mut().zip(in_flight).for_each(|(sum, error)| sum.add(-error.value()));
        while wave.len < most {
            // Whole groups would make better batches, at up to half as many evaluations again near the end.
            if wave.len >= *wanted.start() && wave.len.is_multiple_of(2) && self.state.goal.met(&left) {
                break;
            }
            let Some(region) = self.state.queue.pop() else { break };
            // Only a forged state can hold such a region here.
            if self.state.regions.axis(region as usize) == FROZEN {
                continue;
            }
            for (sum, error) in left.iter_mut().zip(self.state.regions.errors(region as usize)) {
                sum.add(-error);
            }
            wave.push(self.setting, &self.state, region);
        }
    }
}

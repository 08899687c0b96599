//! Refinement as a stream of waves: while one wave of regions is halved and evaluated, the one before it is entered into
//! the books and the next one is chosen, so that no thread waits for bookkeeping.
//!
//! When a wave is chosen is part of the algorithm and the same on any number of threads: as soon as all but the one under
//! evaluation have been entered. Regions in flight stay in the store until their halves take their place.

use super::group::{Group, Scratch, Setting};
use super::regions::FROZEN;
use super::state::State;
use super::{Mesh, Sum};
use crate::integrator::Observer;
use std::ops::{ControlFlow, RangeInclusive};

/// Regions that a wave holds at most: enough to keep threads busy, few enough for the caches. Part of what a result depends
/// on, hence a constant.
const MOST: usize = 512;

/// Part of the worst region's key below which regions wait for another wave: the worst ones are refined many times before it
/// is the turn of the harmless ones (W. Dörfler, SIAM J. Numer. Anal. 33 (1996) 1106). Without this a corner singularity is
/// halved once per wave, however many regions a wave holds.
const BULK: f64 = 1e-2;

/// Regions that are refined together.
pub(super) struct Wave {
    /// Their numbers.
    regions: Vec<u32>,
    /// The regions themselves, in as many groups as they need.
    groups: Vec<Group>,
    /// Groups not in use.
    spare: Vec<Group>,
    /// Sums of their errors, per functional of the goal.
    errors: Vec<Sum>,
    /// The largest key among them.
    worst: f64,
    /// Keys of those that come from the queue, in their order.
    keys: Vec<f64>,
}

impl Wave {
    /// An empty wave.
    pub(super) fn new(setting: &Setting<'_>) -> Self {
        let errors = vec![Sum::default(); setting.shape.functionals];
        Wave { regions: Vec::new(), groups: Vec::new(), spare: Vec::new(), errors, worst: 0.0, keys: Vec::new() }
    }

    /// The wave that was in flight when a state was saved.
    pub(super) fn in_flight(setting: &Setting<'_>, state: &State) -> Self {
        let mut wave = Wave::new(setting);
        state.in_flight.iter().for_each(|region| wave.push(setting, state, *region));
        wave
    }

    pub(super) fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Adds a region of the store.
    fn push(&mut self, setting: &Setting<'_>, state: &State, region: u32) {
        if self.regions.len().is_multiple_of(setting.parents()) {
            self.groups.push(self.spare.pop().unwrap_or_else(|| Group::new(setting.shape)));
        }
        self.groups.last_mut().expect("a group").push(&state.regions, region);
        let errors = state.regions.errors(region as usize);
        self.errors.iter_mut().zip(errors).for_each(|(sum, error)| sum.add(*error));
        self.worst = self.worst.max(state.goal.key(errors));
        self.regions.push(region);
    }
}

impl Mesh<'_> {
    /// Refines, beginning with `wave`, until all that is in flight has to be entered before more is chosen: `wave` is empty
    /// then. Says whether the observer wants to go on.
    pub(super) fn stream(&mut self, wave: &mut Wave, observer: &mut Observer<'_>) -> ControlFlow<()> {
        let (setting, goal, mut next) = (self.setting, self.state.goal.clone(), Wave::new(self.setting));
        let work = |scratch: &mut Scratch, group: &mut Group| setting.evaluate(&goal, scratch, group);
        self.workers.flow(work, |flow| {
            flow.hand_out(std::mem::take(&mut wave.groups));
            self.state.in_flight.clone_from(&wave.regions);
            let mut wish = ControlFlow::Continue(());
            loop {
                if wish.is_continue() && !self.must_look() {
                    self.choose(&mut next, Some(wave), 0..=usize::MAX);
                }
                let last = next.is_empty();
                if !last {
                    flow.hand_out(std::mem::take(&mut next.groups));
                }
                wave.groups = flow.take_back();
                if self.setting.f.is_interrupted() {
                    // As if neither had been evaluated, and the next one not been chosen.
                    if !last {
                        flow.take_back();
                    }
                    next.keys.iter().zip(&next.regions).rev().for_each(|(key, region)| self.state.queue.push(*key, *region));
                    self.state.in_flight.clone_from(&wave.regions);
                    _ = self.observe(observer, false);
                    return ControlFlow::Break(());
                }
                self.state.in_flight.clone_from(&next.regions);
                self.enter(wave);
                if last {
                    return wish;
                }
                wish = self.observe(observer, false);
                std::mem::swap(wave, &mut next);
            }
        })
    }

    /// Enters the halves of the regions of a wave, which is empty then.
    fn enter(&mut self, wave: &mut Wave) {
        self.state.absorb(&mut wave.groups);
        self.is_summed = false;
        wave.groups.iter_mut().for_each(Group::clear);
        wave.spare.append(&mut wave.groups);
        wave.errors.fill(Sum::default());
        wave.worst = 0.0;
        wave.regions.clear();
        wave.keys.clear();
    }

    /// Takes regions from the queue into an empty wave, worst first, until those left meet the goal or matter little beside
    /// the worst; a number of them that is `wanted`, and as many as the budget allows. Those of the wave `in_flight` will not
    /// be left either.
    pub(super) fn choose(&mut self, wave: &mut Wave, in_flight: Option<&Wave>, wanted: RangeInclusive<usize>) {
        let most = self.affordable().min(*wanted.end()).min(MOST);
        let mut left = self.state.errors.clone();
        let mut worst = 0.0;
        if let Some(wave) = in_flight {
            left.iter_mut().zip(&wave.errors).for_each(|(sum, error)| sum.add(-error.value()));
            worst = wave.worst;
        }
        while wave.regions.len() < most {
            let Some(key) = self.state.queue.peek() else { break };
            if wave.regions.len() >= *wanted.start() {
                // Whole groups would make better batches, at up to half as many evaluations again near the end.
                let met = wave.regions.len().is_multiple_of(2) && self.state.goal.met(&left);
                if met || key < BULK * wave.worst.max(worst) {
                    break;
                }
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
            wave.keys.push(key);
        }
    }
}

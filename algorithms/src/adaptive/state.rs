//! The state of a run between two steps: the regions, their order, and the running sums.

use super::estimate::{Judge, Shape};
use super::goal::Goal;
use super::group::Group;
use super::queue::Queue;
use super::regions::{FROZEN, Regions};
use super::sum::Sum;
use crate::Options;
use crate::pullback::Tally;
use serde::{Deserialize, Serialize};

/// All that a run depends on from here on.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) regions: Regions,
    pub(super) queue: Queue,
    pub(super) goal: Goal,
    /// Integrals, per component.
    pub(super) values: Vec<Sum>,
    /// Errors, per functional of the goal.
    pub(super) errors: Vec<Sum>,
    pub(super) tally: Tally,
    pub(super) frozen: u64,
    /// Number of regions when all of them were last judged by the same goal.
    pub(super) judged: usize,
    /// rtol and atol by which they were judged.
    pub(super) tolerances: [f64; 2],
    /// Whether zero has been doubted.
    pub(super) probed: bool,
}

impl State {
    /// Puts the halves of refined regions in the place of their parents, in order.
    pub(super) fn absorb(&mut self, groups: &mut [Group]) {
        for group in groups {
            self.tally.merge(std::mem::take(&mut group.tally));
            for (k, &parent) in group.parents.iter().enumerate() {
                let (parent, end) = (parent as usize, self.regions.len());
                self.account(parent, -1.0);
                self.regions.copy_from(parent, &group.regions, 2 * k);
                self.regions.push_from(&group.regions, 2 * k + 1);
                for place in [parent, end] {
                    self.account(place, 1.0);
                    self.enqueue(place);
                }
            }
        }
    }

    /// Adds a region to the running sums, or takes it away.
    fn account(&mut self, i: usize, sign: f64) {
        for (c, sum) in self.values.iter_mut().enumerate() {
            sum.add(sign * self.regions.sums(i, c)[0]);
        }
        for (sum, error) in self.errors.iter_mut().zip(self.regions.errors(i)) {
            sum.add(sign * error);
        }
    }

    fn enqueue(&mut self, i: usize) {
        if self.regions.axis(i) == FROZEN {
            self.frozen += 1;
        } else {
            self.queue.push(self.goal.key(self.regions.errors(i)), i as u32);
        }
    }

    /// Sums the integrals afresh, region by region.
    pub(super) fn add_up_values(&mut self) {
        for (c, total) in self.values.iter_mut().enumerate() {
            *total = Sum::default();
            (0..self.regions.len()).for_each(|i| total.add(self.regions.sums(i, c)[0]));
        }
    }

    /// Judges all regions by the goal as it looks now, and sums the errors afresh.
    pub(super) fn rejudge(&mut self, judge: &Judge, options: &Options) {
        self.goal = Goal::new(options, &self.current());
        self.errors.fill(Sum::default());
        self.queue.clear();
        self.frozen = 0;
        judge.judge_all(&mut self.regions, &self.goal);
        for i in 0..self.regions.len() {
            self.errors.iter_mut().zip(self.regions.errors(i)).for_each(|(sum, e)| sum.add(*e));
            self.enqueue(i);
        }
        self.judged = self.regions.len();
        self.tolerances = [options.rtol, options.atol];
    }

    /// The integrals as they are.
    pub(super) fn current(&self) -> Vec<f64> {
        self.values.iter().map(Sum::value).collect()
    }

    /// Whether its parts fit together and belong to regions of this shape.
    pub(super) fn is_sound(&self, shape: Shape) -> bool {
        let sums = self.values.len() == shape.components && self.errors.len() == shape.functionals;
        let parts = self.regions.is_sound(shape) && self.queue.is_sound(self.regions.len());
        sums && parts && self.goal.is_sound(shape.functionals, shape.components)
    }
}

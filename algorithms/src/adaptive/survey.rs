//! Passes over all regions, part by part on all threads: judging them anew, and what they add up to.

use super::combination::Combination;
use super::estimate::Judge;
use super::goal::Goal;
use super::group::Scratch;
use super::regions::{FROZEN, Regions};
use super::state::State;
use super::sum::Sum;
use crate::Options;
use crate::parallel::Workers;
use crate::simd::LANES;
use std::ops::DerefMut;

/// Regions per part. Sums are merged part by part, so results depend on it; hence a constant.
const PART: usize = 4096;

/// What is found of a part of the regions.
struct Found<R> {
    regions: R,
    /// How urgent it is to refine each of them; −1 where that would help nothing.
    keys: Vec<f64>,
    /// What they add up to.
    sums: Vec<Sum>,
}

impl<R> Found<R> {
    fn new(regions: R, sums: usize) -> Self {
        Found { regions, keys: Vec::new(), sums: vec![Sum::default(); sums] }
    }
}

/// Adds up what parts have found, in their order.
fn merge<R>(parts: &[Found<R>], sums: &mut [Sum]) {
    sums.fill(Sum::default());
    for part in parts {
        sums.iter_mut().zip(&part.sums).for_each(|(sum, part)| sum.merge(*part));
    }
}

impl State {
    /// What errors are stated larger by: for few regions, and for what audits have found.
    pub(super) fn caution(&self, judge: &Judge) -> f64 {
        judge.caution(self.regions.len()) * (1.0 + self.audits.doubt)
    }

    /// Sums the integrals and their rounding errors afresh, region by region.
    pub(super) fn add_up_values(&mut self, judge: &Judge, workers: &Workers<Scratch>) {
        let components = self.values.len();
        let mut parts: Vec<_> = self.regions.parts(PART).map(|part| Found::new(part, 2 * components)).collect();
        workers.each(&mut parts, |_, Found { regions, sums, .. }| {
            let (values, sizes) = sums.split_at_mut(components);
            for i in 0..regions.len() {
                for (c, (value, size)) in values.iter_mut().zip(&mut *sizes).enumerate() {
                    value.add(regions.sums(i, c)[0]);
                    size.add(regions.sums(i, c)[1]);
                }
            }
        });
        let mut sums = vec![Sum::default(); 2 * components];
        merge(&parts, &mut sums);
        let sizes = sums.split_off(components);
        self.values = sums;
        self.roundings = sizes.iter().map(|size| judge.rounding_of(size.value())).collect();
    }

    /// The goal as it looks now.
    pub(super) fn goal_now(&self, judge: &Judge, options: &Options) -> Goal {
        let caution = self.caution(judge);
        let doubt = |j: usize| self.record.doubt_of_functional(j, options, self.values.len());
        Goal::new(options, &self.current(), &self.roundings, |j| caution * (1.0 + doubt(j)))
    }

    /// Judges all regions by the goal as it looks now, and sums the errors afresh.
    pub(super) fn rejudge(&mut self, judge: &Judge, options: &Options, workers: &Workers<Scratch>) {
        self.goal = self.goal_now(judge, options);
        let (goal, alone) = (&self.goal, self.regions.len() == 1);
        let mut parts: Vec<_> = self.regions.parts_mut(PART).map(|part| Found::new(part, self.errors.len())).collect();
        workers.each(&mut parts, |_, Found { regions, keys, sums }| {
            judge.judge_all(regions, goal, alone);
            for i in 0..regions.len() {
                sums.iter_mut().zip(regions.errors(i)).for_each(|(sum, error)| sum.add(*error));
                keys.push(if regions.axis(i) == FROZEN { -1.0 } else { goal.key(regions.errors(i)) });
            }
        });
        merge(&parts, &mut self.errors);
        self.queue.clear();
        self.frozen = 0;
        self.frozen_errors.fill(Sum::default());
        let keys: Vec<_> = parts.into_iter().map(|part| part.keys).collect();
        for (&key, region) in keys.iter().flatten().zip(0u32..) {
            if key < 0.0 {
                self.frozen += 1;
                let errors = self.regions.errors(region as usize);
                self.frozen_errors.iter_mut().zip(errors).for_each(|(sum, error)| sum.add(*error));
            } else {
                self.queue.push(key, region);
            }
        }
        self.judged = self.regions.len();
        self.tolerances = [options.rtol, options.atol];
    }

    /// The errors of Σ g_c I_c over all regions, for every `g`.
    pub(super) fn total_errors(&self, judge: &Judge, gs: &[Combination], workers: &Workers<Scratch>) -> Vec<f64> {
        let alone = self.regions.len() == 1;
        let mut parts: Vec<_> = self.regions.parts(PART).map(|part| Found::new(part, gs.len())).collect();
        workers.each(&mut parts, |_, Found { regions, sums, .. }| {
            for first in (0..regions.len()).step_by(LANES) {
                for (g, sum) in gs.iter().zip(&mut *sums) {
                    let errors = judge.errors(regions, first, g, alone);
                    errors.iter().take(regions.len() - first).for_each(|error| sum.add(*error));
                }
            }
        });
        let mut sums = vec![Sum::default(); gs.len()];
        merge(&parts, &mut sums);
        sums.iter().map(Sum::value).collect()
    }
}

impl Judge {
    /// Errors of all functionals of the goal in all these regions.
    pub(super) fn judge_all<W: DerefMut<Target = [u64]>>(&self, regions: &mut Regions<W>, goal: &Goal, alone: bool) {
        for first in (0..regions.len()).step_by(LANES) {
            for (j, functional) in goal.functionals().iter().enumerate() {
                let errors = self.errors(regions, first, &functional.combination, alone);
                (first..regions.len()).zip(errors).for_each(|(i, error)| regions.errors_mut(i)[j] = error);
            }
        }
    }

    /// The same in region `i`.
    pub(super) fn judge(&self, regions: &mut Regions, i: usize, goal: &Goal, alone: bool) {
        for (j, functional) in goal.functionals().iter().enumerate() {
            regions.errors_mut(i)[j] = self.errors(regions, i, &functional.combination, alone)[0];
        }
    }
}

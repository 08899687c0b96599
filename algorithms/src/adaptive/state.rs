//! The state of a run: the regions, their order, and the running sums.

use super::audit::Audits;
use super::estimate::Shape;
use super::goal::Goal;
use super::group::Group;
use super::queue::Queue;
use super::record::Record;
use super::regions::{FROZEN, Regions};
use super::sum::Sum;
use super::tree::Cuts;
use crate::pullback::Tally;
use crate::run::PLACES;
use serde::{Deserialize, Serialize};

/// All that a run depends on from here on.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) regions: Regions,
    pub(super) queue: Queue,
    pub(super) goal: Goal,
    /// Integrals, per component.
    pub(super) values: Vec<Sum>,
    /// Errors, per functional of the goal.
    pub(super) errors: Vec<Sum>,
    pub(super) tally: Tally,
    /// Regions that are no longer in the queue, and whose halves are not here yet.
    pub(super) in_flight: Vec<u32>,
    /// Regions that are refined no further.
    pub(super) frozen: u64,
    /// Their errors, per functional of the goal.
    pub(super) frozen_errors: Vec<Sum>,
    /// Per component, the rounding error of the integral when all regions were last judged.
    pub(super) roundings: Vec<f64>,
    /// Number of regions when all of them were last judged by the same goal.
    pub(super) judged: usize,
    /// rtol and atol by which they were judged.
    pub(super) tolerances: [f64; 2],
    /// How the regions came about.
    pub(super) cuts: Cuts,
    pub(super) audits: Audits,
    pub(super) record: Record,
}

impl State {
    /// Puts the halves of refined regions in the place of their parents, in order.
    pub(super) fn absorb(&mut self, groups: &mut [Group]) {
        for group in groups {
            self.tally.merge(std::mem::take(&mut group.tally));
            let sums = self.values.iter_mut().chain(&mut self.errors);
            sums.zip(&group.gains).for_each(|(sum, gain)| sum.add(*gain));
            let end = self.regions.len();
            for (k, &parent) in group.parents.iter().enumerate() {
                self.cuts.push(parent, group.halved.axis(k));
                self.regions.copy_from(parent as usize, &group.regions, 2 * k);
                self.regions.push_from(&group.regions, 2 * k + 1);
                for (half, place) in [(2 * k, parent), (2 * k + 1, (end + k) as u32)] {
                    self.enqueue(group.keys[half], place, group.regions.errors(half));
                }
            }
        }
    }

    /// Queues a region, or counts it if its key says that nothing is left to refine.
    pub(super) fn enqueue(&mut self, key: f64, region: u32, errors: &[f64]) {
        if key < 0.0 {
            self.frozen += 1;
            self.frozen_errors.iter_mut().zip(errors).for_each(|(sum, error)| sum.add(*error));
        } else {
            self.queue.push(key, region);
        }
    }

    /// The integrals as they are.
    pub(super) fn current(&self) -> Vec<f64> {
        self.values.iter().map(Sum::value).collect()
    }

    /// Centres of the regions that hold most of one component, of every component in turn.
    pub(super) fn brightest(&self) -> Vec<Vec<f64>> {
        let brightest = |c: usize| {
            let size = |i: &usize| self.regions.sums(*i, c)[0].abs();
            (0..self.regions.len()).filter(|i| size(i) > 0.0).max_by(|a, b| size(a).total_cmp(&size(b)))
        };
        (0..self.values.len().min(PLACES)).filter_map(brightest).map(|i| self.regions.centre(i).to_vec()).collect()
    }

    /// Whether its parts fit together and belong to regions of this shape and to so many ratios.
    pub(super) fn is_sound(&self, shape: Shape, ratios: usize) -> bool {
        let values = [self.values.len(), self.roundings.len()] == [shape.components; 2];
        let errors = [self.errors.len(), self.frozen_errors.len()] == [shape.functionals; 2];
        let cuts = self.cuts.is_sound(self.regions.len(), shape.dim);
        let parts = self.regions.is_sound(shape) && self.queue.is_sound(self.regions.len());
        let can_be_cut = |region: &u32| (*region as usize) < self.regions.len() && self.regions.axis(*region as usize) != FROZEN;
        values
            && errors
            && cuts
            && self.record.is_sound(shape.components, ratios)
            && parts
            && self.in_flight.iter().all(can_be_cut)
            && self.goal.is_sound(shape.functionals, shape.components)
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::Setting;
    use super::super::{Mesh, Tools};
    use super::*;
    use crate::parallel::Workers;
    use crate::pullback::Pullback;
    use crate::rules::Rule;
    use crate::run::{Identity, Method};
    use crate::{Domain, Options, vector};

    #[test]
    fn parts_that_do_not_fit_together_are_noticed() {
        let f = vector(2, 2, |x, y| y.copy_from_slice(&[x[0], x[0] * x[1]]));
        let (domain, options) = (Domain::unit(2), Options::default().ratio(0, 1));
        let pullback = Pullback::new(&f, &domain).unwrap();
        let rule = Rule::genz_malik(2, true);
        let setting = Setting::new(&pullback, &rule, &options);
        let tools = Tools { identity: &Identity::new("test", &"", &pullback, &options), setting, workers: Workers::new(Some(1)) };
        let (shape, state) = (tools.setting.shape, Mesh::start(&tools, &pullback, &options).unwrap().state);
        assert!(state.is_sound(shape, 1));
        // All forgeries keep the rest as it is, so that each is noticed by a check of its own.
        let forgeries: [fn(&mut State); 8] = [
            |state| state.values.clear(),
            |state| state.roundings.push(0.0),
            |state| state.errors.push(Sum::default()),
            |state| state.frozen_errors.clear(),
            |state| state.queue.push(1.0, 7),
            |state| state.in_flight.push(7),
            |state| state.cuts.push(0, 0),
            |state| state.goal = Goal::new(&Options::default(), &[0.0; 3], &[0.0; 3], |_| 1.0),
        ];
        for (i, forge) in forgeries.into_iter().enumerate() {
            let mut forged = state.clone();
            forge(&mut forged);
            assert!(!forged.is_sound(shape, 1), "forgery {i}");
        }
        // A region that cannot be cut any more is not under evaluation.
        let mut frozen = state.clone();
        frozen.in_flight.push(0);
        assert!(frozen.is_sound(shape, 1));
        frozen.regions.set_axis(0, FROZEN);
        assert!(!frozen.is_sound(shape, 1));
    }
}

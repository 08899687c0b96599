//! Regions that are halved because a request says so: where the integrand jumps, and around hints.

use super::group::Group;
use super::regions::half_side;
use super::{HINT_LEVELS, HINT_RADIUS, Mesh};

impl Mesh<'_> {
    /// Halves regions until no cut passes through the inside of one, as far as the budget allows.
    pub(super) fn cut_at(&mut self, cuts: &[(usize, f64)]) {
        loop {
            let regions = &self.state.regions;
            let splits =
                |i: usize, (axis, at): &(usize, f64)| (at - regions.centre(i)[*axis]).abs() < half_side(regions.levels(i)[*axis]);
            let cut = |i: usize| cuts.iter().find(|cut| splits(i, cut)).map(|(axis, _)| (i, *axis));
            let halved: Vec<_> = (0..regions.len()).filter_map(cut).collect();
            if halved.is_empty() || self.halve(&halved) < halved.len() {
                break;
            }
        }
        if !cuts.is_empty() {
            self.sum_afresh();
        }
    }

    /// Halves the regions around a hint along all axes in turn, as far as the budget allows.
    pub(super) fn cut_around(&mut self, hint: &[f64]) {
        let dim = self.setting.shape.dim;
        for cut in 0..HINT_LEVELS * dim {
            let (axis, level) = (cut % dim, cut / dim);
            let regions = &self.state.regions;
            let near = |i: &usize| usize::from(regions.levels(*i)[axis]) <= level && regions.is_near(*i, hint, HINT_RADIUS);
            let cuts: Vec<_> = (0..regions.len()).filter(near).map(|i| (i, axis)).collect();
            self.halve(&cuts);
        }
        self.sum_afresh();
    }

    /// Halves regions, each along its axis, as far as the budget allows; says how many were. They stay in the queue until
    /// everything is summed afresh.
    pub(super) fn halve(&mut self, cuts: &[(usize, usize)]) -> usize {
        let cuts = &cuts[..cuts.len().min(self.affordable())];
        let group = |cuts: &[(usize, usize)]| {
            let mut group = Group::new(self.setting.shape);
            for &(region, axis) in cuts {
                group.push(&self.state.regions, region as u32);
                group.halved.set_axis(group.parents.len() - 1, axis as u8);
            }
            group
        };
        let mut groups: Vec<_> = cuts.chunks(self.setting.parents()).map(group).collect();
        let (setting, goal) = (self.setting, &self.state.goal);
        self.workers.share(&mut groups, |scratch, group| setting.evaluate(goal, scratch, group));
        self.state.absorb(&mut groups);
        self.is_summed = false;
        cuts.len()
    }
}

//! A group of regions evaluated together: place the nodes, evaluate them in batches, weigh the values.
//!
//! Eight regions sit side by side in the lanes of a vector: value `8 p + r` of a column belongs to node `p` of region `r`,
//! and the next eight regions follow after all nodes (the last vector of a group may hold fewer). Every sum over nodes
//! then runs over vectors of regions, and nothing is summed across lanes.

use super::assess::Assess;
use super::estimate::{Judge, Shape};
use super::fresh::{Fresh, Sheet};
use super::goal::Goal;
use super::place::{Nodes, Place, Tabulate};
use super::regions::{FROZEN, MAX_LEVEL, Regions};
use super::weigh::{self, Weigh};
use crate::batch::Columns;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::rules::Rule;
use crate::simd::{LANES, dispatch};

/// What all groups of a run share.
pub(super) struct Setting<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) rule: &'a Rule,
    pub(super) nodes: Nodes,
    pub(super) shape: Shape,
    pub(super) judge: Judge,
}

/// The regions of one group.
pub(super) struct Group {
    /// Regions of the store to be halved; none for the whole cube.
    pub(super) parents: Vec<u32>,
    /// The regions evaluated: halves of the parents, pair by pair.
    pub(super) regions: Regions,
    pub(super) tally: Tally,
}

/// Per-thread buffers.
#[derive(Default)]
pub(super) struct Scratch {
    workspace: Workspace,
    fresh: Fresh,
    /// See [`Tabulate`].
    tables: Columns,
    /// See [`Weigh`].
    weighed: Sheet,
    spread: Vec<[f64; LANES]>,
}

/// An error that says nothing is known, and can still be added and subtracted.
const HUGE: f64 = 1e150;

impl Setting<'_> {
    /// Regions per group: whole lanes, and enough for a batch.
    pub(super) fn width(&self) -> usize {
        self.f.preferred_batch().div_ceil(self.rule.points()).next_multiple_of(LANES)
    }

    /// Evaluates a group; what it holds afterwards depends on the parents and the goal alone.
    pub(super) fn evaluate(&self, store: &Regions, goal: &Goal, scratch: &mut Scratch, group: &mut Group) {
        let Scratch { workspace, fresh, tables, weighed, spread } = scratch;
        let whole = group.parents.is_empty();
        let width = if whole { 1 } else { 2 * group.parents.len() };
        fresh.reset(self.shape, width);
        if whole {
            group.regions.resize(1);
        } else {
            group.regions.halve(store, &group.parents, fresh);
        }
        group.tally = self.values(workspace, fresh, tables);
        weighed.reset(weigh::fields(self.rule) * self.shape.components, width);
        let components = self.shape.components;
        dispatch(Weigh { rule: self.rule, values: &workspace.values, components, spread, width, weighed });
        dispatch(Assess { shape: self.shape, judge: &self.judge, goal, weighed, whole, fresh });
        group.regions.record(fresh);
        self.distrust(&workspace.non_finite, goal, &mut group.regions);
    }

    /// The values at all nodes of fresh regions.
    fn values(&self, workspace: &mut Workspace, fresh: &Fresh, tables: &mut Columns) -> Tally {
        let (axes, jacobian, nodes) = (self.f.axes(), self.f.jacobian(), &self.nodes);
        let width = fresh.width;
        dispatch(Tabulate { nodes, axes, fresh, tables });
        self.f.prepare(workspace, nodes.len() * width);
        let mut tally = Tally::default();
        // Batches no larger than the integrand asks for: their points stay in the nearest cache until they are read.
        let batches = if width > LANES { 1 } else { (nodes.len() * width / self.f.preferred_batch()).max(1) };
        let per_batch = nodes.len().div_ceil(batches).next_multiple_of(LANES);
        for start in (0..nodes.len()).step_by(per_batch) {
            let range = start..(start + per_batch).min(nodes.len());
            self.f.prepare_part(workspace, range.len() * width);
            let points = &mut workspace.points;
            dispatch(Place { nodes, range, axes, width, tables, jacobian, points });
            tally.merge(self.f.eval_mapped(workspace, start * width));
        }
        tally
    }

    /// Gives regions at most of whose nodes the integrand is not finite a huge error: that is no isolated singularity.
    /// They are refined first, until the share of such points ends the run, or the rest of them is seen to be fine.
    fn distrust(&self, non_finite: &[u32], goal: &Goal, regions: &mut Regions) {
        if non_finite.is_empty() {
            return;
        }
        let mut counts = vec![0; regions.len()];
        let per_vector = LANES * self.nodes.len();
        for &i in non_finite {
            let first = i as usize / per_vector * LANES;
            counts[first + i as usize % per_vector % (regions.len() - first).min(LANES)] += 1;
        }
        for r in (0..regions.len()).filter(|r| 2 * counts[*r] > self.rule.points()) {
            for c in 0..self.shape.components {
                // Of different size, so that no combination of components cancels.
                regions.sums_mut(r, c)[2] = HUGE * (c as f64 + 1.0).sqrt();
            }
            self.judge.judge(regions, r, goal);
            // Differences of what is missing say nothing of where to cut: the widest side.
            let (axis, level) = regions.levels(r).iter().enumerate().min_by_key(|(_, level)| **level).expect("a side");
            let axis = if *level < MAX_LEVEL { axis as u8 } else { FROZEN };
            regions.set_axis(r, axis);
        }
    }
}

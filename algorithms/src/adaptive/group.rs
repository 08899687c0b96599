//! A group of regions evaluated together: place the nodes, evaluate them in batches, weigh the values.
//!
//! Eight regions sit side by side in the lanes of a vector: value `8 p + r` of a column belongs to node `p` of region `r`,
//! and the next eight regions follow after all nodes (the last vector of a group may hold fewer). Every sum over nodes
//! then runs over vectors of regions, and nothing is summed across lanes.

use super::assess::Assess;
use super::collect::{self, Collect};
use super::estimate::{Judge, Shape};
use super::fresh::{Fresh, Sheet};
use super::goal::{self, Goal};
use super::regions::{FROZEN, Regions, half_side, least_half_side};
use super::tabulate::Tabulate;
use super::weigh::{self, Weigh};
use crate::Options;
use crate::batch::Columns;
use crate::coordinates::AxisMap;
use crate::parallel::{Portable, pack_list, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use crate::rules::Rule;
use crate::simd::{F64x8, LANES, Lanes, dispatch};
use crate::tables::Tables;
use std::cell::Cell;
use std::ops::Range;

/// What all groups of a run share.
pub(super) struct Setting<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) rule: &'a Rule,
    pub(super) shape: Shape,
    pub(super) judge: Judge,
    /// Per axis, whether regions at its lower end may become as small as numbers can be.
    pub(super) exact_near_zero: Vec<bool>,
}

/// The regions of one group.
pub(super) struct Group {
    /// Numbers of the regions to be halved; none for the whole cube.
    pub(super) parents: Vec<u32>,
    /// These regions themselves, without their probes.
    pub(super) halved: Regions,
    /// The regions evaluated: halves of the parents, pair by pair.
    pub(super) regions: Regions,
    /// How urgent it is to refine each of them; −1 where that would help nothing.
    pub(super) keys: Vec<f64>,
    /// What they add to the sums over all regions, less what their parents did: per component, then per functional.
    pub(super) gains: Vec<f64>,
    pub(super) tally: Tally,
}

impl Portable for Group {
    fn pack(&self, to: &mut Vec<u8>) {
        self.regions.pack(to);
        pack_list(&self.keys, to);
        pack_list(&self.gains, to);
        self.tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        self.regions.unpack(from)?;
        unpack_list(&mut self.keys, from)?;
        unpack_list(&mut self.gains, from)?;
        self.tally.unpack(from)
    }
}

impl Group {
    pub(super) fn new(shape: Shape) -> Self {
        Group {
            parents: Vec::new(),
            halved: Regions::new(Shape { probes: 0, ..shape }),
            regions: Regions::new(shape),
            keys: Vec::new(),
            gains: Vec::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.parents.clear();
        self.halved.resize(0);
    }

    /// Adds a region of the store to those to be halved.
    pub(super) fn push(&mut self, store: &Regions, parent: u32) {
        self.parents.push(parent);
        self.halved.push_from(store, parent as usize);
    }
}

/// Per-thread buffers.
#[derive(Default)]
pub(super) struct Scratch {
    workspace: Workspace,
    fresh: Fresh,
    /// See [`Tabulate`].
    tables: Columns,
    /// See [`Collect`].
    sums: Sheet,
    /// See [`Weigh`].
    weighed: Sheet,
    /// Per region, at how many nodes the integrand is not finite.
    lost: Vec<usize>,
}

/// Bytes of buffers up to which they are kept for the next run on this thread.
const KEPT: usize = 1 << 20;

thread_local! {
    /// Buffers of the last run: making them takes as long as a small integral.
    static LAST: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// The buffers of the last run on this thread; of a run within another one, none.
    pub(super) fn of_last_run() -> Option<Self> {
        let mut last = *LAST.try_with(Cell::take).ok()??;
        last.workspace.forget();
        Some(last)
    }

    /// Keeps the buffers of a run that has ended.
    pub(super) fn keep(self) {
        let Scratch { workspace, fresh, tables, sums, weighed, lost } = &self;
        let bytes = workspace.bytes() + fresh.bytes() + tables.bytes() + sums.bytes() + weighed.bytes() + 8 * lost.capacity();
        if bytes <= KEPT {
            // Where the thread is about to end there is no next run.
            _ = LAST.try_with(|last| last.set(Some(Box::new(self))));
        }
    }

    /// The buffers of a batch of points.
    pub(super) fn workspace(&mut self) -> &mut Workspace {
        &mut self.workspace
    }
}

/// An error that says nothing is known, and can still be added and subtracted.
const HUGE: f64 = 1e150;

impl<'a> Setting<'a> {
    pub(super) fn new(f: &'a Pullback<'a>, rule: &'a Rule, options: &Options) -> Self {
        let shape = Shape::new(rule, f.components(), goal::functionals(options, f.components()));
        let exact_near_zero = f.axes().iter().map(AxisMap::is_exact_near_zero).collect();
        Setting { f, rule, shape, judge: Judge::new(rule, shape, f.resolution(), options), exact_near_zero }
    }

    /// Whether region `i` may be halved along `axis`.
    pub(super) fn can_be_halved(&self, regions: &Regions, i: usize, axis: usize) -> bool {
        let half_side = half_side(regions.levels(i)[axis]);
        let lower = F64x8::splat(regions.centre(i)[axis] - half_side);
        half_side > least_half_side(lower, self.exact_near_zero[axis]).to_array()[0]
    }

    /// The widest side of region `i` that may be halved.
    pub(super) fn widest_axis(&self, regions: &Regions, i: usize) -> Option<usize> {
        let levels = regions.levels(i);
        (0..levels.len()).filter(|axis| self.can_be_halved(regions, i, *axis)).min_by_key(|axis| levels[*axis])
    }

    /// Regions that a group halves: their halves fill whole lanes and are enough for a batch.
    pub(super) fn parents(&self) -> usize {
        self.f.preferred_batch().div_ceil(self.rule.points()).next_multiple_of(LANES) / 2
    }

    /// Evaluates a group; what it holds afterwards depends on the parents and the goal alone.
    pub(super) fn evaluate(&self, goal: &Goal, scratch: &mut Scratch, group: &mut Group) {
        let whole = group.parents.is_empty();
        let width = if whole { 1 } else { 2 * group.parents.len() };
        scratch.fresh.reset(self.shape, width);
        if whole {
            group.regions.resize(1);
        } else {
            group.regions.halve(&group.halved, &mut scratch.fresh);
        }
        group.tally = self.collect(scratch);
        let Scratch { fresh, sums, weighed, lost, .. } = scratch;
        let Setting { rule, shape, judge, .. } = self;
        weighed.reset(weigh::fields(rule) * shape.components, width);
        dispatch(Weigh { rule, components: shape.components, octets: fresh.octets(), sums, weighed });
        dispatch(Assess { shape: *shape, judge, goal, exact_near_zero: &self.exact_near_zero, weighed, whole, fresh });
        group.regions.record(fresh);
        fresh.spread(&mut group.keys, &mut group.gains);
        if group.tally.non_finite > 0 {
            self.distrust(lost, goal, group);
        }
    }

    /// Evaluates the nodes of fresh regions and sums the values.
    fn collect(&self, scratch: &mut Scratch) -> Tally {
        let Scratch { workspace, fresh, tables, sums, lost, .. } = scratch;
        let Setting { f, rule, .. } = self;
        let nodes = rule.by_offset();
        let (width, axes) = (fresh.width, f.axes());
        dispatch(Tabulate { nodes, axes, fresh, tables });
        sums.reset(collect::fields(rule) * self.shape.components, width);
        let mut tally = Tally::default();
        for range in self.batches(width) {
            f.prepare(workspace, range.len() * width);
            let batch = f.call_tables(Tables::new(tables, nodes, range.clone(), width), workspace);
            let (values, factor) = (&workspace.values, f.factor(&workspace.points));
            dispatch(Collect { rule, range: range.clone(), width, values, factor, sums });
            if batch.non_finite > 0 {
                if tally.non_finite == 0 {
                    lost.clear();
                    lost.resize(width, 0);
                }
                let per_octet = LANES * range.len();
                for &i in &workspace.non_finite {
                    let first = i as usize / per_octet * LANES;
                    lost[first + i as usize % per_octet % (width - first).min(LANES)] += 1;
                }
            }
            tally.merge(batch);
        }
        tally
    }

    /// Ranges of nodes for one batch each, as small as the integrand likes them: points and values then stay in the nearest
    /// cache until they have been read. Twice as many where there are no points.
    fn batches(&self, width: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let nodes = self.rule.points();
        let size = self.f.preferred_batch().saturating_mul(1 + usize::from(self.f.reads_tables()));
        let batches = if width > LANES { 1 } else { (nodes * width / size).max(1) };
        // Of even length after the centre: pairs on the axes stay together.
        let len = (nodes - 1).div_ceil(batches).next_multiple_of(2);
        (1..nodes.max(2)).step_by(len).map(move |start| (start - usize::from(start == 1))..(start + len).min(nodes))
    }

    /// Gives regions at most of whose nodes the integrand is not finite a huge error: that is no isolated singularity.
    /// They are refined first, until the share of such points ends the run, or the rest of them is seen to be fine.
    fn distrust(&self, lost: &[usize], goal: &Goal, group: &mut Group) {
        let Group { regions, keys, gains, .. } = group;
        for r in (0..regions.len()).filter(|r| 2 * lost[*r] > self.rule.points()) {
            for c in 0..self.shape.components {
                // Of different size, so that no combination of components cancels.
                regions.sums_mut(r, c)[2] = HUGE * (c as f64 + 1.0).sqrt();
            }
            let gains = &mut gains[self.shape.components..];
            gains.iter_mut().zip(regions.errors(r)).for_each(|(gain, error)| *gain -= error);
            self.judge.judge(regions, r, goal, regions.len() == 1);
            gains.iter_mut().zip(regions.errors(r)).for_each(|(gain, error)| *gain += error);
            // Differences of what is missing say nothing of where to cut: the widest side.
            let axis = self.widest_axis(regions, r);
            keys[r] = if axis.is_none() { -1.0 } else { goal.key(regions.errors(r)) };
            regions.set_axis(r, axis.map_or(FROZEN, |axis| axis as u8));
        }
    }
}

//! A group of regions evaluated together: place the nodes, evaluate one batch, weigh the values.
//!
//! The regions of a group sit side by side in the lanes: value `p·width + r` of a column belongs to node `p` of
//! region `r`. Every sum over nodes then runs over vectors of regions, and nothing is summed across lanes.

use super::estimate::{Judge, Shape};
use super::goal::Goal;
use super::regions::{FROZEN, MAX_LEVEL, Regions, half_side};
use crate::batch::Columns;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::rules::Rule;
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// What all groups of a run share.
pub(super) struct Setting<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) rule: &'a Rule,
    pub(super) shape: Shape,
    pub(super) judge: Judge,
}

/// The regions of one batch.
pub(super) struct Group {
    /// Regions of the store to be halved; empty where `regions` already holds the places.
    pub(super) parents: Vec<u32>,
    /// The regions evaluated: halves of the parents, pair by pair.
    pub(super) regions: Regions,
    pub(super) tally: Tally,
}

/// Per-thread buffers.
#[derive(Default)]
pub(super) struct Scratch {
    workspace: Workspace,
    /// Centre and half side of every region, a column per axis each.
    boxes: Columns,
    /// What `Weigh` finds, `fields` per component, a column each.
    weighed: Columns,
}

/// An error that says nothing is known, and can still be added and subtracted.
const HUGE: f64 = 1e150;
/// Nodes that a batch should hold at least, so that the cost of a call does not matter.
const MIN_BATCH: usize = 1024;

impl Setting<'_> {
    /// Regions per group: whole lanes, and enough for a batch.
    pub(super) fn width(&self) -> usize {
        MIN_BATCH.div_ceil(self.rule.points()).next_multiple_of(LANES)
    }

    /// Numbers that weighing yields per component: mean, largest value, null rules, sentinels and differences.
    fn fields(&self) -> usize {
        2 + self.rule.all_nulls().len() + 2 * self.shape.dim
    }

    /// Evaluates a group; what it holds afterwards depends on the parents and the goal alone.
    pub(super) fn evaluate(&self, store: &Regions, goal: &Goal, scratch: &mut Scratch, group: &mut Group) {
        if !group.parents.is_empty() {
            group.regions.resize(2 * group.parents.len());
            for (k, &parent) in group.parents.iter().enumerate() {
                group.regions.split_from(2 * k, store, parent as usize);
            }
        }
        let (dim, width) = (self.shape.dim, group.regions.len());
        let Scratch { workspace, boxes, weighed } = scratch;
        boxes.reset(2 * dim, width);
        for r in 0..width {
            for d in 0..dim {
                boxes.column_mut(d)[r] = group.regions.centre(r)[d];
                boxes.column_mut(dim + d)[r] = half_side(group.regions.levels(r)[d]);
            }
        }
        self.f.prepare(workspace, self.rule.points() * width);
        dispatch(Place { rule: self.rule, boxes, points: &mut workspace.points });
        group.tally = self.f.eval(workspace);
        weighed.reset(self.fields() * self.shape.components, width);
        dispatch(Weigh { rule: self.rule, values: &workspace.values, components: self.shape.components, weighed });
        self.record(weighed, &mut group.regions);
        self.compare_with_parents(store, goal, group);
        self.distrust(&workspace.non_finite, goal, &mut group.regions);
        self.choose_axes(weighed, goal, &mut group.regions);
    }

    /// Stores integrals, scales and probes.
    fn record(&self, weighed: &Columns, regions: &mut Regions) {
        let fields = self.fields();
        for r in 0..regions.len() {
            let volume: f64 = regions.levels(r).iter().map(|l| 2.0 * half_side(*l)).product();
            for c in 0..self.shape.components {
                let field = |k: usize| weighed.column(c * fields + k)[r];
                let (mean, largest) = (field(0), field(1));
                *regions.sums_mut(r, c) = [volume * mean, volume * largest, 0.0];
                let inverse = if largest > 0.0 { 1.0 / largest } else { 0.0 };
                let probes = regions.probes_mut(r, c);
                for (k, probe) in probes.iter_mut().enumerate() {
                    *probe = if inverse.is_finite() { (field(2 + k) * inverse) as f32 } else { f32::MAX };
                }
            }
        }
    }

    /// Judges the regions, with what each pair's sum differs from its parent shared among the two.
    fn compare_with_parents(&self, store: &Regions, goal: &Goal, group: &mut Group) {
        let regions = &mut group.regions;
        let rounding = |regions: &mut Regions, r: usize| self.judge.judge(regions, r, goal);
        if group.parents.is_empty() {
            (0..regions.len()).for_each(|r| _ = rounding(regions, r));
        }
        for (k, &parent) in group.parents.iter().enumerate() {
            let pair = [2 * k, 2 * k + 1];
            let keys = pair.map(|r| {
                rounding(regions, r);
                goal.key(regions.errors(r))
            });
            for c in 0..self.shape.components {
                let whole = store.sums(parent as usize, c)[0];
                let discrepancy = pair.map(|r| regions.sums(r, c)[0]).iter().sum::<f64>() - whole;
                for (r, key) in pair.into_iter().zip(keys) {
                    let both = keys[0] + keys[1];
                    // In proportion to the errors: where one half holds the difficulty, so does the discrepancy.
                    let share = if both > 0.0 && both.is_finite() { key / both } else { 0.5 };
                    regions.sums_mut(r, c)[2] = discrepancy * share;
                }
            }
            for r in pair {
                let frozen = rounding(regions, r);
                regions.set_axis(r, if frozen { FROZEN } else { 0 });
            }
        }
    }

    /// Gives regions at most of whose nodes the integrand is not finite a huge error: that is no isolated singularity.
    /// They are refined first, until the share of such points ends the run, or the rest of them is seen to be fine.
    fn distrust(&self, non_finite: &[u32], goal: &Goal, regions: &mut Regions) {
        if non_finite.is_empty() {
            return;
        }
        let mut counts = vec![0; regions.len()];
        non_finite.iter().for_each(|i| counts[*i as usize % regions.len()] += 1);
        for r in (0..regions.len()).filter(|r| 2 * counts[*r] > self.rule.points()) {
            for c in 0..self.shape.components {
                // Of different size, so that no combination of components cancels.
                regions.sums_mut(r, c)[2] = HUGE * (c as f64 + 1.0).sqrt();
            }
            self.judge.judge(regions, r, goal);
            regions.set_axis(r, 0);
        }
    }

    /// Chooses the axis along which each region would be halved: the largest fourth difference times the root of
    /// the side; ties go to the widest side.
    ///
    /// Without the tie rule a region that looks the same from all sides would be cut along one for ever. Without
    /// the factor a singularity at the middle of a face (1/r in a box about the origin) does the same: the
    /// difference across the face never falls. Measured, the factor also saves 20 to 50 % of the evaluations
    /// for helium in laboratory coordinates; the full side instead of its root saves less.
    fn choose_axes(&self, weighed: &Columns, goal: &Goal, regions: &mut Regions) {
        let (fields, dim) = (self.fields(), self.shape.dim);
        let first = fields - dim;
        let tie = 0.1f64.powi(dim as i32);
        let mut differences = vec![0.0; dim];
        for r in 0..regions.len() {
            if regions.axis(r) == FROZEN {
                continue;
            }
            let volume: f64 = regions.levels(r).iter().map(|l| 2.0 * half_side(*l)).product();
            for (d, difference) in differences.iter_mut().enumerate() {
                let along = |c: usize| weighed.column(c * fields + first + d)[r];
                *difference = volume * goal.combine(along) * half_side(regions.levels(r)[d]).sqrt();
            }
            let largest = differences.iter().fold(0.0, |m: f64, x| m.max(*x));
            let threshold = largest - tie * goal.key(regions.errors(r)).min(largest) - 1e-12 * largest;
            let levels = regions.levels(r);
            // A NaN difference ties with everything.
            let candidates = (0..dim).filter(|&d| {
                !matches!(differences[d].partial_cmp(&threshold), Some(std::cmp::Ordering::Less)) && levels[d] < MAX_LEVEL
            });
            let axis = candidates.min_by_key(|&d| levels[d]).map_or(FROZEN, |d| d as u8);
            regions.set_axis(r, axis);
        }
    }
}

/// Writes the nodes of all regions of a group.
struct Place<'a> {
    rule: &'a Rule,
    boxes: &'a Columns,
    points: &'a mut Columns,
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let (dim, width) = (self.rule.dim(), self.boxes.len());
        for d in 0..dim {
            let column = self.points.column_mut(d);
            let (centres, sides) = (self.boxes.lanes(d), self.boxes.lanes(dim + d));
            if width.is_multiple_of(LANES) {
                let groups = column.as_chunks_mut::<LANES>().0;
                for (nodes, &x) in groups.chunks_exact_mut(width / LANES).zip(self.rule.node_column(d)) {
                    for ((out, c), h) in nodes.iter_mut().zip(centres).zip(sides) {
                        V::load(h).mul_add(V::splat(x), V::load(c)).store(out);
                    }
                }
            } else {
                for (nodes, &x) in column.chunks_exact_mut(width).zip(self.rule.node_column(d)) {
                    for ((out, c), h) in nodes.chunks_mut(LANES).zip(centres).zip(sides) {
                        V::load(h).mul_add(V::splat(x), V::load(c)).store_partial(out);
                    }
                }
            }
        }
    }
}

/// Sums the values of all regions of a group over the orbits.
struct Weigh<'a> {
    rule: &'a Rule,
    values: &'a Columns,
    components: usize,
    weighed: &'a mut Columns,
}

/// No rule has more null rules, or orbits on the axes, than these.
const MAX_NULLS: usize = 14;
const MAX_AXIS_ORBITS: usize = 8;

impl Kernel for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Weigh { rule, values, components, weighed } = self;
        let width = weighed.len();
        let (dim, nulls, weights) = (rule.dim(), rule.all_nulls(), rule.weights());
        let fields = 2 + nulls.len() + 2 * dim;
        for c in 0..components {
            let column = values.column(c);
            let (whole, groups) = (width.is_multiple_of(LANES), width.div_ceil(LANES));
            let chunks = column.as_chunks::<LANES>().0;
            for g in 0..groups {
                let load = |p: usize| {
                    if whole {
                        V::load(&chunks[p * groups + g])
                    } else {
                        let start = p * width + g * LANES;
                        V::load_partial(&column[start..(start + LANES).min((p + 1) * width)])
                    }
                };
                let centre = load(0);
                let mut largest = centre.abs();
                let mut mean = centre * V::splat(weights[0]);
                let mut null = [V::splat(0.0); MAX_NULLS];
                for (null, rule) in null.iter_mut().zip(nulls) {
                    *null = centre * V::splat(rule[0]);
                }
                let mut add = |sum: V, orbit: usize| {
                    mean = sum.mul_add(V::splat(weights[orbit]), mean);
                    for (null, rule) in null.iter_mut().zip(nulls) {
                        *null = sum.mul_add(V::splat(rule[orbit]), *null);
                    }
                };
                let mut sums = [V::splat(0.0); MAX_AXIS_ORBITS];
                let at_centre = rule.centre();
                for d in 0..dim {
                    let mut sentinel = centre * V::splat(at_centre.sentinel);
                    let mut fourth = centre * V::splat(at_centre.fourth);
                    for (axis, sum) in rule.axis_orbits().iter().zip(&mut sums) {
                        let p = axis.start + 2 * d;
                        let (a, b) = (load(p), load(p + 1));
                        largest = largest.max(a.abs()).max(b.abs());
                        let pair = a + b;
                        *sum += pair;
                        sentinel = pair.mul_add(V::splat(axis.probe.sentinel), sentinel);
                        fourth = pair.mul_add(V::splat(axis.probe.fourth), fourth);
                    }
                    let first = c * fields + 2 + nulls.len() + d;
                    sentinel.store(&mut weighed.lanes_mut(first)[g]);
                    fourth.store(&mut weighed.lanes_mut(first + dim)[g]);
                }
                for (axis, sum) in rule.axis_orbits().iter().zip(sums) {
                    if let Some(orbit) = axis.orbit {
                        add(sum, orbit);
                    }
                }
                for (orbit, start, len) in rule.outer_orbits() {
                    let mut sum = V::splat(0.0);
                    for p in start..start + len {
                        let value = load(p);
                        largest = largest.max(value.abs());
                        sum += value;
                    }
                    add(sum, orbit);
                }
                mean.store(&mut weighed.lanes_mut(c * fields)[g]);
                largest.store(&mut weighed.lanes_mut(c * fields + 1)[g]);
                for (k, null) in null[..nulls.len()].iter().enumerate() {
                    null.store(&mut weighed.lanes_mut(c * fields + 2 + k)[g]);
                }
            }
        }
    }
}

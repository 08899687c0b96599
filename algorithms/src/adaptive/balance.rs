//! Balance between neighbours: no wide dim region beside a bright one.
//!
//! Where a cut leaves a peak in one half, only that half is refined on, and the other one stays as long and wide as it is.
//! A peak that is not aligned with the axes goes on there, between two nodes of the long side: nothing in the region tells.
//! Its neighbour does. Octrees are kept balanced for the same reason (D. Moore, Graphics Interface '95, 70).
//!
//! Where halves cost hundreds of evaluations, a few points beside the common face are asked first; where they cost less, the
//! halves are the better answer, for their nodes see the whole region.

use super::Mesh;
use super::audit::{Seen, Verdict};
use super::tree::Tree;
use crate::search::Sample;
use std::collections::BTreeSet;

/// A neighbour as many times brighter than a region says that the region may be blind.
const CONTRAST: f64 = 10.0;
/// Part of the tolerance that a region adds if it is as bright as its neighbour, from which on it matters.
pub(super) const MATTERS: f64 = 0.05;
/// Levels by which the neighbour is finer along some axis.
const FINER: u8 = 3;
/// Regions that are looked at in one pass, the largest ones: the time of a pass is bounded on meshes of any size.
const MOST: usize = 1 << 11;
/// Regions per piece of work.
const PIECE: usize = 256;
/// Points that look into a region before it is halved, where its halves cost many times as much.
const POINTS: usize = 16;
const DEAR: usize = 512;

/// A region that may be blind to what its neighbour has seen.
struct Doubt {
    region: usize,
    neighbour: usize,
    /// The axis along which the neighbour is finest.
    axis: usize,
}

impl Mesh<'_> {
    /// Per region, the largest value at its nodes in units of the tolerance: what it would add to the largest excess if it
    /// were as large as the cube.
    pub(super) fn brightness(&self) -> Vec<f64> {
        let sensitivity = self.state.goal.sensitivity(self.setting.shape.components);
        let regions = &self.state.regions;
        let largest = |i: usize| sensitivity.iter().enumerate().map(|(c, s)| s * regions.sums(i, c)[1]).fold(0.0, f64::max);
        (0..regions.len()).map(|i| largest(i) / regions.volume(i)).collect()
    }

    /// Halves regions that are too wide for their neighbours.
    pub(super) fn balance(&mut self, brightness: &[f64], tree: &Tree) -> Verdict {
        let doubtful = self.doubtful(brightness);
        let mut pieces: Vec<_> = doubtful.chunks(PIECE).map(|regions| (regions, Vec::new())).collect();
        self.workers.each(&mut pieces, |_, (regions, doubts)| {
            *doubts = regions.iter().filter_map(|i| self.doubt(*i, brightness[*i], tree)).collect();
        });
        let mut doubts: Vec<Doubt> = pieces.into_iter().flat_map(|(_, doubts)| doubts).collect();
        if 2 * self.setting.rule.points() > DEAR && self.budget_left() >= (POINTS * doubts.len()) as u64 {
            self.look_beside(&mut doubts, tree);
        }
        let cuts: Vec<_> = doubts.into_iter().map(|doubt| (doubt.region, doubt.axis)).collect();
        match (cuts.is_empty(), self.halve(&cuts)) {
            (true, _) => Verdict::Sound,
            (false, 0) => Verdict::Unaffordable,
            (false, _) => Verdict::Refined,
        }
    }

    /// Dim regions so large that they would matter if they were bright: the largest ones of them.
    fn doubtful(&self, brightness: &[f64]) -> Vec<usize> {
        let regions = &self.state.regions;
        let brightest = brightness.iter().copied().fold(0.0, f64::max);
        let may_be_blind = |i: &usize| regions.volume(*i) * brightest > MATTERS && CONTRAST * brightness[*i] < brightest;
        let mut doubtful: Vec<usize> = (0..regions.len()).filter(may_be_blind).collect();
        if doubtful.len() > MOST {
            let order = |i: &usize, j: &usize| regions.volume(*j).total_cmp(&regions.volume(*i)).then(i.cmp(j));
            doubtful.select_nth_unstable_by(MOST, order);
            doubtful.truncate(MOST);
            doubtful.sort_unstable();
        }
        doubtful
    }

    /// Whether region `i` has a neighbour that is much brighter and much finer along some axis.
    fn doubt(&self, i: usize, brightness: f64, tree: &Tree) -> Option<Doubt> {
        let (regions, dim) = (&self.state.regions, self.setting.shape.dim);
        let levels = regions.levels(i);
        let threshold = (CONTRAST * brightness).max(MATTERS / regions.volume(i));
        let finer = |j: usize, d: usize| regions.levels(j)[d].saturating_sub(levels[d]);
        let can_be_cut = |j: usize, d: usize| finer(j, d) >= FINER && self.setting.can_be_halved(regions, i, d);
        let counts = |j: usize| (0..dim).any(|d| can_be_cut(j, d));
        let finest = FINER + levels.iter().copied().fold(u8::MAX - FINER, u8::min);
        let [lower, upper] = self.ends(i);
        let neighbour = tree.bright_neighbour([&lower, &upper], threshold, finest, counts)?;
        // The first of the axes along which it is finest.
        let axis = (0..dim).filter(|d| can_be_cut(neighbour, *d)).rev().max_by_key(|d| finer(neighbour, *d))?;
        Some(Doubt { region: i, neighbour, axis })
    }

    /// Keeps those regions that surprise beside the face that they share with their neighbour.
    fn look_beside(&mut self, doubts: &mut Vec<Doubt>, tree: &Tree) {
        let cube = Sample::sequence(self.setting.shape.dim, 0, POINTS).remove(0).points;
        let points: Vec<f64> = doubts.iter().flat_map(|doubt| self.beside(doubt, &cube)).collect();
        let mut seen = Seen::default();
        let mut tally = self.state.tally.clone();
        self.look(Sample::of(self.setting.shape.dim, &points), tree, 0.0, &mut seen, &mut tally);
        self.state.tally = tally;
        let surprising: BTreeSet<usize> = seen.findings.iter().filter(|f| f.matters).map(|f| f.region).collect();
        doubts.retain(|doubt| surprising.contains(&doubt.region));
    }

    /// Points of the unit cube carried to where, in a region, its neighbour would lie if it were mirrored at the face that they
    /// share.
    fn beside(&self, doubt: &Doubt, cube: &[f64]) -> Vec<f64> {
        let dim = self.setting.shape.dim;
        let ([from, to], [lower, upper]) = (self.ends(doubt.region), self.ends(doubt.neighbour));
        let span = |d: usize| {
            let side = upper[d] - lower[d];
            if upper[d] <= from[d] {
                [from[d], to[d].min(from[d] + side)]
            } else if lower[d] >= to[d] {
                [from[d].max(to[d] - side), to[d]]
            } else {
                [from[d].max(lower[d]), to[d].min(upper[d])]
            }
        };
        let spans: Vec<_> = (0..dim).map(span).collect();
        cube.iter().zip(spans.iter().cycle()).map(|(u, [from, to])| from + u * (to - from)).collect()
    }

    /// The lower and the upper ends of a region.
    fn ends(&self, i: usize) -> [Vec<f64>; 2] {
        let (regions, half_sides) = (&self.state.regions, self.state.regions.half_sides(i));
        [-1.0, 1.0].map(|sign| regions.centre(i).iter().zip(&half_sides).map(|(x, half)| x + sign * half).collect())
    }
}

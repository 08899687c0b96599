//! Balance between neighbours: no wide dim region beside a bright one.
//!
//! Where a cut leaves a peak in one half, only that half is refined on, and the other one stays as long and wide as it is.
//! A peak that is not aligned with the axes goes on there, between two nodes of the long side: nothing in the region tells.
//! Its neighbour does. Octrees are kept balanced for the same reason (D. Moore, Graphics Interface '95, 70).

use super::Mesh;
use super::audit::Verdict;
use super::tree::Tree;

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

/// A part of the regions to look at, and those among them to be halved, with the axis.
struct Piece<'a> {
    regions: &'a [usize],
    cuts: Vec<(usize, usize)>,
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

    /// Halves regions that are too wide for their neighbours: those among what the pass before has halved, and where there are
    /// none, as after other refinement, those of the whole mesh.
    pub(super) fn balance(&mut self, brightness: &[f64]) -> Verdict {
        let before = std::mem::replace(&mut self.state.audits.balanced, self.state.regions.len());
        let fresh = self.state.cuts.halved_since(before);
        if before > 0 && fresh.len() < self.state.regions.len() / 2 {
            let verdict = self.balance_among(fresh, brightness);
            if !matches!(verdict, Verdict::Sound) {
                return verdict;
            }
        }
        self.balance_among((0..self.state.regions.len()).collect(), brightness)
    }

    /// The same for some regions.
    fn balance_among(&mut self, candidates: Vec<usize>, brightness: &[f64]) -> Verdict {
        let (regions, dim) = (&self.state.regions, self.setting.shape.dim);
        let brightest = brightness.iter().copied().fold(0.0, f64::max);
        let least = MATTERS / brightest;
        let may_be_blind = |i: &usize| regions.volume(*i) > least && CONTRAST * brightness[*i] < brightest;
        let mut doubtful: Vec<usize> = candidates.into_iter().filter(may_be_blind).collect();
        if doubtful.is_empty() {
            return Verdict::Sound;
        }
        if doubtful.len() > MOST {
            let order = |i: &usize, j: &usize| regions.volume(*j).total_cmp(&regions.volume(*i)).then(i.cmp(j));
            doubtful.select_nth_unstable_by(MOST, order);
            doubtful.truncate(MOST);
            doubtful.sort_unstable();
        }
        let tree = Tree::new(&self.state.cuts, brightness, dim);
        let axis = |i: usize| -> Option<usize> {
            let (volume, levels) = (regions.volume(i), regions.levels(i));
            let threshold = (CONTRAST * brightness[i]).max(MATTERS / volume);
            let half_sides = regions.half_sides(i);
            let lower: Vec<f64> = regions.centre(i).iter().zip(&half_sides).map(|(x, half)| x - half).collect();
            let upper: Vec<f64> = regions.centre(i).iter().zip(&half_sides).map(|(x, half)| x + half).collect();
            let finer = |j: usize, d: usize| regions.levels(j)[d].saturating_sub(levels[d]);
            let can_be_cut = |j: usize, d: usize| finer(j, d) >= FINER && self.setting.can_be_halved(regions, i, d);
            let counts = |j: usize| (0..dim).any(|d| can_be_cut(j, d));
            let neighbour = tree.bright_neighbour(&lower, &upper, threshold, counts)?;
            // The first of the axes along which it is finest.
            (0..dim).filter(|d| can_be_cut(neighbour, *d)).rev().max_by_key(|d| finer(neighbour, *d))
        };
        let mut pieces: Vec<_> = doubtful.chunks(PIECE).map(|regions| Piece { regions, cuts: Vec::new() }).collect();
        self.workers.each(&mut pieces, |_, piece| {
            piece.cuts = piece.regions.iter().filter_map(|i| axis(*i).map(|axis| (*i, axis))).collect();
        });
        let cuts: Vec<_> = pieces.into_iter().flat_map(|piece| piece.cuts).collect();
        match (cuts.is_empty(), self.halve(&cuts)) {
            (true, _) => Verdict::Sound,
            (false, 0) => Verdict::Unaffordable,
            (false, _) => Verdict::Refined,
        }
    }
}

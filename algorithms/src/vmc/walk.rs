//! One population of walkers and how it moves: all of its walkers propose, are evaluated in one batch, and decide.
//!
//! A walker at u in the unit cube proposes u_d + s_d (2ξ − 1) on every axis, folded back into (0, 1) at the faces. The
//! proposal density is symmetric, so that accepting with probability min(1, p(u')/p(u)) leaves p invariant; p is the
//! denominator with its Jacobian. A step s_d = 1 forgets where the walker was. Where it stays, its local value counts
//! again. Which random numbers are used follows from the number of the leg and of the population alone.
//!
//! N. Metropolis, A. W. Rosenbluth, M. N. Rosenbluth, A. H. Teller, E. Teller, J. Chem. Phys. 21 (1953) 1087.

use crate::batch::Columns;
use crate::parallel::{Portable, pack, pack_list, unpack, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use crate::sampling::Uniform;
use crate::simd::{Kernel, LANES, Lanes, Mask, dispatch};
use serde::{Deserialize, Serialize};

/// Eight numbers of eight walkers.
type LaneGroup = [f64; LANES];

/// Walkers that step together. Their number is a multiple of eight.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Population {
    /// Groups of eight walkers.
    pub(super) groups: usize,
    /// Where they are in the unit cube, axis by axis.
    positions: Vec<LaneGroup>,
    /// The density there.
    density: Vec<LaneGroup>,
    /// The local values f/p there, ratio by ratio.
    local: Vec<LaneGroup>,
    /// What the last leg came to.
    #[serde(skip)]
    pub(super) yields: Yield,
}

/// What a leg of one population came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Yield {
    /// Σ of a walker's local values less their shift, ratio by ratio.
    pub(super) sums: Vec<LaneGroup>,
    /// Σ of their squares, eight walkers to a lane, ratio by ratio.
    pub(super) squares: Vec<LaneGroup>,
    /// Proposals that were accepted.
    pub(super) accepted: u64,
    /// Whether a density above zero was met, and whether one below.
    pub(super) signs: [bool; 2],
    pub(super) tally: Tally,
}

/// A population and its number.
pub(super) struct Numbered<'a>(pub(super) u64, pub(super) &'a mut Population);

impl Portable for Numbered<'_> {
    fn pack(&self, to: &mut Vec<u8>) {
        let Population { positions, density, local, yields: Yield { sums, squares, accepted, signs, tally }, .. } = &*self.1;
        [positions, density, local, sums, squares].iter().for_each(|list| pack_list(list, to));
        pack(&(accepted, signs), to);
        tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        let Population { positions, density, local, yields, .. } = &mut *self.1;
        let Yield { sums, squares, accepted, signs, tally } = yields;
        [positions, density, local, sums, squares].into_iter().try_for_each(|list| unpack_list(list, from))?;
        (*accepted, *signs) = unpack(from)?;
        tally.unpack(from)
    }
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    work: Workspace,
    /// Proposed positions, an axis per column, and random numbers in the last column.
    proposals: Columns,
}

/// What a ratio is made of: components of its numerator, and of the denominator that all share.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) numerators: Vec<usize>,
    pub(super) denominator: usize,
}

/// What all populations share during a leg.
pub(super) struct Leg<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) parts: &'a Parts,
    /// Half the width of a proposal on each axis; 0 where nothing moves.
    pub(super) steps: &'a [f64],
    /// What is taken off the local values before they are summed.
    pub(super) shifts: &'a [f64],
    /// Steps, or at the start rounds at most.
    pub(super) count: u64,
    pub(super) seed: u64,
    /// Number of the leg.
    pub(super) number: u64,
}

impl Population {
    pub(super) fn new(groups: usize) -> Self {
        Population { groups, ..Population::default() }
    }

    /// Whether this population, deserialised, is of `groups` groups of walkers, `dim` variables and `ratios`.
    pub(super) fn is_sound(&self, groups: usize, dim: usize, ratios: usize) -> bool {
        let inside = self.positions.iter().flatten().all(|u| *u > 0.0 && *u < 1.0);
        let lengths = (self.positions.len(), self.density.len(), self.local.len()) == (dim * groups, groups, ratios * groups);
        self.groups == groups && lengths && inside
    }

    /// Whether it has found a position of positive density.
    pub(super) fn has_started(&self) -> bool {
        !self.positions.is_empty()
    }

    /// Where eight of the walkers are.
    pub(super) fn some(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        let lanes = if self.has_started() { LANES } else { 0 };
        (0..lanes).map(|lane| self.positions.iter().step_by(self.groups).map(|row| row[lane]).collect())
    }

    /// Starts where another population is.
    pub(super) fn join(&mut self, other: &Population) {
        self.positions.clone_from(&other.positions);
        self.density.clone_from(&other.density);
        self.local.clone_from(&other.local);
    }

    /// The mean of the local values where the walkers are, per ratio.
    pub(super) fn means(&self) -> Vec<f64> {
        let mean = |rows: &[LaneGroup]| rows.as_flattened().iter().sum::<f64>() / (rows.len() * LANES) as f64;
        self.local.chunks(self.groups).map(mean).collect()
    }

    /// Starts from the best of many uniform points: of rounds with `candidates` for each walker, drawn again by density.
    ///
    /// The walkers then have nearly the right distribution at once (D. B. Rubin, in Bayesian Statistics 3 (1988) 395),
    /// separate peaks included, if enough candidates count: rounds go on until (Σp)²/Σp² reaches the number of walkers.
    /// `hints` are tried too.
    pub(super) fn start(&mut self, scratch: &mut Scratch, leg: &Leg<'_>, index: u64, candidates: usize, hints: &[Vec<f64>]) {
        let n = self.groups * LANES;
        let mut uniform = Uniform::new(leg.seed, leg.number, index);
        let (mut total, mut squares) = (0.0, 0.0);
        for round in (0..leg.count).take_while(|_| !leg.f.is_interrupted()) {
            self.propose_start(scratch, leg, &mut uniform, candidates * n, if round == 0 { hints } else { &[] });
            let Scratch { work, proposals } = scratch;
            let density = work.values.column(leg.parts.denominator);
            self.yields.signs[0] |= density.iter().any(|p| *p > 0.0);
            self.yields.signs[1] |= density.iter().any(|p| *p < 0.0);
            let sum: f64 = density.iter().map(|p| p.abs()).sum();
            if sum > 0.0 && sum.is_finite() {
                total += sum;
                squares += density.iter().map(|p| p * p).sum::<f64>();
                let mut lots = vec![[0.0; LANES]; self.groups + 1];
                uniform.fill(&mut lots);
                let lots = lots.as_flattened();
                self.positions.resize(leg.f.dim() * self.groups, [0.0; LANES]);
                self.density.resize(self.groups, [0.0; LANES]);
                self.local.resize(leg.parts.numerators.len() * self.groups, [0.0; LANES]);
                // What was drawn before keeps its share of all candidates.
                for (w, i) in systematic(density, sum, lots[n], n).into_iter().enumerate() {
                    if lots[w] * total < sum {
                        self.put(w, i, work, proposals, leg);
                    }
                }
            }
            if total * total >= n as f64 * squares && total > 0.0 {
                break;
            }
        }
    }

    /// Evaluates uniform points, with `hints` in place of the first ones.
    fn propose_start(&mut self, scratch: &mut Scratch, leg: &Leg<'_>, uniform: &mut Uniform, points: usize, hints: &[Vec<f64>]) {
        let Scratch { work, proposals } = scratch;
        leg.f.prepare(work, points);
        proposals.reset(leg.f.dim() + 1, points);
        for d in 0..leg.f.dim() {
            uniform.fill(proposals.lanes_mut(d));
            for (u, hint) in proposals.column_mut(d).iter_mut().zip(hints) {
                *u = hint[d].clamp(LEAST, 1.0 - LEAST);
            }
            work.points.column_mut(d).copy_from_slice(proposals.column(d));
        }
        self.yields.tally.merge(leg.f.eval(work));
    }

    /// Puts walker `w` where candidate `i` is.
    fn put(&mut self, w: usize, i: usize, work: &Workspace, proposals: &Columns, leg: &Leg<'_>) {
        let (row, lane) = (w / LANES, w % LANES);
        let density = work.values.column(leg.parts.denominator)[i];
        self.density[row][lane] = density.abs();
        for d in 0..leg.f.dim() {
            self.positions[d * self.groups + row][lane] = proposals.column(d)[i];
        }
        for (k, c) in leg.parts.numerators.iter().enumerate() {
            self.local[k * self.groups + row][lane] = work.values.column(*c)[i] / density;
        }
    }

    /// Takes every walker `leg.count` steps on.
    pub(super) fn walk(&mut self, scratch: &mut Scratch, leg: &Leg<'_>, index: u64) {
        let Scratch { work, proposals } = scratch;
        let (n, dim, ratios) = (self.groups * LANES, leg.f.dim(), leg.parts.numerators.len());
        let mut uniform = Uniform::new(leg.seed, leg.number, index);
        self.yields =
            Yield { sums: vec![[0.0; LANES]; ratios * self.groups], squares: vec![[0.0; LANES]; ratios], ..Yield::default() };
        proposals.reset(dim + 1, n);
        // Without the integrand a million walkers still take a while.
        for _ in (0..leg.count).take_while(|_| !leg.f.is_interrupted()) {
            leg.f.prepare(work, n);
            for (d, step) in leg.steps.iter().enumerate() {
                let positions = &self.positions[d * self.groups..][..self.groups];
                if *step > 0.0 {
                    uniform.fill(proposals.lanes_mut(d));
                    dispatch(Propose { positions, step: *step, proposals: proposals.lanes_mut(d) });
                } else {
                    proposals.lanes_mut(d).copy_from_slice(positions);
                }
                work.points.lanes_mut(d).copy_from_slice(proposals.lanes(d));
            }
            uniform.fill(proposals.lanes_mut(dim));
            self.yields.tally.merge(leg.f.eval(work));
            dispatch(Decide { population: self, work, proposals, leg });
        }
    }
}

/// Walkers keep this distance from the faces, where maps to infinity end.
const LEAST: f64 = f64::EPSILON / 2.0;

/// Indices drawn in proportion to |p|, with a common random offset.
fn systematic(density: &[f64], total: f64, offset: f64, draws: usize) -> Vec<usize> {
    let width = total / draws as f64;
    let (mut sum, mut index) = (density[0].abs(), 0);
    let last = density.iter().rposition(|p| *p != 0.0).unwrap_or(0);
    let draw = |k| {
        while sum <= (k as f64 + offset) * width && index < last {
            index += 1;
            sum += density[index].abs();
        }
        index
    };
    (0..draws).map(draw).collect()
}

struct Propose<'a> {
    positions: &'a [LaneGroup],
    step: f64,
    /// In: uniform numbers. Out: positions.
    proposals: &'a mut [LaneGroup],
}

impl Kernel for Propose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let (one, two) = (V::splat(1.0), V::splat(2.0));
        let (low, high) = (V::splat(LEAST), V::splat(1.0 - LEAST));
        let step = V::splat(self.step);
        for (position, proposal) in self.positions.iter().zip(self.proposals) {
            let x = (V::load(proposal) * two - one).mul_add(step, V::load(position)).abs();
            let folded = V::select(x.gt(one), two - x, x);
            folded.max(low).min(high).store(proposal);
        }
    }
}

struct Decide<'a> {
    population: &'a mut Population,
    work: &'a Workspace,
    proposals: &'a Columns,
    leg: &'a Leg<'a>,
}

impl Kernel for Decide<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Decide { population, work, proposals, leg } = self;
        let Population { groups, positions, density, local, yields } = population;
        let (groups, dim, zero) = (*groups, leg.steps.len(), V::splat(0.0));
        let Yield { sums, squares, accepted, signs, .. } = yields;
        for group in 0..groups {
            let signed = V::load(&work.values.lanes(leg.parts.denominator)[group]);
            let (old, new) = (V::load(&density[group]), signed.abs());
            signs[0] |= signed.gt(zero).any();
            signs[1] |= signed.lt(zero).any();
            let accept = (V::load(&proposals.lanes(dim)[group]) * old).lt(new);
            *accepted += u64::from(accept.count());
            V::select(accept, new, old).store(&mut density[group]);
            for d in 0..dim {
                let position = &mut positions[d * groups + group];
                V::select(accept, V::load(&proposals.lanes(d)[group]), V::load(position)).store(position);
            }
            for (k, c) in leg.parts.numerators.iter().enumerate() {
                let row = k * groups + group;
                let proposed = V::load(&work.values.lanes(*c)[group]) / signed;
                let value = V::select(accept, proposed, V::load(&local[row]));
                value.store(&mut local[row]);
                let shifted = value - V::splat(leg.shifts[k]);
                (V::load(&sums[row]) + shifted).store(&mut sums[row]);
                shifted.mul_add(shifted, V::load(&squares[k])).store(&mut squares[k]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_fold_back_into_the_cube_and_a_full_step_forgets() {
        let mut positions = vec![[0.0; LANES]; 4096];
        positions.iter_mut().for_each(|row| *row = [1e-300, 0.1, 0.25, 0.5, 0.5, 0.75, 0.9, 1.0 - f64::EPSILON / 2.0]);
        let mut proposals = vec![[0.0; LANES]; 4096];
        Uniform::new(1, 2, 3).fill(&mut proposals);
        dispatch(Propose { positions: &positions, step: 1.0, proposals: &mut proposals });
        assert!(proposals.iter().flatten().all(|u| 0.0 < *u && *u < 1.0));
        for lane in 0..LANES {
            let mean = proposals.iter().map(|row| row[lane]).sum::<f64>() / 4096.0;
            // Uniform, from wherever: σ of the mean is 0.0045.
            assert!((mean - 0.5).abs() < 0.015, "{lane}: {mean}");
        }
    }

    #[test]
    fn walkers_of_a_run_that_is_to_end_stay_where_they_are() {
        // A million of them went on for six seconds. Here it would take ages.
        let (f, domain) = (crate::scalar(2, |x| x[0] + x[1]), crate::Domain::unit(2));
        let f = Pullback::new(&f, &domain).unwrap().interrupted_by(Some(crate::Interrupt::when(|| true)));
        let parts = Parts { numerators: vec![0], denominator: 0 };
        let leg = Leg { f: &f, parts: &parts, steps: &[0.5; 2], shifts: &[0.0], count: u64::MAX, seed: 0, number: 0 };
        let (mut population, mut scratch) = (Population::new(1), Scratch::default());
        population.start(&mut scratch, &leg, 0, 4, &[]);
        assert!(!population.has_started());
        population.positions = vec![[0.5; LANES]; 2];
        population.walk(&mut scratch, &leg, 0);
        assert_eq!((&population.positions, population.yields.accepted), (&vec![[0.5; LANES]; 2], 0));
    }

    #[test]
    fn draws_follow_the_weights() {
        let chosen = systematic(&[0.0, 1.0, 0.0, -3.0, 0.0], 4.0, 0.5, 8);
        assert_eq!(chosen, [1, 1, 3, 3, 3, 3, 3, 3]);
        assert_eq!(systematic(&[2.0, 0.0], 2.0, 0.999_999, 3), [0, 0, 0]);
    }
}

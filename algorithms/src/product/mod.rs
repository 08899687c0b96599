//! Tensor products of nested one-dimensional rules, in boxes.
//!
//! A box of the cube has a grid of nodes, and along every axis their values say how well the nodes follow the integrand
//! ([`measure`]). Where they soon will, the axis gets the nodes between those it has, and every value is used again; where they would
//! not, because of an end that is singular, the axis gets double-exponential nodes; where that is not it either, the box is halved
//! ([`choose`]). What is to be believed is compared with its interpolants first ([`audit`]).
//!
//! C. W. Clenshaw, A. R. Curtis, Numer. Math. 2 (1960) 197; W. M. Gentleman, Commun. ACM 15 (1972) 337; H. Takahasi, M. Mori, Publ.
//! RIMS 9 (1974) 721.

mod audit;
mod balance;
mod choose;
mod goal;
mod integrator;
mod measure;
mod nodes;
mod piece;
mod state;
mod unfolded;
mod work;

pub use integrator::ProductRule;

use crate::adaptive;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace, check_sums};
use crate::run::{Method, Outcome, Region, Watch};
use crate::standing::Standing;
use crate::sum::Sum;
use crate::{Detail, Error, Estimate, Options, Stop, Suspect};
use audit::Verdict;
use choose::{Setting, first_level};
use goal::Goal;
use nodes::Rule;
use piece::{Next, Piece, Witness};
use state::State;

/// Halvings of every side around a hint.
const HINT_SIDE: f64 = 1.0 / 64.0;
/// Values up to which boxes keep theirs, by which audits judge them.
const KEPT: usize = 1 << 21;
/// Most variables.
pub(crate) const MAX_DIM: usize = 4;
/// Points below which a part of them may be singular: the nodes of the first boxes are symmetric.
const POINTS_TO_JUDGE: u64 = 2_000;
/// By how much more an error counts in several variables: with double-exponential nodes in one of them it was up to 1.6 times as large
/// as their last digits told.
const SEVERAL: f64 = 2.0;
/// The same where one of them is unbounded: coefficients of what was mapped from infinity fall ever more slowly, and what comes in from
/// beyond is more than the last ones tell. By calibration.
const UNBOUNDED: f64 = 6.0;
/// Copies of the values that there may be.
const COPIES: u64 = 3;

/// What a run works with.
struct Tools<'a> {
    inner: Pullback<'a>,
    workers: Workers<Workspace>,
    /// At which ends of the cube distances keep all digits.
    exact: Vec<[bool; 2]>,
    /// By how much more an error counts than boxes tell.
    caution: f64,
}

/// A run between two waves.
struct Run<'a> {
    /// The integrand over the unit cube, for what it is asked about itself.
    f: &'a Pullback<'a>,
    /// The same over places.
    inner: &'a Pullback<'a>,
    options: &'a Options,
    workers: &'a Workers<Workspace>,
    exact: &'a [[bool; 2]],
    caution: f64,
    state: State,
}

/// What ends a run.
enum Halt {
    Stop(Stop),
    Work(Vec<usize>),
}

impl<'a> Run<'a> {
    fn with(tools: &'a Tools<'a>, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Self {
        Run { f, inner: &tools.inner, options, workers: &tools.workers, exact: &tools.exact, caution: tools.caution, state }
    }

    fn budget_left(&self) -> u64 {
        self.options.max_evals.saturating_sub(self.state.tally.evaluations)
    }

    /// Integrals with the errors that are stated.
    fn integrals(&self) -> Vec<Estimate> {
        let sum = |of: &dyn Fn(&Piece) -> f64| {
            let mut sum = Sum::default();
            self.state.pieces.iter().for_each(|piece| sum.add(of(piece)));
            sum.value()
        };
        let integral = |c: usize| {
            let (value, error) = (sum(&|piece| piece.sight.integrals[c]), sum(&|piece| piece.errors[c]));
            adaptive::stated(self.options, value, self.caution * error)
        };
        (0..self.f.components()).map(integral).collect()
    }

    /// Ratios with the errors that are stated.
    fn ratios(&self, integrals: &[Estimate]) -> Vec<Estimate> {
        let ratio = |r: &crate::Ratio| {
            let (n, d) = (integrals[r.numerator], integrals[r.denominator]);
            adaptive::ratio(n, d, n.error + (n.value / d.value).abs() * d.error)
        };
        self.options.ratios.iter().map(ratio).collect()
    }

    fn goal(&self) -> Goal {
        let values: Vec<f64> = self.integrals().iter().map(|e| e.value).collect();
        Goal::new(self.options, &values).with_caution(self.caution)
    }

    fn is_met(&self) -> bool {
        self.standing().is_met()
    }

    /// Evaluates boxes, looks at their values, and decides what comes next for them.
    fn take_in(&mut self, mut fresh: Vec<(Piece, Option<usize>)>, before: &mut [Vec<f64>], new: &[bool]) {
        let f = self.f;
        let Run { inner, workers, state, .. } = self;
        let values = work::at_nodes(inner, workers, &fresh, &mut state.tally);
        let sentinels: Vec<Vec<f64>> =
            (fresh.iter().zip(new).filter(|(_, new)| **new)).flat_map(|((piece, _), _)| piece.sentinels()).collect();
        let seen = work::at_points(inner, workers, &sentinels, &mut state.tally);
        let mut seen = sentinels.into_iter().zip(seen).map(|(point, values)| Witness { point, values });
        for ((piece, _), _) in fresh.iter_mut().zip(new).filter(|(_, new)| **new) {
            let number = piece.sentinels_len();
            piece.witnesses.extend(seen.by_ref().take(number));
        }
        let mut work: Vec<_> = fresh.iter_mut().zip(values).zip(before).collect();
        self.workers.each(&mut work, |_, (((piece, grown), values), before)| {
            let (before, values) = (std::mem::take(*before), std::mem::take(values));
            piece.fill(*grown, &before, values);
            piece.measure(f);
        });
        if f.is_interrupted() {
            return;
        }
        let first = self.state.pieces.len();
        self.state.pieces.extend(fresh.into_iter().map(|(piece, _)| piece));
        self.decide(first);
    }

    /// Decides what comes next for the boxes from number `first` on.
    fn decide(&mut self, first: usize) {
        let (goal, boxes) = (self.goal(), self.state.pieces.len());
        let mut kept: usize = self.state.pieces.iter().map(|piece| piece.values.len()).sum();
        for piece in &mut self.state.pieces[first..] {
            piece.judge(&Setting { goal: &goal, boxes, exact: self.exact });
            if kept > KEPT && !matches!(piece.next, Next::Grow(_)) {
                kept -= piece.values.len();
                piece.values = Vec::new();
            }
        }
    }

    /// Refines the boxes of these numbers.
    fn wave(&mut self, chosen: &[usize]) {
        let (mut fresh, mut before, mut new) = (Vec::new(), Vec::new(), Vec::new());
        let mut gone = vec![false; self.state.pieces.len()];
        for i in chosen {
            gone[*i] = true;
            let piece = &mut self.state.pieces[*i];
            let (successors, grown) = piece.successors();
            let values = std::mem::take(&mut piece.values);
            new.extend(vec![grown.is_none(); successors.len()]);
            before.extend(successors.iter().map(|_| if grown.is_some() { values.clone() } else { Vec::new() }));
            fresh.extend(successors.into_iter().map(|piece| (piece, grown)));
        }
        let mut gone = gone.into_iter();
        self.state.pieces.retain(|_| !gone.next().unwrap_or(false));
        self.state.is_sound = false;
        self.take_in(fresh, &mut before, &new);
    }

    /// What is to be done now.
    fn next(&self) -> Halt {
        let bytes: usize = self.state.pieces.iter().map(|piece| 8 * piece.values.len() + size_of::<Piece>()).sum();
        if COPIES.saturating_mul(bytes as u64) > self.options.max_memory {
            return Halt::Stop(Stop::Memory);
        }
        if self.state.pieces.iter().all(|piece| piece.next == Next::Rest) {
            return Halt::Stop(Stop::Roundoff);
        }
        let chosen = choose::wave(&self.state.pieces, &self.goal(), self.budget_left());
        if chosen.is_empty() { Halt::Stop(Stop::Budget) } else { Halt::Work(chosen) }
    }

    /// Halves all boxes where too many of the first nodes are not finite: they may lie in a plane that later ones do not meet.
    fn look_closer(&mut self) {
        let Tally { evaluations, non_finite, .. } = self.state.tally;
        let is_early = evaluations < POINTS_TO_JUDGE && 10 * non_finite > evaluations;
        if is_early && self.state.pieces.iter().all(|piece| piece.next == Next::Rest) {
            for piece in &mut self.state.pieces {
                piece.next = piece.widest().map_or(Next::Rest, |axis| Next::Cut(axis as u8));
            }
        }
    }

    /// Takes a step, and says what ends the run if it does.
    fn step(&mut self) -> Option<Stop> {
        if self.is_met() {
            return match if self.state.is_sound { Verdict::Sound } else { self.challenge() } {
                Verdict::Sound => Some(Stop::Converged),
                Verdict::Wrong => None,
                Verdict::Unaffordable => Some(Stop::Budget),
            };
        }
        self.look_closer();
        match self.next() {
            Halt::Stop(stop) => Some(stop),
            Halt::Work(chosen) => {
                self.wave(&chosen);
                None
            }
        }
    }
}

impl<'a> Method<'a> for Run<'a> {
    type Settings = Tools<'a>;
    type State = State;

    fn least_evals(_: &Tools<'_>, f: &Pullback<'_>, options: &Options) -> u64 {
        let whole = (1u64 << first_level(f.dim())) - 1;
        if options.resume.is_some() { 0 } else { whole.pow(f.dim() as u32) + 2 * f.dim() as u64 }
    }

    fn start(tools: &'a Tools<'a>, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let dim = f.dim();
        let rules = vec![Rule::even(first_level(dim)); dim];
        let mut boxes = vec![Piece::new(vec![0.0; dim], vec![1.0; dim], rules)];
        let cut = |boxes: &mut Vec<Piece>, at: &dyn Fn(&Piece) -> Option<usize>| {
            while let Some((i, axis)) = boxes.iter().enumerate().find_map(|(i, piece)| Some((i, at(piece)?))) {
                let [low, high] = boxes[i].halves(axis, first_level(dim));
                (boxes[i], _) = (low, boxes.push(high));
            }
        };
        for (axis, u) in f.cuts() {
            cut(&mut boxes, &|piece| (piece.lo[axis] < u && u < piece.hi[axis] && piece.can_be_cut(axis)).then_some(axis));
        }
        for hint in f.hints(options)? {
            let widest = |piece: &Piece| piece.widest().filter(|axis| piece.contains(&hint) && piece.side(*axis) > HINT_SIDE);
            cut(&mut boxes, &widest);
        }
        let needed: u64 = boxes.iter().map(|piece| (piece.len() + piece.sentinels_len()) as u64).sum();
        if needed > options.max_evals {
            return Err(Error::Budget { method: integrator::NAME, max_evals: options.max_evals, needed, dim });
        }
        let state = State { pieces: Vec::new(), tally: Tally::default(), audited: 0, is_sound: false, is_narrow: false };
        let mut run = Run::with(tools, f, options, state);
        let number = boxes.len();
        let fresh = boxes.into_iter().map(|piece| (piece, None)).collect();
        run.take_in(fresh, &mut vec![Vec::new(); number], &vec![true; number]);
        Ok(run)
    }

    fn resume(tools: &'a Tools<'a>, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        if !state.fits(f.dim(), f.components()) {
            return None;
        }
        Some(Run::with(tools, f, options, state))
    }

    fn refine(&mut self, watch: &mut Watch<'_, '_>) -> Result<Stop, Error> {
        loop {
            check_sums(self.integrals().iter().map(|e| e.value))?;
            let before = self.f.before(|| self.state.clone());
            let stop = self.step();
            if let Some(before) = before.filter(|_| self.f.is_interrupted()) {
                self.state = before;
                _ = watch.show(self, false);
                return Ok(Stop::Cancelled);
            }
            if let Some(stop) = stop {
                return Ok(stop);
            }
            self.state.tally.check(false)?;
            if watch.show(self, false).is_break() {
                return Ok(Stop::Cancelled);
            }
        }
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn tally(&self) -> &Tally {
        &self.state.tally
    }

    fn threads(&self) -> usize {
        self.workers.threads()
    }

    fn standing(&self) -> Standing {
        let integrals = self.integrals();
        goal::standing(self.options, &integrals, &self.ratios(&integrals))
    }

    fn places(&self) -> Vec<Vec<f64>> {
        self.state.brightest()
    }

    fn regions(&self) -> Vec<Region> {
        let error = |piece: &Piece, c: usize| self.caution * piece.errors[c];
        let integral = |piece: &Piece, c: usize| Estimate { value: piece.sight.integrals[c], error: error(piece, c) };
        let region = |piece: &Piece| Region {
            lo: piece.lo.clone(),
            hi: piece.hi.clone(),
            integrals: (0..self.f.components()).map(|c| integral(piece, c)).collect(),
        };
        self.state.pieces.iter().map(region).collect()
    }

    fn outcome(&self) -> Option<Outcome> {
        let (integrals, pieces) = (self.integrals(), &self.state.pieces);
        let dark = pieces.iter().all(|piece| piece.sight.largest.iter().all(|largest| *largest == 0.0));
        let longest = pieces.iter().flat_map(|piece| &piece.rules).map(|rule| rule.len()).max().unwrap_or(0);
        Some(Outcome {
            scatter: 0.0,
            ratios: self.ratios(&integrals),
            integrals,
            covariance: None,
            signs: vec![
                (dark, Suspect::AllZero),
                (self.state.is_narrow, Suspect::NarrowSupport),
                (self.f.has_unseen_jumps(), Suspect::Jumps),
            ],
            detail: Detail::Grids {
                regions: pieces.len() as u64,
                resting: pieces.iter().filter(|piece| piece.next == Next::Rest).count() as u64,
                singular: pieces.iter().filter(|piece| piece.rules.iter().any(|rule| !rule.is_even())).count() as u64,
                nodes: longest as u64,
            },
        })
    }
}

//! Recursive stratified sampling: a box with many points is halved along the axis that lowers the variance most, and its halves get
//! points in proportion to what their spread asks for.
//!
//! W. H. Press, G. R. Farrar, Comput. Phys. 4 (1990) 190. A round is their algorithm with a number of points, which doubles from
//! round to round; rounds are independent, and are averaged by their points.

mod integrator;
mod stratum;

pub use integrator::Miser;

use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace, check_sums};
use crate::run::{Method, Outcome, PLACES, Steps, Watch, by_steps};
use crate::sampling::{Moments, Sample, ZERO_POINTS, packed, ratios, scaling, standing};
use crate::standing::Standing;
use crate::{Detail, Error, Options, Stop, Suspect};
use serde::{Deserialize, Serialize};
use stratum::{Lot, Stratum};

/// Points of the first round, those that come before, and the rounds without which nothing is believed.
const FIRST: u64 = 512;
const FEW: usize = 16;
const LEAST_ROUNDS: u64 = 4;
/// Most points of a round, after which an observer is called.
const MOST: u64 = 1 << 22;

/// Covariances of all pairs of components that strata which are sampled together hold at most, and their least number.
const PRODUCTS: usize = 1 << 20;
const LEAST_UNDER_WAY: usize = 4;
/// Copies of the covariances beside: of the run, of the round, of what an interrupt goes back to, and sums of what is sampled.
const COPIES: u64 = 4;

/// Strata that are sampled together.
fn under_way(components: usize) -> usize {
    (PRODUCTS / packed(components, 0)).max(LEAST_UNDER_WAY)
}

/// All that a run depends on from here on.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    moments: Moments,
    rounds: u64,
    /// Strata of the last round.
    strata: u64,
    /// Which components have been other than zero.
    lit: Vec<bool>,
    /// Points at which the integrand was alive.
    alive: Vec<Vec<f64>>,
    tally: Tally,
}

/// A run between two rounds.
struct Run<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    workers: Workers<Workspace>,
    state: State,
}

impl Run<'_> {
    /// A round of so many points.
    fn round(&mut self, points: u64) -> Result<(), Error> {
        let (dim, components) = (self.f.dim(), self.f.components());
        let lot = Lot { f: self.f, options: self.options, round: self.state.rounds, units: &self.state.moments.units };
        let mut round = Moments { points, covariance: vec![0.0; packed(components, 0)], ..self.state.moments.clone() };
        round.means.fill(0.0);
        let (mut strata, mut number, mut leaves) = (vec![Stratum::whole(dim, points)], 1, 0);
        while !strata.is_empty() && !self.f.is_interrupted() {
            let mut next = Vec::new();
            let mut left = strata.into_iter();
            // A part at a time: each of them holds the covariances of all pairs.
            loop {
                let mut part: Vec<Stratum> = left.by_ref().take(under_way(components)).collect();
                if part.is_empty() {
                    break;
                }
                self.workers.share(&mut part, |workspace, stratum| stratum.sample(&lot, workspace));
                for mut stratum in part {
                    self.state.tally.merge(std::mem::take(&mut stratum.tally));
                    self.state.lit.iter_mut().zip(&stratum.means).for_each(|(lit, mean)| *lit |= *mean != 0.0);
                    let room = PLACES.saturating_sub(self.state.alive.len());
                    self.state.alive.extend(stratum.alive.take().into_iter().take(room));
                    let halves = stratum.halves(&lot, &mut number);
                    if halves.is_empty() {
                        leaves += 1;
                        let volume = stratum.volume();
                        round.means.iter_mut().zip(&stratum.means).for_each(|(sum, mean)| *sum += volume * mean);
                        round.covariance.iter_mut().zip(&stratum.covariance).for_each(|(sum, c)| *sum += volume * volume * c);
                    }
                    next.extend(halves);
                }
            }
            strata = next;
        }
        round.means.iter_mut().zip(&round.units).for_each(|(mean, unit)| *mean = scaling::scale(*mean, *unit));
        check_sums(round.means.iter().copied())?;
        self.state.strata = leaves;
        if self.state.rounds == 0 {
            self.state.moments = round
        } else {
            self.state.moments.merge(&round)
        }
        self.state.rounds += 1;
        Ok(())
    }
}

impl<'a> Method<'a> for Run<'a> {
    type Settings = Miser;
    type State = State;

    fn least_evals(_: &Miser, _: &Pullback<'_>, options: &Options) -> u64 {
        if options.resume.is_some() { 0 } else { FIRST + FEW as u64 }
    }

    fn least_memory(f: &Pullback<'_>) -> u64 {
        8 * (COPIES + LEAST_UNDER_WAY as u64) * packed(f.components(), 0) as u64
    }

    /// Units are those of a few points.
    fn start(_: &'a Miser, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let moments = Moments::zero(f.components());
        let lit = vec![false; f.components()];
        let state = State { moments, rounds: 0, strata: 0, lit, alive: Vec::new(), tally: Tally::default() };
        let mut run = Run { f, options, workers: Workers::of(options), state };
        let mut few = Sample::sequence(f.dim(), 0, FEW);
        for sample in &mut few {
            sample.evaluate(f, &mut Workspace::default());
            run.state.tally.merge(std::mem::take(&mut sample.tally));
        }
        let peak = |c: usize| {
            few.iter().flat_map(|s| s.values.iter().skip(c).step_by(f.components())).fold(0.0, |m: f64, y| m.max(y.abs()))
        };
        let unit = |peak: f64| if peak > 0.0 { scaling::exponent(peak) } else { 0 };
        run.state.moments.units = (0..f.components()).map(|c| unit(peak(c))).collect();
        run.round(FIRST)?;
        Ok(run)
    }

    fn resume(_: &'a Miser, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        let shaped = state.moments.is_sound(f.components()) && state.lit.len() == f.components();
        let alive = state.alive.len() <= PLACES && state.alive.iter().all(|u| u.len() == f.dim());
        let sound = shaped && alive && (1..1 << 40).contains(&state.rounds) && state.moments.points < 1 << 60;
        sound.then(|| Run { f, options, workers: Workers::of(options), state })
    }

    fn refine(&mut self, watch: &mut Watch<'_, '_>) -> Result<Stop, Error> {
        by_steps(self, watch)
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
        standing(self.options, &self.state.moments)
    }

    fn places(&self) -> Vec<Vec<f64>> {
        self.state.alive.clone()
    }

    fn outcome(&self) -> Option<Outcome> {
        let State { moments, rounds, strata, lit, tally, .. } = &self.state;
        let integrals = moments.integrals();
        Some(Outcome {
            scatter: 0.0,
            ratios: ratios(self.options, moments),
            covariance: Some(moments.matrix()),
            signs: vec![(!lit.contains(&true), Suspect::AllZero), (tally.is_biased(&integrals), Suspect::NonFinite)],
            integrals,
            detail: Detail::Strata { rounds: *rounds, strata: *strata },
        })
    }
}

impl<'a> Steps<'a> for Run<'a> {
    type Step = u64;

    fn next(&self) -> Option<u64> {
        let spent = self.state.tally.evaluations;
        let left = self.options.max_evals.saturating_sub(spent);
        let points = spent.clamp(FIRST, MOST).min(left);
        // A rest that is too small for a round of its own is spent with the last one.
        let points = if left - points < FIRST / 2 { left } else { points };
        (points >= FIRST / 2).then_some(points)
    }

    fn step(&mut self, points: u64) -> Result<bool, Error> {
        self.round(points)?;
        Ok(self.is_done())
    }

    fn is_done(&mut self) -> bool {
        let is_seen = self.state.tally.evaluations >= ZERO_POINTS || !self.state.lit.contains(&false);
        self.state.rounds >= LEAST_ROUNDS && is_seen && self.is_met()
    }

    fn is_met(&self) -> bool {
        self.standing().is_met()
    }

    fn undo(&mut self, before: State) {
        self.state = before;
    }
}

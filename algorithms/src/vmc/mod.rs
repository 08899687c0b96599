//! Variational Monte Carlo: many walkers visit the density below the line of a ratio and average the local value.
//!
//! E = ∫f/∫p = ⟨f/p⟩ over points distributed as p ≥ 0, which need not be normalised. Walkers live in the unit cube, on
//! which p carries its Jacobian: any domain and any coordinates will do, and uniform points are a start for everyone.
//! A run draws the walkers from many such points by their density, adapts the steps of every axis and then their common
//! factor to the acceptance wished for, and leaves them alone from there on: only a fixed kernel keeps p invariant.
//!
//! N. Metropolis et al., J. Chem. Phys. 21 (1953) 1087; W. L. McMillan, Phys. Rev. 138 (1965) A442.

mod plan;
mod record;
mod settings;
mod walk;

pub use settings::Vmc;

use crate::chunks::Workers;
use crate::integrator::Observer;
use crate::pullback::{Pullback, Tally};
use crate::state::{Identity, Snapshot};
use crate::{Detail, Error, Estimate, Options, Progress, Report, Stop, Suspect};
use plan::{AXIS_ROUNDS, CANDIDATES, COMMON_ROUNDS, COMMON_STEPS, Plan};
use record::{Judgement, Record};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::time::Instant;
use walk::{Leg, Parts, Population, Scratch};

/// Most steps between two calls of the observer.
const LEG: u64 = 64;
/// Half the width of the first proposals.
const FIRST_STEP: f64 = 0.25;
/// Acceptance of moves along a single axis, at which a walker moves fastest on it.
const AXIS_ACCEPTANCE: f64 = 0.5;
/// How far ln s follows a deviation of the acceptance, whose slope in ln s is about −0.3 there.
const GAIN: f64 = 3.0;
/// Acceptance above which an axis is as good as flat, and is drawn anew at every step.
const FLAT: f64 = 0.95;
/// Evaluations after which a density that was zero everywhere is believed to be, and the part of a budget for them.
const ZERO_POINTS: u64 = crate::vegas::ZERO_POINTS;
const SEARCH_PART: u64 = 8;

/// Walks through the pulled-back density until the goal is met.
fn run(vmc: &Vmc, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
    let start = Instant::now();
    let identity = Identity::new("vmc", vmc, f, options);
    let mut state = match &options.resume {
        Some(bytes) => State::resume(f, options, identity.open(bytes)?)?,
        None => State::new(vmc, f, options)?,
    };
    if f.is_interrupted() {
        return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
    }
    let stop = state.go_on(&identity, observer)?;
    if stop != Stop::Cancelled {
        _ = state.observe(&identity, observer, true);
    }
    state.memory.tally.check(stop != Stop::Cancelled)?;
    Ok(state.report(stop, start))
}

/// A run between two legs.
struct State<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    parts: Parts,
    workers: Workers<Scratch>,
    memory: Memory,
    judgement: Judgement,
}

/// All that a run depends on from here on.
#[derive(Serialize, Deserialize)]
struct Memory {
    plan: Plan,
    populations: Vec<Population>,
    /// Half the widths of proposals.
    steps: Vec<f64>,
    /// Legs so far: the key of the next one's random numbers.
    legs: u64,
    /// Steps of each walker before the record begins.
    before: u64,
    record: Record,
    /// Densities above zero and below zero that were met.
    signs: [bool; 2],
    tally: Tally,
}

impl<'a> State<'a> {
    /// With walkers that have started and steps that are adapted.
    fn new(vmc: &Vmc, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let plan = Plan::new(vmc, f.dim(), options.max_evals)?;
        let hints = f.hints(options)?;
        let populations: Vec<Population> = (0..plan.populations).map(|_| Population::new(plan.groups)).collect();
        let ratios = options.ratios.len();
        let record = Record::new(&populations, vec![0.0; ratios]);
        let steps = vec![FIRST_STEP; f.dim()];
        let (signs, tally) = ([false; 2], Tally::default());
        let memory = Memory { plan, populations, steps, legs: 0, before: 0, record, signs, tally };
        let mut state = State::with(f, options, memory);
        if state.find(&hints)? {
            state.adapt(vmc.acceptance)?;
            let populations = &state.memory.populations;
            let means: Vec<Vec<f64>> = populations.iter().map(Population::means).collect();
            let shifts = (0..ratios).map(|k| means.iter().map(|m| m[k]).sum::<f64>() / means.len() as f64);
            // A shift that is no number would spoil sums which can do without.
            state.memory.record = Record::new(populations, shifts.map(|s| if s.is_finite() { s } else { 0.0 }).collect());
        }
        Ok(state)
    }

    /// Goes on from a saved state.
    fn resume(f: &'a Pullback<'a>, options: &'a Options, memory: Memory) -> Result<Self, Error> {
        let Memory { plan, populations, steps, record, .. } = &memory;
        let ratios = options.ratios.len();
        let started = !populations.is_empty() && populations.iter().all(|p| p.is_sound(plan.groups, f.dim(), ratios));
        let sizes = steps.len() == f.dim() && steps.iter().all(|s| *s > 0.0 && *s <= 1.0);
        let walkers = plan.populations.checked_mul(plan.groups).and_then(|groups| groups.checked_mul(crate::simd::LANES));
        let population = populations.first().map_or(0, |p| p.groups * crate::simd::LANES);
        let sums = walkers.is_some_and(|walkers| record.is_sound(walkers, population, ratios));
        if !(started && sizes && sums && populations.len() == plan.populations && plan.populations >= 2) {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        Ok(State::with(f, options, memory))
    }

    fn with(f: &'a Pullback<'a>, options: &'a Options, memory: Memory) -> Self {
        let numerators = options.ratios.iter().map(|r| r.numerator).collect();
        let parts = Parts { numerators, denominator: options.ratios[0].denominator };
        let judgement = memory.record.judge(memory.before);
        State { f, options, parts, workers: Workers::new(options.threads), memory, judgement }
    }

    /// Puts every walker where the density is not zero; `false` if no such place was found.
    fn find(&mut self, hints: &[Vec<f64>]) -> Result<bool, Error> {
        let cost = (CANDIDATES * self.memory.plan.walkers()) as u64;
        let rounds = (ZERO_POINTS.min(self.options.max_evals / SEARCH_PART) / cost).max(1);
        self.leg(&[], rounds, |population, scratch, leg, index| population.start(scratch, leg, index, CANDIDATES, hints))?;
        // One that has found nothing joins one that has.
        let populations = &mut self.memory.populations;
        let Some(found) = populations.iter().position(Population::has_started) else { return Ok(false) };
        populations.rotate_left(found);
        for i in 1..populations.len() {
            let (before, rest) = populations.split_at_mut(i);
            if !rest[0].has_started() {
                rest[0].join(&before[i - 1]);
            }
        }
        Ok(true)
    }

    /// Adapts the steps: of every axis alone, so that each has its own length, then all by a common factor.
    fn adapt(&mut self, acceptance: f64) -> Result<(), Error> {
        let dim = self.f.dim();
        let mut flat = vec![false; dim];
        for _ in 0..AXIS_ROUNDS {
            for d in 0..dim {
                let mut alone = vec![0.0; dim];
                alone[d] = self.memory.steps[d];
                let accepted = self.walk(&alone, 1)?;
                flat[d] = alone[d] == 1.0 && accepted > FLAT;
                self.memory.steps[d] = (alone[d] * (GAIN * (accepted - AXIS_ACCEPTANCE)).exp()).min(1.0);
            }
        }
        let lengths = self.memory.steps.clone();
        let mut factor: f64 = 1.0;
        for _ in 0..COMMON_ROUNDS {
            let scaled = lengths.iter().zip(&flat).map(|(s, flat)| if *flat { 1.0 } else { (s * factor).clamp(1e-12, 1.0) });
            self.memory.steps = scaled.collect();
            let accepted = self.walk(&self.memory.steps.clone(), COMMON_STEPS)?;
            factor *= (GAIN * (accepted - acceptance)).exp();
        }
        Ok(())
    }

    /// Takes all walkers so many steps on and returns the share of proposals that were accepted.
    fn walk(&mut self, steps: &[f64], count: u64) -> Result<f64, Error> {
        self.leg(steps, count, |population, scratch, leg, index| population.walk(scratch, leg, index))?;
        self.memory.before += count;
        let accepted: u64 = self.memory.populations.iter().map(|p| p.yields.accepted).sum();
        Ok(accepted as f64 / (count * self.memory.plan.walkers() as u64) as f64)
    }

    /// One piece of work for every population.
    fn leg(
        &mut self,
        steps: &[f64],
        count: u64,
        work: impl Fn(&mut Population, &mut Scratch, &Leg<'_>, u64) + Sync,
    ) -> Result<(), Error> {
        let Memory { populations, record, legs, signs, tally, .. } = &mut self.memory;
        let (seed, number) = (self.options.seed, *legs);
        let leg = Leg { f: self.f, parts: &self.parts, steps, shifts: &record.shifts, count, seed, number };
        let mut pieces: Vec<(u64, &mut Population)> = (0..).zip(populations.iter_mut()).collect();
        self.workers.each(&mut pieces, |scratch, (index, population)| work(population, scratch, &leg, *index));
        *legs += 1;
        for population in populations {
            tally.merge(std::mem::take(&mut population.yields.tally));
            signs.iter_mut().zip(population.yields.signs).for_each(|(all, met)| *all |= met);
        }
        if *signs == [true; 2] {
            return Err(Error::Density { method: "vmc", component: self.parts.denominator });
        }
        tally.check(false)
    }

    /// Walks until the goal is met or something else ends the run.
    fn go_on(&mut self, identity: &Identity<'_>, observer: &mut Observer<'_>) -> Result<Stop, Error> {
        if !self.memory.populations.iter().all(Population::has_started) {
            return Ok(Stop::Budget);
        }
        let walkers = self.memory.plan.walkers() as u64;
        while !self.is_done() {
            let left = self.options.max_evals.saturating_sub(self.memory.tally.evaluations);
            let count = (left / walkers).min(LEG).min(self.memory.record.room());
            if count == 0 {
                return Ok(Stop::Budget);
            }
            let steps = self.memory.steps.clone();
            let Memory { populations, legs, signs, tally, .. } = &self.memory;
            let before = self.f.before(|| (populations.clone(), *legs, *signs, tally.clone()));
            self.leg(&steps, count, |population, scratch, leg, index| population.walk(scratch, leg, index))?;
            if let Some(before) = before.filter(|_| self.f.is_interrupted()) {
                let Memory { populations, legs, signs, tally, .. } = &mut self.memory;
                (*populations, *legs, *signs, *tally) = before;
                _ = self.observe(identity, observer, false);
                return Ok(Stop::Cancelled);
            }
            self.memory.record.add(&self.memory.populations, count);
            self.judgement = self.memory.record.judge(self.memory.before);
            if !self.is_done() && self.observe(identity, observer, false).is_break() {
                return Ok(Stop::Cancelled);
            }
        }
        Ok(Stop::Converged)
    }

    fn is_done(&self) -> bool {
        self.excess() <= 1.0 && self.judgement.settled
    }

    /// Largest error as a multiple of its tolerance.
    fn excess(&self) -> f64 {
        let multiple = |e: &Estimate| {
            let tolerance = self.options.tolerance(e.value);
            if e.error <= tolerance { e.error / tolerance } else { (e.error / tolerance).max(1.0 + f64::EPSILON) }
        };
        self.judgement.estimates.iter().map(multiple).fold(0.0, f64::max)
    }

    fn observe(&self, identity: &Identity<'_>, observer: &mut Observer<'_>, finished: bool) -> ControlFlow<()> {
        observer(Progress {
            evaluations: self.memory.tally.evaluations,
            max_evals: self.options.max_evals,
            estimates: &self.judgement.estimates,
            excess: self.excess(),
            snapshot: Snapshot::new(&|| identity.seal(&self.memory, self.memory.populations.iter().flat_map(Population::some))),
            finished,
        })
    }

    /// A sign that the stated errors are wrong.
    fn suspect(&self) -> Option<Suspect> {
        let Judgement { settled, disagrees, heavy, .. } = self.judgement;
        let signs = [
            (self.memory.signs == [false; 2], Suspect::AllZero),
            (self.memory.tally.is_biased(&self.judgement.estimates), Suspect::NonFinite),
            (disagrees, Suspect::Disagreement),
            (heavy, Suspect::HeavyTail),
            (!settled, Suspect::Drift),
        ];
        signs.into_iter().find(|(is, _)| *is).map(|(_, suspect)| suspect)
    }

    fn report(&self, stop: Stop, start: Instant) -> Report {
        let (judgement, tally, threads) = (&self.judgement, &self.memory.tally, self.workers.threads());
        let walkers = self.memory.plan.walkers();
        Report {
            ratios: judgement.estimates.clone(),
            non_finite: tally.non_finite,
            seconds: start.elapsed().as_secs_f64(),
            integrand_seconds: tally.integrand_time.as_secs_f64() / threads as f64,
            threads,
            suspect: self.suspect(),
            detail: Detail::Walks {
                walkers,
                steps: judgement.steps,
                equilibration: tally.evaluations - judgement.steps * walkers as u64,
                acceptance: judgement.acceptance,
                autocorrelation: judgement.autocorrelation,
                chi2_per_dof: judgement.chi2_per_dof,
            },
            ..Report::new(vec![Estimate { value: f64::NAN, error: f64::INFINITY }; self.f.components()], tally.evaluations, stop)
        }
    }
}

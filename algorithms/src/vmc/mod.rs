//! Variational Monte Carlo: many walkers visit the density below the line of a ratio and average the local value.
//!
//! E = ∫f/∫p = ⟨f/p⟩ over points distributed as p ≥ 0, which need not be normalised. Walkers live in the unit cube, on
//! which p carries its Jacobian: any domain and any coordinates will do, and uniform points are a start for everyone.
//! A run draws the walkers from many such points by their density, adapts the steps of every axis and then their common
//! factor to the acceptance wished for ([`start`]), and leaves them alone from there on: only a fixed kernel keeps p invariant.
//!
//! N. Metropolis et al., J. Chem. Phys. 21 (1953) 1087; W. L. McMillan, Phys. Rev. 138 (1965) A442.

mod integrator;
mod plan;
mod record;
mod start;
mod state;
mod walk;

pub use integrator::Vmc;

use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally};
use crate::run::{Method, Outcome, Steps, Watch, by_steps};
use crate::standing::{Standing, multiple};
use crate::{Detail, Error, Estimate, Options, Stop, Suspect};
use plan::Plan;
use record::Judgement;
use state::State;
use walk::{Leg, Numbered, Parts, Population, Scratch};

/// Most steps of a leg, between two calls of the observer.
const LEG: u64 = 64;

/// A run between two legs.
struct Run<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    parts: Parts,
    workers: Workers<Scratch>,
    state: State,
    judgement: Judgement,
}

impl<'a> Run<'a> {
    fn with(f: &'a Pullback<'a>, options: &'a Options, state: State) -> Self {
        let numerators = options.ratios.iter().map(|r| r.numerator).collect();
        let parts = Parts { numerators, denominator: options.ratios[0].denominator };
        let judgement = state.record.judge(state.before);
        Run { f, options, parts, workers: Workers::of(options), state, judgement }
    }

    /// Takes all walkers `count` steps on and returns the share of proposals that were accepted.
    fn walk(&mut self, steps: &[f64], count: u64) -> Result<f64, Error> {
        self.leg(steps, count, |population, scratch, leg, index| population.walk(scratch, leg, index))?;
        let accepted: u64 = self.state.populations.iter().map(|p| p.yields.accepted).sum();
        Ok(accepted as f64 / (count * self.state.plan.walkers() as u64) as f64)
    }

    /// One piece of work for every population.
    fn leg(
        &mut self,
        steps: &[f64],
        count: u64,
        work: impl Fn(&mut Population, &mut Scratch, &Leg<'_>, u64) + Sync,
    ) -> Result<(), Error> {
        let State { populations, record, legs, signs, tally, .. } = &mut self.state;
        let (seed, number) = (self.options.seed, *legs);
        let leg = Leg { f: self.f, parts: &self.parts, steps, shifts: &record.shifts, count, seed, number };
        let mut pieces: Vec<Numbered<'_>> = (0..).zip(populations.iter_mut()).map(|(i, p)| Numbered(i, p)).collect();
        self.workers.share(&mut pieces, |scratch, Numbered(index, population)| work(population, scratch, &leg, *index));
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
}

impl<'a> Method<'a> for Run<'a> {
    type Settings = Vmc;
    type State = State;

    /// A run that goes on has paid for its start.
    fn least_evals(_: &Vmc, f: &Pullback<'_>, options: &Options) -> u64 {
        if options.resume.is_some() { 0 } else { Plan::least_evals(f.dim()) }
    }

    fn start(vmc: &'a Vmc, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        Run::in_equilibrium(vmc, f, options)
    }

    fn resume(_: &'a Vmc, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        state.is_sound(f.dim(), options.ratios.len()).then(|| Run::with(f, options, state))
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
        let multiple = |e: &Estimate| multiple(e.error, self.options.tolerance(e.value));
        let estimates = self.judgement.estimates.clone();
        Standing { excess: estimates.iter().map(multiple).fold(0.0, f64::max), estimates }
    }

    fn places(&self) -> Vec<Vec<f64>> {
        self.state.populations.iter().flat_map(Population::some).take(crate::run::PLACES).collect()
    }

    fn outcome(&self) -> Option<Outcome> {
        let Run { judgement, state: State { signs, tally, plan, .. }, .. } = self;
        Some(Outcome {
            scatter: 0.0,
            integrals: vec![Estimate { value: f64::NAN, error: f64::INFINITY }; self.f.components()],
            ratios: judgement.estimates.clone(),
            covariance: None,
            signs: vec![
                (*signs == [false; 2], Suspect::AllZero),
                (tally.is_biased(&judgement.estimates), Suspect::NonFinite),
                (judgement.disagrees, Suspect::Disagreement),
                (judgement.heavy, Suspect::HeavyTail),
                (!judgement.settled, Suspect::Drift),
            ],
            detail: Detail::Walks {
                walkers: plan.walkers(),
                steps: judgement.steps,
                equilibration: tally.evaluations - judgement.steps * plan.walkers() as u64,
                acceptance: judgement.acceptance,
                autocorrelation: judgement.autocorrelation,
                chi2_per_dof: judgement.chi2_per_dof,
            },
        })
    }
}

impl<'a> Steps<'a> for Run<'a> {
    type Step = u64;

    /// As many as the open segment of the record has room for.
    fn next(&self) -> Option<u64> {
        let State { populations, plan, tally, record, .. } = &self.state;
        let walkers = plan.walkers() as u64;
        let affordable = self.options.max_evals.saturating_sub(tally.evaluations) / walkers;
        let count = affordable.min(LEG).min(record.room());
        (count > 0 && populations.iter().all(Population::has_started)).then_some(count * walkers)
    }

    fn step(&mut self, points: u64) -> Result<bool, Error> {
        let count = points / self.state.plan.walkers() as u64;
        self.walk(&self.state.steps.clone(), count)?;
        if self.f.is_interrupted() {
            return Ok(false);
        }
        self.state.record.add(&self.state.populations, count);
        self.judgement = self.state.record.judge(self.state.before);
        Ok(self.is_met())
    }

    fn is_done(&mut self) -> bool {
        self.is_met()
    }

    fn is_met(&self) -> bool {
        self.standing().excess <= 1.0 && self.judgement.settled
    }

    fn undo(&mut self, before: State) {
        self.judgement = before.record.judge(before.before);
        self.state = before;
    }
}

//! How walkers start: where the density is, in nearly the right proportions, with steps that suit it.

use super::plan::{AXIS_ROUNDS, CANDIDATES, COMMON_ROUNDS, COMMON_STEPS, Plan};
use super::record::Record;
use super::state::State;
use super::walk::Population;
use super::{Run, Vmc};
use crate::pullback::{Pullback, Tally};
use crate::sampling::ZERO_POINTS;
use crate::{Error, Options};

/// Half the width of the first proposals.
const FIRST_STEP: f64 = 0.25;
/// Acceptance of moves along a single axis, at which a walker moves fastest on it.
const AXIS_ACCEPTANCE: f64 = 0.5;
/// How far ln s follows a deviation of the acceptance, whose slope in ln s is about −0.3 there.
const GAIN: f64 = 3.0;
/// Acceptance above which an axis is as good as flat, and is drawn anew at every step.
const FLAT: f64 = 0.95;
/// Smallest step on an axis.
const LEAST_STEP: f64 = 1e-12;
/// Part of a budget for evaluations after which a density that was zero everywhere is believed to be.
const SEARCH_PART: u64 = 8;

impl<'a> Run<'a> {
    /// Walkers that have started, with steps that are adapted.
    pub(super) fn in_equilibrium(vmc: &Vmc, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let plan = Plan::new(vmc, f.dim(), options.max_evals);
        let hints = f.hints(options)?;
        let populations: Vec<Population> = (0..plan.populations).map(|_| Population::new(plan.groups)).collect();
        let ratios = options.ratios.len();
        let record = Record::new(&populations, vec![0.0; ratios]);
        let steps = vec![FIRST_STEP; f.dim()];
        let (signs, tally) = ([false; 2], Tally::default());
        let mut run = Run::with(f, options, State { plan, populations, steps, legs: 0, before: 0, record, signs, tally });
        if run.find(&hints)? {
            run.adapt(vmc.acceptance)?;
            let populations = &run.state.populations;
            let means: Vec<Vec<f64>> = populations.iter().map(Population::means).collect();
            let shifts = (0..ratios).map(|k| means.iter().map(|m| m[k]).sum::<f64>() / means.len() as f64);
            // A shift that is no number would spoil sums which can do without.
            run.state.record = Record::new(populations, shifts.map(|s| if s.is_finite() { s } else { 0.0 }).collect());
        }
        Ok(run)
    }

    /// Puts every walker where the density is not zero; `false` if no such place was found.
    fn find(&mut self, hints: &[Vec<f64>]) -> Result<bool, Error> {
        let cost = (CANDIDATES * self.state.plan.walkers()) as u64;
        let rounds = (ZERO_POINTS.min(self.options.max_evals / SEARCH_PART) / cost).max(1);
        self.leg(&[], rounds, |population, scratch, leg, index| population.start(scratch, leg, index, CANDIDATES, hints))?;
        // One that has found nothing joins one that has.
        let populations = &mut self.state.populations;
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
                alone[d] = self.state.steps[d];
                let accepted = self.try_out(&alone, 1)?;
                flat[d] = alone[d] == 1.0 && accepted > FLAT;
                self.state.steps[d] = (alone[d] * (GAIN * (accepted - AXIS_ACCEPTANCE)).exp()).min(1.0);
            }
        }
        let lengths = self.state.steps.clone();
        let mut factor: f64 = 1.0;
        for _ in 0..COMMON_ROUNDS {
            let scaled = lengths.iter().zip(&flat).map(|(s, flat)| if *flat { 1.0 } else { (s * factor).clamp(LEAST_STEP, 1.0) });
            self.state.steps = scaled.collect();
            let accepted = self.try_out(&self.state.steps.clone(), COMMON_STEPS)?;
            factor *= (GAIN * (accepted - acceptance)).exp();
        }
        Ok(())
    }

    /// The share of proposals that are accepted with these `steps`.
    fn try_out(&mut self, steps: &[f64], count: u64) -> Result<f64, Error> {
        self.state.before += count;
        self.walk(steps, count)
    }
}

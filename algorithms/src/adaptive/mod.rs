//! Globally adaptive refinement of the unit cube with a fully symmetric rule.
//!
//! All regions that the tolerance still needs are refined together, or as many as a wave holds (I. Gladwell, in NATO ASI
//! F38 (1987) 1): they leave the queue, worst first, until the error that would remain without them meets the tolerance.
//! Their halves are evaluated in groups, many regions to a batch; every node is evaluated once and gives the integral, its
//! error and the axis of the next cut. Which regions are refined depends on the estimates alone.

mod assess;
mod audit;
mod balance;
mod climb;
mod collect;
mod estimate;
mod fresh;
mod goal;
mod group;
mod methods;
mod outcome;
mod queue;
mod regions;
mod state;
mod sum;
mod surprise;
mod survey;
mod tabulate;
mod tree;
mod waves;
mod weigh;

pub use methods::{Cuhre, GenzMalik};
pub(crate) use sum::Sum;

use crate::chunks::Workers;
use crate::integrator::Observer;
use crate::pullback::{Pullback, check_sums};
use crate::rules::Rule;
use crate::run::{Identity, Region, Snapshot};
use crate::{Error, Estimate, Options, Progress, Report, Stop, Target};
use audit::{Audits, Verdict};
use goal::Goal;
use group::{Group, Scratch, Setting};
use queue::Queue;
use regions::half_side;
use state::State;
use std::ops::ControlFlow;
use std::time::Instant;
use tree::Cuts;
use waves::Wave;

/// Halvings of every side around a hint: a thousandth of the width in each variable is then a sixteenth of a side.
const HINT_LEVELS: usize = 6;
/// Regions as near as this to a hint are cut: half the side of the smallest.
const HINT_RADIUS: f64 = 1.0 / 128.0;
/// Copies of the store that there may be: itself, one to go back to if an audit is interrupted, and what trees of regions and a
/// store that grows take for a while.
const COPIES: u64 = 3;
/// Growth of the number of regions after which a drifting goal is applied to all of them again.
const REJUDGE_GROWTH: f64 = 1.3;

/// Integrates the pulled-back function with a rule, refining until the goal is met.
fn refine(
    identity: &Identity<'_>,
    rule: &Rule,
    f: &Pullback<'_>,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    let start = Instant::now();
    let needed = rule.points() as u64;
    if options.max_evals < needed {
        return Err(Error::Budget { method: identity.method(), max_evals: options.max_evals, needed, dim: f.dim() });
    }
    let setting = Setting::new(f, rule, options);
    let workers = Workers::new(options.threads);
    let mut mesh = match &options.resume {
        Some(bytes) => Mesh::resume(&setting, options, identity, &workers, bytes)?,
        None => Mesh::new(&setting, options, identity, &workers)?,
    };
    if f.is_interrupted() {
        return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
    }
    let stop = mesh.run(observer)?;
    if stop != Stop::Cancelled {
        _ = mesh.observe(observer, true);
    }
    Ok(mesh.report(stop, start))
}

/// A run.
struct Mesh<'a> {
    setting: &'a Setting<'a>,
    options: &'a Options,
    identity: &'a Identity<'a>,
    workers: &'a Workers<Scratch>,
    state: State,
}

impl<'a> Mesh<'a> {
    /// Evaluates the whole cube as the first region.
    fn new(
        setting: &'a Setting<'a>,
        options: &'a Options,
        identity: &'a Identity<'a>,
        workers: &'a Workers<Scratch>,
    ) -> Result<Self, Error> {
        let components = setting.shape.components;
        let unknown = Goal::new(options, &vec![0.0; components], &vec![0.0; components], 1.0);
        let mut whole = Group::new(setting.shape);
        workers.each(std::slice::from_mut(&mut whole), |scratch, group| setting.evaluate(&unknown, scratch, group));
        let state = State {
            regions: whole.regions,
            queue: Queue::default(),
            goal: unknown,
            values: vec![Sum::default(); components],
            errors: vec![Sum::default(); setting.shape.functionals],
            tally: whole.tally,
            in_flight: Vec::new(),
            frozen: 0,
            frozen_errors: vec![Sum::default(); setting.shape.functionals],
            roundings: vec![0.0; components],
            judged: 1,
            tolerances: [options.rtol, options.atol],
            cuts: Cuts::default(),
            audits: Audits::default(),
        };
        let mut mesh = Mesh { setting, options, identity, workers, state };
        mesh.sum_afresh();
        mesh.cut_at(&setting.f.cuts());
        for hint in setting.f.hints(options)? {
            mesh.cut_around(&hint);
        }
        Ok(mesh)
    }

    /// Halves regions until no cut passes through the inside of one, as far as the budget allows.
    fn cut_at(&mut self, cuts: &[(usize, f64)]) {
        loop {
            let regions = &self.state.regions;
            let splits =
                |i: usize, (axis, at): &(usize, f64)| (at - regions.centre(i)[*axis]).abs() < half_side(regions.levels(i)[*axis]);
            let cut = |i: usize| cuts.iter().find(|cut| splits(i, cut)).map(|(axis, _)| (i, *axis));
            let halved: Vec<_> = (0..regions.len()).filter_map(cut).collect();
            if halved.is_empty() || self.halve(&halved) < halved.len() {
                break;
            }
        }
        if !cuts.is_empty() {
            self.sum_afresh();
        }
    }

    /// Halves the regions around a hint along all axes in turn, as far as the budget allows.
    fn cut_around(&mut self, hint: &[f64]) {
        let dim = self.setting.shape.dim;
        for cut in 0..HINT_LEVELS * dim {
            let (axis, level) = (cut % dim, cut / dim);
            let regions = &self.state.regions;
            let near = |i: &usize| usize::from(regions.levels(*i)[axis]) <= level && regions.is_near(*i, hint, HINT_RADIUS);
            let cuts: Vec<_> = (0..regions.len()).filter(near).map(|i| (i, axis)).collect();
            self.halve(&cuts);
        }
        self.sum_afresh();
    }

    /// Halves regions, each along its axis, as far as the budget allows; says how many were. They stay in the queue until
    /// everything is summed afresh.
    fn halve(&mut self, cuts: &[(usize, usize)]) -> usize {
        let cuts = &cuts[..cuts.len().min(self.affordable())];
        let group = |cuts: &[(usize, usize)]| {
            let mut group = Group::new(self.setting.shape);
            for &(region, axis) in cuts {
                group.push(&self.state.regions, region as u32);
                group.halved.set_axis(group.parents.len() - 1, axis as u8);
            }
            group
        };
        let mut groups: Vec<_> = cuts.chunks(self.setting.parents()).map(group).collect();
        let (setting, goal) = (self.setting, &self.state.goal);
        self.workers.each(&mut groups, |scratch, group| setting.evaluate(goal, scratch, group));
        self.state.absorb(&mut groups);
        cuts.len()
    }

    /// Goes on from a saved state.
    fn resume(
        setting: &'a Setting<'a>,
        options: &'a Options,
        identity: &'a Identity<'a>,
        workers: &'a Workers<Scratch>,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let state: State = identity.open(bytes)?;
        if !state.is_sound(setting.shape) {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        let same = state.tolerances == [options.rtol, options.atol];
        let mut mesh = Mesh { setting, options, identity, workers, state };
        if !same {
            // Those in flight go back into the queue.
            mesh.state.in_flight.clear();
            mesh.state.audits.forget_verdict();
            mesh.sum_afresh();
        }
        Ok(mesh)
    }

    /// Refines until the goal is met or something else ends the run.
    fn run(&mut self, observer: &mut Observer<'_>) -> Result<Stop, Error> {
        let mut wave = Wave::in_flight(self.setting, &self.state);
        loop {
            if wave.is_empty()
                && let Some(stop) = self.begin(&mut wave, observer)?
            {
                return self.finish(stop);
            }
            if self.stream(&mut wave, observer).is_break() {
                return self.finish(Stop::Cancelled);
            }
        }
    }

    /// With nothing in flight: chooses a first wave, or says what ends the run.
    fn begin(&mut self, wave: &mut Wave, observer: &mut Observer<'_>) -> Result<Option<Stop>, Error> {
        // Evaluations at which the observer has been called: once each.
        let mut shown = None;
        loop {
            self.state.tally.check(false)?;
            check_sums(self.state.current())?;
            if self.is_goal_outdated() {
                self.state.rejudge(&self.setting.judge, self.options, self.workers);
            }
            let is_met = |mesh: &Self| mesh.lacking() == 0 && mesh.state.goal.met(&mesh.state.errors);
            if is_met(self) || self.state.queue.peek().is_none() {
                // Running sums drift and the goal may have moved: believe only what is summed afresh.
                self.sum_afresh();
                let exhausted = self.state.queue.peek().is_none();
                if is_met(self) || exhausted {
                    match self.challenge(observer) {
                        Verdict::Sound if self.keeps_promise() => return Ok(Some(Stop::Converged)),
                        Verdict::Sound if exhausted || !self.state.goal.met_as_asked(&self.state.errors) => {
                            return Ok(Some(Stop::Roundoff));
                        }
                        // A ratio is known less well than its linear part.
                        Verdict::Sound => {}
                        Verdict::Refined => {
                            shown = Some(self.state.tally.evaluations);
                            if self.observe(observer, false).is_break() {
                                return Ok(Some(Stop::Cancelled));
                            }
                            continue;
                        }
                        Verdict::Unaffordable => return Ok(Some(self.out_of_means())),
                        Verdict::Cancelled => return Ok(Some(Stop::Cancelled)),
                    }
                }
            }
            if self.is_out_of_reach() {
                self.sum_afresh();
                if self.is_out_of_reach() {
                    return Ok(Some(Stop::Roundoff));
                }
            }
            if shown != Some(self.state.tally.evaluations) && self.observe(observer, false).is_break() {
                return Ok(Some(Stop::Cancelled));
            }
            if self.affordable() == 0 {
                return Ok(Some(self.out_of_means()));
            }
            // Before there are enough regions no more are made than that.
            let lacking = self.lacking();
            let wanted = if lacking > 0 { lacking..=lacking } else { 1..=usize::MAX };
            self.choose(wave, None, wanted);
            if !wave.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Whether what is asked for cannot be had.
    fn is_out_of_reach(&self) -> bool {
        self.state.goal.is_out_of_reach(&self.state.errors, &self.state.frozen_errors)
    }

    /// Whether to wait for what is in flight before more is chosen.
    fn must_look(&self) -> bool {
        self.lacking() > 0 || self.is_goal_outdated() || self.is_out_of_reach() || self.state.tally.check(false).is_err()
    }

    /// Regions without which nothing is believed, and that are not there yet.
    fn lacking(&self) -> usize {
        goal::min_regions(self.options, self.setting.rule.points()).saturating_sub(self.state.regions.len())
    }

    /// Regions that can be refined within budget and memory, beside those in flight.
    fn affordable(&self) -> usize {
        let per_parent = 2 * self.setting.rule.points() as u64;
        let left = (self.budget_left() / per_parent).min(self.room());
        usize::try_from(left).unwrap_or(usize::MAX).saturating_sub(self.state.in_flight.len())
    }

    /// Regions for which there is memory, beside those that there are.
    fn room(&self) -> u64 {
        let regions = &self.state.regions;
        (self.options.max_memory / (COPIES * regions.bytes_per_region() as u64)).saturating_sub(regions.len() as u64)
    }

    /// Why nothing more can be refined.
    fn out_of_means(&self) -> Stop {
        if self.room() <= self.state.in_flight.len() as u64 { Stop::Memory } else { Stop::Budget }
    }

    /// Evaluations that may still be made.
    fn budget_left(&self) -> u64 {
        self.options.max_evals.saturating_sub(self.state.tally.evaluations)
    }

    /// Whether the integrals have moved so far that all regions should be judged anew.
    fn is_goal_outdated(&self) -> bool {
        let State { regions, judged, errors, .. } = &self.state;
        let grown = regions.len() as f64 >= REJUDGE_GROWTH * *judged as f64;
        grown && self.state.goal.is_outdated_by(&self.state.goal_now(&self.setting.judge, self.options), errors)
    }

    /// Sums the integrals afresh and judges all regions by what they are.
    fn sum_afresh(&mut self) {
        self.state.add_up_values(&self.setting.judge, self.workers);
        self.state.rejudge(&self.setting.judge, self.options, self.workers);
    }

    fn observe(&self, observer: &mut Observer<'_>, finished: bool) -> ControlFlow<()> {
        self.show(observer, self.state.tally.evaluations, finished)
    }

    /// Shows the observer how things stand after so many evaluations.
    fn show(&self, observer: &mut Observer<'_>, evaluations: u64, finished: bool) -> ControlFlow<()> {
        let values = self.state.current();
        let caution = self.state.caution(&self.setting.judge);
        let stated = |value: f64, error: &Sum| goal::stated(self.options, value, caution * error.value());
        let estimates: Vec<Estimate> = match self.options.target {
            Target::Each => values.iter().zip(&self.state.errors).map(|(v, e)| stated(*v, e)).collect(),
            Target::Ratio => (self.options.ratios.iter().zip(self.state.errors.chunks(2)))
                .map(|(r, e)| stated(values[r.numerator] / values[r.denominator], &e[0]))
                .collect(),
        };
        observer(Progress {
            evaluations,
            max_evals: self.options.max_evals,
            estimates: &estimates,
            excess: self.state.goal.excess(&self.state.errors),
            snapshot: Snapshot::with_regions(&|| self.identity.seal(&self.state, self.state.brightest()), &|| self.regions()),
            finished,
        })
    }

    fn finish(&mut self, stop: Stop) -> Result<Stop, Error> {
        self.state.tally.check(stop != Stop::Cancelled)?;
        self.state.add_up_values(&self.setting.judge, self.workers);
        Ok(stop)
    }

    /// All regions, with what each adds to every integral and its error.
    fn regions(&self) -> Vec<Region> {
        let (regions, components) = (&self.state.regions, self.state.values.len());
        let side = |i: usize, sign: f64| -> Vec<f64> {
            regions.centre(i).iter().zip(regions.levels(i)).map(|(centre, level)| centre + sign * half_side(*level)).collect()
        };
        let integral = |i: usize, c: usize| -> Estimate {
            let unit: Vec<f64> = (0..components).map(|k| f64::from(u8::from(k == c))).collect();
            Estimate { value: regions.sums(i, c)[0], error: self.setting.judge.errors(regions, i, &unit, regions.len() == 1)[0] }
        };
        let region = |i: usize| -> Region {
            Region { lo: side(i, -1.0), hi: side(i, 1.0), integrals: (0..components).map(|c| integral(i, c)).collect() }
        };
        (0..regions.len()).map(region).collect()
    }
}

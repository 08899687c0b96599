//! VEGAS with adaptive stratification: iterations of samples that follow the integrand better and better.
//!
//! Samples are uniform within the strata of the unit cube of y, and a map of each axis turns y into x. An
//! iteration estimates all components with their covariance, and teaches the map where |f| is large and the
//! strata where J f varies; the next one uses what was learnt. As lengths, map and strata of an iteration are
//! fixed before its first sample, every estimate is unbiased given the past, and measured iterations average
//! without bias even while they go on learning.
//!
//! G. P. Lepage, J. Comput. Phys. 27 (1978) 192; J. Comput. Phys. 439 (2021) 110386.

mod average;
mod codes;
mod cubes;
mod goal;
mod grade;
mod map;
mod outcome;
mod piece;
mod place;
mod random;
mod rows;
mod schedule;
mod settings;
mod strata;
mod sums;
pub(crate) mod units;
mod weigh;

pub(crate) use average::{Moments, packed};
pub(crate) use goal::{Goal, functionals, ratio};
pub(crate) use map::{Axis, spread};
pub(crate) use outcome::PATIENCE;
pub(crate) use place::{curved, interval};
pub(crate) use random::Uniform;
pub use settings::Vegas;

use crate::chunks::Workers;
use crate::coordinates::AxisMap;
use crate::integrator::Observer;
use crate::pullback::{Pullback, Tally};
use crate::run::{Identity, Snapshot};
use crate::search::Peaks;
use crate::tail::Tail;
use crate::{Error, Options, Progress, Report, Stop};
use average::Average;
use codes::Field;
use cubes::Cubes;
use goal::Metric;
use map::Centre;
use piece::{Scratch, Setting};
use rows::{Row, Rows};
use schedule::{LEAST_BUDGET, Schedule};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::time::Instant;
use strata::{Span, Strata};

/// Iterations after which the map stays as it is. Measured: 24 bring even a product of six narrow peaks to within
/// 20 % of its least variance, and in later, long iterations training would cost more than it gains.
const TRAINING: usize = 24;
/// Samples that must have been zero, all of them, before a zero integral is believed. A choice, not measured.
pub(crate) const ZERO_POINTS: u64 = 1_000_000;

/// Integrates the pulled-back function, iterating until the goal is met.
fn run(vegas: &Vegas, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
    let start = Instant::now();
    if options.max_evals < LEAST_BUDGET {
        return Err(Error::Budget { method: "vegas", max_evals: options.max_evals, needed: LEAST_BUDGET, dim: f.dim() });
    }
    options.check_memory("vegas", memory(f))?;
    let workers = Workers::new(options.threads);
    let identity = Identity::new("vegas", vegas, f, options);
    let mut state = match &options.resume {
        Some(bytes) => State::resume(vegas, f, options, &identity, bytes)?,
        None => {
            let mut tally = Tally::default();
            f.hints(options)?;
            let peaks = Peaks::find(f, options, options.max_evals, &mut tally);
            if f.is_interrupted() {
                return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
            }
            let mut state = State::new(vegas, f, options, peaks, tally.evaluations)?;
            state.memory.tally.merge(tally);
            state
        }
    };
    let stop = state.iterate(&workers, &identity, observer)?;
    if stop != Stop::Cancelled {
        _ = state.observe(&identity, observer, true);
    }
    Ok(state.report(stop, start, workers.threads()))
}

/// Bytes that the covariances of the components take: of an iteration in double length, of the last one and the average, with
/// copies of both to go back to, of the result, and of pieces under way.
fn memory(f: &Pullback<'_>) -> u64 {
    let numbers = 8 + Rows::pieces_under_way(f.components()) as u64;
    8 * numbers * packed(f.components(), 0) as u64
}

/// A map that knows of `peaks`, with `increments` per axis after `iterations` of `points` samples each, and what they cost.
pub(crate) fn train(
    f: &Pullback<'_>,
    options: &Options,
    peaks: &Peaks,
    iterations: usize,
    points: u64,
    increments: usize,
) -> Result<(Vec<Axis>, Tally), Error> {
    let vegas = Vegas::default().warmup(iterations).points(points).increments(increments);
    let workers = Workers::new(options.threads);
    let mut state = State::new(&vegas, f, options, peaks.clone(), 0)?;
    for _ in 0..iterations {
        state.memory.last = state.iteration(points, &workers);
        state.memory.iterations += 1;
        state.memory.tally.check(false)?;
    }
    Ok((state.memory.axes, state.memory.tally))
}

/// A run.
struct State<'a> {
    vegas: &'a Vegas,
    f: &'a Pullback<'a>,
    options: &'a Options,
    memory: Memory,
    /// The work of an iteration.
    spans: Vec<Span>,
    /// Those who do it.
    rows: Rows,
    /// The sides of the unit cube that are no intervals; in their places the others are the unit interval.
    curved: Vec<AxisMap>,
}

/// Its state between two iterations: all that a run depends on from here on.
#[derive(Clone, Serialize, Deserialize)]
struct Memory {
    schedule: Schedule,
    axes: Vec<Axis>,
    /// What was found before the first iteration, and the evaluations that this took.
    peaks: Peaks,
    searched: u64,
    strata: Strata,
    /// ∫|f_c| as all samples so far saw it, in units of 2^e.
    sizes: Vec<f64>,
    /// These e.
    units: Vec<i32>,
    /// Iterations so far, with those that warm up.
    iterations: usize,
    /// The last iteration.
    last: Moments,
    average: Average,
    /// The largest weights of measured iterations.
    tail: Tail,
    /// Samples of measured iterations that met the goal first.
    met_at: Option<u64>,
    tally: Tally,
}

impl<'a> State<'a> {
    fn new(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options, peaks: Peaks, searched: u64) -> Result<Self, Error> {
        let hints = f.hints(options)?;
        let (dim, components) = (f.dim(), f.components());
        let Vegas { warmup, iterations, growth, .. } = *vegas;
        let left = options.max_evals - searched;
        let schedule = Schedule::new(vegas.first_points(dim), warmup, iterations, growth, left).with_budget(options.max_evals);
        let increments = vegas.map_increments(schedule.points);
        let hinted = |d: usize| hints.iter().map(move |hint| Centre { x: hint[d], width: None });
        let found = |d: usize| peaks.narrow(schedule.points).map(move |p| Centre { x: p.point[d], width: Some(p.widths[d]) });
        let axes = (0..dim).map(|d| Axis::around(&hinted(d).chain(found(d)).collect::<Vec<_>>(), increments)).collect();
        let memory = Memory {
            schedule,
            axes,
            peaks,
            searched,
            strata: Strata::new(dim, schedule.points, vegas.beta > 0.0),
            sizes: vec![0.0; components],
            units: vec![0; components],
            iterations: 0,
            last: Moments::zero(components),
            average: Average::new(components),
            tail: Tail::new(components),
            met_at: None,
            tally: Tally::default(),
        };
        Ok(State::with(vegas, f, options, memory))
    }

    /// Goes on from a saved state.
    fn resume(
        vegas: &'a Vegas,
        f: &'a Pullback<'a>,
        options: &'a Options,
        identity: &Identity<'_>,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let mut memory: Memory = identity.open(bytes)?;
        let (dim, components) = (f.dim(), f.components());
        let axes = memory.axes.len() == dim && memory.axes.iter().all(|axis| axis.is_sound(memory.axes[0].increments()));
        let units = memory.units.len() == components && memory.units.iter().all(|e| e.abs() <= units::MOST);
        let sums =
            units && memory.sizes.len() == components && memory.last.is_sound(components) && memory.average.is_sound(components);
        let seen = memory.peaks.is_sound(dim, components) && memory.tail.is_sound(components);
        let seen = seen && memory.searched <= memory.tally.evaluations;
        if !(axes && sums && seen && memory.strata.is_sound(dim) && memory.schedule.is_sound()) {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        memory.schedule = memory.schedule.with_budget(options.max_evals);
        Ok(State::with(vegas, f, options, memory))
    }

    fn with(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options, memory: Memory) -> Self {
        let (curved, rows) = (curved(f.axes()), Rows::new(memory.axes.iter().map(Axis::increments).sum(), memory.sizes.len()));
        State { vegas, f, options, memory, spans: Vec::new(), rows, curved }
    }

    /// Iterates until the goal is met or something else ends the run.
    fn iterate(
        &mut self,
        workers: &Workers<Scratch>,
        identity: &Identity<'_>,
        observer: &mut Observer<'_>,
    ) -> Result<Stop, Error> {
        if self.is_done() {
            return self.finish(Stop::Converged);
        }
        while let Some(points) = self.memory.schedule.length(self.memory.iterations, self.memory.tally.evaluations) {
            let before = self.f.before(|| self.memory.clone());
            let moments = self.iteration(points, workers);
            if let Some(before) = before.filter(|_| self.f.is_interrupted()) {
                self.memory = before;
                _ = self.observe(identity, observer, false);
                return Ok(Stop::Cancelled);
            }
            self.memory.tally.check(false)?;
            self.memory.iterations += 1;
            self.memory.last = moments.clone();
            if self.memory.iterations > self.memory.schedule.warmup {
                self.memory.average.add(moments);
            }
            if self.is_done() {
                return self.finish(Stop::Converged);
            }
            if self.observe(identity, observer, false).is_break() {
                return self.finish(Stop::Cancelled);
            }
        }
        // The budget ended before the iterations that were wished for: two that agree have met the goal all the same.
        let met = self.memory.average.len() >= 2 && Goal::new(self.options, &self.stated()).met() && self.is_credible();
        self.finish(if met { Stop::Converged } else { Stop::Budget })
    }

    fn observe(&self, identity: &Identity<'_>, observer: &mut Observer<'_>, finished: bool) -> ControlFlow<()> {
        let goal = Goal::new(self.options, &self.stated());
        observer(Progress {
            evaluations: self.memory.tally.evaluations,
            max_evals: self.options.max_evals,
            estimates: &goal.estimates,
            excess: goal.excess,
            snapshot: Snapshot::new(&|| identity.seal(&self.memory, self.memory.peaks.points().chain(spread(&self.memory.axes)))),
            finished,
        })
    }

    /// One iteration of `points` samples.
    fn iteration(&mut self, points: u64, workers: &Workers<Scratch>) -> Moments {
        self.memory.strata.prepare(points, self.vegas.beta, &mut self.spans, workers);
        // One component teaches by its own measure, several need to know their sizes first.
        let unknown = if self.memory.sizes.len() == 1 { 1.0 } else { 0.0 };
        let scales: Vec<f64> = self.memory.sizes.iter().map(|s| if *s > 0.0 { 1.0 / s } else { unknown }).collect();
        let metric = Metric::new(self.options, &self.moments().means, &scales, &self.memory.units);
        let fields = Field::of(self.memory.strata.per_axis());
        let train = self.trains(points);
        let measures = self.memory.iterations >= self.memory.schedule.warmup;
        let mut cubes = Cubes::new(scales.len());
        let together = self.rows.begin(self.spans.len());
        let mut fresh = self.memory.strata.take_fresh();
        let Memory { strata, axes, tally, tail, iterations, .. } = &mut self.memory;
        let (strata, rows) = (&*strata, &mut self.rows);
        let setting = Setting {
            f: self.f,
            axes,
            curved: &self.curved,
            strata,
            fields: &fields,
            scales: &scales,
            metric: &metric,
            train,
            seed: self.options.seed,
            iteration: *iterations as u64,
        };
        workers.flow(
            |scratch, row: &mut Row| row.evaluate(&setting, scratch),
            |flow| {
                let mut waves = self.spans.chunks(together).enumerate();
                let mut hand_out = |rows: &mut Rows| {
                    let wave = waves.next();
                    wave.map(|(wave, spans)| flow.hand_out(rows.wave(wave, wave * together, spans))).is_some()
                };
                let (mut more, mut wave) = (hand_out(rows), 0);
                while more {
                    more = hand_out(rows);
                    let mut done = flow.take_back();
                    let given_up = setting.f.is_interrupted();
                    for piece in done.iter_mut().flat_map(Row::pieces).filter(|_| !given_up) {
                        tally.merge(std::mem::take(&mut piece.tally));
                        if measures {
                            piece.weigh_tail(points, strata, tail);
                        }
                        cubes.add(piece, &metric, strata, &mut fresh);
                    }
                    rows.put_back(wave, done);
                    wave += 1;
                }
            },
        );
        self.memory.strata.learn(fresh);
        if train > 0 {
            let (alpha, increments) = (self.vegas.alpha, self.memory.axes[0].increments());
            let parts = map::believable(self.rows.evidence(), alpha, increments, self.f.dim());
            let mut axes: Vec<_> = self.memory.axes.iter_mut().enumerate().collect();
            workers.each(&mut axes, |_, (d, axis)| axis.adapt(&self.rows.lesson(*d, increments), alpha, parts));
        }
        let number = self.memory.strata.cubes() as f64;
        self.resize(points, &cubes.sizes(number), cubes.units());
        cubes.moments(points, number)
    }

    /// Averages ∫|f_c| over all samples so far: sizes that follow a single iteration, which may miss a component,
    /// oscillate.
    fn resize(&mut self, points: u64, sizes: &[f64], exponents: &[i32]) {
        let share = points as f64 / (self.memory.tally.evaluations - self.memory.searched) as f64;
        for (c, (new, e)) in sizes.iter().zip(exponents).enumerate() {
            let (size, unit) = (&mut self.memory.sizes[c], &mut self.memory.units[c]);
            let common = if *size > 0.0 { *e.max(unit) } else { *e };
            *size = units::scale(*size, *unit - common);
            *size += share * (units::scale(*new, e - common) - *size);
            *unit = common;
        }
    }

    /// On every how many groups of eight samples this iteration trains the map; 0 if it does not.
    fn trains(&self, points: u64) -> usize {
        let ready = self.memory.sizes.len() == 1 || self.memory.iterations > 0;
        let lasts = self.memory.iterations < self.memory.schedule.warmup.max(TRAINING);
        // The longer an iteration, the smaller the part: with the root of its length the lessons become better all the same.
        let step = (points as f64 / self.memory.schedule.points as f64).sqrt().ceil() as usize;
        if ready && lasts && self.vegas.alpha > 0.0 { step } else { 0 }
    }

    fn finish(&mut self, stop: Stop) -> Result<Stop, Error> {
        self.memory.tally.check(stop != Stop::Cancelled)?;
        Ok(stop)
    }
}

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
mod cubes;
mod goal;
mod map;
mod place;
mod random;
mod schedule;
mod settings;
mod strata;

pub(crate) use average::{Moments, packed};
pub(crate) use goal::{Goal, functionals, ratio};
pub(crate) use map::Axis;
pub use settings::Vegas;

use crate::chunks::Workers;
use crate::integrator::Observer;
use crate::pullback::{Pullback, Tally};
use crate::{Detail, Error, Options, Progress, Report, Stop};
use average::Average;
use cubes::Cubes;
use map::Lesson;
use place::{Piece, Scratch, Setting};
use schedule::{LEAST_BUDGET, Schedule};
use std::time::Instant;
use strata::{Span, Strata};

/// Pieces that are under way together: bounds their memory, keeps threads busy. It changes no result.
const WAVE: usize = 128;
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
    let workers = Workers::new(options.threads);
    let mut state = State::new(vegas, f, options);
    let stop = state.iterate(&workers, observer)?;
    Ok(state.report(stop, start, workers.threads()))
}

/// A map with `increments` per axis after `iterations` of `points` samples each, and what they cost.
pub(crate) fn train(
    f: &Pullback<'_>,
    options: &Options,
    iterations: usize,
    points: u64,
    increments: usize,
) -> Result<(Vec<Axis>, Tally), Error> {
    let vegas = Vegas::default().warmup(iterations).points(points).increments(increments);
    let workers = Workers::new(options.threads);
    let mut state = State::new(&vegas, f, options);
    for _ in 0..iterations {
        state.last = state.iteration(points, &workers);
        state.iterations += 1;
        state.tally.check(false)?;
    }
    Ok((state.axes, state.tally))
}

/// A run between two iterations.
struct State<'a> {
    vegas: &'a Vegas,
    f: &'a Pullback<'a>,
    options: &'a Options,
    schedule: Schedule,
    axes: Vec<Axis>,
    strata: Strata,
    /// ∫|f_c| as all samples so far saw it.
    sizes: Vec<f64>,
    /// Iterations so far, with those that warm up.
    iterations: usize,
    /// The last iteration.
    last: Moments,
    average: Average,
    tally: Tally,
    /// The work of an iteration.
    spans: Vec<Span>,
    /// That of a wave, with its results.
    pieces: Vec<Piece>,
    /// What each axis learns from an iteration.
    lessons: Vec<(usize, Lesson)>,
}

impl<'a> State<'a> {
    fn new(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options) -> Self {
        let (dim, components) = (f.dim(), f.components());
        let Vegas { warmup, iterations, growth, .. } = *vegas;
        let schedule = Schedule::new(vegas.first_points(dim), warmup, iterations, growth, options.max_evals);
        let increments = vegas.map_increments(schedule.points);
        State {
            vegas,
            f,
            options,
            schedule,
            axes: vec![Axis::new(increments); dim],
            strata: Strata::new(dim, schedule.points, vegas.beta > 0.0),
            sizes: vec![0.0; components],
            iterations: 0,
            last: Moments::zero(components),
            average: Average::new(components),
            tally: Tally::default(),
            spans: Vec::new(),
            pieces: Vec::new(),
            lessons: (0..dim).map(|d| (d, vec![[0.0; 2]; increments])).collect(),
        }
    }

    /// Iterates until the goal is met or something else ends the run.
    fn iterate(&mut self, workers: &Workers<Scratch>, observer: &mut Observer<'_>) -> Result<Stop, Error> {
        while let Some(points) = self.schedule.length(self.iterations, self.tally.evaluations) {
            let moments = self.iteration(points, workers);
            self.tally.check(false)?;
            self.iterations += 1;
            self.last = moments.clone();
            if self.iterations > self.schedule.warmup {
                self.average.add(moments);
            }
            let goal = Goal::new(self.options, self.moments());
            if self.average.len() >= self.vegas.iterations && goal.met() && self.is_credible() {
                return self.finish(Stop::Converged);
            }
            let progress = Progress {
                evaluations: self.tally.evaluations,
                max_evals: self.options.max_evals,
                estimates: &goal.estimates,
                excess: goal.excess,
            };
            if observer(progress).is_break() {
                return self.finish(Stop::Cancelled);
            }
        }
        self.finish(Stop::Budget)
    }

    /// The best that is known: the average, or before there is one the last iteration.
    fn moments(&self) -> &Moments {
        if self.average.len() > 0 { self.average.total() } else { &self.last }
    }

    /// Whether there were samples enough to believe in zero where nothing else was seen.
    fn is_credible(&self) -> bool {
        self.tally.evaluations >= ZERO_POINTS || self.sizes.iter().any(|s| *s > 0.0)
    }

    /// One iteration of `points` samples.
    fn iteration(&mut self, points: u64, workers: &Workers<Scratch>) -> Moments {
        self.strata.prepare(points, self.vegas.beta, &mut self.spans);
        let scales: Vec<f64> = self.sizes.iter().map(|s| if *s > 0.0 { 1.0 / s } else { 1.0 }).collect();
        let metric = goal::metric(self.options, &self.moments().means, &scales);
        let train = self.trains();
        let mut cubes = Cubes::new(scales.len());
        self.lessons.iter_mut().for_each(|(_, lesson)| lesson.fill([0.0; 2]));
        self.pieces.resize_with(self.pieces.len().max(WAVE.min(self.spans.len())), Piece::default);
        for (wave, spans) in self.spans.chunks(WAVE).enumerate() {
            let pieces = &mut self.pieces[..spans.len()];
            for (i, (piece, span)) in pieces.iter_mut().zip(spans).enumerate() {
                (piece.span, piece.index) = (*span, (wave * WAVE + i) as u64);
            }
            let setting = Setting {
                f: self.f,
                axes: &self.axes,
                strata: &self.strata,
                scales: &scales,
                metric: &metric,
                train,
                seed: self.options.seed,
                iteration: self.iterations as u64,
            };
            workers.each(pieces, |scratch, piece| setting.evaluate(scratch, piece));
            for piece in &mut *pieces {
                self.tally.merge(std::mem::take(&mut piece.tally));
                cubes.add(piece, &metric, &mut self.strata);
            }
            if train {
                let pieces = &*pieces;
                workers.each(&mut self.lessons, |_, (axis, lesson)| {
                    pieces.iter().for_each(|piece| map::join(lesson, &piece.lessons[*axis]));
                });
            }
        }
        if train {
            self.lessons.iter().for_each(|(axis, lesson)| self.axes[*axis].adapt(lesson, self.vegas.alpha));
        }
        let number = self.strata.cubes() as f64;
        // From all samples so far: sizes that follow a single iteration, which may miss a component, oscillate.
        let share = points as f64 / self.tally.evaluations as f64;
        self.sizes.iter_mut().zip(cubes.sizes(number)).for_each(|(size, s)| *size += share * (s - *size));
        cubes.moments(points, number)
    }

    /// Whether this iteration trains the map.
    fn trains(&self) -> bool {
        // One component trains the map by its own measure, several need to know their sizes first.
        let ready = self.sizes.len() == 1 || self.iterations > 0;
        ready && self.vegas.alpha > 0.0 && self.iterations < self.schedule.warmup.max(TRAINING)
    }

    fn finish(&mut self, stop: Stop) -> Result<Stop, Error> {
        self.tally.check(true)?;
        Ok(stop)
    }

    fn report(&self, stop: Stop, start: Instant, threads: usize) -> Report {
        let moments = self.moments();
        Report {
            integrals: moments.integrals(),
            ratios: self.options.ratios.iter().map(|r| goal::ratio(moments, r)).collect(),
            covariance: Some(moments.matrix()),
            evaluations: self.tally.evaluations,
            stop,
            non_finite: self.tally.non_finite,
            seconds: start.elapsed().as_secs_f64(),
            integrand_seconds: self.tally.integrand_time.as_secs_f64() / threads as f64,
            threads,
            detail: Detail::Iterations {
                iterations: self.average.len(),
                warmup: self.iterations - self.average.len(),
                chi2_per_dof: self.average.chi2_per_dof(self.options),
                strata: self.strata.cubes() as u64,
            },
        }
    }
}

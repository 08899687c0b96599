//! VEGAS with adaptive stratification: iterations of samples that follow the integrand better and better.
//!
//! Samples are uniform within the strata of the unit cube of y, and a map of each axis turns y into x. An
//! iteration estimates all components with their covariance, and teaches the map where |f| is large and the
//! strata where J f varies; the next one uses what was learnt. As lengths, map and strata of an iteration are
//! fixed before its first sample, every estimate is unbiased given the past, and measured iterations average
//! without bias even while they go on learning.
//!
//! G. P. Lepage, J. Comput. Phys. 27 (1978) 192; J. Comput. Phys. 439 (2021) 110386.

mod accumulate;
mod allocation;
mod average;
mod cell_index;
mod integrator;
mod iteration;
mod metric;
mod piece;
mod report;
mod sample;
mod schedule;
mod state;
mod strata;
mod sums;
mod training;
mod weights;

pub use integrator::Vegas;

use crate::coordinates::AxisMap;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally};
use crate::run::{Method, Outcome, PLACES, Steps, Watch, by_steps};
use crate::sampling::{ImportanceMap, MapAxis, curved, packed, spread, standing};
use crate::search::Peaks;
use crate::standing::Standing;
use crate::{Error, Options, Stop};
use piece::Scratch;
use schedule::LEAST_BUDGET;
use state::State;
use strata::Span;
use training::Rows;

/// A run between two iterations.
struct Run<'a> {
    vegas: &'a Vegas,
    f: &'a Pullback<'a>,
    options: &'a Options,
    state: State,
    workers: Workers<Scratch>,
    /// The work of an iteration.
    spans: Vec<Span>,
    /// Work buffers, one for some pieces of every wave.
    rows: Rows,
    /// The sides of the unit cube that are no intervals; in their places the others are the unit interval.
    curved: Vec<AxisMap>,
}

/// A map that knows of `peaks`, with `increments` per axis after `iterations` of `points` samples each, and what they cost.
pub(crate) fn train(
    f: &Pullback<'_>,
    options: &Options,
    peaks: &Peaks,
    iterations: usize,
    points: u64,
    increments: usize,
) -> Result<(Vec<MapAxis>, Tally), Error> {
    let vegas = Vegas::default().warmup(iterations).points(points).increments(increments);
    let mut run = Run::with(&vegas, f, options, State::new(&vegas, f, options, peaks.clone(), Tally::default())?);
    for _ in 0..iterations {
        run.state.last = run.iteration(points);
        run.state.iterations += 1;
        run.state.tally.check(false)?;
    }
    Ok((run.state.axes, run.state.tally))
}

impl<'a> Run<'a> {
    fn with(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Self {
        let (curved, rows) = (curved(f.axes()), Rows::new(state.axes.iter().map(MapAxis::increments).sum(), state.sizes.len()));
        Run { vegas, f, options, state, workers: Workers::of(options), spans: Vec::new(), rows, curved }
    }
}

impl<'a> Method<'a> for Run<'a> {
    type Settings = Vegas;
    type State = State;

    fn least_evals(_: &Vegas, _: &Pullback<'_>, _: &Options) -> u64 {
        LEAST_BUDGET
    }

    /// Covariances of the components: of an iteration in double length, of the last one and the average, with copies of both to
    /// go back to, of the result, and of pieces under way.
    fn least_memory(f: &Pullback<'_>) -> u64 {
        let numbers = 8 + Rows::pieces_under_way(f.components()) as u64;
        8 * numbers * packed(f.components(), 0) as u64
    }

    fn start(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        f.hints(options)?;
        let mut tally = Tally::default();
        let peaks = Peaks::find(f, options, options.max_evals, &mut tally);
        Ok(Run::with(vegas, f, options, State::new(vegas, f, options, peaks, tally)?))
    }

    fn resume(vegas: &'a Vegas, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        let is_sound = state.is_sound(f.dim(), f.components());
        is_sound.then(|| Run::with(vegas, f, options, state.with_budget(options.max_evals)))
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
        standing(self.options, &self.stated())
    }

    fn places(&self) -> Vec<Vec<f64>> {
        self.state.peaks.points().chain(spread(&self.state.axes, PLACES)).take(PLACES).collect()
    }

    fn map(&self) -> Option<ImportanceMap> {
        Some(ImportanceMap::of(&self.state.axes))
    }

    fn outcome(&self) -> Option<Outcome> {
        (self.state.iterations > 0).then(|| self.report())
    }
}

impl<'a> Steps<'a> for Run<'a> {
    type Step = u64;

    fn next(&self) -> Option<u64> {
        self.state.schedule.length(self.state.iterations, self.state.tally.evaluations)
    }

    fn step(&mut self, points: u64) -> Result<bool, Error> {
        let moments = self.iteration(points);
        // Whatever has been drawn is not an iteration then, and pairs of a thousand components would take long.
        if self.f.is_interrupted() {
            self.options.samples.iter().for_each(|tap| tap.with(|recorder| recorder.discard()));
            return Ok(false);
        }
        self.state.iterations += 1;
        self.state.last = moments.clone();
        if self.state.iterations > self.state.schedule.warmup {
            self.state.average.add(moments);
            self.options.samples.iter().for_each(|tap| tap.with(|recorder| recorder.keep(points)));
        }
        Ok(self.is_done())
    }

    fn is_done(&mut self) -> bool {
        self.is_believed()
    }

    /// Fewer iterations than were wished for, if at least two, have met the goal as well.
    fn is_met(&self) -> bool {
        self.state.average.len() >= 2 && self.standing().is_met() && self.is_credible()
    }

    fn undo(&mut self, before: State) {
        self.state = before;
    }
}

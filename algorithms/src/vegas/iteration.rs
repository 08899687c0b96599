//! One iteration: samples are dealt out, evaluated piece by piece, summed, and teach map and strata for the next one.

use super::Run;
use super::accumulate::Accumulator;
use super::cell_index::Field;
use super::metric::Metric;
use super::piece::Context;
use super::state::State;
use super::training::{Row, Rows};
use crate::sampling::{Moments, believable, scaling};

/// Iterations after which the map stays as it is. Measured: 24 bring even a product of six narrow peaks to within
/// 20 % of its least variance, and in later, long iterations training would cost more than it gains.
const TRAINING: usize = 24;

impl Run<'_> {
    /// One iteration of `points` samples.
    pub(super) fn iteration(&mut self, points: u64) -> Moments {
        self.state.strata.prepare(points, self.vegas.beta, &mut self.spans, &self.workers);
        // One component teaches by its own measure, several need to know their sizes first.
        let unknown = if self.state.sizes.len() == 1 { 1.0 } else { 0.0 };
        let scales: Vec<f64> = self.state.sizes.iter().map(|s| if *s > 0.0 { 1.0 / s } else { unknown }).collect();
        let metric = Metric::new(self.options, &self.moments().means, &scales, &self.state.units);
        let fields = Field::of(self.state.strata.per_axis());
        let train = self.trains(points);
        let measures = self.state.iterations >= self.state.schedule.warmup;
        let tap = self.options.samples.as_ref().filter(|_| measures);
        let mut cubes = Accumulator::new(scales.len());
        let together = self.rows.begin(self.spans.len());
        let mut fresh = self.state.strata.take_fresh();
        let State { strata, axes, tally, tail, iterations, .. } = &mut self.state;
        let (strata, rows) = (&*strata, &mut self.rows);
        let context = Context {
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
            recorded: tap.map(|_| points),
        };
        self.workers.flow(
            |scratch, row: &mut Row| row.evaluate(&context, scratch),
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
                    let given_up = context.f.is_interrupted();
                    for piece in done.iter_mut().flat_map(Row::pieces).filter(|_| !given_up) {
                        tally.merge(std::mem::take(&mut piece.tally));
                        if measures {
                            piece.weigh_tail(points, strata, tail);
                        }
                        if let Some(tap) = tap {
                            tap.with(|recorder| recorder.take(&piece.samples));
                        }
                        cubes.add(piece, &metric, strata, &mut fresh);
                    }
                    rows.put_back(wave, done);
                    wave += 1;
                }
            },
        );
        self.state.strata.learn(fresh);
        if train > 0 {
            self.rows.meet(&self.workers);
            let (alpha, increments) = (self.vegas.alpha, self.state.axes[0].increments());
            let parts = believable(self.rows.evidence(), alpha, increments, self.f.dim());
            let mut axes: Vec<_> = self.state.axes.iter_mut().enumerate().collect();
            self.workers.each(&mut axes, |_, (d, axis)| axis.adapt(&self.rows.histogram(*d, increments), alpha, parts));
        }
        let number = self.state.strata.cubes() as f64;
        self.resize(points, &cubes.sizes(number), cubes.units());
        cubes.moments(points, number)
    }

    /// Averages ∫|f_c| over all samples so far: sizes that follow a single iteration, which may miss a component,
    /// oscillate.
    fn resize(&mut self, points: u64, sizes: &[f64], exponents: &[i32]) {
        let share = points as f64 / (self.state.tally.evaluations - self.state.searched) as f64;
        for (c, (new, e)) in sizes.iter().zip(exponents).enumerate() {
            let (size, unit) = (&mut self.state.sizes[c], &mut self.state.units[c]);
            let common = if *size > 0.0 { *e.max(unit) } else { *e };
            *size = scaling::scale(*size, *unit - common);
            *size += share * (scaling::scale(*new, e - common) - *size);
            *unit = common;
        }
    }

    /// On every how many groups of eight samples this iteration trains the map; 0 if it does not.
    fn trains(&self, points: u64) -> usize {
        let ready = self.state.sizes.len() == 1 || self.state.iterations > 0;
        let lasts = self.state.iterations < self.state.schedule.warmup.max(TRAINING);
        // The longer an iteration, the smaller the part: with the root of its length what is learnt becomes better all the same.
        let step = (points as f64 / self.state.schedule.points as f64).sqrt().ceil() as usize;
        if ready && lasts && self.vegas.alpha > 0.0 { step } else { 0 }
    }
}

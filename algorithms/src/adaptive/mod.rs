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
mod combination;
mod cutting;
mod estimate;
mod fresh;
mod goal;
mod group;
mod methods;
mod outcome;
mod queue;
mod record;
mod regions;
mod state;
mod stopping;
mod surprise;
mod survey;
mod tabulate;
mod tree;
mod waves;
mod weigh;

pub(crate) use goal::{ratio, stated};
pub use methods::{Cuhre, GenzMalik};

use crate::integrator::Observer;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally};
use crate::rules::Rule;
use crate::run::{Identity, Method, Outcome, Region, Watch, run};
use crate::standing::Standing;
use crate::sum::{self, Sum};
use crate::{Error, Options, Report, Stop};
use audit::Audits;
use goal::Goal;
use group::{Group, Scratch, Setting};
use queue::Queue;
use record::Record;
use state::State;
use std::ops::ControlFlow;
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

/// What a mesh works with.
struct Tools<'a> {
    setting: Setting<'a>,
    identity: &'a Identity<'a>,
    workers: Workers<Scratch>,
}

/// Integrates the pulled-back function with a rule, refining until the goal is met.
fn refine(
    identity: &Identity<'_>,
    rule: &Rule,
    f: &Pullback<'_>,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    let workers = Workers::of(options).with_scratch(Scratch::of_last_run());
    let tools = Tools { setting: Setting::new(f, rule, options), identity, workers };
    let report = run::<Mesh>(&tools, identity, observer);
    if let Some(scratch) = tools.workers.into_scratch().pop() {
        scratch.keep();
    }
    report
}

/// A run.
struct Mesh<'a> {
    setting: &'a Setting<'a>,
    options: &'a Options,
    identity: &'a Identity<'a>,
    workers: &'a Workers<Scratch>,
    state: State,
    /// Whether all sums of the state are of the regions as they are: a second time they would come out the same.
    is_summed: bool,
}

impl<'a> Method<'a> for Mesh<'a> {
    type Settings = Tools<'a>;
    type State = State;

    fn least_evals(tools: &Tools<'_>, _: &Pullback<'_>, _: &Options) -> u64 {
        tools.setting.rule.points() as u64
    }

    /// Evaluates the whole cube as the first region.
    fn start(tools: &'a Tools<'a>, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let Tools { setting, workers, .. } = tools;
        let components = setting.shape.components;
        let unknown = Goal::new(options, &vec![0.0; components], &vec![0.0; components], |_| 1.0);
        let mut whole = Group::new(setting.shape);
        workers.share(std::slice::from_mut(&mut whole), |scratch, group| setting.evaluate(&unknown, scratch, group));
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
            record: Record::default(),
            marks: Vec::new(),
        };
        let mut mesh = Mesh::with(tools, options, state);
        mesh.sum_afresh();
        mesh.cut_at(&f.cuts());
        for hint in f.hints(options)? {
            mesh.cut_around(&hint);
        }
        Ok(mesh)
    }

    fn resume(tools: &'a Tools<'a>, _: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        if !state.is_sound(tools.setting.shape, options.ratios.len()) {
            return None;
        }
        let same = state.tolerances == [options.rtol, options.atol];
        let mut mesh = Mesh::with(tools, options, state);
        if !same {
            // Those in flight go back into the queue.
            mesh.state.in_flight.clear();
            mesh.state.audits.forget_verdict();
            mesh.sum_afresh();
        }
        Some(mesh)
    }

    fn refine(&mut self, watch: &mut Watch<'_, '_>) -> Result<Stop, Error> {
        let mut wave = Wave::in_flight(self.setting, &self.state);
        let stop = loop {
            if wave.is_empty()
                && let Some(stop) = self.begin(&mut wave, watch.observer)?
            {
                break stop;
            }
            if self.stream(&mut wave, watch.observer).is_break() {
                break Stop::Cancelled;
            }
        };
        if !self.is_summed {
            self.state.add_up_values(&self.setting.judge, self.workers);
        }
        self.review_claims();
        Ok(stop)
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
        self.current()
    }

    fn places(&self) -> Vec<Vec<f64>> {
        self.state.brightest()
    }

    fn regions(&self) -> Vec<Region> {
        self.list()
    }

    fn outcome(&self) -> Option<Outcome> {
        Some(self.report())
    }
}

impl<'a> Mesh<'a> {
    fn with(tools: &'a Tools<'a>, options: &'a Options, state: State) -> Self {
        let Tools { setting, identity, workers } = tools;
        Mesh { setting, options, identity, workers, state, is_summed: false }
    }

    /// Sums the integrals afresh and judges all regions by what they are.
    fn sum_afresh(&mut self) {
        self.state.add_up_values(&self.setting.judge, self.workers);
        self.state.rejudge(&self.setting.judge, self.options, self.workers);
        self.is_summed = true;
    }

    fn observe(&self, observer: &mut Observer<'_>, finished: bool) -> ControlFlow<()> {
        self.show(observer, self.state.tally.evaluations, finished)
    }

    /// Shows the observer how things stand after so many evaluations.
    fn show(&self, observer: &mut Observer<'_>, evaluations: u64, finished: bool) -> ControlFlow<()> {
        Watch { identity: self.identity, observer }.show_after(evaluations, self, finished)
    }
}

//! Globally adaptive refinement of the unit cube with a fully symmetric rule.
//!
//! Each step refines all regions that the tolerance still needs (I. Gladwell, in NATO ASI F38 (1987) 1): regions
//! leave the queue, worst first, until the error that would remain without them meets the tolerance. Their
//! halves are evaluated in groups, many regions to a batch; every node is evaluated once and gives the integral,
//! its error and the axis of the next cut. Which regions are refined depends on the estimates alone.

mod assess;
mod collect;
mod estimate;
mod fresh;
mod goal;
mod group;
mod methods;
mod outcome;
mod probe;
mod queue;
mod regions;
mod state;
mod sum;
mod tabulate;
mod weigh;

pub use methods::{Cuhre, GenzMalik};
pub(crate) use sum::Sum;

use crate::chunks::Workers;
use crate::integrator::Observer;
use crate::pullback::Pullback;
use crate::rules::Rule;
use crate::state::{Identity, Region, Snapshot};
use crate::{Error, Estimate, Options, Progress, Report, Stop, Target};
use estimate::{Judge, Shape};
use goal::Goal;
use group::{Group, Scratch, Setting};
use queue::Queue;
use regions::{FROZEN, half_side};
use state::State;
use std::time::Instant;

/// Regions that one step refines at most: it bounds the memory of a step, and no more are needed to keep
/// threads busy. Part of what a result depends on, hence a constant.
const MAX_PARENTS: usize = 2048;
/// Parts into which a step is divided, so that one is absorbed while the next is evaluated; and the fewest groups of one.
const WAVES: usize = 4;
const MIN_WAVE: usize = 8;
/// Halvings of every side around a hint: a thousandth of the width in each variable is then a sixteenth of a side.
const HINT_LEVELS: usize = 6;
/// Regions as near as this to a hint are cut: half the side of the smallest.
const HINT_RADIUS: f64 = 1.0 / 128.0;
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
    let shape = Shape::new(rule, f.components(), goal::functionals(options, f.components()));
    let setting = Setting { f, rule, shape, judge: Judge::new(rule, shape, options) };
    let workers = Workers::new(options.threads);
    let mut mesh = match &options.resume {
        Some(bytes) => Mesh::resume(&setting, options, identity, bytes)?,
        None => Mesh::new(&setting, options, identity, &workers)?,
    };
    let stop = mesh.run(&workers, observer)?;
    if stop != Stop::Cancelled {
        _ = mesh.observe(observer, true);
    }
    Ok(mesh.report(stop, start, workers.threads()))
}

/// A run.
struct Mesh<'a> {
    setting: &'a Setting<'a>,
    options: &'a Options,
    identity: &'a Identity<'a>,
    state: State,
    groups: Vec<Group>,
}

impl<'a> Mesh<'a> {
    /// Evaluates the whole cube as the first region.
    fn new(
        setting: &'a Setting<'a>,
        options: &'a Options,
        identity: &'a Identity<'a>,
        workers: &Workers<Scratch>,
    ) -> Result<Self, Error> {
        let components = setting.shape.components;
        let unknown = Goal::new(options, &vec![0.0; components]);
        let mut groups = vec![Group::new(setting.shape)];
        workers.each(&mut groups, |scratch, group| setting.evaluate(&unknown, scratch, group));
        let state = State {
            regions: groups[0].regions.clone(),
            queue: Queue::default(),
            goal: unknown,
            values: vec![Sum::default(); components],
            errors: vec![Sum::default(); setting.shape.functionals],
            tally: std::mem::take(&mut groups[0].tally),
            frozen: 0,
            judged: 1,
            tolerances: [options.rtol, options.atol],
            probed: false,
        };
        let mut mesh = Mesh { setting, options, identity, state, groups };
        mesh.sum_afresh();
        for hint in setting.f.hints(options)? {
            mesh.cut_around(&hint, workers);
        }
        Ok(mesh)
    }

    /// Halves the regions around a hint along all axes in turn, as far as the budget allows.
    fn cut_around(&mut self, hint: &[f64], workers: &Workers<Scratch>) {
        let dim = self.setting.shape.dim;
        for cut in 0..HINT_LEVELS * dim {
            let (axis, level) = (cut % dim, cut / dim);
            let regions = &self.state.regions;
            let near = |i: &usize| usize::from(regions.levels(*i)[axis]) <= level && regions.is_near(*i, hint, HINT_RADIUS);
            let parents: Vec<usize> = (0..regions.len()).filter(near).collect();
            self.halve(&parents, axis, workers);
        }
        self.sum_afresh();
    }

    /// Halves these regions along `axis`, as far as the budget allows.
    fn halve(&mut self, parents: &[usize], axis: usize, workers: &Workers<Scratch>) {
        let left = self.options.max_evals.saturating_sub(self.state.tally.evaluations);
        let affordable = usize::try_from(left / (2 * self.setting.rule.points() as u64)).unwrap_or(usize::MAX);
        let mut group = Group::new(self.setting.shape);
        for parents in parents[..parents.len().min(affordable)].chunks(self.setting.width() / 2) {
            group.clear();
            for &parent in parents {
                self.state.regions.set_axis(parent, axis as u8);
                group.push(&self.state.regions, parent as u32);
            }
            let (setting, goal) = (self.setting, &self.state.goal);
            workers.each(std::slice::from_mut(&mut group), |scratch, group| setting.evaluate(goal, scratch, group));
            self.state.absorb(std::slice::from_mut(&mut group));
        }
    }

    /// Looks around where a component is zero so far; whether something was found. Every point at which something is must
    /// then lie in a region that has seen something.
    fn look_around(&mut self, workers: &Workers<Scratch>) -> bool {
        if self.state.probed {
            return false;
        }
        let Some(dark) = self.state.regions.dark_component() else { return false };
        self.state.probed = true;
        let budget = self.options.max_evals.saturating_sub(self.state.tally.evaluations);
        let found = probe::probe(self.setting.f, dark, budget, &mut self.state.tally);
        for point in &found {
            for cut in 0..HINT_LEVELS * self.setting.shape.dim {
                let regions = &self.state.regions;
                let blind = |i: &usize| regions.is_near(*i, point, 0.0) && regions.is_dark(*i, dark);
                let Some(region) = (0..regions.len()).find(blind) else { break };
                self.halve(&[region], cut % self.setting.shape.dim, workers);
            }
        }
        self.sum_afresh();
        !found.is_empty()
    }

    /// Goes on from a saved state.
    fn resume(setting: &'a Setting<'a>, options: &'a Options, identity: &'a Identity<'a>, bytes: &[u8]) -> Result<Self, Error> {
        let state: State = identity.open(bytes)?;
        if !state.is_sound(setting.shape) {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        let same = state.tolerances == [options.rtol, options.atol];
        let mut mesh = Mesh { setting, options, identity, state, groups: Vec::new() };
        if !same {
            mesh.sum_afresh();
        }
        Ok(mesh)
    }

    /// Steps until the goal is met or something else ends the run.
    fn run(&mut self, workers: &Workers<Scratch>, observer: &mut Observer<'_>) -> Result<Stop, Error> {
        let min_regions = goal::min_regions(self.options, self.setting.rule.points());
        let per_parent = 2 * self.setting.rule.points() as u64;
        loop {
            self.state.tally.check(false)?;
            self.update_goal();
            let enough = self.state.regions.len() >= min_regions;
            if enough && self.state.goal.met(&self.state.errors) {
                // Running sums drift and the goal may have moved: believe only what is summed afresh.
                self.sum_afresh();
                if self.keeps_promise() && !self.look_around(workers) {
                    return self.finish(Stop::Converged);
                }
            }
            if self.observe(observer, false).is_break() {
                return self.finish(Stop::Cancelled);
            }
            let affordable = (self.options.max_evals.saturating_sub(self.state.tally.evaluations)) / per_parent;
            // Before there are enough regions no more are made than that.
            let wanted = if enough { MAX_PARENTS } else { min_regions - self.state.regions.len() };
            let most = wanted.min(usize::try_from(affordable).unwrap_or(wanted));
            if most == 0 {
                return self.finish(Stop::Budget);
            }
            let chosen = self.choose(most, enough);
            if chosen == 0 {
                if self.look_around(workers) {
                    continue;
                }
                self.sum_afresh();
                let stop = if self.keeps_promise() { Stop::Converged } else { Stop::Roundoff };
                return self.finish(stop);
            }
            self.evaluate(chosen.div_ceil(self.setting.width() / 2), workers);
        }
    }

    /// Evaluates the first `active` groups, wave after wave; while a wave is evaluated, the one before it is absorbed.
    fn evaluate(&mut self, active: usize, workers: &Workers<Scratch>) {
        let (setting, goal) = (self.setting, self.state.goal.clone());
        let work = |scratch: &mut Scratch, group: &mut Group| setting.evaluate(&goal, scratch, group);
        let wave = active.div_ceil(WAVES).max(MIN_WAVE);
        let mut done: &mut [Group] = &mut [];
        for groups in self.groups[..active].chunks_mut(wave) {
            workers.each_beside(groups, work, || self.state.absorb(done));
            done = groups;
        }
        self.state.absorb(done);
    }

    /// Takes regions from the queue and deals them out to groups; returns how many.
    fn choose(&mut self, most: usize, enough: bool) -> usize {
        let per_group = self.setting.width() / 2;
        let mut left = self.state.errors.clone();
        let mut chosen = 0;
        self.groups.iter_mut().for_each(Group::clear);
        while chosen < most {
            // Whole groups would make better batches, at up to half as many evaluations again near the end.
            if enough && chosen > 0 && chosen.is_multiple_of(2) && self.state.goal.met(&left) {
                break;
            }
            let Some(region) = self.state.queue.pop() else { break };
            // Only a forged state can hold such a region here.
            if self.state.regions.axis(region as usize) == FROZEN {
                continue;
            }
            for (sum, error) in left.iter_mut().zip(self.state.regions.errors(region as usize)) {
                sum.add(-error);
            }
            let index = chosen / per_group;
            if index == self.groups.len() {
                self.groups.push(Group::new(self.setting.shape));
            }
            self.groups[index].push(&self.state.regions, region);
            chosen += 1;
        }
        chosen
    }

    /// Follows the integrals with the goal; judges all regions anew when it has moved too far.
    fn update_goal(&mut self) {
        let new = Goal::new(self.options, &self.state.current());
        let grown = self.state.regions.len() as f64 >= REJUDGE_GROWTH * self.state.judged as f64;
        if grown && self.state.goal.is_outdated_by(&new, &self.state.errors) {
            self.state.rejudge(&self.setting.judge, self.options);
        }
    }

    /// Sums the integrals afresh and judges all regions by what they are.
    fn sum_afresh(&mut self) {
        self.state.add_up_values();
        self.state.rejudge(&self.setting.judge, self.options);
    }

    fn observe(&self, observer: &mut Observer<'_>, finished: bool) -> std::ops::ControlFlow<()> {
        let values = self.state.current();
        let estimates: Vec<Estimate> = match self.options.target {
            Target::Each => {
                values.iter().zip(&self.state.errors).map(|(v, e)| goal::stated(self.options, *v, e.value())).collect()
            }
            Target::Ratio => (self.options.ratios.iter().zip(self.state.errors.chunks(2)))
                .map(|(r, e)| goal::stated(self.options, values[r.numerator] / values[r.denominator], e[0].value()))
                .collect(),
        };
        observer(Progress {
            evaluations: self.state.tally.evaluations,
            max_evals: self.options.max_evals,
            estimates: &estimates,
            excess: self.state.goal.excess(&self.state.errors),
            snapshot: Snapshot::with_regions(&|| self.identity.seal(&self.state), &|| self.regions()),
            finished,
        })
    }

    fn finish(&mut self, stop: Stop) -> Result<Stop, Error> {
        self.state.tally.check(true)?;
        self.state.add_up_values();
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
            Estimate { value: regions.sums(i, c)[0], error: self.setting.judge.errors(regions, i, &unit)[0] }
        };
        let region = |i: usize| -> Region {
            Region { lo: side(i, -1.0), hi: side(i, 1.0), integrals: (0..components).map(|c| integral(i, c)).collect() }
        };
        (0..regions.len()).map(region).collect()
    }
}

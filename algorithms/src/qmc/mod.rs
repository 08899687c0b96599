//! Randomised quasi-Monte Carlo: points that fill the cube more evenly than chance, scrambled to know their error.
//!
//! R replicates take the first N points of the same sequence, each randomised independently; N doubles until the spread of the
//! replicates says that the goal is met. As a sequence goes on where it was, all points count. Sobol' points are scrambled, and go
//! through an importance map or not, which is fixed before the first point that counts under it is drawn; those of a lattice are
//! shifted, and go through a transform ([`transform`]). Which of them go on is found out by competition ([`compete`]), and by
//! that with a map ([`pilot`]); what comes next in numbers says [`plan`].
//!
//! A. B. Owen, Ann. Statist. 25 (1997) 1541; P. L'Ecuyer, C. Lemieux, in Modeling Uncertainty (Springer 2002) 419.

mod compete;
mod control;
mod integrator;
mod lattice;
mod pilot;
mod plan;
mod points;
mod replicates;
mod report;
mod sample;
mod sampler;
mod scramble;
mod sobol;
mod state;
mod tail;
mod trail;
mod transform;

pub(crate) use control::{Control, Known};
pub use integrator::{Qmc, QmcMap, QmcSequence};
pub(crate) use points::scrambled;

use crate::pullback::{Pullback, Tally, check_sums};
use crate::run::{Method, Outcome, PLACES, Steps, Watch, by_steps};
use crate::sampling::{PATIENCE, packed, spread, standing};
use crate::search::Peaks;
use crate::standing::Standing;
use crate::{Error, Options, Stop};
use compete::score;
use plan::{Plan, Progress, Step};
use sampler::Sampler;
use state::State;

/// A run between two steps.
struct Run<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    sampler: Sampler<'a>,
    state: State,
}

impl<'a> Run<'a> {
    /// Whether the goal is met and may be believed, at the end of the budget or before.
    fn has_met(&self, at_end: bool) -> bool {
        let State { plan, replicates, .. } = &self.state;
        let believed = plan.believes(replicates.kind, replicates.len() as u64, replicates.points, at_end);
        replicates.points > 0 && believed && self.standing().is_met() && self.is_credible()
    }

    fn with(f: &'a Pullback<'a>, options: &'a Options, state: State) -> Self {
        Run { f, options, sampler: Sampler::new(f, options), state }
    }

    /// Lets other kinds of points, and then a map, compete with those that lead, at this number of points.
    fn choose(&mut self, points: u64) -> Result<(), Error> {
        self.compete(points)?;
        // A lattice that is far ahead has made the pilot needless.
        let State { plan, rivals, .. } = &self.state;
        if rivals.is_empty() && plan.is_pilot(points) {
            if plan.can_compare(points, self.state.tally.evaluations) {
                self.search(true);
                self.compare()?;
            }
            self.state.plan.pilot = None;
        }
        Ok(())
    }

    /// Looks for peaks and poles, once: before a map is trained or a result is believed, where points see little of the
    /// integrand, or no end of it.
    fn search(&mut self, will_train: bool) {
        let State { plan, replicates, tally, .. } = &self.state;
        let is_complete = plan.is_complete(replicates.len() as u64, replicates.points, tally.evaluations);
        // More replicates are taken of what may be believed, which a known part with peaks is only after that.
        let may_end = is_complete || self.options.control.is_some();
        let wanted = || will_train || may_end && self.standing().is_met();
        // Peaks of a remainder are not those of the integrand, which are looked for where what is known has some.
        let needed = || match &self.options.control {
            Some(_) => !will_train && self.knows_narrow(),
            None => self.state.replicates.is_peaked() || !will_train && self.state.replicates.may_have_pole(),
        };
        if self.state.peaks.is_none() && wanted() && needed() {
            let before = self.state.tally.evaluations;
            let budget = self.options.max_evals.saturating_sub(before);
            self.state.peaks = Some(Peaks::find(self.f, self.options, budget, &mut self.state.tally));
            self.state.training += self.state.tally.evaluations - before;
        }
    }
}

impl<'a> Method<'a> for Run<'a> {
    type Settings = Qmc;
    type State = State;

    fn least_evals(qmc: &Qmc, _: &Pullback<'_>, _: &Options) -> u64 {
        Plan::least_evals(qmc)
    }

    /// Covariances of all pairs of components, in the units of the result and in others.
    fn least_memory(f: &Pullback<'_>) -> u64 {
        4 * 8 * packed(f.components(), 0) as u64
    }

    fn start(qmc: &'a Qmc, f: &'a Pullback<'a>, options: &'a Options) -> Result<Self, Error> {
        let mut run = Run::with(f, options, State::new(qmc, f, options));
        if qmc.mapping() == QmcMap::On {
            run.state.replicates.map = Some(run.train()?);
        }
        Ok(run)
    }

    fn resume(qmc: &'a Qmc, f: &'a Pullback<'a>, options: &'a Options, state: State) -> Option<Self> {
        let is_sound = state.is_sound(qmc, f.dim(), f.components());
        is_sound.then(|| Run::with(f, options, state.with_budget(options.max_evals)))
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
        self.sampler.threads()
    }

    fn standing(&self) -> Standing {
        standing(self.options, &self.stated())
    }

    fn places(&self) -> Vec<Vec<f64>> {
        let map = self.state.replicates.map.iter().flat_map(|axes| spread(axes, PLACES));
        self.state.peaks.iter().flat_map(Peaks::points).chain(map).take(PLACES).collect()
    }

    fn outcome(&self) -> Option<Outcome> {
        (self.state.replicates.points > 0).then(|| self.report())
    }
}

impl<'a> Steps<'a> for Run<'a> {
    type Step = Step;

    fn next(&self) -> Option<Step> {
        let State { plan, replicates, rivals, tally, .. } = &self.state;
        let so_far = Progress {
            kind: replicates.kind,
            points: replicates.points,
            replicates: replicates.len() as u64,
            rivals: rivals.iter().map(|rival| rival.len() as u64).sum(),
            excess: if replicates.points > 0 && self.is_credible() { self.standing().excess } else { f64::INFINITY },
        };
        plan.next(&so_far, tally.evaluations)
    }

    /// Takes all replicates on, or takes more of them, with all that follows at this number of points.
    fn step(&mut self, step: Step) -> Result<bool, Error> {
        let State { replicates, tally, .. } = &mut self.state;
        let grown = match step {
            Step::Points(points) => {
                self.sampler.extend(replicates, points, tally)?;
                Some(points)
            }
            Step::Replicates(count) => {
                let mut more = replicates.fresh(count as usize);
                self.sampler.extend(&mut more, replicates.points, tally)?;
                replicates.join(more);
                None
            }
        };
        check_sums(self.state.replicates.moments().means)?;
        self.search(false);
        let is_done = self.is_done();
        if let Some(points) = grown {
            let score = score(self.options, &self.state.replicates);
            self.state.replicates.scores.push(score);
            if !is_done {
                self.choose(points)?;
            }
        }
        Ok(is_done)
    }

    /// Where the tail looks heavy, more points often show that it ends.
    fn is_done(&mut self) -> bool {
        if !self.has_met(false) {
            self.state.met_at = None;
            return false;
        }
        let points = self.state.replicates.points;
        let first = *self.state.met_at.get_or_insert(points);
        points >= first.saturating_mul(PATIENCE) || !self.has_heavy_tail()
    }

    fn is_met(&self) -> bool {
        self.has_met(true)
    }

    fn undo(&mut self, before: State) {
        self.state = before;
    }
}

//! Randomised quasi-Monte Carlo: points that fill the cube more evenly than chance, scrambled to know their error.
//!
//! R replicates take the first N points of the same Sobol' sequence, each scrambled independently, directly or
//! through an importance map; N doubles until the spread of the replicates says that the goal is met. As a sequence
//! goes on where it was, all points count. The map is fixed before the first point that counts under it is drawn,
//! so that every replicate is unbiased.
//!
//! A. B. Owen, Ann. Statist. 25 (1997) 1541; P. L'Ecuyer, C. Lemieux, in Modeling Uncertainty (Springer 2002) 419.

mod extremes;
mod pilot;
mod place;
mod plan;
mod replicates;
mod sampler;
mod scramble;
mod settings;
mod sobol;
mod student;

pub use settings::{Qmc, QmcMap};
pub(crate) use student::factor as student_factor;

use crate::integrator::Observer;
use crate::pullback::{Pullback, Tally, check_sums};
use crate::run::{Identity, Snapshot};
use crate::search::Peaks;
use crate::vegas::{self, Axis, Goal, Moments, packed};
use crate::{Detail, Error, Options, Progress, Report, Stop, Suspect};
use plan::{ITERATIONS, Plan};
use replicates::Replicates;
use sampler::Sampler;
use std::ops::ControlFlow;
use std::time::Instant;

/// Samples of a training iteration per increment of the map, and most increments of an axis. On helium in six
/// dimensions 4 times fewer increments have twice the variance, 4 times as many gain nothing. Their number is a power
/// of two: J then jumps where elementary intervals end, where the points are even (100 increments: the error of 64).
const SAMPLES_PER_INCREMENT: u64 = 25;
const MAX_INCREMENTS: u64 = 256;

/// Integrates the pulled-back function, doubling the points until the goal is met.
fn run(qmc: &Qmc, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
    let start = Instant::now();
    let identity = Identity::new("qmc", qmc, f, options);
    // Covariances of all pairs of components, in the units of the result and in others.
    options.check_memory("qmc", 4 * 8 * packed(f.components(), 0) as u64)?;
    let plan = Plan::new(qmc, f.dim(), options.max_evals)?;
    let sampler = Sampler::new(f, options, qmc.replicates);
    let mut state = State {
        f,
        options,
        plan,
        sampler,
        replicates: Replicates::new(qmc.replicates, f.components(), None),
        peaks: None,
        training: 0,
        met_at: None,
    };
    if let Some(bytes) = &options.resume {
        state.restore(identity.open(bytes)?)?;
    } else if qmc.map == QmcMap::On {
        state.replicates.map = Some(state.train()?);
    }
    if f.is_interrupted() {
        return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
    }
    let stop = state.double(&identity, observer)?;
    if stop != Stop::Cancelled {
        _ = state.observe(&identity, observer, true);
    }
    // Too many points that are not finite are refused even where there were few points, unless there would have been more.
    state.sampler.tally.check(stop != Stop::Cancelled)?;
    Ok(state.report(stop, start))
}

/// A run between two steps.
struct State<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    plan: Plan,
    sampler: Sampler<'a>,
    replicates: Replicates,
    /// Peaks, once they have been looked for.
    peaks: Option<Peaks>,
    /// Evaluations that do not count in the result: training, and the loser of the pilot.
    training: u64,
    /// Points of each replicate that met the goal first.
    met_at: Option<u64>,
}

/// What a run depends on between two steps.
type Memory<R, P, T> = (Plan, R, P, (u64, Option<u64>), T);

impl State<'_> {
    /// Takes over a saved state.
    fn restore(&mut self, memory: Memory<Replicates, Option<Peaks>, Tally>) -> Result<(), Error> {
        let (plan, replicates, peaks, (training, met_at), tally) = memory;
        let (dim, components) = (self.f.dim(), self.f.components());
        let peaks_are_sound = peaks.as_ref().is_none_or(|peaks| peaks.is_sound(dim, components));
        if !replicates.is_sound(self.replicates.len(), components, dim) || !peaks_are_sound {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        self.go_back((plan.with_budget(self.options.max_evals), replicates, peaks, (training, met_at), tally));
        Ok(())
    }

    /// A copy of what the run depends on.
    fn keep(&self) -> Memory<Replicates, Option<Peaks>, Tally> {
        let between = (self.training, self.met_at);
        (self.plan, self.replicates.clone(), self.peaks.clone(), between, self.sampler.tally.clone())
    }

    /// Takes over such a copy.
    fn go_back(&mut self, (plan, replicates, peaks, between, tally): Memory<Replicates, Option<Peaks>, Tally>) {
        (self.plan, self.replicates, self.peaks) = (plan, replicates, peaks);
        ((self.training, self.met_at), self.sampler.tally) = (between, tally);
    }

    /// Takes all replicates on to so many points, with all that follows at this number; says whether the goal is met and may be
    /// believed.
    fn extend(&mut self, points: u64) -> Result<bool, Error> {
        self.sampler.extend(&mut self.replicates, points)?;
        check_sums(self.replicates.moments().means)?;
        self.search(self.plan.pilot == Some(points));
        let is_done = self.is_done();
        if !is_done && self.plan.pilot == Some(points) && self.plan.can_compare(points, self.sampler.tally.evaluations) {
            self.compare()?;
        }
        Ok(is_done)
    }

    /// Doubles the points until the goal is met or something else ends the run.
    fn double(&mut self, identity: &Identity<'_>, observer: &mut Observer<'_>) -> Result<Stop, Error> {
        if self.is_done() {
            return Ok(Stop::Converged);
        }
        while let Some(points) = self.plan.next(self.replicates.points, self.sampler.tally.evaluations) {
            let before = self.f.before(|| self.keep());
            let is_done = self.extend(points)?;
            if let Some(before) = before.filter(|_| self.f.is_interrupted()) {
                self.go_back(before);
                _ = self.observe(identity, observer, false);
                return Ok(Stop::Cancelled);
            }
            if is_done {
                return Ok(Stop::Converged);
            }
            if self.observe(identity, observer, false).is_break() {
                return Ok(Stop::Cancelled);
            }
        }
        Ok(if self.is_met() { Stop::Converged } else { Stop::Budget })
    }

    /// Whether the goal is met and may be believed: where the tail looks heavy, more points often show that it ends.
    fn is_done(&mut self) -> bool {
        if !self.is_met() {
            self.met_at = None;
            return false;
        }
        let points = self.replicates.points;
        let first = *self.met_at.get_or_insert(points);
        points >= first.saturating_mul(vegas::PATIENCE) || !self.has_heavy_tail()
    }

    fn is_met(&self) -> bool {
        self.replicates.points > 0 && Goal::new(self.options, &self.stated()).met() && self.is_credible()
    }

    fn observe(&self, identity: &Identity<'_>, observer: &mut Observer<'_>, finished: bool) -> ControlFlow<()> {
        let goal = Goal::new(self.options, &self.stated());
        let memory: Memory<&Replicates, &Option<Peaks>, &Tally> =
            (self.plan, &self.replicates, &self.peaks, (self.training, self.met_at), &self.sampler.tally);
        observer(Progress {
            evaluations: self.sampler.tally.evaluations,
            max_evals: self.options.max_evals,
            estimates: &goal.estimates,
            excess: goal.excess,
            snapshot: Snapshot::new(&|| {
                let map = self.replicates.map.iter().flat_map(|axes| vegas::spread(axes));
                identity.seal(&memory, self.peaks.iter().flat_map(Peaks::points).chain(map))
            }),
            finished,
        })
    }

    /// Looks for peaks and poles, once: before a map is trained or a result is believed, where points see little of the
    /// integrand, or no end of it.
    fn search(&mut self, will_train: bool) {
        let wanted = || will_train || Goal::new(self.options, &self.replicates.stated()).met();
        let needed = || self.replicates.is_peaked() || !will_train && self.replicates.may_have_pole();
        if self.peaks.is_none() && wanted() && needed() {
            let before = self.sampler.tally.evaluations;
            let budget = self.options.max_evals.saturating_sub(before);
            self.peaks = Some(Peaks::find(self.f, self.options, budget, &mut self.sampler.tally));
            self.training += self.sampler.tally.evaluations - before;
        }
    }

    /// Trains a map.
    fn train(&mut self) -> Result<Vec<Axis>, Error> {
        let samples = self.plan.training;
        let increments = 1 << (samples / SAMPLES_PER_INCREMENT).clamp(1, MAX_INCREMENTS).ilog2();
        let peaks = self.peaks.clone().unwrap_or_default();
        let (axes, tally) = vegas::train(self.f, self.options, &peaks, ITERATIONS as usize, samples, increments)?;
        self.training += tally.evaluations;
        self.sampler.tally.merge(tally);
        self.sampler.tally.check(false)?;
        Ok(axes)
    }

    /// Trains a map, gives it as many points as the plain cube had, and keeps the better of both.
    fn compare(&mut self) -> Result<(), Error> {
        let map = self.train()?;
        let mut mapped = Replicates::new(self.replicates.len(), self.f.components(), Some(map));
        self.sampler.extend(&mut mapped, self.replicates.points)?;
        self.training += self.replicates.points * self.replicates.len() as u64;
        if pilot::prefers(self.options, &mapped.moments(), &self.replicates.moments()) {
            mapped.unverified = self.replicates.is_narrow();
            self.replicates = mapped;
        }
        Ok(())
    }

    /// Whether there were points enough to believe in zero where nothing else was seen, and in errors where something was.
    fn is_credible(&self) -> bool {
        if self.replicates.seen() { !self.replicates.is_narrow() } else { self.sampler.tally.evaluations >= vegas::ZERO_POINTS }
    }

    /// Whether a few points hold most of what was seen, or did so before a map followed them and nothing else is known.
    fn is_narrow(&self) -> bool {
        let is_verified = self.peaks.as_ref().is_some_and(Peaks::can_verify);
        self.replicates.is_narrow() || self.replicates.unverified && !is_verified
    }

    /// Whether the largest weights look as if the variance were infinite, and no witness says more.
    fn has_heavy_tail(&self) -> bool {
        !self.peaks.as_ref().is_some_and(Peaks::know_tails) && self.replicates.has_heavy_tail()
    }

    /// Means, and their covariance with errors that hold as often as a standard deviation and know of what points may have
    /// missed.
    fn stated(&self) -> Moments {
        let mut moments = self.replicates.stated();
        if let Some(peaks) = &self.peaks {
            let points = moments.points as f64;
            peaks.warn(self.options, &mut moments, &self.replicates.sizes(), |x| {
                let jacobians = self.replicates.map.iter().flatten().zip(x).map(|(axis, x)| axis.inverse(*x).1);
                points / jacobians.product::<f64>()
            });
        }
        moments
    }

    fn suspect(&self, moments: &Moments) -> Option<Suspect> {
        let signs = [
            (!self.replicates.seen(), Suspect::AllZero),
            (self.sampler.tally.is_biased(&moments.integrals()), Suspect::NonFinite),
            (self.is_narrow(), Suspect::NarrowSupport),
            (self.has_heavy_tail(), Suspect::HeavyTail),
        ];
        signs.into_iter().find(|(is_seen, _)| *is_seen).map(|(_, suspect)| suspect)
    }

    fn report(&self, stop: Stop, start: Instant) -> Report {
        if self.replicates.points == 0 {
            return Report::nothing(self.f.components(), self.options, stop);
        }
        let (moments, tally, threads) = (self.stated(), &self.sampler.tally, self.sampler.threads());
        Report {
            ratios: self.options.ratios.iter().map(|r| vegas::ratio(&moments, r)).collect(),
            covariance: Some(self.replicates.moments().matrix()),
            non_finite: tally.non_finite,
            seconds: start.elapsed().as_secs_f64(),
            integrand_seconds: tally.integrand_time.as_secs_f64() / threads as f64,
            threads,
            suspect: self.suspect(&moments),
            detail: Detail::Replicates {
                replicates: self.replicates.len(),
                points_per_replicate: self.replicates.points,
                map: self.replicates.map.is_some(),
                training: self.training,
            },
            ..Report::new(moments.integrals(), tally.evaluations, stop)
        }
    }
}

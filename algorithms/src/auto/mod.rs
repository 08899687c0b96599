//! The choice of a method: several begin, the work goes to the one that is predicted to be done first, and another one that does not
//! share its blind spots has to agree before a result is believed.
//!
//! Each contender is taken on in stretches, each as long as all before it together. How its error fell tells what the tolerance
//! would cost ([`Contender::predicted`]). The cheapest is taken on, after any other for which a stretch costs no more than an eighth
//! of that: so the errors of all are known well enough before much is spent. Predictions count evaluations and nothing else, so that
//! the choice is the same on any machine and number of threads.
//!
//! When one has met the tolerance, one of the other kind (rules and random points fail at different integrands) is held against it,
//! and taken on until it has an eighth of the evaluations; all are asked that cost little beside the result. If they disagree it is taken
//! on further, until they agree, or until it has cost so much that both results are shown and neither is believed.

mod choice;
mod contender;
mod failure;
mod field;
mod limit;
mod plane;
mod prediction;
mod probe;
mod record;
mod relay;

pub use choice::{Choice, Trial};
pub use limit::Limit;
pub use plane::Plane;

use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::run::Identity;
use crate::{Error, ErrorKind, Options, Report, Suspect, Target};
use contender::Contender;
use failure::Failure;
use record::{Record, State};
use std::fmt;

/// Part of the predicted cost of the best that a stretch of another may cost.
const CURIOSITY: f64 = 0.16;
/// Part of the evaluations of a result that one of the other kind must have to be held against it.
const CHECK: u64 = 8;
/// Part of the evaluations of a result for which everybody is asked.
const ASKED: u64 = 6;
/// How many times the evaluations of a result one that contradicts it may take, beside [`PATIENCE`], before neither is believed.
const DISPUTE: u64 = 4;
/// Evaluations that a dispute, or a result with a sign against it, may cost in any case.
const PATIENCE: u64 = 1_000_000;
/// Evaluations that a first stretch, or a check, may cost in any case.
const CHEAP: u64 = 2_000;
/// How many times what it takes to find out what limits a run a budget must be for that.
const WORTH_A_WORD: u64 = 32;
/// Tolerances from which on an error says that nothing is known.
const NOTHING: f64 = 1e100;

/// The integrator that chooses among the others, checks and says why.
///
/// For any number of variables. What it finds is the report of the method it has chosen; [`Report::choice`] has all that were tried.
///
/// ```
/// use fubini_algorithms::{Auto, Domain, Integrator, Options, scalar};
/// // Ten variables: too many for rules to halve, and smooth.
/// let f = scalar(10, |x| (-x.iter().sum::<f64>()).exp());
/// let report = Auto::default().integrate(&f, &Domain::unit(10), &Options::default().rtol(1e-4))?;
/// let exact = (1.0 - (-1.0f64).exp()).powi(10);
/// assert!(report.converged() && (report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// let choice = report.choice.unwrap();
/// assert!(choice.tried.iter().any(|trial| trial.method == choice.method));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Auto {
    sigmas: u32,
}

impl Default for Auto {
    fn default() -> Self {
        Auto { sigmas: 1 }
    }
}

/// What a state says of its settings.
impl fmt::Debug for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sigmas {
            1 => f.write_str("Auto"),
            sigmas => write!(f, "Auto {{ sigmas: {sigmas} }}"),
        }
    }
}

impl Auto {
    /// Sets how many standard deviations an error of random points is stated as, and asked to meet the tolerance; default 1. With 3
    /// it may stand where an error of a rule is expected. Errors of rules are what they are.
    ///
    /// ```
    /// use fubini_algorithms::{Auto, Domain, Integrator, Options, scalar};
    /// let kink = scalar(7, |x| (x.iter().sum::<f64>() - 3.4).abs());
    /// let run = |auto: Auto| auto.integrate(&kink, &Domain::unit(7), &Options::default().rtol(1e-3));
    /// let (one, three) = (run(Auto::default())?, run(Auto::default().sigmas(3))?);
    /// assert!(three.converged() && three.integrals[0].error <= 1e-3 * three.integrals[0].value);
    /// assert!(three.evaluations > 2 * one.evaluations);
    /// # Ok::<(), fubini_algorithms::Error>(())
    /// ```
    #[must_use]
    pub fn sigmas(self, sigmas: u32) -> Self {
        Auto { sigmas: sigmas.max(1) }
    }

    /// The contenders for a function of so many variables.
    fn field(self, dim: usize, has_unseen_jumps: bool) -> Vec<Contender> {
        let mut all = field::all(dim, has_unseen_jumps);
        let random = all.iter_mut().filter(|c| c.method.error_kind() == ErrorKind::StandardDeviation);
        random.for_each(|c| c.sigmas = f64::from(self.sigmas));
        all
    }
}

impl Integrator for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    /// That of random points, unless a rule was chosen: [`Report::error_kind`] tells.
    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        // Random points take no hints, and would not say that one lies outside.
        f.hints(options)?;
        let identity = Identity::new(self.name(), self, f, options);
        let contenders = self.field(f.dim(), f.has_unseen_jumps());
        let mut race = Race { f, options, identity: &identity, contenders, under_way: None };
        if let Some(bytes) = &options.resume {
            race.restore(identity.open(bytes)?)?;
        }
        race.run(observer)
    }
}

/// A run.
struct Race<'a> {
    f: &'a Pullback<'a>,
    options: &'a Options,
    identity: &'a Identity<'a>,
    contenders: Vec<Contender>,
    under_way: Option<(usize, u64)>,
}

/// What a result that meets the tolerance is worth.
enum Verdict {
    /// Another method agrees, or there is none.
    Sound,
    /// This one must be taken on before it can be told.
    Open(usize),
    /// Another method says otherwise.
    Disputed,
}

impl Race<'_> {
    /// Takes over a state that was deserialised.
    fn restore(&mut self, state: State<Record>) -> Result<(), Error> {
        let (quantities, contenders) = (self.quantities(), self.contenders.len());
        let fits = state.records.len() == contenders && state.under_way.is_none_or(|(i, _)| i < contenders);
        if !fits || !state.records.iter().all(|record| record.is_sound(quantities)) {
            return Err(Error::State { reason: "its parts do not fit together".to_string() });
        }
        let tolerances = self.tolerances();
        for (contender, record) in self.contenders.iter_mut().zip(state.records) {
            contender.record = record;
            if (tolerances, self.options.max_evals) != (state.tolerances, state.max_evals) {
                contender.record.aim_again(state.tolerances, tolerances);
            }
        }
        self.under_way = state.under_way;
        Ok(())
    }

    fn tolerances(&self) -> [f64; 2] {
        [self.options.rtol, self.options.atol]
    }

    /// How many quantities the tolerance is for.
    fn quantities(&self) -> usize {
        match self.options.target {
            Target::Each => self.f.components(),
            Target::Ratio => self.options.ratios.len(),
        }
    }

    fn run(mut self, observer: &mut Observer<'_>) -> Result<Report, Error> {
        loop {
            let (next, target) = match (self.under_way.take(), self.winner()) {
                (Some(under_way), _) => under_way,
                (None, Some(winner)) => match self.verdict(winner) {
                    Verdict::Sound => return self.report(winner, None, observer),
                    Verdict::Disputed => return self.report(winner, Some(Suspect::Methods), observer),
                    Verdict::Open(other) => self.stretch(other),
                },
                (None, None) => match self.next() {
                    Some(next) => self.stretch(next),
                    None => {
                        let best = self.best()?;
                        // What one could not take may be what speaks against this result; what was left for it does not.
                        let record = &self.contenders[best].record;
                        let is_hollow = record.suspect || record.excess() > NOTHING;
                        // Nodes of a grid meet on diagonals: that nodes there are singular says nothing of the integrand.
                        let speaks = |c: &&Contender| c.is_asked && c.record.failure.as_ref().is_some_and(Failure::speaks);
                        return match self.contenders.iter().find(speaks).and_then(Contender::error) {
                            Some(error) if is_hollow => Err(error),
                            _ => self.report(best, None, observer),
                        };
                    }
                },
            };
            let mut wish = self.take_on(next, target, observer);
            if wish.is_continue()
                && let Ok(best) = self.best()
            {
                wish = self.show(best, false, observer);
            }
            if wish.is_break() {
                return Ok(self.cancelled(next));
            }
            // No other method could write such an integral down either.
            if let Some(error @ Error::Overflow { .. }) = self.contenders[next].error() {
                return Err(error);
            }
        }
    }

    /// A contender, and to how many evaluations its next stretch goes.
    fn stretch(&self, i: usize) -> (usize, u64) {
        let Contender { record, .. } = &self.contenders[i];
        (i, (record.evaluations + self.contenders[i].stretch()).min(self.allowance(i)))
    }

    /// Evaluations of all.
    fn evaluations(&self) -> u64 {
        self.contenders.iter().map(|c| c.record.evaluations).sum()
    }

    /// Evaluations that are kept for a word on what limits a run.
    fn reserve(&self) -> u64 {
        if self.options.max_evals >= WORTH_A_WORD * limit::COST && self.f.dim() <= limit::MAX_DIM { limit::COST } else { 0 }
    }

    /// Up to how many evaluations a contender may go.
    fn allowance(&self, i: usize) -> u64 {
        let others = self.evaluations() - self.contenders[i].record.evaluations;
        self.options.max_evals.saturating_sub(others + self.reserve())
    }

    /// One that has met the tolerance, or has found that rounding is the limit, and has nothing that speaks against it.
    fn winner(&self) -> Option<usize> {
        self.contenders.iter().position(|c| self.is_done(c) && !c.record.suspect)
    }

    /// Whether more work on it would change nothing. In one variable random points are for the check alone: all replicates may have
    /// missed a jump alike.
    fn is_done(&self, contender: &Contender) -> bool {
        contender.record.is_done() && (self.f.dim() > 1 || contender.method.error_kind() == ErrorKind::Bound)
    }

    /// Whether the result of a contender may be believed.
    fn verdict(&self, winner: usize) -> Verdict {
        let won = &self.contenders[winner];
        let is_blind =
            |c: &Contender| c.is_blind_beside(won) || self.contenders.iter().any(|o| o.confirms(won) && c.is_blind_beside(o));
        let counts = |i: &usize| !self.contenders[*i].is_out() && !is_blind(&self.contenders[*i]);
        let others = || (0..self.contenders.len()).filter(|i| *i != winner).filter(counts);
        let other_kind = |i: &usize| self.contenders[*i].method.error_kind() != won.method.error_kind();
        let most = |i: &usize| self.contenders[*i].record.evaluations;
        // One that has not begun must not cost more than what it checks.
        let affordable = |i: &usize| most(i) > 0 || self.contenders[*i].stretch() <= won.record.evaluations.max(CHEAP);
        let others = || others().filter(affordable);
        let says_nothing = |c: &Contender| c.record.vague || is_blind(c);
        let agree = self.contenders.iter().enumerate().all(|(i, c)| i == winner || says_nothing(c) || c.agrees_with(won));
        // Who contradicts is heard out first: a few random points have errors that are guesses, and more of them tell.
        let contradicts = |i: &usize| {
            let own = &self.contenders[*i];
            own.is_open() && !own.is_stuck() && self.allowance(*i) > most(i) && !own.record.vague && !own.agrees_with(won)
        };
        let other = others().find(contradicts).or_else(|| others().filter(other_kind).max_by_key(most));
        let Some(other) = other.or_else(|| others().max_by_key(most)) else {
            // Who has spent what there was has still found something.
            return if agree { Verdict::Sound } else { Verdict::Disputed };
        };
        let (check, spent) = (&self.contenders[other], most(&other));
        // Random points that were content with few of them can be asked for more.
        let is_content = check.method.error_kind() == ErrorKind::StandardDeviation && !check.is_stuck();
        let has_more = !check.record.is_done() || !agree && is_content;
        let can_go_on = has_more && self.allowance(other) > spent;
        let fresh = |i: &usize| {
            self.contenders[*i].is_asked && most(i) == 0 && ASKED * self.contenders[*i].first_cost() <= won.record.evaluations
        };
        if let Some(fresh) = others().find(fresh).filter(|_| agree) {
            return Verdict::Open(fresh);
        }
        if agree && (spent >= won.record.evaluations / CHECK && spent > 0 || !can_go_on) {
            return Verdict::Sound;
        }
        let has_patience = spent < DISPUTE * won.record.evaluations + PATIENCE;
        if can_go_on && (agree || has_patience) { Verdict::Open(other) } else { Verdict::Disputed }
    }

    /// Who is taken on next, if anybody can be: the one predicted to be done first, after those that cost little, beside it or at all.
    fn next(&self) -> Option<usize> {
        let spent = |i: &usize| self.contenders[*i].record.evaluations;
        let least_suspect = self.contenders.iter().filter(|c| c.record.is_done()).map(|c| c.record.evaluations).min();
        let patience = least_suspect.map_or(u64::MAX, |evaluations| (DISPUTE * evaluations).saturating_add(PATIENCE));
        let open = || {
            let all = 0..self.contenders.len();
            all.filter(|i| self.contenders[*i].is_open() && self.allowance(*i) > spent(i) && spent(i) < patience)
        };
        // Everybody begins who costs little, at all or beside what has been spent.
        let cheap = CHEAP.max(self.evaluations() / ASKED);
        let begins = |i: &usize| spent(i) == 0 && (*i == 0 || self.contenders[*i].first_cost() <= cheap);
        if let Some(first) = open().find(begins) {
            return Some(first);
        }
        // In two variables rules find peaks before a fit is made.
        let is_peaked = self.f.dim() > 2 && self.contenders.iter().any(Contender::sees_peaks);
        let cost = |i: &usize| self.contenders[*i].cost(is_peaked);
        let predicted = |i: &usize| self.contenders[*i].predicted();
        let best = open().min_by(|i, j| predicted(i).total_cmp(&predicted(j)))?;
        let cheapest = open().min_by(|i, j| cost(i).total_cmp(&cost(j)))?;
        Some(if cost(&cheapest) <= CURIOSITY * predicted(&best) { cheapest } else { best })
    }

    /// The one with the smallest error beside the tolerance, rather one with nothing that speaks against it, or one that has found
    /// something.
    fn best(&self) -> Result<usize, Error> {
        let has_result = |c: &Contender| c.record.has_result() && c.record.failure.is_none();
        let begun = (0..self.contenders.len()).filter(|i| has_result(&self.contenders[*i]));
        let best = begun.min_by(|i, j| self.contenders[*i].record.compare(&self.contenders[*j].record));
        match best {
            Some(best) => Ok(best),
            None => Err(self.contenders.iter().find_map(Contender::error).unwrap_or(Error::Budget {
                method: "auto",
                max_evals: self.options.max_evals,
                needed: self.options.max_evals + 1,
                dim: self.f.dim(),
            })),
        }
    }
}

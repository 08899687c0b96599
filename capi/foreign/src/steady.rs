//! What answers where a rule is expected: the rule as long as it is quick, and from there on the best of all methods.
//!
//! Callers of adaptive rules are used to microseconds for what is smooth, and read a stated error as a bound. So the rule begins, and
//! where it is done with few evaluations nothing else is tried. Otherwise [`Auto`] takes over with the rest of the budget: it states
//! errors of random points as three standard deviations here, and asks the tolerance of them.

use fubini::algorithms::{Auto, Error, ErrorKind, Integrator, Observer, Options, Progress, Pullback, Report, Stop};
use std::fmt;
use std::ops::ControlFlow;

/// Evaluations of the rule before others are tried: `auto` takes about as many to compare them.
const TRIAL: u64 = 8_000;

/// A rule, and `auto` where it is not done soon.
pub struct Steady {
    rule: Box<dyn Integrator>,
}

impl Steady {
    /// Number of variables from which on it is of use: of two and three, rules cut kinks and jumps along the axes off with fewer
    /// evaluations than others need.
    pub const FROM: usize = 4;

    /// Standard deviations that an error of random points is stated as.
    pub const SIGMAS: u32 = 3;

    /// Beginning with this rule.
    pub fn new(rule: impl Integrator + 'static) -> Self {
        Steady { rule: Box::new(rule) }
    }

    /// All that is left after the rule has spent so much. States of this part end with that number.
    fn go_on(
        f: &Pullback<'_>,
        spent: u64,
        state: Option<Vec<u8>>,
        options: &Options,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let mut rest = options.clone().max_evals(options.max_evals.saturating_sub(spent));
        rest.resume = state;
        let mut report = Auto::default().sigmas(Self::SIGMAS).refine(f, &rest, &mut |progress: Progress<'_>| {
            let Progress { evaluations, estimates, excess, ref snapshot, finished, .. } = progress;
            let encode = || [snapshot.to_bytes(), spent.to_le_bytes().to_vec()].concat();
            let snapshot = snapshot.written_by(&encode);
            let mut shown = Progress::new(spent + evaluations, options, estimates, excess, snapshot);
            shown.finished = finished;
            observer(shown)
        })?;
        report.evaluations += spent;
        Ok(report)
    }
}

impl fmt::Debug for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Steady by {}", self.rule.name())
    }
}

impl Integrator for Steady {
    fn name(&self) -> &'static str {
        self.rule.name()
    }

    fn error_kind(&self) -> ErrorKind {
        self.rule.error_kind()
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        let is_all = options.max_evals <= TRIAL;
        let trial = options.clone().max_evals(TRIAL.min(options.max_evals));
        let mut wish = ControlFlow::Continue(());
        let result = self.rule.refine(f, &trial, &mut |mut progress: Progress<'_>| {
            // The end of the trial is not that of the run.
            progress.finished &= is_all || progress.excess <= 1.0;
            progress.max_evals = options.max_evals;
            wish = observer(progress);
            wish
        });
        match result {
            Ok(mut report) if report.stop == Stop::Budget && !is_all => {
                if wish.is_break() {
                    report.stop = Stop::Cancelled;
                    return Ok(report);
                }
                Self::go_on(f, report.evaluations, None, options, observer)
            }
            Err(Error::Budget { .. }) if !is_all => Self::go_on(f, 0, None, options, observer),
            Err(error @ Error::State { .. }) => {
                // It may be one of the other part.
                let parts = options.resume.as_deref().and_then(<[u8]>::split_last_chunk);
                match parts.map(|(state, spent)| (state, u64::from_le_bytes(*spent))) {
                    Some((state, spent)) if spent <= TRIAL => Self::go_on(f, spent, Some(state.to_vec()), options, observer),
                    _ => Err(error),
                }
            }
            result => result,
        }
    }
}

//! The integrator: trains, and has the points of the mixture taken by quasi-Monte Carlo.

use super::density::Density;
use super::focus::Focus;
use super::train::{Trained, pilot, train};
use crate::integrator::{Integrator, Observer};
use crate::pullback::{Pullback, Tally};
use crate::run::{Identity, PLACES, Snapshot};
use crate::{Detail, Error, ErrorKind, Options, Progress, Qmc, QmcMap, QmcSequence, Report, Stop};
use serde::{Deserialize, Serialize};

/// Most variables: a fit has a covariance to find.
pub(crate) const MAX_DIM: usize = 24;
/// Part of a budget that training may take.
const TRAINING: u64 = 4;
/// The least budget.
const LEAST: u64 = 512;

/// Importance sampling from a mixture of distributions that is fitted to the integrand: for peaks that lie across the axes, and for
/// several of them.
///
/// For 1 to 24 variables. A thousand to some tens of thousand evaluations are spent on the fit; the points that count are those of
/// [`Qmc`] in coordinates in which they follow it, an eighth of them spread over all of the domain. A stated error is one standard
/// deviation, as that of [`Qmc`].
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Mixture, Options, scalar};
/// // Two variables that are nearly proportional.
/// let f = scalar(2, |x| (-50.0 * (x[0] - x[1]).powi(2) - 0.5 * x[0] * x[0]).exp());
/// let plane = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 2])?;
/// let report = Mixture::default().integrate(&f, &plane, &Options::default().rtol(1e-4))?;
/// let exact = std::f64::consts::TAU / 10.0;
/// assert!(report.converged() && (report.integrals[0].value - exact).abs() <= 4.0 * report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mixture {}

/// What is saved.
#[derive(Serialize, Deserialize)]
struct State {
    density: Density,
    /// Where the integrand is largest, point by point.
    alive: Vec<Vec<f64>>,
    /// Of training.
    tally: Tally,
    /// The state of the run in the coordinates of the mixture; empty before it has begun.
    run: Vec<u8>,
}

impl Mixture {
    /// The run in the coordinates of the mixture. Their shares end where nets are even, and lattices are not.
    fn sampler() -> Qmc {
        Qmc::default().map(QmcMap::Off).sequence(QmcSequence::Sobol)
    }
}

impl Integrator for Mixture {
    fn name(&self) -> &'static str {
        "mixture"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        let (dim, max_evals) = (f.dim(), options.max_evals);
        if dim > MAX_DIM {
            return Err(Error::Unsupported { method: self.name(), dim, min: 1, max: MAX_DIM });
        }
        if max_evals < LEAST {
            return Err(Error::Budget { method: self.name(), max_evals, needed: LEAST, dim });
        }
        // What a fit finds needs no hints, but those that make no sense are refused as by any method.
        f.hints(options)?;
        let identity = Identity::new(self.name(), self, f, options);
        let state = match &options.resume {
            Some(bytes) => {
                let state: State = identity.open(bytes)?;
                let places = state.alive.len() <= PLACES && state.alive.iter().all(|place| place.len() == dim);
                if !places || !state.density.is_sound(dim) {
                    return Err(Error::State { reason: "its parts do not fit together".to_string() });
                }
                state
            }
            None => {
                let mut tally = Tally::default();
                let Trained { density, alive } = train(f, options, max_evals / TRAINING, &mut tally)?;
                if f.is_interrupted() {
                    return Ok(Report::nothing(f.components(), options, Stop::Cancelled));
                }
                State { density, alive, tally, run: Vec::new() }
            }
        };
        let State { density, alive, tally, run } = &state;
        let own = Options {
            max_evals: max_evals.saturating_sub(tally.evaluations).max(LEAST / 2),
            resume: (!run.is_empty()).then(|| run.clone()),
            nested: true,
            hints: Vec::new(),
            ..options.clone()
        };
        let focus = Focus::new(f.coordinates(), density);
        let report = Self::sampler().refine(&f.through(&focus, options)?, &own, &mut |progress: Progress<'_>| {
            let encode = || {
                let (density, alive, tally) = (density.clone(), alive.clone(), tally.clone());
                let run = progress.snapshot.to_bytes();
                let places = [alive.clone(), focus.outer(Identity::places(&run, dim))].concat();
                identity.seal(&State { density, alive, tally, run }, places)
            };
            let evaluations = tally.evaluations + progress.evaluations;
            observer(Progress { evaluations, max_evals, snapshot: Snapshot::new(&encode), ..progress })
        })?;
        let detail = match report.detail {
            Detail::Replicates { replicates, points_per_replicate, training, .. } => Detail::Mixture {
                parts: density.parts().len(),
                replicates,
                points_per_replicate,
                training: training + tally.evaluations,
            },
            other => other,
        };
        Ok(Report {
            evaluations: report.evaluations + tally.evaluations,
            non_finite: report.non_finite + tally.non_finite,
            integrand_seconds: report.integrand_seconds + tally.integrand_time.as_secs_f64() / report.threads.max(1) as f64,
            detail,
            ..report
        })
    }
}

/// Evaluations that the method takes before it can say anything: a look, a few rounds of training and the first points.
pub(crate) fn first_stretch(dim: usize) -> u64 {
    6 * pilot(dim, u64::MAX) as u64
}

//! A problem, a method and its options: all that a run needs.

use fubini::Problem;
use fubini::algorithms::{Error, Integrator, Observer, Options, Report};
use std::path::PathBuf;
use std::time::Duration;

/// One run.
pub(crate) struct Job {
    pub(crate) problem: Problem,
    pub(crate) integrator: Box<dyn Integrator>,
    pub(crate) options: Options,
    pub(crate) checkpoint: Option<Checkpoint>,
}

/// Where the state of a run is saved, and how often.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    pub(crate) path: PathBuf,
    pub(crate) every: Duration,
}

impl Job {
    /// Runs it under the eyes of `watcher`.
    pub(crate) fn run(&self, watcher: &mut impl Watcher) -> Result<Report, Error> {
        let observer: &mut Observer<'_> = &mut |progress| watcher.step(&progress);
        let Problem { integrand, coordinates, .. } = &self.problem;
        let report = self.integrator.integrate_watched(integrand.as_ref(), coordinates.as_ref(), &self.options, observer);
        watcher.end();
        report
    }

    /// Names of the quantities that must meet the tolerance.
    pub(crate) fn target_names(&self) -> Vec<&str> {
        match (&self.problem.ratio, self.options.target) {
            (Some(ratio), fubini::algorithms::Target::Ratio) => vec![ratio],
            _ => self.problem.integrals.iter().map(String::as_str).collect(),
        }
    }
}

/// Someone who follows a run.
pub(crate) trait Watcher {
    /// After every step; `Break` ends the run.
    fn step(&mut self, progress: &fubini::algorithms::Progress<'_>) -> std::ops::ControlFlow<()>;
    /// After the last.
    fn end(&mut self);
}

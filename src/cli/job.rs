//! A problem, a method and its options: all that a run needs.

use super::record::Recording;
use fubini::Problem;
use fubini::algorithms::{Error, Estimate, Integrator, Observer, Options, Report};
use fubini::atoms::Family;
use fubini::replace::Kind;
use fubini::variation::{Axis, Members, Search};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One run.
pub(crate) struct Job {
    pub(crate) problem: Problem,
    /// Names of the variables of formulas; none of atoms.
    pub(crate) variables: Vec<String>,
    pub(crate) integrator: Box<dyn Integrator>,
    pub(crate) options: Options,
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) plot: Option<Plot>,
    /// Whether to say how it converged.
    pub(crate) verbose: bool,
    /// Who takes the samples.
    pub(crate) recording: Option<Arc<Mutex<Recording>>>,
    /// Where the importance map is saved.
    pub(crate) save_map: Option<PathBuf>,
    /// The histograms, after the run.
    pub(crate) divisions: Vec<Division>,
}

/// A histogram: the first integral by the value of some quantity.
pub(crate) struct Division {
    pub(crate) name: String,
    /// Ends of the bins, one more than there are bins.
    pub(crate) edges: Vec<f64>,
    pub(crate) bins: Vec<Estimate>,
    /// What lies below, above, and where the quantity is no number.
    pub(crate) outside: [Estimate; 3],
}

/// Many runs of a family of problems.
pub(crate) struct FamilyJob<F, T> {
    pub(crate) family: F,
    pub(crate) integrator: Box<dyn Integrator>,
    pub(crate) options: Options,
    pub(crate) plot: Option<Plot>,
    /// The values of a scan, or the settings of a search.
    pub(crate) task: T,
}

/// A scan.
pub(crate) type ScanJob = FamilyJob<Members, Vec<Axis>>;
/// A search for the minimum.
pub(crate) type OptimizeJob = FamilyJob<Family, Search>;

/// Many methods on one problem.
pub(crate) struct CompareJob {
    pub(crate) problem: Problem,
    pub(crate) methods: Vec<Box<dyn Integrator>>,
    pub(crate) budgets: Vec<u64>,
    /// The true value, where it is known.
    pub(crate) exact: Option<f64>,
    pub(crate) options: Options,
    pub(crate) plot: Option<Plot>,
}

/// Where a picture is drawn.
pub(crate) struct Plot {
    pub(crate) path: PathBuf,
    /// What it may replace.
    pub(crate) over: Kind,
}

/// Where the state of a run is saved, and how often.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    pub(crate) path: PathBuf,
    pub(crate) every: Duration,
}

/// A result with all that its presentation needs.
#[derive(Clone, Copy)]
pub(crate) struct Outcome<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) method: &'a str,
    pub(crate) options: &'a Options,
    pub(crate) report: &'a Report,
    pub(crate) divisions: &'a [Division],
}

impl Job {
    /// Runs it under the eyes of `watcher`.
    pub(crate) fn run(&mut self, watcher: &mut impl Watcher) -> Result<Report, Error> {
        let (mut map, saves) = (None, self.save_map.is_some());
        let observer: &mut Observer<'_> = &mut |progress| {
            if saves {
                map = progress.snapshot.map();
            }
            watcher.step(&progress)
        };
        let report = self.problem.integrate(&*self.integrator, &self.options, observer);
        watcher.end();
        self.finish(map.as_ref());
        report
    }

    pub(crate) fn outcome<'a>(&'a self, report: &'a Report) -> Outcome<'a> {
        Outcome {
            problem: &self.problem,
            method: chosen(report, self.integrator.as_ref()),
            options: &self.options,
            report,
            divisions: &self.divisions,
        }
    }
}

/// The method whose result it is.
pub(crate) fn chosen(report: &Report, asked: &dyn Integrator) -> &'static str {
    report.choice.as_ref().map_or(asked.name(), |choice| choice.method)
}

/// Names of the quantities that must meet the tolerance.
pub(crate) fn target_names<'a>(problem: &'a Problem, options: &Options) -> Vec<&'a str> {
    match (&problem.ratio, options.target) {
        (Some(ratio), fubini::algorithms::Target::Ratio) => {
            let further = problem.observables.iter().map(|o| o.name.as_str());
            std::iter::once(ratio.as_str()).chain(further).collect()
        }
        _ => problem.integrals.iter().map(String::as_str).collect(),
    }
}

/// Someone who follows a run.
pub(crate) trait Watcher {
    /// After every step; `Break` ends the run.
    fn step(&mut self, progress: &fubini::algorithms::Progress<'_>) -> std::ops::ControlFlow<()>;
    /// After the last.
    fn end(&mut self);
}

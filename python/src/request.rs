//! What a run is asked for, as Python hands it over: a dictionary that has been checked for types and signs.

use crate::watch::Watch;
use crate::{failed, refused};
use fubini::algorithms::coordinates::Coordinates;
use fubini::algorithms::{Domain, ErrorLevel, Integrand, Integrator, Observer, Options, Ratio, Report, Target};
use fubini::methods::{METHODS, integrator};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The settings of a run.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Request {
    method: String,
    knobs: Vec<(String, f64)>,
    rtol: f64,
    atol: f64,
    max_evals: u64,
    seed: u64,
    threads: Option<usize>,
    ratio: Option<(usize, usize)>,
    target: String,
    error_level: String,
    hints: Vec<Vec<f64>>,
    /// Called after every step.
    progress: Option<Py<PyAny>>,
    /// Whether the regions of an adaptive method are wanted.
    regions: bool,
}

/// Limits of every variable.
pub(crate) type Limits = Vec<(f64, f64)>;

impl Request {
    pub(crate) fn integrator(&self) -> PyResult<Box<dyn Integrator>> {
        integrator(&self.method, &self.knobs).map_err(refused)
    }

    /// What is asked of a run that `watch` looks after.
    pub(crate) fn options(&self, watch: &Watch) -> PyResult<Options> {
        let mut options = Options::default();
        options.interrupt = Some(watch.interrupt());
        (options.rtol, options.atol) = (self.rtol, self.atol);
        (options.max_evals, options.seed) = (self.max_evals, self.seed);
        options.max_memory = fubini::memory::share();
        options.threads = self.threads;
        options.ratios = self.ratio.iter().map(|&(numerator, denominator)| Ratio { numerator, denominator }).collect();
        options.target = match self.target.as_str() {
            "each" => Target::Each,
            "ratio" => Target::Ratio,
            word => return Err(unknown("target", word, "each, ratio")),
        };
        options.error_level = match self.error_level.as_str() {
            "fast" => ErrorLevel::Fast,
            "standard" => ErrorLevel::Standard,
            "guarded" => ErrorLevel::Guarded,
            word => return Err(unknown("error_level", word, "fast, standard, guarded")),
        };
        options.hints.clone_from(&self.hints);
        Ok(options)
    }

    /// Who looks after the run.
    pub(crate) fn watch(&mut self) -> Watch {
        Watch::new(self.progress.take(), self.regions)
    }

    /// Integrates; `calls_python` says whether the integrand is Python code.
    pub(crate) fn run(
        &self,
        py: Python<'_>,
        watch: &Watch,
        integrand: &dyn Integrand,
        coordinates: &dyn Coordinates,
        calls_python: bool,
    ) -> PyResult<Report> {
        let (integrator, options) = (&*self.integrator()?, &self.options(watch)?);
        // One thread, on which Python code is at home: no other would ever be heard of.
        let here = calls_python && self.threads == Some(1);
        let run = |observer: &mut Observer<'_>| integrator.integrate_watched(integrand, coordinates, options, observer);
        watch.run(py, here, run)?.map_err(failed)
    }
}

/// The box with these limits.
pub(crate) fn domain(limits: &Limits) -> PyResult<Domain> {
    Domain::new(limits).map_err(failed)
}

fn unknown(name: &str, word: &str, known: &str) -> PyErr {
    PyValueError::new_err(format!("{name} {word}: there is none of that name; there are {known}"))
}

/// Name, dimensions, summary, meaning of the error and settings of every integrator.
#[pyfunction]
pub(crate) fn methods() -> Vec<(&'static str, &'static str, &'static str, &'static str, Vec<&'static str>)> {
    METHODS
        .iter()
        .map(|m| (m.name, m.dimensions, m.summary, m.error.meaning(), m.knobs.iter().map(|k| k.name).collect()))
        .collect()
}

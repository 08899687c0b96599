//! What a run is asked for, as Python hands it over: a dictionary that has been checked for types and signs.

use crate::callable::Callable;
use crate::compiled::Program;
use crate::watch::Watch;
use crate::{failed, refused};
use fubini::algorithms::coordinates::{self, Coordinates, Iterated, Limit};
use fubini::algorithms::{
    Domain, Error, ErrorLevel, ImportanceMap, Integrand, Integrator, Observer, Options, Ratio, Report, Target,
};
use fubini::methods::{METHODS, integrator};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

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
    /// Components that are real parts, with the imaginary part behind them.
    complex: Vec<usize>,
    target: String,
    error_level: String,
    hints: Vec<Vec<f64>>,
    /// Called after every step.
    progress: Option<Py<PyAny>>,
    /// Evaluates points elsewhere, and what ends that.
    remote: Option<(Py<PyAny>, Py<PyAny>)>,
    /// Whether the regions of an adaptive method are wanted.
    regions: bool,
    /// Whether the weighted samples are wanted.
    samples: bool,
    /// The importance map to begin with, as bytes.
    map: Option<Vec<u8>>,
}

/// The end of an interval: a number, a formula of the variables before as a program, or a callable over points of shape
/// (n, variables before) that returns as many numbers.
#[derive(FromPyObject)]
pub(crate) enum End {
    Number(f64),
    Formula(Py<Program>),
    Callable(Py<PyAny>),
}

/// Limits of every variable: lower end, upper end, and the places where the interval is cut.
pub(crate) type Limits = Vec<(End, End, Vec<End>)>;

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
        options.complex.clone_from(&self.complex);
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
        options.samples = watch.tap();
        options.map = self.map.as_deref().map(ImportanceMap::from_bytes).transpose().map_err(failed)?.map(Arc::new);
        Ok(options)
    }

    /// Whether there are any.
    pub(crate) fn has_hints(&self) -> bool {
        !self.hints.is_empty()
    }

    /// Who looks after the run.
    pub(crate) fn watch(&self, py: Python<'_>) -> Watch {
        let cancel = self.remote.as_ref().map(|(_, cancel)| cancel.clone_ref(py));
        Watch::new(self.progress.as_ref().map(|one| one.clone_ref(py)), cancel, self.regions, self.samples)
    }

    /// Who evaluates an integrand like this one elsewhere, if that is asked for.
    pub(crate) fn elsewhere<'a>(
        &self,
        py: Python<'_>,
        integrand: &dyn Integrand,
        check: &Py<PyAny>,
        watch: &'a Watch,
    ) -> Option<Callable<'a>> {
        let (dim, components) = (integrand.dim(), integrand.components());
        let callable = |f: &Py<PyAny>| Callable::new(f.clone_ref(py), check.clone_ref(py), dim, components, watch);
        self.remote.as_ref().map(|(f, _)| callable(f).remote())
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
        self.run_with(py, watch, calls_python, |integrator, options, observer| {
            integrator.integrate_watched(integrand, coordinates, options, observer)
        })
    }

    /// Whether integrals that are products may be taken from their factors: regions would be those of the factors, and walkers have
    /// no use for them.
    pub(crate) fn separates(&self) -> bool {
        !self.regions && !self.samples && self.map.is_none() && self.method != "vmc"
    }

    /// Runs what takes an integrator, options and an observer.
    pub(crate) fn run_with(
        &self,
        py: Python<'_>,
        watch: &Watch,
        calls_python: bool,
        run: impl Fn(&dyn Integrator, &Options, &mut Observer<'_>) -> Result<Report, Error> + Send + Sync,
    ) -> PyResult<Report> {
        let (integrator, options) = (&*self.integrator()?, &self.options(watch)?);
        // One thread, on which Python code is at home: no other would ever be heard of.
        let here = calls_python && self.threads == Some(1);
        watch.run(py, here, |observer: &mut Observer<'_>| run(integrator, options, observer))?.map_err(failed)
    }
}

/// The domain with these limits: a box where they are numbers and nothing is cut. `check` is that of values of callables.
pub(crate) fn domain<'a>(limits: Limits, check: &Py<PyAny>, watch: &'a Watch) -> PyResult<Box<dyn Coordinates + 'a>> {
    let number = |end: &End| if let End::Number(x) = end { Some(*x) } else { None };
    let numbers = limits.iter().map(|(lo, hi, cuts)| Some((number(lo)?, number(hi)?)).filter(|_| cuts.is_empty()));
    if let Some(numbers) = numbers.collect::<Option<Vec<_>>>() {
        return Ok(Box::new(Domain::new(&numbers).map_err(failed)?));
    }
    let limit = |py: Python<'_>, dim: usize, end: &End| match end {
        End::Number(x) => Limit::from(*x),
        End::Formula(program) => Limit::varying(program.get().compiled().clone()),
        End::Callable(f) => Limit::varying(Callable::new(f.clone_ref(py), check.clone_ref(py), dim, 1, watch)),
    };
    let side = |py: Python<'_>, (dim, (lo, hi, cuts)): (usize, &(End, End, Vec<End>))| {
        let side = coordinates::Limits::new(limit(py, dim, lo), limit(py, dim, hi));
        cuts.iter().fold(side, |side, at| side.broken_at(limit(py, dim, at)))
    };
    let sides = Python::attach(|py| limits.iter().enumerate().map(|limits| side(py, limits)).collect());
    Ok(Box::new(Iterated::new(sides).map_err(failed)?))
}

/// Whether a limit is Python code.
pub(crate) fn calls_python(limits: &Limits) -> bool {
    let calls = |end: &End| matches!(end, End::Callable(_));
    limits.iter().any(|(lo, hi, cuts)| calls(lo) || calls(hi) || cuts.iter().any(calls))
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

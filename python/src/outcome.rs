//! What came out of a run, as a dictionary.

use crate::samples::Arrays;
use crate::watch::Left;
use fubini::algorithms::coordinates::Coordinates;
use fubini::algorithms::{Detail, Fact, Growth, Integrand, Region, Report, Stop, Suspect, Trial, exponents};
use numpy::PyArray2;
use numpy::ndarray::Array2;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// The dictionary of which Python makes a `Result`.
#[derive(IntoPyObject)]
pub(crate) struct Outcome {
    values: Vec<f64>,
    errors: Vec<f64>,
    ratio: Option<(f64, f64)>,
    covariance: Option<Py<PyArray2<f64>>>,
    evaluations: u64,
    stop: &'static str,
    error_kind: &'static str,
    non_finite: u64,
    seconds: f64,
    integrand_seconds: f64,
    threads: usize,
    suspect: Option<&'static str>,
    /// What to do about it.
    remedy: Option<&'static str>,
    detail: Py<PyDict>,
    /// The method that was chosen, where it was.
    method: Option<&'static str>,
    /// What was tried: method, value, error, evaluations.
    auto: Vec<(&'static str, f64, f64, u64)>,
    regions: Option<Regions>,
    samples: Option<Arrays>,
    /// The importance map, as bytes.
    map: Option<Py<PyBytes>>,
    /// What was found in the formula and done with it.
    analysis: Vec<String>,
    /// What should be known of it.
    warning: Option<String>,
    /// Faces towards which the integrand of a run grows that did not converge: axis, end, exponent, order of a map.
    growth: Vec<(usize, usize, f64, Option<u32>)>,
}

/// Lower and upper corners in the unit cube, (regions, variables); integrals and errors, (regions, components).
type Regions = [Py<PyArray2<f64>>; 4];

impl Outcome {
    pub(crate) fn new(py: Python<'_>, report: &Report, left: Left) -> PyResult<Self> {
        Ok(Outcome {
            values: report.integrals.iter().map(|e| e.value).collect(),
            errors: report.integrals.iter().map(|e| e.error).collect(),
            ratio: report.ratio().map(|e| (e.value, e.error)),
            covariance: report.covariance.as_ref().map(|c| PyArray2::from_array(py, c).unbind()),
            evaluations: report.evaluations,
            stop: report.stop.word(),
            error_kind: report.error_kind().word(),
            non_finite: report.non_finite,
            seconds: report.seconds,
            integrand_seconds: report.integrand_seconds,
            threads: report.threads,
            suspect: report.suspect.map(Suspect::reason),
            remedy: report.suspect.and_then(remedy),
            detail: detail(py, &report.detail)?,
            method: report.choice.as_ref().map(|choice| choice.method),
            auto: report.choice.iter().flat_map(|choice| &choice.tried).map(trial).collect(),
            regions: left.regions.map(|found| regions(py, &found)),
            samples: left.samples.map(|samples| samples.arrays(py)),
            map: left.map.map(|map| PyBytes::new(py, &map.to_bytes()).unbind()),
            analysis: Vec::new(),
            warning: None,
            growth: Vec::new(),
        })
    }

    /// With how the integrand grows.
    pub(crate) fn growing(mut self, growth: &[Growth]) -> Self {
        self.growth = growth.iter().map(|face| (face.axis, face.end, face.exponent, face.order())).collect();
        self
    }

    /// With what was found in the formula.
    pub(crate) fn analysed(mut self, notes: Vec<String>, warning: Option<String>) -> Self {
        (self.analysis, self.warning) = (notes, warning);
        self
    }
}

/// Of an integrand that nobody can read: how it grows towards faces, where a run on it did not converge.
pub(crate) fn growing(report: &Report, integrand: &dyn Integrand, coordinates: &dyn Coordinates) -> Vec<Growth> {
    match report.stop {
        Stop::Budget | Stop::Roundoff => exponents(integrand, coordinates).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn trial(trial: &Trial) -> (&'static str, f64, f64, u64) {
    (trial.method, trial.estimate.value, trial.estimate.error, trial.evaluations)
}

fn regions(py: Python<'_>, regions: &[Region]) -> Regions {
    let rows = |width: usize, of: &dyn Fn(&Region, usize) -> f64| {
        let array = Array2::from_shape_fn((regions.len(), width), |(i, k)| of(&regions[i], k));
        PyArray2::from_owned_array(py, array).unbind()
    };
    let (dim, components) = regions.first().map_or((0, 0), |r| (r.lo.len(), r.integrals.len()));
    [
        rows(dim, &|r, d| r.lo[d]),
        rows(dim, &|r, d| r.hi[d]),
        rows(components, &|r, c| r.integrals[c].value),
        rows(components, &|r, c| r.integrals[c].error),
    ]
}

/// What to do about a result that should not be believed, in words of Python; signs that this package does not know yet have
/// none.
fn remedy(suspect: Suspect) -> Option<&'static str> {
    Some(match suspect {
        Suspect::AllZero => "if it is not zero, say where it lives with hints, or narrow the limits",
        Suspect::NarrowSupport => "narrow the limits, or give hints near every peak",
        Suspect::NonFinite => "check the integrand and the limits",
        Suspect::Disagreement => "raise max_evals, or give hints near every peak",
        Suspect::Methods => "raise max_evals, give hints near every peak, or compare methods",
        Suspect::Drift => "raise max_evals",
        Suspect::Coarse => "integrate over the distance from a limit, and write the integrand in it",
        Suspect::Jumps => "compare with method='auto' or 'qmc'; with analysis most jumps of formulas are found and cut",
        Suspect::HeavyTail => "change the variables so that the singularity is flattened, or take a rule such as method='cuhre'",
        _ => return None,
    })
}

fn detail(py: Python<'_>, detail: &Detail) -> PyResult<Py<PyDict>> {
    let dict = PyDict::new(py);
    for (name, fact) in detail.facts() {
        match fact {
            Fact::Count(count) => dict.set_item(name, count)?,
            Fact::Number(number) => dict.set_item(name, number)?,
            Fact::Flag(flag) => dict.set_item(name, flag)?,
            Fact::Word(word) => dict.set_item(name, word)?,
        }
    }
    Ok(dict.unbind())
}

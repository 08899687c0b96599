//! What came out of a run, as a dictionary.

use fubini::algorithms::{Detail, Region, Report, Stop, Suspect};
use numpy::PyArray2;
use numpy::ndarray::Array2;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The dictionary of which Python makes a `Result`.
#[derive(IntoPyObject)]
pub(crate) struct Outcome {
    values: Vec<f64>,
    errors: Vec<f64>,
    ratio: Option<(f64, f64)>,
    covariance: Option<Py<PyArray2<f64>>>,
    evaluations: u64,
    stop: &'static str,
    non_finite: u64,
    seconds: f64,
    integrand_seconds: f64,
    threads: usize,
    suspect: Option<&'static str>,
    detail: Py<PyDict>,
    regions: Option<Regions>,
}

/// Lower and upper corners in the unit cube, (regions, variables); integrals and errors, (regions, components).
type Regions = [Py<PyArray2<f64>>; 4];

impl Outcome {
    pub(crate) fn new(py: Python<'_>, report: &Report, found: Option<Vec<Region>>) -> PyResult<Self> {
        Ok(Outcome {
            values: report.integrals.iter().map(|e| e.value).collect(),
            errors: report.integrals.iter().map(|e| e.error).collect(),
            ratio: report.ratio().map(|e| (e.value, e.error)),
            covariance: report.covariance.as_ref().map(|c| PyArray2::from_array(py, c).unbind()),
            evaluations: report.evaluations,
            stop: stop(report.stop),
            non_finite: report.non_finite,
            seconds: report.seconds,
            integrand_seconds: report.integrand_seconds,
            threads: report.threads,
            suspect: report.suspect.map(suspect),
            detail: detail(py, &report.detail)?,
            regions: found.map(|found| regions(py, &found)),
        })
    }
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

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Converged => "converged",
        Stop::Roundoff => "roundoff",
        Stop::Cancelled => "cancelled",
        _ => "budget",
    }
}

fn suspect(suspect: Suspect) -> &'static str {
    match suspect {
        Suspect::AllZero => "every value was zero: the integrand may live where no point fell; hints help",
        Suspect::NarrowSupport => {
            "nearly all values were negligible: other parts of the integrand may have been missed; hints help"
        }
        Suspect::NonFinite => "the integrand was not finite at so many points that what is missing there may exceed the error",
        Suspect::Disagreement => "iterations disagree by far more than their errors; raise max_evals",
        Suspect::Drift => "the walkers have not come to equilibrium, or cannot travel between separate peaks; raise max_evals",
        Suspect::HeavyTail => "the largest values grow as if the variance were infinite: the error may be too small",
        _ => "there are signs that the error is wrong",
    }
}

fn detail(py: Python<'_>, detail: &Detail) -> PyResult<Py<PyDict>> {
    let dict = PyDict::new(py);
    match *detail {
        Detail::Regions { regions, frozen, degree, rule_points, .. } => {
            dict.set_item("regions", regions)?;
            dict.set_item("frozen", frozen)?;
            dict.set_item("degree", degree)?;
            dict.set_item("rule_points", rule_points)?;
        }
        Detail::Iterations { iterations, warmup, chi2_per_dof, strata } => {
            dict.set_item("iterations", iterations)?;
            dict.set_item("warmup", warmup)?;
            dict.set_item("chi2_per_dof", chi2_per_dof)?;
            dict.set_item("strata", strata)?;
        }
        Detail::Replicates { replicates, points_per_replicate, map, training } => {
            dict.set_item("replicates", replicates)?;
            dict.set_item("points_per_replicate", points_per_replicate)?;
            dict.set_item("map", map)?;
            dict.set_item("training", training)?;
        }
        Detail::Walks { walkers, steps, equilibration, acceptance, autocorrelation, chi2_per_dof } => {
            dict.set_item("walkers", walkers)?;
            dict.set_item("steps", steps)?;
            dict.set_item("equilibration", equilibration)?;
            dict.set_item("acceptance", acceptance)?;
            dict.set_item("autocorrelation", autocorrelation)?;
            dict.set_item("chi2_per_dof", chi2_per_dof)?;
        }
        _ => {}
    }
    Ok(dict.unbind())
}

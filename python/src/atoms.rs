//! Energies of small atoms with any trial function: one, many, and the least.

use crate::outcome::Outcome;
use crate::request::Request;
use crate::watch::{Left, unasked};
use crate::{failed, refused};
use fubini::algorithms::{Observer, Suspect};
use fubini::atoms::{Family, Frame, Trial};
use fubini::variation::{Axis, Event, Optimum, Scan, Search, VariationError, optimize, scan};
use pyo3::exceptions::PyRuntimeWarning;
use pyo3::prelude::*;
use std::ffi::CString;
use std::ops::ControlFlow;

/// A trial function with values for its names.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Atom {
    psi: String,
    pub(crate) electrons: usize,
    charge: f64,
    parameters: Vec<(String, f64)>,
    definitions: Vec<(String, String)>,
}

impl Atom {
    pub(crate) fn trial(self) -> Trial {
        let Atom { psi, electrons, charge, parameters, definitions } = self;
        Trial { psi, electrons, charge, parameters, definitions }
    }
}

/// The energy ∫ψHψ / ∫ψ²: a ratio of two integrals from the same points.
#[pyfunction]
pub(crate) fn atom_energy(
    py: Python<'_>,
    atom: Atom,
    coordinates: Option<&str>,
    half_side: Option<f64>,
    request: Request,
) -> PyResult<Outcome> {
    let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
    let problem = unasked(py, move || atom.trial().problem(frame))?.map_err(refused)?;
    let watch = request.watch(py);
    let nothing = py.None();
    let remote = request.elsewhere(py, &*problem.integrand, &nothing, &watch);
    let report = match &remote {
        Some(remote) => request.run(py, &watch, remote, &*problem.coordinates, true)?,
        None => request.run(py, &watch, &*problem.integrand, &*problem.coordinates, false)?,
    };
    drop(remote);
    Outcome::new(py, &report, watch.left())
}

/// Names and values of the parameters that vary.
type Parameters = Vec<(String, f64)>;

/// The energies at all combinations of the values, the last axis running fastest.
#[pyfunction]
pub(crate) fn atom_scan(
    py: Python<'_>,
    atom: Atom,
    coordinates: Option<&str>,
    half_side: Option<f64>,
    axes: Vec<(String, Vec<f64>)>,
    request: Request,
) -> PyResult<Vec<(Parameters, Outcome)>> {
    let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
    let family = Family::trial(atom.trial(), frame);
    let axes: Vec<Axis> = axes.into_iter().map(|(name, values)| Axis { name, values }).collect();
    let watch = request.watch(py);
    let (integrator, options) = (&*request.integrator()?, &request.options(&watch)?);
    let run = |observer: &mut Observer<'_>| {
        let found = scan(family, &axes, integrator, options, &mut |event| steps(observer, event));
        found.map(|Scan { points, refused }| {
            (points.into_iter().map(|point| (point.parameters, point.report)).collect::<Vec<_>>(), refused)
        })
    };
    let (points, refused) = watch.run(py, false, run)?.map_err(not_varied)?;
    for refused in refused {
        let message = CString::new(format!("no result: {refused}"))?;
        PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &message, 1)?;
    }
    points.into_iter().map(|(parameters, report)| Ok((parameters, Outcome::new(py, &report, Left::default())?))).collect()
}

/// What a search for the least energy found.
#[derive(IntoPyObject)]
pub(crate) struct Found {
    parameters: Parameters,
    uncertainties: Vec<f64>,
    outcome: Outcome,
    /// Of the local energy, with its error.
    variance: Option<(f64, f64)>,
    /// Parameters, energy and its error of every run on the way.
    path: Vec<(Parameters, f64, f64)>,
    stop: &'static str,
    /// What speaks against the minimum.
    suspect: Option<&'static str>,
    evaluations: u64,
    seconds: f64,
}

/// The least energy over the parameters, from the values given.
#[pyfunction]
pub(crate) fn atom_optimize(
    py: Python<'_>,
    atom: Atom,
    coordinates: Option<&str>,
    half_side: Option<f64>,
    start: Parameters,
    request: Request,
) -> PyResult<Found> {
    let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
    let varied: Vec<_> = start.iter().map(|(name, value)| (name.as_str(), Some(*value))).collect();
    let family = Family::trial(atom.trial(), frame).vary(&varied).map_err(refused)?;
    let watch = request.watch(py);
    let (integrator, options) = (&*request.integrator()?, &request.options(&watch)?);
    let search = &Search::default();
    let run = |observer: &mut Observer<'_>| {
        let found = optimize(family, integrator, options, search, &mut |event| steps(observer, event));
        found.map(|best| {
            let variance = best.problem.observed(&best.report).first().map(|variance| (variance.value, variance.error));
            let suspect = best.suspect().map(Suspect::reason);
            let Optimum { parameters, uncertainties, report, path, stop, evaluations, seconds, .. } = best;
            (parameters, uncertainties, report, variance, path, (stop.word(), suspect), evaluations, seconds)
        })
    };
    let found = watch.run(py, false, run)?.map_err(not_varied)?;
    let (parameters, uncertainties, report, variance, path, (stop, suspect), evaluations, seconds) = found;
    Ok(Found {
        parameters,
        uncertainties,
        outcome: Outcome::new(py, &report, Left::default())?,
        variance,
        path: path.into_iter().map(|step| (step.parameters, step.energy.value, step.energy.error)).collect(),
        stop,
        suspect,
        evaluations,
        seconds,
    })
}

/// Lets the observer of a run follow a scan or a search.
fn steps(observer: &mut Observer<'_>, event: Event<'_>) -> ControlFlow<()> {
    match event {
        Event::Progress(progress) => observer(progress),
        _ => ControlFlow::Continue(()),
    }
}

fn not_varied(error: VariationError) -> PyErr {
    match error {
        VariationError::Run { error, .. } => failed(error),
        other => pyo3::exceptions::PyValueError::new_err(other.to_string()),
    }
}

/// ψ and the local energy Hψ/ψ as derived and simplified, for reading.
#[pyfunction]
pub(crate) fn atom_local(py: Python<'_>, atom: Atom) -> PyResult<(String, String)> {
    let derived = unasked(py, move || atom.trial().derive().map(|derived| (derived.local.show(0), derived.local.show(1))));
    derived?.map_err(refused)
}

//! Energies of small atoms with any trial function: one, many, and the least.

use crate::outcome::Outcome;
use crate::request::Request;
use crate::watch::{Left, unasked};
use crate::{failed, refused};
use fubini::RequestError;
use fubini::algorithms::{Observer, Suspect};
use fubini::atoms::{Family, Frame, Hamiltonian, Nuclei, Spin, Trial, transition};
use fubini::variation::{Axis, Event, Optimum, Scan, Search, VariationError, optimize, scan};
use pyo3::exceptions::PyRuntimeWarning;
use pyo3::prelude::*;
use std::ffi::CString;
use std::ops::ControlFlow;

/// A trial function with values for its names, and what acts on the electrons.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Atom {
    psi: String,
    pub(crate) electrons: usize,
    charge: f64,
    parameters: Vec<(String, f64)>,
    definitions: Vec<(String, String)>,
    potential: Option<String>,
    repulsion: Option<String>,
    mass: Option<f64>,
    radius: Option<f64>,
    /// Charges and distance of two.
    nuclei: Option<([f64; 2], f64)>,
    terms: Vec<String>,
    linear: Vec<String>,
    levels: usize,
    /// Of three electrons, `doublet` or `quartet`; of two `singlet` or `triplet`.
    spin: Option<String>,
}

impl Atom {
    /// The trial function with its terms, and the names of its linear parameters.
    pub(crate) fn trial(self) -> Result<(Trial, Vec<String>), RequestError> {
        let Atom {
            psi, electrons, charge, parameters, definitions, potential, repulsion, mass, radius, nuclei, ref spin, ..
        } = self;
        let hamiltonian =
            Hamiltonian { potential, repulsion, mass, radius, nuclei: nuclei.map(|(charges, bond)| Nuclei { charges, bond }) };
        let spin = spin.as_deref().map(Spin::named).transpose()?;
        let trial = Trial { psi, electrons, charge, parameters, definitions, hamiltonian, spin };
        if self.terms.is_empty() {
            return Ok((trial, self.linear));
        }
        let terms: Vec<&str> = self.terms.iter().map(String::as_str).collect();
        trial.expand(&terms)
    }

    pub(crate) fn family(self, frame: Frame) -> Result<Family, RequestError> {
        let levels = self.levels;
        let (trial, linear) = self.trial()?;
        let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
        let family = Family::trial(trial, frame);
        if linear.is_empty() && levels == 1 { Ok(family) } else { family.linear(&linear, levels) }
    }
}

/// An energy with what stands beside it: values of linear parameters, and the levels above with their errors.
type Energies = (Outcome, Parameters, Vec<(f64, f64)>);

/// The energy ∫ψHψ / ∫ψ²: a ratio of two integrals from the same points.
#[pyfunction]
pub(crate) fn atom_energy(
    py: Python<'_>,
    atom: Atom,
    coordinates: Option<&str>,
    half_side: Option<f64>,
    request: Request,
) -> PyResult<Energies> {
    let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
    let problem = unasked(py, move || atom.family(frame).and_then(|family| family.problem(&[])))?.map_err(refused)?;
    if let Some(warning) = &problem.warning {
        PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &CString::new(warning.as_str())?, 1)?;
    }
    let watch = request.watch(py);
    let nothing = py.None();
    let remote = request.elsewhere(py, &*problem.integrand, &nothing, &watch);
    let report = match &remote {
        Some(remote) => request.run_with(py, &watch, true, |integrator, options, observer| {
            integrator.integrate_watched(remote, &*problem.coordinates, &problem.options(options), observer)
        })?,
        None => request.run_with(py, &watch, false, |integrator, options, observer| {
            problem.integrate(integrator, &problem.options(options), observer)
        })?,
    };
    drop(remote);
    let levels = problem.observed(&report).iter().map(|level| (level.value, level.error)).collect();
    Ok((Outcome::new(py, &report, watch.left())?, problem.coefficients, levels))
}

/// Name, value and error of what follows from integrals.
type Derived = (String, f64, f64);

/// The moment between two states with the strength of the line: a run, and the names of what follows from it with values and errors.
#[pyfunction]
pub(crate) fn atom_transition(
    py: Python<'_>,
    from: Atom,
    to: Atom,
    moment: Option<String>,
    coordinates: Option<&str>,
    half_side: Option<f64>,
    request: Request,
) -> PyResult<(Outcome, Vec<Derived>)> {
    let frame = Frame::named(coordinates, half_side, from.electrons).map_err(refused)?;
    let problem = unasked(py, move || {
        let (from, to) = (from.trial()?.0, to.trial()?.0);
        transition([&from, &to], moment.as_deref(), frame)
    })?
    .map_err(refused)?;
    let watch = request.watch(py);
    let report = request.run_with(py, &watch, false, |integrator, options, observer| {
        problem.integrate(integrator, &problem.options(options), observer)
    })?;
    let found = problem.observables.iter().zip(problem.observed(&report));
    let found = found.map(|(observable, e)| (observable.name.clone(), e.value, e.error)).collect();
    Ok((Outcome::new(py, &report, watch.left())?, found))
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
    let family = atom.family(frame).map_err(refused)?;
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
    coefficients: Parameters,
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
    let family = atom.family(frame).and_then(|family| family.vary(&varied)).map_err(refused)?;
    let watch = request.watch(py);
    let (integrator, options) = (&*request.integrator()?, &request.options(&watch)?);
    let search = &Search::default();
    let run = |observer: &mut Observer<'_>| {
        let found = optimize(family, integrator, options, search, &mut |event| steps(observer, event));
        found.map(|best| {
            let variance = best.problem.observed(&best.report).first().map(|variance| (variance.value, variance.error));
            let suspect = best.suspect().map(Suspect::reason);
            let Optimum { parameters, problem, uncertainties, report, path, stop, evaluations, seconds } = best;
            (
                (parameters, problem.coefficients),
                uncertainties,
                report,
                variance,
                path,
                (stop.word(), suspect),
                evaluations,
                seconds,
            )
        })
    };
    let found = watch.run(py, false, run)?.map_err(not_varied)?;
    let ((parameters, coefficients), uncertainties, report, variance, path, (stop, suspect), evaluations, seconds) = found;
    Ok(Found {
        parameters,
        coefficients,
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
    let show = move || {
        let derived = atom.trial()?.0.derive()?;
        Ok((derived.local.show(0), derived.local.show(1)))
    };
    unasked(py, show)?.map_err(|error: RequestError| refused(error))
}

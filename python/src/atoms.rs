//! Energies of small atoms with any trial function.

use crate::outcome::Outcome;
use crate::refused;
use crate::request::Request;
use fubini::atoms::{Frame, Trial};
use pyo3::prelude::*;

/// A trial function with values for its names.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Atom {
    psi: String,
    electrons: usize,
    charge: f64,
    parameters: Vec<(String, f64)>,
    definitions: Vec<(String, String)>,
}

impl Atom {
    fn trial(self) -> Trial {
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
    mut request: Request,
) -> PyResult<Outcome> {
    let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
    let problem = atom.trial().problem(frame).map_err(refused)?;
    let watch = request.watch();
    let report = request.run(py, &watch, &*problem.integrand, &*problem.coordinates, false)?;
    Outcome::new(py, &report, watch)
}

/// ψ and the local energy Hψ/ψ as derived and simplified, for reading.
#[pyfunction]
pub(crate) fn atom_local(atom: Atom) -> PyResult<(String, String)> {
    let derived = atom.trial().derive().map_err(refused)?;
    Ok((derived.local.show(0), derived.local.show(1)))
}

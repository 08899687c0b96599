//! The native half of the Python package `fubini`: runs integrators on NumPy callables, compiled formulas and atoms.
//!
//! Everything that is a matter of words, of shapes or of convenience is Python, in `python/fubini`; what is here takes
//! plain lists, numbers and names. Results are dictionaries, of which Python makes its `Result`.

mod atoms;
mod bodies;
mod callable;
mod compiled;
mod lent;
mod native;
mod outcome;
mod piece;
mod request;
mod samples;
mod watch;

use fubini::RequestError;
use fubini::algorithms::Error;
use pyo3::exceptions::{PyArithmeticError, PyValueError};
use pyo3::prelude::*;

pyo3::create_exception!(
    fubini,
    IntegrationError,
    PyArithmeticError,
    "The integrand can't be integrated: it is not finite at too many points.\n\n\
     Requests that no work could satisfy, such as a negative tolerance, are a ValueError instead."
);

/// A run that failed, as a Python exception.
fn failed(error: Error) -> PyErr {
    match error {
        Error::NotFinite { .. } | Error::Nowhere { .. } => IntegrationError::new_err(error.to_string()),
        _ => PyValueError::new_err(error.to_string()),
    }
}

/// A request that makes no sense, as a Python exception.
fn refused(error: RequestError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The native half of fubini.
#[pymodule]
mod _fubini {
    #[pymodule_export]
    use super::IntegrationError;
    #[pymodule_export]
    use super::atoms::{atom_energy, atom_local, atom_optimize, atom_scan, atom_transition};
    #[pymodule_export]
    use super::callable::integrate_callable;
    #[pymodule_export]
    use super::compiled::{Program, integrate_program, words};
    #[pymodule_export]
    use super::native::integrate_native;
    #[pymodule_export]
    use super::piece::Piece;
    #[pymodule_export]
    use super::request::methods;
}

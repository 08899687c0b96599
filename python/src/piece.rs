//! Integrands of which a worker knows the text, and is sent points: native pieces of a run that somebody else makes.

use crate::atoms::Atom;
use crate::compiled::Program;
use crate::refused;
use crate::request::Limits;
use fubini::algorithms::{Columns, Integrand};
use fubini::atoms::Frame;
use numpy::ndarray::Array2;
use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What is integrated in a run on a formula or an atom.
#[pyclass(frozen)]
pub(crate) struct Piece(Box<dyn Integrand>);

#[pymethods]
impl Piece {
    /// Of formulas over these limits.
    #[staticmethod]
    fn of_program(program: &Bound<'_, Program>, limits: Limits, analyse: bool) -> PyResult<Self> {
        Ok(Piece(Box::new(program.get().integrand(&limits, analyse)?)))
    }

    /// Of an atom.
    #[staticmethod]
    fn of_atom(atom: Atom, coordinates: Option<&str>, half_side: Option<f64>) -> PyResult<Self> {
        let frame = Frame::named(coordinates, half_side, atom.electrons).map_err(refused)?;
        Ok(Piece(atom.family(frame).and_then(|family| family.problem(&[])).map_err(refused)?.integrand))
    }

    /// Values at points of shape (n, variables), as (n, components).
    fn evaluate<'py>(&self, py: Python<'py>, points: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (f, points) = (&self.0, points.as_array());
        if points.ncols() != f.dim() {
            return Err(PyValueError::new_err(format!("points of {} variables are needed, not of {}", f.dim(), points.ncols())));
        }
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(f.dim(), points.nrows());
        for (d, column) in points.columns().into_iter().enumerate() {
            columns.column_mut(d).iter_mut().zip(column).for_each(|(out, x)| *out = *x);
        }
        columns.pad();
        values.reset(f.components(), points.nrows());
        py.detach(|| f.eval_in_place(&mut columns, &mut values.values()));
        let value = |(i, c): (usize, usize)| values.column(c)[i];
        Ok(PyArray2::from_owned_array(py, Array2::from_shape_fn((points.nrows(), f.components()), value)))
    }
}

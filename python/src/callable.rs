//! A Python callable over batches of points as an integrand.

use crate::outcome::Outcome;
use crate::request::{Limits, Request, domain};
use crate::watch::Watch;
use fubini::algorithms::{Integrand, Points, Values};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PySlice;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Points per batch, of which rules make it up to twice as many: measured on NumPy expressions in six variables, where
/// temporary arrays beyond some 8,000 points leave the second-level cache and fewer than 2,000 pay for calls.
const BATCH: usize = 2048;

/// Calls `f` with an array of shape (n, dim), which returns one of shape (n, components).
struct Callable<'a> {
    f: &'a Py<PyAny>,
    dim: usize,
    components: usize,
    watch: &'a Watch,
    /// The memory of the last batch, one-dimensional. Fresh memory for each one costs more than a cheap integrand does.
    last: Mutex<Option<Py<PyArray1<f64>>>>,
    /// `sys.getrefcount`, and what it says of an array that nobody else knows.
    count: (Py<PyAny>, usize),
}

impl Callable<'_> {
    fn call(&self, py: Python<'_>, points: Points<'_>, values: &mut Values<'_>) -> PyResult<()> {
        let (len, size) = (points.len(), self.dim * points.len());
        let memory = self.memory(py, size)?;
        // Rows here are our columns; the callable sees them transposed.
        let mut rows = memory.try_readwrite()?;
        for (d, row) in rows.as_slice_mut()?[..size].chunks_exact_mut(len).enumerate() {
            row.copy_from_slice(points.axis(d));
        }
        drop(rows);
        let x = memory.get_item(PySlice::new(py, 0, size as isize, 1))?.cast_into::<PyArray1<f64>>()?;
        let x = x.reshape([self.dim, len])?.transpose()?;
        let y: PyReadonlyArray2<'_, f64> = self.f.call1(py, (x,))?.extract(py)?;
        for (c, column) in y.as_array().columns().into_iter().enumerate() {
            let out = values.component(c);
            // Element by element takes as long as a cheap integrand does.
            match column.as_slice() {
                Some(column) => out.copy_from_slice(column),
                None => out.iter_mut().zip(column).for_each(|(out, y)| *out = *y),
            }
        }
        *self.lock() = Some(memory.unbind());
        Ok(())
    }

    /// So many numbers: the memory of the last batch, unless the callable has kept an array of it, or a part of one.
    fn memory<'py>(&self, py: Python<'py>, size: usize) -> PyResult<Bound<'py, PyArray1<f64>>> {
        if let Some(last) = self.lock().take().map(|last| last.into_bound(py))
            && last.len() >= size
            && references(py, &self.count.0, &last)? == self.count.1
        {
            return Ok(last);
        }
        Ok(PyArray1::zeros(py, size.max(2 * BATCH * self.dim), false))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Py<PyArray1<f64>>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn references(py: Python<'_>, count: &Py<PyAny>, array: &Bound<'_, PyArray1<f64>>) -> PyResult<usize> {
    count.call1(py, (array,))?.extract(py)
}

impl Integrand for Callable<'_> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn preferred_batch(&self) -> usize {
        BATCH
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        Python::attach(|py| {
            self.watch.listen(py);
            if let Err(error) = self.call(py, points, values) {
                self.watch.fail(error);
                (0..values.components()).for_each(|c| values.component(c).fill(0.0));
            }
        });
    }
}

/// Integrates `f`, which takes an array of shape (n, dim) and returns one of shape (n, components).
#[pyfunction]
pub(crate) fn integrate_callable(
    py: Python<'_>,
    f: Py<PyAny>,
    components: usize,
    limits: Limits,
    mut request: Request,
) -> PyResult<Outcome> {
    let coordinates = domain(&limits)?;
    let watch = request.watch();
    let count = py.import("sys")?.getattr("getrefcount")?.unbind();
    let unshared = references(py, &count, &PyArray1::zeros(py, 1, false))?;
    let (last, count) = (Mutex::default(), (count, unshared));
    let integrand = Callable { f: &f, dim: limits.len(), components, watch: &watch, last, count };
    let report = request.run(py, &watch, &integrand, &coordinates, true)?;
    Outcome::new(py, &report, watch.regions())
}

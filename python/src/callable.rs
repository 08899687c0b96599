//! A Python callable over batches of points as an integrand.

use crate::outcome::Outcome;
use crate::request::{Limits, Request, domain};
use crate::watch::{Job, Watch};
use fubini::algorithms::{Integrand, Points, Values};
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2};
use pyo3::prelude::*;

/// Points per batch: measured on NumPy expressions in six variables, 46 ns per point with 64, 19 with 4,096, 17 with
/// 8,192, 23 with 65,536.
const BATCH: usize = 8192;

/// Calls `f` with an array of shape (n, dim), which returns one of shape (n, components).
struct Callable<'a> {
    f: &'a Py<PyAny>,
    dim: usize,
    components: usize,
    watch: &'a Watch,
}

impl Callable<'_> {
    fn call(&self, py: Python<'_>, points: Points<'_>, values: &mut Values<'_>) -> PyResult<()> {
        // An array of its own for every batch: the callable may keep it. Its rows are our columns.
        let x = PyArray2::from_owned_array(py, points.view().to_owned());
        let y: PyReadonlyArray2<'_, f64> = self.f.call1(py, (x.transpose()?,))?.extract(py)?;
        for (c, column) in y.as_array().columns().into_iter().enumerate() {
            values.component(c).iter_mut().zip(column).for_each(|(out, y)| *out = *y);
        }
        Ok(())
    }
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
    let integrand = Callable { f: &f, dim: limits.len(), components, watch: &watch };
    let job = Job { watch: &watch, integrand: &integrand, coordinates: &coordinates, calls_python: true };
    let report = request.run(py, job)?;
    Outcome::new(py, &report, watch)
}

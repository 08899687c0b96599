//! A Python callable over batches of points as an integrand.

use crate::bodies::body;
use crate::lent::lend;
use crate::outcome::{Outcome, growing};
use crate::request::{Limits, Request, domain};
use crate::watch::{Watch, vanish};
use fubini::algorithms::{Columns, Integrand, Points, Values};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// Limits, or a body by its name and numbers.
#[derive(FromPyObject)]
pub(crate) enum Place {
    Body(String, Vec<f64>),
    Limits(Limits),
}

/// Points per batch, of which rules make it up to twice as many: measured on NumPy expressions in six variables, where
/// temporary arrays beyond some 8,000 points leave the second-level cache and fewer than 2,000 pay for calls.
const BATCH: usize = 2048;

/// Calls `f` with an array of shape (n, dim). It returns doubles of shape (n, components), or (n,) for one component;
/// anything else is for `check(y, n)` to make that of, or to refuse.
pub(crate) struct Callable<'a> {
    f: Py<PyAny>,
    check: Py<PyAny>,
    dim: usize,
    components: usize,
    watch: &'a Watch,
    /// Whether it is evaluated elsewhere, which divides batches as it needs to.
    is_remote: bool,
}

impl<'a> Callable<'a> {
    pub(crate) fn new(f: Py<PyAny>, check: Py<PyAny>, dim: usize, components: usize, watch: &'a Watch) -> Self {
        Callable { f, check, dim, components, watch, is_remote: false }
    }

    /// The same for an `f` that has its points evaluated elsewhere.
    pub(crate) fn remote(mut self) -> Self {
        self.is_remote = true;
        self
    }

    fn call<'py>(&self, py: Python<'py>, points: Bound<'py, PyArray2<f64>>, values: &mut Values<'_>) -> PyResult<()> {
        let len = values.len();
        let y = self.f.bind(py).call1((points,))?;
        if self.components == 1
            // Exactly: a subclass may mean more than its numbers say, as a masked array does.
            && let Ok(y) = y.cast_exact::<PyArray1<f64>>()
            && y.len() == len
            && let Ok(y) = y.try_readonly()?.as_slice()
        {
            values.component(0).copy_from_slice(y);
            return Ok(());
        }
        let shape = [len, self.components];
        let y: PyReadonlyArray2<'_, f64> = match y.cast_exact::<PyArray2<f64>>() {
            Ok(y) if y.shape() == shape && y.is_aligned() => y.try_readonly()?,
            _ => self.check.bind(py).call1((y, len))?.extract()?,
        };
        for (c, column) in y.as_array().columns().into_iter().enumerate() {
            let out = values.component(c);
            // Element by element takes as long as a cheap integrand does.
            match column.as_slice() {
                Some(column) => out.copy_from_slice(column),
                None => out.iter_mut().zip(column).for_each(|(out, y)| *out = *y),
            }
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

    fn may_be_cut(&self) -> bool {
        !self.is_remote
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let mut columns = Columns::default();
        columns.reset(self.dim, points.len());
        (0..self.dim).for_each(|d| columns.column_mut(d).copy_from_slice(points.axis(d)));
        self.eval_in_place(&mut columns, values);
    }

    fn eval_in_place(&self, points: &mut Columns, values: &mut Values<'_>) {
        Python::attach(|py| {
            self.watch.listen(py);
            if let Err(error) = lend(py, points, self.dim, |points| self.call(py, points, values)) {
                self.watch.fail(error);
                vanish(values);
            }
        });
    }
}

/// Integrates `f`, which takes an array of shape (n, dim) and returns one of shape (n, components) or what `check` accepts.
/// What callables among the limits return is for `limit_check`.
#[pyfunction]
pub(crate) fn integrate_callable(
    py: Python<'_>,
    f: Py<PyAny>,
    check: Py<PyAny>,
    components: usize,
    limits: Place,
    limit_check: Py<PyAny>,
    request: Request,
) -> PyResult<Outcome> {
    let watch = request.watch(py);
    let coordinates = match limits {
        Place::Body(name, numbers) => body(&name, &numbers)?,
        Place::Limits(limits) => domain(limits, &limit_check, &watch)?,
    };
    watch.raise()?;
    let integrand = Callable::new(f, check.clone_ref(py), coordinates.dim(), components, &watch);
    let remote = request.elsewhere(py, &integrand, &check, &watch);
    let report = request.run(py, &watch, remote.as_ref().unwrap_or(&integrand), &*coordinates, true)?;
    let growth = growing(&report, &integrand, &*coordinates);
    watch.raise()?;
    drop(coordinates);
    Ok(Outcome::new(py, &report, watch.left())?.growing(&growth))
}

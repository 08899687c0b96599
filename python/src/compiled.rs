//! Formulas compiled together: evaluated over NumPy columns, or integrated without the interpreter.

use crate::outcome::Outcome;
use crate::request::{Limits, Request, domain};
use fubini::algorithms::{Columns, Integrand};
use fubini::expressions::{Compiled, Expressions, Names};
use numpy::ndarray::{Array2, ArrayView1, ArrayViewMut2, Axis};
use numpy::{PyArray2, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Points that are copied into columns and evaluated at once: six variables of so many fit a second-level cache.
const CHUNK: usize = 4096;

/// Formulas of common variables as one program.
#[pyclass(frozen, module = "fubini._fubini")]
pub(crate) struct Program {
    compiled: Compiled,
}

#[pymethods]
impl Program {
    #[new]
    fn new(
        texts: Vec<String>,
        variables: Vec<String>,
        parameters: Vec<(String, f64)>,
        definitions: Vec<(String, String)>,
    ) -> PyResult<Self> {
        let names = parameters.iter().fold(Names::new(&variables), |names, (name, value)| names.parameter(name, *value));
        let names = definitions.iter().fold(names, |names, (name, text)| names.definition(name, text));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let expressions = Expressions::parse(&texts, &names).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Program { compiled: expressions.compile() })
    }

    /// Number of variables.
    #[getter]
    fn dim(&self) -> usize {
        self.compiled.dim()
    }

    /// Number of formulas.
    #[getter]
    fn components(&self) -> usize {
        self.compiled.components()
    }

    /// What the compilation did.
    #[getter]
    fn summary(&self) -> String {
        self.compiled.summary().to_string()
    }

    /// All formulas at the points whose coordinates are the columns, as an array of shape (components, n).
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        columns: Vec<PyReadonlyArray1<'py, f64>>,
        n: usize,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let columns: Vec<ArrayView1<'_, f64>> = columns.iter().map(|column| column.as_array()).collect();
        if columns.len() != self.compiled.dim() || columns.iter().any(|column| column.len() != n) {
            return Err(PyValueError::new_err(format!("{} columns of length {n} are needed", self.compiled.dim())));
        }
        let mut values = Array2::zeros((self.compiled.components(), n));
        py.detach(|| -> PyResult<()> {
            let pieces = values.axis_chunks_iter_mut(Axis(1), CHUNK).enumerate();
            if threads == Some(1) {
                let mut scratch = Default::default();
                pieces.for_each(|(i, piece)| self.piece(&columns, i * CHUNK, piece, &mut scratch));
                return Ok(());
            }
            let pieces: Vec<_> = pieces.collect();
            let work = || {
                let each = |scratch: &mut _, (i, piece)| self.piece(&columns, i * CHUNK, piece, scratch);
                pieces.into_par_iter().for_each_init(Default::default, each);
            };
            let builder = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
            match threads {
                None => work(),
                Some(_) => builder.build().map_err(|error| PyValueError::new_err(format!("threads: {error}")))?.install(work),
            }
            Ok(())
        })?;
        Ok(PyArray2::from_owned_array(py, values))
    }
}

impl Program {
    /// Evaluates the points from `start` on into `values`.
    fn piece(
        &self,
        columns: &[ArrayView1<'_, f64>],
        start: usize,
        mut values: ArrayViewMut2<'_, f64>,
        (points, results): &mut (Columns, Columns),
    ) {
        let len = values.ncols();
        points.reset(columns.len(), len);
        for (d, column) in columns.iter().enumerate() {
            points.column_mut(d).iter_mut().zip(column.iter().skip(start)).for_each(|(out, x)| *out = *x);
        }
        points.pad();
        results.reset(self.compiled.components(), len);
        self.compiled.eval(points.points(columns.len()), &mut results.values());
        for (c, mut row) in values.rows_mut().into_iter().enumerate() {
            row.iter_mut().zip(results.column(c)).for_each(|(out, y)| *out = *y);
        }
    }
}

/// Integrates the formulas of a program, each a component.
#[pyfunction]
pub(crate) fn integrate_program(
    py: Python<'_>,
    program: &Bound<'_, Program>,
    limits: Limits,
    mut request: Request,
) -> PyResult<Outcome> {
    let coordinates = domain(&limits)?;
    let watch = request.watch();
    let integrand = &program.get().compiled;
    let report = request.run(py, &watch, integrand, &coordinates, false)?;
    Outcome::new(py, &report, watch.regions())
}

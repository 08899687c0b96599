//! Formulas compiled together: evaluated over NumPy columns, or integrated without the interpreter.

use crate::outcome::Outcome;
use crate::request::{End, Limits, Request, calls_python, domain};
use fubini::algorithms::coordinates::Coordinates;
use fubini::algorithms::{Columns, Error, Integrand, max_threads};
use fubini::expressions::analysis::{Analysis, Ends};
use fubini::expressions::{self, Compiled, ErrorKind, Expressions, Names};
use numpy::ndarray::{Array2, ArrayView1, ArrayViewMut2, Axis};
use numpy::{PyArray2, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Points that are copied into columns and evaluated at once: six variables of so many fit a second-level cache.
const CHUNK: usize = 4096;

/// Words that mean something in the grammar.
#[pyfunction]
pub(crate) fn words() -> Vec<&'static str> {
    fubini::expressions::words().collect()
}

/// Formulas of common variables as one program.
#[pyclass(frozen, module = "fubini._fubini")]
pub(crate) struct Program {
    compiled: Compiled,
    complex: Vec<bool>,
    source: Source,
}

/// Texts, variables, parameters and definitions, of which the program can be made again.
type Source = (Vec<String>, Vec<String>, Vec<(String, f64)>, Vec<(String, String)>);

#[pymethods]
impl Program {
    #[new]
    fn new(
        texts: Vec<String>,
        variables: Vec<String>,
        parameters: Vec<(String, f64)>,
        definitions: Vec<(String, String)>,
    ) -> PyResult<Self> {
        let source = (texts, variables, parameters, definitions);
        let expressions = Self::expressions(&source)?;
        Ok(Program {
            compiled: expressions.compile().with_jumps(expressions.jumps()),
            complex: expressions.complex().to_vec(),
            source,
        })
    }

    /// What it is made of, for pickles: another process compiles it again, for the CPU that it runs on.
    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, Source) {
        (py.get_type::<Program>(), self.source.clone())
    }

    /// Number of variables.
    #[getter]
    fn dim(&self) -> usize {
        self.compiled.dim()
    }

    /// Number of real components: of a complex formula two.
    #[getter]
    fn components(&self) -> usize {
        self.compiled.components()
    }

    /// Which of the formulas are complex.
    #[getter]
    fn complex(&self) -> Vec<bool> {
        self.complex.clone()
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
        // As many as fit the machine: it would be of no use to wait for more.
        let threads = threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
        if threads > max_threads() {
            let limit = max_threads();
            return Err(PyValueError::new_err(format!("threads is {threads}: at most {limit} can be asked for on this machine")));
        }
        let mut values = Array2::zeros((self.compiled.components(), n));
        py.detach(|| {
            let helpers = (threads - 1).min(n.div_ceil(CHUNK).saturating_sub(1));
            let pieces = Mutex::new(values.axis_chunks_iter_mut(Axis(1), CHUNK).enumerate());
            let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
            let work = || {
                let mut scratch = Default::default();
                while let Some((i, piece)) = next() {
                    self.piece(&columns, i * CHUNK, piece, &mut scratch);
                }
            };
            // Threads of this call alone: what pays for them is a million points, and none is left behind by a fork.
            thread::scope(|scope| {
                let spawn = |_| thread::Builder::new().spawn_scoped(scope, work).is_ok();
                // Where no more can be had, those that there are do it all.
                _ = (0..helpers).all(spawn);
                work();
            });
        });
        Ok(PyArray2::from_owned_array(py, values))
    }
}

/// What is wrong with a formula; of a name that is no slip of the pen, what it was meant to be.
fn refused(error: expressions::Error) -> PyErr {
    let remedy = match error.kind() {
        ErrorKind::UnknownName { name, suggestion: None } => match name.as_str() {
            "infinity" | "Infinity" | "oo" => "\n  infinity is written inf, and only in limits".to_string(),
            name => format!("\n  to integrate over it give it limits; to give it a value, parameters={{\"{name}\": …}}"),
        },
        _ => String::new(),
    };
    PyValueError::new_err(format!("{error}{remedy}"))
}

impl Program {
    /// Expressions with these texts and names.
    fn expressions((texts, variables, parameters, definitions): &Source) -> PyResult<Expressions> {
        let names = parameters.iter().fold(Names::new(variables), |names, (name, value)| names.parameter(name, *value));
        let names = definitions.iter().fold(names, |names, (name, text)| names.definition(name, text));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Expressions::parse_complex(&texts, &names).map_err(refused)
    }

    /// What the formulas tell of where they are not smooth.
    fn analyse(&self, limits: &Limits) -> PyResult<Analysis> {
        let text = |end: &End| match end {
            End::Number(x) => Some(format!("{x:?}")),
            End::Formula(program) => program.get().single_text().map(str::to_string),
            End::Callable(_) => None,
        };
        let ends = limits.iter().map(|(lo, hi, cuts)| {
            Some(Ends { lo: text(lo)?, hi: text(hi)?, breaks: cuts.iter().map(text).collect::<Option<_>>()? })
        });
        let Some(ends) = ends.collect::<Option<Vec<_>>>() else {
            let notes = vec!["left as it is: some limits are no formulas".to_string()];
            return Ok(Analysis { notes, ..self.unanalysed() });
        };
        let expressions = Self::expressions(&self.source)?;
        expressions.analyse(&ends).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn unanalysed(&self) -> Analysis {
        Analysis { jumps: self.compiled.jumps(), ..Analysis::default() }
    }

    /// The formula of a program of one, if it needs no definitions.
    fn single_text(&self) -> Option<&str> {
        match (self.source.0.as_slice(), self.source.3.is_empty()) {
            ([text], true) => Some(text),
            _ => None,
        }
    }

    /// What is integrated over these limits, in the variables of the parts into which they are cut.
    pub(crate) fn integrand(&self, limits: &Limits, analyse: bool) -> PyResult<Compiled> {
        let plan = if analyse { self.analyse(limits)?.plan } else { None };
        Ok(plan.map_or_else(|| self.compiled.clone(), |plan| plan.integrand))
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

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
    limit_check: Py<PyAny>,
    request: Request,
    analyse: bool,
) -> PyResult<Outcome> {
    let watch = request.watch(py);
    let program = program.get();
    let mut analysis = match analyse {
        true => program.analyse(&limits)?,
        false => program.unanalysed(),
    };
    // They are points of all variables.
    if request.has_hints() && analysis.separated.take().is_some() {
        analysis.notes = vec!["left as it is: hints are points of all variables".to_string()];
    }
    let calls_python = calls_python(&limits);
    let plain = domain(limits, &limit_check, &watch)?;
    watch.raise()?;
    let as_it_is = program.compiled.clone().with_jumps(analysis.jumps);
    let (integrand, coordinates): (&Compiled, &dyn Coordinates) = match &analysis.plan {
        Some(plan) => (&plan.integrand, &plan.coordinates),
        None => (&as_it_is, &*plain),
    };
    let remote = request.elsewhere(py, integrand, &limit_check, &watch);
    let (integrand, calls_python): (&dyn Integrand, bool) = match &remote {
        Some(remote) => (remote, true),
        None => (integrand, calls_python),
    };
    // Factors have few variables and few points: they stay here.
    let report = match analysis.separated.as_ref().filter(|_| request.separates()) {
        Some(separated) => request.run_with(py, &watch, calls_python, |integrator, options, observer| {
            match separated.integrate(integrator, options, observer) {
                // The run on the whole names the place in the variables of the formula.
                Err(Error::NotFinite { .. } | Error::Nowhere { .. }) => {
                    integrator.integrate_watched(integrand, coordinates, options, observer)
                }
                found => found,
            }
        })?,
        None => request.run(py, &watch, integrand, coordinates, calls_python)?,
    };
    drop(plain);
    Ok(Outcome::new(py, &report, watch.left())?.analysed(analysis.notes, analysis.warning))
}

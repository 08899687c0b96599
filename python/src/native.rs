//! Compiled functions as integrands: called through their pointers, on all threads and without the interpreter.
#![allow(unsafe_code)]

use crate::IntegrationError;
use crate::outcome::Outcome;
use crate::request::{Limits, Request, calls_python, domain};
use crate::watch::Watch;
use fubini::algorithms::{Integrand, Points, Values};
use fubini_foreign::{BatchFunction, Columns, Halt, Pointer, Rows};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::ffi::{c_int, c_void};
use std::mem::transmute;

type Plain = unsafe extern "C" fn(c_int, *mut f64) -> f64;
type WithData = unsafe extern "C" fn(c_int, *mut f64, *mut c_void) -> f64;

/// An integrand whose failure ends the run with an exception.
struct Native<'a> {
    function: Box<dyn Integrand>,
    halt: Halt,
    watch: &'a Watch,
}

impl Integrand for Native<'_> {
    fn dim(&self) -> usize {
        self.function.dim()
    }

    fn components(&self) -> usize {
        self.function.components()
    }

    fn preferred_batch(&self) -> usize {
        self.function.preferred_batch()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        self.function.eval(points, values);
        if self.halt.is_raised() {
            self.watch.fail(IntegrationError::new_err("the integrand ended the run: it returned a number that is not 0"));
        }
    }
}

/// The function at an address that Python has taken from an object with this signature: "plain", "data" or "batch".
fn function(
    signature: &str,
    address: usize,
    data: usize,
    dim: usize,
    components: usize,
    halt: &Halt,
) -> PyResult<Box<dyn Integrand>> {
    let (n, data) = (c_int::try_from(dim)?, Pointer::new(data as *mut c_void));
    if address == 0 {
        return Err(PyValueError::new_err("the function pointer is null"));
    }
    // SAFETY: Python has read the type of what is there from the object that it belongs to, and keeps that alive during the run.
    Ok(match signature {
        "plain" => {
            let f = unsafe { transmute::<usize, Plain>(address) };
            let call = move |_, x: &mut [f64], y: &mut [f64]| {
                y[0] = unsafe { f(n, x.as_mut_ptr()) };
                true
            };
            Box::new(Rows::new(dim, 1, 1, halt.clone(), call))
        }
        "data" => {
            let f = unsafe { transmute::<usize, WithData>(address) };
            let call = move |_, x: &mut [f64], y: &mut [f64]| {
                y[0] = unsafe { f(n, x.as_mut_ptr(), data.get()) };
                true
            };
            Box::new(Rows::new(dim, 1, 1, halt.clone(), call))
        }
        _ => {
            let f = unsafe { transmute::<usize, BatchFunction>(address) };
            Box::new(unsafe { Columns::new(dim, components, halt.clone(), f, data) })
        }
    })
}

/// Integrates the function at `address`, of one of the signatures "plain", "data" and "batch", with what it is handed besides.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "named on the other side")]
pub(crate) fn integrate_native(
    py: Python<'_>,
    signature: &str,
    address: usize,
    data: usize,
    components: usize,
    limits: Limits,
    limit_check: Py<PyAny>,
    request: Request,
) -> PyResult<Outcome> {
    let (watch, halt, calls) = (request.watch(py), Halt::default(), calls_python(&limits));
    let function = function(signature, address, data, limits.len(), components, &halt)?;
    let integrand = Native { function, halt, watch: &watch };
    let coordinates = domain(limits, &limit_check, &watch)?;
    let report = request.run(py, &watch, &integrand, &*coordinates, calls)?;
    drop((coordinates, integrand));
    Outcome::new(py, &report, watch.left())
}

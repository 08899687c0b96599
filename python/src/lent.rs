//! The memory of a batch, lent to NumPy: an array of its points without a copy.
//!
//! The array refers to a [`Loan`], which shares the columns with us. NumPy keeps it as the base of the array and of every
//! view of it, so that when the array is gone and nobody kept a part of it, the columns are ours alone again.
#![allow(unsafe_code)]

use fubini::algorithms::Columns;
use numpy::PyArray2;
use pyo3::prelude::*;
use std::mem::take;
use std::sync::Arc;

/// Keeps the memory of arrays.
#[pyclass(frozen)]
struct Loan {
    _columns: Arc<Columns>,
}

/// Calls `f` with an array of shape (len, dim), the first `dim` columns themselves; what is written to it is written to
/// them. If `f` lets a reference to that memory live on, it stays with who has it, and `columns` are a copy afterwards.
pub(crate) fn lend<'py, T>(
    py: Python<'py>,
    columns: &mut Columns,
    dim: usize,
    f: impl FnOnce(Bound<'py, PyArray2<f64>>) -> PyResult<T>,
) -> PyResult<T> {
    let mut lent = Arc::new(take(columns));
    let view = Arc::get_mut(&mut lent).expect("nobody else knows of it yet").view_mut(dim).reversed_axes().raw_view_mut();
    let result = Bound::new(py, Loan { _columns: Arc::clone(&lent) }).and_then(|loan| {
        // SAFETY: the view lies within the buffer of `lent`, which `loan` keeps where it is for as long as an array refers
        // to it. While one does, nobody reads or writes the buffer but through arrays, save for the copy below: that is
        // made by a thread that is attached to the interpreter, as who writes to an array must be.
        let points = unsafe { PyArray2::borrow_from_array(&view.deref_into_view_mut(), loan.into_any()) };
        f(points)
    });
    *columns = Arc::try_unwrap(lent).unwrap_or_else(|kept| Columns::clone(&kept));
    result
}

//! Functions of whole batches in columns, as the engine has them: nothing is copied.
#![allow(unsafe_code)]

use crate::{Halt, Pointer};
use fubini::algorithms::{Integrand, Points, Values};
use std::ffi::{c_int, c_void};
use std::ptr;

/// The type `fubini_batch` of `fubini.h`: n points, of which `x[d][i]` is coordinate d of point i, and `y[c][i]` is to become
/// value c there. It returns 0, or anything else to end the run.
pub type BatchFunction =
    unsafe extern "C" fn(n: usize, x: *const *const f64, y: *const *mut f64, user_data: *mut c_void) -> c_int;

/// An integrand from such a function.
#[derive(Debug)]
pub struct Columns {
    dim: usize,
    components: usize,
    halt: Halt,
    f: BatchFunction,
    data: Pointer,
}

impl Columns {
    /// Of `dim` variables and `components` values. Where `f` does not return 0, it is called no more, and `halt` is raised.
    ///
    /// # Safety
    /// `f` must keep to its type with this `data`, and be ready to be called from as many threads as a run is given.
    pub unsafe fn new(dim: usize, components: usize, halt: Halt, f: BatchFunction, data: Pointer) -> Self {
        Columns { dim, components, halt, f, data }
    }
}

impl Integrand for Columns {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let x: Vec<*const f64> = (0..self.dim).map(|d| points.axis(d).as_ptr()).collect();
        let y: Vec<*mut f64> = values.all_lanes().map(|column| column.as_mut_ptr().cast()).collect();
        // SAFETY: there are `dim` columns to be read and `components` to be written, each of as many numbers as is said, and none
        // of them overlap; `new` vouches for the function.
        let goes_on = !self.halt.is_raised() && unsafe { (self.f)(points.len(), x.as_ptr(), y.as_ptr(), self.data.get()) } == 0;
        if !goes_on {
            self.halt.raise();
            // SAFETY: as above.
            y.iter().for_each(|column| unsafe { ptr::write_bytes(*column, 0, points.len()) });
        }
    }
}

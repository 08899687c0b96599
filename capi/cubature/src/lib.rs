//! The functions of `cubature.h`, answered by the engines of fubini.
//!
//! [`norm`] says when several components together are accurate enough, [`integral`] is a run, and this file the border to C.
#![allow(unsafe_code)]

mod integral;
mod norm;

use fubini_foreign::{Halt, Pointer, Rows, guarded, message, threads};
use integral::{Kind, Problem, integrate};
use norm::Norm;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::slice;

/// `integrand` of the header: one point.
type One = unsafe extern "C" fn(c_uint, *const f64, *mut c_void, c_uint, *mut f64) -> c_int;
/// `integrand_v` of the header: many points in rows.
type Many = unsafe extern "C" fn(c_uint, usize, *const f64, *mut c_void, c_uint, *mut f64) -> c_int;

/// The request was carried out: the tolerance is met, or the budget is spent.
const SUCCESS: c_int = 0;
/// There is no result.
const FAILURE: c_int = 1;
/// There is a result, and a reason not to believe it.
const SUSPECT: c_int = 2;

/// What all functions have in common.
struct Call {
    fdim: c_uint,
    dim: c_uint,
    xmin: *const f64,
    xmax: *const f64,
    max_eval: usize,
    abs: f64,
    rel: f64,
    norm: c_int,
    val: *mut f64,
    err: *mut f64,
}

impl Call {
    /// Integrates a function of blocks of up to `block` points, which returns 0 where all is well.
    ///
    /// # Safety
    /// As the header asks: `xmin` and `xmax` hold `dim` numbers, `val` and `err` have room for `fdim`.
    unsafe fn answer(&self, kind: Kind, block: usize, f: impl Fn(usize, *mut f64, *mut f64) -> c_int + Send + Sync) -> c_int {
        let (components, dim) = (self.fdim as usize, self.dim as usize);
        message::clear();
        if components == 0 {
            return SUCCESS;
        }
        let missing = self.val.is_null() || self.err.is_null() || (dim > 0 && (self.xmin.is_null() || self.xmax.is_null()));
        if missing {
            message::set("xmin, xmax, val and err must point to memory: one of them is null");
            return FAILURE;
        }
        // SAFETY: the caller vouches for both, and nobody else knows of them during the call.
        let (val, err) =
            unsafe { (slice::from_raw_parts_mut(self.val, components), slice::from_raw_parts_mut(self.err, components)) };
        val.fill(f64::NAN);
        err.fill(f64::INFINITY);
        let halt = Halt::default();
        let result = guarded(|| {
            let norm = Norm::of_code(self.norm).ok_or_else(|| format!("error_norm is {}: it must be 0 to 4", self.norm))?;
            if dim == 0 {
                // An integral over nothing but a point is the value there.
                let (mut x, mut y) = ([0.0], vec![0.0; components]);
                return match f(1, x.as_mut_ptr(), y.as_mut_ptr()) {
                    0 => Ok((y, vec![0.0; components], None)),
                    _ => Err("the integrand returned a number that is not 0".to_string()),
                };
            }
            // SAFETY: the caller vouches for both.
            let (lo, hi) = unsafe { (slice::from_raw_parts(self.xmin, dim), slice::from_raw_parts(self.xmax, dim)) };
            let limits: Vec<(f64, f64)> = lo.iter().copied().zip(hi.iter().copied()).collect();
            let rows = Rows::new(dim, components, block, halt.clone(), |n, x, y| f(n, x.as_mut_ptr(), y.as_mut_ptr()) == 0);
            let problem = Problem { integrand: &rows, halt: &halt, limits: &limits, kind };
            integrate(&problem, norm, self.max_eval as u64, self.abs, self.rel)
        });
        match result.unwrap_or_else(Err) {
            Ok((values, errors, suspect)) => {
                val.copy_from_slice(&values);
                err.copy_from_slice(&errors);
                if let Some(reason) = suspect {
                    message::set(reason);
                    return SUSPECT;
                }
                SUCCESS
            }
            Err(text) => {
                message::set(&text);
                FAILURE
            }
        }
    }

    /// # Safety
    /// As for [`Call::answer`]; `f` keeps to its type.
    unsafe fn one(&self, kind: Kind, f: Option<One>, data: *mut c_void) -> c_int {
        let (dim, fdim, data) = (self.dim, self.fdim, Pointer::new(data));
        let Some(f) = f else { return without_function() };
        // SAFETY: as promised by the caller.
        unsafe { self.answer(kind, 1, move |_, x, y| f(dim, x, data.get(), fdim, y)) }
    }

    /// # Safety
    /// As for [`Call::answer`]; `f` keeps to its type.
    unsafe fn many(&self, kind: Kind, f: Option<Many>, data: *mut c_void) -> c_int {
        let (dim, fdim, data) = (self.dim, self.fdim, Pointer::new(data));
        let Some(f) = f else { return without_function() };
        // SAFETY: as promised by the caller.
        unsafe { self.answer(kind, usize::MAX, move |n, x, y| f(dim, n, x, data.get(), fdim, y)) }
    }
}

fn without_function() -> c_int {
    message::set("the integrand is a null pointer");
    FAILURE
}

/// A function of the header: its kind, and whether its integrand takes one point or many.
macro_rules! export {
    ($name:ident, $kind:expr, $takes:ident, $function:ty) => {
        /// As `cubature.h` says.
        ///
        /// # Safety
        /// Pointers must be what the header says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            fdim: c_uint,
            f: Option<$function>,
            fdata: *mut c_void,
            dim: c_uint,
            xmin: *const f64,
            xmax: *const f64,
            max_eval: usize,
            abs: f64,
            rel: f64,
            norm: c_int,
            val: *mut f64,
            err: *mut f64,
        ) -> c_int {
            let call = Call { fdim, dim, xmin, xmax, max_eval, abs, rel, norm, val, err };
            // SAFETY: as promised by the caller.
            unsafe { call.$takes($kind, f, fdata) }
        }
    };
}

export!(hcubature, Kind::Halving, one, One);
export!(hcubature_v, Kind::Halving, many, Many);
export!(pcubature, Kind::Smooth, one, One);
export!(pcubature_v, Kind::Smooth, many, Many);

/// As `cubature.h` says: `m`, `buf` and `nbuf` are left as they are, since no values are kept from one call to the next.
///
/// # Safety
/// Pointers must be what the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pcubature_v_buf(
    fdim: c_uint,
    f: Option<Many>,
    fdata: *mut c_void,
    dim: c_uint,
    xmin: *const f64,
    xmax: *const f64,
    max_eval: usize,
    abs: f64,
    rel: f64,
    norm: c_int,
    _m: *mut c_uint,
    _buf: *mut *mut f64,
    _nbuf: *mut usize,
    _max_nbuf: usize,
    val: *mut f64,
    err: *mut f64,
) -> c_int {
    // SAFETY: as promised by the caller.
    unsafe { pcubature_v(fdim, f, fdata, dim, xmin, xmax, max_eval, abs, rel, norm, val, err) }
}

/// As `cubature.h` says: whether integrands may be called from several threads at once.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_parallel(allowed: c_int) -> c_int {
    threads::allow(allowed)
}

/// As `cubature.h` says: what the last call on this thread had to say.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_message() -> *const c_char {
    message::last()
}

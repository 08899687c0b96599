//! The same names for Fortran: in lower case with an underscore behind them, all arguments by reference, and the length of the only
//! text by value at the end, where compilers put it.

use crate::c::{count, give};
use crate::call::{Function, PeakFinder, Places, Request, hints};
use crate::methods::Algorithm;
use crate::settings::{self, Around, Hook};
use std::ffi::{c_char, c_int, c_longlong, c_void};
use std::{ptr, slice};

/// The name in a text of Fortran, which is as long as is said unless a zero ends it, and filled up with blanks; none where it is
/// empty.
///
/// # Safety
/// It is null, or as long as is said, or starts with a zero.
unsafe fn name(text: *const c_char, length: usize) -> Option<String> {
    // SAFETY: as promised. A zero in front is looked for first: callers that are no Fortran may leave the length out.
    if text.is_null() || length == 0 || unsafe { *text } == 0 {
        return None;
    }
    // SAFETY: as promised.
    let bytes = unsafe { slice::from_raw_parts(text.cast::<u8>(), length) };
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(length);
    let name = String::from_utf8_lossy(&bytes[..end]).trim_end().to_string();
    Some(name).filter(|name| !name.is_empty())
}

/// All four algorithms with counts of a type.
macro_rules! algorithms {
    ($count:ty, $vegas:ident, $suave:ident, $divonne:ident, $cuhre:ident) => {
        /// As `Vegas`.
        ///
        /// # Safety
        /// Pointers must be what `cuba.h` says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $vegas(
            dim: &c_int, components: &c_int, f: Option<Function>, data: *mut c_void, nvec: &$count, rel: &f64, abs: &f64,
            flags: &c_int, seed: &c_int, min_eval: &$count, max_eval: &$count, _start: &$count, _increase: &$count,
            _batch: &$count, _grid: &c_int, state_file: *const c_char, _spin: *mut c_void, evaluations: *mut $count,
            fail: *mut c_int, integral: *mut f64, error: *mut f64, probability: *mut f64, length: usize,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim: *dim, components: *components, f, data, block: (*nvec).into(), rel: *rel, abs: *abs, flags: *flags,
                    seed: *seed, min_eval: count((*min_eval).into()), max_eval: count((*max_eval).into()),
                    state_file: name(state_file, length), algorithm: Algorithm::Vegas,
                };
                give(&request.answer(Places { integral, error, probability }), ptr::null_mut(), (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `Suave`.
        ///
        /// # Safety
        /// Pointers must be what `cuba.h` says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $suave(
            dim: &c_int, components: &c_int, f: Option<Function>, data: *mut c_void, nvec: &$count, rel: &f64, abs: &f64,
            flags: &c_int, seed: &c_int, min_eval: &$count, max_eval: &$count, _new: &$count, _min: &$count, _flatness: &f64,
            state_file: *const c_char, _spin: *mut c_void, regions: *mut c_int, evaluations: *mut $count, fail: *mut c_int,
            integral: *mut f64, error: *mut f64, probability: *mut f64, length: usize,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim: *dim, components: *components, f, data, block: (*nvec).into(), rel: *rel, abs: *abs, flags: *flags,
                    seed: *seed, min_eval: count((*min_eval).into()), max_eval: count((*max_eval).into()),
                    state_file: name(state_file, length), algorithm: Algorithm::Suave,
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `Divonne`.
        ///
        /// # Safety
        /// Pointers must be what `cuba.h` says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $divonne(
            dim: &c_int, components: &c_int, f: Option<Function>, data: *mut c_void, nvec: &$count, rel: &f64, abs: &f64,
            flags: &c_int, seed: &c_int, min_eval: &$count, max_eval: &$count, _key1: &c_int, _key2: &c_int, _key3: &c_int,
            _max_pass: &c_int, _border: &f64, _max_chi2: &f64, _min_deviation: &f64, given: &$count, stride: &c_int,
            x_given: *mut f64, extra: &$count, finder: Option<PeakFinder>, state_file: *const c_char, _spin: *mut c_void,
            regions: *mut c_int, evaluations: *mut $count, fail: *mut c_int, integral: *mut f64, error: *mut f64,
            probability: *mut f64, length: usize,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let peaks = hints(*dim, ((*given).into(), *stride, x_given), ((*extra).into(), finder), data);
                let request = Request {
                    dim: *dim, components: *components, f, data, block: (*nvec).into(), rel: *rel, abs: *abs, flags: *flags,
                    seed: *seed, min_eval: count((*min_eval).into()), max_eval: count((*max_eval).into()),
                    state_file: name(state_file, length), algorithm: Algorithm::Divonne(peaks),
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `Cuhre`.
        ///
        /// # Safety
        /// Pointers must be what `cuba.h` says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $cuhre(
            dim: &c_int, components: &c_int, f: Option<Function>, data: *mut c_void, nvec: &$count, rel: &f64, abs: &f64,
            flags: &c_int, min_eval: &$count, max_eval: &$count, key: &c_int, state_file: *const c_char, _spin: *mut c_void,
            regions: *mut c_int, evaluations: *mut $count, fail: *mut c_int, integral: *mut f64, error: *mut f64,
            probability: *mut f64, length: usize,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim: *dim, components: *components, f, data, block: (*nvec).into(), rel: *rel, abs: *abs, flags: *flags,
                    seed: 0, min_eval: count((*min_eval).into()), max_eval: count((*max_eval).into()),
                    state_file: name(state_file, length), algorithm: Algorithm::Cuhre(*key),
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }
    };
}

algorithms!(c_int, vegas_, suave_, divonne_, cuhre_);
algorithms!(c_longlong, llvegas_, llsuave_, lldivonne_, llcuhre_);

/// As `cubacores`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubacores_(n: &c_int, _points: &c_int) {
    settings::set_cores(*n);
}

/// As `cubaaccel`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubaaccel_(_n: &c_int, _points: &c_int) {}

/// As `cubainit`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubainit_(f: Option<Hook>, argument: *mut c_void) {
    settings::set(Around::Init, f, argument);
}

/// As `cubaexit`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubaexit_(f: Option<Hook>, argument: *mut c_void) {
    settings::set(Around::Exit, f, argument);
}

/// As `cubafork`.
///
/// # Safety
/// The pointer is null or has room for another.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn cubafork_(spin: *mut c_void) {
    // SAFETY: as promised.
    unsafe { crate::c::cubafork(spin) };
}

/// As `cubawait`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubawait_(_spin: *mut c_void) {}

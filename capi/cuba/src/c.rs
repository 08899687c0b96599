//! The names of `cuba.h` for C: each algorithm with counts of type `int`, and with `long long` after `ll`.

#![allow(non_snake_case, reason = "the names of the header")]

use crate::call::{Function, PeakFinder, Places, Request, hints, name};
use crate::integral::Answer;
use crate::methods::Algorithm;
use crate::settings::{self, Around, Hook};
use std::ffi::{c_char, c_int, c_longlong, c_void};
use std::ptr;

/// Writes a count; one beyond the range of its type becomes the largest.
///
/// # Safety
/// The place is null or has room.
pub(crate) unsafe fn put<T: TryFrom<u64>>(place: *mut T, count: u64, largest: T) {
    if !place.is_null() {
        // SAFETY: as promised.
        unsafe { *place = T::try_from(count).unwrap_or(largest) };
    }
}

/// Writes what an algorithm gives back beside the integrals.
///
/// # Safety
/// Every place is null or has room.
pub(crate) unsafe fn give<T: TryFrom<u64>>(answer: &Answer, regions: *mut c_int, evaluations: (*mut T, T), fail: *mut c_int) {
    // SAFETY: as promised.
    unsafe {
        put(regions, answer.regions, c_int::MAX);
        put(evaluations.0, answer.evaluations, evaluations.1);
        if !fail.is_null() {
            *fail = answer.fail;
        }
    }
}

/// A count of C, of which a negative one means none.
pub(crate) fn count(n: c_longlong) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// All four algorithms with counts of a type.
macro_rules! algorithms {
    ($count:ty, $vegas:ident, $suave:ident, $divonne:ident, $cuhre:ident) => {
        /// As `cuba.h` says.
        ///
        /// # Safety
        /// Pointers must be what the header says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $vegas(
            dim: c_int, components: c_int, f: Option<Function>, data: *mut c_void, nvec: $count, rel: f64, abs: f64, flags: c_int,
            seed: c_int, min_eval: $count, max_eval: $count, _start: $count, _increase: $count, _batch: $count, _grid: c_int,
            state_file: *const c_char, _spin: *mut c_void, evaluations: *mut $count, fail: *mut c_int, integral: *mut f64,
            error: *mut f64, probability: *mut f64,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim, components, f, data, block: nvec.into(), rel, abs, flags, seed, min_eval: count(min_eval.into()),
                    max_eval: count(max_eval.into()), state_file: name(state_file), algorithm: Algorithm::Vegas,
                };
                give(&request.answer(Places { integral, error, probability }), ptr::null_mut(), (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `cuba.h` says.
        ///
        /// # Safety
        /// Pointers must be what the header says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $suave(
            dim: c_int, components: c_int, f: Option<Function>, data: *mut c_void, nvec: $count, rel: f64, abs: f64, flags: c_int,
            seed: c_int, min_eval: $count, max_eval: $count, _new: $count, _min: $count, _flatness: f64,
            state_file: *const c_char, _spin: *mut c_void, regions: *mut c_int, evaluations: *mut $count, fail: *mut c_int,
            integral: *mut f64, error: *mut f64, probability: *mut f64,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim, components, f, data, block: nvec.into(), rel, abs, flags, seed, min_eval: count(min_eval.into()),
                    max_eval: count(max_eval.into()), state_file: name(state_file), algorithm: Algorithm::Suave,
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `cuba.h` says.
        ///
        /// # Safety
        /// Pointers must be what the header says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $divonne(
            dim: c_int, components: c_int, f: Option<Function>, data: *mut c_void, nvec: $count, rel: f64, abs: f64, flags: c_int,
            seed: c_int, min_eval: $count, max_eval: $count, _key1: c_int, _key2: c_int, _key3: c_int, _max_pass: c_int,
            _border: f64, _max_chi2: f64, _min_deviation: f64, given: $count, stride: c_int, x_given: *mut f64, extra: $count,
            finder: Option<PeakFinder>, state_file: *const c_char, _spin: *mut c_void, regions: *mut c_int,
            evaluations: *mut $count, fail: *mut c_int, integral: *mut f64, error: *mut f64, probability: *mut f64,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let peaks = hints(dim, (given.into(), stride, x_given), (extra.into(), finder), data);
                let request = Request {
                    dim, components, f, data, block: nvec.into(), rel, abs, flags, seed, min_eval: count(min_eval.into()),
                    max_eval: count(max_eval.into()), state_file: name(state_file), algorithm: Algorithm::Divonne(peaks),
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }

        /// As `cuba.h` says.
        ///
        /// # Safety
        /// Pointers must be what the header says.
        #[unsafe(no_mangle)]
        #[rustfmt::skip]
        pub(crate) unsafe extern "C" fn $cuhre(
            dim: c_int, components: c_int, f: Option<Function>, data: *mut c_void, nvec: $count, rel: f64, abs: f64, flags: c_int,
            min_eval: $count, max_eval: $count, key: c_int, state_file: *const c_char, _spin: *mut c_void, regions: *mut c_int,
            evaluations: *mut $count, fail: *mut c_int, integral: *mut f64, error: *mut f64, probability: *mut f64,
        ) {
            // SAFETY: the caller keeps to the header.
            unsafe {
                let request = Request {
                    dim, components, f, data, block: nvec.into(), rel, abs, flags, seed: 0, min_eval: count(min_eval.into()),
                    max_eval: count(max_eval.into()), state_file: name(state_file), algorithm: Algorithm::Cuhre(key),
                };
                give(&request.answer(Places { integral, error, probability }), regions, (evaluations, <$count>::MAX), fail);
            }
        }
    };
}

algorithms!(c_int, Vegas, Suave, Divonne, Cuhre);
algorithms!(c_longlong, llVegas, llSuave, llDivonne, llCuhre);

/// As `cuba.h` says.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubacores(n: c_int, _points: c_int) {
    settings::set_cores(n);
}

/// As `cuba.h` says: there are no accelerators.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubaaccel(_n: c_int, _points: c_int) {}

/// As `cuba.h` says.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubainit(f: Option<Hook>, argument: *mut c_void) {
    settings::set(Around::Init, f, argument);
}

/// As `cuba.h` says.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubaexit(f: Option<Hook>, argument: *mut c_void) {
    settings::set(Around::Exit, f, argument);
}

/// As `cuba.h` says: there are no processes, and the pointer becomes null.
///
/// # Safety
/// The pointer is null or has room for another.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn cubafork(spin: *mut c_void) {
    // SAFETY: as promised.
    if let Some(spin) = unsafe { spin.cast::<*mut c_void>().as_mut() } {
        *spin = ptr::null_mut();
    }
}

/// As `cuba.h` says: nobody has to be waited for.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn cubawait(_spin: *mut c_void) {}

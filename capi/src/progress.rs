//! What an observer is told of a run.

use fubini::algorithms::Progress;
use std::cell::OnceCell;
use std::ffi::{c_int, c_void};

/// `fubini_observer` of the header.
pub(crate) type Observer = unsafe extern "C" fn(*const Step<'_>, *mut c_void) -> c_int;

/// `fubini_progress` of the header.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    progress: Progress<'a>,
    /// The state, once it was asked for.
    state: OnceCell<Vec<u8>>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(progress: Progress<'a>) -> Self {
        Step { progress, state: OnceCell::new() }
    }
}

/// Functions of the header that read from a step, or return a fallback where there is none.
macro_rules! getters {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty, $fallback:expr, |$step:ident| $body:expr;)*) => {$(
        /// See `fubini.h`.
        ///
        /// # Safety
        /// As the header says.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(progress: *const Step<'_>, $($argument: $type),*) -> $result {
            // SAFETY: the caller keeps to the header.
            match unsafe { progress.as_ref() } {
                Some($step) => $body,
                None => $fallback,
            }
        }
    )*};
}

getters! {
    fubini_progress_evaluations() -> u64, 0, |step| step.progress.evaluations;
    fubini_progress_value(k: usize) -> f64, f64::NAN, |step| step.progress.estimates.get(k).map_or(f64::NAN, |e| e.value);
    fubini_progress_error(k: usize) -> f64, f64::NAN, |step| step.progress.estimates.get(k).map_or(f64::NAN, |e| e.error);
    fubini_progress_excess() -> f64, f64::NAN, |step| step.progress.excess;
    fubini_progress_finished() -> c_int, 0, |step| c_int::from(step.progress.finished);
}

/// See `fubini.h`.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fubini_progress_state(progress: *const Step<'_>, length: *mut usize) -> *const u8 {
    // SAFETY: the caller keeps to the header.
    let (Some(step), Some(length)) = (unsafe { progress.as_ref() }, unsafe { length.as_mut() }) else {
        return std::ptr::null();
    };
    let state = step.state.get_or_init(|| step.progress.snapshot.to_bytes());
    *length = state.len();
    state.as_ptr()
}

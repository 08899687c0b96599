//! What came out of a run.

use fubini::algorithms::{Fact, Report, Suspect};
use std::ffi::{CStr, CString, c_char, c_int};

/// `fubini_report` of the header: the report, with its words as C reads them.
#[derive(Debug)]
pub(crate) struct Found {
    report: Report,
    method: CString,
    stop: CString,
    error_kind: CString,
    suspect: Option<CString>,
}

impl Found {
    /// Of a run by `method`, unless that has chosen another one.
    pub(crate) fn new(report: Report, method: &str) -> Self {
        let c = |text: &str| CString::new(text).unwrap_or_default();
        let method = c(report.choice.as_ref().map_or(method, |choice| choice.method));
        let (stop, error_kind) = (c(report.stop.word()), c(report.error_kind().word()));
        let suspect = report.suspect.map(Suspect::reason).map(c);
        Found { report, method, stop, error_kind, suspect }
    }
}

/// See `fubini.h`.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fubini_report_free(report: *mut Found) {
    if !report.is_null() {
        // SAFETY: it came from `fubini_integrate`, and nobody uses it any more.
        drop(unsafe { Box::from_raw(report) });
    }
}

/// Functions of the header that read from a report, or return a fallback where there is none.
macro_rules! getters {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty, $fallback:expr, |$found:ident| $body:expr;)*) => {$(
        /// See `fubini.h`.
        ///
        /// # Safety
        /// As the header says.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(report: *const Found, $($argument: $type),*) -> $result {
            // SAFETY: the caller keeps to the header.
            match unsafe { report.as_ref() } {
                Some($found) => $body,
                None => $fallback,
            }
        }
    )*};
}

const NAN: f64 = f64::NAN;
const NONE: *const c_char = std::ptr::null();

getters! {
    fubini_report_value(component: usize) -> f64, NAN, |found| found.report.integrals.get(component).map_or(NAN, |e| e.value);
    fubini_report_error(component: usize) -> f64, NAN, |found| found.report.integrals.get(component).map_or(NAN, |e| e.error);
    fubini_report_ratio_value(k: usize) -> f64, NAN, |found| found.report.ratios.get(k).map_or(NAN, |e| e.value);
    fubini_report_ratio_error(k: usize) -> f64, NAN, |found| found.report.ratios.get(k).map_or(NAN, |e| e.error);
    fubini_report_covariance(a: usize, b: usize) -> f64, NAN, |found| {
        found.report.covariance.as_ref().and_then(|matrix| matrix.get([a, b])).copied().unwrap_or(NAN)
    };
    fubini_report_converged() -> c_int, 0, |found| c_int::from(found.report.converged());
    fubini_report_stop() -> *const c_char, NONE, |found| found.stop.as_ptr();
    fubini_report_suspect() -> *const c_char, NONE, |found| found.suspect.as_ref().map_or(NONE, |text| text.as_ptr());
    fubini_report_method() -> *const c_char, NONE, |found| found.method.as_ptr();
    fubini_report_error_kind() -> *const c_char, NONE, |found| found.error_kind.as_ptr();
    fubini_report_evaluations() -> u64, 0, |found| found.report.evaluations;
    fubini_report_non_finite() -> u64, 0, |found| found.report.non_finite;
    fubini_report_seconds() -> f64, NAN, |found| found.report.seconds;
    fubini_report_integrand_seconds() -> f64, NAN, |found| found.report.integrand_seconds;
    fubini_report_threads() -> usize, 0, |found| found.report.threads;
}

/// See `fubini.h`.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fubini_report_detail(report: *const Found, name: *const c_char) -> f64 {
    if name.is_null() {
        return NAN;
    }
    // SAFETY: the caller keeps to the header.
    let (Some(found), name) = (unsafe { report.as_ref() }, unsafe { CStr::from_ptr(name) }) else { return NAN };
    let facts = found.report.detail.facts();
    let fact = facts.iter().find(|(known, _)| known.as_bytes() == name.to_bytes());
    fact.map_or(NAN, |(_, fact)| match fact {
        Fact::Count(count) => *count as f64,
        Fact::Number(number) => *number,
        Fact::Flag(flag) => f64::from(u8::from(*flag)),
        // A word is no number.
        Fact::Word(_) => NAN,
    })
}

//! Codes, and the way from pointers to references and back.

use fubini_foreign::{guarded, message};
use std::ffi::{CStr, c_char, c_int};

/// What functions return: `enum fubini_code` of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Ok = 0,
    /// The request makes no sense.
    Request = 1,
    /// The integrand ended the run.
    Integrand = 2,
    /// The integrand has no integral that could be written down.
    NotFinite = 3,
    /// A fault of this library.
    Fault = 4,
}

/// A refusal with its reason.
pub(crate) type Refusal = (Code, String);

/// A request that makes no sense.
pub(crate) fn refuse(reason: impl ToString) -> Refusal {
    (Code::Request, reason.to_string())
}

/// Calls `work`, keeps the message of what it returns and makes a code of it; a panic becomes one, too.
pub(crate) fn coded(work: impl FnOnce() -> Result<(), Refusal>) -> c_int {
    message::clear();
    match guarded(work).unwrap_or_else(|text| Err((Code::Fault, format!("a fault of fubini itself, please report it: {text}")))) {
        Ok(()) => Code::Ok as c_int,
        Err((code, text)) => {
            message::set(&text);
            code as c_int
        }
    }
}

/// What `pointer` points to, or a refusal that names it.
///
/// # Safety
/// It is null, or points to a `T` that nobody else uses.
pub(crate) unsafe fn thing<'a, T>(name: &str, pointer: *mut T) -> Result<&'a mut T, Refusal> {
    // SAFETY: as promised.
    unsafe { pointer.as_mut() }.ok_or_else(|| refuse(format!("{name} is a null pointer")))
}

/// The `len` numbers at `pointer`.
///
/// # Safety
/// It is null, or points to so many.
pub(crate) unsafe fn numbers<'a, T>(name: &str, pointer: *const T, len: usize) -> Result<&'a [T], Refusal> {
    if pointer.is_null() {
        return Err(refuse(format!("{name} is a null pointer")));
    }
    // SAFETY: as promised.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// The text at `pointer`.
///
/// # Safety
/// It is null, or points to a text that ends in a zero.
pub(crate) unsafe fn text<'a>(name: &str, pointer: *const c_char) -> Result<&'a str, Refusal> {
    if pointer.is_null() {
        return Err(refuse(format!("{name} is a null pointer")));
    }
    // SAFETY: as promised.
    unsafe { CStr::from_ptr(pointer) }.to_str().map_err(|_| refuse(format!("{name} is no UTF-8")))
}

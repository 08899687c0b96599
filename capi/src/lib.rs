//! The C interface of fubini, as `capi/include/fubini.h` documents it.
//!
//! [`request`] is what a caller asks, [`integrate`] the run, [`report`] and [`progress`] what is told of it, and [`border`] what keeps
//! null pointers, panics and messages in order. Functions have no documentation here that could differ from the header's.
#![allow(unsafe_code, reason = "a border to C is made of pointers")]

mod border;
mod integrate;
mod progress;
mod report;
mod request;

use fubini_foreign::message;
use std::ffi::{CStr, c_char};

/// See `fubini.h`.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_message() -> *const c_char {
    message::last()
}

/// See `fubini.h`.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}

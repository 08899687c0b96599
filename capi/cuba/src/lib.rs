//! The functions of `cuba.h`, answered by the engines of fubini.
//!
//! [`c`] and [`fortran`] are the borders, one function per name; [`call`] is what their arguments have in common, [`integral`] the
//! run, [`methods`] who answers which algorithm, [`settings`] what holds for the process, [`statefile`], [`talk`] and
//! [`probability`] what their names say.
#![allow(unsafe_code, reason = "a border to C is made of pointers")]

mod c;
mod call;
mod fortran;
mod integral;
mod methods;
mod probability;
mod settings;
mod statefile;
mod talk;

use fubini_foreign::{message, threads};
use std::ffi::{c_char, c_int};

/// As `cuba.h` says: whether integrands may be called from several threads at once.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_parallel(allowed: c_int) -> c_int {
    threads::allow(allowed)
}

/// As `cuba.h` says: what the last call on this thread had to say.
#[unsafe(no_mangle)]
pub extern "C" fn fubini_message() -> *const c_char {
    message::last()
}

//! The caller's own data, handed back to the caller's functions.
#![allow(unsafe_code)]

use std::ffi::c_void;

/// A pointer that is passed on and never followed.
#[derive(Clone, Copy, Debug)]
pub struct Pointer(*mut c_void);

// SAFETY: nothing of ours follows the pointer. Functions that do are called from several threads only where the caller has said
// that they may be, and with them the data they are given.
unsafe impl Send for Pointer {}
// SAFETY: as above.
unsafe impl Sync for Pointer {}

impl Pointer {
    /// Wraps a pointer, which may be null.
    pub fn new(data: *mut c_void) -> Self {
        Pointer(data)
    }

    /// The pointer as it was given.
    pub fn get(self) -> *mut c_void {
        self.0
    }
}

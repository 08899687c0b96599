//! What a run prints where the flags ask for it: on the standard output of C, so that lines stay in order with the caller's own.

use std::ffi::{CString, c_char, c_int};

unsafe extern "C" {
    fn puts(line: *const c_char) -> c_int;
}

/// How much is printed: the two lowest bits of the flags.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk(pub(crate) c_int);

impl Talk {
    /// Prints a line from this level on.
    pub(crate) fn line(self, level: c_int, line: impl FnOnce() -> String) {
        if self.0 >= level
            && let Ok(line) = CString::new(line())
        {
            // SAFETY: a text that ends in a zero.
            unsafe { puts(line.as_ptr()) };
        }
    }
}

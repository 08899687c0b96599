//! What the last call on this thread had to say, as C reads it.

use std::cell::RefCell;
use std::ffi::{CString, c_char};

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Keeps `text` for [`last`]; bytes that C could not read are left out.
pub fn set(text: &str) {
    let bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    LAST.with(|last| *last.borrow_mut() = CString::new(bytes).unwrap_or_default());
}

/// Forgets it.
pub fn clear() {
    set("");
}

/// The text of the last [`set`] on this thread, good until the next one; empty if there was none.
pub fn last() -> *const c_char {
    LAST.with(|last| last.borrow().as_ptr())
}

//! Whether functions may be called from several threads: their authors assume one, unless somebody says otherwise.

use std::env;
use std::sync::atomic::{AtomicI32, Ordering};

/// What was asked by [`allow`]: below 0 nothing yet.
static ALLOWED: AtomicI32 = AtomicI32::new(-1);

/// Allows calls from several threads at once (`wanted` not 0) or from the calling thread alone, and returns what was so far.
pub fn allow(wanted: i32) -> i32 {
    let before = i32::from(are_allowed());
    ALLOWED.store(i32::from(wanted != 0), Ordering::Relaxed);
    before
}

/// Whether they are: as [`allow`] said last, or else the environment variable `FUBINI_PARALLEL`, if it is there and not 0.
pub fn are_allowed() -> bool {
    match ALLOWED.load(Ordering::Relaxed) {
        0 => false,
        1 => true,
        _ => env::var_os("FUBINI_PARALLEL").is_some_and(|word| !word.is_empty() && word != "0"),
    }
}

/// The threads of a run for [`Options::threads`](fubini::Options): one, or all cores (`None`).
pub fn of_run() -> Option<usize> {
    if are_allowed() { None } else { Some(1) }
}

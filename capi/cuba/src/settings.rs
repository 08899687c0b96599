//! What holds for the whole process: processes, and functions around a run.
//!
//! Cuba forks processes that call the integrand. Here it is called from the calling thread, or from threads where the caller allows
//! it; the number of processes is then the number of threads.

use fubini_foreign::{Pointer, threads};
use std::env;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

/// A function for `cubainit` and `cubaexit`: its own argument, and the number of the core.
pub(crate) type Hook = unsafe extern "C" fn(*mut c_void, *const c_int);

/// The core of the calling process, as Cuba numbers it.
pub(crate) const MASTER: c_int = 32768;

/// What `cubacores` asked for; below 0: nothing yet.
static CORES: AtomicI32 = AtomicI32::new(-1);
static INIT: Mutex<Option<(Hook, Pointer)>> = Mutex::new(None);
static EXIT: Mutex<Option<(Hook, Pointer)>> = Mutex::new(None);

/// Which of the two functions around a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    Init,
    Exit,
}

fn place(around: Around) -> &'static Mutex<Option<(Hook, Pointer)>> {
    match around {
        Around::Init => &INIT,
        Around::Exit => &EXIT,
    }
}

/// Sets a function; none: it is called no more.
pub(crate) fn set(around: Around, hook: Option<Hook>, argument: *mut c_void) {
    *place(around).lock().unwrap_or_else(PoisonError::into_inner) = hook.map(|hook| (hook, Pointer::new(argument)));
}

/// Calls a function, if there is one.
pub(crate) fn call(around: Around) {
    let hook = *place(around).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((hook, argument)) = hook {
        // SAFETY: the caller has given a function of this type.
        unsafe { hook(argument.get(), &MASTER) };
    }
}

/// Keeps the number of cores that is wanted.
pub(crate) fn set_cores(n: c_int) {
    CORES.store(n.max(0), Ordering::Relaxed);
}

/// Threads of a run: one unless several are allowed; then as many as `cubacores` or the environment variable `CUBACORES` says, or else
/// all cores.
pub(crate) fn threads() -> Option<usize> {
    if !threads::are_allowed() {
        return Some(1);
    }
    let asked = match CORES.load(Ordering::Relaxed) {
        -1 => env::var("CUBACORES").ok().and_then(|word| word.trim().parse::<i32>().ok()).map(|n| n.max(0)),
        n => Some(n),
    };
    asked.map(|n| usize::try_from(n).unwrap_or(1).clamp(1, fubini::max_threads()))
}

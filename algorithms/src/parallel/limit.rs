//! How many threads there may be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

/// Threads for every core, at most: beyond that they only wait for each other, and thousands of them freeze a machine.
const PER_CORE: usize = 16;
/// What is allowed on the smallest machine.
const AT_LEAST: usize = 64;

/// The largest number of threads that [`Options::threads`](crate::Options::threads) may ask for on this machine: sixteen for
/// every core, and at least 64.
pub fn max_threads() -> usize {
    AT_LEAST.max(PER_CORE.saturating_mul(machine()))
}

/// The number of threads where none is asked for: as many as this process has cores, or what the environment variable
/// `RAYON_NUM_THREADS` says.
pub(super) fn cores() -> usize {
    static CORES: AtomicUsize = AtomicUsize::new(0);
    kept(&CORES, || {
        let wanted = std::env::var("RAYON_NUM_THREADS").ok().and_then(|word| word.parse().ok()).filter(|n| *n > 0);
        wanted.unwrap_or_else(machine).min(max_threads())
    })
}

/// Cores that this process may use. Asked for once: the answer is read from a dozen files, which takes longer than a small integral.
fn machine() -> usize {
    static MACHINE: AtomicUsize = AtomicUsize::new(0);
    kept(&MACHINE, || available_parallelism().map_or(1, usize::from))
}

/// What `find` finds, a number above 0, and `place` keeps. Not a lock, even for once: it could be held by a thread that is gone after a
/// fork.
fn kept(place: &AtomicUsize, find: impl FnOnce() -> usize) -> usize {
    match place.load(Ordering::Relaxed) {
        0 => {
            let found = find();
            place.store(found, Ordering::Relaxed);
            found
        }
        found => found,
    }
}

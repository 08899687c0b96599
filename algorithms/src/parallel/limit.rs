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
    // Not a lock, even for once: it could be held by a thread that is gone after a fork.
    static CORES: AtomicUsize = AtomicUsize::new(0);
    match CORES.load(Ordering::Relaxed) {
        0 => {
            let wanted = std::env::var("RAYON_NUM_THREADS").ok().and_then(|word| word.parse().ok()).filter(|n| *n > 0);
            let cores = wanted.unwrap_or_else(machine).min(max_threads());
            CORES.store(cores, Ordering::Relaxed);
            cores
        }
        cores => cores,
    }
}

fn machine() -> usize {
    available_parallelism().map_or(1, usize::from)
}

//! The clock: that of the system, or where there is none, as in bare WebAssembly, one that stands still.
//!
//! Time never decides what is computed, only what is reported and whether waking other threads pays, so that results are the same
//! bits without it. [`std::time::Instant::now`] panics there.

/// A moment; `std::time::Instant` wherever the system has a clock.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use std::time::Instant;

/// A moment where there is no clock: all are the same.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(());

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl Instant {
    /// The only moment there is.
    pub fn now() -> Self {
        Instant(())
    }

    /// No time since then.
    pub fn elapsed(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

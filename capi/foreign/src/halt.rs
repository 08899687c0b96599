//! The end of a run that a function asks for by what it returns.

use fubini::algorithms::Interrupt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a function has failed: it is called no more then, and the run ends.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Notes a failure.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether there was one.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// What ends a run once there was one.
    pub fn interrupt(&self) -> Interrupt {
        let halt = self.clone();
        Interrupt::when(move || halt.is_raised())
    }
}

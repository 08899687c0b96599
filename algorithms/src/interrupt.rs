//! Ending a run at once, in the middle of a step.
//!
//! Observers are asked between steps, and a step may take long: a search, an iteration, a wave of regions. An [`Interrupt`] is
//! asked before every batch of points, on whatever thread that is evaluated; from its first yes on no integrand is called, the
//! step that was under way is undone, and the run ends as the last observer saw it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A question that is asked before every batch: whether the run is to end.
#[derive(Clone)]
pub struct Interrupt(Arc<dyn Fn() -> bool + Send + Sync>);

impl Interrupt {
    /// Ends a run as soon as `ask` says so: it may look at a flag that a signal sets, or at the clock.
    pub fn when(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Interrupt(Arc::new(ask))
    }

    /// Asks: whether whatever comes next is not to begin.
    pub fn is_raised(&self) -> bool {
        (self.0)()
    }

    /// Ends a run as soon as this or `other` says so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Interrupt::when(move || self.0() || other.0())
    }
}

impl PartialEq for Interrupt {
    /// Whether both are the same question, not only an equal one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

/// Whether a run has been interrupted, once and for all.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    interrupt: Option<Interrupt>,
    closed: AtomicBool,
}

impl Latch {
    pub(crate) fn new(interrupt: Option<Interrupt>) -> Self {
        Latch { interrupt, closed: AtomicBool::new(false) }
    }

    /// Whether anyone might interrupt the run.
    pub(crate) fn may_close(&self) -> bool {
        self.interrupt.is_some()
    }

    /// Asks.
    pub(crate) fn is_closed(&self) -> bool {
        let Some(Interrupt(ask)) = &self.interrupt else { return false };
        // What is told once holds for all threads: the flag orders nothing else.
        self.closed.load(Ordering::Relaxed)
            || ask() && {
                self.closed.store(true, Ordering::Relaxed);
                true
            }
    }
}

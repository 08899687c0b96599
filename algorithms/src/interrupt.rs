//! Ending a run at once, in the middle of a step.
//!
//! Observers are asked between steps, and a step may take long: a search, an iteration, a wave of regions. An [`Interrupt`] is
//! asked before every batch of points, on whatever thread that is evaluated; from its first yes on no integrand is called, the
//! step that was under way is undone, and the run ends as the last observer saw it.
//!
//! Ranks that share a run must end it at the same step, so there a yes is no more than a wish. It ends the piece of work in which it
//! was heard, travels with the results of the batch, and holds as soon as these are entered, which every rank does.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// A question that is asked before every batch: whether the run is to end.
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Qmc, Stop, scalar};
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// // A flag that a signal handler, or a button, sets.
/// let wanted = Arc::new(AtomicBool::new(false));
/// let asked = Arc::clone(&wanted);
/// let options = Options::default().rtol(1e-12).interrupt(move || asked.load(Ordering::Relaxed));
/// wanted.store(true, Ordering::Relaxed);
/// let report = Qmc::default().integrate(&scalar(4, |x| x.iter().product()), &Domain::unit(4), &options)?;
/// assert_eq!(report.stop, Stop::Cancelled);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone)]
pub struct Interrupt(Arc<Asked>);

struct Asked {
    ask: Box<dyn Fn() -> bool + Send + Sync>,
    /// Who decides.
    agreement: AtomicU8,
    /// Whether the answer was yes in a piece of work.
    wanted: AtomicBool,
}

/// This process decides: what an interrupt begins with.
const ALONE: u8 = 0;
/// All ranks decide, and have not said yes.
const OPEN: u8 = 1;
/// All ranks have said yes.
const CLOSED: u8 = 2;

thread_local! {
    /// Whether this thread is at a piece of work whose results go to all ranks.
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

/// Does a piece of work whose results go to all ranks.
pub(crate) fn within_piece<R>(work: impl FnOnce() -> R) -> R {
    let before = WITHIN.replace(true);
    let result = work();
    WITHIN.set(before);
    result
}

impl Interrupt {
    /// Ends a run as soon as `ask` says so: it may look at a flag that a signal sets, or at the clock.
    pub fn when(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Interrupt(Arc::new(Asked { ask: Box::new(ask), agreement: AtomicU8::new(ALONE), wanted: AtomicBool::new(false) }))
    }

    /// Asks: whether whatever comes next is not to begin. In a run that ranks share, whether they have agreed on that.
    pub fn is_raised(&self) -> bool {
        match self.0.agreement.load(Ordering::Relaxed) {
            ALONE => (self.0.ask)(),
            CLOSED => true,
            _ => WITHIN.get() && self.is_wanted_here(),
        }
    }

    /// Ends a run as soon as this or `other` says so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Interrupt::when(move || (self.0.ask)() || (other.0.ask)())
    }

    /// From now on all ranks decide together, in what their runs tell each other.
    pub fn agree(&self) {
        _ = self.0.agreement.compare_exchange(ALONE, OPEN, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether all ranks decide, and have not said yes.
    fn is_open(&self) -> bool {
        self.0.agreement.load(Ordering::Relaxed) == OPEN
    }

    /// All ranks have said yes.
    pub(crate) fn close(&self) {
        self.0.agreement.store(CLOSED, Ordering::Relaxed);
    }

    /// Whether this rank wants to end: once for all.
    pub(crate) fn is_wanted_here(&self) -> bool {
        let Asked { ask, wanted, .. } = &*self.0;
        wanted.load(Ordering::Relaxed)
            || ask() && {
                wanted.store(true, Ordering::Relaxed);
                true
            }
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
        let Some(interrupt) = &self.interrupt else { return false };
        // What is told once holds for all threads: the flag orders nothing else.
        self.closed.load(Ordering::Relaxed)
            || interrupt.is_raised() && {
                // What is told within a piece is a wish until all ranks have agreed.
                self.closed.store(!interrupt.is_open(), Ordering::Relaxed);
                true
            }
    }
}

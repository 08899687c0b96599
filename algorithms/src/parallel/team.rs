//! Several processes at one run: what the core asks of whatever carries bytes between them.
//!
//! Every process, a rank, makes the same request and takes the same decisions; it evaluates its share of the pieces and is told what
//! the others found. So no rank is special, none has to be sent work, and a transport need only know rounds of messages.

use std::fmt;
use std::sync::Arc;

/// Carries messages between ranks that make the same run: MPI, threads, pipes.
///
/// Rounds are begun and ended in the same order on all ranks, by one thread of each at a time. There may be several under way.
///
/// To implement it, keep rounds in their order. Of a single rank, whose messages come back to it:
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Team, Transport, scalar};
/// use std::collections::VecDeque;
/// use std::sync::Mutex;
///
/// #[derive(Default)]
/// struct Alone(Mutex<VecDeque<Vec<u8>>>);
///
/// impl Transport for Alone {
///     fn rank(&self) -> usize {
///         0
///     }
///     fn ranks(&self) -> usize {
///         1
///     }
///     fn send(&self, message: Vec<u8>) {
///         self.0.lock().unwrap().push_back(message);
///     }
///     fn receive(&self, _wait: bool) -> Option<Vec<Vec<u8>>> {
///         self.0.lock().unwrap().pop_front().map(|message| vec![message])
///     }
/// }
///
/// let f = scalar(2, |x| (x[0] * x[1]).exp());
/// let alone = Cuhre::default().integrate(&f, &Domain::unit(2), &Options::default())?;
/// let shared = Cuhre::default().integrate(&f, &Domain::unit(2), &Options::default().team(Team::new(Alone::default())))?;
/// assert_eq!(alone.integrals, shared.integrals);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait Transport: Send + Sync {
    /// Number of this rank, counted from 0.
    fn rank(&self) -> usize;

    /// Number of ranks.
    fn ranks(&self) -> usize;

    /// Begins a round: what this rank has to tell all. It returns at once.
    fn send(&self, message: Vec<u8>);

    /// Ends the oldest round under way: what all ranks have told, in their order. Where that is not all there yet, it waits for it if
    /// `wait`, and says `None` if not.
    ///
    /// # Panics
    /// If `wait` and a rank is lost: a run cannot go on without its share.
    fn receive(&self, wait: bool) -> Option<Vec<Vec<u8>>>;
}

/// Ranks that share the work of a run, for [`Options::team`](crate::Options::team).
///
/// All ranks must make the same request, on the same instruction set: same integrand, coordinates, method and options, but for the
/// number of threads. The result, the same on all, does not depend on their number by a bit.
#[derive(Clone)]
pub struct Team(Arc<dyn Transport>);

impl Team {
    /// Ranks between which `transport` carries messages.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Team(Arc::new(transport))
    }

    /// Number of this rank, counted from 0.
    pub fn rank(&self) -> usize {
        self.0.rank()
    }

    /// Number of ranks.
    pub fn ranks(&self) -> usize {
        self.0.ranks()
    }

    /// Tells all ranks something, outside of a run, and waits for what they have to say, in their order.
    ///
    /// # Panics
    /// If a rank is lost.
    pub fn gather(&self, message: Vec<u8>) -> Vec<Vec<u8>> {
        self.0.send(message);
        self.0.receive(true).expect("a transport that has been told to wait")
    }

    pub(super) fn transport(&self) -> &dyn Transport {
        &*self.0
    }
}

impl PartialEq for Team {
    /// Whether both are the same ranks, by the same transport.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team").field("rank", &self.rank()).field("ranks", &self.ranks()).finish()
    }
}

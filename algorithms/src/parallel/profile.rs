//! Where the time of a run goes: on every thread, by part.

use super::limit::max_threads;
use crate::clock::Instant;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What time is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Inside the integrand.
    Integrand,
    /// Placing points, and summing values piece by piece.
    Points,
    /// Choosing what comes next, entering what was found, and all else that one thread of a rank does.
    Books,
    /// Waiting for other threads and ranks.
    Waiting,
    /// Writing and reading what ranks tell each other.
    Messages,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 5] = [Part::Integrand, Part::Points, Part::Books, Part::Waiting, Part::Messages];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        ["integrand", "points", "books", "waiting", "messages"][self as usize]
    }
}

thread_local! {
    /// Nanoseconds that this thread has spent inside of integrands.
    static INTEGRAND: Cell<u64> = const { Cell::new(0) };
}

/// Notes time inside an integrand.
pub(crate) fn in_integrand(time: Duration) {
    INTEGRAND.set(INTEGRAND.get().wrapping_add(time.as_nanos() as u64));
}

/// Takes down where the time of runs goes, for [`Options::profile`](crate::Options::profile).
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Part, Profile, scalar};
/// let profile = Profile::start();
/// let options = Options::default().threads(2).profile(profile.clone());
/// Cuhre::default().integrate(&scalar(3, |x| (x[0] * x[1] * x[2]).exp()), &Domain::unit(3), &options)?;
/// for (thread, times) in profile.times().iter().enumerate() {
///     Part::ALL.iter().zip(times).for_each(|(part, time)| println!("{thread} {}: {time:?}", part.name()));
/// }
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone)]
pub struct Profile(Arc<Times>);

struct Times {
    start: Instant,
    /// Nanoseconds of the thread that makes the run, then of its helpers.
    threads: Vec<[AtomicU64; 5]>,
}

impl Profile {
    /// Begins to measure.
    pub fn start() -> Self {
        let threads = (0..=max_threads()).map(|_| Default::default()).collect();
        Profile(Arc::new(Times { start: Instant::now(), threads }))
    }

    /// The times so far, in the order of [`Part::ALL`]: of the thread that makes the runs, then of all that have helped. Those of each
    /// add up to the time since the start.
    pub fn times(&self) -> Vec<[Duration; 5]> {
        let all = self.0.start.elapsed();
        let read =
            |thread: &[AtomicU64; 5]| [0, 1, 2, 3, 4].map(|part| Duration::from_nanos(thread[part].load(Ordering::Relaxed)));
        let mut threads: Vec<[Duration; 5]> = self.0.threads.iter().map(read).collect();
        let helped = threads.iter().rposition(|times| times.iter().any(|time| !time.is_zero())).unwrap_or(0);
        threads.truncate(helped + 1);
        for (k, times) in threads.iter_mut().enumerate() {
            let rest = all.saturating_sub(times.iter().sum());
            // A helper that does not help waits; what else the other does is its books.
            times[if k == 0 { Part::Books } else { Part::Waiting } as usize] += rest;
        }
        threads
    }

    /// Adds time of this thread.
    fn add(&self, part: Part, nanoseconds: u64) {
        let thread = rayon::current_thread_index().map_or(0, |helper| helper + 1);
        if let Some(times) = self.0.threads.get(thread) {
            times[part as usize].fetch_add(nanoseconds, Ordering::Relaxed);
        }
    }

    /// Does something that belongs to a part.
    pub(super) fn of<R>(profile: Option<&Self>, part: Part, act: impl FnOnce() -> R) -> R {
        let Some(profile) = profile else { return act() };
        let start = Instant::now();
        let result = act();
        profile.add(part, start.elapsed().as_nanos() as u64);
        result
    }

    /// Notes that this thread has waited since then.
    pub(super) fn waited(&self, since: Instant) {
        self.add(Part::Waiting, since.elapsed().as_nanos() as u64);
    }

    /// Does a piece of work.
    pub(super) fn piece(&self, work: impl FnOnce()) {
        let (start, before) = (Instant::now(), INTEGRAND.get());
        work();
        let all = start.elapsed().as_nanos() as u64;
        // That of calls that were not measured one by one is estimated; an integrand that integrates counts twice.
        let integrand = INTEGRAND.get().wrapping_sub(before).min(all);
        self.add(Part::Integrand, integrand);
        self.add(if integrand > 0 { Part::Points } else { Part::Books }, all - integrand);
    }
}

impl PartialEq for Profile {
    /// Whether both are the same one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile")
    }
}

//! The only place that knows of threads and of other processes: work in pieces of fixed size, in order.
//!
//! A piece's size and contents never depend on the number of threads or ranks; results are put where they belong by
//! index and merged in order by the caller. That is why a result is the same to the bit on any number of
//! threads and ranks. What travels between ranks is told by [`Portable`], how by a [`Transport`].

mod flow;
mod limit;
mod pool;
mod portable;
mod post;
mod profile;
mod team;

pub use limit::max_threads;
pub(crate) use portable::{Portable, pack, pack_list, unpack, unpack_list};
pub(crate) use profile::in_integrand;
pub use profile::{Part, Profile};
pub use team::{Team, Transport};

use crate::Options;
use crate::clock::Instant;
use crate::interrupt::within_piece;
use crate::stopwatch::nanoseconds;
use pool::Pool;
use post::Post;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Nanoseconds of work that is done before a thread that sleeps has woken up and found a part of it.
const WAKE: u64 = 50_000;
/// Nothing is known of the time of a piece.
const UNKNOWN: u64 = u64::MAX;

/// Threads that work through pieces, and scratch memory for them.
pub(crate) struct Workers<S> {
    threads: usize,
    /// `None`: the calling thread alone.
    pool: Option<Pool>,
    scratch: Mutex<Vec<S>>,
    /// Nanoseconds of the slowest piece so far.
    slowest: AtomicU64,
    /// `None`: one rank does all.
    post: Option<Post>,
    profile: Option<Profile>,
}

impl<S: Default + Send> Workers<S> {
    /// With `threads` threads, or as many as there are cores, of this process alone.
    pub(crate) fn new(threads: Option<usize>) -> Self {
        let (threads, pool) = Pool::find(threads);
        Workers { threads, pool, scratch: Mutex::default(), slowest: AtomicU64::new(UNKNOWN), post: None, profile: None }
    }

    /// Those that a run asks for.
    pub(crate) fn of(options: &Options) -> Self {
        Workers { post: Post::of(options), profile: options.profile.clone(), ..Workers::new(options.threads) }
    }

    /// The same with scratch memory of before.
    pub(crate) fn with_scratch(self, scratch: Option<S>) -> Self {
        self.lock().extend(scratch);
        self
    }

    /// The scratch memory.
    pub(crate) fn into_scratch(self) -> Vec<S> {
        self.scratch.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of threads in use.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `work` once for every piece, on one of the ranks, and brings all results here. A panic in `work` reaches the caller.
    pub(crate) fn share<T: Send + Portable>(&self, pieces: &mut [T], work: impl Fn(&mut S, &mut T) + Sync) {
        let Some(post) = &self.post else { return self.each(pieces, work) };
        let start = post.next();
        let (first, ranks) = post.share(start);
        let mut own: Vec<&mut T> = pieces.iter_mut().skip(first).step_by(ranks).collect();
        self.each(&mut own, |scratch, piece| within_piece(|| work(scratch, piece)));
        post.exchange(start, pieces);
    }

    /// Brings here what other ranks have kept of the pieces of even, or odd, batches of a [`Flow`](flow::Flow).
    pub(crate) fn collect<T: Portable>(&self, half: usize, pieces: &mut [T]) {
        if let Some(post) = &self.post {
            post.exchange(post.of_half(half), pieces);
        }
    }

    /// Calls `work` once for every piece, on every rank: for work that costs less than carrying its results. A panic in `work`
    /// reaches the caller.
    pub(crate) fn each<T: Send>(&self, pieces: &mut [T], work: impl Fn(&mut S, &mut T) + Sync) {
        let helpers = self.helpers(pieces.len());
        let left = Mutex::new(pieces.iter_mut());
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work_on = || {
            let mut scratch = self.take();
            while let Some(piece) = next() {
                self.timed(|| work(&mut scratch, piece));
            }
            self.put(scratch);
        };
        let Some(pool) = self.pool.as_ref().filter(|_| helpers > 0) else { return work_on() };
        let mut own_is_done = None;
        // The calling thread takes its part: handing all of it over and being woken again takes longer than a small piece.
        pool.scope(|scope| {
            (0..helpers).for_each(|_| scope.spawn(|_| work_on()));
            work_on();
            own_is_done = self.profile.as_ref().map(|_| Instant::now());
        });
        if let (Some(profile), Some(since)) = (&self.profile, own_is_done) {
            profile.waited(since);
        }
    }

    /// Threads beside the calling one for so many pieces: none where it is done before they are awake, by the slowest one so far. The
    /// pieces, and so all results, are the same.
    fn helpers(&self, pieces: usize) -> usize {
        let expected = self.slowest.load(Ordering::Relaxed).saturating_mul(pieces as u64);
        if expected < WAKE { 0 } else { (self.threads - 1).min(pieces.saturating_sub(1)) }
    }

    /// Does a piece of work and notes how long it took, where anybody could help.
    fn timed(&self, work: impl FnOnce()) {
        match &self.profile {
            None => self.clocked(work),
            Some(profile) => profile.piece(|| self.clocked(work)),
        }
    }

    fn clocked(&self, work: impl FnOnce()) {
        if self.pool.is_none() {
            return work();
        }
        let (time, slowest) = (nanoseconds(work), self.slowest.load(Ordering::Relaxed));
        if slowest == UNKNOWN || time > slowest {
            self.slowest.store(time, Ordering::Relaxed);
        }
    }

    fn take(&self) -> S {
        self.lock().pop().unwrap_or_default()
    }

    fn put(&self, scratch: S) {
        self.lock().push(scratch);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<S>> {
        // A panic never happens while the lock is held, so a poisoned one still guards a sound list.
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The only place that knows of threads: work in pieces of fixed size, in order.
//!
//! A piece's size and contents never depend on the number of threads; results are put where they belong by
//! index and merged in order by the caller. That is why a result is the same to the bit on any number of
//! threads. A distributed version would change this folder alone.

mod flow;
mod limit;
mod pool;

pub use limit::max_threads;

use pool::Pool;
use std::sync::{Mutex, PoisonError};

/// Threads that work through pieces, and scratch memory for them.
pub(crate) struct Workers<S> {
    threads: usize,
    /// `None`: the calling thread alone.
    pool: Option<Pool>,
    scratch: Mutex<Vec<S>>,
}

impl<S: Default + Send> Workers<S> {
    /// With `threads` threads, or as many as there are cores.
    pub(crate) fn new(threads: Option<usize>) -> Self {
        let (threads, pool) = Pool::find(threads);
        Workers { threads, pool, scratch: Mutex::default() }
    }

    /// Number of threads in use.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `work` once for every piece. A panic in `work` reaches the caller.
    pub(crate) fn each<T: Send>(&self, pieces: &mut [T], work: impl Fn(&mut S, &mut T) + Sync) {
        let helpers = (self.threads - 1).min(pieces.len().saturating_sub(1));
        let left = Mutex::new(pieces.iter_mut());
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work_on = || {
            let mut scratch = self.take();
            while let Some(piece) = next() {
                work(&mut scratch, piece);
            }
            self.put(scratch);
        };
        let Some(pool) = self.pool.as_ref().filter(|_| helpers > 0) else { return work_on() };
        // The calling thread takes its part: handing all of it over and being woken again takes longer than a small piece.
        pool.scope(|scope| {
            (0..helpers).for_each(|_| scope.spawn(|_| work_on()));
            work_on();
        });
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

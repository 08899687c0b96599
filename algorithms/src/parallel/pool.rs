//! The threads of this process: one pool that all runs share, made anew in a process that was forked.
//!
//! `fork` copies the memory of a process and one of its threads. A pool that was made before is then a list of threads that
//! do not exist, and who hands work to it waits for ever. So a pool is known by the process that made it; rayon's
//! global pool, which cannot be replaced, is never used.

use super::limit::{cores, max_threads};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::mem::forget;
use std::process;
use std::sync::{Arc, Mutex, TryLockError};

/// The pool that runs share, and the process in which its threads live.
struct Home {
    process: u32,
    pool: Arc<ThreadPool>,
}

static HOME: Mutex<Option<Home>> = Mutex::new(None);

thread_local! {
    /// On a thread of one of our pools: the process in which it was started.
    static BORN: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Where helpers are to be found.
pub(super) enum Pool {
    /// The one on whose thread this was called, where an integrand integrates.
    Around,
    /// That of the process.
    Shared(Arc<ThreadPool>),
    /// One for this run alone.
    Own(ThreadPool),
}

impl Pool {
    /// Where a run on `threads` threads, or on all cores, finds its helpers, and how many threads it then has. Threads that
    /// can't be had are no reason to fail: fewer give the same bits.
    pub(super) fn find(threads: Option<usize>) -> (usize, Option<Self>) {
        let around = rayon::current_thread_index().is_some();
        if around && is_orphan() {
            return (1, None);
        }
        let all = if around { rayon::current_num_threads() } else { cores() };
        match threads.unwrap_or(all).min(max_threads()) {
            0 | 1 => (1, None),
            n if n != all => match build(n - 1) {
                Some(pool) => (n, Some(Pool::Own(pool))),
                None => Pool::find(None),
            },
            n if around => (n, Some(Pool::Around)),
            n => shared(n).map_or((1, None), |pool| (n, Some(pool))),
        }
    }

    /// A scope for helpers, beside the calling thread.
    pub(super) fn scope<'scope, R>(&self, run: impl FnOnce(&rayon::Scope<'scope>) -> R) -> R {
        match self {
            Pool::Around => rayon::in_place_scope(run),
            Pool::Shared(pool) => pool.in_place_scope(run),
            Pool::Own(pool) => pool.in_place_scope(run),
        }
    }
}

/// Whether this is a thread of a pool that stayed behind when it was forked.
fn is_orphan() -> bool {
    BORN.get().is_some_and(|born| born != process::id())
}

/// The pool of this process, of `threads` threads.
fn shared(threads: usize) -> Option<Pool> {
    let mut home = match HOME.try_lock() {
        Ok(home) => home,
        // Nothing panics while the lock is held.
        Err(TryLockError::Poisoned(home)) => home.into_inner(),
        // Another run is about to make the pool; or another thread held the lock when this process was forked, and it is never
        // released. To wait could mean for ever, and a pool takes less than a millisecond.
        Err(TryLockError::WouldBlock) => return build(threads).map(Pool::Own),
    };
    match &*home {
        Some(Home { process, pool }) if *process == process::id() => Some(Pool::Shared(Arc::clone(pool))),
        _ => {
            let pool = Arc::new(build(threads)?);
            let before = home.replace(Home { process: process::id(), pool: Arc::clone(&pool) });
            // The threads of the parent can't be told to end: a lock that one of them held would never be released.
            forget(before);
            Some(Pool::Shared(pool))
        }
    }
}

fn build(threads: usize) -> Option<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(threads).start_handler(|_| BORN.set(Some(process::id()))).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread::spawn;
    use std::time::Duration;

    #[test]
    fn a_lock_that_nobody_will_release_is_not_waited_for() {
        // As in a child that was forked while another thread of its parent held it.
        let held = HOME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (send, found) = channel();
        spawn(move || send.send(matches!(Pool::find(None), (1, None) | (_, Some(Pool::Own(_))))));
        assert_eq!(found.recv_timeout(Duration::from_secs(60)), Ok(true));
        drop(held);
    }
}

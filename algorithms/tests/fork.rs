//! Runs in a process that was forked after its parent had used threads, as `multiprocessing` of Python and servers do.
#![cfg(unix)]
#![allow(unsafe_code)]

use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Qmc, Report, Vegas, scalar};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A run in a child that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(integrator: &dyn Integrator, threads: Option<usize>) -> Report {
    let f = scalar(3, |x| (-x[0] * x[1]).exp() * (5.0 * x[2]).cos());
    let mut options = Options::default().rtol(1e-4).max_evals(400_000);
    options.threads = threads;
    integrator.integrate(&f, &Domain::unit(3), &options).unwrap()
}

/// What `work` returns in a child of this process, or `None` if it does not end.
fn forked(work: impl FnOnce() -> bool) -> Option<bool> {
    // SAFETY: POSIX promises little about a child of a process with threads. What the child needs works on the systems that
    // we test on: the C library keeps its allocator usable across a fork, and threads can be started. It never
    // returns into the test harness.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no process could be forked");
    if child == 0 {
        let right = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
        // SAFETY: ends the process without running what belongs to the parent.
        unsafe { libc::_exit(if right { 0 } else { 1 }) }
    }
    let start = Instant::now();
    let mut status = 0;
    // SAFETY: `child` is ours and not yet waited for.
    while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > PATIENCE {
            // SAFETY: as above.
            unsafe {
                libc::kill(child, libc::SIGKILL);
                libc::waitpid(child, &raw mut status, 0);
            }
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0)
}

#[test]
fn a_forked_process_integrates_on_threads_of_its_own() {
    let methods: [&dyn Integrator; 3] = [&Cuhre::default(), &Vegas::default(), &Qmc::default()];
    for integrator in methods {
        // Whatever the number of cores: with as many threads as there are and with another number.
        for threads in [None, Some(2), Some(3)] {
            let before = run(integrator, threads);
            let same = || {
                let after = run(integrator, threads);
                // A child that forks is a parent like any other.
                after.integrals == before.integrals
                    && after.threads == before.threads
                    && forked(|| run(integrator, threads).integrals == before.integrals) == Some(true)
            };
            assert_eq!(forked(same), Some(true), "{}, {threads:?} threads", integrator.name());
            assert_eq!(run(integrator, threads).integrals, before.integrals);
        }
    }
}

#[test]
fn a_process_forked_while_others_integrate_does_not_wait_for_them() {
    let before = run(&Vegas::default(), None).integrals;
    let same = || run(&Vegas::default(), None).integrals == before;
    let stop = AtomicBool::new(false);
    let ends: Vec<_> = std::thread::scope(|scope| {
        let busy = || {
            while !stop.load(Ordering::Relaxed) {
                assert!(same());
            }
        };
        (0..2).for_each(|_| _ = scope.spawn(busy));
        let ends = (0..20).map(|_| forked(same)).collect();
        stop.store(true, Ordering::Relaxed);
        ends
    });
    assert!(ends.iter().all(|end| *end == Some(true)), "{ends:?}");
}

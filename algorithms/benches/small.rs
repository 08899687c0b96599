//! What an integral costs that costs nothing: microseconds of processor time of a whole call of each method, on one and on two threads.
//!
//! `cargo bench -p fubini-algorithms --bench small`; words behind `--` choose methods. The integrand is the product of its variables, at
//! rtol 1e-6 in one to six dimensions (1e-3 for qmc, 1e-2 for vegas). All but the evaluations is the engine: rules looked up, regions
//! and buffers made, estimates, checks, the report. Beside it stand the evaluations, and how often memory was asked for in a call. Times
//! are the least of several rounds, of all threads together. `capi/benches/calls.c` does the same in C.

use fubini_algorithms::{Auto, Cuhre, Domain, GenzMalik, Integrator, Options, Qmc, Vegas, scalar};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const ROUNDS: usize = 15;
/// Seconds that a round takes.
const ROUND: f64 = 0.02;

/// Counts how often memory is asked for.
struct Counting;

static ASKED: AtomicU64 = AtomicU64::new(0);

#[allow(unsafe_code, reason = "an allocator is unsafe by its nature; all is handed to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    let methods: [(&str, Box<dyn Integrator>, f64); 5] = [
        ("cuhre", Box::new(Cuhre::default()), 1e-6),
        ("genz-malik", Box::new(GenzMalik::default()), 1e-6),
        ("qmc", Box::new(Qmc::default()), 1e-3),
        ("vegas", Box::new(Vegas::default()), 1e-2),
        ("auto", Box::new(Auto::default()), 1e-6),
    ];
    let only: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    println!(
        "{:12} {:>6} {:>4} {:>12} {:>12} {:>12} {:>12}",
        "method", "rtol", "dim", "1 thread, µs", "2 threads", "evaluations", "allocations"
    );
    for (name, method, rtol) in methods.iter().filter(|m| only.is_empty() || only.iter().any(|o| o == m.0)) {
        for dim in [1, 2, 3, 6] {
            let f = scalar(dim, |x| x.iter().product());
            let domain = Domain::unit(dim);
            let run = |threads: usize| {
                let options = Options::default().rtol(*rtol).threads(threads);
                method.integrate(black_box(&f), &domain, &options).unwrap()
            };
            let report = run(1);
            let found = report.integrals[0];
            assert!((found.value - 0.5f64.powi(dim as i32)).abs() <= 4.0 * found.error, "{name} in {dim}: {found:?}");
            let before = ASKED.load(Relaxed);
            run(1);
            let asked = ASKED.load(Relaxed) - before;
            let [one, two] = [1, 2].map(|threads| micros(|| drop(black_box(run(threads)))));
            println!("{name:12} {rtol:6.0e} {dim:4} {one:12.1} {two:12.1} {:12} {asked:12}", report.evaluations);
        }
    }
}

/// Microseconds of a call, the least of several rounds.
fn micros(call: impl Fn()) -> f64 {
    let time = |calls: usize| {
        let start = seconds();
        (0..calls).for_each(|_| call());
        seconds() - start
    };
    let calls = (ROUND / time(3).max(1e-6) * 3.0).ceil() as usize;
    (0..ROUNDS).map(|_| time(calls) * 1e6 / calls as f64).fold(f64::INFINITY, f64::min)
}

/// Processor time of this process so far: what others do on the machine disturbs it least.
#[cfg(unix)]
#[allow(unsafe_code, reason = "a call of the C library")]
fn seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the place is a valid one.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// Without that, time.
#[cfg(not(unix))]
fn seconds() -> f64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0.0, |time| time.as_secs_f64())
}

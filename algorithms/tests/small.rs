//! How often small integrals ask for memory, which is most of what they cost, that nothing of one run is left in the next, and how much
//! memory many components take.

use fubini_algorithms::{
    Auto, Cuhre, Domain, GenzMalik, Integrator, Miser, Mixture, Options, ProductRule, Qmc, Train, Vegas, scalar, vector,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts how often a thread asks for memory, and for how much.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
    /// Bytes that the thread holds, beside what others have given it, and the most so far.
    static HELD: Cell<[i64; 2]> = const { Cell::new([0; 2]) };
}

fn count(bytes: i64) {
    _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
    hold(bytes);
}

fn hold(bytes: i64) {
    _ = HELD.try_with(|held| {
        let [now, most] = held.get();
        held.set([now + bytes, most.max(now + bytes)]);
    });
}

#[allow(unsafe_code, reason = "an allocator is unsafe by its nature; all is handed to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        hold(-(layout.size() as i64));
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_small_integral_asks_for_memory_a_bounded_number_of_times() {
    let f = scalar(3, |x| x[0] * x[1] * x[2]);
    let methods: [(&dyn Integrator, f64, u64); 4] = [
        (&GenzMalik::default(), 1e-6, 110),
        (&Cuhre::default(), 1e-6, 140),
        (&Qmc::default(), 1e-3, 420),
        (&Auto::default(), 1e-6, 650),
    ];
    for (method, rtol, most) in methods {
        let options = Options::default().rtol(rtol).threads(1);
        let run = || method.integrate(&f, &Domain::unit(3), &options).unwrap();
        // Rules and sequences are made in the first run.
        let first = run();
        let before = ASKED.get();
        let second = run();
        let asked = ASKED.get() - before;
        assert!(asked <= most, "{}: {asked} times, not at most {most}", method.name());
        assert_eq!((first.integrals, first.evaluations), (second.integrals, second.evaluations));
    }
}

#[test]
fn buffers_of_a_run_leave_nothing_in_the_next_one() {
    let bits = |method: &dyn Integrator| {
        let small = scalar(2, |x| (x[0] - 0.3).abs() + x[1]);
        let report = method.integrate(&small, &Domain::unit(2), &Options::default().rtol(1e-5).threads(1)).unwrap();
        (report.integrals[0].value.to_bits(), report.integrals[0].error.to_bits(), report.evaluations)
    };
    for method in [&GenzMalik::default() as &dyn Integrator, &Cuhre::default()] {
        let fresh = std::thread::scope(|scope| scope.spawn(|| bits(method)).join().unwrap());
        // More variables, more components, values that are not finite, and a run that ends in an error.
        let large = vector(5, 3, |x, y| y.fill(1.0 / (x.iter().sum::<f64>() - 1.0)));
        _ = method.integrate(&large, &Domain::unit(5), &Options::default().max_evals(100_000).threads(1));
        let nowhere = scalar(4, |x| (x[0] - 0.5).sqrt());
        assert!(method.integrate(&nowhere, &Domain::unit(4), &Options::default().threads(1)).is_err());
        assert_eq!(bits(method), fresh, "{}", method.name());
        // Within a run there is another one.
        let inner = scalar(1, |x| x[0] + f64::from_bits(bits(&GenzMalik::default()).0));
        method.integrate(&inner, &Domain::unit(1), &Options::default().rtol(1e-3).threads(1)).unwrap();
        assert_eq!(bits(method), fresh, "{} after a run in a run", method.name());
    }
}

#[test]
fn memory_of_many_components_does_not_grow_with_the_budget() {
    // Every stratum of miser held the covariances of all pairs, 160 kB of two hundred components, and a level has hundreds.
    let f = vector(2, 200, |x, y| y.iter_mut().enumerate().for_each(|(c, y)| *y = (x[0] - 0.005 * c as f64).abs() + x[1]));
    let methods: [&dyn Integrator; 6] =
        [&Miser::default(), &Vegas::default(), &Qmc::default(), &Mixture::default(), &Train::default(), &ProductRule::default()];
    for method in methods {
        let options = Options::default().rtol(0.0).max_evals(200_000).max_memory(100 << 20).threads(1);
        let [before, _] = HELD.get();
        HELD.set([before; 2]);
        method.integrate(&f, &Domain::unit(2), &options).unwrap();
        let most = (HELD.get()[1] - before) >> 20;
        // A product keeps values by the million for its audits.
        let limit = if method.name() == "product" { 100 } else { 32 };
        assert!(most < limit, "{}: {most} MB", method.name());
    }
}

//! Runs that are ended in the middle of a step: they hear it soon, whatever they are doing, and lose nothing that was done.

mod methods;

use fubini_algorithms::{
    Cuhre, Domain, ErrorLevel, GenzMalik, Integrand, Integrator, Miser, Options, Points, ProductRule, Qmc, QmcMap, Report, Stop,
    Values, Vegas, scalar, vector,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Every method, and a map that is trained before anything else.
fn integrators() -> Vec<Box<dyn Integrator>> {
    methods::all().into_iter().chain([Box::new(Qmc::default().map(QmcMap::On)) as Box<dyn Integrator>]).collect()
}

fn bits(report: &Report) -> (Vec<u64>, u64, String) {
    let estimates = report.integrals.iter().chain(&report.ratios);
    let bits = estimates.flat_map(|e| [e.value.to_bits(), e.error.to_bits()]).collect();
    (bits, report.evaluations, format!("{:?} {:?} {:?}", report.stop, report.suspect, report.detail))
}

/// A peak in a small part of the cube: searches, training, audits and climbs all have something to do.
fn peak(x: &[f64]) -> f64 {
    (-1e3 * x.iter().enumerate().map(|(d, x)| (x - 0.3 - 0.1 * d as f64).powi(2)).sum::<f64>()).exp()
}

#[test]
fn an_interrupt_is_heard_in_any_stretch_of_work() {
    // Searches, audits and training took tens of seconds with an integrand of a millisecond. Counted, not timed: of such an
    // integrand a thread evaluates 64 points at a time when it begins, and 50 ms later on.
    const THREADS: u64 = 2;
    for integrator in integrators() {
        for limit in [100, 2_000] {
            let [count, after] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
            let told = Arc::new(AtomicBool::new(false));
            let (evaluated, late, is_told) = (Arc::clone(&count), Arc::clone(&after), Arc::clone(&told));
            let slow = vector(3, 2, move |x, y| {
                std::thread::sleep(Duration::from_micros(1000));
                evaluated.fetch_add(1, Ordering::Relaxed);
                late.fetch_add(u64::from(is_told.load(Ordering::Relaxed)), Ordering::Relaxed);
                y[1] = peak(x);
                y[0] = x[0] * y[1];
            });
            let options = Options::default().ratio(0, 1).rtol(1e-9).threads(THREADS as usize).interrupt(move || {
                let is_over = count.load(Ordering::Relaxed) >= limit;
                told.fetch_or(is_over, Ordering::Relaxed);
                is_over
            });
            let report = integrator.integrate(&slow, &Domain::unit(3), &options).unwrap();
            assert_eq!(report.stop, Stop::Cancelled, "{}", integrator.name());
            let after = after.load(Ordering::Relaxed);
            assert!(after <= THREADS * 64, "{} after {limit}: {after} points", integrator.name());
        }
    }
}

#[test]
fn from_an_interrupt_on_at_most_the_batches_under_way_are_evaluated() {
    /// The peak over its size, with counts of what is asked of it.
    #[derive(Default)]
    struct Counting {
        evaluated: Arc<AtomicU64>,
        told: Arc<AtomicBool>,
        after: AtomicU64,
        largest: AtomicU64,
    }
    impl Integrand for Counting {
        fn dim(&self) -> usize {
            3
        }
        fn components(&self) -> usize {
            2
        }
        fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
            let (told, len) = (self.told.load(Ordering::Relaxed), points.len() as u64);
            self.evaluated.fetch_add(len, Ordering::Relaxed);
            self.largest.fetch_max(len, Ordering::Relaxed);
            self.after.fetch_add(if told { len } else { 0 }, Ordering::Relaxed);
            let mut x = [0.0; 3];
            for i in 0..points.len() {
                points.copy_point(i, &mut x);
                (values.component(0)[i], values.component(1)[i]) = (x[0] * peak(&x), peak(&x));
            }
        }
    }
    const THREADS: u64 = 2;
    for integrator in integrators() {
        for limit in (0..12).map(|k| 3_u64.pow(k)) {
            let f = Counting::default();
            let (evaluated, told) = (Arc::clone(&f.evaluated), Arc::clone(&f.told));
            let options = Options::default().ratio(0, 1).rtol(1e-12).threads(THREADS as usize).interrupt(move || {
                let is_over = evaluated.load(Ordering::Relaxed) >= limit;
                told.fetch_or(is_over, Ordering::Relaxed);
                is_over
            });
            let report = integrator.integrate(&f, &Domain::unit(3), &options).unwrap();
            assert_eq!(report.stop, Stop::Cancelled, "{} after {limit}", integrator.name());
            let (after, largest) = (f.after.into_inner(), f.largest.into_inner());
            assert!(after <= THREADS * largest, "{} after {limit}: {after} points in batches of {largest}", integrator.name());
        }
    }
}

#[test]
fn an_interrupted_run_goes_on_to_the_same_bits() {
    let f = |count: Arc<AtomicU64>| {
        vector(3, 2, move |x, y| {
            count.fetch_add(1, Ordering::Relaxed);
            y[1] = peak(x) + 1e-3;
            y[0] = x[0] * y[1];
        })
    };
    for integrator in integrators() {
        let options = Options::default().ratio(0, 1).rtol(1e-7).max_evals(1_000_000);
        let count = Arc::new(AtomicU64::new(0));
        let whole = integrator.integrate(&f(Arc::clone(&count)), &Domain::unit(3), &options).unwrap();
        let all = count.load(Ordering::Relaxed);
        let mut resumed = 0;
        for k in 1..24 {
            // At any moment: what matters is the number of points so far.
            let (count, limit) = (Arc::new(AtomicU64::new(0)), k * all / 24);
            let seen = Arc::clone(&count);
            let interrupted = options.clone().threads(1 + k as usize % 2).interrupt(move || seen.load(Ordering::Relaxed) > limit);
            let mut state = None;
            let mut watch = |progress: fubini_algorithms::Progress<'_>| {
                state = Some(progress.snapshot.to_bytes());
                ControlFlow::Continue(())
            };
            let f = f(count);
            let part = integrator.integrate_watched(&f, &Domain::unit(3), &interrupted, &mut watch).unwrap();
            if part.stop != Stop::Cancelled {
                continue;
            }
            let Some(state) = state else {
                assert!(part.integrals.iter().chain(&part.ratios).all(|e| e.error == f64::INFINITY), "{part:?}");
                continue;
            };
            let rest = integrator.integrate(&f, &Domain::unit(3), &options.clone().resume(state)).unwrap();
            assert_eq!(bits(&whole), bits(&rest), "{} after {limit} of {all}", integrator.name());
            resumed += 1;
        }
        assert!(resumed >= 8, "{}: {resumed}", integrator.name());
    }
}

#[test]
fn a_run_that_ends_at_its_first_singular_points_is_cancelled_and_not_refused() {
    // A third of the first nodes of helium in a Cartesian box lie on its nuclei; a signal there lost the run with an error.
    let singular = |x: &[f64]| x.iter().all(|x| *x == 0.5);
    let f = scalar(6, move |x| if singular(&x[..3]) || singular(&x[3..]) { f64::NAN } else { (-x.iter().sum::<f64>()).exp() });
    for integrator in [Box::new(Cuhre::default()) as Box<dyn Integrator>, Box::new(GenzMalik::default())] {
        let options = Options::default().rtol(1e-6).max_evals(200_000);
        let whole = integrator.integrate(&f, &Domain::unit(6), &options).unwrap();
        let mut state = Vec::new();
        let mut watch = |progress: fubini_algorithms::Progress<'_>| {
            state = progress.snapshot.to_bytes();
            ControlFlow::Break(())
        };
        let part = integrator.integrate_watched(&f, &Domain::unit(6), &options, &mut watch).unwrap();
        assert!(part.stop == Stop::Cancelled && part.non_finite * 10 > part.evaluations, "{part:?}");
        let rest = integrator.integrate(&f, &Domain::unit(6), &options.resume(state)).unwrap();
        assert_eq!(bits(&whole), bits(&rest), "{}", integrator.name());
    }
}

#[test]
fn samplers_that_are_cancelled_after_a_few_singular_points_are_not_refused_either() {
    // A tenth of the points may be singular. Here a twentieth of the cube is, and by chance more of the first points.
    let f = || scalar(3, |x| if x.iter().sum::<f64>() > 2.33 { f64::NAN } else { (-x[1] - x[2]).exp() });
    let samplers: [Box<dyn Integrator>; 2] =
        [Box::new(Vegas::default().points(64)), Box::new(Qmc::default().points(16).replicates(2).map(QmcMap::Off))];
    for integrator in samplers {
        let cancelled = (0..100).find_map(|seed| {
            let options = Options::default().rtol(1e-9).max_evals(30_000).seed(seed);
            let mut state = Vec::new();
            let mut watch = |progress: fubini_algorithms::Progress<'_>| {
                state = progress.snapshot.to_bytes();
                ControlFlow::Break(())
            };
            let part = integrator.integrate_watched(&f(), &Domain::unit(3), &options, &mut watch).unwrap();
            assert_eq!(part.stop, Stop::Cancelled, "{} with seed {seed}", integrator.name());
            (part.non_finite * 10 > part.evaluations).then_some((options, state))
        });
        let (options, state) = cancelled.expect("one seed of a hundred that begins badly");
        // Whatever comes of it in the end, the same comes of its state.
        let end = |options: &Options| {
            let report = integrator.integrate(&f(), &Domain::unit(3), options);
            report.map(|report| bits(&report)).map_err(|error| error.to_string())
        };
        assert_eq!(end(&options), end(&options.clone().resume(state)), "{}", integrator.name());
    }
    // All methods, wherever they are in their first points, all of which are singular; vmc has no state so early.
    for integrator in integrators() {
        for limit in [1, 30, 100, 300, 1_000] {
            let count = Arc::new(AtomicU64::new(0));
            let seen = Arc::clone(&count);
            let singular = vector(3, 2, move |_, y| {
                seen.fetch_add(1, Ordering::Relaxed);
                y.fill(f64::NAN);
            });
            let options = Options::default().ratio(0, 1).threads(1).interrupt(move || count.load(Ordering::Relaxed) >= limit);
            match integrator.integrate(&singular, &Domain::unit(3), &options) {
                Ok(part) => assert_eq!(part.stop, Stop::Cancelled, "{} after {limit}", integrator.name()),
                Err(error) => panic!("{} after {limit}: {error}", integrator.name()),
            }
        }
    }
}

#[test]
fn hundreds_of_components_do_not_keep_it_waiting() {
    // The covariances of thousands of components are most of the work.
    // Counted, not timed: a thousand points are less than a second of such work on a slow machine.
    const POINTS: [u64; 2] = [1_500, 5_000];
    let integrators: [&dyn Integrator; 2] = [&Vegas::default(), &Miser::default()];
    for integrator in integrators {
        let count = Arc::new(AtomicU64::new(0));
        let [counted, shown, end] = [(); 3].map(|()| Arc::clone(&count));
        let f = vector(2, 500, move |x, y| {
            counted.fetch_add(1, Ordering::Relaxed);
            y.iter_mut().enumerate().for_each(|(c, y)| *y = x[0].powi(c as i32 % 7) + x[1]);
        });
        let [last, most] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
        let longest = Arc::clone(&most);
        let asked = Arc::new(AtomicU64::new(0));
        let questions = Arc::clone(&asked);
        let options = Options::default().rtol(0.0).threads(1).interrupt(move || {
            questions.fetch_add(1, Ordering::Relaxed);
            let now = shown.load(Ordering::Relaxed);
            most.fetch_max(now - last.swap(now, Ordering::Relaxed), Ordering::Relaxed);
            now >= POINTS[1]
        });
        let report = integrator.integrate(&f, &Domain::unit(2), &options).unwrap();
        assert_eq!(report.stop, Stop::Cancelled, "{}", integrator.name());
        let [longest, all, asked] = [longest, end, asked].map(|number| number.load(Ordering::Relaxed));
        let name = integrator.name();
        assert!(
            longest <= POINTS[0] && all <= POINTS[1] + POINTS[0],
            "{name}: {longest} points without a question, {all} in all"
        );
        // Also while pairs are added up, not only between batches of points.
        assert!(asked > all / 100, "{name}: {asked} questions in {all} points");
    }
}

#[test]
fn it_is_asked_for_while_a_product_looks_at_what_it_has() {
    // Fifteen terms of an atom kept a signal waiting for seconds: values of a wave and witnesses of an audit were looked at first.
    let questions = |f: &dyn Integrand, level: ErrorLevel| {
        let count = Arc::new(AtomicU64::new(0));
        let asked = Arc::clone(&count);
        let options = Options::default().rtol(1e-8).max_evals(20_000).error_level(level).threads(1);
        let options = options.interrupt(move || {
            asked.fetch_add(1, Ordering::Relaxed);
            false
        });
        let report = ProductRule::default().integrate(f, &Domain::unit(2), &options).unwrap();
        (count.load(Ordering::Relaxed), report)
    };
    let many = vector(2, 200, |x, y| y.iter_mut().enumerate().for_each(|(c, y)| *y = (x[0] - 1e-3 * c as f64 * x[1]).abs()));
    let (asked, report) = questions(&many, ErrorLevel::Standard);
    assert!(asked > report.evaluations / 10, "{asked} questions at {} points", report.evaluations);
    // An audit of a thousand witnesses.
    let (asked, report) = questions(&scalar(2, |x| (x[0] * x[1]).exp()), ErrorLevel::Guarded);
    assert!(report.converged() && asked > 1_000, "{asked} questions");
}

#[test]
fn what_is_never_interrupted_is_what_it_was() {
    let f = scalar(3, peak);
    for integrator in integrators().into_iter().filter(|integrator| integrator.name() != "vmc") {
        let options = Options::default().rtol(1e-4).max_evals(300_000);
        let plain = integrator.integrate(&f as &dyn Integrand, &Domain::unit(3), &options).unwrap();
        let watched = integrator.integrate(&f, &Domain::unit(3), &options.interrupt(|| false)).unwrap();
        assert_eq!(bits(&plain), bits(&watched), "{}", integrator.name());
    }
}

#[test]
fn a_run_that_is_interrupted_in_its_first_step_goes_on_to_the_same_bits() {
    // Qmc refused its own state where its first points had not been finished.
    for integrator in integrators() {
        let base = Options::default().ratio(0, 1).rtol(1e-9).max_evals(60_000).threads(1);
        let f = |count: Arc<AtomicU64>| {
            vector(3, 2, move |x, y| {
                count.fetch_add(1, Ordering::Relaxed);
                y.copy_from_slice(&[(x[0] - x[1] * x[2]).exp(), 1.0 + x[2]]);
            })
        };
        let whole = integrator.integrate(&f(Arc::default()), &Domain::unit(3), &base).unwrap();
        for limit in [1, 20, 300, 1_000, 3_000] {
            let count = Arc::new(AtomicU64::new(0));
            let seen = Arc::clone(&count);
            let options = base.clone().interrupt(move || seen.load(Ordering::Relaxed) >= limit);
            let mut state = Vec::new();
            let mut watch = |progress: fubini_algorithms::Progress<'_>| {
                state = progress.snapshot.to_bytes();
                ControlFlow::Continue(())
            };
            integrator.integrate_watched(&f(count), &Domain::unit(3), &options, &mut watch).unwrap();
            if !state.is_empty() {
                let rest = integrator.integrate(&f(Arc::default()), &Domain::unit(3), &base.clone().resume(state));
                let rest = rest.unwrap_or_else(|error| panic!("{} after {limit}: {error}", integrator.name()));
                assert_eq!(bits(&whole), bits(&rest), "{} after {limit}", integrator.name());
            }
        }
    }
}

#[test]
fn a_run_that_is_ended_as_soon_as_it_goes_on_has_what_its_state_holds() {
    let f = vector(3, 2, |x, y| {
        y[1] = peak(x) + 1e-3;
        y[0] = x[0] * y[1];
    });
    for integrator in integrators() {
        let options = Options::default().ratio(0, 1).rtol(1e-6).max_evals(200_000);
        let mut state = Vec::new();
        let mut watch = |progress: fubini_algorithms::Progress<'_>| {
            state = progress.snapshot.to_bytes();
            ControlFlow::Continue(())
        };
        let whole = integrator.integrate_watched(&f, &Domain::unit(3), &options, &mut watch).unwrap();
        let ended = options.max_evals(400_000).rtol(1e-9).resume(state).interrupt(|| true);
        let part = integrator.integrate(&f, &Domain::unit(3), &ended).unwrap();
        assert_eq!(part.stop, Stop::Cancelled, "{}", integrator.name());
        assert_eq!(bits(&part).0, bits(&whole).0, "{}", integrator.name());
    }
}

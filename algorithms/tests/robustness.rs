//! Whatever domain, method and misbehaviour chance brings: runs end within their budget, say what they are worth, and
//! leave everything usable.

use fubini_algorithms::{
    Cuhre, Detail, Domain, Error, GenzMalik, Integrator, Options, Qmc, QmcMap, Report, Stop, Vegas, scalar, vector, wide,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default() }
}

/// Every method in every variant that takes another path.
fn method(number: usize) -> Box<dyn Integrator> {
    match number {
        0 => Box::new(GenzMalik::default()),
        1 => Box::new(Cuhre::default()),
        2 => Box::new(Cuhre::default().degree(7)),
        3 => Box::new(Cuhre::default().degree(9)),
        // Iterations so short that some runs converge within the budget.
        4 => Box::new(Vegas::default().points(500)),
        5 => Box::new(Vegas::default().points(500).beta(0.0)),
        6 => Box::new(Qmc::default()),
        _ => Box::new(Qmc::default().map(QmcMap::On)),
    }
}

const METHODS: usize = 8;
const BUDGET: u64 = 20_000;

fn is_monte_carlo(number: usize) -> bool {
    number >= 4
}

/// A method, and a number of dimensions in which it works.
fn method_and_dim() -> impl Strategy<Value = (usize, usize)> {
    (0..METHODS, 1usize..=6).prop_map(|(number, dim)| if dim == 1 && (2..4).contains(&number) { (1, 1) } else { (number, dim) })
}

/// Limits that people ask for: finite, half infinite, infinite, in either order, or without length.
fn side() -> impl Strategy<Value = (f64, f64)> {
    let end = || prop_oneof![5 => -5.0..5.0f64, 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 1 => Just(0.0)];
    prop_oneof![20 => (end(), end()), 1 => (-5.0..5.0f64).prop_map(|a| (a, a))]
}

/// Limits that nobody asks for on purpose.
fn extreme_side() -> impl Strategy<Value = (f64, f64)> {
    let end = || prop_oneof![any::<f64>(), Just(0.0), Just(-0.0), Just(f64::MAX), Just(5e-324), Just(f64::NAN), -1.0..1.0f64];
    prop_oneof![
        3 => (end(), end()),
        1 => (-1e3..1e3f64).prop_map(|a| (a, a + 2.0 * f64::EPSILON * a)),
        1 => (1e-300..1e300f64).prop_map(|a| (-a, a)),
    ]
}

/// 1 / (1 + x²) in every variable: exact over any limits.
fn hill(x: &[f64]) -> f64 {
    x.iter().map(|x| 1.0 / (1.0 + x * x)).product()
}

fn hill_integral(limits: &[(f64, f64)]) -> f64 {
    limits.iter().map(|(a, b)| b.atan() - a.atan()).product()
}

/// A number from 0 to 1 that depends on the point and a seed alone, so that every method meets the same integrand.
fn lot(x: &[f64], seed: u64) -> f64 {
    let mix = |h: u64| {
        let h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        h ^ (h >> 31)
    };
    (x.iter().fold(mix(seed), |h, x| mix(h ^ x.to_bits())) >> 11) as f64 / (1u64 << 53) as f64
}

/// The stated error holds for what converged. Five standard deviations: there are hundreds of runs. Twice the bound of a
/// rule, which is a heuristic one.
fn is_honest(number: usize, report: &Report, exact: f64) -> bool {
    let found = report.integrals[0];
    let allowed = if is_monte_carlo(number) { 5.0 } else { 2.0 };
    !report.converged() || report.suspect.is_some() || (found.value - exact).abs() <= allowed * found.error + 1e-12 * exact.abs()
}

/// Everything in a report but times, as bits.
fn bits(report: &Report) -> Vec<u64> {
    let estimates = report.integrals.iter().flat_map(|e| [e.value.to_bits(), e.error.to_bits()]);
    estimates.chain([report.evaluations, report.non_finite]).collect()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_ordinary_domain_is_integrated_honestly_within_the_budget(
        (number, dim) in method_and_dim(),
        sides in prop::collection::vec(side(), 6),
        seed in any::<u64>(),
        digits in 1..6i32,
    ) {
        let limits = &sides[..dim];
        let Ok(domain) = Domain::new(limits) else {
            prop_assert!(limits.iter().any(|(a, b)| a == b && a.is_infinite()), "{limits:?} refused");
            return Ok(());
        };
        let options = Options::default().rtol(10f64.powi(-digits)).max_evals(BUDGET).seed(seed);
        let report = method(number).integrate(&scalar(dim, hill), &domain, &options).unwrap();
        let exact = hill_integral(limits);
        prop_assert!(report.evaluations <= BUDGET);
        prop_assert!(is_honest(number, &report, exact), "{:?} after {}, exact {exact}", report.integrals, report.evaluations);
        if limits.iter().any(|(a, b)| a == b) {
            prop_assert_eq!((report.integrals[0].value, report.evaluations), (0.0, 0));
        }
    }

    #[test]
    fn any_limits_at_all_are_refused_or_end_within_the_budget(
        (number, dim) in method_and_dim(),
        sides in prop::collection::vec(extreme_side(), 6),
    ) {
        let Ok(domain) = Domain::new(&sides[..dim]) else { return Ok(()) };
        let options = Options::default().rtol(1e-3).max_evals(BUDGET);
        for f in [|_: &[f64]| 1.0, hill, |x: &[f64]| x[0], |x: &[f64]| x[0].abs().ln()] {
            match method(number).integrate(&scalar(dim, f), &domain, &options) {
                Ok(report) => prop_assert!(report.evaluations <= BUDGET && !report.integrals[0].error.is_nan(), "{report:?}"),
                Err(Error::NotFinite { .. } | Error::Jacobian { .. } | Error::Overflow { .. } | Error::Volume { .. }) => {}
                Err(error) => prop_assert!(false, "{error}"),
            }
        }
    }

    #[test]
    fn a_panic_at_any_point_reaches_the_caller_and_leaves_the_pool_usable(
        (number, dim) in method_and_dim(),
        at in 1..2 * BUDGET,
        threads in prop_oneof![Just(None), Just(Some(1)), Just(Some(3))],
    ) {
        let count = AtomicU64::new(0);
        let f = scalar(dim, |x| {
            // Not `panic!`: the message of the hook would only disturb.
            if count.fetch_add(1, Ordering::Relaxed) + 1 == at {
                resume_unwind(Box::new("a bug of the user's"));
            }
            hill(x)
        });
        let mut options = Options::default().rtol(0.0).max_evals(BUDGET);
        options.threads = threads;
        let (method, domain) = (method(number), Domain::unit(dim));
        match catch_unwind(AssertUnwindSafe(|| method.integrate(&f, &domain, &options))) {
            Ok(report) => prop_assert!(report.is_ok() && count.load(Ordering::Relaxed) < at),
            Err(panic) => prop_assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug of the user's")),
        }
        let again = method.integrate(&scalar(dim, hill), &domain, &options).unwrap();
        let alone = method.integrate(&scalar(dim, hill), &domain, &options.clone().threads(1)).unwrap();
        prop_assert_eq!(bits(&again), bits(&alone));
    }

    #[test]
    fn values_lost_at_random_are_counted_and_never_part_of_a_small_error(
        (number, dim) in method_and_dim(),
        share in prop_oneof![Just(1e-4), 0.0..0.02f64, 0.0..0.3f64],
        seed in any::<u64>(),
    ) {
        let lost = AtomicU64::new(0);
        let f = scalar(dim, |x| {
            if lot(x, seed) < share {
                lost.fetch_add(1, Ordering::Relaxed);
                return if seed.is_multiple_of(2) { f64::NAN } else { f64::INFINITY };
            }
            hill(x)
        });
        let limits = vec![(0.0, 1.0); dim];
        let options = Options::default().rtol(1e-2).max_evals(BUDGET).seed(seed);
        match method(number).integrate(&f, &Domain::unit(dim), &options) {
            Ok(report) => {
                // The first lost point of a batch is evaluated once more, to be shown.
                prop_assert!(report.non_finite <= lost.load(Ordering::Relaxed));
                prop_assert!(report.non_finite as f64 <= 0.1 * report.evaluations as f64);
                prop_assert!(report.evaluations <= BUDGET);
                prop_assert!(is_honest(number, &report, hill_integral(&limits)),
                    "{:?} with {} of {} points lost", report.integrals, report.non_finite, report.evaluations);
            }
            Err(error) => prop_assert!(matches!(error, Error::NotFinite { .. }) && share > 0.0, "{error}"),
        }
    }

    #[test]
    fn a_run_cancelled_at_any_step_keeps_what_it_has(
        (number, dim) in method_and_dim(),
        at in 1..30usize,
        seed in any::<u64>(),
    ) {
        let options = Options::default().rtol(0.0).max_evals(BUDGET).seed(seed);
        let mut steps = Vec::new();
        let report = method(number)
            .integrate_watched(&scalar(dim, hill), &Domain::unit(dim), &options, &mut |progress| {
                if progress.finished {
                    return ControlFlow::Continue(());
                }
                steps.push((progress.evaluations, progress.estimates[0]));
                if steps.len() == at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        prop_assert!(steps.len() <= at && steps.iter().all(|s| s.0 <= BUDGET));
        prop_assert_eq!(report.stop == Stop::Cancelled, steps.len() == at);
        if report.stop == Stop::Cancelled {
            let (evaluations, seen) = steps[at - 1];
            let found = report.integrals[0];
            prop_assert_eq!(report.evaluations, evaluations);
            prop_assert!((found.value - seen.value).abs() <= 1e-12 * seen.value.abs(), "{found:?} {seen:?}");
            prop_assert!(found.error.is_finite() && (found.value - hill_integral(&vec![(0.0, 1.0); dim])).abs() < 0.5);
        }
    }

    #[test]
    fn jumps_and_kinks_at_random_places_are_not_stated_precisely_wrong(
        (number, dim) in method_and_dim().prop_filter("few dimensions", |m| m.1 <= 3),
        cut in prop::collection::vec(0.05..0.95f64, 6),
        jump in any::<bool>(),
        seed in any::<u64>(),
    ) {
        // Along the axes, so that the exact value is a product.
        let cut = &cut[..dim];
        let f = scalar(dim, |x| {
            x.iter().zip(cut).map(|(x, c)| if jump { 0.1 + f64::from(u8::from(x < c)) } else { (x - c).abs() }).product()
        });
        let exact = cut.iter().map(|c| if jump { 0.1 + c } else { 0.5 * (c * c + (1.0 - c).powi(2)) }).product();
        let options = Options::default().rtol(1e-2).max_evals(BUDGET).seed(seed);
        let report = method(number).integrate(&f, &Domain::unit(dim), &options).unwrap();
        prop_assert!(is_honest(number, &report, exact), "{:?} after {}, exact {exact}", report.integrals, report.evaluations);
    }
}

#[test]
fn slow_integrands_are_cancelled_in_time() {
    use std::time::{Duration, Instant};
    for number in 0..METHODS {
        let f = wide(2, 1, |x, y| {
            std::thread::sleep(Duration::from_micros(20));
            y[0] = x[0] * x[1];
        });
        let start = Instant::now();
        let report = method(number)
            .integrate_watched(&f, &Domain::unit(2), &Options::default().rtol(0.0).max_evals(1_000_000), &mut |_| {
                if start.elapsed() > Duration::from_millis(50) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert!(matches!(report.stop, Stop::Cancelled | Stop::Roundoff), "{number}: {:?}", report.stop);
    }
}

#[test]
fn memory_of_a_hundred_million_evaluations_is_bounded_by_what_is_stated() {
    const EVALS: u64 = 100_000_000;
    for (number, components) in [(0, 1), (1, 4)] {
        let f = vector(3, components, |x, y| {
            let kink = (x[0] + 0.7 * x[1] - 1.3 * x[2] - 0.1).abs();
            y.iter_mut().enumerate().for_each(|(c, y)| *y = kink + c as f64);
        });
        let options = Options::default().rtol(0.0).max_evals(EVALS);
        let report = method(number).integrate(&f, &Domain::unit(3), &options).unwrap();
        let Detail::Regions { regions, bytes_per_region, rule_points, .. } = report.detail else { panic!("no regions") };
        assert!(report.evaluations > EVALS - EVALS / 10 && report.evaluations <= EVALS, "{}", report.evaluations);
        // A refinement evaluates two regions and leaves one more than there was.
        assert_eq!(report.evaluations, (2 * regions - 1) * rule_points as u64);
        let memory = regions * bytes_per_region as u64;
        assert!(memory <= 256 << 20, "{memory} bytes for {regions} regions");
    }
}

#[test]
fn the_tolerance_is_the_larger_of_the_two() {
    let options = Options::default().rtol(1e-3).atol(2e-3);
    assert_eq!([options.tolerance(1.0), options.tolerance(-4.0)], [2e-3, 4e-3]);
}

/// What small regions along a jump do not follow has either sign. Counted in full it cost 2.6 times as much.
#[test]
fn jumps_along_the_axes_are_affordable() {
    let mut evaluations = 0;
    for member in 1..=40 {
        let [a, b] = [2f64.sqrt(), 3f64.sqrt()].map(|step| 0.1 + 0.8 * (f64::from(member) * step).fract());
        let f = scalar(2, move |x| if x[0] < a && x[1] < b { (x[0] + 2.0 * x[1]).exp() } else { 0.0 });
        let report = GenzMalik::default().integrate(&f, &Domain::unit(2), &Options::default().rtol(1e-3)).unwrap();
        let (found, exact) = (report.integrals[0], a.exp_m1() * (2.0 * b).exp_m1() / 2.0);
        assert!(report.converged() && (found.value - exact).abs() <= found.error, "{a} {b}: {found:?}, exactly {exact}");
        evaluations += report.evaluations;
    }
    assert!(evaluations <= 300_000, "{evaluations}");
}

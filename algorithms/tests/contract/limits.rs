//! Budgets, cancelling, memory, and bad input.

use super::{all, integrators, is_monte_carlo, peak, peak_integral};
use fubini_algorithms::{
    Cuhre, Detail, Domain, Error, ErrorLevel, GenzMalik, Integrator, Miser, Mixture, Options, Qmc, Stop, Suspect, Target, Train,
    Vegas, scalar, vector,
};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn the_budget_is_a_ceiling() {
    for integrator in integrators() {
        let share = match integrator.name() {
            "qmc" => 0.9,
            // Its points double: powers of two are what makes them even.
            "mixture" => 0.45,
            _ => 0.7,
        };
        for max_evals in [1_000, 4_321, 50_000, 1_000_003] {
            let count = AtomicU64::new(0);
            let f = scalar(3, |x| {
                count.fetch_add(1, Ordering::Relaxed);
                (x[0] - 0.7 * x[1] - 0.2 * x[2]).abs().sqrt()
            });
            let options = Options::default().rtol(0.0).max_evals(max_evals);
            let report = integrator.integrate(&f, &Domain::unit(3), &options).unwrap();
            assert_eq!(report.stop, Stop::Budget, "{}", integrator.name());
            assert_eq!(
                report.evaluations,
                count.load(Ordering::Relaxed),
                "{}: what is reported is what was evaluated",
                integrator.name()
            );
            assert!(report.evaluations <= max_evals, "{}", integrator.name());
            assert!(
                report.evaluations as f64 >= share * max_evals as f64,
                "{} uses its budget: {}",
                integrator.name(),
                report.evaluations
            );
        }
    }
}

#[test]
fn a_budget_that_buys_nothing_is_an_error_that_says_what_it_takes() {
    for integrator in integrators() {
        let options = Options::default().max_evals(3);
        match integrator.integrate(&scalar(3, peak), &Domain::unit(3), &options) {
            Err(Error::Budget { needed, .. }) => {
                let enough = Options::default().max_evals(needed);
                let found = integrator.integrate(&scalar(3, peak), &Domain::unit(3), &enough);
                assert!(found.is_ok(), "{}, {needed}: {found:?}", integrator.name());
            }
            other => panic!("{}: {other:?}", integrator.name()),
        }
    }
}

#[test]
fn an_observer_sees_progress_and_can_cancel() {
    for integrator in integrators() {
        let mut seen = Vec::new();
        let report = integrator
            .integrate_watched(&scalar(3, peak), &Domain::unit(3), &Options::default().rtol(0.0), &mut |progress| {
                seen.push(progress.evaluations);
                assert_eq!(progress.estimates.len(), 1);
                if seen.len() == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert_eq!(report.stop, Stop::Cancelled, "{}", integrator.name());
        assert_eq!(seen.len(), 5);
        assert!(seen.is_sorted() && report.evaluations >= seen[4]);
        assert!((report.integrals[0].value - peak_integral(3)).abs() < 0.5 * peak_integral(3), "what was found is kept");
    }
}

#[test]
fn isolated_singular_points_are_counted_as_zero() {
    for integrator in integrators() {
        // 1/r at the centre of a symmetric box: rules have a node there.
        let f = scalar(3, |x| 1.0 / (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt());
        let (rtol, sigmas) = if is_monte_carlo(&*integrator) { (2e-3, 4.0) } else { (1e-4, 1.0) };
        let report = integrator.integrate(&f, &Domain::centred(3, 1.0).unwrap(), &Options::default().rtol(rtol)).unwrap();
        let exact = 12.0 * (2.0 + 3.0f64.sqrt()).ln() - 2.0 * std::f64::consts::PI;
        let found = report.integrals[0];
        assert!(
            report.converged() && (found.value - exact).abs() <= sigmas * found.error,
            "{}: {found:?} {exact}",
            integrator.name()
        );
    }
}

#[test]
fn too_many_values_that_are_not_finite_are_an_error_that_shows_the_first() {
    for integrator in all() {
        for value in [f64::NAN, f64::INFINITY] {
            let f = vector(2, 2, |x, y| (y[0], y[1]) = (1.0, if x[0] > 0.5 { value } else { 1.0 }));
            let options = Options::default().rtol(1e-9).max_evals(20_000).ratio(0, 1);
            let error = integrator.integrate(&f, &Domain::unit(2), &options).unwrap_err();
            let Error::NotFinite { count, evaluations, point, values } = error else { panic!("{}: {error}", integrator.name()) };
            assert!(count > evaluations / 10 && point.len() == 2 && point[0] > 0.5);
            assert!(values[0] == 1.0 && !values[1].is_finite());
        }
    }
}

#[test]
fn a_panic_in_the_integrand_reaches_the_caller_and_leaves_the_pool_usable() {
    for integrator in integrators() {
        for threads in [1, 2] {
            let f = scalar(2, |x| if x[0] > 0.9 { panic!("a bug of the user's") } else { x[0] });
            let options = Options::default().rtol(0.0).max_evals(100_000).threads(threads);
            let run = || integrator.integrate(&f, &Domain::unit(2), &options);
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug of the user's"));
            assert!(
                integrator
                    .integrate(&scalar(2, |x| x[0]), &Domain::unit(2), &Options::default().threads(threads).rtol(1e-2))
                    .is_ok()
            );
        }
    }
}

#[test]
fn wrong_dimensions_and_settings_are_refused() {
    for integrator in all() {
        let f = scalar(3, peak);
        let refused = |domain: &Domain, options: &Options| integrator.integrate(&f, domain, options).unwrap_err();
        assert_eq!(refused(&Domain::unit(2), &Options::default()), Error::Dimension { integrand: 3, what: "domain", given: 2 });
        let unit = Domain::unit(3);
        assert!(matches!(refused(&unit, &Options::default().rtol(f64::NAN)), Error::Tolerance { name: "rtol", .. }));
        assert_eq!(refused(&unit, &Options::default().atol(-1.0)), Error::Tolerance { name: "atol", value: -1.0 });
        assert_eq!(refused(&unit, &Options::default().threads(0)), Error::Threads);
        let ceiling = fubini_algorithms::max_threads();
        let error = refused(&unit, &Options::default().threads(ceiling + 1));
        assert_eq!(error, Error::TooManyThreads { threads: ceiling + 1, ceiling });
        assert!(ceiling >= 64 && error.to_string().contains(&ceiling.to_string()), "{error}");
        assert_eq!(refused(&unit, &Options::default().ratio(0, 1)), Error::Component { index: 1, components: 1 });
        assert_eq!(refused(&unit, &Options::default().target(Target::Ratio)), Error::Component { index: 1, components: 1 });
    }
    assert!(Domain::new(&[(0.0, f64::NAN)]).is_err());
    assert!(Domain::new(&[(f64::INFINITY, f64::INFINITY)]).is_err());
    assert!(Domain::new(&[(-f64::MAX, f64::MAX)]).is_err(), "an interval whose length overflows");
}

#[test]
fn memory_is_a_ceiling_and_a_run_that_reaches_it_has_a_result() {
    // A run that took all memory was killed without a word.
    let kink = scalar(3, |x| (x[0] - 0.7 * x[1] - 0.2 * x[2]).abs());
    for integrator in [&GenzMalik::default() as &dyn Integrator, &Cuhre::default()] {
        let options = Options::default().rtol(1e-9).max_evals(20_000_000);
        let report = integrator.integrate(&kink, &Domain::unit(3), &options.clone().max_memory(2_000_000)).unwrap();
        let Detail::Regions { bytes_per_region, regions, .. } = report.detail else { panic!("no regions") };
        let used = regions * bytes_per_region as u64;
        assert!(report.stop == Stop::Memory && !report.converged(), "{report:?}");
        assert!((400_000..1_000_000).contains(&used), "{used} bytes of regions");
        let reference = integrator.integrate(&kink, &Domain::unit(3), &options.max_evals(1_000_000)).unwrap();
        let off = (report.integrals[0].value - reference.integrals[0].value).abs();
        assert!(off <= report.integrals[0].error + reference.integrals[0].error);
    }
    // Covariances of ten thousand components: 1.6 GB were taken where nobody had asked.
    let many = vector(1, 10_000, |x, y| y.fill(x[0]));
    let samplers: [&dyn Integrator; 5] =
        [&Vegas::default(), &Qmc::default(), &Miser::default(), &Mixture::default(), &Train::default()];
    for integrator in samplers {
        let options = Options::default().max_evals(20_000).max_memory(1_000_000_000);
        let error = integrator.integrate(&many, &Domain::unit(1), &options).unwrap_err();
        assert!(matches!(error, Error::Memory { needed, .. } if needed > 1_000_000_000), "{error}");
    }
}

#[test]
fn memory_per_region_is_stated_and_small() {
    let f = vector(6, 2, |x, y| (y[0], y[1]) = (peak(x), 1.0));
    for (level, most) in [(ErrorLevel::Fast, 180), (ErrorLevel::Standard, 230)] {
        let options = Options::default().rtol(0.0).max_evals(20_000).ratio(0, 1).error_level(level);
        let report = Cuhre::default().integrate(&f, &Domain::unit(6), &options).unwrap();
        let Detail::Regions { bytes_per_region, regions, .. } = report.detail else { panic!("no regions") };
        assert!(bytes_per_region <= most && regions * 2 * 453 <= 20_000 + 2 * 453, "{bytes_per_region} {regions}");
    }
}

#[test]
fn what_overflows_is_named_and_costs_little() {
    // The integrand was blamed for its Jacobian, and an overflow of sums was noticed when the budget had ended.
    let wide = Domain::new(&[(0.0, 1.0), (0.0, 10.0)]).unwrap();
    for integrator in integrators() {
        let error = integrator.integrate(&scalar(2, |_| 1e308), &wide, &Options::default()).unwrap_err();
        assert!(matches!(error, Error::Jacobian { .. }), "{}: {error}", integrator.name());
    }
    for integrator in integrators().iter().filter(|integrator| !["vegas", "miser"].contains(&integrator.name())) {
        let count = AtomicU64::new(0);
        let huge = scalar(2, |x| {
            count.fetch_add(1, Ordering::Relaxed);
            1.7e308 * x[0]
        });
        match integrator.integrate(&huge, &Domain::unit(2), &Options::default().max_evals(10_000_000)) {
            Ok(report) => assert!((report.integrals[0].value / 0.85e308 - 1.0).abs() < 1e-5, "{}: {report:?}", integrator.name()),
            Err(error) => assert_eq!(error, Error::Overflow { component: 0 }),
        }
        assert!(count.load(Ordering::Relaxed) < 1_000_000, "{}: {count:?}", integrator.name());
    }
}

#[test]
fn coordinates_that_are_coarser_than_the_error_are_told() {
    // Neighbouring nodes were the same float, and the result was off by a million stated errors.
    for integrator in integrators() {
        let run = |lo: f64| {
            let f = scalar(2, move |x| (x[0] - lo).exp() + x[1]);
            integrator
                .integrate(&f, &Domain::new(&[(lo, lo + 1.0), (0.0, 1.0)]).unwrap(), &Options::default().rtol(1e-5))
                .unwrap()
        };
        for (lo, coarse) in [(1e15, true), (-1e13, true), (1e6, false), (0.0, false)] {
            let report = run(lo);
            assert_eq!(report.suspect == Some(Suspect::Coarse), coarse, "{} at {lo}: {report:?}", integrator.name());
        }
    }
}

//! The promises that every integrator keeps, in one table.

use fubini_algorithms::coordinates::{AxisMap, Spherical, Within};
use fubini_algorithms::{
    Cuhre, Detail, Domain, Error, ErrorLevel, GenzMalik, Integrand, Integrator, LaneIntegrand, Options, Qmc, Report, Simd, Stop,
    Target, Vegas, Vmc, scalar, simd::Lanes, vector, wide,
};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every method in every variant that takes another path. `Vmc` is missing where a promise is about integrals or a domain
/// without a density, since it finds ratios alone: those who can ask for a ratio use [`all`], the rest is in `vmc.rs`.
fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default()),
        Box::new(Cuhre::default().degree(7)),
        Box::new(Cuhre::default().degree(9)),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
    ]
}

/// The same with the methods that find ratios only.
fn all() -> Vec<Box<dyn Integrator>> {
    let mut all = integrators();
    all.push(Box::new(Vmc::default()));
    all
}

fn is_monte_carlo(integrator: &dyn Integrator) -> bool {
    matches!(integrator.name(), "vegas" | "qmc" | "vmc")
}

/// A tolerance that the method reaches in a moment, and the stated errors within which it must be right: a rule's
/// error is a bound, one of Monte Carlo a standard deviation.
fn tolerance(integrator: &dyn Integrator) -> (f64, f64) {
    if is_monte_carlo(integrator) { (2e-3, 4.0) } else { (1e-6, 1.0) }
}

/// A smooth peak, not at the centre.
fn peak(x: &[f64]) -> f64 {
    x.iter().enumerate().map(|(d, x)| 1.0 / (0.1 + (x - 0.3 - 0.1 * d as f64).powi(2))).product()
}

fn peak_integral(dim: usize) -> f64 {
    let side = |d: usize| {
        let (c, w) = (0.3 + 0.1 * d as f64, 0.1f64.sqrt());
        (((1.0 - c) / w).atan() + (c / w).atan()) / w
    };
    (0..dim).map(side).product()
}

/// Everything in a report but times, as bits.
fn bits(report: &Report) -> Vec<u64> {
    let estimates = report.integrals.iter().chain(&report.ratios).flat_map(|e| [e.value.to_bits(), e.error.to_bits()]);
    let covariance = report.covariance.iter().flatten().map(|c| c.to_bits());
    estimates.chain(covariance).chain([report.evaluations, report.non_finite]).collect()
}

#[test]
fn smooth_integrals_are_right_within_the_stated_error_at_the_tolerance_asked() {
    for integrator in integrators() {
        let (rtol, sigmas) = tolerance(&*integrator);
        for dim in [2, 3, 5] {
            let report = integrator.integrate(&scalar(dim, peak), &Domain::unit(dim), &Options::default().rtol(rtol)).unwrap();
            let (found, exact) = (report.integrals[0], peak_integral(dim));
            assert!(report.converged(), "{} in {dim} dimensions", integrator.name());
            assert!(found.error <= rtol * found.value.abs());
            assert!(
                (found.value - exact).abs() <= sigmas * found.error,
                "{} in {dim}: {found:?}, exact {exact}",
                integrator.name()
            );
        }
    }
}

#[test]
fn ratios_are_right_within_the_stated_error_at_the_tolerance_asked() {
    for integrator in all() {
        let (rtol, sigmas) = tolerance(&*integrator);
        for dim in [2, 3, 5] {
            let f = vector(dim, 2, |x, y| (y[0], y[1]) = ((2.0 + x[0]) * peak(x), peak(x)));
            let report = integrator.integrate(&f, &Domain::unit(dim), &Options::default().rtol(rtol).ratio(0, 1)).unwrap();
            let (found, side) = (report.ratio().unwrap(), (0.49f64 + 0.1).ln() - (0.09f64 + 0.1).ln());
            // ∫ x / (0.1 + (x − 0.3)²) = 0.3 ∫ 1 / (0.1 + (x − 0.3)²) + ½ ln of the values at the ends.
            let exact = 2.3 + 0.5 * side / peak_integral(1);
            assert!(report.converged() && found.error <= rtol * found.value.abs(), "{} in {dim}: {report:?}", integrator.name());
            assert!((found.value - exact).abs() <= sigmas * found.error, "{} in {dim}: {found:?} {exact}", integrator.name());
        }
    }
}

#[test]
fn one_dimension_works() {
    for integrator in integrators() {
        if integrator.name() == "cuhre" && integrator.integrate(&scalar(1, peak), &Domain::unit(1), &Options::default()).is_err()
        {
            continue; // A degree was asked for that has no rule in one dimension.
        }
        let (rtol, sigmas) = tolerance(&*integrator);
        let report = integrator.integrate(&scalar(1, peak), &Domain::unit(1), &Options::default().rtol(rtol)).unwrap();
        let found = report.integrals[0];
        assert!(report.converged() && (found.value - peak_integral(1)).abs() <= sigmas * found.error, "{}", integrator.name());
    }
}

#[test]
fn the_budget_is_a_ceiling() {
    for integrator in integrators() {
        // The points of qmc double: powers of two are what makes them even.
        let share = if integrator.name() == "qmc" { 0.45 } else { 0.7 };
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
                assert!(integrator.integrate(&scalar(3, peak), &Domain::unit(3), &enough).is_ok(), "{}", integrator.name());
            }
            other => panic!("{}: {other:?}", integrator.name()),
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    for integrator in all() {
        let f = vector(3, 2, |x, y| (y[0], y[1]) = (peak(x), peak(x) * x[0]));
        for options in
            [Options::default().rtol(1e-4).max_evals(300_000), Options::default().rtol(1e-5).ratio(1, 0).max_evals(300_000)]
        {
            if integrator.name() == "vmc" && options.target == Target::Each {
                continue;
            }
            let run = |threads| bits(&integrator.integrate(&f, &Domain::unit(3), &options.clone().threads(threads)).unwrap());
            let one = run(1);
            for threads in [2, 3, 8] {
                assert_eq!(one, run(threads), "{} with {threads} threads", integrator.name());
            }
        }
    }
}

#[test]
fn the_batches_that_an_integrand_prefers_do_not_change_a_bit() {
    /// The peak, in batches of its own choice.
    struct Batched {
        preferred: usize,
        largest: AtomicU64,
    }
    impl Integrand for Batched {
        fn dim(&self) -> usize {
            3
        }
        fn preferred_batch(&self) -> usize {
            self.preferred
        }
        fn eval(&self, points: fubini_algorithms::Points<'_>, values: &mut fubini_algorithms::Values<'_>) {
            self.largest.fetch_max(points.len() as u64, Ordering::Relaxed);
            let mut x = [0.0; 3];
            for i in 0..points.len() {
                points.copy_point(i, &mut x);
                values.component(0)[i] = peak(&x);
            }
        }
    }
    for integrator in integrators() {
        let options = Options::default().rtol(tolerance(&*integrator).0 * 1e-1);
        let [plain, small, large] = [1024, 1, 20_000].map(|preferred| {
            let f = Batched { preferred, largest: AtomicU64::new(0) };
            let report = integrator.integrate(&f, &Domain::unit(3), &options).unwrap();
            (bits(&report), f.largest.into_inner())
        });
        assert!(plain.0 == small.0 && plain.0 == large.0, "{}", integrator.name());
        assert!(is_monte_carlo(&*integrator) || (small.1 < plain.1 && plain.1 < large.1), "{}: {large:?}", integrator.name());
    }
}

#[test]
fn the_regions_at_the_end_tile_the_cube_and_add_up_to_the_result() {
    for integrator in integrators() {
        let f = vector(2, 2, |x, y| (y[0], y[1]) = (peak(x), x[0] * peak(x)));
        let mut regions = Vec::new();
        let options = Options::default().rtol(1e-3).ratio(1, 0);
        let report = integrator
            .integrate_watched(&f, &Domain::unit(2), &options, &mut |progress| {
                regions = progress.snapshot.regions();
                ControlFlow::Continue(())
            })
            .unwrap();
        if is_monte_carlo(&*integrator) {
            assert!(regions.is_empty());
            continue;
        }
        let Detail::Regions { regions: number, .. } = report.detail else { unreachable!("a rule has regions") };
        let volume: f64 = regions.iter().map(|r| (r.hi[0] - r.lo[0]) * (r.hi[1] - r.lo[1])).sum();
        assert!(regions.len() as u64 == number && volume == 1.0, "{}", integrator.name());
        for (c, integral) in report.integrals.iter().enumerate() {
            let sum = |of: fn(&fubini_algorithms::Estimate) -> f64| -> f64 { regions.iter().map(|r| of(&r.integrals[c])).sum() };
            assert!((sum(|e| e.value) - integral.value).abs() <= 1e-14 * integral.value.abs());
            // No less is stated than a thousandth of the tolerance.
            let stated = sum(|e| e.error).max(1e-3 * options.tolerance(integral.value));
            assert!((stated - integral.error).abs() <= 1e-12 * integral.error);
        }
    }
}

#[test]
fn a_vector_integrand_equals_its_components() {
    for integrator in integrators() {
        let options = Options::default().rtol(0.0).max_evals(60_000);
        let both = vector(3, 2, |x, y| (y[0], y[1]) = (peak(x), 4.0 * peak(x)));
        let report = integrator.integrate(&both, &Domain::unit(3), &options).unwrap();
        let alone = integrator.integrate(&scalar(3, peak), &Domain::unit(3), &options).unwrap();
        let (a, b, c) = (report.integrals[0], report.integrals[1], alone.integrals[0]);
        assert!((b.value / a.value - 4.0).abs() < 1e-12 && (b.error / a.error - 4.0).abs() < 1e-6, "{}", integrator.name());
        // Proportional components ask rules for the same refinement as one of them. The map and the strata of Monte
        // Carlo see rounding errors, and a sample more here or there changes the stream: equal within the errors.
        let apart = if is_monte_carlo(&*integrator) { 3.0 * a.error.hypot(c.error) } else { 1e-12 * c.value.abs() };
        assert!((a.value - c.value).abs() <= apart, "{}: {a:?} {c:?}", integrator.name());
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
        assert_eq!(refused(&unit, &Options::default().ratio(0, 1)), Error::Component { index: 1, components: 1 });
        assert_eq!(refused(&unit, &Options::default().target(Target::Ratio)), Error::Component { index: 1, components: 1 });
    }
    assert!(Domain::new(&[(0.0, f64::NAN)]).is_err());
    assert!(Domain::new(&[(f64::INFINITY, f64::INFINITY)]).is_err());
    assert!(Domain::new(&[(-f64::MAX, f64::MAX)]).is_err(), "an interval whose length overflows");
}

#[test]
fn domains_without_volume_give_zero_and_reversed_ones_the_opposite_sign() {
    for integrator in integrators() {
        let (rtol, sigmas) = tolerance(&*integrator);
        let options = Options::default().rtol(rtol);
        let integral = |limits: &[(f64, f64)]| {
            let report =
                integrator.integrate(&scalar(2, |x| x[0] + x[1] * x[1]), &Domain::new(limits).unwrap(), &options).unwrap();
            assert!(report.converged());
            (report.integrals[0], report.evaluations)
        };
        let (flat, evaluations) = integral(&[(0.0, 2.0), (1.0, 1.0)]);
        assert_eq!((flat.value, flat.error, evaluations), (0.0, 0.0, 0));
        for (limits, sign) in [([(0.0, 2.0), (0.0, 1.0)], 1.0), ([(2.0, 0.0), (0.0, 1.0)], -1.0), ([(2.0, 0.0), (1.0, 0.0)], 1.0)]
        {
            let (found, _) = integral(&limits);
            let exact = sign * (2.0 / 3.0 + 2.0);
            assert!((found.value - exact).abs() <= sigmas * found.error + 1e-15, "{}: {found:?} {exact}", integrator.name());
        }
    }
}

#[test]
fn constant_and_zero_integrands_converge_at_once() {
    for integrator in integrators() {
        for dim in [1, 2, 4] {
            if dim == 1 && integrator.integrate(&scalar(1, |_| 0.0), &Domain::unit(1), &Options::default()).is_err() {
                continue;
            }
            let zero = integrator.integrate(&scalar(dim, |_| 0.0), &Domain::unit(dim), &Options::default()).unwrap();
            assert!(
                zero.converged() && zero.integrals[0].value == 0.0 && zero.integrals[0].error == 0.0,
                "{}",
                integrator.name()
            );
            let domain = Domain::new(&vec![(-1.0, 2.0); dim]).unwrap();
            let constant = integrator.integrate(&scalar(dim, |_| 0.1), &domain, &Options::default()).unwrap();
            let (found, exact) = (constant.integrals[0], 0.1 * 3f64.powi(dim as i32));
            assert!(constant.converged() && constant.evaluations < 1_000_000, "{}", integrator.name());
            assert!((found.value - exact).abs() <= 1e-13 * exact, "{}: {found:?}", integrator.name());
        }
    }
}

#[test]
fn infinite_sides_and_curvilinear_coordinates_work() {
    let infinity = f64::INFINITY;
    for integrator in integrators() {
        let (rtol, sigmas) = tolerance(&*integrator);
        let options = Options::default().rtol(rtol);
        let check = |found: Report, exact: f64| {
            let e = found.integrals[0];
            assert!(found.converged() && (e.value - exact).abs() <= sigmas * e.error, "{}: {e:?} {exact}", integrator.name());
        };
        let gauss = scalar(2, |x| (-x[0] * x[0] - x[1] * x[1]).exp());
        let quarter = std::f64::consts::PI / 4.0;
        let integrate = |limits: &[(f64, f64)]| integrator.integrate(&gauss, &Domain::new(limits).unwrap(), &options).unwrap();
        check(integrate(&[(-infinity, infinity), (-infinity, infinity)]), 4.0 * quarter);
        check(integrate(&[(0.0, infinity), (-infinity, 0.0)]), quarter);
        check(integrate(&[(infinity, 0.0), (-infinity, 0.0)]), -quarter);
        // An algebraic tail, and the volume of a spherical shell.
        let cauchy = scalar(2, |x| 1.0 / ((1.0 + x[0] * x[0]) * (1.0 + x[1] * x[1])));
        let plane = Domain::new(&[(-infinity, infinity); 2]).unwrap();
        check(integrator.integrate(&cauchy, &plane, &options).unwrap(), std::f64::consts::PI.powi(2));
        let sphere = Spherical::new(1, AxisMap::Above { lo: 0.0, scale: 1.0 });
        let shell = Domain::new(&[(1.0, 2.0), (-1.0, 1.0), (0.0, std::f64::consts::TAU)]).unwrap();
        let shell = Within::new(sphere, shell).unwrap();
        check(integrator.integrate(&scalar(3, |_| 1.0), &shell, &options).unwrap(), 28.0 / 3.0 * std::f64::consts::PI);
    }
}

#[test]
fn all_adapters_describe_the_same_function() {
    struct Product;
    impl LaneIntegrand for Product {
        fn dim(&self) -> usize {
            3
        }
        fn components(&self) -> usize {
            2
        }
        #[inline(always)]
        fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
            y[0] = x[0] * x[1] * x[2];
            y[1] = x[0] + x[1] + x[2];
        }
    }
    let one_by_one = vector(3, 2, |x, y| (y[0], y[1]) = (x[0] * x[1] * x[2], x[0] + x[1] + x[2]));
    let eight = wide(3, 2, |x, y| (y[0], y[1]) = (x[0] * x[1] * x[2], x[0] + x[1] + x[2]));
    let integrands: [&dyn Integrand; 3] = [&one_by_one, &eight, &Simd(Product)];
    for integrator in all() {
        let options = Options::default().rtol(0.0).max_evals(11_007).ratio(0, 1);
        let run = |f: &dyn Integrand| bits(&integrator.integrate(f, &Domain::unit(3), &options).unwrap());
        let all = integrands.map(run);
        assert!(all[0] == all[1] && all[1] == all[2], "{}", integrator.name());
    }
}

#[test]
fn seeds_matter_to_monte_carlo_alone() {
    for integrator in integrators() {
        let run = |seed| {
            bits(&integrator.integrate(&scalar(2, peak), &Domain::unit(2), &Options::default().rtol(1e-3).seed(seed)).unwrap())
        };
        assert_eq!(run(1) == run(2), !is_monte_carlo(&*integrator), "{}", integrator.name());
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

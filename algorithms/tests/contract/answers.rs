//! Right answers, whatever the integrand looks like.

use super::takes;
use super::{all, bits, integrators, is_monte_carlo, peak, peak_integral, tolerance};
use fubini_algorithms::coordinates::{AxisMap, Spherical, Within};
use fubini_algorithms::{
    Cuhre, Detail, Domain, ErrorKind, Integrand, Integrator, LaneIntegrand, Options, Report, Simd, Stop, Suspect, scalar,
    simd::Lanes, vector, wide,
};
use std::ops::ControlFlow;

#[test]
fn smooth_integrals_are_right_within_the_stated_error_at_the_tolerance_asked() {
    for integrator in integrators() {
        let (rtol, sigmas) = tolerance(&*integrator);
        for dim in [2, 3, 5].into_iter().filter(|dim| takes(&*integrator, *dim)) {
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
        for dim in [2, 3, 5].into_iter().filter(|dim| takes(&*integrator, *dim)) {
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
        if report.error_kind() == ErrorKind::StandardDeviation {
            assert!(regions.is_empty());
            continue;
        }
        let (Detail::Regions { regions: number, .. } | Detail::Grids { regions: number, .. }) = report.detail else {
            unreachable!("a rule has regions")
        };
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
            assert!(zero.integrals[0].value == 0.0 && zero.integrals[0].error == 0.0, "{}", integrator.name());
            assert_eq!((zero.stop, zero.suspect), (Stop::Converged, Some(Suspect::AllZero)), "{}", integrator.name());
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
fn an_integrand_may_itself_integrate_on_the_same_threads() {
    // ∫∫ (∫ exp(x y z) dz) dx dy = Σ_k 1 / (k! (k + 1)³)
    let inner = |x: f64, y: f64| {
        let f = scalar(1, move |z| (x * y * z[0]).exp());
        Cuhre::default().integrate(&f, &Domain::unit(1), &Options::default().rtol(1e-10)).unwrap().integrals[0].value
    };
    let term = |k: i32| 1.0 / ((1..=k).map(f64::from).product::<f64>() * f64::from(k + 1).powi(3));
    let exact: f64 = (0..25).map(term).sum();
    for integrator in integrators() {
        let (rtol, sigmas) = tolerance(&*integrator);
        let options = Options::default().rtol(rtol).max_evals(20_000).threads(3);
        let found = integrator.integrate(&scalar(2, |x| inner(x[0], x[1])), &Domain::unit(2), &options).unwrap().integrals[0];
        assert!((found.value - exact).abs() <= sigmas * found.error, "{}: {found:?}, exact {exact}", integrator.name());
    }
}

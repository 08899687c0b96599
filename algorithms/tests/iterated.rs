//! Limits that depend on the variables before, breaks, and stretched ends: exact values by every method, bits, and refusals.

use fubini_algorithms::coordinates::{Coordinates, Iterated, Limit, Limits};
use fubini_algorithms::{Cuhre, Error, Estimate, GenzMalik, Integrand, Integrator, Options, Qmc, Report, Vegas, scalar};
use std::f64::consts::PI;

/// √(R² − Σx²) of the variables before, or its negative.
fn sphere(dim: usize, sign: f64) -> Limit<'static> {
    Limit::varying(scalar(dim, move |x| sign * (1.0 - x.iter().map(|x| x * x).sum::<f64>()).sqrt()))
}

/// The unit ball as an iterated integral.
fn ball(dim: usize) -> Iterated<'static> {
    let later = (1..dim).map(|d| Limits::new(sphere(d, -1.0), sphere(d, 1.0)));
    Iterated::new([Limits::new(-1.0, 1.0)].into_iter().chain(later).collect()).unwrap()
}

/// x₁ > x₂ > … > 0 with x₁ < 1.
fn ordered(dim: usize) -> Iterated<'static> {
    let later = (1..dim).map(|d| Limits::new(0.0, Limit::varying(scalar(d, move |x| x[d - 1]))));
    Iterated::new([Limits::new(0.0, 1.0)].into_iter().chain(later).collect()).unwrap()
}

fn run(method: &dyn Integrator, f: &dyn Integrand, domain: &dyn Coordinates, rtol: f64) -> Report {
    method.integrate(f, domain, &Options::default().rtol(rtol).max_evals(20_000_000)).unwrap()
}

/// The stated error holds, met the tolerance, and cost no more than this.
fn meets(report: &Report, exact: f64, rtol: f64, evaluations: u64, what: &str) {
    let Estimate { value, error } = report.integrals[0];
    let off = (value - exact).abs();
    println!("{what}: {value} off {off:.1e} stated {error:.1e} after {} {:?}", report.evaluations, report.stop);
    assert!(report.converged(), "{what}: {:?} {:?}", report.stop, report.suspect);
    assert!(off <= error.max(16.0 * f64::EPSILON * exact.abs()), "{what}: {value} ± {error}, exact {exact}");
    assert!(error <= rtol * value.abs() && report.evaluations <= evaluations, "{what}: {} evaluations", report.evaluations);
}

const BALLS: [f64; 5] = [PI, 4.0 * PI / 3.0, PI * PI / 2.0, 8.0 * PI * PI / 15.0, PI * PI * PI / 6.0];

#[test]
fn balls_have_their_volumes_and_moments() {
    for (dim, rtol, limit) in
        [(2, 1e-10, 3_000), (3, 1e-10, 200_000), (4, 1e-6, 2_000_000), (5, 1e-3, 1_000_000), (6, 1e-2, 1_000_000)]
    {
        let (volume, square) = (BALLS[dim - 2], BALLS[dim - 2] / (dim as f64 + 2.0));
        meets(&run(&Cuhre::default(), &scalar(dim, |_| 1.0), &ball(dim), rtol), volume, rtol, limit, &format!("ball {dim}"));
        let f = scalar(dim, |x| x[x.len() - 1] * x[x.len() - 1]);
        meets(&run(&Cuhre::default(), &f, &ball(dim), rtol), square, rtol, limit, &format!("x² over the ball {dim}"));
    }
}

#[test]
fn polynomials_over_ordered_variables_are_exact() {
    for dim in 2..=4 {
        let factorial: f64 = (1..=dim).map(|k| k as f64).product();
        let volume = run(&Cuhre::default(), &scalar(dim, |_| 1.0), &ordered(dim), 1e-10);
        meets(&volume, 1.0 / factorial, 1e-10, 200_000, &format!("ordered {dim}"));
        // The smallest of them: E = 1/(dim + 1).
        let f = scalar(dim, |x| x[x.len() - 1]);
        meets(
            &run(&Cuhre::default(), &f, &ordered(dim), 1e-10),
            1.0 / factorial / (dim as f64 + 1.0),
            1e-10,
            200_000,
            "the smallest",
        );
    }
}

#[test]
fn every_method_is_right_within_its_error_over_a_wedge() {
    // ∫₀¹ ∫₀ˣ e^(xy) dy dx = Σ 1/(n! (n+1) (2n+2)).
    let mut term = 1.0;
    let exact: f64 = (0..20)
        .map(|n| {
            if n > 0 {
                term /= f64::from(n);
            }
            term / (f64::from(n + 1) * f64::from(2 * n + 2))
        })
        .sum();
    let f = scalar(2, |x| (x[0] * x[1]).exp());
    for (method, rtol) in methods() {
        let report = run(method.as_ref(), &f, &ordered(2), rtol);
        let Estimate { value, error } = report.integrals[0];
        assert!(report.converged() && error <= rtol * value, "{}", method.name());
        assert!((value - exact).abs() <= 4.0 * error.max(f64::EPSILON), "{}: {value} ± {error}, {exact}", method.name());
    }
}

fn methods() -> [(Box<dyn Integrator>, f64); 4] {
    [
        (Box::new(Cuhre::default()), 1e-10),
        (Box::new(GenzMalik::default()), 1e-7),
        (Box::new(Vegas::default()), 1e-3),
        (Box::new(Qmc::default()), 1e-5),
    ]
}

#[test]
fn ends_may_be_infinite_at_all_points_or_at_some_and_reversed() {
    // ∫₀^∞ dx ∫ₓ^∞ dy e^(−y) = 1.
    let tail = || Limits::new(Limit::varying(scalar(1, |x| x[0])), f64::INFINITY);
    let f = scalar(2, |x| (-x[1]).exp());
    let above = Iterated::new(vec![Limits::new(0.0, f64::INFINITY), tail()]).unwrap();
    meets(&run(&Cuhre::default(), &f, &above, 1e-8), 1.0, 1e-8, 100_000, "above");
    // The same upside down, and reversed.
    let f = scalar(2, |x| x[1].exp());
    let below = Limits::new(Limit::varying(scalar(1, |x| -x[0])), f64::NEG_INFINITY);
    let below = Iterated::new(vec![Limits::new(0.0, f64::INFINITY), below]).unwrap();
    let report = run(&Cuhre::default(), &f, &below, 1e-8);
    assert!((report.integrals[0].value + 1.0).abs() <= report.integrals[0].error && report.converged());
    // To infinity where x > 0, to 1 where not: ∫₋₁¹ dx ∫₀^… dy e^(−y) = 2 − 1/e.
    let some = Limit::varying(scalar(1, |x| if x[0] > 0.0 { f64::INFINITY } else { 1.0 }));
    let some = Iterated::new(vec![Limits::new(-1.0, 1.0).broken_at(0.0), Limits::new(0.0, some)]).unwrap();
    let f = scalar(2, |x| (-x[1]).exp());
    meets(&run(&Cuhre::default(), &f, &some, 1e-8), 2.0 - (-1f64).exp(), 1e-8, 20_000, "some");
    // ∫₋₁¹ dx ∫₀ˣ dy y = 1/3, where the length counts as negative for x < 0; ∫₋₁¹ dx ∫₀ˣ dy = 0.
    let crossing = || Iterated::new(vec![Limits::new(-1.0, 1.0), Limits::new(0.0, Limit::varying(scalar(1, |x| x[0])))]).unwrap();
    meets(&run(&Cuhre::default(), &scalar(2, |x| x[1]), &crossing(), 1e-10), 1.0 / 3.0, 1e-10, 3_000, "crossing");
    let zero = Cuhre::default().integrate(&scalar(2, |_| 1.0), &crossing(), &Options::default().atol(1e-10)).unwrap();
    assert!(zero.integrals[0].value.abs() < 1e-14 && zero.converged());
    let nothing = Iterated::new(vec![Limits::new(2.0, 2.0), Limits::new(0.0, Limit::varying(scalar(1, |x| x[0])))]).unwrap();
    assert_eq!(run(&Cuhre::default(), &scalar(2, |_| 1.0), &nothing, 1e-6).integrals[0].value, 0.0);
}

#[test]
fn breaks_make_jumps_exact_on_planes_and_graphs_also_outside_and_reversed() {
    let parabola = || Limit::varying(scalar(1, |x| x[0] * x[0]));
    // 1 above y = x² and 5 below, x halved at 0.3 where the value doubles.
    let f = scalar(2, |x| (if x[1] > x[0] * x[0] { 1.0 } else { 5.0 }) * if x[0] > 0.3 { 2.0 } else { 1.0 });
    let below = |a: f64, b: f64| (b.powi(3) - a.powi(3)) / 3.0;
    let exact = (0.3 + 4.0 * below(0.0, 0.3)) + 2.0 * (0.7 + 4.0 * below(0.3, 1.0));
    for (lo, hi, sign) in [(0.0, 1.0, 1.0), (1.0, 0.0, -1.0)] {
        // One that lies outside, and one that is not a number, cut nothing.
        let x = Limits::new(0.0, 1.0).broken_at(0.3).broken_at(7.0);
        let y = Limits::new(lo, hi).broken_at(parabola()).broken_at(Limit::varying(scalar(1, |_| f64::NAN)));
        let domain = Iterated::new(vec![x, y]).unwrap();
        let report = run(&Cuhre::default(), &f, &domain, 1e-10);
        let Estimate { value, error } = report.integrals[0];
        assert!(report.converged() && report.evaluations < 10_000, "{} {:?}", report.evaluations, report.stop);
        assert!((value - sign * exact).abs() <= error.max(1e-14), "{value} {exact}");
    }
    // Two graphs that cross, given in the wrong order, on the whole line.
    let (up, down) = (Limit::varying(scalar(1, |x| x[0] - 0.5)), Limit::varying(scalar(1, |x| 0.5 - x[0])));
    let f = scalar(2, |x| {
        let (a, b) = (x[0] - 0.5, 0.5 - x[0]);
        if (x[1] > a) != (x[1] > b) { 1.0 } else { (-x[1] * x[1]).exp() }
    });
    let line = Limits::new(f64::NEG_INFINITY, f64::INFINITY).broken_at(up).broken_at(down);
    let domain = Iterated::new(vec![Limits::new(0.0, 1.0).broken_at(0.5), line]).unwrap();
    let report = run(&Cuhre::default(), &f, &domain, 1e-8);
    // √π + ∫ 2|x − ½| dx − ∫ √π erf(|x − ½|) dx = √π + ½ − 2 (½ √π erf(½) + e^(−¼) − 1).
    let erf = 0.520_499_877_813_046_5;
    let exact = PI.sqrt() + 0.5 - 2.0 * (0.5 * PI.sqrt() * erf + (-0.25f64).exp() - 1.0);
    meets(&report, exact, 1e-8, 100_000, "crossing graphs");
}

#[test]
fn limits_that_are_no_numbers_are_refused_with_the_place() {
    let root = |c: f64| Limits::new(0.0, Limit::varying(scalar(1, move |x| (c - x[0]).sqrt())));
    for (method, _) in methods() {
        let domain = Iterated::new(vec![Limits::new(0.0, 1.0), root(0.95)]).unwrap();
        let error = method.integrate(&scalar(2, |_| 1.0), &domain, &Options::default().rtol(1e-4)).unwrap_err();
        let Error::Nowhere { axis: 1, before, .. } = &error else { panic!("{error}") };
        assert!(before.len() == 1 && before[0] > 0.95, "{error}");
    }
    assert!(matches!(Iterated::new(vec![Limits::new(f64::NAN, 1.0)]), Err(Error::Limits { axis: 0, .. })));
    assert!(matches!(
        Iterated::new(vec![Limits::new(0.0, 1.0), Limits::new(f64::INFINITY, f64::INFINITY)]),
        Err(Error::Limits { axis: 1, .. })
    ));
    let later = Limits::new(0.0, Limit::varying(scalar(2, |x| x[1])));
    assert!(matches!(Iterated::new(vec![Limits::new(0.0, 1.0), later]), Err(Error::Dimension { .. })));
    let many = (0..64).fold(Limits::new(0.0, 1.0), |limits, k| limits.broken_at(f64::from(k) / 64.0));
    assert!(matches!(Iterated::new(vec![many]), Err(Error::Setting { .. })));
}

#[test]
fn threads_do_not_change_a_bit_and_states_go_on_only_over_the_same_limits() {
    let wedge = |slope: f64| {
        let y = Limits::new(0.0, Limit::varying(scalar(1, move |x| slope * x[0])))
            .broken_at(Limit::varying(scalar(1, |x| 0.5 * x[0] * x[0])));
        Iterated::new(vec![Limits::new(0.0, 1.0), y, Limits::new(Limit::varying(scalar(2, |x| x[1])), f64::INFINITY)]).unwrap()
    };
    let f = scalar(3, |x| (-x[2] - x[0] * x[1]).exp());
    for (method, rtol) in methods() {
        let rtol = rtol.max(1e-7);
        let options = |threads| Options::default().rtol(rtol).threads(threads);
        let bits =
            |report: &Report| (report.integrals[0].value.to_bits(), report.integrals[0].error.to_bits(), report.evaluations);
        let whole = bits(&method.integrate(&f, &wedge(1.0), &options(1)).unwrap());
        for threads in [2, 5] {
            assert_eq!(bits(&method.integrate(&f, &wedge(1.0), &options(threads)).unwrap()), whole, "{}", method.name());
        }
        let mut state = Vec::new();
        let mut observer = |progress: fubini_algorithms::Progress<'_>| {
            if state.is_empty() {
                state = progress.snapshot.to_bytes();
            }
            std::ops::ControlFlow::Continue(())
        };
        _ = method.integrate_watched(&f, &wedge(1.0), &options(1), &mut observer).unwrap();
        let resumed = |slope| method.integrate(&f, &wedge(slope), &options(2).resume(state.clone()));
        assert_eq!(bits(&resumed(1.0).unwrap()), whole, "{}", method.name());
        assert!(matches!(resumed(0.9), Err(Error::State { .. })), "{}", method.name());
    }
}

#[test]
fn hints_are_points_in_the_variables() {
    // A peak of width 1e-4 at (0.9, 0.2) in the wedge y < x, which no node of a rule sees.
    let w = 1e-4;
    let f = scalar(2, move |x| (-((x[0] - 0.9) / w).powi(2) - ((x[1] - 0.2) / w).powi(2)).exp());
    let options = Options::default().rtol(1e-6);
    for hint in [vec![0.9, 0.2], vec![0.9, 0.200_001]] {
        let report = Cuhre::default().integrate(&f, &ordered(2), &options.clone().hint(&hint)).unwrap();
        let Estimate { value, error } = report.integrals[0];
        assert!(report.converged() && (value - PI * w * w).abs() <= error, "{value} ± {error}");
    }
    for outside in [vec![0.5, 0.6], vec![0.5], vec![1.5, 0.2]] {
        assert!(matches!(Cuhre::default().integrate(&f, &ordered(2), &options.clone().hint(&outside)), Err(Error::Hint { .. })));
    }
}

//! What samples cannot have seen is in the errors of samplers, or said beside them.
//!
//! Each test runs a sampler on many members of a kind, with exact values. A result is silent where convergence is claimed,
//! nothing is suspect, and the true error exceeds four stated ones. The example `calibrate` measures the same on thousands.

use fubini_algorithms::streams::stream;
use fubini_algorithms::{Domain, Integrand, Integrator, Options, Qmc, Report, Stop, Suspect, Vegas, scalar, vector};
use rand_xoshiro::rand_core::Rng;
use std::f64::consts::PI;

/// Random numbers of one member of a kind.
fn numbers(kind: u64, member: u64) -> impl FnMut(f64, f64) -> f64 {
    let mut stream = stream(14, kind, member);
    move |lo, hi| lo + (hi - lo) * (stream.next_u64() >> 11) as f64 * 2f64.powi(-53)
}

fn space(dim: usize) -> Domain {
    Domain::new(&vec![(f64::NEG_INFINITY, f64::INFINITY); dim]).unwrap()
}

fn is_silent(report: &Report, exact: f64) -> bool {
    let found = report.integrals[0];
    report.converged() && (found.value - exact).abs() > 4.0 * found.error
}

/// Runs a sampler on `members` of a kind: at most `allowed` may be silent, and at least `right` must be right.
fn check<F: Integrand>(
    kind: &str,
    sampler: &dyn Integrator,
    [members, allowed, right]: [u64; 3],
    rtol: f64,
    member: impl Fn(u64) -> (F, Domain, f64),
) {
    let (mut silent, mut met) = (Vec::new(), 0);
    for index in 0..members {
        let (f, domain, exact) = member(index);
        let options = Options::default().rtol(rtol).max_evals(1_000_000).seed(index);
        let report = sampler.integrate(&f, &domain, &options).unwrap();
        if is_silent(&report, exact) {
            silent.push((index, report.integrals[0], exact));
        } else if report.converged() {
            met += 1;
        }
    }
    let name = sampler.name();
    assert!(silent.len() as u64 <= allowed, "{kind}, {name}: {silent:?}");
    assert!(met >= right, "{kind}, {name}: {met} of {members} right");
}

/// A normal density in all of space whose variables all have the same strong correlation.
fn normal(dim: usize, member: u64) -> (impl Integrand, Domain, f64) {
    let mut number = numbers(dim as u64, member);
    let (n, rho) = (dim as f64, number(0.9, 0.99));
    let means: Vec<f64> = (0..dim).map(|_| number(-3.0, 3.0)).collect();
    let determinant = (1.0 - rho).powi(dim as i32 - 1) * (1.0 + (n - 1.0) * rho);
    let norm = ((2.0 * PI).powi(dim as i32) * determinant).sqrt();
    let f = scalar(dim, move |x| {
        let away = || x.iter().zip(&means).map(|(x, m)| x - m);
        let (sum, squares) = (away().sum::<f64>(), away().map(|d| d * d).sum::<f64>());
        (-0.5 * (squares - rho / (1.0 + (n - 1.0) * rho) * sum * sum) / (1.0 - rho)).exp() / norm
    });
    (f, space(dim), 1.0)
}

#[test]
fn correlated_normals_in_space() {
    check("normal", &Vegas::default(), [25, 0, 22], 1e-2, |member| normal(2, member));
    check("normal", &Vegas::default(), [25, 1, 15], 1e-2, |member| normal(3, member));
    check("normal", &Qmc::default(), [25, 0, 15], 1e-2, |member| normal(2, member));
    check("normal", &Qmc::default(), [25, 1, 5], 1e-2, |member| normal(3, member));
}

#[test]
fn several_gaussians_in_four_variables() {
    let bumps = |member: u64| {
        let mut number = numbers(20, member);
        let centres: Vec<[f64; 4]> = (0..3).map(|_| std::array::from_fn(|_| number(-8.0, 8.0))).collect();
        let heights: Vec<f64> = (0..3).map(|_| number(0.5, 2.0)).collect();
        let exact = heights.iter().sum::<f64>() * PI * PI;
        let f = scalar(4, move |x| {
            let square = |c: &[f64; 4]| x.iter().zip(c).map(|(x, c)| (x - c).powi(2)).sum::<f64>();
            centres.iter().zip(&heights).map(|(c, h)| h * (-square(c)).exp()).sum()
        });
        (f, space(4), exact)
    };
    check("bumps", &Vegas::default(), [20, 0, 15], 1e-2, bumps);
    check("bumps", &Qmc::default(), [20, 1, 10], 1e-2, bumps);
}

#[test]
fn singular_corners() {
    // r^−a over the unit square, by the angle: ∫ cos^(a−2) over an eighth of the circle, by Simpson's rule.
    let vertex = |member: u64| {
        let a = numbers(30, member)(0.5, 1.5);
        let (steps, end) = (2000, PI / 4.0);
        let weight = |i: usize| if i == 0 || i == steps { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
        let term = |i: usize| weight(i) * (end * i as f64 / steps as f64).cos().powf(a - 2.0);
        let exact = 2.0 / (2.0 - a) * (0..=steps).map(term).sum::<f64>() * end / steps as f64 / 3.0;
        (scalar(2, move |x| (x[0] * x[0] + x[1] * x[1]).powf(-0.5 * a)), Domain::unit(2), exact)
    };
    check("vertex", &Qmc::default(), [60, 1, 30], 1e-2, vertex);
    check("vertex", &Vegas::default(), [20, 0, 15], 1e-2, vertex);
}

#[test]
fn lines_at_which_the_variance_is_infinite() {
    // ∫∫ |x − y|^−a = 2 / ((1 − a)(2 − a)).
    let pair = |member: u64| {
        let a = numbers(40, member)(0.5, 0.75);
        (scalar(2, move |x| (x[0] - x[1]).abs().powf(-a)), Domain::unit(2), 2.0 / ((1.0 - a) * (2.0 - a)))
    };
    check("pair", &Vegas::default(), [60, 1, 8], 1e-2, pair);
}

#[test]
fn a_budget_that_ends_while_few_points_hold_all_is_told() {
    // The integral is 1: without a warning any of these would pass for an answer.
    let f = scalar(6, |x| x.iter().map(|x| (-(1000.0 * (x - 0.4)).powi(2)).exp() * 1000.0 / PI.sqrt()).product());
    for budget in [10_000, 100_000] {
        let report = Qmc::default().integrate(&f, &Domain::unit(6), &Options::default().max_evals(budget)).unwrap();
        let is_told = matches!(report.suspect, Some(Suspect::NarrowSupport | Suspect::AllZero));
        assert!(is_told && report.stop == Stop::Budget, "{report:?}");
    }
    let map = Qmc::default().map(fubini_algorithms::QmcMap::Off);
    let wide = scalar(2, |x| (-300.0 * ((x[0] - 0.3).powi(2) + (x[1] - 0.6).powi(2))).exp());
    let report = map.integrate(&wide, &Domain::unit(2), &Options::default().rtol(1e-9).max_evals(512)).unwrap();
    assert_eq!(report.suspect, Some(Suspect::NarrowSupport), "{report:?}");
}

#[test]
fn ratios_know_what_numerator_and_denominator_lack_together() {
    // Both lack the same tails, so that the mean of x is known better than either.
    let f = vector(2, 2, |x, y| {
        let weight = (-(x[0] * x[0] - 1.9 * x[0] * x[1] + x[1] * x[1]) * 5.0).exp();
        (y[0], y[1]) = ((3.0 + 0.1 * x[0]) * weight, weight);
    });
    for seed in 0..10 {
        let options = Options::default().rtol(1e-3).max_evals(2_000_000).ratio(0, 1).seed(seed);
        let report = Vegas::default().integrate(&f, &space(2), &options).unwrap();
        let mean = report.ratio().unwrap();
        assert!(report.converged() && (mean.value - 3.0).abs() <= 4.0 * mean.error, "{report:?}");
    }
}

//! Importance sampling from a mixture: peaks across the axes, and several of them.

use fubini_algorithms::{Auto, Detail, Domain, Integrator, Mixture, Options, Report, scalar};
use std::f64::consts::TAU;

fn integrate(dim: usize, limit: f64, seed: u64, f: impl Fn(&[f64]) -> f64 + Send + Sync) -> Report {
    let domain = Domain::new(&vec![(-limit, limit); dim]).unwrap();
    let options = Options::default().rtol(1e-3).seed(seed).max_evals(1_000_000);
    Mixture::default().integrate(&scalar(dim, f), &domain, &options).unwrap()
}

/// Standard normal variables with all correlations ρ, without the factor that makes the integral 1.
fn correlated(rho: f64) -> impl Fn(&[f64]) -> f64 {
    move |x| {
        let n = x.len() as f64;
        let (squares, sum) = x.iter().fold((0.0, 0.0), |(q, s), x| (q + x * x, s + x));
        (-0.5 * (squares - rho / (1.0 + (n - 1.0) * rho) * sum * sum) / (1.0 - rho)).exp()
    }
}

fn parts(report: &Report) -> usize {
    match report.detail {
        Detail::Mixture { parts, .. } => parts,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn correlated_peaks_are_no_harder_than_round_ones() {
    for (dim, rho) in [(2, 0.999), (3, 0.999), (4, 0.999), (6, 0.99)] {
        let exact = (TAU.powi(dim as i32) * (1.0f64 - rho).powi(dim as i32 - 1) * (1.0 + (dim as f64 - 1.0) * rho)).sqrt();
        for limit in [f64::INFINITY, 20.0] {
            let report = integrate(dim, limit, 1, correlated(rho));
            let found = report.integrals[0];
            assert!(report.converged() && (found.value - exact).abs() <= 4.0 * found.error, "{dim}, {limit}: {report:?}");
            assert!(report.evaluations <= 120_000, "{dim}, {limit}: {}", report.evaluations);
        }
    }
}

#[test]
fn several_peaks_have_their_parts() {
    // Two in five variables, across from each other, one of them half as wide.
    let two = |x: &[f64]| {
        let square = |c: f64| x.iter().map(|x| (x - c).powi(2)).sum::<f64>();
        (-0.5 * square(4.0)).exp() + 32.0 * (-2.0 * square(-3.0)).exp()
    };
    let report = integrate(5, f64::INFINITY, 2, two);
    let (found, exact) = (report.integrals[0], 2.0 * TAU.powf(2.5));
    assert!(report.converged() && (found.value - exact).abs() <= 4.0 * found.error, "{report:?}");
    assert!(parts(&report) >= 2 && report.evaluations <= 100_000, "{report:?}");
}

#[test]
fn what_fills_the_domain_needs_no_mixture() {
    let report = integrate(3, 1.0, 3, |x| 2.0 + x[0] * x[1] - x[2]);
    assert!(
        report.converged() && parts(&report) == 0 && (report.integrals[0].value - 16.0).abs() <= 4.0 * report.integrals[0].error
    );
}

#[test]
fn stated_errors_hold_as_often_as_standard_deviations() {
    // Student's t with three degrees of freedom, sheared: tails that no part has.
    let exact = TAU / 3.0 / 0.05;
    let beyond = (0..40).filter(|seed| {
        let report = integrate(2, f64::INFINITY, *seed, |x| {
            let (a, b) = (x[0], 0.05 * (x[1] - 30.0 * x[0]));
            (1.0 + a * a + b * b).powf(-2.5)
        });
        let found = report.integrals[0];
        assert!((found.value - exact).abs() <= 5.0 * found.error, "{seed}: {report:?}");
        (found.value - exact).abs() > found.error
    });
    let beyond = beyond.count();
    assert!((5..=21).contains(&beyond), "{beyond} of 40");
}

#[test]
fn parts_that_overlap_in_one_variable_do_not_hide_an_error() {
    let f = |x: &[f64]| (-200.0 * (x[0] - 0.3).powi(2)).exp() + (-200.0 * (x[0] - 0.6).powi(2)).exp();
    let domain = Domain::new(&[(-5.0, 5.0)]).unwrap();
    let exact = 2.0 * (std::f64::consts::PI / 200.0).sqrt();
    for seed in 0..40 {
        let options = Options::default().rtol(1e-5).max_evals(200_000).seed(seed);
        let report = Mixture::default().integrate(&scalar(1, f), &domain, &options).unwrap();
        let integral = report.integrals[0];
        assert!((integral.value - exact).abs() <= 4.0 * integral.error, "{seed}: {integral:?}");
    }
}

#[test]
fn peaks_that_annealing_forgets_are_climbed_to() {
    // Three Gaussians in all of space, 4 to 13 from the origin in directions that nobody chose, of widths 1, 0.8 and 1.25.
    let centre = |k: usize, i: usize| -> [f64; 4] {
        let t = |step: f64| ((3 * k + i) as f64 * step).fract() - 0.5;
        let way = [t(2f64.sqrt()), t(3f64.sqrt()), t(5f64.sqrt()), t(7f64.sqrt())];
        let length = way.iter().map(|x| x * x).sum::<f64>().sqrt();
        way.map(|x| x / length * (4.0 + 9.0 * ((2 * k + i) as f64 * 11f64.sqrt()).fract()))
    };
    let widths = [1.0, 0.8, 1.25];
    let exact = TAU.powi(2) * widths.iter().map(|w| f64::powi(*w, 4)).sum::<f64>();
    let silent = (0..24).filter(|k| {
        let centres = [0, 1, 2].map(|i| centre(*k, i));
        let f = scalar(4, move |x| {
            let away = |c: &[f64; 4]| c.iter().zip(x).map(|(c, x)| (x - c) * (x - c)).sum::<f64>();
            centres.iter().zip(widths).map(|(c, w)| (-0.5 * away(c) / (w * w)).exp()).sum()
        });
        let space = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 4]).unwrap();
        let options = Options::default().rtol(1e-2).seed(*k as u64).max_evals(300_000);
        let report = Mixture::default().integrate(&f, &space, &options).unwrap();
        report.converged() && (report.integrals[0].value - exact).abs() > 4.0 * report.integrals[0].error
    });
    let silent = silent.count();
    assert!(silent <= 3, "{silent} of 24");
}

#[test]
fn climbs_keep_the_budget() {
    let away = |x: &[f64], c: f64| x.iter().map(|x| (x - c) * (x - c)).sum::<f64>();
    let peaks = scalar(3, move |x| (-0.5 * away(x, 4.0)).exp() + (-0.5 * away(x, -3.0)).exp());
    let space = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 3]).unwrap();
    for max_evals in [600, 2_000, 6_000, 12_000, 16_000, 20_000, 30_000, 50_000, 100_000] {
        let options = Options::default().rtol(1e-9).max_evals(max_evals);
        for method in [&Mixture::default() as &dyn Integrator, &Auto::default()] {
            let report = method.integrate(&peaks, &space, &options).unwrap();
            assert!(report.evaluations <= max_evals, "{} {max_evals}: {}", method.name(), report.evaluations);
        }
    }
}

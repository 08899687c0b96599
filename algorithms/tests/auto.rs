//! The choice of a method.

use fubini_algorithms::{Auto, Cuhre, Domain, ErrorKind, Integrand, Integrator, Options, Progress, Report, Stop, scalar};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

fn auto(dim: usize, rtol: f64, f: impl Fn(&[f64]) -> f64 + Send + Sync) -> Report {
    Auto::default().integrate(&scalar(dim, f), &Domain::unit(dim), &Options::default().rtol(rtol).max_evals(3_000_000)).unwrap()
}

/// Must be right, with no more evaluations than so many.
fn is_right(report: &Report, exact: f64, most: u64) {
    let found = report.integrals[0];
    let sigmas = if report.error_kind() == ErrorKind::Bound { 1.0 } else { 4.0 };
    assert!(report.converged() && (found.value - exact).abs() <= sigmas * found.error, "{exact}: {report:?}");
    assert!(report.evaluations <= most, "{report:?}");
    let choice = report.choice.as_ref().unwrap();
    assert!(choice.tried.iter().any(|trial| trial.method == choice.method), "{choice:?}");
}

#[test]
fn smooth_integrands_cost_little_more_than_by_the_best_method() {
    for dim in 1..=6 {
        let exact = (1.0 - (-1f64).exp()).powi(dim as i32);
        let f = |x: &[f64]| (-x.iter().sum::<f64>()).exp();
        let report = auto(dim, 1e-4, f);
        let alone = Cuhre::default().integrate(&scalar(dim, f), &Domain::unit(dim), &Options::default().rtol(1e-4)).unwrap();
        is_right(&report, exact, 3 * alone.evaluations + 2_000);
        // A result that nobody else has looked at is none.
        let tried = report.choice.unwrap().tried;
        assert!(tried.iter().any(|trial| trial.method == "qmc") && tried.len() > 1, "{tried:?}");
    }
}

#[test]
fn a_fit_is_not_expected_to_be_paid_for_again() {
    // A Gaussian of width 0.1 in four variables: after 23,000 evaluations a fit has an error of two tolerances and needs a few thousand more,
    // where a train takes 100,000.
    let f = |x: &[f64]| (-100.0 * x.iter().map(|x| (x - 0.5) * (x - 0.5)).sum::<f64>()).exp();
    let report = auto(4, 1e-3, f);
    is_right(&report, (std::f64::consts::PI / 100.0).powi(2), 50_000);
    assert_eq!(report.choice.unwrap().method, "mixture");
}

#[test]
fn correlated_variables_are_left_to_a_fit() {
    // Standard normal variables with correlations 0.999: rules and maps along the axes have seen next to nothing when it is done, and
    // what they say until then must not be held against it.
    let (dim, rho) = (3, 0.999f64);
    let f = scalar(dim, move |x| {
        let (squares, sum) = x.iter().fold((0.0, 0.0), |(q, s), x| (q + x * x, s + x));
        (-0.5 * (squares - rho / (1.0 + 2.0 * rho) * sum * sum) / (1.0 - rho)).exp()
    });
    let space = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 3]).unwrap();
    let report = Auto::default().integrate(&f, &space, &Options::default().rtol(1e-4).max_evals(2_000_000)).unwrap();
    let exact = (std::f64::consts::TAU.powi(3) * (1.0 - rho).powi(2) * (1.0 + 2.0 * rho)).sqrt();
    is_right(&report, exact, 1_000_000);
    assert_eq!(report.choice.unwrap().method, "mixture");
}

#[test]
fn a_train_that_has_met_nothing_costs_no_more_than_the_fit_that_it_checks() {
    // Narrow in five directions, in all of space and far from its origin: nodes and points that fill it see next to nothing.
    let f = scalar(6, |x| {
        let (squares, sum) = x.iter().fold((0.0, 0.0), |(q, s), x| (q + (x - 2.0) * (x - 2.0), s + x - 2.0));
        (-0.5 * (squares - 0.95 / 5.75 * sum * sum) / 0.05).exp()
    });
    let space = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 6]).unwrap();
    let report = Auto::default().integrate(&f, &space, &Options::default().rtol(3e-3).max_evals(1_000_000)).unwrap();
    let exact = (std::f64::consts::TAU.powi(6) * 0.05f64.powi(5) * 5.75).sqrt();
    is_right(&report, exact, 200_000);
    let choice = report.choice.unwrap();
    let spent = |method| choice.tried.iter().find(|trial| trial.method == method).map_or(0, |trial| trial.evaluations);
    assert!(choice.method == "mixture" && spent("train") <= spent("mixture"), "{choice:?}");
}

#[test]
fn in_one_variable_random_points_only_check() {
    // All replicates of a net may lie on the same side of a jump.
    for k in 0..40 {
        let jump = 0.31 + 0.01 * f64::from(k);
        let report = auto(1, 1e-2, move |x| if x[0] < jump { 1.0 + x[0] } else { 0.0 });
        is_right(&report, jump + 0.5 * jump * jump, 150_000);
        assert_eq!(report.error_kind(), ErrorKind::Bound);
    }
}

#[test]
fn the_method_follows_the_integrand() {
    // Half the side of a cube about an oblique plane: the volume below it is 1/2 for reasons of symmetry.
    let step = auto(4, 1e-3, |x| if x.iter().sum::<f64>() < 2.0 { 1.0 } else { 0.0 });
    is_right(&step, 0.5, 400_000);
    assert_eq!(step.choice.unwrap().method, "qmc");
    let many = auto(20, 1e-3, |x| x.iter().map(|x| 1.0 + 0.1 * (x - 0.5)).product());
    is_right(&many, 1.0, 20_000);
    let kinks = auto(2, 1e-5, |x| (x[0] - 0.3).abs() + (x[1] - 0.6).abs());
    is_right(&kinks, 0.29 + 0.26, 60_000);
}

#[test]
fn what_is_easy_costs_little_with_its_check() {
    for (dim, most) in [(2, 130), (3, 430), (4, 320), (5, 540), (6, 650)] {
        let plane = auto(dim, 1e-6, |x| 1.0 + x.iter().sum::<f64>());
        is_right(&plane, 1.0 + 0.5 * dim as f64, most);
    }
}

#[test]
fn waves_are_no_peaks() {
    // The integral is a hundredth of the size of the waves: few points say little of it, and yet there is nothing to fit peaks to.
    let waves = auto(5, 1e-3, |x| x.iter().zip(1..).map(|(x, k)| f64::from(k) * x).sum::<f64>().cos());
    let exact = (1..=5).map(f64::from).fold((1.0, 0.0), |(re, im), k| {
        let (a, b) = (k.sin() / k, (1.0 - k.cos()) / k);
        (re * a - im * b, re * b + im * a)
    });
    is_right(&waves, exact.0, 20_000);
    let choice = waves.choice.unwrap();
    assert!(choice.method == "train" && choice.tried.iter().all(|trial| trial.method != "mixture"), "{choice:?}");
}

#[test]
fn the_kind_of_the_error_is_that_of_the_method_chosen() {
    let rule = auto(4, 1e-6, |x| x.iter().product());
    assert_eq!((rule.error_kind(), rule.choice.unwrap().method), (ErrorKind::Bound, "genz-malik"));
    let product = auto(3, 1e-6, |x| x[0] * x[1] * x[2]);
    assert_eq!((product.error_kind(), product.choice.unwrap().method), (ErrorKind::Bound, "product"));
    let points = auto(12, 1e-2, |x| (x.iter().sum::<f64>() - 6.0).abs());
    assert_eq!((points.error_kind(), points.choice.unwrap().method), (ErrorKind::StandardDeviation, "qmc"));
}

#[test]
fn budgets_that_are_too_small_for_some_are_used_by_others() {
    let f = scalar(10, |x| (x.iter().sum::<f64>() - 4.5).abs());
    for max_evals in [500, 1_500, 3_000, 10_000] {
        let report =
            Auto::default().integrate(&f, &Domain::unit(10), &Options::default().rtol(1e-9).max_evals(max_evals)).unwrap();
        assert!(!report.converged() && report.integrals[0].error.is_finite() && report.evaluations <= max_evals, "{report:?}");
    }
}

#[test]
fn few_points_that_miss_a_jump_alike_are_not_believed() {
    let missed = (0..200u32).filter(|k| {
        let jump = 0.05 + 0.9 * (f64::from(*k) * 0.618_033_988_749_895).fract();
        let report = auto(5, 1e-3, move |x| if x[0] < jump { 1.0 + x[0] } else { 0.0 });
        let found = report.integrals[0];
        (found.value - jump - 0.5 * jump * jump).abs() > 4.0 * found.error
    });
    let missed = missed.count();
    assert!(missed <= 10, "{missed} of 200");
}

/// All states of a run, and its end: the numbers and the choice, or the message.
fn watched(f: &dyn Integrand, options: &Options) -> (Vec<Vec<u8>>, String) {
    let mut states = Vec::new();
    let mut watch = |progress: Progress<'_>| {
        states.push(progress.snapshot.to_bytes());
        ControlFlow::Continue(())
    };
    let end = match Auto::default().integrate_watched(f, &Domain::unit(f.dim()), options, &mut watch) {
        Ok(Report { integrals, evaluations, stop, suspect, choice, .. }) => {
            format!("{integrals:?} {evaluations} {stop:?} {suspect:?} {choice:?}")
        }
        Err(error) => error.to_string(),
    };
    (states, end)
}

#[test]
fn a_method_that_failed_is_passed_over_after_a_restart_too() {
    // Rules gather about the pole, and end where too many of their points are singular; the others go on.
    for radius in [0.003, 0.01] {
        let f = scalar(2, move |x| {
            let r = (x[0] - 0.41).hypot(x[1] - 0.37);
            if r < radius { f64::NAN } else { 1.0 / r }
        });
        let options = Options::default().rtol(1e-9).max_evals(60_000);
        let (states, whole) = watched(&f, &options);
        assert!(whole.contains("Budget") && whole.contains("\"cuhre\""), "{whole}");
        for state in states {
            assert_eq!(watched(&f, &options.clone().resume(state)).1, whole);
        }
    }
}

#[test]
fn what_a_state_holds_is_there_when_the_run_is_ended_at_once() {
    let f = scalar(3, |x| (-x.iter().sum::<f64>()).exp() * if x[0] < 0.3 { 1.0 } else { 2.0 });
    let options = Options::default().rtol(1e-9).max_evals(200_000).threads(1);
    let (states, _) = watched(&f, &options);
    let (mut last, mut resumed) = (f64::INFINITY, 0);
    for state in states {
        // At the second batch of points: not one stretch will be done.
        let asked = AtomicU64::new(0);
        let ends = options.clone().resume(state).interrupt(move || asked.fetch_add(1, Ordering::Relaxed) > 2);
        let report = Auto::default().integrate(&f, &Domain::unit(3), &ends).unwrap();
        if report.stop == Stop::Cancelled {
            let error = report.integrals[0].error;
            assert!(error.is_finite() || last.is_infinite(), "nothing is left of an error of {last}");
            (last, resumed) = (last.min(error), resumed + 1);
        }
    }
    assert!(resumed > 10 && last < 1e-2, "{resumed} {last}");
}

#[test]
fn who_has_spent_the_budget_still_contradicts() {
    // A hundred teeth: every mesh that halves sees the same phases of them, and a rule in one variable claims 0.485.
    for budget in [100_000, 1_000_000] {
        let saw = scalar(1, |x| (100.0 * x[0]).fract());
        let options = Options::default().rtol(1e-6).max_evals(budget);
        let report = Auto::default().integrate(&saw, &Domain::unit(1), &options).unwrap();
        let found = report.integrals[0];
        assert!(!report.converged() || (found.value - 0.5).abs() <= 4.0 * found.error, "{report:?}");
    }
}

#[test]
fn a_train_that_may_have_missed_a_second_peak_claims_no_more_than_was_asked_for() {
    // Two Gaussians in eight variables, of which the second holds half a per cent: no point of a train's rest falls upon it.
    let peaks: [([f64; 8], f64, f64); 2] = [
        ([0.399, 0.278, 0.295, 0.289, 0.402, 0.724, 0.213, 0.677], 1.0, 0.041_347_689),
        ([0.552, 0.387, 0.309, 0.827, 0.179, 0.281, 0.705, 0.555], 1.774_943_5, 0.009_274_59),
    ];
    let side =
        |c: f64, w: f64| 0.5 * (std::f64::consts::PI * w).sqrt() * (libm::erf((1.0 - c) / w.sqrt()) + libm::erf(c / w.sqrt()));
    let exact: f64 = peaks.iter().map(|(c, a, w)| a * c.iter().map(|c| side(*c, *w)).product::<f64>()).sum();
    let square = |x: &[f64], c: &[f64; 8]| x.iter().zip(c).map(|(x, c)| (x - c) * (x - c)).sum::<f64>();
    let f = scalar(8, move |x: &[f64]| peaks.iter().map(|(c, a, w)| a * (-square(x, c) / w).exp()).sum());
    let report = Auto::default().integrate(&f, &Domain::unit(8), &Options::default().rtol(1e-2).max_evals(2_000_000)).unwrap();
    let found = report.integrals[0];
    assert!(
        report.converged() && (found.value - exact).abs() <= 4.0 * found.error,
        "{found:?}, exact {exact}: {:?}",
        report.choice
    );
}

#[test]
fn who_is_blind_to_a_peak_that_random_points_confirm_contradicts_nobody() {
    // Products of rules see 1e-72 of it, and are not taken on: millions of evaluations went into a dispute with them.
    let f = scalar(3, |x| (-(x[0] - 9.18f64).powi(2) - (x[1] + 8.48).powi(2) - (x[2] - 19.21).powi(2)).exp());
    let space = Domain::over(vec![f64::NEG_INFINITY..f64::INFINITY; 3]).unwrap();
    let report = Auto::default().integrate(&f, &space, &Options::default().rtol(1e-6)).unwrap();
    is_right(&report, std::f64::consts::PI.powf(1.5), 1_500_000);
}

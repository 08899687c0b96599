//! VEGAS by its statistics: that stated errors are standard deviations, and that nothing but the seed moves a bit.
//!
//! Everything here runs over fixed seeds; bands are those of the binomial or normal distribution at 99.9 %.

use fubini_algorithms::{
    Detail, Domain, Error, Estimate, Integrand, Integrator, Options, Report, Stop, Suspect, Vegas, scalar, vector,
};
use std::f64::consts::PI;
use std::ops::ControlFlow;

const SEEDS: u64 = 200;

fn run(vegas: Vegas, f: &dyn Integrand, options: &Options) -> Report {
    vegas.integrate(f, &Domain::unit(f.dim()), options).unwrap()
}

/// A short run that spends exactly `max_evals`.
fn fixed(max_evals: u64) -> Options {
    Options::default().rtol(0.0).max_evals(max_evals).threads(1)
}

fn chi2_per_dof(report: &Report) -> f64 {
    match report.detail {
        Detail::Iterations { chi2_per_dof, .. } => chi2_per_dof,
        _ => unreachable!("vegas reports iterations"),
    }
}

fn gaussians(x: &[f64], centres: &[f64]) -> f64 {
    let d2 = |c: f64| x.iter().map(|x| (x - c).powi(2)).sum::<f64>();
    let norm = (100.0 / PI).powf(0.5 * x.len() as f64) / centres.len() as f64;
    norm * centres.iter().map(|&c| (-100.0 * d2(c)).exp()).sum::<f64>()
}

/// ∫ ½² / (½² + (x − 0.4)²) etc.: a product of peaks and its exact integral.
fn product_peak() -> (impl Integrand, f64) {
    let (width, centres) = (0.1_f64, [0.3, 0.5, 0.6, 0.8]);
    let exact = centres.iter().map(|c| width * (((1.0 - c) / width).atan() + (c / width).atan())).product();
    let f = scalar(4, move |x| x.iter().zip(centres).map(|(x, c)| width * width / (width * width + (x - c).powi(2))).product());
    (f, exact)
}

/// A peak in three variables and a second component that is the first moment of it: their ratio is 0.4.
fn moment_of_a_peak() -> impl Integrand {
    vector(3, 2, |x, y| {
        let weight = (-60.0 * x.iter().map(|x| (x - 0.4_f64).abs().powf(1.5)).sum::<f64>()).exp() * 1e-5;
        // Beyond the mirror image of the nearer face the peak would not be symmetric.
        let weight = if x[0] < 0.8 { weight } else { 0.0 };
        (y[0], y[1]) = (x[0] * weight, weight);
    })
}

/// Checks estimates from many seeds against the truth.
fn assert_standard_deviations(name: &str, of: impl Fn(u64) -> (Estimate, f64), exact: f64) {
    let results: Vec<(f64, f64)> = (0..SEEDS)
        .map(|seed| {
            let (estimate, chi2) = of(seed);
            ((estimate.value - exact) / estimate.error, chi2)
        })
        .collect();
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| results.iter().map(f).sum::<f64>() / SEEDS as f64;
    let (within, pull, square) = (mean(&|r| f64::from(r.0.abs() <= 1.0)), mean(&|r| r.0), mean(&|r| r.0 * r.0));
    let (chi2, width) = (mean(&|r| r.1), 3.29 / (SEEDS as f64).sqrt());
    assert!((within - 0.6827).abs() <= width * (0.6827_f64 * 0.3173).sqrt(), "{name}: {within} within one sigma");
    assert!(pull.abs() <= width, "{name}: mean pull {pull}");
    assert!((square - 1.0).abs() <= width * 2.0_f64.sqrt(), "{name}: mean square pull {square}");
    // Four or more degrees of freedom, whose χ² has a relative variance of at most 1/2.
    assert!((chi2 - 1.0).abs() <= width * 0.5_f64.sqrt(), "{name}: mean chi2 per dof {chi2}");
}

#[test]
fn stated_errors_are_standard_deviations() {
    let peak = scalar(3, |x| gaussians(x, &[0.5]));
    let (product, exact) = product_peak();
    for (name, f, exact) in [("peak", &peak as &dyn Integrand, libm_erf_cube()), ("product", &product, exact)] {
        let of = |seed| {
            let report = run(Vegas::default().points(1_000), f, &fixed(30_000).seed(seed));
            (report.integrals[0], chi2_per_dof(&report))
        };
        assert_standard_deviations(name, of, exact);
    }
}

/// erf(5)³: the integral of the normalised Gaussian over the unit cube.
fn libm_erf_cube() -> f64 {
    (1.0 - 1.537_459_794_428_035e-12_f64).powi(3)
}

#[test]
fn the_error_of_a_ratio_follows_the_covariance() {
    let f = moment_of_a_peak();
    let of = |seed| {
        let report = run(Vegas::default().points(1_000), &f, &fixed(30_000).seed(seed).ratio(0, 1));
        (report.ratio().unwrap(), chi2_per_dof(&report))
    };
    assert_standard_deviations("ratio", of, 0.4);
    let report = run(Vegas::default(), &f, &fixed(30_000).ratio(0, 1));
    let ([n, d], ratio) = ([report.integrals[0], report.integrals[1]], report.ratio().unwrap());
    let independent = ratio.value * ((n.error / n.value).powi(2) + (d.error / d.value).powi(2)).sqrt();
    assert!(ratio.error < 0.8 * independent, "{} {independent}", ratio.error);
    let covariance = report.covariance.unwrap();
    assert_eq!(covariance[[0, 0]].sqrt(), n.error);
    assert!(covariance[[0, 1]] == covariance[[1, 0]] && covariance[[0, 1]] > 0.0);
}

#[test]
fn a_run_that_stops_on_its_tolerance_keeps_its_promise() {
    let f = scalar(3, |x| gaussians(x, &[0.4, 0.6]));
    let vegas = Vegas::default().points(2_000).warmup(5);
    let mut within = 0;
    for seed in 0..SEEDS {
        let report = run(vegas, &f, &Options::default().rtol(3e-3).threads(1).seed(seed));
        let i = report.integrals[0];
        assert!(report.stop == Stop::Converged && i.error <= 3e-3 * i.value.abs(), "{report:?}");
        within += u64::from((i.value - 1.0).abs() <= i.error);
    }
    let share = within as f64 / SEEDS as f64;
    assert!((0.57..=0.79).contains(&share), "{share}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let f = moment_of_a_peak();
    for vegas in [Vegas::default().points(30_000), Vegas::default().points(30_000).beta(0.0)] {
        let reports = [1, 2, 3].map(|threads| run(vegas, &f, &fixed(700_000).ratio(0, 1).threads(threads)));
        for report in &reports[1..] {
            assert_eq!(report.integrals, reports[0].integrals);
            assert_eq!(report.ratios, reports[0].ratios);
            assert_eq!(report.covariance, reports[0].covariance);
            assert_eq!(report.detail, reports[0].detail);
        }
        assert_ne!(run(vegas, &f, &fixed(700_000).ratio(0, 1).seed(1)).integrals, reports[0].integrals);
    }
}

#[test]
fn budget_is_a_ceiling_and_is_spent() {
    let f = scalar(3, |x| gaussians(x, &[0.5]));
    for max_evals in [64, 100, 1_000, 4_321, 100_000, 1_000_003] {
        let report = run(Vegas::default(), &f, &fixed(max_evals));
        assert_eq!(report.stop, Stop::Budget);
        assert_eq!(report.evaluations, max_evals);
        assert!(chi2_per_dof(&report).is_finite() && report.integrals[0].error.is_finite());
    }
    let too_small = Vegas::default().integrate(&f, &Domain::unit(3), &fixed(63));
    assert_eq!(too_small.unwrap_err(), Error::Budget { method: "vegas", max_evals: 63, needed: 64, dim: 3 });
}

#[test]
fn warm_up_counts_as_work_but_not_in_the_result() {
    let f = scalar(2, |x| gaussians(x, &[0.5]));
    let vegas = Vegas::default().points(1_000).warmup(7).iterations(3).growth(1.0);
    let mut seen = Vec::new();
    let report = vegas
        .integrate_watched(&f, &Domain::unit(2), &fixed(10_000), &mut |p| {
            if !p.finished {
                seen.push((p.evaluations, p.estimates[0]));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(matches!(report.detail, Detail::Iterations { iterations: 3, warmup: 7, strata: 121..=125, .. }), "{report:?}");
    assert_eq!(seen.iter().map(|s| s.0).collect::<Vec<_>>(), (1..=10).map(|i| 1_000 * i).collect::<Vec<_>>());
    // The eighth iteration is the first that is measured: it starts the average afresh.
    let errors: Vec<f64> = seen.iter().map(|s| s.1.error).collect();
    assert!(errors[9] < errors[8] && errors[8] < errors[7], "{errors:?}");
    assert_eq!(seen[9].1, report.integrals[0]);
}

#[test]
fn an_observer_can_cancel_at_any_iteration() {
    let f = scalar(2, |x| gaussians(x, &[0.5]));
    for (calls, measured) in [(1, 0), (10, 0), (11, 1), (13, 3)] {
        let mut left = calls;
        let report = Vegas::default()
            .integrate_watched(&f, &Domain::unit(2), &fixed(1_000_000), &mut |_| {
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert_eq!(report.stop, Stop::Cancelled);
        assert!(matches!(report.detail, Detail::Iterations { iterations, .. } if iterations == measured));
        assert!((report.integrals[0].value - 1.0).abs() < 0.2, "{report:?}");
        assert_eq!(chi2_per_dof(&report).is_nan(), measured < 2);
    }
}

#[test]
fn constants_are_exact_without_error() {
    for dim in [1, 2, 3, 7, 30] {
        let f = vector(dim, 3, |_, y| y.copy_from_slice(&[0.1, -3.0, 0.0]));
        let report = run(Vegas::default(), &f, &Options::default().max_evals(2_000_000).threads(1));
        assert!(report.converged(), "{report:?}");
        for (i, exact) in report.integrals.iter().zip([0.1, -3.0, 0.0]) {
            assert!((i.value - exact).abs() <= 1e-15 * exact.abs() && i.error == 0.0, "{dim}: {i:?}");
        }
        assert_eq!(chi2_per_dof(&report), 0.0);
    }
}

#[test]
fn zero_is_believed_only_after_many_samples() {
    let report = run(Vegas::default(), &scalar(3, |_| 0.0), &Options::default().threads(1));
    assert!(report.stop == Stop::Converged && report.evaluations >= 1_000_000, "{report:?}");
    assert_eq!(report.integrals, [Estimate { value: 0.0, error: 0.0 }]);
    let ratio = run(Vegas::default(), &vector(2, 2, |_, y| y.fill(0.0)), &fixed(10_000).ratio(0, 1));
    assert!(ratio.ratio().unwrap().value.is_nan() && ratio.ratio().unwrap().error == f64::INFINITY);
    assert_eq!(ratio.stop, Stop::Budget);
}

#[test]
fn an_integral_that_cancels_runs_to_the_budget() {
    let f = vector(2, 2, |x, y| (y[0], y[1]) = (x[0] - 0.5, x[0] + x[1]));
    let report = run(Vegas::default(), &f, &Options::default().rtol(1e-3).max_evals(500_000).threads(1));
    assert_eq!((report.stop, report.evaluations), (Stop::Budget, 500_000));
    let absolute = run(Vegas::default(), &f, &Options::default().rtol(1e-3).atol(1e-4).threads(1));
    assert!(absolute.converged() && absolute.integrals[0].value.abs() < 4e-4);
}

#[test]
fn stratified_samples_have_less_variance() {
    // Two Gaussians on a diagonal, which a map of the axes alone can't tell from sixteen.
    let f = scalar(4, |x| gaussians(x, &[1.0 / 3.0, 2.0 / 3.0]));
    let vegas = Vegas::default().points(40_000).growth(1.0);
    let mean = |vegas: Vegas| -> f64 {
        (0..4).map(|seed| run(vegas, &f, &fixed(600_000).seed(seed)).integrals[0].error).sum::<f64>() / 4.0
    };
    let (stratified, plain) = (mean(vegas), mean(vegas.beta(0.0)));
    assert!(stratified < 0.5 * plain, "{stratified} {plain}");
}

#[test]
fn small_and_large_components_are_both_integrated() {
    // Far apart and of different sizes: a map for either alone would be poor for the other.
    let f = vector(3, 2, |x, y| (y[0], y[1]) = (1e12 * gaussians(x, &[0.25]), 1e-12 * gaussians(x, &[0.75])));
    let report = run(Vegas::default(), &f, &fixed(400_000));
    for (i, exact) in report.integrals.iter().zip([1e12, 1e-12]) {
        assert!(i.error < 3e-3 * exact && (i.value - exact).abs() < 4.0 * i.error + 3e-4 * exact, "{i:?}");
    }
}

#[test]
fn the_size_of_an_integrand_is_a_matter_of_units() {
    // Powers of two, by which nothing is rounded: results must follow to the bit. One component grows and one shrinks.
    let of = |exponent: i32| {
        let scale = 2f64.powi(exponent);
        vector(3, 2, move |x, y| (y[0], y[1]) = (scale * gaussians(x, &[0.3, 0.5]), gaussians(x, &[0.4]) / scale))
    };
    for vegas in [Vegas::default().points(5_000), Vegas::default().points(5_000).beta(0.0)] {
        let plain = run(vegas, &of(0), &fixed(100_000));
        for exponent in [-900, -500, 500, 900] {
            let scaled = run(vegas, &of(exponent), &fixed(100_000));
            let (up, down) = (2f64.powi(exponent), 2f64.powi(-exponent));
            for (c, factor) in [(0, up), (1, down)] {
                let (i, j) = (plain.integrals[c], scaled.integrals[c]);
                assert_eq!((factor * i.value, factor * i.error), (j.value, j.error), "2^{exponent}");
            }
            assert_eq!(plain.covariance.as_ref().unwrap()[[0, 1]], scaled.covariance.unwrap()[[0, 1]]);
            assert_eq!(plain.detail, scaled.detail);
        }
    }
}

#[test]
fn what_lies_beyond_the_last_float_is_suspect_and_nothing_ordinary_is() {
    let half_line = Domain::new(&[(0.0, f64::INFINITY)]).unwrap();
    let (product, _) = product_peak();
    let (mut heavy, mut ordinary) = (0, 0);
    for seed in 0..SEEDS {
        let options = fixed(50_000).seed(seed);
        let suspect = |p: f64| {
            let f = scalar(1, move |x| (1.0 + x[0]).powf(-p));
            Vegas::default().points(2_000).integrate(&f, &half_line, &options).unwrap().suspect
        };
        heavy += u32::from(suspect(1.1) == Some(Suspect::HeavyTail));
        ordinary += u32::from(suspect(1.5) == Some(Suspect::HeavyTail));
        let peak = run(Vegas::default().points(2_000), &product, &options);
        ordinary += u32::from(peak.suspect == Some(Suspect::HeavyTail));
    }
    assert_eq!((heavy, ordinary), (SEEDS as u32, 0));
}

#[test]
fn iterations_of_growing_precision_agree_with_each_other() {
    // Hardly any warm-up: the first measured iterations are far noisier than the last.
    let (f, _) = product_peak();
    let of = |seed| run(Vegas::default().points(2_000).warmup(2).iterations(8).growth(1.0), &f, &fixed(20_000).seed(seed));
    let reports: Vec<Report> = (0..SEEDS).map(of).collect();
    let chi2 = reports.iter().map(chi2_per_dof).sum::<f64>() / SEEDS as f64;
    assert!((chi2 - 1.0).abs() < 0.12, "{chi2}");
    assert!(reports.iter().filter(|r| r.suspect == Some(Suspect::Disagreement)).count() <= 3);
}

#[test]
fn a_tiny_bulk_is_found_or_at_least_not_called_precise() {
    let f = scalar(4, |x| (-1e4 * x.iter().map(|x| (x - 0.7_f64).powi(2)).sum::<f64>()).exp());
    let report = run(Vegas::default(), &f, &Options::default().rtol(1e-3).max_evals(5_000_000).threads(1));
    let (i, exact) = (report.integrals[0], (PI / 1e4).powi(2));
    assert!(report.converged() && (i.value - exact).abs() <= 4.0 * i.error, "{report:?} {exact}");
}

#[test]
fn values_that_are_not_finite_are_counted_and_too_many_refused() {
    let few = scalar(2, |x| if x[0] < 0.01 { f64::NAN } else { 1.0 });
    let report = run(Vegas::default().alpha(0.0).beta(0.0), &few, &fixed(100_000));
    assert!((500..1500).contains(&report.non_finite), "{report:?}");
    let many = scalar(2, |x| if x[0] < 0.5 { f64::NAN } else { 1.0 });
    let error = Vegas::default().integrate(&many, &Domain::unit(2), &fixed(100_000)).unwrap_err();
    assert!(matches!(error, Error::NotFinite { .. }), "{error:?}");
}

#[test]
fn samples_never_touch_the_ends_of_an_axis() {
    let f = scalar(3, |x| {
        assert!(x.iter().all(|x| 0.0 < *x && *x < 1.0), "{x:?}");
        x.iter().map(|x| 1.0 / (x * (1.0 - x)).sqrt()).product()
    });
    let report = run(Vegas::default(), &f, &fixed(500_000));
    let i = report.integrals[0];
    assert!((i.value - PI.powi(3)).abs() <= 4.0 * i.error, "{i:?}");
}

#[test]
fn settings_out_of_range_are_refused() {
    let wrong = [
        Vegas::default().iterations(0),
        Vegas::default().points(31),
        Vegas::default().growth(0.9),
        Vegas::default().increments(0),
        Vegas::default().alpha(-1.0),
        Vegas::default().beta(f64::NAN),
    ];
    for vegas in wrong {
        let error = vegas.integrate(&scalar(1, |x| x[0]), &Domain::unit(1), &Options::default()).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{error:?}");
    }
}

// A growing integrand that ends in a jump: the increment beside it once reached to the end of the axis, and nearly all
// that it held was lost, by up to a hundred stated errors.
#[test]
fn what_grows_towards_a_jump_is_right_within_the_error() {
    let (ends, rates): ([f64; 2], [f64; 3]) = ([0.238, 0.544], [3.0, 5.0, 8.0]);
    let inside = |x: &[f64]| x[0] < ends[0] && x[1] < ends[1];
    let f = scalar(3, |x| if inside(x) { x.iter().zip(rates).map(|(x, c)| x * c).sum::<f64>().exp() } else { 0.0 });
    let exact: f64 = rates.iter().zip([ends[0], ends[1], 1.0]).map(|(c, end)| (c * end).exp_m1() / c).product();
    let mut outside = 0;
    for seed in 0..30 {
        let options = Options::default().rtol(0.0).max_evals(100_000).threads(1).seed(seed);
        let report = Vegas::default().integrate(&f, &Domain::unit(3), &options).unwrap();
        let i = report.integrals[0];
        outside += u32::from((i.value - exact).abs() > i.error);
        assert!((i.value - exact).abs() < 4.5 * i.error && report.suspect.is_none(), "seed {seed}: {i:?}, exact {exact}");
    }
    // 31.7 % of 30; 99.9 % of such samples lie between.
    assert!((2..=18).contains(&outside), "{outside}");
}

#[test]
fn in_hundreds_of_variables_maps_stay_flat_until_there_is_evidence() {
    // The product of a thousand Jacobians that are noise was 0 ± 0 nearly everywhere, converged.
    let exact = |name: &str, report: &Report, exact: f64| {
        let e = report.integrals[0];
        assert!(
            (e.value - exact).abs() <= 4.0 * e.error && e.error > 0.0,
            "{name}: {e:?} {:?} {:?}",
            report.stop,
            report.suspect
        );
        e.error
    };
    for seed in 0..2 {
        let options = Options::default().rtol(1e-3).max_evals(200_000).seed(seed);
        let first = run(Vegas::default(), &scalar(1000, |x| x[0]), &options);
        assert!(exact("x1", &first, 0.5) < 2e-3, "{first:?}");
        // The sum of variances over axes is 200 / 12.
        let sum = run(Vegas::default(), &scalar(200, |x| x.iter().sum()), &options);
        assert!(exact("sum", &sum, 100.0) < 0.02);
        // What can be learnt is learnt: flat samples would leave 1.1 %.
        let product = run(Vegas::default(), &scalar(64, |x| x[..8].iter().map(|x| 0.2 + 1.6 * x).product()), &options);
        assert!(exact("product of eight", &product, 1.0) < 4e-3, "{product:?}");
        let product = run(Vegas::default(), &scalar(200, |x| x.iter().map(|x| 0.5 + x).product()), &options);
        let e = product.integrals[0];
        let honest = (e.value - 1.0).abs() <= 4.0 * e.error || product.suspect.is_some();
        assert!(honest && !product.converged(), "{product:?}");
        // A few samples of a hundred thousand meet it.
        let corner = scalar(100, |x| f64::from(x.iter().all(|x| *x < 0.9)));
        let corner = run(Vegas::default(), &corner, &options.atol(1.0));
        assert!(matches!(corner.suspect, Some(Suspect::NarrowSupport | Suspect::AllZero)), "{corner:?}");
    }
}

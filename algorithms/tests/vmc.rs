//! Variational Monte Carlo by its statistics and its promises: those of `contract.rs`, for a method that finds ratios only.
//!
//! Everything here runs over fixed seeds; bands are those of the binomial or normal distribution at 99.9 %.

use fubini_algorithms::coordinates::{AxisMap, Spherical};
use fubini_algorithms::{
    Detail, Domain, Error, Integrand, Integrator, Options, Progress, Report, Stop, Suspect, Target, Vmc, scalar, vector,
};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

const SEEDS: u64 = 200;

fn run(vmc: Vmc, f: &dyn Integrand, options: &Options) -> Report {
    vmc.integrate(f, &Domain::unit(f.dim()), options).unwrap()
}

fn ratio() -> Options {
    Options::default().ratio(0, 1)
}

/// A short run that spends nearly all of `max_evals`.
fn fixed(max_evals: u64) -> Options {
    ratio().rtol(0.0).max_evals(max_evals).threads(1)
}

/// The mean of x0 + 1 under two slanting Gaussian peaks of unequal height: 1 + (2 · 0.45 + 0.6) / 3, but for 1e-6 of it
/// beyond the faces.
fn slanting_peaks() -> (impl Integrand, f64) {
    let peak = |x: &[f64], c: f64| {
        let (a, b) = (x[0] - c + x[1] - 0.5, x[0] - c - x[1] + 0.5);
        (-50.0 * a * a - 100.0 * b * b - 40.0 * (x[2] - 0.5).powi(2)).exp()
    };
    let f = vector(3, 2, move |x, y| {
        let density = 2.0 * peak(x, 0.45) + peak(x, 0.6);
        (y[0], y[1]) = ((1.0 + x[0]) * density, density);
    });
    (f, 1.0 + (2.0 * 0.45 + 0.6) / 3.0)
}

/// Everything in a report but times.
fn bits(report: &Report) -> (Vec<u64>, u64, String) {
    let values = report.ratios.iter().flat_map(|e| [e.value.to_bits(), e.error.to_bits()]).collect();
    (values, report.evaluations, format!("{:?} {:?} {:?}", report.stop, report.suspect, report.detail))
}

fn walks(report: &Report) -> (usize, u64, f64, f64, f64) {
    let Detail::Walks { walkers, steps, acceptance, autocorrelation, chi2_per_dof, .. } = report.detail else {
        unreachable!("vmc reports walks")
    };
    (walkers, steps, acceptance, autocorrelation, chi2_per_dof)
}

/// Checks estimates from many seeds against the truth.
fn assert_standard_deviations(name: &str, exact: f64, of: impl Fn(u64) -> Report) {
    let results: Vec<(f64, f64)> = (0..SEEDS)
        .map(|seed| {
            let report = of(seed);
            let e = report.ratio().unwrap();
            ((e.value - exact) / e.error, walks(&report).4)
        })
        .collect();
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| results.iter().map(f).sum::<f64>() / SEEDS as f64;
    let (within, pull, square) = (mean(&|r| f64::from(r.0.abs() <= 1.0)), mean(&|r| r.0), mean(&|r| r.0 * r.0));
    let (chi2, width) = (mean(&|r| r.1), 3.29 / (SEEDS as f64).sqrt());
    assert!((within - 0.6827).abs() <= width * (0.6827_f64 * 0.3173).sqrt(), "{name}: {within} within one sigma");
    assert!(pull.abs() <= width, "{name}: mean pull {pull}");
    assert!((square - 1.0).abs() <= width * 2.0_f64.sqrt(), "{name}: mean square pull {square}");
    // Fifteen or more degrees of freedom.
    assert!((chi2 - 1.0).abs() <= width * (2.0_f64 / 15.0).sqrt(), "{name}: mean chi2 per dof {chi2}");
}

#[test]
fn stated_errors_are_standard_deviations() {
    let (peaks, exact) = slanting_peaks();
    assert_standard_deviations("peaks", exact, |seed| run(Vmc::default(), &peaks, &fixed(60_000).seed(seed)));
    // ⟨r²⟩ = 3/4 with ψ² = exp(−4 r) over all of space, whose local value has tails: few walkers and many of them.
    let hydrogen = vector(3, 2, |x, y| {
        let r2 = x.iter().map(|x| x * x).sum::<f64>();
        y[1] = (-4.0 * r2.sqrt()).exp();
        y[0] = r2 * y[1];
    });
    let space = Spherical::new(1, AxisMap::Above { lo: 0.0, scale: 1.0 });
    for (walkers, max_evals) in [(128, 40_000), (1024, 200_000)] {
        let vmc = Vmc::default().walkers(walkers);
        let of = |seed| vmc.integrate(&hydrogen, &space, &fixed(max_evals).seed(seed)).unwrap();
        assert_standard_deviations("hydrogen", 0.75, of);
    }
}

#[test]
fn a_run_that_stops_on_its_tolerance_keeps_its_promise() {
    let (peaks, exact) = slanting_peaks();
    let mut within = 0;
    for seed in 0..SEEDS {
        let report = run(Vmc::default().walkers(512), &peaks, &ratio().rtol(2e-3).threads(1).seed(seed));
        let e = report.ratio().unwrap();
        assert!(report.converged() && e.error <= 2e-3 * e.value.abs(), "{report:?}");
        within += u64::from((e.value - exact).abs() <= e.error);
    }
    let share = within as f64 / SEEDS as f64;
    assert!((0.57..=0.79).contains(&share), "{share}");
}

#[test]
fn peaks_that_walkers_cannot_travel_between_have_their_right_shares_and_an_honest_error() {
    // 3/4 of the mass at the left, a desert of e⁻²⁷ between: only the start can know of both.
    let f = vector(2, 2, |x, y| {
        let peak = |c: f64| (-300.0 * ((x[0] - c).powi(2) + (x[1] - 0.5).powi(2))).exp();
        y[1] = 3.0 * peak(0.2) + peak(0.8);
        y[0] = if x[0] > 0.5 { y[1] } else { 0.0 };
    });
    let (mut within, mut square) = (0, 0.0);
    for seed in 0..SEEDS {
        let report = run(Vmc::default().walkers(512), &f, &fixed(200_000).seed(seed));
        let e = report.ratio().unwrap();
        assert!(!report.converged() && report.suspect.is_some(), "walkers that never forget are not in equilibrium");
        within += u64::from((e.value - 0.25).abs() <= e.error);
        square += ((e.value - 0.25) / e.error).powi(2) / SEEDS as f64;
    }
    let share = within as f64 / SEEDS as f64;
    assert!((0.57..=0.79).contains(&share) && (0.7..=1.4).contains(&square), "{share} {square}");
}

#[test]
fn a_poor_start_is_forgotten_before_anything_counts() {
    // One in 10⁸ of the cube: all walkers of a population start from the same point, far out on the slope.
    let dim = 8;
    let f = vector(dim, 2, |x, y| {
        y[1] = (-x.iter().map(|x| (x - 0.4).abs()).sum::<f64>() * 100.0).exp();
        y[0] = (x[0] - 0.4).abs() * y[1];
    });
    // ∫ t e^(−100 t) over (−0.4, 0.6), the tails below 1e-16.
    let exact = 0.01;
    let mut pulls = 0.0;
    for seed in 0..SEEDS / 25 {
        let report = run(Vmc::default(), &f, &ratio().rtol(5e-3).seed(seed));
        let e = report.ratio().unwrap();
        assert!(report.converged() && report.suspect.is_none(), "{report:?}");
        let pull = (e.value - exact) / e.error;
        assert!(pull.abs() < 4.0, "{e:?}");
        pulls += pull / (SEEDS / 25) as f64;
    }
    assert!(pulls.abs() < 3.29 / ((SEEDS / 25) as f64).sqrt(), "biased by {pulls} standard deviations");
}

#[test]
fn several_ratios_over_one_density_come_from_the_same_walks() {
    let f = vector(2, 3, |x, y| {
        y[1] = (-10.0 * (x[0] - 0.5).abs() - x[1]).exp();
        (y[0], y[2]) = ((x[0] - 0.5).powi(2) * y[1], 3.0 * (x[0] - 0.5).powi(2) * y[1]);
    });
    let both = run(Vmc::default(), &f, &fixed(200_000).ratio(2, 1));
    let alone = run(Vmc::default(), &f, &fixed(200_000));
    assert_eq!(both.ratios[0], alone.ratios[0]);
    let [a, b] = both.ratios[..] else { panic!("two ratios") };
    assert!((b.value / a.value - 3.0).abs() < 1e-12 && (b.error / a.error - 3.0).abs() < 1e-9);
    assert!(both.integrals.len() == 3 && both.integrals.iter().all(|i| i.value.is_nan() && i.error == f64::INFINITY));
}

#[test]
fn a_constant_local_value_is_found_at_once_to_rounding() {
    let f = vector(3, 2, |x, y| {
        y[1] = (-x[0] * x[1] * x[2]).exp();
        y[0] = -2.9 * y[1];
    });
    let report = run(Vmc::default(), &f, &ratio().rtol(1e-12));
    let e = report.ratio().unwrap();
    assert!(report.converged() && (e.value + 2.9).abs() <= e.error && e.error < 1e-13, "{e:?}");
    assert!(report.evaluations < 300_000, "{}", report.evaluations);
}

#[test]
fn walks_are_described() {
    // On a flat density every proposal is accepted and forgets the last.
    let flat = vector(2, 2, |x, y| (y[0], y[1]) = (x[0] + x[1], 1.0));
    let report = run(Vmc::default(), &flat, &ratio().rtol(1e-3));
    let (walkers, steps, acceptance, autocorrelation, _) = walks(&report);
    assert_eq!((walkers, acceptance), (2048, 1.0));
    assert!((0.8..1.2).contains(&autocorrelation), "{autocorrelation}");
    let variance = 1.0 / 6.0 / (2048 * steps) as f64;
    assert!((report.ratio().unwrap().error / variance.sqrt() - 1.0).abs() < 0.1);
    let (peaks, _) = slanting_peaks();
    for wished in [0.2, 0.4, 0.6] {
        let report = run(Vmc::default().acceptance(wished), &peaks, &ratio().rtol(2e-3));
        let (_, _, acceptance, autocorrelation, _) = walks(&report);
        assert!((acceptance - wished).abs() < 0.04 && autocorrelation > 2.0, "{wished}: {acceptance} {autocorrelation}");
    }
}

#[test]
fn local_values_without_a_variance_are_suspect() {
    let heavy = vector(1, 2, |x, y| (y[0], y[1]) = (x[0].powf(-0.8), 1.0));
    let light = vector(1, 2, |x, y| (y[0], y[1]) = (-x[0].ln(), 1.0));
    let (mut flagged, mut wrongly) = (0, 0);
    for seed in 0..20 {
        flagged += u32::from(run(Vmc::default(), &heavy, &fixed(1_000_000).seed(seed)).suspect == Some(Suspect::HeavyTail));
        wrongly += u32::from(run(Vmc::default(), &light, &fixed(1_000_000).seed(seed)).suspect.is_some());
    }
    // A sign, no proof: three of four such runs show it.
    assert!(flagged >= 12 && wrongly <= 1, "{flagged} {wrongly}");
}

#[test]
fn threads_do_not_change_a_bit_and_seeds_do() {
    let (peaks, _) = slanting_peaks();
    for walkers in [128, 1000, 5000] {
        for options in [ratio().rtol(1e-3).max_evals(1_000_000), fixed(400_003)] {
            let run =
                |threads, seed| bits(&run(Vmc::default().walkers(walkers), &peaks, &options.clone().threads(threads).seed(seed)));
            let one = run(1, 0);
            for threads in [2, 3, 8] {
                assert_eq!(one, run(threads, 0), "{walkers} walkers, {threads} threads");
            }
            assert!(one.0 != run(1, 1).0);
        }
    }
}

#[test]
fn the_budget_is_a_ceiling_and_is_used() {
    for max_evals in [11_000, 23_456, 50_000, 1_000_003] {
        let count = AtomicU64::new(0);
        let f = vector(3, 2, |x, y| {
            count.fetch_add(1, Ordering::Relaxed);
            (y[0], y[1]) = (x[0] * x[1], (x[0] - 0.7 * x[1] - 0.2 * x[2]).abs().sqrt());
        });
        let report = run(Vmc::default(), &f, &ratio().rtol(0.0).max_evals(max_evals));
        assert_eq!((report.stop, report.evaluations), (Stop::Budget, count.load(Ordering::Relaxed)));
        assert!(report.evaluations <= max_evals && report.evaluations as f64 > 0.95 * max_evals as f64, "{}", report.evaluations);
        let e = report.ratio().unwrap();
        assert!(e.value.is_finite() && e.error.is_finite());
    }
    let (peaks, _) = slanting_peaks();
    let Err(Error::Budget { needed, .. }) = Vmc::default().integrate(&peaks, &Domain::unit(3), &fixed(3)) else {
        panic!("three evaluations are too few")
    };
    assert!(run(Vmc::default(), &peaks, &fixed(needed)).ratio().unwrap().error.is_finite());
    assert!(Vmc::default().integrate(&peaks, &Domain::unit(3), &fixed(needed - 1)).is_err());
}

/// Runs until step `last`, and returns the state at that step.
fn killed(f: &dyn Integrand, options: &Options, last: usize) -> Option<Vec<u8>> {
    let (mut step, mut state) = (0, None);
    let mut watch = |progress: Progress<'_>| {
        step += 1;
        assert!(progress.estimates.len() == 1 && progress.evaluations <= progress.max_evals);
        if step == last && !progress.finished {
            state = Some(progress.snapshot.to_bytes());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let report = Vmc::default().walkers(256).integrate_watched(f, &Domain::unit(f.dim()), options, &mut watch).unwrap();
    assert!(state.is_none() || report.stop == Stop::Cancelled && report.ratio().unwrap().value.is_finite());
    state
}

#[test]
fn a_killed_and_continued_run_gives_the_same_bits() {
    let (peaks, _) = slanting_peaks();
    let vmc = Vmc::default().walkers(256);
    let options = ratio().rtol(1e-6).max_evals(200_000);
    let whole = bits(&run(vmc, &peaks, &options));
    let mut kills = 0;
    for last in 1.. {
        let Some(state) = killed(&peaks, &options.clone().threads(1 + last % 2), last) else { break };
        assert_eq!(whole, bits(&run(vmc, &peaks, &options.clone().resume(state))), "killed at step {last}");
        kills += 1;
    }
    assert!(kills >= 8, "only {kills} steps");
}

#[test]
fn a_finished_run_goes_on_and_foreign_states_are_refused() {
    let (peaks, _) = slanting_peaks();
    let vmc = Vmc::default().walkers(256);
    let finish = |options: &Options| {
        let mut last = Vec::new();
        let mut watch = |progress: Progress<'_>| {
            if progress.finished {
                last = progress.snapshot.to_bytes();
            }
            ControlFlow::Continue(())
        };
        (vmc.integrate_watched(&peaks, &Domain::unit(3), options, &mut watch).unwrap(), last)
    };
    let (loose, state) = finish(&ratio().rtol(4e-3));
    let (tight, state) = finish(&ratio().rtol(1e-3).resume(state));
    assert!(loose.converged() && tight.converged() && tight.evaluations > loose.evaluations);
    let (more, state) = finish(&ratio().rtol(0.0).max_evals(2 * tight.evaluations).resume(state));
    assert!(more.stop == Stop::Budget && more.evaluations > tight.evaluations && more.evaluations <= 2 * tight.evaluations);
    let (nothing, state) = finish(&ratio().rtol(0.0).max_evals(10_000).resume(state));
    assert_eq!((nothing.stop, nothing.evaluations, nothing.ratio()), (Stop::Budget, more.evaluations, more.ratio()));
    let refused = |vmc: Vmc, options: Options| match vmc.integrate(&peaks, &Domain::unit(3), &options) {
        Err(Error::State { reason }) => reason,
        other => panic!("{other:?}"),
    };
    assert!(refused(vmc, ratio().seed(1).resume(state.clone())).contains("another problem"));
    assert!(refused(Vmc::default(), ratio().resume(state.clone())).contains("other settings"));
    assert!(refused(vmc, ratio().resume(state[..state.len() / 2].to_vec())).contains("torn"));
}

#[test]
fn states_forged_with_a_right_checksum_are_refused_or_end() {
    let (peaks, _) = slanting_peaks();
    let options = ratio().rtol(1e-6).max_evals(40_000);
    let state = killed(&peaks, &options, 3).unwrap();
    let mut lot = 12345u64;
    let mut draw = move |n: usize| {
        lot = lot.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (lot >> 33) as usize % n
    };
    for round in 0..300 {
        let mut body = state[..state.len() - 4].to_vec();
        for _ in 0..1 + draw(3) {
            // The numbers of the plan stand at the front, those of the record at the end.
            let at = 10 + draw(if round % 2 == 0 { 150 } else { body.len() - 10 });
            body[at] = [0, 1, 0x7f, 0x80, 0xff, draw(256) as u8][draw(6)];
        }
        body.extend(crc32fast::hash(&body).to_le_bytes());
        _ = Vmc::default().walkers(256).integrate(&peaks, &Domain::unit(3), &options.clone().resume(body));
    }
}

#[test]
fn what_is_no_density_or_no_ratio_is_refused_with_the_remedy() {
    let refused =
        |f: &dyn Integrand, options: &Options| Vmc::default().integrate(f, &Domain::unit(f.dim()), options).unwrap_err();
    let (peaks, _) = slanting_peaks();
    for options in [Options::default(), ratio().target(Target::Each), ratio().ratio(1, 0)] {
        let error = refused(&peaks, &options);
        assert_eq!(error, Error::RatioOnly { method: "vmc" });
        assert!(error.to_string().contains("--ratio"));
    }
    let wave = vector(2, 2, |x, y| (y[0], y[1]) = (1.0, x[0] - 0.3));
    assert_eq!(refused(&wave, &ratio()), Error::Density { method: "vmc", component: 1 });
    assert_eq!(refused(&scalar(2, |x| x[0]), &ratio()), Error::Component { index: 1, components: 1 });
    assert_eq!(refused(&peaks, &ratio().threads(0)), Error::Threads);
    for (vmc, setting) in [(Vmc::default().walkers(64), "walkers"), (Vmc::default().acceptance(f64::NAN), "acceptance")] {
        let error = vmc.integrate(&peaks, &Domain::unit(3), &ratio()).unwrap_err();
        assert!(matches!(error, Error::Setting { name, .. } if name == setting), "{error}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        let f = vector(2, 2, |x, y| (y[0], y[1]) = (1.0, if x[0] > 0.5 { value } else { 1.0 }));
        let Error::NotFinite { count, evaluations, point, .. } = refused(&f, &ratio()) else { panic!("{value} is not finite") };
        assert!(count > evaluations / 10 && point.len() == 2 && point[0] > 0.5);
    }
}

#[test]
fn a_density_that_is_nowhere_or_hidden_needs_a_hint() {
    let nothing = vector(2, 2, |_, y| (y[0], y[1]) = (1.0, 0.0));
    let report = run(Vmc::default(), &nothing, &ratio().max_evals(2_000_000));
    assert_eq!((report.stop, report.suspect), (Stop::Budget, Some(Suspect::AllZero)));
    assert!(report.ratio().unwrap().value.is_nan() && report.evaluations <= 1_000_000);
    let island = vector(6, 2, |x, y| {
        let inside = x.iter().all(|x| (x - 0.9).abs() < 0.01);
        y[1] = f64::from(inside);
        y[0] = x[0] * y[1];
    });
    let lost = run(Vmc::default(), &island, &ratio().rtol(1e-4));
    assert_eq!(lost.suspect, Some(Suspect::AllZero));
    let found = run(Vmc::default(), &island, &ratio().rtol(1e-4).hint(&[0.905; 6]));
    let e = found.ratio().unwrap();
    assert!(found.converged() && (e.value - 0.9).abs() <= 4.0 * e.error, "{e:?}");
    assert!(matches!(Vmc::default().integrate(&island, &Domain::unit(6), &ratio().hint(&[2.0; 6])), Err(Error::Hint { .. })));
}

#[test]
fn limits_may_be_infinite_or_reversed() {
    let f = vector(2, 2, |x, y| {
        y[1] = (-x[0] * x[0] - x[1] * x[1] - 0.5 * x[0] * x[1]).exp();
        y[0] = x[0] * x[0] * y[1];
    });
    // The precision matrix is (2, 1/2; 1/2, 2): the variance 2 / (4 − 1/4).
    let exact = 2.0 / 3.75;
    let infinity = f64::INFINITY;
    for limits in [[(-infinity, infinity); 2], [(infinity, -infinity), (-infinity, infinity)], [(-9.0, 9.0), (9.0, -9.0)]] {
        let report = Vmc::default().integrate(&f, &Domain::new(&limits).unwrap(), &ratio().rtol(2e-3)).unwrap();
        let e = report.ratio().unwrap();
        assert!(report.converged() && (e.value - exact).abs() <= 4.0 * e.error, "{limits:?}: {e:?} {exact}");
    }
    let flat = Vmc::default().integrate(&f, &Domain::new(&[(0.0, 1.0), (2.0, 2.0)]).unwrap(), &ratio()).unwrap();
    assert!(flat.evaluations == 0 && flat.ratio().unwrap().value.is_nan());
}

#[test]
fn a_panic_in_the_integrand_reaches_the_caller() {
    for threads in [1, 2] {
        let f = vector(2, 2, |x, y| {
            assert!(x[0] < 0.9, "a bug of the user's");
            (y[0], y[1]) = (x[0], 1.0);
        });
        let run = || Vmc::default().integrate(&f, &Domain::unit(2), &ratio().threads(threads));
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug of the user's"));
    }
}

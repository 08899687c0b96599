//! Quasi-Monte Carlo by its statistics: that stated errors hold as often as they should, and how fast they fall.
//!
//! Everything here runs over fixed seeds; bands are those of the binomial or normal distribution at 99.9 %, unless
//! a narrower one is promised.

use fubini_algorithms::coordinates::{Part, Parts};
use fubini_algorithms::{
    Detail, Domain, Error, Estimate, Integrand, Integrator, Options, Qmc, QmcMap, QmcSequence, Report, Stop, Suspect, scalar,
    vector,
};
use std::f64::consts::PI;
use std::ops::ControlFlow;

const OFF: QmcMap = QmcMap::Off;

fn run(qmc: Qmc, f: &dyn Integrand, options: &Options) -> Report {
    qmc.integrate(f, &Domain::unit(f.dim()), options).unwrap()
}

/// A run that takes `points` of each replicate, or somewhat more where the largest weights still grow.
fn fixed(qmc: Qmc, f: &dyn Integrand, points: u64, seed: u64) -> Report {
    run(qmc.points(points), f, &Options::default().rtol(f64::MAX).threads(1).seed(seed))
}

/// A run until the budget is used up.
fn budget(max_evals: u64) -> Options {
    Options::default().rtol(0.0).max_evals(max_evals).threads(1)
}

/// (points per replicate, whether mapped, evaluations that do not count).
fn detail(report: &Report) -> (u64, bool, u64) {
    match report.detail {
        Detail::Replicates { points_per_replicate, map, training, .. } => (points_per_replicate, map, training),
        _ => unreachable!("qmc reports replicates"),
    }
}

/// All kinds of lattices.
const LATTICES: [QmcSequence; 4] = [QmcSequence::Tent, QmcSequence::Korobov1, QmcSequence::Korobov2, QmcSequence::Korobov3];

/// (replicates, what their points are, kinds that competed).
fn chosen(report: &Report) -> (usize, &'static str, usize) {
    match report.detail {
        Detail::Replicates { replicates, sequence, candidates, .. } => (replicates, sequence, candidates),
        _ => unreachable!("qmc reports replicates"),
    }
}

/// Π 1 / (1 + ((x_d − c_d) / w)²), a product of peaks, and its exact integral.
fn product_peak(width: f64) -> (impl Integrand, f64) {
    let centres = [0.3, 0.5, 0.6, 0.8];
    let exact = centres.iter().map(|c| width * (((1.0 - c) / width).atan() + (c / width).atan())).product();
    (scalar(4, move |x| x.iter().zip(centres).map(|(x, c)| 1.0 / (1.0 + ((x - c) / width).powi(2))).product()), exact)
}

/// exp(Σ x_d) in four variables, and its exact integral.
fn exponential() -> (impl Integrand, f64) {
    (scalar(4, |x| x.iter().sum::<f64>().exp()), (1.0_f64.exp() - 1.0).powi(4))
}

/// A step along an oblique plane in three variables: half of the cube, by symmetry.
fn step() -> (impl Integrand, f64) {
    (scalar(3, |x| f64::from(0.6 * (x[0] - 0.5) + 0.9 * (x[1] - 0.5) < x[2] - 0.5)), 0.5)
}

/// x₀ w and w for a weight symmetric about x₀ = 0.4: their ratio is 0.4, and their errors are correlated.
fn moment_of_a_peak() -> impl Integrand {
    vector(3, 2, |x, y| {
        let distance = x.iter().map(|x| (x - 0.4_f64).abs().powf(1.5)).sum::<f64>();
        let weight = if x[0] < 0.8 { (-20.0 * distance).exp() } else { 0.0 };
        (y[0], y[1]) = (x[0] * weight, weight);
    })
}

/// Checks that errors are exceeded as often as one standard deviation is, and that there is no bias.
fn assert_calibrated(name: &str, exact: f64, of: impl Fn(u64) -> Estimate) {
    const SEEDS: u64 = 1500;
    let pulls: Vec<f64> = (0..SEEDS).map(of).map(|e| (e.value - exact) / e.error).collect();
    let mean = |f: &dyn Fn(f64) -> f64| pulls.iter().map(|p| f(*p)).sum::<f64>() / SEEDS as f64;
    let (exceeded, pull) = (mean(&|p| f64::from(p.abs() > 1.0)), mean(&|p| p));
    assert!((0.28..=0.38).contains(&exceeded), "{name}: error exceeded in {exceeded} of the runs");
    // Pulls of seven degrees of freedom, narrowed by Student's factor, have a standard deviation of 1.1.
    assert!(pull.abs() <= 1.1 * 3.29 / (SEEDS as f64).sqrt(), "{name}: mean pull {pull}");
}

#[test]
fn stated_errors_hold_as_often_as_a_standard_deviation() {
    let ((peak, peak_exact), (smooth, smooth_exact), (step, step_exact)) = (product_peak(0.2), exponential(), step());
    let cases: [(&str, &dyn Integrand, f64); 3] =
        [("peak", &peak, peak_exact), ("smooth", &smooth, smooth_exact), ("step", &step, step_exact)];
    for (name, f, exact) in cases {
        assert_calibrated(name, exact, |seed| fixed(Qmc::default().map(OFF), f, 512, seed).integrals[0]);
    }
    for replicates in [4, 8] {
        let qmc = Qmc::default().map(OFF).replicates(replicates);
        let name = format!("{replicates} replicates");
        assert_calibrated(&name, peak_exact, |seed| fixed(qmc, &peak, 512, seed).integrals[0]);
    }
}

#[test]
fn stated_errors_hold_under_a_map_and_for_ratios() {
    let mapped = Qmc::default().map(QmcMap::On).training(4_000);
    let (peak, exact) = product_peak(0.05);
    assert_calibrated("mapped", exact, |seed| fixed(mapped, &peak, 64, seed).integrals[0]);
    let f = moment_of_a_peak();
    let options = |seed| Options::default().rtol(f64::MAX).threads(1).ratio(0, 1).seed(seed);
    assert_calibrated("ratio", 0.4, |seed| run(Qmc::default().map(OFF).points(64), &f, &options(seed)).ratio().unwrap());
}

#[test]
fn a_run_that_stops_on_its_tolerance_keeps_its_promise() {
    let (f, exact) = product_peak(0.1);
    let qmc = Qmc::default().points(64).training(2_000);
    let (seeds, mut within) = (400, 0);
    for seed in 0..seeds {
        let report = run(qmc, &f, &Options::default().rtol(2e-3).threads(1).seed(seed));
        let i = report.integrals[0];
        assert!(report.stop == Stop::Converged && i.error <= 2e-3 * i.value, "{report:?}");
        within += u64::from((i.value - exact).abs() <= i.error);
    }
    let share = within as f64 / seeds as f64;
    assert!((0.60..=0.76).contains(&share), "{share}");
}

#[test]
fn the_error_of_a_ratio_follows_the_covariance() {
    let report = run(Qmc::default().map(OFF).replicates(32), &moment_of_a_peak(), &budget(16 * 512).ratio(0, 1));
    let ([n, d], ratio) = ([report.integrals[0], report.integrals[1]], report.ratio().unwrap());
    let independent = ratio.value * ((n.error / n.value).powi(2) + (d.error / d.value).powi(2)).sqrt();
    assert!(ratio.error < 0.8 * independent, "{} {independent}", ratio.error);
    let covariance = report.covariance.unwrap();
    assert!(covariance[[0, 1]] == covariance[[1, 0]] && covariance[[0, 1]] > 0.0);
    // The stated error is Student's multiple of the standard error, the same for all components.
    let factors = [n.error / covariance[[0, 0]].sqrt(), d.error / covariance[[1, 1]].sqrt()];
    assert!(factors.iter().all(|t| (t - 1.034_463).abs() < 1e-6), "{factors:?}");
}

#[test]
fn errors_fall_much_faster_than_one_over_the_root_of_n() {
    let ((f, exact), sizes) = (exponential(), [10, 12, 14, 16]);
    // Points in all, shared by 16 replicates.
    let rmse = |k: u32| -> f64 {
        let square = |seed| (fixed(Qmc::default().map(OFF), &f, (1 << k) / 16, seed).integrals[0].value - exact).powi(2);
        ((0..16).map(square).sum::<f64>() / 16.0).sqrt()
    };
    let errors = sizes.map(|k| rmse(k).log2());
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (x, y) = (sizes.map(f64::from), mean(&errors));
    let centre = mean(&x);
    let slope = x.iter().zip(&errors).map(|(x, e)| (x - centre) * (e - y)).sum::<f64>()
        / x.iter().map(|x| (x - centre).powi(2)).sum::<f64>();
    assert!(slope < -0.8, "N^{slope}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let f = moment_of_a_peak();
    let lattices = LATTICES.map(|lattice| Qmc::default().sequence(lattice));
    for qmc in [Qmc::default(), Qmc::default().map(OFF), Qmc::default().map(QmcMap::On).replicates(5)].into_iter().chain(lattices)
    {
        let reports = [1, 2, 3].map(|threads| run(qmc, &f, &budget(500_000).ratio(0, 1).threads(threads)));
        for report in &reports[1..] {
            assert_eq!(report.integrals, reports[0].integrals);
            assert_eq!(report.ratios, reports[0].ratios);
            assert_eq!(report.covariance, reports[0].covariance);
            assert_eq!(report.detail, reports[0].detail);
        }
        assert_ne!(run(qmc, &f, &budget(500_000).ratio(0, 1).seed(1)).integrals, reports[0].integrals);
    }
}

#[test]
fn a_run_goes_on_from_any_step_to_the_same_bits() {
    let (f, options) = (exponential().0, budget(200_000));
    let kinds = LATTICES.into_iter().chain([QmcSequence::Auto, QmcSequence::Sobol]).map(|kind| Qmc::default().sequence(kind));
    for qmc in kinds {
        let (mut states, mut trials) = (Vec::new(), Vec::new());
        let whole = qmc
            .integrate_watched(&f, &Domain::unit(4), &options, &mut |p| {
                states.push(p.snapshot.to_bytes());
                trials.push(p.evaluations);
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(states.len() >= 5, "{qmc:?} {trials:?}");
        for (k, state) in states.into_iter().enumerate() {
            let rest = qmc.integrate(&f, &Domain::unit(4), &options.clone().threads(1 + k % 2).resume(state)).unwrap();
            assert_eq!((&rest.integrals, rest.evaluations, &rest.detail), (&whole.integrals, whole.evaluations, &whole.detail));
            assert_eq!(rest.covariance, whole.covariance);
        }
    }
}

#[test]
fn evaluations_of_a_choice_are_counted() {
    let report = run(Qmc::default().map(OFF), &exponential().0, &budget(300_000));
    let (replicates, _, candidates) = chosen(&report);
    let (points, _, lost) = detail(&report);
    assert_eq!((candidates, report.evaluations), (5, replicates as u64 * points + lost));
    // Sobol' points with eight replicates of 4,096, and with four each: two lattices of 2,048, and the last rival's 8,192.
    assert_eq!(lost, 8 * 4096 + 4 * (2 * 2048 + 8192));
}

#[test]
fn budget_is_a_ceiling_and_nine_tenths_of_it_are_used() {
    let (f, exact) = product_peak(0.1);
    for map in [OFF, QmcMap::On, QmcMap::Auto] {
        for max_evals in [512, 1_000, 4_321, 100_000, 1_000_003] {
            let report = run(Qmc::default().map(map), &f, &budget(max_evals));
            assert_eq!(report.stop, Stop::Budget);
            assert!(10 * report.evaluations >= 9 * max_evals && report.evaluations <= max_evals, "{map:?} {report:?}");
            let ((points, _, training), (replicates, ..)) = (detail(&report), chosen(&report));
            assert!(points.is_power_of_two() && replicates >= 8);
            assert_eq!(report.evaluations, replicates as u64 * points + training);
            let i = report.integrals[0];
            assert!((i.value - exact).abs() < 5.0 * i.error, "{map:?} {report:?}");
        }
    }
    for (map, needed) in [(OFF, 64), (QmcMap::Auto, 64), (QmcMap::On, 320)] {
        let qmc = Qmc::default().map(map);
        let too_small = qmc.integrate(&f, &Domain::unit(4), &budget(needed - 1)).unwrap_err();
        assert_eq!(too_small, Error::Budget { method: "qmc", max_evals: needed - 1, needed, dim: 4 });
        assert!(run(qmc, &f, &budget(needed)).evaluations <= needed);
    }
}

#[test]
fn doubling_goes_on_with_the_same_points() {
    let (f, _) = exponential();
    for sequence in LATTICES.into_iter().chain([QmcSequence::Sobol]) {
        assert_doubles(Qmc::default().map(OFF).replicates(32).points(64).sequence(sequence), &f);
    }
}

fn assert_doubles(qmc: Qmc, f: &dyn Integrand) {
    let (long, short) = (run(qmc, &f, &budget(16 * 1024)), run(qmc.points(512), &f, &budget(16 * 512)));
    let mut seen = Vec::new();
    let watched = qmc.integrate_watched(&f, &Domain::unit(4), &budget(16 * 1024), &mut |p| {
        if !p.finished {
            seen.push((p.evaluations, p.estimates[0]));
        }
        ControlFlow::Continue(())
    });
    assert_eq!(seen.iter().map(|s| s.0).collect::<Vec<_>>(), [64, 128, 256, 512, 1024].map(|n| 16 * n));
    assert_eq!(seen.last().unwrap().1, watched.unwrap().integrals[0]);
    assert_eq!(seen.last().unwrap().1, long.integrals[0]);
    // Partial sums in another order, but the same points.
    assert!((seen[3].1.value - short.integrals[0].value).abs() < 1e-14 * short.integrals[0].value);
}

#[test]
fn an_observer_can_cancel_at_any_step() {
    let (f, exact) = product_peak(0.1);
    for calls in [1, 3, 6] {
        let mut left = calls;
        let report = Qmc::default()
            .integrate_watched(&f, &Domain::unit(4), &budget(1_000_000), &mut |_| {
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert_eq!(report.stop, Stop::Cancelled);
        assert!((report.integrals[0].value - exact).abs() < 0.1 * exact, "{report:?}");
    }
}

#[test]
fn the_pilot_takes_a_map_where_it_pays_and_only_there() {
    let ((narrow, exact), options) = (product_peak(0.02), budget(600_000));
    // Every axis alone sees a constant.
    let wave = scalar(4, |x| 1.0 + (2.0 * PI * x.iter().sum::<f64>()).cos());
    let taken = |f: &dyn Integrand| detail(&run(Qmc::default(), f, &options));
    let (_, mapped, training) = taken(&narrow);
    assert!(mapped && training > 20_000);
    let (_, mapped, training) = taken(&wave);
    assert!(!mapped && training > 20_000);
    let error = |map| run(Qmc::default().map(map), &narrow, &options).integrals[0].error;
    assert!(error(QmcMap::On) < 0.1 * error(OFF) && error(QmcMap::Auto) < 0.2 * error(OFF));
    // An easy integral is done before the pilot, and costs nothing but its own points.
    let easy = run(Qmc::default(), &exponential().0, &Options::default().rtol(1e-3).threads(1));
    assert_eq!((easy.converged(), detail(&easy), chosen(&easy)), (true, (256, false, 0), (16, "sobol", 1)));
    assert!((run(Qmc::default(), &narrow, &options).integrals[0].value - exact).abs() < 1e-3 * exact);
}

#[test]
fn constants_are_exact_without_error() {
    for map in [OFF, QmcMap::On] {
        for dim in [1, 2, 3, 7, 30] {
            let f = vector(dim, 3, |_, y| y.copy_from_slice(&[0.1, -3.0, 0.0]));
            let report = run(Qmc::default().map(map), &f, &Options::default().max_evals(2_000_000).threads(1));
            assert!(report.converged() && detail(&report).0 == 256, "{report:?}");
            for (i, exact) in report.integrals.iter().zip([0.1, -3.0, 0.0]) {
                assert!((i.value - exact).abs() <= 1e-15 * exact.abs() && i.error == 0.0, "{dim}: {i:?}");
            }
        }
    }
}

#[test]
fn zero_is_believed_only_after_many_points() {
    let report = run(Qmc::default(), &scalar(3, |_| 0.0), &Options::default().threads(1));
    assert!(report.stop == Stop::Converged && report.evaluations >= 1_000_000, "{report:?}");
    assert_eq!(report.integrals, [Estimate { value: 0.0, error: 0.0 }]);
    let ratio = run(Qmc::default(), &vector(2, 2, |_, y| y.fill(0.0)), &budget(10_000).ratio(0, 1));
    assert!(ratio.ratio().unwrap().value.is_nan() && ratio.ratio().unwrap().error == f64::INFINITY);
    assert_eq!(ratio.stop, Stop::Budget);
}

#[test]
fn components_come_out_as_they_would_alone() {
    let parts: [fn(&[f64]) -> f64; 3] = [|x| x[0] * x[1], |x| (x[0] - x[1] + x[2]).exp(), |x| f64::from(x[2] < x[0])];
    let all = vector(3, 3, move |x, y| y.iter_mut().zip(parts).for_each(|(y, f)| *y = f(x)));
    let qmc = Qmc::default().map(OFF);
    let together = fixed(qmc, &all, 8192, 3).integrals;
    for (estimate, f) in together.iter().zip(parts) {
        assert_eq!(fixed(qmc, &scalar(3, f), 8192, 3).integrals, [*estimate]);
    }
}

#[test]
fn any_number_of_dimensions_from_one_to_a_thousand() {
    // Π (1 + (x_d − ½) / d²), which is 1 in any number of dimensions.
    let f = |dim| scalar(dim, |x| x.iter().zip(1..).map(|(x, d)| 1.0 + (x - 0.5) / f64::from(d * d)).product());
    for (dim, points, rtol) in [(1, 4096, 5e-7), (20, 4096, 1e-5), (1000, 256, 1e-3)] {
        let i = fixed(Qmc::default().map(OFF), &f(dim), points, 0).integrals[0];
        assert!(i.error < rtol && (i.value - 1.0).abs() < 4.0 * i.error, "{dim}: {i:?}");
    }
    let error = Qmc::default().integrate(&f(1001), &Domain::unit(1001), &Options::default()).unwrap_err();
    assert_eq!(error, Error::Unsupported { method: "qmc", dim: 1001, min: 1, max: 1000 });
}

#[test]
fn values_that_are_not_finite_are_counted_and_too_many_refused() {
    let few = scalar(2, |x| if x[0] < 0.01 { f64::NAN } else { 1.0 });
    let report = run(Qmc::default().map(OFF), &few, &budget(100_000));
    let expected = 0.01 * report.evaluations as f64;
    assert!((report.non_finite as f64 - expected).abs() < 0.1 * expected, "{report:?}");
    let many = scalar(2, |x| if x[0] < 0.5 { f64::NAN } else { 1.0 });
    for map in [OFF, QmcMap::On, QmcMap::Auto] {
        let error = Qmc::default().map(map).integrate(&many, &Domain::unit(2), &budget(100_000)).unwrap_err();
        assert!(matches!(error, Error::NotFinite { .. }), "{error:?}");
    }
}

#[test]
fn an_infinite_variance_is_called_one_and_a_steep_peak_is_not() {
    let (mut steep, mut heavy) = (0, 0);
    let (peak, singular) = (product_peak(0.05).0, scalar(2, |x| 1.0 / (x[0] * x[1]).sqrt()));
    for seed in 0..40 {
        let options = Options::default().rtol(1e-2).max_evals(1_000_000).threads(1).seed(seed);
        steep += u32::from(run(Qmc::default(), &peak, &options).suspect.is_some());
        let sobol = Qmc::default().sequence(QmcSequence::Sobol);
        heavy += u32::from(run(sobol, &singular, &options).suspect == Some(Suspect::HeavyTail));
    }
    assert!(steep == 0 && heavy >= 28, "{steep} {heavy}");
}

#[test]
fn errors_hold_of_every_lattice_and_of_the_one_that_is_chosen() {
    let ((peak, peak_exact), (smooth, smooth_exact)) = (product_peak(0.4), exponential());
    for sequence in LATTICES {
        let qmc = Qmc::default().sequence(sequence);
        assert_calibrated(&format!("{sequence:?}"), peak_exact, |seed| fixed(qmc, &peak, 2048, seed).integrals[0]);
    }
    // With few points to each competition, so that many of them can be held.
    let qmc = Qmc::default().points(64).training(2_000);
    for (name, f, exact) in [("peak", &peak as &dyn Integrand, peak_exact), ("smooth", &smooth, smooth_exact)] {
        assert_calibrated(name, exact, |seed| {
            let report = run(qmc, f, &budget(16_384).seed(seed));
            assert!(chosen(&report).2 >= 5, "no competition: {report:?}");
            report.integrals[0]
        });
    }
}

#[test]
fn lattices_win_where_integrands_are_smooth_and_lose_at_jumps() {
    let ((f, exact), (jump, half)) = (exponential(), step());
    let options = |seed| budget(200_000).seed(seed);
    for seed in 0..8 {
        let report = run(Qmc::default(), &f, &options(seed));
        let (replicates, sequence, candidates) = chosen(&report);
        assert!(sequence.starts_with("korobov") && candidates >= 5 && replicates >= 8, "{report:?}");
        assert!((report.integrals[0].value / exact - 1.0).abs() < 1e-7, "{report:?}");
        let sobol = run(Qmc::default().sequence(QmcSequence::Sobol), &f, &options(seed));
        assert!(report.integrals[0].error < 0.2 * sobol.integrals[0].error, "{report:?}");
    }
    let errors = |sequence| -> f64 {
        let square = |seed| (run(Qmc::default().sequence(sequence), &jump, &options(seed)).integrals[0].value - half).powi(2);
        (0..24).map(square).sum::<f64>().sqrt()
    };
    assert!(errors(QmcSequence::Auto) < 1.5 * errors(QmcSequence::Sobol));
}

#[test]
fn a_lattice_in_too_many_dimensions_is_refused_and_does_not_compete() {
    let f = |dim| scalar(dim, |x| x.iter().sum::<f64>().sin());
    let error = Qmc::default().sequence(QmcSequence::Tent).integrate(&f(65), &Domain::unit(65), &budget(100_000)).unwrap_err();
    assert_eq!(error, Error::Unsupported { method: "qmc", dim: 65, min: 1, max: 64 });
    assert_eq!(chosen(&run(Qmc::default(), &f(65), &budget(200_000))).1, "sobol");
    // In many variables weights of Korobov's transforms vary too much: only the tent competes.
    assert_eq!(chosen(&run(Qmc::default().map(OFF), &f(40), &budget(200_000))).2, 2);
}

#[test]
fn a_lattice_that_crowds_where_values_are_not_finite_does_not_compete() {
    let f = scalar(2, |x| if x[0] < 1e-4 { f64::NAN } else { (x[0] + x[1]).exp() });
    let report = run(Qmc::default(), &f, &budget(200_000));
    assert_eq!(chosen(&report).1, "sobol", "{report:?}");
    let expected = 1e-4 * report.evaluations as f64;
    assert!((report.non_finite as f64) < 2.0 * expected, "those of the others are not counted: {report:?}");
}

#[test]
fn replicates_that_agree_do_not_state_that_they_are_exact() {
    // A jump so close to the middle that next to no replicate meets it: the value is off by 1e-4.
    let f = scalar(1, |x| f64::from(x[0] < 0.5001));
    for seed in 0..20 {
        let report = run(Qmc::default().map(OFF), &f, &budget(16 * 256).seed(seed));
        let i = report.integrals[0];
        assert!(i.error > 0.0 && (i.value - 0.5001).abs() <= 4.0 * i.error, "{i:?}");
    }
}

#[test]
fn replicates_that_miss_a_jump_alike_are_found_out() {
    // A jump across an axis, at all places: most replicates have their points on the same side of it, at one size but not at all.
    // What stays is a jump that none of all points has come close enough to see.
    for dim in [1, 3] {
        let missed = (0..400u32).filter(|k| {
            let jump = 0.05 + 0.9 * (f64::from(*k) * 0.618_033_988_749_895).fract();
            let f = scalar(dim, move |x| if x[0] < jump { 1.0 + x[0] } else { 0.0 });
            let report = run(Qmc::default(), &f, &Options::default().rtol(1e-3).threads(1).seed(u64::from(*k)));
            let Estimate { value, error } = report.integrals[0];
            assert!(report.converged() && report.evaluations < 300_000, "{report:?}");
            (value - jump - 0.5 * jump * jump).abs() > 4.0 * error
        });
        let missed = missed.count();
        assert!(missed <= 20, "{missed} of 400 in {dim} variables");
    }
}

#[test]
fn points_never_touch_the_ends_of_an_axis() {
    let f = scalar(3, |x| {
        assert!(x.iter().all(|x| 0.0 < *x && *x < 1.0), "{x:?}");
        x.iter().map(|x| 1.0 / (x * (1.0 - x)).sqrt()).product()
    });
    let lattices = LATTICES.map(|lattice| Qmc::default().sequence(lattice));
    for qmc in [Qmc::default().map(OFF), Qmc::default().map(QmcMap::On)].into_iter().chain(lattices) {
        let i = run(qmc, &f, &budget(300_000)).integrals[0];
        assert!((i.value - PI.powi(3)).abs() <= 4.0 * i.error, "{qmc:?} {i:?}");
    }
    // Nor those of an interval whose lower end is no float's neighbour of zero.
    let f = scalar(1, |x| {
        assert!(1.0 < x[0] && x[0] < 2.0, "{x:?}");
        1.0 / ((x[0] - 1.0) * (2.0 - x[0])).sqrt()
    });
    for lattice in LATTICES {
        let i = Qmc::default().sequence(lattice).integrate(&f, &Domain::new(&[(1.0, 2.0)]).unwrap(), &budget(100_000)).unwrap();
        assert!((i.integrals[0].value - PI).abs() <= 5.0 * i.integrals[0].error + 1e-7, "{lattice:?} {i:?}");
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let wrong = [
        Qmc::default().replicates(1),
        Qmc::default().replicates(1025),
        Qmc::default().points(0),
        Qmc::default().points((1 << 31) + 1),
    ];
    for qmc in wrong {
        let error = qmc.integrate(&scalar(1, |x| x[0]), &Domain::unit(1), &Options::default()).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{error:?}");
    }
}

/// Parts of a domain lie side by side on one axis; a map moved the cuts between them to where all replicates may see the same.
#[test]
fn no_map_moves_the_cuts_between_parts() {
    let (mut beyond, count) = (Vec::new(), 300);
    for seed in 0..count {
        // One step is high, and others are narrow.
        let number = 3 + seed as usize % 5;
        let edges: Vec<f64> = (0..=number).map(|k| (k as f64 / number as f64).powi(2)).collect();
        let part = |k: usize| Part::new(Domain::new(&[(edges[k], edges[k + 1]), (0.0, 1.0)]).unwrap());
        let parts = Parts::new((0..number).map(part).collect()).unwrap();
        let height = |k: usize| if k == seed as usize % number { 20.0 } else { 1.0 };
        let steps = edges.clone();
        let f = scalar(2, move |x| x[1].exp() * height(steps[1..number].iter().filter(|edge| x[0] > **edge).count()));
        let exact = 1f64.exp_m1() * (0..number).map(|k| height(k) * (edges[k + 1] - edges[k])).sum::<f64>();
        let options = Options::default().rtol(1e-3).max_evals(60_000).seed(seed);
        let report = Qmc::default().map(QmcMap::On).integrate(&f, &parts, &options).unwrap();
        let Estimate { value, error } = report.integrals[0];
        if report.converged() && (value - exact).abs() > 4.0 * error {
            beyond.push((seed, (value - exact) / error));
        }
    }
    assert!(beyond.is_empty(), "{beyond:?}");
}

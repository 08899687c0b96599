//! Weighted samples and histograms: they add up to the integral, scatter as they say, and disturb nothing.

use fubini_algorithms::{
    Cuhre, Domain, Error, Histogram, ImportanceMap, Integrator, Options, Recorder, Samples, Stop, Tap, Vegas, scalar, vector,
};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

/// Sums of what it is given, and the last points.
#[derive(Default)]
struct Sums {
    fresh: [f64; 3],
    kept: [f64; 3],
    samples: u64,
    taken: u64,
    discarded: bool,
    first: Vec<f64>,
}

impl Recorder for Sums {
    fn take(&mut self, samples: &Samples) {
        assert_eq!(samples.strata().sum::<usize>(), samples.len());
        self.taken += samples.len() as u64;
        for (i, w) in samples.weights().iter().enumerate() {
            let own = [1.0, samples.values(0)[i], samples.values(1)[i]];
            self.fresh.iter_mut().zip(own).for_each(|(sum, f)| *sum += w * f);
        }
        self.first.extend(samples.points().axis(0).iter().take(3));
    }

    fn keep(&mut self, samples: u64) {
        self.samples += samples;
        self.kept.iter_mut().zip(&mut self.fresh).for_each(|(kept, fresh)| *kept += std::mem::take(fresh));
    }

    fn discard(&mut self) {
        self.fresh = [0.0; 3];
        self.discarded = true;
    }
}

fn pair() -> impl fubini_algorithms::Integrand {
    vector(3, 2, |x, y| {
        y[0] = (-x[0] * x[0] - (x[1] - x[2]).abs()).exp();
        y[1] = x[0] * y[0];
    })
}

/// An infinite side, so that there is a Jacobian.
fn domain() -> Domain {
    Domain::new(&[(0.0, f64::INFINITY), (1.0, -1.0), (0.0, 2.0)]).unwrap()
}

#[test]
fn weights_add_up_to_the_integrals_on_any_threads_and_change_no_bit() {
    let options = |threads| Options::default().rtol(2e-3).seed(4).threads(threads);
    let plain = Vegas::default().integrate(&pair(), &domain(), &options(1)).unwrap();
    let mut first = Vec::new();
    for threads in [1, 3] {
        let sums = Arc::new(Mutex::new(Sums::default()));
        let report = Vegas::default().integrate(&pair(), &domain(), &options(threads).samples(Tap::new(&sums))).unwrap();
        assert_eq!(report.integrals, plain.integrals);
        let sums = sums.lock().unwrap();
        for (integral, sum) in report.integrals.iter().zip(&sums.kept[1..]) {
            assert!((sum / sums.samples as f64 / integral.value - 1.0).abs() < 1e-12, "{integral:?} {sum}");
        }
        // What trained the map alone is not handed out, and all else is.
        assert!(sums.taken == sums.samples && sums.samples < report.evaluations && !sums.discarded);
        first.push((sums.first.clone(), sums.kept));
    }
    assert!(first[0] == first[1]);
}

#[test]
fn an_iteration_that_is_interrupted_counts_for_nobody() {
    let sums = Arc::new(Mutex::new(Sums::default()));
    let seen = Arc::clone(&sums);
    // In the middle of the third iteration that counts.
    let ask = move || seen.try_lock().is_ok_and(|sums| sums.samples >= 70_000 && sums.taken > sums.samples + 10_000);
    let options = Options::default().rtol(0.0).atol(1e-12).max_evals(5_000_000).samples(Tap::new(&sums)).interrupt(ask);
    let report = Vegas::default().integrate(&pair(), &domain(), &options).unwrap();
    let sums = sums.lock().unwrap();
    assert!(report.stop == Stop::Cancelled && sums.discarded);
    assert!((sums.kept[1] / sums.samples as f64 / report.integrals[0].value - 1.0).abs() < 1e-12);
}

#[test]
fn bins_scatter_by_their_errors() {
    // e^(-x-y) by the value of x + y in 40 bins of which the first holds little, over 100 seeds; exact by the gamma distribution.
    let (bins, top) = (40, 8.0);
    let exact: Vec<f64> = (0..bins)
        .map(|b| {
            let below = |s: f64| 1.0 - (1.0 + s) * (-s).exp();
            below(top * (b + 1) as f64 / bins as f64) - below(top * b as f64 / bins as f64)
        })
        .collect();
    let domain = Domain::new(&[(0.0, f64::INFINITY), (0.0, f64::INFINITY)]).unwrap();
    let (mut pulls, mut count) = (0.0, 0);
    for seed in 0..100 {
        let sum = scalar(2, |x| x[0] + x[1]);
        let histogram = Arc::new(Mutex::new(Histogram::new(sum, 0.0, top, bins).unwrap()));
        let options = Options::default().rtol(0.0).max_evals(60_000).seed(seed).samples(Tap::new(&histogram));
        let vegas = Vegas::default().points(5_000);
        let report = vegas.integrate(&scalar(2, |x| (-x[0] - x[1]).exp()), &domain, &options).unwrap();
        let histogram = histogram.lock().unwrap();
        for (bin, exact) in histogram.bins().iter().zip(&exact) {
            pulls += ((bin.value - exact) / bin.error).powi(2);
            count += 1;
        }
        let all: f64 = histogram.bins().iter().chain(&histogram.outside()).map(|bin| bin.value).sum();
        assert!((all / report.integrals[0].value - 1.0).abs() < 1e-12);
    }
    let mean = pulls / f64::from(count);
    assert!((0.9..1.1).contains(&mean), "mean square of {count} pulls: {mean}");
}

#[test]
fn bins_in_one_variable_scatter_by_their_errors_though_few_strata_lie_across_their_edges() {
    let (bins, seeds) = (10, 200);
    let exact = |b: usize| (0.2 * (b as f64 - 10.0) / 2.0).exp();
    let (mut pulls, mut most) = (0.0, 0.0f64);
    for seed in 0..seeds {
        let histogram = Arc::new(Mutex::new(Histogram::new(scalar(1, |x| x[0]), -1.0, 0.0, bins).unwrap()));
        let options = Options::default().rtol(0.0).max_evals(100_000).seed(seed).samples(Tap::new(&histogram));
        let domain = Domain::new(&[(-1.0, 0.0)]).unwrap();
        Vegas::default().integrate(&scalar(1, |x| x[0].exp()), &domain, &options).unwrap();
        for (b, bin) in histogram.lock().unwrap().bins().iter().enumerate() {
            let pull = (bin.value - (exact(b + 1) - exact(b))).abs() / bin.error;
            (pulls, most) = (pulls + pull * pull, most.max(pull));
        }
    }
    let mean = pulls / (bins as f64 * seeds as f64);
    assert!((0.9..1.1).contains(&mean) && most < 5.0, "mean square of pulls {mean}, largest {most}");
}

#[test]
fn a_map_of_another_integrand_costs_evaluations_and_no_correctness() {
    let peak = |at: f64, sharp: f64| scalar(3, move |x: &[f64]| (-sharp * x.iter().map(|x| (x - at).powi(2)).sum::<f64>()).exp());
    let (unit, options) = (Domain::unit(3), Options::default().rtol(1e-3).max_evals(2_000_000));
    let mut map: Option<ImportanceMap> = None;
    Vegas::default()
        .integrate_watched(&peak(0.2, 2000.0), &unit, &options, &mut |progress| {
            map = progress.snapshot.map();
            ControlFlow::Continue(())
        })
        .unwrap();
    let map = ImportanceMap::from_bytes(&map.unwrap().to_bytes()).unwrap();
    let exact = (std::f64::consts::PI / 2000.0).powf(1.5);
    let mut beyond = 0;
    for seed in 0..20 {
        let elsewhere =
            Vegas::default().integrate(&peak(0.8, 2000.0), &unit, &options.clone().seed(seed).map(map.clone())).unwrap();
        let found = elsewhere.integrals[0];
        beyond += u32::from(elsewhere.converged() && (found.value - exact).abs() > 4.0 * found.error);
    }
    assert_eq!(beyond, 0);
    let other = Vegas::default().integrate(&peak(0.8, 1.0), &unit, &options.clone().map(map.clone())).unwrap();
    let plain = Vegas::default().integrate(&peak(0.8, 1.0), &unit, &options).unwrap();
    assert!(
        (other.integrals[0].value - plain.integrals[0].value).abs() < 5.0 * (other.integrals[0].error + plain.integrals[0].error)
    );
    let wrong = Vegas::default().integrate(&scalar(2, |x| x[0]), &Domain::unit(2), &options.clone().map(map.clone()));
    assert!(matches!(wrong, Err(Error::Map { .. })), "{wrong:?}");
    let rule = Cuhre::default().integrate(&peak(0.8, 1.0), &unit, &options.map(map));
    assert!(matches!(rule, Err(Error::NoSamples { method: "cuhre" })), "{rule:?}");
}

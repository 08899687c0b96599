//! A run that is saved, killed and continued gives the bits of the run that was not.

mod methods;

use fubini_algorithms::{Cuhre, Domain, Error, Integrand, Integrator, Options, Report, Stop, Vegas, scalar, vector};
use methods::{all, integrators, takes};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Two components with a kink, so that no method is done at once.
fn components(x: &[f64], y: &mut [f64]) {
    y[0] = (-3.0 * (x[0] - 0.3).abs() - x[1] * x[2]).exp();
    y[1] = 1.0 / (0.1 + (x[0] - 0.6).powi(2) + x[1] * x[1]);
}

fn integrand() -> impl fubini_algorithms::Integrand {
    vector(3, 2, components)
}

fn bits(report: &Report) -> (Vec<u64>, u64, String) {
    let estimates = report.integrals.iter().chain(&report.ratios);
    let covariance = report.covariance.iter().flatten().map(|c| c.to_bits());
    let bits = estimates.flat_map(|e| [e.value.to_bits(), e.error.to_bits()]).chain(covariance).collect();
    (bits, report.evaluations, format!("{:?} {:?}", report.stop, report.detail))
}

/// Runs until step `last`, and returns the state at that step.
fn killed(integrator: &dyn Integrator, options: &Options, last: usize) -> Option<Vec<u8>> {
    let (mut step, mut state) = (0, None);
    let mut watch = |progress: fubini_algorithms::Progress<'_>| {
        step += 1;
        if step == last && !progress.finished {
            state = Some(progress.snapshot.to_bytes());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    integrator.integrate_watched(&integrand(), &Domain::unit(3), options, &mut watch).unwrap();
    state
}

#[test]
fn a_killed_and_continued_run_gives_the_same_bits() {
    for integrator in integrators() {
        let plain = Options::default().rtol(1e-6).max_evals(400_000);
        // The last one never has done with its regions, so that there always are some under evaluation.
        for options in [plain.clone(), plain.clone().ratio(0, 1), plain.rtol(0.0)] {
            let whole = bits(&integrator.integrate(&integrand(), &Domain::unit(3), &options).unwrap());
            let mut kills = 0;
            for last in (1..).take(60) {
                // Other threads must make no difference either.
                let Some(state) = killed(&*integrator, &options.clone().threads(1 + last % 2), last) else { break };
                let rest = integrator.integrate(&integrand(), &Domain::unit(3), &options.clone().resume(state)).unwrap();
                assert_eq!(whole, bits(&rest), "{} killed at step {last}", integrator.name());
                kills += 1;
            }
            assert!(kills >= 4, "{}: only {kills} steps", integrator.name());
        }
    }
}

#[test]
fn a_finished_run_goes_on_to_a_tighter_tolerance_or_a_larger_budget() {
    for integrator in integrators() {
        let run = |options: &Options| {
            let mut last = Vec::new();
            let mut watch = |progress: fubini_algorithms::Progress<'_>| {
                if progress.finished {
                    last = progress.snapshot.to_bytes();
                }
                ControlFlow::Continue(())
            };
            let report = integrator.integrate_watched(&integrand(), &Domain::unit(3), options, &mut watch).unwrap();
            (report, last)
        };
        let (loose, state) = run(&Options::default().rtol(1e-2));
        let (tight, state) = run(&Options::default().rtol(1e-3).resume(state));
        assert!(loose.converged() && tight.converged() && tight.evaluations >= loose.evaluations, "{}", integrator.name());
        assert!(tight.integrals.iter().all(|e| e.error <= 1e-3 * e.value.abs()));
        let (more, state) = run(&Options::default().rtol(0.0).max_evals(2 * tight.evaluations).resume(state));
        assert_eq!(more.stop, Stop::Budget);
        assert!(more.evaluations <= 2 * tight.evaluations);
        let (nothing, _) = run(&Options::default().rtol(0.0).max_evals(1000).resume(state));
        assert_eq!((nothing.stop, nothing.evaluations), (Stop::Budget, more.evaluations), "a smaller budget is used up");
    }
}

#[test]
fn a_smaller_budget_ends_a_run_early_wherever_it_was_saved() {
    let options = Options::default().rtol(1e-6).max_evals(400_000);
    for integrator in integrators() {
        for last in 1..4 {
            let state = killed(&*integrator, &options, last).unwrap();
            let report =
                integrator.integrate(&integrand(), &Domain::unit(3), &options.clone().max_evals(2_000).resume(state)).unwrap();
            assert_eq!(report.stop, Stop::Budget, "{}", integrator.name());
        }
    }
}

#[test]
fn states_of_something_else_are_refused() {
    let options = Options::default().rtol(1e-6).max_evals(100_000);
    for integrator in integrators() {
        let state = killed(&*integrator, &options, 2).unwrap();
        let refusal =
            |options: Options, bytes: Vec<u8>| match integrator.integrate(&integrand(), &Domain::unit(3), &options.resume(bytes))
            {
                Err(Error::State { reason }) => reason,
                other => panic!("{}: {other:?}", integrator.name()),
            };
        assert!(refusal(options.clone(), Vec::new()).contains("no state"));
        assert!(refusal(options.clone(), b"PNG".to_vec()).contains("no state"));
        let mut other_version = state.clone();
        other_version[7] = b'0';
        assert!(refusal(options.clone(), other_version).contains("version"));
        for cut in [11, 40, state.len() / 2, state.len() - 1] {
            assert!(refusal(options.clone(), state[..cut].to_vec()).contains("torn"));
        }
        let mut damaged = state.clone();
        let middle = state.len() / 2;
        damaged[middle] ^= 4;
        assert!(refusal(options.clone(), damaged).contains("torn or damaged"));
        assert!(refusal(options.clone().seed(1), state.clone()).contains("another problem"));
        assert!(refusal(options.clone().ratio(0, 1), state.clone()).contains("another problem"));
        let other = scalar(3, |x| x[0]);
        let error = integrator.integrate(&other, &Domain::unit(3), &options.clone().resume(state.clone())).unwrap_err();
        assert!(error.to_string().contains("another problem"));
        let foreign: &dyn Integrator = if integrator.name() == "vegas" { &Cuhre::default() } else { &Vegas::default() };
        let error = foreign.integrate(&integrand(), &Domain::unit(3), &options.clone().resume(state)).unwrap_err();
        assert!(error.to_string().contains(integrator.name()), "{error}");
    }
    let degree = Cuhre::default().degree(9);
    let state = killed(&degree, &options, 2).unwrap();
    let error = Cuhre::default().integrate(&integrand(), &Domain::unit(3), &options.resume(state)).unwrap_err();
    assert!(error.to_string().contains("other settings"), "{error}");
}

/// The state of a run at its end.
fn state_of(integrator: &dyn Integrator, f: &dyn Integrand, options: &Options) -> Vec<u8> {
    let mut state = Vec::new();
    let mut watch = |progress: fubini_algorithms::Progress<'_>| {
        state = progress.snapshot.to_bytes();
        ControlFlow::Continue(())
    };
    integrator.integrate_watched(f, &Domain::unit(f.dim()), options, &mut watch).unwrap();
    state
}

#[test]
fn a_peak_that_underflows_nearly_everywhere_is_told_from_a_multiple_of_it_and_by_its_label() {
    // All of the points that fill the cube see zero.
    let peak = |factor: f64| {
        vector(6, 2, move |x, y| {
            let distance: f64 = x.iter().map(|x| (x - 0.4) * (x - 0.4)).sum();
            y[1] = factor * (-1e5 * distance).exp();
            y[0] = x[0] * y[1];
        })
    };
    let options = Options::default().ratio(0, 1).max_evals(4_000_000).hint(&[0.4; 6]).label("one peak");
    for integrator in all().into_iter().filter(|integrator| takes(&**integrator, 6)) {
        let state = state_of(&*integrator, &peak(1.0), &options);
        let resumed = |factor: f64, label: &str| {
            let options = options.clone().label(label).resume(state.clone());
            integrator.integrate(&peak(factor), &Domain::unit(6), &options)
        };
        assert!(resumed(1.0, "one peak").is_ok(), "{}", integrator.name());
        let error = resumed(1.0, "seven peaks").unwrap_err().to_string();
        assert!(error.contains("`one peak`") && error.contains("`seven peaks`"), "{}: {error}", integrator.name());
        let error = resumed(7.0, "one peak").map(|report| report.integrals).unwrap_err().to_string();
        assert!(error.contains("another problem"), "{}: {error}", integrator.name());
    }
}

#[test]
fn states_forged_with_a_right_checksum_are_refused_or_end() {
    // A reader must survive what a checksum can't detect: bytes changed on purpose.
    let options = Options::default().rtol(1e-6).max_evals(20_000);
    for integrator in integrators() {
        let state = killed(&*integrator, &options, 2).unwrap();
        let mut lot = 12345u64;
        let mut draw = move |n: usize| {
            lot = lot.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (lot >> 33) as usize % n
        };
        for _ in 0..300 {
            let mut body = state[..state.len() - 4].to_vec();
            for _ in 0..1 + draw(3) {
                let at = 10 + draw(body.len() - 10);
                body[at] = [0, 1, 0x7f, 0x80, 0xff, draw(256) as u8][draw(6)];
            }
            body.extend(crc32fast::hash(&body).to_le_bytes());
            // Whatever comes out, it must come out, and cost no more than was allowed, beside the points by which a state is
            // recognised and one that shows where values are not finite.
            let count = Arc::new(AtomicU64::new(0));
            let seen = Arc::clone(&count);
            let f = vector(3, 2, move |x, y| {
                seen.fetch_add(1, Ordering::Relaxed);
                components(x, y);
            });
            _ = integrator.integrate(&f, &Domain::unit(3), &options.clone().resume(body));
            let count = count.load(Ordering::Relaxed);
            assert!(count <= 20_000 + 64, "{}: {count} evaluations", integrator.name());
        }
    }
}

#[test]
fn states_with_a_byte_that_was_zeroed_keep_the_budget() {
    // A plan for no replicates took every step for free.
    const BUDGET: u64 = 20_000;
    let options = Options::default().rtol(1e-6).max_evals(BUDGET);
    for integrator in integrators() {
        let state = killed(&*integrator, &options, 2).unwrap();
        let body = &state[..state.len() - 4];
        for at in (10..body.len()).step_by(body.len().div_ceil(3_000)) {
            let mut body = body.to_vec();
            body[at] = 0;
            body.extend(crc32fast::hash(&body).to_le_bytes());
            let count = AtomicU64::new(0);
            let f = vector(3, 2, |x, y| {
                count.fetch_add(1, Ordering::Relaxed);
                components(x, y);
            });
            _ = integrator.integrate(&f, &Domain::unit(3), &options.clone().resume(body));
            let count = count.load(Ordering::Relaxed);
            assert!(count <= BUDGET + 64, "{}, byte {at}: {count} evaluations", integrator.name());
        }
    }
}

#[test]
fn a_budget_below_an_audit_is_no_reason_for_roundoff() {
    // Issue 14. In one variable an audit takes 2,584 points, and a mesh may need no more than four regions.
    let functions: [fn(&[f64]) -> f64; 5] =
        [|x| x[0].exp(), |_| 1.0, |x| x[0] * x[0], |x| (x[0] - 0.3).abs(), |x| (50.0 * x[0]).cos() + 2.0];
    for (i, f) in functions.into_iter().enumerate() {
        for budget in [31, 70, 100, 300, 1_000, 2_000, 2_600] {
            let options = Options::default().rtol(1e-8).max_evals(budget);
            let mut state = Vec::new();
            let mut watch = |progress: fubini_algorithms::Progress<'_>| {
                state = progress.snapshot.to_bytes();
                ControlFlow::Continue(())
            };
            let first = Cuhre::default().integrate_watched(&scalar(1, f), &Domain::unit(1), &options, &mut watch).unwrap();
            assert_eq!(first.stop, Stop::Budget, "function {i} with {budget}");
            let options = options.max_evals(200_000).resume(state);
            let rest = Cuhre::default().integrate(&scalar(1, f), &Domain::unit(1), &options).unwrap();
            assert!(rest.converged() && rest.evaluations < 10_000, "function {i} after {budget}: {rest:?}");
        }
    }
}

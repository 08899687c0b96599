//! Peaks that a method misses by itself: hints find them, and what finds nothing says so.

use fubini_algorithms::{Auto, Cuhre, Domain, Error, GenzMalik, Integrator, Options, Qmc, Stop, Suspect, Vegas, scalar};

const CENTRE: [f64; 5] = [0.23, 0.61, 0.45, 0.87, 0.12];
const WIDTH: f64 = 2e-3;

/// A Gaussian five hundred times narrower than the box, with integral 1.
fn narrow(x: &[f64]) -> f64 {
    let norm = (WIDTH * (2.0 * std::f64::consts::PI).sqrt()).powi(5);
    let square: f64 = x.iter().zip(CENTRE).map(|(x, c)| ((x - c) / WIDTH).powi(2)).sum();
    let value = (-0.5 * square).exp() / norm;
    // Far from the peak it is exactly zero: there is nothing to follow.
    if square > 200.0 { 0.0 } else { value }
}

fn integrators() -> Vec<(Box<dyn Integrator>, f64, f64)> {
    vec![
        (Box::new(Cuhre::default()), 1e-4, 1.0),
        (Box::new(GenzMalik::default()), 1e-3, 1.0),
        (Box::new(Vegas::default()), 5e-3, 4.0),
        (Box::new(Qmc::default()), 5e-3, 4.0),
    ]
}

#[test]
fn a_hint_finds_a_narrow_peak() {
    for (integrator, rtol, sigmas) in integrators() {
        // A tenth of a per cent off the mark is good enough.
        let hint = CENTRE.map(|c| c + 1e-3);
        let options = Options::default().rtol(rtol).hint(&hint).max_evals(50_000_000);
        let report = integrator.integrate(&scalar(5, narrow), &Domain::unit(5), &options).unwrap();
        let found = report.integrals[0];
        assert!(report.converged() && (found.value - 1.0).abs() <= sigmas * found.error, "{}: {found:?}", integrator.name());
        assert_ne!(report.suspect, Some(Suspect::AllZero));
    }
}

#[test]
fn a_hint_outside_is_refused_by_whoever_chooses() {
    let unit = Domain::unit(1);
    let found = Auto::default().integrate(&scalar(1, |x| x[0]), &unit, &Options::default().hint(&[3.0]));
    assert!(matches!(found, Err(Error::Hint { .. })), "{found:?}");
}

#[test]
fn without_one_zero_is_suspect() {
    for (integrator, rtol, _) in integrators() {
        let options = Options::default().rtol(rtol).max_evals(200_000);
        let report = integrator.integrate(&scalar(5, narrow), &Domain::unit(5), &options).unwrap();
        assert_eq!((report.integrals[0].value, report.suspect), (0.0, Some(Suspect::AllZero)), "{}", integrator.name());
    }
}

#[test]
fn rules_look_around_before_they_believe_in_zero() {
    for integrator in [&Cuhre::default() as &dyn Integrator, &GenzMalik::default()] {
        // A ball of a thousandth of the volume, between the first nodes of every rule.
        let ball = scalar(3, |x| {
            let square: f64 = x.iter().zip([0.37, 0.66, 0.81]).map(|(x, c)| (x - c) * (x - c)).sum();
            (0.0036 - square).max(0.0)
        });
        let report = integrator.integrate(&ball, &Domain::unit(3), &Options::default().rtol(1e-3).max_evals(10_000_000)).unwrap();
        // ∫ (R² − r²) over the ball: 8π R⁵ / 15.
        let exact = 8.0 * std::f64::consts::PI / 15.0 * 0.06f64.powi(5);
        let found = report.integrals[0];
        // Points enough have found it, so that it is right, or else it says that parts may have been missed.
        assert!((found.value / exact - 1.0).abs() <= 0.1, "{}: {found:?} {exact}", integrator.name());
        let holds = (found.value - exact).abs() <= found.error;
        assert!(holds || report.suspect == Some(Suspect::NarrowSupport), "{}: {found:?} {exact}", integrator.name());
    }
}

#[test]
fn hints_outside_of_the_domain_are_refused() {
    for (integrator, ..) in integrators() {
        for hint in [&[0.5][..], &[2.0; 5], &[f64::NAN; 5]] {
            let error = integrator.integrate(&scalar(5, narrow), &Domain::unit(5), &Options::default().hint(hint)).unwrap_err();
            assert!(matches!(error, Error::Hint { dim: 5, .. }), "{}: {error}", integrator.name());
        }
        let line = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 2]).unwrap();
        let peak = scalar(2, |x| (-1e2 * ((x[0] - 3.0).powi(2) + (x[1] + 0.7).powi(2))).exp());
        let options = Options::default().rtol(1e-2).hint(&[3.0, -0.7]).max_evals(20_000_000);
        let report = integrator.integrate(&peak, &line, &options).unwrap();
        let exact = std::f64::consts::PI * 1e-2;
        let found = report.integrals[0];
        assert!(
            report.stop == Stop::Converged && (found.value - exact).abs() <= 4.0 * found.error,
            "{}: {found:?}",
            integrator.name()
        );
    }
}

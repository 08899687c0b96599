//! Simplices, balls, polar and cylindrical coordinates: exact moments, every method, hints, refusals.

use fubini_algorithms::coordinates::{AxisMap, Ball, Coordinates, Cylindrical, Polar, Simplex, Within};
use fubini_algorithms::{Cuhre, Domain, Error, Integrator, Options, Qmc, Vegas, scalar};
use std::f64::consts::{PI, TAU};

/// Within this relative error and the stated one.
fn is_close(exact: f64, relative: f64, coordinates: &dyn Coordinates, f: impl Fn(&[f64]) -> f64 + Send + Sync) {
    let f = scalar(coordinates.dim(), f);
    let report = Cuhre::default().integrate(&f, coordinates, &Options::default().rtol(relative)).unwrap();
    let found = report.integrals[0];
    assert!(report.converged(), "{}: {report:?}", coordinates.name());
    let off = (found.value - exact).abs();
    assert!(off <= found.error.max(1e-13 * exact.abs()) && off <= relative * exact.abs(), "{found:?}, exact {exact}");
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// The unit ball's volume: V(n) = 2π V(n − 2)/n.
fn volume(n: usize) -> f64 {
    if n < 2 { [1.0, 2.0][n] } else { TAU / n as f64 * volume(n - 2) }
}

#[test]
fn moments_of_balls_are_exact_wherever_they_are() {
    for n in 2..=6usize {
        let (radius, centre) = (1.5f64, [0.5, -1.0, 0.25, 2.0, 0.0, -0.75]);
        let (ball, rtol) = (Ball::new(&centre[..n], radius), [1e-9, 1e-9, 1e-8, 1e-5, 1e-4][n - 2]);
        let whole = volume(n) * radius.powi(n as i32);
        let square = whole * radius * radius / (n as f64 + 2.0);
        is_close(whole, rtol, &ball, |_| 1.0);
        // Every coordinate has its own place in the transform.
        for k in 0..n {
            is_close(whole * centre[k] * centre[k] + square, rtol, &ball, move |x| x[k] * x[k]);
        }
        let mixed = whole * radius.powi(4) / ((n as f64 + 2.0) * (n as f64 + 4.0));
        is_close(mixed, rtol, &ball, move |x| ((x[0] - centre[0]) * (x[n - 1] - centre[n - 1])).powi(2));
    }
}

#[test]
fn polynomials_over_simplices_are_exact_for_any_vertices() {
    for n in 1..=6usize {
        let rtol = if n < 5 { 1e-9 } else { 1e-6 };
        let corner: Vec<Vec<f64>> = (0..=n).map(|v| (0..n).map(|d| if v == d + 1 { 1.0 } else { 0.0 }).collect()).collect();
        is_close(1.0 / factorial(n), rtol, &Simplex::new(&corner), |_| 1.0);
        // ∫ x₁² xₙ = 2/(n + 3)!, or 6/(n + 3)! where both are one.
        let third = if n == 1 { 6.0 } else { 2.0 } / factorial(n + 3);
        is_close(third, rtol, &Simplex::new(&corner), move |x| x[0] * x[0] * x[n - 1]);
        // In any order, shifted and sheared: y = A x + b with det A = 2ⁿ (lower triangular).
        let mut sheared: Vec<Vec<f64>> =
            corner.iter().map(|x| (0..n).map(|d| 2.0 * x[d] + 0.5 * x[..d].iter().sum::<f64>() - 1.0).collect()).collect();
        sheared.reverse();
        let volume = 2f64.powi(n as i32) / factorial(n);
        is_close(volume, rtol, &Simplex::new(&sheared), |_| 1.0);
        let mean = (0..n).map(|d| 2.0 + 0.5 * d as f64).collect::<Vec<_>>();
        // The mean of coordinate d is that of the vertices.
        let exact = volume * (mean[n - 1] / (n as f64 + 1.0) - 1.0);
        if exact != 0.0 {
            is_close(exact, rtol, &Simplex::new(&sheared), move |x| x[n - 1]);
        }
    }
    let flat = Simplex::new(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]);
    let report = Cuhre::default().integrate(&scalar(2, |_| 1.0), &flat, &Options::default()).unwrap();
    assert!(report.converged() && report.integrals[0].value == 0.0);
}

#[test]
fn polar_and_cylindrical_coordinates_cover_what_they_say() {
    let radius = AxisMap::Interval { lo: 0.0, hi: 2.0 };
    is_close(4.0 * PI, 1e-9, &Polar::new(radius), |x| x[0] * x[0]);
    // A quarter, in which x and y are positive.
    is_close(2.0, 1e-9, &Polar::new(radius).between(0.0, PI / 2.0), |x| x[0] * x[1]);
    let infinite = AxisMap::Logarithmic { scale: 1.0 };
    is_close(TAU, 1e-8, &Polar::new(infinite), |x| (-x[0].hypot(x[1])).exp());
    let height = AxisMap::Interval { lo: -1.0, hi: 2.0 };
    is_close(4.0 * PI * 1.5, 1e-9, &Cylindrical::new(radius, height), |x| x[1] * x[1] * x[2]);
    is_close(6.0 * PI / 4.0, 1e-9, &Cylindrical::new(radius, height).between(0.0, PI / 4.0), |_| 1.0);
    for (method, rtol) in [(&Qmc::default() as &dyn Integrator, 1e-5), (&Vegas::default(), 1e-3)] {
        let report = method.integrate(&scalar(2, |x| x[1] * x[1]), &Polar::new(radius), &Options::default().rtol(rtol)).unwrap();
        let found = report.integrals[0];
        assert!((found.value - 4.0 * PI).abs() <= 4.0 * found.error, "{}: {found:?}", method.name());
    }
}

#[test]
fn hints_are_points_of_the_own_variables_and_come_back() {
    let bodies: [Box<dyn Coordinates>; 4] = [
        Box::new(Ball::new(&[1.0, 2.0, 3.0], 2.0)),
        Box::new(Simplex::new(&[[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]])),
        Box::new(Polar::new(AxisMap::Interval { lo: 0.0, hi: 2.0 })),
        Box::new(Cylindrical::new(AxisMap::Above { lo: 0.0, scale: 1.0 }, AxisMap::Line { centre: 0.0, scale: 1.0 })),
    ];
    for body in bodies {
        let inside = [0.5; 6];
        let place = body.locate(&inside[..body.axes().len()]).unwrap();
        for ((axis, u), x) in body.axes().iter().zip(&place).zip(inside) {
            assert!((0.0..=1.0).contains(u), "{}: {place:?}", body.name());
            if let AxisMap::Interval { lo, hi } = axis {
                assert!((lo + u * (hi - lo) - x).abs() < 1e-15);
            }
        }
        assert!(body.locate(&[-7.0; 6][..body.axes().len()]).is_none(), "{}", body.name());
    }
}

#[test]
fn settings_that_make_no_body_are_refused() {
    let refused = |coordinates: &dyn Coordinates| {
        Cuhre::default().integrate(&scalar(coordinates.dim(), |_| 1.0), coordinates, &Options::default()).unwrap_err()
    };
    for radius in [-1.0, 0.0, f64::NAN, f64::INFINITY] {
        let error = refused(&Ball::new(&[0.0, 0.0], radius));
        assert!(matches!(error, Error::Setting { .. } | Error::Axis { .. }), "{error}");
    }
    assert!(refused(&Ball::new(&[0.0, f64::NAN], 1.0)).to_string().contains("centre"));
    assert!(refused(&Simplex::new(&[[0.0, 0.0], [1.0, f64::NAN], [2.0, 2.0]])).to_string().contains("vertex"));
    let below = AxisMap::Interval { lo: -1.0, hi: 1.0 };
    assert!(refused(&Polar::new(below)).to_string().contains("radius"));
    assert!(refused(&Cylindrical::new(AxisMap::Line { centre: 0.0, scale: 1.0 }, below)).to_string().contains("radius"));
    // A part of a body is a box of its own variables.
    let shell = Within::new(Ball::new(&[0.0; 3], 2.0), Domain::new(&[(1.0, 2.0), (0.0, PI), (0.0, TAU)]).unwrap()).unwrap();
    is_close(28.0 * PI / 3.0, 1e-9, &shell, |_| 1.0);
}

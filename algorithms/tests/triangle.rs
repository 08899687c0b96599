//! Coordinates with fewer variables of their own than the integrand has: everything that meets `axes().len() != dim()`.

use fubini_algorithms::coordinates::{AxisMap, Body, Coordinates, Perimetric, Spherical, Triangle, Within};
use fubini_algorithms::{
    Cuhre, Domain, Error, Estimate, GenzMalik, Integrand, Integrator, Options, Qmc, Report, Vegas, Vmc, scalar, vector,
};
use std::f64::consts::PI;

const MAP: AxisMap = AxisMap::Logarithmic { scale: 2.0 };

fn triangle() -> Triangle {
    Triangle::new(MAP, MAP)
}

/// r1, r2 and r12.
fn distances(x: &[f64]) -> [f64; 3] {
    let norm = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
    [norm(x[0], x[1], x[2]), norm(x[3], x[4], x[5]), norm(x[0] - x[3], x[1] - x[4], x[2] - x[5])]
}

/// exp(−a r1² − b r2² − c r12²) and r12² times it.
fn gaussian(a: f64, b: f64, c: f64) -> impl Integrand {
    vector(6, 2, move |x, y| {
        let [r1, r2, r12] = distances(x);
        y[1] = (-a * r1 * r1 - b * r2 * r2 - c * r12 * r12).exp();
        y[0] = r12 * r12 * y[1];
    })
}

/// Their integrals: with Δ = ab + ac + bc, (π²/Δ)^(3/2) and its derivative by −c.
fn exact(a: f64, b: f64, c: f64) -> [f64; 2] {
    let delta = a * b + a * c + b * c;
    let integral = (PI * PI / delta).powf(1.5);
    [1.5 * (a + b) / delta * integral, integral]
}

fn run(f: &dyn Integrand, coordinates: &dyn Coordinates, method: &dyn Integrator, options: &Options) -> Report {
    method.integrate(f, coordinates, options).unwrap()
}

fn holds(found: Estimate, exact: f64, errors: f64) -> bool {
    (found.value - exact).abs() <= errors * found.error
}

#[test]
fn every_method_finds_the_integrals_of_all_six_dimensions() {
    let methods: [(Box<dyn Integrator>, f64, f64); 4] = [
        (Box::new(Cuhre::default()), 1e-9, 1.0),
        (Box::new(GenzMalik::default()), 1e-6, 1.0),
        (Box::new(Vegas::default()), 1e-3, 3.0),
        (Box::new(Qmc::default()), 1e-5, 3.0),
    ];
    for (a, b, c) in [(0.7, 1.3, 0.4), (1.0, 1.0, 0.0), (0.2, 3.0, 1.0)] {
        for (method, rtol, errors) in &methods {
            let report = run(&gaussian(a, b, c), &triangle(), &**method, &Options::default().rtol(*rtol));
            assert!(report.converged(), "{} {a} {b} {c}: {report:?}", method.name());
            for (found, exact) in report.integrals.iter().zip(exact(a, b, c)) {
                assert!(holds(*found, exact, *errors), "{} {a} {b} {c}: {found:?} {exact}", method.name());
            }
        }
    }
}

#[test]
fn the_integral_is_that_of_the_other_coordinates() {
    // A shell about triangles of no symmetry, away from all coalescence points.
    let shell = scalar(6, |x| {
        let [r1, r2, r12] = distances(x);
        (-(r1 - 1.0).powi(2) - 2.0 * (r2 - 1.6).powi(2) - (r12 - 1.2).powi(2)).exp()
    });
    let options = Options::default().rtol(1e-4).max_evals(3_000_000);
    let fine = run(&shell, &triangle(), &Cuhre::default(), &Options::default().rtol(1e-9)).integrals[0];
    let radius = AxisMap::Above { lo: 0.0, scale: 1.5 };
    let others: [Box<dyn Coordinates>; 3] =
        [Box::new(Perimetric::new(MAP, MAP)), Box::new(Body::new(radius)), Box::new(Spherical::new(2, radius))];
    for other in others {
        let found = run(&shell, &*other, &Qmc::default(), &options).integrals[0];
        assert!(holds(found, fine.value, 3.0) && found.error < 1e-2 * fine.value, "{}: {found:?} {fine:?}", other.name());
    }
}

#[test]
fn a_part_of_the_range_is_a_box_of_the_own_variables() {
    let f = gaussian(1.0, 1.0, 0.5);
    let part = |u: (f64, f64)| {
        let inner = Domain::new(&[u, (0.0, f64::INFINITY), (0.0, f64::INFINITY)]).unwrap();
        run(&f, &Within::new(triangle(), inner).unwrap(), &Cuhre::default(), &Options::default().rtol(1e-7)).integrals[1]
    };
    let (near, far) = (part((0.0, 1.0)), part((1.0, f64::INFINITY)));
    let both = Estimate { value: near.value + far.value, error: near.error + far.error };
    assert!(holds(both, exact(1.0, 1.0, 0.5)[1], 1.0) && near.value > 0.1 && far.value > 0.1, "{near:?} {far:?}");
    let six = Domain::unit(6);
    let refused = Within::new(triangle(), six).map(|_| ());
    assert_eq!(refused, Err(Error::Dimension { integrand: 3, what: "domain", given: 6 }));
}

#[test]
fn walkers_find_ratios() {
    let [numerator, denominator] = exact(0.7, 1.3, 0.4);
    let report = run(&gaussian(0.7, 1.3, 0.4), &triangle(), &Vmc::default(), &Options::default().rtol(1e-3).ratio(0, 1));
    assert!(report.converged() && report.suspect.is_none(), "{report:?}");
    assert!(holds(report.ratio().unwrap(), numerator / denominator, 3.0), "{report:?}");
}

#[test]
fn hints_are_points_of_the_own_variables_and_the_integrand_has_six() {
    let f = gaussian(1.0, 1.0, 0.0);
    let hinted = |hint: &[f64]| {
        let mut options = Options::default().rtol(1e-6);
        options.hints = vec![hint.to_vec()];
        Cuhre::default().integrate(&f, &triangle(), &options)
    };
    assert!(holds(hinted(&[1.0, 1.0, 0.5]).unwrap().integrals[1], exact(1.0, 1.0, 0.0)[1], 1.0));
    let six = vec![0.5; 6];
    assert_eq!(hinted(&six).map(|_| ()), Err(Error::Hint { hint: six, dim: 3 }));
    let three = scalar(3, |x| x[0]);
    let refused = Cuhre::default().integrate(&three, &triangle(), &Options::default()).map(|_| ());
    assert_eq!(refused, Err(Error::Dimension { integrand: 3, what: "coordinates", given: 6 }));
}

#[test]
fn points_without_a_value_are_told_in_the_integrands_variables() {
    let f = scalar(6, |x| if x[2] < 1.0 { f64::NAN } else { 1.0 });
    let refused = Cuhre::default().integrate(&f, &triangle(), &Options::default());
    let Err(Error::NotFinite { point, values, .. }) = refused else { panic!("{refused:?}") };
    let [r1, r2, r12] = distances(&point);
    assert!(point.len() == 6 && [point[0], point[1], point[4]] == [0.0; 3] && values[0].is_nan(), "{point:?} {values:?}");
    assert!(r1 == point[2] && r1 < 1.0 && r12 <= r1 + r2 && r1 <= r12 + r2 && r2 <= r1 + r12, "{point:?}");
}

#[test]
fn threads_do_not_change_a_bit() {
    for method in [&Cuhre::default() as &dyn Integrator, &GenzMalik::default(), &Vegas::default(), &Qmc::default()] {
        let found = [1, 2, 3].map(|threads| {
            let options = Options::default().rtol(1e-12).max_evals(200_000).threads(threads);
            let report = run(&gaussian(0.7, 1.3, 0.4), &triangle(), method, &options);
            report.integrals.iter().flat_map(|e| [e.value.to_bits(), e.error.to_bits()]).collect::<Vec<u64>>()
        });
        assert!(found[0] == found[1] && found[0] == found[2], "{}", method.name());
    }
}

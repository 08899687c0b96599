//! Energies, integrals and integrands of the atoms against values known to thirty digits.

mod evaluate;

use evaluate::at;
use fubini::algorithms::{Cuhre, GenzMalik, Integrator, Options, Qmc, Ratio, Report, Simd, Target, Vegas, Vmc};
use fubini::atoms::{self, Frame, Helium, Hydrogen};
use fubini::{Problem, methods};
use serde_json::Value;

/// Values with the digits on which two independent routes agree; see atoms.md of the project for how they were made.
fn reference(name: &str) -> f64 {
    let all: Vec<Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    all.iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("{name} is not in reference.json"))["value_f64"]
        .as_f64()
        .unwrap()
}

/// (name in reference.json, the function).
const HELIUM: [(&str, Helium); 9] = [
    ("he_pj_beta0.15", Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }),
    ("he_pj_beta0.01", Helium { alpha: 2.0, beta: 0.01, charge: 2.0 }),
    ("he_pj_beta0.05", Helium { alpha: 2.0, beta: 0.05, charge: 2.0 }),
    ("he_pj_beta1.0", Helium { alpha: 2.0, beta: 1.0, charge: 2.0 }),
    ("he_pj_beta0", Helium { alpha: 2.0, beta: 0.0, charge: 2.0 }),
    ("ion_Z1_pj_aZ_beta0.06738", Helium { alpha: 1.0, beta: 0.06738, charge: 1.0 }),
    ("ion_Z1_pj_a0.83511_beta0.1716", Helium { alpha: 0.83511, beta: 0.1716, charge: 1.0 }),
    ("ion_Z3_pj_aZ_beta0.2183", Helium { alpha: 3.0, beta: 0.2183, charge: 3.0 }),
    ("ion_Z3_pj_a2.8461_beta0.5198", Helium { alpha: 2.8461, beta: 0.5198, charge: 3.0 }),
];

fn energy_options(rtol: f64) -> Options {
    Options::default().rtol(rtol).ratio(0, 1)
}

fn run(problem: &Problem, integrator: &dyn Integrator, options: &Options) -> Report {
    integrator.integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), options).unwrap()
}

/// Checks N, D and E within so many stated errors.
fn check(what: &str, report: &Report, name: &str, errors: f64) {
    let found = [report.integrals[0], report.integrals[1], report.ratio().unwrap()];
    for (e, quantity) in found.iter().zip(["N", "D", "E"]) {
        let exact = reference(&format!("{name}_{quantity}"));
        assert!((e.value - exact).abs() <= errors * e.error, "{what}, {name}: {quantity} is {e:?}, exact {exact}");
    }
}

#[test]
fn default_energies_are_right_within_their_error_at_every_tolerance() {
    for (name, helium) in HELIUM {
        let problem = atoms::helium(helium, Frame::Auto).unwrap();
        let integrator = methods::integrator(problem.method, &[]).unwrap();
        for rtol in [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10] {
            for target in [Target::Ratio, Target::Each] {
                let report = run(&problem, &*integrator, &energy_options(rtol).target(target));
                assert!(report.converged() && report.evaluations < 1_000_000, "{name} at {rtol}: {}", report.evaluations);
                check("default", &report, name, 1.0);
            }
        }
    }
}

#[test]
fn all_six_dimensions_take_so_many_evaluations() {
    let problem = atoms::helium(HELIUM[0].1, Frame::Perimetric).unwrap();
    let evaluations = |rtol: f64| run(&problem, &Cuhre::default(), &energy_options(rtol)).evaluations;
    // Bands, not points: a change of the estimator that leaves them deserves a look.
    assert!((15_000..40_000).contains(&evaluations(1e-6)), "{}", evaluations(1e-6));
    assert!((100_000..300_000).contains(&evaluations(1e-9)), "{}", evaluations(1e-9));
}

#[test]
fn every_method_works_in_every_coordinate_system() {
    let helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };
    let methods: [Box<dyn Integrator>; 5] = [
        Box::new(Cuhre::default()),
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default().degree(7)),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
    ];
    for name in Frame::names(2) {
        let problem = atoms::helium(helium, Frame::named(Some(name), None, 2).unwrap()).unwrap();
        for integrator in &methods {
            let report = run(&problem, &**integrator, &energy_options(1e-4).max_evals(2_000_000));
            // A rule's error is a bound; of Monte Carlo, three standard deviations, on a seed that is fixed.
            let errors = if matches!(integrator.name(), "vegas" | "qmc") { 3.0 } else { 1.0 };
            check(&format!("{} in {name}", integrator.name()), &report, "he_pj_beta0.15", errors);
        }
    }
    for name in Frame::names(1) {
        for beta in [0.0, 0.05, 0.1] {
            let problem = atoms::hydrogen(Hydrogen { beta }, Frame::named(Some(name), None, 1).unwrap()).unwrap();
            for integrator in &methods {
                if let Ok(report) = integrator.integrate(
                    problem.integrand.as_ref(),
                    problem.coordinates.as_ref(),
                    &energy_options(1e-4).max_evals(2_000_000),
                ) {
                    // At β = 0 the local energy is constant: E is exact, and only N and D have errors.
                    let errors = if matches!(integrator.name(), "vegas" | "qmc") { 3.0 } else { 1.0 };
                    let spelled = if beta == 0.1 { "0.1".to_string() } else { format!("{beta:.2}") };
                    check(&format!("{} in {name}", integrator.name()), &report, &format!("h_r1_beta{spelled}"), errors);
                }
            }
        }
    }
}

#[test]
fn walkers_find_the_energy_in_every_coordinate_system() {
    for (name, helium) in [HELIUM[0], HELIUM[6]] {
        let exact = reference(&format!("{name}_E"));
        for frame in Frame::names(2) {
            let problem = atoms::helium(helium, Frame::named(Some(frame), None, 2).unwrap()).unwrap();
            let report = run(&problem, &Vmc::default(), &energy_options(1e-3));
            let e = report.ratio().unwrap();
            assert!(report.converged() && report.suspect.is_none(), "{name} in {frame}: {report:?}");
            assert!((e.value - exact).abs() <= 3.0 * e.error, "{name} in {frame}: {e:?} {exact}");
        }
    }
}

#[test]
fn the_error_of_the_ratio_is_neither_too_small_nor_needlessly_large() {
    let mut worst: f64 = 0.0;
    for (name, helium) in HELIUM {
        for frame in [Frame::Triangle, Frame::Perimetric, Frame::Body] {
            for integrator in [&Cuhre::default() as &dyn Integrator, &GenzMalik::default()] {
                let problem = atoms::helium(helium, frame).unwrap();
                let report = run(&problem, integrator, &energy_options(1e-5));
                let [n, d, e] = [report.integrals[0], report.integrals[1], report.ratio().unwrap()];
                let off = (e.value - reference(&format!("{name}_E"))).abs();
                assert!(off <= e.error, "{name}: {off} > {}", e.error);
                worst = worst.max(off / e.error);
                // What one would state without knowing that the errors of N and D go together.
                let apart = (n.error + e.value.abs() * d.error) / d.value;
                assert!(e.error <= 1.1 * apart, "{name}: {} {apart}", e.error);
            }
        }
    }
    assert!(worst > 1e-3, "the stated errors are all more than a thousand times the true ones");
}

#[test]
fn targeting_the_ratio_saves_evaluations() {
    let problem = atoms::helium(HELIUM[0].1, Frame::Spherical).unwrap();
    let ratio = run(&problem, &Cuhre::default(), &energy_options(1e-3));
    let each = run(&problem, &Cuhre::default(), &energy_options(1e-3).target(Target::Each));
    assert!(ratio.converged() && each.converged() && 2 * ratio.evaluations < each.evaluations);
    assert_eq!(energy_options(1.0).ratios, [Ratio { numerator: 0, denominator: 1 }]);
}

#[test]
fn cartesian_boxes_hold_what_they_state() {
    // The box of the 2017 study. To 1e-4 on each integral it takes about two hundred million evaluations: see the
    // benchmarks; here to 1e-2.
    let problem = atoms::helium(HELIUM[0].1, Frame::Box(30.0)).unwrap();
    for integrator in [&Cuhre::default() as &dyn Integrator, &GenzMalik::default()] {
        let report = run(&problem, integrator, &energy_options(1e-2).target(Target::Each));
        assert!(report.converged() && report.non_finite > 0 && report.non_finite < report.evaluations / 20);
        check("box", &report, "he_pj_beta0.15", 1.0);
    }
}

#[test]
fn cartesian_boxes_remember_what_they_stated_before() {
    // 1/r12 on a sheet of three dimensions: every region along it errs in the same direction, and by more than its null rules
    // tell. Without the record of earlier claims the first three are off by 2.7 to 5.4 stated errors; of the last one, a tenth of
    // the first nodes lies where r1, r2 or r12 is zero.
    let members = [(1.69, 0.57, 27.7, 1e-2), (1.62, 0.38, 27.9, 1e-2), (1.51, 0.23, 32.7, 3e-3), (2.0092, 0.0791, 26.184, 1e-2)];
    for (alpha, beta, side, rtol) in members {
        let helium = Helium { alpha, beta, charge: 2.0 };
        let energy = |frame: Frame, rtol: f64| {
            run(&atoms::helium(helium, frame).unwrap(), &Cuhre::default(), &energy_options(rtol).max_evals(60_000_000))
        };
        let (exact, report) = (energy(Frame::Triangle, 1e-9).ratios[0].value, energy(Frame::Box(side), rtol));
        let off = (report.ratios[0].value - exact).abs() / report.ratios[0].error;
        assert!(report.converged() && off <= 1.0, "{alpha} {beta}: {off} errors after {}", report.evaluations);
    }
}

#[test]
fn local_energies_agree_with_the_reference_points() {
    let points = [
        [0.3, -0.2, 0.5, -0.4, 0.1, 0.7],
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [0.25, 0.5, -0.75, 1.5, -0.125, 0.375],
        [-2.0, 1.0, 0.5, 0.5, 0.25, -1.0],
    ];
    let functions = [("a2_beta0.15", 2.0, 0.15), ("a2_beta1.0", 2.0, 1.0), ("a1.8_beta0.3", 1.8, 0.3)];
    for (name, alpha, beta) in functions {
        for (i, point) in points.iter().enumerate() {
            let values = at(&Simd(Helium { alpha, beta, charge: 2.0 }), point);
            let psi = reference(&format!("point_pj_{name}_{}_psi", i + 1));
            let local = reference(&format!("point_pj_{name}_{}_EL", i + 1));
            assert!((values[1] / (psi * psi) - 1.0).abs() < 1e-13, "{name} {point:?}");
            assert!((values[0] / values[1] - local).abs() < 1e-12, "{name} {point:?}: {} {local}", values[0] / values[1]);
        }
    }
}

#[test]
fn at_coalescence_the_local_energy_stays_bounded() {
    let helium = Simd(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 });
    for distance in [1e-3, 1e-6, 1e-9] {
        let values = at(&helium, &[0.5, 0.25, -0.125, 0.5 + distance, 0.25, -0.125]);
        assert!((values[0] / values[1]).abs() < 10.0, "electrons {distance} apart");
        let values = at(&helium, &[distance, 0.0, 0.0, 0.5, 0.25, -0.125]);
        assert!((values[0] / values[1]).abs() < 10.0, "{distance} from the nucleus");
    }
}

#[test]
fn parameters_that_make_no_function_are_refused() {
    let helium = |alpha, beta, charge| atoms::helium(Helium { alpha, beta, charge }, Frame::Perimetric);
    for (alpha, beta, charge) in
        [(2.0, f64::NAN, 2.0), (2.0, -0.1, 2.0), (0.0, 0.15, 2.0), (2.0, 0.15, 0.0), (0.5, 0.0, 2.0), (f64::INFINITY, 0.1, 2.0)]
    {
        assert!(helium(alpha, beta, charge).is_err(), "{alpha} {beta} {charge}");
    }
    assert!(atoms::hydrogen(Hydrogen { beta: -1.0 }, Frame::Spherical).is_err());
    for l in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e308] {
        assert!(Frame::named(None, Some(l), 2).and_then(|frame| atoms::helium(HELIUM[0].1, frame)).is_err(), "box {l}");
    }
    for name in ["perimetric", "triangle"] {
        assert!(Frame::named(Some(name), None, 1).is_err(), "{name}");
    }
}

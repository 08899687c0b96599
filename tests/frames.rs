//! In which coordinates a problem is integrated: what is chosen, what is refused, and that all of them agree.

use fubini::algorithms::{Cuhre, GenzMalik, Integrator, Options, Qmc, Report, Target, Vegas};
use fubini::atoms::{self, Family, Frame, Helium, Trial};
use fubini::variation::{Search, optimize};
use fubini::{Problem, RequestError};
use serde_json::Value;
use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::process::Command;

const HELIUM: Helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };

fn reference(name: &str) -> f64 {
    let all: Vec<Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    all.iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("{name} is not in reference.json"))["value_f64"]
        .as_f64()
        .unwrap()
}

fn trial(psi: &str) -> Trial {
    Trial { psi: psi.into(), electrons: 2, charge: 2.0, ..Trial::default() }
}

fn run(problem: &Problem, integrator: &dyn Integrator, options: &Options) -> Report {
    integrator.integrate(&*problem.integrand, &*problem.coordinates, &problem.options(options)).unwrap()
}

/// Standard output, standard error, exit status.
fn fubini(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap();
    let [text, message] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (text, message, output.status.code().unwrap())
}

#[test]
fn functions_of_distances_are_integrated_over_triangles() {
    let chosen = |problem: Result<Problem, RequestError>| problem.unwrap().coordinates.name();
    assert_eq!(chosen(atoms::helium(HELIUM, Frame::Auto)), "triangle");
    assert_eq!(chosen(atoms::repulsion(["1s2pz", "1s2pz"], 1.0, None, Frame::Auto)), "triangle");
    for (psi, coordinates) in [
        ("exp(-2*(r1+r2))*(1+0.3*r12)", "triangle"),
        ("exp(-sqrt(x1^2+y1^2+z1^2)-2*r2)+exp(-2*r1-r2)", "triangle"),
        ("exp(-2*(r1+r2))*(1+(x1*x2+y1*y2+z1*z2)/(r1*r2)/2)", "triangle"),
        ("exp(-2*(r1+r2))*(1+0*x1)", "triangle"),
        // The scalar product is not recognised as a part of a sum.
        ("exp(-2*(r1+r2))*(1+x1*x2+y1*y2+z1*z2)", "perimetric"),
        ("exp(-2*(r1+r2))*(x1+x2)", "perimetric"),
        ("exp(-2*(r1+r2))*(1+0.1*z1*z2)", "perimetric"),
        ("exp(-2*sqrt(x1^2+y1^2)-r1-r2)", "perimetric"),
    ] {
        assert_eq!(chosen(trial(psi).problem(Frame::Auto)), coordinates, "{psi}");
    }
    let family = Family::helium(HELIUM, Frame::Auto).variance().expect("dot", "x1*x2+y1*y2+z1*z2").expect("r12", "r12");
    assert_eq!(chosen(family.problem(&[])), "triangle");
    assert_eq!(chosen(family.expect("square", "z1^2").problem(&[])), "perimetric");
    let varied = Family::helium(HELIUM, Frame::Auto).vary(&[("beta", None), ("charge", None)]).unwrap();
    assert_eq!(chosen(varied.variance().problem(&[0.2, 3.0])), "triangle");
    // A coefficient that is zero now is not zero everywhere.
    let mut psi = trial("exp(-2*(r1+r2))*(1+c*z1*z2)");
    psi.parameters.push(("c".into(), 0.0));
    assert_eq!(chosen(Family::trial(psi.clone(), Frame::Auto).problem(&[])), "triangle");
    let family = Family::trial(psi, Frame::Auto).vary(&[("c", None)]).unwrap();
    assert_eq!(chosen(family.problem(&[0.0])), "perimetric");
}

#[test]
fn gradients_see_what_a_parameter_that_is_zero_hides() {
    // By symmetry ∂E/∂c = 0 at c = 0: a function odd in z1 does not mix with an even one.
    let mut psi = trial("exp(-1.6875*(r1+r2))*(1+c*z1)");
    psi.parameters.push(("c".into(), 0.0));
    let family = Family::trial(psi, Frame::Auto).vary(&[("c", None)]).unwrap();
    let mut search = Search::default();
    search.max_runs = 1;
    let options = Options::default().rtol(1e-4).max_evals(300_000);
    let best = optimize(family, &Cuhre::default(), &options, &search, &mut |_| ControlFlow::Continue(())).unwrap();
    let slope = best.path[0].gradient[0];
    assert!(slope.value.abs() <= slope.error && slope.error < 0.1, "{slope:?}");
}

#[test]
fn triangles_are_refused_where_something_depends_on_the_orientation() {
    let told = |line: &[&str], parts: &[&str]| {
        let (text, message, status) = fubini(line);
        assert!(status == 2 && text.is_empty() && parts.iter().all(|part| message.contains(part)), "{line:?}: {message}");
    };
    let psi = ["atom", "--psi", "exp(-2*(r1+r2))*(1+0.1*z1*z2)", "--coordinates", "triangle"];
    told(&psi, &["--coordinates", "ψ depends on z1", "perimetric"]);
    told(&[&psi[..], &["--method", "vmc"]].concat(), &["--coordinates", "ψ depends on z1", "perimetric"]);
    let expect = ["helium", "--expect", "r1", "--expect", "q=y2^2", "--coordinates", "triangle"];
    told(&expect, &["the expectation value q depends on y2", "perimetric"]);
    told(&["hydrogen", "--coordinates", "triangle"], &["spherical, cartesian"]);
    told(&["helium", "--coordinates", "triangel"], &["did you mean triangle?", "triangle, perimetric, body"]);
    told(&["helium", "--coordinates", "triangle", "--box", "10"], &["--box", "cartesian"]);
}

#[test]
fn a_function_of_one_orientation_has_its_mean() {
    // ⟨z1²⟩ = ⟨r1²⟩/3, in the coordinates that were chosen for it.
    let problem = Family::helium(HELIUM, Frame::Auto).expect("z", "z1^2").expect("r", "r1^2").problem(&[]).unwrap();
    let found = problem.observed(&run(&problem, &Cuhre::default(), &Options::default().rtol(1e-5)));
    let exact = reference("he_pj_beta0.15_mean_r1sq");
    assert!((found[0].value - exact / 3.0).abs() <= found[0].error && (found[1].value - exact).abs() <= found[1].error);
}

#[test]
fn a_product_has_its_norm_and_energy() {
    // ∫ exp(−2a(r1 + r2)) d⁶x = (π/a³)², E = a² − 2Za + 5a/8.
    for a in [0.6875, 1.6875, 4.0] {
        let problem = trial(&format!("exp(-{a}*(r1+r2))")).problem(Frame::Triangle).unwrap();
        let report = run(&problem, &Cuhre::default(), &Options::default().rtol(1e-10).ratio(0, 1).target(Target::Each));
        let (norm, energy) = (report.integrals[1], report.ratio().unwrap());
        let exact = PI * PI / f64::powi(a, 6);
        assert!(report.converged() && (norm.value - exact).abs() <= norm.error && norm.error <= 1e-10 * exact, "{a}: {norm:?}");
        assert!((energy.value - (a * a - 4.0 * a + 0.625 * a)).abs() <= energy.error, "{a}: {energy:?}");
    }
}

#[test]
fn functions_of_the_angle_between_the_electrons_are_the_same_over_triangles() {
    let psi = trial("exp(-2*(r1+r2))*(1-(x1*x2+y1*y2+z1*z2)/(r1*r2)/4)");
    let [few, many] = [Frame::Triangle, Frame::Perimetric].map(|frame| {
        let problem = psi.problem(frame).unwrap();
        let report = run(&problem, &Cuhre::default(), &Options::default().rtol(1e-4).ratio(0, 1).target(Target::Each));
        assert!(report.converged(), "{frame:?}");
        [report.integrals[0], report.integrals[1], report.ratio().unwrap()]
    });
    for (few, many) in few.iter().zip(many) {
        assert!((few.value - many.value).abs() <= few.error + many.error, "{few:?} {many:?}");
    }
}

#[test]
fn repulsion_integrals_are_the_same_over_triangles() {
    // Those with known values stand in catalogue.rs.
    let [few, many] = [Frame::Triangle, Frame::Perimetric].map(|frame| {
        let problem = atoms::repulsion(["2px2py", "2px2py"], 1.0, None, frame).unwrap();
        run(&problem, &Cuhre::default(), &Options::default().rtol(1e-5)).integrals[0]
    });
    assert!((few.value - many.value).abs() <= few.error + many.error && many.error <= 1e-5 * few.value, "{few:?} {many:?}");
}

#[test]
fn three_variables_take_fewer_evaluations_than_six() {
    let evaluations =
        |frame: Frame, options: &Options| run(&atoms::helium(HELIUM, frame).unwrap(), &Cuhre::default(), options).evaluations;
    let energy = |rtol: f64| Options::default().rtol(rtol).ratio(0, 1);
    let each = energy(1e-4).target(Target::Each);
    // Bands, not points: a change of the estimator that leaves them deserves a look.
    for (options, band, factor) in [(energy(1e-6), 4_000..9_000, 2), (energy(1e-9), 30_000..70_000, 3), (each, 1_000..3_000, 3)] {
        let (triangle, perimetric) = (evaluations(Frame::Auto, &options), evaluations(Frame::Perimetric, &options));
        assert!(band.contains(&triangle) && factor * triangle <= perimetric, "{triangle} {perimetric}");
    }
}

#[test]
fn errors_hold_for_every_method() {
    let methods: [(Box<dyn Integrator>, f64, f64); 4] = [
        (Box::new(Cuhre::default()), 1e-10, 1.0),
        (Box::new(GenzMalik::default()), 1e-7, 1.0),
        (Box::new(Vegas::default()), 1e-4, 3.0),
        (Box::new(Qmc::default()), 1e-6, 3.0),
    ];
    let problem = atoms::helium(HELIUM, Frame::Triangle).unwrap();
    for (method, rtol, errors) in methods {
        for target in [Target::Each, Target::Ratio] {
            let report = run(&problem, &*method, &Options::default().rtol(rtol).ratio(0, 1).target(target));
            let found = [report.integrals[0], report.integrals[1], report.ratio().unwrap()];
            for (e, quantity) in found.into_iter().zip(["N", "D", "E"]) {
                let exact = reference(&format!("he_pj_beta0.15_{quantity}"));
                assert!((e.value - exact).abs() <= errors * e.error, "{} {quantity}: {e:?} {exact}", method.name());
            }
            assert!(report.converged(), "{} {target:?}", method.name());
        }
    }
}

#[test]
fn what_was_integrated_analytically_is_said_and_six_dimensions_remain() {
    let (text, ..) = fubini(&["helium"]);
    assert!(text.contains("triangle coordinates, 6 dimensions, 3 of them integrated analytically, rule of degree 11"), "{text}");
    let (text, ..) = fubini(&["helium", "--coordinates", "perimetric"]);
    assert!(text.contains("perimetric coordinates, 6 dimensions, rule of degree 9"), "{text}");
    let (text, ..) = fubini(&["compare", "helium", "--methods", "cuhre", "--budgets", "1e4"]);
    assert!(text.contains("triangle coordinates, 6 dimensions, 3 of them integrated analytically, true value"), "{text}");
    for method in ["cuhre", "vmc"] {
        let (text, ..) = fubini(&["helium", "--method", method, "--rtol", "1e-3", "--json"]);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&document["coordinates"], &document["dimension"]), (&"triangle".into(), &6.into()));
    }
    let (text, ..) = fubini(&["helium", "--csv"]);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let at = rows[0].iter().position(|name| *name == "dimension").unwrap();
    assert_eq!(rows[1][at], "6");
}

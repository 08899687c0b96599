//! Expectation values and the variance of the local energy, against values known to thirty digits.

mod evaluate;

use evaluate::at;
use fubini::algorithms::{Cuhre, GenzMalik, Integrator, Options, Qmc, Vegas};
use fubini::atoms::{Family, Frame, Helium, Hydrogen};
use serde_json::Value;
use std::process::Command;

fn reference(name: &str) -> f64 {
    let all: Vec<Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    all.iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("{name} is not in reference.json"))["value_f64"]
        .as_f64()
        .unwrap()
}

fn fubini(line: &str) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(line.split_whitespace()).output().unwrap();
    let [text, message] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (text, message, output.status.code().unwrap())
}

/// Formulas of the means in reference.json.
const MEANS: [(&str, &str); 9] = [
    ("mean_r1", "r1"),
    ("mean_r1sq", "r1^2"),
    ("mean_r12", "r12"),
    ("mean_r12sq", "r12^2"),
    ("mean_inv_r1", "1/r1"),
    ("mean_inv_r12", "1/r12"),
    ("mean_inv_r1r2", "1/(r1*r2)"),
    ("mean_r1_dot_r2", "x1*x2+y1*y2+z1*z2"),
    ("mean_V", "1/r12-2/r1-2/r2"),
];

#[test]
fn expectation_values_are_right_within_their_errors() {
    let methods: [(Box<dyn Integrator>, f64, &[f64]); 4] = [
        (Box::new(Cuhre::default()), 1.0, &[1e-4, 1e-6, 1e-8]),
        (Box::new(GenzMalik::default()), 1.0, &[1e-4, 1e-5]),
        (Box::new(Vegas::default()), 4.0, &[3e-3]),
        (Box::new(Qmc::default()), 4.0, &[3e-4]),
    ];
    for beta in ["0.15", "1.0"] {
        let family = MEANS.iter().fold(
            Family::helium(Helium { alpha: 2.0, beta: beta.parse().unwrap(), charge: 2.0 }, Frame::Auto),
            |family, (name, formula)| family.expect(name, formula),
        );
        let problem = family.variance().problem(&[]).unwrap();
        for (method, errors, tolerances) in &methods {
            for rtol in *tolerances {
                let options = problem.options(&Options::default().rtol(*rtol).max_evals(20_000_000));
                let report = method.integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
                assert!(report.converged(), "{} {rtol}: {:?}", method.name(), report.ratios);
                let names = MEANS.iter().map(|(name, _)| *name).chain(["varEL"]);
                for (name, e) in names.zip(problem.observed(&report)) {
                    let exact = reference(&format!("he_pj_beta{beta}_{name}"));
                    let off = (e.value - exact).abs();
                    assert!(off <= errors * e.error, "{} {rtol} {name}: {e:?}, exact {exact}", method.name());
                    // The tolerance of the variance is relative to E².
                    let scale = if name == "varEL" { 10.0 } else { exact.abs() };
                    assert!(e.error <= 1.001 * rtol * scale, "{} {rtol} {name}: {e:?}", method.name());
                }
            }
        }
    }
}

#[test]
fn the_variance_of_an_exact_function_is_zero_without_endless_work() {
    let problem = Family::hydrogen(Hydrogen { beta: 0.0 }, Frame::Spherical).variance().problem(&[]).unwrap();
    let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &problem.options(&Options::default()));
    let report = report.unwrap();
    let variance = problem.observed(&report)[0];
    assert!(report.converged() && report.evaluations < 10_000 && report.suspect.is_none());
    // A rule states no less than a thousandth of its tolerance, which is 1e-6 of E² = 1/4.
    assert!(variance.value <= variance.error && variance.error < 2.6e-10, "{variance:?}");
    for (beta, name) in [(0.05, "h_r1_beta0.05_varEL"), (0.1, "h_r1_beta0.1_varEL")] {
        let document: Value =
            serde_json::from_str(&fubini(&format!("hydrogen --beta {beta} --variance --rtol 1e-8 --json")).0).unwrap();
        let [value, error] = ["value", "error"].map(|key| document["expectations"][0][key].as_f64().unwrap());
        assert!((value - reference(name)).abs() <= error && error < 1e-8, "{name}: {value} ± {error}");
    }
}

#[test]
fn integrands_by_hand_and_from_formulas_agree() {
    let agree = |bare: &Family, further: &Family, point: &[f64]| {
        let (bare, further) = (bare.problem(&[]).unwrap(), further.problem(&[]).unwrap());
        let (a, b) = (at(&*bare.integrand, point), at(&*further.integrand, point));
        assert_eq!((a.len(), b.len()), (2, 3));
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-13;
        assert!(close(a[0], b[0]) && close(a[1], b[1]) && close(point[2] * b[1], b[2]), "{a:?} {b:?}");
        assert_eq!((bare.name, bare.formula, bare.references), (further.name, further.formula, further.references));
    };
    for (alpha, beta, charge) in [(2.0, 0.15, 2.0), (1.7, 0.4, 2.0), (0.9, 0.0, 1.0)] {
        let family = Family::helium(Helium { alpha, beta, charge }, Frame::Body);
        for point in [[0.3, -0.2, 0.5, -0.4, 0.1, 0.7], [1.0, 0.5, -2.0, 0.1, 1.0, 0.2]] {
            agree(&family, &family.clone().expect("z", "z1"), &point);
        }
    }
    let family = Family::hydrogen(Hydrogen { beta: 0.1 }, Frame::Spherical);
    agree(&family, &family.clone().expect("z", "z"), &[0.3, -1.2, 0.5]);
}

#[test]
fn every_format_shows_them_and_mistakes_are_told_by_name() {
    let line = "atom --psi exp(-a*(r1+r2)) --set a=1.6875 --expect mean=r1 --expect 1/r12 --variance";
    let (text, _, status) = fubini(line);
    // ⟨r⟩ = 3/(2a) and ⟨1/r12⟩ = 5a/8 for a product of exponentials.
    let shown = |text: &str, name: &str, value: &str| {
        let row = text.lines().find(|row| row.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        row.contains(value)
    };
    assert!(shown(&text, "mean", "0.88888") && shown(&text, "1/r12", "1.0546") && shown(&text, "variance", ""), "{text}");
    assert_eq!(status, 0);
    let (text, ..) = fubini(&format!("{line} --csv"));
    assert!(text.lines().next().unwrap().contains(",mean,mean_error,1/r12,1/r12_error,variance,variance_error,"), "{text}");
    let document: Value = serde_json::from_str(&fubini(&format!("{line} --json")).0).unwrap();
    let names: Vec<&str> = document["expectations"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect();
    assert_eq!((names, document["integrals"].as_array().unwrap().len()), (vec!["mean", "1/r12", "variance"], 2));
    let (_, message, status) = fubini("helium --expect x=r1+q");
    assert!(status == 2 && message.contains("--expect x") && message.contains("unknown name `q`"), "{message}");
}

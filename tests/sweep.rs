//! Scans of formulas: a run per value, in tables, JSON, CSV and pictures.

use serde_json::Value;
use std::process::{Command, Output};

fn scan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(["scan", "integrate"]).args(arguments).output().unwrap()
}

/// The points of a scan, which must end with this status.
fn points(arguments: &[&str], status: i32) -> Vec<Value> {
    let output = scan(&[arguments, &["--json"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["points"].as_array().unwrap().clone()
}

/// The integrals of a scan over `a` with one component must be those of `exact`.
fn follows(exact: impl Fn(f64) -> f64, arguments: &[&str]) {
    for point in points(arguments, 0) {
        let a = point["parameters"]["a"].as_f64().unwrap();
        let [value, error] = ["value", "error"].map(|key| point["integrals"][0][key].as_f64().unwrap());
        assert!((value - exact(a)).abs() <= error.max(1e-15 * value.abs()), "{arguments:?} at {a}: {value} ± {error}");
        assert_eq!(point["stop"], "converged");
    }
}

#[test]
fn integrals_follow_their_parameters_in_formulas_limits_regions_and_definitions() {
    follows(|a| (1.0 - (-a).exp()) / a, &["exp(-a*x)", "--over", "x=0:1", "--vary", "a=0.5:4:8", "--rtol", "1e-9"]);
    follows(|a| a * a / 2.0, &["x", "--over", "x=0:a", "--vary", "a=-2:3:6", "--set", "a=7"]);
    follows(|a| std::f64::consts::PI * a * a * 2.0, &["s", "--let", "s=1+1", "--region", "ball:x,y=a", "--vary", "a=1:2:3"]);
    follows(|a| a + a.powi(3) / 3.0, &["t", "--let", "t=1 + x^2", "--over", "x=0:a", "--vary", "a=1:2:3"]);
    // A cut that moves with the parameter, and formulas that cannot be read without its value.
    follows(
        |a| 2.0 * a.sqrt() + 2.0 * (1.0 - a).sqrt(),
        &["abs(x-a)^-0.5", "--over", "x=0:1", "--vary", "a=0.1:0.9:5", "--rtol", "1e-9"],
    );
    follows(
        |a| (1..=a as i32).map(|k| 1.0 / f64::from(k + 1)).sum(),
        &["sum(k, 1, a, x^k)", "--over", "x=0:1", "--vary", "a=1:6:6"],
    );
}

#[test]
fn complex_components_and_ratios_are_scanned() {
    let found = points(
        &["x", "exp(i*a*x)", "--over", "x=0:1", "--vary", "a=1:3:3", "--vary", "b=0:1:2", "--set", "b=0", "--let", "c=b"],
        0,
    );
    assert_eq!(found.len(), 6);
    let last = &found[5];
    assert_eq!((last["parameters"]["a"].as_f64(), last["parameters"]["b"].as_f64()), (Some(3.0), Some(1.0)));
    assert!((last["integrals"][1]["imaginary"].as_f64().unwrap() - (1.0 - 3f64.cos()) / 3.0).abs() < 1e-6);
    let found = points(&["x^a", "x", "--ratio", "--over", "x=0:1", "--vary", "a=0:2:3"], 0);
    let ratios: Vec<f64> = found.iter().map(|point| point["ratio"]["value"].as_f64().unwrap()).collect();
    assert!(ratios.iter().zip([2.0, 1.0, 2.0 / 3.0]).all(|(found, exact)| (found - exact).abs() < 1e-6), "{ratios:?}");
}

#[test]
fn tables_and_pictures_have_a_column_and_a_curve_per_integral() {
    let words = ["besselj(0, a*x)", "exp(i*a*x)", "--over", "x=0:1", "--vary", "a=0:5:11"];
    let text = String::from_utf8(scan(&words).stdout).unwrap();
    let row = text.lines().find(|line| line.trim_start().starts_with("2.5 ")).unwrap_or_else(|| panic!("{text}"));
    assert!(row.contains("0.587192") && row.contains("0.239") && row.contains(" i "), "{text}");
    assert!(
        text.contains("integrals over a") && text.contains("converged") && !text.contains("lowest") && !text.contains("energy"),
        "{text}"
    );
    let csv = String::from_utf8(scan(&[&words[..], &["--csv"]].concat()).stdout).unwrap();
    assert!(csv.starts_with("a,problem,") && csv.contains("exp(i*a*x)_imaginary_error") && csv.lines().count() == 12, "{csv}");
    let folder = std::env::temp_dir().join(format!("fubini-sweep-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let picture = folder.join("curves.svg");
    let output = scan(&[&words[..], &["--plot", picture.to_str().unwrap()]].concat());
    let svg = std::fs::read_to_string(&picture).unwrap_or_else(|_| panic!("{output:?}"));
    std::fs::remove_dir_all(&folder).unwrap();
    for part in ["besselj(0, a*x)", "im exp(i*a*x)", "integrals over a"] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("hartree"));
}

#[test]
fn words_without_a_meaning_are_refused_with_a_remedy() {
    for (words, part) in [
        (&["x", "--over", "x=0:1", "--vary", "a=0:1:3"][..], "--vary: no formula and no limit uses a"),
        (&["x*a", "--over", "x=0:1", "--vary", "x=0:1:3"], "x is a variable of integration"),
        (&["x*a", "--over", "x=0:1", "--vary", "a=0:1"], "is not of the form NAME=FROM:TO:STEPS"),
        (&["x*a", "--over", "x=0:1", "--vary", "a=0:1:2", "--vary", "a=0:1:2"], "--vary"),
        (&["x*a*b", "--over", "x=0:1", "--vary", "a=0:1:2"], "unknown name `b`"),
        (&["x*a", "--over", "x=0:i*a", "--vary", "a=0:1:2"], "must be real"),
        (&["x*a", "--over", "x=0:1"], "--vary"),
        (&["x*a", "--over", "x=0:1", "--vary", "a=0:pie:2"], "did you mean `pi`"),
        (&["x*a", "--over", "x=0:1", "--vary", "a=0:1/0:2"], "--vary"),
    ] {
        let output = scan(words);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{words:?}: {message}");
        assert!(message.contains(part), "{words:?}: {message}");
    }
    // What does not converge is marked.
    let output = scan(&["cos(a*x*y)", "--over", "x=0:1", "--over", "y=0:1", "--vary", "a=300:400:2", "--max-evals", "2000"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("2 runs, marked with *"), "{text}");
}

#[test]
fn ends_of_an_axis_are_formulas_of_constants_as_limits_are() {
    follows(|a| a.sin() / a, &["cos(a*x)", "--over", "x=0:1", "--vary", "a=pi/4:2*pi/3:4"]);
}

#[test]
fn values_without_an_integral_cost_no_other() {
    // That of the first value cost all, and that of a later one all that were to come.
    for (words, refused) in [
        (&["x/(a - 1)", "--over", "x=0:1", "--vary", "a=1:3:3"][..], "a = 1"),
        (&["x/(a - 1)", "--over", "x=0:1", "--vary", "a=-1:2:4"], "a = 1"),
        (&["x*a", "--over", "x=0:sqrt(a)", "--vary", "a=-1:1:3"], "a = -1"),
        (&["sum(k, 1, a, x^k)", "--over", "x=0:1", "--vary", "a=0.5:2:4"], "a = 1.5"),
    ] {
        let output = scan(&[words, &["--json"]].concat());
        let message = String::from_utf8(output.stderr).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let [points, without] = ["points", "refused"].map(|list| document[list].as_array().map_or(0, Vec::len));
        let steps: usize = words[4].rsplit(':').next().unwrap().parse().unwrap();
        assert_eq!((output.status.code(), points + without), (Some(1), steps), "{words:?}: {document}");
        assert!(points >= 2 && message.contains(refused), "{words:?}: {message}");
        assert!(document["refused"][0]["reason"].is_string() && document["refused"][0]["parameters"]["a"].is_number());
        let text = String::from_utf8(scan(words).stdout).unwrap();
        assert!(text.contains("have no result") && !text.contains("cancelled"), "{text}");
    }
    // Where no value has one, it is an error.
    let output = scan(&["x/(a - a)", "--over", "x=0:1", "--vary", "a=1:3:3"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

//! `integrate` over limits that are formulas of earlier variables, and across breaks: values, refusals, states.

use serde_json::Value;
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).arg("integrate").args(arguments).output().unwrap()
}

/// The value, its error and the evaluations of a run that must converge.
fn run(arguments: &[&str]) -> (f64, f64, u64) {
    let output = fubini(&[arguments, &["--json"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let integral = &document["integrals"][0];
    (integral["value"].as_f64().unwrap(), integral["error"].as_f64().unwrap(), document["evaluations"].as_u64().unwrap())
}

/// Must converge to `exact` within the stated error and this many evaluations.
fn integrates_to(exact: f64, evaluations: u64, arguments: &[&str]) {
    let (value, error, spent) = run(arguments);
    assert!((value - exact).abs() <= error.max(1e-14 * exact.abs()), "{arguments:?}: {value} ± {error}, exact {exact}");
    assert!(spent <= evaluations, "{arguments:?}: {spent} evaluations");
}

/// Must be refused with status 2, nothing on standard output, and these words.
fn refused(words: &[&str], arguments: &[&str]) {
    let output = fubini(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{arguments:?}: {message}");
    assert!(words.iter().all(|word| message.contains(word)), "{arguments:?}: {message}");
}

#[test]
fn limits_are_formulas_of_earlier_variables_parameters_and_infinities() {
    let e = std::f64::consts::E;
    let tight = ["--rtol", "1e-10"];
    integrates_to((e - 1.0) / 2.0, 5_000, &[&["exp(x^2)", "--over", "x=0:1", "--over", "y=0:x"], &tight[..]].concat());
    // Definitions, one through the other; that of what comes later is not in the way.
    let named =
        ["x", "--let", "s=2*t", "--let", "t=x", "--let", "u=y*z", "--over", "x=0:1", "--over", "y=0:s", "--over", "z=0:1"];
    integrates_to(2.0 / 3.0, 5_000, &[&named[..], &tight].concat());
    // Reversed for x < 0.
    integrates_to(1.0 / 3.0, 5_000, &[&["y", "--over", "x=-1:1", "--over", "y=0:x"], &tight[..]].concat());
    let wedge = ["exp(-y)", "--set", "a=2", "--over", "x=0:inf", "--over", "y=a*x:inf", "--rtol", "1e-8"];
    integrates_to(0.5, 20_000, &wedge);
    let disc = ["x^2", "--set", "R=2", "--over", "x=-R:R", "--over", "y=-sqrt(R^2-x^2):sqrt(R^2-x^2)"];
    integrates_to(4.0 * std::f64::consts::PI, 5_000, &[&disc[..], &tight].concat());
    for (method, rtol) in [("genz-malik", "1e-6"), ("qmc", "1e-4"), ("vegas", "1e-3")] {
        let (value, error, _) = run(&[&disc[..], &["--method", method, "--rtol", rtol]].concat());
        assert!((value - 4.0 * std::f64::consts::PI).abs() <= 4.0 * error, "{method}: {value} ± {error}");
    }
}

#[test]
fn breaks_on_planes_and_graphs_make_jumps_smooth() {
    let jump = ["where(y > x^2, 1, exp(x))", "--over", "x=0:1", "--over", "y=0:1", "--break", "y=x^2", "--rtol", "1e-10"];
    // ∫ (1 − x²) + x² eˣ dx = 2/3 + e − 2.
    integrates_to(2.0 / 3.0 + std::f64::consts::E - 2.0, 5_000, &jump);
    let planes =
        ["floor(10*x)*(1 + y)", "--over", "x=0:0.3", "--over", "y=0:1", "--break", "x=0.1,min(0.2, 1)", "--rtol", "1e-10"];
    integrates_to(0.45, 5_000, &planes);
}

#[test]
fn a_break_that_is_nowhere_inside_is_named() {
    let square = |at: &str| fubini(&["x*y", "--over", "x=0:1", "--over", "y=0:1", "--break", at]);
    let said = String::from_utf8(square("y=x+5").stderr).unwrap();
    assert!(said.contains("the break y = x+5 was nowhere between 0 and 1"), "{said}");
    // Inside in a corner of the square.
    assert_eq!(String::from_utf8(square("y=x+0.8").stderr).unwrap(), "");
}

#[test]
fn regions_have_their_volumes_and_moments_and_precede_other_variables() {
    let pi = std::f64::consts::PI;
    let tight = ["--rtol", "1e-10"];
    integrates_to(1.0 / 24.0, 5_000, &[&["x*y", "--region", "simplex:x,y"], &tight[..]].concat());
    integrates_to(8.0 / 6.0, 5_000, &[&["1", "--region", "simplex:x,y,z=s", "--set", "s=2"], &tight[..]].concat());
    integrates_to(pi, 5_000, &[&["1", "--region", "ball:x,y"], &tight[..]].concat());
    integrates_to(32.0 * pi / 3.0, 20_000, &[&["1", "--region", "ball:a,b,c=4/2"], &tight[..]].concat());
    integrates_to(pi * pi / 2.0, 6_000, &["1", "--region", "ball:a,b,c,d", "--rtol", "1e-7"]);
    // A product of regions, and a limit that depends on one: ∫ over the triangle of ∫₀^(x+y) dw, times the disc.
    let both = ["1", "--region", "simplex:x,y", "--region", "ball:p,q", "--over", "w=0:x+y", "--rtol", "1e-5"];
    integrates_to(pi / 3.0, 200_000, &both);
}

#[test]
fn what_makes_no_region_is_refused() {
    refused(&["--region", "x is named twice"], &["1", "--region", "ball:x,y,x"]);
    refused(&["--region", "x", "its own name"], &["1", "--region", "ball:x,y", "--over", "x=0:1"]);
    refused(&["--region", "above 0"], &["1", "--region", "ball:x,y=-1"]);
    refused(&["size of a region", "unknown name `R`"], &["1", "--region", "ball:x,y=R"]);
    refused(&["cube", "simplex and ball"], &["1", "--region", "cube:x,y"]);
    refused(&["--over"], &["1"]);
}

#[test]
fn what_makes_no_limit_is_refused_with_the_remedy() {
    let xy = |x: &'static str, y: &'static str| ["x", "--over", x, "--over", y];
    refused(&["--over", "given later", "put --over y"], &xy("x=0:y", "y=0:1"));
    refused(&["y itself"], &xy("x=0:1", "y=0:2*y"));
    refused(&["limit of y", "unknown name `q`"], &xy("x=0:1", "y=0:q"));
    refused(&["the limit i of y", "must be real", "re(…)"], &xy("x=0:1", "y=0:i"));
    let later = ["x", "--let", "s=2*z", "--over", "x=0:1", "--over", "y=0:s", "--over", "z=0:1"];
    refused(&["limit s of y", "z", "given later"], &later);
    refused(&["--region", "y", "its own name"], &["x", "--region", "simplex:x,y", "--region", "ball:y,z"]);
    refused(&["--break", "complex"], &["x", "--over", "x=0:1", "--over", "y=0:1", "--break", "y=i*x"]);
    refused(&["limits of variable 1 are not numbers", "[0."], &xy("x=0:1", "y=0:sqrt(0.95-x)"));
    refused(&["--break", "no variable q", "x, y"], &[&xy("x=0:1", "y=0:x")[..], &["--break", "q=1"]].concat());
    // Points are those of the formula, also where it is integrated in other variables.
    refused(&["not finite at", "first at x = [0.", ", 0."], &["sqrt(x-y)", "--over", "x=0:1", "--over", "y=0:1"]);
    refused(&["--break", "1.5 lies outside of x = 0 … 1"], &[&xy("x=0:1", "y=0:x")[..], &["--break", "x=1.5"]].concat());
    let many: Vec<String> = (1..9).map(|k| format!("0.{k}")).collect();
    let (x, y) = (format!("x={}", many.join(",")), format!("y={}", many.join(",")));
    refused(&["81 parts", "64"], &[&xy("x=0:1", "y=0:1")[..], &["--break", &x, "--break", &y]].concat());
}

#[test]
fn a_state_over_other_limits_is_refused_and_threads_change_no_bit() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits-state");
    _ = std::fs::remove_file(&path);
    let path = path.to_str().unwrap();
    let wedge = |limit: &'static str| ["exp(x*y)/sqrt(x+y)", "--over", "x=0:1", "--over", limit, "--rtol", "1e-9"];
    let first = run(&[&wedge("y=0:x")[..], &["--checkpoint", path, "--threads", "1"]].concat());
    for threads in ["2", "5"] {
        assert_eq!(run(&[&wedge("y=0:x")[..], &["--threads", threads]].concat()), first);
    }
    assert_eq!(run(&[&wedge("y=0:x")[..], &["--resume", path]].concat()), first);
    refused(&["another problem", "y = 0 … x*1"], &[&wedge("y=0:x*1")[..], &["--resume", path]].concat());
    refused(&["another problem"], &[&wedge("y=0:x")[..], &["--break", "y=x/2", "--resume", path]].concat());
}

//! Formulas cut and mapped where they are not smooth: the values of singular and kinked integrands, agreement with the plain run on
//! random formulas, what is left as it is, states.

use fubini::{Cuhre, Formulas, Integrator, Options, Qmc, Report, Variable};
use serde_json::Value;
use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).arg("integrate").args(arguments).output().unwrap()
}

/// The JSON document of a run that must converge.
fn run(arguments: &[&str]) -> Value {
    let output = fubini(&[arguments, &["--json"]].concat());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Must converge to `exact` within the stated error, this relative one and so many evaluations.
fn integrates_to(exact: f64, relative: f64, evaluations: u64, formula: &str, over: &[&str], more: &[&str]) {
    let over: Vec<&str> = over.iter().flat_map(|limits| ["--over", limits]).collect();
    let document = run(&[&[formula], &over[..], more].concat());
    let integral = &document["integrals"][0];
    let (value, error) = (integral["value"].as_f64().unwrap(), integral["error"].as_f64().unwrap());
    let (off, sigmas) = ((value - exact).abs(), if document["error_kind"] == "bound" { 1.0 } else { 4.0 });
    assert!(
        off <= (sigmas * error).max(1e-14 * exact.abs()) && off <= relative * exact.abs(),
        "{formula}: {value} ± {error}, exact {exact}"
    );
    let spent = document["evaluations"].as_u64().unwrap();
    assert!(spent <= evaluations, "{formula}: {spent} evaluations");
}

const SQUARE: [&str; 2] = ["x=0:1", "y=0:1"];
const CUBE: [&str; 3] = ["x=0:1", "y=0:1", "z=0:1"];
const TIGHT: [&str; 2] = ["--rtol", "1e-9"];

#[test]
fn singular_lines_faces_and_corners_are_removed() {
    integrates_to(8.0 / 3.0, 1e-9, 5_000, "abs(x-y)^-0.5", &SQUARE, &TIGHT);
    // ∫∫ |x − y|^p = 2 / ((p + 1)(p + 2)).
    integrates_to(2.0 / (0.1 * 1.1), 1e-9, 50_000, "abs(x-y)^-0.9", &SQUARE, &TIGHT);
    integrates_to(2.0 / (0.663 * 1.663), 1e-9, 50_000, "abs(y-x)^-0.337", &SQUARE, &TIGHT);
    integrates_to(-1.5, 1e-9, 5_000, "log(abs(x-y))", &SQUARE, &TIGHT);
    integrates_to(8.0, 1e-9, 5_000, "(x*y*z)^(-1/2)", &CUBE, &TIGHT);
    integrates_to(2.0 * 2f64.sqrt().ln_1p(), 1e-9, 5_000, "1/sqrt(x^2+y^2)", &SQUARE, &TIGHT);
    // A power of the distance from a corner that is not whole: ∫ of 1/√x − 1/√(x + 2).
    integrates_to(2.0 + 8f64.sqrt() - 12f64.sqrt(), 1e-9, 5_000, "(x+2*y)^-1.5", &SQUARE, &TIGHT);
    // About an inner point: four corners.
    let inner = |a: f64, b: f64| a * (b / a).asinh() + b * (a / b).asinh();
    let exact = inner(0.3, 0.6) + inner(0.7, 0.6) + inner(0.3, 0.4) + inner(0.7, 0.4);
    integrates_to(exact, 1e-9, 100_000, "1/sqrt((x-0.3)^2+(y-0.6)^2)", &SQUARE, &TIGHT);
    // The third antiderivative of s⁻² is s − s ln s.
    integrates_to(6.0 * 2f64.ln() - 3.0 * 3f64.ln(), 1e-9, 50_000, "(x+y+z)^(-2)", &CUBE, &TIGHT);
    let mean = 4.0 * (2f64.sqrt().ln_1p() + (1.0 - 2f64.sqrt()) / 3.0);
    let pairs = ["a=0:1", "b=0:1", "c=0:1", "d=0:1"];
    integrates_to(mean, 1e-8, 2_000_000, "1/sqrt((a-c)^2+(b-d)^2)", &pairs, &["--rtol", "1e-8"]);
    // On all of space: ∫ exp(−r)/r = 4π.
    let space = ["x=-inf:inf", "y=-inf:inf", "z=-inf:inf"];
    integrates_to(4.0 * PI, 1e-6, 300_000, "exp(-sqrt(x^2+y^2+z^2))/sqrt(x^2+y^2+z^2)", &space, &[]);
}

#[test]
fn what_lives_between_the_places_that_are_looked_at_is_not_believed_to_vanish() {
    // Alive for y < 0.1 only, which no surface tells: its singularity must be removed all the same, or be said to be too strong.
    let narrow = |formula: &str| {
        let arguments = [formula, "--over", "x=0:1", "--over", "y=0:1", "--rtol", "1e-3", "--json"];
        let output = fubini(&arguments);
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    // The root of y + sin(5 y)/2 = 0.2 times ∫ x^(−9/10) = 10.
    let (status, document) = narrow("x^-0.9*(sin(5*y)/2+y<0.2)");
    let integral = &document["integrals"][0];
    let off = (integral["value"].as_f64().unwrap() - 0.577_125_803).abs();
    assert!(status == Some(0) && off <= integral["error"].as_f64().unwrap(), "{document}");
    for formula in ["1/x*(sin(5*y)/2+y<0.2)*abs(x-0.3)", "x^-0.97*(sin(5*y)/2+y<0.2)*abs(x-0.3)"] {
        let (status, document) = narrow(formula);
        assert_eq!(status, Some(1), "{document}");
    }
}

#[test]
fn strong_singularities_are_removed_or_said_to_be_left() {
    // Next to a singularity stronger than the root of the distance lies more than rounding leaves: of a disc about it, along the
    // oblique side of a triangle, in a corner that only the larger of two distances tells.
    let tight = ["--rtol", "1e-8", "--max-evals", "1e6"];
    let cases = [
        (2.0 / 0.2, "max(x,y)^-1.8", ["x=0:1", "y=0:1"]),
        (PI / 0.1, "(x^2+y^2)^-0.9*(x^2+y^2<1)", ["x=-1:1", "y=-1:1"]),
        (1.0 / (0.1 * 1.1), "where(x+y<1,(1-x-y)^-0.9,0)", ["x=0:1", "y=0:1"]),
        (0.5 / 0.05, "x^-0.95*y", ["x=0:1", "y=0:1"]),
        (PI / 0.1, "where(x^2+y^2<1,(1-x^2-y^2)^-0.9,0)", ["x=-1:1", "y=-1:1"]),
    ];
    for (exact, formula, over) in cases {
        let over = over.iter().flat_map(|limits| ["--over", limits]).collect::<Vec<_>>();
        let output = fubini(&[&[formula, "--json"], &over[..], &tight].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |key: &str| document["integrals"][0][key].as_f64().unwrap();
        let holds = (number("value") - exact).abs() <= number("error");
        assert!(output.status.code() == Some(1) || output.status.code() == Some(0) && holds, "{document}");
    }
    // The side of a triangle is a form of its own, and exact.
    integrates_to(1.0 / (0.1 * 1.1), 1e-8, 10_000, "where(x+y<1,(1-x-y)^-0.9,0)", &SQUARE, &tight);
}

#[test]
fn what_lies_nearer_to_a_strong_singularity_than_rounding_is_stated() {
    // Where it is integrated as it is: 6 % of this was missing with 0.3 % stated, and the run converged.
    let implicit = |p: &str| format!("abs(x+sin(x)-0.5)^-{p}");
    for (exact, formula, over, rtol) in [
        (2.458_650_324, implicit("0.6"), "x=0:1", "1e-5"),
        (3.964_741_071, implicit("0.75"), "x=0:1", "1e-3"),
        (6.661_684_958, implicit("0.85"), "x=0:1", "1e-2"),
        (10.041_955_446, implicit("0.9"), "x=0:1", "1e-2"),
        (20.195_199_637, implicit("0.95"), "x=0:1", "1e-2"),
        (198.447_206_334, "abs(x-0.3)^-0.99".to_string(), "x=0:1", "1e-2"),
    ] {
        let output = fubini(&[&formula, "--over", over, "--rtol", rtol, "--json"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |key: &str| document["integrals"][0][key].as_f64().unwrap();
        let holds = (number("value") - exact).abs() <= number("error") || !document["suspect"].is_null();
        assert!(output.status.code() == Some(1) && holds, "{document}");
    }
    // An absolute tolerance would not help.
    let output = fubini(&["sin(x)^-0.95", "--over", "x=0:pi", "--rtol", "1e-8"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && !text.contains("--atol") && text.contains("singularity"), "{text}");
}

#[test]
fn what_rounding_leaves_of_an_oblique_singularity_is_stated() {
    // The distance from a curve is a difference of numbers of size 1. Towards it, more than 1e-9 of the integral is rounding.
    let at_hyperbola = 3.369_706_512_744_559;
    let cases = [
        (at_hyperbola, "abs(x*y-0.25)^-0.5", ["x=0:1", "y=0:1"]),
        (PI / 0.46, "where(x^2+y^2<1,(1-x^2-y^2)^-0.54,0)", ["x=-1:1", "y=-1:1"]),
        (PI / 0.55, "where(x^2+y^2<1,(1-x^2-y^2)^-0.45,0)", ["x=-1:1", "y=-1:1"]),
    ];
    for (exact, formula, over) in cases {
        let over = over.iter().flat_map(|limits| ["--over", limits]).collect::<Vec<_>>();
        let output = fubini(&[&[formula, "--json", "--rtol", "1e-12", "--max-evals", "1e6"], &over[..]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |key: &str| document["integrals"][0][key].as_f64().unwrap();
        assert_eq!(output.status.code(), Some(1), "{document}");
        assert!((number("value") - exact).abs() <= number("error") && number("error") < 2e-6, "{document}");
    }
    // Who asks for less than that is not bothered.
    integrates_to(at_hyperbola, 1e-6, 15_000, "abs(x*y-0.25)^-0.5", &SQUARE, &["--rtol", "1e-6"]);
}

#[test]
fn a_corner_whose_place_is_rounded_is_not_taken_for_a_distance() {
    // Sums that vanish at a corner but for rounding: a steep power of what is left was 1e107, with seven digits.
    for (formula, x, y, exact) in [
        ("((x-(-0.186))+(y-(0.695)))^(-1.82)", "x=-0.186:0.814", "y=0.695:1.695", 5.874_770_424_8),
        ("(x+0.7*(y-(-57.3)))^(-1.44)", "x=0:2", "y=-57.3:-55.3", 4.042_32),
    ] {
        let output = fubini(&[formula, "--over", x, "--over", y, "--max-evals", "2e5", "--rtol", "1e-4", "--json"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |what: &str| document["integrals"][0][what].as_f64().unwrap();
        let off: f64 = (number("value") - exact).abs();
        assert!(output.status.code() == Some(1) || off <= number("error") + 1e-5, "{document}");
        assert!(off < 1.0, "{document}");
    }
}

#[test]
fn kinks_and_jumps_are_cut() {
    integrates_to(PI, 1e-9, 10_000, "where(x^2+y^2 < 1, 1, 0)", &["x=-1:1", "y=-1:1"], &TIGHT);
    integrates_to(4.0 / 3.0 * PI, 1e-8, 10_000, "x^2+y^2+z^2 <= 1", &["x=-1:1", "y=-2:1", "z=-1:1"], &TIGHT);
    integrates_to(1.0 / 24.0, 1e-9, 10_000, "where(p<q && q<r && r<s, 1, 0)", &["p=0:1", "q=0:1", "r=0:1", "s=0:1"], &TIGHT);
    let exact = 0.97f64.powi(4) / 24.0;
    let shifted = "where(p < q-0.01 && q < r-0.01 && r < s-0.01, 1, 0)";
    integrates_to(exact, 1e-9, 14_000, shifted, &["p=0:1", "q=0:1", "r=0:1", "s=0:1"], &TIGHT);
    let one = |a: f64| 2.0 - (-10.0 * a).exp() - (-10.0 * (1.0 - a)).exp();
    integrates_to((one(0.4) / 10.0).powi(2), 1e-8, 20_000, "exp(-10*(abs(x-0.4)+abs(y-0.4)))", &SQUARE, &TIGHT);
    integrates_to(0.45, 1e-12, 5_000, "floor(10*x)*(1+y)", &["x=0:0.3", "y=0:1"], &TIGHT);
    integrates_to(2.0 / 3.0, 1e-9, 5_000, "max(x, y)", &SQUARE, &TIGHT);
    integrates_to(1.0 / 3.0, 1e-9, 5_000, "abs(x-y)", &SQUARE, &["--rtol", "1e-9", "--method", "genz-malik"]);
    // Minima of minima, and what vanishes where one of them does.
    integrates_to(0.25, 1e-9, 25_000, "min(x, min(y, z))", &CUBE, &TIGHT);
    integrates_to(1.0 / 3.0, 1e-9, 10_000, "where(x > max(y, z), 1, 0)", &CUBE, &TIGHT);
    integrates_to(4.0 / 15.0, 1e-5, 150_000, "abs(max(x,y)-max(z,u))", &[&CUBE[..], &["u=0:1"]].concat(), &["--rtol", "1e-5"]);
    // Reversed, also where both ends are infinite.
    integrates_to(-0.7 * PI.sqrt(), 1e-6, 200_000, "exp(-x^2)*(y < 0.7)", &["x=inf:-inf", "y=0:1"], &[]);
    integrates_to(-0.7 * PI.sqrt() / 2.0, 1e-6, 200_000, "exp(-x^2)*(y < 0.7)", &["x=inf:0", "y=0:1"], &[]);
    integrates_to(-8.0 / 3.0, 1e-9, 5_000, "abs(x-y)^-0.5", &["x=1:0", "y=0:1"], &TIGHT);
    integrates_to(8.0 / 3.0, 1e-9, 5_000, "abs(x-y)^-0.5", &["x=1:0", "y=1:0"], &TIGHT);
    // The limits depend on other variables, and a break is given beside.
    // Reversed for x < 0, where lengths count as negative: ∫ (x − y)² y over both halves is 1/60 each.
    integrates_to(1.0 / 30.0 + 1.0 / 3.0, 1e-6, 500_000, "(x-y)^2*abs(y)*sign(x)+y", &["x=-1:1", "y=0:x"], &[]);
    integrates_to(1.0 / 12.0, 1e-9, 10_000, "abs(y-x/2)", &["x=0:1", "y=0:x"], &["--break", "y=x/3", "--rtol", "1e-9"]);
}

#[test]
fn poles_of_which_the_formula_knows_few_digits_are_not_claimed() {
    // sin x is 1e-16 at x = 3.14159…, and no map of x makes more of it. With Γ: √π Γ((1 + p)/2) / Γ(1 + p/2).
    for (formula, over, exact) in [
        ("sin(x)^-0.8", "x=0:pi", 11.323_086_975_2),
        ("abs(cos(x))^-0.7", "x=0:pi", 7.961_572_505_0),
        ("abs(sin(x))^-0.5", "x=1:4", 5.085_801_077_4),
    ] {
        let words = ["integrate", formula, "--over", over, "--max-evals", "1000000", "--json"];
        let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(words).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let [value, error] = ["value", "error"].map(|key| document["integrals"][0][key].as_f64().unwrap());
        assert!((value - exact).abs() <= error, "{formula}: {value} ± {error}, exact {exact}");
    }
    // A pole beside an end, nearer than a millionth of a millionth of the numbers there can tell.
    let tail = |d: f64| (d.powf(0.1) + (1.0 - d).powf(0.1)) / 0.1;
    integrates_to(tail(1e-9), 1e-6, 10_000, "abs(x-1.000000001)^-0.9", &["x=1:2"], &[]);
}

#[test]
fn expanded_squares_are_as_exact_as_squares() {
    // They are zero to the root of rounding, where their power was 1/8 of the integral off.
    let line = |p: f64, a: f64| (a.powf(1.0 - 2.0 * p) + (1.0 - a).powf(1.0 - 2.0 * p)) / (1.0 - 2.0 * p);
    let tight = ["--rtol", "1e-8"];
    integrates_to(line(0.45, 0.3), 1e-8, 10_000, "abs(x^2-0.6*x+0.09)^-0.45", &["x=0:1"], &tight);
    integrates_to(line(0.3, 0.1), 1e-8, 10_000, "(x^2-2.2*x+1.21)^-0.3", &["x=1:2"], &tight);
    integrates_to(2.0 / (0.4 * 1.4), 1e-8, 10_000, "(x^2-2*x*y+y^2)^-0.3", &SQUARE, &tight);
    integrates_to(4.744_602_115_448_74, 1e-8, 50_000, "(x^2-0.6*x+0.25+y^2-0.8*y)^-0.6", &SQUARE, &tight);
    // About a point at which two oblique lines cross.
    let oblique = "(0.49*(x-0.3-0.5*y)^2+2*(y-0.4)^2)";
    integrates_to(27.710_348_051_937_141, 1e-8, 50_000, &format!("{oblique}^-0.9"), &SQUARE, &tight);
    integrates_to(4.735_108_996_075_472, 1e-8, 50_000, &format!("{oblique}^-0.6"), &SQUARE, &tight);
}

#[test]
fn what_vanishes_by_cancellation_is_written_without_and_waves_have_all_their_zeros() {
    let tight = ["--rtol", "1e-8"];
    integrates_to(5.205_602_002_777_923, 1e-8, 10_000, "(1-cos(x))^-0.375", &["x=0:1"], &tight);
    integrates_to(9.621_545_015_276_819, 1e-8, 20_000, "(exp(x)-1)^-0.9", &["x=0:1"], &tight);
    // sin 3x = y has its crest at x = π/6, and there two sides.
    integrates_to(0.359_953_792_649_762, 1e-8, 10_000, "abs(sin(3*x)-y)", &SQUARE, &tight);
    let level = 0.3f64.acos();
    integrates_to(0.5 * level * level, 1e-8, 10_000, "where(cos(x+y)>0.3,1,0)", &["x=0:2", "y=0:2"], &tight);
}

#[test]
fn functions_of_the_sum_of_a_simplex_are_products() {
    // ∫ s⁵/5! exp(−s), which took a quarter of a million evaluations.
    let six = ["--region", "simplex:a,b,c,d,f,g", "--rtol", "1e-10"];
    integrates_to(5.941_848_175_816_93e-4, 1e-10, 10_000, "exp(-a-b-c-d-f-g)", &[], &six);
}

#[test]
fn reciprocals_of_products_are_solved_for_each_of_their_variables() {
    let l = 0.2f64.ln();
    let box_of = [&CUBE[..], &["u=0:1"]].concat();
    integrates_to(0.2 * (1.0 - l + l * l / 2.0), 1e-6, 20_000, "where(x*y*z<0.2,1,0)", &CUBE, &[]);
    integrates_to(0.2 * (1.0 - l + l * l / 2.0 - l * l * l / 6.0), 1e-6, 60_000, "where(x*y*z*u<0.2,1,0)", &box_of, &[]);
}

#[test]
fn hints_in_what_is_left_out_are_of_no_use_and_no_error() {
    let exact = 1.019_810_740_276_64;
    for hint in ["0.9,0.9", "0.3,0.9"] {
        integrates_to(exact, 1e-6, 20_000, "where(x*y<0.5,exp(x*y),0)", &SQUARE, &["--hint", hint]);
    }
    let outside = fubini(&["where(x*y<0.5,exp(x*y),0)", "--over", "x=0:1", "--over", "y=0:1", "--hint", "1.5,0.2"]);
    assert_eq!(outside.status.code(), Some(2));
    // In the half that is left out of an even integrand: the peak is in the other one as well.
    let even = "abs(abs(x)-y) + exp(-((abs(x)-0.7133)^2+(y-0.4219)^2)*1e5)";
    let sides = ["x=-1:1", "y=0:1"];
    integrates_to(2.0 / 3.0 + 2.0 * PI * 1e-5, 1e-9, 50_000, even, &sides, &[&TIGHT[..], &["--hint", "-0.7133,0.4219"]].concat());
}

#[test]
fn hints_do_not_make_an_integrand_rough_again() {
    integrates_to(8.0 / 3.0, 1e-9, 20_000, "abs(x-y)^-0.5", &SQUARE, &[&TIGHT[..], &["--hint", "0.3,0.4"]].concat());
    // A Gaussian that no node sees, at a place that the parts have in other variables.
    let formula = "abs(x-y) + exp(-((x-0.7133)^2+(y-0.4219)^2)*1e5)";
    integrates_to(1.0 / 3.0 + PI * 1e-5, 1e-9, 30_000, formula, &SQUARE, &[&TIGHT[..], &["--hint", "0.7133,0.4219"]].concat());
}

#[test]
fn surfaces_that_only_grow_in_a_variable_are_cut_though_no_formula_solves_them() {
    let one = [&SQUARE[..], &[]].concat();
    // A jump, a kink and a root along y + sin y = x, of which one end lies outside of the square.
    integrates_to(0.905_416_804_524_364_4, 1e-9, 10_000, "where(x+0.1*sin(7*x)<0.6,exp(x*y),cos(x+y))", &one, &TIGHT);
    integrates_to(0.627_431_800_981_152_3, 1e-9, 10_000, "abs(y+sin(y)-x)", &one, &TIGHT);
    integrates_to(1.919_753_224_121_43, 1e-6, 20_000, "abs(y+sin(y)-x)^-0.5", &one, &["--rtol", "1e-6"]);
    // Solved for the other variable: y + sin 3y grows nowhere but in x.
    integrates_to(0.748_601_316_636_922_3, 1e-9, 20_000, "abs(y+sin(3*y)-x)", &one, &TIGHT);
    // Singular where it touches a corner only; in an infinite interval; with another surface, by a condition on both.
    integrates_to(0.872_559_230_234_326_8, 1e-6, 20_000, "(exp(x)+x-y)^(-1/2)", &one, &["--rtol", "1e-6"]);
    let plane = ["x=-inf:inf", "y=-inf:inf"];
    integrates_to(0.747_942_645_190_913, 1e-8, 40_000, "where(exp(y)+y<x,exp(-x^2-y^2),0)", &plane, &["--rtol", "1e-8"]);
    integrates_to(
        0.191_873_713_418_856_4,
        1e-8,
        60_000,
        "where(z+0.1*sin(4*z)<x*y&&x+sin(x)>0.5,1,0)",
        &CUBE,
        &["--rtol", "1e-8"],
    );
    // Two that never meet, in an infinite interval.
    let strip = ["y=0:1", "x=-inf:inf"];
    integrates_to(0.18324876344729252, 1e-8, 20_000, "where(x+sin(x)/9>y&&x+sin(x)/9<y+0.2,1,0)", &strip, &["--rtol", "1e-8"]);
    // Removable, and so is its cut.
    let quotient = "(exp(x+sin(x)-0.7+y)-exp(y))/(x+sin(x)-0.7)";
    integrates_to(2.063_576_981_394_246, 1e-6, 20_000, quotient, &one, &[]);
}

#[test]
fn zeros_that_are_found_have_the_same_bits_on_any_number_of_threads() {
    let line = ["abs(y+sin(y)-x)^-0.3*cos(x*y)", "--over", "x=0:1", "--over", "y=0:1", "--rtol", "1e-8"];
    let value = |threads: &str| run(&[&line[..], &["--threads", threads]].concat())["integrals"][0]["value"].as_f64().unwrap();
    assert_eq!(value("1").to_bits(), value("2").to_bits());
}

#[test]
fn what_cannot_be_cut_is_named_and_left_as_it_is() {
    let said = |arguments: &[&str]| String::from_utf8(fubini(&[arguments, &["-v"]].concat()).stderr).unwrap();
    let square = ["--over", "x=0:1", "--over", "y=0:1", "--rtol", "1e-3"];
    let odd = said(&[&["abs(sin(3*x) + cos(5*y) - x*y)"], &square[..]].concat());
    assert!(odd.contains("not cut") && odd.contains("cos(5*y)") && odd.contains("not solved"), "{odd}");
    // A hundred and twenty-eight parts: a warning that needs no -v, and the ordinary run.
    let names = ["a", "b", "c", "d", "f", "g", "h"];
    // The exponential keeps it from being a product.
    let many = format!("exp({})*{}", names.join("*"), names.map(|name| format!("abs({name}-0.4)")).join("*"));
    let over: Vec<String> = names.iter().flat_map(|name| ["--over".to_string(), format!("{name}=0:1")]).collect();
    let mut words = vec![many.as_str(), "--rtol", "0.1", "--max-evals", "1e6"];
    words.extend(over.iter().map(String::as_str));
    let output = fubini(&words);
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(warned.contains("warning") && warned.contains("128 smooth parts") && warned.contains("64"), "{warned}");
    assert!(!output.stdout.is_empty() && output.status.code() != Some(2));
    assert!(!String::from_utf8(fubini(&[&words[..], &["--quiet"]].concat()).stderr).unwrap().contains("warning"));
    let steps = fubini(&["floor(65*x)*exp(x*y)", "--over", "x=0:1", "--over", "y=0:1", "--rtol", "1e-2"]);
    let warned = String::from_utf8(steps.stderr).unwrap();
    assert!(warned.contains("warning") && warned.contains("more than 64 steps"), "{warned}");
    // Divergent, taken apart but for a hint, and not asked for.
    let divergent = said(&["abs(x-y)^-1.5", "--over", "x=0:1", "--over", "y=0:1", "--max-evals", "1e4"]);
    assert!(divergent.contains("has no integral"), "{divergent}");
    let hinted = said(&[&["exp(x)*y", "--hint", "0.5,0.5"], &square[..]].concat());
    assert!(hinted.contains("hints are points"), "{hinted}");
    let plain = said(&[&["abs(x-y)", "--no-analysis"], &square[..]].concat());
    assert!(!plain.contains("analysis"), "{plain}");
    let smooth = said(&[&["exp(x*y)/(1 + x^2)"], &square[..]].concat());
    assert!(!smooth.contains("analysis"), "{smooth}");
}

#[test]
fn faces_towards_which_an_integrand_grows_are_named_where_a_run_has_not_converged() {
    let said = |formula: &str| {
        let over = ["--over", "x=0:1", "--over", "y=0:1"];
        let words = [&[formula][..], &over, &["--no-analysis", "--method", "cuhre", "--max-evals", "1e4"]].concat();
        String::from_utf8(fubini(&words).stdout).unwrap()
    };
    let steep = said("x^-0.9*cos(y)");
    assert!(steep.contains("lower limit of variable 1 it grows like t^-0.90") && steep.contains("put t = v^10"), "{steep}");
    let divergent = said("(1-y)^-1.5*exp(x)");
    assert!(divergent.contains("upper limit of variable 2") && divergent.contains("does not exist"), "{divergent}");
    assert!(!said("abs(x-y)^-0.5").contains("grows like"));
}

#[test]
fn states_are_resumed_with_the_same_analysis_only() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("analysis");
    std::fs::create_dir_all(&folder).unwrap();
    let state = folder.join("state");
    let state = state.to_str().unwrap();
    _ = std::fs::remove_file(state);
    let words = ["abs(sin(x+3*y)-0.5*x)^-0.5*abs(x-y)", "--over", "x=0:1", "--over", "y=0:1", "--rtol", "1e-12"];
    let saved = fubini(&[&words[..], &["--max-evals", "20000", "--checkpoint", state]].concat());
    assert_eq!(saved.status.code(), Some(1));
    let value =
        |output: Output| serde_json::from_slice::<Value>(&output.stdout).unwrap()["integrals"][0]["value"].as_f64().unwrap();
    let more = ["--max-evals", "60000", "--json"];
    let resumed = |threads: &str| value(fubini(&[&words[..], &more, &["--resume", state, "--threads", threads]].concat()));
    assert_eq!(resumed("1").to_bits(), resumed("2").to_bits());
    let mixed = fubini(&[&words[..], &more, &["--resume", state, "--no-analysis"]].concat());
    let message = String::from_utf8(mixed.stderr).unwrap();
    assert!(mixed.status.code() == Some(2) && message.contains("analysed"), "{message}");
}

/// Members of the random family that are always run; `FUBINI_MEMBERS=2000` runs so many.
const MEMBERS: u64 = 300;

#[test]
fn random_formulas_have_the_values_of_the_plain_run() {
    let members = std::env::var("FUBINI_MEMBERS").map_or(MEMBERS, |text| text.parse().unwrap());
    let (mut changed, mut compared, mut apart, mut open, mut failures) = (0, 0, 0, 0, Vec::new());
    for member in 0..members {
        let mut dice = Dice(member.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (formula, over) = dice.integral();
        let report = |analyse: bool, rtol: f64| -> Option<(usize, Report)> {
            let formulas = Formulas { texts: vec![formula.clone()], analyse, ..Formulas::default() };
            let problem = formulas.problem(&over).unwrap_or_else(|error| panic!("{formula}: {error}"));
            let options = problem.options(&Options::default().rtol(rtol).max_evals(400_000));
            let report = problem.integrate(&Cuhre::default(), &options, &mut |_| ControlFlow::Continue(())).ok()?;
            Some((usize::from(problem.label.contains("analysed")), report))
        };
        let Some((planned, cut)) = report(true, 1e-6) else {
            // What has too many points without a value has them both ways.
            assert!(report(false, 1e-4).is_none(), "refused only when analysed: {formula} over {over:?}");
            continue;
        };
        if planned == 0 {
            continue;
        }
        changed += 1;
        let Some((_, plain)) = report(false, 1e-4) else { continue };
        if !cut.converged() || !plain.converged() {
            continue;
        }
        compared += 1;
        let (a, b) = (cut.integrals[0], plain.integrals[0]);
        if (a.value - b.value).abs() <= a.error + b.error {
            continue;
        }
        // Jumps and singularities deceive the plain run: points that know of no mesh must side with the other.
        apart += 1;
        let formulas = Formulas { texts: vec![formula.clone()], ..Formulas::default() };
        let problem = formulas.problem(&over).unwrap();
        let options = Options::default().rtol(1e-6).max_evals(4_000_000);
        let judge = Qmc::default().integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap().integrals[0];
        let off = (a.value - judge.value).abs();
        // Next to a strong singularity random points know less than both.
        let is_open = judge.error > 0.1 * (a.value - b.value).abs();
        open += u32::from(is_open);
        if off > a.error + 10.0 * judge.error || !is_open && off >= (b.value - judge.value).abs() {
            failures.push(format!("{formula} over {over:?}: {a:?} {b:?}, {judge:?}"));
        }
    }
    println!(
        "{members} members, {changed} changed, {compared} compared, {apart} judged by qmc, {open} left open, {} wrong",
        failures.len()
    );
    assert!(changed * 2 > members && compared * 3 > members, "{changed} changed, {compared} compared");
    assert!(failures.is_empty(), "{} of {members} differ:\n{}", failures.len(), failures.join("\n"));
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len() as u64) as usize]
    }

    /// A number between −2 and 2 in steps of a tenth.
    fn number(&mut self) -> f64 {
        (self.roll(41) as f64 - 20.0) / 10.0
    }

    /// A formula and its limits.
    fn integral(&mut self) -> (String, Vec<Variable>) {
        let names = &["x", "y", "z"][..1 + self.roll(3) as usize];
        let over = names.iter().enumerate().map(|(k, name)| {
            let (lo, hi) = match self.roll(7) {
                0 => ("-1", "1"),
                1 => ("0.2", "1.7"),
                2 => ("-0.5", "2"),
                3 if k > 0 => ("0", "x"),
                4 if k > 0 => ("-x", "x+1"),
                _ => ("0", "1"),
            };
            // Limits that are formulas must not be reversed somewhere.
            Variable::new(name, lo, hi)
        });
        let mut over: Vec<Variable> = over.collect();
        if over.iter().any(|v| v.hi.contains('x')) {
            over[0] = Variable::new("x", "0", "1");
        }
        let mut formula = self.rough(names);
        for _ in 0..self.roll(3) {
            let (sign, next) = (self.pick(&["+", "-", "*", "*"]), self.rough(names));
            formula = format!("({formula}) {sign} ({next})");
        }
        (format!("({formula})*({})", self.smooth(names)), over)
    }

    fn linear(&mut self, names: &[&str]) -> String {
        let mut text = format!("{}", self.number());
        for name in names {
            if self.roll(4) > 0 {
                text = format!("{text} + {}*{name}", self.pick(&["1", "-1", "0.5", "-2", "1", "-1"]));
            }
        }
        if self.roll(3) == 0 && names.len() > 1 { "x - y".to_string() } else { text }
    }

    fn quadratic(&mut self, names: &[&str]) -> String {
        let squares: Vec<String> = names.iter().map(|name| format!("({name}-{})^2", 0.1 * self.roll(6) as f64)).collect();
        format!("{} - {}", squares.join(" + "), 0.1 * (1.0 + self.roll(9) as f64))
    }

    fn smooth(&mut self, names: &[&str]) -> String {
        let (a, b) = (self.linear(names), self.linear(names));
        match self.roll(5) {
            0 => "1".to_string(),
            1 => format!("exp(-({a})^2)"),
            2 => format!("1 + 0.3*cos({a})"),
            3 => format!("2 + sin({a})*({b})"),
            _ => format!("1 + ({a})^2"),
        }
    }

    fn rough(&mut self, names: &[&str]) -> String {
        let (a, b, q, s) = (self.linear(names), self.linear(names), self.quadratic(names), self.smooth(names));
        let p = self.pick(&["-0.5", "-0.25", "0.5", "-0.3", "1.5", "1/3", "-0.7", "0.37"]);
        let radius: Vec<String> = names.iter().map(|name| format!("{name}^2")).collect();
        match self.roll(25) {
            0 => format!("abs({a})"),
            1 => format!("max({a}, {b})"),
            2 => format!("min({a}, {b})"),
            3 => format!("where({a} < {b}, {s}, 0.5)"),
            4 => format!("where({q} < 0, {s}, 0)"),
            5 => format!("abs({q})"),
            6 | 7 => format!("abs({a})^({p})"),
            8 => format!("log(abs({a}))"),
            9 => format!("sign({a})*({b})"),
            10 => format!("floor(3*({}))", names[0]),
            11 => format!("where({a} > 0 && {b} > 0, {s}, 0)"),
            12 => format!("where({a} > 0 || {q} < 0, {s}, 1)"),
            13 => format!("sqrt(abs({q}))"),
            14 if names.len() > 1 => format!("1/sqrt({})", radius.join(" + ")),
            15 if names.len() > 2 => format!("x/({})^1.25", radius.join(" + ")),
            16 => format!("abs({})^({p})", names.join("*")),
            17 => format!("exp(-2*abs({a}))"),
            18 => format!("max(0, {a})^1.5"),
            19 => format!("cbrt({a})"),
            20 => format!("abs({a} - abs({b}))"),
            // Surfaces that no formula solves.
            21 => format!("abs({a} + 0.3*sin({a}) - 0.2)"),
            22 => format!("where({n} + 0.1*sin(7*{n}) < {b}, {s}, 0.5)", n = names[names.len() - 1]),
            23 => format!("abs({n}*exp({n}) - {b})^({p})", n = names[0]),
            _ => format!("where(max({a}, {b}) < 0.5, {s}, {a})"),
        }
    }
}

//! Integrands as text against the same in Rust: the Genz families, conditions, special functions, singular points.

use fubini_expressions::{Expressions, Mode, Names};

const A: [f64; 6] = [1.1, 0.9, 0.7, 1.3, 0.2, 0.4];
const W: [f64; 6] = [0.3, 0.25, 0.6, 0.45, 0.8, 0.15];

fn names() -> Names {
    (0..6).fold(Names::new(&["x0", "x1", "x2", "x3", "x4", "x5"]), |names, i| {
        names.parameter(&format!("a{i}"), A[i]).parameter(&format!("w{i}"), W[i])
    })
}

fn each(pattern: &str, join: &str) -> String {
    let parts: Vec<String> = (0..6).map(|i| pattern.replace('#', &i.to_string())).collect();
    parts.join(join)
}

/// Points that fill the cube: the fractional parts of multiples of roots.
fn points() -> impl Iterator<Item = [f64; 6]> {
    let roots = [2.0_f64, 3.0, 5.0, 7.0, 11.0, 13.0].map(f64::sqrt);
    (1..200).map(move |n| roots.map(|r| (f64::from(n) * r).fract()))
}

#[test]
fn the_genz_families_are_met() {
    let sum = |x: &[f64; 6], f: &dyn Fn(usize, f64) -> f64| -> f64 { (0..6).map(|i| f(i, x[i])).sum() };
    let linear = move |x: &[f64; 6]| sum(x, &|i, x| A[i] * x);
    type Family = (String, Box<dyn Fn(&[f64; 6]) -> f64>);
    let families: [Family; 6] = [
        (format!("cos(2*pi*w0 + {})", each("a#*x#", " + ")), Box::new(move |x| (std::f64::consts::TAU * W[0] + linear(x)).cos())),
        (
            each("1/(a#^-2 + (x# - w#)^2)", "*"),
            Box::new(|x| (0..6).map(|i| 1.0 / (A[i].powi(-2) + (x[i] - W[i]).powi(2))).product()),
        ),
        (format!("(1 + {})^-7", each("a#*x#", " + ")), Box::new(move |x| (1.0 + linear(x)).powi(-7))),
        (
            format!("exp(-({}))", each("a#^2*(x# - w#)^2", " + ")),
            Box::new(move |x| (-sum(x, &|i, x| (A[i] * (x - W[i])).powi(2))).exp()),
        ),
        (
            format!("exp(-({}))", each("a#*abs(x# - w#)", " + ")),
            Box::new(move |x| (-sum(x, &|i, x| A[i] * (x - W[i]).abs())).exp()),
        ),
        (
            format!("where(x0 > w0 || x1 > w1, 0, exp({}))", each("a#*x#", " + ")),
            Box::new(move |x| if x[0] > W[0] || x[1] > W[1] { 0.0 } else { linear(x).exp() }),
        ),
    ];
    for (text, exact) in &families {
        for mode in [Mode::Canonical, Mode::Literal] {
            let compiled = Expressions::parse_as(mode, &[text], &names()).expect("valid").compile();
            for x in points() {
                let (found, expected) = (compiled.evaluate(&x)[0], exact(&x));
                assert!((found - expected).abs() <= 2e-14 * expected.abs().max(0.1), "{text} at {x:?}: {found} not {expected}");
            }
        }
    }
}

#[test]
fn conditions_and_special_functions_are_met() {
    let text = "where(x0 < 0.5 && !(x1 >= 0.5), erf(2*x2 - 1), atan2(x3 - 0.5, x4 - 0.5)) + (x5 != 0.5)*sign(x5 - 0.5)";
    let compiled = Expressions::parse(&[text], &Names::new(&["x0", "x1", "x2", "x3", "x4", "x5"])).expect("valid").compile();
    for x in points() {
        let branch = if x[0] < 0.5 && x[1] < 0.5 { libm::erf(2.0 * x[2] - 1.0) } else { (x[3] - 0.5).atan2(x[4] - 0.5) };
        let expected = branch + (x[5] - 0.5).signum();
        assert!((compiled.evaluate(&x)[0] - expected).abs() <= 4e-15, "{x:?}");
    }
}

#[test]
fn a_branch_that_is_not_taken_does_not_matter() {
    let names = Names::new(&["x"]);
    let text = "where(x > 0, sqrt(x)*log(x), 1/x)";
    let mut parsed = Expressions::parse(&[text], &names).expect("valid");
    let slope = parsed.differentiate(0, "x").expect("differentiable");
    let compiled = parsed.compile();
    assert_eq!(compiled.evaluate(&[-2.0])[0], -0.5);
    assert_eq!(compiled.evaluate(&[-2.0])[slope], -0.25);
    assert!((compiled.evaluate(&[4.0])[0] - 2.0 * 4.0_f64.ln()).abs() < 1e-14);
}

#[test]
fn singular_points_are_not_finite_and_nothing_panics() {
    let names = Names::new(&["x", "y"]);
    for (text, point, finite) in [
        ("1/x", [0.0, 0.0], false),
        ("log(x)", [0.0, 0.0], false),
        ("sqrt(x)", [-1.0, 0.0], false),
        ("1/sqrt(x*x + y*y)", [0.0, 0.0], false),
        ("sqrt(x*x + y*y)", [0.0, 0.0], true),
        ("asin(x)", [2.0, 0.0], false),
        ("gamma(x)", [-1.0, 0.0], false),
        ("x^y", [0.0, -1.0], false),
        ("exp(x)", [1e4, 0.0], false),
        ("x^0.5/x", [0.0, 0.0], false),
        ("(1/0)*x", [1.0, 0.0], false),
        ("0/0 + x", [1.0, 0.0], false),
        ("sqrt(x)/x + exp(-1/x)", [f64::INFINITY, 0.0], true),
        ("sin(x)", [f64::NAN, 0.0], false),
    ] {
        for mode in [Mode::Canonical, Mode::Literal] {
            if finite && mode == Mode::Literal && point[0].is_infinite() {
                continue; // inf/inf as written
            }
            let value = Expressions::parse_as(mode, &[text], &names).expect("valid").compile().evaluate(&point)[0];
            assert_eq!(value.is_finite(), finite, "{text} at {point:?}: {value}");
        }
    }
}

//! Formulas as text, from the command line to a number: integrals with closed forms, atoms with any ψ, and errors.

use fubini::algorithms::{Columns, Integrand, Simd};
use fubini::atoms::{Frame, Helium, Hydrogen, Trial};
use serde_json::Value;
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap()
}

/// Runs with --json; the document and the exit status.
fn json(arguments: &[&str]) -> (Value, i32) {
    let output = fubini(&[arguments, &["--json"]].concat());
    let (text, message) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{arguments:?}: {e}\n{text}{message}")), output.status.code().unwrap())
}

fn estimate(of: &Value) -> (f64, f64) {
    (of["value"].as_f64().unwrap(), of["error"].as_f64().unwrap())
}

/// `fubini integrate` of one formula must converge to `exact` within its error and the tolerance asked.
fn integrates_to(exact: f64, rtol: &str, arguments: &[&str]) {
    let (document, status) = json(&[&["integrate"], arguments, &["--rtol", rtol]].concat());
    let (value, error) = estimate(&document["integrals"][0]);
    assert_eq!((status, &document["stop"]), (0, &"converged".into()), "{arguments:?}");
    // A zero error is one of rounding: polynomials.
    let allowed = error.max(4.0 * f64::EPSILON * exact.abs());
    assert!(
        (value - exact).abs() <= allowed && error <= rtol.parse::<f64>().unwrap() * value.abs(),
        "{arguments:?}: {value} ± {error}, exact {exact}"
    );
}

#[test]
fn limits_may_be_formulas_infinite_reversed_or_equal() {
    use std::f64::consts::PI;
    integrates_to(PI, "1e-9", &["exp(-x^2-y^2)", "--over", "x=-inf:inf", "--over", "y=-inf:inf"]);
    integrates_to(1.0, "1e-9", &["cos(x)", "--over", "x=0:pi/2"]);
    integrates_to(-1.0, "1e-9", &["cos(x)", "--over", "x=pi/2:0"]);
    integrates_to(0.5, "1e-9", &["exp(-2*x)", "--over", "x=0:inf"]);
    integrates_to(0.5, "1e-9", &["exp(2*x)", "--over", "x=-inf:0"]);
    integrates_to(9.0, "1e-9", &["x^2", "--set", "L=3", "--over", "x=0:L^(2/2)", "--set", "unused=1"]);
    let (document, status) = json(&["integrate", "x", "--over", "x=1:1"]);
    assert_eq!((status, estimate(&document["integrals"][0])), (0, (0.0, 0.0)));
}

#[test]
fn special_functions_and_series_are_integrated() {
    use std::f64::consts::PI;
    // ∫ J0² from 0 to infinity diverges; these closed forms are DLMF 10.22.43, 10.43.19, 19.2, 25.5.1 and elementary.
    integrates_to(1.0 / 2f64.sqrt(), "1e-9", &["exp(-x)*besselj(0, x)", "--over", "x=0:inf"]);
    integrates_to(PI / 2.0, "1e-9", &["besselk(0, x)", "--over", "x=0:inf"]);
    integrates_to(2.0, "1e-9", &["ellipk(x)", "--over", "x=0:1"]);
    integrates_to(4.0 / 3.0, "1e-9", &["ellipe(x)", "--over", "x=0:1"]);
    integrates_to(
        PI.sqrt() / 2.0 / 2.0,
        "1e-9",
        &["exp(-x^2)*heaviside(x)*heaviside(y - 0.5)", "--over", "x=-inf:inf", "--over", "y=0:1"],
    );
    integrates_to(0.5 * PI, "1e-9", &["norminv(x)^2*pi/2", "--over", "x=0:1"]);
    integrates_to(0.3 * 0.5 * 0.3 * 3.0 + 0.005, "1e-9", &["mod(x, 0.3)", "--over", "x=0:1"]);
    integrates_to(55.0, "1e-9", &["sum(k, 1, n, 2*k*x)", "--set", "n=10", "--over", "x=0:1"]);
    integrates_to(1.0 / 30.0, "1e-9", &["prod(k, 1, 2, (k - 1 + (3 - 2*k)*x)^2)", "--over", "x=0:1"]);
}

#[test]
fn genz_families_in_three_dimensions_meet_the_tolerance() {
    let cube: Vec<&str> = ["x=0:1", "y=0:1", "z=0:1"].iter().flat_map(|v| ["--over", v]).collect();
    let run = |exact: f64, rtol: &str, formula: &str| integrates_to(exact, rtol, &[&[formula], &cube[..]].concat());
    // Closed forms with c = (1, 2, 3) and w = (0.3, 0.5, 0.7).
    let (c, w) = ([1.0f64, 2.0, 3.0], [0.3f64, 0.5, 0.7]);
    let product = |side: &dyn Fn(f64, f64) -> f64| -> f64 { c.iter().zip(w).map(|(c, w)| side(*c, w)).product() };
    let oscillatory = {
        // Re exp(2πi u) Π (exp(i c) − 1)/(i c) with 2π u = 0.4: the phase is 0.4 + Σ c/2.
        let amplitude: f64 = c.iter().map(|c| (c / 2.0).sin() / (c / 2.0)).product();
        (0.4 + c.iter().sum::<f64>() / 2.0).cos() * amplitude
    };
    run(oscillatory, "1e-8", "cos(0.4 + x + 2*y + 3*z)");
    let peak = product(&|c, w| c * ((c * (1.0 - w)).atan() + (c * w).atan()));
    run(peak, "1e-8", "1/((1+(x-0.3)^2)*(1/4+(y-0.5)^2)*(1/9+(z-0.7)^2))");
    // Corner peak by inclusion and exclusion over the corners.
    let corners = |x: f64, y: f64, z: f64| 1.0 / (1.0 + x + 2.0 * y + 3.0 * z);
    let corner: f64 = (0..8)
        .map(|k| {
            (if (k as u32).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 })
                * corners((k & 1) as f64, (k >> 1 & 1) as f64, (k >> 2) as f64)
        })
        .sum::<f64>()
        / 36.0;
    run(corner, "1e-8", "(1 + x + 2*y + 3*z)^-4");
    let gauss = product(&|c, w| std::f64::consts::PI.sqrt() / (2.0 * c) * (erf(c * (1.0 - w)) + erf(c * w)));
    run(gauss, "1e-8", "exp(-(x-0.3)^2 - 4*(y-0.5)^2 - 9*(z-0.7)^2)");
    let kinked = product(&|c, w| (2.0 - (-c * w).exp() - (-c * (1.0 - w)).exp()) / c);
    run(kinked, "1e-5", "exp(-abs(x-0.3) - 2*abs(y-0.5) - 3*abs(z-0.7))");
    let jump = (0.3f64.exp() - 1.0) * ((2.0f64 * 0.5).exp() - 1.0) / 2.0 * (3.0f64.exp() - 1.0) / 3.0;
    run(jump, "1e-3", "where(x > 0.3 || y > 0.5, 0, exp(x + 2*y + 3*z))");
}

/// erf from its series, for the closed forms and moderate x alone.
fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn every_kind_of_function_can_be_integrated() {
    let e = std::f64::consts::E;
    integrates_to(erf(1.0) + ((-1.0f64).exp() - 1.0) / std::f64::consts::PI.sqrt(), "1e-8", &["erf(x)", "--over", "x=0:1"]);
    integrates_to(std::f64::consts::PI / 4.0, "1e-8", &["atan2(y, x)", "--over", "x=0:1", "--over", "y=0:1"]);
    integrates_to(1.0, "1e-8", &["log(x)*(x >= 1)", "--over", "x=1:e"]);
    integrates_to(e - 1.0, "1e-8", &["exp(x)*(x < 2 && x != 5)", "--over", "x=0:1"]);
    // max + min = x + y, and the two halves make |x|: what is left is x + x².
    let pieces = "max(x, y) + min(x, y) + abs(x)*sign(y)/2 + hypot(0, x)/2 - x - y + x^2";
    integrates_to(2.0 + 8.0 / 3.0, "1e-6", &[pieces, "--over", "x=0:2", "--over", "y=0:1"]);
    integrates_to(0.25, "1e-8", &["x**3", "--over", "x=0:1"]);
    integrates_to(2.0, "1e-8", &["gamma(x)/gamma(x)*floor(2.5)", "--over", "x=1:2"]);
}

#[test]
fn several_formulas_share_their_points_and_their_ratio_has_its_own_error() {
    let (document, status) = json(&[
        "integrate",
        "x*w",
        "w",
        "--let",
        "w=exp(-a*x*y)",
        "--set",
        "a=2",
        "--over",
        "x=0:1",
        "--over",
        "y=0:1",
        "--ratio",
        "--rtol",
        "1e-9",
    ]);
    // ∫∫ x exp(−2xy) = ∫ (1 − exp(−2x))/2 dx; ∫∫ exp(−2xy) = Ein(2)/2.
    let numerator = 0.5 - (1.0 - (-2.0f64).exp()) / 4.0;
    // Ein(2) = Σ −(−2)^k / (k k!)
    let ein = (1..60).fold((0.0, 1.0), |(sum, term): (f64, f64), k| {
        let term = -2.0 * term / f64::from(k);
        (sum - term / f64::from(k), term)
    });
    let ein = ein.0;
    let (value, error) = estimate(&document["ratio"]);
    assert!((value - numerator / (ein / 2.0)).abs() <= error && status == 0, "{value} ± {error} {numerator} {ein}");
    assert_eq!(document["ratio"]["name"], "ratio");
    assert_eq!(document["integrals"][1]["name"], "w");
    let (each, _) = json(&["integrate", "x", "y", "--over", "x=0:1", "--over", "y=0:2"]);
    assert!(each.get("ratio").is_none() && each["integrals"].as_array().unwrap().len() == 2);
}

#[test]
fn every_method_integrates_formulas() {
    for method in ["cuhre", "genz-malik", "vegas", "qmc"] {
        let (document, status) = json(&[
            "integrate",
            "exp(-x*y*z)",
            "--over",
            "x=0:1",
            "--over",
            "y=0:1",
            "--over",
            "z=0:1",
            "--method",
            method,
            "--rtol",
            "1e-3",
        ]);
        // Σ (−1)^k / (k! (k+1)^3)
        let exact: f64 = (0..30)
            .fold((0.0, 1.0), |(sum, term): (f64, f64), k| (sum + term / f64::from(k + 1).powi(3), -term / f64::from(k + 1)))
            .0;
        let (value, error) = estimate(&document["integrals"][0]);
        assert!(status == 0 && (value - exact).abs() <= 3.0 * error, "{method}: {value} ± {error}, {exact}");
    }
}

#[test]
fn what_cannot_be_read_is_shown_with_a_caret() {
    for (arguments, parts) in [
        (&["integrate", "x*yy", "--over", "x=0:1", "--over", "y=0:1"][..], &["unknown name `yy`", "did you mean `y`", "^^"][..]),
        (&["integrate", "x*z", "--over", "x=0:1"], &["unknown name `z`\n", "--over z=LO:HI", "--set z=VALUE"]),
        (&["integrate", "y=0:x", "--over", "x=0:1"], &["limits are given by --over", "--over 'y=0:x'"]),
        (&["integrate", "x", "--over", "x=0:Infinity"], &["--over", "infinity is written inf"]),
        (&["integrate", "x", "--over", "x=-oo:0"], &["--over", "infinity is written inf"]),
        (&["integrate", "x", "--over", "x=0:1", "--method", "cuhr"], &["did you mean cuhre? There are auto, cuhre"]),
        (&["integrate", "sin(x", "--over", "x=0:1"], &["never closed", "^"]),
        (&["integrate", "2x", "--over", "x=0:1"], &["2*x", "^"]),
        (&["integrate", "", "--over", "x=0:1"], &["empty"]),
        (&["integrate", "x", "--over", "x=0:foo"], &["limit of x", "foo"]),
        (&["integrate", "x", "--over", "x=nan:1"], &["nan"]),
        (&["integrate", "x", "--over", "x=inf:inf"], &["--over"]),
        (&["integrate", "x", "--over", "x"], &["--over", "VAR=LO:HI"]),
        (&["integrate", "x", "--over", "x=0:1", "--over", "x=0:2"], &["x"]),
        (&["integrate", "x", "--over", "sin=0:1"], &["sin"]),
        (&["integrate", "x", "--over", "x=0:1", "--set", "a"], &["--set", "NAME=VALUE"]),
        (&["integrate", "x", "--over", "x=0:1", "--set", "a=nan"], &["--set"]),
        (&["integrate", "x", "--over", "x=0:1", "--ratio"], &["--ratio", "two formulas"]),
        (&["integrate", "x", "--over", "x=0:1", "--target", "ratio"], &["--target ratio"]),
        (&["integrate", "x", "--over", "x=0:1", "--box", "3"], &["--box"]),
        (&["integrate", "sqrt(x)", "--over", "x=-1:1", "--rtol", "1e-9"], &["not finite", "first at x"]),
        (&["atom", "--psi", "exp(-r1-r2)*r21"], &["--psi", "unknown name `r21`", "did you mean `r12`", "^^^"]),
        (&["atom", "--psi", "exp(r1)"], &["--psi", "fall off"]),
        (&["atom", "--psi", "exp(-2*max(r1,r2))"], &["--psi", "no point sees", "--radius"]),
        (&["atom", "--psi", "exp(-r)*(r<1)", "--electrons", "1"], &["--psi", "no point sees"]),
        (&["atom", "--psi", "exp(-r1-r2)", "--electrons", "4"], &["--electrons", "1, 2 or 3"]),
        (&["atom", "--psi", "exp(-r1-r2)", "--charge", "-1"], &["--charge", "above 0"]),
    ] {
        let output = fubini(arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty());
        assert!(parts.iter().all(|part| message.contains(part)), "{arguments:?}: {message}");
    }
}

#[test]
fn energies_of_trial_functions_as_text_are_right() {
    for (exact, arguments) in [
        (-2.878_174_669_630_936_8_f64, &["--psi", "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+b*r12))", "--set", "b=0.15"][..]),
        // The same by hand in Cartesian coordinates.
        (
            -2.878_174_669_630_936_8,
            &[
                "--psi",
                "exp(-2*(p+q))*exp(s/2/(1+0.15*s))",
                "--let",
                "p=sqrt(x1^2+y1^2+z1^2)",
                "--let",
                "q=sqrt(x2^2+y2^2+z2^2)",
                "--let",
                "s=sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)",
            ],
        ),
        (-2.847_656_25, &["--psi", "exp(-1.6875*(r1+r2))"]),
        (
            -0.525_918_736_047_599_1,
            &[
                "--charge",
                "1",
                "--psi",
                "(exp(-a*r1-b*r2)+exp(-b*r1-a*r2))*(1+c*r12)",
                "--set",
                "a=1.07487",
                "--set",
                "b=0.477447",
                "--set",
                "c=0.312549",
            ],
        ),
        (-0.513_302_885_463_432_4, &["--charge", "1", "--psi", "exp(-1.03923*r1-0.283221*r2)+exp(-0.283221*r1-1.03923*r2)"]),
        (-2.902_432_028_001_701_7, &["--psi", "exp(-1.8161*(r1+r2))*(1+0.291786*r12+0.130815*(r2-r1)^2)"]),
        (-0.424_413_181_578_387_6, &["--electrons", "1", "--psi", "exp(-8/(9*pi)*r^2)"]),
        (-0.465_803_451_928_591_6, &["--electrons", "1", "--psi", "exp(-r-0.1*r^2)"]),
        (-0.375, &["--electrons", "1", "--psi", "exp(-sqrt(x^2+y^2+z^2)/2)"]),
        (-2.0, &["--electrons", "1", "--charge", "2", "--psi", "exp(-2*r)"]),
        // A 2p state: it vanishes on a plane.
        (-0.125, &["--electrons", "1", "--psi", "z*exp(-r/2)"]),
    ] {
        let (document, status) = json(&[&["atom"], arguments, &["--rtol", "1e-7"]].concat());
        let (value, error) = estimate(&document["ratio"]);
        assert_eq!(status, 0, "{arguments:?}: {document}");
        let allowed = error.max(4.0 * f64::EPSILON * exact.abs());
        assert!((value - exact).abs() <= allowed, "{arguments:?}: {value} ± {error}, exact {exact}");
    }
}

#[test]
fn show_prints_what_was_derived_and_verbose_what_was_compiled() {
    let output = fubini(&["atom", "--psi", "exp(-2*r1-2*r2)", "--show"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(["ψ", "Hψ/ψ", "exp(", "operations"].iter().all(|part| text.contains(part)), "{text}");
    let output = fubini(&["integrate", "exp(x)+exp(x)^2", "--over", "x=0:1", "-v"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("operations"));
}

/// Values of an integrand at points given as rows.
fn at(f: &dyn Integrand, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (mut x, mut y) = (Columns::default(), Columns::default());
    x.reset(f.dim(), points.len());
    y.reset(f.components(), points.len());
    for (i, point) in points.iter().enumerate() {
        point.iter().enumerate().for_each(|(d, p)| x.column_mut(d)[i] = *p);
    }
    x.pad();
    f.eval(x.points(f.dim()), &mut y.values());
    (0..f.components()).map(|c| y.column(c).to_vec()).collect()
}

#[test]
fn hand_written_atoms_and_their_formulas_agree_at_random_points() {
    // A Weyl sequence in (−3, 3): fixed, spread out, and nothing special.
    let points: Vec<Vec<f64>> =
        (1..=1000).map(|i| (0..6).map(|d| 6.0 * (f64::from(i) * (2.0 + f64::from(d)).sqrt()).fract() - 3.0).collect()).collect();
    for (alpha, beta, charge) in [(2.0, 0.15, 2.0), (1.8, 0.3, 2.0), (0.835_11, 0.171_6, 1.0), (2.8461, 0.0, 3.0)] {
        let trial = Trial {
            psi: "exp(-a*(r1+r2))*exp(r12/2/(1+b*r12))".into(),
            electrons: 2,
            charge,
            parameters: vec![("a".into(), alpha), ("b".into(), beta)],
            ..Trial::default()
        };
        let formula = at(&*trial.problem(Frame::Perimetric).unwrap().integrand, &points);
        let by_hand = at(&Simd(Helium { alpha, beta, charge }), &points);
        for i in 0..points.len() {
            let scale = by_hand[1][i].abs() * (1.0 + (by_hand[0][i] / by_hand[1][i]).abs());
            for c in 0..2 {
                assert!((formula[c][i] - by_hand[c][i]).abs() <= 1e-12 * scale, "{alpha} {beta} {charge} at {:?}", points[i]);
            }
        }
    }
    let trial = Trial { psi: "exp(-r-0.1*r^2)".into(), electrons: 1, charge: 1.0, ..Trial::default() };
    let three: Vec<Vec<f64>> = points.iter().map(|p| p[..3].to_vec()).collect();
    let formula = at(&*trial.problem(Frame::Spherical).unwrap().integrand, &three);
    let by_hand = at(&Simd(Hydrogen { beta: 0.1 }), &three);
    for i in 0..three.len() {
        for c in 0..2 {
            assert!((formula[c][i] - by_hand[c][i]).abs() <= 1e-12 * by_hand[1][i] * 4.0, "{:?}", three[i]);
        }
    }
}

//! Energies of atoms from the text of ψ: trusted values at points, closed forms, coalescence.

use fubini_expressions::{Atom, Energy, ErrorKind, Form, Names};

const POINTS: [[f64; 6]; 4] = [
    [0.3, -0.2, 0.5, -0.4, 0.1, 0.7],
    [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    [0.25, 0.5, -0.75, 1.5, -0.125, 0.375],
    [-2.0, 1.0, 0.5, 0.5, 0.25, -1.0],
];

/// ψ, the charge, and (ψ, local energy) at the points: 25 trusted digits, computed elsewhere in high precision.
type Trusted = (&'static str, f64, [(f64, f64); 4]);
const TRUSTED: &[Trusted] = &[
    (
        "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+0.15*r12))",
        2.0,
        [
            (0.0816283933036531, -2.9556592929515664),
            (0.03282246419773611, -2.8432106336540874),
            (0.014031929839409535, -2.9696675327599698),
            (0.0029178433413873735, -3.0328702858906254),
        ],
    ),
    (
        "exp(-2*r1 - 2*r2 + 0.5*r12/(1 + r12))",
        2.0,
        [
            (0.07154516949398132, -2.647075522536206),
            (0.02454844464854801, -3.1078643762690494),
            (0.00954062384293537, -3.298555631460201),
            (0.0015056366795079493, -3.569145984900356),
        ],
    ),
    (
        "exp(-1.8*(r1 + r2) + r12/(2 + 0.6*r12))",
        2.0,
        [
            (0.10503618665307093, -2.6993550771851202),
            (0.04489053466831832, -2.610946264753042),
            (0.020389101395636957, -2.7073128890464724),
            (0.004536653699252869, -2.8181365614825564),
        ],
    ),
    (
        "(exp(-1.07487*r1 - 0.477447*r2) + exp(-0.477447*r1 - 1.07487*r2))*(1 + 0.312549*r12)",
        1.0,
        [
            (0.8235498555724632, -0.486966048997133),
            (0.6107111823299615, -0.5008395949911864),
            (0.4607575651826073, -0.5110696602541834),
            (0.2854014263312929, -0.5090921873477645),
        ],
    ),
    (
        "exp(-1.8161*(r1 + r2))*(1 + 0.291786*r12 + 0.130815*(r2 - r1)^2)",
        2.0,
        [
            (0.09217777096827678, -2.8965609274818176),
            (0.03737571033051853, -2.9057273338375365),
            (0.017198863826762358, -2.928772234997039),
            (0.003990137356119365, -2.9295529030291094),
        ],
    ),
];

fn in_coordinates(text: &str) -> String {
    text.replace("r12", "sqrt((x1-x2)^2 + (y2-y1)^2 + (z1-z2)^2)")
        .replace("r1", "sqrt(x1^2 + y1*y1 + z1^2)")
        .replace("r2", "sqrt(x2^2 + y2^2 + z2**2)")
}

/// Written so that no distance is recognised.
fn multiplied_out(text: &str) -> String {
    text.replace("r12", "sqrt(x1^2 - 2*x1*x2 + x2^2 + y1^2 - 2*y1*y2 + y2^2 + z1^2 - 2*z1*z2 + z2^2)")
        .replace("r1", "sqrt(x1^2 + y1*y1 + z1^2)")
        .replace("r2", "sqrt(x2^2 + y2^2 + z2**2)")
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-3)
}

fn distances(p: &[f64; 6]) -> [f64; 3] {
    let norm = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    [norm([p[0], p[1], p[2]]), norm([p[3], p[4], p[5]]), norm([p[0] - p[3], p[1] - p[4], p[2] - p[5]])]
}

fn check(energy: &Energy, point: &[f64], psi: f64, local: f64, what: &str) {
    let shown = energy.local.compile().evaluate(point);
    assert!(close(shown[0], psi, 1e-13), "{what}: ψ {} instead of {psi}", shown[0]);
    assert!(close(shown[1], local, 1e-12), "{what}: E_L {} instead of {local}", shown[1]);
    let pair = energy.integrands.compile().evaluate(point);
    assert!(psi == 0.0 || close(pair[0] / pair[1], local, 1e-12), "{what}: {} instead of {local}", pair[0] / pair[1]);
    assert!(close(pair[1], psi * psi, 1e-12), "{what}: ψ² {}", pair[1]);
}

#[test]
fn trusted_points_are_met_however_psi_is_written() {
    for (text, charge, values) in TRUSTED {
        let atom = Atom::two_electrons(*charge);
        let make = |atom: Atom, text: &str| atom.energy(text, &Names::default()).unwrap_or_else(|error| panic!("{error}"));
        let by_distance = make(atom.clone(), text);
        let by_coordinate = make(atom.clone(), &in_coordinates(text));
        let blind = make(atom.clone(), &multiplied_out(text));
        let reduced = make(atom.form(Form::Distances), text);
        for (point, (psi, local)) in POINTS.iter().zip(values) {
            check(&by_distance, point, *psi, *local, text);
            check(&by_coordinate, point, *psi, *local, text);
            check(&blind, point, *psi, *local, text);
            check(&reduced, &distances(point), *psi, *local, text);
        }
        let operations = |energy: &Energy| energy.integrands.compile().summary().operations;
        assert_eq!(operations(&by_distance), operations(&by_coordinate), "{text}");
    }
}

#[test]
fn helium_takes_few_operations() {
    let names = Names::default().parameter("b", 0.15);
    let psi = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+b*r12))";
    let energy = Atom::two_electrons(2.0).energy(psi, &names).expect("a valid ψ");
    let operations = energy.integrands.compile().summary().operations;
    // 43 in the closed form written by hand.
    assert!((30..=43).contains(&operations), "{operations} operations");
}

#[test]
fn closed_forms_are_met() {
    for point in &POINTS {
        let [r1, r2, r12] = distances(point);
        let none = Names::default();
        // Product function: E_L = -a² + (a - Z)(1/r1 + 1/r2) + 1/r12.
        let energy = Atom::two_electrons(2.0).energy("exp(-1.6875*(r1+r2))", &none).expect("valid");
        let local = -1.6875_f64.powi(2) - 0.3125 * (1.0 / r1 + 1.0 / r2) + 1.0 / r12;
        check(&energy, point, (-1.6875 * (r1 + r2)).exp(), local, "product");
        // Hydrogen with a Gaussian factor, amid coordinates and distances.
        let names = Names::default().parameter("beta", 0.1);
        let atom = Atom::one_electron(1.0);
        for psi in ["exp(-r - beta*r^2)", "exp(-r)*exp(-beta*(x*x + y^2 + z^2))"] {
            let energy = atom.energy(psi, &names).expect("valid");
            let local = -0.5 + 0.3 - 0.2 * r1 - 0.02 * r1 * r1;
            check(&energy, &point[..3], (-r1 - 0.1 * r1 * r1).exp(), local, psi);
        }
        // A p state: E_L = -1/8 exactly.
        let energy = atom.energy("z*exp(-r/2)", &none).expect("valid");
        check(&energy, &point[..3], point[2] * (-0.5 * r1).exp(), -0.125, "2p");
        assert_eq!(energy.local.show(1), "-0.125");
    }
}

#[test]
fn the_cusp_costs_no_digits_near_coalescence() {
    let names = Names::default().parameter("b", 0.15);
    let psi = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+b*r12))";
    let energy = Atom::two_electrons(2.0).energy(psi, &names).expect("a valid ψ").local.compile();
    for apart in [1e-2, 1e-5, 1e-8, 1e-11] {
        let point = [0.5, 0.25, 0.25, 0.5 + apart, 0.25, 0.25];
        let (r1, r2, u) = {
            let [r1, r2, u] = distances(&point);
            (r1, r2, u)
        };
        let d = 1.0 + 0.15 * u;
        let along = -((point[0] / r1) - (point[3] / r2));
        let closed = -4.0 - 0.25 / d.powi(4) + 0.15 / d.powi(3) + (0.3 + 0.0225 * u) / (d * d) + along / (d * d);
        let local = energy.evaluate(&point)[1];
        assert!((local - closed).abs() < 1e-14, "{apart}: {local} instead of {closed}");
    }
}

#[test]
fn coalescence_is_not_finite_at_worst() {
    let names = Names::default().parameter("b", 0.15);
    for psi in ["exp(-2*r1-2*r2)*exp(r12/2/(1+b*r12))", "exp(-r1-r2)", "exp(-r1-r2)*(1 + 0.3*r12)"] {
        let energy = Atom::two_electrons(2.0).energy(psi, &names).expect("valid").integrands.compile();
        for point in [[0.0; 6], [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]] {
            let values = energy.evaluate(&point);
            assert!(values[1].is_finite() && values[1] > 0.0, "ψ² at {point:?}: {}", values[1]);
            assert!(!values[0].is_finite(), "{psi} at {point:?}: {}", values[0]);
        }
    }
}

#[test]
fn many_factors_and_nested_functions_have_an_end() {
    // Without an end it would be found by nobody: two minutes are for machines that do much else.
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let slopes: Vec<f64> = (1..=24).map(|i| 0.01 * f64::from(i)).collect();
        let factors: Vec<String> = slopes.iter().map(|a| format!("(1+{a}*x1*x2+y1*z2)")).collect();
        let energy = Atom::two_electrons(2.0).energy(&factors.join("*"), &Names::default()).expect("valid").integrands.compile();
        for point in &POINTS {
            let [x1, y1, _, x2, _, z2] = *point;
            let [r1, r2, r12] = distances(point);
            let values: Vec<f64> = slopes.iter().map(|a| 1.0 + a * x1 * x2 + y1 * z2).collect();
            // Every factor is harmonic: what is left of the Laplacian are the products of gradients.
            let mut local = -2.0 / r1 - 2.0 / r2 + 1.0 / r12;
            for (i, (a, f)) in slopes.iter().zip(&values).enumerate() {
                for (b, g) in slopes.iter().zip(&values).skip(i + 1) {
                    local -= (a * b * (x1 * x1 + x2 * x2) + y1 * y1 + z2 * z2) / (f * g);
                }
            }
            let (psi, found) = (values.iter().product::<f64>(), energy.evaluate(point));
            assert!(close(found[1], psi * psi, 1e-12) && close(found[0] / found[1], local, 1e-12), "{found:?}: {local}");
        }
        for (function, depth) in [("log(2+", 90), ("sqrt(1+", 90), ("tanh(", 150)] {
            let nested = format!("{}r1{}*exp(-r1-r2)", function.repeat(depth), ")".repeat(depth));
            let energy = Atom::two_electrons(2.0).energy(&nested, &Names::default()).expect("valid").integrands.compile();
            assert!(energy.evaluate(&POINTS[0]).iter().all(|value| value.is_finite()), "{function}");
        }
        // A result that is too large is refused before it costs time and memory; a limit by number says what to do.
        let factors: Vec<String> = (0..100).map(|i| format!("(1+0.{}*r1^{}+{}*r12)", i % 9 + 1, i % 3 + 1, i + 1)).collect();
        let psi = format!("{}*exp(-2*(r1+r2))", factors.join("*"));
        let error = Atom::two_electrons(2.0).energy(&psi, &Names::default()).expect_err("too large");
        assert!(matches!(error.kind(), ErrorKind::TooLarge { .. }) && error.to_string().contains("simplify"), "{error}");
        done.send(()).expect("the test waits");
    });
    ended.recv_timeout(std::time::Duration::from_secs(120)).expect("right values in two minutes");
}

//! Linear parameters: expansions from nothing but their terms, levels that are upper bounds, messages.

use fubini::algorithms::{Estimate, Options};
use fubini::atoms::{Family, Frame, Hamiltonian, Trial};
use fubini::variation::{Search, optimize};
use fubini::{Cuhre, Integrator};
use serde_json::Value;
use std::ops::ControlFlow;
use std::process::Command;

/// The exact energy of helium (G. W. F. Drake, Phys. Rev. A 65 (2002) 054501).
const HELIUM: f64 = -2.903_724_377_034_119_6;

fn expansion(factor: &str, terms: &[&str], levels: usize) -> Family {
    let (trial, linear) = Trial { psi: factor.into(), ..Trial::default() }.expand(terms).unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    Family::trial(trial, Frame::Auto).linear(&linear, levels).unwrap()
}

/// The energy and the levels above it.
fn energies(family: &Family, values: &[f64], rtol: f64) -> Vec<Estimate> {
    let problem = family.problem(values).unwrap();
    let options = problem.options(&Options::default().rtol(rtol));
    let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
    assert!(report.converged(), "{report:?}");
    [vec![report.ratio().unwrap()], problem.observed(&report)].concat()
}

/// Standard output, standard error, exit status.
fn fubini(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap();
    let [text, message] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (text, message, output.status.code().unwrap())
}

#[test]
fn hylleraas_expansions_beat_those_of_the_literature() {
    // J. F. Hart, G. Herzberg, Phys. Rev. 106 (1957) 79; T. Kinoshita, Phys. Rev. 105 (1957) 1490.
    for (terms, exponent, published) in
        [("hylleraas:20", 2.176, -2.903_717_9), ("hylleraas:39", 2.319, -2.903_722_5), ("hylleraas:50", 2.412, -2.903_724_27)]
    {
        let e = energies(&expansion(&format!("exp(-{exponent}*s)"), &[terms], 1), &[], 1e-9)[0];
        assert!(e.value + e.error < published && e.value > HELIUM, "{terms}: {e:?}");
    }
}

#[test]
fn fifty_exponentials_are_within_a_hundred_millionth_of_helium() {
    let e = energies(&expansion("1", &["exponential:50"], 1), &[], 3e-10)[0];
    assert!(e.error < 1e-9 && e.value > HELIUM && e.value + e.error < HELIUM + 1e-8, "{e:?}");
    // Exponents go with the charge: Li⁺ (G. W. F. Drake, Phys. Rev. A 65 (2002) 054501).
    let (trial, linear) = Trial { psi: "1".into(), charge: 3.0, ..Trial::default() }.expand(&["exponential:20"]).unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let e = energies(&Family::trial(trial, Frame::Auto).linear(&linear, 1).unwrap(), &[], 1e-9)[0];
    assert!(e.value > -7.279_913_412_669 && e.value < -7.279_8, "{e:?}");
}

#[test]
fn the_exponent_is_found_with_all_coefficients() {
    let family = expansion("exp(-a*s)", &["1", "u", "t^2"], 1).vary(&[("a", Some(1.4))]).unwrap();
    let options = Options::default().rtol(1e-9);
    let best = optimize(family, &Cuhre::default(), &options, &Search::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(best.converged());
    let energy = best.report.ratio().unwrap();
    assert!((energy.value + 2.902_432_028_987_827_4).abs() <= energy.error + 1e-9, "{energy:?}");
    assert!((best.parameters[0].1 - 1.816_067_675_331_701_4).abs() <= best.uncertainties[0], "{:?}", best.parameters);
    let found: Vec<f64> = best.problem.coefficients.iter().map(|(_, c)| *c).collect();
    let exact = [1.0, 0.291_785_757_3, 0.130_814_814_0];
    assert!(found.iter().zip(exact).all(|(c, exact)| (c - exact).abs() < 1e-6), "{found:?}");
}

#[test]
fn levels_are_upper_bounds() {
    // 2¹S of helium: G. W. F. Drake, Z.-C. Yan, Chem. Phys. Lett. 229 (1994) 486.
    let exact = -2.145_974_046_054;
    let terms =
        ["1", "u", "t^2", "u^2", "s", "exp(-0.25*s)*(exp(-0.75*t)+exp(0.75*t))", "exp(-0.25*s)*(exp(-0.75*t)+exp(0.75*t))*s"];
    let more = ["exp(-0.25*s)*(exp(-0.75*t)+exp(0.75*t))*u", "exp(-0.25*s)*(exp(0.75*t)-exp(-0.75*t))*t"];
    // exp(−2 r1 − r2/2) and exchanged are exp(−1.25 s) cosh(0.75 t).
    let factor = "exp(-s)";
    let few = energies(&expansion(factor, &terms, 2), &[], 1e-7);
    let many = energies(&expansion(factor, &[&terms[..], &more[..]].concat(), 2), &[], 1e-7);
    for (level, exact) in [(0, HELIUM), (1, exact)] {
        assert!(few[level].value > many[level].value && many[level].value > exact, "{few:?} {many:?}");
    }
    assert!(many[1].value < exact + 0.01, "{many:?}");
}

#[test]
fn levels_of_one_electron_are_exact_where_the_terms_are() {
    let hydrogen = Trial { psi: "1".into(), electrons: 1, charge: 1.0, ..Trial::default() };
    let (trial, linear) =
        hydrogen.expand(&["exp(-r)", "exp(-r/2)", "r*exp(-r/2)", "exp(-r/3)", "r*exp(-r/3)", "r^2*exp(-r/3)"]).unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let family = Family::trial(trial, Frame::Auto).linear(&linear, 3).unwrap();
    for (level, e) in (1..).zip(energies(&family, &[], 1e-9)) {
        let exact = -0.5 / f64::from(level * level);
        assert!((e.value - exact).abs() <= 1e-9, "{level}: {e:?}");
    }
    // The lowest of each symmetry: 2p by a term of its own.
    let (trial, linear) = Trial { psi: "z".into(), electrons: 1, charge: 1.0, ..Trial::default() }
        .expand(&["exp(-r/2)", "exp(-r/3)", "r*exp(-r/3)"])
        .unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let found = energies(&Family::trial(trial, Frame::Auto).linear(&linear, 2).unwrap(), &[], 1e-9);
    assert!((found[0].value + 0.125).abs() < 1e-9 && (found[1].value + 1.0 / 18.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn no_error_is_zero_where_values_are_rounded() {
    // 1s and 2s are in the basis: local energies are constant, and nothing but rounding is left.
    let terms = "exp(-r);exp(-r/2);r*exp(-r/2)";
    for method in ["vegas", "mixture", "qmc", "miser", "vmc"] {
        let line = ["atom", "--electrons", "1", "--charge", "1", "--psi", "1", "--terms", terms, "--levels", "2"];
        let words = [&line[..], &["--method", method, "--max-evals", "100000", "--json"]].concat();
        let document: Value = serde_json::from_str(&fubini(&words).0).unwrap();
        for (found, exact) in [(&document["ratio"], -0.5), (&document["expectations"][0], -0.125)] {
            let (value, error) = (found["value"].as_f64().unwrap(), found["error"].as_f64().unwrap());
            assert!(error > 0.0 && (value - exact).abs() <= error, "{method}: {value} {error}");
        }
    }
}

#[test]
fn linear_parameters_follow_the_hamiltonian() {
    // Ps⁻, with terms about two exponents; D. M. Bishop's and Frolov's energy, from above.
    let hamiltonian = Hamiltonian { mass: Some(1.0), ..Hamiltonian::default() };
    let factor = Trial { psi: "exp(-0.35*s)".into(), charge: 1.0, hamiltonian, ..Trial::default() };
    let (trial, linear) = factor.expand(&["hylleraas:34"]).unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let e = energies(&Family::trial(trial, Frame::Auto).linear(&linear, 1).unwrap(), &[], 1e-8)[0];
    assert!(e.value > -0.262_005_070_232_980 && e.value < -0.2619, "{e:?}");
    // Hooke's atom, of which one of the terms is exact with one coefficient.
    let hamiltonian = Hamiltonian { potential: Some("r^2/8".into()), ..Hamiltonian::default() };
    let trial = Trial { psi: "exp(-(r1^2+r2^2)/4)*(1+c*r12)".into(), hamiltonian, ..Trial::default() };
    let family = Family::trial(trial, Frame::Auto).linear(&["c"], 1).unwrap();
    let problem = family.problem(&[]).unwrap();
    assert!((problem.coefficients[0].1 - 0.5).abs() < 1e-6, "{:?}", problem.coefficients);
    assert!((energies(&family, &[], 1e-9)[0].value - 2.0).abs() < 1e-9);
}

#[test]
fn energies_are_the_same_whatever_coordinates_they_are_taken_in() {
    let (trial, linear) = Trial { psi: "exp(-1.8*s)".into(), ..Trial::default() }.expand(&["1", "u", "t^2"]).unwrap();
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let found = [Frame::Triangle, Frame::Perimetric, Frame::Body].map(|frame| {
        let family = Family::trial(trial.clone(), frame).linear(&linear, 2).unwrap();
        energies(&family, &[], 1e-6)
    });
    for other in &found[1..] {
        for (a, b) in found[0].iter().zip(other) {
            assert!((a.value - b.value).abs() <= a.error + b.error, "{found:?}");
        }
    }
}

#[test]
fn the_program_tells_coefficients_and_levels() {
    let line = ["atom", "--psi", "exp(-1.8*s)", "--terms", "1; u; t^2", "--levels", "2"];
    let (text, message, status) = fubini(&[&line[..], &["--json"]].concat());
    assert!(status == 0 && message.is_empty(), "{message}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["coefficients"]["c1"], 1.0);
    assert!((document["coefficients"]["c2"].as_f64().unwrap() - 0.29).abs() < 0.02, "{document}");
    assert_eq!(document["expectations"][0]["name"], "level 2");
    let (text, _, _) = fubini(&line);
    assert!(text.contains("level 2") && text.contains("c3 = 0.1"), "{text}");
    let (text, _, status) = fubini(&["optimize", "atom", "--psi", "exp(-1.8*s)", "--terms", "1; u; t^2", "--json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(status == 0 && document["minimum"]["coefficients"]["c1"] == 1.0, "{document}");
    let scan = ["scan", "atom", "--psi", "exp(-a*(r1+r2))*(1+c*r12)", "--linear", "c", "--vary", "a=1.8:1.9:3", "--json"];
    let document: Value = serde_json::from_str(&fubini(&scan).0).unwrap();
    let energies: Vec<f64> =
        document["points"].as_array().unwrap().iter().map(|p| p["ratio"]["value"].as_f64().unwrap()).collect();
    // Hylleraas' two terms, best at 1.849685: -2.8911207168.
    assert!(energies[1] < energies[0] && energies[1] < energies[2] && (energies[1] + 2.891_120_7).abs() < 3e-6, "{energies:?}");
}

#[test]
fn requests_that_make_no_sense_say_why() {
    for (line, part) in [
        ("atom --psi exp(-a*(r1+r2))*(1+c*r12) --set a=1.8 --linear a,c", "not linear in `a`"),
        ("atom --psi exp(-1.8*(r1+r2))*(1+c*r12) --linear c,d", "not linear in `d`"),
        ("atom --psi exp(-1.8*(r1+r2))*(c+d*c*r12) --linear c,d", "not linear in"),
        ("atom --psi exp(-1.8*(r1+r2))*(1+c*r12) --linear c,c", "given twice"),
        ("atom --psi exp(-1.8*(r1+r2))*(1+c*r12) --linear c --levels 3", "--levels"),
        ("atom --psi exp(-1.8*(r1+r2)) --levels 2", "--levels"),
        ("atom --psi exp(-1.8*s) --terms hylleraas:51", "1 to 50"),
        ("atom --psi exp(-1.8*s) --terms pekeris:5", "hylleraas"),
        ("atom --psi exp(-1.8*s) --terms 1;;u", "a term is empty"),
        ("atom --psi exp(-1.8*s) --terms 1;exp(3*s)", "does not fall off"),
        // Its coefficient would be zero.
        ("atom --psi exp(-s) --terms 1;u;exp(2*s)", "does not fall off"),
        ("atom --psi exp(-1.8*s) --terms 1;1", "the term of c2 is a sum of the terms before it"),
        ("atom --psi exp(-1.8*s) --terms 1;s;u;r1+r2+3", "the term of c4 is a sum"),
        ("atom --psi exp(-1.8*(r1+r2))*(1+c*r12+d*r12) --linear c,d", "the term of d is a sum"),
        ("molecule h2 --psi exp(-0.75*(xi1+xi2)) --terms 1;r12;2*r12", "the term of c3 is a sum"),
        ("atom --electrons 3 --spin doublet --psi exp(-3*(r1+r2)-r3) --terms 1;r3;r3-2", "the term of c3 is a sum"),
        ("optimize atom --psi exp(-1.8*s)*(1+c*u) --let s=r1+r2 --let u=r12 --linear c --vary c=1", "linear parameter"),
        ("optimize atom --psi exp(-1.8*(r1+r2))", "at least one parameter"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (text, message, status) = fubini(&words);
        assert!(status == 2 && message.contains(part) && text.is_empty(), "{line}: {message}{text}");
    }
}

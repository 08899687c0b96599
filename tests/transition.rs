//! Moments between states and the strengths of lines: closed forms, messages.

use fubini::algorithms::{Estimate, Options};
use fubini::atoms::{Frame, Hamiltonian, Trial, catalogue, transition};
use fubini::{Cuhre, Integrator};
use std::process::Command;

fn hydrogen(psi: &str) -> Trial {
    Trial { psi: psi.into(), electrons: 1, charge: 1.0, ..Trial::default() }
}

/// The energies of both states, the strength and the moment.
fn found(states: [&Trial; 2], rtol: f64) -> [Estimate; 4] {
    let problem = transition(states, None, Frame::Auto).unwrap();
    let options = problem.options(&Options::default().rtol(rtol));
    let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
    assert!(report.converged(), "{report:?}");
    let further = problem.observed(&report);
    [report.ratio().unwrap(), further[0], further[1], further[2]]
}

fn meets(found: Estimate, exact: f64) {
    assert!((found.value - exact).abs() <= found.error && found.error < 1e-3 * exact.abs(), "{found:?} {exact}");
}

#[test]
fn lines_of_hydrogen_have_their_strengths() {
    // H. A. Bethe, E. E. Salpeter (1957), §63: 1s to 2p, 1s to 3p, 2s to 3p.
    let (s1, s2) = ("exp(-r)", "(1-r/2)*exp(-r/2)");
    let (p2, p3) = ("z*exp(-r/2)", "z*(1-r/6)*exp(-r/3)");
    for (from, to, strength) in [
        (s1, p2, 2f64.powi(13) / 3f64.powi(9)),
        (s1, p3, 3f64.powi(4) / 2f64.powi(10)),
        (s2, p3, 2f64.powi(18) * 3f64.powi(4) / 5f64.powi(11)),
    ] {
        let [_, _, found, moment] = found([&hydrogen(from), &hydrogen(to)], 1e-8);
        meets(found, strength);
        assert!(moment.value > 0.0);
    }
}

#[test]
fn two_electrons_that_do_not_repel_have_twice_the_strength_of_one() {
    let hamiltonian = Hamiltonian { repulsion: Some("0".into()), ..Hamiltonian::default() };
    let state = |psi: &str| Trial { psi: psi.into(), hamiltonian: hamiltonian.clone(), ..Trial::default() };
    let both = "exp(-2*r1-r2)*z2+exp(-2*r2-r1)*z1";
    let [lower, upper, strength, _] = found([&state("exp(-2*(r1+r2))"), &state(both)], 1e-5);
    meets(lower, -4.0);
    meets(upper, -2.5);
    meets(strength, 2.0 * 2f64.powi(13) / 3f64.powi(9));
}

#[test]
fn the_line_of_helium_is_near_its_strength() {
    let state = |name| catalogue::entry(name, 2.0).unwrap().trial;
    let [_, upper, strength, _] = found([&state("hylleraas-10"), &state("helium-2-1p")], 1e-4);
    assert!((upper.value + 2.123_029_6).abs() < upper.error + 2e-6, "{upper:?}");
    // 0.27616 of the exact states: G. W. F. Drake in Springer Handbook of Atomic Physics (2006), chapter 11.
    assert!((strength.value - 0.27616).abs() < 0.005, "{strength:?}");
}

#[test]
fn states_of_different_symmetry_or_atoms_are_refused() {
    let state = |name| catalogue::entry(name, 2.0).unwrap().trial;
    let error = |states: [&Trial; 2]| transition(states, None, Frame::Auto).unwrap_err().to_string();
    assert!(error([&state("product"), &state("helium-2-3s")]).contains("singlet and triplet"));
    assert!(error([&state("product"), &hydrogen("exp(-r)")]).contains("one atom"));
    let (one, two) = ("--electrons 1 --from exp(-r)", "--from exp(-2*r1-2*r2)");
    for (rest, part) in [
        (format!("{one} --to z*exp(r/2)"), "--to: ψ does not fall off"),
        (format!("{one} --to z*exp(-q*r)"), "--to: unknown name `q`"),
        (format!("{one} --to exp(-r)/x"), "--to: ψ grows without bound where x = 0"),
        (format!("{one} --to 0"), "--to: ψ is zero"),
        (format!("{one} --to exp(-r)"), "both states are the same one"),
        (format!("{one} --to z*exp(-r/2) --moment q*z"), "--moment: unknown name `q`"),
        (format!("{one} --to z*exp(-r/2) --moment z-z"), "--moment: it is zero"),
        (format!("{one} --to z*exp(-r/2) --charge nan"), "--charge NaN"),
        (format!("{one} --to z*exp(-r/2) --radius 2"), "(1-r/radius)"),
        (format!("{two} --to z1*exp(-r1-r2)"), "--to: ψ becomes another function"),
        ("--from exp(-2*r1-r2) --to (z1+z2)*exp(-r1-r2)".to_string(), "--from: ψ becomes another function"),
        (format!("{two} --to-function helium-2-1p --mass 1"), "--mass"),
        (format!("{two} --to-function helium-2-1p --electrons 1"), "--electrons"),
        ("--from-function hylleraas-3 --to-function helium-2-1p --set a=2".to_string(), "--set"),
        (two.to_string(), "--to-function NAME"),
        (String::new(), "--from-function NAME"),
    ] {
        let words = rest.split_whitespace();
        let output = Command::new(env!("CARGO_BIN_EXE_fubini")).arg("transition").args(words).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part), "{rest}: {message}");
    }
}

#[test]
fn names_of_potentials_belong_to_both_states() {
    // The oscillator of frequency w: the strength from its ground state is 1, whatever w is.
    let hamiltonian = Hamiltonian { potential: Some("k/2*r^2".into()), ..Hamiltonian::default() };
    let state = |psi: &str, w: f64| Trial {
        parameters: vec![("w".into(), w)],
        definitions: vec![("k".into(), "w^2".into())],
        hamiltonian: hamiltonian.clone(),
        ..hydrogen(psi)
    };
    let [lower, upper, strength, _] = found([&state("exp(-w*r^2/2)", 0.7), &state("z*exp(-w*r^2/2)", 0.7)], 1e-8);
    meets(lower, 1.5 * 0.7);
    meets(upper, 2.5 * 0.7);
    meets(strength, 1.0);
    let error = transition([&state("exp(-w*r^2/2)", 0.7), &state("z*exp(-w*r^2/2)", 0.8)], None, Frame::Auto).unwrap_err();
    assert!(error.to_string().contains("w of its potentials has two values"), "{error}");
}

#[test]
fn a_strength_is_told_of_the_moment_of_all_charges_alone() {
    let states = [&hydrogen("exp(-r)"), &hydrogen("z*exp(-r/2)")];
    let name = |moment| transition(states, moment, Frame::Auto).unwrap().observables[1].name.clone();
    assert_eq!([None, Some("z")].map(name), ["oscillator strength"; 2]);
    assert_eq!(name(Some("z*r")), "2 (E2 - E1) moment^2");
    // From a state that is not round a strength has parts for all directions; round ones may be written in coordinates.
    let name = |from, to| transition([&hydrogen(from), &hydrogen(to)], None, Frame::Auto).unwrap().observables[1].name.clone();
    assert_eq!(name("z*exp(-r/2)", "exp(-r)"), "2 (E2 - E1) moment^2");
    assert_eq!(name("exp(-sqrt(x^2+y^2+z^2))", "z*exp(-r/2)"), "oscillator strength");
    let heavy = |psi: &str| Trial { hamiltonian: Hamiltonian { mass: Some(1.0), ..Hamiltonian::default() }, ..hydrogen(psi) };
    let problem = transition([&heavy("exp(-r/2)"), &heavy("z*exp(-r/4)")], None, Frame::Auto).unwrap();
    assert_ne!(problem.observables[1].name, "oscillator strength");
}

#[test]
fn moments_that_are_zero_are_told_from_integrals_that_diverge() {
    for (to, more) in [("(1-r/2)*exp(-r/2)", ""), ("x*exp(-r/2)", ""), ("z*exp(-r/2)", "--moment 1/r")] {
        let words = format!("transition --electrons 1 --from exp(-r) --to {to} {more}");
        let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(words.split_whitespace()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("the value is zero within it") && !text.contains("diverge"), "{words}: {text}");
    }
}

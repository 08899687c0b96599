//! Three electrons: closed forms, other coordinates and methods, the catalogue's lithium, messages.

use fubini::algorithms::{Estimate, Options};
use fubini::atoms::{Family, Frame, Hamiltonian, Spin, Trial, catalogue};
use fubini::methods;
use std::process::Command;

/// 1s² 2s of hydrogenic orbitals about a nucleus of charge 3.
fn hydrogenic() -> Trial {
    let psi = "exp(-3*(r1+r2))*(1-1.5*r3)*exp(-1.5*r3)".to_string();
    Trial { psi, electrons: 3, charge: 3.0, spin: Some(Spin::Doublet), ..Trial::default() }
}

/// To first order in the repulsion: −Z² 9/8 + Z (5/8 + 2 · 17/81 − 16/729).
const HYDROGENIC: f64 = -10.125 + 3.0 * 5965.0 / 5832.0;

fn energy(trial: &Trial, frame: Frame, method: &str, rtol: f64, seed: u64) -> (Estimate, u64) {
    let problem = trial.problem(frame).unwrap();
    let options = problem.options(&Options::default().rtol(rtol).seed(seed));
    let integrator = methods::integrator(method, &[]).unwrap();
    let report = integrator.integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
    assert!(report.converged(), "{method}: {report:?}");
    (report.ratio().unwrap(), report.evaluations)
}

#[test]
fn without_repulsion_the_local_energy_is_that_of_the_orbitals() {
    let hamiltonian = Hamiltonian { repulsion: Some("0".into()), ..Hamiltonian::default() };
    let (e, evaluations) = energy(&Trial { hamiltonian, ..hydrogenic() }, Frame::Auto, "qmc", 1e-9, 0);
    assert!((e.value + 10.125).abs() < 1e-12 && evaluations < 20_000, "{e:?}");
}

#[test]
fn the_closed_form_is_met_in_all_coordinates_and_by_all_methods() {
    for (frame, method, rtol) in [
        (Frame::Tetrahedron, "qmc", 3e-5),
        (Frame::Spheroidal, "qmc", 3e-5),
        (Frame::Spherical, "qmc", 1e-4),
        (Frame::Tetrahedron, "vegas", 3e-4),
        (Frame::Spheroidal, "vegas", 3e-4),
        (Frame::Tetrahedron, "vmc", 2e-3),
    ] {
        let (e, evaluations) = energy(&hydrogenic(), frame, method, rtol, 1);
        assert!((e.value - HYDROGENIC).abs() <= 4.0 * e.error, "{frame:?} {method}: {e:?} {HYDROGENIC}");
        assert!(evaluations < 20_000_000, "{frame:?} {method}: {evaluations}");
    }
}

#[test]
fn a_doublet_that_is_given_is_the_one_that_is_made() {
    let psi = "(exp(-3*r1)*(1-1.5*r2)*exp(-1.5*r2)-exp(-3*r2)*(1-1.5*r1)*exp(-1.5*r1))*exp(-3*r3)".to_string();
    let given = energy(&Trial { psi, spin: None, ..hydrogenic() }, Frame::Auto, "qmc", 1e-4, 2).0;
    let made = energy(&hydrogenic(), Frame::Auto, "qmc", 1e-4, 2).0;
    assert!((given.value - made.value).abs() < 1e-9, "{given:?} {made:?}");
}

#[test]
fn a_quartet_of_orbitals_has_its_closed_form() {
    // 1s 2s 2p of hydrogenic orbitals without repulsion: −Z²/2 (1 + 1/4 + 1/4).
    let psi = "exp(-3*r1)*(1-1.5*r2)*exp(-1.5*r2)*z3*exp(-1.5*r3)".to_string();
    let hamiltonian = Hamiltonian { repulsion: Some("0".into()), ..Hamiltonian::default() };
    let quartet = Trial { psi, hamiltonian, spin: Some(Spin::Quartet), ..hydrogenic() };
    // A numerator that falls off slowly in these coordinates is suspect, whatever becomes of the ratio.
    let problem = quartet.problem(Frame::Auto).unwrap();
    let options = problem.options(&Options::default().rtol(1e-4));
    let integrator = methods::integrator("qmc", &[]).unwrap();
    let e = integrator.integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap().ratio().unwrap();
    assert!((e.value + 6.75).abs() < 1e-9, "{e:?}");
}

#[test]
fn lithium_is_within_a_ten_thousandth_of_its_energy() {
    let entry = catalogue::entry("lithium", 3.0).unwrap();
    let (e, evaluations) = energy(&entry.trial, Frame::Auto, "qmc", 3e-6, 4);
    assert!((e.value + 7.478_060_323_910).abs() < 1e-4 && (e.value + 7.478_1).abs() < 1e-4 + 3.0 * e.error, "{e:?}");
    assert!((e.value - entry.energy).abs() <= 3.5 * e.error && evaluations < 6_000_000, "{e:?} {evaluations}");
}

#[test]
fn linear_parameters_of_three_electrons_are_found() {
    // Without repulsion c = −3/2 makes 2s of the third electron's function, and the energy is exact.
    let psi = "exp(-3*(r1+r2)-1.5*r3)*(1+c*r3+d*r12+f*r13)".to_string();
    let parameters = ["c", "d", "f"].map(|name| (name.to_string(), 1.0)).to_vec();
    let hamiltonian = Hamiltonian { repulsion: Some("0".into()), ..Hamiltonian::default() };
    let trial = Trial { psi, parameters, hamiltonian, ..hydrogenic() };
    let problem = Family::trial(trial, Frame::Auto).linear(&["c", "d", "f"], 1).unwrap().problem(&[]).unwrap();
    let found: Vec<f64> = problem.coefficients.iter().map(|(_, c)| *c).collect();
    assert!((found[0] + 1.5).abs() < 1e-6 && found[1].abs() < 1e-6 && found[2].abs() < 1e-6, "{found:?}");
}

#[test]
fn what_is_no_state_of_three_electrons_is_told() {
    for (arguments, part) in [
        (&["--psi", "exp(-3*(r1+r2+r3))"][..], "--spin doublet"),
        (&["--psi", "exp(-3*(r1+r2+r3))", "--spin", "doublet"], "ψ is zero"),
        (&["--psi", "exp(-3*(r1+r2))*r3", "--spin", "doublet"], "does not fall off"),
        (&["--psi", "exp(-r1*r2-r3)", "--spin", "doublet"], "does not fall off"),
        (&["--psi", "exp(-3*(r1+r2)-r3)", "--spin", "singlet"], "two electrons"),
        (&["--psi", "exp(-3*(r1+r2)-r3)", "--spin", "doublet", "--terms", "hylleraas:2"], "two electrons"),
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_fubini")).args(["atom", "--electrons", "3"]).args(arguments).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part), "{arguments:?}: {message}");
    }
}

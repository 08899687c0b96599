//! What ψ must be for ∫ψ² and the kinetic energy to be finite: what is not is refused with its reason, and nothing else is.

use fubini::algorithms::Options;
use fubini::atoms::{Frame, Hamiltonian, Nuclei, Spin, Trial};
use fubini::{Cuhre, Integrator, RequestError};

fn trial(psi: &str, electrons: usize) -> Trial {
    let spin = (electrons == 3).then_some(Spin::Doublet);
    Trial { psi: psi.into(), electrons, charge: electrons as f64, spin, ..Trial::default() }
}

fn molecule(psi: &str, electrons: usize) -> Trial {
    let nuclei = Some(Nuclei { charges: [1.0, 1.0], bond: 1.4 });
    Trial { hamiltonian: Hamiltonian { nuclei, ..Hamiltonian::default() }, ..trial(psi, electrons) }
}

fn reason(trial: &Trial) -> Result<(), String> {
    match trial.problem(Frame::Auto) {
        Ok(_) => Ok(()),
        Err(RequestError::Conflict { name: "psi", reason }) => Err(reason),
        Err(error) => panic!("{}: {error}", trial.psi),
    }
}

/// The energy, and whether its tolerance was met.
fn energy(trial: &Trial, rtol: f64) -> (f64, f64, bool) {
    let problem = trial.problem(Frame::Auto).unwrap_or_else(|error| panic!("{}: {error}", trial.psi));
    let options = problem.options(&Options::default().rtol(rtol).max_evals(3_000_000));
    let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
    let e = report.ratio().unwrap();
    (e.value, e.error, report.converged())
}

#[test]
fn what_does_not_fall_in_some_direction_is_refused() {
    for (psi, electrons, part) in [
        ("exp(-(x-y)^2-z^2)", 1, "does not fall off when the electron goes far along (0.71, 0.71, 0.00)"),
        ("exp(-(x-2*y)^2-z^2)", 1, "along (0.89, 0.45, 0.00)"),
        ("exp(-(x-sqrt(3)*y)^2-0.1*z^2)", 1, "along (0.87, 0.50, 0.00)"),
        ("exp(-(x+y+z)^2)", 1, "does not fall off"),
        ("exp(-r)+1e-8*exp(-(x-y)^2-z^2)", 1, "along (0.71, 0.71, 0.00)"),
        ("exp(-x^2-y^2)", 1, "far along +z"),
        ("exp(-r+z)", 1, "far along +z"),
        ("cosh(x)*exp(-r)", 1, "far along +x"),
        ("exp(r)", 1, "with the distance"),
        ("1", 1, "with the distance"),
        // A minimum at 1500 bohr, where ψ is exp(-1500).
        ("exp(-2*r+r^2/1500)", 1, "it grows again"),
        ("exp(-(r1-r2)^2)", 2, "electrons 1 and 2 go far together"),
        ("exp(-r12)", 2, "side by side"),
        ("exp(-(x1-y2)^2-(y1-z2)^2-(z1-x2)^2)", 2, "electrons 1 and 2 go far together"),
        ("exp(-r1)", 2, "electron 2 alone"),
        ("exp(-r1-r2)+1e-9*exp(-3*r1)", 2, "electron 2 alone"),
        ("exp(-r1*r2)", 2, "alone goes far while the other is at the nucleus"),
        ("exp(-3*(r1+r2)-(x3-y3)^2)", 3, "alone goes far"),
        ("exp(-(x1+x2+x3)^2)*r3", 3, "does not fall off"),
        ("r3*exp(-r12-r13-r23)", 3, "does not fall off"),
        // Powers that ∫ψ² does not stand.
        ("1/(1+r^1.5)", 1, "falls off too slowly with the distance"),
        ("exp(-x^2-y^2)/(1+z^2)^0.2", 1, "falls off too slowly"),
        ("1/(1+r1+r2)^2.9", 2, "falls off too slowly"),
        ("exp(-r1)/(1+r2)^1.3+exp(-r2)/(1+r1)^1.3", 2, "falls off too slowly"),
    ] {
        let found = reason(&trial(psi, electrons)).expect_err(psi);
        assert!(found.contains(part), "{psi}: {found}");
    }
    for (psi, electrons) in [("exp(-(x-y)^2-z^2)", 1), ("exp(-xi*(1-eta))", 1), ("exp(-(r1a-r2a)^2-(r1b-r2b)^2)", 2)] {
        let found = reason(&molecule(psi, electrons)).expect_err(psi);
        assert!(found.contains("fall"), "{psi}: {found}");
    }
}

#[test]
fn what_falls_slowly_is_not_refused() {
    for (psi, electrons) in [
        ("1/(1+r^1.6)", 1),
        ("exp(-r+0.999999*z)", 1),
        ("cosh(0.99*x)*exp(-r)", 1),
        ("exp(-(x-y)^2-z^2)/(1+r^2)^0.3", 1),
        ("exp(-x^2-y^2)/(1+z^2)^0.3", 1),
        ("exp(-(x+y+z)^2)/(1+r^2)^0.6", 1),
        ("exp(-r^60)", 1),
        ("exp(-r12)/(1+(r1+r2)^2)", 2),
        ("1/(1+r1+r2)^3.2", 2),
        ("exp(-r1)/(1+r2)^2+exp(-r2)/(1+r1)^2", 2),
        ("exp(-r1-r2+0.999*r12)", 2),
        ("r3/(1+r1+r2+r3)^6", 3),
        ("exp(-3*(r1+r2)-0.01*r3)", 3),
    ] {
        assert_eq!(reason(&trial(psi, electrons)), Ok(()), "{psi}");
    }
}

#[test]
fn what_bends_is_refused_however_it_is_written() {
    for (psi, electrons, part) in [
        ("exp(-sqrt(x^2+1e-30)-y^2-z^2)", 1, "bends or jumps where x = 0"),
        ("exp(-r)*(2+erf(1e15*(r-1)))", 1, "r = 1.0000"),
        ("exp(-r1-r2)*(1+0.1*sqrt((r1-r2)^2+1e-28))", 2, "where r1 = r2"),
        ("exp(-3*(r1+r2)-r3)*(1+sqrt((z3-z1)^2+1e-28))", 3, "where z1 = z3"),
    ] {
        let found = reason(&trial(psi, electrons)).expect_err(psi);
        assert!(found.contains(part), "{psi}: {found}");
    }
    // What has a width that is seen is only steep, and so are powers.
    for psi in [
        "exp(-sqrt(x^2+1e-10)-y^2-z^2)",
        "exp(-r)*(2+erf(1e4*(r-1)))",
        "exp(-r)*(1+cbrt(x)^4)",
        "exp(-r)*cbrt(x)^4",
        "exp(-r)*(exp(1e-6*x)-1)",
    ] {
        assert_eq!(reason(&trial(psi, 1)), Ok(()), "{psi}");
    }
}

#[test]
fn nuclei_may_be_far_from_each_other() {
    let far = |psi: &str, electrons, bond| {
        let nuclei = Some(Nuclei { charges: [1.0, 1.0], bond });
        Trial { hamiltonian: Hamiltonian { nuclei, ..Hamiltonian::default() }, ..trial(psi, electrons) }
    };
    let (value, error, met) = energy(&far("exp(-ra)", 1, 500.0), 1e-6);
    assert!(met && (value + 0.5).abs() <= error, "{value} {error}");
    for (psi, bond) in [("exp(-r1a-r2b)+exp(-r1b-r2a)", 200.0), ("exp(-10*(r1a+r2b))+exp(-10*(r1b+r2a))", 20.0)] {
        assert_eq!(reason(&far(psi, 2, bond)), Ok(()), "{psi}");
    }
    for psi in ["exp(-ra*(1-eta))", "exp(-xi)*exp(z)"] {
        assert!(reason(&far(psi, 1, 500.0)).expect_err(psi).contains("fall"), "{psi}");
    }
}

#[test]
fn powers_are_integrated_and_meet_closed_forms() {
    // ∫r²(1 + r)⁻⁶ dr = 1/30 by Euler's beta function, and E = −3/10 of (1 + r)⁻² with it.
    let (value, error, met) = energy(&trial("1/(1+r)^2", 1), 1e-6);
    assert!(met && (value + 0.3).abs() <= error, "{value} {error}");
    // (1 + r1 + r2)⁻⁴: −49/24.
    let (value, error, met) = energy(&trial("1/(1+r1+r2)^4", 2), 1e-5);
    assert!(met && (value + 49.0 / 24.0).abs() <= error, "{value} {error}");
    // Places at infinity are no fault of limits: it ends with a value, which may not be converged.
    let (value, error, _) = energy(&trial("1/(1+r1+r2)^3.2", 2), 1e-6);
    assert!((value + 0.553_918_918_918_919).abs() <= error && error < 0.05 * value.abs(), "{value} {error}");
    // A molecule's falls off as a power, too.
    let (value, error, _) = energy(&molecule("1/(1+xi)^4", 1), 1e-6);
    assert!(value > -0.6 && error < 1e-5, "{value} {error}");
}

#[test]
fn exponentials_whose_middle_is_far_are_found() {
    // exp(−r + bz) has ∇²ψ/ψ = 1 − 2b cos θ + b² − 2/r, and the mean of cos θ is b: E = −½ (1 − b²).
    let b = 0.999_999_f64;
    let (value, error, _) = energy(&trial("exp(-r+0.999999*z)", 1), 1e-5);
    let exact = -0.5 * (1.0 - b * b);
    assert!((value - exact).abs() <= error && error < 4e-6, "{value} {error} {exact}");
}

#[test]
fn what_grows_without_bound_nearby_is_refused() {
    for (psi, electrons, part) in [
        ("exp(-r)/x", 1, "where x = 0, so that ∫ψ² is infinite"),
        ("exp(-r)*ln(x^2)", 1, "where x = 0, so that the kinetic energy is infinite"),
        ("exp(-r)/(r-1)", 1, "r = 1.0000"),
        ("exp(-r)/sqrt(x^2+y^2)", 1, "meets the z axis, so that ∫ψ² is infinite"),
        ("exp(-r)*ln(x^2+y^2)", 1, "meets the z axis, so that the kinetic energy is infinite"),
        ("exp(-r)/r", 1, "meets a nucleus, so that the kinetic energy is infinite"),
        ("exp(-r)/r^1.5", 1, "meets a nucleus, so that ∫ψ² is infinite"),
        ("exp(-r1-r2)/(r1-r2)", 2, "where r1 = r2, so that ∫ψ² is infinite"),
        // Where little of ψ is.
        ("exp(-r)/(r-20)", 1, "r = 20.0000"),
        ("exp(-r1-r2)/(1-0.05*r12)", 2, "on a surface through"),
        ("exp(-r1-r2)/(x1-x2)", 2, "where x1 = x2, so that ∫ψ² is infinite"),
        ("exp(-r1-r2)/z2", 2, "where z2 = 0, so that ∫ψ² is infinite"),
        ("exp(-r1-r2)/r12", 2, "meets another electron, so that the kinetic energy is infinite"),
        ("exp(-3*(r1+r2)-r3)/y3", 3, "where y1 = 0"),
    ] {
        let found = reason(&trial(psi, electrons)).expect_err(psi);
        assert!(found.contains(part), "{psi}: {found}");
    }
    // Inside a sphere, too, and about two nuclei.
    let inside = Trial { hamiltonian: Hamiltonian { radius: Some(2.0), ..Hamiltonian::default() }, ..trial("(1-r/radius)/x", 1) };
    assert!(reason(&inside).expect_err("inside").contains("where x = 0"));
    assert!(reason(&molecule("exp(-xi)/eta", 1)).expect_err("molecule").contains("where z = 0"));
    assert!(reason(&molecule("exp(-xi)/sqrt(xi^2-1)", 1)).expect_err("molecule").contains("meets the z axis"));
    // What is bounded there is not.
    for psi in ["exp(-r)*cbrt(x)^4", "exp(-r)*r*ln(r)", "exp(-r)*ln(r)", "exp(-r)*r^(-0.3)", "exp(-r)*sqrt(1+x^2)"] {
        assert_eq!(reason(&trial(psi, 1)), Ok(()), "{psi}");
    }
}

//! Molecules, repulsion integrals and named trial functions against values known to thirty digits.

mod evaluate;

use evaluate::at;
use fubini::algorithms::{Options, Report, Simd};
use fubini::atoms::{self, Frame, MolecularIon, Molecule, catalogue};
use fubini::{Problem, methods};
use serde_json::Value;
use std::process::{Command, Output};

/// An entry of reference.json.
fn entry(name: &str) -> Value {
    let all: Vec<Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    all.into_iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("{name} is not in reference.json"))
}

fn reference(name: &str) -> f64 {
    entry(name)["value_f64"].as_f64().unwrap()
}

fn run(problem: &Problem, options: &Options) -> Report {
    let integrator = methods::integrator(problem.method, &[]).unwrap();
    integrator.integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), options).unwrap()
}

fn ratio(rtol: f64) -> Options {
    Options::default().rtol(rtol).ratio(0, 1)
}

fn fubini(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(line.split_whitespace()).output().unwrap()
}

fn json(line: &str) -> Value {
    let output = fubini(&format!("{line} --json"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn the_molecular_ion_meets_its_values_at_every_tolerance() {
    let problem = atoms::molecular_ion(MolecularIon { bond: 2.0, zeta: 1.0 }).unwrap();
    for rtol in [1e-3, 1e-6, 1e-9, 1e-11] {
        let report = run(&problem, &ratio(rtol));
        let found = [report.integrals[0], report.integrals[1], report.ratio().unwrap()];
        for (e, quantity) in found.iter().zip(["N", "D", "Eel"]) {
            let exact = reference(&format!("h2p_R2_z1_{quantity}"));
            assert!(report.converged() && (e.value - exact).abs() <= e.error, "{quantity} at {rtol}: {e:?}");
        }
        assert!(report.evaluations < 200_000);
    }
    assert!((problem.exact().unwrap() - reference("h2p_R2_z1_Eel")).abs() < 1e-15);
    assert!((problem.references[1].value - reference("exact_h2p_R2_Eel")).abs() < 1e-15);
    for i in 1..=4 {
        let point: Vec<f64> =
            serde_json::from_value(entry(&format!("point_h2p_{i}_psi"))["parameters"]["point"].clone()).unwrap();
        let values = at(&Simd(MolecularIon { bond: 1.4, zeta: 1.166 }), &point);
        let psi = reference(&format!("point_h2p_{i}_psi"));
        assert!((values[1] / (psi * psi) - 1.0).abs() < 1e-13, "{point:?}");
        let local = values[0] / values[1];
        assert!((local - reference(&format!("point_h2p_{i}_EL"))).abs() < 1e-12, "{point:?}: {local}");
    }
}

#[test]
fn the_molecule_meets_its_values() {
    let problem = atoms::molecule(Molecule { bond: 1.4, zeta: 1.0 }).unwrap();
    let exact = ["N", "D", "Eel"].map(|quantity| reference(&format!("h2_R1.4_z1_HL_{quantity}")));
    // One standard deviation from qmc, and bounds from rules that are cut where the electrons meet.
    for (method, rtol, errors) in [("qmc", 1e-4, 3.0), ("cuhre", 1e-3, 1.0), ("genz-malik", 1e-3, 1.0), ("vegas", 1e-3, 3.0)] {
        let problem = Problem { method, ..atoms::molecule(Molecule { bond: 1.4, zeta: 1.0 }).unwrap() };
        let report = run(&problem, &ratio(rtol));
        for (e, exact) in [report.integrals[0], report.integrals[1], report.ratio().unwrap()].iter().zip(exact) {
            assert!(report.converged() && (e.value - exact).abs() <= errors * e.error, "{method}: {e:?}, exact {exact}");
        }
        assert!(report.evaluations < 2_000_000, "{method}: {}", report.evaluations);
    }
    assert!((problem.exact().unwrap() - exact[2]).abs() < 1e-15);
    let total = problem.references[1].value + problem.constant.unwrap().value;
    assert!((total - reference("exact_h2_R1.4_Etot")).abs() < 1e-12);
    // Wang's exponent is better than that of the free atom.
    let wang = run(&atoms::molecule(Molecule { bond: 1.4, zeta: 1.166 }).unwrap(), &ratio(1e-4)).ratio().unwrap();
    assert!(wang.value + 10.0 * wang.error < exact[2], "{wang:?}");
}

#[test]
fn the_program_adds_the_repulsion_of_the_nuclei() {
    let document = json("molecule h2+ --rtol 1e-9");
    let sum = &document["sum"];
    let (value, error) = (sum["value"].as_f64().unwrap(), sum["error"].as_f64().unwrap());
    assert!((value - reference("h2p_R2_z1_Etot")).abs() <= error && sum["name"] == "total energy");
    assert_eq!((&document["dimension"], &document["coordinates"]), (&3.into(), &"prolate".into()));
    let text = String::from_utf8(fubini("molecule H2 --rtol 1e-3").stdout).unwrap();
    assert!(["total energy", "-1.8197", "qmc", "-1.888761"].iter().all(|part| text.contains(part)), "{text}");
    for (line, part) in [
        ("molecule h3", "h2+"),
        ("molecule h2 --bond 0", "--bond"),
        ("molecule h2 --zeta -1", "--zeta"),
        ("molecule h2 --coordinates spherical", "prolate"),
    ] {
        let output = fubini(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part) && output.stdout.is_empty(), "{line}: {message}");
    }
}

#[test]
fn every_function_of_the_catalogue_meets_its_energy() {
    let entries = catalogue::entries(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(entries.len(), 3 * 8 + 5);
    for entry in entries {
        let what = format!("{} for Z = {}", entry.name, entry.trial.charge);
        let problem = entry.trial.problem(Frame::Auto).unwrap();
        assert_eq!(problem.exact(), Some(entry.energy), "{what}");
        let ground = problem.references.iter().find(|r| !r.exact).unwrap().value;
        assert!(entry.energy > ground, "{what}: {} lies below {ground}", entry.energy);
        for rtol in [1e-6, 1e-9] {
            let report = run(&problem, &ratio(rtol));
            let e = report.ratio().unwrap();
            assert!(report.converged() && (e.value - entry.energy).abs() <= e.error, "{what}: {e:?}, {}", entry.energy);
        }
    }
}

#[test]
fn the_catalogue_agrees_with_the_reference() {
    for (name, charge, value, digits) in [
        ("product", 2.0, "prod_Z2_a1.6875_E", 1e-15),
        ("eckart", 1.0, "chand_Z1_a1.03923_b0.283221_E", 1e-14),
        ("chandrasekhar", 1.0, "chand_Z1_a1.07487_b0.477447_c0.312549_E", 1e-14),
        ("pade-jastrow", 1.0, "ion_Z1_pj_opt_E", 1e-12),
        ("pade-jastrow", 3.0, "ion_Z3_pj_opt_E", 1e-12),
        ("hylleraas-3", 2.0, "hyl_3term_Z2_opt_E", 1e-13),
    ] {
        let entry = catalogue::entry(name, charge).unwrap();
        assert!((entry.energy / reference(value) - 1.0).abs() < digits, "{name}: {}", entry.energy);
    }
    // Published for helium, with half a unit of the last digit.
    for (name, published, half) in [
        ("eckart", -2.8757, 5e-5),
        ("hylleraas-2", -2.8911, 5e-5),
        ("hylleraas-6", -2.903_329_354, 5e-10),
        ("hylleraas-10", -2.903_60, 5e-6),
    ] {
        let energy = catalogue::entry(name, 2.0).unwrap().energy;
        assert!((energy - published).abs() <= half, "{name}: {energy}");
    }
    let hydride = catalogue::entry("pade-jastrow", 1.0).unwrap().trial;
    assert!((hydride.parameters[0].1 - reference("ion_Z1_pj_opt_a")).abs() < 1e-12);
}

#[test]
fn catalogue_parameters_are_the_best() {
    for entry in catalogue::entries(&[1.0, 2.0, 3.0]) {
        let energy = |trial: &atoms::Trial| run(&trial.problem(Frame::Auto).unwrap(), &ratio(1e-8)).ratio().unwrap();
        for k in 0..entry.trial.parameters.len() {
            for factor in [0.98, 1.02] {
                let mut trial = entry.trial.clone();
                trial.parameters[k].1 *= factor;
                let e = energy(&trial);
                assert!(e.value + e.error > entry.energy, "{}, {:?}: {e:?} {}", entry.name, trial.parameters, entry.energy);
            }
        }
    }
}

#[test]
fn functions_are_listed_shown_and_changed() {
    let text = String::from_utf8(fubini("atom --list").stdout).unwrap();
    let parts = ["hylleraas-10", "-2.9036027285", "Chandrasekhar", "ψ = exp(-a*s)*(1 + c1*u + c2*t^2)"];
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    let functions = json("atom --list --charge 2")["functions"].clone();
    assert!(functions.as_array().unwrap().len() == 8 && functions[0]["parameters"]["a"] == 1.6875, "{functions}");
    // Nothing but rows, all of one length; two nuclei have no charge that is zero.
    let csv = String::from_utf8(fubini("atom --list --csv").stdout).unwrap();
    assert!(csv.starts_with("function,electrons,charge,charge_a,charge_b,bond,") && csv.lines().count() > 30, "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("helium-hydride,2,,2,1,1.46,")), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("debye-helium,2,,,,,-2*exp(-m*r)/r,")), "{csv}");
    assert!(text.lines().any(|line| line.contains("helium-hydride") && line.contains("2,1")), "{text}");
    let all = json("atom --list")["functions"].clone();
    let hydride = all.as_array().unwrap().iter().find(|f| f["function"] == "helium-hydride").unwrap();
    assert!(hydride["charge"].is_null() && hydride["hamiltonian"]["charges"][0] == 2.0, "{hydride}");
    let document = json("atom --function hylleraas-3");
    let energy = &document["ratio"];
    let (value, error) = (energy["value"].as_f64().unwrap(), energy["error"].as_f64().unwrap());
    assert!((value - reference("hyl_3term_Z2_opt_E")).abs() <= error);
    let changed = String::from_utf8(fubini("atom --function hylleraas-3 --set c1=0.3").stdout).unwrap();
    assert!(changed.contains("c1 = 0.3") && !changed.contains("exact for this"), "{changed}");
    assert!(String::from_utf8(fubini("atom --function eckart --show").stdout).unwrap().contains("Hψ/ψ"));
    for (line, part) in [
        ("atom --function hylleras-3", "did you mean hylleraas-3?"),
        ("atom --function eckart --charge 7", "--charge 7"),
        ("atom --list --charge 0.5", "--charge 0.5"),
        ("atom --function eckart --set q=1", "there are a, b"),
        ("atom --function eckart --psi exp(-r1)", "--psi"),
        ("atom", "--function: `fubini atom --list`"),
        ("atom --psi exp(-2*s)", "add --let s=r1+r2"),
        ("atom --psi exp(-2*(r1+r2+r3)) --electrons 3 --coordinates triangle", "triangle is for two electrons"),
        ("atom --psi exp(-r1-r2) --coordinates tetrahedron", "tetrahedron is for three electrons"),
        ("atom --psi exp(-r1-r2) --coordinates prolate", "prolate is for molecules"),
    ] {
        let output = fubini(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part) && output.stdout.is_empty(), "{line}: {message}");
    }
}

#[test]
fn repulsion_integrals_meet_their_values() {
    for (pairs, charge, gaussian, exact) in [
        (["1s1s", "1s1s"], 1.0, None, reference("eri_J_1s1s")),
        (["1s1s", "2s2s"], 1.0, None, reference("eri_J_1s2s")),
        (["1s2s", "2s1s"], 1.0, None, reference("eri_K_1s2s")),
        (["2s2s", "1s1s"], 2.0, None, 2.0 * reference("eri_J_1s2s")),
        (["2s2s", "2s2s"], 3.0, None, 3.0 * 77.0 / 512.0),
        (["2p02pz", "1s1s"], 1.0, None, 59.0 / 243.0),
        (["1s2px", "1s2px"], 1.0, None, 112.0 / 6561.0),
        // F⁰ + 4 F²/25, F⁰ − 2 F²/25 and 3 F²/25 with F⁰ = 93/512, F² = 45/512 of 2p 2p.
        (["2pz2pz", "2pz2pz"], 1.0, None, (93.0 + 4.0 * 45.0 / 25.0) / 512.0),
        (["2px2px", "2pz2pz"], 1.0, None, (93.0 - 2.0 * 45.0 / 25.0) / 512.0),
        (["2px2pz", "2px2pz"], 1.0, None, 3.0 * 45.0 / 25.0 / 512.0),
        (["ss", "ss"], 1.0, Some(0.5), reference("eri_gauss_ssss_a0.5")),
        (["ss", "ss"], 1.0, Some(1.0), reference("eri_gauss_ssss_a1")),
        (["ss", "ss"], 1.0, Some(1.5), reference("eri_gauss_ssss_a1.5")),
    ] {
        for rtol in [1e-6, 1e-8] {
            for (frame, most) in [(Frame::Auto, 300_000), (Frame::Perimetric, 3_000_000)] {
                let problem = atoms::repulsion(pairs, charge, gaussian, frame).unwrap();
                let report = run(&problem, &Options::default().rtol(rtol));
                let e = report.integrals[0];
                assert!(report.converged() && (e.value - exact).abs() <= e.error, "{pairs:?} {gaussian:?}: {e:?}, exact {exact}");
                assert!(report.evaluations < most, "{pairs:?}: {}", report.evaluations);
                assert!(
                    problem.exact().is_none_or(|known| (known / exact - 1.0).abs() < 1e-14),
                    "{pairs:?}: {:?}",
                    problem.exact()
                );
            }
        }
    }
}

#[test]
fn repulsion_requests_that_make_no_sense_say_why() {
    for (line, part) in [
        ("repulsion 1s1s 1s", "pair"),
        ("repulsion 1s1s 4f4f", "3s"),
        ("repulsion 1s2px 1s1s", "0 by symmetry"),
        ("repulsion 2px2py 1s1s", "0 by symmetry"),
        ("repulsion 1s1s 1s1s --charge -1", "--charge"),
        ("repulsion ss ss --gaussian 0", "--gaussian"),
        ("repulsion 1s1s 1s1s --gaussian 1", "there are s, px"),
    ] {
        let output = fubini(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part) && output.stdout.is_empty(), "{line}: {message}");
    }
    let text = String::from_utf8(fubini("repulsion 1s1s 2s2s --charge 2").stdout).unwrap();
    assert!(text.contains("(1s1s|2s2s)") && text.contains("0.41975308"), "{text}");
}

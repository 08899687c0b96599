//! Atoms with potentials of one's own, a nucleus that moves, or a sphere around them: closed forms, other coordinates, messages.

use fubini::algorithms::coordinates::AxisMap;
use fubini::algorithms::{Estimate, Options, scalar};
use fubini::atoms::{Frame, Hamiltonian, Trial};
use fubini::{Cuhre, Domain, Integrator};
use std::f64::consts::PI;
use std::process::Command;

fn hamiltonian(potential: &str, repulsion: &str) -> Hamiltonian {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_string());
    Hamiltonian { potential: given(potential), repulsion: given(repulsion), ..Hamiltonian::default() }
}

fn energy(trial: &Trial, frame: Frame, rtol: f64) -> Estimate {
    let problem = trial.problem(frame).unwrap_or_else(|error| panic!("{}: {error}", trial.psi));
    let options = problem.options(&Options::default().rtol(rtol));
    let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options).unwrap();
    assert!(report.converged(), "{}: {report:?}", trial.psi);
    report.ratio().unwrap()
}

/// Standard output, standard error, exit status.
fn fubini(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap();
    let [text, message] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (text, message, output.status.code().unwrap())
}

#[test]
fn hookes_atom_is_exact() {
    let trial =
        |psi: &str, potential: &str| Trial { psi: psi.into(), hamiltonian: hamiltonian(potential, ""), ..Trial::default() };
    // ω = 1/2 and 1/10: M. Taut, Phys. Rev. A 48 (1993) 3561.
    for (psi, potential, exact) in
        [("(1+r12/2)*exp(-(r1^2+r2^2)/4)", "r^2/8", 2.0), ("(1+r12/2+r12^2/20)*exp(-(r1^2+r2^2)/20)", "(x^2+y^2+z^2)/200", 0.5)]
    {
        for frame in [Frame::Auto, Frame::Perimetric] {
            let e = energy(&trial(psi, potential), frame, 1e-9);
            assert!((e.value - exact).abs() <= 1e-9, "{psi}: {e:?}");
        }
    }
}

#[test]
fn harmonic_electrons_are_known_whatever_moves() {
    // Two oscillators of frequency w that repel as −l r12²/2, the nucleus of mass M between them: normal modes (r1 + r2)/√2 and
    // (r1 − r2)/√2, of which the first alone feels M.
    for (w, l, mass) in [(0.7f64, 0.2f64, f64::INFINITY), (1.3, 0.3, 2.5), (0.9, 0.0, 1.0)] {
        let weight = (1.0 + 2.0 / mass).sqrt();
        let stiff = (w * w - 2.0 * l).sqrt();
        let exact = 1.5 * (w * weight + stiff);
        let hamiltonian = Hamiltonian { mass: mass.is_finite().then_some(mass), ..hamiltonian("w^2*r^2/2", "-l*r12^2/2") };
        let trial = Trial {
            psi: "exp(-a*(2*r1^2+2*r2^2-r12^2)/4 - b*r12^2/4)".into(),
            parameters: [("w", w), ("l", l), ("a", w / weight), ("b", stiff)].map(|(n, v)| (n.to_string(), v)).to_vec(),
            hamiltonian,
            ..Trial::default()
        };
        let e = energy(&trial, Frame::Auto, 1e-9);
        assert!((e.value - exact).abs() <= 1e-9 * exact, "{w} {l} {mass}: {e:?}, exact {exact}");
        // The same with ψ off its minimum: other coordinates agree.
        let off = Trial { psi: trial.psi.replace("-a*", "-1.2*a*"), ..trial };
        let (one, other) = (energy(&off, Frame::Auto, 1e-8), energy(&off, Frame::Perimetric, 1e-8));
        assert!((one.value - other.value).abs() <= one.error + other.error && one.value > exact, "{one:?} {other:?} {exact}");
    }
}

#[test]
fn the_reduced_mass_is_that_of_hydrogen_and_positronium() {
    for (mass, charge) in [(1.0, 1.0), (1_836.152_673, 1.0), (206.768_28, 3.0)] {
        let reduced = mass / (1.0 + mass);
        let trial = Trial {
            psi: "exp(-a*r)".into(),
            electrons: 1,
            charge,
            parameters: vec![("a".into(), charge * reduced)],
            hamiltonian: Hamiltonian { mass: Some(mass), ..Hamiltonian::default() },
            ..Trial::default()
        };
        let e = energy(&trial, Frame::Auto, 1e-9);
        let exact = -0.5 * reduced * charge * charge;
        assert!((e.value - exact).abs() <= 1e-9 * exact.abs(), "{mass}: {e:?}");
        assert!((trial.problem(Frame::Auto).unwrap().references[0].value - exact).abs() < 1e-12);
    }
}

#[test]
fn screened_atoms_meet_closed_forms() {
    let (a, m) = (1.6f64, 0.4f64);
    let parameters = vec![("a".to_string(), a), ("m".to_string(), m)];
    let yukawa = hamiltonian("-2*exp(-m*r)/r", "exp(-m*r12)/r12");
    // One electron: a²/2 − 2 · 4a³/(2a + m)².
    let one = 0.5 * a * a - 8.0 * a * a * a / (2.0 * a + m).powi(2);
    let trial = Trial { psi: "exp(-a*r)".into(), electrons: 1, parameters, hamiltonian: yukawa, ..Trial::default() };
    let e = energy(&trial, Frame::Auto, 1e-9);
    assert!((e.value - one).abs() <= e.error.max(1e-12), "{e:?} {one}");
    // Two: the repulsion of two densities by their Fourier transforms, (2/π) ∫ q²/(q² + m²) (1 + q²/4a²)⁻⁴ dq.
    let form = scalar(1, move |q| {
        let q2 = q[0] * q[0];
        2.0 / PI * q2 / (q2 + m * m) / (1.0 + q2 / (4.0 * a * a)).powi(4)
    });
    let half_line = Domain::from_axes(vec![AxisMap::Above { lo: 0.0, scale: 1.0 }]);
    let repulsion = Cuhre::default().integrate(&form, &half_line, &Options::default().rtol(1e-11)).unwrap().integrals[0].value;
    let exact = 2.0 * one + repulsion;
    let trial = Trial { psi: "exp(-a*(r1+r2))".into(), electrons: 2, ..trial };
    for frame in [Frame::Auto, Frame::Perimetric, Frame::Body] {
        let e = energy(&trial, frame, 1e-7);
        assert!((e.value - exact).abs() <= e.error, "{frame:?}: {e:?} {exact}");
    }
}

#[test]
fn weakly_screened_helium_follows_from_published_moments() {
    // exp(−mr)/r = 1/r − m + m²r/2 − m³r²/6 + …: to third order E is that of helium with moments of its ground state
    // (G. W. F. Drake in Springer Handbook of Atomic Physics (2006), chapter 11); the fourth order is −0.28 m⁴.
    let (r, r12, rr, rr12) = (0.929_472_294_874, 1.422_070_255_566, 1.193_482_995_019, 2.516_439_312_834);
    for m in [0.01f64, 0.03] {
        let third = -2.903_724_377_034 + 3.0 * m - m * m / 2.0 * (4.0 * r - r12) + m.powi(3) / 6.0 * (4.0 * rr - rr12);
        let value = format!("m={m}");
        let screened = ["--potential", "-2*exp(-m*r)/r", "--repulsion", "exp(-m*r12)/r12", "--set", &value];
        let line = ["atom", "--psi", "1", "--terms", "exponential:50", "--rtol", "1e-9", "--json"];
        let (text, message, status) = fubini(&[&line[..], &screened].concat());
        assert_eq!(status, 0, "{message}");
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let value = document["ratio"]["value"].as_f64().unwrap();
        // What the terms miss is 3.6e-9.
        assert!((value - (third - 0.28 * m.powi(4))).abs() < 6e-9 + 0.02 * m.powi(4), "{m}: {value} {third}");
    }
}

#[test]
fn spheres_may_be_small_or_large() {
    let trial = |radius| Trial {
        psi: "exp(-r/2)*(1-r/radius)".into(),
        electrons: 1,
        charge: 1.0,
        hamiltonian: Hamiltonian { radius: Some(radius), ..Hamiltonian::default() },
        ..Trial::default()
    };
    // ψ = 1 − r/R has the kinetic energy 5/R².
    let e = energy(&trial(1e-8), Frame::Auto, 1e-7);
    assert!((e.value / 5e16 - 1.0).abs() < 1e-6, "{e:?}");
    let e = energy(&trial(1e4), Frame::Auto, 1e-6);
    assert!((e.value + 0.375_05).abs() < 1e-6, "{e:?}");
}

#[test]
fn confined_electrons_meet_closed_forms() {
    let confined = |radius, rest| Hamiltonian { radius: Some(radius), ..rest };
    // The 2s state of hydrogen has its node at 2.
    let hydrogen = Trial {
        psi: "exp(-r/2)*(1-r/radius)".into(),
        electrons: 1,
        charge: 1.0,
        hamiltonian: confined(2.0, Hamiltonian::default()),
        ..Trial::default()
    };
    // sin(πr/R)/r, for one electron and for two that do not see each other: π²/2R² each.
    let wave = |electrons, psi: &str| Trial {
        psi: psi.into(),
        electrons,
        charge: 0.0,
        hamiltonian: confined(1.7, hamiltonian("", "0")),
        ..Trial::default()
    };
    let one = 0.5 * (PI / 1.7f64).powi(2);
    for (trial, exact) in
        [(hydrogen, -0.125), (wave(1, "sinc(pi*r/radius)"), one), (wave(2, "sinc(pi*r1/radius)*sinc(pi*r2/radius)"), 2.0 * one)]
    {
        for frame in [Frame::Auto, Frame::Spherical] {
            let e = energy(&trial, frame, 1e-7);
            assert!((e.value - exact).abs() <= e.error.max(1e-9), "{}: {e:?} {exact}", trial.psi);
        }
    }
}

#[test]
fn systems_of_the_catalogue_meet_their_energies_above_those_of_the_states() {
    for entry in fubini::atoms::catalogue::systems() {
        // Of molecules and of three electrons elsewhere.
        if entry.trial.hamiltonian.nuclei.is_some() || entry.trial.electrons == 3 {
            continue;
        }
        let e = energy(&entry.trial, Frame::Auto, if entry.trial.hamiltonian.radius.is_some() { 3e-6 } else { 1e-6 });
        assert!(
            (e.value - entry.energy).abs() <= e.error + 2.0 * entry.uncertainty + 1e-9,
            "{}: {e:?} {}",
            entry.name,
            entry.energy
        );
        assert!(entry.exact.is_none_or(|exact| entry.energy >= exact), "{}", entry.name);
        // Two systems have the ψ of another one.
        let references = entry.trial.problem(Frame::Auto).unwrap().references;
        assert_eq!(references.iter().any(|known| known.exact), entry.uncertainty == 0.0, "{}", entry.name);
    }
}

#[test]
fn screened_interactions_meet_what_others_have_published_from_above() {
    // L. Zhang, P. Winkler, Int. J. Quantum Chem. 60 (1996) 1643: H- with both interactions screened, five digits.
    let psi = "exp(-0.93436*s)*cosh(0.26081*t)";
    for (repulsion, published) in [("exp(-r12/20)/r12", -0.479_04), ("exp(-r12/10)/r12", -0.515_90)] {
        let line = ["atom", "--potential", "-exp(-r/20)/r", "--repulsion", repulsion, "--psi", psi, "--terms", "hylleraas:50"];
        let (text, message, status) = fubini(&[&line[..], &["--json", "--rtol", "1e-8"]].concat());
        assert!(status == 0, "{message}");
        let value = serde_json::from_str::<serde_json::Value>(&text).unwrap()["ratio"]["value"].as_f64().unwrap();
        assert!(value > published && value < published + 1e-5, "{repulsion}: {value} {published}");
    }
    // The Hartree-Fock energy of helium whose repulsion alone is screened, in a calculation that has nothing in common with ours.
    let product = fubini::atoms::catalogue::systems().into_iter().find(|entry| entry.name == "yukawa-helium").unwrap();
    assert!((product.energy + 2.910_023_81).abs() <= 5e-9, "{}", product.energy);
}

#[test]
fn energies_of_the_catalogue_have_digits_enough_not_to_accuse_a_result() {
    let systems = fubini::atoms::catalogue::systems().into_iter().filter(|entry| entry.uncertainty == 0.0);
    // A product of spherical coordinates does not come to this.
    let systems = systems.filter(|entry| entry.trial.hamiltonian.radius.is_none());
    for entry in systems.chain(fubini::atoms::catalogue::entries(&[1.0, 2.0, 3.0])) {
        let e = energy(&entry.trial, Frame::Auto, 1e-13);
        assert!((e.value - entry.energy).abs() <= e.error, "{} {}: {e:?} {}", entry.name, entry.trial.charge, entry.energy);
    }
}

#[test]
fn no_nucleus_is_a_charge_of_zero() {
    // Kinetic energy a² and repulsion 5a/8 of the product function.
    let trial = Trial { psi: "exp(-1.5*(r1+r2))".into(), charge: 0.0, ..Trial::default() };
    let e = energy(&trial, Frame::Auto, 1e-8);
    assert!((e.value - (2.25 + 5.0 * 1.5 / 8.0)).abs() <= e.error, "{e:?}");
    assert!(trial.problem(Frame::Auto).unwrap().references.is_empty());
}

#[test]
fn the_negative_positronium_ion_is_met_from_above() {
    let psi = "(exp(-a*r1-b*r2)+exp(-b*r1-a*r2))*(1+c*r12)";
    let line =
        ["atom", "--charge", "1", "--mass", "1", "--psi", psi, "--set", "a=0.5208", "--set", "b=0.15436", "--set", "c=0.013854"];
    let (text, message, status) = fubini(&[&line[..], &["--json", "--rtol", "1e-8"]].concat());
    assert!(status == 0 && message.is_empty(), "{message}");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = document["ratio"]["value"].as_f64().unwrap();
    assert!((value + 0.256_735_751_0).abs() < 1e-8 && value > -0.262_005_070_232_980, "{value}");
    assert!(fubini(&line).0.contains("-0.262005070233"));
}

#[test]
fn scans_run_over_numbers_of_the_hamiltonian() {
    let confined = "atom --electrons 1 --charge 1 --radius 2 --psi exp(-r/2)*(1-r/radius) --vary radius=1:3:3";
    let screened = "atom --electrons 1 --potential -exp(-m*r)/r --psi exp(-r) --vary m=0:0.4:3";
    let heavy = "atom --electrons 1 --charge 1 --mass 1 --psi exp(-r) --vary mass=1:3:3";
    for (line, exact) in [
        (confined, None),
        (screened, Some([0.5 - 1.0, 0.5 - 4.0 / 2.2f64.powi(2), 0.5 - 4.0 / 2.4f64.powi(2)])),
        // (1 + 1/M)/2 − 1
        (heavy, Some([0.0, -0.25, -1.0 / 3.0])),
    ] {
        let words: Vec<&str> = ["scan"].into_iter().chain(line.split(' ')).chain(["--json", "--atol", "1e-8"]).collect();
        let (text, message, status) = fubini(&words);
        assert_eq!(status, 0, "{line}: {message}");
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let values: Vec<f64> =
            document["points"].as_array().unwrap().iter().map(|point| point["ratio"]["value"].as_f64().unwrap()).collect();
        match exact {
            Some(exact) => assert!(values.iter().zip(exact).all(|(a, b)| (a - b).abs() < 1e-6), "{line}: {values:?}"),
            None => assert!((values[1] + 0.125).abs() < 1e-8 && values[0] > values[1] && values[1] > values[2], "{values:?}"),
        }
    }
}

#[test]
fn requests_that_make_no_sense_say_why() {
    for (line, part) in [
        ("--psi exp(-r1)", "electron 2 alone"),
        ("--psi exp(-r2)", "electron 1 alone"),
        ("--psi exp(-r1-r2) --potential -r", "falls without bound"),
        ("--psi exp(-r1-r2) --potential -ln(1+x^2)", "falls without bound"),
        ("--psi exp(-r1-r2) --repulsion -r12^2", "falls without bound"),
        ("--psi exp(-r1-r2) --potential r1", "unknown name `r1`"),
        ("--psi exp(-r1-r2) --repulsion r", "--repulsion: unknown name `r`"),
        ("--psi exp(-r1-r2) --potential r*sin(r)", "falls without bound"),
        ("--psi exp(-r1-r2) --repulsion r12^2*cos(r12^2)", "falls without bound"),
        ("--psi 1e200*exp(-r1-r2)", "ψ² is too large"),
        ("--psi 1e-200*exp(-r1-r2)", "ψ² is too small"),
        ("--psi exp(-r1-r2)*sqrt(-1-r1)", "ψ is not a number"),
        ("--psi exp(-r1-r2)*0", "ψ is zero"),
        ("--psi exp(-r1-r2) --potential r^2 --charge 2", "--charge"),
        ("--psi exp(-r1-r2) --charge -1", "0, or a number above 0"),
        ("--psi exp(-r1-r2) --mass 0", "--mass"),
        ("--psi exp(-r1-r2) --set charge=3", "give --charge 3"),
        ("--psi exp(-r1-r2) --mass 2 --set mass=3", "give --mass 3"),
        ("--psi exp(-r1-r2) --radius -1", "--radius"),
        ("--psi exp(-r1-r2) --radius 2", "must be zero where an electron meets the sphere"),
        ("--psi exp(-r1-r2)*(1-r1/radius) --radius 2", "must be zero where an electron meets the sphere"),
        ("--psi exp(-r1-r2)*(1-r1/radius)*(1-r2/radius) --radius 2 --coordinates triangle", "spherical"),
    ] {
        let words: Vec<&str> = ["atom"].into_iter().chain(line.split(' ')).collect();
        let (text, message, status) = fubini(&words);
        assert!(status == 2 && message.contains(part) && text.is_empty(), "{line}: {message}");
    }
    for (psi, spin, part) in [
        ("exp(-r1-r2)", "triplet", "that of a singlet"),
        ("(r1-r2)*exp(-r1-r2)", "singlet", "that of a triplet"),
        ("exp(-2*r1-r2)", "singlet", "another function"),
    ] {
        let (text, message, status) = fubini(&["atom", "--psi", psi, "--spin", spin]);
        assert!(status == 2 && message.contains(part) && text.is_empty(), "{psi}, {spin}: {message}");
    }
    let (_, message, status) = fubini(&["atom", "--psi", "exp(-2*r1-r2)"]);
    assert!(status == 0 && message.contains("exchanged"), "{message}");
    let vary = ["optimize", "atom", "--potential", "m*r^2", "--psi", "exp(-a*(r1+r2))", "--set", "a=1", "--vary", "m=1"];
    let (_, message, status) = fubini(&vary);
    assert!(status == 2 && message.contains("belongs to the Hamiltonian"), "{message}");
}

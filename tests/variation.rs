//! Scans and minima: against values known to thirty digits, and as users meet them.

use fubini::algorithms::{Cuhre, Integrator, Options, Qmc};
use fubini::atoms::{Family, Frame, Helium, Trial};
use fubini::variation::{Axis, Event, Optimum, Search, StopReason, VariationError, optimize, scan};
use serde_json::Value;
use std::ops::ControlFlow;
use std::process::{Command, Output};

fn reference(name: &str) -> f64 {
    let all: Vec<Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    all.iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("{name} is not in reference.json"))["value_f64"]
        .as_f64()
        .unwrap()
}

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap()
}

/// Runs with --json; the document and the exit status.
fn json(line: &str) -> (Value, i32) {
    let output = fubini(&line.split_whitespace().chain(["--json"]).collect::<Vec<_>>());
    let (text, message) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}\n{text}{message}")), output.status.code().unwrap())
}

fn estimate(of: &Value) -> (f64, f64) {
    (of["value"].as_f64().unwrap(), of["error"].as_f64().unwrap())
}

fn helium(beta: f64) -> Family {
    Family::helium(Helium { alpha: 2.0, beta, charge: 2.0 }, Frame::Auto)
}

#[test]
fn a_scan_gives_the_curve_of_the_2017_study() {
    let (document, status) = json("scan helium --vary beta=0.01:0.19:10");
    let points = document["points"].as_array().unwrap();
    assert_eq!((status, points.len()), (0, 10));
    for (k, point) in points.iter().enumerate() {
        let beta = point["parameters"]["beta"].as_f64().unwrap();
        assert_eq!(beta, (2 * k + 1) as f64 / 100.0);
        let (value, error) = estimate(&point["ratio"]);
        let (fine, _) = json(&format!("helium --rtol 1e-9 --beta {beta}"));
        let exact = estimate(&fine["ratio"]).0;
        assert!((value - exact).abs() <= error && error <= 1e-6 * value.abs(), "{beta}: {value} ± {error}, {exact}");
        assert_eq!((&point["problem"], &point["stop"]), (&"helium".into(), &"converged".into()));
        if let Some(name) = [(0.01, "0.01"), (0.05, "0.05"), (0.15, "0.15")].iter().find(|(b, _)| *b == beta) {
            assert!((value - reference(&format!("he_pj_beta{}_E", name.1))).abs() <= error);
        }
    }
}

#[test]
fn a_scan_takes_combinations_of_all_kinds_of_parameters() {
    // alpha follows the charge while it is not given; for β = 0.06738 and Z = 1 the energy is known.
    let (document, _) = json("scan helium --vary charge=1:2:2 --vary beta=0.06738:0.15:2 --expect r1 --rtol 1e-7");
    let points = document["points"].as_array().unwrap();
    for (at, name) in [(0, "ion_Z1_pj_aZ_beta0.06738_E"), (3, "he_pj_beta0.15_E")] {
        let (value, error) = estimate(&points[at]["ratio"]);
        assert!(points.len() == 4 && (value - reference(name)).abs() <= error, "{name}: {value} ± {error}");
    }
    let (value, error) = estimate(&points[3]["expectations"][0]);
    assert!((value - reference("he_pj_beta0.15_mean_r1")).abs() <= error && points[3]["expectations"][0]["name"] == "r1");
    // E = a² − 2Za + 5a/8 of a product of two exponentials; a needs no --set.
    let (document, _) = json("scan atom --psi exp(-a*(r1+r2)) --vary a=1:1.6875:3 --vary charge=2:3:2");
    for point in document["points"].as_array().unwrap() {
        let [a, charge] = ["a", "charge"].map(|name| point["parameters"][name].as_f64().unwrap());
        let (value, error) = estimate(&point["ratio"]);
        assert!((value - (a * a - 2.0 * charge * a + 0.625 * a)).abs() <= error, "{a} {charge}: {value} ± {error}");
    }
    let output = fubini(&["scan", "hydrogen", "--vary", "beta=0:0.1:3", "--csv", "--variance"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.len() == 4 && rows.iter().all(|row| row.len() == rows[0].len()), "{text}");
    assert_eq!((rows[0][0], rows[3][0], rows[0].contains(&"variance_error")), ("beta", "0.1", true));
    let text = String::from_utf8(fubini(&["scan", "hydrogen", "--vary", "beta=0:0.1:3"]).stdout).unwrap();
    assert!(["lowest at beta = 0: -0.5", "3 runs", "converged"].iter().all(|part| text.contains(part)), "{text}");
}

fn search(family: Family, method: &dyn Integrator, rtol: f64) -> Result<Optimum, VariationError> {
    optimize(family, method, &Options::default().rtol(rtol), &Search::default(), &mut |_| ControlFlow::Continue(()))
}

#[test]
fn gradients_are_right_within_their_errors() {
    for beta in ["0.05", "0.15", "1.0"] {
        let family = helium(beta.parse().unwrap()).vary(&[("alpha", None), ("beta", None)]).unwrap();
        let mut settings = Search::default();
        settings.max_runs = 1;
        let options = Options::default().rtol(1e-6);
        let best = optimize(family, &Cuhre::default(), &options, &settings, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((best.stop, best.path.len()), (StopReason::Runs, 1));
        for (slope, name) in best.path[0].gradient.iter().zip(["dEda", "dEdbeta"]) {
            let exact = reference(&format!("he_pj_beta{beta}_{name}"));
            assert!((slope.value - exact).abs() <= slope.error && slope.error < 1e-4, "{beta} {name}: {slope:?} {exact}");
        }
    }
}

#[test]
fn minima_are_found_within_their_uncertainties() {
    let ion = |charge: f64| Family::helium(Helium { alpha: charge, beta: 0.15, charge }, Frame::Auto);
    let formula = |psi: &str, electrons: usize| {
        let (parameters, definitions) = (Vec::new(), Vec::new());
        Family::trial(
            Trial { psi: psi.into(), electrons, charge: electrons as f64, parameters, definitions, ..Trial::default() },
            Frame::named(None, None, electrons).unwrap(),
        )
    };
    let hylleraas = formula("exp(-a*(r1+r2))*(1+c*r12+d*(r2-r1)^2)", 2);
    let gaussian = formula("exp(-a*r^2)", 1);
    let (beta, both) = (vec![("beta", None)], vec![("alpha", None), ("beta", None)]);
    let cases = [
        (ion(2.0), &beta, vec!["he_pj_a2_beta_opt"], -2.878_195_941_581_13),
        (ion(2.0), &both, vec!["he_pj_opt_a", "he_pj_opt_beta"], -2.890_267_138_142_603),
        (ion(1.0), &beta, vec!["ion_Z1_pj_aZ_beta_opt"], reference("ion_Z1_pj_aZ_E_min")),
        (ion(1.0), &both, vec!["ion_Z1_pj_opt_a", "ion_Z1_pj_opt_beta"], reference("ion_Z1_pj_opt_E")),
        (ion(3.0), &both, vec!["ion_Z3_pj_opt_a", "ion_Z3_pj_opt_beta"], reference("ion_Z3_pj_opt_E")),
        (gaussian, &vec![("a", Some(2.0))], vec!["h_gauss_opt_a"], reference("h_gauss_opt_E")),
        (
            hylleraas,
            &vec![("a", Some(1.6)), ("c", Some(0.1)), ("d", Some(0.1))],
            vec!["hyl_3term_Z2_opt_alpha"],
            reference("hyl_3term_Z2_opt_E"),
        ),
    ];
    for (family, names, parameters, energy) in cases {
        let best = search(family.vary(names).unwrap(), &Cuhre::default(), 1e-9).unwrap();
        assert_eq!(best.stop, StopReason::Converged);
        for ((name, (_, value)), uncertainty) in parameters.iter().zip(&best.parameters).zip(&best.uncertainties) {
            let off = (value - reference(name)).abs();
            assert!(off <= *uncertainty && *uncertainty < 1e-6, "{name}: {value} ± {uncertainty}, off by {off}");
        }
        let found = best.report.ratio().unwrap();
        assert!((found.value - energy).abs() <= found.error && found.error < 1e-8, "{parameters:?}: {found:?}, exact {energy}");
        let path = best.path.iter().map(|step| step.evaluations).sum::<u64>();
        assert_eq!(best.evaluations, path + best.report.evaluations);
        assert!(best.evaluations < 12_000_000 && best.path.len() < 40, "{} in {}", best.evaluations, best.path.len());
    }
}

#[test]
fn random_points_find_the_minimum_within_their_uncertainty() {
    for seed in 0..4 {
        let family = helium(0.15).vary(&[("alpha", None), ("beta", None)]).unwrap();
        let (method, options) = (Qmc::default(), Options::default().rtol(1e-4).seed(seed));
        let best = optimize(family, &method, &options, &Search::default(), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(best.stop, StopReason::Converged);
        for ((name, (_, value)), uncertainty) in
            ["he_pj_opt_a", "he_pj_opt_beta"].iter().zip(&best.parameters).zip(&best.uncertainties)
        {
            let off = (value - reference(name)).abs();
            assert!(off <= 4.0 * uncertainty && *uncertainty < 0.02, "{seed} {name}: {value} ± {uncertainty}");
        }
    }
}

#[test]
fn the_document_of_a_search_has_its_keys_and_ends_with_its_status() {
    let (document, status) = json("optimize helium --vary beta");
    let beta = document["parameters"]["beta"].as_f64().unwrap();
    assert!((beta - reference("he_pj_a2_beta_opt")).abs() < 1e-6 && status == 0);
    assert!(document["uncertainties"]["beta"].as_f64().unwrap() < 1e-6);
    assert!((estimate(&document["minimum"]["ratio"]).0 + 2.878_195_941_581_13).abs() < 1e-9);
    assert_eq!(document["minimum"]["expectations"][0]["name"], "variance");
    assert_eq!((&document["stop"], &document["minimum"]["stop"]), (&"converged".into(), &"converged".into()));
    let path = document["path"].as_array().unwrap();
    assert!(path.len() > 4 && path[0]["parameters"]["beta"] == 0.15 && path[0]["gradient"]["beta"]["value"].is_f64());
    assert!(path.last().unwrap()["aside"] == true && path[0]["aside"] == false);
    for (line, stop) in [("--max-runs 2", "runs"), ("--max-evals 3e4", "budget")] {
        let (document, status) = json(&format!("optimize helium --vary beta {line}"));
        assert_eq!((status, &document["stop"]), (1, &stop.into()), "{line}");
        assert!((document["parameters"]["beta"].as_f64().unwrap() - 0.143).abs() < 0.01);
        assert_eq!(document["uncertainties"]["beta"].is_null(), stop == "runs");
    }
    let output = fubini(&["optimize", "helium", "--vary", "beta", "--csv"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("beta,energy,energy_error,d_energy_d_beta,") && text.lines().count() == path.len() + 2, "{text}");
    let text = String::from_utf8(fubini(&["optimize", "helium", "--vary", "beta"]).stdout).unwrap();
    assert!(
        ["minimum of the energy", "∂E/∂beta", "0.1433459", "variance", "converged"].iter().all(|p| text.contains(p)),
        "{text}"
    );
}

#[test]
fn threads_do_not_change_a_digit_of_many_runs() {
    fn without_times(value: &mut Value) {
        match value {
            Value::Object(map) => {
                ["seconds", "integrand_seconds", "threads"].iter().for_each(|key| _ = map.remove(*key));
                map.values_mut().for_each(without_times);
            }
            Value::Array(all) => all.iter_mut().for_each(without_times),
            _ => {}
        }
    }
    for line in ["scan helium --vary beta=0.1:0.2:2 --variance --expect r12", "optimize helium --vary beta --rtol 1e-6"] {
        let [one, two] = [1, 2].map(|threads| {
            let mut document = json(&format!("{line} --threads {threads}")).0;
            without_times(&mut document);
            document
        });
        assert_eq!(one, two, "{line}");
    }
}

#[test]
fn what_has_no_minimum_is_refused_with_the_reason() {
    for (line, parts) in [
        ("optimize helium --charge 1 --alpha 1.5 --vary beta", &["falls until beta", "0 or greater", "keep it fixed"][..]),
        ("optimize atom --electrons 1 --psi exp(-2*r-b*r^2) --vary b=0.1", &["falls until b", "does not fall off"]),
        ("optimize atom --electrons 1 --psi exp(-2*r)+c*exp(-r) --vary c=1", &["c = ", "no minimum can be told", "fixed"]),
        ("optimize atom --electrons 1 --psi (2+c)*exp(-r/2) --vary c=1", &["stationary at c = 1", "no minimum"]),
        ("optimize helium --vary charge", &["--vary", "charge belongs to the Hamiltonian"]),
        ("optimize helium --vary beta=-1", &["--beta", "-1", "0 or greater"]),
        ("optimize helium --vary gamma", &["--vary", "no parameter gamma", "alpha, beta, charge"]),
        ("optimize helium --vary beta --vary beta", &["--vary", "twice"]),
        ("optimize helium --vary beta=x", &["--vary", "NAME=START"]),
        ("optimize helium", &["--vary"]),
        ("optimize atom --psi exp(-a*(r1+r2)) --vary a", &["--vary", "no value to start from"]),
        ("optimize helium --vary beta --max-runs 0", &["--max-runs", "0"]),
        ("scan helium --vary beta=-0.1:0.1:3", &["--beta", "-0.1", "0 or greater"]),
        ("scan helium --vary beta=0:1", &["--vary", "NAME=FROM:TO:STEPS"]),
        ("scan helium --vary beta=0:1:1", &["--vary", "two values"]),
        ("scan hydrogen --vary alpha=1:2:3", &["--vary", "no parameter alpha", "beta"]),
        ("scan atom --psi exp(-a*(r1+r2)) --set a=2 --vary b=1:2:2", &["--vary", "no parameter b", "a, charge"]),
        ("scan helium --vary beta=0.1:0.2:2 --checkpoint state", &["--checkpoint", "single run"]),
        ("scan helium --vary beta=0.1:0.2:2 --plot curve.pdf", &["--plot", ".svg or .png"]),
        ("scan helium --vary beta=0.1:0.2:2 --plot /no/such/folder/curve.svg", &["--plot", "cannot be written"]),
        ("helium --expect x=r1+q", &["--expect x", "unknown name `q`"]),
        ("helium --expect x=r", &["--expect x", "unknown name `r`"]),
    ] {
        let output = fubini(&line.split_whitespace().collect::<Vec<_>>());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(output.stdout.is_empty() && parts.iter().all(|part| message.contains(part)), "{line}: {message}");
    }
}

#[test]
fn a_watcher_that_breaks_keeps_what_was_found() {
    let axes = [Axis::new("beta", 0.05, 0.25, 5).unwrap()];
    let mut seen = 0;
    let points = scan(helium(0.15), &axes, &Cuhre::default(), &Options::default(), &mut |event| {
        seen += usize::from(matches!(event, Event::Point(_)));
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(points.unwrap().points.len(), 2);
    let family = helium(0.15).vary(&[("beta", None)]).unwrap();
    let options = Options::default().rtol(1e-9);
    let best = optimize(family, &Cuhre::default(), &options, &Search::default(), &mut |event| match event {
        Event::Step(step) if step.energy.value < -2.878_19 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let best = best.unwrap();
    assert!(best.stop == StopReason::Cancelled && (best.parameters[0].1 - 0.143).abs() < 1e-3, "{:?}", best.parameters);
    assert!((best.report.ratio().unwrap().value + 2.878_195).abs() < 1e-5 && best.uncertainties[0].is_infinite());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_scan_with_the_points_so_far() {
    use std::io::Read;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_fubini"))
        .args(["scan", "helium", "--vary", "beta=0.1:0.2:1000", "--method", "vegas", "--rtol", "1e-4", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    // Read first: what is more than a pipe holds would wait for that, and be waited for.
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let points = document["points"].as_array().unwrap();
    assert!(status.code() == Some(1) && !points.is_empty() && points.len() < 1000, "{}", points.len());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_what_is_still_being_derived() {
    // From the first moment that the program listens to signals to the first run, nobody asked whether there was one.
    let factors: Vec<String> = (1..=48).map(|i| format!("(1+0.{i}*r1^{}+{i}*r12)", i % 3 + 1)).collect();
    let psi = format!("{}*exp(-a*(r1+r2))", factors.join("*"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_fubini"))
        .args(["scan", "atom", "--psi", &psi, "--vary", "a=1.8:2:3", "--json"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Deriving takes seconds.
    std::thread::sleep(std::time::Duration::from_millis(700));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let status = child.wait().unwrap();
    // Had the signal waited for the run to begin, there would be a result.
    assert_ne!(status.code(), Some(1));
}

#[test]
fn a_scan_whose_later_point_is_refused_keeps_the_earlier_ones() {
    // Ψ falls off for all a above 0, and from the third value on it does not.
    let trial = Trial {
        psi: "exp(-a*r)".to_string(),
        electrons: 1,
        charge: 1.0,
        parameters: vec![("a".to_string(), 1.0)],
        ..Trial::default()
    };
    let axes = [Axis::new("a", 1.0, -0.5, 4).unwrap()];
    let found =
        scan(
            Family::trial(trial, Frame::Auto),
            &axes,
            &Cuhre::default(),
            &Options::default(),
            &mut |_| ControlFlow::Continue(()),
        );
    let found = found.unwrap();
    assert!(found.points.len() == 2 && found.refused.len() == 2, "{found:?}");
}

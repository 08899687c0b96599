//! The program as its users meet it: what it prints, where, and its exit status.

use serde_json::Value;
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(arguments).output().unwrap()
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// Runs and reads the JSON document on standard output.
fn json(line: &str) -> (Value, i32) {
    let output = fubini(&[words(line), vec!["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}\n{text}")), output.status.code().unwrap())
}

/// What must not depend on the number of threads.
fn without_times(mut document: Value) -> String {
    for key in ["seconds", "integrand_seconds", "threads"] {
        document.as_object_mut().unwrap().remove(key).unwrap();
    }
    document.to_string()
}

#[test]
fn helium_is_right_within_its_stated_error() {
    for (line, exact) in [
        ("helium", -2.878_174_669_630_936_8),
        ("helium --rtol 1e-9", -2.878_174_669_630_936_8),
        ("helium --beta 0.01 --rtol 1e-9", -2.860_012_317_492_048),
        ("helium --beta 0.05 --rtol 1e-9", -2.871_353_622_366_691_2),
        ("helium --beta 1.0 --rtol 1e-9", -2.826_115_941_432_650_4),
        ("helium --charge 1 --beta 0.06738 --rtol 1e-9", -0.497_049_787_026_165_6),
        ("helium --charge 3 --alpha 2.8461 --beta 0.5198 --rtol 1e-9", -7.267_520_263_077_955),
        ("hydrogen", -0.465_803_451_928_591_6),
        ("hydrogen --beta 0.05 --rtol 1e-9", -0.489_302_542_597_458_3),
        ("hydrogen --beta 0", -0.5),
    ] {
        let (document, status) = json(line);
        let energy = &document["ratio"];
        let (value, error) = (energy["value"].as_f64().unwrap(), energy["error"].as_f64().unwrap());
        assert!((value - exact).abs() <= error, "{line}: {value} ± {error}, exact {exact}");
        let rtol = if line.contains("1e-9") { 1e-9 } else { 1e-6 };
        assert!((value / exact - 1.0).abs() <= rtol && error <= rtol * value.abs() * 1.000_001, "{line}");
        assert!(document["evaluations"].as_u64().unwrap() < 10_000_000);
        assert_eq!((status, &document["stop"]), (0, &Value::from("converged")));
    }
}

#[test]
fn the_json_document_has_the_agreed_keys() {
    let (document, _) = json("helium --seed 3");
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    for key in [
        "problem",
        "method",
        "coordinates",
        "dimension",
        "integrals",
        "ratio",
        "evaluations",
        "stop",
        "non_finite",
        "seconds",
        "integrand_seconds",
        "threads",
        "seed",
        "detail",
    ] {
        assert!(keys.iter().any(|k| *k == key), "{key}");
    }
    assert_eq!((&document["problem"], &document["dimension"], &document["seed"]), (&"helium".into(), &6.into(), &3.into()));
    let names: Vec<_> = document["integrals"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect();
    assert_eq!((names, &document["ratio"]["name"]), (vec!["numerator", "denominator"], &"energy".into()));
    assert!(document["detail"]["regions"].as_u64().unwrap() >= 24);
    for (word, map) in [("on", true), ("off", false)] {
        let (document, _) = json(&format!("hydrogen --method qmc --rtol 1e-3 --map {word}"));
        assert_eq!(document["detail"]["map"], map);
    }
    let (document, _) = json("hydrogen --method vegas --rtol 1e-3");
    assert!(document["detail"]["iterations"].as_u64().unwrap() > 1 && document["detail"]["chi2_per_dof"].is_f64());
}

#[test]
fn vmc_finds_energies_and_no_integrals() {
    let (document, status) = json("helium --method vmc --rtol 1e-3");
    let energy = &document["ratio"];
    let (value, error) = (energy["value"].as_f64().unwrap(), energy["error"].as_f64().unwrap());
    assert!(status == 0 && (value + 2.878_174_669_630_937).abs() <= 4.0 * error && error <= 1e-3 * value.abs());
    assert!(document["integrals"].as_array().unwrap().iter().all(|i| i["value"].is_null() && i["error"].is_null()));
    let detail = &document["detail"];
    assert!(detail["walkers"] == 2048 && detail["steps"].as_u64().unwrap() >= 32, "{detail}");
    assert!((0.3..0.5).contains(&detail["acceptance"].as_f64().unwrap()) && detail["autocorrelation"].as_f64().unwrap() > 1.0);
    let output = fubini(&words("helium --method vmc --rtol 1e-3"));
    let text = String::from_utf8(output.stdout).unwrap();
    let parts = ["2 048 walkers", "accepted", "not known", "one standard deviation"];
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    let output = fubini(&["integrate", "x*y", "--over", "x=0:1", "--over", "y=0:1", "--method", "vmc"]);
    assert!(output.status.code() == Some(2) && String::from_utf8(output.stderr).unwrap().contains("--ratio"));
}

#[test]
fn threads_do_not_change_a_digit() {
    for method in ["cuhre", "genz-malik", "vegas", "qmc", "vmc"] {
        for coordinates in ["triangle", "perimetric", "spherical"] {
            let line = format!("helium --method {method} --coordinates {coordinates} --rtol 1e-4 --max-evals 1e6 --threads");
            let one = without_times(json(&format!("{line} 1")).0);
            for threads in [2, 3] {
                assert_eq!(one, without_times(json(&format!("{line} {threads}")).0), "{line} {threads}");
            }
        }
    }
}

#[test]
fn a_budget_that_runs_out_gives_a_result_and_status_1() {
    for method in ["cuhre", "genz-malik", "vegas", "qmc"] {
        let (document, status) = json(&format!("helium --max-evals 1000 --method {method}"));
        assert_eq!((status, &document["stop"]), (1, &"budget".into()), "{method}");
        assert!(document["evaluations"].as_u64().unwrap() <= 1000);
        let energy = &document["ratio"];
        let (value, error) = (energy["value"].as_f64().unwrap(), energy["error"].as_f64().unwrap());
        assert!((value + 2.878_174_669_630_937).abs() <= 3.0 * error, "{method}: {value} ± {error}");
    }
    let output = fubini(&["helium", "--max-evals", "1e4", "--rtol", "1e-9"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("not converged") && text.contains("raise --max-evals"), "{text}");
}

#[test]
fn bad_requests_say_what_and_how_to_mend_it_and_print_nothing() {
    for (line, parts) in [
        ("helium --rtol -1", &["--rtol", "-1", "zero or greater"][..]),
        ("helium --rtol nan", &["--rtol", "NaN", "number"]),
        ("helium --atol -1e-3", &["--atol", "-0.001"]),
        ("helium --rtol tight", &["--rtol", "tight"]),
        ("helium --beta nan", &["--beta", "NaN", "0 or greater"]),
        ("helium --beta -0.1", &["--beta", "-0.1", "0 or greater"]),
        ("helium --charge 0", &["--charge", "0", "above 0"]),
        ("helium --alpha inf", &["--alpha", "inf"]),
        ("helium --box 0", &["--box", "0", "above 0"]),
        ("helium --box nan", &["--box", "NaN", "above 0"]),
        ("helium --box 30 --coordinates spherical", &["--box", "--coordinates cartesian"]),
        (
            "helium --method nonsense",
            &["--method", "nonsense", "cuhre, genz-malik, product, qmc, miser, mixture, train, vegas, vmc"],
        ),
        ("helium --method vega", &["--method", "did you mean vegas?"]),
        ("helium --coordinates perimetic", &["--coordinates", "did you mean perimetric?"]),
        ("helium --threads 0", &["--threads", "0", "at least one"]),
        ("helium --threads 1000000", &["--threads", "1000000", "at most", "leave it unset"]),
        ("helium --max-evals 0", &["--max-evals", "0", "above 0"]),
        ("helium --max-evals 10", &["--max-evals", "10", "at least"]),
        ("helium --max-evals many", &["--max-evals", "many", "1e6"]),
        ("helium --knob degree=8", &["--knob degree", "8", "7 or 9"]),
        ("helium --knob speed=8", &["--knob", "speed", "degree"]),
        ("helium --method genz-malik --knob degree=7", &["genz-malik has no knobs"]),
        ("helium --map on", &["--map", "qmc", "cuhre"]),
        ("helium --method qmc --map perhaps", &["--map", "on, off, auto"]),
        ("helium --json --csv", &["--json", "--csv"]),
        ("helium --method vmc --target each", &["--target ratio", "vmc", "vegas"]),
        ("helium --method vmc --max-evals 1000", &["--max-evals", "1000", "at least"]),
        ("helium --method vmc --knob walkers=5", &["--knob walkers", "5", "from 128"]),
        ("hydrogen --beta -1", &["--beta", "-1"]),
        ("hydrogen --coordinates perimetric", &["--coordinates", "spherical, cartesian"]),
        ("heliun", &["heliun", "helium"]),
    ] {
        let output = fubini(&words(line));
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(output.stdout.is_empty(), "{line}");
        assert!(parts.iter().all(|part| message.contains(part)), "{line}: {message}");
    }
}

#[test]
fn text_is_plain_where_there_is_no_terminal_and_compares_with_known_values() {
    let output = fubini(&["helium"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\u{1b}') && output.stderr.is_empty(), "no colours, no progress");
    for part in [
        "ψ = exp(",
        "cuhre",
        "triangle coordinates, 6 dimensions, 3 of them integrated analytically",
        "numerator",
        "denominator",
        "energy",
        "-2.878174669631",
        "-2.903724377034",
        "converged",
        "heuristic bound",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn csv_is_a_header_and_a_row() {
    let output = fubini(&["helium", "--csv"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.len() == 2 && rows[0].len() == rows[1].len(), "{text}");
    let column = rows[0].iter().position(|name| *name == "energy").unwrap();
    assert!((rows[1][column].parse::<f64>().unwrap() + 2.878_174_67).abs() < 1e-5);

    // Nobody counts three hundred zeros.
    let tiny = String::from_utf8(fubini(&words("integrate 1e-300*x --over x=0:1 --csv")).stdout).unwrap();
    assert!(tiny.contains(",5e-301,") && tiny.len() < 400, "{tiny}");
}

#[test]
fn verbose_says_in_a_line_how_a_run_converged() {
    let output =
        fubini(&words("integrate 1/(1+x*y) --over x=0:1 --over y=0:9 --method cuhre --rtol 1e-9 --no-analysis -v --json"));
    let said = String::from_utf8(output.stderr).unwrap();
    let line = said.lines().find(|line| line.starts_with("convergence: error ")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains('█') && line.contains("▁ ") && line.ends_with(" evaluations"), "{line}");
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
}

#[test]
fn methods_lists_every_method() {
    let output = fubini(&["methods"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(["cuhre", "genz-malik", "vegas", "--knob degree"].iter().all(|name| text.contains(name)), "{text}");
    let (document, status) = json("methods");
    assert_eq!((status, document["methods"].as_array().unwrap().len()), (0, 10));
}

#[test]
fn a_reader_who_goes_away_is_no_failure() {
    let shell = format!("{} helium --rtol 1e-8 | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_fubini"));
    let output = Command::new("bash").args(["-c", &shell]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_what_has_been_found() {
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_fubini"))
        .args(["helium", "--coordinates", "spherical", "--rtol", "0", "--max-evals", "1e12", "--json", "--method", "vegas"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let status = child.wait().unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut text).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status.code(), &document["stop"]), (Some(1), &"cancelled".into()));
    assert!((document["ratio"]["value"].as_f64().unwrap() + 2.878).abs() < 0.1);
}

#[test]
fn results_have_the_names_that_formulas_give_them() {
    let (document, status) = json("integrate mass=exp(-x) mean=x*exp(-x) x==2 --over x=0:inf");
    let names: Vec<&str> = document["integrals"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect();
    assert_eq!((status, names), (0, vec!["mass", "mean", "x==2"]));
    let twice = fubini(&["integrate", "m=x", "m=x^2", "--over", "x=0:1"]);
    let message = String::from_utf8(twice.stderr).unwrap();
    assert!(twice.status.code() == Some(2) && message.contains("m is set twice"), "{message}");
    let complex = String::from_utf8(fubini(&["integrate", "F = exp(i*x)", "--over", "x=0:1"]).stdout).unwrap();
    assert!(complex.contains("  F  "), "{complex}");
}

#[test]
fn a_file_holds_formulas_and_all_that_belongs_to_them() {
    use std::process::Stdio;
    let text = "# the second moment of a disc\nover x = -a:a\nover y=-sqrt(a^2-x^2):sqrt(a^2-x^2)\n\nset a = 2\nlet s = x^2+y^2\n\
                moment = s   # about its centre\n-1\n";
    let file = std::env::temp_dir().join(format!("fubini-formulas-{}.txt", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let check = |output: &[u8]| {
        let document: Value = serde_json::from_slice(output).unwrap();
        let found: Vec<f64> = document["integrals"].as_array().unwrap().iter().map(|i| i["value"].as_f64().unwrap()).collect();
        let pi = std::f64::consts::PI;
        assert!((found[0] - 8.0 * pi).abs() < 1e-4 && (found[1] + 4.0 * pi).abs() < 1e-4, "{document}");
        assert_eq!(document["integrals"][0]["name"], "moment");
    };
    check(&fubini(&["integrate", "--file", file.to_str().unwrap(), "--json"]).stdout);
    let mut child = Command::new(env!("CARGO_BIN_EXE_fubini"))
        .args(["integrate", "--json", "--file=-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    check(&child.wait_with_output().unwrap().stdout);
    std::fs::remove_file(&file).unwrap();
    let gone = fubini(&["integrate", "--file", file.to_str().unwrap()]);
    let message = String::from_utf8(gone.stderr).unwrap();
    assert!(gone.status.code() == Some(2) && message.contains("can't be read"), "{message}");
}

#[test]
fn integrate_alone_explains_itself() {
    let output = fubini(&["integrate"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && message.contains("Examples:") && message.contains("--over x=0:1"), "{message}");
}

#[test]
fn a_formula_may_begin_with_a_minus() {
    let integral = |arguments: &[&str]| {
        let output = fubini(&[&["integrate"], arguments, &["--json"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{arguments:?}: {e}\n{text}"));
        document["integrals"].as_array().unwrap().iter().map(|i| i["value"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    let near = |found: &[f64], exact: &[f64]| {
        assert_eq!(found.len(), exact.len());
        assert!(found.iter().zip(exact).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?} instead of {exact:?}");
    };
    near(&integral(&["-x^2", "--over", "x=0:1"]), &[-1.0 / 3.0]);
    near(&integral(&["--over", "x=0:1", "-x"]), &[-0.5]);
    near(&integral(&["-x", "-2*x", "x", "--over", "x=0:1", "--rtol", "1e-9", "--method", "cuhre"]), &[-0.5, -1.0, 0.5]);
    near(&integral(&["--ratio", "-x", "x", "--over", "x=-1:0"]), &[0.5, -0.5]);
    // Letters that are options of their own.
    near(&integral(&["-v*h", "--over", "v=0:1", "--over", "h=0:1"]), &[-0.25]);
}

#[test]
fn a_mistyped_option_is_not_taken_for_a_formula() {
    let output = fubini(&["integrate", "x", "--ovr", "x=0:1"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.contains("--over")), (Some(2), true), "{said}");
}

#[test]
fn shells_and_man_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = fubini(&["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("integrate") && script.contains("rtol"), "{shell}");
    }
    for (arguments, title, word) in
        [(&["man"][..], ".TH fubini 1", "optimize"), (&["man", "integrate"][..], ".TH fubini-integrate 1", "VAR=LO:HI")]
    {
        let output = fubini(arguments);
        let roff = String::from_utf8(output.stdout).unwrap();
        // A hyphen is written `\-` there.
        let roff = roff.replace("\\-", "-");
        assert!(output.status.success() && roff.contains(title) && roff.contains(word), "{arguments:?}: {roff}");
    }
    assert_eq!(fubini(&["man", "integrat"]).status.code(), Some(2));
}

#[test]
fn auto_names_the_method_it_chose_and_all_that_it_tried() {
    let words = "integrate exp(x*y) --over x=0:1 --over y=0:1 --rtol 1e-6 --method auto";
    let (document, status) = json(words);
    let tried: Vec<&str> = document["auto"].as_array().unwrap().iter().map(|t| t["method"].as_str().unwrap()).collect();
    assert_eq!((status, document["method"].as_str(), tried), (0, Some("product"), vec!["product", "qmc"]), "{document}");
    let total: u64 = document["auto"].as_array().unwrap().iter().map(|t| t["evaluations"].as_u64().unwrap()).sum();
    assert_eq!(document["evaluations"], total);
    let text = String::from_utf8(fubini(&words.split(' ').collect::<Vec<_>>()).stdout).unwrap();
    assert!(text.contains("auto chose product: product ±"), "{text}");
}

//! The verdict on a result, in everything that the program writes: whether to believe it, what speaks against it, and what to do.

use fubini::algorithms::{Cuhre, Options, Suspect};
use fubini::atoms::{Family, Frame, Hydrogen};
use fubini::variation::{Search, optimize};
use serde_json::Value;
use std::ops::ControlFlow;
use std::process::{Command, Output};

fn fubini(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(line.split_whitespace()).output().unwrap()
}

/// What stands on standard output, and the exit status.
fn text(line: &str) -> (String, i32) {
    let output = fubini(line);
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn json(line: &str) -> (Value, i32) {
    let (text, status) = text(&format!("{line} --json"));
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}\n{text}")), status)
}

/// Header and rows of the CSV table, and the exit status.
fn csv(line: &str) -> (Vec<String>, Vec<Vec<String>>, i32) {
    let (text, status) = text(&format!("{line} --csv"));
    let mut rows = text.lines().map(cells).collect::<Vec<_>>();
    assert!(rows.len() > 1, "{line}: {text}");
    (rows.remove(0), rows, status)
}

/// The cells of a row, of which quoted ones may hold commas.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Every method finds nothing but zeros, and cannot know whether there is something elsewhere.
const ZERO: &str = "integrate exp(-1e6*(1+x)^2) --over x=0:1";
/// A tail without variance, taken as it is and with few points: marked, and not converged.
const TAIL: &str = "integrate x^-0.9 --over x=0:1 --method qmc --max-evals 1e5 --no-analysis";
/// An atom in a box so large that hardly a point sees it.
const ATOM: &str = "hydrogen --coordinates cartesian --box 1000 --method qmc --rtol 0.1 --max-evals 1e6";

#[test]
fn what_speaks_against_a_result_stands_beside_stop_in_json() {
    for (line, sentence, stop) in [
        (ZERO.to_string(), "every value was zero", "converged"),
        (format!("{ZERO} --method vegas"), "every value was zero", "converged"),
        (format!("{ZERO} --method qmc"), "every value was zero", "converged"),
        (TAIL.to_string(), "as if the variance were infinite", "budget"),
    ] {
        let (document, status) = json(&line);
        let found = document["suspect"].as_str().unwrap_or_else(|| panic!("{line}: {document}"));
        assert!(found.contains(sentence) && !found.contains("--"), "{line}: {found}");
        assert_eq!((status, &document["stop"]), (1, &stop.into()), "{line}");
        assert!(document["detail"].get("suspect").is_none(), "{line}: {document}");
    }
    for line in
        ["helium", "hydrogen --method vegas --rtol 1e-3", "repulsion 1s1s 1s1s", "molecule h2+", "integrate x --over x=0:1"]
    {
        let (document, status) = json(line);
        assert!(document.as_object().unwrap().contains_key("suspect") && document["suspect"].is_null(), "{line}: {document}");
        assert_eq!(status, 0, "{line}");
    }
}

#[test]
fn what_an_error_means_is_said_by_a_word() {
    for (method, word, meaning) in [
        ("cuhre", "bound", "heuristic bound"),
        ("genz-malik", "bound", "heuristic bound"),
        ("qmc", "standard_deviation", "one standard deviation"),
        ("vegas", "standard_deviation", "one standard deviation"),
        ("vmc", "standard_deviation", "one standard deviation"),
    ] {
        let line = format!("hydrogen --rtol 1e-3 --method {method}");
        assert_eq!(json(&line).0["error_kind"], word, "{method}");
        let (header, rows, _) = csv(&line);
        assert_eq!(rows[0][header.iter().position(|h| h == "error_kind").unwrap()], word, "{method}");
        assert!(text(&line).0.contains(meaning), "{method}");
    }
    let (document, _) = json("methods");
    for method in document["methods"].as_array().unwrap() {
        assert!(["heuristic bound", "one standard deviation"].contains(&method["error"].as_str().unwrap()), "{method}");
    }
}

#[test]
fn a_suspect_result_is_never_called_converged_without_saying_so_in_the_line() {
    for (line, first) in [
        (ZERO.to_string(), "suspect: converged, but every value was zero"),
        (TAIL.to_string(), "suspect: not converged, and the largest values grow"),
        (format!("scan {ATOM} --vary beta=0.1:0.11:2"), "suspect: 2 of 2 runs, marked with ?: "),
        (
            format!("compare {ZERO} --methods cuhre,qmc --budgets 1e5"),
            "suspect: cuhre with 100 000, qmc with 100 000: every value",
        ),
    ] {
        let (text, status) = text(&line);
        assert_eq!(status, 1, "{line}: {text}");
        assert!(text.lines().any(|line| line.starts_with(first)), "{first} is missing in {text}");
        for said in text.lines().filter(|line| line.contains("converged") && !line.contains("not converged")) {
            assert!(said.contains("suspect"), "{said}");
        }
    }
    assert!(text(ZERO).0.contains("--hint"), "the remedy is one of the command line");
}

#[test]
fn every_table_has_a_column_for_it() {
    for (line, suspects) in [
        (ZERO.to_string(), 1),
        ("integrate x --over x=0:1".to_string(), 0),
        (ATOM.to_string(), 1),
        ("molecule h2+".to_string(), 0),
        ("repulsion 1s1s 1s1s".to_string(), 0),
        (format!("scan {ATOM} --vary beta=0.1:0.11:2"), 2),
        ("optimize hydrogen --vary beta".to_string(), 0),
        (format!("compare {ZERO} --methods cuhre,qmc,vegas --budgets 1e5"), 3),
        ("compare hydrogen --methods cuhre,qmc,vegas,vmc --budgets 3e4".to_string(), 0),
    ] {
        let (header, rows, status) = csv(&line);
        let column = header.iter().position(|h| h == "suspect").unwrap_or_else(|| panic!("{line}: {header:?}"));
        assert!(rows.iter().all(|row| row.len() == header.len()), "{line}");
        assert_eq!(rows.iter().filter(|row| !row[column].is_empty()).count(), suspects, "{line}");
        assert_eq!(status, i32::from(suspects > 0), "{line}");
    }
}

#[test]
fn scans_searches_and_comparisons_carry_it_too() {
    let (document, status) = json(&format!("scan {ATOM} --vary beta=0.1:0.11:2"));
    let points = document["points"].as_array().unwrap();
    assert!(status == 1 && points.iter().all(|point| point["suspect"].is_string()), "{document}");
    let (document, status) = json(&format!("compare {ZERO} --methods cuhre --budgets 1e5"));
    assert!(status == 1 && document["rows"][0]["suspect"].is_string(), "{document}");
    let (document, status) = json("optimize hydrogen --vary beta");
    assert!(status == 0 && document.as_object().unwrap().contains_key("suspect") && document["suspect"].is_null());
    assert!(document["minimum"]["suspect"].is_null() && document["path"][0].as_object().unwrap().contains_key("suspect"));
}

#[test]
fn a_minimum_is_as_suspect_as_the_runs_that_tell_where_it_is() {
    let family = Family::hydrogen(Hydrogen { beta: 0.1 }, Frame::Spherical).vary(&[("beta", None)]).unwrap();
    let options = Options::default().rtol(1e-7);
    let mut best = optimize(family, &Cuhre::default(), &options, &Search::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(best.converged() && best.path.len() > 3);
    best.path[0].suspect = Some(Suspect::NarrowSupport);
    assert!(best.converged(), "the first run is far from the minimum");
    for step in [best.path.len() - 1, best.path.iter().position(|step| step.aside).unwrap() - 1] {
        best.path[step].suspect = Some(Suspect::HeavyTail);
        assert_eq!((best.suspect(), best.converged()), (Some(Suspect::HeavyTail), false));
        best.path[step].suspect = None;
    }
    best.report.suspect = Some(Suspect::AllZero);
    assert_eq!((best.suspect(), best.converged()), (Some(Suspect::AllZero), false));
}

#[test]
fn rounding_is_the_reason_where_it_is_the_limit() {
    // A tolerance below one ulp of a polynomial's integral.
    let line = "integrate x^2 --over x=0:1 --rtol 1e-18 --max-evals 1e6";
    let (document, status) = json(line);
    assert_eq!((status, &document["stop"]), (1, &"roundoff".into()));
    assert!(document["detail"].get("limited_by").is_none());
    let (text, _) = text(line);
    assert!(text.contains("not converged") && text.contains("rounding error is the limit"), "{text}");
    let (header, rows, _) = csv(line);
    assert_eq!(rows[0][header.iter().position(|h| h == "stop").unwrap()], "roundoff");
}

#[test]
fn an_integral_that_is_zero_is_told_to_ask_for_an_absolute_tolerance() {
    for line in [
        "integrate sin(x)*exp(y) --over x=-1:1 --over y=-1:1 --no-analysis --max-evals 1e6",
        "integrate sin(x) --over x=-1:1 --no-analysis --method vegas --max-evals 1e5",
    ] {
        let (before, status) = text(line);
        assert!(status == 1 && !before.contains("--rtol"), "{before}");
        let atol =
            before.split("--atol ").nth(1).unwrap_or_else(|| panic!("{before}")).split([',', ';', ' ', '\n']).next().unwrap();
        assert!(atol.parse::<f64>().unwrap() > 0.0, "{atol}");
        // What is advised works.
        let (after, status) = text(&format!("{line} --atol {atol}"));
        assert!(status == 0 && after.contains("converged"), "{after}");
    }
}

#[test]
fn what_may_diverge_is_told_so() {
    for (line, diverges) in [
        ("integrate 1/x --over x=0:1 --max-evals 1e6", true),
        ("integrate 1/x --over x=1:inf --max-evals 1e6", true),
        ("integrate 1/x^2 --over x=0:1 --max-evals 1e6", true),
        ("integrate 1/(x+y)^2 --over x=0:1 --over y=0:1 --max-evals 1e6", true),
        ("integrate x --over x=-inf:inf --max-evals 1e6", true),
        ("integrate abs(x-y) --over x=0:1 --over y=0:1 --rtol 1e-12 --max-evals 1e5 --no-analysis", false),
        ("integrate sin(x)*exp(y) --over x=-1:1 --over y=-1:1 --no-analysis --max-evals 1e6", false),
        ("integrate exp(-x*y) --over x=0:1 --over y=0:1 --method vegas --max-evals 1e5", false),
        ("helium --max-evals 1e4 --rtol 1e-9", false),
    ] {
        let (text, status) = text(line);
        assert_eq!((status, text.contains("may diverge")), (1, diverges), "{text}");
    }
}

#[test]
fn a_value_below_its_error_can_be_read() {
    let (text, _) = text("integrate x --over x=-inf:inf --max-evals 1e5");
    let shown = text.lines().find(|line| line.trim_start().starts_with("x  ")).unwrap();
    assert!(shown.contains("0 ± ") && !shown.contains('('), "{shown}");
}

#[test]
fn the_integrand_takes_no_more_than_all_of_the_time() {
    for threads in [1, 2, 3] {
        for line in ["helium", "hydrogen", "integrate x --over x=0:1", "integrate exp(-x*y) --over x=0:1 --over y=0:1"] {
            let (document, _) = json(&format!("{line} --threads {threads}"));
            let [all, part] = ["seconds", "integrand_seconds"].map(|key| document[key].as_f64().unwrap());
            assert!(0.0 < part && part <= all, "{line}: {part} of {all} s");
        }
    }
}

#[test]
fn a_resumed_run_took_the_time_of_both_parts() {
    let state = std::env::temp_dir().join(format!("fubini-verdict-{}", std::process::id()));
    let run = |rest: &str| json(&format!("helium --coordinates spherical --rtol 0 --method vegas {rest}")).0;
    let seconds = |document: &Value| ["seconds", "integrand_seconds"].map(|key| document[key].as_f64().unwrap());
    let first = run(&format!("--max-evals 5e6 --checkpoint {}", state.display()));
    let second = run(&format!("--max-evals 6e6 --resume {}", state.display()));
    _ = std::fs::remove_file(&state);
    let ([before, _], [all, part]) = (seconds(&first), seconds(&second));
    // The second part alone takes a fifth of the first; a state is saved a little before a run ends.
    assert!(all > 0.5 * before && part < all, "{before} s before, {all} s in all, {part} s of them in the integrand");
}

#[test]
fn no_slogan_promises_what_tables_do_not_show() {
    let (help, _) = text("--help");
    assert!(help.contains("Either can be exceeded") && help.contains("suspect"), "{help}");
}

#[test]
fn a_formula_that_is_zero_is_zero_and_costs_nothing() {
    // It took 65 thousand evaluations, auto two million, and was suspect.
    for method in ["cuhre", "genz-malik", "vegas", "qmc", "auto"] {
        for formula in ["0", "x - x", "0*x", "0*i*x"] {
            let (document, status) =
                json(&format!("integrate {} --over x=0:1 --over y=-inf:inf --method {method}", formula.replace(' ', "")));
            let integral = &document["integrals"][0];
            assert_eq!((status, &integral["value"], &integral["error"]), (0, &0.0.into(), &0.0.into()), "{method}: {document}");
            assert!(document["suspect"].is_null() && document["evaluations"] == 0, "{method}: {document}");
        }
    }
    // Constants are integrated like anything else; a ratio of zeros has no value; one that is zero for a value of a scan is, too.
    let (document, status) = json("integrate 2 --over x=0:3 --over y=0:1");
    assert!(status == 0 && (document["integrals"][0]["value"].as_f64().unwrap() - 6.0).abs() < 1e-12, "{document}");
    let (document, status) = json("integrate 0 0 --ratio --over x=0:1");
    assert!(status == 1 && document["ratio"]["value"].is_null(), "{document}");
    let (document, status) = json("scan integrate x*a --over x=0:1 --vary a=0:1:2");
    assert!(status == 0 && document["points"][0]["evaluations"] == 0, "{document}");
}

#[test]
fn noise_along_a_surface_ends_a_run_long_before_its_budget() {
    // 1 - r² has rounding errors of its own size near the surface of the ball, and no region at its floor held half of them.
    let line = "integrate (1-x^2-y^2-z^2)^-0.5 --region ball:x,y,z --rtol 1e-9 --max-evals 2e7";
    for method in ["cuhre", "genz-malik"] {
        let (document, status) = json(&format!("{line} --method {method}"));
        let [value, error] = ["value", "error"].map(|key| document["integrals"][0][key].as_f64().unwrap());
        assert_eq!((status, &document["stop"]), (1, &"roundoff".into()), "{document}");
        assert!(document["evaluations"].as_u64().unwrap() < 3_000_000, "{document}");
        assert!((value - std::f64::consts::PI.powi(2)).abs() <= error && error < 1e-5, "{document}");
    }
}

//! Comparisons of methods, and pictures.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fubini(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubini")).args(line.split_whitespace()).output().unwrap()
}

fn json(line: &str) -> (Value, i32) {
    let output = fubini(&format!("{line} --json"));
    let text = String::from_utf8(output.stdout).unwrap();
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}\n{text}")), output.status.code().unwrap())
}

/// A file that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Scratch(std::env::temp_dir().join(format!("fubini-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn every_method_runs_with_every_budget() {
    let (document, status) = json("compare helium --methods cuhre,vegas --budgets 1e4,1e5");
    let rows = document["rows"].as_array().unwrap();
    assert_eq!((status, rows.len()), (0, 4));
    for (row, (method, budget)) in rows.iter().zip([("cuhre", 1e4), ("cuhre", 1e5), ("vegas", 1e4), ("vegas", 1e5)]) {
        assert_eq!((&row["method"], row["budget"].as_f64(), &row["stop"]), (&method.into(), Some(budget), &"budget".into()));
        let (value, error) = (row["ratio"]["value"].as_f64().unwrap(), row["true_error"].as_f64().unwrap());
        assert!(((value + 2.878_174_669_630_936_8).abs() - error).abs() < 1e-15);
        assert!(error <= 4.0 * row["ratio"]["error"].as_f64().unwrap());
        let evaluations = row["evaluations"].as_f64().unwrap();
        assert!(evaluations <= budget && evaluations > 0.5 * budget, "{method}: {evaluations} of {budget}");
    }
    assert!(document["refused"].as_array().unwrap().is_empty());
}

#[test]
fn the_true_value_may_be_given_and_a_tolerance_ends_runs() {
    // ∫∫ exp(−xy) over the unit square.
    let problem = "compare integrate exp(-x*y) --over x=0:1 --over y=0:1 --methods genz-malik --budgets 1e6";
    let (document, _) = json(&format!("{problem} --exact 0.7965995992970532 --rtol 1e-6"));
    let row = &document["rows"][0];
    assert!(row["true_error"].as_f64().unwrap() < 1e-9 && row["evaluations"].as_u64().unwrap() < 10_000);
    assert_eq!((&row["stop"], row.get("ratio")), (&"converged".into(), None));
    let (document, _) = json(&format!("{problem} --rtol 1e-6"));
    assert!(document["rows"][0].get("true_error").is_none());
    let text = String::from_utf8(fubini(&format!("{problem} --rtol 1e-6")).stdout).unwrap();
    assert!(text.contains("stated error") && !text.contains("true error"), "{text}");
}

#[test]
fn what_a_method_refuses_is_told_apart() {
    let (document, status) = json("compare helium --methods cuhre --budgets 100,1e4");
    let refused = &document["refused"][0];
    assert_eq!((status, document["rows"].as_array().unwrap().len()), (0, 1));
    assert!(refused["budget"] == 100 && refused["reason"].as_str().unwrap().contains("127"), "{refused}");
    for (line, part) in [
        ("compare helium --methods cuhre --budgets 100", "--max-evals is 100"),
        ("compare helium --methods cuhre,nonsense", "--method nonsense"),
        ("compare helium --method cuhre", "--methods cuhre,vegas"),
        ("compare helium --budgets many", "1e6"),
        ("compare helium --resume state", "--resume"),
    ] {
        let output = fubini(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(part) && output.stdout.is_empty(), "{line}: {message}");
    }
}

#[test]
fn the_table_has_rows_of_one_length() {
    let text = String::from_utf8(fubini("compare hydrogen --budgets 1e4 --csv").stdout).unwrap();
    let rows: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
    assert!(rows.len() > 4 && rows.iter().all(|n| *n == rows[0]), "{text}");
    assert!(text.starts_with("budget,true_error,problem,method,"), "{text}");
}

/// What the text elements of an SVG say.
fn texts(path: &Path) -> String {
    let svg = std::fs::read_to_string(path).unwrap();
    let inside =
        svg.split("<text").skip(1).filter_map(|part| Some(part.split_once('>')?.1.split_once('<')?.0.trim().to_string()));
    inside.collect::<Vec<_>>().join("\n")
}

#[test]
fn pictures_say_what_they_show() {
    for (name, line, parts) in [
        (
            "scan.svg",
            "scan helium --vary alpha=1.8:2:2 --vary beta=0.1:0.2:3",
            &["helium: energy over beta", "energy / hartree", "alpha = 1.8", "alpha = 2", "cuhre"][..],
        ),
        ("search.svg", "optimize hydrogen --vary beta", &["minimum of the energy", "run", "stated error of the energy", "1e-"]),
        (
            "compare.svg",
            "compare helium --methods cuhre,qmc --budgets 1e4,1e5",
            &[
                "error of the energy over evaluations",
                "evaluations of the integrand",
                "cuhre, true error",
                "qmc, stated error",
                "1e4",
            ],
        ),
        (
            "run.svg",
            "helium --rtol 1e-8",
            &[
                "helium: energy = -2.87817467",
                "by cuhre",
                "evaluations of the integrand",
                "stated error",
                "true error",
                "tolerance",
            ],
        ),
        (
            "regions.svg",
            "integrate abs(x+y-1)*x --over x=0:1 --over y=0:1 --rtol 1e-2 --method genz-malik --no-analysis",
            &["by genz-malik", "Integrand and", "regions of genz-malik", "darkest where it is", "x", "y"],
        ),
        (
            "points.svg",
            "integrate exp(-x^2-y^2) --over x=-inf:inf --over y=0:inf --rtol 1e-3 --method vegas --no-analysis",
            &["by vegas", "points of vegas", "1e5"],
        ),
        (
            "replaced.svg",
            "integrate abs(x-y)^(-0.5) --over x=0:1 --over y=0:1 --method cuhre",
            &["in place of x", "regions of cuhre"],
        ),
    ] {
        let file = Scratch::new(name);
        let output = fubini(&format!("{line} --plot {}", file.0.display()));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let found = texts(&file.0);
        assert!(parts.iter().all(|part| found.contains(part)), "{name}: {found}");
        assert!(std::fs::read_to_string(&file.0).unwrap().matches("<circle").count() >= 4);
    }
}

#[test]
fn a_png_holds_the_same_picture_with_text() {
    let file = Scratch::new("scan.png");
    assert_eq!(fubini(&format!("scan helium --vary beta=0.1:0.2:3 --plot {}", file.0.display())).status.code(), Some(0));
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&file.0).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (960, 600));
    // The title stands in the first rows, where nothing else is dark; the curve is blue.
    let dark = |rows: std::ops::Range<usize>| pixels[rows.start * 2880..rows.end * 2880].chunks(3).filter(|p| p[0] < 100).count();
    assert!(dark(0..36) > 500, "{}", dark(0..36));
    assert!(pixels.chunks(3).filter(|p| p[0] < 60 && p[2] > 150).count() > 500);
}

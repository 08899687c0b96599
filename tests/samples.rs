//! Files of samples, histograms and maps by the program: what is in them, what is refused, what is left when something goes wrong.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fubini(arguments: &[&str]) -> Output {
    let over = ["--over", "x=0:2", "--over", "y=0:1"];
    Command::new(env!("CARGO_BIN_EXE_fubini")).arg("integrate").arg("exp(-x)*(1+y)").args(over).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder of one's own for every test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fubini-samples-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn value(document: &Value) -> f64 {
    document["integrals"][0]["value"].as_f64().unwrap()
}

/// The rows of a text file, and of one in NumPy's format.
fn rows(path: &str) -> Vec<Vec<f64>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|row| row.split(',').map(|x| x.parse().unwrap()).collect()).collect()
}

fn numpy_rows(path: &str, columns: usize) -> (String, Vec<Vec<f64>>) {
    let bytes = fs::read(path).unwrap();
    let numbers: Vec<f64> = bytes[128..].chunks(8).map(|x| f64::from_le_bytes(x.try_into().unwrap())).collect();
    (String::from_utf8_lossy(&bytes[10..128]).into_owned(), numbers.chunks(columns).map(<[f64]>::to_vec).collect())
}

#[test]
fn weights_sum_up_to_the_integral_in_both_formats() {
    let folder = Folder::new("formats");
    let (text, numpy) = (folder.file("s.csv"), folder.file("s.npy"));
    let more = ["--rtol", "1e-2", "--seed", "5", "--json", "--samples"];
    let document = json(&fubini(&[&more[..], &[&text]].concat()));
    assert_eq!(document["method"], "vegas");
    let rows = rows(&text);
    assert!(fs::read_to_string(&text).unwrap().starts_with("x,y,exp(-x)*(1+y),weight\n"));
    let sum: f64 = rows.iter().map(|row| row[3]).sum();
    assert!((sum / value(&document) - 1.0).abs() < 1e-12, "{sum}");
    assert!(rows.iter().all(|row| (row[2] / ((-row[0]).exp() * (1.0 + row[1])) - 1.0).abs() < 1e-14));
    // The same samples on other threads, and again over the file that is there.
    json(&fubini(&[&more[..], &[&numpy, "--threads", "1"]].concat()));
    json(&fubini(&[&more[..], &[&numpy, "--threads", "3"]].concat()));
    let (header, same) = numpy_rows(&numpy, 4);
    assert!(header.contains(&format!("'shape': ({}, 4)", rows.len())) && same == rows, "{header}");
}

#[test]
fn histograms_stand_beside_the_integral() {
    let more = ["--rtol", "1e-3", "--histogram", "s=x+y:0:2.5:5", "--histogram", "half=x:0:1:1"];
    let document = json(&fubini(&[&more[..], &["--json"]].concat()));
    let [all, half] = [&document["histograms"][0], &document["histograms"][1]];
    let numbers = |key: &str| all[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<f64>>();
    assert_eq!((all["name"].as_str(), numbers("edges")), (Some("s"), vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5]));
    let sum: f64 = numbers("values").iter().sum::<f64>() + all["above"][0].as_f64().unwrap();
    assert!((sum / value(&document) - 1.0).abs() < 1e-12 && numbers("errors").iter().all(|e| *e > 0.0 && *e < 0.02));
    // ∫ over 0 < x < 1 of e^-x (1 + y).
    let exact = 1.5 * (1.0 - (-1.0f64).exp());
    let (found, error) = (half["values"][0].as_f64().unwrap(), half["errors"][0].as_f64().unwrap());
    assert!((found - exact).abs() < 5.0 * error, "{found} {error} {exact}");
    let text = fubini(&more);
    assert!(String::from_utf8_lossy(&text.stdout).contains("0.5000 … 1.0000"));
}

#[test]
fn a_map_is_saved_and_used_again() {
    let folder = Folder::new("map");
    let map = folder.file("map");
    let first = json(&fubini(&["--rtol", "1e-3", "--save-map", &map, "--json"]));
    let again = json(&fubini(&["--rtol", "1e-3", "--load-map", &map, "--save-map", &map, "--json"]));
    let spent = |document: &Value| document["evaluations"].as_u64().unwrap();
    assert!(spent(&again) < spent(&first));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_files_as_they_are() {
    let folder = Folder::new("refused");
    let (csv, text, map) = (folder.file("s.csv"), folder.file("diary.csv"), folder.file("map"));
    fs::write(&text, "dear diary\n").unwrap();
    fs::write(&map, "no map").unwrap();
    let (columns, array) = (folder.file("columns.csv"), folder.file("array.npy"));
    fs::write(&columns, "a,b,weight\n1,2,3\n").unwrap();
    // As NumPy writes it.
    fs::write(&array, b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }").unwrap();
    for (arguments, part) in [
        (&["--samples", &csv, "--method", "cuhre"][..], "--samples: cuhre has neither weighted samples nor a map"),
        (&["--samples", "s.txt"], "must end in .csv or .npy"),
        (&["--samples", &text], "holds no samples"),
        (&["--save-map", &text], "holds no importance map"),
        (&["--load-map", &map], "no importance map of this version"),
        (&["--load-map", "/nowhere"], "cannot be read"),
        (&["--load-map", "/dev/zero"], "plain files"),
        (&["--samples", &csv, "--save-map", &csv], "writes the same file"),
        (&["--samples", &csv, "--checkpoint", &csv], "writes the same file"),
        (&["--samples", &columns], "holds no samples with these columns"),
        (&["--samples", &array], "holds no samples"),
        (&["--histogram", "h=x:0:1:2", "--csv"], "one row"),
        (&["--histogram", "=x:0:1:2"], "no name"),
        (&["--histogram", "a\nb=x:0:1:2"], "no name"),
        (&["--histogram", "x"], "NAME=EXPR:LO:HI:BINS"),
        (&["--histogram", "h=x:1:0:5"], "from 1 to 0"),
        (&["--histogram", "h=q:0:1:5"], "unknown name"),
        (&["--histogram", "h=x:0:1:0"], "number of bins"),
        (&["--histogram", "h=x:0:1:2", "--histogram", "h=y:0:1:2"], "set twice"),
    ] {
        let output = fubini(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && message.contains(part), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(&text).unwrap(), "dear diary\n");
    assert!(fs::read(&array).unwrap().len() > 60 && fs::read_to_string(&columns).unwrap().ends_with("1,2,3\n"));
    assert!(!Path::new(&csv).exists());
}

#[test]
fn definitions_and_ends_of_lines_stand_in_no_way() {
    let folder = Folder::new("words");
    let csv = folder.file("s.csv");
    let words = ["--let", "w=x*y", "--histogram", "h=w:0:2:4", "--histogram", "g=x:0:pi/2:1", "--rtol", "1e-2", "--json"];
    assert_eq!(json(&fubini(&words))["histograms"].as_array().unwrap().len(), 2);
    let over = ["--over", "x=0:1", "--rtol", "1e-2", "--samples", &csv];
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(["integrate", "x*\n2"]).args(over).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(fs::read_to_string(&csv).unwrap().starts_with("x,x* 2,weight\n"));
}

#[test]
fn a_run_that_goes_on_takes_no_other_map() {
    let folder = Folder::new("goes-on");
    let (map, state) = (folder.file("map"), folder.file("state"));
    assert!(
        fubini(&["--rtol", "1e-2", "--method", "vegas", "--no-analysis", "--save-map", &map, "--checkpoint", &state])
            .status
            .success()
    );
    let output = fubini(&["--rtol", "1e-3", "--load-map", &map, "--resume", &state]);
    assert!(output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains("a map of its own"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_the_samples_and_not_the_result() {
    // The smallest file that a device without room can be.
    let folder = Folder::new("full");
    let limited = format!(
        "ulimit -f 64; trap '' XFSZ; exec {} integrate 'exp(-x)' --over x=0:1 --rtol 1e-3 --samples {} --json",
        env!("CARGO_BIN_EXE_fubini"),
        folder.file("s.csv")
    );
    let output = Command::new("sh").args(["-c", &limited]).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let document = json(&output);
    assert!((value(&document) - (1.0 - (-1.0f64).exp())).abs() < 1e-2 && message.contains("whole rows"), "{message}");
    let text = fs::read_to_string(folder.file("s.csv")).unwrap();
    assert!(text.ends_with('\n') && text.lines().skip(1).all(|row| row.split(',').count() == 3));
}

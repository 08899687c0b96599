//! What the program writes beside its result: nothing foreign is overwritten, and a full disk loses nothing.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of one's own for every test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fubini-files-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_fubini");
const SCAN: &str = "scan hydrogen --vary beta=0:0.1:3";
const OPTIMIZE: &str = "optimize hydrogen --vary beta=0.01 --rtol 1e-6";
const COMPARE: &str = "compare hydrogen --methods cuhre,vegas --budgets 1e4";

fn fubini(line: &str) -> Output {
    Command::new(PROGRAM).args(line.split_whitespace()).output().unwrap()
}

/// In a shell that says first what is allowed.
#[cfg(target_os = "linux")]
fn shell(before: &str, line: &str, after: &str) -> Output {
    Command::new("bash").args(["-c", &format!("{before}; exec {PROGRAM} {line} {after}")]).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_the_picture_and_not_the_result() {
    // A limit on the size of files is a full disk that needs no rights.
    let full = "trap '' XFSZ; ulimit -f 0";
    let folder = Folder::new("full");
    for line in [SCAN, OPTIMIZE, COMPARE] {
        for picture in ["a.svg", "a.png"] {
            let whole = fubini(&format!("{line} --json"));
            let output = shell(full, &format!("{line} --json --plot {}", folder.file(picture)), "");
            let message = words(&output.stderr);
            let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {message}"));
            assert!(document.is_object() && message.contains("warning") && message.contains(picture), "{line}: {message}");
            assert_eq!(output.status.code(), whole.status.code(), "{line}: {message}");
            assert!(folder.names().is_empty(), "{line}: nothing is left");
        }
    }
    // A profile is no more than a picture.
    for line in [SCAN, COMPARE, "integrate x*x --over x=0:1", OPTIMIZE] {
        let output = shell(full, &format!("{line} --json --profile {}", folder.file("p")), "");
        let (status, message) = (output.status.code(), words(&output.stderr));
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok_and(|document| document.is_object()), "{line}: {message}");
        assert!(message.contains("warning") && status == fubini(line).status.code(), "{line}: {status:?} {message}");
    }
    // An earlier picture stays.
    let picture = folder.file("b.svg");
    assert!(fubini(&format!("{SCAN} --plot {picture}")).status.success());
    let before = std::fs::read(&picture).unwrap();
    assert_eq!(shell(full, &format!("{COMPARE} --plot {picture}"), "").status.code(), Some(0));
    assert_eq!(std::fs::read(&picture).unwrap(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_said_the_rest_is_done_all_the_same() {
    let folder = Folder::new("mute");
    let picture = folder.file("a.svg");
    // Standard output full: that is a failure, and the picture is drawn.
    let output = shell("true", &format!("{SCAN} --plot {picture}"), "> /dev/full");
    assert!(output.status.code() == Some(2) && words(&output.stderr).contains("cannot write the result"));
    assert!(std::fs::read_to_string(&picture).unwrap().starts_with("<svg"));
    // Standard error full: warnings are lost, the result is not.
    let state = folder.file("state");
    for line in [format!("helium --checkpoint {state} --every 0"), format!("{SCAN} --plot {picture}")] {
        let output = shell("trap '' XFSZ; ulimit -f 0", &format!("{line} --json"), "2> /dev/full");
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok(), "{line}");
    }
    let output = shell(
        "true",
        "atom --psi exp(-2*(r1+r2)) --verbose --json".replace('(', "\\(").replace(')', "\\)").as_str(),
        "2> /dev/full",
    );
    assert!(output.status.code() == Some(0) && serde_json::from_slice::<Value>(&output.stdout).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_a_failure() {
    for line in ["--help", "-h", "--version", "helium --help", "help scan", "methods"] {
        assert_eq!(shell("true", line, "> /dev/full").status.code(), Some(2), "{line}");
        let output = fubini(line);
        assert!(output.status.code() == Some(0) && !output.stdout.is_empty() && output.stderr.is_empty(), "{line}");
        let output = Command::new("bash").args(["-c", &format!("{PROGRAM} {line} | true; exit ${{PIPESTATUS[0]}}")]).output();
        assert_eq!(output.unwrap().status.code(), Some(0), "{line}");
    }
    assert_eq!(fubini("").status.code(), Some(2));
}

#[test]
fn a_checkpoint_replaces_a_state_and_nothing_else() {
    let folder = Folder::new("foreign");
    let run = |name: &str| fubini(&format!("hydrogen --checkpoint {}", folder.file(name)));
    let refused = |name: &str, part: &str| {
        let output = run(name);
        let message = words(&output.stderr);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{name}: {message}");
        assert!(message.contains("--checkpoint") && message.contains(part) && message.contains("give "), "{name}: {message}");
    };
    std::fs::write(folder.file("letter"), "dear reader").unwrap();
    refused("letter", "no saved state");
    assert_eq!(std::fs::read(folder.file("letter")).unwrap(), b"dear reader");
    std::fs::create_dir(folder.file("folder")).unwrap();
    refused("folder", "a folder");
    refused("new/", "a folder");
    assert!(run("state").status.success() && run("state").status.success(), "a state is replaced");
    std::fs::write(folder.file("empty"), "").unwrap();
    assert!(run("empty").status.success(), "nothing is lost with an empty file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.file("state"), folder.file("link")).unwrap();
        std::os::unix::fs::symlink(folder.file("nowhere"), folder.file("dangling")).unwrap();
        assert!(Command::new("mkfifo").arg(folder.file("pipe")).status().unwrap().success());
        refused("link", "a symbolic link");
        refused("dangling", "a symbolic link");
        refused("pipe", "a pipe");
        // A device of one's own, which takes rights: the machine's should not depend on this test.
        let device = folder.file("device");
        if Command::new("mknod").args([&device, "c", "1", "3"]).output().is_ok_and(|made| made.status.success()) {
            refused("device", "a device");
            std::fs::remove_file(device).unwrap();
        }
        assert!(std::fs::symlink_metadata(folder.file("link")).unwrap().is_symlink());
        let names = ["dangling", "empty", "folder", "letter", "link", "pipe", "state"];
        assert_eq!(folder.names(), names, "nothing is left beside");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_is_read_from_a_plain_file_alone() {
    // A device without an end was read until all memory was full, and a pipe waited for.
    let folder = Folder::new("devices");
    let pipe = folder.file("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in ["/dev/full", "/dev/zero", &pipe, folder.0.to_str().unwrap()] {
        let line = format!("ulimit -v 4000000; exec timeout 60 {PROGRAM} hydrogen --resume {path}");
        let output = Command::new("bash").args(["-c", &line]).output().unwrap();
        let message = words(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains("plain file"), "{path}: {:?} {message}", output.status);
    }
    // Of what is no state the beginning is enough, however large it is.
    let large = folder.file("large");
    std::fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    let output = shell("ulimit -v 4000000", &format!("hydrogen --resume {large}"), "");
    assert!(output.status.code() == Some(2) && words(&output.stderr).contains("no state"), "{}", words(&output.stderr));
}

#[test]
fn what_a_killed_run_left_beside_its_state_is_removed() {
    let folder = Folder::new("part");
    let state = folder.file("state");
    assert!(fubini(&format!("hydrogen --checkpoint {state}")).status.success());
    std::fs::copy(&state, folder.file("state.4000000000.part")).unwrap();
    std::fs::write(folder.file("state.4000000001.part"), "a chapter").unwrap();
    assert!(fubini(&format!("hydrogen --checkpoint {state}")).status.success());
    assert_eq!(folder.names(), ["state", "state.4000000001.part"]);
}

#[test]
fn a_picture_replaces_a_picture_or_what_it_is_forced_to() {
    let folder = Folder::new("plot");
    for line in [SCAN, OPTIMIZE, COMPARE] {
        let letter = folder.file("letter.svg");
        std::fs::write(&letter, "dear reader").unwrap();
        let output = fubini(&format!("{line} --plot {letter}"));
        let message = words(&output.stderr);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{line}: {message}");
        assert!(message.contains("no picture") && message.contains("--force"), "{line}: {message}");
        assert_eq!(std::fs::read(&letter).unwrap(), b"dear reader");
        for again in ["--force", ""] {
            assert_eq!(fubini(&format!("{line} --plot {letter} {again}")).status.code(), Some(0), "{line}");
            assert!(std::fs::read_to_string(&letter).unwrap().starts_with("<svg"), "{line}");
        }
    }
    assert_eq!(fubini(&format!("{SCAN} --force")).status.code(), Some(2), "there is nothing to force");
    let help = words(&fubini("scan hydrogen --help").stdout);
    assert!(help.contains("--force"), "{help}");
}

#[test]
fn a_name_of_any_length_costs_nothing() {
    let long = format!("x{}", "+x".repeat(40_000));
    let line = ["integrate", &long, "--over", "x=0:1"];
    let run = |more: &[&str]| Command::new(PROGRAM).args([&line, more].concat()).output().unwrap();
    let output = run(&[]);
    let text = words(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
    assert!(text.contains("20000.5") && text.contains('…') && text.len() < 5000, "{} bytes", text.len());
    let document: Value = serde_json::from_slice(&run(&["--json"]).stdout).unwrap();
    assert_eq!(document["integrals"][0]["name"], long.as_str(), "programs get it whole");
    assert!(words(&run(&["--csv"]).stdout).contains(&long));
    let name = "n".repeat(66_000);
    let folder = Folder::new("long");
    let expect = format!("{name}=r");
    for (line, more) in [
        ("hydrogen", &[][..]),
        (SCAN, &["--plot", &folder.file("a.svg")]),
        (OPTIMIZE, &["--plot", &folder.file("b.svg")]),
        ("compare hydrogen --methods cuhre --budgets 1e4", &["--plot", &folder.file("c.svg")]),
    ] {
        let arguments: Vec<&str> = line.split(' ').chain(["--expect", &expect]).chain(more.iter().copied()).collect();
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {}", words(&output.stderr));
        assert!(words(&output.stdout).len() < 20_000 && output.stderr.is_empty(), "{line}");
    }
}

#[test]
fn a_name_that_is_set_twice_is_refused_by_its_name() {
    for (line, option) in [
        ("integrate a*x --over x=0:1 --set a=1 --set a=2", "--set"),
        ("integrate a*x --over x=0:1 --let a=1 --let a=2", "--let"),
        ("atom --psi exp(-a*(r1+r2)) --set a=1.8 --set a=1.9", "--set"),
        ("atom --psi exp(-a*(r1+r2)) --set a=1.8 --set a=1.9 --show", "--set"),
        ("atom --function product --set a=1.8 --set a=1.9", "--set"),
        ("hydrogen --expect a=r --expect a=r^2", "--expect"),
        ("scan hydrogen --vary a=0:1:2 --vary a=0:1:2", "--vary"),
        ("optimize hydrogen --vary a --vary a=1", "--vary"),
        ("helium --knob a=7 --knob a=9", "--knob"),
        ("compare hydrogen --knob a=7 --knob a=9", "--knob"),
    ] {
        let output = fubini(line);
        let message = words(&output.stderr);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{line}: {message}");
        assert!(message.contains(option) && message.contains("a is set twice"), "{line}: {message}");
    }
    for line in ["integrate a*x --over x=0:1 --set a=1 --let a=2", "integrate a*x --over a=0:1 --over a=0:2"] {
        let message = words(&fubini(line).stderr);
        assert!(message.contains("`a` is declared twice") && !message.contains("limit of"), "{line}: {message}");
    }
}

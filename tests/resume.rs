//! Runs of the program that are killed and continued, states that are refused, and disks that are full.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A folder of one's own for every test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fubini-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fubini"));
    command.args(line.split_whitespace());
    command
}

fn fubini(line: &str) -> Output {
    command(line).output().unwrap()
}

/// The JSON document without what may differ: times and threads.
fn result(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut document: Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    for key in ["seconds", "integrand_seconds", "threads"] {
        document.as_object_mut().unwrap().remove(key).unwrap();
    }
    document.to_string()
}

#[test]
fn killed_at_any_moment_and_resumed_gives_the_same_result() {
    let folder = Folder::new("kill");
    let state = folder.file("state");
    for method in ["cuhre", "genz-malik", "vegas", "qmc", "vmc"] {
        // Between a tenth and half of a second of work.
        let line = format!("helium --coordinates spherical --rtol 1e-9 --max-evals 2e6 --json --method {method}");
        let whole = result(&fubini(&line));
        for attempt in 1..=10 {
            _ = std::fs::remove_file(&state);
            let mut child = command(&format!("{line} --checkpoint {state} --every 0")).stdout(Stdio::null()).spawn().unwrap();
            // From the first state on: how soon that is there depends on what else the machine does.
            while !std::fs::exists(&state).unwrap() && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(15 * (attempt - 1)));
            // SIGKILL: nothing can be done at the last moment.
            child.kill().unwrap();
            child.wait().unwrap();
            let resumed = fubini(&format!("{line} --resume {state} --threads {}", 1 + attempt % 2));
            assert_eq!(whole, result(&resumed), "{method}, killed {} ms after the first state", 15 * (attempt - 1));
        }
    }
}

#[test]
fn interrupted_runs_keep_their_state_and_go_on() {
    let folder = Folder::new("interrupt");
    let state = folder.file("state");
    let line = "helium --method vegas --rtol 0 --json";
    let child =
        command(&format!("{line} --max-evals 1e12 --checkpoint {state} --every 1e6")).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let first: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(first["stop"], "cancelled");
    let used = first["evaluations"].as_u64().unwrap();
    let more = fubini(&format!("{line} --max-evals {} --resume {state}", used + used / 4));
    let second: Value = serde_json::from_slice(&more.stdout).unwrap();
    assert!(second["evaluations"].as_u64().unwrap() > used && more.status.code() == Some(1), "{first} {second}");
}

/// Processor time of a process so far, in seconds, and whether it has ended.
#[cfg(target_os = "linux")]
fn processor_time(process: u32) -> (f64, bool) {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // In hundredths of a second, whatever the kernel counts in.
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    (ticks / 100.0, fields[0] == "Z")
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_run_in_the_middle_of_a_step() {
    // A run of vegas over thousands of components heard nothing for 897 s.
    let folder = Folder::new("signal");
    let components: Vec<String> = (0..800).map(|k| format!("x^{k}+y")).collect();
    let mut long = command("integrate --over x=0:1 --over y=0:1 --method vegas --rtol 0 --max-evals 1e12 --json --threads 1");
    let shown = std::fs::File::create(folder.file("shown")).unwrap();
    let mut child = long.args(&components).stdout(shown).spawn().unwrap();
    // Processor time, which does not depend on what else a machine does.
    let begun = Instant::now();
    while processor_time(child.id()).0 < 2.0 {
        assert!(begun.elapsed() < Duration::from_secs(300), "no two seconds of processor time in five minutes");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (before, _) = processor_time(child.id());
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let used = loop {
        let (now, has_ended) = processor_time(child.id());
        if has_ended || now - before > 2.0 {
            break now - before;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    _ = child.kill();
    child.wait().unwrap();
    assert!(used < 2.0, "{used} s");
    let shown = std::fs::read_to_string(folder.file("shown")).unwrap();
    assert!(shown.contains("\"cancelled\""), "{shown}");
}

#[test]
fn states_that_do_not_fit_are_refused_and_left_as_they_are() {
    let folder = Folder::new("refuse");
    let state = folder.file("state");
    assert!(fubini(&format!("helium --checkpoint {state}")).status.success());
    let bytes = std::fs::read(&state).unwrap();
    let torn = folder.file("torn");
    std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    for (line, part) in [
        (format!("helium --beta 0.2 --resume {state}"), "another problem"),
        (format!("helium --method vegas --resume {state}"), "cuhre"),
        (format!("helium --seed 1 --resume {state}"), "another problem"),
        (format!("hydrogen --resume {state}"), "another problem"),
        (format!("helium --resume {torn}"), "torn"),
        (format!("helium --resume {}", folder.file("missing")), "cannot be read"),
        (format!("helium --checkpoint {}", folder.file("no/such/folder")), "cannot be written"),
        (format!("helium --checkpoint {state} --every -1"), "--every"),
    ] {
        let output = fubini(&line);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(output.stdout.is_empty() && message.contains(part), "{line}: {message}");
    }
    assert_eq!(std::fs::read(&state).unwrap(), bytes);
    assert_eq!(result(&fubini(&format!("helium --json --resume {state}"))), result(&fubini("helium --json")));
    let tighter = fubini(&format!("helium --json --rtol 1e-8 --resume {state}"));
    assert!(tighter.status.success());
}

#[test]
fn a_state_says_for_what_it_was_made() {
    // Values at a few points are zero for all of these.
    let folder = Folder::new("label");
    let over: String = "pqrstu".chars().map(|v| format!(" --over {v}=-1:1")).collect();
    let peak = format!("exp(-k*(p*p+q*q+r*r+s*s+t*t+u*u)){over} --max-evals 2e4 --rtol 1e-3 --hint 0,0,0,0,0,0");
    let pairs = [
        (format!("integrate {peak} --set k=1e5"), format!("integrate 7*{peak} --set k=1e5"), "7*exp(-k"),
        (format!("integrate {peak} --set k=1e5"), format!("integrate {peak} --set k=100001"), "k = 100001"),
        (format!("integrate {peak} --let k=1e5"), format!("integrate {peak} --let k=2e5"), "k = 2e5"),
        ("helium --box 3000 --max-evals 3e4".into(), "helium --box 3000 --beta 0.2 --max-evals 3e4".into(), "0.2 r12"),
        (
            "helium --box 3000 --max-evals 3e4 --expect a=r12".into(),
            "helium --box 3000 --max-evals 3e4 --expect a=r12^2".into(),
            "r12^2",
        ),
    ];
    for (k, (first, second, part)) in pairs.iter().enumerate() {
        let state = folder.file(&k.to_string());
        assert!(fubini(&format!("{first} --checkpoint {state}")).status.code() < Some(2), "{first}");
        assert!(fubini(&format!("{first} --resume {state}")).status.code() < Some(2), "{first}");
        let output = fubini(&format!("{second} --resume {state}"));
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(part), "{second}: {message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_the_state_and_not_the_result() {
    // A limit on the size of files is a full disk that needs no rights: no state can be written, the run goes on.
    let folder = Folder::new("full");
    let state = folder.file("state");
    let program = env!("CARGO_BIN_EXE_fubini");
    let script = format!("trap '' XFSZ; ulimit -f 0; exec {program} helium --rtol 1e-8 --json --checkpoint {state} --every 0");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("was not saved") && message.contains("warning"), "{message}");
    assert_eq!(output.status.code(), Some(0), "{message}");
    assert_eq!(result(&output), result(&fubini("helium --rtol 1e-8 --json")));
    assert!(!std::fs::exists(&state).unwrap() && std::fs::read_dir(&folder.0).unwrap().count() == 0);
}

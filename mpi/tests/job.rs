//! The program on the ranks of a job: it prints what one process prints, whatever their number; what happens to one of them ends all,
//! in time; and what was saved goes on with another number of ranks to the same bits. Where there is no `mpirun` all say so, and pass.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Moments at which a rank is killed; with `FUBINI_MPI_LONG` set there are more, and more numbers of ranks and threads.
const KILLS: [u64; 2] = [3, 20];
/// Time in which a job must have ended when a rank was killed.
const SOON: Duration = Duration::from_secs(5);

const METHODS: [&str; 9] = ["auto", "cuhre", "genz-malik", "product", "vegas", "miser", "qmc", "mixture", "train"];
const INTEGRAL: [&str; 6] =
    ["integrate", "exp(-3*abs(x-0.3)-y*z)", "1/(0.1+(x-0.6)^2+y^2)", "--over=x=0:1", "--over=y=0:1", "--over=z=0:1"];
/// The same for seconds.
const LONG: [&str; 4] = ["--method=vegas", "--rtol=0", "--json", "--max-evals=4e7"];

/// `fubini-mpi` with these words on so many ranks.
fn job(ranks: usize, words: &[&str]) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["-n", &ranks.to_string()]).arg(env!("CARGO_BIN_EXE_fubini-mpi")).args(words);
    // Of Open MPI, for the superuser of a container with fewer cores than ranks; others do not know them.
    let variables = ["ALLOW_RUN_AS_ROOT", "ALLOW_RUN_AS_ROOT_CONFIRM", "MCA_rmaps_base_oversubscribe"];
    variables.iter().for_each(|name| _ = command.env(format!("OMPI_{name}"), "1"));
    command.env("OMPI_MCA_hwloc_base_binding_policy", "none");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether minutes may be spent.
fn is_long() -> bool {
    std::env::var_os("FUBINI_MPI_LONG").is_some()
}

/// Whether there is an MPI to test with.
fn is_there() -> bool {
    let found = job(2, &["methods"]).output().is_ok_and(|told| told.status.success());
    if !found {
        eprintln!("fubini-mpi was NOT tested: it needs mpirun and mpicc (Debian: apt install libopenmpi-dev openmpi-bin)");
    }
    found
}

/// The one document of a job, without times.
fn document(told: &Output) -> Value {
    let text = String::from_utf8_lossy(&told.stdout);
    let said = String::from_utf8_lossy(&told.stderr);
    let mut document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\n{said}"));
    forget(&mut document);
    document
}

/// Drops what may differ: times, and the threads of a rank.
fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            ["seconds", "integrand_seconds", "threads"].iter().for_each(|name| _ = fields.remove(*name));
            fields.values_mut().for_each(forget);
        }
        Value::Array(values) => values.iter_mut().for_each(forget),
        _ => {}
    }
}

fn run(ranks: usize, words: &[&str]) -> Value {
    document(&job(ranks, words).output().unwrap())
}

#[test]
fn ranks_and_threads_change_nothing_that_is_printed() {
    if !is_there() {
        return;
    }
    let mut requests: Vec<Vec<&str>> =
        METHODS.iter().map(|m| [&INTEGRAL, &["--max-evals=100000", "--method", m][..]].concat()).collect();
    requests.push(vec!["helium", "--rtol=1e-4"]);
    requests.push(vec!["helium", "--method=vmc", "--max-evals=1e6", "--rtol=1e-3"]);
    requests.push(vec!["scan", "hydrogen", "--vary=beta=0:0.2:3"]);
    requests.push(vec!["scan", "integrate", "x^k", "--over=x=0:1", "--vary=k=1:3:3"]);
    requests.push(vec!["optimize", "hydrogen", "--vary=beta"]);
    requests.push(vec!["compare", "hydrogen", "--methods=cuhre,vegas", "--budgets=1e4,1e5"]);
    for request in requests {
        let with = |threads| [&request[..], &["--json", "--threads", threads]].concat();
        // Without mpirun it is a job of one rank.
        let alone = Command::new(env!("CARGO_BIN_EXE_fubini-mpi")).args(with("1")).output().unwrap();
        let others = [(1, "1"), (2, "2"), (3, "1"), (5, "2")].into_iter().filter(|_| is_long());
        for (ranks, threads) in [(1, "2"), (2, "1"), (3, "2"), (5, "1")].into_iter().chain(others) {
            assert_eq!(document(&alone), run(ranks, &with(threads)), "{request:?}: {ranks} ranks of {threads} threads");
        }
    }
}

#[test]
fn what_cannot_be_done_is_said_once_and_ends_the_job() {
    if !is_there() {
        return;
    }
    for (request, said) in [
        (vec!["integrate", "x +", "--over=x=0:1"], "x +"),
        ([&INTEGRAL[..], &["--checkpoint=/nowhere/state"]].concat(), "--checkpoint /nowhere/state"),
        ([&INTEGRAL[..], &["--resume=/nowhere/state"]].concat(), "--resume /nowhere/state"),
    ] {
        let told = job(3, &request).output().unwrap();
        let errors = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.code() == Some(2) && told.stdout.is_empty(), "{request:?}: {errors}");
        assert_eq!(errors.matches("error: ").count(), 1, "{request:?}: {errors}");
        assert!(errors.contains(said), "{request:?}: {errors}");
    }
}

/// A job that takes seconds and saves its state.
fn long(ranks: usize, state: &Path, every: &str, more: &[&str]) -> Command {
    let state = format!("--checkpoint={}", state.display());
    job(ranks, &[&INTEGRAL, &LONG[..], &["--every", every, &state], more].concat())
}

/// What such a job comes to if nothing happens to it.
fn whole() -> Value {
    run(2, &[&INTEGRAL, &LONG[..]].concat())
}

/// A place for a state.
fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_file(&place);
    place
}

/// What a state goes on to.
fn rest(ranks: usize, state: &Path) -> Value {
    let resume = format!("--resume={}", state.display());
    run(ranks, &[&INTEGRAL, &LONG[..], &[&resume]].concat())
}

/// Waits until a state has been saved.
fn wait_for(state: &Path) {
    let start = Instant::now();
    while !state.exists() && start.elapsed() < Duration::from_secs(30) {
        sleep(Duration::from_millis(5));
    }
}

/// The processes of the ranks that a job has started.
fn ranks_of(job: &Child) -> Vec<String> {
    let found = Command::new("pgrep").args(["-P", &job.id().to_string(), "fubini-mpi"]).output().unwrap();
    String::from_utf8_lossy(&found.stdout).split_whitespace().map(String::from).collect()
}

fn signal(name: &str, process: &str) {
    _ = Command::new("kill").args([name, process]).status();
}

/// Waits until a job has ended; how long that took.
fn wait(mut job: Child) -> (Duration, Output) {
    let start = Instant::now();
    while job.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            signal("-KILL", &job.id().to_string());
            panic!("the job hangs");
        }
        sleep(Duration::from_millis(20));
    }
    (start.elapsed(), job.wait_with_output().unwrap())
}

#[test]
fn a_rank_that_is_killed_ends_the_job_and_its_last_state_goes_on() {
    if !is_there() || Command::new("pgrep").arg("--version").output().is_err() {
        return;
    }
    let kills = KILLS[usize::from(is_long())];
    let (whole, state) = (whole(), place("killed.state"));
    let (mut killed, mut resumed, mut slowest) = (0, 0, Duration::ZERO);
    for k in 0..kills {
        _ = std::fs::remove_file(&state);
        let ranks = 2 + k as usize % 2;
        let job = long(ranks, &state, "0", &[]).spawn().unwrap();
        // Moments without a pattern, from the start on or once there is a state.
        if k % 2 == 0 {
            wait_for(&state);
        }
        sleep(Duration::from_millis(k.wrapping_mul(0x9e37_79b9_7f4a_7c15) % [400, 1500][k as usize % 2]));
        let victims = ranks_of(&job);
        victims.get(k as usize / 2 % ranks).into_iter().for_each(|victim| signal("-KILL", victim));
        let (time, told) = wait(job);
        if told.status.success() || document_is_whole(&told) {
            continue;
        }
        killed += 1;
        slowest = slowest.max(time);
        assert!(time < SOON, "{time:?}: {told:?}");
        if state.exists() {
            resumed += 1;
            assert_eq!(whole, rest(5 - ranks, &state), "killed at moment {k}");
        }
    }
    eprintln!("{killed} of {kills} jobs were killed, the slowest took {slowest:?} to end; {resumed} had a state and went on");
    assert!(killed > kills / 3 && resumed > 0, "{killed} of {kills} jobs were killed in time");
}

/// Whether a job had printed its result before anything happened to it.
fn document_is_whole(told: &Output) -> bool {
    serde_json::from_slice::<Value>(&told.stdout).is_ok()
}

#[test]
fn a_signal_to_one_rank_or_to_the_launcher_saves_and_ends_all() {
    if !is_there() || Command::new("pgrep").arg("--version").output().is_err() {
        return;
    }
    let (whole, state) = (whole(), place("signal.state"));
    for (name, to_launcher) in [("-TERM", false), ("-INT", false), ("-TERM", true), ("-INT", true)] {
        _ = std::fs::remove_file(&state);
        let job = long(2, &state, "0", &[]).spawn().unwrap();
        wait_for(&state);
        sleep(Duration::from_millis(100));
        match ranks_of(&job).last() {
            Some(rank) if !to_launcher => signal(name, rank),
            _ => signal(name, &job.id().to_string()),
        }
        let (time, told) = wait(job);
        assert!(time < SOON && !told.status.success(), "{name} {time:?} {told:?}");
        if !to_launcher {
            assert_eq!(document(&told)["stop"], "cancelled", "{told:?}");
        }
        assert_eq!(whole, rest(3, &state), "{name}, launcher: {to_launcher}");
    }
}

//! Any words as a command line: refused with a message, or a request whose run ends within a small budget.

#![no_main]

use cli::{Action, Request};
use libfuzzer_sys::fuzz_target;
use std::ffi::OsString;
use std::ops::ControlFlow;

// The program's own reading of its words, without what prints.
#[path = "../../src/cli/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod cli;
#[path = "../../src/seat.rs"]
#[allow(dead_code, unreachable_pub)]
mod seat;

/// What the reading of words says and asks of the printing.
mod output {
    pub(crate) fn note(_: &str) {}

    pub(crate) fn warning(_: &str) {}

    pub(crate) fn grouped(n: u64) -> String {
        n.to_string()
    }

    pub(crate) fn is_picture(_: &std::path::Path) -> bool {
        false
    }
}

/// Points that a run may take.
const BUDGET: u64 = 3_000;

/// Options that name files.
const FILES: [&str; 8] = ["--checkpoint", "--resume", "--plot", "--samples", "--save-map", "--load-map", "--profile", "--file"];

/// What bytes beyond ASCII stand for, and after them the controls, so that words that mean something are found soon.
const WORDS: &str = "\
helium hydrogen atom molecule repulsion integrate scan optimize compare methods completions man \
--alpha --beta --charge --psi --function --list --electrons --show --over --region --break --ratio --set --let --expect \
--variance --vary --max-runs --methods --budgets --exact --method --knob --map --coordinates --box --rtol --atol --target \
--max-evals --max-memory --error-level --seed --hint --threads --every --json --csv --verbose --quiet --no-progress \
--no-analysis --histogram --potential --repulsion --mass --radius --terms --linear --levels --spin --bond --zeta --charges \
cuhre genz-malik product train mixture miser qmc vegas vmc h2 h2+ heh+ h=x:0:1:5 1;r12 hylleraas:3 k*r^2/2 (radius-r)*exp(-r) degree=7 degree=11 walkers=128 on off auto ratio each fast guarded \
triangle perimetric body spherical cartesian x=0:1 y=0:x z=-inf:inf y=x^2 x=0.5 ball:x,y simplex:x,y,z=2 a=1.5 beta=0.1:0.2:3 \
beta alpha x*y exp(-r1-r2) exp(-a*r) -x r12=r12 r=r 1 0 2 1e-3 1e6 inf nan 0.5,0.5 hylleraas-6 bash --help --version -- \
transition --from --to --moment --from-function --to-function lithium helium-2-1p doublet quartet triplet exponential:3 \
z1+z2 exp(-r1-r2-r3) 3";

/// The words of a text: a line each.
fn words(bytes: &[u8]) -> Vec<OsString> {
    let known: Vec<&str> = WORDS.split(' ').collect();
    let line = |line: &[u8]| {
        let spelled = line.iter().flat_map(|&byte| match byte {
            b' '..128 => vec![char::from(byte)],
            // Modulo 256, so that the controls follow the bytes beyond ASCII.
            _ => known[usize::from(byte.wrapping_sub(128)) % known.len()].chars().collect(),
        });
        OsString::from(spelled.collect::<String>())
    };
    [OsString::from("fubini")].into_iter().chain(bytes.split(|&byte| byte == b'\n').map(line)).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let words = words(bytes);
    // What reads and writes files is tried with files, in the tests.
    let of_files = |word: &OsString| FILES.iter().any(|o| word.to_string_lossy().starts_with(o));
    if words.iter().any(of_files) {
        return;
    }
    match Request::parse(words.into_iter()) {
        Err(said) => assert!(!said.to_string().is_empty()),
        Ok(Err(refused)) => assert!(!refused.to_string().is_empty()),
        Ok(Ok(Request { action: Action::Integrate(mut job), .. })) => {
            job.options.max_evals = job.options.max_evals.min(BUDGET);
            job.options.max_memory = job.options.max_memory.min(100_000_000);
            job.options.threads = Some(1);
            let (f, coordinates) = (job.problem.integrand.as_ref(), job.problem.coordinates.as_ref());
            match job.integrator.integrate_watched(f, coordinates, &job.options, &mut |_| ControlFlow::Continue(())) {
                Ok(report) => assert!(report.evaluations <= BUDGET, "{report:?}"),
                Err(error) => assert!(!cli::Failure::from(error).to_string().is_empty()),
            }
        }
        Ok(Ok(_)) => {}
    }
});

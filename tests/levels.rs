//! Results on every instruction set of this CPU: the same bits whenever it is the same, the same numbers within their errors where
//! it is not.

use serde_json::Value;
use std::process::Command;

/// Requests of all methods: hand-written and compiled integrands, bounded and infinite domains.
const REQUESTS: [&str; 8] = [
    "helium --rtol 1e-8",
    "helium --coordinates spherical --method genz-malik --rtol 1e-3",
    "helium --coordinates spherical --method vmc --max-evals 2e5",
    "hydrogen --method vegas --rtol 1e-3",
    "molecule h2 --method qmc --rtol 1e-3",
    "integrate exp(-x*y)*sin(3*x)/(1+y^2) --over x=0:inf --over y=0:1 --rtol 1e-9",
    "integrate exp(-9*(x-0.3)^2-y^2)*cos(z) --over x=-inf:inf --over y=-1:1 --over z=0:2 --method vegas --rtol 1e-4",
    "integrate sqrt(abs(x-y))*log(1+x) --over x=0:1 --over y=0:1 --method qmc --rtol 1e-4",
];

/// The numbers of a run at a level: values with their errors, and all bits as text.
fn run(request: &str, level: &str) -> (Vec<(f64, f64)>, String) {
    let words = request.split_whitespace().chain(["--json"]);
    let output = Command::new(env!("CARGO_BIN_EXE_fubini")).args(words).env("FUBINI_SIMD", level).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{request}: {e} {message}"));
    for key in ["seconds", "integrand_seconds", "threads"] {
        document.as_object_mut().unwrap().remove(key).unwrap();
    }
    let number = |e: &Value| Some((e["value"].as_f64()?, e["error"].as_f64()?));
    let found = document["integrals"].as_array().unwrap().iter().chain([&document["ratio"]]).filter_map(number).collect();
    (found, document.to_string())
}

#[test]
fn an_instruction_set_gives_the_same_bits_on_any_number_of_threads_and_all_give_the_same_numbers() {
    for request in REQUESTS {
        let (best, _) = run(request, "best");
        for level in ["avx2", "portable"] {
            let (found, bits) = run(&format!("{request} --threads 1"), level);
            assert_eq!(bits, run(&format!("{request} --threads 3"), level).1, "{request} with {level}");
            assert_eq!(best.len(), found.len(), "{request}");
            for ((a, b), (c, d)) in best.iter().zip(found) {
                assert!((a - c).abs() <= 4.0 * (b + d), "{request} with {level}: {a} ± {b}, {c} ± {d}");
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_level_is_what_the_environment_asks_for_and_a_state_tells_it() {
    if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("fma") {
        return;
    }
    // Otherwise the test above would compare a level with itself.
    assert!(REQUESTS.iter().any(|request| run(request, "avx2").1 != run(request, "portable").1));
    let state = std::env::temp_dir().join(format!("fubini-level-{}", std::process::id()));
    let path = state.to_str().unwrap();
    run(&format!("helium --checkpoint {path}"), "avx2");
    let output =
        Command::new(env!("CARGO_BIN_EXE_fubini")).args(["helium", "--resume", path]).env("FUBINI_SIMD", "portable").output();
    std::fs::remove_file(&state).unwrap();
    let output = output.unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && message.contains("the instruction set was avx2"), "{message}");
}

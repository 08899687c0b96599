//! Compiles the page of C between us and MPI by the compiler of the MPI that is installed; where there is none, all is built without.

use std::env::{self, var};
use std::path::PathBuf;
use std::process::Command;

/// What calls MPI.
const SOURCE: &str = "src/link.c";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_mpi)");
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-env-changed=MPICC");
    println!("cargo::rerun-if-env-changed=PATH");
    let compiler = var("MPICC").unwrap_or_else(|_| "mpicc".to_string());
    // Open MPI and MPICH alike say what they would call.
    let shown = Command::new(&compiler).arg("-show").output().ok().filter(|shown| shown.status.success());
    let Some(words) = shown.and_then(|shown| String::from_utf8(shown.stdout).ok()) else {
        println!("cargo::warning={compiler} was not found: fubini-mpi is built without MPI and can only say so");
        // A file that is never there: looked for again whenever something is built.
        println!("cargo::rerun-if-changed=no-mpi-was-found");
        return;
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo gives a folder"));
    let (object, library) = (out.join("link.o"), out.join("libfubini_link.a"));
    let run = |command: &mut Command| {
        let ran = command.status().is_ok_and(|status| status.success());
        assert!(ran, "{command:?} failed: is the MPI of {compiler} whole?");
    };
    run(Command::new(&compiler).args(["-O2", "-fPIC", "-Wall", "-Wextra", "-c", SOURCE, "-o"]).arg(&object));
    run(Command::new("ar").arg("crs").arg(&library).arg(&object));
    println!("cargo::rustc-link-search=native={}", out.display());
    println!("cargo::rustc-link-lib=static=fubini_link");
    for word in words.split_whitespace() {
        if let Some(folder) = word.strip_prefix("-L") {
            println!("cargo::rustc-link-search=native={folder}");
        } else if let Some(name) = word.strip_prefix("-l") {
            println!("cargo::rustc-link-lib={name}");
        } else if word.starts_with("-Wl,") {
            println!("cargo::rustc-link-arg={word}");
        }
    }
    println!("cargo::rustc-cfg=has_mpi");
}

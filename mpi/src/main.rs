//! The program `fubini-mpi`: `fubini` on all ranks of an MPI job.

use std::process::ExitCode;

fn main() -> ExitCode {
    fubini_mpi::run(|team| fubini::program::main(Some(team))).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

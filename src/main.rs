//! The program `fubini`: all of it stands in [`fubini::program`].

use std::process::ExitCode;

fn main() -> ExitCode {
    fubini::program::main(None)
}

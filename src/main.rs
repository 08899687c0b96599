//! The program: words become a job, the job is run, its result is printed.

mod cli;
mod output;
mod progress;

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            output::error(&error);
            ExitCode::from(2)
        }
    }
}

/// Does what was asked; the exit status is 0 where the tolerance was met and 1 where it was not.
fn run() -> Result<u8, cli::Failure> {
    let cli::Request { action, format, watch } = cli::Request::parse()?;
    match action {
        cli::Action::Methods => output::methods(format),
        cli::Action::Show(energy) => output::energy(&energy),
        cli::Action::Integrate(job) => {
            let report = job.run(&mut progress::Progress::new(watch, &job)?)?;
            output::report(format, &job, &report)?;
            Ok(u8::from(!report.converged()))
        }
    }
}

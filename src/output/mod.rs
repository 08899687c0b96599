//! Results as text, JSON and CSV.

mod json;
mod number;
mod table;
mod text;

pub(crate) use number::{digits, grouped};

use crate::cli::{Failure, Format, Job};
use fubini::algorithms::Report;
use fubini::expressions::Energy;
use std::io::{ErrorKind, Write};

/// Prints a result as one document on standard output.
pub(crate) fn report(format: Format, job: &Job, report: &Report) -> Result<(), Failure> {
    let document = match format {
        Format::Text => text::report(job, report),
        Format::Json => json::report(job, report),
        Format::Csv => table::report(job, report)?,
    };
    print(&document)
}

/// Lists the integrators.
pub(crate) fn methods(format: Format) -> Result<u8, Failure> {
    print(&if format == Format::Json { json::methods() } else { text::methods() })?;
    Ok(0)
}

/// Prints a trial function, its local energy and what their compilation comes to.
pub(crate) fn energy(energy: &Energy) -> Result<u8, Failure> {
    print(&text::energy(energy))?;
    Ok(0)
}

/// Says on standard error why there is no result.
pub(crate) fn error(failure: &Failure) {
    let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    // Where even standard error is closed there is nobody left to tell.
    _ = writeln!(anstream::stderr(), "{red}error{red:#}: {failure}");
}

/// Writes to standard output; a reader who has gone away, as `head` does, is no failure.
fn print(document: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    match out.write_all(document.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

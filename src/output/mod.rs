//! Results as text, JSON and CSV.

mod catalogue;
mod json;
mod number;
mod plot;
mod series;
mod table;
mod text;
mod verdict;

pub(crate) use number::{digits, grouped};
pub(crate) use plot::is_picture;

use crate::cli::{CompareJob, Failure, Format, Job, OptimizeJob, ScanJob};
use crate::trend::Trend;
use fubini::algorithms::Report;
use fubini::atoms::catalogue::Entry;
use fubini::compare::Comparison;
use fubini::expressions::Energy;
use fubini::variation::{Optimum, Point};
use std::io::{ErrorKind, IsTerminal, Write};

/// Prints a result as one document on standard output.
pub(crate) fn report(format: Format, job: &Job, report: &Report, trend: &Trend) -> Result<(), Failure> {
    let outcome = job.outcome(report);
    let document = match format {
        Format::Text => text::report(outcome, trend),
        Format::Json => json::report(outcome),
        Format::Csv => table::report(outcome)?,
    };
    print(&document)
}

/// Prints the points of a scan, and draws them where that was asked for.
pub(crate) fn scan(format: Format, job: &ScanJob, points: &[Point]) -> Result<(), Failure> {
    if let Some(path) = &job.plot {
        plot::save(path, &series::scan_picture(job, points))?;
    }
    print(&match format {
        Format::Text => series::scan(job, points, std::io::stdout().is_terminal()),
        Format::Json => json::scan(job, points),
        Format::Csv => table::scan(job, points)?,
    })
}

/// Prints the minimum and the way to it, and draws them where that was asked for.
pub(crate) fn optimum(format: Format, job: &OptimizeJob, best: &Optimum) -> Result<(), Failure> {
    if let Some(path) = &job.plot {
        plot::save(path, &series::optimize_picture(best))?;
    }
    print(&match format {
        Format::Text => series::optimize(job, best),
        Format::Json => json::optimize(job, best),
        Format::Csv => table::optimize(job, best)?,
    })
}

/// Prints a comparison, and draws it where that was asked for.
pub(crate) fn comparison(format: Format, job: &CompareJob, comparison: &Comparison) -> Result<(), Failure> {
    if let Some(path) = &job.plot {
        plot::save(path, &series::compare_picture(job, comparison))?;
    }
    print(&match format {
        Format::Text => series::compare(job, comparison),
        Format::Json => json::compare(job, comparison),
        Format::Csv => table::compare(job, comparison)?,
    })
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

/// Lists trial functions.
pub(crate) fn catalogue(format: Format, entries: &[Entry], verbose: bool) -> Result<u8, Failure> {
    print(&if format == Format::Json { catalogue::json(entries) } else { catalogue::text(entries, verbose) })?;
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

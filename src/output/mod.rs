//! Results as text, JSON and CSV.

mod catalogue;
mod convergence;
mod histogram;
mod json;
mod limit;
mod map;
mod name;
mod number;
mod pictures;
mod plot;
mod plot_map;
mod profile;
mod salvage;
mod series;
mod table;
mod text;
mod verdict;

pub(crate) use name::short;
pub(crate) use number::{digits, grouped};
pub(crate) use plot::is_picture;

use crate::cli::{CompareJob, Failure, Format, Job, OptimizeJob, Plot, ScanJob};
use crate::progress::Progress;
use crate::seat;
use fubini::algorithms::{Options, Report};
use fubini::atoms::catalogue::Entry;
use fubini::compare::Comparison;
use fubini::expressions::Energy;
use fubini::replace;
use fubini::variation::{Optimum, Point, Refused};
use plot::Panel;
use std::io::{ErrorKind, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Prints a result as one document on standard output, and draws how it came about where that was asked for.
pub(crate) fn report(format: Format, job: &Job, report: &Report, progress: &Progress) -> Result<(), Failure> {
    let (outcome, trend, history) = (job.outcome(report), progress.trend(), progress.history());
    let document = salvage::document(
        || match format {
            Format::Text => Ok(text::report(outcome, trend)),
            Format::Json => Ok(json::report(outcome)),
            Format::Csv => table::report(outcome),
        },
        || json::report(outcome),
        report,
    );
    show(&document, job.plot.as_ref(), || {
        let charts = convergence::charts(job, report, history).map(Panel::Chart);
        charts.into_iter().chain(map::map(job, report, history).map(Panel::Map)).collect()
    })
}

/// Prints the points of a scan, and draws them where that was asked for.
pub(crate) fn scan(format: Format, job: &ScanJob, points: &[Point], refused: &[Refused]) -> Result<(), Failure> {
    let document = salvage::document(
        || match format {
            Format::Text => Ok(series::scan(job, points, refused, std::io::stdout().is_terminal())),
            Format::Json => Ok(json::scan(job, points, refused)),
            Format::Csv => table::scan(job, points),
        },
        || json::scan(job, points, refused),
        &points,
    );
    show(&document, job.plot.as_ref(), || vec![Panel::Chart(pictures::scan(job, points))])
}

/// Prints the minimum and the way to it, and draws them where that was asked for.
pub(crate) fn optimum(format: Format, job: &OptimizeJob, best: &Optimum) -> Result<(), Failure> {
    let document = salvage::document(
        || match format {
            Format::Text => Ok(series::optimize(job, best)),
            Format::Json => Ok(json::optimize(job, best)),
            Format::Csv => table::optimize(job, best),
        },
        || json::optimize(job, best),
        &best.path,
    );
    show(&document, job.plot.as_ref(), || vec![Panel::Chart(pictures::optimize(best))])
}

/// Prints a comparison, and draws it where that was asked for.
pub(crate) fn comparison(format: Format, job: &CompareJob, comparison: &Comparison) -> Result<(), Failure> {
    let document = salvage::document(
        || match format {
            Format::Text => Ok(series::compare(job, comparison)),
            Format::Json => Ok(json::compare(job, comparison)),
            Format::Csv => table::compare(job, comparison),
        },
        || json::compare(job, comparison),
        &comparison.rows,
    );
    show(&document, job.plot.as_ref(), || vec![Panel::Chart(pictures::compare(job, comparison))])
}

/// Prints a document, then draws its picture: whatever becomes of that, the result is there.
fn show(document: &str, plot: Option<&Plot>, panels: impl FnOnce() -> Vec<Panel>) -> Result<(), Failure> {
    let printed = print(document);
    if let Some(plot) = plot {
        let drawn = catch_unwind(AssertUnwindSafe(|| plot::save(plot, &panels())));
        match drawn.unwrap_or_else(|_| Err(Failure::words("it cannot be drawn"))) {
            Ok(()) => {}
            Err(why) => warning(&format!("--plot {}: {why}", plot.path.display())),
        }
    }
    printed
}

/// Lists the integrators.
pub(crate) fn methods(format: Format) -> Result<u8, Failure> {
    print(&if format == Format::Json { json::methods() } else { text::methods() })?;
    Ok(0)
}

/// Prints a page as it is, without colours.
pub(crate) fn page(text: &[u8]) -> Result<u8, Failure> {
    print(&String::from_utf8_lossy(text))?;
    Ok(0)
}

/// Prints a trial function, its local energy and what their compilation comes to.
pub(crate) fn energy(energy: &Energy) -> Result<u8, Failure> {
    print(&text::energy(energy))?;
    Ok(0)
}

/// Lists trial functions.
pub(crate) fn catalogue(format: Format, entries: &[Entry], verbose: bool) -> Result<u8, Failure> {
    print(&match format {
        Format::Json => catalogue::json(entries),
        Format::Csv => table::catalogue(entries)?,
        Format::Text => catalogue::text(entries, verbose),
    })?;
    Ok(0)
}

/// Says on standard error why there is no result.
pub(crate) fn error(failure: &Failure) {
    let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    note(&format!("{red}error{red:#}: {failure}"));
}

/// Where the time of runs with these options went, rank by rank, if that was asked for. All ranks ask, before one of them can fail to
/// write anything.
pub(crate) fn times(options: &Options) -> Vec<profile::Threads> {
    let told = options.profile.iter().flat_map(|own| seat::gather(profile::pack(own)));
    told.map(|bytes| profile::unpack(&bytes)).collect()
}

/// Says where the time of all ranks went, and writes it into a file, where that was asked for.
pub(crate) fn profile(path: Option<&Path>, ranks: &[profile::Threads]) {
    let Some(path) = path.filter(|_| seat::is_first()) else { return };
    note(&profile::table(ranks));
    if let Err(error) = replace::write(path, profile::folded(ranks).as_bytes(), replace::Kind::Profile) {
        warning(&format!("--profile {}: {error}", path.display()));
    }
}

/// Says on standard error what was not done beside the result, which is none the worse for it.
pub(crate) fn warning(message: &str) {
    let yellow = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Yellow.into()));
    note(&format!("{yellow}warning{yellow:#}: {message}"));
}

/// Writes a line to standard error. Where even that is closed or full there is nobody left to tell.
pub(crate) fn note(line: &str) {
    if seat::is_first() {
        _ = writeln!(anstream::stderr(), "{line}");
    }
}

/// Prints what clap says of the words: help on standard output, or what is wrong with them on standard error.
pub(crate) fn usage(said: &clap::Error) -> Result<u8, Failure> {
    if !seat::is_first() {
        return Ok(0);
    }
    let written = said.print().and_then(|()| std::io::stdout().flush());
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe && !said.use_stderr() => Err(e.into()),
        _ => Ok(u8::try_from(said.exit_code()).unwrap_or(2)),
    }
}

/// Writes to standard output; a reader who has gone away, as `head` does, is no failure.
fn print(document: &str) -> Result<(), Failure> {
    if !seat::is_first() {
        return Ok(());
    }
    let mut out = anstream::stdout();
    match out.write_all(document.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

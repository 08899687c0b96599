//! A result for people.

use super::number::{digits, grouped, rate, seconds};
use crate::cli::{Outcome, target_names};
use anstyle::{AnsiColor, Style};
use fubini::Problem;
use fubini::algorithms::{Detail, Estimate, Report, Stop, Suspect};
use fubini::methods::METHODS;
use std::fmt::Write;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
pub(super) const CAREFUL: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

pub(super) fn report(outcome: Outcome<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    _ = write_report(&mut out, outcome);
    out
}

fn write_report(out: &mut String, outcome: Outcome<'_>) -> std::fmt::Result {
    let Outcome { problem, method, report, .. } = outcome;
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", problem.name, problem.formula)?;
    writeln!(
        out,
        "{DIM}{} in {} coordinates, {}{}{DIM:#}\n",
        method,
        problem.coordinates.name(),
        dimensions(problem),
        detail(report),
    )?;
    let sum = problem.constant.as_ref().map(|c| &c.name);
    let names = problem.integrals.iter().chain(&problem.ratio).chain(sum).map(String::as_str);
    let names = names.chain(problem.observables.iter().map(|o| o.name.as_str()));
    let width = names.chain(problem.references.iter().map(|r| r.name.as_str())).map(|n| n.chars().count()).max().unwrap_or(0);
    for (name, e) in problem.integrals.iter().zip(&report.integrals) {
        let known = if e.value.is_nan() { "not known: walks find the ratio only".to_string() } else { digits(e.value, e.error) };
        writeln!(out, "  {name:width$}  {known}")?;
    }
    if let (Some(name), Some(e)) = (&problem.ratio, report.ratio()) {
        writeln!(out, "  {BOLD}{name:width$}  {}{BOLD:#}", digits(e.value, e.error))?;
    }
    if let (Some(sum), Some(e)) = (&problem.constant, report.ratio()) {
        writeln!(out, "  {BOLD}{:width$}  {}{BOLD:#}", sum.name, digits(e.value + sum.value, e.error))?;
    }
    for (observable, e) in problem.observables.iter().zip(problem.observed(report)) {
        writeln!(out, "  {:width$}  {}", observable.name, digits(e.value, e.error))?;
    }
    let result = report.ratio().or(report.integrals.first().copied()).unwrap_or_default();
    for (i, reference) in problem.references.iter().enumerate() {
        let blank = if i == 0 { "\n" } else { "" };
        writeln!(
            out,
            "{blank}  {:width$}  {:.12}  {DIM}{}{DIM:#}",
            reference.name,
            reference.value,
            distance(reference, result)
        )?;
    }
    let share = if report.seconds > 0.0 { report.integrand_seconds / report.seconds } else { 0.0 };
    let per_second = if report.seconds > 0.0 { report.evaluations as f64 / report.seconds } else { 0.0 };
    writeln!(
        out,
        "\n{} evaluations in {} ({}, {:.0} % of the time in the integrand), {} thread{}",
        grouped(report.evaluations),
        seconds(report.seconds),
        rate(per_second),
        100.0 * share,
        report.threads,
        if report.threads == 1 { "" } else { "s" },
    )?;
    if report.non_finite > 0 {
        writeln!(out, "{} points at which the integrand is not finite were counted as zero", grouped(report.non_finite))?;
    }
    end(out, outcome)
}

/// How many dimensions there are, and how many of them were no work.
pub(super) fn dimensions(problem: &Problem) -> String {
    match (problem.dimension(), problem.analytic()) {
        (all, 0) => format!("{all} dimensions"),
        (all, analytic) => format!("{all} dimensions of which {analytic} analytically"),
    }
}

/// How far the result is from a known value.
fn distance(reference: &fubini::Reference, result: Estimate) -> String {
    let off = result.value - reference.value;
    if reference.exact {
        format!("off by {off:.1e}, {:.2} of the stated error", (off / result.error).abs())
    } else {
        format!("{:.5} {}", off.abs(), if off >= 0.0 { "below the result" } else { "above the result" })
    }
}

fn detail(report: &Report) -> String {
    match &report.detail {
        Detail::Regions { regions, degree, .. } => format!(", rule of degree {degree}, {} regions", grouped(*regions)),
        Detail::Iterations { iterations, chi2_per_dof, .. } => {
            format!(", {iterations} iterations, χ²/dof {chi2_per_dof:.2}")
        }
        Detail::Replicates { replicates, points_per_replicate, map, .. } => {
            let map = if *map { ", importance map" } else { "" };
            format!(", {replicates} replicates of {} points{map}", grouped(*points_per_replicate))
        }
        Detail::Walks { walkers, steps, acceptance, autocorrelation, .. } => format!(
            ", {} walkers of {} steps, {:.0} % accepted, autocorrelation {autocorrelation:.1}",
            grouped(*walkers as u64),
            grouped(*steps),
            100.0 * acceptance
        ),
        _ => String::new(),
    }
}

/// The last lines: whether to believe it, and what to do if not.
fn end(out: &mut String, outcome: Outcome<'_>) -> std::fmt::Result {
    let Outcome { problem, options, report, .. } = outcome;
    let names = target_names(problem, options).into_iter();
    let quantities: Vec<(&str, Estimate)> = match options.target {
        fubini::algorithms::Target::Ratio => names.zip(report.ratios.iter().copied()).collect(),
        _ => names.zip(report.integrals.iter().copied()).collect(),
    };
    let ratio = |e: &Estimate| e.error / options.tolerance(e.value);
    let worst = quantities.iter().max_by(|a, b| ratio(&a.1).total_cmp(&ratio(&b.1)));
    let Some((name, e)) = worst else { return Ok(()) };
    let kind = match &report.detail {
        Detail::Iterations { .. } | Detail::Replicates { .. } | Detail::Walks { .. } => "one standard deviation",
        _ => "heuristic bound",
    };
    let tolerance = options.tolerance(e.value);
    let relation = format!("error of the {name} {:.1e} ({kind}), tolerance {tolerance:.1e}", e.error);
    if let Some(suspect) = report.suspect {
        writeln!(out, "{CAREFUL}suspect{CAREFUL:#}: {}", suspicion(suspect))?;
    }
    match report.stop {
        Stop::Converged => writeln!(out, "{GOOD}converged{GOOD:#}: {relation}"),
        Stop::Cancelled => writeln!(out, "{CAREFUL}cancelled{CAREFUL:#}: {relation}"),
        Stop::Roundoff => {
            writeln!(out, "{CAREFUL}not converged{CAREFUL:#}: {relation}")?;
            writeln!(
                out,
                "  all regions have reached the rounding error of double precision: ask for --rtol {:.0e}",
                2.0 * e.error / e.value.abs()
            )
        }
        _ => {
            writeln!(out, "{CAREFUL}not converged{CAREFUL:#}: {relation}")?;
            writeln!(
                out,
                "  the budget of {} evaluations is used up: raise --max-evals, or relax --rtol",
                grouped(options.max_evals)
            )?;
            if problem.coordinates.name() == "cartesian" && problem.ratio.is_some() {
                writeln!(
                    out,
                    "  the singular points of an atom lie inside of a cartesian box: other --coordinates converge far faster"
                )?;
            }
            Ok(())
        }
    }
}

/// Why a result should not be believed, and what to do.
pub(super) fn suspicion(suspect: Suspect) -> &'static str {
    match suspect {
        Suspect::AllZero => "every value was zero; if the integrand is not, tell where it lives with --hint or narrower limits",
        Suspect::NarrowSupport => {
            "nearly every value was negligible; parts may have been missed: narrow the limits, or use --hint"
        }
        Suspect::NonFinite => {
            "what is missing at points that were not finite may exceed the error: check the formula and the limits"
        }
        Suspect::Drift => "the walkers have not come to equilibrium, or cannot travel between separate peaks; raise --max-evals",
        Suspect::HeavyTail => {
            "the largest values grow as if the variance were infinite: the error may be too small; change the variables so that \
             the singularity is flattened, or take a rule"
        }
        _ => "the iterations disagree by more than their errors; raise --max-evals, or help with --hint",
    }
}

pub(super) fn energy(energy: &fubini::expressions::Energy) -> String {
    let compiled = energy.integrands.compile();
    format!(
        "{BOLD}ψ{BOLD:#}     {}\n{BOLD}Hψ/ψ{BOLD:#}  {}\n{BOLD}ψHψ, ψ²{BOLD:#}  {}\n",
        energy.local.show(0),
        energy.local.show(1),
        compiled.summary()
    )
}

pub(super) fn methods() -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["method", "dimensions", "stated error", "what it is"]);
    for method in &METHODS {
        table.add_row([method.name, method.dimensions, method.error, method.summary]);
    }
    let mut out = format!("{table}\n");
    for method in METHODS.iter().filter(|m| !m.knobs.is_empty()) {
        _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", method.name);
        for knob in method.knobs {
            _ = writeln!(out, "  --knob {}=…  {}", knob.name, knob.meaning);
        }
    }
    out
}

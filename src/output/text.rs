//! A result for people.

use super::name::{formula, short};
use super::number::{complex, digits, grouped, rate, seconds};
use super::verdict;
use crate::cli::Outcome;
use crate::trend::Trend;
use anstyle::{AnsiColor, Style};
use fubini::Problem;
use fubini::algorithms::{Choice, Detail, Estimate, Fact, Report, Trial};
use fubini::methods::METHODS;
use std::fmt::Write;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
pub(super) const CAREFUL: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

pub(super) fn report(outcome: Outcome<'_>, trend: &Trend) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    _ = write_report(&mut out, outcome, trend);
    out
}

fn write_report(out: &mut String, outcome: Outcome<'_>, trend: &Trend) -> std::fmt::Result {
    let Outcome { problem, method, report, .. } = outcome;
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", problem.name, formula(&problem.formula))?;
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
    let names = names.chain(problem.references.iter().map(|r| r.name.as_str()));
    let width = names.map(|name| short(name).chars().count()).max().unwrap_or(0);
    for integral in problem.found(report) {
        let (name, e) = (integral.name, integral.value);
        let known = match (e.value.is_nan(), &report.detail) {
            (true, Detail::Walks { .. }) => "not known: walks find the ratio only".to_string(),
            (true, _) => "not known".to_string(),
            _ => complex(e, integral.imaginary),
        };
        writeln!(out, "  {:width$}  {known}", short(name))?;
    }
    if let (Some(name), Some(e)) = (&problem.ratio, report.ratio()) {
        writeln!(out, "  {BOLD}{:width$}  {}{BOLD:#}", short(name), digits(e.value, e.error))?;
    }
    if let (Some(sum), Some(e)) = (&problem.constant, report.ratio()) {
        writeln!(out, "  {BOLD}{:width$}  {}{BOLD:#}", short(&sum.name), digits(e.value + sum.value, e.error))?;
    }
    for (observable, e) in problem.observables.iter().zip(problem.observed(report)) {
        writeln!(out, "  {:width$}  {}", short(&observable.name), digits(e.value, e.error))?;
    }
    if !problem.coefficients.is_empty() {
        writeln!(out, "\n{}", coefficients(problem))?;
    }
    let result = report.ratio().or(report.integrals.first().copied()).unwrap_or_default();
    for (i, reference) in problem.references.iter().enumerate() {
        let blank = if i == 0 { "\n" } else { "" };
        writeln!(
            out,
            "{blank}  {:width$}  {:.12}  {DIM}{}{DIM:#}",
            short(&reference.name),
            reference.value,
            distance(reference, result)
        )?;
    }
    for division in outcome.divisions {
        super::histogram::write(out, division)?;
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
    if let Some(choice) = &report.choice {
        writeln!(out, "{}", tried(choice))?;
    }
    if report.non_finite > 0 {
        writeln!(out, "{} points at which the integrand is not finite were counted as zero", grouped(report.non_finite))?;
    }
    verdict::write(out, outcome, trend)
}

/// Values of linear parameters, several a line.
pub(super) fn coefficients(problem: &Problem) -> String {
    let each: Vec<String> = problem.coefficients.iter().map(|(name, value)| format!("{name} = {value:.9}")).collect();
    let lines: Vec<String> = each.chunks(5).map(|line| format!("  {DIM}{}{DIM:#}", line.join(", "))).collect();
    lines.join("\n")
}

/// Which method was chosen, and how the others did.
fn tried(choice: &Choice) -> String {
    let trial = |trial: &Trial| format!("{} ±{:.1e} after {}", trial.method, trial.estimate.error, grouped(trial.evaluations));
    let (chosen, others): (Vec<&Trial>, Vec<&Trial>) = choice.tried.iter().partition(|trial| trial.method == choice.method);
    let list = chosen.into_iter().chain(others).map(trial).collect::<Vec<_>>().join(", ");
    format!("auto chose {}: {list}", choice.method)
}

/// How many dimensions there are, and how many of them were no work.
pub(super) fn dimensions(problem: &Problem) -> String {
    match (problem.dimension(), problem.analytic()) {
        (all, _) if problem.together() == Some(0) => format!("{all} dimensions, none of which was sampled"),
        (all, _) if problem.together().is_some_and(|most| most < all) => format!("{all} dimensions taken apart"),
        (1, 0) => "1 dimension".to_string(),
        (all, 0) => format!("{all} dimensions"),
        (all, analytic) => format!("{all} dimensions, {analytic} of them integrated analytically"),
    }
}

/// How far the result is from a known value.
fn distance(reference: &fubini::Reference, result: Estimate) -> String {
    let off = result.value - reference.value;
    if reference.exact {
        format!("off by {off:.1e}{}", share((off / result.error).abs()))
    } else {
        format!("{} {}", gap(off.abs()), if off >= 0.0 { "below the result" } else { "above the result" })
    }
}

/// A distance in words of a few digits, however small or large.
pub(super) fn gap(off: f64) -> String {
    if off != 0.0 && !(1e-4..1e6).contains(&off) { format!("{off:.1e}") } else { format!("{off:.5}") }
}

/// A distance in units of the stated error, in words; nothing where both are zero.
fn share(of_error: f64) -> String {
    match of_error {
        share if share.is_nan() => String::new(),
        share if share < 1e-3 => ", less than 0.1 % of the stated error".to_string(),
        share if share < 1.0 => format!(", {:.1} % of the stated error", 100.0 * share),
        share => format!(", {share:.1} times the stated error"),
    }
}

fn detail(report: &Report) -> String {
    match &report.detail {
        Detail::Regions { regions, degree, .. } => format!(", rule of degree {degree}, {} regions", grouped(*regions)),
        Detail::Iterations { iterations, chi2_per_dof, .. } => {
            format!(", {iterations} iterations, χ²/dof {chi2_per_dof:.2}")
        }
        Detail::Replicates { replicates, points_per_replicate, sequence, map, candidates, .. } => {
            let map = if *map { ", importance map" } else { "" };
            let chosen = if *candidates > 1 { format!(", best of {candidates}") } else { String::new() };
            format!(", {replicates} replicates of {} points ({sequence}{map}{chosen})", grouped(*points_per_replicate))
        }
        Detail::Mixture { parts, replicates, points_per_replicate, .. } => {
            format!(", mixture of {parts}, {replicates} replicates of {} points", grouped(*points_per_replicate))
        }
        Detail::Train { ranks, train_evaluations, remainder_points, .. } => match ranks.iter().max() {
            Some(rank) => format!(
                ", train of rank {rank} from {} evaluations, {} points of the rest",
                grouped(*train_evaluations),
                grouped(*remainder_points)
            ),
            None => format!(", no train of use, {} points", grouped(*remainder_points)),
        },
        Detail::Walks { walkers, steps, acceptance, autocorrelation, .. } => format!(
            ", {} walkers of {} steps, {:.0} % accepted, autocorrelation {autocorrelation:.1}",
            grouped(*walkers as u64),
            grouped(*steps),
            100.0 * acceptance
        ),
        detail => detail.facts().into_iter().map(|(name, fact)| format!(", {name} {}", fact_as_text(fact))).collect(),
    }
}

fn fact_as_text(fact: Fact) -> String {
    match fact {
        Fact::Count(count) => grouped(count),
        Fact::Number(number) => format!("{number:.3}"),
        Fact::Flag(flag) => flag.to_string(),
        Fact::Word(word) => word.to_string(),
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
    for method in METHODS {
        table.add_row([method.name, method.dimensions, method.error.meaning(), method.summary]);
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

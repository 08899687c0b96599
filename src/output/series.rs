//! Scans, searches and comparisons for people.

use super::name::{self, formula};
use super::number::{complex, digits, grouped, seconds};
use super::text::{BOLD, CAREFUL, DIM, GOOD, coefficients, dimensions, gap};
use super::verdict::remedy;
use crate::cli::{CompareJob, OptimizeJob, ScanJob};
use comfy_table::{CellAlignment, Table, presets};
use fubini::Integral;
use fubini::algorithms::{Stop, Suspect};
use fubini::compare::Comparison;
use fubini::variation::{Members, Optimum, Point, Refused, StopReason};
use std::fmt::Write;
use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};

pub(super) fn scan(job: &ScanJob, points: &[Point], refused: &[Refused], terminal: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    _ = write_scan(&mut out, job, points, refused, terminal);
    out
}

fn write_scan(out: &mut String, job: &ScanJob, points: &[Point], refused: &[Refused], terminal: bool) -> std::fmt::Result {
    let Some(first) = points.first() else { return Ok(()) };
    let names: Vec<&str> = job.task.iter().map(|axis| axis.name.as_str()).collect();
    let coordinates = first.problem.coordinates.name();
    let quantities: Vec<&str> = shown(first).iter().map(|integral| integral.name).collect();
    let what =
        if quantities.len() == 1 || first.problem.ratio.is_some() { name::short(quantities[0]) } else { "integrals".into() };
    writeln!(out, "{BOLD}{}{BOLD:#}  {what} over {}", first.problem.name, listing(&names))?;
    writeln!(out, "{DIM}{} in {coordinates} coordinates{DIM:#}\n", job.integrator.name())?;
    let headings: Vec<&str> = names.iter().copied().chain(quantities).chain(["evaluations"]).collect();
    let mut table = table(&headings);
    for point in points {
        let mut cells: Vec<String> = point.parameters.iter().map(|(_, value)| value.to_string()).collect();
        cells.extend(shown(point).iter().map(|integral| complex(integral.value, integral.imaginary)));
        let mark = if point.report.stop == Stop::Converged { "" } else { MISSED };
        cells.push(grouped(point.report.evaluations) + mark + doubt(point.report.suspect));
        table.add_row(cells);
    }
    writeln!(out, "{table}")?;
    let is_energy = matches!(job.family, Members::Energies(_));
    if let (true, [_]) = (terminal && points.len() > 2 && is_energy, &names[..]) {
        writeln!(out, "\n{}", braille(points))?;
    }
    let energy = |point: &&Point| point.report.ratio().unwrap_or_default().value;
    let lowest = points.iter().filter(|_| is_energy).min_by(|a, b| energy(a).total_cmp(&energy(b)));
    if lowest.is_none() {
        writeln!(out)?;
    }
    if let Some(lowest) = lowest {
        let e = lowest.report.ratio().unwrap_or_default();
        let mark = doubt(lowest.report.suspect);
        writeln!(out, "\nlowest at {}: {}{mark}", listed(&lowest.parameters), digits(e.value, e.error))?;
        if let Some((name, at, value)) = parabola(points, lowest) {
            writeln!(out, "the parabola through it and its neighbours has its minimum at {name} = {at:.5}: {value:.8}")?;
        }
    }
    let evaluations = points.iter().map(|point| point.report.evaluations).sum();
    let time = points.iter().map(|point| point.report.seconds).sum();
    writeln!(out, "{} runs, {} evaluations in {}", points.len(), grouped(evaluations), seconds(time))?;
    for (suspect, runs) in counted(points.iter().filter_map(|point| point.report.suspect)) {
        let reason = suspect.reason();
        writeln!(out, "{CAREFUL}suspect{CAREFUL:#}: {runs} of {} runs, marked with ?: {reason}", points.len())?;
        remedy(suspect).map_or(Ok(()), |remedy| writeln!(out, "  {remedy}"))?;
    }
    let stopped = |stop: Stop| points.iter().filter(|point| point.report.stop == stop).count();
    let wanted = job.task.iter().map(|axis| axis.values.len()).product::<usize>();
    let (ended, cancelled, rounded) = (stopped(Stop::Converged), stopped(Stop::Cancelled), stopped(Stop::Roundoff));
    let (missed, rtol) = (points.len() - ended - cancelled, job.options.rtol);
    if missed > 0 {
        let advice = match missed - rounded {
            0 => "rounding error is the limit: relax --rtol, or give --atol",
            _ => "raise --max-evals, or relax --rtol",
        };
        writeln!(
            out,
            "{CAREFUL}not converged{CAREFUL:#}: {missed} runs, marked with *, did not meet the tolerance of {rtol:e}: {advice}"
        )?;
    }
    if !refused.is_empty() {
        writeln!(out, "{CAREFUL}refused{CAREFUL:#}: {} runs have no result, and the warnings say why", refused.len())?;
    }
    match wanted - ended - missed - refused.len() {
        0 if missed == 0 && refused.is_empty() && points.iter().all(|point| point.report.converged()) => {
            writeln!(out, "{GOOD}converged{GOOD:#}: every run met its tolerance of {rtol:e}")
        }
        0 => Ok(()),
        left => writeln!(out, "{CAREFUL}cancelled{CAREFUL:#}: {left} runs were not made, or not ended"),
    }
}

/// The name of the only parameter, and where the parabola through the lowest point and those beside it has its minimum; `None` at an end.
fn parabola<'a>(points: &'a [Point], lowest: &Point) -> Option<(&'a str, f64, f64)> {
    let read = |point: &Point| match point.parameters[..] {
        [(_, x)] => Some((x, point.report.ratio()?.value)),
        _ => None,
    };
    let mut all = points.iter().map(read).collect::<Option<Vec<_>>>()?;
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = all.iter().position(|point| Some(*point) == read(lowest))?;
    let [(x0, y0), (x1, y1), (x2, y2)] = *all.get(at.checked_sub(1)?..at + 2)? else { return None };
    // Newton's form: y1 + (x − x1) left + (x − x1)(x − x0) second.
    let (left, right) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let second = (right - left) / (x2 - x0);
    let x = 0.5 * (x0 + x1) - 0.5 * left / second;
    let value = y1 + (x - x1) * (left + second * (x - x0));
    (second > 0.0 && x.is_finite()).then_some((points[0].parameters[0].0.as_str(), x, value))
}

/// What is shown of a point of a scan: the ratio with what else is found over its denominator, or the integrals.
pub(super) fn shown(point: &Point) -> Vec<Integral<'_>> {
    let Point { problem, report, .. } = point;
    let over = |(name, value)| Integral { name, value, imaginary: None };
    match (&problem.ratio, report.ratio()) {
        (Some(name), Some(ratio)) => {
            let observed = problem.observables.iter().map(|o| o.name.as_str()).zip(problem.observed(report));
            std::iter::once((name.as_str(), ratio)).chain(observed).map(over).collect()
        }
        _ => problem.found(report),
    }
}

/// Marks of runs that did not meet their tolerance, and of those that should not be believed.
const MISSED: &str = " *";
const DOUBTED: &str = " ?";

fn doubt(suspect: Option<Suspect>) -> &'static str {
    if suspect.is_some() { DOUBTED } else { "" }
}

/// Each sign once, in the order in which they came, with how many runs have it.
fn counted(suspects: impl Iterator<Item = Suspect>) -> Vec<(Suspect, usize)> {
    let mut counts: Vec<(Suspect, usize)> = Vec::new();
    for suspect in suspects {
        match counts.iter_mut().find(|(known, _)| *known == suspect) {
            Some((_, count)) => *count += 1,
            None => counts.push((suspect, 1)),
        }
    }
    counts
}

pub(super) fn optimize(job: &OptimizeJob, best: &Optimum) -> String {
    let mut out = String::new();
    _ = write_optimum(&mut out, job, best);
    out
}

fn write_optimum(out: &mut String, job: &OptimizeJob, best: &Optimum) -> std::fmt::Result {
    let names: Vec<&str> = best.parameters.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "{BOLD}{}{BOLD:#}  minimum of the energy over {}", best.problem.name, over(&names))?;
    writeln!(out, "{DIM}{}{DIM:#}", formula(&best.problem.formula))?;
    writeln!(
        out,
        "{DIM}{} in {} coordinates, BFGS with exact derivatives{DIM:#}\n",
        job.integrator.name(),
        best.problem.coordinates.name()
    )?;
    let slopes: Vec<String> = names.iter().map(|name| format!("∂E/∂{}", name::short(name))).collect();
    let headings = names.iter().copied().chain(["energy"]).chain(slopes.iter().map(String::as_str)).chain(["evaluations"]);
    let mut path = table(&headings.collect::<Vec<_>>());
    for step in &best.path {
        let mut cells: Vec<String> = step.parameters.iter().map(|(_, value)| format!("{value:.9}")).collect();
        cells.push(digits(step.energy.value, step.energy.error));
        cells.extend(step.gradient.iter().map(|slope| digits(slope.value, slope.error)));
        cells.push(grouped(step.evaluations) + if step.aside { " *" } else { "" } + doubt(step.suspect));
        path.add_row(cells);
    }
    writeln!(out, "{path}\n")?;
    if best.path.iter().any(|step| step.aside) {
        writeln!(out, "{DIM}* beside the way, to measure the second derivatives{DIM:#}\n")?;
    }
    for (suspect, _) in counted(best.path.iter().filter_map(|step| step.suspect)) {
        writeln!(out, "{DIM}? suspect: {}{DIM:#}\n", suspect.reason())?;
    }
    let energy = best.report.ratio().unwrap_or_default();
    let mut found: Vec<(&str, String)> = Vec::new();
    for ((name, value), uncertainty) in best.parameters.iter().zip(&best.uncertainties) {
        let text = if uncertainty.is_finite() { digits(*value, *uncertainty) } else { format!("{value}") };
        found.push((name, text));
    }
    found.push(("energy", digits(energy.value, energy.error)));
    let observed = best.problem.observed(&best.report);
    found.extend(best.problem.observables.iter().map(|o| o.name.as_str()).zip(observed.iter().map(|e| digits(e.value, e.error))));
    let width = found.iter().map(|(name, _)| name::short(name).chars().count()).max().unwrap_or(0);
    for (name, text) in found {
        writeln!(out, "  {BOLD}{:width$}  {text}{BOLD:#}", name::short(name))?;
    }
    if !best.problem.coefficients.is_empty() {
        writeln!(out, "\n{}", coefficients(&best.problem))?;
    }
    for reference in best.problem.references.iter().filter(|reference| !reference.exact) {
        writeln!(
            out,
            "\n  {}  {:.12}  {DIM}{} {}{DIM:#}",
            reference.name,
            reference.value,
            gap((energy.value - reference.value).abs()),
            if energy.value >= reference.value { "below" } else { "above" }
        )?;
    }
    let runs = best.path.len() + usize::from(best.stop != StopReason::Cancelled);
    writeln!(out, "\n{runs} runs, {} evaluations in {}", grouped(best.evaluations), seconds(best.seconds))?;
    if let Some(suspect) = best.suspect() {
        let state = match best.stop {
            StopReason::Converged => "converged, but",
            StopReason::Cancelled => "cancelled, and",
            _ => "not converged, and",
        };
        writeln!(out, "{CAREFUL}suspect{CAREFUL:#}: {state} {}", suspect.reason())?;
        remedy(suspect).map_or(Ok(()), |remedy| writeln!(out, "  {remedy}"))?;
    }
    match best.stop {
        StopReason::Converged if !best.converged() => Ok(()),
        StopReason::Converged => writeln!(out, "{GOOD}converged{GOOD:#}: the next step would be lost in its uncertainty"),
        StopReason::Cancelled => writeln!(out, "{CAREFUL}cancelled{CAREFUL:#}: this is the best so far"),
        StopReason::Runs => writeln!(
            out,
            "{CAREFUL}not converged{CAREFUL:#}: this is the best of {} runs: raise --max-runs, or start nearer",
            best.path.len()
        ),
        StopReason::Roundoff => writeln!(
            out,
            "{CAREFUL}not converged{CAREFUL:#}: rounding error is the limit of the last run: relax --rtol, or give --atol"
        ),
        _ => writeln!(
            out,
            "{CAREFUL}not converged{CAREFUL:#}: the last run used up its {} evaluations: raise --max-evals, or relax --rtol",
            grouped(job.options.max_evals)
        ),
    }
}

/// What the minimum is one over.
fn over(names: &[&str]) -> String {
    if names.is_empty() { "linear parameters".to_string() } else { listing(names) }
}

pub(super) fn compare(job: &CompareJob, comparison: &Comparison) -> String {
    let mut out = String::new();
    _ = write_comparison(&mut out, job, comparison);
    out
}

fn write_comparison(out: &mut String, job: &CompareJob, comparison: &Comparison) -> std::fmt::Result {
    let problem = &job.problem;
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", problem.name, formula(&problem.formula))?;
    let coordinates = problem.coordinates.name();
    let exact = job.exact.map_or(String::new(), |exact| format!(", true value {exact}"));
    writeln!(out, "{DIM}{coordinates} coordinates, {}{exact}{DIM:#}\n", dimensions(problem))?;
    let quantity = quantity(job);
    let truth: &[&str] = if job.exact.is_some() { &["true error"] } else { &[] };
    let headings = [&["method", "budget", quantity, "stated error"], truth, &["evaluations", "time", "stop"]].concat();
    let mut table = table(&headings);
    for row in &comparison.rows {
        let e = row.result();
        let mut cells = vec![row.method.to_string(), grouped(row.budget), digits(e.value, e.error), format!("{:.1e}", e.error)];
        cells.extend(job.exact.map(|exact| format!("{:.1e}", (e.value - exact).abs())));
        cells.push(grouped(row.report.evaluations));
        cells.push(seconds(row.report.seconds));
        let suspect = if row.report.suspect.is_some() { ", suspect" } else { "" };
        cells.push(format!("{}{suspect}", row.report.stop.word()));
        table.add_row(cells);
    }
    writeln!(out, "{table}")?;
    for (suspect, _) in counted(comparison.rows.iter().filter_map(|row| row.report.suspect)) {
        let rows = comparison.rows.iter().filter(|row| row.report.suspect == Some(suspect));
        let rows: Vec<String> = rows.map(|row| format!("{} with {}", row.method, grouped(row.budget))).collect();
        writeln!(out, "\n{CAREFUL}suspect{CAREFUL:#}: {}: {}", rows.join(", "), suspect.reason())?;
        remedy(suspect).map_or(Ok(()), |remedy| writeln!(out, "  {remedy}"))?;
    }
    for refusal in &comparison.refused {
        writeln!(out, "\n{CAREFUL}not run{CAREFUL:#}: {} with {}: {}", refusal.method, grouped(refusal.budget), refusal.error)?;
    }
    Ok(())
}

/// What is compared.
pub(super) fn quantity(job: &CompareJob) -> &str {
    job.problem.ratio.as_deref().unwrap_or("integral")
}

/// The curve of a scan in characters.
fn braille(points: &[Point]) -> String {
    let value = |point: &Point| (point.parameters[0].1, point.report.ratio().unwrap_or_default().value);
    let values: Vec<(f64, f64)> = points.iter().map(value).filter(|(_, e)| e.is_finite()).collect();
    let lowest = values.iter().map(|(_, e)| *e).fold(f64::INFINITY, f64::min);
    // The chart has single precision: it gets differences.
    let shape: Vec<(f32, f32)> = values.iter().map(|(x, e)| (*x as f32, (e - lowest) as f32)).collect();
    let (from, to) = shape.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(lo, hi), (x, _)| (lo.min(*x), hi.max(*x)));
    let energies = LabelFormat::Custom(Box::new(move |e| format!("{:.6}", f64::from(e) + lowest)));
    let abscissas = LabelFormat::Custom(Box::new(|x| format!("{}", short(f64::from(x)))));
    let (line, dots) = (Shape::Lines(&shape), Shape::Points(&shape));
    let mut canvas = Chart::new(120, 40, from, to);
    let chart = canvas.lineplot(&line).lineplot(&dots).x_label_format(abscissas).y_label_format(energies);
    chart.figures();
    chart.to_string().trim_end().to_string()
}

/// A table whose columns of numbers are aligned to the right.
fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings.iter().map(|heading| name::short(heading)));
    table.column_iter_mut().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// alpha and beta.
fn listing(names: &[&str]) -> String {
    names.iter().map(|name| name::short(name)).collect::<Vec<_>>().join(" and ")
}

/// alpha = 1.8, beta = 0.3.
pub(super) fn listed(parameters: &[(String, f64)]) -> String {
    let each: Vec<String> = parameters.iter().map(|(name, value)| format!("{} = {value}", name::short(name))).collect();
    each.join(", ")
}

/// Six digits, enough for a title.
pub(super) fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fubini::atoms::{Family, Frame, Hydrogen};
    use fubini::variation::{Axis, scan};
    use fubini::{Cuhre, Options};
    use std::ops::ControlFlow;

    #[test]
    fn the_curve_in_characters_rises_from_corner_to_corner() {
        let family = Family::hydrogen(Hydrogen { beta: 0.0 }, Frame::Spherical);
        let axes = [Axis::new("beta", 0.0, 0.1, 5).unwrap()];
        let points = scan(family, &axes, &Cuhre::default(), &Options::default(), &mut |_| ControlFlow::Continue(()));
        let picture = braille(&points.unwrap().points);
        let lines: Vec<&str> = picture.lines().collect();
        let dots = |line: &str| line.chars().position(|c| ('\u{2801}'..='\u{28ff}').contains(&c));
        assert!(dots(lines[0]).unwrap() > 50 && dots(lines[10]).unwrap() < 5, "{picture}");
        assert!(picture.contains("-0.465803") && picture.contains("-0.500000"), "{picture}");
        assert!(lines[11].starts_with('0') && lines[11].ends_with("0.1"), "{picture}");
    }
}

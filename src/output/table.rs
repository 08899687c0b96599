//! CSV tables: a header, and a row per result.

use crate::cli::{CompareJob, Failure, OptimizeJob, Outcome, ScanJob, chosen};
use fubini::algorithms::{Detail, Estimate, Fact, Report, Suspect};
use fubini::atoms::Hamiltonian;
use fubini::atoms::catalogue::Entry;
use fubini::compare::Comparison;
use fubini::variation::{Optimum, Point};

/// Cells with their headings.
type Row = Vec<(String, String)>;

pub(super) fn report(outcome: Outcome<'_>) -> Result<String, Failure> {
    write(&[row(outcome).into_iter().chain(detail(outcome.report)).collect()])
}

pub(super) fn scan(job: &ScanJob, points: &[Point]) -> Result<String, Failure> {
    let rows: Vec<Row> = points
        .iter()
        .map(|point| {
            let (problem, report) = (&point.problem, &point.report);
            let outcome = Outcome {
                problem,
                method: chosen(report, job.integrator.as_ref()),
                options: &job.options,
                report,
                divisions: &[],
            };
            parameters(&point.parameters).chain(row(outcome)).chain(detail(report)).collect()
        })
        .collect();
    write(&rows)
}

/// The path of a search; its last row is the minimum.
pub(super) fn optimize(job: &OptimizeJob, best: &Optimum) -> Result<String, Failure> {
    let names: Vec<&String> = best.parameters.iter().map(|(name, _)| name).collect();
    let mut rows: Vec<Row> = Vec::new();
    for step in &best.path {
        let mut cells: Row = parameters(&step.parameters).collect();
        cells.push(("energy".into(), number(step.energy.value)));
        cells.push(("energy_error".into(), number(step.energy.error)));
        for (name, slope) in names.iter().zip(&step.gradient) {
            cells.push((format!("d_energy_d_{name}"), number(slope.value)));
            cells.push((format!("d_energy_d_{name}_error"), number(slope.error)));
        }
        cells.push(("rtol".into(), number(step.rtol)));
        cells.push(("evaluations".into(), step.evaluations.to_string()));
        cells.push(("aside".into(), step.aside.to_string()));
        cells.push(suspect(step.suspect));
        rows.push(cells);
    }
    let mut cells: Row = parameters(&best.parameters).collect();
    let energy = best.report.ratio().unwrap_or_default();
    cells.push(("energy".into(), number(energy.value)));
    cells.push(("energy_error".into(), number(energy.error)));
    for name in names {
        cells.push((format!("d_energy_d_{name}"), String::new()));
        cells.push((format!("d_energy_d_{name}_error"), String::new()));
    }
    cells.push(("rtol".into(), number(job.options.rtol)));
    cells.push(("evaluations".into(), best.report.evaluations.to_string()));
    cells.push(("aside".into(), false.to_string()));
    cells.push(suspect(best.suspect()));
    rows.push(cells);
    write(&rows)
}

pub(super) fn compare(job: &CompareJob, comparison: &Comparison) -> Result<String, Failure> {
    let rows: Vec<Row> = comparison
        .rows
        .iter()
        .map(|run| {
            let outcome =
                Outcome { problem: &job.problem, method: run.method, options: &job.options, report: &run.report, divisions: &[] };
            let mut cells = vec![("budget".to_string(), run.budget.to_string())];
            cells.extend(job.exact.map(|exact| ("true_error".to_string(), number((run.result().value - exact).abs()))));
            // What only some methods know would make rows of different lengths.
            cells.extend(row(outcome));
            cells
        })
        .collect();
    write(&rows)
}

/// What every method knows.
fn row(outcome: Outcome<'_>) -> Row {
    let Outcome { problem, method, options, report, .. } = outcome;
    let mut cells: Row = vec![
        ("problem".into(), problem.name.clone()),
        ("method".into(), method.into()),
        ("coordinates".into(), problem.coordinates.name().into()),
        ("dimension".into(), problem.dimension().to_string()),
    ];
    let ratio = problem.ratio.iter().zip(report.ratio());
    let observed = problem.observables.iter().map(|o| &o.name).zip(problem.observed(report));
    let mut push = |name: &str, estimate: Estimate| {
        cells.push((name.to_string(), number(estimate.value)));
        cells.push((format!("{name}_error"), number(estimate.error)));
    };
    for integral in problem.found(report) {
        push(integral.name, integral.value);
        integral.imaginary.into_iter().for_each(|e| push(&format!("{}_imaginary", integral.name), e));
    }
    ratio.chain(observed).for_each(|(name, e)| push(name, e));
    if let (Some(sum), Some(e)) = (&problem.constant, report.ratio()) {
        cells.push((sum.name.clone(), number(e.value + sum.value)));
    }
    cells.extend([
        ("evaluations".into(), report.evaluations.to_string()),
        ("stop".into(), report.stop.word().into()),
        suspect(report.suspect),
        ("error_kind".into(), report.error_kind().word().into()),
        ("non_finite".into(), report.non_finite.to_string()),
        ("seconds".into(), number(report.seconds)),
        ("integrand_seconds".into(), number(report.integrand_seconds)),
        ("threads".into(), report.threads.to_string()),
        ("seed".into(), options.seed.to_string()),
    ]);
    cells
}

/// What only this method knows: the facts that a table has room for.
fn detail(report: &Report) -> Row {
    let cell = |(name, fact): (&str, Fact)| {
        let text = match fact {
            Fact::Count(count) => count.to_string(),
            Fact::Number(value) => number(value),
            Fact::Flag(flag) => flag.to_string(),
            Fact::Word(word) => word.to_string(),
        };
        (name.into(), text)
    };
    let wanted: &[&str] = match &report.detail {
        Detail::Regions { .. } => &["regions"],
        Detail::Iterations { .. } => &["iterations", "chi2_per_dof"],
        Detail::Replicates { .. } => &["replicates", "sequence"],
        Detail::Mixture { .. } => &["parts", "replicates"],
        Detail::Train { .. } => &["rank", "train_evaluations", "remainder_points"],
        Detail::Walks { .. } => &["walkers", "steps", "autocorrelation"],
        _ => &[],
    };
    report.detail.facts().into_iter().filter(|(name, _)| wanted.is_empty() || wanted.contains(name)).map(cell).collect()
}

/// What speaks against a result; an empty cell where nothing does.
/// The catalogue of trial functions, a row for each.
pub(super) fn catalogue(entries: &[Entry]) -> Result<String, Failure> {
    let row = |entry: &Entry| {
        let Hamiltonian { potential, repulsion, mass, radius, nuclei } = &entry.trial.hamiltonian;
        let optional = |x: Option<f64>| x.map_or_else(String::new, number);
        let charge = (potential.is_none() && nuclei.is_none()).then_some(entry.trial.charge);
        let parameters: Vec<String> =
            entry.trial.parameters.iter().map(|(name, value)| format!("{name}={}", number(*value))).collect();
        [
            ("function", entry.name.to_string()),
            ("electrons", entry.trial.electrons.to_string()),
            ("charge", optional(charge)),
            ("charge_a", optional(nuclei.map(|n| n.charges[0]))),
            ("charge_b", optional(nuclei.map(|n| n.charges[1]))),
            ("bond", optional(nuclei.map(|n| n.bond))),
            ("potential", potential.clone().unwrap_or_default()),
            ("repulsion", repulsion.clone().unwrap_or_default()),
            ("mass", optional(*mass)),
            ("radius", optional(*radius)),
            ("energy", number(entry.energy)),
            ("uncertainty", number(entry.uncertainty)),
            ("exact", optional(entry.exact)),
            ("source", entry.source.to_string()),
            ("parameters", parameters.join("; ")),
            ("psi", entry.trial.psi.clone()),
        ]
        .map(|(heading, cell)| (heading.to_string(), cell))
        .to_vec()
    };
    write(&entries.iter().map(row).collect::<Vec<_>>())
}

fn suspect(suspect: Option<Suspect>) -> (String, String) {
    ("suspect".into(), suspect.map_or_else(String::new, |suspect| suspect.reason().into()))
}

fn parameters(parameters: &[(String, f64)]) -> impl Iterator<Item = (String, String)> {
    parameters.iter().map(|(name, value)| (name.clone(), number(*value)))
}

fn write(rows: &[Row]) -> Result<String, Failure> {
    let failed = |e: String| Failure::words(format!("cannot write the table: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(first) = rows.first() {
        writer.write_record(first.iter().map(|(heading, _)| heading)).map_err(|e| failed(e.to_string()))?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|(_, cell)| cell)).map_err(|e| failed(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number with all its digits, tiny and huge ones with an exponent; one that is not finite leaves its cell empty.
fn number(x: f64) -> String {
    match x.abs() {
        size if !size.is_finite() => String::new(),
        size if size == 0.0 || (1e-5..1e16).contains(&size) => x.to_string(),
        _ => format!("{x:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_and_huge_numbers_have_an_exponent_and_are_read_as_they_were() {
        let shown = [
            (1e-300, "1e-300"),
            (-2.5e-9, "-2.5e-9"),
            (0.0, "0"),
            (0.1, "0.1"),
            (1e-5, "0.00001"),
            (1e16, "1e16"),
            (3e8, "300000000"),
        ];
        for (value, text) in shown {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(5.000000000000001e-301).parse(), Ok(5.000000000000001e-301));
        assert_eq!(number(f64::NAN), "");
    }
}

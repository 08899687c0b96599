//! The CSV table of a result: a header and a row per result.

use crate::cli::{Failure, Job};
use fubini::algorithms::{Detail, Report};

pub(super) fn report(job: &Job, report: &Report) -> Result<String, Failure> {
    let problem = &job.problem;
    let mut cells: Vec<(String, String)> = vec![
        ("problem".into(), problem.name.clone()),
        ("method".into(), job.integrator.name().into()),
        ("coordinates".into(), problem.coordinates.name().into()),
        ("dimension".into(), problem.coordinates.axes().len().to_string()),
    ];
    let names = problem.integrals.iter().chain(&problem.ratio);
    for (name, estimate) in names.zip(report.integrals.iter().chain(&report.ratios)) {
        cells.push((name.clone(), number(estimate.value)));
        cells.push((format!("{name}_error"), number(estimate.error)));
    }
    if let (Some(sum), Some(e)) = (&problem.constant, report.ratio()) {
        cells.push((sum.name.clone(), number(e.value + sum.value)));
    }
    cells.extend([
        ("evaluations".into(), report.evaluations.to_string()),
        ("stop".into(), super::json::stop(report.stop).into()),
        ("non_finite".into(), report.non_finite.to_string()),
        ("seconds".into(), number(report.seconds)),
        ("integrand_seconds".into(), number(report.integrand_seconds)),
        ("threads".into(), report.threads.to_string()),
        ("seed".into(), job.options.seed.to_string()),
    ]);
    match &report.detail {
        Detail::Regions { regions, .. } => cells.push(("regions".into(), regions.to_string())),
        Detail::Iterations { iterations, chi2_per_dof, .. } => {
            cells.push(("iterations".into(), iterations.to_string()));
            cells.push(("chi2_per_dof".into(), number(*chi2_per_dof)));
        }
        Detail::Replicates { replicates, .. } => cells.push(("replicates".into(), replicates.to_string())),
        Detail::Walks { walkers, steps, autocorrelation, .. } => {
            cells.push(("walkers".into(), walkers.to_string()));
            cells.push(("steps".into(), steps.to_string()));
            cells.push(("autocorrelation".into(), number(*autocorrelation)));
        }
        _ => {}
    }
    let (header, row): (Vec<String>, Vec<String>) = cells.into_iter().unzip();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(&header).and_then(|()| writer.write_record(&row));
    written.map_err(|e| Failure::words(format!("cannot write the table: {e}")))?;
    let bytes = writer.into_inner().map_err(|e| Failure::words(format!("cannot write the table: {e}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number that is not finite leaves its cell empty.
fn number(x: f64) -> String {
    if x.is_finite() { x.to_string() } else { String::new() }
}

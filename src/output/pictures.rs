//! What is drawn of scans, searches and comparisons.

use super::name;
use super::number::digits;
use super::plot::{Axis, Curve, Picture};
use super::series::{listed, quantity, short};
use crate::cli::{CompareJob, ScanJob};
use fubini::compare::Comparison;
use fubini::variation::{Optimum, Point};

/// The curve of a scan; all but the last parameter make a curve each.
pub(super) fn scan(job: &ScanJob, points: &[Point]) -> Picture {
    let last = job.task.last().map_or(String::new(), |axis| name::short(&axis.name).into_owned());
    let mut curves: Vec<Curve> = Vec::new();
    for point in points {
        let Some(((_, x), others)) = point.parameters.split_last() else { continue };
        let label = listed(others);
        if curves.last().is_none_or(|curve| curve.label != label) {
            curves.push(Curve { label, points: Vec::new(), colour: curves.len(), dashed: false });
        }
        let energy = point.report.ratio().unwrap_or_default();
        let curve = curves.last_mut().expect("one has just been added if there was none");
        curve.points.push((*x, energy.value, if energy.error.is_finite() { energy.error } else { 0.0 }));
    }
    let problem = points.first().map_or("", |point| point.problem.name.as_str());
    Picture {
        title: format!("{problem}: energy over {last}, with stated errors ({})", job.integrator.name()),
        x: Axis { label: last, logarithmic: false },
        y: Axis { label: "energy / hartree".to_string(), logarithmic: false },
        curves,
    }
}

/// How far above the minimum the runs of a search were, and how well they knew.
pub(super) fn optimize(best: &Optimum) -> Picture {
    let lowest = best.report.ratio().unwrap_or_default();
    let runs = || best.path.iter().filter(|step| !step.aside).zip(1..);
    let above = runs().map(|(step, run)| (f64::from(run), (step.energy.value - lowest.value).abs(), 0.0));
    let errors = runs().map(|(step, run)| (f64::from(run), step.energy.error, 0.0));
    let drawn = |(_, y, _): &(f64, f64, f64)| *y > 0.0 && y.is_finite();
    let curve = |label: &str, points: Vec<_>, colour, dashed| Curve { label: label.to_string(), points, colour, dashed };
    Picture {
        title: format!(
            "{}: minimum of the energy, {} at {}",
            best.problem.name,
            digits(lowest.value, lowest.error),
            listed(&best.parameters.iter().map(|(name, value)| (name.clone(), short(*value))).collect::<Vec<_>>())
        ),
        x: Axis { label: "run".to_string(), logarithmic: false },
        y: Axis { label: "hartree".to_string(), logarithmic: true },
        curves: vec![
            curve("energy above the minimum", above.filter(drawn).collect(), 0, false),
            curve("stated error of the energy", errors.filter(drawn).collect(), 1, true),
        ],
    }
}

/// Errors over evaluations, both logarithmic: lower and further left is better.
pub(super) fn compare(job: &CompareJob, comparison: &Comparison) -> Picture {
    let mut methods: Vec<&str> = comparison.rows.iter().map(|row| row.method).collect();
    methods.dedup();
    let mut curves = Vec::new();
    for (colour, method) in methods.iter().enumerate() {
        let rows = || comparison.rows.iter().filter(|row| row.method == *method);
        let drawn = |(x, y, _): &(f64, f64, f64)| *x > 0.0 && *y > 0.0 && y.is_finite();
        if let Some(exact) = job.exact {
            let points = rows().map(|row| (row.report.evaluations as f64, (row.result().value - exact).abs(), 0.0));
            let (label, points) = (format!("{method}, true error"), points.filter(drawn).collect());
            curves.push(Curve { label, points, colour, dashed: false });
        }
        let points = rows().map(|row| (row.report.evaluations as f64, row.result().error, 0.0));
        let (label, points) = (format!("{method}, stated error"), points.filter(drawn).collect());
        curves.push(Curve { label, points, colour, dashed: true });
    }
    let quantity = quantity(job);
    Picture {
        title: format!("{}: error of the {quantity} over evaluations", job.problem.name),
        x: Axis { label: "evaluations of the integrand".to_string(), logarithmic: true },
        y: Axis { label: format!("error of the {quantity}"), logarithmic: true },
        curves,
    }
}

//! What is drawn of scans, searches and comparisons.

use super::name;
use super::number::digits;
use super::plot::{Axis, Curve, Picture};
use super::series::{listed, quantity, short, shown};
use crate::cli::{CompareJob, ScanJob};
use fubini::compare::Comparison;
use fubini::variation::{Members, Optimum, Point};

/// The curve of a scan; all but the last parameter make a curve each.
pub(super) fn scan(job: &ScanJob, points: &[Point]) -> Picture {
    let last = job.task.last().map_or(String::new(), |axis| name::short(&axis.name).into_owned());
    let is_energy = matches!(job.family, Members::Energies(_));
    let names: Vec<&str> = points.first().map_or(Vec::new(), |point| shown(point).iter().map(|i| i.name).collect());
    // Of energies the curve alone; of integrals all, imaginary parts dashed.
    let wanted = if is_energy { 1 } else { names.len() };
    let mut curves: Vec<Curve> = Vec::new();
    for (k, name) in names.iter().take(wanted).enumerate() {
        for (is_imaginary, part) in [(false, ""), (true, "im ")] {
            let mut label = None;
            for point in points {
                let Some(((_, x), others)) = point.parameters.split_last() else { continue };
                let integral = shown(point)[k];
                let Some(e) = (if is_imaginary { integral.imaginary } else { Some(integral.value) }) else { continue };
                if label.as_deref() != Some(others) {
                    label = Some(others.to_vec());
                    let name = if wanted > 1 || is_imaginary { format!("{part}{}", name::short(name)) } else { String::new() };
                    let parts = [name, listed(others)].into_iter().filter(|part| !part.is_empty());
                    let colour = if is_imaginary { curves.len() - 1 } else { curves.len() };
                    let label = parts.collect::<Vec<_>>().join(", ");
                    curves.push(Curve { label, points: Vec::new(), colour, dashed: is_imaginary });
                }
                let curve = curves.last_mut().expect("one has just been added if there was none");
                curve.points.push((*x, e.value, if e.error.is_finite() { e.error } else { 0.0 }));
            }
        }
    }
    let problem = points.first().map_or("", |point| point.problem.name.as_str());
    let what = if wanted == 1 { names.first().map_or("".into(), |name| name::short(name)) } else { "integrals".into() };
    Picture {
        title: format!("{problem}: {what} over {last}, with stated errors ({})", job.integrator.name()),
        x: Axis { label: last, logarithmic: false, range: None },
        y: Axis {
            label: if is_energy { "energy / hartree".to_string() } else { what.into_owned() },
            logarithmic: false,
            range: None,
        },
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
        x: Axis { label: "run".to_string(), logarithmic: false, range: None },
        y: Axis { label: "hartree".to_string(), logarithmic: true, range: None },
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
        x: Axis { label: "evaluations of the integrand".to_string(), logarithmic: true, range: None },
        y: Axis { label: format!("error of the {quantity}"), logarithmic: true, range: None },
        curves,
    }
}

//! How a run converged: values and stated errors over evaluations, as two charts.

use super::name;
use super::number::digits;
use super::plot::{Axis, Curve, Picture, range};
use crate::cli::{Job, chosen, target_names};
use crate::history::{History, Step};
use fubini::algorithms::{Estimate, Report};

/// Values are drawn from where their errors are at most this many times the last one: before, they would be all that is seen.
const FAR: f64 = 100.0;
/// The last steps, which are always drawn.
const FEW: usize = 3;

/// The value of every quantity of the target with its stated error, and the errors beside what was asked for.
pub(super) fn charts(job: &Job, report: &Report, history: &History) -> [Picture; 2] {
    let names: Vec<String> = target_names(&job.problem, &job.options).iter().map(|name| name::short(name).into_owned()).collect();
    [values(job, report, history, &names), errors(job, history, &names)]
}

fn values(job: &Job, report: &Report, history: &History, names: &[String]) -> Picture {
    let single = names.len() == 1;
    let result = report.ratio().or(report.integrals.first().copied()).unwrap_or_default();
    let method = chosen(report, job.integrator.as_ref());
    let mut curves = Vec::new();
    for (k, name) in names.iter().enumerate() {
        let Some(last) = history.steps().last().and_then(|step| step.estimates.get(k)).copied() else { continue };
        let unit = if single || last.value == 0.0 { 1.0 } else { last.value.abs() };
        // At least a few, however fast it was.
        let errors: Vec<f64> = steps(history, k).map(|(_, e)| e.error).collect();
        let few = errors.iter().rev().take(FEW).filter(|error| error.is_finite()).fold(0.0, |most: f64, error| most.max(*error));
        let far = few.max(FAR * last.error.max(f64::EPSILON * unit));
        let near = |e: &Estimate| e.value.is_finite() && e.error.is_finite() && e.error <= far;
        let points = steps(history, k).filter(|(_, e)| near(e)).map(|(at, e)| {
            let value = if single { e.value } else { (e.value - last.value) / unit };
            (at, value, e.error / unit)
        });
        let label = if single { String::new() } else { name.clone() };
        curves.push(Curve { label, points: points.collect(), colour: k, dashed: false });
    }
    let label = if single { "value" } else { "value / last value − 1" };
    let title = match single {
        true => format!("{}: {} = {}, by {method}", job.problem.name, names[0], digits(result.value, result.error)),
        false => format!("{}: values by {method}, relative to the last", job.problem.name),
    };
    Picture { title, x: evaluations(history), y: Axis { label: label.to_string(), logarithmic: false, range: None }, curves }
}

fn errors(job: &Job, history: &History, names: &[String]) -> Picture {
    let drawn = |(x, y, _): &(f64, f64, f64)| *x > 0.0 && *y > 0.0 && y.is_finite();
    let mut curves = Vec::new();
    for (k, name) in names.iter().enumerate() {
        let points = steps(history, k).map(|(at, e)| (at, e.error, 0.0)).filter(drawn).collect();
        let label = if names.len() == 1 { "stated error".to_string() } else { name.clone() };
        curves.push(Curve { label, points, colour: k, dashed: false });
    }
    let ends = || history.steps().first().zip(history.steps().last()).map(|(first, last)| [first, last]);
    if let (1, Some(exact)) = (names.len(), job.problem.exact()) {
        let points = steps(history, 0).map(|(at, e)| (at, (e.value - exact).abs(), 0.0)).filter(drawn).collect();
        curves.push(Curve { label: "true error".to_string(), points, colour: 1, dashed: false });
    }
    if let (1, Some(ends)) = (names.len(), ends()) {
        let value = ends[1].estimates.first().map_or(0.0, |e| e.value);
        let tolerance = (job.options.rtol * value.abs()).max(job.options.atol);
        let points = ends.map(|step| (step.evaluations as f64, tolerance, 0.0)).into_iter().filter(drawn).collect();
        curves.push(Curve { label: "tolerance".to_string(), points, colour: 6, dashed: true });
    }
    Picture {
        title: "Errors".to_string(),
        x: evaluations(history),
        y: Axis { label: "error".to_string(), logarithmic: true, range: None },
        curves,
    }
}

/// The same for both charts.
fn evaluations(history: &History) -> Axis {
    let all = history.steps().iter().map(|step| step.evaluations as f64).filter(|at| *at > 0.0);
    Axis { label: "evaluations of the integrand".to_string(), logarithmic: true, range: Some(range(all, true)) }
}

/// Quantity `k` after so many evaluations.
fn steps(history: &History, k: usize) -> impl Iterator<Item = (f64, Estimate)> {
    let known = move |step: &Step| Some((step.evaluations as f64, *step.estimates.get(k)?));
    history.steps().iter().filter_map(known).filter(|(at, _)| *at > 0.0)
}

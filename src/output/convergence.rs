//! How a run converged: values and stated errors over evaluations, as two charts.

use super::name;
use super::number::digits;
use super::plot::{Axis, Curve, Picture, exact, range};
use crate::cli::{Job, chosen, target_names};
use crate::history::{History, Step};
use fubini::algorithms::{Estimate, Report};

/// Values are drawn from where their errors are at most this many times the last one: before, they would be all that is seen.
const FAR: f64 = 100.0;
/// Values that differ by less than this share of themselves would have the same name on an axis.
const ALIKE: f64 = 1e-6;
/// Characters of a name for which a title has room.
const TITLE: usize = 28;
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
    let label = match single {
        true => beside(&mut curves).map_or_else(|| "value".to_string(), |taken| format!("value {taken}")),
        false => "value / last value − 1".to_string(),
    };
    let title = match single {
        true => {
            // Of a formula it is plain that it is integrated.
            let of = if job.problem.name == "integrate" { String::new() } else { format!("{}: ", job.problem.name) };
            format!("{of}{} = {}, by {method}", name::within(&names[0], TITLE), digits(result.value, result.error))
        }
        false => format!("{}: values by {method}, relative to the last", job.problem.name),
    };
    Picture { title, x: evaluations(history), y: Axis { label, logarithmic: false, range: None }, curves }
}

/// Takes the last value, rounded, from curves that vary so little that the numbers on an axis would all look alike; says what it was.
fn beside(curves: &mut [Curve]) -> Option<String> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (_, last, _) = *points().last()?;
    let reach = points().map(|(_, value, error)| (value - last).abs() + error).fold(0.0, f64::max);
    if reach == 0.0 || reach >= ALIKE * last.abs() {
        return None;
    }
    let digits = (last.abs() / reach.max(f64::EPSILON * last.abs())).log10().ceil() as usize;
    let rounded: f64 = format!("{last:.digits$e}").parse().ok()?;
    curves.iter_mut().flat_map(|curve| &mut curve.points).for_each(|(_, value, _)| *value -= rounded);
    Some(format!("{} {}", if rounded < 0.0 { "+" } else { "−" }, exact(rounded.abs())))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> [Curve; 1] {
        let points = points.iter().map(|(value, error)| (1.0, *value, *error)).collect();
        [Curve { label: String::new(), points, colour: 0, dashed: false }]
    }

    #[test]
    fn values_that_hardly_differ_are_shown_beside_the_last_and_others_as_they_are() {
        let mut near = curve(&[(-0.147_057_959_9, 3e-10), (-0.147_057_959_86, 1.5e-10)]);
        assert_eq!(beside(&mut near).as_deref(), Some("+ 0.1470579599"));
        assert!(near[0].points.iter().all(|(_, value, _)| value.abs() < 1e-10));

        let mut far = curve(&[(0.1470, 1e-6), (0.1471, 1e-7)]);
        assert_eq!(beside(&mut far), None);
        assert_eq!(far[0].points[1].1, 0.1471);
        for same in [0.0, 2.0] {
            assert_eq!(beside(&mut curve(&[(same, 0.0)])), None);
        }
    }
}

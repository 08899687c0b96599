//! The JSON document of a result: a contract with other programs, keys and their order included.

use crate::cli::Job;
use fubini::algorithms::{Detail, Estimate, Report, Stop};
use fubini::methods::METHODS;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Document<'a> {
    problem: &'a str,
    method: &'a str,
    coordinates: &'a str,
    dimension: usize,
    integrals: Vec<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<Quantity<'a>>,
    /// The ratio with a constant added, such as 1/R.
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<Quantity<'a>>,
    evaluations: u64,
    stop: &'static str,
    non_finite: u64,
    seconds: f64,
    integrand_seconds: f64,
    threads: usize,
    seed: u64,
    detail: Value,
}

/// Numbers that are not finite become `null`.
#[derive(Serialize)]
struct Quantity<'a> {
    name: &'a str,
    value: f64,
    error: f64,
}

impl<'a> Quantity<'a> {
    fn new(name: &'a str, estimate: Estimate) -> Self {
        Quantity { name, value: estimate.value, error: estimate.error }
    }
}

pub(super) fn report(job: &Job, report: &Report) -> String {
    let problem = &job.problem;
    let document = Document {
        problem: &problem.name,
        method: job.integrator.name(),
        coordinates: problem.coordinates.name(),
        dimension: problem.coordinates.axes().len(),
        integrals: problem.integrals.iter().zip(&report.integrals).map(|(name, e)| Quantity::new(name, *e)).collect(),
        ratio: problem.ratio.as_ref().zip(report.ratio()).map(|(name, e)| Quantity::new(name, e)),
        sum: problem.constant.as_ref().zip(report.ratio()).map(|(sum, e)| Quantity {
            name: &sum.name,
            value: e.value + sum.value,
            error: e.error,
        }),
        evaluations: report.evaluations,
        stop: stop(report.stop),
        non_finite: report.non_finite,
        seconds: report.seconds,
        integrand_seconds: report.integrand_seconds,
        threads: report.threads,
        seed: job.options.seed,
        detail: detail(report),
    };
    to_text(&document)
}

pub(super) fn methods() -> String {
    let knobs = |m: &fubini::methods::Method| -> Vec<Value> {
        m.knobs.iter().map(|k| json!({"name": k.name, "meaning": k.meaning})).collect()
    };
    let method = |m: &fubini::methods::Method| json!({"name": m.name, "dimensions": m.dimensions, "summary": m.summary, "error": m.error, "knobs": knobs(m)});
    to_text(&json!({"methods": METHODS.iter().map(method).collect::<Vec<_>>()}))
}

/// The word for why a run ended. Rounding error is the end of a budget of digits: `detail` says so.
pub(super) fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Converged => "converged",
        Stop::Cancelled => "cancelled",
        _ => "budget",
    }
}

fn detail(report: &Report) -> Value {
    let mut detail = match &report.detail {
        Detail::Regions { regions, frozen, degree, rule_points, bytes_per_region } => json!({
            "regions": regions,
            "frozen": frozen,
            "degree": degree,
            "rule_points": rule_points,
            "bytes_per_region": bytes_per_region,
        }),
        Detail::Iterations { iterations, warmup, chi2_per_dof, strata } => json!({
            "iterations": iterations,
            "warmup": warmup,
            "chi2_per_dof": chi2_per_dof,
            "strata": strata,
        }),
        Detail::Replicates { replicates, points_per_replicate, map, training } => json!({
            "replicates": replicates,
            "points_per_replicate": points_per_replicate,
            "map": map,
            "training": training,
        }),
        Detail::Walks { walkers, steps, equilibration, acceptance, autocorrelation, chi2_per_dof } => json!({
            "walkers": walkers,
            "steps": steps,
            "equilibration": equilibration,
            "acceptance": acceptance,
            "autocorrelation": autocorrelation,
            "chi2_per_dof": chi2_per_dof,
        }),
        _ => json!({}),
    };
    if let Some(suspect) = report.suspect {
        detail["suspect"] = json!(super::text::suspicion(suspect));
    }
    if report.stop == Stop::Roundoff {
        detail["limited_by"] = json!("roundoff");
    }
    detail
}

fn to_text(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("numbers and strings only") + "\n"
}

//! The JSON document of a result: a contract with other programs, keys and their order included.

use super::limit;
use crate::cli::{CompareJob, Division, OptimizeJob, Outcome, ScanJob, chosen};
use fubini::Integral;
use fubini::algorithms::{Estimate, Fact, Report, Suspect, Trial};
use fubini::compare::Comparison;
use fubini::methods::METHODS;
use fubini::variation::{Optimum, Point, Refused, Step};
use serde::Serialize;
use serde_json::{Map, Value, json};

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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expectations: Vec<Quantity<'a>>,
    /// Values of linear parameters.
    #[serde(skip_serializing_if = "Map::is_empty")]
    coefficients: Map<String, Value>,
    evaluations: u64,
    stop: &'static str,
    suspect: Option<&'static str>,
    error_kind: &'static str,
    non_finite: u64,
    seconds: f64,
    integrand_seconds: f64,
    threads: usize,
    seed: u64,
    detail: Value,
    /// What was tried where the method was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    auto: Option<Vec<Tried>>,
    /// What limits a run that ended with its budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    histograms: Vec<Histogram<'a>>,
    /// What was found in the formula.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    analysis: &'a [String],
}

/// The first integral by the value of some quantity.
#[derive(Serialize)]
struct Histogram<'a> {
    name: &'a str,
    edges: &'a [f64],
    values: Vec<f64>,
    errors: Vec<f64>,
    /// What lies below the first bin, above the last, and where the quantity is no number, each with its error.
    below: [f64; 2],
    above: [f64; 2],
    undefined: [f64; 2],
}

impl<'a> From<&'a Division> for Histogram<'a> {
    fn from(Division { name, edges, bins, outside }: &'a Division) -> Self {
        let [below, above, undefined] = outside.map(|e| [e.value, e.error]);
        let (values, errors) = (bins.iter().map(|e| e.value).collect(), bins.iter().map(|e| e.error).collect());
        Histogram { name, edges, values, errors, below, above, undefined }
    }
}

/// How far a method came: its first quantity of the target.
#[derive(Serialize)]
struct Tried {
    method: &'static str,
    value: f64,
    error: f64,
    evaluations: u64,
}

impl From<&Trial> for Tried {
    fn from(trial: &Trial) -> Self {
        let Estimate { value, error } = trial.estimate;
        Tried { method: trial.method, value, error, evaluations: trial.evaluations }
    }
}

/// Numbers that are not finite become `null`.
#[derive(Serialize)]
struct Quantity<'a> {
    name: &'a str,
    value: f64,
    error: f64,
    /// Of a complex integral.
    #[serde(skip_serializing_if = "Option::is_none")]
    imaginary: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imaginary_error: Option<f64>,
}

impl<'a> Quantity<'a> {
    fn new(name: &'a str, estimate: Estimate) -> Self {
        Quantity { name, value: estimate.value, error: estimate.error, imaginary: None, imaginary_error: None }
    }

    fn integral(Integral { name, value, imaginary }: Integral<'a>) -> Self {
        let (imaginary, imaginary_error) = (imaginary.map(|e| e.value), imaginary.map(|e| e.error));
        Quantity { imaginary, imaginary_error, ..Quantity::new(name, value) }
    }
}

pub(super) fn report(outcome: Outcome<'_>) -> String {
    to_text(&document(outcome))
}

fn document(outcome: Outcome<'_>) -> Document<'_> {
    let Outcome { problem, method, options, report, divisions } = outcome;
    let observables = problem.observables.iter().zip(problem.observed(report));
    Document {
        problem: &problem.name,
        method,
        coordinates: problem.coordinates.name(),
        dimension: problem.dimension(),
        integrals: problem.found(report).into_iter().map(Quantity::integral).collect(),
        ratio: problem.ratio.as_ref().zip(report.ratio()).map(|(name, e)| Quantity::new(name, e)),
        sum: problem
            .constant
            .as_ref()
            .zip(report.ratio())
            .map(|(sum, e)| Quantity::new(&sum.name, Estimate { value: e.value + sum.value, error: e.error })),
        expectations: observables.map(|(o, e)| Quantity::new(&o.name, e)).collect(),
        coefficients: named(&problem.coefficients),
        evaluations: report.evaluations,
        stop: report.stop.word(),
        suspect: report.suspect.map(Suspect::reason),
        error_kind: report.error_kind().word(),
        non_finite: report.non_finite,
        seconds: report.seconds,
        integrand_seconds: report.integrand_seconds,
        threads: report.threads,
        seed: options.seed,
        detail: detail(report),
        auto: report.choice.as_ref().map(|choice| choice.tried.iter().map(Tried::from).collect()),
        limit: report.choice.as_ref().and_then(|choice| choice.limit.as_ref()).map(limit::data),
        histograms: divisions.iter().map(Histogram::from).collect(),
        analysis: &problem.analysis,
    }
}

/// A result with what it is for: the parameters of a scan, or the budget of a comparison.
#[derive(Serialize)]
struct Extended<'a> {
    #[serde(flatten)]
    first: Map<String, Value>,
    #[serde(flatten)]
    result: Document<'a>,
}

pub(super) fn scan(job: &ScanJob, points: &[Point], refused: &[Refused]) -> String {
    let extended = |point: &'_ Point| {
        let outcome = Outcome {
            problem: &point.problem,
            method: chosen(&point.report, job.integrator.as_ref()),
            options: &job.options,
            report: &point.report,
            divisions: &[],
        };
        json!(Extended {
            first: [("parameters".to_string(), json!(named(&point.parameters)))].into_iter().collect(),
            result: document(outcome),
        })
    };
    let mut document = json!({"points": points.iter().map(extended).collect::<Vec<_>>()});
    if !refused.is_empty() {
        let refusal = |r: &Refused| json!({"parameters": named(&r.parameters), "reason": r.error.to_string()});
        document["refused"] = refused.iter().map(refusal).collect();
    }
    to_text(&document)
}

pub(super) fn optimize(job: &OptimizeJob, best: &Optimum) -> String {
    let method = chosen(&best.report, job.integrator.as_ref());
    let outcome = Outcome { problem: &best.problem, method, options: &job.options, report: &best.report, divisions: &[] };
    let names = best.parameters.iter().map(|(name, _)| name.clone());
    let uncertainties: Vec<(String, f64)> = names.zip(best.uncertainties.iter().copied()).collect();
    let value = |e: &Estimate| json!({"value": e.value, "error": e.error});
    let step = |step: &Step| {
        let gradient: Map<String, Value> =
            step.parameters.iter().zip(&step.gradient).map(|((name, _), e)| (name.clone(), value(e))).collect();
        json!({
            "parameters": named(&step.parameters),
            "energy": value(&step.energy),
            "gradient": gradient,
            "rtol": step.rtol,
            "evaluations": step.evaluations,
            "aside": step.aside,
            "suspect": step.suspect.map(Suspect::reason),
        })
    };
    to_text(&json!({
        "parameters": named(&best.parameters),
        "uncertainties": named(&uncertainties),
        "stop": best.stop.word(),
        "suspect": best.suspect().map(Suspect::reason),
        "evaluations": best.evaluations,
        "seconds": best.seconds,
        "minimum": document(outcome),
        "path": best.path.iter().map(step).collect::<Vec<_>>(),
    }))
}

pub(super) fn compare(job: &CompareJob, comparison: &Comparison) -> String {
    let rows: Vec<Value> = comparison
        .rows
        .iter()
        .map(|row| {
            let outcome =
                Outcome { problem: &job.problem, method: row.method, options: &job.options, report: &row.report, divisions: &[] };
            let mut first = Map::new();
            first.insert("budget".to_string(), json!(row.budget));
            if let Some(exact) = job.exact {
                first.insert("true_error".to_string(), json!((row.result().value - exact).abs()));
            }
            json!(Extended { first, result: document(outcome) })
        })
        .collect();
    let refusal = |r: &fubini::compare::Refusal| json!({"method": r.method, "budget": r.budget, "reason": r.error.to_string()});
    to_text(&json!({"rows": rows, "refused": comparison.refused.iter().map(refusal).collect::<Vec<_>>()}))
}

fn named(parameters: &[(String, f64)]) -> Map<String, Value> {
    parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect()
}

pub(super) fn methods() -> String {
    let knobs = |m: &fubini::methods::Method| -> Vec<Value> {
        m.knobs.iter().map(|k| json!({"name": k.name, "meaning": k.meaning})).collect()
    };
    let method = |m: &fubini::methods::Method| json!({"name": m.name, "dimensions": m.dimensions, "summary": m.summary, "error": m.error.meaning(), "knobs": knobs(m)});
    to_text(&json!({"methods": METHODS.iter().map(method).collect::<Vec<_>>()}))
}

fn detail(report: &Report) -> Value {
    let value = |fact| match fact {
        Fact::Count(count) => json!(count),
        Fact::Number(number) => json!(number),
        Fact::Flag(flag) => json!(flag),
        Fact::Word(word) => json!(word),
    };
    report.detail.facts().into_iter().map(|(name, fact)| (name.to_string(), value(fact))).collect::<Map<_, _>>().into()
}

fn to_text(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("numbers and strings only") + "\n"
}

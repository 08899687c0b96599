//! How fast the errors of a method fall with its evaluations.

use crate::ErrorKind;

/// How fast errors fall with evaluations.
struct Rates {
    /// What is believed at least and at most.
    least: f64,
    most: f64,
    /// Before there are two errors.
    unknown: f64,
    /// Growth of the evaluations over which it is measured.
    span: f64,
}

const OF_RULES: Rates = Rates { least: 0.2, most: 5.0, unknown: 1.0, span: 3.0 };
const OF_POINTS: Rates = Rates { least: 0.45, most: 3.0, unknown: 0.7, span: 3.0 };
/// As far as anything is known of it, cuhre's rules are of higher degree.
const OF_CUHRE: Rates = Rates { unknown: 1.7, ..OF_RULES };
/// Degrees of products double: from nothing to many digits in a step or two.
const OF_PRODUCTS: Rates = Rates { unknown: 2.5, ..OF_RULES };
/// A train doubles its ranks: from nothing to many digits in a doubling or two.
const OF_TRAINS: Rates = Rates { most: 8.0, unknown: 1.0, span: 1.5, ..OF_POINTS };

/// The power of the evaluations with which errors fell over this course of evaluations and errors in tolerances.
pub(super) fn rate(method: &str, kind: ErrorKind, course: &[(u64, f64)]) -> f64 {
    let Rates { least, most, unknown, span } = match (method, kind) {
        ("train", _) => OF_TRAINS,
        ("product", _) => OF_PRODUCTS,
        ("cuhre", _) => OF_CUHRE,
        (_, ErrorKind::Bound) => OF_RULES,
        (_, ErrorKind::StandardDeviation) => OF_POINTS,
    };
    let Some(&(last, excess)) = course.last() else { return unknown };
    let before = course.iter().rev().find(|(n, _)| last as f64 >= span * *n as f64);
    let measured = before.map(|(n, e)| (e / excess).ln() / (last as f64 / *n as f64).ln());
    measured.filter(|rate| rate.is_finite()).unwrap_or(unknown).clamp(least, most)
}

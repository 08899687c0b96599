//! What limits a run, and what to do about it, in words of the command line.

use fubini::algorithms::{Growth, Limit, Plane};
use serde_json::{Value, json};

/// A sentence on what limits a run; none where others say it.
pub(super) fn words(limit: &Limit, dim: usize) -> Option<String> {
    let where_it_is = |plane: &Option<Plane>| plane.as_ref().map_or_else(|| "on surfaces across the axes".to_string(), along);
    let cut = |plane: &Option<Plane>, written: &str| match plane.as_ref().and_then(|plane| Some((plane.axis()?, plane.place))) {
        Some((axis, place)) => format!("--break cuts variable {} there, at {}", axis + 1, number(place)),
        None => format!("written with {written} in the formula it is cut there; of a closure, --method qmc minds it least"),
    };
    Some(match limit {
        Limit::Jump(plane) => format!("it jumps {}: {}", where_it_is(plane), cut(plane, "where or a comparison")),
        Limit::Kink(plane) => format!("its slope jumps {}: {}", where_it_is(plane), cut(plane, "abs, min or max")),
        Limit::Singular(plane) => {
            format!("it grows without bound {}: take the distance from there as a variable", where_it_is(plane))
        }
        Limit::Face(Growth { axis, end: 1, exponent, .. }) => format!(
            "towards the upper end of variable {} it grows like t^{exponent:.2} with the distance t on the unit cube: a heavy tail, or a \
             singular end: other variables that flatten it",
            axis + 1
        ),
        Limit::Noise => "values at neighbouring points have nothing to do with each other: relax --rtol".to_string(),
        Limit::Narrow(share) => format!(
            "lines through the domain have seen it in {:.1} % of their points: give a --hint near every peak, or narrow the limits",
            100.0 * share
        ),
        Limit::Dimension => {
            format!("it is smooth, and has {dim} variables: relax --rtol, or take variables in which it comes apart")
        }
        _ => return None,
    })
}

/// Where a plane lies.
fn along(plane: &Plane) -> String {
    let mut sum = String::new();
    for (d, a) in plane.normal.iter().enumerate().filter(|(_, a)| **a != 0.0) {
        let sign = if *a < 0.0 {
            if sum.is_empty() { "-" } else { " - " }
        } else if sum.is_empty() {
            ""
        } else {
            " + "
        };
        let factor = if a.abs() == 1.0 { String::new() } else { format!("{} ", number(a.abs())) };
        sum.push_str(&format!("{sign}{factor}x{}", d + 1));
    }
    format!("along {sum} = {}", number(plane.place))
}

/// A number of three digits.
fn number(x: f64) -> String {
    format!("{}", (1e3 * x).round() / 1e3)
}

/// The same as data.
pub(super) fn data(limit: &Limit) -> Value {
    let mut found = json!({ "kind": limit.name() });
    if let Some(plane) = limit.plane() {
        (found["normal"], found["place"]) = (json!(plane.normal), json!(plane.place));
    }
    match limit {
        Limit::Face(growth) => {
            (found["axis"], found["end"], found["exponent"]) = (json!(growth.axis), json!(growth.end), json!(growth.exponent));
        }
        Limit::Narrow(share) => found["share"] = json!(share),
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_words_and_data() {
        assert_eq!((number(0.3), number(1.0), number(0.123_456)), ("0.3".into(), "1".into(), "0.123".into()));
        assert!(words(&Limit::Dimension, 9).unwrap().contains("9 variables"));
        assert_eq!(data(&Limit::Narrow(0.25)), json!({"kind": "narrow", "share": 0.25}));
    }
}

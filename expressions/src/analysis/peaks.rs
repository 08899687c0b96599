//! Gaussian peaks of one variable that are narrow beside its interval, or far out: cut out, so that rules cannot miss them.

use super::Domain;
use crate::graph::{Graph, Id, Node, Unary};

/// Standard deviations from the centre at which a peak ends: beyond, it is 3e-18 of itself.
const REACH: f64 = 9.0;
/// Peaks of an infinite interval that are this near to where its map has its points, and as wide as this, are seen anyway.
const NEAR: f64 = 3.0;
const WIDTHS: [f64; 2] = [0.2, 5.0];
/// Part of a finite interval that a peak must not exceed to be cut out.
const NARROW: f64 = 1.0 / 50.0;
/// Peaks that are cut out.
const MOST: usize = 16;

/// Where peaks are, if rules might miss one of them.
#[derive(Debug, Default)]
pub(super) struct Peaks {
    /// Functions that vanish on both sides of each.
    pub(super) sides: Vec<Id>,
    /// What is said of those that might be missed.
    pub(super) note: Option<String>,
}

impl Peaks {
    /// The peaks of an integrand of one variable.
    pub(super) fn of(graph: &mut Graph, roots: &[Id], domain: &Domain, name: &str) -> Self {
        Self::hidden(graph, roots, domain, name).unwrap_or_default()
    }

    fn hidden(graph: &mut Graph, roots: &[Id], domain: &Domain, name: &str) -> Option<Self> {
        let [(lo, hi)] = domain.limits[..] else { return None };
        let number = |end: Option<Id>, infinity: f64| end.map_or(Some(infinity), |id| graph.value(id));
        let (lo, hi) = (number(lo, f64::NEG_INFINITY)?, number(hi, f64::INFINITY)?);
        // Where the map of an infinite interval has most of its points.
        let middle = [lo, hi, 0.0].into_iter().find(|end| end.is_finite())?;
        let is_hidden = |(centre, width): &(f64, f64)| match (hi - lo).is_finite() {
            true => *width < NARROW * (hi - lo),
            false => (centre - middle).abs() > NEAR || !(WIDTHS[0]..=WIDTHS[1]).contains(width),
        };
        let touches = |(centre, width): &(f64, f64)| centre + REACH * width > lo && centre - REACH * width < hi;
        let mut peaks: Vec<(f64, f64)> = bells(graph, roots).into_iter().filter(touches).collect();
        peaks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        peaks.dedup();
        let hidden: Vec<String> = peaks.iter().filter(|peak| is_hidden(peak)).map(|(centre, _)| format!("{centre:.6}")).collect();
        if hidden.is_empty() || peaks.len() > MOST {
            return None;
        }
        // Where one is cut out, others might be missed between the cuts.
        let sides = peaks.into_iter().flat_map(|(centre, width)| [centre - REACH * width, centre + REACH * width]);
        let variable = graph.variable(0);
        let sides = sides.filter(|at| lo < *at && *at < hi).map(|at| graph.sum(-at, [(1.0, variable)])).collect();
        Some(Peaks { sides, note: Some(format!("a peak that could be missed at {name} = {}: it is cut out", hidden.join(", "))) })
    }
}

/// Centres and standard deviations of all exponentials of quadratic functions that have a maximum.
fn bells(graph: &mut Graph, roots: &[Id]) -> Vec<(f64, f64)> {
    let exponents = |id: &Id| if let Node::Unary(Unary::Exp, a) = graph.node(*id) { Some(*a) } else { None };
    let exponents: Vec<Id> = graph.reachable(roots).iter().filter_map(exponents).collect();
    let variable = graph.variable(0);
    let mut bell = |exponent: Id| {
        let slope = graph.derivative(exponent, variable).ok()?;
        let curvature = graph.derivative(slope, variable).ok()?;
        let curvature = graph.value(curvature).filter(|k| *k < 0.0 && k.is_finite())?;
        let centre = -graph.evaluate(&[slope], &[0.0], &[])[0] / curvature;
        centre.is_finite().then(|| (centre, curvature.abs().sqrt().recip()))
    };
    exponents.into_iter().filter_map(&mut bell).collect()
}

//! What an analysis has made, held against points of the domain: every point lies in one part, or is worth nothing, and the integrand
//! is what it was.

use super::Domain;
use super::forms::Forms;
use crate::compiled::Compiled;
use crate::graph::{Graph, Id};
use fubini_algorithms::{Columns, Integrand};
use std::collections::HashMap;

/// Points that are looked at.
const POINTS: usize = 256;
/// Relative distance from a limit below which rounding may put a point on either side.
const NEAR: f64 = 1e-9;
/// Relative difference of values that rounding may make.
const ALIKE: f64 = 1e-6;

/// The limits of a cell, variable by variable.
type Path = Vec<(Option<Id>, Option<Id>)>;

/// Whether the cells tile the domain and the compiled integrand has the values of the roots.
pub(super) fn tiles(
    graph: &Graph,
    roots: &[Id],
    domain: &Domain,
    forms: &Forms,
    distances: &[Id],
    cells: &[Path],
    compiled: &Compiled,
) -> Result<(), &'static str> {
    let dim = domain.limits.len();
    let mut ends: Vec<Id> = cells.iter().flatten().flat_map(|(lo, hi)| [lo, hi]).flatten().copied().collect();
    ends.sort_unstable();
    ends.dedup();
    let index: HashMap<Id, usize> = ends.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let points: Vec<Vec<f64>> = (0..POINTS).filter_map(|i| place(graph, domain, i)).collect();
    let new: Vec<Vec<f64>> = points.iter().map(|point| graph.evaluate(&forms.new, point, &[])).collect();
    let with_distances = |point: &Vec<f64>| point.iter().copied().chain(graph.evaluate(distances, point, &[])).collect();
    let given: Vec<Vec<f64>> = new.iter().map(with_distances).collect();
    let values = evaluate(compiled, &columns(&given, dim + distances.len()));
    let columns = columns(&new, dim);
    let ends = evaluate(&Compiled::of(graph, &ends, dim), &columns);
    for (i, (point, new)) in points.iter().zip(&new).enumerate() {
        let expected = graph.evaluate(roots, point, &[]);
        for (c, expected) in expected.iter().enumerate() {
            let value = values.column(c)[i];
            if expected.is_finite() && !((value - expected).abs() <= ALIKE * expected.abs()) {
                return Err("the changed integrand differs from the formula");
            }
        }
        let (mut holding, mut near) = (0, false);
        for cell in cells {
            let mut holds = true;
            for (x, (lo, hi)) in new.iter().zip(cell) {
                let at = |end: &Option<Id>, infinity: f64| end.map_or(infinity, |id| ends.column(index[&id])[i]);
                let (lo, hi) = (at(lo, f64::NEG_INFINITY), at(hi, f64::INFINITY));
                let is_near = |end: f64| end.is_finite() && (x - end).abs() <= NEAR * (x.abs() + end.abs());
                near |= is_near(lo) || is_near(hi);
                holds &= lo < *x && *x < hi;
            }
            holding += usize::from(holds);
        }
        let is_nothing = expected.iter().all(|value| *value == 0.0);
        if !near && (holding > 1 || (holding == 0 && !is_nothing)) {
            return Err("the parts do not fill the domain");
        }
    }
    Ok(())
}

/// Point `i` of the domain; none where it has no inside.
fn place(graph: &Graph, domain: &Domain, i: usize) -> Option<Vec<f64>> {
    let mut point = Vec::with_capacity(domain.limits.len());
    for (d, (lo, hi)) in domain.limits.iter().enumerate() {
        // A Kronecker sequence with the square roots of primes.
        let step =
            [2.0f64, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0][d % 12].sqrt() + (d / 12) as f64 * 0.217;
        let u = (0.5 + step * (i + 1) as f64).fract();
        let at = |end: &Option<Id>| end.map(|id| graph.evaluate(&[id], &point, &[])[0]);
        let x = match (at(lo), at(hi)) {
            (Some(lo), Some(hi)) if lo < hi => lo + u * (hi - lo),
            (Some(lo), None) => lo + u / (1.0 - u),
            (None, Some(hi)) => hi - u / (1.0 - u),
            (None, None) => (u - 0.5) / (u * (1.0 - u)),
            _ => return None,
        };
        point.push(x);
    }
    Some(point)
}

fn columns(points: &[Vec<f64>], dim: usize) -> Columns {
    let mut columns = Columns::default();
    columns.reset(dim, points.len());
    for d in 0..dim {
        columns.column_mut(d).iter_mut().zip(points).for_each(|(x, point)| *x = point[d]);
    }
    columns.pad();
    columns
}

fn evaluate(program: &Compiled, points: &Columns) -> Columns {
    let mut values = Columns::default();
    values.reset(program.components(), points.len());
    program.eval(points.points(program.dim()), &mut values.values());
    values
}

//! What an analysis has made, held against points of the domain: every point lies in one part, or is worth nothing, and the integrand
//! is what it was.

use super::Domain;
use super::forms::Forms;
use super::implicit::Implicits;
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

/// Whether the cells tile the domain and the integrand has the values of the roots.
#[expect(clippy::too_many_arguments)]
pub(super) fn tiles(
    graph: &mut Graph,
    implicits: &Implicits,
    roots: &[Id],
    domain: &Domain,
    forms: &Forms,
    distances: &[Id],
    cells: &[Path],
    integrand: &Compiled,
) -> Result<(), &'static str> {
    let dim = domain.limits.len();
    let mut ends: Vec<Id> = cells.iter().flatten().flat_map(|(lo, hi)| [lo, hi]).flatten().copied().collect();
    ends.sort_unstable();
    ends.dedup();
    let index: HashMap<Id, usize> = ends.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let points: Vec<Vec<f64>> = (0..POINTS).filter_map(|i| place(graph, domain, i)).collect();
    let points = columns(&points, dim);
    let expected = evaluate(&Compiled::of(graph, roots, dim), &points);
    let new = evaluate(&Compiled::of(graph, &forms.new, dim), &points);
    let distances = evaluate(&Compiled::of(graph, distances, dim), &new);
    let given = beside(&new, &distances);
    let values = evaluate(integrand, &given);
    let ends = evaluate(&implicits.compile(graph, &ends, dim), &new);
    for i in 0..points.len() {
        for c in 0..roots.len() {
            let (value, expected) = (values.column(c)[i], expected.column(c)[i]);
            let is_alike = (value - expected).abs() <= ALIKE * expected.abs();
            if expected.is_finite() && !is_alike {
                return Err("the changed integrand differs from the formula");
            }
        }
        let (mut holding, mut near) = (0, false);
        for cell in cells {
            let mut holds = true;
            for (d, (lo, hi)) in cell.iter().enumerate() {
                let x = new.column(d)[i];
                let at = |end: &Option<Id>, infinity: f64| end.map_or(infinity, |id| ends.column(index[&id])[i]);
                let (lo, hi) = (at(lo, f64::NEG_INFINITY), at(hi, f64::INFINITY));
                let is_near = |end: f64| end.is_finite() && (x - end).abs() <= NEAR * (x.abs() + end.abs());
                near |= is_near(lo) || is_near(hi);
                holds &= lo < x && x < hi;
            }
            holding += usize::from(holds);
        }
        let is_nothing = (0..roots.len()).all(|c| expected.column(c)[i] == 0.0);
        if !near && (holding > 1 || (holding == 0 && !is_nothing)) {
            return Err("the parts do not fill the domain");
        }
    }
    Ok(())
}

/// Point `i` of the domain; none where it has no inside.
pub(super) fn place(graph: &Graph, domain: &Domain, i: usize) -> Option<Vec<f64>> {
    let mut point = Vec::with_capacity(domain.limits.len());
    for (d, (lo, hi)) in domain.limits.iter().enumerate() {
        // A Kronecker sequence with the square roots of primes.
        let step =
            [2.0f64, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0][d % 12].sqrt() + (d / 12) as f64 * 0.217;
        let u = (0.5 + step * (i + 1) as f64).fract();
        let value = |id: Id| graph.value(id).unwrap_or_else(|| graph.evaluate(&[id], &point, &[])[0]);
        let at = |end: &Option<Id>| end.map(value);
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

/// The columns of both.
fn beside(first: &Columns, second: &Columns) -> Columns {
    let mut both = Columns::default();
    both.reset(first.columns() + second.columns(), first.len());
    let columns = (0..first.columns()).map(|c| first.column(c)).chain((0..second.columns()).map(|c| second.column(c)));
    columns.enumerate().for_each(|(c, column)| both.column_mut(c).copy_from_slice(column));
    both.pad();
    both
}

fn evaluate(program: &dyn Integrand, points: &Columns) -> Columns {
    let mut values = Columns::default();
    values.reset(program.components(), points.len());
    program.eval(points.points(program.dim()), &mut values.values());
    values.pad();
    values
}

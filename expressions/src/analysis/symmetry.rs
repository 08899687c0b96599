//! Variables in which the integrand is even about the middle of their interval: one half is enough.

use super::solve::substitute_all;
use super::surfaces::Surface;
use super::{Domain, depends_on};
use crate::graph::{Graph, Id};

/// Halves the intervals of variables in which all roots are even and some surface varies; says which.
pub(super) fn halve(graph: &mut Graph, roots: &[Id], domain: &mut Domain, surfaces: &[Surface]) -> Vec<usize> {
    let mut halved = Vec::new();
    for v in 0..domain.limits.len() {
        let number = |graph: &Graph, end: Option<Id>| end.map(|id| graph.value(id));
        let (lo, hi) = (number(graph, domain.limits[v].0), number(graph, domain.limits[v].1));
        let twice = match (lo, hi) {
            (None, None) => 0.0,
            (Some(Some(lo)), Some(Some(hi))) => lo + hi,
            _ => continue,
        };
        let others = domain.limits.iter().flat_map(|(lo, hi)| [lo, hi]).flatten().chain(&domain.breaks);
        let is_alone = others.copied().all(|id| !depends_on(graph, id, v as u32));
        if !is_alone || !surfaces.iter().any(|surface| depends_on(graph, surface.function, v as u32)) {
            continue;
        }
        let variable = graph.variable(v as u32);
        let mirrored = graph.sum(twice, [(-1.0, variable)]);
        let mut changed: Vec<Id> = (0..domain.limits.len()).map(|d| graph.variable(d as u32)).collect();
        changed[v] = mirrored;
        if substitute_all(graph, roots, &changed) != roots {
            continue;
        }
        let middle = graph.constant(0.5 * twice);
        domain.limits[v].0 = Some(middle);
        domain.ranges[v].lo = 0.5 * twice;
        domain.factor *= 2.0;
        halved.push(v);
    }
    halved
}

//! Branches that do not change within a cell, and cells in which nothing is left to integrate.

use super::range::Range;
use super::surfaces::Surfaces;
use crate::graph::{Binary, Graph, Id, Node};
use std::collections::HashMap;

/// Comparisons whose outcome does not change within a cell.
pub(super) struct Decided(Vec<Id>);

impl Decided {
    /// Those of which all surfaces are cut.
    pub(super) fn new(graph: &mut Graph, roots: &[Id], used: &[(usize, Id)], ranges: &[Range]) -> Self {
        let mut decided = Vec::new();
        for id in graph.reachable(roots) {
            let Node::Binary(function, a, b) = *graph.node(id) else { continue };
            if !function.is_comparison() && !matches!(function, Binary::Min | Binary::Max) {
                continue;
            }
            let difference = graph.sub(a, b);
            let factors = Surfaces::factors(graph, difference, ranges);
            if factors.iter().all(|factor| used.iter().any(|(_, function)| function == factor)) {
                decided.push(id);
            }
        }
        Decided(decided)
    }

    /// Whether the roots are zero in all of the cell to which a point belongs.
    pub(super) fn is_zero(&self, graph: &mut Graph, roots: &[Id], point: &[f64]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let values = graph.evaluate(&self.0, point, &[]);
        let mut replaced = HashMap::new();
        for (id, value) in self.0.iter().zip(values) {
            let by = match *graph.node(*id) {
                Node::Binary(Binary::Max | Binary::Min, a, b) => match graph.evaluate(&[a, b], point, &[])[..] {
                    [first, _] if first == value => a,
                    _ => b,
                },
                _ => graph.constant(value),
            };
            replaced.insert(*id, by);
        }
        graph.rebuild(roots, &replaced).iter().all(|root| graph.value(*root) == Some(0.0))
    }
}

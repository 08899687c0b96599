//! Variables in which the integrand is odd or even about the middle of their interval: its integral is zero, or one half is enough.

use super::range::{Range, is_not_negative, ranges};
use super::solve::substitute_all;
use super::surfaces::Surface;
use super::{Domain, depends_on};
use crate::graph::{Binary, Graph, Id, Node, Unary};

/// Terms of a sum that are looked at one by one.
const MOST_TERMS: usize = 32;

/// The root without the terms that are odd in a variable, whose integrals certainly exist and are zero; adds these variables to `odd`.
pub(super) fn without_odd(graph: &mut Graph, root: Id, domain: &Domain, odd: &mut Vec<usize>) -> Id {
    let (k, inner) = graph.split(root);
    let (constant, terms) = match graph.node(inner).clone() {
        Node::Sum(constant, terms) if terms.len() <= MOST_TERMS => {
            (constant.get(), terms.iter().map(|(term, own)| (own.get(), *term)).collect())
        }
        _ => (0.0, vec![(1.0, inner)]),
    };
    let mut left: Vec<(f64, Id)> = Vec::with_capacity(terms.len());
    let before = terms.len();
    for (own, term) in terms {
        // What is infinitely often zero is nothing that exists.
        match odd_in(graph, term, domain).filter(|_| (k * own).is_finite()) {
            Some(v) => odd.push(v),
            None => left.push((k * own, term)),
        }
    }
    if left.len() == before { root } else { graph.sum(k * constant, left) }
}

/// A variable in which a node is odd, and whose integral certainly exists.
fn odd_in(graph: &mut Graph, node: Id, domain: &Domain) -> Option<usize> {
    let odd = (0..domain.limits.len()).find(|v| {
        let Some(changed) = mirrored(graph, domain, *v) else { return false };
        let there = substitute_all(graph, &[node], &changed)[0];
        graph.product(-1.0, [(there, 2)]) == node
    })?;
    exists(graph, node, &domain.ranges).then_some(odd)
}

/// Halves the intervals of variables in which all roots are even, of infinite ones those in which some surface varies; says which.
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
        let varies = |surface: &Surface| depends_on(graph, surface.function, v as u32);
        if !is_alone || !(lo.is_some() || surfaces.iter().any(varies)) {
            continue;
        }
        let Some(changed) = mirrored(graph, domain, v) else { continue };
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

/// All variables after one of them was mirrored about the middle of its interval; none if limits or breaks would not stay as they are.
fn mirrored(graph: &mut Graph, domain: &Domain, v: usize) -> Option<Vec<Id>> {
    let variable = graph.variable(v as u32);
    let mirrored = match domain.limits[v] {
        (None, None) => graph.product(-1.0, [(variable, 2)]),
        (Some(lo), Some(hi)) => graph.sum(0.0, [(1.0, lo), (1.0, hi), (-1.0, variable)]),
        _ => return None,
    };
    let mut changed: Vec<Id> = (0..domain.limits.len()).map(|d| graph.variable(d as u32)).collect();
    changed[v] = mirrored;
    let others: Vec<Id> = domain.limits.iter().flat_map(|(lo, hi)| [*lo, *hi]).flatten().chain(domain.breaks.clone()).collect();
    (substitute_all(graph, &others, &changed) == others).then_some(changed)
}

/// Whether the integral certainly exists: the integrand is bounded on a bounded domain, or a Gaussian or an exponential of distances
/// times what is bounded by a polynomial; and it is a number everywhere.
fn exists(graph: &Graph, root: Id, variables: &[Range]) -> bool {
    let known = ranges(graph, &[root], variables);
    let is_number = |id: &Id| match graph.node(*id) {
        Node::Product(_, factors) => factors.iter().all(|(base, half)| half % 2 == 0 || is_not_negative(graph, *base, &known)),
        Node::Binary(Binary::Pow, base, _) | Node::Unary(Unary::Sqrt | Unary::Log | Unary::Log10, base) => {
            is_not_negative(graph, *base, &known)
        }
        _ => true,
    };
    if !graph.reachable(&[root]).iter().all(is_number) {
        return false;
    }
    let is_bounded = |id: Id| known[&id].lo.is_finite() && known[&id].hi.is_finite();
    let is_infinite = |v: &u32| !(variables[*v as usize].hi - variables[*v as usize].lo).is_finite();
    let infinite: Vec<u32> = (0..variables.len() as u32).filter(is_infinite).collect();
    if infinite.is_empty() {
        return is_bounded(root);
    }
    let Node::Product(_, factors) = graph.node(root) else { return false };
    let decays = |id: Id| matches!(graph.node(id), Node::Unary(Unary::Exp, a) if is_steep(graph, *a, &infinite, &is_bounded));
    let is_fine = |(base, half): &(Id, i32)| *half > 0 && (decays(*base) || is_polynomial(graph, *base, &is_bounded));
    factors.iter().any(|(base, half)| *half > 0 && decays(*base)) && factors.iter().all(is_fine)
}

/// Whether an exponent falls like an even power or the absolute value of every infinite variable, and is bounded beside.
fn is_steep(graph: &Graph, id: Id, infinite: &[u32], is_bounded: &dyn Fn(Id) -> bool) -> bool {
    let (outer, inner) = match graph.node(id) {
        Node::Product(k, factors) => match factors[..] {
            [(only, 2)] => (k.get(), only),
            _ => (1.0, id),
        },
        _ => (1.0, id),
    };
    let terms: Vec<(f64, Id)> = match graph.node(inner) {
        Node::Sum(_, terms) => terms.iter().map(|(term, k)| (outer * k.get(), *term)).collect(),
        _ => vec![(outer, inner)],
    };
    let variable = |id: Id| if let Node::Variable(v) = graph.node(id) { Some(*v) } else { None };
    let falls = |(k, term): &(f64, Id)| match graph.node(*term) {
        Node::Unary(Unary::Abs, a) => variable(*a).filter(|_| *k < 0.0),
        Node::Product(own, factors) => match factors[..] {
            [(base, half)] if half > 0 && half % 4 == 0 && k * own.get() < 0.0 => variable(base),
            _ => None,
        },
        _ => None,
    };
    let found: Vec<Option<u32>> = terms.iter().map(falls).collect();
    let mut rest = terms.iter().zip(&found).filter(|(_, falls)| falls.is_none());
    infinite.iter().all(|v| found.contains(&Some(*v))) && rest.all(|((_, term), _)| is_bounded(*term))
}

/// Whether a node is bounded by a polynomial of the variables.
fn is_polynomial(graph: &Graph, id: Id, is_bounded: &dyn Fn(Id) -> bool) -> bool {
    is_bounded(id)
        || match graph.node(id) {
            Node::Variable(_) => true,
            Node::Sum(_, terms) => terms.iter().all(|(term, _)| is_polynomial(graph, *term, is_bounded)),
            Node::Product(_, factors) => factors.iter().all(|(base, half)| *half > 0 && is_polynomial(graph, *base, is_bounded)),
            Node::Unary(Unary::Abs, a) => is_polynomial(graph, *a, is_bounded),
            _ => false,
        }
}

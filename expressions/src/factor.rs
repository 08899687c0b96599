//! Common factors of sums, greedily: the factor that most terms share is taken out first.
//!
//! For a polynomial in one quantity this is Horner's scheme. The same search for more quantities is known from
//! code generation for multivariate polynomials (Ceberio and Kreinovich, ACM SIGSAM Bulletin 38, 2004).

use std::collections::{BTreeMap, HashMap};

use crate::graph::{Graph, Id, Node};

/// In longer sums only a factor that all terms share is taken out: the search is quadratic.
const MOST_TERMS: usize = 400;

type Monomial = Vec<(Id, i32)>;

/// The roots with common factors taken out of every sum.
pub(crate) fn factored(graph: &mut Graph, roots: &[Id]) -> Vec<Id> {
    let mut new: HashMap<Id, Id> = HashMap::new();
    for id in graph.reachable(roots) {
        let made = match graph.node(id).clone() {
            Node::Sum(constant, terms) => {
                let mut list: Vec<(f64, Monomial)> = Vec::with_capacity(terms.len() + 1);
                if constant.get() != 0.0 {
                    list.push((constant.get(), Vec::new()));
                }
                for (term, coefficient) in terms {
                    let (scale, monomial) = monomial(graph, new[&term]);
                    list.push((scale * coefficient.get(), monomial));
                }
                take_out(graph, list)
            }
            Node::Product(k, factors) => graph.product(k.get(), factors.iter().map(|(base, half)| (new[base], *half))),
            Node::Unary(function, a) => graph.unary(function, new[&a]),
            Node::Binary(function, a, b) => graph.binary(function, new[&a], new[&b]),
            Node::Where(c, a, b) => graph.choose(new[&c], new[&a], new[&b]),
            _ => id,
        };
        new.insert(id, made);
    }
    roots.iter().map(|root| new[root]).collect()
}

/// A node as coefficient and powers.
fn monomial(graph: &mut Graph, id: Id) -> (f64, Monomial) {
    match graph.node(id) {
        Node::Constant(value) => (value.get(), Vec::new()),
        Node::Product(k, factors) => (k.get(), factors.to_vec()),
        _ => (1.0, vec![(id, 2)]),
    }
}

fn take_out(graph: &mut Graph, mut list: Vec<(f64, Monomial)>) -> Id {
    let mut outside: Monomial = Vec::new();
    let long = list.len() > MOST_TERMS;
    loop {
        // How many terms have each base, apart for numerators and denominators, and the least power among them.
        let mut counts: BTreeMap<(Id, bool), (usize, i32)> = BTreeMap::new();
        for (base, half) in list.iter().flat_map(|(_, m)| m) {
            let entry = counts.entry((*base, *half < 0)).or_insert((0, half.abs()));
            entry.0 += 1;
            entry.1 = entry.1.min(half.abs());
        }
        // The first of equally frequent ones, so that the result does not depend on hashing.
        let best = counts.into_iter().rev().max_by_key(|(_, (count, _))| *count);
        let Some(((base, below), (count, least))) = best else { break };
        if count < 2 || (long && count < list.len()) {
            break;
        }
        let half = if below { -least } else { least };
        let divide = |monomial: &mut Monomial| {
            for factor in monomial.iter_mut().filter(|(b, _)| *b == base) {
                factor.1 -= half;
            }
            monomial.retain(|(_, h)| *h != 0);
        };
        let has = |m: &Monomial| m.iter().any(|(b, h)| *b == base && (*h < 0) == below);
        if count == list.len() {
            list.iter_mut().for_each(|(_, m)| divide(m));
            outside.push((base, half));
            continue;
        }
        let (mut group, rest): (Vec<_>, Vec<_>) = list.into_iter().partition(|(_, m)| has(m));
        group.iter_mut().for_each(|(_, m)| divide(m));
        let inner = take_out(graph, group);
        let joined = graph.product(1.0, [(inner, 2), (base, half)]);
        list = rest;
        let joined = monomial(graph, joined);
        list.push(joined);
    }
    let terms: Vec<(f64, Id)> = list.into_iter().map(|(c, m)| (c, graph.product(1.0, m))).collect();
    let sum = graph.sum(0.0, terms);
    outside.push((sum, 2));
    graph.product(1.0, outside)
}

//! Laplacians and gradient products by the chain rule on nodes.
//!
//! For `f(u, v, …)`: `∇²f = Σ f_i ∇²u_i + Σ f_ij ∇u_i·∇u_j`, with the products of gradients remembered for pairs of
//! nodes. Differentiating node by node, not coordinate by coordinate, keeps `∇r·∇r = 1` and its like in sight: they
//! cancel before anything is expanded. A node that depends on one leaf alone is a function of one variable and is
//! differentiated as such, so that its derivatives simplify.

use std::collections::HashMap;

use crate::graph::{Graph, Id, Node, Unary};
use crate::syntax::{Error, ErrorKind};

/// Sums up to this length are multiplied out when they meet a factor, so that their terms can cancel others.
const MULTIPLIED_OUT: usize = 24;
/// Most pairs of nodes whose gradients are multiplied: their number grows with the square of the expression.
const MOST_PAIRS: usize = 1 << 16;

/// The leaves of differentiation: their Laplacians and the products of their gradients.
///
/// Missing entries are zero. For Cartesian coordinates see [`Laplacian::cartesian`].
#[derive(Debug, Default)]
pub struct Laplacian {
    laplacians: HashMap<Id, Option<Id>>,
    dots: HashMap<Pair, Option<Id>>,
    leaves: HashMap<Id, Option<Id>>,
    support: HashMap<Id, Support>,
    slopes: HashMap<Id, Id>,
}

/// Two nodes, the earlier one first.
type Pair = (Id, Id);
/// What a node depends on, with the derivatives.
type Expansion = Vec<(Id, Id)>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Support {
    None,
    One(Id),
    Many,
}

impl Laplacian {
    /// Leaves that are Cartesian coordinates.
    pub fn cartesian(graph: &mut Graph, coordinates: &[Id]) -> Self {
        let one = graph.constant(1.0);
        let mut laplacian = Self::default();
        for x in coordinates {
            laplacian.leaf(*x, None);
            laplacian.pair(*x, *x, one);
        }
        laplacian
    }

    /// Declares a leaf and its Laplacian.
    pub(crate) fn leaf(&mut self, leaf: Id, laplacian: Option<Id>) {
        self.leaves.insert(leaf, laplacian);
    }

    /// Declares the product of the gradients of two leaves.
    pub(crate) fn pair(&mut self, a: Id, b: Id, dot: Id) {
        self.dots.insert((a.min(b), a.max(b)), Some(dot));
    }

    /// `∇²root`.
    ///
    /// # Errors
    /// Where a needed derivative is outside the grammar, or would be too large.
    pub fn of(&mut self, graph: &mut Graph, root: Id) -> Result<Id, Error> {
        for id in graph.reachable(&[root]) {
            if !self.laplacians.contains_key(&id) {
                let laplacian = self.step(graph, id)?;
                self.laplacians.insert(id, laplacian);
            }
        }
        let laplacian = self.laplacians[&root];
        Ok(laplacian.unwrap_or_else(|| graph.constant(0.0)))
    }

    /// `∇a·∇b`.
    ///
    /// # Errors
    /// As [`Laplacian::of`].
    pub fn dot(&mut self, graph: &mut Graph, a: Id, b: Id) -> Result<Id, Error> {
        let dot = self.product(graph, a, b)?;
        Ok(dot.unwrap_or_else(|| graph.constant(0.0)))
    }

    fn support(&mut self, graph: &Graph, root: Id) -> Support {
        if let Some(known) = self.support.get(&root) {
            return *known;
        }
        for id in graph.reachable(&[root]) {
            if self.support.contains_key(&id) {
                continue;
            }
            let mut support = Support::None;
            if self.leaves.contains_key(&id) {
                support = Support::One(id);
            }
            graph.operands(id, |operand| {
                support = match (support, self.support[&operand]) {
                    (Support::None, other) | (other, Support::None) => other,
                    (Support::One(a), Support::One(b)) if a == b => Support::One(a),
                    _ => Support::Many,
                };
            });
            self.support.insert(id, support);
        }
        self.support[&root]
    }

    /// What a node depends on, with the derivatives: its leaf, if there is only one, else its operands.
    fn expand(&mut self, graph: &mut Graph, id: Id) -> Result<Expansion, Error> {
        if let (Support::One(leaf), false) = (self.support(graph, id), matches!(graph.node(id), Node::Sum(..))) {
            return Ok(vec![(leaf, self.slope(graph, id, leaf)?)]);
        }
        let partials = graph.partials(id)?;
        Ok(partials.into_iter().filter(|(u, _)| self.support(graph, *u) != Support::None).collect())
    }

    fn slope(&mut self, graph: &mut Graph, id: Id, leaf: Id) -> Result<Id, Error> {
        if let Some(known) = self.slopes.get(&id) {
            return Ok(*known);
        }
        let slope = graph.derivative(id, leaf)?;
        self.slopes.insert(id, slope);
        Ok(slope)
    }

    /// `∇a·∇b`, `None` for zero; an explicit stack instead of recursion.
    fn product(&mut self, graph: &mut Graph, a: Id, b: Id) -> Result<Option<Id>, Error> {
        let key = |a: Id, b: Id| (a.min(b), a.max(b));
        let goal = key(a, b);
        // Pairs to do; one that waits for others keeps its expansion.
        let mut stack: Vec<(Pair, Option<Expansion>)> = vec![(goal, None)];
        while let Some(((low, high), expansion)) = stack.pop() {
            if self.dots.contains_key(&(low, high)) {
                continue;
            }
            if self.dots.len() + stack.len() > MOST_PAIRS {
                let what = "the Laplacian";
                return Err(Error::new(ErrorKind::TooLarge { what, limit: MOST_PAIRS }));
            }
            let none = |s: Support| s == Support::None;
            if none(self.support(graph, low)) || none(self.support(graph, high)) {
                self.dots.insert((low, high), None);
                continue;
            }
            // The later node is expanded, because it may contain the earlier one, not the other way round.
            let (upper, lower) = if self.leaves.contains_key(&high) { (low, high) } else { (high, low) };
            if self.leaves.contains_key(&upper) {
                self.dots.insert((low, high), None);
                continue;
            }
            let expansion = match expansion {
                Some(expansion) => expansion,
                None => {
                    let expansion = self.expand(graph, upper)?;
                    let missing: Vec<_> =
                        expansion.iter().map(|(u, _)| key(*u, lower)).filter(|pair| !self.dots.contains_key(pair)).collect();
                    if !missing.is_empty() {
                        stack.push(((low, high), Some(expansion)));
                        stack.extend(missing.into_iter().map(|pair| (pair, None)));
                        continue;
                    }
                    expansion
                }
            };
            let mut terms = Vec::new();
            for (u, slope) in expansion {
                if let Some(inner) = self.dots[&key(u, lower)] {
                    terms.push((1.0, graph.product(1.0, [(slope, 2), (inner, 2)])));
                }
            }
            let dot = (!terms.is_empty()).then(|| graph.sum(0.0, terms));
            self.dots.insert((low, high), dot.filter(|dot| graph.value(*dot) != Some(0.0)));
        }
        Ok(self.dots[&goal])
    }

    /// `∇²id` from the operands' Laplacians, which are known.
    fn step(&mut self, graph: &mut Graph, id: Id) -> Result<Option<Id>, Error> {
        if let Some(laplacian) = self.leaves.get(&id) {
            return Ok(*laplacian);
        }
        let support = self.support(graph, id);
        let mut terms: Vec<(f64, Id)> = Vec::new();
        match (graph.node(id).clone(), support) {
            (_, Support::None) => return Ok(None),
            (Node::Sum(_, list), _) => {
                for (term, coefficient) in list {
                    if let Some(inner) = self.laplacians[&term] {
                        terms.push((coefficient.get(), inner));
                    }
                }
            }
            (_, Support::One(leaf)) => {
                let first = self.slope(graph, id, leaf)?;
                let second = graph.derivative(first, leaf)?;
                if let Some(inner) = self.leaves[&leaf] {
                    multiply_out(graph, &mut terms, inner, first);
                }
                if let Some(dot) = self.product(graph, leaf, leaf)? {
                    multiply_out(graph, &mut terms, dot, second);
                }
            }
            (Node::Product(k, factors), _) => self.product_rule(graph, k.get(), &factors, &mut terms)?,
            (Node::Where(c, a, b), _) => {
                let zero = graph.constant(0.0);
                let branch = |x: Id| self.laplacians[&x].unwrap_or(zero);
                let (a, b) = (branch(a), branch(b));
                let chosen = graph.choose(c, a, b);
                return Ok(Some(chosen).filter(|l| graph.value(*l) != Some(0.0)));
            }
            (node, _) => self.chain_rule(graph, &node, &mut terms)?,
        }
        let laplacian = graph.sum(0.0, terms);
        let laplacian = graph.cancel(laplacian);
        graph.check("the Laplacian")?;
        Ok(Some(laplacian).filter(|l| graph.value(*l) != Some(0.0)))
    }

    /// `T = k Π b^p`; an exponential is differentiated by its exponent, which leaves `T` as it is.
    fn product_rule(
        &mut self,
        graph: &mut Graph,
        k: f64,
        factors: &[(Id, i32)],
        terms: &mut Vec<(f64, Id)>,
    ) -> Result<(), Error> {
        let parts: Vec<(Id, Option<f64>)> = factors
            .iter()
            .map(|(base, half)| match graph.node(*base) {
                Node::Unary(Unary::Exp, a) => (*a, None),
                _ => (*base, Some(0.5 * f64::from(*half))),
            })
            .collect();
        // Coefficient and factors of ∂T/∂part, and of the derivative of that by another part.
        let lowered = |(scale, mut list): (f64, Vec<(Id, i32)>), (part, power): (Id, Option<f64>), again: bool| match power {
            None => (scale, list),
            Some(p) => {
                list.push((part, -2));
                (scale * if again { p - 1.0 } else { p }, list)
            }
        };
        for (i, &part) in parts.iter().enumerate() {
            let first = lowered((k, factors.to_vec()), part, false);
            if let Some(inner) = self.laplacian_of(graph, part.0)? {
                let monomial = graph.product(first.0, first.1.clone());
                multiply_out(graph, terms, monomial, inner);
            }
            for (j, &other) in parts.iter().enumerate().skip(i) {
                let Some(dot) = self.product(graph, part.0, other.0)? else { continue };
                let (scale, list) = lowered(first.clone(), other, i == j);
                let monomial = graph.product(if i == j { scale } else { 2.0 * scale }, list);
                multiply_out(graph, terms, monomial, dot);
            }
        }
        Ok(())
    }

    /// The Laplacian of an operand's operand: below an exponential it may not be reached on its own.
    fn laplacian_of(&mut self, graph: &mut Graph, id: Id) -> Result<Option<Id>, Error> {
        if let Some(known) = self.laplacians.get(&id) {
            return Ok(*known);
        }
        self.of(graph, id)?;
        Ok(self.laplacians[&id])
    }

    /// A function of operands: its derivatives are taken in fresh variables, so that no rewriting of the operands
    /// can hide them, and the operands put back afterwards.
    fn chain_rule(&mut self, graph: &mut Graph, node: &Node, terms: &mut Vec<(f64, Id)>) -> Result<(), Error> {
        let (u, v) = (graph.variable(u32::MAX), graph.variable(u32::MAX - 1));
        let (model, pairs) = match *node {
            Node::Unary(function, a) => (graph.unary(function, u), vec![(u, a)]),
            Node::Binary(function, a, b) if a == b => (graph.binary(function, u, u), vec![(u, a)]),
            Node::Binary(function, a, b) => (graph.binary(function, u, v), vec![(u, a), (v, b)]),
            _ => return Ok(()),
        };
        let back: HashMap<Id, Id> = pairs.iter().copied().collect();
        for (i, &(x, a)) in pairs.iter().enumerate() {
            let first = graph.derivative(model, x)?;
            if let Some(inner) = self.laplacian_of(graph, a)? {
                let slope = graph.rebuild(&[first], &back)[0];
                multiply_out(graph, terms, slope, inner);
            }
            for (j, &(y, b)) in pairs.iter().enumerate().skip(i) {
                let Some(dot) = self.product(graph, a, b)? else { continue };
                let second = graph.derivative(first, y)?;
                let second = graph.rebuild(&[second], &back)[0];
                let scaled = graph.product(if i == j { 1.0 } else { 2.0 }, [(second, 2)]);
                multiply_out(graph, terms, scaled, dot);
            }
        }
        Ok(())
    }
}

/// Appends the terms of `factor · sum`: multiplied out if the sum is short, else as one product.
pub(crate) fn multiply_out(graph: &mut Graph, terms: &mut Vec<(f64, Id)>, factor: Id, sum: Id) {
    let (scale, inner) = graph.split(sum);
    match graph.node(inner).clone() {
        Node::Sum(constant, list) if list.len() <= MULTIPLIED_OUT => {
            terms.push((scale * constant.get(), factor));
            for (term, coefficient) in list {
                let product = graph.product(1.0, [(factor, 2), (term, 2)]);
                terms.push((scale * coefficient.get(), product));
            }
        }
        _ => terms.push((1.0, graph.product(1.0, [(factor, 2), (sum, 2)]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Mode;

    #[test]
    fn products_of_gradients_end_where_there_are_too_many_pairs() {
        // The gradient of a sum of n terms in two coordinates, squared: n² pairs, each of which costs little.
        let pairs_of = |n: usize| {
            let mut graph = Graph::new(Mode::Canonical);
            let (x, y) = (graph.variable(0), graph.variable(1));
            let mut laplacian = Laplacian::cartesian(&mut graph, &[x, y]);
            let terms: Vec<(f64, Id)> = (0..n)
                .map(|k| {
                    let inner = graph.sum(0.0, [(1.0, x), (1.0 + k as f64, y)]);
                    (1.0, graph.unary(Unary::Sin, inner))
                })
                .collect();
            let sum = graph.sum(0.0, terms);
            let dot = laplacian.dot(&mut graph, sum, sum);
            (dot.map_err(|error| error.kind().clone()), laplacian.dots.len())
        };
        assert!(pairs_of(60).0.is_ok());
        let (refused, pairs) = pairs_of(400);
        assert_eq!(refused.unwrap_err(), ErrorKind::TooLarge { what: "the Laplacian", limit: MOST_PAIRS });
        assert!(pairs <= MOST_PAIRS, "{pairs}");
    }
}

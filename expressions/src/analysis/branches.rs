//! Addition theorems, and branches by groups of variables: when a condition holds, as cases that exclude each other.

use super::separate::{Joined, MOST_TERMS, Term, Work};
use crate::graph::{Binary, Id, Node, Unary};
use std::collections::BTreeMap;

impl Work<'_> {
    /// The sine or cosine of a sum by the addition theorems.
    pub(super) fn addition(&mut self, function: Unary, parts: &[(usize, Id)]) -> Vec<Term> {
        let Some(((group, first), rest)) = parts.split_first() else {
            return vec![Term { number: function.apply(0.0), factors: BTreeMap::new() }];
        };
        let other = if function == Unary::Sin { Unary::Cos } else { Unary::Sin };
        // sin(a + b) = sin a cos b + cos a sin b, cos(a + b) = cos a cos b − sin a sin b.
        let pairs = match function {
            Unary::Sin => [(1.0, function, other), (1.0, other, function)],
            _ => [(1.0, function, function), (-1.0, other, other)],
        };
        let mut terms = Vec::new();
        for (sign, of_first, of_rest) in pairs {
            let value = self.graph.unary(of_first, *first);
            for rest in self.addition(of_rest, rest).into_iter().filter(|term| term.number != 0.0) {
                let factors = rest.factors.into_iter().chain([(*group, value)]).collect();
                terms.push(Term { number: sign * rest.number, factors });
            }
        }
        terms
    }

    /// When a condition holds, or does not, as cases that exclude each other: each a condition on every group.
    pub(super) fn cases(&mut self, condition: Id, wanted: bool) -> Result<Vec<Term>, Joined> {
        if let Some(value) = self.graph.value(condition) {
            let always = Term { number: 1.0, factors: BTreeMap::new() };
            return Ok(if (value != 0.0) == wanted { vec![always] } else { Vec::new() });
        }
        if let [group] = self.groups(condition)[..] {
            let (one, zero) = (self.graph.constant(1.0), self.graph.constant(0.0));
            let (then, otherwise) = if wanted { (one, zero) } else { (zero, one) };
            let holds = self.graph.choose(condition, then, otherwise);
            return Ok(vec![Term { number: 1.0, factors: BTreeMap::from([(group, holds)]) }]);
        }
        let cases = match *self.graph.node(condition) {
            Node::Unary(Unary::Not, a) => self.cases(a, !wanted)?,
            Node::Binary(function @ (Binary::And | Binary::Or), a, b) => {
                // Both are as `decisive` says, or the first is not, or only the second is not.
                let decisive = function == Binary::And;
                let (first, second) = (self.cases(a, wanted)?, self.cases(b, wanted)?);
                if wanted == decisive {
                    self.times(first, &second)
                } else {
                    let otherwise = self.cases(a, !wanted)?;
                    let mut all = first;
                    all.extend(self.times(otherwise, &second));
                    all
                }
            }
            _ => return self.whole(condition),
        };
        if cases.len() > MOST_TERMS { self.whole(condition) } else { Ok(cases) }
    }

    /// Values where cases hold, each factor guarded by the condition on its own variables: what it is elsewhere does not count.
    pub(super) fn guard(&mut self, cases: &[Term], values: &[Term]) -> Vec<Term> {
        let zero = self.graph.constant(0.0);
        let mut all = Vec::with_capacity(cases.len() * values.len());
        for (case, value) in cases.iter().flat_map(|case| values.iter().map(move |value| (case, value))) {
            let mut term = value.clone();
            for (group, condition) in &case.factors {
                let guarded = match (value.factors.get(group), self.graph.node(*condition)) {
                    (None, _) => *condition,
                    (Some(value), &Node::Where(c, yes, _)) if self.graph.value(yes) == Some(1.0) => {
                        self.graph.choose(c, *value, zero)
                    }
                    (Some(value), &Node::Where(c, _, no)) if self.graph.value(no) == Some(1.0) => {
                        self.graph.choose(c, zero, *value)
                    }
                    (Some(value), _) => self.graph.choose(*condition, *value, zero),
                };
                term.factors.insert(*group, guarded);
            }
            all.push(term);
        }
        all
    }
}

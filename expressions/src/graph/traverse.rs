//! Walking a graph: what is reachable, and the same graph with some nodes replaced.

use std::collections::{HashMap, HashSet};

use super::{Graph, Id, Node};

/// Up to here a set is quicker than marks for the whole graph.
const FEW: usize = 2000;

impl Graph {
    /// What the roots need, operands before users.
    pub fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        self.few_reachable(roots).unwrap_or_else(|| self.many_reachable(roots))
    }

    /// By following operands, which does not touch the rest of the graph; `None` if there are many.
    fn few_reachable(&self, roots: &[Id]) -> Option<Vec<Id>> {
        let mut seen: HashSet<Id> = HashSet::new();
        let mut work = roots.to_vec();
        while let Some(id) = work.pop() {
            if work.len() > FEW || seen.len() > FEW {
                return None;
            }
            if seen.insert(id) {
                self.operands(id, |operand| work.push(operand));
            }
        }
        let mut ids: Vec<Id> = seen.into_iter().collect();
        ids.sort_unstable();
        Some(ids)
    }

    fn many_reachable(&self, roots: &[Id]) -> Vec<Id> {
        let Some(highest) = roots.iter().max() else {
            return Vec::new();
        };
        let mut needed = vec![false; highest.index() + 1];
        roots.iter().for_each(|root| needed[root.index()] = true);
        for at in (0..needed.len()).rev() {
            if needed[at] {
                self.operands(Id(at as u32), |operand| needed[operand.index()] = true);
            }
        }
        let marked = needed.iter().enumerate().filter(|(_, n)| **n);
        marked.map(|(at, _)| Id(at as u32)).collect()
    }

    /// Number of operations that a tree without sharing would have, at most `u64::MAX`.
    pub fn tree_size(&self, root: Id) -> u64 {
        let mut sizes: HashMap<Id, u64> = HashMap::new();
        for id in self.reachable(&[root]) {
            let mut size = 1_u64;
            self.operands(id, |operand| size = size.saturating_add(sizes[&operand]));
            sizes.insert(id, size);
        }
        sizes[&root]
    }

    /// A graph of what the roots need and nothing else, in the same order, and the roots in it.
    pub(crate) fn part(&self, roots: &[Id]) -> (Self, Vec<Id>) {
        let mut part = Graph::new(self.mode);
        part.distances.clone_from(&self.distances);
        let mut new: HashMap<Id, Id> = HashMap::new();
        for id in self.reachable(roots) {
            let node = match self.node(id) {
                Node::Sum(constant, terms) => Node::Sum(*constant, terms.iter().map(|(t, k)| (new[t], *k)).collect()),
                Node::Product(k, factors) => Node::Product(*k, factors.iter().map(|(b, half)| (new[b], *half)).collect()),
                Node::Unary(function, a) => Node::Unary(*function, new[a]),
                Node::Binary(function, a, b) => Node::Binary(*function, new[a], new[b]),
                Node::Where(c, a, b) => Node::Where(new[c], new[a], new[b]),
                leaf => leaf.clone(),
            };
            let made = part.intern(node);
            new.insert(id, made);
        }
        let roots = roots.iter().map(|root| new[root]).collect();
        (part, roots)
    }

    /// The roots with replaced nodes, everything above them built anew by the rules of the graph.
    pub(crate) fn rebuild(&mut self, roots: &[Id], replaced: &HashMap<Id, Id>) -> Vec<Id> {
        self.rebuild_with(roots, |_, id| replaced.get(&id).copied())
    }

    /// As [`Graph::rebuild`], with replacements looked up in the new graph's numbers.
    pub(crate) fn rebuild_with(&mut self, roots: &[Id], mut replace: impl FnMut(&mut Self, Id) -> Option<Id>) -> Vec<Id> {
        let mut new: HashMap<Id, Id> = HashMap::new();
        for id in self.reachable(roots) {
            let made = match replace(self, id) {
                Some(made) => made,
                None => {
                    let made = self.remake(id, &new);
                    replace(self, made).unwrap_or(made)
                }
            };
            new.insert(id, made);
        }
        roots.iter().map(|root| new[root]).collect()
    }

    fn remake(&mut self, id: Id, new: &HashMap<Id, Id>) -> Id {
        let mut changed = false;
        self.operands(id, |operand| changed |= new[&operand] != operand);
        if !changed {
            return id;
        }
        match self.node(id).clone() {
            Node::Constant(_) | Node::Variable(_) | Node::Parameter(_) => id,
            Node::Sum(constant, terms) => self.sum(constant.get(), terms.iter().map(|(t, c)| (c.get(), new[t]))),
            Node::Product(k, factors) => self.product(k.get(), factors.iter().map(|(b, h)| (new[b], *h))),
            Node::Unary(function, a) => self.unary(function, new[&a]),
            Node::Binary(function, a, b) => self.binary(function, new[&a], new[&b]),
            Node::Where(c, a, b) => self.choose(new[&c], new[&a], new[&b]),
        }
    }
}

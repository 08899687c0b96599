//! An integrand as a sum of products whose factors have no variable in common.
//!
//! Every variable begins in a group of its own. Products, exponentials of sums, powers and absolute values of products, sums and
//! branches are taken apart by groups; what cannot be joins the groups of all its variables, and all begins anew.

use super::range::{Range, is_not_negative, ranges};
use crate::graph::{Binary, Graph, Id, Node, Unary};
use std::collections::{BTreeMap, HashMap};

/// Products that an integrand may be a sum of.
pub(super) const MOST_TERMS: usize = 32;
/// Powers of sums that are multiplied out.
const LARGEST_POWER: i32 = 4;
/// A number times a factor for each group that has one.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) number: f64,
    pub(super) factors: BTreeMap<usize, Id>,
}

/// Two groups were joined.
pub(super) struct Joined;

/// Integrands that have been taken apart.
#[derive(Debug)]
pub(super) struct Separation {
    /// The variables of each group, ascending.
    pub(super) groups: Vec<Vec<usize>>,
    /// The products of each integrand, by position of the group.
    pub(super) sums: Vec<Vec<Term>>,
}

impl Separation {
    /// Takes the roots apart; `linked` are variables that belong together whatever the integrand is, as by limits.
    pub(super) fn of(graph: &mut Graph, roots: &[Id], variables: &[Range], linked: &[(usize, usize)]) -> Self {
        let known = ranges(graph, roots, variables);
        let mut work = Work { graph, variables, known, sets: HashMap::new(), group: (0..variables.len()).collect() };
        linked.iter().for_each(|(a, b)| work.join(1u64 << a | 1u64 << b));
        loop {
            let sums: Result<Vec<Vec<Term>>, Joined> = roots.iter().map(|root| work.terms(*root)).collect();
            let Ok(sums) = sums else { continue };
            let mut heads: Vec<usize> = work.group.clone();
            heads.sort_unstable();
            heads.dedup();
            let members = |head: &usize| (0..variables.len()).filter(|v| work.group[*v] == *head).collect();
            let place = |head: usize| heads.iter().position(|own| *own == head).unwrap_or(0);
            let numbered = |term: Term| Term {
                number: term.number,
                factors: term.factors.into_iter().map(|(head, id)| (place(head), id)).collect(),
            };
            let sums = sums.into_iter().map(|sum| sum.into_iter().map(numbered).collect()).collect();
            return Separation { groups: heads.iter().map(members).collect(), sums };
        }
    }

    /// Variables of the largest group.
    pub(super) fn largest(&self) -> usize {
        self.groups.iter().map(Vec::len).max().unwrap_or(0)
    }
}

pub(super) struct Work<'a> {
    pub(super) graph: &'a mut Graph,
    variables: &'a [Range],
    known: HashMap<Id, Range>,
    /// Variables of nodes, a bit for each.
    sets: HashMap<Id, u64>,
    /// The least variable of the group of each variable.
    group: Vec<usize>,
}

impl Work<'_> {
    fn join(&mut self, set: u64) {
        let members: Vec<usize> = (0..self.group.len()).filter(|v| set >> v & 1 == 1).map(|v| self.group[v]).collect();
        let Some(head) = members.iter().copied().min() else { return };
        self.group.iter_mut().filter(|group| members.contains(group)).for_each(|group| *group = head);
    }

    fn set(&mut self, id: Id) -> u64 {
        if let Some(set) = self.sets.get(&id) {
            return *set;
        }
        for id in self.graph.reachable(&[id]) {
            let mut set = if let Node::Variable(v) = self.graph.node(id) { 1u64 << v } else { 0 };
            self.graph.operands(id, |operand| set |= self.sets[&operand]);
            self.sets.insert(id, set);
        }
        self.sets[&id]
    }

    /// The groups of a node's variables.
    pub(super) fn groups(&mut self, id: Id) -> Vec<usize> {
        let set = self.set(id);
        let mut groups: Vec<usize> = (0..self.group.len()).filter(|v| set >> v & 1 == 1).map(|v| self.group[v]).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// A node that cannot be taken apart.
    pub(super) fn whole<T>(&mut self, id: Id) -> Result<T, Joined> {
        let set = self.set(id);
        self.join(set);
        Err(Joined)
    }

    pub(super) fn terms(&mut self, id: Id) -> Result<Vec<Term>, Joined> {
        if let Some(value) = self.graph.value(id) {
            return Ok(vec![Term { number: value, factors: BTreeMap::new() }]);
        }
        let groups = self.groups(id);
        if groups.is_empty() {
            let number = self.graph.evaluate(&[id], &[], &[])[0];
            return Ok(vec![Term { number, factors: BTreeMap::new() }]);
        }
        if let [group] = groups[..] {
            let (number, rest) = self.graph.split(id);
            return Ok(vec![Term { number, factors: BTreeMap::from([(group, rest)]) }]);
        }
        let terms = match self.graph.node(id).clone() {
            Node::Product(k, factors) => {
                let mut product = vec![Term { number: k.get(), factors: BTreeMap::new() }];
                for (base, half) in factors {
                    let power = self.power(base, half)?;
                    product = self.times(product, &power);
                    if product.len() > MOST_TERMS {
                        return self.whole(id);
                    }
                }
                product
            }
            Node::Sum(constant, list) => {
                let mut sum = Vec::new();
                if constant.get() != 0.0 {
                    sum.push(Term { number: constant.get(), factors: BTreeMap::new() });
                }
                // What has one group only stays one sum.
                let mut alone: BTreeMap<usize, Vec<(f64, Id)>> = BTreeMap::new();
                for (term, k) in list {
                    match self.groups(term)[..] {
                        [group] => alone.entry(group).or_default().push((k.get(), term)),
                        _ => sum.extend(self.terms(term)?.into_iter().map(|t| Term { number: t.number * k.get(), ..t })),
                    }
                }
                for (group, list) in alone {
                    let part = self.graph.sum(0.0, list);
                    sum.push(Term { number: 1.0, factors: BTreeMap::from([(group, part)]) });
                }
                sum
            }
            Node::Unary(Unary::Exp, a) => {
                let parts = self.parts(a)?;
                let factor = |(group, part): (usize, Id)| (group, self.graph.unary(Unary::Exp, part));
                vec![Term { number: 1.0, factors: parts.into_iter().map(factor).collect() }]
            }
            Node::Unary(function @ (Unary::Sin | Unary::Cos), a) => {
                let parts = self.parts(a)?;
                // As many products as sets of an even number of parts: they are counted before they are written.
                if parts.len() > 1 + MOST_TERMS.ilog2() as usize {
                    return self.whole(id);
                }
                self.addition(function, &parts.into_iter().collect::<Vec<_>>())
            }
            Node::Unary(Unary::Abs, a) => self.root(a, &|graph, base| graph.unary(Unary::Abs, base), true)?,
            Node::Binary(Binary::Pow, a, b) if self.graph.value(b).is_some() => {
                self.root(a, &|graph, base| graph.binary(Binary::Pow, base, b), false)?
            }
            Node::Where(condition, a, b) => {
                let mut all = Vec::new();
                for (branch, wanted) in [(a, true), (b, false)] {
                    if self.graph.value(branch) != Some(0.0) {
                        let (cases, values) = (self.cases(condition, wanted)?, self.terms(branch)?);
                        all.extend(self.guard(&cases, &values));
                    }
                }
                all
            }
            Node::Binary(Binary::And | Binary::Or, ..) | Node::Unary(Unary::Not, _) => self.cases(id, true)?,
            _ => return self.whole(id),
        };
        if terms.len() > MOST_TERMS { self.whole(id) } else { Ok(terms) }
    }

    /// The products of two sums.
    pub(super) fn times(&mut self, a: Vec<Term>, b: &[Term]) -> Vec<Term> {
        let mut all: Vec<Term> = Vec::with_capacity(a.len() * b.len());
        for (a, b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
            let mut term = Term { number: a.number * b.number, factors: a.factors.clone() };
            for (group, id) in &b.factors {
                let product = match term.factors.get(group) {
                    Some(own) => self.graph.product(1.0, [(*own, 2), (*id, 2)]),
                    None => *id,
                };
                term.factors.insert(*group, product);
            }
            match all.iter_mut().find(|own| own.factors == term.factors) {
                Some(own) => own.number += term.number,
                None => all.push(term),
            }
        }
        all
    }

    /// base^(half/2).
    fn power(&mut self, base: Id, half: i32) -> Result<Vec<Term>, Joined> {
        if half % 2 == 0 && (2..=2 * LARGEST_POWER).contains(&half) {
            let one = self.terms(base)?;
            let mut product = one.clone();
            for _ in 1..half / 2 {
                if product.len() * one.len() > MOST_TERMS {
                    return self.whole(base);
                }
                product = self.times(product, &one);
            }
            return Ok(product);
        }
        self.root(base, &|graph, base| graph.product(1.0, [(base, half)]), false)
    }

    /// A function of a product that is the product of its values, as a root is of what is not negative.
    fn root(&mut self, base: Id, function: &dyn Fn(&mut Graph, Id) -> Id, any_sign: bool) -> Result<Vec<Term>, Joined> {
        if let [group] = self.groups(base)[..] {
            let value = function(self.graph, base);
            return Ok(vec![Term { number: 1.0, factors: BTreeMap::from([(group, value)]) }]);
        }
        let (inner, is_magnitude) = match self.graph.node(base) {
            Node::Unary(Unary::Abs, a) => (*a, true),
            _ => (base, false),
        };
        let Node::Product(k, factors) = self.graph.node(inner).clone() else { return self.whole(base) };
        let mut by_group: BTreeMap<usize, Vec<(Id, i32)>> = BTreeMap::new();
        for (base, half) in factors {
            let [group] = self.groups(base)[..] else { return self.whole(base) };
            by_group.entry(group).or_default().push((base, half));
        }
        if k.get() < 0.0 && !is_magnitude && !any_sign {
            return self.whole(inner);
        }
        let number = self.graph.constant(k.get().abs());
        let number = function(self.graph, number);
        let Some(number) = self.graph.value(number) else { return self.whole(inner) };
        let mut term = Term { number, factors: BTreeMap::new() };
        for (group, factors) in by_group {
            let mut part = self.graph.product(1.0, factors);
            if is_magnitude {
                part = self.graph.unary(Unary::Abs, part);
            } else if !any_sign && !self.is_not_negative(part) {
                return self.whole(inner);
            }
            term.factors.insert(group, function(self.graph, part));
        }
        Ok(vec![term])
    }

    fn is_not_negative(&mut self, id: Id) -> bool {
        match self.known.contains_key(&id) {
            true => is_not_negative(self.graph, id, &self.known),
            false => is_not_negative(self.graph, id, &ranges(self.graph, &[id], self.variables)),
        }
    }

    /// A sum by groups, the constant with the first; what is no such sum joins the groups that it ties together.
    fn parts(&mut self, id: Id) -> Result<BTreeMap<usize, Id>, Joined> {
        let (k, inner) = self.graph.split(id);
        let Node::Sum(constant, list) = self.graph.node(inner).clone() else { return self.whole(id) };
        let mut by_group: BTreeMap<usize, Vec<(f64, Id)>> = BTreeMap::new();
        for (term, own) in list {
            let [group] = self.groups(term)[..] else { return self.whole(term) };
            by_group.entry(group).or_default().push((k * own.get(), term));
        }
        let mut constant = k * constant.get();
        let mut part = |(group, list)| (group, self.graph.sum(std::mem::take(&mut constant), list));
        Ok(by_group.into_iter().map(&mut part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    /// The groups, and how many products there are; these have the values of the formula.
    fn taken_apart(text: &str) -> (String, usize) {
        let names = ["x", "y", "z"];
        let mut parsed = Expressions::parse(&[text], &Names::new(&names)).unwrap();
        let root = parsed.roots()[0];
        let variables = [Range { lo: 0.0, hi: 1.0 }, Range { lo: 0.0, hi: 1.0 }, Range { lo: -1.0, hi: 1.0 }];
        let found = Separation::of(&mut parsed.graph, &[root], &variables, &[]);
        for point in [[0.3, 0.8, -0.6], [0.9, 0.2, 0.7], [0.4, 0.6, 0.1]] {
            let expected = parsed.graph.evaluate(&[root], &point, &[])[0];
            let value: f64 = found.sums[0]
                .iter()
                .map(|term| {
                    let ids: Vec<Id> = term.factors.values().copied().collect();
                    parsed.graph.evaluate(&ids, &point, &[]).iter().fold(term.number, |product, x| product * x)
                })
                .sum();
            let is_same = (value - expected).abs() <= 1e-14 * (1.0 + expected.abs()) || value.is_nan() && expected.is_nan();
            assert!(is_same, "{text} at {point:?}: {value}, {expected}");
        }
        for (term, id) in found.sums[0].iter().flat_map(|term| term.factors.iter().map(move |(g, id)| ((term, g), *id))) {
            let strangers = (0..3u32).filter(|v| !found.groups[*term.1].contains(&(*v as usize)));
            assert!(strangers.into_iter().all(|v| !crate::analysis::depends_on(&parsed.graph, id, v)), "{text}");
        }
        let group = |group: &Vec<usize>| group.iter().map(|v| names[*v]).collect::<String>();
        (found.groups.iter().map(group).collect::<Vec<_>>().join("|"), found.sums[0].len())
    }

    #[test]
    fn what_has_no_variable_in_common_comes_apart() {
        let is = |text: &str, groups: &str, products: usize| {
            assert_eq!(taken_apart(text), (groups.to_string(), products), "{text}");
        };
        is("x*exp(y*z)", "x|yz", 1);
        is("exp(-x^2-2*abs(y)+z)", "x|y|z", 1);
        is("1+x^2*y^2", "x|y|z", 2);
        is("(x+y)^2*z", "x|y|z", 3);
        is("cos(x+y)*z", "x|y|z", 2);
        is("sin(x+y+z)", "x|y|z", 4);
        is("abs(x*y*z)^-0.3", "x|y|z", 1);
        is("sqrt(x*y)*z", "x|y|z", 1);
        is("exp(x*z)*exp(y^2)", "xz|y", 1);
        is("cos(x*z+y)", "xz|y", 2);
        is("sqrt((x+y)*(1+z))", "xy|z", 1);
        is("sqrt((x+2*y)*(y+x)*(2-z))", "xy|z", 1);
        is("sqrt((x+y)*z)", "xyz", 1);
        is("((x-y)*(1+z))^0.3", "xyz", 1);
        is("sqrt((1e-13*y-1e-14)*x)*z", "xy|z", 1);
        is("where(x>0.5||y>0.9,0,x*y)", "x|y|z", 1);
        is("where(x<0.5&&y<0.5,y,z)", "x|y|z", 3);
        is("!(x<0.5&&y<0.5)", "x|y|z", 2);
        // A root of a product that may be negative is none of roots.
        is("sqrt(x*z)*y", "xz|y", 1);
        is("(x*z)^0.3*y", "xz|y", 1);
        is("max(x,y)*z", "xy|z", 1);
        is("1/(x+y)+z", "xy|z", 2);
        is("x/(1+x*y*z)", "xyz", 1);
        is("where(x<y,z,1)", "xy|z", 2);
        // Too many products are none.
        is("(1+x+y+z+x*y*z)^9", "xyz", 1);
    }

    #[test]
    fn a_wave_in_many_variables_stays_whole_before_its_products_are_written() {
        // Of 60 variables there are 2^59.
        for (count, products) in [(6, 32), (7, 1), (60, 1)] {
            let names: Vec<String> = (0..count).map(|v| format!("x{v}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut parsed = Expressions::parse(&[&format!("cos({})", names.join("+"))], &Names::new(&names)).unwrap();
            let root = parsed.roots()[0];
            let found = Separation::of(&mut parsed.graph, &[root], &vec![Range { lo: 0.0, hi: 1.0 }; count], &[]);
            assert_eq!(found.sums[0].len(), products, "{count} variables");
        }
    }
}

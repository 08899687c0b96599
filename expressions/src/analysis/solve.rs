//! Where a node vanishes, solved for one variable.

use super::depends_on;
use crate::graph::{Binary, Graph, Id, Node, Unary};
use std::collections::HashMap;

/// Functions that are taken off one after the other.
const MOST_STEPS: usize = 8;

/// Solutions of `function = 0` for a variable: every real zero is one of the roots, where they are numbers.
#[derive(Clone, Debug)]
pub(super) struct Solved {
    /// The equation that was solved in the end, with functions around the variable taken off; its zeros hold those of the node.
    pub(super) function: Id,
    /// The variable as a function of the others.
    pub(super) roots: Vec<Id>,
    /// Where these vanish roots come and go: discriminants, leading coefficients, arguments of inverse functions.
    pub(super) conditions: Vec<Id>,
    /// Of a quadratic function a y² + b y + c: a, b, c.
    pub(super) quadratic: Option<[Id; 3]>,
    /// Whether the root is no formula, but a zero that is to be found.
    pub(super) is_implicit: bool,
}

/// Solves for a variable in which a node is linear or quadratic, or becomes so when functions around it are inverted.
pub(super) fn solve(graph: &mut Graph, function: Id, variable: u32) -> Option<Solved> {
    let mut conditions = Vec::new();
    let mut branches = vec![function];
    for _ in 0..MOST_STEPS {
        let polynomials: Option<Vec<Solved>> = branches.iter().map(|f| polynomial(graph, *f, variable)).collect();
        if let Some(solved) = polynomials {
            let (function, quadratic) = match solved.as_slice() {
                [one] => (one.function, one.quadratic),
                // Zero wherever one of the branches is.
                _ => (graph.product(1.0, solved.iter().map(|s| (s.function, 2))), None),
            };
            conditions.extend(solved.iter().flat_map(|s| s.conditions.iter().copied()));
            let roots = solved.into_iter().flat_map(|s| s.roots).collect();
            return Some(Solved { function, roots, conditions, quadratic, is_implicit: false });
        }
        let mut next = Vec::new();
        for branch in branches {
            next.extend(unwrap(graph, branch, variable, &mut conditions)?);
        }
        branches = next;
    }
    None
}

/// The node with another in place of a variable.
pub(super) fn substitute(graph: &mut Graph, id: Id, variable: u32, by: Id) -> Id {
    let variable = graph.variable(variable);
    graph.rebuild(&[id], &HashMap::from([(variable, by)]))[0]
}

/// The nodes with others in place of all variables, which may depend on variables of the same numbers.
pub(super) fn substitute_all(graph: &mut Graph, ids: &[Id], by: &[Id]) -> Vec<Id> {
    // Numbers that nobody uses keep the variables before and after apart.
    let apart = |v: usize| (v + by.len()) as u32;
    let moved = |graph: &mut Graph, there: bool| -> HashMap<Id, Id> {
        let pair = |v: usize| (graph.variable(v as u32), graph.variable(apart(v)));
        let pairs = (0..by.len()).map(pair);
        if there { pairs.collect() } else { pairs.map(|(own, other)| (other, own)).collect() }
    };
    let there = moved(graph, true);
    let by = graph.rebuild(by, &there);
    let pairs = by.iter().enumerate().map(|(v, by)| (graph.variable(v as u32), *by)).collect();
    let made = graph.rebuild(ids, &pairs);
    let back = moved(graph, false);
    graph.rebuild(&made, &back)
}

/// Roots of a linear or quadratic function of the variable.
fn polynomial(graph: &mut Graph, function: Id, variable: u32) -> Option<Solved> {
    if graph.reachable(&[function]).iter().any(|id| has_corner(graph, *id) && depends_on(graph, *id, variable)) {
        return None;
    }
    let leaf = graph.variable(variable);
    let slope = graph.derivative(function, leaf).ok()?;
    let zero = graph.constant(0.0);
    if !depends_on(graph, slope, variable) {
        let constant = substitute(graph, function, variable, zero);
        let root = graph.product(-1.0, [(constant, 2), (slope, -2)]);
        let solved = Solved { function, roots: vec![root], conditions: vec![slope], quadratic: None, is_implicit: false };
        return (graph.value(slope) != Some(0.0)).then_some(solved);
    }
    let curvature = graph.derivative(slope, leaf).ok()?;
    if depends_on(graph, curvature, variable) {
        return None;
    }
    let a = graph.product(0.5, [(curvature, 2)]);
    let b = substitute(graph, slope, variable, zero);
    let c = substitute(graph, function, variable, zero);
    let (square, product) = (graph.product(1.0, [(b, 4)]), graph.product(1.0, [(a, 2), (c, 2)]));
    let discriminant = graph.sum(0.0, [(1.0, square), (-4.0, product)]);
    let root = graph.unary(Unary::Sqrt, discriminant);
    let roots = [1.0, -1.0].map(|sign| {
        let numerator = graph.sum(0.0, [(-1.0, b), (sign, root)]);
        graph.product(0.5, [(numerator, 2), (a, -2)])
    });
    let conditions = vec![discriminant, a];
    Some(Solved { function, roots: roots.to_vec(), conditions, quadratic: Some([a, b, c]), is_implicit: false })
}

impl Solved {
    /// Functions of the variables before, one of which vanishes wherever this and the other one vanish at once; none if they are not
    /// known.
    pub(super) fn crossings(&self, graph: &mut Graph, other: &Solved, variable: u32) -> Option<Vec<Id>> {
        if self.is_implicit && other.is_implicit {
            return self.difference(graph, other, variable);
        }
        let is_simpler = (self.is_implicit, self.roots.len()) <= (other.is_implicit, other.roots.len());
        let (simple, other) = if is_simpler { (self, other) } else { (other, self) };
        Some(simple.meetings(graph, other, variable))
    }

    /// Of two functions of which a multiple of the one less the other does not depend on the variable: that difference.
    fn difference(&self, graph: &mut Graph, other: &Solved, variable: u32) -> Option<Vec<Id>> {
        let leaf = graph.variable(variable);
        let slopes = [self, other].map(|solved| graph.derivative(solved.function, leaf));
        let [Ok(own), Ok(its)] = slopes else { return None };
        let ratio = graph.product(1.0, [(own, 2), (its, -2)]);
        let ratio = graph.value(ratio)?;
        let difference = graph.sum(0.0, [(1.0, self.function), (-ratio, other.function)]);
        (!depends_on(graph, difference, variable)).then(|| vec![difference])
    }

    fn meetings(&self, graph: &mut Graph, other: &Solved, variable: u32) -> Vec<Id> {
        let simple = self;
        let (Some([a, b, c]), Some([d, e, f])) = (simple.quadratic, other.quadratic) else {
            return simple.roots.iter().map(|root| substitute(graph, other.function, variable, *root)).collect();
        };
        // d (a y² + b y + c) − a (d y² + e y + f) is linear in y.
        let minor = |graph: &mut Graph, p: Id, q: Id| {
            let (left, right) = (graph.product(1.0, [(d, 2), (p, 2)]), graph.product(1.0, [(a, 2), (q, 2)]));
            graph.sum(0.0, [(1.0, left), (-1.0, right)])
        };
        let (slope, constant) = (minor(graph, b, e), minor(graph, c, f));
        if graph.value(slope) == Some(0.0) {
            return vec![constant];
        }
        let root = graph.product(-1.0, [(constant, 2), (slope, -2)]);
        vec![slope, substitute(graph, simple.function, variable, root)]
    }
}

/// A root with nothing negative below its roots and powers: at the end of an interval, where a discriminant vanishes, rounding may
/// have left it negative.
pub(super) fn guarded(graph: &mut Graph, root: Id) -> Id {
    let mut bases: Vec<Id> = Vec::new();
    for id in graph.reachable(&[root]) {
        match graph.node(id) {
            Node::Product(_, factors) => bases.extend(factors.iter().filter(|(_, half)| half % 2 != 0).map(|(base, _)| *base)),
            Node::Binary(Binary::Pow, base, _) | Node::Unary(Unary::Sqrt, base) => bases.push(*base),
            _ => {}
        }
    }
    let zero = graph.constant(0.0);
    let replaced: HashMap<Id, Id> = bases.into_iter().map(|base| (base, graph.binary(Binary::Max, base, zero))).collect();
    graph.rebuild(&[root], &replaced)[0]
}

/// Whether derivatives say nothing of what a node does elsewhere.
pub(super) fn has_corner(graph: &Graph, id: Id) -> bool {
    match graph.node(id) {
        Node::Unary(function, _) => {
            matches!(function, Unary::Abs | Unary::Sign | Unary::Floor | Unary::Ceil | Unary::Not)
        }
        Node::Binary(function, ..) => !matches!(
            function,
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Pow | Binary::Hypot | Binary::Inversion
        ),
        Node::Where(..) => true,
        _ => false,
    }
}

/// Takes off the outermost function around the only operand that depends on the variable: `exp(g) − c` becomes `g − log(c)`.
fn unwrap(graph: &mut Graph, function: Id, variable: u32, conditions: &mut Vec<Id>) -> Option<Vec<Id>> {
    let (coefficient, inner) = graph.split(function);
    _ = coefficient;
    // inner = value, where only inner depends on the variable.
    let (inner, value) = match graph.node(inner).clone() {
        Node::Sum(constant, terms) => {
            let (own, others): (Vec<_>, Vec<_>) = terms.iter().partition(|(term, _)| depends_on(graph, *term, variable));
            let [(term, k)] = own[..] else { return None };
            let rest = graph.sum(-constant.get(), others.iter().map(|(term, k)| (-k.get(), *term)));
            (term, graph.product(k.get().recip(), [(rest, 2)]))
        }
        _ => (inner, graph.constant(0.0)),
    };
    let minus = |graph: &mut Graph, a: Id, b: Id| graph.sum(0.0, [(1.0, a), (-1.0, b)]);
    let plus = |graph: &mut Graph, a: Id, b: Id| graph.sum(0.0, [(1.0, a), (1.0, b)]);
    Some(match graph.node(inner).clone() {
        Node::Product(k, factors) => {
            let (own, others): (Vec<_>, Vec<_>) = factors.iter().partition(|(base, _)| depends_on(graph, *base, variable));
            let [(base, half)] = own[..] else { return None };
            let others: Vec<(Id, i32)> = others.into_iter().map(|(base, half)| (base, -half)).chain([(value, 2)]).collect();
            let value = graph.product(k.get().recip(), others);
            conditions.push(value);
            let power = graph.constant(2.0 / f64::from(half));
            match half {
                2 => vec![minus(graph, base, value)],
                -2 => {
                    let root = graph.product(1.0, [(value, -2)]);
                    vec![minus(graph, base, root)]
                }
                _ if half % 4 == 0 => {
                    let root = graph.binary(Binary::Pow, value, power);
                    vec![minus(graph, base, root), plus(graph, base, root)]
                }
                // An odd power has a root of either sign.
                _ if half % 2 == 0 => {
                    let (size, sign) = (graph.unary(Unary::Abs, value), graph.unary(Unary::Sign, value));
                    let root = graph.binary(Binary::Pow, size, power);
                    let root = graph.product(1.0, [(root, 2), (sign, 2)]);
                    vec![minus(graph, base, root)]
                }
                _ => {
                    let root = graph.binary(Binary::Pow, value, power);
                    vec![minus(graph, base, root)]
                }
            }
        }
        Node::Binary(Binary::Pow, base, exponent) => {
            let p = graph.value(exponent)?;
            conditions.push(value);
            let power = graph.constant(p.recip());
            let root = graph.binary(Binary::Pow, value, power);
            vec![minus(graph, base, root)]
        }
        Node::Unary(function, a) => match function {
            Unary::Abs => {
                conditions.push(value);
                vec![minus(graph, a, value), plus(graph, a, value)]
            }
            Unary::Exp => {
                conditions.push(value);
                let root = graph.unary(Unary::Log, value);
                vec![minus(graph, a, root)]
            }
            Unary::Log => {
                let root = graph.unary(Unary::Exp, value);
                vec![minus(graph, a, root)]
            }
            Unary::Sqrt => {
                conditions.push(value);
                let root = graph.product(1.0, [(value, 4)]);
                vec![minus(graph, a, root)]
            }
            Unary::Cbrt => {
                let root = graph.product(1.0, [(value, 6)]);
                vec![minus(graph, a, root)]
            }
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    fn roots(text: &str) -> Option<(usize, Vec<f64>)> {
        let mut parsed = Expressions::parse(&[text], &Names::new(&["x", "y"])).unwrap();
        let root = parsed.roots()[0];
        let solved = solve(&mut parsed.graph, root, 1)?;
        Some((solved.conditions.len(), parsed.graph.evaluate(&solved.roots, &[0.3, f64::NAN], &[])))
    }

    #[test]
    fn zeros_are_found_as_functions_of_the_other_variables() {
        let close = |text: &str, expected: &[f64]| {
            let (_, mut found) = roots(text).unwrap_or_else(|| panic!("{text}"));
            found.sort_by(f64::total_cmp);
            assert!(found.len() == expected.len(), "{text}: {found:?}");
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{text}: {found:?}");
        };
        close("x - y", &[0.3]);
        close("3*x - 2*y + 1", &[0.95]);
        close("x*y - 0.6", &[2.0]);
        let r = (0.25f64 - 0.09).sqrt();
        close("x^2 + y^2 - 0.25", &[-r, r]);
        close("(x - y)^2 - 0.01", &[0.2, 0.4]);
        close("exp(x + y) - 2", &[2f64.ln() - 0.3]);
        close("abs(x) + abs(y) - 1", &[-0.7, 0.7]);
        close("sqrt(x + y) - 1", &[0.7]);
        close("log(y) + x", &[(-0.3f64).exp()]);
        close("y^4 - x", &[-(0.3f64.powf(0.25)), 0.3f64.powf(0.25)]);
        close("y^3 + x", &[-(0.3f64.cbrt())]);
        for text in ["y + sin(y) - x", "y*exp(y) - x", "max(x, y) - 0.5", "y + abs(y) - x"] {
            assert!(roots(text).is_none(), "{text}");
        }
    }
}

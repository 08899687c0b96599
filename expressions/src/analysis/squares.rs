//! Expanded squares: x² − 0.6 x + 0.09 is (x − 0.3)², and knows nothing of the distance from 0.3 below the root of rounding.
//!
//! Where a power or logarithm is singular, a polynomial of degree two is written as a sum of squares of linear forms, of which the
//! other steps know what to do, if nothing but rounding is left over. It is the Cholesky decomposition with pivots (N. J. Higham,
//! Accuracy and Stability of Numerical Algorithms, chapter 10), with the linear terms and the constant as one more row.

use super::forms::Linear;
use crate::graph::{Binary, Graph, Id, Node, Unary};
use std::collections::HashMap;

/// Part of the terms of a sum that rounding may leave of it.
const ROUNDING: f64 = 2.0 * f64::EPSILON;
/// Most variables of such a polynomial.
const MOST_VARIABLES: usize = 16;

/// The roots with such polynomials as sums of squares, and 1 − cos a and e^a − 1 as what they are, where they stand in the base of a
/// power or in a logarithm; none where there is nothing such.
pub(super) fn completed(graph: &mut Graph, roots: &[Id], dim: usize) -> Option<Vec<Id>> {
    let is_singular = |half: i32| half < 0 || half % 2 != 0;
    let bases = graph.reachable(roots).into_iter().flat_map(|id| match graph.node(id) {
        Node::Product(_, factors) => factors.iter().filter(|(_, half)| is_singular(*half)).map(|(base, _)| *base).collect(),
        Node::Binary(Binary::Pow, base, _) => vec![*base],
        Node::Unary(Unary::Log, a) => vec![*a],
        _ => Vec::new(),
    });
    let bases: Vec<Id> = bases.collect();
    let mut squares = HashMap::new();
    for id in graph.reachable(&bases) {
        if let Some(exact) = without_cancellation(graph, id) {
            squares.insert(id, exact);
        } else if is_expanded(graph, id)
            && let Some(sum) = complete(graph, id, dim)
        {
            squares.insert(id, sum);
        }
    }
    (!squares.is_empty()).then(|| graph.rebuild(roots, &squares))
}

/// 1 − cos a as 2 sin²(a/2), 1 + cos a as 2 cos²(a/2), exp(a) − 1 by its own function: so they lose no digits where they vanish.
fn without_cancellation(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Sum(constant, terms) = graph.node(id).clone() else { return None };
    let [(term, k)] = terms[..] else { return None };
    let (constant, k) = (constant.get(), k.get());
    match *graph.node(term) {
        Node::Unary(Unary::Cos, a) if constant.abs() == k.abs() => {
            let half = graph.product(0.5, [(a, 2)]);
            let root = graph.unary(if constant == k { Unary::Cos } else { Unary::Sin }, half);
            Some(graph.product(2.0 * constant, [(root, 4)]))
        }
        Node::Unary(Unary::Exp, a) if constant == -k => {
            let small = graph.unary(Unary::Expm1, a);
            Some(graph.product(k, [(small, 2)]))
        }
        _ => None,
    }
}

/// Whether a sum may be a polynomial of degree two, and is no sum of squares as it stands.
fn is_expanded(graph: &Graph, id: Id) -> bool {
    let Node::Sum(constant, terms) = graph.node(id) else { return false };
    let is_square = |term: Id| matches!(graph.node(term), Node::Product(_, factors) if matches!(factors[..], [(_, 4)]));
    let is_bare = constant.get() == 0.0 && terms.iter().all(|(term, k)| is_square(*term) && k.get() > 0.0);
    let is_power = |half: i32| half == 2 || half == 4;
    let is_polynomial = |id: &Id| match graph.node(*id) {
        Node::Constant(_) | Node::Variable(_) | Node::Sum(..) => true,
        Node::Product(_, factors) => factors.iter().all(|(_, half)| is_power(*half)),
        _ => false,
    };
    let is_linear = |term: Id| matches!(graph.node(term), Node::Variable(_));
    !is_bare && !terms.iter().all(|(term, _)| is_linear(*term)) && graph.reachable(&[id]).iter().all(is_polynomial)
}

/// The polynomial as a sum of squares with one sign, if it is one but for rounding.
fn complete(graph: &mut Graph, id: Id, dim: usize) -> Option<Id> {
    let variables: Vec<usize> = (0..dim).filter(|v| super::depends_on(graph, id, *v as u32)).collect();
    let n = variables.len();
    if n > MOST_VARIABLES {
        return None;
    }
    // p = ½ zᵀ m z, with z the variables and 1.
    let mut m = vec![vec![0.0; n + 1]; n + 1];
    for (i, v) in variables.iter().enumerate() {
        let leaf = graph.variable(*v as u32);
        let slope = graph.derivative(id, leaf).ok()?;
        let slope = Linear::of(graph, slope, dim)?;
        for (j, w) in variables.iter().enumerate() {
            m[i][j] = slope.coefficients[*w];
        }
        (m[i][n], m[n][i]) = (slope.constant, slope.constant);
    }
    m[n][n] = 2.0 * graph.evaluate(&[id], &vec![0.0; dim], &[])[0];
    let sign = if (0..n).any(|i| m[i][i] < 0.0) { -1.0 } else { 1.0 };
    m.iter_mut().flatten().for_each(|entry| *entry *= sign);
    // How large the numbers were of which each entry is a difference.
    let mut sizes: Vec<Vec<f64>> = m.iter().map(|row| row.iter().map(|entry| entry.abs()).collect()).collect();
    let mut left: Vec<usize> = (0..n).collect();
    let mut squares = Vec::new();
    while let Some(place) = (0..left.len()).max_by(|a, b| m[left[*a]][left[*a]].total_cmp(&m[left[*b]][left[*b]])) {
        let pivot = left[place];
        if m[pivot][pivot] <= ROUNDING * sizes[pivot][pivot] {
            break;
        }
        left.remove(place);
        let (row, diagonal) = (m[pivot].clone(), m[pivot][pivot]);
        let terms: Vec<(f64, Id)> = std::iter::once((1.0, pivot))
            .chain(left.iter().map(|j| (row[*j] / diagonal, *j)))
            .map(|(k, j)| (k, graph.variable(variables[j] as u32)))
            .collect();
        let form = graph.sum(row[n] / diagonal, terms);
        squares.push((0.5 * sign * diagonal, graph.product(1.0, [(form, 4)])));
        for i in left.iter().copied().chain([n]) {
            for j in left.iter().copied().chain([n]) {
                let taken = row[i] * row[j] / diagonal;
                m[i][j] -= taken;
                sizes[i][j] += taken.abs();
            }
        }
    }
    let rest = || left.iter().copied().chain([n]);
    let is_nothing = rest().all(|i| rest().all(|j| m[i][j].abs() <= ROUNDING * sizes[i][j]));
    (is_nothing && !squares.is_empty()).then(|| graph.sum(0.0, squares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    #[test]
    fn expanded_squares_are_completed_and_nothing_else() {
        let value = |text: &str, point: &[f64]| -> Option<f64> {
            let mut parsed = Expressions::parse(&[text], &Names::new(&["x", "y", "z"])).unwrap();
            let roots = parsed.roots().to_vec();
            let powers: Vec<Id> = roots.iter().map(|root| parsed.graph.product(1.0, [(*root, -2)])).collect();
            let made = completed(&mut parsed.graph, &powers, 3)?;
            let made: Vec<Id> = made.iter().map(|made| parsed.graph.product(1.0, [(*made, -2)])).collect();
            Some(parsed.graph.evaluate(&made, point, &[])[0])
        };
        // A step of 1e-9 away from where it vanishes is as good as exact, and 1e-18 is below the rounding of what was written.
        let step = 1e-9;
        for (text, point, exact) in [
            ("x^2 - 0.6*x + 0.09", [0.3 + step, 0.0, 0.0], 1.0),
            ("0.6*x - x^2 - 0.09", [0.3 + step, 0.0, 0.0], -1.0),
            ("x^2 - 2*x*y + y^2", [0.7 + step, 0.7, 0.0], 1.0),
            ("x^2 - 0.66*x*y + 0.1089*y^2", [0.33 + step, 1.0, 0.0], 1.0),
            ("x^2 - 2*x + 1 + y^2 - 4*y + 4", [1.0 + step, 2.0, 0.0], 1.0),
            ("(x-0.3)^2 + y^2 - 0.2*y + 0.01 + z^2", [0.3, 0.1, step], 1.0),
            ("x^2 + 2*x*y + 2*y^2 - 2*y*z + z^2", [step, 0.0, 0.0], 1.0),
            ("3 - 3*cos(x-y)", [0.4 + step, 0.4, 0.0], 1.5),
            ("(2*exp(x) - 2)^2", [step, 0.0, 0.0], 4.0),
            ("(x-y)*(x-y-2) + 1", [1.5 + step, 0.5, 0.0], 1.0),
        ] {
            let found = value(text, &point).unwrap_or_else(|| panic!("{text}"));
            assert!((found / (exact * step * step) - 1.0).abs() < 1e-6, "{text}: {found}");
        }
        for text in [
            "x^2 + y^2",
            "x^2 - 2*x + 0.999999999999999",
            "x^2 - 0.6*x + 0.0900001",
            "x^2 - 0.6*x + 0.08",
            "x^2 - y^2",
            "x*y",
            "x^3 - x",
            "x + y - 1",
            "x^2 - y",
        ] {
            assert_eq!(value(text, &[0.0; 3]), None, "{text}");
        }
    }
}

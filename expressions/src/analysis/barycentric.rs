//! Simplices in the sum of their variables and in how it is shared out.
//!
//! With s = x + y + z the part x = s t, y = s (1 − t) u, z = s (1 − t)(1 − u) of it, the volume s² (1 − t) and every monomial are
//! products (P. G. Lejeune Dirichlet, 1839), and so is what depends on the sum alone: exp(−x − y − z), (1 + x + y + z)^(−1).

use super::collapse::{ALIKE, Collapsed, finish, taken_out};
use super::domain::Domain;
use super::solve::substitute_all;
use crate::graph::{Graph, Id};

/// Such variables for the first simplex among the limits.
pub(super) fn barycentric(graph: &mut Graph, roots: &[Id], domain: &Domain, names: &[String]) -> Option<Collapsed> {
    let (first, count, size) = simplex(graph, domain)?;
    let dim = domain.limits.len();
    let mut by: Vec<Id> = (0..dim).map(|v| graph.variable(v as u32)).collect();
    let (s, mut limits, mut own_names) = (by[first], domain.limits.clone(), names.to_vec());
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    limits[first] = (Some(zero), Some(graph.constant(size)));
    own_names[first] = "sum".to_string();
    let mut lengths = vec![graph.product(1.0, [(s, 2 * (count as i32 - 1))])];
    let mut left = s;
    for k in 0..count - 1 {
        let part = graph.variable((first + k + 1) as u32);
        let rest = graph.sum(1.0, [(-1.0, part)]);
        by[first + k] = graph.product(1.0, [(left, 2), (part, 2)]);
        left = graph.product(1.0, [(left, 2), (rest, 2)]);
        lengths.push(graph.product(1.0, [(rest, 2 * (count - 2 - k) as i32)]));
        limits[first + k + 1] = (Some(zero), Some(one));
        own_names[first + k + 1] = format!("part_{}", k + 1);
    }
    by[first + count - 1] = left;
    // The sum is a variable of its own until all others are replaced.
    let marker = graph.variable(dim as u32);
    let terms: Vec<(Id, f64)> = (first..first + count).map(|v| (graph.variable(v as u32), 1.0)).collect();
    let ends: Vec<Id> = limits[first + count..].iter().flat_map(|(lo, hi)| [*lo, *hi]).flatten().collect();
    let all: Vec<Id> = roots.iter().chain(&ends).copied().collect();
    let marked = graph.rebuild_with(&all, |graph, id| {
        let (k, constant, rest) = taken_out(graph, id, 0.0, &terms)?;
        Some(graph.sum(constant, rest.into_iter().chain([(k, marker)])))
    });
    by.push(s);
    let (roots, ends) = marked.split_at(roots.len());
    // Limits of variables after the simplex may depend on those in it.
    let mut replaced = substitute_all(graph, ends, &by).into_iter();
    for end in limits[first + count..].iter_mut().flat_map(|(lo, hi)| [lo, hi]).flatten() {
        *end = replaced.next()?;
    }
    let sign = domain.factor;
    finish(graph, roots, &by, &lengths, &[], (limits, sign), own_names, "a simplex in the sum of its variables")
}

/// A simplex of at least two variables: the first, how many, the size.
fn simplex(graph: &mut Graph, domain: &Domain) -> Option<(usize, usize, f64)> {
    for first in 0..domain.limits.len() {
        let (Some(lo), Some(hi)) = domain.limits[first] else { continue };
        let (Some(0.0), Some(size)) = (graph.value(lo), graph.value(hi)) else { continue };
        let mut variables = vec![(1.0, graph.variable(first as u32))];
        while let Some((Some(lo), Some(hi))) = domain.limits.get(first + variables.len()).copied() {
            // The limit and the variables before are the size.
            let sum = graph.sum(0.0, variables.iter().copied().chain([(1.0, hi)]).collect::<Vec<_>>());
            let is_next = graph.value(sum).is_some_and(|sum| (sum - size).abs() <= ALIKE * size);
            if !is_next || graph.value(lo) != Some(0.0) {
                break;
            }
            variables.push((1.0, graph.variable((first + variables.len()) as u32)));
        }
        if variables.len() > 1 {
            return Some((first, variables.len(), size));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::analysis::Ends;
    use crate::{Expressions, Names};
    use fubini_algorithms::{Cuhre, Options};
    use std::ops::ControlFlow;

    #[test]
    fn functions_of_the_sum_are_products_and_limits_behind_a_simplex_follow() {
        let simplex = [("x", "0", "1.3"), ("y", "0", "1.3-x"), ("z", "0", "1.3-x-y"), ("w", "0", "1.3-x-y-z")];
        let wedge = [("x", "0", "1"), ("y", "0", "1-x"), ("z", "0", "x+y")];
        let options = Options::default().rtol(1e-10);
        // ∫ s³/3! exp(−s) over s; ∫ s · s³/3! · s over s, of a moment x³ y² z² w; ∫ exp(s) s² over s.
        let up_to = 1.3f64;
        let gamma = 1.0 - (-up_to).exp() * (1.0 + up_to + up_to.powi(2) / 2.0 + up_to.powi(3) / 6.0);
        for (text, limits, exact) in [
            ("exp(-x-y-z-w)", &simplex[..], gamma),
            ("(x+y+z+w)^2", &simplex, up_to.powi(6) / 36.0),
            ("x^3*y^2*z^2*w", &simplex, 24.0 * up_to.powi(12) / 479_001_600.0),
            ("exp(x+y)", &wedge, std::f64::consts::E - 2.0),
        ] {
            let names: Vec<&str> = limits.iter().map(|(name, ..)| *name).collect();
            let integrand = Expressions::parse(&[text], &Names::new(&names)).unwrap();
            let ends = limits.iter().map(|(_, lo, hi)| Ends { lo: (*lo).into(), hi: (*hi).into(), breaks: Vec::new() });
            let found = integrand.analyse(&ends.collect::<Vec<_>>()).unwrap();
            let separated = found.separated.unwrap_or_else(|| panic!("{text}: {:?}", found.notes));
            let report = separated.integrate(&Cuhre::default(), &options, &mut |_| ControlFlow::Continue(())).unwrap();
            let found = report.integrals[0];
            assert!(
                (found.value - exact).abs() <= found.error + 1e-14 * exact && report.evaluations < 10_000,
                "{text}: {report:?}"
            );
        }
    }
}

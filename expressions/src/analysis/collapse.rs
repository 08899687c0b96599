//! Domains whose limits depend on other variables as boxes: intervals are stretched to fixed ones, balls get spherical coordinates.
//!
//! The limits and integrand are rewritten in the new variables, so that what they share can be seen: with x = S u and y = (S − x) v the
//! third limit of a simplex, S − x − y, is S (1 − u)(1 − v), and the volume a product.

use super::domain::Domain;
use super::range::{Range, ranges};
use super::solve::substitute_all;
use crate::graph::{Graph, Id, Node, Unary};

/// Relative difference of coefficients that rounding may make.
pub(super) const ALIKE: f64 = 1e-14;

/// Lower and upper limit; none at infinity.
pub(super) type Ends = (Option<Id>, Option<Id>);

/// An integrand over a box.
pub(super) struct Collapsed {
    pub(super) roots: Vec<Id>,
    pub(super) domain: Domain,
    /// The variables as functions of the new ones, and by what the volume is multiplied.
    pub(super) by: Vec<Id>,
    pub(super) jacobian: Id,
    /// What the variables were called, and what was done to them.
    pub(super) names: Vec<String>,
    pub(super) how: &'static str,
}

/// Every variable between other variables as a multiple of the length of its interval; none where an end is infinite.
pub(super) fn stretched(graph: &mut Graph, roots: &[Id], domain: &Domain, names: &[String]) -> Option<Collapsed> {
    let dim = domain.limits.len();
    let mut by: Vec<Id> = (0..dim).map(|v| graph.variable(v as u32)).collect();
    let (mut limits, mut own_names) = (domain.limits.clone(), names.to_vec());
    let (mut lengths, mut shared): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
    for v in 0..dim {
        let (lo, hi) = domain.limits[v];
        let is_number = |end: Option<Id>| end.is_none_or(|id| graph.value(id).is_some());
        if is_number(lo) && is_number(hi) {
            continue;
        }
        let ends = substitute_all(graph, &[lo?, hi?], &by);
        let [lo, hi] = collected(graph, &ends, &shared)[..] else { return None };
        let variable = graph.variable(v as u32);
        let opposite = graph.product(-1.0, [(hi, 2)]);
        let (from, length, start) = if lo == opposite {
            (-1.0, hi, None)
        } else {
            let length = graph.sub(hi, lo);
            (0.0, collected(graph, &[length], &shared)[0], Some(lo))
        };
        let scaled = graph.product(1.0, [(length, 2), (variable, 2)]);
        by[v] = start.map_or(scaled, |lo| graph.add(lo, scaled));
        limits[v] = (Some(graph.constant(from)), Some(graph.constant(1.0)));
        lengths.push(length);
        own_names[v] = format!("{}_", names[v]);
        sums_of(graph, length, &mut shared);
    }
    if lengths.is_empty() {
        return None;
    }
    let sign = domain.factor;
    finish(
        graph,
        roots,
        &by,
        &lengths,
        &shared,
        (limits, sign),
        own_names,
        "intervals that depend on other variables are stretched",
    )
}

/// Spherical coordinates for the first ball among the limits.
pub(super) fn spherical(graph: &mut Graph, roots: &[Id], domain: &Domain, names: &[String]) -> Option<Collapsed> {
    let (first, count, radius) = ball(graph, domain)?;
    let dim = domain.limits.len();
    let mut by: Vec<Id> = (0..dim).map(|v| graph.variable(v as u32)).collect();
    let (r, mut limits, mut own_names) = (by[first], domain.limits.clone(), names.to_vec());
    let number = |graph: &mut Graph, x: f64| Some(graph.constant(x));
    limits[first] = (number(graph, 0.0), number(graph, radius));
    own_names[first] = "r".to_string();
    let mut lengths = vec![graph.product(1.0, [(r, 2 * (count as i32 - 1))])];
    let mut distance = r;
    for k in 0..count - 2 {
        // c = cos θ of the angle with axis k, and 1 − c² for the rest.
        let c = graph.variable((first + k + 1) as u32);
        let square = graph.product(1.0, [(c, 4)]);
        let rest = graph.sum(1.0, [(-1.0, square)]);
        by[first + k] = graph.product(1.0, [(distance, 2), (c, 2)]);
        distance = graph.product(1.0, [(distance, 2), (rest, 1)]);
        lengths.push(graph.product(1.0, [(rest, (count - 3 - k) as i32)]));
        limits[first + k + 1] = (number(graph, -1.0), number(graph, 1.0));
        own_names[first + k + 1] = format!("cos_{}", k + 1);
    }
    let last = first + count - 1;
    let angle = graph.variable(last as u32);
    for (v, function) in [(last - 1, Unary::Cos), (last, Unary::Sin)] {
        let of_angle = graph.unary(function, angle);
        by[v] = graph.product(1.0, [(distance, 2), (of_angle, 2)]);
    }
    limits[last] = (number(graph, 0.0), number(graph, std::f64::consts::TAU));
    own_names[last] = "phi".to_string();
    // The square of the distance from the centre is a variable of its own until all others are replaced.
    let marker = graph.variable(dim as u32);
    let square = graph.product(1.0, [(marker, 4)]);
    let variables: Vec<Id> = (first..first + count).map(|v| graph.variable(v as u32)).collect();
    let ends: Vec<Id> = limits[first + count..].iter().flat_map(|(lo, hi)| [*lo, *hi]).flatten().collect();
    let all: Vec<Id> = roots.iter().chain(&ends).copied().collect();
    let squares: Vec<(Id, f64)> = variables.iter().map(|x| (graph.product(1.0, [(*x, 4)]), 1.0)).collect();
    let marked = graph.rebuild_with(&all, |graph, id| {
        let (k, constant, rest) = taken_out(graph, id, 0.0, &squares)?;
        Some(graph.sum(constant, rest.into_iter().chain([(k, square)])))
    });
    by.push(r);
    let (roots, ends) = marked.split_at(roots.len());
    // Limits of variables after the ball may depend on those in it.
    let replaced = substitute_all(graph, ends, &by);
    let mut replaced = replaced.into_iter();
    for (lo, hi) in &mut limits[first + count..] {
        for end in [lo, hi].into_iter().flatten() {
            *end = replaced.next()?;
        }
    }
    let sign = domain.factor;
    finish(graph, roots, &by, &lengths, &[], (limits, sign), own_names, "spherical coordinates of a ball")
}

/// A ball of at least two variables: the first, how many, the radius.
fn ball(graph: &mut Graph, domain: &Domain) -> Option<(usize, usize, f64)> {
    for first in 0..domain.limits.len() {
        let (Some(lo), Some(hi)) = domain.limits[first] else { continue };
        let (Some(lo), Some(radius)) = (graph.value(lo), graph.value(hi)) else { continue };
        if lo != -radius || radius <= 0.0 {
            continue;
        }
        let mut count = 1;
        let square = |graph: &mut Graph, v: usize| {
            let x = graph.variable(v as u32);
            (1.0, graph.product(1.0, [(x, 4)]))
        };
        let mut squares = vec![square(graph, first)];
        while let Some((Some(lo), Some(hi))) = domain.limits.get(first + count).copied() {
            // hi² + the squares of those before is radius².
            let own = graph.product(1.0, [(hi, 4)]);
            let all: Vec<(f64, Id)> = squares.iter().copied().chain([(1.0, own)]).collect();
            let sum = graph.sum(0.0, all);
            let is_next = graph.value(sum).is_some_and(|sum| (sum - radius * radius).abs() <= ALIKE * sum);
            if !is_next || graph.product(-1.0, [(hi, 2)]) != lo {
                break;
            }
            squares.push(square(graph, first + count));
            count += 1;
        }
        if count > 1 {
            return Some((first, count, radius));
        }
    }
    None
}

#[expect(clippy::too_many_arguments)]
pub(super) fn finish(
    graph: &mut Graph,
    roots: &[Id],
    by: &[Id],
    lengths: &[Id],
    shared: &[Id],
    (limits, factor): (Vec<Ends>, f64),
    names: Vec<String>,
    how: &'static str,
) -> Option<Collapsed> {
    let roots = substitute_all(graph, roots, by);
    let all: Vec<(Id, i32)> = lengths.iter().map(|length| (*length, 2)).collect();
    let jacobian = graph.product(1.0, all);
    let roots: Vec<Id> = roots.iter().map(|root| graph.product(1.0, [(*root, 2), (jacobian, 2)])).collect();
    let roots = collected(graph, &roots, shared);
    let mut bounds: Vec<Range> = Vec::new();
    for (lo, hi) in &limits {
        let ends: Vec<Id> = lo.iter().chain(hi).copied().collect();
        let known = ranges(graph, &ends, &bounds);
        let at = |end: &Option<Id>, infinity: f64, of: fn(&Range) -> f64| end.map_or(infinity, |id| of(&known[&id]));
        bounds.push(Range { lo: at(lo, f64::NEG_INFINITY, |r| r.lo), hi: at(hi, f64::INFINITY, |r| r.hi) });
    }
    let domain = Domain { limits, breaks: Vec::new(), ranges: bounds, peaks: Vec::new(), factor };
    Some(Collapsed { roots, domain, by: by[..names.len()].to_vec(), jacobian, names, how })
}

/// The sums that a product is made of, also below roots.
fn sums_of(graph: &Graph, id: Id, sums: &mut Vec<Id>) {
    match graph.node(id) {
        Node::Sum(..) if !sums.contains(&id) => sums.push(id),
        Node::Product(_, factors) => factors.iter().for_each(|(base, _)| sums_of(graph, *base, sums)),
        _ => {}
    }
}

/// The nodes with what their sums have in common taken out: multiples of shared sums, and factors of all terms.
fn collected(graph: &mut Graph, roots: &[Id], shared: &[Id]) -> Vec<Id> {
    graph.rebuild_with(roots, |graph, id| {
        let mut node = id;
        for sum in shared {
            node = multiple(graph, node, *sum).unwrap_or(node);
        }
        node = common(graph, node).unwrap_or(node);
        (node != id).then_some(node)
    })
}

/// D q + D as D (1 + q), where the terms of D stand among those of a sum beside multiples of it.
fn multiple(graph: &mut Graph, id: Id, divisor: Id) -> Option<Id> {
    let Node::Sum(constant, own) = graph.node(divisor).clone() else { return None };
    let own: Vec<(Id, f64)> = own.iter().map(|(term, k)| (*term, k.get())).collect();
    let is_multiple = |graph: &Graph, term: Id| match graph.node(term) {
        Node::Product(_, factors) => factors.iter().any(|(base, half)| *base == divisor && *half >= 2),
        _ => false,
    };
    let (k, left, rest) = taken_out(graph, id, constant.get(), &own)?;
    let (with, mut rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, term)| is_multiple(graph, *term));
    if with.is_empty() {
        return None;
    }
    let quotient: Vec<(f64, Id)> =
        with.into_iter().map(|(k, term)| (k, graph.product(1.0, [(term, 2), (divisor, -2)]))).collect();
    let quotient = graph.sum(k, quotient);
    rest.push((1.0, graph.product(1.0, [(divisor, 2), (quotient, 2)])));
    Some(graph.sum(left, rest))
}

/// Terms of a sum with their coefficients.
pub(super) type Terms = Vec<(f64, Id)>;

/// Of a sum that holds k (constant + Σ terms): k, and the constant and the terms that are left.
pub(super) fn taken_out(graph: &Graph, id: Id, constant: f64, own: &[(Id, f64)]) -> Option<(f64, f64, Terms)> {
    let Node::Sum(all, terms) = graph.node(id) else { return None };
    let of = |term: Id| terms.iter().find(|(own, _)| *own == term).map(|(_, k)| k.get());
    let k = of(own.first()?.0)? / own[0].1;
    let is_there = |(term, own): &(Id, f64)| of(*term).is_some_and(|have| (have - k * own).abs() <= ALIKE * have.abs());
    if !own.iter().all(is_there) {
        return None;
    }
    let left = all.get() - k * constant;
    let left = if left.abs() <= ALIKE * all.get().abs() { 0.0 } else { left };
    let rest = terms.iter().filter(|(term, _)| own.iter().all(|(taken, _)| taken != term));
    Some((k, left, rest.map(|(term, k)| (k.get(), *term)).collect()))
}

/// A sum all of whose terms share factors, as a product.
fn common(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Sum(constant, terms) = graph.node(id).clone() else { return None };
    if constant.get() != 0.0 {
        return None;
    }
    let factors_of = |graph: &Graph, term: Id| match graph.node(term) {
        Node::Product(_, factors) => factors.to_vec(),
        _ => vec![(term, 2)],
    };
    let mut shared = factors_of(graph, terms.first()?.0);
    for (term, _) in &terms[1..] {
        let factors = factors_of(graph, *term);
        let least = |(base, half): (Id, i32)| {
            let (_, other) = factors.iter().find(|(own, _)| *own == base)?;
            (*other > 0 && half > 0).then_some((base, half.min(*other)))
        };
        shared = shared.into_iter().filter_map(least).collect();
    }
    if shared.is_empty() {
        return None;
    }
    let inverse = graph.product(1.0, shared.iter().map(|(base, half)| (*base, -half)));
    let rest: Vec<(f64, Id)> = terms.iter().map(|(term, k)| (k.get(), graph.product(1.0, [(*term, 2), (inverse, 2)]))).collect();
    let rest = graph.sum(0.0, rest);
    Some(graph.product(1.0, shared.into_iter().chain([(rest, 2)])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;
    use crate::analysis::separate::Separation;
    use crate::{Expressions, Names};

    /// The groups of variables of an integrand between limits, after a change of variables.
    fn groups(
        change: fn(&mut Graph, &[Id], &Domain, &[String]) -> Option<Collapsed>,
        text: &str,
        limits: &[(&str, &str)],
    ) -> Option<usize> {
        let names = ["x", "y", "z", "w"].map(str::to_string);
        let names = &names[..limits.len()];
        let mut parsed = Expressions::parse(&[text], &Names::new(names)).unwrap();
        let ends: Vec<analysis::Ends> = limits
            .iter()
            .map(|(lo, hi)| analysis::Ends { lo: (*lo).to_string(), hi: (*hi).to_string(), breaks: Vec::new() })
            .collect();
        let domain = Domain::read(&mut parsed, &ends).unwrap();
        let roots = parsed.roots.clone();
        let changed = change(&mut parsed.graph, &roots, &domain, names)?;
        Some(Separation::of(&mut parsed.graph, &changed.roots, &changed.domain.ranges, &[]).groups.len())
    }

    #[test]
    fn simplices_and_balls_become_products() {
        let simplex = [("0", "1.7"), ("0", "1.7-x"), ("0", "1.7-x-y"), ("0", "1.7-x-y-z")];
        let ball = [
            ("-1.3", "1.3"),
            ("-sqrt(1.3^2-x^2)", "sqrt(1.3^2-x^2)"),
            ("-sqrt(1.3^2-x^2-y^2)", "sqrt(1.3^2-x^2-y^2)"),
            ("-sqrt(1.3^2-x^2-y^2-z^2)", "sqrt(1.3^2-x^2-y^2-z^2)"),
        ];
        assert_eq!(groups(stretched, "x^2*y*w", &simplex), Some(4));
        assert_eq!(groups(stretched, "1", &[("0", "1"), ("0", "x"), ("0", "y"), ("0", "z")]), Some(4));
        assert_eq!(groups(stretched, "x^2*w^4", &ball), Some(4));
        assert_eq!(groups(spherical, "exp(-x^2-y^2-z^2-w^2)*x^2", &ball), Some(4));
        assert_eq!(groups(spherical, "sqrt(x^2+y^2)", &ball[..2]), Some(2));
        assert_eq!(groups(spherical, "x^2", &simplex), None);
        assert_eq!(groups(stretched, "x^2", &[("0", "1"), ("0", "1")]), None);
        // An ellipse is no ball, and an infinite side is not stretched.
        assert_eq!(groups(spherical, "1", &[("-2", "2"), ("-sqrt(4-x^2)/2", "sqrt(4-x^2)/2")]), None);
        assert_eq!(groups(stretched, "1", &[("0", "2"), ("x", "inf")]), None);
    }
}

//! Integrals as sums of products of integrals over fewer variables, or as zero, before anything is sampled.
//!
//! The integrand is taken apart as it stands, after intervals that depend on other variables have been stretched to fixed ones, in
//! spherical coordinates of a ball, and in the sum of the variables of a simplex; the way that leaves the fewest variables together is
//! taken. Every factor is then an integrand that is analysed by itself. What was made is held against the formula at points of the domain.

use super::barycentric::barycentric;
use super::check::place;
use super::collapse::{Collapsed, spherical, stretched};
use super::domain::Domain;
use super::separate::Separation;
use super::solve::substitute_all;
use super::{Search, depends_on, symmetry};
use crate::Names;
use crate::compiled::Compiled;
use crate::graph::{Graph, Id};
use fubini_algorithms::coordinates::{Coordinates, Iterated, Limit, Limits, Resolved};
use fubini_algorithms::{self as algorithms, Factor, Product, Pullback, Separated, Workspace};
use std::cmp::Ordering;

/// Variables of a domain that is looked at.
const MOST_VARIABLES: usize = 32;
/// Points at which what was made is held against the formula.
const POINTS: usize = 64;
/// Relative difference that rounding may make there.
const ALIKE: f64 = 1e-9;
/// Distances from the faces of a factor's cube at which it must not grow like one that has no integral.
const NEAR: [f64; 2] = [1.0 / 1_048_576.0, 4.0 / 1_048_576.0];
/// The power of the distance with which it would.
const DIVERGENT: f64 = -0.98;

/// An integrand that was taken apart, over the domain in whose variables it was.
struct Found {
    separation: Separation,
    roots: Vec<Id>,
    domain: Domain,
    names: Vec<String>,
    how: Option<&'static str>,
}

impl Found {
    fn new(graph: &mut Graph, roots: Vec<Id>, domain: Domain, names: Vec<String>, how: Option<&'static str>) -> Self {
        let separation = Separation::of(graph, &roots, &domain.ranges, &links(graph, &domain));
        Found { separation, roots, domain, names, how }
    }

    /// How much is left together, then how many products there are.
    fn cost(&self) -> (usize, usize) {
        (self.separation.largest(), self.separation.sums.iter().map(Vec::len).sum())
    }
}

impl Search<'_> {
    /// The integrals of the roots from those of factors; none where nothing would be gained.
    pub(super) fn factors(&mut self, graph: &mut Graph, roots: &[Id], domain: &Domain) -> Option<Separated<'static>> {
        let dim = domain.limits.len();
        let is_ordered = |v: usize| domain.ranges[v].lo.partial_cmp(&domain.ranges[v].hi) == Some(Ordering::Less);
        let is_nothing = roots.iter().any(|root| graph.value(*root).is_some_and(|value| value == 0.0 || !value.is_finite()));
        if dim > MOST_VARIABLES || is_nothing || !(0..dim).all(is_ordered) || self.is_reversed(graph, domain) {
            return None;
        }
        let mut odd: Vec<usize> = Vec::new();
        let even: Vec<Id> = roots.iter().map(|root| symmetry::without_odd(graph, *root, domain, &mut odd)).collect();
        let is_zero: Vec<bool> = even.iter().map(|root| graph.value(*root) == Some(0.0)).collect();
        let live: Vec<Id> = even.iter().copied().filter(|root| graph.value(*root) != Some(0.0)).collect();
        let mut found = Found::new(graph, live.clone(), domain.clone(), self.names.variables.clone(), None);
        if domain.breaks.is_empty() && !live.is_empty() {
            for change in [stretched, spherical, barycentric] {
                let Some(changed) = change(graph, &live, domain, &self.names.variables) else { continue };
                if !is_faithful(graph, &live, &changed) {
                    continue;
                }
                let Collapsed { roots, domain, names, how, .. } = changed;
                let other = Found::new(graph, roots, domain, names, Some(how));
                if other.cost() < found.cost() {
                    found = other;
                }
            }
        }
        if found.separation.groups.len() < 2 && odd.is_empty() {
            return None;
        }
        let integrals = self.build(graph, &found, &is_zero)?;
        odd.sort_unstable();
        odd.dedup();
        for v in odd {
            self.notes.push(format!("odd in {}: what is so has the integral zero", self.names.variables[v]));
        }
        Some(integrals)
    }

    /// Whether an interval is certainly or possibly a reversed one: its length must be positive at points of the domain.
    fn is_reversed(&self, graph: &Graph, domain: &Domain) -> bool {
        (0..POINTS).any(|i| place(graph, domain, i).is_none())
    }

    fn build(&mut self, graph: &mut Graph, found: &Found, is_zero: &[bool]) -> Option<Separated<'static>> {
        let Found { separation, domain, names, .. } = found;
        let mut sums: Vec<Vec<Product>> = Vec::new();
        let mut factors: Vec<Vec<Id>> = vec![Vec::new(); separation.groups.len()];
        let one = graph.constant(1.0);
        // First the position of each factor in its group.
        let mut placed: Vec<Vec<(f64, Places)>> = Vec::new();
        for sum in &separation.sums {
            let mut products = Vec::new();
            for term in sum {
                let (mut number, mut places) = (domain.factor * term.number, Vec::new());
                for (g, group) in separation.groups.iter().enumerate() {
                    let id = match (term.factors.get(&g), &group[..]) {
                        (Some(id), _) => *id,
                        (None, [v]) if length(graph, domain, *v).is_some() => {
                            number *= length(graph, domain, *v)?;
                            continue;
                        }
                        (None, _) => one,
                    };
                    let at = factors[g].iter().position(|own| *own == id).unwrap_or_else(|| {
                        factors[g].push(id);
                        factors[g].len() - 1
                    });
                    places.push((g, at));
                }
                products.push((number, places));
            }
            placed.push(products);
        }
        if !self.is_whole(graph, found) {
            return None;
        }
        let starts: Vec<usize> = factors.iter().scan(0, |sum, own| Some(std::mem::replace(sum, *sum + own.len()))).collect();
        let mut placed = placed.into_iter();
        for is_zero in is_zero {
            let products = if *is_zero { Vec::new() } else { placed.next()? };
            let product = |(number, places): (f64, Vec<(usize, usize)>)| Product {
                number,
                factors: places.into_iter().map(|(g, at)| starts[g] + at).collect(),
            };
            sums.push(products.into_iter().map(product).collect());
        }
        let is_sum = sums.iter().any(|sum| sum.len() > 1);
        let mut members = Vec::new();
        let (mut notes, mut warning) = (Vec::new(), None);
        for (group, factors) in separation.groups.iter().zip(&factors).filter(|(_, factors)| !factors.is_empty()) {
            let own_names: Vec<&String> = group.iter().map(|v| &names[*v]).collect();
            let mut own_names = Names::new(&own_names);
            own_names.parameters.clone_from(&self.names.parameters);
            let mut search = Search::new(&own_names, &mut notes, &mut warning, self.may_jump);
            let member = search.member(graph, group, factors, domain)?;
            // A sum may have an integral though its terms have none.
            if is_sum && (search.diverges || search.may_diverge || !is_integrable(&member)) {
                return None;
            }
            members.push(Factor::new(member.0, member.1));
        }
        if separation.groups.len() > 1 && !sums.iter().all(Vec::is_empty) {
            found.how.into_iter().for_each(|how| self.notes.push(how.to_string()));
            let list = |group: &Vec<usize>| group.iter().map(|v| names[*v].clone()).collect::<Vec<_>>().join(", ");
            let groups: Vec<String> = separation.groups.iter().map(list).collect();
            let products: usize = sums.iter().map(Vec::len).sum();
            let what = if products == 1 { "a product".to_string() } else { format!("{products} products") };
            self.notes.push(format!("{what} of integrals over {}", groups.join(" | ")));
        }
        self.notes.extend(notes);
        *self.warning = self.warning.take().or(warning);
        Some(Separated::new(members, sums))
    }

    /// Whether the products are the roots, at points of the domain.
    fn is_whole(&self, graph: &Graph, found: &Found) -> bool {
        let Found { separation, roots, domain, .. } = found;
        (0..POINTS).filter_map(|i| place(graph, domain, i)).all(|point| {
            let expected = graph.evaluate(roots, &point, &[]);
            separation.sums.iter().zip(expected).all(|(sum, expected)| {
                let (mut value, mut size) = (0.0, 0.0);
                for term in sum {
                    let ids: Vec<Id> = term.factors.values().copied().collect();
                    let product = graph.evaluate(&ids, &point, &[]).iter().fold(term.number, |product, x| product * x);
                    value += product;
                    size += product.abs();
                }
                !expected.is_finite() || (value - expected).abs() <= ALIKE * size
            })
        })
    }

    /// The integrand and the coordinates of one group, analysed by itself.
    fn member(&mut self, graph: &mut Graph, group: &[usize], factors: &[Id], domain: &Domain) -> Option<Member> {
        // Variables that do not belong to the group stand nowhere in its factors and limits.
        let zero = graph.constant(0.0);
        let by: Vec<Id> = (0..domain.limits.len())
            .map(|v| group.iter().position(|own| *own == v).map_or(zero, |at| graph.variable(at as u32)))
            .collect();
        let roots = substitute_all(graph, factors, &by);
        let mut limits = Vec::new();
        for v in group {
            let (lo, hi) = domain.limits[*v];
            let mut end = |end: Option<Id>| end.map(|id| substitute_all(graph, &[id], &by)[0]);
            limits.push((end(lo), end(hi)));
        }
        let breaks: Vec<Id> =
            domain.breaks.iter().copied().filter(|at| group.iter().any(|v| depends_on(graph, *at, *v as u32))).collect();
        let breaks = substitute_all(graph, &breaks, &by);
        let own =
            Domain { limits, breaks, ranges: group.iter().map(|v| domain.ranges[*v]).collect(), peaks: Vec::new(), factor: 1.0 };
        let coordinates = self.coordinates(graph, &own)?;
        Some(match self.plan(graph, &roots, own) {
            Some(plan) => (plan.integrand, Box::new(plan.coordinates)),
            None => {
                let coordinates = Box::new(Resolved::new(coordinates, self.resolution));
                (Compiled::of(graph, &roots, group.len()).with_jumps(self.jumps), coordinates)
            }
        })
    }

    /// A domain as it is.
    fn coordinates(&self, graph: &mut Graph, domain: &Domain) -> Option<Box<dyn Coordinates>> {
        let mut limits = Vec::new();
        for (v, (lo, hi)) in domain.limits.iter().enumerate() {
            let limit = |end: &Option<Id>, infinity: f64| -> Limit<'static> {
                match end.map(|id| (id, graph.value(id))) {
                    None => infinity.into(),
                    Some((_, Some(value))) => value.into(),
                    Some((id, None)) => Limit::varying(Compiled::of(graph, &[id], v)),
                }
            };
            limits.push(Limits::new(limit(lo, f64::NEG_INFINITY), limit(hi, f64::INFINITY)));
        }
        // A break x − at of the last variable that it depends on.
        for at in &domain.breaks {
            let v = super::level(graph, *at)?;
            let variable = graph.variable(v as u32);
            let place = graph.sub(variable, *at);
            let limit = match graph.value(place) {
                Some(value) => Limit::from(value),
                None => Limit::varying(Compiled::of(graph, &[place], v)),
            };
            let side = limits.remove(v).broken_at(limit);
            limits.insert(v, side);
        }
        let numbers = |(lo, hi): &(Option<Id>, Option<Id>)| {
            let number = |end: &Option<Id>, infinity: f64| end.map_or(Some(infinity), |id| graph.value(id));
            Some((number(lo, f64::NEG_INFINITY)?, number(hi, f64::INFINITY)?))
        };
        match domain.limits.iter().map(numbers).collect::<Option<Vec<_>>>() {
            Some(numbers) if domain.breaks.is_empty() => Some(Box::new(algorithms::Domain::new(&numbers).ok()?)),
            _ => Some(Box::new(Iterated::new(limits).ok()?)),
        }
    }
}

/// Groups, and a factor of each by its position.
type Places = Vec<(usize, usize)>;
/// An integrand and where it is integrated.
type Member = (Compiled, Box<dyn Coordinates>);

/// Pairs of variables that limits and breaks tie together.
fn links(graph: &Graph, domain: &Domain) -> Vec<(usize, usize)> {
    let dim = domain.limits.len();
    let ends = |v: usize| [domain.limits[v].0, domain.limits[v].1].into_iter().flatten();
    let of_limits = (0..dim).flat_map(|v| (0..v).map(move |u| (u, v)));
    let mut links: Vec<(usize, usize)> =
        of_limits.filter(|(u, v)| ends(*v).any(|end| depends_on(graph, end, *u as u32))).collect();
    for at in &domain.breaks {
        let own: Vec<usize> = (0..dim).filter(|v| depends_on(graph, *at, *v as u32)).collect();
        links.extend(own.windows(2).map(|pair| (pair[0], pair[1])));
    }
    links
}

/// The length of an interval between numbers.
fn length(graph: &Graph, domain: &Domain, v: usize) -> Option<f64> {
    let (lo, hi) = domain.limits[v];
    Some(graph.value(hi?)? - graph.value(lo?)?)
}

/// Whether an integrand in new variables is the one that it was times the Jacobian.
fn is_faithful(graph: &Graph, roots: &[Id], changed: &Collapsed) -> bool {
    (0..POINTS).filter_map(|i| place(graph, &changed.domain, i)).all(|point| {
        let old = graph.evaluate(&changed.by, &point, &[]);
        let jacobian = graph.evaluate(&[changed.jacobian], &point, &[])[0];
        let (expected, found) = (graph.evaluate(roots, &old, &[]), graph.evaluate(&changed.roots, &point, &[]));
        let is_alike = |(a, b): (f64, &f64)| !a.is_finite() || (a - b).abs() <= ALIKE * a.abs();
        jacobian >= 0.0 && expected.iter().map(|value| value * jacobian).zip(&found).all(is_alike)
    })
}

/// Whether no component grows like the inverse of the distance from a face, or faster.
fn is_integrable((integrand, coordinates): &Member) -> bool {
    let Ok(pulled) = Pullback::new(integrand, &**coordinates) else { return false };
    let dim = pulled.dim();
    let mut workspace = Workspace::default();
    pulled.prepare(&mut workspace, 2 * dim * NEAR.len());
    for (row, (axis, end, distance)) in faces(dim).enumerate() {
        (0..dim).for_each(|d| workspace.points.column_mut(d)[row] = 0.271 + 0.458 * (0.618 * (d + 1) as f64).fract());
        workspace.points.column_mut(axis)[row] = if end == 0 { distance } else { 1.0 - distance };
    }
    pulled.eval(&mut workspace);
    (0..pulled.components()).all(|c| {
        workspace.values.column(c).chunks_exact(2).all(|pair| {
            let exponent = (pair[1] / pair[0]).abs().ln() / 4f64.ln();
            exponent.is_nan() || exponent > DIVERGENT
        })
    })
}

/// Axes with their ends and the distances from these, the nearer one first.
fn faces(dim: usize) -> impl Iterator<Item = (usize, usize, f64)> {
    (0..dim).flat_map(|axis| [0, 1].into_iter().flat_map(move |end| NEAR.map(|distance| (axis, end, distance))))
}

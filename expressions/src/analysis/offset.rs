//! Corners away from the origin: variables are measured from where a pole is.
//!
//! Numbers near 0.2 are 3e-17 apart, and ((x − 0.2)² + (y − 0.1)²)^(−0.9) has a hundredth of its integral nearer to its pole than that
//! along with whatever rounding makes of the difference. With x = 0.2 + x' the pole is at zero, where numbers are as dense as one likes.
//! What is left of a sum of numbers that cancel is rounding, of the place of the corner or of the formula's decimals, and is zero.

use super::domain::Domain;
use super::forms::Linear;
use super::plan::Asked;
use super::solve::substitute_all;
use super::surfaces::Surface;
use crate::graph::{Graph, Id, Node};

/// Part of the terms of a sum that rounding may leave of it.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// Part of its distance from zero within which a pole is beside an end: numbers there are 1e-12 of what lies between.
const BESIDE: f64 = 1e-4;

/// An integrand in such variables.
pub(super) struct Offset {
    pub(super) roots: Vec<Id>,
    pub(super) domain: Domain,
    pub(super) asked: Asked,
    pub(super) names: Vec<String>,
}

/// Where a variable is measured from, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Origin {
    at: f64,
    sign: f64,
}

impl Offset {
    /// The integrand with its variables measured from the places at which poles are; none where they are at zero anyway.
    pub(super) fn of(graph: &mut Graph, roots: &[Id], domain: &Domain, surfaces: &[Surface], names: &[String]) -> Option<Self> {
        let dim = domain.ranges.len();
        if !domain.is_box(graph) {
            return None;
        }
        let mut origins: Vec<Option<Origin>> = vec![None; dim];
        for surface in surfaces.iter().filter(|s| s.has_pole()) {
            let forms = surface.corner.clone().unwrap_or_else(|| vec![surface.function]);
            let mut own = origins.clone();
            let is_kept = surface.corner.is_some() || surface.is_steep();
            let forms: Option<Vec<Linear>> = forms.iter().map(|form| Linear::of(graph, *form, dim)).collect();
            let Some(mut forms) = forms else { continue };
            // What one says of its only variable, those of several variables need not find out.
            forms.sort_by_key(|form| form.own().len());
            let fits = forms.iter().all(|form| {
                (is_kept || form.has_pole_beside_an_end(domain))
                    && (form.vanishes_at(domain, &mut own) || form.follows(domain, &mut own))
            });
            if fits {
                origins = own;
            }
        }
        let is_moved = |origin: &Option<Origin>| origin.is_some_and(|origin| origin.at != 0.0);
        if !origins.iter().any(is_moved) {
            return None;
        }
        let mut domain = domain.clone();
        let (mut by, mut back, mut own_names) = (Vec::with_capacity(dim), Vec::with_capacity(dim), names.to_vec());
        for (v, origin) in origins.iter().enumerate() {
            let variable = graph.variable(v as u32);
            let Some(Origin { at, sign }) = origin.filter(|_| is_moved(origin)) else {
                by.push(variable);
                back.push(variable);
                continue;
            };
            by.push(graph.sum(at, [(sign, variable)]));
            back.push(graph.sum(-sign * at, [(sign, variable)]));
            let range = &mut domain.ranges[v];
            let mut ends = [sign * (range.lo - at), sign * (range.hi - at)];
            ends.sort_unstable_by(f64::total_cmp);
            [range.lo, range.hi] = ends;
            domain.limits[v] = ends.map(|end| end.is_finite().then(|| graph.constant(end))).into();
            own_names[v] = if sign > 0.0 { format!("({} - {at})", names[v]) } else { format!("({at} - {})", names[v]) };
            own_names[v] = own_names[v].replace("- -", "+ ");
        }
        let all: Vec<Id> = roots.iter().chain(&domain.breaks).copied().collect();
        let moved = substitute_all(graph, &all, &by);
        let moved = graph.rebuild_with(&moved, |graph, id| without_rounding(graph, id, &origins));
        let (roots, breaks) = moved.split_at(roots.len());
        domain.breaks = breaks.to_vec();
        Some(Offset { roots: roots.to_vec(), domain, asked: Asked { by, back }, names: own_names })
    }
}

/// A sum without its constant, where that is what rounding left of the places of the variables.
fn without_rounding(graph: &mut Graph, id: Id, origins: &[Option<Origin>]) -> Option<Id> {
    let Node::Sum(constant, terms) = graph.node(id).clone() else { return None };
    let place = |term: Id| match graph.node(term) {
        Node::Variable(v) => origins[*v as usize].map_or(0.0, |origin| origin.at),
        _ => 0.0,
    };
    let size: f64 = terms.iter().map(|(term, k)| (k.get() * place(*term)).abs()).sum();
    let is_rounding = constant.get() != 0.0 && constant.get().abs() <= ROUNDING * size;
    is_rounding.then(|| graph.sum(0.0, terms.iter().map(|(term, k)| (k.get(), *term)).collect::<Vec<_>>()))
}

impl Linear {
    /// Whether it vanishes so near to an end of its only variable that a part in between has few numbers.
    fn has_pole_beside_an_end(&self, domain: &Domain) -> bool {
        let [(v, k)] = self.own()[..] else { return false };
        let at = -self.constant / k;
        [domain.ranges[v].lo, domain.ranges[v].hi].into_iter().any(|end| end != at && (end - at).abs() <= BESIDE * at.abs())
    }

    /// Whether it vanishes at one place of its variables only, which goes into `origins`: within the domain if there is one variable,
    /// at a corner if there are several.
    fn vanishes_at(&self, domain: &Domain, origins: &mut [Option<Origin>]) -> bool {
        let own = self.own();
        if let [(v, k)] = own[..] {
            let (at, slack) = (-self.constant / k, ROUNDING * (self.constant / k).abs());
            return within(domain, v, at, slack).is_some_and(|origin| takes(&mut origins[v], origin));
        }
        [1.0, -1.0].into_iter().any(|side: f64| {
            let corner: Vec<(usize, Origin)> = own
                .iter()
                .map(|(v, k)| {
                    let range = domain.ranges[*v];
                    let is_low = k * side > 0.0;
                    (*v, Origin { at: if is_low { range.lo } else { range.hi }, sign: if is_low { 1.0 } else { -1.0 } })
                })
                .collect();
            let terms: Vec<f64> =
                corner.iter().map(|(v, origin)| self.coefficients[*v] * origin.at).chain([self.constant]).collect();
            let size: f64 = terms.iter().map(|term| term.abs()).sum();
            let vanishes = size.is_finite() && terms.iter().sum::<f64>().abs() <= ROUNDING * size;
            let mut own = origins.to_vec();
            let fits = vanishes && corner.into_iter().all(|(v, origin)| takes(&mut own[v], origin));
            if fits {
                origins.copy_from_slice(&own);
            }
            fits
        })
    }

    /// Whether it vanishes at the places that are known of its variables; the last one that is not follows from the others.
    fn follows(&self, domain: &Domain, origins: &mut [Option<Origin>]) -> bool {
        let (known, open): (Vec<_>, Vec<_>) = self.own().into_iter().partition(|(v, _)| origins[*v].is_some());
        let terms = known.iter().map(|(v, k)| k * origins[*v].map_or(0.0, |origin| origin.at)).chain([self.constant]);
        let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term: f64| (sum + term, size + term.abs()));
        match open[..] {
            [] => sum.abs() <= ROUNDING * size,
            [(v, k)] => within(domain, v, -sum / k, ROUNDING * (size / k).abs()).is_some_and(|at| takes(&mut origins[v], at)),
            _ => false,
        }
    }

    /// The variables that it holds, with their coefficients.
    fn own(&self) -> Vec<(usize, f64)> {
        self.coefficients.iter().copied().enumerate().filter(|(_, k)| *k != 0.0).collect()
    }
}

/// A place of a variable as an origin, if it is in the domain: the end where that is as near as `slack`.
fn within(domain: &Domain, v: usize, at: f64, slack: f64) -> Option<Origin> {
    let range = domain.ranges[v];
    let ends = [(range.lo, 1.0), (range.hi, -1.0)].map(|(end, sign)| Origin { at: end, sign });
    let end = ends.into_iter().find(|end| (end.at - at).abs() <= slack);
    end.or((range.lo < at && at < range.hi).then_some(Origin { at, sign: 1.0 }))
}

/// Whether a variable is, or can be, measured from there.
fn takes(own: &mut Option<Origin>, origin: Origin) -> bool {
    *own.get_or_insert(origin) == origin
}

#[cfg(test)]
mod tests {
    use crate::analysis::Ends;
    use crate::{Expressions, Names};
    use fubini_algorithms::coordinates::Coordinates;
    use fubini_algorithms::{Columns, Cuhre, Integrator, Options};

    /// The integral by the plan of the analysis, and how many evaluations it takes to 1e-9.
    fn integral(text: &str, limits: &[(&str, &str)]) -> (f64, f64, u64) {
        let integrand = Expressions::parse(&[text], &Names::new(&["x", "y", "z"][..limits.len()])).unwrap();
        let ends = limits.iter().map(|(lo, hi)| Ends { lo: (*lo).into(), hi: (*hi).into(), breaks: Vec::new() });
        let analysis = integrand.analyse(&ends.collect::<Vec<_>>()).unwrap();
        let plan = analysis.plan.unwrap_or_else(|| panic!("{text}: {:?}", analysis.notes));
        let report = Cuhre::default().integrate(&plan.integrand, &plan.coordinates, &Options::default().rtol(1e-9)).unwrap();
        assert!(report.converged() && report.suspect.is_none(), "{text}: {report:?}");
        (report.integrals[0].value, report.integrals[0].error, report.evaluations)
    }

    #[test]
    fn poles_away_from_the_origin_are_as_those_at_it() {
        let steep = |p: f64| (2f64.powf(p + 2.0) - 2.0) / ((p + 1.0) * (p + 2.0));
        let pairs = [
            // 0.2 + 0.309 is not the double 0.509.
            ("(x+y-0.509)^(-1.82)", vec![("0.2", "1.2"), ("0.309", "1.309")], steep(-1.82)),
            ("(1.7-x-y)^(-1.82)", vec![("0", "1"), ("-0.3", "0.7")], steep(-1.82)),
            ("(x-y+0.7)^(-1.5)", vec![("0.1", "1.1"), ("-0.2", "0.8")], steep(-1.5)),
        ];
        for (text, limits, exact) in pairs {
            let (value, error, evaluations) = integral(text, &limits);
            assert!((value - exact).abs() <= error && evaluations < 20_000, "{text}: {value}, {exact}, {evaluations}");
        }
        let at_zero = integral("(x^2+y^2)^-0.92", &[("0", "1"), ("0", "1")]);
        for (limits, count) in [([("0.1", "1.1"), ("0.2", "1.2")], 1.0), ([("-0.9", "1.1"), ("-0.8", "1.2")], 4.0)] {
            let (value, error, _) = integral("((x-0.1)^2+(y-0.2)^2)^-0.92", &limits);
            assert!((value - count * at_zero.0).abs() <= error + count * at_zero.1, "{value} {at_zero:?}");
        }
        let at_zero = integral("(x^2+y^2+z^2)^-1.075", &[("0", "1"); 3]);
        let (value, error, _) =
            integral("((x-0.1)^2+(y-0.2)^2+(z-0.3)^2)^-1.075", &[("0.1", "1.1"), ("0.2", "1.2"), ("0.3", "1.3")]);
        assert!((value - at_zero.0).abs() <= error + at_zero.1, "{value} {at_zero:?}");
    }

    #[test]
    fn points_are_named_in_the_variables_of_the_formula() {
        for (text, limits) in [
            ("(x+y-0.509)^(-1.82)", [("0.2", "1.2"), ("0.309", "1.309")]),
            ("abs(x-y)^-0.5 * exp(y)", [("0", "1"), ("0.5", "2")]),
            ("((x-0.1)^2+(y-0.2)^2)^-0.92 * (x < y)", [("-0.9", "1.1"), ("-0.8", "1.2")]),
        ] {
            let integrand = Expressions::parse(&[text], &Names::new(&["x", "y"])).unwrap();
            let ends = limits.map(|(lo, hi)| Ends { lo: lo.into(), hi: hi.into(), breaks: Vec::new() });
            let plan = integrand.analyse(&ends).unwrap().plan.unwrap();
            let (formula, dim) = (integrand.compile(), plan.coordinates.dim());
            for i in 1..40 {
                let mut columns = Columns::default();
                columns.reset(dim + 1, 1);
                columns.column_mut(0)[0] = (f64::from(i) * 0.618).fract();
                columns.column_mut(1)[0] = (f64::from(i) * 0.414).fract();
                columns.pad();
                plan.coordinates.transform(&mut columns);
                let given: Vec<f64> = (0..dim).map(|d| columns.column(d)[0]).collect();
                let own = plan.integrand.evaluate(&given)[0];
                let asked = plan.coordinates.named(given);
                let expected = formula.evaluate(&asked)[0];
                // Next to a pole the formula itself has lost digits.
                assert!(
                    asked.len() == 2 && (own - expected).abs() <= 1e-3 * expected.abs() || own > 1e20,
                    "{text}: {own}, {expected}"
                );
            }
        }
    }
}

//! Where an integrand is not smooth: surfaces on which a branch changes, and those on which a power or logarithm is singular.

pub(super) use super::kinds::{Kind, Surface};
use super::range::{Range, ranges};
use crate::graph::{Binary, Graph, Id, Node, Real, Unary};
use std::collections::{HashMap, HashSet};

/// Most steps of a staircase (`floor`, `ceil`) or zeros of a wave that become surfaces.
const MOST_STEPS: f64 = 64.0;
/// Terms of a sum that may be one of two branches each.
const MOST_CHOICES: usize = 3;
/// Powers from here on are smooth enough as they are.
const SMOOTH: f64 = 8.0;

/// All surfaces of an integrand over a domain.
#[derive(Debug, Default)]
pub(super) struct Surfaces {
    pub(super) list: Vec<Surface>,
    /// What was met and is left as it is.
    pub(super) left: Vec<String>,
    /// Whether there were more steps than parts can be had.
    pub(super) has_many: bool,
    /// Whether what is left holds poles.
    pub(super) has_poles_left: bool,
}

impl Surfaces {
    /// Looks through everything that the roots need, with the variables in these ranges.
    pub(super) fn find(graph: &mut Graph, roots: &[Id], variables: &[Range], show: &dyn Fn(&Graph, Id) -> String) -> Self {
        let mut search =
            Search { graph, variables, surfaces: Surfaces::default(), known: HashMap::new(), show, is_rounded: false };
        for id in search.looked_at(roots) {
            search.visit(id);
        }
        search.surfaces
    }

    /// What a function vanishes with, as functions without powers and factors that never do.
    pub(super) fn factors(graph: &mut Graph, function: Id, variables: &[Range]) -> Vec<Id> {
        let show = |_: &Graph, _: Id| String::new();
        let mut search =
            Search { graph, variables, surfaces: Surfaces::default(), known: HashMap::new(), show: &show, is_rounded: false };
        search.vanishing(function, Kind::Switch);
        search.surfaces.list.into_iter().map(|surface| surface.function).collect()
    }
}

struct Search<'a> {
    graph: &'a mut Graph,
    variables: &'a [Range],
    surfaces: Surfaces,
    known: HashMap<Id, Range>,
    show: &'a dyn Fn(&Graph, Id) -> String,
    /// See [`Surface::is_rounded`].
    is_rounded: bool,
}

impl Search<'_> {
    fn range(&mut self, id: Id) -> Range {
        if let Some(range) = self.known.get(&id) {
            return *range;
        }
        let all = ranges(self.graph, &[id], self.variables);
        self.known.extend(all);
        self.known[&id]
    }

    /// Nodes in which a kink matters: of a minimum that is compared with a number only the sign of its operands does.
    fn looked_at(&self, roots: &[Id]) -> Vec<Id> {
        let mut seen: HashSet<Id> = HashSet::new();
        let mut work = roots.to_vec();
        while let Some(id) = work.pop() {
            if !seen.insert(id) {
                continue;
            }
            let compared = match self.graph.node(id) {
                Node::Binary(function, a, b) if function.is_comparison() => {
                    [self.graph.value(*b).map(|_| *a), self.graph.value(*a).map(|_| *b)].into_iter().flatten().next()
                }
                _ => None,
            };
            match compared {
                Some(operand) => work.extend(self.extremes(operand)),
                None => self.graph.operands(id, |operand| work.push(operand)),
            }
        }
        let mut seen: Vec<Id> = seen.into_iter().collect();
        seen.sort_unstable();
        seen
    }

    /// The operands of nested minima and maxima.
    fn extremes(&self, id: Id) -> Vec<Id> {
        let (mut work, mut operands) = (vec![id], Vec::new());
        while let Some(id) = work.pop() {
            match self.graph.node(id) {
                Node::Binary(Binary::Min | Binary::Max, a, b) => work.extend([*a, *b]),
                _ => operands.push(id),
            }
        }
        operands
    }

    /// What one node alone adds.
    fn visit(&mut self, id: Id) {
        match self.graph.node(id).clone() {
            Node::Product(_, factors) => {
                for (base, half) in factors.iter().filter(|(_, half)| *half < 0 || half % 2 != 0) {
                    self.vanishing(*base, Kind::Power(0.5 * f64::from(*half)));
                }
            }
            Node::Unary(function, a) => self.visit_unary(function, a, id),
            Node::Binary(function, a, b) if function.is_comparison() || matches!(function, Binary::Min | Binary::Max) => {
                let difference = self.graph.sub(a, b);
                self.vanishing(difference, Kind::Switch);
            }
            Node::Binary(Binary::Pow, a, b) => match self.graph.value(b) {
                Some(p) => self.vanishing(a, Kind::Power(p)),
                None => self.vanishing(a, Kind::Log),
            },
            Node::Binary(Binary::Div, _, b) => self.vanishing(b, Kind::Power(-1.0)),
            Node::Binary(Binary::Hypot, a, b) => {
                let sum = self.sum_of_squares(a, b);
                self.vanishing(sum, Kind::Power(0.5));
            }
            // It jumps where the quotient is whole.
            Node::Binary(Binary::Mod, a, b) => {
                let quotient = self.graph.div(a, b);
                self.stairs(quotient, 0.0, 1.0, Kind::Switch, id);
                self.vanishing(b, Kind::Power(-1.0));
            }
            // As the reciprocal of the distance from where both are zero.
            Node::Binary(Binary::Inversion, a, b) => {
                let sum = self.sum_of_squares(a, b);
                self.vanishing(sum, Kind::Power(-0.5));
            }
            Node::Binary(Binary::Atan2, a, b) => {
                // The cut along the negative axis, and the origin, about which the angle is no function of the distance.
                self.vanishing(a, Kind::Switch);
                let sum = self.sum_of_squares(a, b);
                self.vanishing(sum, Kind::Log);
            }
            _ => {}
        }
    }

    fn sum_of_squares(&mut self, a: Id, b: Id) -> Id {
        let (a, b) = (self.graph.product(1.0, [(a, 4)]), self.graph.product(1.0, [(b, 4)]));
        self.graph.add(a, b)
    }

    fn visit_unary(&mut self, function: Unary, a: Id, id: Id) {
        match function {
            Unary::Abs | Unary::Sign => self.vanishing(a, Kind::Switch),
            Unary::Sqrt => self.vanishing(a, Kind::Power(0.5)),
            Unary::Cbrt => self.vanishing(a, Kind::Power(1.0 / 3.0)),
            Unary::Log | Unary::Log10 => self.vanishing(a, Kind::Log),
            Unary::Log1p => self.shifted(a, &[-1.0], Kind::Log),
            Unary::Asin | Unary::Acos => self.shifted(a, &[-1.0, 1.0], Kind::Power(0.5)),
            Unary::Floor | Unary::Ceil => self.stairs(a, 0.0, 1.0, Kind::Switch, id),
            Unary::Tan => self.stairs(a, 0.5 * std::f64::consts::PI, std::f64::consts::PI, Kind::Power(-1.0), id),
            Unary::Gamma | Unary::Lgamma | Unary::Digamma if self.range(a).lo <= 0.0 => {
                let kind = if function == Unary::Lgamma { Kind::Log } else { Kind::Power(-1.0) };
                let Range { lo, hi } = self.range(a);
                let poles = (0..=64).map(|n| -f64::from(n)).filter(|n| lo <= *n && *n <= hi);
                let poles: Vec<f64> = poles.collect();
                self.shifted(a, &poles, kind);
            }
            _ => {}
        }
    }

    /// Where `a` takes one of these values.
    fn shifted(&mut self, a: Id, values: &[f64], kind: Kind) {
        for value in values {
            let shifted = self.graph.sum(-value, [(1.0, a)]);
            let before = self.is_rounded;
            self.is_rounded |= *value != 0.0;
            self.vanishing(shifted, kind);
            self.is_rounded = before;
        }
    }

    /// Where `a` takes a value `start + n step`.
    fn stairs(&mut self, a: Id, start: f64, step: f64, kind: Kind, id: Id) {
        let Range { lo, hi } = self.range(a);
        let (first, last) = (((lo - start) / step).ceil(), ((hi - start) / step).floor());
        let steps = last - first;
        if steps.is_nan() || steps >= MOST_STEPS {
            let text = (self.show)(self.graph, id);
            self.surfaces.left.push(format!("the steps of {text}"));
            self.surfaces.has_many |= kind == Kind::Switch;
            self.surfaces.has_poles_left |= kind.is_pole();
            return;
        }
        let values: Vec<f64> = (0..=(last - first).max(-1.0) as i64).map(|n| start + (first + n as f64) * step).collect();
        // Nothing is counted where there is none.
        if first <= last {
            self.shifted(a, &values, kind);
        }
    }

    /// Adds the surfaces on which `function` vanishes, near which the integrand behaves as `kind` says.
    fn vanishing(&mut self, function: Id, kind: Kind) {
        let scale = |kind: Kind, p: f64| match kind {
            Kind::Power(power) => Kind::Power(power * p),
            other => other,
        };
        match self.graph.node(function).clone() {
            Node::Constant(_) | Node::Unary(Unary::Exp | Unary::Cosh, _) => {}
            Node::Product(_, factors) => {
                for (base, half) in factors {
                    self.vanishing(base, scale(kind, 0.5 * f64::from(half)));
                }
            }
            Node::Unary(
                Unary::Abs
                | Unary::Neg
                | Unary::Atan
                | Unary::Sinh
                | Unary::Tanh
                | Unary::Erf
                | Unary::Expm1
                | Unary::Log1p
                | Unary::Asin
                | Unary::Sign,
                a,
            ) => self.vanishing(a, kind),
            Node::Unary(Unary::Sqrt, a) => self.vanishing(a, scale(kind, 0.5)),
            Node::Unary(Unary::Cbrt, a) => self.vanishing(a, scale(kind, 1.0 / 3.0)),
            Node::Unary(Unary::Sin | Unary::Tan, a) => self.stairs(a, 0.0, std::f64::consts::PI, kind, function),
            Node::Unary(Unary::Cos, a) => self.stairs(a, 0.5 * std::f64::consts::PI, std::f64::consts::PI, kind, function),
            Node::Unary(Unary::Log, a) => self.shifted(a, &[1.0], kind),
            Node::Binary(Binary::Pow, a, b) => {
                if let Some(p) = self.graph.value(b) {
                    self.vanishing(a, scale(kind, p));
                }
            }
            Node::Binary(Binary::Hypot, a, b) => {
                let sum = self.sum_of_squares(a, b);
                self.vanishing(sum, scale(kind, 0.5));
            }
            Node::Binary(Binary::Mod, a, b) => {
                let quotient = self.graph.div(a, b);
                self.stairs(quotient, 0.0, 1.0, kind, function);
            }
            Node::Binary(Binary::Inversion, a, _) => self.vanishing(a, kind),
            // A choice vanishes where one of its branches does.
            Node::Binary(Binary::Min | Binary::Max, a, b) | Node::Where(_, a, b) => {
                self.vanishing(a, kind);
                self.vanishing(b, kind);
            }
            Node::Sum(constant, terms) if self.wave(constant.get(), &terms).is_some() => {
                let Some((a, level, shift)) = self.wave(constant.get(), &terms) else { return };
                // At its crests it vanishes twice.
                let kind = if level.abs() == 1.0 { scale(kind, 2.0) } else { kind };
                let places = [level.asin() - shift, std::f64::consts::PI - level.asin() - shift];
                for place in &places[..if level.abs() == 1.0 { 1 } else { 2 }] {
                    self.stairs(a, *place, std::f64::consts::TAU, kind, function);
                }
            }
            // So does a sum that holds one, such as x − min(y, z), where it does with one of them.
            Node::Sum(constant, terms) => match self.choice(&terms) {
                Some((place, branches)) => {
                    for branch in branches {
                        let with = |(i, (term, k)): (usize, &(Id, Real))| (k.get(), if i == place { branch } else { *term });
                        let terms: Vec<_> = terms.iter().enumerate().map(with).collect();
                        let shifted = self.graph.sum(constant.get(), terms);
                        self.vanishing(shifted, kind);
                    }
                }
                None => self.add(function, kind),
            },
            _ => self.add(function, kind),
        }
    }

    /// Of a wave that takes a level, constant + k sin(a + shift) = 0 with k sin or k cos alone: a, the level, the shift.
    fn wave(&self, constant: f64, terms: &[(Id, Real)]) -> Option<(Id, f64, f64)> {
        let [(term, k)] = terms[..] else { return None };
        let (a, shift) = match *self.graph.node(term) {
            Node::Unary(Unary::Sin, a) => (a, 0.0),
            Node::Unary(Unary::Cos, a) => (a, 0.5 * std::f64::consts::PI),
            _ => return None,
        };
        let level = -constant / k.get();
        (level.abs() <= 1.0).then_some((a, level, shift))
    }

    /// The first of the terms that is one of two branches, and these; none where there are many: their combinations would be.
    fn choice(&self, terms: &[(Id, Real)]) -> Option<(usize, [Id; 2])> {
        let branches = |(i, (term, _)): (usize, &(Id, Real))| match self.graph.node(*term) {
            Node::Binary(Binary::Min | Binary::Max, a, b) | Node::Where(_, a, b) => Some((i, [*a, *b])),
            _ => None,
        };
        let mut choices = terms.iter().enumerate().filter_map(branches);
        choices.next().filter(|_| choices.count() < MOST_CHOICES)
    }

    fn add(&mut self, function: Id, kind: Kind) {
        let smooth = |p: f64| p >= 0.0 && (p == p.trunc() || p >= SMOOTH);
        if matches!(kind, Kind::Power(p) if smooth(p)) || self.range(function).excludes_zero() {
            return;
        }
        let (_, function) = self.graph.split(function);
        if let Some(known) = self.surfaces.list.iter_mut().find(|surface| surface.function == function) {
            if !known.kinds.contains(&kind) {
                known.kinds.push(kind);
            }
            known.is_rounded |= self.is_rounded;
            return;
        }
        let corner = self.corner(function);
        let is_rounded = self.is_rounded;
        self.surfaces.list.push(Surface { function, kinds: vec![kind], corner, is_rounded });
    }

    /// What the terms of a sum vanish with, if all of them have one sign.
    fn corner(&mut self, function: Id) -> Option<Vec<Id>> {
        let Node::Sum(constant, terms) = self.graph.node(function).clone() else { return None };
        let signs: Vec<f64> = terms
            .iter()
            .map(|(term, k)| {
                let Range { lo, hi } = self.range(*term);
                k.get().signum()
                    * if lo >= 0.0 {
                        1.0
                    } else if hi <= 0.0 {
                        -1.0
                    } else {
                        0.0
                    }
            })
            .collect();
        let one = terms.len() > 1 && constant.get() == 0.0 && signs[0] != 0.0 && signs.iter().all(|sign| *sign == signs[0]);
        if !one {
            return None;
        }
        let mut all = Vec::new();
        for (term, _) in terms {
            let factors = Surfaces::factors(self.graph, term, self.variables);
            let [factor] = factors[..] else { return None };
            all.push(factor);
        }
        Some(all)
    }
}

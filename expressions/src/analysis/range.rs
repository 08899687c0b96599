//! Bounds of every node over a box of the variables, by interval arithmetic: what can't vanish is no singularity.
//!
//! Bounds may be wider than the values are, never narrower but by rounding; what is not worth a bound of its own has none.

use std::collections::{HashMap, HashSet};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

use crate::graph::{Binary, Graph, Id, Node, Real, Unary};

/// What rounding of a bound may be mistaken for.
const ROUNDING: f64 = 1e-14;

/// Part of the largest value of a range by which it must be away from zero to have a sign that nobody doubts.
const CLEAR: f64 = 1e-12;
/// Sizes that are taken for those of terms that cancel, and not of what merely grows, as exponentials do.
const LARGEST_SIZE: f64 = 1e6;

/// Angles up to which it is known where in its turn one is, and what rounding may be mistaken for there.
const LARGEST_ANGLE: f64 = 1e6;
const ROUNDING_OF_ANGLE: f64 = 1e-9;

/// Part of the terms of a sum by which its bound may be wrong.
const ROUNDING_OF_SUM: f64 = 8.0 * f64::EPSILON;

/// Lower and upper bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) lo: f64,
    pub(super) hi: f64,
}

impl Range {
    pub(super) const ALL: Range = Range { lo: f64::NEG_INFINITY, hi: f64::INFINITY };

    /// From the smallest to the largest of these; everything if one is not a number.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Range {
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            if value.is_nan() {
                return Range::ALL;
            }
            (lo, hi) = (lo.min(value), hi.max(value));
        }
        Range { lo, hi }
    }

    /// The smallest range that holds both.
    pub(super) fn join(self, other: Range) -> Range {
        Range::of([self.lo, self.hi, other.lo, other.hi])
    }

    /// Whether zero is certainly outside.
    pub(super) fn excludes_zero(self) -> bool {
        self.lo > ROUNDING || self.hi < -ROUNDING
    }

    /// Its sign, if it is so far from zero that rounding can't have made it: +1, -1.
    pub(super) fn sign(self) -> Option<f64> {
        let least = CLEAR * self.lo.abs().max(self.hi.abs()).min(LARGEST_SIZE);
        if self.lo > least { Some(1.0) } else { (self.hi < -least).then_some(-1.0) }
    }

    fn plus(self, k: f64, other: Range) -> Range {
        let (a, b) = if k >= 0.0 { (other.lo, other.hi) } else { (other.hi, other.lo) };
        Range { lo: self.lo + k * a, hi: self.hi + k * b }.or_all()
    }

    fn times(self, other: Range) -> Range {
        // Zero times an unbounded operand is zero: the bound itself is never reached.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        Range::of([
            product(self.lo, other.lo),
            product(self.lo, other.hi),
            product(self.hi, other.lo),
            product(self.hi, other.hi),
        ])
    }

    /// x^p, where x is not negative if p is no whole number.
    fn power(self, p: f64) -> Range {
        let Range { lo, hi } = self;
        let whole = p == p.trunc();
        if p < 0.0 {
            let positive = self.power(-p);
            return match positive {
                // Zero belongs to the side on which the others are, whatever its sign.
                Range { lo, hi } if lo >= 0.0 => Range { lo: hi.recip(), hi: lo.abs().recip() },
                Range { lo, hi } if hi <= 0.0 && whole => Range { lo: -hi.abs().recip(), hi: lo.recip() }.or_all(),
                _ => Range::ALL,
            };
        }
        if !whole {
            return Range { lo: lo.max(0.0).powf(p), hi: hi.max(0.0).powf(p) }.or_all();
        }
        let ends = Range::of([lo.powf(p), hi.powf(p)]);
        match p % 2.0 == 0.0 && lo < 0.0 && hi > 0.0 {
            true => Range { lo: 0.0, hi: ends.hi },
            false => ends,
        }
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Range {
        Range::of([f(self.lo), f(self.hi)])
    }

    fn abs(self) -> Range {
        let ends = self.map(f64::abs);
        if self.lo <= 0.0 && self.hi >= 0.0 { Range { lo: 0.0, hi: ends.hi } } else { ends }
    }

    /// The sine, or the cosine, with the place of their first maximum: all of it where a turn fits in, and its extremes where they lie
    /// between the ends.
    fn wave(self, f: fn(f64) -> f64, first: f64) -> Range {
        let Range { lo, hi } = self;
        if !(hi - lo < TAU && lo.abs().max(hi.abs()) < LARGEST_ANGLE) {
            return Range { lo: -1.0, hi: 1.0 };
        }
        let holds = |at: f64| at + TAU * ((lo - at) / TAU - ROUNDING_OF_ANGLE).ceil() <= hi + ROUNDING_OF_ANGLE;
        let ends = self.map(f);
        Range { lo: if holds(first + PI) { -1.0 } else { ends.lo }, hi: if holds(first) { 1.0 } else { ends.hi } }
    }

    /// Whether the values of this range are certainly below, or certainly not below, those of another; bounds may be exact.
    fn is_below(self, other: Range, is_exact: bool) -> Option<bool> {
        let rounding = if is_exact { 0.0 } else { ROUNDING_OF_SUM };
        let gap = |above: f64, below: f64| above >= below + rounding * (above.abs() + below.abs());
        if self.hi < other.lo && gap(other.lo, self.hi) {
            return Some(true);
        }
        gap(self.lo, other.hi).then_some(false)
    }

    fn or_all(self) -> Range {
        if self.lo.is_nan() || self.hi.is_nan() { Range::ALL } else { self }
    }
}

/// Bounds of all nodes that the roots need, with variables in these ranges.
pub(super) fn ranges(graph: &Graph, roots: &[Id], variables: &[Range]) -> HashMap<Id, Range> {
    #[cfg(test)]
    super::cost::RANGES.with(|count| count.set(count.get() + 1));
    let mut known: HashMap<Id, Range> = HashMap::new();
    let mut partial = HashSet::new();
    for id in graph.reachable(roots) {
        if is_partial(graph, id, &known, &partial) {
            partial.insert(id);
        }
        let range = match graph.node(id) {
            // What is not a number is neither above nor below.
            Node::Binary(function, a, b) if is_comparison(*function) && (partial.contains(a) || partial.contains(b)) => {
                Range { lo: 0.0, hi: 1.0 }
            }
            _ => range(graph, id, variables, &known),
        };
        known.insert(id, range);
    }
    known
}

fn is_comparison(function: Binary) -> bool {
    matches!(function, Binary::Less | Binary::GreaterEqual | Binary::Greater | Binary::LessEqual)
}

/// Whether a node may not be a number somewhere, by itself or since an operand may not be one; comparisons always are.
fn is_partial(graph: &Graph, id: Id, known: &HashMap<Id, Range>, partial: &HashSet<Id>) -> bool {
    let below = |a: &Id, least: f64| known[a].lo < least;
    let by_itself = match graph.node(id) {
        Node::Constant(value) => value.get().is_nan(),
        Node::Product(_, factors) => factors.iter().any(|(base, half)| half % 2 != 0 && below(base, 0.0)),
        Node::Unary(Unary::Sqrt | Unary::Log | Unary::Log10, a) => below(a, 0.0),
        Node::Unary(Unary::Log1p, a) => below(a, -1.0),
        Node::Unary(Unary::Asin | Unary::Acos, a) => below(a, -1.0) || known[a].hi > 1.0,
        Node::Binary(Binary::Pow, base, exponent) => below(base, 0.0) && graph.value(*exponent).is_none_or(|p| p != p.trunc()),
        _ => false,
    };
    let is_compared = matches!(graph.node(id), Node::Binary(function, ..) if is_comparison(*function));
    let mut inherits = false;
    graph.operands(id, |operand| inherits |= partial.contains(&operand));
    by_itself || !is_compared && inherits
}

/// Whether a node is certainly not negative: a bound that is below zero by no more than rounding of its terms may stand for zero.
pub(super) fn is_not_negative(graph: &Graph, id: Id, known: &HashMap<Id, Range>) -> bool {
    let least = known[&id].lo;
    let Node::Sum(constant, terms) = graph.node(id) else { return least >= 0.0 };
    let size = |(term, k): &(Id, Real)| {
        let Range { lo, hi } = known[term];
        (k.get() * if k.get() < 0.0 { hi } else { lo }).abs()
    };
    // An infinite term has no lower bound that would be a number.
    least >= 0.0
        || least >= -ROUNDING_OF_SUM * terms.iter().map(size).fold(constant.get().abs(), |sum, x| sum + x).min(f64::MAX)
            && least.is_finite()
}

fn range(graph: &Graph, id: Id, variables: &[Range], known: &HashMap<Id, Range>) -> Range {
    match graph.node(id) {
        Node::Constant(value) => Range::of([value.get()]),
        Node::Variable(v) => variables.get(*v as usize).copied().unwrap_or(Range::ALL),
        Node::Parameter(_) => Range::ALL,
        Node::Sum(constant, terms) => {
            let constant = Range::of([constant.get()]);
            terms.iter().fold(constant, |sum, (term, k)| sum.plus(k.get(), known[term]))
        }
        Node::Product(k, factors) => {
            let k = Range::of([k.get()]);
            factors.iter().fold(k, |product, (base, half)| product.times(known[base].power(0.5 * f64::from(*half))))
        }
        Node::Unary(function, a) => {
            let a = known[a];
            match function {
                Unary::Neg => Range { lo: -a.hi, hi: -a.lo },
                Unary::Abs => a.abs(),
                Unary::Sqrt => a.power(0.5),
                Unary::Cosh => a.abs().map(f64::cosh),
                Unary::Log | Unary::Log10 => Range { lo: a.lo.max(0.0), hi: a.hi.max(0.0) }.map(|x| function.apply(x)),
                Unary::Log1p => Range { lo: a.lo.max(-1.0), hi: a.hi.max(-1.0) }.map(f64::ln_1p),
                Unary::Exp
                | Unary::Expm1
                | Unary::Cbrt
                | Unary::Atan
                | Unary::Sinh
                | Unary::Tanh
                | Unary::Erf
                | Unary::Erfc
                | Unary::Sign
                | Unary::Floor
                | Unary::Ceil => a.map(|x| function.apply(x)),
                Unary::Cos => a.wave(f64::cos, 0.0),
                Unary::Sin => a.wave(f64::sin, FRAC_PI_2),
                Unary::Not => Range { lo: 0.0, hi: 1.0 },
                Unary::Gamma if a.lo > 0.0 => Range { lo: 0.88, hi: f64::INFINITY },
                _ => Range::ALL,
            }
        }
        Node::Binary(function, a, b) => {
            let constant = graph.value(*b);
            let is_exact = [a, b].iter().all(|id| matches!(graph.node(**id), Node::Constant(_) | Node::Variable(_)));
            let (a, b) = (known[a], known[b]);
            match function {
                Binary::Add => a.plus(1.0, b),
                Binary::Sub => a.plus(-1.0, b),
                Binary::Mul => a.times(b),
                Binary::Div => a.times(b.power(-1.0)),
                Binary::Pow => match constant {
                    Some(p) => a.power(p),
                    None if a.lo >= 0.0 => Range { lo: 0.0, hi: f64::INFINITY },
                    None => Range::ALL,
                },
                Binary::Hypot => a.power(2.0).plus(1.0, b.power(2.0)).power(0.5),
                Binary::Min => Range { lo: a.lo.min(b.lo), hi: a.hi.min(b.hi) },
                Binary::Max => Range { lo: a.lo.max(b.lo), hi: a.hi.max(b.hi) },
                Binary::Atan2 => Range { lo: -3.2, hi: 3.2 },
                Binary::Mod => Range { lo: b.lo.min(0.0), hi: b.hi.max(0.0) },
                Binary::Inversion => Range::ALL,
                Binary::Less | Binary::GreaterEqual | Binary::Greater | Binary::LessEqual => {
                    let is_less = if matches!(function, Binary::Less | Binary::GreaterEqual) {
                        a.is_below(b, is_exact)
                    } else {
                        b.is_below(a, is_exact)
                    };
                    let is_one = is_less.map(|less| less == matches!(function, Binary::Less | Binary::Greater));
                    is_one.map_or(Range { lo: 0.0, hi: 1.0 }, |one| Range::of([f64::from(u8::from(one))]))
                }
                _ => Range { lo: 0.0, hi: 1.0 },
            }
        }
        Node::Where(c, a, b) => match known[c] {
            Range { lo: 0.0, hi: 0.0 } => known[b],
            Range { lo, hi } if lo > 0.0 || hi < 0.0 => known[a],
            _ => known[a].join(known[b]),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    #[test]
    fn ends_at_zero_and_what_is_no_number_deceive_nobody() {
        let bound = |text: &str, lo: f64, hi: f64| {
            let parsed = Expressions::parse(&[text], &Names::new(&["x"])).unwrap();
            let root = parsed.roots()[0];
            ranges(parsed.graph(), &[root], &[Range { lo, hi }])[&root]
        };
        for (text, most) in [("1/x", -1.0), ("x^-3", -1.0), ("2+1/x", 1.0)] {
            let Range { lo, hi } = bound(text, -1.0, 0.0);
            assert!(lo == f64::NEG_INFINITY && hi >= most, "{text}: {lo} {hi}");
        }
        assert_eq!(bound("1/x", 0.0, 0.5), Range { lo: 2.0, hi: f64::INFINITY });
        assert_eq!(bound("sqrt(x) >= 0", -1.0, 1.0), Range { lo: 0.0, hi: 1.0 });
        assert_eq!(bound("sqrt(x) >= 0", 0.0, 1.0), Range { lo: 1.0, hi: 1.0 });
        assert_eq!(bound("where(log(x) < 5, 3, 7)", -1.0, 1.0), Range { lo: 3.0, hi: 7.0 });
    }

    #[test]
    fn bounds_hold_the_values_and_are_tight_where_that_is_easy() {
        let bound = |text: &str| {
            let parsed = Expressions::parse(&[text], &Names::new(&["x", "y"])).unwrap();
            let root = parsed.roots()[0];
            let range = ranges(parsed.graph(), &[root], &[Range { lo: -1.0, hi: 2.0 }, Range { lo: 0.5, hi: 1.0 }])[&root];
            for i in 0..=20 {
                for j in 0..=20 {
                    let point = [-1.0 + 0.15 * f64::from(i), 0.5 + 0.025 * f64::from(j)];
                    let value = parsed.graph().evaluate(&[root], &point, &[])[0];
                    let within = range.lo - 1e-12 <= value && value <= range.hi + 1e-12;
                    assert!(value.is_nan() || within, "{text} at {point:?}: {value} in {range:?}");
                }
            }
            range
        };
        assert_eq!(bound("1 + x^2"), Range { lo: 1.0, hi: 5.0 });
        assert_eq!(bound("x - y"), Range { lo: -2.0, hi: 1.5 });
        assert_eq!(bound("y^-0.5*exp(x)/exp(x)").lo, 1.0);
        assert_eq!(bound("abs(x) + max(x, y)"), Range { lo: 0.5, hi: 4.0 });
        assert!(bound("sin(y)").lo == 0.5f64.sin() && bound("cos(y + 2.5)").lo == -1.0 && bound("cos(x)").hi == 1.0);
        assert!(bound("1 + cos(y)").lo > 1.5 && bound("sin(3*x)").lo == -1.0 && bound("sin(2*y)").hi == 1.0);
        assert_eq!(bound("where(x > 3, 7, y)"), Range { lo: 0.5, hi: 1.0 });
        assert_eq!(bound("where(x <= 3, 7, y)"), Range { lo: 7.0, hi: 7.0 });
        assert_eq!([bound("y < 0.5").hi, bound("y >= 0.5").lo, bound("y > 1").hi, bound("y <= 1").lo], [0.0, 1.0, 0.0, 1.0]);
        assert!(bound("1/x") == Range::ALL && bound("sin(9*x*y)").lo == -1.0);
        assert!(bound("hypot(x, y)").excludes_zero() && bound("log(1 + y)").excludes_zero() && !bound("x*y").excludes_zero());
        for text in
            ["x^3", "x^-2", "x^4*y^3", "where(x > 0, x, -y)", "cosh(x)", "atan2(x, y)", "y^x", "y^-3", "(x - 3)^-3", "(-y)^-1"]
        {
            bound(text);
        }
    }
}

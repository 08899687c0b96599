//! Powers and roots: which of them may become half-integer powers of a common base.

use super::algebra::half_power;
use super::{Binary, Graph, Id, Node, Real, Unary};

/// Largest integer power that becomes a product; beyond it, rounding of the product exceeds that of `pow`.
pub(super) const LARGEST_POWER: f64 = 32.0;
/// Powers of powers stop multiplying here, far from the range of the integers that hold them.
const MOST_HALVES: u32 = 1 << 20;

impl Graph {
    /// `a^b`.
    pub(super) fn power(&mut self, a: Id, b: Id) -> Id {
        if let Some(p) = self.value(b) {
            let half = 2.0 * p;
            if half == half.trunc() && p.abs() <= LARGEST_POWER && self.largest_half(a) < MOST_HALVES {
                return if half == 0.0 { self.constant(1.0) } else { self.product(1.0, [(a, half as i32)]) };
            }
            if let Some(x) = self.value(a) {
                return self.constant(x.powf(p));
            }
        }
        if let Node::Unary(Unary::Exp, argument) = *self.node(a) {
            let exponent = self.product(1.0, [(argument, 2), (b, 2)]);
            return self.exp_of(exponent);
        }
        if self.value(a) == Some(std::f64::consts::E) {
            return self.exp_of(b);
        }
        self.intern(Node::Binary(Binary::Pow, a, b))
    }

    fn largest_half(&self, id: Id) -> u32 {
        match self.node(id) {
            Node::Product(_, factors) => factors.iter().map(|(_, h)| h.unsigned_abs()).max().unwrap_or(0),
            _ => 2,
        }
    }

    /// `exp(a)` in canonical form.
    pub(super) fn exp_of(&mut self, a: Id) -> Id {
        match *self.node(a) {
            Node::Constant(value) => self.constant(value.get().exp()),
            Node::Unary(Unary::Log, inner) => inner,
            _ => self.intern(Node::Unary(Unary::Exp, a)),
        }
    }

    /// An odd half power of a product: what is known not to be negative leaves the root.
    pub(super) fn root_of_product(
        &mut self,
        id: Id,
        half: i32,
        k: &mut f64,
        work: &mut Vec<(Id, i32)>,
        flat: &mut Vec<(Id, i32)>,
    ) {
        let Node::Product(inner, factors) = self.node(id).clone() else {
            return;
        };
        let inner = inner.get();
        *k *= half_power(inner.abs(), half);
        let mut rest: Vec<(Id, i32)> = Vec::new();
        let only = factors.len() == 1 && inner > 0.0;
        for &(base, h) in &factors {
            match (h % 4, self.node(base)) {
                (_, Node::Unary(Unary::Exp, a)) => {
                    let half_argument = *a;
                    let exponent = self.sum(0.0, [(0.25 * f64::from(h) * f64::from(half), half_argument)]);
                    let exponential = self.exp_of(exponent);
                    work.push((exponential, 2));
                }
                // (b^(2n))^(half/2) = |b|^(n·half)
                (0, _) => {
                    let magnitude = self.unary(Unary::Abs, base);
                    work.push((magnitude, h / 2 * half));
                }
                // The root of an odd power exists where the base is not negative.
                (2 | -2, _) if only => work.push((base, h / 2 * half)),
                _ => rest.push((base, h)),
            }
        }
        if rest.is_empty() && inner > 0.0 {
            return;
        }
        // 1/sqrt(xy) rather than sqrt(1/(xy)): one reciprocal fewer.
        let flip = !rest.is_empty() && rest.iter().all(|(_, h)| *h < 0);
        let sign = if flip { -1 } else { 1 };
        rest.iter_mut().for_each(|(_, h)| *h *= sign);
        let negative = inner < 0.0;
        match (rest.as_slice(), negative) {
            ([], _) => *k = f64::NAN,
            ([(base, 2)], false) => work.push((*base, half * sign)),
            ([(base, 2)], true) => {
                let flipped = self.flipped(*base);
                flat.push((flipped, half * sign));
            }
            (_, _) => {
                let k = Real::new(if negative { -1.0 } else { 1.0 });
                let base = self.intern(Node::Product(k, rest.into()));
                flat.push((base, half * sign));
            }
        }
    }

    /// `-base`; a sum takes the sign inside, so that the root needs no extra operation.
    fn flipped(&mut self, base: Id) -> Id {
        match self.node(base) {
            Node::Sum(constant, terms) => {
                let constant = Real::new(0.0 - constant.get());
                let terms = terms.iter().map(|(t, c)| (*t, Real::new(-c.get()))).collect();
                self.intern(Node::Sum(constant, terms))
            }
            _ => self.intern(Node::Product(Real::new(-1.0), Box::new([(base, 2)]))),
        }
    }

    /// Whether a node is canonical only below a root: a product, or a sum that begins with minus.
    pub(super) fn is_root_base(&self, base: Id) -> bool {
        match self.node(base) {
            Node::Product(..) => true,
            Node::Sum(constant, terms) => {
                let first = if constant.get() == 0.0 { terms[0].1.get() } else { constant.get() };
                first < 0.0
            }
            _ => false,
        }
    }

    /// The canonical form of the base of a root.
    pub(super) fn whole(&mut self, base: Id) -> Id {
        match self.node(base).clone() {
            Node::Sum(constant, terms) => self.sum(constant.get(), terms.iter().map(|(t, c)| (c.get(), *t))),
            _ => base,
        }
    }

    /// Whether a node is certainly not negative where it is a number.
    pub(crate) fn not_negative(&self, id: Id) -> bool {
        match self.node(id) {
            Node::Constant(value) => value.get() >= 0.0,
            Node::Variable(v) => self.distances.contains(v),
            Node::Unary(Unary::Exp | Unary::Abs | Unary::Cosh, _) => true,
            Node::Binary(Binary::Hypot, _, _) => true,
            Node::Product(k, factors) => {
                k.get() > 0.0
                    && factors.iter().all(|(b, h)| {
                        h % 4 == 0
                            || h % 2 != 0
                            || matches!(self.node(*b), Node::Unary(Unary::Exp | Unary::Abs, _))
                            || matches!(self.node(*b), Node::Variable(v) if self.distances.contains(v))
                    })
            }
            Node::Sum(constant, terms) => {
                constant.get() >= 0.0
                    && terms
                        .iter()
                        .all(|(t, c)| c.get() > 0.0 && !matches!(self.node(*t), Node::Sum(..)) && self.not_negative(*t))
            }
            _ => false,
        }
    }
}

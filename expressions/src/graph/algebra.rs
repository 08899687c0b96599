//! Sums and products in canonical form.
//!
//! A sum holds different terms with coefficients, a product different bases with half-integer powers, so that
//! `s`, `sqrt(s)`, `1/s` and `1/sqrt(s)` are powers of one base. A sum whose coefficients are all equal in
//! magnitude keeps only signs, its first sign is plus, and the rest goes into a product around it.

use super::{Binary, Graph, Id, Mode, Node, Real, Unary};

impl Graph {
    /// `constant + Σ coefficient · term`.
    pub fn sum(&mut self, constant: f64, terms: impl IntoIterator<Item = (f64, Id)>) -> Id {
        if self.mode == Mode::Literal {
            return self.literal_sum(constant, terms);
        }
        if self.is_full() {
            return self.constant(f64::NAN);
        }
        let mut constant = constant;
        let mut flat: Vec<(Id, f64)> = Vec::new();
        let mut work: Vec<(f64, Id)> = terms.into_iter().collect();
        work.reverse();
        while let Some((coefficient, id)) = work.pop() {
            if coefficient == 0.0 {
                continue;
            }
            match self.node(id) {
                Node::Constant(value) => constant += coefficient * value.get(),
                Node::Sum(inner, terms) => {
                    constant += coefficient * inner.get();
                    let terms = terms.iter().rev();
                    work.extend(terms.map(|(t, c)| (coefficient * c.get(), *t)));
                }
                Node::Product(k, factors) if k.get() != 1.0 => {
                    let scaled = coefficient * k.get();
                    let factors = factors.clone();
                    work.push((scaled, self.unscaled(&factors)));
                }
                _ => flat.push((id, coefficient)),
            }
        }
        merge(&mut flat);
        // Infinite coefficients of either sign leave no number, whatever they multiply.
        if flat.iter().any(|(_, coefficient)| coefficient.is_nan()) {
            constant = f64::NAN;
        }
        if flat.is_empty() || constant.is_nan() {
            return self.constant(constant);
        }
        if constant == 0.0 && flat.len() == 1 {
            return self.scaled(flat[0].1, flat[0].0);
        }
        let common = if constant == 0.0 { flat[0].1 } else { constant };
        let equal = flat.iter().all(|(_, c)| c.abs() == common.abs())
            && (constant == 0.0 || constant.abs() == common.abs())
            && common.abs().is_normal();
        let factor = if equal {
            common
        } else if common < 0.0 {
            -1.0
        } else {
            1.0
        };
        let shrink = |c: f64| if equal { c.signum() * factor.signum() } else { c * factor };
        let terms = flat.iter().map(|(t, c)| (*t, Real::new(shrink(*c)))).collect();
        let constant = if constant == 0.0 { 0.0 } else { shrink(constant) };
        let sum = self.intern(Node::Sum(Real::new(constant), terms));
        if factor == 1.0 {
            return sum;
        }
        self.intern(Node::Product(Real::new(factor), Box::new([(sum, 2)])))
    }

    /// `coefficient · Π base^(half/2)`.
    pub fn product(&mut self, coefficient: f64, factors: impl IntoIterator<Item = (Id, i32)>) -> Id {
        if self.mode == Mode::Literal {
            return self.literal_product(coefficient, factors);
        }
        if self.is_full() {
            return self.constant(f64::NAN);
        }
        // Divisors apart, so that 2/3 is rounded once.
        let (mut k, mut divisor) = (coefficient, 1.0);
        let mut flat: Vec<(Id, i32)> = Vec::new();
        let mut exponents: Vec<(f64, Id)> = Vec::new();
        let mut work: Vec<(Id, i32)> = factors.into_iter().collect();
        work.reverse();
        while let Some((id, half)) = work.pop() {
            if half == 0 {
                continue;
            }
            match self.node(id) {
                Node::Constant(value) if half < 0 => divisor *= half_power(value.get(), -half),
                Node::Constant(value) => k *= half_power(value.get(), half),
                Node::Unary(Unary::Exp, a) => exponents.push((0.5 * f64::from(half), *a)),
                Node::Product(inner, factors) if half % 2 == 0 => {
                    k *= half_power(inner.get(), half);
                    let factors = factors.iter().rev();
                    work.extend(factors.map(|(b, h)| (*b, h.saturating_mul(half / 2))));
                }
                Node::Product(..) => self.root_of_product(id, half, &mut k, &mut work, &mut flat),
                _ => flat.push((id, half)),
            }
        }
        k /= divisor;
        if !exponents.is_empty() {
            let exponent = self.sum(0.0, exponents);
            match self.value(exponent) {
                Some(value) => k *= value.exp(),
                None => {
                    let exponential = self.exp_of(exponent);
                    match self.node(exponential) {
                        Node::Unary(Unary::Exp, _) => flat.push((exponential, 2)),
                        _ => return self.product(k, flat.into_iter().chain([(exponential, 2)])),
                    }
                }
            }
        }
        flat.sort_unstable_by_key(|(id, _)| *id);
        flat.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        flat.retain(|(_, half)| *half != 0);
        if let Some(at) = flat.iter().position(|(base, half)| half % 2 == 0 && self.is_root_base(*base)) {
            // Two roots have become a whole power, whose base has a canonical form of its own.
            let (base, half) = flat.swap_remove(at);
            let whole = self.whole(base);
            return self.product(k, flat.into_iter().chain([(whole, half)]));
        }
        if flat.is_empty() || k == 0.0 || k.is_nan() {
            return self.constant(k);
        }
        if let [(only, 2)] = flat[..] {
            return self.scaled(k, only);
        }
        self.intern(Node::Product(Real::new(k), flat.into()))
    }

    /// `coefficient · id`, which keeps the canonical form.
    pub(super) fn scaled(&mut self, coefficient: f64, id: Id) -> Id {
        if coefficient == 1.0 {
            return id;
        }
        match self.node(id) {
            Node::Constant(value) => {
                let value = value.get() * coefficient;
                self.constant(value)
            }
            Node::Product(k, factors) => {
                let (k, factors) = (k.get() * coefficient, factors.clone());
                if let [(only, 2)] = factors[..] {
                    return self.scaled(k, only);
                }
                self.intern(Node::Product(Real::new(k), factors))
            }
            // Unequal coefficients take the factor, so that 2(x+3y) and 2x+6y are one node.
            Node::Sum(constant, terms) if !even_coefficients(*constant, terms) && coefficient != -1.0 => {
                let constant = constant.get();
                let terms: Vec<_> = terms.iter().map(|(t, c)| (c.get(), *t)).collect();
                self.sum(constant * coefficient, terms.into_iter().map(|(c, t)| (c * coefficient, t)))
            }
            _ => self.intern(Node::Product(Real::new(coefficient), Box::new([(id, 2)]))),
        }
    }

    fn unscaled(&mut self, factors: &[(Id, i32)]) -> Id {
        match factors {
            [(only, 2)] => *only,
            _ => self.intern(Node::Product(Real::new(1.0), factors.into())),
        }
    }

    /// Splits a node into a number and the node without it.
    pub(crate) fn split(&mut self, id: Id) -> (f64, Id) {
        match self.node(id) {
            Node::Product(k, factors) if k.get() != 1.0 => {
                let (k, factors) = (k.get(), factors.clone());
                (k, self.unscaled(&factors))
            }
            _ => (1.0, id),
        }
    }

    /// `a + b`.
    pub fn add(&mut self, a: Id, b: Id) -> Id {
        self.binary(Binary::Add, a, b)
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Id, b: Id) -> Id {
        self.binary(Binary::Sub, a, b)
    }

    /// `a · b`.
    pub fn mul(&mut self, a: Id, b: Id) -> Id {
        self.binary(Binary::Mul, a, b)
    }

    /// `a / b`.
    pub fn div(&mut self, a: Id, b: Id) -> Id {
        self.binary(Binary::Div, a, b)
    }

    fn literal_sum(&mut self, constant: f64, terms: impl IntoIterator<Item = (f64, Id)>) -> Id {
        let mut total = None;
        for (coefficient, term) in terms {
            let scaled = match coefficient {
                1.0 => term,
                -1.0 if total.is_some() => {
                    total = total.map(|t| self.intern(Node::Binary(Binary::Sub, t, term)));
                    continue;
                }
                -1.0 => self.intern(Node::Unary(Unary::Neg, term)),
                _ => {
                    let k = self.constant(coefficient);
                    self.intern(Node::Binary(Binary::Mul, k, term))
                }
            };
            total = Some(match total {
                None => scaled,
                Some(t) => self.intern(Node::Binary(Binary::Add, t, scaled)),
            });
        }
        match total {
            None => self.constant(constant),
            Some(t) if constant == 0.0 => t,
            Some(t) => {
                let k = self.constant(constant);
                self.intern(Node::Binary(Binary::Add, t, k))
            }
        }
    }

    fn literal_product(&mut self, k: f64, factors: impl IntoIterator<Item = (Id, i32)>) -> Id {
        let mut total = None;
        let mut k = k;
        for (base, half) in factors {
            if let Some(value) = self.value(base) {
                k *= half_power(value, half);
                continue;
            }
            let factor = match half {
                0 => continue,
                2 => base,
                1 => self.intern(Node::Unary(Unary::Sqrt, base)),
                _ => {
                    let power = self.constant(0.5 * f64::from(half));
                    self.intern(Node::Binary(Binary::Pow, base, power))
                }
            };
            total = Some(match total {
                None => factor,
                Some(t) => self.intern(Node::Binary(Binary::Mul, t, factor)),
            });
        }
        match total {
            Some(t) if k == 1.0 => t,
            Some(t) => {
                let k = self.constant(k);
                self.intern(Node::Binary(Binary::Mul, k, t))
            }
            None => self.constant(k),
        }
    }
}

/// Whether all coefficients have magnitude one, so that a factor stands outside.
fn even_coefficients(constant: Real, terms: &[(Id, Real)]) -> bool {
    (constant.get() == 0.0 || constant.get().abs() == 1.0) && terms.iter().all(|(_, c)| c.get().abs() == 1.0)
}

/// Adds the coefficients of equal terms and drops what cancels.
fn merge(terms: &mut Vec<(Id, f64)>) {
    // Stable, so that equal terms add up in the order of the text.
    terms.sort_by_key(|(id, _)| *id);
    terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    terms.retain(|(_, c)| *c != 0.0);
}

/// `x^(half/2)`.
pub(super) fn half_power(x: f64, half: i32) -> f64 {
    match half {
        1 => x.sqrt(),
        -1 => 1.0 / x.sqrt(),
        _ if half % 2 == 0 => x.powi(half / 2),
        _ => x.powf(0.5 * f64::from(half)),
    }
}

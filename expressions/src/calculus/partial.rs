//! The partial derivatives of one operation with respect to its operands.

use crate::graph::{Binary, Graph, Id, Node, Unary};
use crate::syntax::{Error, ErrorKind};

/// Products with more bases are refused: each base gives a term with all the others.
const MOST_FACTORS: usize = 1000;

impl Graph {
    /// `(operand, ∂node/∂operand)` for every operand that a derivative passes through.
    pub(super) fn partials(&mut self, id: Id) -> Result<Vec<(Id, Id)>, Error> {
        Ok(match self.node(id).clone() {
            Node::Constant(_) | Node::Variable(_) | Node::Parameter(_) => Vec::new(),
            Node::Sum(_, terms) => terms.iter().map(|(t, c)| (*t, self.constant(c.get()))).collect(),
            Node::Product(k, factors) => {
                if factors.len() > MOST_FACTORS {
                    let what = "the derivative of a product";
                    return Err(Error::new(ErrorKind::TooLarge { what, limit: MOST_FACTORS }));
                }
                let mut out = Vec::with_capacity(factors.len());
                for (at, &(base, half)) in factors.iter().enumerate() {
                    let rest = factors.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, f)| *f);
                    let rest: Vec<_> = rest.chain([(base, half - 2)]).collect();
                    out.push((base, self.product(k.get() * 0.5 * f64::from(half), rest)));
                }
                out
            }
            Node::Unary(function, a) => {
                let slope = self.slope(function, a, id)?;
                slope.map(|slope| vec![(a, slope)]).unwrap_or_default()
            }
            Node::Binary(function, a, b) => self.binary_partials(function, a, b, id),
            Node::Where(c, a, b) => {
                let (one, zero) = (self.constant(1.0), self.constant(0.0));
                let left = self.choose(c, one, zero);
                let right = self.choose(c, zero, one);
                vec![(a, left), (b, right)]
            }
        })
    }

    /// The derivative of a function of one operand; `None` where it is zero almost everywhere.
    fn slope(&mut self, function: Unary, a: Id, id: Id) -> Result<Option<Id>, Error> {
        let square = self.product(1.0, [(a, 4)]);
        Ok(Some(match function {
            Unary::Neg => self.constant(-1.0),
            Unary::Not | Unary::Sign | Unary::Floor | Unary::Ceil => return Ok(None),
            Unary::Sqrt => self.product(0.5, [(id, -2)]),
            Unary::Cbrt => self.product(1.0 / 3.0, [(id, -4)]),
            Unary::Exp => id,
            Unary::Expm1 => self.unary(Unary::Exp, a),
            Unary::Log => self.product(1.0, [(a, -2)]),
            Unary::Log1p => {
                let d = self.sum(1.0, [(1.0, a)]);
                self.product(1.0, [(d, -2)])
            }
            Unary::Log10 => self.product(std::f64::consts::LOG10_E, [(a, -2)]),
            Unary::Sin => self.unary(Unary::Cos, a),
            Unary::Cos => {
                let sine = self.unary(Unary::Sin, a);
                self.product(-1.0, [(sine, 2)])
            }
            Unary::Tan => {
                let square = self.product(1.0, [(id, 4)]);
                self.sum(1.0, [(1.0, square)])
            }
            Unary::Asin | Unary::Acos => {
                let rest = self.sum(1.0, [(-1.0, square)]);
                self.product(if function == Unary::Asin { 1.0 } else { -1.0 }, [(rest, -1)])
            }
            Unary::Atan => {
                let d = self.sum(1.0, [(1.0, square)]);
                self.product(1.0, [(d, -2)])
            }
            Unary::Sinh => self.unary(Unary::Cosh, a),
            Unary::Cosh => self.unary(Unary::Sinh, a),
            Unary::Tanh => {
                // 1/cosh², which keeps its digits where tanh is near one.
                let cosh = self.unary(Unary::Cosh, a);
                self.product(1.0, [(cosh, -4)])
            }
            Unary::Abs => self.unary(Unary::Sign, a),
            Unary::Erf | Unary::Erfc => {
                let exponent = self.product(-1.0, [(square, 2)]);
                let gauss = self.unary(Unary::Exp, exponent);
                let k = std::f64::consts::FRAC_2_SQRT_PI;
                self.product(if function == Unary::Erf { k } else { -k }, [(gauss, 2)])
            }
            Unary::Gamma => {
                let psi = self.unary(Unary::Digamma, a);
                self.product(1.0, [(id, 2), (psi, 2)])
            }
            Unary::Lgamma => self.unary(Unary::Digamma, a),
            Unary::Normcdf => self.normal_density(a),
            Unary::Norminv | Unary::Erfinv => {
                let square = self.product(if function == Unary::Erfinv { 1.0 } else { 0.5 }, [(id, 4)]);
                let bell = self.unary(Unary::Exp, square);
                let k = if function == Unary::Erfinv { 0.5 * std::f64::consts::PI.sqrt() } else { std::f64::consts::TAU.sqrt() };
                self.product(k, [(bell, 2)])
            }
            Unary::Bessel(kind, order) => self.bessel_slope(kind, i32::from(order), a),
            Unary::EllipticK | Unary::EllipticE | Unary::Sinc => self.removable_slope(function, a, id),
            Unary::Digamma | Unary::Zeta => {
                return Err(Error::new(ErrorKind::NoDerivative { function: function.name() }));
            }
        }))
    }

    fn binary_partials(&mut self, function: Binary, a: Id, b: Id, id: Id) -> Vec<(Id, Id)> {
        let one = self.constant(1.0);
        match function {
            Binary::Add => vec![(a, one), (b, one)],
            Binary::Sub => vec![(a, one), (b, self.constant(-1.0))],
            Binary::Mul => vec![(a, b), (b, a)],
            Binary::Div => {
                let left = self.product(1.0, [(b, -2)]);
                vec![(a, left), (b, self.product(-1.0, [(a, 2), (b, -4)]))]
            }
            Binary::Pow => {
                let mut out = Vec::new();
                if self.value(a).is_none() {
                    let lower = self.sum(-1.0, [(1.0, b)]);
                    let power = self.binary(Binary::Pow, a, lower);
                    out.push((a, self.product(1.0, [(b, 2), (power, 2)])));
                }
                if self.value(b).is_none() {
                    let log = self.unary(Unary::Log, a);
                    out.push((b, self.product(1.0, [(id, 2), (log, 2)])));
                }
                out
            }
            Binary::Atan2 => {
                let (aa, bb) = (self.product(1.0, [(a, 4)]), self.product(1.0, [(b, 4)]));
                let d = self.sum(0.0, [(1.0, aa), (1.0, bb)]);
                let left = self.product(1.0, [(b, 2), (d, -2)]);
                vec![(a, left), (b, self.product(-1.0, [(a, 2), (d, -2)]))]
            }
            Binary::Hypot => {
                let left = self.product(1.0, [(a, 2), (id, -2)]);
                vec![(a, left), (b, self.product(1.0, [(b, 2), (id, -2)]))]
            }
            // -⌊a/b⌋, written so that it is exact where the remainder is.
            Binary::Mod => {
                let whole = self.sub(id, a);
                vec![(a, one), (b, self.div(whole, b))]
            }
            // With f(a, b): f(b, a)² - f(a, b)² and -2 f(a, b) f(b, a), by the Cauchy-Riemann equations.
            Binary::Inversion => {
                let turned = self.binary(Binary::Inversion, b, a);
                let squares = [turned, id].map(|f| self.product(1.0, [(f, 4)]));
                vec![(a, self.sub(squares[0], squares[1])), (b, self.product(-2.0, [(id, 2), (turned, 2)]))]
            }
            Binary::Min | Binary::Max => {
                let order = if function == Binary::Min { Binary::Less } else { Binary::Greater };
                let first = self.binary(order, a, b);
                let zero = self.constant(0.0);
                let left = self.choose(first, one, zero);
                vec![(a, left), (b, self.choose(first, zero, one))]
            }
            _ => Vec::new(), // comparisons and conditions are steps
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Mode;

    #[test]
    fn products_of_too_many_factors_are_refused_before_anything_is_written_out() {
        for (count, is_refused) in [(MOST_FACTORS, false), (MOST_FACTORS + 1, true)] {
            let mut graph = Graph::new(Mode::Canonical);
            let factors: Vec<(Id, i32)> = (0..count as u32).map(|k| (graph.variable(k), 2)).collect();
            let product = graph.product(1.0, factors);
            let before = graph.len();
            let kind = graph.partials(product).map(|partials| partials.len()).map_err(|error| error.kind().clone());
            let refused = ErrorKind::TooLarge { what: "the derivative of a product", limit: MOST_FACTORS };
            assert_eq!(kind, if is_refused { Err(refused) } else { Ok(count) });
            assert_eq!(graph.len() == before, is_refused);
        }
    }
}

//! Functions that are short for others: what is known of those, derivatives and kinks among it, holds for them.

use super::{Bessel, Binary, Graph, Id, Unary};

/// A function that the graph writes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shorthand {
    Normpdf,
    Heaviside,
    Mod,
}

/// `1/√(2π)`.
const NORMAL: f64 = 0.398_942_280_401_432_7;

impl Graph {
    /// A function that is short for others, of one operand or two.
    pub(crate) fn shorthand(&mut self, function: Shorthand, a: Id, b: Option<Id>) -> Id {
        match (function, b) {
            (Shorthand::Mod, Some(b)) => self.modulo(a, b),
            (Shorthand::Heaviside, _) => self.heaviside(a),
            (Shorthand::Normpdf, _) => self.normal_density(a),
            (Shorthand::Mod, None) => unreachable!("the parser has counted the arguments"),
        }
    }

    /// `exp(-a²/2)/√(2π)`.
    pub(crate) fn normal_density(&mut self, a: Id) -> Id {
        let exponent = self.product(-0.5, [(a, 4)]);
        let bell = self.unary(Unary::Exp, exponent);
        self.product(NORMAL, [(bell, 2)])
    }

    /// 0 below 0, 1 above, and 1/2 there.
    fn heaviside(&mut self, a: Id) -> Id {
        let sign = self.unary(Unary::Sign, a);
        self.sum(0.5, [(0.5, sign)])
    }

    /// `a - b floor(a/b)`, which has the sign of `b`.
    fn modulo(&mut self, a: Id, b: Id) -> Id {
        let quotient = self.binary(Binary::Div, a, b);
        let whole = self.unary(Unary::Floor, quotient);
        let multiple = self.binary(Binary::Mul, b, whole);
        self.binary(Binary::Sub, a, multiple)
    }

    /// A Bessel function of any integer order: those of negative orders are those of positive ones, up to a sign.
    pub(crate) fn bessel(&mut self, kind: Bessel, order: i32, a: Id) -> Id {
        let size = u16::try_from(order.unsigned_abs()).expect("an order that was checked");
        let value = self.unary(Unary::Bessel(kind, size), a);
        let turned = order < 0 && order % 2 != 0 && matches!(kind, Bessel::J | Bessel::Y);
        if turned { self.product(-1.0, [(value, 2)]) } else { value }
    }
}

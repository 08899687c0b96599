//! Functions of one, two and three operands: constants folded, signs pulled out, inverses undone.

use super::{Binary, Graph, Id, Mode, Node, Unary};

impl Graph {
    /// A function of one operand.
    pub fn unary(&mut self, function: Unary, a: Id) -> Id {
        if self.mode == Mode::Literal {
            // A negative number is a number: `-2` has no other form.
            if let (Unary::Neg, Some(x)) = (function, self.value(a)) {
                return self.constant(-x);
            }
            return self.intern(Node::Unary(function, a));
        }
        if let Some(x) = self.value(a) {
            return self.constant(function.apply(x));
        }
        match function {
            Unary::Neg => return self.product(-1.0, [(a, 2)]),
            Unary::Sqrt => return self.product(1.0, [(a, 1)]),
            Unary::Exp => return self.exp_of(a),
            _ => {}
        }
        if function == Unary::Abs && self.is_magnitude(a) {
            return a;
        }
        if let (Unary::Log, Node::Unary(Unary::Exp, inner)) = (function, self.node(a)) {
            return *inner;
        }
        if function.is_odd() || function.is_even() {
            let (k, _) = self.split(a);
            if k < 0.0 {
                let positive = self.product(-1.0, [(a, 2)]);
                let value = self.unary(function, positive);
                let sign = if function.is_odd() { -1.0 } else { 1.0 };
                return self.product(sign, [(value, 2)]);
            }
        }
        self.intern(Node::Unary(function, a))
    }

    /// Whether `abs` of a node is the node.
    fn is_magnitude(&self, id: Id) -> bool {
        match self.node(id) {
            Node::Product(k, factors) if k.get() > 0.0 => {
                factors.iter().all(|(base, half)| half % 2 != 0 || half % 4 == 0 || self.not_negative(*base))
            }
            _ => self.not_negative(id),
        }
    }

    /// A function of two operands.
    pub fn binary(&mut self, function: Binary, a: Id, b: Id) -> Id {
        if self.mode == Mode::Literal {
            return self.intern(Node::Binary(function, a, b));
        }
        match function {
            Binary::Add => return self.sum(0.0, [(1.0, a), (1.0, b)]),
            Binary::Sub => return self.sum(0.0, [(1.0, a), (-1.0, b)]),
            Binary::Mul => return self.product(1.0, [(a, 2), (b, 2)]),
            Binary::Div => return self.product(1.0, [(a, 2), (b, -2)]),
            Binary::Pow => return self.power(a, b),
            _ => {}
        }
        let (x, y) = (self.value(a), self.value(b));
        if let (Some(x), Some(y)) = (x, y) {
            return self.constant(function.apply(x, y));
        }
        match function {
            Binary::Min | Binary::Max if a == b => return a,
            Binary::Hypot => {
                let (a, b) = (self.unary(Unary::Abs, a), self.unary(Unary::Abs, b));
                match (x, y) {
                    (Some(0.0), _) => return b,
                    (_, Some(0.0)) => return a,
                    _ => {}
                }
                return self.intern(Node::Binary(function, a.min(b), a.max(b)));
            }
            Binary::Inversion => return self.inversion(a, b),
            Binary::And if x == Some(0.0) || y == Some(0.0) => return self.constant(0.0),
            Binary::And if x.is_some() || y.is_some() => return self.truth_of(if x.is_some() { b } else { a }),
            Binary::Or if [x, y].iter().flatten().any(|v| *v != 0.0) => return self.constant(1.0),
            Binary::Or if x.is_some() || y.is_some() => return self.truth_of(if x.is_some() { b } else { a }),
            _ => {}
        }
        self.intern(Node::Binary(function, a, b))
    }

    /// `a/(a² + b²)`: odd in `a`, even in `b`.
    fn inversion(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(0.0), _) => return a,
            (_, Some(0.0)) => return self.product(1.0, [(a, -2)]),
            _ => {}
        }
        let [(_, a, sign), (_, b, _)] = [a, b].map(|x| match self.split(x) {
            (k, _) if k < 0.0 => (k, self.product(-1.0, [(x, 2)]), -1.0),
            (k, _) => (k, x, 1.0),
        });
        let value = self.intern(Node::Binary(Binary::Inversion, a, b));
        self.product(sign, [(value, 2)])
    }

    /// 1 where a node is not zero, else 0.
    fn truth_of(&mut self, a: Id) -> Id {
        use Binary::{And, Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual, Or};
        if let Node::Unary(Unary::Not, _) = self.node(a) {
            return a;
        }
        if let Node::Binary(Less | LessEqual | Greater | GreaterEqual | Equal | NotEqual | And | Or, _, _) = self.node(a) {
            return a;
        }
        let zero = self.constant(0.0);
        self.intern(Node::Binary(NotEqual, a, zero))
    }

    /// `a` where the condition is not zero, else `b`.
    pub fn choose(&mut self, condition: Id, a: Id, b: Id) -> Id {
        if self.mode == Mode::Canonical {
            if let Some(c) = self.value(condition) {
                return if c != 0.0 { a } else { b };
            }
            if a == b {
                return a;
            }
        }
        self.intern(Node::Where(condition, a, b))
    }
}

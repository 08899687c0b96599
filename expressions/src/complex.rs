//! Complex numbers as pairs of real nodes, the real and the imaginary part, every function by its principal branch.
//!
//! Types are those of the text: what holds no `i` is real and stays so (`sqrt(-1)` is not a number), what holds it is complex,
//! even where its imaginary part happens to vanish.

use crate::graph::{Binary, Graph, Id, Unary};

/// A real node, or the two of a complex number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    pub(crate) re: Id,
    pub(crate) im: Option<Id>,
}

/// Real and imaginary part.
pub(crate) type Pair = (Id, Id);

/// Largest power that becomes a product.
const LARGEST_POWER: f64 = 32.0;
/// Denominators below this are taken for it, so that the root of zero is zero.
const TINY: f64 = 1e-300;

impl Value {
    pub(crate) fn real(re: Id) -> Self {
        Value { re, im: None }
    }

    pub(crate) fn complex((re, im): Pair) -> Self {
        Value { re, im: Some(im) }
    }

    /// Both parts, that of a real number zero.
    pub(crate) fn pair(self, graph: &mut Graph) -> Pair {
        (self.re, self.im.unwrap_or_else(|| graph.constant(0.0)))
    }
}

impl Graph {
    pub(crate) fn complex_mul(&mut self, (a, b): Pair, (c, d): Pair) -> Pair {
        let products = [(a, c), (b, d), (a, d), (b, c)].map(|(x, y)| self.mul(x, y));
        (self.sub(products[0], products[1]), self.add(products[2], products[3]))
    }

    /// `1/z`.
    pub(crate) fn complex_inverse(&mut self, (a, b): Pair) -> Pair {
        let squares = self.square_of_modulus((a, b));
        let (re, im) = (self.div(a, squares), self.div(b, squares));
        (re, self.unary(Unary::Neg, im))
    }

    fn square_of_modulus(&mut self, (a, b): Pair) -> Id {
        let (a, b) = (self.mul(a, a), self.mul(b, b));
        self.add(a, b)
    }

    pub(crate) fn modulus(&mut self, (a, b): Pair) -> Id {
        self.binary(Binary::Hypot, a, b)
    }

    /// The angle in (-π, π].
    pub(crate) fn argument(&mut self, (a, b): Pair) -> Id {
        self.binary(Binary::Atan2, b, a)
    }

    /// `function(z)`; `None` where it is known on the real line only.
    pub(crate) fn complex_unary(&mut self, function: Unary, z: Pair) -> Option<Value> {
        let (a, b) = z;
        Some(Value::complex(match function {
            Unary::Abs => return Some(Value::real(self.modulus(z))),
            Unary::Neg => (self.unary(Unary::Neg, a), self.unary(Unary::Neg, b)),
            Unary::Exp => self.complex_exp(z),
            Unary::Log => self.complex_log(z),
            Unary::Log10 => {
                let (re, im) = self.complex_log(z);
                let per = self.constant(std::f64::consts::LOG10_E);
                (self.mul(per, re), self.mul(per, im))
            }
            Unary::Sqrt => self.complex_sqrt(z),
            Unary::Sin => {
                let parts = [(Unary::Sin, Unary::Cosh), (Unary::Cos, Unary::Sinh)];
                let [re, im] = parts.map(|(f, g)| self.product_of(f, a, g, b));
                (re, im)
            }
            Unary::Cos => {
                let parts = [(Unary::Cos, Unary::Cosh), (Unary::Sin, Unary::Sinh)];
                let [re, im] = parts.map(|(f, g)| self.product_of(f, a, g, b));
                (re, self.unary(Unary::Neg, im))
            }
            Unary::Sinh => {
                let parts = [(Unary::Sinh, Unary::Cos), (Unary::Cosh, Unary::Sin)];
                let [re, im] = parts.map(|(f, g)| self.product_of(f, a, g, b));
                (re, im)
            }
            Unary::Cosh => {
                let parts = [(Unary::Cosh, Unary::Cos), (Unary::Sinh, Unary::Sin)];
                let [re, im] = parts.map(|(f, g)| self.product_of(f, a, g, b));
                (re, im)
            }
            Unary::Tan => self.complex_tan(a, b),
            // tanh(a + ib) = -i tan(ia - b), the parts of tan(b + ia) swapped.
            Unary::Tanh => {
                let (im, re) = self.complex_tan(b, a);
                (re, im)
            }
            _ => return None,
        }))
    }

    fn product_of(&mut self, f: Unary, a: Id, g: Unary, b: Id) -> Id {
        let (f, g) = (self.unary(f, a), self.unary(g, b));
        self.mul(f, g)
    }

    fn complex_exp(&mut self, (a, b): Pair) -> Pair {
        (self.product_of(Unary::Exp, a, Unary::Cos, b), self.product_of(Unary::Exp, a, Unary::Sin, b))
    }

    fn complex_log(&mut self, z: Pair) -> Pair {
        let modulus = self.modulus(z);
        (self.unary(Unary::Log, modulus), self.argument(z))
    }

    /// Without differences of nearly equal numbers on either side of the imaginary axis: with `t = √((|z| + |a|)/2)` the parts are
    /// `t` and `b/2t`, or `|b|/2t` and `±t`.
    fn complex_sqrt(&mut self, (a, b): Pair) -> Pair {
        let (size, zero, one) = (self.unary(Unary::Abs, a), self.constant(0.0), self.constant(1.0));
        let modulus = self.modulus((a, b));
        let (sum, half, tiny) = (self.add(modulus, size), self.constant(0.5), self.constant(TINY));
        let square = self.mul(half, sum);
        let t = self.unary(Unary::Sqrt, square);
        let twice = self.add(t, t);
        let below = self.binary(Binary::Max, twice, tiny);
        let small = self.div(b, below);
        let right = self.binary(Binary::GreaterEqual, a, zero);
        let small_size = self.unary(Unary::Abs, small);
        let (under, minus) = (self.binary(Binary::Less, b, zero), self.constant(-1.0));
        let sign = self.choose(under, minus, one);
        let signed = self.mul(sign, t);
        (self.choose(right, t, small_size), self.choose(right, small, signed))
    }

    /// By `t = tan a` and `h = tanh b`, of which neither overflows: `(t(1-h²) + i h(1+t²)) / (1 + t²h²)`.
    fn complex_tan(&mut self, a: Id, b: Id) -> Pair {
        let (t, h, one) = (self.unary(Unary::Tan, a), self.unary(Unary::Tanh, b), self.constant(1.0));
        let cosh = self.unary(Unary::Cosh, b);
        let cosh_square = self.mul(cosh, cosh);
        let (t_square, h_square) = (self.mul(t, t), self.mul(h, h));
        let both = self.mul(t_square, h_square);
        let (below, above) = (self.add(one, both), self.add(one, t_square));
        let (re, im) = (self.div(t, cosh_square), self.mul(h, above));
        (self.div(re, below), self.div(im, below))
    }

    /// `z^w`, of which one at least is complex.
    pub(crate) fn complex_power(&mut self, z: Value, w: Value) -> Pair {
        if let (Some(im), None, Some(power)) = (z.im, w.im, self.value(w.re))
            && power.abs() <= LARGEST_POWER
        {
            let z = (z.re, im);
            if power == power.trunc() {
                return self.whole_power(z, power as i32);
            }
            if 2.0 * power == (2.0 * power).trunc() {
                let root = self.complex_sqrt(z);
                return self.whole_power(root, (2.0 * power) as i32);
            }
        }
        let log = match z.im {
            Some(im) => self.complex_log((z.re, im)),
            None => self.log_of_real(z.re),
        };
        let exponent = match w.im {
            None => (self.mul(w.re, log.0), self.mul(w.re, log.1)),
            Some(im) => self.complex_mul((w.re, im), log),
        };
        self.complex_exp(exponent)
    }

    /// The principal logarithm of a real number, which may be negative: `e^(ix)` has the exponent `ix`.
    fn log_of_real(&mut self, x: Id) -> Pair {
        let zero = self.constant(0.0);
        let size = self.unary(Unary::Abs, x);
        let log = match self.value(x) {
            Some(std::f64::consts::E) => self.constant(1.0),
            _ => self.unary(Unary::Log, size),
        };
        if self.not_negative(x) {
            return (log, zero);
        }
        let (below, pi) = (self.binary(Binary::Less, x, zero), self.constant(std::f64::consts::PI));
        (log, self.choose(below, pi, zero))
    }

    /// By squares and products.
    fn whole_power(&mut self, z: Pair, power: i32) -> Pair {
        let mut result = (self.constant(1.0), self.constant(0.0));
        let mut square = z;
        let mut left = power.unsigned_abs();
        while left > 0 {
            if left % 2 == 1 {
                result = self.complex_mul(result, square);
            }
            left /= 2;
            if left > 0 {
                square = self.complex_mul(square, square);
            }
        }
        if power < 0 { self.complex_inverse(result) } else { result }
    }
}

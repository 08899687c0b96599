//! The operations of one and two operands, with their scalar meaning.

use crate::special::{Bessel, digamma, elliptic_e, elliptic_k, erf_inverse, normal_distribution, normal_quantile, sinc, zeta};

/// A function of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named after what they compute
#[rustfmt::skip]
pub enum Unary {
    Neg, Not, Sqrt, Cbrt, Exp, Expm1, Log, Log1p, Log10, Sin, Cos, Tan, Asin, Acos, Atan,
    Sinh, Cosh, Tanh, Abs, Sign, Floor, Ceil, Erf, Erfc, Gamma, Lgamma, Digamma,
    Normcdf, Norminv, Erfinv, EllipticK, EllipticE, Zeta, Sinc, Bessel(Bessel, u16),
}

/// A function of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named after what they compute
#[rustfmt::skip]
pub enum Binary {
    Add, Sub, Mul, Div, Pow, Atan2, Hypot, Min, Max, Mod, Inversion,
    Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual, And, Or,
}

/// `a - b ⌊a/b⌋` without rounding of the quotient: the remainder, which is exact, with the sign of `b`. Not a number for `b = 0`.
fn modulo(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder }
}

/// `a/(a² + b²)`, the first coordinate of the inversion in the unit circle and the real part of `1/(a + ib)`, without squares that
/// overflow (R. L. Smith, Comm. ACM 5 (1962) 435).
fn inversion(a: f64, b: f64) -> f64 {
    let (large, small, numerator) = if a.abs() >= b.abs() { (a, b, 1.0) } else { (b, a, a / b) };
    numerator / (large + small * (small / large))
}

fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

impl Unary {
    /// The value at `x`.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Neg => -x,
            Self::Not => truth(x == 0.0),
            Self::Sqrt => x.sqrt(),
            Self::Cbrt => x.cbrt(),
            Self::Exp => x.exp(),
            Self::Expm1 => x.exp_m1(),
            Self::Log => x.ln(),
            Self::Log1p => x.ln_1p(),
            Self::Log10 => x.log10(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Abs => x.abs(),
            Self::Sign if x > 0.0 => 1.0,
            Self::Sign if x < 0.0 => -1.0,
            Self::Sign => x, // zero and NaN
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Erf => libm::erf(x),
            Self::Erfc => libm::erfc(x),
            Self::Gamma => libm::tgamma(x),
            Self::Lgamma => libm::lgamma(x),
            Self::Digamma => digamma(x),
            Self::Normcdf => normal_distribution(x),
            Self::Norminv => normal_quantile(x),
            Self::Erfinv => erf_inverse(x),
            Self::EllipticK => elliptic_k(x),
            Self::EllipticE => elliptic_e(x),
            Self::Zeta => zeta(x),
            Self::Sinc => sinc(x),
            Self::Bessel(kind, order) => kind.apply(order, x),
        }
    }

    /// The name in the grammar, except of `-` and `!`; Bessel functions take their order before the argument.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neg => "-",
            Self::Not => "!",
            Self::Sqrt => "sqrt",
            Self::Cbrt => "cbrt",
            Self::Exp => "exp",
            Self::Expm1 => "expm1",
            Self::Log => "log",
            Self::Log1p => "log1p",
            Self::Log10 => "log10",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::Asin => "asin",
            Self::Acos => "acos",
            Self::Atan => "atan",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
            Self::Abs => "abs",
            Self::Sign => "sign",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Erf => "erf",
            Self::Erfc => "erfc",
            Self::Gamma => "gamma",
            Self::Lgamma => "lgamma",
            Self::Digamma => "digamma",
            Self::Normcdf => "normcdf",
            Self::Norminv => "norminv",
            Self::Erfinv => "erfinv",
            Self::EllipticK => "ellipk",
            Self::EllipticE => "ellipe",
            Self::Zeta => "zeta",
            Self::Sinc => "sinc",
            Self::Bessel(kind, _) => kind.name(),
        }
    }

    /// Whether `f(-x) = -f(x)`.
    pub(crate) fn is_odd(self) -> bool {
        match self {
            Self::Cbrt | Self::Sin | Self::Tan | Self::Asin | Self::Atan | Self::Sinh | Self::Tanh => true,
            Self::Sign | Self::Erf | Self::Erfinv => true,
            Self::Bessel(Bessel::J | Bessel::I, order) => order % 2 == 1,
            _ => false,
        }
    }

    /// Whether `f(-x) = f(x)`.
    pub(crate) fn is_even(self) -> bool {
        match self {
            Self::Cos | Self::Cosh | Self::Abs | Self::Sinc => true,
            Self::Bessel(Bessel::J | Bessel::I, order) => order % 2 == 0,
            _ => false,
        }
    }
}

impl Binary {
    /// Whether it is 0 or 1, by which of two operands is larger.
    pub(crate) fn is_comparison(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// The value at `(a, b)`.
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Pow => a.powf(b),
            Self::Atan2 => a.atan2(b),
            Self::Hypot => a.hypot(b),
            // Written out, because IEEE minima differ in what they do with NaN: `b` if either is NaN.
            Self::Min if a < b => a,
            Self::Min => b,
            Self::Max if a > b => a,
            Self::Max => b,
            Self::Mod => modulo(a, b),
            Self::Inversion => inversion(a, b),
            Self::Less => truth(a < b),
            Self::LessEqual => truth(a <= b),
            Self::Greater => truth(a > b),
            Self::GreaterEqual => truth(a >= b),
            Self::Equal => truth(a == b),
            Self::NotEqual => truth(a != b),
            Self::And => truth(a != 0.0 && b != 0.0),
            Self::Or => truth(a != 0.0 || b != 0.0),
        }
    }

    /// The infix sign, or the name of the function.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Hypot => "hypot",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mod => "mod",
            Self::Inversion => "inversion",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

//! Derivatives of Bessel functions, and of functions whose derivatives have a removable singularity at zero.

use std::f64::consts::FRAC_PI_2;

use crate::graph::{Bessel, Binary, Graph, Id, Unary};

/// Terms of the power series that stands in for a derivative near zero.
const TERMS: usize = 20;

impl Graph {
    /// DLMF 10.6.1 and 10.29.1, as half of a sum or difference of neighbours.
    pub(super) fn bessel_slope(&mut self, kind: Bessel, order: i32, a: Id) -> Id {
        let (lower, upper) = match kind {
            Bessel::J | Bessel::Y => (0.5, -0.5),
            Bessel::I => (0.5, 0.5),
            Bessel::K => (-0.5, -0.5),
        };
        let (below, above) = (self.bessel(kind, order - 1, a), self.bessel(kind, order + 1, a));
        self.sum(0.0, [(lower, below), (upper, above)])
    }

    /// The derivative of `function` at `a`, where that is `id`: a quotient that is 0/0 at zero, and near it a power series, which
    /// loses no digits there.
    pub(super) fn removable_slope(&mut self, function: Unary, a: Id, id: Id) -> Id {
        let one = self.constant(1.0);
        let rest = self.sub(one, a);
        let (quotient, series, radius) = match function {
            // (cos x - sin x / x) / x
            Unary::Sinc => {
                let cosine = self.unary(Unary::Cos, a);
                let difference = self.sub(cosine, id);
                let squares = sinc_series();
                (self.div(difference, a), self.odd_polynomial(&squares, a), 1.0)
            }
            // (E - (1-m) K) / (2 m (1-m))
            Unary::EllipticK => {
                let second = self.unary(Unary::EllipticE, a);
                let part = self.mul(rest, id);
                let difference = self.sub(second, part);
                let below = self.product(2.0, [(a, 2), (rest, 2)]);
                (self.div(difference, below), self.polynomial(&elliptic_series(|_| 1.0), a), 0.15)
            }
            // (E - K) / (2 m)
            _ => {
                let first = self.unary(Unary::EllipticK, a);
                let difference = self.sub(id, first);
                let below = self.product(2.0, [(a, 2)]);
                (self.div(difference, below), self.polynomial(&elliptic_series(|n| 1.0 / (1.0 - 2.0 * n)), a), 0.15)
            }
        };
        let (size, radius) = (self.unary(Unary::Abs, a), self.constant(radius));
        let near = self.binary(Binary::Less, size, radius);
        self.choose(near, series, quotient)
    }

    /// `Σ c_n a^n`.
    fn polynomial(&mut self, coefficients: &[f64], a: Id) -> Id {
        let mut terms = Vec::with_capacity(coefficients.len());
        for (n, c) in coefficients.iter().enumerate().skip(1) {
            terms.push((*c, self.product(1.0, [(a, 2 * n as i32)])));
        }
        self.sum(coefficients[0], terms)
    }

    /// `a Σ c_n a^(2n)`.
    fn odd_polynomial(&mut self, coefficients: &[f64], a: Id) -> Id {
        let square = self.product(1.0, [(a, 4)]);
        let even = self.polynomial(coefficients, square);
        self.mul(a, even)
    }
}

/// Coefficients of `sinc'(x)/x` in x²: `sinc x = Σ (-x²)^n/(2n+1)!`.
fn sinc_series() -> Vec<f64> {
    let mut factorial = 1.0;
    let coefficient = |n: usize| {
        let n = n as f64;
        factorial *= -2.0 * n * (2.0 * n + 1.0);
        2.0 * n / factorial
    };
    (1..=TERMS).map(coefficient).collect()
}

/// Coefficients of the derivative of `π/2 Σ w(n) ((2n-1)!!/(2n)!!)² m^n`: DLMF 19.5.1 and 19.5.2.
fn elliptic_series(weight: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut ratio = 1.0;
    let coefficient = |n: usize| {
        let n = n as f64;
        ratio *= (2.0 * n - 1.0) / (2.0 * n);
        FRAC_PI_2 * weight(n) * ratio * ratio * n
    };
    (1..=TERMS).map(coefficient).collect()
}

//! Elementary functions to about 100 bits in double-double arithmetic, the yardstick for the vector functions.
//!
//! A number is an unevaluated sum of two `f64` (Dekker 1971). The series are summed term by term and inverse functions
//! take one Newton step from `std`, which doubles its 53 bits: slow, simple, and independent of the code under test.

use std::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Copy, Clone, Debug)]
pub(crate) struct Dd(pub(crate) f64, pub(crate) f64);

fn two_sum(a: f64, b: f64) -> Dd {
    let s = a + b;
    let t = s - a;
    Dd(s, (a - (s - t)) + (b - t))
}

impl From<f64> for Dd {
    fn from(x: f64) -> Self {
        Dd(x, 0.0)
    }
}

impl Neg for Dd {
    type Output = Dd;
    fn neg(self) -> Dd {
        Dd(-self.0, -self.1)
    }
}

impl<T: Into<Dd>> Add<T> for Dd {
    type Output = Dd;
    fn add(self, other: T) -> Dd {
        let other = other.into();
        let (h, l) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let h = two_sum(h.0, h.1 + l.0);
        two_sum(h.0, h.1 + l.1)
    }
}

impl<T: Into<Dd>> Sub<T> for Dd {
    type Output = Dd;
    fn sub(self, other: T) -> Dd {
        self + -other.into()
    }
}

impl<T: Into<Dd>> Mul<T> for Dd {
    type Output = Dd;
    fn mul(self, other: T) -> Dd {
        let other = other.into();
        let p = self.0 * other.0;
        two_sum(p, self.0.mul_add(other.0, -p) + (self.0 * other.1 + self.1 * other.0))
    }
}

impl<T: Into<Dd>> Div<T> for Dd {
    type Output = Dd;
    fn div(self, other: T) -> Dd {
        let other = other.into();
        let q = self.0 / other.0;
        let r = self - other * q;
        let q2 = r.0 / other.0;
        let r = r - other * q2;
        two_sum(q, q2) + r.0 / other.0
    }
}

/// ln 2 and π/2 in three pieces of 53 bits.
const LN_2: [f64; 3] = [std::f64::consts::LN_2, 2.3190468138462996e-17, 5.707708438416212e-34];
const FRAC_PI_2: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// `x - n c`, every product kept whole.
fn without(x: Dd, n: f64, c: [f64; 3]) -> Dd {
    c.iter().fold(x, |x, &c| x - Dd(c, 0.0) * n)
}

pub(crate) fn sqrt(x: Dd) -> Dd {
    let y = x.0.sqrt();
    if y == 0.0 { Dd(0.0, 0.0) } else { Dd(y, 0.0) + (x - Dd(y, 0.0) * y) / (2.0 * y) }
}

/// `e^x - 1` for small `x`, by the series of `x/512` and nine doublings.
fn exp_m1_near(x: Dd) -> Dd {
    let r = x * (1.0 / 512.0);
    let series = (1..=12).rev().fold(Dd(0.0, 0.0), |s, n| (s + 1.0) * r / f64::from(n));
    (0..9).fold(series, |m, _| m * 2.0 + m * m)
}

/// `(m, k)` with `e^x = m 2^k`.
pub(crate) fn exp(x: Dd) -> (Dd, i32) {
    let k = (x.0 / LN_2[0]).round_ties_even();
    (exp_m1_near(without(x, k, LN_2)) + 1.0, k as i32)
}

pub(crate) fn exp_m1(x: Dd) -> Dd {
    if x.0.abs() < 0.35 {
        return exp_m1_near(x);
    }
    let (m, k) = exp(x);
    m * 2f64.powi(k) - 1.0
}

pub(crate) fn ln_1p(x: Dd) -> Dd {
    let y = x.0.ln_1p();
    let t = exp_m1(y.into());
    Dd(y, 0.0) + (x - t) / (t + 1.0)
}

/// Logarithm of a positive number, subnormal or not.
pub(crate) fn ln(x: f64) -> Dd {
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * 2f64.powi(54), 54.0) } else { (x, 0.0) };
    let mut e = (x.log2() - 0.1).round_ties_even().clamp(-1022.0, 1023.0);
    let mut m = x / 2f64.powi(e as i32);
    if m > 1.5 {
        (e, m) = (e + 1.0, m / 2.0);
    }
    let n = e - shift;
    ln_1p(Dd(m, 0.0) - 1.0) - without(Dd(0.0, 0.0), n, LN_2)
}

/// Sine and cosine for |x| up to 2^30.
pub(crate) fn sin_cos(x: f64) -> (Dd, Dd) {
    let n = (x / FRAC_PI_2[0]).round_ties_even();
    let r = without(x.into(), n, FRAC_PI_2);
    let series = |first: u32| {
        let z = -(r * r);
        (0..14).rev().fold(Dd(1.0, 0.0), |s, i| s * z / f64::from((2 * i + first + 1) * (2 * i + first + 2)) + 1.0)
    };
    let (s, c) = (series(1) * r, series(0));
    match n.rem_euclid(4.0) as u8 {
        0 => (s, c),
        1 => (c, -s),
        2 => (-s, -c),
        _ => (-c, s),
    }
}

/// The angle of `(x, y)`, neither so small nor so large that a product leaves the normal range.
pub(crate) fn atan2(y: f64, x: f64) -> Dd {
    let t = y.atan2(x);
    let (s, c) = sin_cos(t);
    Dd(t, 0.0) + (c * y - s * x) / (c * x + s * y)
}

pub(crate) fn asin(x: f64) -> Dd {
    let t = x.asin();
    let (s, c) = sin_cos(t);
    Dd(t, 0.0) + (Dd(x, 0.0) - s) / c
}

pub(crate) fn acos(x: f64) -> Dd {
    let t = x.acos();
    let (s, c) = sin_cos(t);
    Dd(t, 0.0) + (c - x) / s
}

pub(crate) fn cbrt(x: f64) -> Dd {
    let t = x.cbrt();
    Dd(t, 0.0) + (Dd(x, 0.0) - Dd(t, 0.0) * t * t) / (Dd(t, 0.0) * t * 3.0)
}

//! Products of Gauss rules in the coordinates of an atom, for integrands that are polynomials times an exponential, or nearly.
//!
//! Between the terms of Hylleraas' expansions in perimetric coordinates every integrand is a polynomial times the exponential
//! that is the weight of Gauss and Laguerre: n nodes a variable are exact to degree 2n − 1 (C. L. Pekeris, Phys. Rev. 112 (1958)
//! 1649). Other terms converge exponentially with n where they are smooth. No error is stated here: energies that are have one
//! from an integrator, and the coefficients of ψ need none.

use fubini_algorithms::coordinates::{AxisMap, Coordinates};
use fubini_algorithms::{Columns, Integrand};
use std::f64::consts::PI;

/// What an integrand is as a function of one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Anything smooth.
    Distance,
    /// A polynomial of a low degree.
    Cosine,
    /// Smooth on either side of the middle.
    Split,
    /// A trigonometric polynomial of a low degree.
    Angle,
}

/// Nodes in a distance, and in an angle.
pub(super) type Order = (usize, usize);

/// Points of a batch.
const BATCH: usize = 512;

/// Points with weights in the own variables of coordinates.
pub(super) trait Rule {
    /// Number of points.
    fn len(&self) -> usize;

    /// Writes the k-th point into the first places, and returns its weight.
    fn point(&self, k: usize, x: &mut [f64]) -> f64;

    /// Calls `each` for batches of weights (Jacobian included) and values.
    fn visit(&self, coordinates: &dyn Coordinates, integrand: &dyn Integrand, each: &mut dyn FnMut(&[f64], &Columns)) {
        let (own, dim) = (coordinates.axes().len(), coordinates.dim());
        let (mut points, mut values) = (Columns::default(), Columns::default());
        let mut x = vec![0.0; own];
        let total = self.len();
        for first in (0..total).step_by(BATCH) {
            let len = BATCH.min(total - first);
            points.reset(own.max(dim) + 1, len);
            values.reset(integrand.components(), len);
            for k in 0..len {
                points.column_mut(own.max(dim))[k] = self.point(first + k, &mut x);
                x.iter().enumerate().for_each(|(axis, x)| points.column_mut(axis)[k] = *x);
            }
            points.pad();
            coordinates.transform(&mut points);
            integrand.eval(points.points(dim), &mut values.values());
            each(points.column(own.max(dim)), &values);
        }
    }
}

/// Nodes and weights for every axis.
pub(super) struct Tensor {
    axes: Vec<Vec<(f64, f64)>>,
}

impl Tensor {
    pub(super) fn new(coordinates: &dyn Coordinates, kinds: &[Kind], (n, m): Order) -> Self {
        let axis = |(map, kind): (&AxisMap, &Kind)| match (*map, kind) {
            (AxisMap::Logarithmic { scale }, _) => laguerre(n).into_iter().map(|(x, w)| (scale * x, scale * w)).collect(),
            (AxisMap::Interval { lo, hi }, Kind::Angle) => {
                let side = (hi - lo) / m as f64;
                (0..m).map(|k| (lo + side * (k as f64 + 0.5), side)).collect()
            }
            (AxisMap::Interval { lo, hi }, Kind::Split) => {
                let quarter = 0.25 * (hi - lo);
                let half = |from: f64| legendre(n).into_iter().map(move |(x, w)| (from + quarter * (1.0 + x), quarter * w));
                half(lo).chain(half(lo + 2.0 * quarter)).collect()
            }
            (AxisMap::Interval { lo, hi }, kind) => {
                let half = 0.5 * (hi - lo);
                let order = if *kind == Kind::Cosine { m } else { n };
                legendre(order).into_iter().map(|(x, w)| (lo + half * (1.0 + x), half * w)).collect()
            }
            // No coordinates of this crate for which this rule is made.
            _ => Vec::new(),
        };
        Tensor { axes: coordinates.axes().iter().zip(kinds).map(axis).collect() }
    }
}

impl Rule for Tensor {
    fn len(&self) -> usize {
        self.axes.iter().map(Vec::len).product()
    }

    fn point(&self, k: usize, x: &mut [f64]) -> f64 {
        let (mut rest, mut weight) = (k, 1.0);
        for (nodes, to) in self.axes.iter().zip(x) {
            let (x, w) = nodes[rest % nodes.len()];
            rest /= nodes.len();
            *to = x;
            weight *= w;
        }
        weight
    }
}

/// Points that are scattered evenly over the cube, for variables that are too many for a product: multiples of the powers of 1/g, where
/// g^(d+1) = g + 1, modulo 1 (H. Niederreiter, SIAM CBMS 63 (1992), chapter 3).
pub(super) struct Scattered {
    axes: Vec<AxisMap>,
    steps: Vec<f64>,
    count: usize,
}

impl Scattered {
    pub(super) fn new(coordinates: &dyn Coordinates, count: usize) -> Self {
        let axes = coordinates.axes().to_vec();
        let mut g = 1.5f64;
        for _ in 0..60 {
            g = (1.0 + g).powf(1.0 / (axes.len() as f64 + 1.0));
        }
        let steps = (1..=axes.len() as i32).map(|k| g.powi(-k)).collect();
        Scattered { axes, steps, count }
    }
}

impl Rule for Scattered {
    fn len(&self) -> usize {
        self.count
    }

    fn point(&self, k: usize, x: &mut [f64]) -> f64 {
        let mut weight = 1.0 / self.count as f64;
        for ((map, step), to) in self.axes.iter().zip(&self.steps).zip(x) {
            let u = (0.5 + step * (k + 1) as f64).fract().clamp(1e-12, 1.0 - 1e-12);
            let (place, slope) = match *map {
                AxisMap::Interval { lo, hi } => (lo + (hi - lo) * u, hi - lo),
                AxisMap::Above { lo, scale } => (lo + scale * u / (1.0 - u), scale / (1.0 - u).powi(2)),
                AxisMap::Logarithmic { scale } => (-scale * (1.0 - u).ln(), scale / (1.0 - u)),
                // No coordinates of three electrons have others.
                _ => (f64::NAN, f64::NAN),
            };
            *to = place;
            weight *= slope;
        }
        weight
    }
}

/// Nodes of Gauss and Laguerre in (0, ∞), with weights that hold exp(x): ∫ f dx = Σ w f.
fn laguerre(n: usize) -> Vec<(f64, f64)> {
    // L_n and L_(n+1), times exp(−x/2) so that nothing overflows.
    let pair = |x: f64| {
        let (mut before, mut here) = (0.0, (-0.5 * x).exp());
        let mut next = 0.0;
        for k in 0..=n {
            let k = k as f64;
            next = ((2.0 * k + 1.0 - x) * here - k * before) / (k + 1.0);
            (before, here) = (here, next);
        }
        (before, next)
    };
    // Newton's steps from the eigenvalues of Jacobi's matrix (G. H. Golub, J. H. Welsch, Math. Comp. 23 (1969) 221).
    let jacobi = |a: usize, b: usize| match a.abs_diff(b) {
        0 => 2.0 * a as f64 + 1.0,
        1 => a.max(b) as f64,
        _ => 0.0,
    };
    let mut nodes = super::eigen::eigen((0..n).map(|a| (0..n).map(|b| jacobi(a, b)).collect()).collect()).0;
    nodes.sort_by(f64::total_cmp);
    let order = n as f64;
    let node = |mut x: f64| {
        for _ in 0..3 {
            let (here, next) = pair(x);
            // x L_n' = (n + 1) L_(n+1) − (n + 1 − x) L_n
            let slope = ((order + 1.0) * next - (order + 1.0 - x) * here) / x;
            x -= here / slope;
        }
        let next = (order + 1.0) * pair(x).1;
        (x, x / (next * next))
    };
    nodes.into_iter().map(node).collect()
}

/// Nodes and weights of Gauss and Legendre on (−1, 1).
fn legendre(n: usize) -> Vec<(f64, f64)> {
    let order = n as f64;
    let node = |k: usize| {
        let mut x = -(PI * (k as f64 + 0.75) / (order + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut before, mut here) = (0.0, 1.0);
            for j in 0..n {
                let j = j as f64;
                (before, here) = (here, ((2.0 * j + 1.0) * x * here - j * before) / (j + 1.0));
            }
            slope = order * (before - x * here) / (1.0 - x * x);
            let step = here / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_exact_up_to_their_degree_and_not_above() {
        for n in [1, 2, 7, 16, 32, 40] {
            let mut last = 0.0;
            for p in 0..=2 * n {
                let of = |nodes: Vec<(f64, f64)>, f: &dyn Fn(f64) -> f64| nodes.iter().map(|(x, w)| w * f(*x)).sum::<f64>();
                // ln x^p − x − ln p! keeps within the numbers that there are.
                let size: f64 = (1..=p).map(|k| (k as f64).ln()).sum();
                let found = of(laguerre(n), &|x| (p as f64 * x.ln() - x - size).exp());
                let is_exact = (found - 1.0).abs() < 1e-12;
                // One degree more is off by the reciprocal of a binomial coefficient, which is rounding from 32 on.
                assert!(is_exact == (p < 2 * n) || n > 16 && is_exact, "Laguerre {n}, {p}: {found}");
                let found = of(legendre(n), &|x| x.powi(p as i32));
                let exact = if p % 2 == 0 { 2.0 / (p + 1) as f64 } else { 0.0 };
                last = (found - exact).abs();
                assert!(p == 2 * n || last < 1e-14, "Legendre {n}, {p}: {found}");
            }
            assert!(n > 7 || last > 1e-6, "Legendre {n}: {last}");
        }
    }
}

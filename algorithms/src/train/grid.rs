//! Nodes of every axis: those of Gauss and Legendre on the pieces into which it is cut.
//!
//! On a piece with n nodes a function is the polynomial of degree below n through them. Its Legendre coefficients follow from the values
//! by the rule itself, which is exact for the products, and their fall says whether there are nodes enough.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// A piece of an axis of the unit cube.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) nodes: u16,
}

/// Most nodes of a piece.
pub(super) const MOST_NODES: u16 = 64;
/// Nodes of the longest rule: as many as the square of a function on a piece asks for.
const MOST_RULE: usize = 2 * MOST_NODES as usize;

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Axis {
    pub(super) pieces: Vec<Piece>,
    pub(super) nodes: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Axis {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        let (mut nodes, mut weights) = (Vec::new(), Vec::new());
        for Piece { lo, hi, nodes: n } in &pieces {
            for (x, w) in &rule(usize::from(*n)).nodes {
                nodes.push(lo + 0.5 * (hi - lo) * (1.0 + x));
                weights.push(0.5 * (hi - lo) * w);
            }
        }
        Axis { pieces, nodes, weights }
    }

    /// Whether it, deserialised, is one that could have been made here.
    pub(super) fn is_sound(&self) -> bool {
        let tiles = self.pieces.windows(2).all(|pair| pair[0].hi == pair[1].lo);
        let ends = self.pieces.first().is_some_and(|p| p.lo == 0.0) && self.pieces.last().is_some_and(|p| p.hi == 1.0);
        let sizes = self.pieces.iter().all(|p| p.lo < p.hi && (1..=MOST_NODES).contains(&p.nodes));
        tiles && ends && sizes && *self == Axis::new(self.pieces.clone())
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node next to a point.
    pub(super) fn nearest(&self, u: f64) -> u16 {
        let after = self.nodes.partition_point(|x| *x < u);
        let below = after.saturating_sub(1);
        let above = after.min(self.len() - 1);
        (if u - self.nodes[below] <= self.nodes[above] - u { below } else { above }) as u16
    }

    /// Writes Legendre coefficients, piece by piece, of functions with these values at the nodes: a row per node, and a column per
    /// function, in either.
    pub(super) fn coefficients(&self, values: &[f64], columns: usize, found: &mut [f64]) {
        let mut first = 0;
        found.fill(0.0);
        for piece in &self.pieces {
            let n = usize::from(piece.nodes);
            let lines = &values[first * columns..(first + n) * columns];
            for (m, of_node) in rule(n).transform.chunks_exact(n).enumerate() {
                let sums = &mut found[(first + m) * columns..][..columns];
                for (t, line) in of_node.iter().zip(lines.chunks_exact(columns)) {
                    sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += t * x);
                }
            }
            first += n;
        }
    }
}

/// Nodes of Gauss and Legendre, and what makes Legendre coefficients of values there.
pub(super) struct Rule {
    /// Nodes on (−1, 1) and their weights.
    pub(super) nodes: Vec<(f64, f64)>,
    /// (m + 1/2) w_s P_m(x_s), a row per polynomial.
    pub(super) transform: Vec<f64>,
    /// P_m(x_s), a row per polynomial.
    pub(super) polynomials: Vec<f64>,
}

/// The rule with `n` nodes, of which each is made once.
pub(super) fn rule(n: usize) -> &'static Rule {
    static RULES: [OnceLock<Rule>; MOST_RULE + 1] = [const { OnceLock::new() }; MOST_RULE + 1];
    RULES[n].get_or_init(|| {
        let nodes = gauss_legendre(n);
        let (mut transform, mut polynomials) = (vec![0.0; n * n], vec![0.0; n * n]);
        for (s, (x, w)) in nodes.iter().enumerate() {
            let (mut before, mut now) = (0.0, 1.0);
            for m in 0..n {
                let k = m as f64;
                transform[m * n + s] = (k + 0.5) * w * now;
                polynomials[m * n + s] = now;
                (before, now) = (now, ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0));
            }
        }
        Rule { nodes, transform, polynomials }
    })
}

/// Legendre coefficients of the polynomial with these values at the nodes of Gauss and Legendre.
pub(super) fn legendre_coefficients(values: &[f64]) -> Vec<f64> {
    let of_polynomial = |line: &[f64]| line.iter().zip(values).map(|(t, x)| t * x).sum();
    rule(values.len()).transform.chunks_exact(values.len()).map(of_polynomial).collect()
}

/// Nodes and weights on (−1, 1), by Newton's method (P. J. Davis, P. Rabinowitz, Methods of Numerical Integration, 2.7).
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let mut rule = vec![(0.0, 2.0); n];
    for i in 0..n.div_ceil(2) {
        let mut x = -(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..10 {
            let (mut before, mut now) = (0.0, 1.0);
            for m in 0..n {
                let m = m as f64;
                (before, now) = (now, ((2.0 * m + 1.0) * x * now - m * before) / (m + 1.0));
            }
            slope = n as f64 * (x * now - before) / (x * x - 1.0);
            x -= now / slope;
        }
        let w = 2.0 / ((1.0 - x * x) * slope * slope);
        let x = if 2 * i + 1 == n { 0.0 } else { x };
        (rule[i], rule[n - 1 - i]) = ((x, w), (-x, w));
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_and_coefficients_give_back_the_polynomial() {
        for n in [1_usize, 2, 5, 16, 33, 64] {
            let rule = gauss_legendre(n);
            for power in [0, 2 * n - 1, 2 * n - 2] {
                let exact = if power % 2 == 0 { 2.0 / (power + 1) as f64 } else { 0.0 };
                let sum: f64 = rule.iter().map(|(x, w)| w * x.powi(power as i32)).sum();
                assert!((sum - exact).abs() < 1e-14, "{n} {power}: {sum}");
            }
            let sum: f64 = rule.iter().map(|(x, w)| w * x.powi(2 * n as i32)).sum();
            assert!((sum - 2.0 / (2 * n + 1) as f64).abs() > 1e-22 * f64::from(n < 30));
        }
        // 3 P₂ = (9 x² − 3) / 2.
        let values: Vec<f64> = gauss_legendre(5).iter().map(|(x, _)| 4.5 * x * x - 1.5).collect();
        let found = legendre_coefficients(&values);
        assert!((0..5).all(|m| (found[m] - if m == 2 { 3.0 } else { 0.0 }).abs() < 1e-14), "{found:?}");
    }

    #[test]
    fn pieces_tile_the_axis() {
        let axis = Axis::new(vec![Piece { lo: 0.0, hi: 0.3, nodes: 4 }, Piece { lo: 0.3, hi: 1.0, nodes: 6 }]);
        assert!(axis.is_sound() && axis.len() == 10 && axis.nodes.is_sorted());
        assert!((axis.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        assert_eq!((axis.nearest(0.0), axis.nearest(1.0)), (0, 9));
        assert!((0..10).all(|k| axis.nearest(axis.nodes[k as usize] + 1e-9) == k));
    }
}

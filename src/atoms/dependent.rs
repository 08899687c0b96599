//! Terms of ψ that are sums of other terms.
//!
//! The terms at a few thousand points are made orthogonal one after the other (twice, as once is not enough: W. Hoffmann, Computing 41
//! (1989) 335). What is left of a term that says something new is small, but not rounding; the eigenvalues of S are its square.

use super::eigen::dot;
use super::tensor::Rule;
use fubini_algorithms::Integrand;
use fubini_algorithms::coordinates::Coordinates;
use fubini_expressions::Compiled;

/// Points that tell functions from each other.
const POINTS: usize = 4096;
/// What is left of a term that is a sum of others: the fifty exponentials of the catalogue keep 1e-7.
const NOTHING: f64 = 1e-12;

/// A part of the points of a rule.
struct Sparse<'a> {
    rule: &'a dyn Rule,
    step: usize,
}

impl Rule for Sparse<'_> {
    fn len(&self) -> usize {
        self.rule.len().div_ceil(self.step)
    }

    fn point(&self, k: usize, x: &mut [f64]) -> f64 {
        // Not the same nodes of the first axis again and again.
        self.rule.point((k * self.step + k % self.step).min(self.rule.len() - 1), x)
    }
}

/// The first term that is a sum of those before it.
pub(super) fn dependent(terms: &Compiled, coordinates: &dyn Coordinates, rule: &dyn Rule) -> Option<usize> {
    let n = terms.components() / 2;
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); n];
    let few = Sparse { rule, step: rule.len().div_ceil(POINTS).max(1) };
    few.visit(coordinates, terms, &mut |weights, values| {
        for (k, column) in columns.iter_mut().enumerate() {
            column.extend(weights.iter().zip(values.column(k)).map(|(w, x)| w.sqrt() * x));
        }
    });
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for (k, mut column) in columns.into_iter().enumerate() {
        let whole = dot(&column, &column).sqrt();
        for _ in 0..2 {
            for other in &basis {
                let part = dot(other, &column);
                column.iter_mut().zip(other).for_each(|(x, y)| *x -= part * y);
            }
        }
        let left = dot(&column, &column).sqrt();
        // Infinite ones are told elsewhere.
        if !left.is_finite() || whole == 0.0 {
            return None;
        }
        if left < NOTHING * whole {
            return Some(k);
        }
        column.iter_mut().for_each(|x| *x /= left);
        basis.push(column);
    }
    None
}

//! Hylleraas' functions with the best coefficients for any nuclear charge, from integrals in closed form.
//!
//! With s = r1 + r2, t = r2 − r1, u = r12 and ψ = exp(−α s) Σ c_k s^i t^j u^l, j even, the energy is
//! E = (α² M − α L)/N in scaled variables, where, over 0 ≤ t ≤ u ≤ s,
//!
//! M = ∫ u (s² − t²)(ψ_s² + ψ_t² + ψ_u²) + 2 s (u² − t²) ψ_s ψ_u + 2 t (s² − u²) ψ_t ψ_u,
//! L = ∫ (4 Z s u − s² + t²) ψ², N = ∫ u (s² − t²) ψ²,
//! ∫ s^a t^b u^c exp(−2 s) = (a + b + c + 2)! / ((b + 1)(b + c + 2) 2^(a+b+c+3)).
//!
//! For every α the coefficients are the lowest eigenvector of a small symmetric problem; α is found by golden section.
//!
//! E. A. Hylleraas, Z. Phys. 54 (1929) 347.

use super::eigen::{Matrix, levels};

/// Powers (i, j, l) of s, t and u.
pub(super) type Term = (i32, i32, i32);

/// α and the coefficients behind the first, which is 1, with the energy.
#[derive(Clone, Debug)]
pub(super) struct Best {
    pub(super) alpha: f64,
    pub(super) coefficients: Vec<f64>,
    pub(super) energy: f64,
}

/// The best function of these terms, the first of which is the constant.
pub(super) fn best(terms: &[Term], charge: f64) -> Best {
    let parts = Parts::new(terms, charge);
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (0.3 * charge, 1.5 * charge);
    // Energies are flat to rounding within about 1e-8 of the minimum.
    while high - low > 1e-9 * charge {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if parts.lowest(left).1 < parts.lowest(right).1 {
            high = right;
        } else {
            low = left;
        }
    }
    let alpha = 0.5 * (low + high);
    let (vector, energy) = parts.lowest(alpha);
    let scaled = |((i, j, l), c): (&Term, &f64)| c * alpha.powi(i + j + l);
    Best { alpha, coefficients: terms.iter().zip(&vector).skip(1).map(scaled).collect(), energy }
}

/// ∫ s^a t^b u^c exp(−2 s).
fn integral(a: i32, b: i32, c: i32) -> f64 {
    let n = a + b + c + 2;
    (1..=n).map(|k| 0.5 * f64::from(k)).product::<f64>() * 0.5 / f64::from((b + 1) * (b + c + 2))
}

/// M, L and N between the terms.
struct Parts {
    kinetic: Matrix,
    potential: Matrix,
    overlap: Matrix,
}

impl Parts {
    fn new(terms: &[Term], charge: f64) -> Self {
        let matrix = |f: &dyn Fn(Term, Term) -> f64| -> Matrix {
            terms.iter().map(|x| terms.iter().map(|y| f(*x, *y)).collect()).collect()
        };
        // Of the product of two terms times s^a t^b u^c.
        let moment = |x: Term, y: Term, a, b, c| integral(x.0 + y.0 + a, x.1 + y.1 + b, x.2 + y.2 + c);
        let overlap = |x, y| moment(x, y, 2, 0, 1) - moment(x, y, 0, 2, 1);
        let potential = |x, y| 4.0 * charge * moment(x, y, 1, 0, 1) - moment(x, y, 2, 0, 0) + moment(x, y, 0, 2, 0);
        Parts { kinetic: matrix(&|x, y| kinetic(x, y)), potential: matrix(&potential), overlap: matrix(&overlap) }
    }

    /// The lowest eigenvector and its energy at α.
    fn lowest(&self, alpha: f64) -> (Vec<f64>, f64) {
        let n = self.overlap.len();
        let h = |a: usize, b: usize| alpha * alpha * self.kinetic[a][b] - alpha * self.potential[a][b];
        let hamiltonian: Matrix = (0..n).map(|a| (0..n).map(|b| h(a, b)).collect()).collect();
        let mut vector = levels(&hamiltonian, &self.overlap, 1).swap_remove(0).vector;
        let first = vector[0];
        vector.iter_mut().for_each(|c| *c /= first);
        // Second order in the error of the vector.
        let form = |m: &Matrix| -> f64 { (0..n).map(|a| (0..n).map(|b| vector[a] * m[a][b] * vector[b]).sum::<f64>()).sum() };
        let energy = form(&hamiltonian) / form(&self.overlap);
        (vector, energy)
    }
}

/// M between two terms.
fn kinetic(x: Term, y: Term) -> f64 {
    // Derivatives of s^i t^j u^l exp(−s) as sums of (factor, term).
    let along_s = |t: Term| [(f64::from(t.0), (t.0 - 1, t.1, t.2)), (-1.0, t)];
    let along_t = |t: Term| [(f64::from(t.1), (t.0, t.1 - 1, t.2)), (0.0, t)];
    let along_u = |t: Term| [(f64::from(t.2), (t.0, t.1, t.2 - 1)), (0.0, t)];
    // Σ weight · ∫ s^a t^b u^c · product, for weights of the form s^a t^b u^c.
    let sum = |left: [(f64, Term); 2], right: [(f64, Term); 2], weight: [(f64, Term); 2]| {
        let mut sum = 0.0;
        for (p, x) in left {
            for (q, y) in right {
                for (w, (a, b, c)) in weight {
                    if p * q != 0.0 {
                        sum += w * p * q * integral(x.0 + y.0 + a, x.1 + y.1 + b, x.2 + y.2 + c);
                    }
                }
            }
        }
        sum
    };
    let volume = [(1.0, (2, 0, 1)), (-1.0, (0, 2, 1))];
    let s_u = [(1.0, (1, 0, 2)), (-1.0, (1, 2, 0))];
    let t_u = [(1.0, (2, 1, 0)), (-1.0, (0, 1, 2))];
    let squares = sum(along_s(x), along_s(y), volume) + sum(along_t(x), along_t(y), volume) + sum(along_u(x), along_u(y), volume);
    let mixed_s = sum(along_s(x), along_u(y), s_u) + sum(along_u(x), along_s(y), s_u);
    let mixed_t = sum(along_t(x), along_u(y), t_u) + sum(along_u(x), along_t(y), t_u);
    squares + mixed_s + mixed_t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_term_is_the_screened_product() {
        for z in [1.0, 2.0, 7.5] {
            let best = best(&[(0, 0, 0)], z);
            assert!((best.alpha - (z - 5.0 / 16.0)).abs() < 1e-6, "{z}: {}", best.alpha);
            assert!((best.energy + (z - 5.0 / 16.0).powi(2)).abs() < 1e-13 * z * z);
        }
    }

    #[test]
    fn three_terms_are_those_of_the_reference() {
        let best = best(&[(0, 0, 0), (0, 0, 1), (0, 2, 0)], 2.0);
        assert!((best.energy + 2.902_432_028_987_827_4).abs() < 1e-13, "{}", best.energy);
        assert!((best.alpha - 1.816_067_675_331_701_4).abs() < 1e-6, "{}", best.alpha);
        assert!((best.coefficients[0] - 0.291_785_757_3).abs() < 1e-6, "{:?}", best.coefficients);
        assert!((best.coefficients[1] - 0.130_814_814_0).abs() < 1e-6);
    }
}

//! Small symmetric eigenvalue problems, H c = E S c, by Jacobi's rotations.
//!
//! S is scaled to a unit diagonal and diagonalised; directions in which it is zero to rounding say nothing new of ψ and are left
//! out (canonical orthogonalisation, P.-O. Löwdin, Adv. Quantum Chem. 5 (1970) 185). By the theorem of Hylleraas, Undheim and
//! MacDonald the k-th eigenvalue is an upper bound to the k-th level of the symmetry of the terms.

/// Rows of a matrix.
pub(super) type Matrix = Vec<Vec<f64>>;

/// Directions in which S is smaller than this part of its largest eigenvalue are rounding.
const NOTHING_NEW: f64 = 1e-13;

/// An eigenvalue with its vector, for which cᵀ S c = 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) energy: f64,
    pub(super) vector: Vec<f64>,
}

/// The lowest `count` levels, or as many as there are.
pub(super) fn levels(h: &Matrix, s: &Matrix, count: usize) -> Vec<Level> {
    let basis = Basis::new(s);
    let (energies, vectors) = eigen(basis.within(&symmetric(h)));
    let mut order: Vec<usize> = (0..energies.len()).collect();
    order.sort_by(|a, b| energies[*a].total_cmp(&energies[*b]));
    let level = |k: &usize| {
        let column: Vec<f64> = vectors.iter().map(|row| row[*k]).collect();
        Level { energy: energies[*k], vector: basis.combine(&column) }
    };
    order.iter().take(count).map(level).collect()
}

/// The lowest level of H that is not symmetric, as it is where ∫φ_j Hφ_k is known from few points: c from H c = E S c as it stands is
/// exact, whatever the points, where the terms can represent the state (M. P. Nightingale, V. Melik-Alaverdian, Phys. Rev. Lett. 87
/// (2001) 043401). Inverse iteration from the level of the symmetric part; `None` where it leads nowhere.
pub(super) fn lowest(h: &Matrix, s: &Matrix) -> Option<Level> {
    let basis = Basis::new(s);
    let inner = basis.within(h);
    let n = inner.len();
    let (energies, vectors) = eigen(symmetric(&inner));
    let first = (0..n).min_by(|a, b| energies[*a].total_cmp(&energies[*b]))?;
    let mut vector: Vec<f64> = vectors.iter().map(|row| row[first]).collect();
    let mut energy = energies[first];
    for _ in 0..50 {
        let shifted = (0..n).map(|a| (0..n).map(|b| inner[a][b] - if a == b { energy } else { 0.0 }).collect()).collect();
        let mut next = solve(shifted, vector.clone());
        let norm = dot(&next, &next).sqrt();
        if !norm.is_finite() {
            // The shift is the level to rounding.
            return Some(Level { energy, vector: basis.combine(&vector) });
        }
        next.iter_mut().for_each(|x| *x /= norm);
        let acted: Vec<f64> = inner.iter().map(|row| dot(row, &next)).collect();
        let found = dot(&next, &acted);
        let rest: f64 = next.iter().zip(&acted).map(|(x, y)| (y - found * x).powi(2)).sum();
        vector = next;
        let moved = (found - energy).abs();
        energy = found;
        if moved < 1e-12 * energy.abs() && rest.sqrt() < 1e-8 * energy.abs() {
            return Some(Level { energy, vector: basis.combine(&vector) });
        }
    }
    None
}

/// A basis in which S is one, without the directions that say nothing new.
struct Basis {
    scale: Vec<f64>,
    /// Columns of the orthonormal basis.
    columns: Matrix,
}

impl Basis {
    fn new(s: &Matrix) -> Self {
        let n = s.len();
        let scale: Vec<f64> = (0..n).map(|k| 1.0 / s[k][k].sqrt()).collect();
        let (overlaps, directions) = eigen(scaled(&symmetric(s), &scale));
        let most = overlaps.iter().fold(0.0, |most: f64, x| most.max(*x));
        let kept = (0..n).filter(|k| overlaps[*k] > NOTHING_NEW * most);
        let columns = kept.map(|k| directions.iter().map(|row| row[k] / overlaps[k].sqrt()).collect()).collect();
        Basis { scale, columns }
    }

    /// A matrix between the functions of the basis.
    fn within(&self, m: &Matrix) -> Matrix {
        let m = scaled(m, &self.scale);
        let acted: Matrix = self.columns.iter().map(|x| m.iter().map(|row| dot(row, x)).collect()).collect();
        self.columns.iter().map(|x| acted.iter().map(|y| dot(x, y)).collect()).collect()
    }

    /// A vector in the basis as one of the terms.
    fn combine(&self, vector: &[f64]) -> Vec<f64> {
        let of = |(a, scale): (usize, &f64)| scale * self.columns.iter().zip(vector).map(|(x, c)| x[a] * c).sum::<f64>();
        self.scale.iter().enumerate().map(of).collect()
    }
}

fn symmetric(m: &Matrix) -> Matrix {
    (0..m.len()).map(|a| (0..m.len()).map(|b| 0.5 * (m[a][b] + m[b][a])).collect()).collect()
}

fn scaled(m: &Matrix, scale: &[f64]) -> Matrix {
    m.iter().zip(scale).map(|(row, p)| row.iter().zip(scale).map(|(x, q)| x * p * q).collect()).collect()
}

/// The solution of m x = b, by elimination with pivots.
fn solve(mut m: Matrix, mut b: Vec<f64>) -> Vec<f64> {
    let n = m.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| m[*i][k].abs().total_cmp(&m[*j][k].abs())).unwrap_or(k);
        m.swap(k, pivot);
        b.swap(k, pivot);
        let (above, below) = m.split_at_mut(k + 1);
        let (value, rest) = b.split_at_mut(k + 1);
        for (row, to) in below.iter_mut().zip(rest) {
            let factor = row[k] / above[k][k];
            row.iter_mut().zip(&above[k]).skip(k).for_each(|(x, y)| *x -= factor * y);
            *to -= factor * value[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| m[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / m[k][k];
    }
    b
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Eigenvalues, and eigenvectors as columns, by Jacobi's rotations (C. G. J. Jacobi, J. reine angew. Math. 30 (1846) 51), in cycles
/// until nothing is left to turn.
pub(super) fn eigen(mut m: Matrix) -> (Vec<f64>, Matrix) {
    let n = m.len();
    let mut vectors: Matrix = (0..n).map(|a| (0..n).map(|b| f64::from(a == b)).collect()).collect();
    // Convergence is quadratic: a handful of cycles would do.
    for _ in 0..30 {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                if m[p][q].abs() <= f64::EPSILON * (m[p][p] * m[q][q]).abs().sqrt() * 1e-3 {
                    continue;
                }
                turned = true;
                let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for row in &mut m {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (upper, lower) = m.split_at_mut(q);
                for (x, y) in upper[p].iter_mut().zip(&mut lower[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
                for row in &mut vectors {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
            }
        }
        if !turned {
            break;
        }
    }
    ((0..n).map(|k| m[k][k]).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_a_matrix_that_is_known() {
        // Differences of the second order on a chain of n sites: 2 − 2 cos(kπ/(n + 1)).
        let n = 30;
        let chain = |a: usize, b: usize| if a == b { 2.0 } else { -f64::from(a.abs_diff(b) == 1) };
        let h: Matrix = (0..n).map(|a| (0..n).map(|b| chain(a, b)).collect()).collect();
        let unit: Matrix = (0..n).map(|a| (0..n).map(|b| f64::from(a == b)).collect()).collect();
        for (k, level) in levels(&h, &unit, 4).iter().enumerate() {
            let exact = 2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64).cos();
            assert!((level.energy - exact).abs() < 1e-14, "{k}: {} {exact}", level.energy);
        }
    }

    #[test]
    fn the_lowest_level_of_a_matrix_that_is_not_symmetric() {
        // P D P⁻¹ with levels 1, 2, 4 and the first column of P as the lowest vector.
        let (p, inverse) = ([[1.0, 0.2, 0.0], [0.1, 1.0, 0.3], [0.0, -0.1, 1.0]], {
            let d = 1.0 * (1.0 + 0.03) - 0.2 * 0.1;
            [[1.03 / d, -0.2 / d, 0.06 / d], [-0.1 / d, 1.0 / d, -0.3 / d], [-0.01 / d, 0.1 / d, 0.98 / d]]
        });
        let d = [1.0, 2.0, 4.0];
        let of = |i: usize, j: usize| (0..3).map(|k| p[i][k] * d[k] * inverse[k][j]).sum::<f64>();
        let h: Matrix = (0..3).map(|i| (0..3).map(|j| of(i, j)).collect()).collect();
        let unit: Matrix = (0..3).map(|a| (0..3).map(|b| f64::from(a == b)).collect()).collect();
        let Level { energy, vector } = lowest(&h, &unit).unwrap();
        assert!((energy - 1.0).abs() < 1e-12, "{energy}");
        assert!((vector[1] / vector[0] - 0.1).abs() < 1e-10 && (vector[2] / vector[0]).abs() < 1e-10, "{vector:?}");
    }

    #[test]
    fn a_term_that_is_a_sum_of_others_changes_nothing() {
        let (h, s) = ([[1.0, 0.3], [0.3, 2.0]], [[1.0, 0.2], [0.2, 4.0]]);
        let alone = levels(&h.map(|row| row.to_vec()).to_vec(), &s.map(|row| row.to_vec()).to_vec(), 2);
        // The third term is twice the first less the second.
        let t = [[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]];
        let wide = |m: &[[f64; 2]; 2]| -> Matrix {
            let form = |x: &[f64; 2], y: &[f64; 2]| (0..2).map(|a| (0..2).map(|b| x[a] * m[a][b] * y[b]).sum::<f64>()).sum();
            t.iter().map(|x| t.iter().map(|y| form(x, y)).collect()).collect()
        };
        let more = levels(&wide(&h), &wide(&s), 3);
        assert_eq!(more.len(), 2);
        for (a, b) in alone.iter().zip(&more) {
            assert!((a.energy - b.energy).abs() < 1e-14, "{a:?} {b:?}");
        }
    }
}

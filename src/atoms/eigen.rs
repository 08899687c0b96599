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
    let n = s.len();
    let scale: Vec<f64> = (0..n).map(|k| 1.0 / s[k][k].sqrt()).collect();
    let scaled = |m: &Matrix| -> Matrix {
        (0..n).map(|a| (0..n).map(|b| 0.5 * (m[a][b] + m[b][a]) * scale[a] * scale[b]).collect()).collect()
    };
    let (overlaps, directions) = eigen(scaled(s));
    let most = overlaps.iter().fold(0.0, |most: f64, x| most.max(*x));
    let kept: Vec<usize> = (0..n).filter(|k| overlaps[*k] > NOTHING_NEW * most).collect();
    // Columns of the orthonormal basis.
    let basis: Matrix = kept.iter().map(|k| directions.iter().map(|row| row[*k] / overlaps[*k].sqrt()).collect()).collect();
    let h = scaled(h);
    let product = |m: &Matrix, x: &[f64]| -> Vec<f64> { m.iter().map(|row| dot(row, x)).collect() };
    let acted: Matrix = basis.iter().map(|x| product(&h, x)).collect();
    let inner: Matrix = basis.iter().map(|x| acted.iter().map(|y| dot(x, y)).collect()).collect();
    let (energies, vectors) = eigen(inner);
    let mut order: Vec<usize> = (0..energies.len()).collect();
    order.sort_by(|a, b| energies[*a].total_cmp(&energies[*b]));
    let level = |k: &usize| {
        let combined = (0..n).map(|a| scale[a] * basis.iter().zip(&vectors).map(|(x, row)| x[a] * row[*k]).sum::<f64>());
        Level { energy: energies[*k], vector: combined.collect() }
    };
    order.iter().take(count).map(level).collect()
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

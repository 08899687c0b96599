//! Small dense matrices, rows first: random rotations, and the square roots of covariances.

use crate::draw::Draw;

/// A matrix as its rows.
pub(crate) type Rows = Vec<Vec<f64>>;

/// A random rotation or reflection: normal numbers made orthonormal, which favours no direction.
pub(crate) fn rotation(draw: &mut Draw, dim: usize) -> Rows {
    let mut rows: Rows = Vec::with_capacity(dim);
    while rows.len() < dim {
        let mut row = draw.direction(dim);
        // Twice, since one pass of Gram and Schmidt's leaves what rounding made of it.
        for _ in 0..2 {
            for other in &rows {
                let along = dot(&row, other);
                row.iter_mut().zip(other).for_each(|(r, o)| *r -= along * o);
            }
            let length = dot(&row, &row).sqrt();
            row.iter_mut().for_each(|r| *r /= length);
        }
        rows.push(row);
    }
    rows
}

/// The lower triangular U with Uᵀ·U = covariance⁻¹, so that |U x|² is the exponent of a normal density.
pub(crate) fn whitening(covariance: &Rows) -> Rows {
    let dim = covariance.len();
    let mut root: Rows = vec![vec![0.0; dim]; dim];
    for i in 0..dim {
        for j in 0..=i {
            let rest = covariance[i][j] - dot(&root[i][..j], &root[j][..j]);
            root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
        }
    }
    // Row by row: U_i = (e_i − Σ_k root_ik U_k) / root_ii over the rows above.
    let mut inverse: Rows = Vec::with_capacity(dim);
    for (i, row) in root.iter().enumerate() {
        let start = |j: usize| if i == j { 1.0 } else { 0.0 };
        let above = |j: usize| -> f64 { row.iter().zip(&inverse).map(|(r, u)| r * u[j]).sum() };
        inverse.push((0..dim).map(|j| (start(j) - above(j)) / row[i]).collect());
    }
    inverse
}

/// The determinant of a triangular matrix.
pub(crate) fn triangular_determinant(rows: &Rows) -> f64 {
    rows.iter().enumerate().map(|(i, row)| row[i]).product()
}

/// a·b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_are_orthonormal() {
        for dim in 1..=8 {
            let rows = rotation(&mut Draw::new(1, dim, 2, 3), dim);
            for i in 0..dim {
                for j in 0..dim {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((dot(&rows[i], &rows[j]) - expected).abs() <= 4e-16, "{dim} {i} {j}");
                }
            }
        }
    }

    #[test]
    fn whitening_inverts_the_covariance() {
        let covariance = vec![vec![1.0, 0.9, 0.5], vec![0.9, 1.0, 0.6], vec![0.5, 0.6, 1.0]];
        let u = whitening(&covariance);
        // U · covariance · Uᵀ is the unit matrix.
        for i in 0..3 {
            for j in 0..3 {
                let image: Vec<f64> = covariance.iter().map(|row| dot(row, &u[j])).collect();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((dot(&u[i], &image) - expected).abs() <= 1e-14, "{i} {j}");
            }
        }
        // 1 − 0.9² − 0.5² − 0.6² + 2·0.9·0.5·0.6.
        assert!((triangular_determinant(&u).powi(-2) - 0.12).abs() <= 1e-15);
    }
}

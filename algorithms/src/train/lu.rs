//! Gaussian elimination that stops: the rows and columns that carry a matrix, and how they carry the rest of it.
//!
//! With full pivoting every step takes the largest entry of what is left. After r steps the rows I and columns J of the pivots have
//! been chosen, and A ≈ A[:,J] A[I,J]⁻¹ A[I,:], exact on these rows and columns; the largest entry left says how far off it is elsewhere.
//! With A[:,J] = L U the factor A[:,J] A[I,J]⁻¹ is L L[I]⁻¹, which the entries of A[I,J]⁻¹, however large, do not enter.
//!
//! C.-T. Pan, Linear Algebra Appl. 316 (2000) 199; Y. Núñez Fernández et al., SciPost Phys. 18 (2025) 104.

/// Part of the first pivot below which all is rounding.
const ROUNDING: f64 = 2e-15;

/// What elimination has found.
#[derive(Debug)]
pub(super) struct Lu {
    /// Rows and columns of the pivots, in their order.
    pub(super) rows: Vec<usize>,
    pub(super) columns: Vec<usize>,
    /// Sizes of the pivots.
    pub(super) pivots: Vec<f64>,
    /// The largest entry that is left.
    pub(super) left: f64,
    /// L, row by row, 1 at the pivots.
    lower: Vec<f64>,
}

impl Lu {
    /// Of a matrix with `columns` columns, row by row: at most `most` pivots, none below `least` or rounding, but one in any case.
    pub(super) fn new(mut a: Vec<f64>, columns: usize, most: usize, least: f64) -> Self {
        let rows = a.len() / columns;
        let most = most.min(rows).min(columns);
        let mut lu = Lu { rows: Vec::new(), columns: Vec::new(), pivots: Vec::new(), left: 0.0, lower: vec![0.0; rows * most] };
        let (mut row, mut of_pivot) = (0, vec![0.0; columns]);
        loop {
            let (mut size, mut place) = (0.0, 0);
            for (i, x) in a.iter().enumerate() {
                if x.abs() > size {
                    (size, place) = (x.abs(), i);
                }
            }
            lu.left = size;
            let first = lu.pivots.first().copied().unwrap_or(size);
            if size == 0.0 || row > 0 && size < least.max(ROUNDING * first) || row == most {
                return lu.trimmed(rows, most);
            }
            let (i, j) = (place / columns, place % columns);
            lu.rows.push(i);
            lu.columns.push(j);
            lu.pivots.push(size);
            of_pivot.copy_from_slice(&a[i * columns..][..columns]);
            for (k, line) in a.chunks_exact_mut(columns).enumerate() {
                let factor = line[j] / of_pivot[j];
                lu.lower[k * most + row] = factor;
                if factor != 0.0 {
                    line.iter_mut().zip(&of_pivot).for_each(|(x, p)| *x -= factor * p);
                }
                line[j] = 0.0;
            }
            a[i * columns..][..columns].fill(0.0);
            row += 1;
        }
    }

    fn trimmed(mut self, rows: usize, most: usize) -> Self {
        let rank = self.rank();
        self.lower = (0..rows).flat_map(|i| &self.lower[i * most..][..rank]).copied().collect();
        self
    }

    pub(super) fn rank(&self) -> usize {
        self.pivots.len()
    }

    /// A[:,J] A[I,J]⁻¹, row by row: ones and zeros on the rows of the pivots.
    pub(super) fn interpolation(&self) -> Vec<f64> {
        let rank = self.rank();
        let mut factor = self.lower.clone();
        if rank == 0 {
            return factor;
        }
        for line in factor.chunks_exact_mut(rank) {
            for k in (0..rank).rev() {
                let x = line[k];
                let of_pivot = &self.lower[self.rows[k] * rank..][..k];
                line[..k].iter_mut().zip(of_pivot).for_each(|(y, l)| *y -= x * l);
            }
        }
        for (k, row) in self.rows.iter().enumerate() {
            (0..rank).for_each(|j| factor[row * rank + j] = f64::from(j == k));
        }
        factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_low_rank_is_carried_by_its_pivots() {
        let (m, n) = (9, 7);
        let a: Vec<f64> = (0..m * n).map(|k| ((k / n + 2 * (k % n)) as f64).cos() + (k / n) as f64).collect();
        let lu = Lu::new(a.clone(), n, n, 1e-13);
        assert_eq!(lu.rank(), 3, "cos(i + 2j) has two terms, i one");
        let factor = lu.interpolation();
        for i in 0..m {
            for j in 0..n {
                let carried: f64 = (0..3).map(|k| factor[3 * i + k] * a[lu.rows[k] * n + j]).sum();
                assert!((carried - a[i * n + j]).abs() < 1e-12, "{i} {j}: {carried}");
            }
        }
        assert!(lu.pivots.is_sorted_by(|a, b| a >= b) && lu.left < 1e-12);
        assert_eq!(Lu::new(a, n, 2, 0.0).rank(), 2);
        assert_eq!(Lu::new(vec![0.0; 6], 2, 2, 0.0).rank(), 0);
    }
}

//! The matrix of second derivatives: guessed from gradients along the way (BFGS), and measured at the end.

/// The inverse of the matrix of second derivatives, or a guess at it that is positive definite.
#[derive(Clone, Debug)]
pub(super) struct Curvature {
    inverse: Vec<Vec<f64>>,
    /// Whether it is no more than the identity so far.
    fresh: bool,
}

impl Curvature {
    /// The identity: nothing is known.
    pub(super) fn unknown(n: usize) -> Self {
        Curvature { inverse: (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect(), fresh: true }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.fresh
    }

    /// From the differences of gradients over `steps` along each axis; `None` where it is not positive definite.
    pub(super) fn measured(differences: &[Vec<f64>], steps: &[f64]) -> Option<Self> {
        let n = steps.len();
        let slope = |i: usize, j: usize| differences[i][j] / steps[i];
        let symmetric: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| 0.5 * (slope(i, j) + slope(j, i))).collect()).collect();
        Some(Curvature { inverse: inverse(&symmetric)?, fresh: false })
    }

    /// −H⁻¹ g.
    pub(super) fn step(&self, gradient: &[f64]) -> Vec<f64> {
        self.inverse.iter().map(|row| -dot(row, gradient)).collect()
    }

    /// Bounds on the step from bounds on the gradient.
    pub(super) fn bounds(&self, errors: &[f64]) -> Vec<f64> {
        self.inverse.iter().map(|row| row.iter().zip(errors).map(|(h, e)| h.abs() * e).sum()).collect()
    }

    /// The BFGS update for a step `s` over which the gradient changed by `y` (J. Nocedal, S. J. Wright, Numerical
    /// Optimization (2006) eq. 6.17; the first with the scale of eq. 6.20). Without positive curvature along the step
    /// nothing is learnt.
    pub(super) fn update(&mut self, s: &[f64], y: &[f64]) {
        let curvature = dot(s, y);
        if !(curvature > 1e-12 * norm(s) * norm(y) && curvature.is_finite()) {
            return;
        }
        if self.fresh {
            let scale = curvature / dot(y, y);
            self.inverse.iter_mut().flatten().for_each(|h| *h *= scale);
            self.fresh = false;
        }
        let hy: Vec<f64> = self.inverse.iter().map(|row| dot(row, y)).collect();
        let factor = (1.0 + dot(y, &hy) / curvature) / curvature;
        for (i, row) in self.inverse.iter_mut().enumerate() {
            for (j, h) in row.iter_mut().enumerate() {
                *h += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / curvature;
            }
        }
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// The inverse of a symmetric matrix by Cholesky's factors; `None` where it is not positive definite.
fn inverse(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = a[i][j] - dot(&l[i][..j], &l[j][..j]);
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
        if !(l[i][i] > 0.0 && l[i][i].is_finite()) {
            return None;
        }
    }
    let mut columns = Vec::with_capacity(n);
    for unit in 0..n {
        let mut x: Vec<f64> = (0..n).map(|i| f64::from(i == unit)).collect();
        for i in 0..n {
            x[i] = (x[i] - dot(&l[i][..i], &x[..i])) / l[i][i];
        }
        for i in (0..n).rev() {
            let rest: f64 = (i + 1..n).map(|k| l[k][i] * x[k]).sum();
            x[i] = (x[i] - rest) / l[i][i];
        }
        columns.push(x);
    }
    Some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_is_one() {
        let a = [vec![4.0, 1.0, 0.5], vec![1.0, 3.0, -0.25], vec![0.5, -0.25, 2.0]];
        let inverse = inverse(&a).unwrap();
        for (i, row) in a.iter().enumerate() {
            for (j, column) in inverse.iter().enumerate() {
                assert!((dot(row, column) - f64::from(i == j)).abs() < 1e-14);
            }
        }
        assert!(super::inverse(&[vec![1.0, 2.0], vec![2.0, 1.0]]).is_none());
    }

    #[test]
    fn updates_and_differences_find_the_curvature_of_a_parabola() {
        let h = [[3.0, 1.0], [1.0, 2.0]];
        let gradient = |x: &[f64]| -> Vec<f64> { h.iter().map(|row| dot(row, x)).collect() };
        let mut guess = Curvature::unknown(2);
        for s in [[1.0, 0.0], [0.25, 1.0], [1.0, -0.5], [0.0, 1.0], [1.0, 0.0]] {
            guess.update(&s, &gradient(&s));
        }
        let measured = Curvature::measured(&[gradient(&[0.5, 0.0]), gradient(&[0.0, 0.5])], &[0.5, 0.5]).unwrap();
        for found in [guess.step(&[1.0, -2.0]), measured.step(&[1.0, -2.0])] {
            // −H⁻¹ (1, −2) = (−4/5, 7/5)
            assert!((found[0] + 0.8).abs() < 0.05 && (found[1] - 1.4).abs() < 0.05, "{found:?}");
        }
        assert!((measured.step(&[1.0, -2.0])[1] - 1.4).abs() < 1e-14);
        let before = measured.step(&[1.0, 1.0]);
        let mut unmoved = measured;
        unmoved.update(&[1.0, 0.0], &[-1.0, 0.0]);
        assert_eq!(before, unmoved.step(&[1.0, 1.0]), "negative curvature teaches nothing");
    }
}

//! A simplex in one to six dimensions, by the collapsed coordinates of Duffy and Stroud.
//!
//! Own variables u in the unit cube: x = v₀ + u₁ (v₁ − v₀) + u₁ u₂ (v₂ − v₁) + …, with Jacobian |det(v_k − v₀)| u₁ⁿ⁻¹ u₂ⁿ⁻² …: a
//! polynomial of the coordinates remains one.

use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::Error;
use crate::batch::Columns;
use crate::simd::Lanes;

/// The convex hull of n + 1 points in n dimensions.
///
/// ```
/// use fubini_algorithms::coordinates::Simplex;
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
/// // ∫ x over a triangle is its area times the mean of its vertices.
/// let triangle = Simplex::new(&[&[1.0, 0.0], &[3.0, 1.0], &[2.0, 4.0]]);
/// let report = Cuhre::default().integrate(&scalar(2, |x| x[0]), &triangle, &Options::default())?;
/// assert!((report.integrals[0].value - 3.5 * 2.0).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simplex {
    /// The first vertex, and the way from each to the next.
    first: Vec<f64>,
    steps: Vec<Vec<f64>>,
    /// n! times the volume.
    determinant: f64,
    axes: Vec<AxisMap>,
}

impl Simplex {
    /// With these vertices, in any order; the integral over a simplex without volume is zero.
    ///
    /// # Panics
    /// If there is not one vertex more than each has coordinates, or these are not one to six.
    pub fn new<V: AsRef<[f64]>>(vertices: &[V]) -> Self {
        let dim = vertices.len().saturating_sub(1);
        assert!((1..=6).contains(&dim), "simplices are made for one to six dimensions, with one vertex more");
        assert!(vertices.iter().all(|v| v.as_ref().len() == dim), "a simplex of {} vertices has {dim} dimensions", dim + 1);
        let step = |pair: &[V]| -> Vec<f64> { pair[1].as_ref().iter().zip(pair[0].as_ref()).map(|(b, a)| b - a).collect() };
        let steps: Vec<Vec<f64>> = vertices.windows(2).map(step).collect();
        let determinant = determinant(steps.clone()).abs();
        Simplex {
            first: vertices[0].as_ref().to_vec(),
            steps,
            determinant,
            axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; dim],
        }
    }
}

/// The determinant of a matrix, by elimination.
fn determinant(mut rows: Vec<Vec<f64>>) -> f64 {
    let mut product = 1.0;
    for k in 0..rows.len() {
        let pivot = (k..rows.len()).max_by(|a, b| rows[*a][k].abs().total_cmp(&rows[*b][k].abs())).unwrap_or(k);
        rows.swap(k, pivot);
        product *= if pivot == k { rows[k][k] } else { -rows[k][k] };
        if product == 0.0 {
            return 0.0;
        }
        for i in k + 1..rows.len() {
            let factor = rows[i][k] / rows[k][k];
            let above = rows[k].clone();
            rows[i].iter_mut().zip(above).for_each(|(x, pivot)| *x -= factor * pivot);
        }
    }
    product
}

impl Coordinates for Simplex {
    fn name(&self) -> &'static str {
        "simplex"
    }

    fn dim(&self) -> usize {
        self.first.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn sign(&self) -> f64 {
        if self.determinant == 0.0 { 0.0 } else { 1.0 }
    }

    fn check(&self) -> Result<(), Error> {
        let all = self.first.iter().chain(self.steps.iter().flatten()).chain([&self.determinant]);
        all.into_iter().try_for_each(|x| super::require("a coordinate of a vertex of a simplex", *x, "a finite number", true))
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Simplex {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let n = self.first.len();
        let (mut product, mut jacobian) = (V::splat(1.0), V::splat(self.determinant));
        let mut place = [V::splat(0.0); 6];
        place.iter_mut().zip(&self.first).for_each(|(x, first)| *x = V::splat(*first));
        for (k, step) in self.steps.iter().enumerate() {
            product *= x[k];
            place.iter_mut().zip(step).for_each(|(x, step)| *x = product.mul_add(V::splat(*step), *x));
            if k + 1 < n {
                jacobian *= product;
            }
        }
        *x = place;
        jacobian
    }
}

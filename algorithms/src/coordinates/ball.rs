//! A ball in two to six dimensions, in spherical coordinates.
//!
//! Own variables: r in (0, R), the angles θ₁ … θₙ₋₂ in (0, π) with one axis after the other, φ in (0, 2π);
//! x₁ = r cos θ₁, x₂ = r sin θ₁ cos θ₂, …, the last two with cos φ and sin φ. Jacobian rⁿ⁻¹ Π sin^(n−1−j) θⱼ: smooth everywhere.

use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::Error;
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::{PI, TAU};

/// The ball of all points at most so far from a centre.
///
/// ```
/// use fubini_algorithms::coordinates::Ball;
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
/// // The volume of a ball in four dimensions is π² R⁴/2.
/// let ball = Ball::new(&[1.0, 0.0, 0.0, -2.0], 2.0);
/// let report = Cuhre::default().integrate(&scalar(4, |_| 1.0), &ball, &Options::default())?;
/// assert!((report.integrals[0].value - 8.0 * std::f64::consts::PI.powi(2)).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ball {
    centre: Vec<f64>,
    axes: Vec<AxisMap>,
}

impl Ball {
    /// About `centre`, with this radius.
    ///
    /// # Panics
    /// If the centre has not two to six coordinates.
    pub fn new(centre: &[f64], radius: f64) -> Self {
        assert!((2..=6).contains(&centre.len()), "balls are made for two to six dimensions");
        let mut axes = vec![AxisMap::Interval { lo: 0.0, hi: radius }];
        axes.resize(centre.len() - 1, AxisMap::Interval { lo: 0.0, hi: PI });
        axes.push(AxisMap::Interval { lo: 0.0, hi: TAU });
        Ball { centre: centre.to_vec(), axes }
    }
}

impl Coordinates for Ball {
    fn name(&self) -> &'static str {
        "ball"
    }

    fn dim(&self) -> usize {
        self.centre.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn check(&self) -> Result<(), Error> {
        let AxisMap::Interval { hi: radius, .. } = self.axes[0] else { return Ok(()) };
        super::require("the radius of a ball", radius, "a finite number above 0", radius > 0.0)?;
        self.centre.iter().try_for_each(|x| super::require("a coordinate of the centre of a ball", *x, "a finite number", true))
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Ball {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let (n, r) = (self.centre.len(), x[0]);
        let (mut rest, mut jacobian) = (r, r);
        // The angle that stands in x[k + 1] takes the place of coordinate k.
        for k in 0..n - 1 {
            let (sin, cos) = x[k + 1].sin_cos();
            x[k] = rest * cos;
            rest *= sin;
            if k + 2 < n {
                // Each further dimension has the length of what is left.
                jacobian *= rest;
            }
        }
        x[n - 1] = rest;
        for (x, centre) in x.iter_mut().zip(&self.centre) {
            *x += V::splat(*centre);
        }
        jacobian
    }
}

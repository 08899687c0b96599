//! Elliptic coordinates, over lanes: x = a cosh μ cos ν, y = a sinh μ sin ν, with the Jacobian a² (sinh² μ + sin² ν).

use fubini_algorithms::Columns;
use fubini_algorithms::coordinates::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use fubini_algorithms::simd::Lanes;
use std::f64::consts::TAU;

/// The inside of an ellipse with foci at (±a, 0).
pub struct Elliptic {
    focus: f64,
    axes: [AxisMap; 2],
}

impl Elliptic {
    /// Up to μ = `most`, where the semi-axes are a cosh μ and a sinh μ.
    pub fn new(focus: f64, most: f64) -> Self {
        Elliptic { focus, axes: [most, TAU].map(|hi| AxisMap::Interval { lo: 0.0, hi }) }
    }
}

impl Coordinates for Elliptic {
    fn name(&self) -> &'static str {
        "elliptic"
    }

    fn dim(&self) -> usize {
        2
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Elliptic {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let (half, focus) = (V::splat(0.5), V::splat(self.focus));
        let (grown, (sin, cos)) = (x[0].exp(), x[1].sin_cos());
        let (cosh, sinh) = (half * (grown + grown.recip()), half * (grown - grown.recip()));
        (x[0], x[1]) = (focus * cosh * cos, focus * sinh * sin);
        focus * focus * (sinh * sinh + sin * sin)
    }
}

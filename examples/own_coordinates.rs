//! Coordinates of one's own: a torus, in which an integrand of x, y, z is smooth up to the boundary.
//!
//! `cargo run --release --example own_coordinates`

use fubini::coordinates::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use fubini::simd::Lanes;
use fubini::{Columns, Cuhre, Integrator, Options, vector};
use std::f64::consts::{PI, TAU};

/// The points at most `small` away from a circle of radius `large`: x = (R + s cos t) cos p, y = (R + s cos t) sin p,
/// z = s sin t, for s in (0, r), t and p in (0, 2π), with the Jacobian s (R + s cos t).
struct Torus {
    large: f64,
    axes: [AxisMap; 3],
}

impl Torus {
    fn new(large: f64, small: f64) -> Self {
        let axes = [small, TAU, TAU].map(|hi| AxisMap::Interval { lo: 0.0, hi });
        Torus { large, axes }
    }
}

impl Coordinates for Torus {
    fn name(&self) -> &'static str {
        "torus"
    }

    fn dim(&self) -> usize {
        3
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn transform(&self, columns: &mut Columns) {
        transform_lanes(self, columns);
    }
}

impl LaneTransform for Torus {
    #[inline(always)]
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
        let s = x[0];
        let ((sin_t, cos_t), (sin_p, cos_p)) = (x[1].sin_cos(), x[2].sin_cos());
        let rho = V::splat(self.large) + s * cos_t;
        (x[0], x[1], x[2]) = (rho * cos_p, rho * sin_p, s * sin_t);
        s * rho
    }
}

fn main() -> Result<(), fubini::Error> {
    // Volume, and moment of inertia about the axis, per unit of density.
    let f = vector(3, 2, |x, y| y.copy_from_slice(&[1.0, x[0] * x[0] + x[1] * x[1]]));
    let (large, small): (f64, f64) = (3.0, 1.0);
    let report = Cuhre::default().integrate(&f, &Torus::new(large, small), &Options::default().rtol(1e-9))?;
    let volume = 2.0 * PI * PI * large * small * small;
    println!("{report}");
    println!("exact {volume:.9}, {:.9}", volume * (large * large + 0.75 * small * small));
    assert!(report.converged() && (report.integrals[0].value - volume).abs() <= report.integrals[0].error);
    Ok(())
}

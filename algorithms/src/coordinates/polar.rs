//! Polar coordinates of the plane and cylindrical ones of space.
//!
//! Own variables: r and φ, with x = r cos φ, y = r sin φ and Jacobian r; in space z beside them.

use super::{AxisMap, Coordinates, LaneTransform, transform_lanes};
use crate::Error;
use crate::batch::Columns;
use crate::simd::Lanes;
use std::f64::consts::TAU;

/// Polar coordinates of the plane, or of a part of it.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Polar};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
/// // ∫ exp(−√(x² + y²)) over the plane is 2π.
/// let plane = Polar::new(AxisMap::Logarithmic { scale: 1.0 });
/// let report = Cuhre::default().integrate(&scalar(2, |x| (-x[0].hypot(x[1])).exp()), &plane, &Options::default())?;
/// assert!((report.integrals[0].value - std::f64::consts::TAU).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Polar {
    axes: [AxisMap; 2],
}

impl Polar {
    /// All directions, with a map to the range of the radius.
    pub fn new(radius: AxisMap) -> Self {
        Polar { axes: [radius, AxisMap::Interval { lo: 0.0, hi: TAU }] }
    }
}

/// Cylindrical coordinates of space, or of a part of it.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Cylindrical};
/// use fubini_algorithms::{Cuhre, Integrator, Options, scalar};
/// // The volume of a pipe with the radii 1 and 2 and the height 3.
/// let pipe = Cylindrical::new(AxisMap::Interval { lo: 1.0, hi: 2.0 }, AxisMap::Interval { lo: 0.0, hi: 3.0 });
/// let report = Cuhre::default().integrate(&scalar(3, |_| 1.0), &pipe, &Options::default())?;
/// assert!((report.integrals[0].value - 9.0 * std::f64::consts::PI).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cylindrical {
    axes: [AxisMap; 3],
}

impl Cylindrical {
    /// All directions, with maps to the ranges of the radius and of the height z.
    pub fn new(radius: AxisMap, height: AxisMap) -> Self {
        Cylindrical { axes: [radius, AxisMap::Interval { lo: 0.0, hi: TAU }, height] }
    }
}

/// What both have in common: r and φ are the first two axes, and all others stay as they are.
macro_rules! about_the_origin {
    ($kind:ty, $name:literal) => {
        impl $kind {
            /// The directions between two angles.
            #[must_use]
            pub fn between(mut self, lo: f64, hi: f64) -> Self {
                self.axes[1] = AxisMap::Interval { lo, hi };
                self
            }
        }

        impl Coordinates for $kind {
            fn name(&self) -> &'static str {
                $name
            }

            fn dim(&self) -> usize {
                self.axes.len()
            }

            fn axes(&self) -> &[AxisMap] {
                &self.axes
            }

            fn check(&self) -> Result<(), Error> {
                check(self.axes[0])
            }

            fn transform(&self, columns: &mut Columns) {
                transform_lanes(self, columns);
            }
        }

        impl LaneTransform for $kind {
            #[inline(always)]
            fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
                place(x)
            }
        }
    };
}

about_the_origin!(Polar, "polar");
about_the_origin!(Cylindrical, "cylindrical");

/// x and y from r and φ; the Jacobian.
#[inline(always)]
fn place<V: Lanes>(x: &mut [V; 6]) -> V {
    let (r, (sin, cos)) = (x[0], x[1].sin_cos());
    (x[0], x[1]) = (r * cos, r * sin);
    r
}

/// Refuses radii below zero, which would count twice, and negatively.
fn check(radius: AxisMap) -> Result<(), Error> {
    let least = match radius {
        AxisMap::Interval { lo, hi } => lo.min(hi),
        AxisMap::Above { lo, .. } => lo,
        AxisMap::Below { .. } | AxisMap::Line { .. } => f64::NEG_INFINITY,
        AxisMap::Logarithmic { .. } => 0.0,
    };
    match least >= 0.0 {
        true => Ok(()),
        false => Err(Error::Setting { name: "the least radius", value: least, allowed: "0 or more" }),
    }
}

//! Changes of variables, in batches and with their Jacobians: from the unit cube to the integrand's variables.
//!
//! A change of variables has two stages. [`AxisMap`]s stretch every side of the unit cube to a side of the box
//! of the coordinates' own variables, which may be infinite; then [`Coordinates::transform`] turns these into
//! the integrand's variables. A [`Domain`](crate::Domain) is the case without the second stage.

mod axis;
mod ball;
mod body;
mod iterated;
mod part;
mod parts;
mod perimetric;
mod polar;
mod prolate;
mod resolved;
mod simplex;
mod spherical;
mod tetrahedron;
mod triangle;
mod within;

pub use axis::AxisMap;
pub(crate) use axis::map_axes;
pub use ball::Ball;
pub use body::Body;
pub use iterated::{Iterated, Limit, Limits, MAX_PARTS};
pub use part::Part;
pub use parts::Parts;
pub use perimetric::Perimetric;
pub use polar::{Cylindrical, Polar};
pub use prolate::{Prolate, ProlatePair};
pub use resolved::Resolved;
pub use simplex::Simplex;
pub use spherical::Spherical;
pub use tetrahedron::Tetrahedron;
pub use triangle::Triangle;
pub use within::Within;

use crate::Error;
use crate::batch::Columns;
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// A batched change of variables with its Jacobian.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Coordinates};
/// use fubini_algorithms::{Columns, Cuhre, Integrator, Options, scalar};
///
/// /// The triangle 0 < y < x < 1, from x and t = y / x.
/// struct Below([AxisMap; 2]);
///
/// impl Coordinates for Below {
///     fn name(&self) -> &'static str {
///         "below the diagonal"
///     }
///     fn dim(&self) -> usize {
///         2
///     }
///     fn axes(&self) -> &[AxisMap] {
///         &self.0
///     }
///     fn transform(&self, columns: &mut Columns) {
///         for i in 0..columns.len() {
///             let x = columns.column(0)[i];
///             columns.column_mut(1)[i] *= x;
///             columns.column_mut(2)[i] *= x; // the Jacobian
///         }
///     }
/// }
///
/// let below = Below([AxisMap::Interval { lo: 0.0, hi: 1.0 }; 2]);
/// let report = Cuhre::default().integrate(&scalar(2, |x| x[0] * x[1]), &below, &Options::default())?;
/// assert!((report.integrals[0].value - 0.125).abs() <= 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait Coordinates: Send + Sync {
    /// The name by which users choose it.
    fn name(&self) -> &'static str;

    /// Number of the integrand's variables.
    fn dim(&self) -> usize;

    /// How each side of the unit cube covers one of the coordinates' own variables.
    fn axes(&self) -> &[AxisMap];

    /// The sign of the integral: negative for reversed limits, zero for a domain without volume.
    fn sign(&self) -> f64 {
        1.0
    }

    /// Refuses settings for which these are no coordinates; the maps of the axes are looked at for all coordinates.
    ///
    /// # Errors
    /// The setting and what would do.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What rounding may change of an integral, as a part of it: more than [`f64::EPSILON`] where an integrand is singular at places
    /// that these coordinates reach as differences of large numbers. No error is stated smaller.
    fn resolution(&self) -> f64 {
        f64::EPSILON
    }

    /// Whether `transform` does nothing.
    fn is_identity(&self) -> bool {
        false
    }

    /// Where the integrand or its Jacobian may jump: an axis and a coordinate of the unit cube that halving meets. Rules cut there
    /// before they begin.
    fn cuts(&self) -> Vec<(usize, f64)> {
        Vec::new()
    }

    /// The point of the unit cube for a hint, a point in the coordinates' own variables; `None` if it lies outside.
    fn locate(&self, hint: &[f64]) -> Option<Vec<f64>> {
        self.axes().iter().zip(hint).map(|(axis, x)| axis.inverse(*x)).collect()
    }

    /// Whether a hint lies where the domain was left out because the integral is zero there: it is of no use, and no error.
    fn is_void(&self, hint: &[f64]) -> bool {
        _ = hint;
        false
    }

    /// A point of the integrand as messages name it: in the variables that were asked for, where the integrand is given others.
    fn named(&self, point: Vec<f64>) -> Vec<f64> {
        point
    }

    /// Replaces the coordinates' own variables, columns 0, 1, …, by the integrand's, and multiplies column
    /// `max(dim, axes().len())` by the absolute value of the Jacobian determinant.
    fn transform(&self, columns: &mut Columns);
}

/// Refuses coordinates over which nothing can be integrated.
pub(crate) fn check(coordinates: &dyn Coordinates) -> Result<(), Error> {
    if coordinates.dim() == 0 || coordinates.axes().is_empty() {
        return Err(Error::NoVariables { what: kind(coordinates) });
    }
    for (axis, map) in coordinates.axes().iter().enumerate() {
        if let Some((number, value, allowed)) = map.flaw() {
            return Err(Error::Axis { coordinates: coordinates.name(), axis, number, value, allowed });
        }
    }
    coordinates.check()
}

/// Accepts a setting that satisfies a condition.
fn require(name: &'static str, value: f64, allowed: &'static str, ok: bool) -> Result<(), Error> {
    if ok && value.is_finite() { Ok(()) } else { Err(Error::Setting { name, value, allowed }) }
}

/// What coordinates are called where they do not fit.
pub(crate) fn kind(coordinates: &dyn Coordinates) -> &'static str {
    if coordinates.is_identity() { "domain" } else { "coordinates" }
}

/// A change of variables for eight points at a time, from which [`transform_lanes`] makes a batched one: at most six
/// variables before and after.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Coordinates, LaneTransform, transform_lanes};
/// use fubini_algorithms::{Columns, Cuhre, Integrator, Options, scalar, simd::Lanes};
/// use std::f64::consts::TAU;
///
/// /// Polar coordinates in the disc of radius 1: x = r cos φ, y = r sin φ.
/// struct Disc([AxisMap; 2]);
///
/// impl Coordinates for Disc {
///     fn name(&self) -> &'static str { "disc" }
///     fn dim(&self) -> usize { 2 }
///     fn axes(&self) -> &[AxisMap] { &self.0 }
///     fn transform(&self, columns: &mut Columns) { transform_lanes(self, columns) }
/// }
///
/// impl LaneTransform for Disc {
///     #[inline(always)]
///     fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V {
///         let (r, (sin, cos)) = (x[0], x[1].sin_cos());
///         (x[0], x[1]) = (r * cos, r * sin);
///         r
///     }
/// }
///
/// let disc = Disc([AxisMap::Interval { lo: 0.0, hi: 1.0 }, AxisMap::Interval { lo: 0.0, hi: TAU }]);
/// let report = Cuhre::default().integrate(&scalar(2, |x| x[0] * x[0]), &disc, &Options::default())?;
/// assert!((report.integrals[0].value - TAU / 8.0).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait LaneTransform: Coordinates {
    /// Replaces the coordinates' own variables of eight points, `x[0]`, `x[1]`, …, by the integrand's and returns the absolute
    /// value of the Jacobian determinant. Must be `#[inline(always)]`: only then is it compiled with the instructions that are
    /// chosen at run time.
    fn apply<V: Lanes>(&self, x: &mut [V; 6]) -> V;
}

/// Applies a [`LaneTransform`] to all groups of a batch, in place: the body of [`Coordinates::transform`].
///
/// # Panics
/// With more than six variables before or after.
pub fn transform_lanes<T: LaneTransform>(transform: &T, columns: &mut Columns) {
    assert!(
        transform.axes().len() <= 6 && transform.dim() <= 6,
        "a transform over lanes has at most six variables before and after"
    );
    struct Six<'a, T>(&'a T);
    impl<T: LaneTransform> Groups<6> for Six<'_, T> {
        #[inline(always)]
        fn variables(&self) -> (usize, usize) {
            (self.0.axes().len(), self.0.dim())
        }
        #[inline(always)]
        fn group<V: Lanes>(&self, x: &mut [V; 6]) -> V {
            self.0.apply(x)
        }
    }
    dispatch(Run(&Six(transform), columns));
}

/// The same with up to nine variables, as three particles have.
pub(crate) trait WideTransform: Coordinates {
    /// As [`LaneTransform::apply`].
    fn apply<V: Lanes>(&self, x: &mut [V; 9]) -> V;
}

/// As [`transform_lanes`].
pub(crate) fn transform_wide<T: WideTransform>(transform: &T, columns: &mut Columns) {
    struct Nine<'a, T>(&'a T);
    impl<T: WideTransform> Groups<9> for Nine<'_, T> {
        #[inline(always)]
        fn variables(&self) -> (usize, usize) {
            (self.0.axes().len(), self.0.dim())
        }
        #[inline(always)]
        fn group<V: Lanes>(&self, x: &mut [V; 9]) -> V {
            self.0.apply(x)
        }
    }
    dispatch(Run(&Nine(transform), columns));
}

/// What is done to a group of eight points with at most N variables.
trait Groups<const N: usize> {
    /// Variables before, and after.
    fn variables(&self) -> (usize, usize);

    fn group<V: Lanes>(&self, x: &mut [V; N]) -> V;
}

struct Run<'a, T, const N: usize>(&'a T, &'a mut Columns);

impl<T: Groups<N>, const N: usize> Kernel for Run<'_, T, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Run(transform, columns) = self;
        let (own, dim) = transform.variables();
        // One more than the most variables there are, for the Jacobian.
        let mut columns: [&mut [[f64; LANES]]; 10] = {
            let mut all = columns.all_lanes_mut();
            std::array::from_fn(|_| all.next().unwrap_or_default())
        };
        let groups = columns[0].len();
        let mut x = [V::splat(0.0); N];
        for group in 0..groups {
            for (x, column) in x[..own].iter_mut().zip(&columns) {
                *x = V::load(&column[group]);
            }
            let jacobian = transform.group(&mut x);
            for (x, column) in x[..dim].iter().zip(&mut columns) {
                x.store(&mut column[group]);
            }
            let product = &mut columns[own.max(dim)][group];
            (V::load(product) * jacobian).store(product);
        }
    }
}

/// The determinant of a matrix, by elimination with pivots.
#[cfg(test)]
pub(crate) fn determinant(mut m: Vec<Vec<f64>>) -> f64 {
    let mut product = 1.0;
    for k in 0..m.len() {
        let pivot = (k..m.len()).max_by(|i, j| m[*i][k].abs().total_cmp(&m[*j][k].abs())).unwrap();
        if pivot != k {
            m.swap(pivot, k);
            product = -product;
        }
        product *= m[k][k];
        let (above, below) = m.split_at_mut(k + 1);
        for row in below {
            let factor = row[k] / above[k][k];
            row.iter_mut().zip(&above[k]).skip(k).for_each(|(x, y)| *x -= factor * y);
        }
    }
    product
}

//! The box over which a function is integrated; every side may be finite, half-infinite or infinite.

use crate::Error;
use crate::batch::Columns;
use crate::coordinates::{AxisMap, Coordinates};
use std::ops::{Bound, RangeBounds};

/// A box. A side whose limits are reversed changes the sign of the integral, as in one dimension; a side
/// without length makes the integral zero. A box without sides is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    axes: Vec<AxisMap>,
    sign: f64,
    empty: bool,
}

impl Domain {
    /// The box with these limits, one pair per variable; infinities are welcome.
    ///
    /// ```
    /// use fubini_algorithms::Domain;
    /// let plane_and_a_half = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::INFINITY)])?;
    /// assert!(Domain::new(&[(0.0, f64::NAN)]).is_err() && Domain::new(&[]).is_err());
    /// # Ok::<(), fubini_algorithms::Error>(())
    /// ```
    pub fn new(limits: &[(f64, f64)]) -> Result<Self, Error> {
        if limits.is_empty() {
            return Err(Error::NoVariables { what: "domain" });
        }
        let (mut sign, mut empty) = (1.0, false);
        let mut axes = Vec::with_capacity(limits.len());
        for (axis, &(a, b)) in limits.iter().enumerate() {
            let (lo, hi) = if a <= b { (a, b) } else { (b, a) };
            if a > b {
                sign = -sign;
            }
            let refused = Error::Limits { axis, lo: a, hi: b };
            axes.push(match (lo.is_finite(), hi.is_finite()) {
                (true, true) if (hi - lo).is_finite() => AxisMap::Interval { lo, hi },
                (true, false) if hi > lo => AxisMap::Above { lo, scale: 1.0 },
                (false, true) if hi > lo => AxisMap::Below { hi, scale: 1.0 },
                (false, false) if hi > lo => AxisMap::Line { centre: 0.0, scale: 1.0 },
                _ => return Err(refused),
            });
            empty |= lo == hi;
        }
        Ok(Domain { axes, sign, empty })
    }

    /// The box with these ranges, one per variable; a range without an end goes on to infinity.
    ///
    /// ```
    /// use fubini_algorithms::Domain;
    /// use std::ops::Bound::{Included, Unbounded};
    /// assert_eq!(Domain::over([0.0..1.0, -1.0..2.0])?, Domain::new(&[(0.0, 1.0), (-1.0, 2.0)])?);
    /// assert_eq!(Domain::over([0.0.., 1.0..])?, Domain::new(&[(0.0, f64::INFINITY), (1.0, f64::INFINITY)])?);
    /// let mixed = Domain::over([(Included(0.0), Included(1.0)), (Unbounded, Unbounded)])?;
    /// assert_eq!(mixed, Domain::new(&[(0.0, 1.0), (f64::NEG_INFINITY, f64::INFINITY)])?);
    /// # Ok::<(), fubini_algorithms::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Domain::new`].
    pub fn over<R: RangeBounds<f64>>(ranges: impl IntoIterator<Item = R>) -> Result<Self, Error> {
        let end = |bound: Bound<&f64>, infinity| match bound {
            Bound::Included(x) | Bound::Excluded(x) => *x,
            Bound::Unbounded => infinity,
        };
        let limits = |range: R| (end(range.start_bound(), f64::NEG_INFINITY), end(range.end_bound(), f64::INFINITY));
        Self::new(&ranges.into_iter().map(limits).collect::<Vec<_>>())
    }

    /// The box [0, 1] in `dim` dimensions.
    pub fn unit(dim: usize) -> Self {
        Domain { axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; dim], sign: 1.0, empty: false }
    }

    /// The box [-half_side, half_side] in `dim` dimensions.
    pub fn centred(dim: usize, half_side: f64) -> Result<Self, Error> {
        Self::new(&vec![(-half_side, half_side); dim])
    }

    /// A box whose sides are covered by axis maps of one's own choosing, for instance with length scales.
    pub fn from_axes(axes: Vec<AxisMap>) -> Self {
        let empty = axes.iter().any(|axis| axis.constant_jacobian() == Some(0.0));
        Domain { axes, sign: 1.0, empty }
    }
}

impl Coordinates for Domain {
    fn name(&self) -> &'static str {
        "cartesian"
    }

    fn dim(&self) -> usize {
        self.axes.len()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn sign(&self) -> f64 {
        if self.empty { 0.0 } else { self.sign }
    }

    fn is_identity(&self) -> bool {
        true
    }

    fn transform(&self, _: &mut Columns) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::{Body, Perimetric, Prolate, ProlatePair, Spherical, Triangle, Within};
    use crate::{Cuhre, Estimate, Integrator, Options, Qmc, Stop, Target, Vegas, scalar, vector};

    fn refused(coordinates: &dyn Coordinates) -> Error {
        let f = scalar(coordinates.dim(), |_| 1.0);
        let run = |method: &dyn Integrator| method.integrate(&f, coordinates, &Options::default());
        // No comparison of errors: they hold NaN.
        let [one, two, three]: [String; 3] =
            [&Cuhre::default() as &dyn Integrator, &Qmc::default(), &Vegas::default()].map(|m| run(m).unwrap_err().to_string());
        assert!(one == two && two == three, "{one} {two} {three}");
        run(&Cuhre::default()).unwrap_err()
    }

    #[test]
    fn a_domain_without_dimensions_is_refused() {
        let none = Error::NoVariables { what: "domain" };
        assert_eq!(Domain::new(&[]).unwrap_err(), none);
        assert_eq!(refused(&Domain::unit(0)), none);
        assert_eq!(refused(&Domain::from_axes(Vec::new())), none);
    }

    #[test]
    fn maps_without_a_scale_are_refused_by_name_in_all_coordinates() {
        let good = AxisMap::Logarithmic { scale: 1.0 };
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let (bad, radius) = (AxisMap::Logarithmic { scale }, AxisMap::Above { lo: 0.0, scale });
            let all: [(&dyn Coordinates, &str, usize); 9] = [
                (&Domain::from_axes(vec![good, AxisMap::Line { centre: 0.0, scale }]), "cartesian", 1),
                (&Domain::from_axes(vec![AxisMap::Below { hi: 0.0, scale }]), "cartesian", 0),
                (&Spherical::new(2, radius), "spherical", 0),
                (&Body::new(radius), "body", 0),
                (&Perimetric::new(good, bad), "perimetric", 2),
                (&Triangle::new(good, bad), "triangle", 2),
                (&Triangle::new(bad, good), "triangle", 0),
                (&Prolate::new(1.0, bad), "prolate", 0),
                (&ProlatePair::new(1.0, good, bad), "prolate", 1),
            ];
            for (coordinates, name, axis) in all {
                let error = refused(coordinates);
                let Error::Axis { coordinates, axis: found, number: "scale", .. } = error else { panic!("{name}: {error}") };
                assert_eq!((coordinates, found), (name, axis));
                assert!(error.to_string().contains(&format!("the scale of variable {axis} is {scale}")), "{error}");
            }
            for coordinates in [&Prolate::new(scale, good) as &dyn Coordinates, &ProlatePair::new(scale, good, good)] {
                let error = refused(coordinates).to_string();
                assert!(error.contains(&format!("distance of the centres of prolate coordinates is {scale}")), "{error}");
            }
        }
        let part = Domain::new(&[(0.0, 1.0), (-1.0, 1.0), (0.0, 1.0)]).unwrap();
        assert!(matches!(refused(&Within::new(Prolate::new(0.0, good), part).unwrap()), Error::Setting { .. }));
    }

    #[test]
    fn a_volume_beyond_doubles_is_refused_and_none_is_zero() {
        let box_of = |side: f64| Domain::new(&[(0.0, side); 2]).unwrap();
        assert_eq!(refused(&box_of(1e-200)), Error::Volume { volume: 0.0 });
        assert_eq!(refused(&box_of(1e200)), Error::Volume { volume: f64::INFINITY });
        let none = Domain::new(&[(0.0, 1e200), (3.0, 3.0)]).unwrap();
        let report = Cuhre::default().integrate(&scalar(2, |_| 1.0), &none, &Options::default()).unwrap();
        assert_eq!((report.integrals[0], report.converged()), (Estimate::default(), true));
        let f = vector(2, 2, |_, y| y.fill(1.0));
        let report = Cuhre::default().integrate(&f, &none, &Options::default().ratio(0, 1)).unwrap();
        assert!(report.stop == Stop::Roundoff && report.ratios[0].value.is_nan(), "0/0 has met no tolerance");
        let report = Cuhre::default().integrate(&f, &none, &Options::default().ratio(0, 1).target(Target::Each)).unwrap();
        assert_eq!(report.stop, Stop::Converged);
    }
}

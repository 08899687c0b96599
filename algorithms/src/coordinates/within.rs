//! Coordinates restricted to a box of their own variables.

use super::{AxisMap, Coordinates};
use crate::batch::Columns;
use crate::{Domain, Error};

/// Other coordinates, integrated over a part of their range: for instance a spherical shell.
///
/// ```
/// use fubini_algorithms::coordinates::{AxisMap, Spherical, Within};
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
/// use std::f64::consts::{PI, TAU};
/// // The volume of the shell between the radii 1 and 2.
/// let space = Spherical::new(1, AxisMap::Logarithmic { scale: 1.0 });
/// let shell = Within::new(space, Domain::new(&[(1.0, 2.0), (-1.0, 1.0), (0.0, TAU)])?)?;
/// let report = Cuhre::default().integrate(&scalar(3, |_| 1.0), &shell, &Options::default())?;
/// assert!((report.integrals[0].value - 28.0 * PI / 3.0).abs() <= 1e-9);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Within<C> {
    coordinates: C,
    domain: Domain,
}

impl<C: Coordinates> Within<C> {
    /// Restricts `coordinates` to `domain`, a box in the coordinates' own variables.
    pub fn new(coordinates: C, domain: Domain) -> Result<Self, Error> {
        let (own, given) = (coordinates.axes().len(), domain.axes().len());
        if own != given {
            return Err(Error::Dimension { integrand: own, what: "domain", given });
        }
        Ok(Within { coordinates, domain })
    }
}

impl<C: Coordinates> Coordinates for Within<C> {
    fn name(&self) -> &'static str {
        self.coordinates.name()
    }

    fn dim(&self) -> usize {
        self.coordinates.dim()
    }

    fn axes(&self) -> &[AxisMap] {
        self.domain.axes()
    }

    fn sign(&self) -> f64 {
        self.coordinates.sign() * self.domain.sign()
    }

    fn check(&self) -> Result<(), Error> {
        self.coordinates.check()
    }

    fn is_identity(&self) -> bool {
        self.coordinates.is_identity()
    }

    fn transform(&self, columns: &mut Columns) {
        self.coordinates.transform(columns);
    }
}

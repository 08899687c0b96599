//! Coordinates of which is known how much of an integral rounding hides.

use super::{AxisMap, Coordinates};
use crate::Error;
use crate::batch::Columns;

/// Other coordinates with a coarser [resolution](Coordinates::resolution): next to a singularity of the integrand lies so much of the
/// integral nearer than numbers can tell.
///
/// ```
/// use fubini_algorithms::coordinates::Resolved;
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
/// // Of (x − 0.3)^(−0.9) a fiftieth lies nearer to 0.3 than rounding.
/// let f = scalar(1, |x| (x[0] - 0.3f64).abs().powf(-0.9));
/// let report = Cuhre::default().integrate(&f, &Resolved::new(Domain::unit(1), 0.02), &Options::default())?;
/// let (value, error) = (report.integrals[0].value, report.integrals[0].error);
/// assert!(!report.converged() && (value - (0.3f64.powf(0.1) + 0.7f64.powf(0.1)) / 0.1).abs() <= error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resolved<C> {
    coordinates: C,
    resolution: f64,
}

impl<C: Coordinates> Resolved<C> {
    /// These coordinates, with this part of an integral as what rounding may change of it.
    pub fn new(coordinates: C, resolution: f64) -> Self {
        Resolved { resolution: resolution.max(coordinates.resolution()), coordinates }
    }
}

impl<C: Coordinates> Coordinates for Resolved<C> {
    fn name(&self) -> &'static str {
        self.coordinates.name()
    }

    fn dim(&self) -> usize {
        self.coordinates.dim()
    }

    fn axes(&self) -> &[AxisMap] {
        self.coordinates.axes()
    }

    fn sign(&self) -> f64 {
        self.coordinates.sign()
    }

    fn check(&self) -> Result<(), Error> {
        self.coordinates.check()
    }

    fn is_identity(&self) -> bool {
        self.coordinates.is_identity()
    }

    fn cuts(&self) -> Vec<(usize, f64)> {
        self.coordinates.cuts()
    }

    fn resolution(&self) -> f64 {
        self.resolution
    }

    fn locate(&self, hint: &[f64]) -> Option<Vec<f64>> {
        self.coordinates.locate(hint)
    }

    fn is_void(&self, hint: &[f64]) -> bool {
        self.coordinates.is_void(hint)
    }

    fn named(&self, point: Vec<f64>) -> Vec<f64> {
        self.coordinates.named(point)
    }

    fn transform(&self, columns: &mut Columns) {
        self.coordinates.transform(columns);
    }
}

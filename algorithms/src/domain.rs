//! The box over which a function is integrated; every side may be finite, half-infinite or infinite.

use crate::Error;
use crate::batch::Columns;
use crate::coordinates::{AxisMap, Coordinates};

/// A box. A side whose limits are reversed changes the sign of the integral, as in one dimension; a side
/// without length makes the integral zero.
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
    /// assert!(Domain::new(&[(0.0, f64::NAN)]).is_err());
    /// # Ok::<(), fubini_algorithms::Error>(())
    /// ```
    pub fn new(limits: &[(f64, f64)]) -> Result<Self, Error> {
        let (mut sign, mut empty) = (1.0, limits.is_empty());
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

    /// The box [0, 1] in `dim` dimensions.
    pub fn unit(dim: usize) -> Self {
        Domain { axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; dim], sign: 1.0, empty: dim == 0 }
    }

    /// The box [-half_side, half_side] in `dim` dimensions.
    pub fn centred(dim: usize, half_side: f64) -> Result<Self, Error> {
        Self::new(&vec![(-half_side, half_side); dim])
    }

    /// A box whose sides are covered by axis maps of one's own choosing, for instance with length scales.
    pub fn from_axes(axes: Vec<AxisMap>) -> Self {
        let empty = axes.is_empty();
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

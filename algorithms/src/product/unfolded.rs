//! Coordinates that keep all digits near both ends of a side.
//!
//! A float next to 1 is known to 10⁻¹⁶, too coarse for the nodes of a rule that crowd there. Here a place on a side is a number s whose
//! absolute value is the distance from the nearer end, and whose sign says which: u = s, or u = 1 + s if the sign bit is set.

use crate::Error;
use crate::batch::Columns;
use crate::coordinates::{AxisMap, Coordinates};

/// Coordinates whose sides are given by distances from their ends.
pub(super) struct Unfolded<'a> {
    inner: &'a dyn Coordinates,
    axes: Vec<AxisMap>,
}

impl<'a> Unfolded<'a> {
    pub(super) fn new(inner: &'a dyn Coordinates) -> Self {
        Unfolded { inner, axes: vec![AxisMap::Interval { lo: 0.0, hi: 1.0 }; inner.axes().len()] }
    }
}

/// The place with distances `low` and `high` from the two ends of the side.
pub(super) fn place(low: f64, high: f64) -> f64 {
    if low <= high { low } else { -high }
}

/// Where on the side of length 1 a place is.
pub(super) fn position(s: f64) -> f64 {
    if s.is_sign_negative() { 1.0 + s } else { s }
}

impl Coordinates for Unfolded<'_> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn axes(&self) -> &[AxisMap] {
        &self.axes
    }

    fn sign(&self) -> f64 {
        self.inner.sign()
    }

    fn check(&self) -> Result<(), Error> {
        self.inner.check()
    }

    fn resolution(&self) -> f64 {
        self.inner.resolution()
    }

    fn named(&self, point: Vec<f64>) -> Vec<f64> {
        self.inner.named(point)
    }

    fn transform(&self, columns: &mut Columns) {
        let jacobian = self.dim().max(self.axes.len());
        for (d, map) in self.inner.axes().iter().enumerate() {
            let (column, product) = columns.two_lanes_mut(d, jacobian);
            for (s, product) in column.as_flattened_mut().iter_mut().zip(product.as_flattened_mut()) {
                let (x, dx) = unfold(map, *s);
                *s = x;
                *product *= dx;
            }
        }
        self.inner.transform(columns);
    }
}

/// At which ends of a side distances keep all their digits.
pub(super) fn is_exact(map: &AxisMap) -> [bool; 2] {
    match *map {
        AxisMap::Interval { lo, hi } => [lo == 0.0, hi == 0.0],
        AxisMap::Above { lo, .. } => [lo == 0.0, true],
        AxisMap::Below { hi, .. } => [true, hi == 0.0],
        AxisMap::Line { .. } | AxisMap::Logarithmic { .. } => [true; 2],
    }
}

/// Whether both ends of the side are finite.
pub(super) fn is_bounded(map: &AxisMap) -> bool {
    matches!(map, AxisMap::Interval { .. })
}

/// x and dx/du at a place: the maps of [`AxisMap`], from either end.
#[inline]
fn unfold(map: &AxisMap, s: f64) -> (f64, f64) {
    let (t, upper) = (s.abs(), s.is_sign_negative());
    let far = 1.0 - t;
    match *map {
        AxisMap::Interval { lo, hi } => (if upper { hi - (hi - lo) * t } else { lo + (hi - lo) * t }, hi - lo),
        AxisMap::Above { lo, scale } if upper => (lo + scale * far / t, scale / t / t),
        AxisMap::Above { lo, scale } => (lo + scale * t / far, scale / far / far),
        AxisMap::Below { hi, scale } if upper => (hi - scale * t / far, scale / far / far),
        AxisMap::Below { hi, scale } => (hi - scale * far / t, scale / t / t),
        AxisMap::Line { centre, scale } => {
            let (c, r) = (if upper { far - t } else { t - far }, (4.0 * t * far).recip());
            (centre + scale * (c * r), 2.0 * (c * c + 1.0) * (scale * r) * r)
        }
        AxisMap::Logarithmic { scale } if upper => (-scale * t.ln(), scale / t),
        AxisMap::Logarithmic { scale } => (-scale * (-t).ln_1p(), scale / far),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_maps_and_keep_their_digits_at_both_ends() {
        let maps = [
            AxisMap::Interval { lo: -1.0, hi: 3.0 },
            AxisMap::Above { lo: 2.0, scale: 0.5 },
            AxisMap::Below { hi: -1.0, scale: 2.0 },
            AxisMap::Line { centre: 1.0, scale: 3.0 },
            AxisMap::Logarithmic { scale: 0.25 },
        ];
        for map in maps {
            for k in 1..64 {
                let u = f64::from(k) / 64.0;
                let (found, expected) = (unfold(&map, place(u, 1.0 - u)), map.at(u));
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-13 * b.abs().max(1.0);
                assert!(close(found.0, expected.0) && close(found.1, expected.1), "{map:?} at {u}: {found:?} {expected:?}");
                assert!((position(place(u, 1.0 - u)) - u).abs() < 1e-15);
            }
        }
        let (x, dx) = unfold(&AxisMap::Above { lo: 0.0, scale: 1.0 }, -1e-100);
        assert!((x / 1e100 - 1.0).abs() < 1e-14 && (dx / 1e200 - 1.0).abs() < 1e-14);
    }
}

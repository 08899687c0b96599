//! Maps of one side of the unit cube to an interval, a half-line or the line.

use crate::batch::Columns;
use crate::simd::{F64x8, Kernel, Lanes, dispatch};
use serde::{Deserialize, Serialize};

/// A monotonic map of (0, 1) to one side of a box.
///
/// The algebraic maps suit any decay, algebraic tails included; `scale` is the distance from the end (or
/// the centre) within which about half of the nodes fall. The logarithmic one suits exponential decay. A scale that is not
/// a finite number above 0 is refused by every integrator.
///
/// ```
/// use fubini_algorithms::coordinates::AxisMap;
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
/// let decay = scalar(1, |x| x[0] * (-x[0] / 3.0).exp());
/// let domain = Domain::from_axes(vec![AxisMap::Logarithmic { scale: 3.0 }]);
/// let report = Cuhre::default().integrate(&decay, &domain, &Options::default())?;
/// assert!((report.integrals[0].value - 9.0).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum AxisMap {
    /// x = lo + (hi − lo) u.
    Interval {
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// x = lo + scale · u / (1 − u), from `lo` to infinity.
    Above {
        /// Lower end.
        lo: f64,
        /// Length scale.
        scale: f64,
    },
    /// x = hi − scale · (1 − u) / u, from minus infinity to `hi`.
    Below {
        /// Upper end.
        hi: f64,
        /// Length scale.
        scale: f64,
    },
    /// x = centre + scale · t / (1 − t²) with t = 2u − 1: the whole line.
    Line {
        /// Centre of symmetry.
        centre: f64,
        /// Length scale.
        scale: f64,
    },
    /// x = −scale · ln(1 − u), from 0 to infinity: turns exp(−k x / scale) dx into (1 − u)^(k−1) du.
    Logarithmic {
        /// Length scale.
        scale: f64,
    },
}

/// A number of a map that makes no interval of a side of the cube: its name, its value and what would do.
pub(crate) type Flaw = (&'static str, f64, &'static str);

impl AxisMap {
    /// What is wrong with the numbers of this map, if anything is.
    pub(crate) fn flaw(&self) -> Option<Flaw> {
        let ends = |name, value: f64| (!value.is_finite()).then_some((name, value, "a finite number"));
        let scaled = |scale: f64| (!(scale > 0.0 && scale.is_finite())).then_some(("scale", scale, "a finite number above 0"));
        match *self {
            AxisMap::Interval { lo, hi } => ends("lower limit", lo).or(ends("upper limit", hi)).or(ends("length", hi - lo)),
            AxisMap::Above { lo, scale } => ends("lower limit", lo).or(scaled(scale)),
            AxisMap::Below { hi, scale } => ends("upper limit", hi).or(scaled(scale)),
            AxisMap::Line { centre, scale } => ends("centre", centre).or(scaled(scale)),
            AxisMap::Logarithmic { scale } => scaled(scale),
        }
    }

    /// The Jacobian where it does not depend on u.
    pub(crate) fn constant_jacobian(&self) -> Option<f64> {
        match *self {
            AxisMap::Interval { lo, hi } => Some(hi - lo),
            _ => None,
        }
    }

    /// By how much coordinates are rounded where they are largest, in units of the side or of the length scale.
    pub(crate) fn coarseness(&self) -> f64 {
        let rounding = |x: f64| 0.5 * f64::EPSILON * x.abs();
        match *self {
            AxisMap::Interval { lo, hi } => rounding(lo.abs().max(hi.abs())) / (hi - lo).abs(),
            AxisMap::Above { lo, scale } => rounding(lo) / scale,
            AxisMap::Below { hi, scale } => rounding(hi) / scale,
            AxisMap::Line { centre, scale } => rounding(centre) / scale,
            AxisMap::Logarithmic { .. } => 0.0,
        }
    }

    /// Whether points near u = 0 keep all their digits, so that a singularity there can be approached without limit.
    pub(crate) fn is_exact_near_zero(&self) -> bool {
        matches!(*self, AxisMap::Interval { lo: 0.0, .. } | AxisMap::Above { lo: 0.0, .. })
    }

    /// The u that is mapped to `x`, or `None` if none is.
    pub(crate) fn inverse(&self, x: f64) -> Option<f64> {
        let u = match *self {
            AxisMap::Interval { lo, hi } => (x - lo) / (hi - lo),
            AxisMap::Above { lo, scale } => (x - lo) / (x - lo + scale),
            AxisMap::Below { hi, scale } => scale / (hi - x + scale),
            AxisMap::Line { centre, scale } => {
                // s = t / (1 − t²) has the root t = 2s / (1 + √(1 + 4s²)) in (−1, 1).
                let s = (x - centre) / scale;
                0.5 + s / (1.0 + (1.0 + 4.0 * s * s).sqrt())
            }
            AxisMap::Logarithmic { scale } => -(-x / scale).exp_m1(),
        };
        (0.0..=1.0).contains(&u).then_some(u)
    }

    /// x and dx/du of one number, for an interval as well.
    pub(crate) fn at(&self, u: f64) -> (f64, f64) {
        let (x, dx) = self.apply(F64x8::splat(u));
        (x.to_array()[0], dx.to_array()[0] * self.constant_jacobian().unwrap_or(1.0))
    }

    /// x and dx/du; for an interval the Jacobian is left to [`AxisMap::constant_jacobian`].
    #[inline(always)]
    pub(crate) fn apply<V: Lanes>(&self, u: V) -> (V, V) {
        let one = V::splat(1.0);
        match *self {
            AxisMap::Interval { lo, hi } => (u.mul_add(V::splat(hi - lo), V::splat(lo)), one),
            AxisMap::Above { lo, scale } => {
                let (scale, r) = (V::splat(scale), (one - u).recip());
                ((scale * u).mul_add(r, V::splat(lo)), scale * r * r)
            }
            AxisMap::Below { hi, scale } => {
                let (scale, r) = (V::splat(scale), u.recip());
                (V::splat(hi) - scale * (one - u) * r, scale * r * r)
            }
            AxisMap::Line { centre, scale } => {
                // 1 − t² = 4 u (1 − u), without cancellation at the ends.
                let t = u + u - one;
                let r = (V::splat(4.0) * u * (one - u)).recip();
                let sr = V::splat(scale) * r;
                (t.mul_add(sr, V::splat(centre)), V::splat(2.0) * t.mul_add(t, one) * sr * r)
            }
            AxisMap::Logarithmic { scale } => {
                let (scale, v) = (V::splat(scale), one - u);
                // ln(1 − u) rather than ln_1p: the absolute error of x is below one ulp of the scale.
                (-(scale * v.ln()), scale * v.recip())
            }
        }
    }
}

/// Maps the columns of the unit cube in place; with `jacobian`, a factor and a column, writes the product of the
/// Jacobians and the factor to the column.
pub(crate) fn map_axes(axes: &[AxisMap], jacobian: Option<(f64, usize)>, columns: &mut Columns) {
    if let Some((factor, column)) = jacobian {
        columns.lanes_mut(column).as_flattened_mut().fill(factor);
    }
    for (d, axis) in axes.iter().enumerate() {
        // The unit interval stays as it is.
        if *axis != (AxisMap::Interval { lo: 0.0, hi: 1.0 }) {
            dispatch(MapAxis { axis: *axis, d, jacobian: jacobian.map(|(_, column)| column), columns });
        }
    }
}

struct MapAxis<'a> {
    axis: AxisMap,
    d: usize,
    jacobian: Option<usize>,
    columns: &'a mut Columns,
}

impl Kernel for MapAxis<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let MapAxis { axis, d, jacobian, columns } = self;
        let Some(jacobian) = jacobian else {
            return columns.lanes_mut(d).iter_mut().for_each(|u| axis.apply(V::load(u)).0.store(u));
        };
        let (column, product) = columns.two_lanes_mut(d, jacobian);
        for (u, product) in column.iter_mut().zip(product) {
            let (x, dx) = axis.apply(V::load(u));
            x.store(u);
            (V::load(product) * dx).store(product);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_interval_are_named() {
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let maps = [
                AxisMap::Above { lo: 2.0, scale },
                AxisMap::Below { hi: -1.0, scale },
                AxisMap::Line { centre: 1.0, scale },
                AxisMap::Logarithmic { scale },
            ];
            for map in maps {
                let (name, value, _) = map.flaw().unwrap_or_else(|| panic!("{map:?}"));
                assert!(name == "scale" && value.to_bits() == scale.to_bits(), "{map:?}");
            }
        }
        for (map, name) in [
            (AxisMap::Interval { lo: f64::NAN, hi: 1.0 }, "lower limit"),
            (AxisMap::Interval { lo: 0.0, hi: f64::INFINITY }, "upper limit"),
            (AxisMap::Interval { lo: -1.7e308, hi: 1.7e308 }, "length"),
            (AxisMap::Above { lo: f64::NEG_INFINITY, scale: 1.0 }, "lower limit"),
            (AxisMap::Below { hi: f64::NAN, scale: 1.0 }, "upper limit"),
            (AxisMap::Line { centre: f64::NAN, scale: 1.0 }, "centre"),
        ] {
            assert_eq!(map.flaw().unwrap().0, name, "{map:?}");
        }
        // Reversed limits and a side without length make sense.
        for (lo, hi) in [(0.0, 1.0), (1.0, -1.0), (2.0, 2.0)] {
            assert_eq!(AxisMap::Interval { lo, hi }.flaw(), None);
        }
        assert_eq!(AxisMap::Logarithmic { scale: 5e-324 }.flaw(), None);
    }

    #[test]
    fn every_map_is_monotonic_and_its_jacobian_is_its_derivative() {
        let maps = [
            AxisMap::Interval { lo: -1.0, hi: 3.0 },
            AxisMap::Above { lo: 2.0, scale: 0.5 },
            AxisMap::Below { hi: -1.0, scale: 2.0 },
            AxisMap::Line { centre: 1.0, scale: 3.0 },
            AxisMap::Logarithmic { scale: 0.25 },
        ];
        let at = |map: &AxisMap, u: f64| {
            let (x, dx) = map.apply(F64x8::splat(u));
            (x.to_array()[0], dx.to_array()[0] * map.constant_jacobian().unwrap_or(1.0))
        };
        for map in maps {
            for k in 1..100 {
                let (u, h) = (f64::from(k) / 100.0, 1e-6);
                let slope = (at(&map, u + h).0 - at(&map, u - h).0) / (2.0 * h);
                let (_, dx) = at(&map, u);
                let back = map.inverse(at(&map, u).0).unwrap();
                assert!((back - u).abs() < 1e-12, "{map:?} at {u}: {back}");
                assert!(dx > 0.0 && (slope / dx - 1.0).abs() < 1e-6, "{map:?} at {u}: {slope} {dx}");
            }
        }
    }
}

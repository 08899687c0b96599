//! The error of a region for any linear combination of the components.
//!
//! With F1, F2, F3 the sizes of the null-rule levels (highest degree first) of the combination, r the larger of
//! F1/F2 and F2/F3, and V the volume: where r < 1 the levels fall off as for a smooth function, and the estimate
//! is V·K·F1, or V·max(F1, F2²/F3) for rules of degree 7; else it is V·K·max(F1, F2, F3). On top of that
//! come the face sentinels, the rounding error, and the discrepancy between a parent and the sum of its
//! children (J. Berntsen, J. Comput. Appl. Math. 25 (1989) 327, for the last; weights of our own calibration).

use super::assess::MAX_PROBES;
use super::combination::Combination;
use super::regions::Regions;
use crate::rules::{Estimator, Few, MAX_CORNER_DIM, Rule};
use crate::simd::{Kernel, LANES, Lanes, dispatch};
use crate::{ErrorLevel, Options, Target};
use std::ops::Deref;

/// Sizes of what is kept per region.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Shape {
    pub(super) dim: usize,
    pub(super) components: usize,
    /// Null rules and sentinels.
    pub(super) probes: usize,
    /// Functionals of the goal.
    pub(super) functionals: usize,
    /// Null rules of level `l` are `levels[l]..levels[l + 1]`; sentinels follow.
    pub(super) levels: [usize; 4],
}

impl Shape {
    pub(super) fn new(rule: &Rule, components: usize, functionals: usize) -> Self {
        let levels = rule.level_bounds();
        let sentinels = if rule.has_sentinels() { rule.dim() } else { 0 };
        Shape { dim: rule.dim(), components, probes: levels[3] + sentinels, functionals, levels }
    }

    /// Numbers kept of a region: the centre; per component the integral, the scale V·max|f|, and its share of the
    /// discrepancy between parent and children; per functional of the goal the error.
    pub(super) fn numbers(&self) -> usize {
        self.dim + 3 * self.components + self.functionals
    }

    /// Where among these numbers the integral of component `c` is; the scale is next.
    pub(super) fn value(&self, c: usize) -> usize {
        self.dim + 3 * c
    }

    /// Where the discrepancy of component `c` is.
    pub(super) fn discrepancy(&self, c: usize) -> usize {
        self.value(c) + 2
    }

    /// Where the error of functional `j` is.
    pub(super) fn error(&self, j: usize) -> usize {
        self.dim + 3 * self.components + j
    }
}

/// Weight of the sentinels' differences at level `Standard`, and at `Guarded`.
const SENTINEL: f64 = 0.02;
const GUARDED_SENTINEL: f64 = 0.05;
/// Weight of the discrepancy at level `Fast`. Not calibrated.
const FAST_DISCREPANCY: f64 = 0.25;

/// Factor on the null rules up to which their rounding errors are no larger than those of the rule.
const PLAIN_SMOOTH: f64 = 10.0;

/// Values are measured in units of their size, or of this where they are smaller: below 5.6e-309 a number has no reciprocal.
pub(super) const LEAST_UNIT: f64 = 1e-300;

/// Turns null-rule values into errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    shape: Shape,
    estimator: Estimator,
    /// 1 / number of points of the rule proper.
    per_point: f64,
    sentinel_weight: f64,
    factor: f64,
    /// Weight of the discrepancy between parent and children.
    discrepancy: f64,
    /// Rounding error of a region relative to V·max|f|.
    rounding: f64,
    /// See [`Few`].
    few: Few,
}

impl Judge {
    pub(super) fn new(rule: &Rule, shape: Shape, resolution: f64, options: &Options) -> Self {
        let Estimator { discrepancy, .. } = rule.estimator();
        let (sentinel_weight, factor, discrepancy) = match options.error_level {
            ErrorLevel::Fast => (0.0, 1.0, FAST_DISCREPANCY),
            // Numerator and denominator may both be wrong in ways that cancel in the estimate and not in the ratio: with
            // the plain constants one or two of a thousand random ratios exceeded their error, by 1.6 at the most.
            ErrorLevel::Standard if options.target == Target::Ratio && rule.dim() <= MAX_CORNER_DIM => (2.0 * SENTINEL, 2.0, 2.0),
            ErrorLevel::Standard => (SENTINEL, 1.0, discrepancy),
            ErrorLevel::Guarded => (GUARDED_SENTINEL, 2.0, 1.0),
        };
        Judge {
            shape,
            estimator: rule.estimator(),
            per_point: 1.0 / rule.points_of_orbits() as f64,
            sentinel_weight,
            factor,
            discrepancy,
            // Null rules have rounding errors, too.
            rounding: resolution * rule.stability() * (rule.estimator().smooth / PLAIN_SMOOTH).max(1.0),
            // Errors of ratios are ten to a hundred times too large without.
            few: match (options.error_level, options.target) {
                (ErrorLevel::Fast, _) | (_, Target::Ratio) => Few::NONE,
                _ => rule.estimator().few,
            },
        }
    }

    /// The error, without what children differ from their parent, and the part of it that is rounding error; from V·max|f|
    /// and the null rules and sentinels of a combination of components, times V.
    #[inline(always)]
    pub(super) fn weigh<V: Lanes>(&self, size: V, probes: &[V], whole: bool) -> (V, V) {
        let [_, a, b, nulls] = self.shape.levels;
        let zero = V::splat(0.0);
        // Relative to the size of the values: their squares could overflow, or vanish. The reciprocal must be finite too.
        let unit = size.max(V::splat(LEAST_UNIT));
        let (inverse, per_point) = (unit.recip(), V::splat(self.per_point));
        let f1 = unit * (sum_of_squares(&probes[..a], inverse) * per_point).sqrt();
        let f2 = unit * (sum_of_squares(&probes[a..b], inverse) * per_point).sqrt();
        let f3 = unit * (sum_of_squares(&probes[b..nulls], inverse) * per_point).sqrt();
        let largest = f1.max(f2).max(f3);
        // The whole cube has no parent to contradict it: its levels fall off by chance too easily.
        let estimate = if whole {
            largest
        } else {
            let falling = if self.estimator.extrapolate { f1.max(f2 * (f2 / f3)) } else { f1 };
            V::select(f1.lt(f2) & f2.lt(f3), falling, largest)
        };
        let estimate = estimate * V::splat(self.estimator.smooth);
        let sentinels = probes[nulls..self.shape.probes].iter().fold(zero, |sum, probe| sum + probe.abs());
        let rounding = V::splat(self.rounding) * size;
        let error = (V::splat(self.factor) * estimate).max(V::splat(self.sentinel_weight) * sentinels).max(rounding);
        // Overflow of the values: nothing is known.
        let unknown = (estimate + sentinels + rounding).is_nan();
        (V::select(unknown, V::splat(f64::INFINITY), error), rounding)
    }

    /// The factor by which the sum of the errors of so many regions is stated.
    pub(super) fn caution(&self, regions: usize) -> f64 {
        let share = regions as f64 / self.few.many;
        1.0 + self.few.more / (1.0 + share * share)
    }

    /// See [`Estimator::odd`].
    #[inline(always)]
    pub(super) fn odd(&self) -> f64 {
        self.estimator.odd
    }

    /// The rounding error of values that add up to `size` in absolute terms.
    pub(super) fn rounding_of(&self, size: f64) -> f64 {
        self.rounding * size
    }

    /// An error, and what the difference between children and their parent adds to it.
    #[inline(always)]
    pub(super) fn with_discrepancy<V: Lanes>(&self, error: V, discrepancy: V) -> V {
        let error = error + V::splat(self.discrepancy) * discrepancy.abs();
        V::select(error.is_nan(), V::splat(f64::INFINITY), error)
    }

    /// The errors of Σ g_c I_c in the regions from `first` on, as many as there are lanes; `alone` where the only region is
    /// the whole cube.
    pub(super) fn errors<W: Deref<Target = [u64]>>(
        &self,
        regions: &Regions<W>,
        first: usize,
        g: &Combination,
        alone: bool,
    ) -> [f64; LANES] {
        dispatch(Errors { judge: self, regions, first, g, alone })
    }
}

/// See [`Judge::errors`].
struct Errors<'a, W> {
    judge: &'a Judge,
    regions: &'a Regions<W>,
    first: usize,
    g: &'a Combination,
    alone: bool,
}

impl<W: Deref<Target = [u64]>> Kernel for Errors<'_, W> {
    type Output = [f64; LANES];

    #[inline(always)]
    fn run<V: Lanes>(self) -> [f64; LANES] {
        let Errors { judge, regions, first, g, alone } = self;
        let width = judge.shape.probes;
        let (mut discrepancy, mut size) = ([0.0; LANES], [0.0; LANES]);
        let mut probes = [[0.0; LANES]; MAX_PROBES];
        for (lane, i) in (first..regions.len()).take(LANES).enumerate() {
            let kept = regions.probes(i);
            for (c, g) in g.terms() {
                let [_, scale, share] = regions.sums(i, c);
                let scaled = g * scale;
                size[lane] += scaled.abs();
                discrepancy[lane] += g * share;
                for (sum, probe) in probes.iter_mut().zip(&kept[c * width..(c + 1) * width]) {
                    sum[lane] += scaled * f64::from(*probe);
                }
            }
        }
        let mut lanes = [V::splat(0.0); MAX_PROBES];
        lanes.iter_mut().zip(&probes[..width]).for_each(|(lanes, probe)| *lanes = V::load(probe));
        let (errors, _) = judge.weigh(V::load(&size), &lanes, alone);
        judge.with_discrepancy(errors, V::load(&discrepancy)).to_array()
    }
}

#[inline(always)]
fn sum_of_squares<V: Lanes>(probes: &[V], scale: V) -> V {
    probes.iter().fold(V::splat(0.0), |sum, probe| {
        let x = *probe * scale;
        x.mul_add(x, sum)
    })
}

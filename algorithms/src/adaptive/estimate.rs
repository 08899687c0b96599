//! The error of a region for any linear combination of the components.
//!
//! With F1, F2, F3 the sizes of the null-rule levels (highest degree first) of the combination, r the larger of
//! F1/F2 and F2/F3, and V the volume: where r < 1 the levels fall off as for a smooth function, and the estimate
//! is V·K·F1, or V·max(F1, F2²/F3) for rules of degree 7; else it is V·K·max(F1, F2, F3). On top of that
//! come the face sentinels, the rounding error, and the discrepancy between a parent and the sum of its
//! children (J. Berntsen, J. Comput. Appl. Math. 25 (1989) 327, for the last; weights of our own calibration).

use super::goal::Goal;
use super::regions::Regions;
use crate::rules::{Estimator, MAX_CORNER_DIM, Orbit, Rule};
use crate::{ErrorLevel, Options, Target};

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
}

/// Weight of the sentinels' differences at level `Standard`, and at `Guarded`.
const SENTINEL: f64 = 0.02;
const GUARDED_SENTINEL: f64 = 0.05;
/// Weight of the discrepancy at level `Fast`. Not calibrated.
const FAST_DISCREPANCY: f64 = 0.25;

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
}

impl Judge {
    pub(super) fn new(rule: &Rule, shape: Shape, options: &Options) -> Self {
        let Estimator { discrepancy, .. } = rule.estimator();
        let (sentinel_weight, factor, discrepancy) = match options.error_level {
            ErrorLevel::Fast => (0.0, 1.0, FAST_DISCREPANCY),
            // Numerator and denominator may both be wrong in ways that cancel in the estimate and not in the ratio: with
            // the plain constants one or two of a thousand random ratios exceeded their error, by 1.6 at the most.
            ErrorLevel::Standard if options.target == Target::Ratio && rule.dim() <= MAX_CORNER_DIM => (2.0 * SENTINEL, 2.0, 2.0),
            ErrorLevel::Standard => (SENTINEL, 1.0, discrepancy),
            ErrorLevel::Guarded => (GUARDED_SENTINEL, 2.0, 1.0),
        };
        let points: usize = rule.orbits().iter().map(Orbit::len).sum();
        Judge {
            shape,
            estimator: rule.estimator(),
            per_point: 1.0 / points as f64,
            sentinel_weight,
            factor,
            discrepancy,
            rounding: f64::EPSILON * rule.stability(),
        }
    }

    /// The error of Σ g_c I_c in region `i`, and the part of it that is rounding error.
    pub(super) fn error(&self, regions: &Regions, i: usize, g: &[f64]) -> (f64, f64) {
        let [_, a, b, nulls] = self.shape.levels;
        let (probes, width) = (regions.probes(i), self.shape.probes);
        let (mut discrepancy, mut size) = (0.0, 0.0);
        let mut combined = [0.0; 32];
        let combined = &mut combined[..width];
        for (c, &g) in g.iter().enumerate() {
            if g == 0.0 {
                continue;
            }
            let [_, scale, share] = regions.sums(i, c);
            let scaled = g * scale;
            size += scaled.abs();
            discrepancy += g * share;
            for (sum, probe) in combined.iter_mut().zip(&probes[c * width..(c + 1) * width]) {
                *sum += scaled * f64::from(*probe);
            }
        }
        let level = |range: std::ops::Range<usize>| -> f64 {
            // Relative to the size of the values: their squares could overflow, or vanish.
            size * (combined[range].iter().map(|x| (x / size).powi(2)).sum::<f64>() * self.per_point).sqrt()
        };
        let (f1, f2, f3) = if size > 0.0 { (level(0..a), level(a..b), level(b..nulls)) } else { (0.0, 0.0, 0.0) };
        // The whole cube has no parent to contradict it: its levels fall off by chance too easily.
        let whole = regions.levels(i).iter().all(|level| *level == 0);
        let smooth = f1 < f2 && f2 < f3 && !whole;
        let estimate = match self.estimator {
            Estimator { smooth: k, .. } if !smooth => k * f1.max(f2).max(f3),
            Estimator { smooth: k, extrapolate: true, .. } => k * f1.max(f2 * (f2 / f3)),
            Estimator { smooth: k, .. } => k * f1,
        };
        let sentinels: f64 = combined[nulls..].iter().map(|x| x.abs()).sum();
        let rounding = self.rounding * size;
        let error =
            (self.factor * estimate).max(self.sentinel_weight * sentinels).max(rounding) + self.discrepancy * discrepancy.abs();
        // Overflow of the values: nothing is known.
        (if error.is_nan() { f64::INFINITY } else { error }, rounding)
    }

    /// Errors of all functionals of the goal in region `i`; whether they are all rounding error.
    pub(super) fn judge(&self, regions: &mut Regions, i: usize, goal: &Goal) -> bool {
        let mut only_rounding = true;
        for (j, functional) in goal.functionals().iter().enumerate() {
            let (error, rounding) = self.error(regions, i, &functional.weights);
            regions.errors_mut(i)[j] = error;
            only_rounding &= error <= 2.0 * rounding;
        }
        only_rounding
    }
}

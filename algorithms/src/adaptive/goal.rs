//! What is to be found, how well, and how far a set of regions is from it.
//!
//! A goal is a list of linear functionals of the integrals, each with a tolerance. For [`Target::Each`] these are
//! the components. For a ratio E = N/D it is the combination (N − E·D)/|D|, whose error is the error of E to first
//! order, and the denominator itself, which must be known to a few per cent for that to make sense.

use super::combination::Combination;
use super::sum::Sum;
use crate::{Estimate, Options, Ratio, Target};
use serde::{Deserialize, Serialize};

/// One linear functional of the integrals.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Functional {
    pub(super) combination: Combination,
    /// The error that is allowed: what was asked for, or what rounding leaves to be had.
    pub(super) tolerance: f64,
    /// The error that was asked for.
    asked: f64,
    /// 1 / tolerance, or a finite stand-in where the tolerance is zero.
    pub(super) urgency: f64,
}

/// All functionals of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Goal {
    functionals: Vec<Functional>,
}

/// Largest relative error of a denominator with which a ratio may be reported as converged.
const DENOMINATOR_RTOL: f64 = 0.05;
/// Regions below which nothing is believed: a rule applied to one region can miss everything.
const MIN_REGIONS: usize = 4;
/// Points below which nothing is believed either: rules of few points see little in few regions. A choice.
const MIN_POINTS: usize = 500;
/// The same for ratios, where the errors of numerator and denominator nearly cancel in a single region.
const MIN_REGIONS_RATIO: usize = 24;

/// Rounding errors of a sum below which no error is asked for: every region states its own at least, and some are refined no
/// further at twice that.
const ROUNDINGS: f64 = 4.0;

/// Part of the tolerance that an error is stated as at least. A jump or a kink closer to a face than any node leaves rules
/// that are exact on both sides with nothing but rounding; who asked for two digits has not paid for a look so close that
/// sixteen could be claimed.
const LEAST_CLAIM: f64 = 1e-3;

/// An error to state for `value`: not much less than was asked for.
pub(crate) fn stated(options: &Options, value: f64, error: f64) -> Estimate {
    Estimate { value, error: error.max(LEAST_CLAIM * options.tolerance(value).min(value.abs())) }
}

/// Number of functionals for these options.
pub(super) fn functionals(options: &Options, components: usize) -> usize {
    match options.target {
        Target::Each => components,
        Target::Ratio => 2 * options.ratios.len(),
    }
}

/// Number of regions of so many points below which a run does not stop.
pub(super) fn min_regions(options: &Options, points: usize) -> usize {
    let least = match options.target {
        Target::Each => MIN_REGIONS,
        Target::Ratio => MIN_REGIONS_RATIO,
    };
    least.max(MIN_POINTS.div_ceil(points))
}

impl Goal {
    /// The goal as it looks from the integrals known so far, and from the rounding errors in them; errors of functional
    /// `j` will be stated `caution(j)` times as large.
    pub(super) fn new(options: &Options, values: &[f64], roundings: &[f64], caution: impl Fn(usize) -> f64) -> Self {
        let functionals = match options.target {
            Target::Each => (0..values.len())
                .map(|c| {
                    let tolerance = options.tolerance_of(c, |c| values[c]);
                    Functional::new(Combination::component(c, 1.0), tolerance, values[c])
                })
                .collect(),
            Target::Ratio => options
                .ratios
                .iter()
                .flat_map(|&Ratio { numerator, denominator }| {
                    let d = values[denominator];
                    let size = if d == 0.0 { 1.0 } else { d.abs() };
                    let ratio = if d == 0.0 { 0.0 } else { values[numerator] / d };
                    let linear = Combination::component(numerator, 1.0 / size).plus(denominator, -ratio / size);
                    [
                        Functional::new(linear, options.tolerance(ratio), ratio),
                        Functional::new(Combination::component(denominator, 1.0 / size), DENOMINATOR_RTOL, 1.0),
                    ]
                })
                .collect(),
        };
        let mut goal = Goal { functionals };
        for (j, functional) in goal.functionals.iter_mut().enumerate() {
            let rounding: f64 = functional.terms().map(|(c, weight)| weight.abs() * roundings[c]).sum();
            functional.tighten(caution(j));
            functional.allow(ROUNDINGS * rounding);
        }
        goal
    }

    /// By how many tolerances the goal moves at most where the integral of a component does by one, per component.
    pub(super) fn sensitivity(&self, components: usize) -> Vec<f64> {
        let mut sensitivity = vec![0.0; components];
        for functional in &self.functionals {
            for (c, weight) in functional.terms() {
                sensitivity[c] = f64::max(sensitivity[c], functional.urgency * weight.abs());
            }
        }
        sensitivity
    }

    /// Whether the errors that are met are those that were asked for, or larger ones that rounding leaves.
    pub(super) fn met_as_asked(&self, errors: &[Sum]) -> bool {
        self.functionals.iter().zip(errors).all(|(f, e)| e.value() <= f.asked)
    }

    /// Whether refining more would change nothing: errors that can never fall exceed what is allowed, and are half of all.
    pub(super) fn is_out_of_reach(&self, errors: &[Sum], frozen: &[Sum]) -> bool {
        let sums = errors.iter().zip(frozen).map(|(error, frozen)| (error.value(), frozen.value()));
        let mut unmet = self.functionals.iter().zip(sums).filter(|(f, (error, _))| *error > f.tolerance).peekable();
        unmet.peek().is_some() && unmet.all(|(f, (error, frozen))| frozen > f.tolerance && error <= 2.0 * frozen)
    }

    /// Whether this goal, read from somewhere, is one for so many functionals of so many components.
    pub(super) fn is_sound(&self, functionals: usize, components: usize) -> bool {
        self.functionals.len() == functionals && self.functionals.iter().all(|f| f.combination.is_sound(components))
    }

    pub(super) fn functionals(&self) -> &[Functional] {
        &self.functionals
    }

    /// How urgent it is to refine a region with these errors.
    pub(super) fn key(&self, errors: &[f64]) -> f64 {
        let keys = self.functionals.iter().zip(errors).map(|(f, e)| f.urgency * e);
        keys.fold(0.0, f64::max)
    }

    /// Largest error as a multiple of its tolerance.
    pub(super) fn excess(&self, errors: &[Sum]) -> f64 {
        let excess = |(f, e): (&Functional, &Sum)| {
            let error = e.value();
            if error <= f.tolerance {
                error / f.tolerance.max(f64::MIN_POSITIVE)
            } else {
                (error / f.tolerance).max(1.0 + f64::EPSILON)
            }
        };
        self.functionals.iter().zip(errors).map(excess).fold(0.0, f64::max)
    }

    /// Whether every error is within its tolerance.
    pub(super) fn met(&self, errors: &[Sum]) -> bool {
        self.excess(errors) <= 1.0
    }

    /// Whether errors judged by `self` would look different judged by `new`: the tolerances have moved by a
    /// tenth, or a ratio by a tenth of its error.
    pub(super) fn is_outdated_by(&self, new: &Goal, errors: &[Sum]) -> bool {
        self.functionals.iter().zip(&new.functionals).zip(errors).any(|((old, new), error)| {
            let moved = |a: f64, b: f64, by: f64| (a - b).abs() > 0.1 * by;
            let scale = old.terms().fold(0.0, |m: f64, (_, weight)| m.max(weight.abs()));
            moved(old.tolerance, new.tolerance, old.tolerance)
                || old.combination.beside(&new.combination).any(|(a, b)| moved(a, b, scale * error.value().min(1.0)))
        })
    }
}

impl Functional {
    /// The components that matter, with their weights.
    #[inline(always)]
    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.combination.terms()
    }

    fn new(combination: Combination, tolerance: f64, value: f64) -> Self {
        // Where nothing is known and a relative error is asked for, components are weighed by their size.
        let stand_in = if value == 0.0 { 1.0 } else { value.abs() };
        let urgency = if tolerance > 0.0 { 1.0 / tolerance } else { 1.0 / stand_in };
        Functional { combination, tolerance, asked: tolerance, urgency: urgency.min(f64::MAX) }
    }

    /// Asks for errors a part of those that were asked for.
    fn tighten(&mut self, by: f64) {
        self.tolerance /= by;
        self.asked /= by;
        self.urgency = (self.urgency * by).min(f64::MAX);
    }

    /// Allows errors up to `least`.
    fn allow(&mut self, least: f64) {
        if least > self.tolerance {
            (self.tolerance, self.urgency) = (least, least.recip().min(f64::MAX));
        }
    }
}

/// The ratio of two integrals with a bound on its error: `combined` is that of the numerator minus the ratio
/// times the denominator.
pub(crate) fn ratio(n: Estimate, d: Estimate, combined: f64) -> Estimate {
    let (value, size, relative) = (n.value / d.value, d.value.abs(), d.error / d.value.abs());
    // |N/D − E| = |(N − E D) / D| holds exactly with the true D, which is at least |D| − error.
    let error = if relative < 0.5 {
        combined / (size * (1.0 - relative))
    } else {
        // The denominator is hardly known: twice the sum of the first-order terms, to say how little is.
        2.0 * (n.error + value.abs() * d.error) / size
    };
    Estimate { value, error: if error.is_nan() { f64::INFINITY } else { error } }
}

//! Where an integrand lives: a mixture is fitted to ever sharper powers of it.
//!
//! Points of the flat distribution see little of a narrow peak, but its tails: to a small power the integrand in the unit cube is
//! broad enough for a fit. Points of that fit see it better, and the power grows, until it is one. All points count in every fit,
//! weighted by the power over the density of all that was drawn together.
//!
//! O. Cappé, R. Douc, A. Guillin, J.-M. Marin, C. P. Robert, Stat. Comput. 18 (2008) 447 (mixtures); J.-M. Cornuet, J.-M. Marin,
//! A. Mira, C. P. Robert, Scand. J. Stat. 39 (2012) 798 (all points together); R. M. Neal, Stat. Comput. 11 (2001) 125 (powers).

use super::density::{Density, Part};
use super::fit::Cloud;
use crate::coordinates::AxisMap;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::run::PLACES;
use crate::sampling::Sample;
use crate::sampling::streams::{stream, uniform};
use crate::simd::{F64x8, LANES, Lanes};
use crate::{Error, Options};

/// Stream of the points of a round, counted down from the last.
const ROUND: u64 = u64::MAX - 64;
/// Rounds at most.
pub(super) const ROUNDS: u64 = 24;
/// Points of a round per variable and two more; the flat ones are twice as many.
const POINTS: usize = 200;
/// Points that a fit must be worth, per variable and two more.
const WORTH: f64 = 10.0;
/// The power of the integrand that has broader tails, and the share of its fit.
const ROOT: f64 = 0.5;
const TAILS: f64 = 0.2;
/// Points that a fit is made of, drawn by their weights.
const FITTED: usize = 1_200;
/// Part of the points that all are worth from which on the integrand fills the cube, and a distribution follows it well enough.
const FILLS: f64 = 0.1;
const GOOD: f64 = 0.5;
/// Sampled with so many times the points of a round.
pub(super) const SURE: usize = 4;
/// By how much a further round must better that part, and how many may not.
const GAIN: f64 = 1.1;
const MOST_IDLE: usize = 2;

/// What training leads to.
pub(super) struct Trained {
    pub(super) density: Density,
    /// Points of the unit cube at which the integrand was largest.
    pub(super) alive: Vec<Vec<f64>>,
}

/// Evaluations that training begins with, of a budget.
pub(super) fn pilot(dim: usize, budget: u64) -> usize {
    (2 * POINTS * (dim + 2)).min(usize::try_from(budget / 2).unwrap_or(usize::MAX)).max(LANES)
}

/// Points of a round at most.
pub(super) fn most(dim: usize) -> usize {
    SURE * POINTS * (dim + 2)
}

/// Fits a mixture within `budget` evaluations, or finds that the flat distribution does.
pub(super) fn train(f: &Pullback<'_>, options: &Options, budget: u64, tally: &mut Tally) -> Result<Trained, Error> {
    let mut seen = Seen::new(f, options);
    let first = Sample::sequence(f.dim(), 0, pilot(f.dim(), budget));
    seen.look(first, tally);
    tally.check(false)?;
    // Where nothing is seen, more points may see something.
    let mut start = seen.len() as u64;
    while seen.is_dark() && 4 * start < budget && !f.is_interrupted() {
        seen.look(Sample::sequence(f.dim(), start, start as usize), tally);
        start *= 2;
    }
    let (mut best, mut best_worth) = (Density::flat(), seen.worth(1.0) / seen.len() as f64);
    if best_worth > FILLS {
        return Ok(Trained { density: best, alive: seen.alive() });
    }
    let most = most(f.dim());
    let (mut count, mut idle) = (most / SURE, 0);
    for round in 0..ROUNDS {
        let is_sure = best_worth > GOOD && count == most;
        let is_spent = tally.evaluations + count as u64 > budget;
        if is_sure || is_spent || idle > MOST_IDLE || f.is_interrupted() || seen.is_dark() {
            break;
        }
        let (sizes, from) = (seen.sizes(), seen.len());
        let power = seen.power(&sizes);
        let density = seen.fit(&sizes, power);
        seen.draw(&density, count, round, tally);
        if power < 1.0 {
            continue;
        }
        // Larger samples meet what smaller ones have not.
        let worth = seen.worth_of_last(from);
        count = (2 * count).min(most);
        idle = if worth > GAIN * best_worth { 0 } else { idle + 1 };
        if worth > best_worth / GAIN || best.parts().is_empty() {
            (best, best_worth) = (density, worth);
        }
    }
    best = seen.follow(best, options, budget, tally);
    Ok(Trained { density: best, alive: seen.alive() })
}

/// All points so far.
pub(super) struct Seen<'a, 'b> {
    pub(super) f: &'a Pullback<'b>,
    seed: u64,
    workers: Workers<Workspace>,
    /// Coordinates of the unit cube, and the coordinates' own variables, point by point.
    pub(super) cube: Vec<f64>,
    own: Vec<f64>,
    /// The pulled-back integrand, point by point.
    pub(super) values: Vec<f64>,
    /// The density of the flat distribution in the own variables; zero outside of their box.
    pub(super) flat: Vec<f64>,
    /// After the flat one; and how many points were drawn of each, the flat one first.
    densities: Vec<Density>,
    pub(super) counts: Vec<usize>,
    /// Per point, the number of all points that were expected in a unit of volume there.
    expected: Vec<f64>,
}

impl<'a, 'b> Seen<'a, 'b> {
    fn new(f: &'a Pullback<'b>, options: &Options) -> Self {
        Seen {
            f,
            seed: options.seed,
            workers: Workers::of(options),
            cube: Vec::new(),
            own: Vec::new(),
            values: Vec::new(),
            flat: Vec::new(),
            densities: Vec::new(),
            counts: Vec::new(),
            expected: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.flat.len()
    }

    pub(super) fn axes(&self) -> &'a [AxisMap] {
        self.f.axes()
    }

    /// Evaluates flat points.
    fn look(&mut self, samples: Vec<Sample>, tally: &mut Tally) {
        let axes = self.axes();
        for sample in self.evaluate(samples, tally) {
            for point in sample.points.chunks(axes.len()) {
                let at = || point.iter().zip(axes).map(|(u, axis)| axis.at(*u));
                self.own.extend(at().map(|(x, _)| x));
                self.flat.push(at().map(|(_, dx)| dx.abs()).product::<f64>().recip());
            }
            self.cube.extend(sample.points);
            self.values.extend(sample.values);
        }
        self.counts = vec![self.len()];
        self.expected = self.flat.iter().map(|flat| flat * self.len() as f64).collect();
    }

    fn evaluate(&self, mut samples: Vec<Sample>, tally: &mut Tally) -> Vec<Sample> {
        let f = self.f;
        self.workers.share(&mut samples, |workspace, sample| sample.evaluate(f, workspace));
        samples.iter_mut().for_each(|sample| tally.merge(std::mem::take(&mut sample.tally)));
        samples
    }

    /// Draws points from a density and evaluates those inside of the box.
    pub(super) fn draw(&mut self, density: &Density, count: usize, round: u64, tally: &mut Tally) {
        let (dim, axes) = (self.axes().len(), self.axes());
        let mut stream = stream(self.seed, ROUND + round, 0);
        let mut cube = Vec::new();
        let mut point = vec![0.0; dim];
        for _ in 0..count {
            point.iter_mut().for_each(|u| *u = uniform(&mut stream));
            density.place(&mut point, axes);
            if let Some(flat) = Density::of_flat(point.iter().copied(), axes) {
                cube.extend(point.iter().zip(axes).map(|(x, axis)| axis.inverse(*x).unwrap_or(0.5)));
                self.own.extend_from_slice(&point);
                self.flat.push(flat);
            }
        }
        for sample in self.evaluate(Sample::of(dim, &cube), tally) {
            self.values.extend(sample.values);
        }
        self.cube.extend(cube);
        // Old points under the new density, new ones under all.
        let old = self.expected.len();
        let new: Vec<f64> = self.under(density, 0);
        self.expected.iter_mut().zip(&new).for_each(|(expected, q)| *expected += count as f64 * q);
        let mut expected: Vec<f64> = self.flat[old..].iter().map(|flat| flat * self.counts[0] as f64).collect();
        for (density, count) in self.densities.iter().zip(&self.counts[1..]) {
            expected.iter_mut().zip(self.under(density, old)).for_each(|(sum, q)| *sum += *count as f64 * q);
        }
        expected.iter_mut().zip(&new[old..]).for_each(|(sum, q)| *sum += count as f64 * q);
        self.expected.extend(expected);
        self.densities.push(density.clone());
        self.counts.push(count);
    }

    /// The density at all points from `first` on.
    pub(super) fn under(&self, density: &Density, first: usize) -> Vec<f64> {
        let dim = self.axes().len();
        let (mut columns, mut z) = (vec![F64x8::splat(0.0); dim], vec![F64x8::splat(0.0); dim]);
        let groups = self.own[first * dim..].chunks(LANES * dim).zip(self.flat[first..].chunks(LANES));
        let mut all = Vec::with_capacity(self.len() - first);
        for (points, flat) in groups {
            for (d, column) in columns.iter_mut().enumerate() {
                let mut lanes = [0.0; LANES];
                lanes.iter_mut().zip(points[d..].iter().step_by(dim)).for_each(|(lane, x)| *lane = *x);
                *column = F64x8::load(&lanes);
            }
            let densities = density.of(&columns, F64x8::load_partial(flat), &mut z).to_array();
            all.extend_from_slice(&densities[..flat.len()]);
        }
        all
    }

    /// 1 over the mean size of every component in the cube.
    pub(super) fn scales(&self) -> Vec<f64> {
        let components = self.f.components();
        let weighted = || self.values.chunks(components).zip(self.flat.iter().zip(&self.expected));
        let mean = |c: usize| weighted().map(|(values, (flat, expected))| values[c].abs() * (flat / expected)).sum::<f64>();
        (0..components).map(|c| mean(c).recip()).map(|s| if s.is_finite() { s } else { 0.0 }).collect()
    }

    /// Logarithms of the integrand's size in the cube: the sum of its components, each over its mean size.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let (components, scales) = (self.f.components(), self.scales());
        let size = |values: &[f64]| values.iter().zip(&scales).map(|(v, s)| v.abs() * s).sum::<f64>();
        self.values.chunks(components).map(|values| size(values).ln()).collect()
    }

    /// Whether the integrand vanished at all points, or was beyond what floats can tell.
    fn is_dark(&self) -> bool {
        !self.sizes().iter().any(|size| size.is_finite())
    }

    /// Weights of all points, in units of the largest, for a power of the integrand.
    pub(super) fn weights(&self, power: f64, sizes: &[f64]) -> Vec<f64> {
        let logarithms =
            sizes.iter().zip(self.flat.iter().zip(&self.expected)).map(|(size, (flat, expected))| match power > 0.0 {
                true => power * size + (flat / expected).ln(),
                false => (flat / expected).ln(),
            });
        let logarithms: Vec<f64> = logarithms.collect();
        let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        logarithms.into_iter().map(|log| (log - largest).exp()).map(|w| if w.is_finite() { w } else { 0.0 }).collect()
    }

    /// How many equally weighted points all are worth.
    fn worth(&self, power: f64) -> f64 {
        worth(&self.weights(power, &self.sizes()))
    }

    /// What part of the points from `first` on, drawn from the last density, they are worth.
    fn worth_of_last(&self, first: usize) -> f64 {
        let (Some(density), Some(count)) = (self.densities.last(), self.counts.last()) else { return 0.0 };
        let sizes = self.sizes();
        let largest = sizes[first..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let densities = self.flat[first..].iter().zip(self.under(density, first));
        let weights = sizes[first..].iter().zip(densities).map(|(size, (flat, q))| (size - largest).exp() * (flat / q));
        worth(&weights.collect::<Vec<_>>()) / *count as f64
    }

    /// The largest power of these sizes, at most one, for which all points are worth enough for a fit.
    pub(super) fn power(&self, sizes: &[f64]) -> f64 {
        let wanted = WORTH * (self.axes().len() + 2) as f64;
        let is_enough = |power: f64| worth(&self.weights(power, sizes)) >= wanted;
        if is_enough(1.0) {
            return 1.0;
        }
        // Bisection in the logarithm.
        let (mut low, mut high) = (1e-9_f64, 1.0_f64);
        for _ in 0..40 {
            let middle = (low * high).sqrt();
            if is_enough(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// A fit to a power of the integrand, and one to its root, for the tails.
    pub(super) fn fit(&self, sizes: &[f64], power: f64) -> Density {
        let of_share = |share: f64, power: f64| {
            let parts = self.cloud(sizes, power).fit().into_iter();
            parts.map(move |part| Part { share: share * part.share, ..part })
        };
        Density::new(of_share(1.0 - TAILS, power).chain(of_share(TAILS, ROOT * power)).collect())
    }

    /// Points drawn by their weights for a power of the integrand.
    fn cloud(&self, sizes: &[f64], power: f64) -> Cloud {
        let dim = self.axes().len();
        let weights = self.weights(power, sizes);
        let step = weights.iter().sum::<f64>() / FITTED as f64;
        let (mut points, mut kept, mut sum, mut taken) = (Vec::new(), Vec::new(), 0.0, 0.0);
        for (point, weight) in self.own.chunks(dim).zip(&weights) {
            sum += weight;
            // As often as middles of even steps fall on it.
            let count = (sum / step - taken + 0.5).floor();
            if count > 0.0 {
                taken += count;
                points.extend_from_slice(point);
                kept.push(count);
            }
        }
        Cloud::new(dim, points, kept, worth(&weights))
    }

    /// Points of the unit cube at which the integrand was largest.
    fn alive(&self) -> Vec<Vec<f64>> {
        let (dim, components) = (self.axes().len(), self.f.components());
        let size = |values: &[f64]| values.iter().map(|v| v.abs()).sum::<f64>();
        let points = self.cube.chunks(dim).zip(self.values.chunks(components).map(size));
        let mut alive: Vec<(&[f64], f64)> = points.filter(|(_, size)| *size > 0.0).collect();
        alive.sort_by(|a, b| b.1.total_cmp(&a.1));
        alive.into_iter().take(PLACES).map(|(point, _)| point.to_vec()).collect()
    }
}

/// How many equally weighted points these are worth.
fn worth(weights: &[f64]) -> f64 {
    let sums = weights.iter().filter(|w| w.is_finite()).fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    if sums.1 > 0.0 { sums.0 * sums.0 / sums.1 } else { 0.0 }
}

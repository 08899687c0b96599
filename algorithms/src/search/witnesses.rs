//! Witnesses: points that are distributed as the integrand itself, and what they say about a sample.
//!
//! A map follows each variable alone. Where variables depend on each other its samples are rare in the tails of what they
//! have in common, and large: an error that comes from the samples that were drawn knows nothing of those that were not.
//! Walkers that know nothing of the map stand in such places as often as the integrand has a part of its integral there.
//! They move as an ensemble, which adapts to any linear dependence of the variables (J. Goodman, J. Weare, Commun. Appl.
//! Math. Comput. Sci. 5 (2010) 65).

use super::peaks::{Peak, Search};
use crate::coordinates::AxisMap;
use crate::sampling::Sample;
use crate::sampling::streams::stream;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::Rng;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Walkers, in two halves that move in turn.
const WALKERS: usize = 128;
/// Moves of every walker, and after how many of them one looks where they are.
const MOVES: usize = 144;
const LOOKS: [usize; 3] = [84, 114, 144];
/// Largest factor by which a move stretches a distance.
const STRETCH: f64 = 2.0;
/// Distance from a peak at which walkers start, in units of its reach.
const AWAY: f64 = 0.3;
/// Part of the lower of two peaks that there is in the middle between them if they are one.
const PASS: f64 = 0.1;
/// Samples whose spread tells the variance of a part.
pub(super) const ENOUGH: f64 = 10.0;

/// Part of its fair share of the samples with which a witness has seen next to nothing.
const FAIR: f64 = 0.25;

/// What walkers cost.
pub(super) const COST: u64 = (WALKERS * (MOVES + 1)) as u64;

/// Where walkers were.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Witnesses {
    dim: usize,
    components: usize,
    /// Point by point.
    points: Vec<f64>,
    /// The integrand there, point by point.
    values: Vec<f64>,
    /// What a unit of the integrand there counts in an integral, up to a common factor.
    weights: Vec<f64>,
}

impl Witnesses {
    /// Whether these, read from somewhere, are whole.
    pub(crate) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let len = self.weights.len();
        let shape = len == 0 || (self.dim, self.components) == (dim, components);
        shape && self.points.len() == len * self.dim && self.values.len() == len * self.components
    }

    /// The part of every integral of which samples know nothing, or next to nothing: of the witnesses at which a sample
    /// would move one of the `functionals`, weights of the integrals, most, those among which there are less than a few
    /// samples. `sizes` are the integrals of sizes, and `density` is the number of samples per volume at a point.
    pub(crate) fn unseen(&self, functionals: &[Vec<f64>], sizes: &[f64], density: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let mut totals = vec![0.0; self.components];
        for ((_, values), weight) in self.iter() {
            totals.iter_mut().zip(values).for_each(|(total, v)| *total += weight * v.abs());
        }
        let scales = sizes.iter().zip(&totals).filter(|(_, total)| **total > 0.0).map(|(size, total)| size / total);
        // The volume for which a witness of weight 1 stands.
        let scale = scales.fold(0.0, f64::max);
        let mut witnesses: Vec<_> = self
            .iter()
            .map(|((point, values), weight)| {
                let density = density(point);
                let moves = |g: &Vec<f64>| g.iter().zip(values).map(|(g, v)| g * v).sum::<f64>().abs() / density;
                (functionals.iter().map(moves).fold(0.0, f64::max), scale * weight, density, values)
            })
            .collect();
        witnesses.sort_by(|a, b| b.0.total_cmp(&a.0));
        // Where samples are few all witnesses stand for few of them, which says nothing against a single one.
        let all: f64 = witnesses.iter().map(|(_, volume, density, _)| volume * density).sum();
        let enough = ENOUGH.min(FAIR * all / witnesses.len() as f64);
        let (mut unseen, mut samples) = (vec![0.0; self.components], 0.0);
        for (_, volume, density, values) in witnesses {
            if samples + volume * density > enough {
                break;
            }
            samples += volume * density;
            unseen.iter_mut().zip(values).for_each(|(unseen, v)| *unseen += volume * v);
        }
        // What a part m with n samples adds to the variance is m²/n, and m² where there is none.
        unseen.iter_mut().for_each(|x| *x /= (1.0 + samples).sqrt());
        unseen
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = ((&[f64], &[f64]), f64)> {
        let points = self.points.chunks(self.dim.max(1)).zip(self.values.chunks(self.components.max(1)));
        points.zip(self.weights.iter().copied())
    }
}

/// Walkers under way. They move in the variables of the axes: there what depends on each other linearly does so, which a
/// map of an infinite axis to the unit interval would bend.
struct Walkers<'a> {
    axes: &'a [AxisMap],
    /// Walker by walker.
    places: Vec<f64>,
    /// The same in the unit cube.
    points: Vec<f64>,
    /// The integrand there.
    values: Vec<Vec<f64>>,
    brightness: Vec<f64>,
    stream: Xoshiro256PlusPlus,
}

/// Where the walkers of one half might go.
struct Proposals {
    /// Factors by which distances stretch; 0 for walkers that would leave the cube.
    stretches: Vec<f64>,
    places: Vec<f64>,
    points: Vec<f64>,
}

impl Search<'_, '_> {
    /// Lets walkers go from these peaks.
    pub(super) fn walk(&mut self, peaks: &[Peak], seed: u64) -> Witnesses {
        let (f, dim, components) = (self.f, self.f.dim(), self.f.components());
        let mut witnesses = Witnesses { dim, components, ..Witnesses::default() };
        let shares = self.shares(peaks);
        let mut walkers = Walkers::around(peaks, self.f.axes(), seed);
        (walkers.values, walkers.brightness) = self.see(&walkers.points);
        for step in (1..=MOVES).take_while(|_| !f.is_interrupted()) {
            for half in 0..2 {
                let proposals = walkers.propose(half);
                let (values, brightness) = self.see(&proposals.points);
                walkers.decide(half, &proposals, values, &brightness);
            }
            if LOOKS.contains(&step) {
                for (i, brightness) in walkers.brightness.iter().enumerate().filter(|(_, b)| **b > 0.0) {
                    witnesses.points.extend_from_slice(&walkers.points[i * dim..(i + 1) * dim]);
                    witnesses.values.extend_from_slice(&walkers.values[i]);
                    witnesses.weights.push(shares[i % peaks.len()] / brightness);
                }
            }
        }
        witnesses
    }

    /// What a walker from each peak stands for. Between peaks on one ridge walkers mix, so that all of them stand for the
    /// same; what separate peaks hold is as if they were Gaussians.
    fn shares(&mut self, peaks: &[Peak]) -> Vec<f64> {
        let pairs: Vec<(usize, usize)> = (0..peaks.len()).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        let middle = |(a, b): &(usize, usize)| peaks[*a].point.iter().zip(&peaks[*b].point).map(|(x, y)| 0.5 * (x + y));
        let middles: Vec<f64> = pairs.iter().flat_map(middle).collect();
        let mut ridge: Vec<usize> = (0..peaks.len()).collect();
        for ((a, b), brightness) in pairs.iter().zip(self.see(&middles).1) {
            if brightness > PASS * peaks[*a].brightness.min(peaks[*b].brightness) {
                let (from, to) = (ridge[*a], ridge[*b]);
                ridge.iter_mut().filter(|r| **r == from).for_each(|r| *r = to);
            }
        }
        let of = |r: usize| (0..peaks.len()).filter(|k| ridge[*k] == r).collect::<Vec<_>>();
        let share = |k: usize| {
            let others = of(ridge[k]);
            others.iter().map(|k| peaks[*k].holds()).fold(0.0, f64::max) / others.len() as f64
        };
        (0..peaks.len()).map(share).collect()
    }

    /// The integrand at these points, and how bright it is.
    pub(super) fn see(&mut self, points: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        let (dim, components) = (self.f.dim(), self.f.components());
        let samples = self.evaluate(Sample::of(dim, points));
        let values: Vec<Vec<f64>> =
            samples.iter().flat_map(|sample| sample.values.chunks(components)).map(<[f64]>::to_vec).collect();
        let brightness = values.iter().map(|values| self.bright(values)).collect();
        (values, brightness)
    }
}

impl<'a> Walkers<'a> {
    /// Near the peaks, in turn.
    fn around(peaks: &[Peak], axes: &'a [AxisMap], seed: u64) -> Self {
        // A stream that no iteration has.
        let mut stream = stream(seed, u64::MAX, 0);
        let (mut points, mut places) = (Vec::new(), Vec::new());
        for peak in (0..WALKERS).map(|i| &peaks[i % peaks.len()]) {
            for ((x, reach), axis) in peak.point.iter().zip(&peak.reach).zip(axes) {
                let room = AWAY * reach.min(*x).min(1.0 - x);
                points.push(x + room * (2.0 * uniform(&mut stream) - 1.0));
                places.push(axis.at(points[points.len() - 1]).0);
            }
        }
        Walkers { axes, places, points, values: Vec::new(), brightness: Vec::new(), stream }
    }

    /// For every walker of a half a point on the line through one of the other half.
    fn propose(&mut self, half: usize) -> Proposals {
        let dim = self.axes.len();
        let mut proposals = Proposals { stretches: Vec::new(), places: Vec::new(), points: Vec::new() };
        for i in walkers(half) {
            let partner = walkers(1 - half).start + (uniform(&mut self.stream) * (WALKERS / 2) as f64) as usize;
            // With density 1/√z between 1/a and a.
            let root = STRETCH.sqrt().recip();
            let z = (root + uniform(&mut self.stream) * (root.recip() - root)).powi(2);
            let at = |w: usize, d: usize| self.places[w * dim + d];
            let place: Vec<f64> = (0..dim).map(|d| at(partner, d) + z * (at(i, d) - at(partner, d))).collect();
            let inside = |u: &f64| *u > 0.0 && *u < 1.0;
            let point: Option<Vec<f64>> = self.axes.iter().zip(&place).map(|(axis, x)| axis.inverse(*x).filter(inside)).collect();
            proposals.stretches.push(if point.is_some() { z } else { 0.0 });
            proposals.points.extend(point.unwrap_or_else(|| self.points[i * dim..(i + 1) * dim].to_vec()));
            proposals.places.extend(place);
        }
        proposals
    }

    /// Goes where the density allows it.
    fn decide(&mut self, half: usize, proposals: &Proposals, values: Vec<Vec<f64>>, brightness: &[f64]) {
        let dim = self.axes.len();
        for ((k, i), values) in walkers(half).enumerate().zip(values) {
            let (old, new) = (i * dim..(i + 1) * dim, k * dim..(k + 1) * dim);
            // What is a density in the cube counts per volume of the axes' variables.
            let side = |axis: &AxisMap, u: f64| axis.at(u).1.abs();
            let sides = self.axes.iter().zip(&self.points[old.clone()]).zip(&proposals.points[new.clone()]);
            let shrinks: f64 = sides.map(|((axis, u), v)| side(axis, *u) / side(axis, *v)).product();
            let chance = proposals.stretches[k].powi(dim as i32 - 1) * shrinks * brightness[k];
            let lot = uniform(&mut self.stream);
            if proposals.stretches[k] > 0.0 && lot * self.brightness[i] < chance {
                self.points[old.clone()].copy_from_slice(&proposals.points[new.clone()]);
                self.places[old].copy_from_slice(&proposals.places[new]);
                (self.values[i], self.brightness[i]) = (values, brightness[k]);
            }
        }
    }
}

/// The walkers of one half.
fn walkers(half: usize) -> Range<usize> {
    half * WALKERS / 2..(half + 1) * WALKERS / 2
}

/// A number in [0, 1).
fn uniform(stream: &mut Xoshiro256PlusPlus) -> f64 {
    (stream.next_u64() >> 11) as f64 * 2f64.powi(-53)
}

//! Poles: points towards which the integrand grows without bound, and how much lies close to them.
//!
//! Around a pole boxes that halve hold less and less of the integral, but not as quickly less as of the samples. In the
//! largest box of which samples know nothing lies a part of the integral by which they are short, every time in the same
//! direction.

use super::climb::Start;
use super::peaks::Search;
use super::witnesses::ENOUGH;
use serde::{Deserialize, Serialize};

/// Boxes around a pole, of which the largest is the cube.
const BOXES: usize = 40;
/// By what the integrand must grow between these boxes. Peaks narrower than the inner one pass as poles, which does no harm.
const GROWN: [usize; 2] = [8, 16];
const ENDLESS: [usize; 2] = [16, 30];
const GROWTH: f64 = 1.5;
/// Parts of the integral in one ring over those in the next are at most this: with more it diverges.
const MOST_RATIO: f64 = 0.995;
/// Distance from a face below which a pole is on it.
const ON_FACE: f64 = 1e-6;
/// Distance below which two climbs have ended in the same place.
const SAME: f64 = 1e-3;

/// A pole, with what lies between one box and the next, from the outside in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pole {
    /// A point of each ring.
    points: Vec<Vec<f64>>,
    volumes: Vec<f64>,
    /// The integrand at each point.
    values: Vec<Vec<f64>>,
}

impl Pole {
    /// Whether this pole, read from somewhere, is of so many variables and components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let lengths = [self.points.len(), self.volumes.len(), self.values.len()] == [BOXES; 3];
        lengths && self.points.iter().all(|p| p.len() == dim) && self.values.iter().all(|v| v.len() == components)
    }

    /// Whether the integrand grows as far as can be seen, and not to a narrow peak.
    pub(super) fn is_endless(&self) -> bool {
        self.values[ENDLESS[1]].iter().zip(&self.values[ENDLESS[0]]).any(|(inner, outer)| inner.abs() > GROWTH * outer.abs())
    }

    /// The part of every integral in the largest box in which there are less than a few samples, above what the integrand is
    /// around it; `density` is the number of samples per volume.
    pub(super) fn unseen(&self, density: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let rings = self.points.iter().zip(&self.volumes).map(|(point, volume)| volume * density(point));
        let samples: Vec<f64> = rings.collect();
        let (mut first, mut within) = (BOXES, 0.0);
        while first > 0 && within + samples[first - 1] <= ENOUGH {
            first -= 1;
            within += samples[first];
        }
        let around = &self.values[first.min(BOXES - 1).saturating_sub(1)];
        let part = |ring: usize, c: usize| self.volumes[ring] * (self.values[ring][c] - around[c]);
        let unseen = |c: usize| {
            let rings: f64 = (first..BOXES).map(|ring| part(ring, c)).sum();
            // What lies within the innermost box, as a geometric series.
            let last = part(BOXES - 1, c);
            let ratio = (last / part(BOXES - 2, c)).clamp(0.0, MOST_RATIO);
            let rest = if ratio > 0.0 { last * ratio / (1.0 - ratio) } else { 0.0 };
            (rings + rest) / (1.0 + within).sqrt()
        };
        (0..around.len()).map(unseen).collect()
    }
}

impl Search<'_, '_> {
    /// Those where climbs have ended at which the integrand goes on growing.
    pub(super) fn poles(&mut self, ends: &[Start]) -> Vec<Pole> {
        let on_face = |x: f64| {
            if x < ON_FACE {
                0.0
            } else if x > 1.0 - ON_FACE {
                1.0
            } else {
                x
            }
        };
        let mut distinct: Vec<Vec<f64>> = Vec::new();
        for end in ends.iter().map(|end| end.point.iter().map(|x| on_face(*x)).collect::<Vec<f64>>()) {
            let close = |other: &Vec<f64>| end.iter().zip(other).all(|(a, b)| (a - b).abs() < SAME);
            if !distinct.iter().any(close) {
                distinct.push(end);
            }
        }
        let (mut points, mut volumes) = (Vec::new(), Vec::new());
        for end in &distinct {
            let side = |x: f64, half: f64| (x + half).min(1.0) - (x - half).max(0.0);
            let volume = |half: f64| end.iter().map(|x| side(*x, half)).product::<f64>();
            let halves = (0..BOXES).map(|k| 0.5_f64.powi(k as i32));
            for half in halves {
                // Halfway between the faces of two boxes, on the side where there is more room.
                let point = end.iter().map(|x| {
                    let away = 0.75 * half.min(x.max(1.0 - x));
                    if *x < 0.5 { x + away } else { x - away }
                });
                points.extend(point);
                volumes.push(volume(half) - volume(0.5 * half));
            }
        }
        let dim = self.f.dim();
        let (values, brightness) = self.see(&points);
        let grows = |k: &usize| {
            let brightness = &brightness[k * BOXES..][..BOXES];
            brightness[GROWN[1]] > GROWTH * brightness[GROWN[0]]
        };
        let pole = |k: usize| Pole {
            points: points[k * BOXES * dim..][..BOXES * dim].chunks(dim).map(<[f64]>::to_vec).collect(),
            volumes: volumes[k * BOXES..][..BOXES].to_vec(),
            values: values[k * BOXES..][..BOXES].to_vec(),
        };
        (0..distinct.len()).filter(grows).map(pole).collect()
    }
}

//! Poles: points towards which the integrand grows without bound, and how much lies close to them.
//!
//! Around a pole boxes that halve hold less and less of the integral, but not as quickly less as of the samples. In the
//! largest box of which samples know nothing lies a part of the integral by which they are short, every time in the same
//! direction.

use super::climb::Start;
use super::peaks::Search;
use super::witnesses::ENOUGH;
use serde::{Deserialize, Serialize};

/// Boxes around a pole, the largest of which is the cube where the pole is in its middle.
const BOXES: usize = 40;
/// By what the integrand must grow between these boxes: where it does not it has a peak that ends.
const GROWN: [usize; 2] = [8, 16];
const GROWTH: f64 = 1.5;
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
        let mut unseen = vec![0.0; around.len()];
        for (volume, values) in self.volumes[first..].iter().zip(&self.values[first..]) {
            for ((unseen, v), around) in unseen.iter_mut().zip(values).zip(around) {
                *unseen += volume * (v - around) / (1.0 + within).sqrt();
            }
        }
        unseen
    }
}

impl Search<'_, '_> {
    /// Those where climbs have ended at which the integrand goes on growing.
    pub(super) fn poles(&mut self, ends: &[Start]) -> Vec<Pole> {
        let mut distinct: Vec<&Start> = Vec::new();
        for end in ends {
            let close = |other: &&Start| end.point.iter().zip(&other.point).all(|(a, b)| (a - b).abs() < SAME);
            if !distinct.iter().any(close) {
                distinct.push(end);
            }
        }
        let (mut points, mut volumes) = (Vec::new(), Vec::new());
        for end in &distinct {
            let side = |x: f64, half: f64| (x + half).min(1.0) - (x - half).max(0.0);
            let volume = |half: f64| end.point.iter().map(|x| side(*x, half)).product::<f64>();
            let halves = (0..BOXES).map(|k| 0.5_f64.powi(k as i32));
            for half in halves {
                // Halfway between the faces of two boxes, on the side where there is more room.
                let point = end.point.iter().map(|x| {
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

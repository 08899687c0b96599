//! What a fit lacks: peaks that annealing has forgotten.
//!
//! A power of the integrand that keeps enough points for a fit keeps those of the largest peak, and may lose those of others, far from
//! it. So a fit is followed by climbs, and by points around where they end. Wherever the integrand is far more than the fit has, that
//! part of it is annealed for itself, until all points are fitted once more.

use super::density::{Density, Part};
use super::train::{ROUNDS, SURE, Seen, most};
use crate::Options;
use crate::pullback::Tally;
use crate::search::{Peaks, Start, bright, is_concentrated};

/// How many times what a fit has at a point the integrand must be there for the fit to lack it, and the part of the integral held by
/// such points that is looked into.
const LACKS: f64 = 8.0;
const LITTLE: f64 = 1e-4;
/// Evaluations of climbs at most, in units of those so far.
const SEARCHED: u64 = 8;
/// Rounds in which a part is followed, and how often it is asked for one.
const FOLLOWED: u64 = 8;
const ASKED: u64 = 3;

impl Seen<'_, '_> {
    /// The fit, or a later one that has what it lacks, as far as `budget` evaluations go.
    pub(super) fn follow(&mut self, fit: Density, options: &Options, budget: u64, tally: &mut Tally) -> Density {
        let (f, most) = (self.f, most(self.axes().len()));
        let few = most / SURE;
        let left = |tally: &Tally, count: usize| budget.saturating_sub(tally.evaluations + count as u64);
        if fit.parts().is_empty() {
            return fit;
        }
        let boxes = self.boxes(options, left(tally, few).min(SEARCHED * self.len() as u64), tally);
        let parts: Vec<Part> = boxes.iter().filter_map(|sides| Part::within(sides, self.axes())).collect();
        if !parts.is_empty() {
            self.draw(&Density::new(parts), few, ROUNDS, tally);
        }
        let mut best = fit;
        for asked in 0..ASKED {
            let first = ROUNDS + 1 + asked * (FOLLOWED + 1);
            let mut is_followed = false;
            for round in first..first + FOLLOWED {
                if left(tally, few) == 0 || f.is_interrupted() {
                    break;
                }
                let Some(lacking) = self.lacking(&best) else { break };
                let power = self.power(&lacking);
                self.draw(&self.fit(&lacking, power), few, round, tally);
                is_followed = true;
                if power == 1.0 {
                    break;
                }
            }
            if !is_followed || left(tally, most) == 0 || f.is_interrupted() {
                break;
            }
            let sizes = self.sizes();
            best = self.fit(&sizes, self.power(&sizes));
            self.draw(&best, most, first + FOLLOWED, tally);
        }
        best
    }

    /// The sides of the boxes that peaks fill, by climbs from flat points; none where the integrand fills the cube.
    fn boxes(&self, options: &Options, budget: u64, tally: &mut Tally) -> Vec<Vec<[f64; 2]>> {
        let (dim, components, scales) = (self.f.dim(), self.f.components(), self.scales());
        let points = self.cube.chunks(dim).zip(self.values.chunks(components)).take(self.counts[0]);
        let start = |(point, values): (&[f64], &[f64])| Start { point: point.to_vec(), brightness: bright(&scales, values) };
        let starts: Vec<Start> = points.map(start).filter(|start| start.brightness > 0.0).collect();
        if !is_concentrated(starts.iter().map(|start| start.brightness), self.counts[0], dim) {
            return Vec::new();
        }
        Peaks::boxes_above(self.f, options, &starts, scales, budget, tally)
    }

    /// The sizes at the points at which the integrand is far more than a density has there, and none at the others; `None` if that is
    /// no part of the integral, or there are too few such points for a fit.
    fn lacking(&self, density: &Density) -> Option<Vec<f64>> {
        let mut sizes = self.sizes();
        let weights = self.weights(1.0, &sizes);
        let (mut held, mut points) = (0.0, 0);
        let flat = self.flat.iter().zip(self.under(density, 0));
        for ((size, weight), (flat, q)) in sizes.iter_mut().zip(&weights).zip(flat) {
            if size.exp() * flat > LACKS * q {
                (held, points) = (held + weight, points + 1);
            } else {
                *size = f64::NEG_INFINITY;
            }
        }
        (points > self.axes().len() + 1 && held > LITTLE * weights.iter().sum::<f64>()).then_some(sizes)
    }
}

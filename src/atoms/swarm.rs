//! Walkers on a sphere in the coordinates of all electrons, distributed as ψ².
//!
//! They move by differences of pairs, which follow narrow ways in skew directions (C. J. F. ter Braak, Stat. Comput. 16 (2006) 239), and
//! by steps of any length.

use super::probe::{DIRECTIONS, Places, Probe};
use fubini_algorithms::streams::{stream, uniform};

/// Steps that prefer a direction are shorter than this part of the radius: back on the sphere, longer ones would narrow the ways.
const SMALL: f64 = 0.01;
/// ln of how much larger ψ² must be for a walker to jump: with less the walkers would no longer be distributed as it.
const SURPRISE: f64 = 3.0;
/// The first sphere in units of the size of ψ.
const FROM: f64 = 0.1;

/// Walkers on a sphere.
pub(super) struct Swarm<'a> {
    pub(super) probe: &'a Probe<'a>,
    pub(super) dim: usize,
    pub(super) size: f64,
    pub(super) radius: f64,
    pub(super) walkers: Vec<Places>,
    /// ln ψ² there.
    pub(super) logs: Vec<f64>,
    uniform: Box<dyn FnMut() -> f64>,
}

impl<'a> Swarm<'a> {
    pub(super) fn new(probe: &'a Probe<'a>, size: f64, count: usize) -> Self {
        let mut stream = stream(23, 0, 0);
        let (dim, radius) = (3 * probe.electrons, FROM * size);
        let uniform = Box::new(move || uniform(&mut stream));
        let mut swarm = Swarm { probe, dim, size, radius, walkers: Vec::new(), logs: Vec::new(), uniform };
        let special = swarm.special();
        swarm.walkers = (0..count)
            .map(|k| {
                let place = special.get(k).copied().unwrap_or_else(|| swarm.anywhere(1.0, None));
                swarm.onto(place)
            })
            .collect();
        swarm.logs = swarm.look(&swarm.walkers);
        let weights = swarm.logs.clone();
        swarm.choose(&weights);
        swarm
    }

    /// Chooses walkers by ln of their weights.
    pub(super) fn choose(&mut self, weights: &[f64]) {
        let best = weights.iter().filter(|x| !x.is_nan()).fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        if !best.is_finite() {
            return;
        }
        let parts: Vec<f64> = weights.iter().map(|x| if x.is_nan() { 0.0 } else { (x - best).exp() }).collect();
        let (count, all) = (parts.len(), parts.iter().sum::<f64>());
        let (mut sum, mut at, offset) = (parts[0], 0, (self.uniform)());
        let chosen: Vec<usize> = (0..count)
            .map(|k| {
                let wanted = (k as f64 + offset) / count as f64 * all;
                while sum < wanted && at + 1 < count {
                    at += 1;
                    sum += parts[at];
                }
                at
            })
            .collect();
        self.walkers = chosen.iter().map(|k| self.walkers[*k]).collect();
        self.logs = chosen.iter().map(|k| self.logs[*k]).collect();
    }

    /// Moves walkers about on their sphere.
    pub(super) fn settle(&mut self) {
        let count = self.walkers.len();
        for round in 0..4 {
            let proposed: Vec<Places> = (0..count)
                .map(|k| {
                    // Steps between pairs, and of any length, as pairs may all be alike; of all electrons, and of one.
                    let one = (round > 1).then(|| ((self.uniform)() * self.probe.electrons as f64) as usize);
                    let step = match one {
                        _ if round % 2 == 0 => self.apart(one),
                        None => {
                            let length = self.radius * 10f64.powf(-10.0 * (self.uniform)());
                            self.anywhere(length, None)
                        }
                        Some(one) => self.alone(k, one),
                    };
                    let mut place = self.walkers[k];
                    place.as_flattened_mut().iter_mut().zip(step.as_flattened()).for_each(|(x, step)| *x += step);
                    self.onto(place)
                })
                .collect();
            self.accept(proposed);
        }
        self.surprise();
    }

    /// Sends walkers to where ψ² is much larger than anywhere that they know: what they have lost sight of, or never had.
    fn surprise(&mut self) {
        let special: Vec<Places> = self.special().into_iter().map(|place| self.onto(place)).collect();
        let best = self.logs.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let found = self.look(&special).into_iter().zip(special).filter(|(log, _)| log.is_finite() && *log > best + SURPRISE);
        for (at, (log, place)) in found.enumerate().take(self.walkers.len()) {
            (self.walkers[at], self.logs[at]) = (place, log);
        }
    }

    /// Lets walkers go where they are proposed to, as ψ² says.
    fn accept(&mut self, proposed: Vec<Places>) {
        for (at, (log, place)) in self.look(&proposed).into_iter().zip(proposed).enumerate() {
            if log.is_finite() && log - self.logs[at] > (self.uniform)().ln() {
                (self.walkers[at], self.logs[at]) = (place, log);
            }
        }
    }

    pub(super) fn look(&self, places: &[Places]) -> Vec<f64> {
        self.probe.logs(places)
    }

    /// A part of the way between two walkers that are close to each other, or none.
    fn apart(&mut self, one: Option<usize>) -> Places {
        let count = self.walkers.len() as f64;
        let [i, j] = [(); 2].map(|()| ((self.uniform)() * count) as usize);
        let scale = 1.7 / (if one.is_some() { 3.0 } else { self.dim as f64 }).sqrt();
        let way = std::array::from_fn(|e| std::array::from_fn(|x| scale * (self.walkers[i][e][x] - self.walkers[j][e][x])));
        let way = only(way, one);
        let length = way.as_flattened().iter().map(|x| x * x).sum::<f64>().sqrt();
        if length < SMALL * self.radius { way } else { Places::default() }
    }

    /// A step of one electron as long as its distance, or shorter, on a logarithmic scale.
    fn alone(&mut self, walker: usize, electron: usize) -> Places {
        let at = self.walkers[walker][electron];
        let length = norm(at).min(SMALL * self.radius) * 10f64.powf(-2.5 * (self.uniform)());
        let step = self.anywhere(length, Some(electron));
        // The way back must be as likely.
        if norm(std::array::from_fn(|x| at[x] + step[electron][x])) > length { step } else { Places::default() }
    }

    /// A step of about this length in the coordinates of one electron or of all, of which no direction is preferred.
    fn anywhere(&mut self, length: f64, one: Option<usize>) -> Places {
        let moved = if one.is_some() { 1 } else { self.probe.electrons };
        let scale = length / (moved as f64).sqrt();
        let mut place = Places::default();
        for (e, at) in place[..self.probe.electrons].iter_mut().enumerate() {
            if one.is_none_or(|one| one == e) {
                // The sum of four numbers of the variance 1/12 is nearly normal.
                *at = std::array::from_fn(|_| scale * ((0..4).map(|_| (self.uniform)()).sum::<f64>() - 2.0));
            }
        }
        place
    }

    /// The same place on the sphere.
    pub(super) fn onto(&self, place: Places) -> Places {
        let factor = self.radius / place.as_flattened().iter().map(|x| x * x).sum::<f64>().sqrt();
        place.map(|at| at.map(|x| x * factor))
    }

    /// Ways that a formula may single out: an electron along an axis or a diagonal, the others at rest or near the nucleus; two or all
    /// side by side; all at one distance.
    pub(super) fn special(&self) -> Vec<Places> {
        let n = self.probe.electrons;
        let rest = self.probe.rest(self.size);
        let mut ways: Vec<[f64; 3]> = Vec::new();
        for code in 1..27 {
            let way = [code % 3, code / 3 % 3, code / 9].map(|x: i32| f64::from(x - 1));
            if way != [0.0; 3] {
                ways.push(way);
            }
        }
        let far = |electron: usize, way: [f64; 3]| {
            let mut places = rest;
            places[electron] = way.map(|x| x * self.radius);
            places
        };
        let mut all: Vec<Places> = Vec::new();
        for electron in 0..n {
            all.extend(ways.iter().map(|way| far(electron, *way)));
            if n > 1 {
                // A product of distances is the same where the other one is the nearer to the nucleus.
                let mut close = far(electron, DIRECTIONS[1]);
                let part = 0.3 * self.size / self.radius;
                (0..n).filter(|k| *k != electron).for_each(|k| close[k] = rest[k].map(|x| x * part));
                let mut beside = far(electron, DIRECTIONS[0]);
                let other = (electron + 1) % n;
                beside[other] = std::array::from_fn(|x| beside[electron][x] + 0.5 * rest[other][x]);
                all.extend([close, beside]);
            }
        }
        all.push(std::array::from_fn(|k| std::array::from_fn(|x| DIRECTIONS[0][x] * self.radius + 0.5 * rest[k][x])));
        all.push(DIRECTIONS.map(|at| at.map(|x| x * self.radius)));
        all.iter_mut().for_each(|places| places[n..].fill([0.0; 3]));
        all
    }
}

pub(super) fn norm(at: [f64; 3]) -> f64 {
    at.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The part of one electron, or all.
fn only(mut step: Places, one: Option<usize>) -> Places {
    (0..3).filter(|e| one.is_some_and(|one| one != *e)).for_each(|e| step[e] = [0.0; 3]);
    step
}

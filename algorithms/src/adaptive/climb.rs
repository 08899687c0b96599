//! Climbing: from points that surprise a little to the peak whose tail they have met.
//!
//! A smooth peak of a billionth of the volume is never hit by chance, but its tail rises towards it from afar. A pattern
//! search (R. Hooke, T. A. Jeeves, J. ACM 8 (1961) 212) needs comparisons alone, and works on values of any size.

use super::Mesh;
use super::audit::{Finding, Seen, Start, bright};
use super::sample::Sample;
use crate::integrator::Observer;
use crate::pullback::Tally;
use std::ops::ControlFlow;

/// Climbs of an audit at least and at most, where all is concentrated in a small part of the cube.
const LEAST: f64 = 24.0;
const MOST: f64 = 64.0;
/// What climbs may cost beyond the least number of them, as a share of the evaluations so far.
const SHARE: f64 = 0.1;
/// Surprises among which starting points are chosen, the brightest ones.
const CANDIDATES: usize = 256;
/// Steps of a climb.
const STEPS: usize = 40;
/// Length of the first step, of which each failure leaves half, in units of twice the distance from the nearer face.
const FIRST_STEP: f64 = 0.25;

/// A climb under way.
pub(super) struct Climb {
    at: Start,
    step: f64,
}

impl Mesh<'_> {
    /// Where to climb from, points that are far apart: one half of them surprises, the others any.
    pub(super) fn starts(&self, seen: &Seen, concentration: f64, evaluations: u64) -> Vec<Climb> {
        let share = SHARE * evaluations as f64 / self.cost_of_climb() as f64;
        let count = (concentration * (LEAST + share)).min(MOST) as usize;
        let mut surprises: Vec<&Finding> = seen.findings.iter().collect();
        surprises.sort_by(|a, b| b.start.brightness.total_cmp(&a.start.brightness));
        surprises.truncate(CANDIDATES);
        let mut climbs = far_apart(surprises.into_iter().map(|finding| &finding.start).collect(), count / 2);
        let left = count - climbs.len();
        climbs.extend(far_apart(seen.starts.iter().collect(), left));
        climbs
    }

    /// Evaluations of one climb and of looking at where it ends.
    pub(super) fn cost_of_climb(&self) -> u64 {
        (2 * self.setting.shape.dim * STEPS + 1) as u64
    }

    /// Climbs, and returns where that leads, unless the observer wants to stop.
    pub(super) fn climb(
        &self,
        mut climbs: Vec<Climb>,
        observer: &mut Observer<'_>,
        tally: &mut Tally,
    ) -> ControlFlow<(), Vec<Sample>> {
        if climbs.is_empty() {
            return ControlFlow::Continue(Vec::new());
        }
        let (dim, components) = (self.setting.shape.dim, self.setting.shape.components);
        let sensitivity = self.sensitivity();
        for _ in 0..STEPS {
            self.show(observer, tally.evaluations, false)?;
            let mut points = Vec::with_capacity(climbs.len() * 2 * dim * dim);
            for climb in &climbs {
                for (d, sign) in (0..dim).flat_map(|d| [(d, -1.0), (d, 1.0)]) {
                    let first = points.len();
                    points.extend_from_slice(&climb.at.point);
                    // Relative to the distance from the nearer face: infinity is there, and lengths shrink towards it.
                    let u = climb.at.point[d];
                    points[first + d] = u + sign * climb.step * 2.0 * u.min(1.0 - u);
                }
            }
            let mut samples = Sample::of(dim, &points);
            self.workers.each(&mut samples, |scratch, sample| self.setting.evaluate_sample(scratch, sample));
            let values: Vec<f64> = samples.iter().flat_map(|sample| sample.values.iter().copied()).collect();
            samples.into_iter().for_each(|sample| tally.merge(sample.tally));
            for (k, climb) in climbs.iter_mut().enumerate() {
                let neighbours = k * 2 * dim..(k + 1) * 2 * dim;
                let seen = neighbours.map(|i| (i, bright(&sensitivity, &values[i * components..(i + 1) * components])));
                match seen.reduce(|best, other| if other.1 > best.1 { other } else { best }) {
                    Some((i, brightness)) if brightness > climb.at.brightness => {
                        climb.at.point.copy_from_slice(&points[i * dim..(i + 1) * dim]);
                        climb.at.brightness = brightness;
                    }
                    _ => climb.step *= 0.5,
                }
            }
        }
        let peaks: Vec<f64> = climbs.into_iter().flat_map(|climb| climb.at.point).collect();
        ControlFlow::Continue(Sample::of(dim, &peaks))
    }
}

/// Starting points: the first candidate, then always the one farthest from those chosen.
fn far_apart(candidates: Vec<&Start>, count: usize) -> Vec<Climb> {
    let mut climbs: Vec<Climb> = Vec::new();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let mut nearest = vec![f64::INFINITY; candidates.len()];
    while climbs.len() < count.min(candidates.len()) {
        let farther = |best: usize, i: usize| if nearest[i] > nearest[best] { i } else { best };
        let chosen = candidates[(0..candidates.len()).fold(0, farther)];
        climbs.push(Climb { at: chosen.clone(), step: FIRST_STEP });
        nearest.iter_mut().zip(&candidates).for_each(|(near, c)| *near = near.min(distance(&c.point, &chosen.point)));
    }
    climbs
}

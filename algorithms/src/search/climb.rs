//! Climbing: from points at which there is a little to the peak whose tail they have met.
//!
//! A smooth peak of a billionth of the volume is never hit by chance, but its tail rises towards it from afar. A pattern
//! search (R. Hooke, T. A. Jeeves, J. ACM 8 (1961) 212) needs comparisons alone, and works on values of any size.

use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Steps of a climb.
const STEPS: usize = 40;
/// Length of the first step, of which each failure leaves half, in units of twice the distance from the nearer face.
const FIRST_STEP: f64 = 0.25;
/// The step from which on two climbs that are no farther from each other than a step are on the way to the same top.
const LAST_APART: f64 = FIRST_STEP / 64.0;

/// A point of the unit cube, and how large the integrand is there, in units of the caller's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) point: Vec<f64>,
    pub(crate) brightness: f64,
}

/// A climb under way.
pub(crate) struct Climb {
    pub(crate) at: Start,
    step: f64,
}

impl Climb {
    /// The step along an axis: relative to the distance from the nearer face, as infinity is there, and lengths shrink towards it.
    fn reach(&self, d: usize) -> f64 {
        let u = self.at.point[d];
        self.step * 2.0 * u.min(1.0 - u)
    }

    /// Whether both are on the way to the same top.
    fn meets(&self, other: &Climb) -> bool {
        let close = |d: usize| (self.at.point[d] - other.at.point[d]).abs() <= self.reach(d).max(other.reach(d));
        self.step.max(other.step) <= LAST_APART && (0..self.at.point.len()).all(close)
    }
}

/// Evaluations of one climb, at most, and of looking at where it ends.
pub(crate) fn cost_of_climb(dim: usize) -> u64 {
    (2 * dim * STEPS + 1) as u64
}

/// Starting points: the first candidate, then always the one farthest from those chosen.
pub(crate) fn far_apart(candidates: Vec<&Start>, count: usize) -> Vec<Climb> {
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

/// Keeps rounding from taking a coordinate to the upper face.
pub(super) fn inside(u: f64) -> f64 {
    u.min(1.0 - 0.5 * f64::EPSILON)
}

/// Takes all climbs to where they end, by the brightness that `evaluate` finds at points, unless it breaks off. Of those that meet on
/// the way the one that is higher goes on.
pub(crate) fn ascend(
    climbs: &mut Vec<Climb>,
    dim: usize,
    mut evaluate: impl FnMut(&[f64]) -> ControlFlow<(), Vec<f64>>,
) -> ControlFlow<()> {
    if climbs.is_empty() {
        return ControlFlow::Continue(());
    }
    for _ in 0..STEPS {
        let mut points = Vec::with_capacity(climbs.len() * 2 * dim * dim);
        for climb in climbs.iter() {
            for (d, sign) in (0..dim).flat_map(|d| [(d, -1.0), (d, 1.0)]) {
                let first = points.len();
                points.extend_from_slice(&climb.at.point);
                points[first + d] = inside(climb.at.point[d] + sign * climb.reach(d));
            }
        }
        let brightness = evaluate(&points)?;
        for (climb, (points, brightness)) in climbs.iter_mut().zip(points.chunks(2 * dim * dim).zip(brightness.chunks(2 * dim))) {
            let best = (0..2 * dim).fold(0, |best, i| if brightness[i] > brightness[best] { i } else { best });
            if brightness[best] > climb.at.brightness {
                climb.at.point.copy_from_slice(&points[best * dim..(best + 1) * dim]);
                climb.at.brightness = brightness[best];
            } else {
                climb.step *= 0.5;
            }
        }
        let mut apart: Vec<Climb> = Vec::with_capacity(climbs.len());
        for climb in climbs.drain(..) {
            match apart.iter_mut().find(|other| other.meets(&climb)) {
                Some(other) if climb.at.brightness > other.at.brightness => *other = climb,
                Some(_) => {}
                None => apart.push(climb),
            }
        }
        *climbs = apart;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbs_that_meet_go_on_as_one_and_two_tops_are_two() {
        let hill = |point: &[f64], top: [f64; 2], width: f64| -> f64 {
            (-point.iter().zip(top).map(|(x, t)| (x - t) * (x - t)).sum::<f64>() / (width * width)).exp()
        };
        let tops = [[0.31, 0.62], [0.36, 0.62]];
        let height = |point: &[f64]| hill(point, tops[0], 0.01) + 0.5 * hill(point, tops[1], 0.01);
        let starts: Vec<Start> = (0..16)
            .map(|k| {
                let point = vec![0.3 + 0.005 * k as f64, 0.6 + 0.002 * k as f64];
                Start { brightness: height(&point), point }
            })
            .collect();
        let mut climbs = far_apart(starts.iter().collect(), 16);
        let mut evaluations = 0;
        _ = ascend(&mut climbs, 2, |points| {
            evaluations += points.len() / 2;
            ControlFlow::Continue(points.chunks(2).map(height).collect())
        });
        let mut ends: Vec<f64> = climbs.iter().map(|climb| climb.at.point[0]).collect();
        ends.sort_by(f64::total_cmp);
        assert!(ends.len() == 2 && (ends[0] - tops[0][0]).abs() < 1e-3 && (ends[1] - tops[1][0]).abs() < 1e-3, "{ends:?}");
        // On their own they take 16 times 160.
        assert!(evaluations < 1_600, "{evaluations}");
    }
}

//! Climbing: from points that surprise a little to the peak whose tail they have met.
//!
//! A smooth peak of a billionth of the volume is never hit by chance, but its tail rises towards it from afar. A pattern
//! search (R. Hooke, T. A. Jeeves, J. ACM 8 (1961) 212) needs comparisons alone, and works on values of any size.

use super::Mesh;
use super::audit::Finding;
use super::sample::Sample;
use crate::pullback::Tally;

/// Climbs of an audit, from points that are far apart.
const CLIMBS: usize = 8;
/// Findings among which starting points are chosen, the brightest ones.
const CANDIDATES: usize = 256;
/// Steps of a climb.
const STEPS: usize = 40;
/// Length of the first step, of which each failure leaves half.
const FIRST_STEP: f64 = 0.125;

/// A climb under way.
struct Climb {
    point: Vec<f64>,
    brightness: f64,
    step: f64,
}

impl Mesh<'_> {
    /// Climbs from the findings that are farthest apart, and looks at where that leads.
    pub(super) fn climb(&self, findings: &[Finding], brightness: &[f64], len: usize, tally: &mut Tally) -> Vec<Finding> {
        let (dim, components) = (self.setting.shape.dim, self.setting.shape.components);
        let sensitivity = self.state.goal.sensitivity(components);
        let mut climbs = starts(findings);
        let cost = (climbs.len() * (2 * dim * STEPS + 1)) as u64;
        if climbs.is_empty() || tally.evaluations + cost > self.options.max_evals {
            return Vec::new();
        }
        for _ in 0..STEPS {
            let mut points = Vec::with_capacity(climbs.len() * 2 * dim * dim);
            for climb in &climbs {
                for (d, sign) in (0..dim).flat_map(|d| [(d, -1.0), (d, 1.0)]) {
                    let first = points.len();
                    points.extend_from_slice(&climb.point);
                    // Reflected at the faces.
                    let moved: f64 = climb.point[d] + sign * climb.step;
                    points[first + d] = if moved <= 0.0 || moved >= 1.0 { climb.point[d] - 0.5 * sign * climb.step } else { moved };
                }
            }
            let mut samples = Sample::of(dim, &points);
            self.workers.each(&mut samples, |scratch, sample| self.setting.evaluate_sample(scratch, sample));
            let values: Vec<f64> = samples.iter().flat_map(|sample| sample.values.iter().copied()).collect();
            samples.into_iter().for_each(|sample| tally.merge(sample.tally));
            let bright = |values: &[f64]| sensitivity.iter().zip(values).map(|(s, v)| s * v.abs()).fold(0.0, f64::max);
            for (k, climb) in climbs.iter_mut().enumerate() {
                let neighbours = k * 2 * dim..(k + 1) * 2 * dim;
                let seen = neighbours.map(|i| (i, bright(&values[i * components..(i + 1) * components])));
                match seen.reduce(|best, other| if other.1 > best.1 { other } else { best }) {
                    Some((i, brightness)) if brightness > climb.brightness => {
                        climb.point.copy_from_slice(&points[i * dim..(i + 1) * dim]);
                        climb.brightness = brightness;
                    }
                    _ => climb.step *= 0.5,
                }
            }
        }
        let peaks: Vec<f64> = climbs.into_iter().flat_map(|climb| climb.point).collect();
        self.look(Sample::of(dim, &peaks), brightness, len, tally)
    }
}

/// Starting points: the brightest finding, then always the one farthest from those chosen.
fn starts(findings: &[Finding]) -> Vec<Climb> {
    let mut candidates: Vec<&Finding> = findings.iter().filter(|f| f.brightness > 0.0).collect();
    candidates.sort_by(|a, b| b.brightness.total_cmp(&a.brightness));
    candidates.truncate(CANDIDATES);
    let mut climbs: Vec<Climb> = Vec::new();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let mut nearest = vec![f64::INFINITY; candidates.len()];
    while climbs.len() < CLIMBS.min(candidates.len()) {
        let far = |best: usize, i: usize| if nearest[i] > nearest[best] { i } else { best };
        let chosen = (0..candidates.len()).fold(0, far);
        let Finding { point, brightness, .. } = candidates[chosen];
        climbs.push(Climb { point: point.clone(), brightness: *brightness, step: FIRST_STEP });
        nearest.iter_mut().zip(&candidates).for_each(|(near, c)| *near = near.min(distance(&c.point, point)));
    }
    climbs
}

//! Climbs of an audit: from points that surprise a little, and from others.

use super::Mesh;
use super::audit::{Finding, Seen, bright};
use crate::integrator::Observer;
use crate::pullback::Tally;
use crate::search::{Climb, Sample, ascend, cost_of_climb, far_apart};
use std::ops::ControlFlow;

/// Climbs of an audit at least and at most, where all is concentrated in a small part of the cube.
const LEAST: f64 = 24.0;
const MOST: f64 = 64.0;
/// What climbs may cost beyond the least number of them, as a share of the evaluations so far.
const SHARE: f64 = 0.1;
/// Surprises among which starting points are chosen, the brightest ones.
const CANDIDATES: usize = 256;

impl Mesh<'_> {
    /// Where to climb from, points that are far apart: one half of them surprises, the others any.
    pub(super) fn starts(&self, seen: &Seen, concentration: f64, evaluations: u64) -> Vec<Climb> {
        let share = SHARE * evaluations as f64 / cost_of_climb(self.setting.shape.dim) as f64;
        let count = (concentration * (LEAST + share)).min(MOST) as usize;
        if count == 0 {
            return Vec::new();
        }
        let mut surprises: Vec<&Finding> = seen.findings.iter().collect();
        surprises.sort_by(|a, b| b.start.brightness.total_cmp(&a.start.brightness));
        surprises.truncate(CANDIDATES);
        let mut climbs = far_apart(surprises.into_iter().map(|finding| &finding.start).collect(), count / 2);
        let left = count - climbs.len();
        climbs.extend(far_apart(seen.starts.iter().collect(), left));
        climbs
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
        let (dim, components, sensitivity) = (self.setting.shape.dim, self.setting.shape.components, self.sensitivity());
        ascend(&mut climbs, dim, |points| {
            self.show(observer, tally.evaluations, false)?;
            let mut samples = Sample::of(dim, points);
            self.workers.share(&mut samples, |scratch, sample| sample.evaluate(self.setting.f, scratch.workspace()));
            samples.iter_mut().for_each(|sample| tally.merge(std::mem::take(&mut sample.tally)));
            let values = samples.iter().flat_map(|sample| sample.values.chunks(components));
            ControlFlow::Continue(values.map(|values| bright(&sensitivity, values)).collect())
        })?;
        let peaks: Vec<f64> = climbs.into_iter().flat_map(|climb| climb.at.point).collect();
        ControlFlow::Continue(Sample::of(dim, &peaks))
    }
}

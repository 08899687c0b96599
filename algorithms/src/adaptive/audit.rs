//! The audit: before convergence is believed, points that have nothing to do with the mesh look for what it has missed.
//!
//! A point is a surprise where the integrand is far from all that the nodes of its region have seen, and what it may stand
//! for matters. Its region is halved on until its nodes see what the point saw, and refinement goes on, until an audit
//! finds nothing. A mesh most of which is dark (a peak in a large cube) is audited more closely.

use super::Mesh;
use super::balance::MATTERS;
use super::surprise::Expectation;
use super::tree::Tree;
use crate::integrator::Observer;
use crate::parallel::{Portable, pack, unpack};
use crate::pullback::Tally;
use crate::search::{CONCENTRATED_LEAST, CONCENTRATED_SHARE, MOST_STARTS, Sample, Start, concentration, cost_of_climb};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What past audits leave behind.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Audits {
    /// Points of the sequence that have been used.
    points: u64,
    /// Number of regions when their balance was last looked at.
    pub(super) balanced: usize,
    /// Number of regions that the last audit found nothing to object to.
    sound: usize,
    /// Whether a component was zero at every node, and few points have found where it is not.
    pub(super) is_support_narrow: bool,
    /// By how much more the mesh is off than stated, as the last audit saw it and in units of that: by much that is little
    /// everywhere.
    pub(super) doubt: f64,
}

impl Audits {
    /// What was sound by other tolerances need not be by these.
    pub(super) fn forget_verdict(&mut self) {
        self.sound = 0;
        self.doubt = 0.0;
    }
}

/// How an audit ends.
pub(super) enum Verdict {
    /// Nothing speaks against the mesh.
    Sound,
    /// Something was found, and the mesh has been refined there.
    Refined,
    /// The budget does not suffice to tell.
    Unaffordable,
    /// The observer wants to stop.
    Cancelled,
}

/// Points of an audit as a share of the evaluations so far, and at least.
const SHARE: f64 = 0.03;
const LEAST: f64 = 32.0;
/// Points in one variable at least: the gaps between them are below 1/2000.
const LEAST_IN_ONE: f64 = 2584.0;
/// Points at the most, and where a component has been zero at every node: less than a tenth of a second.
const MOST: f64 = 65_536.0;
/// Tolerances per unit of an integral of which nothing is known yet.
const ANYTHING: f64 = 1e150;
/// Points that look for the support of a component that was zero everywhere, and too few to say that all of it was found.
const FEW: usize = 32;
/// Surprises that are enough to tell by how much a mesh is off, and the part of the stated error below which that is in it.
const MANY: usize = 8;
const LITTLE: f64 = 0.5;
/// Points between two looks at the observer.
const SLICE: usize = 1 << 14;

/// What points have seen.
#[derive(Default)]
pub(super) struct Seen {
    /// Surprises, large and small.
    pub(super) findings: Vec<Finding>,
    /// The first points at which anything is, where climbs may begin there.
    pub(super) starts: Vec<Start>,
    wants_starts: bool,
}

/// A point at which the integrand is not what its region would let expect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Finding {
    pub(super) start: Start,
    values: Vec<f64>,
    /// By how much more that is than the mean of its region, in tolerances per unit of volume.
    excess: Vec<f64>,
    region: usize,
    /// Whether what it may stand for matters.
    matters: bool,
}

/// Points that are evaluated together, and what was found there.
struct Look {
    sample: Sample,
    findings: Vec<Finding>,
    /// Points at which the integrand is alive, and how much.
    lit: Vec<(usize, f64)>,
}

impl Portable for Look {
    fn pack(&self, to: &mut Vec<u8>) {
        self.sample.pack(to);
        pack(&(&self.findings, &self.lit), to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        self.sample.unpack(from)?;
        unpack(from).map(|(findings, lit)| (self.findings, self.lit) = (findings, lit))
    }
}

/// Tolerances by which a mesh is off, from those of the findings of `len` points that do not matter alone: regions that are
/// blind to a part of them, where the integrand jumps, each a little and all in the same direction.
fn missing(findings: &[Finding], len: usize) -> f64 {
    let little: Vec<&Finding> = findings.iter().filter(|finding| !finding.matters).collect();
    let Some(first) = little.first().filter(|_| little.len() >= MANY) else { return 0.0 };
    let sum = |c: usize| little.iter().map(|f| f.excess[c]).sum::<f64>() / len as f64;
    let most = (0..first.excess.len()).map(|c| sum(c).abs()).fold(0.0, f64::max);
    if most.is_finite() { most } else { 0.0 }
}

/// The largest of these values in units of the tolerance.
pub(super) fn bright(sensitivity: &[f64], values: &[f64]) -> f64 {
    sensitivity.iter().zip(values).map(|(s, v)| s * v.abs()).fold(0.0, f64::max)
}

impl Mesh<'_> {
    /// Looks for what the mesh has missed, and refines it there.
    pub(super) fn challenge(&mut self, observer: &mut Observer<'_>) -> Verdict {
        let regions = self.state.regions.len();
        if self.state.audits.sound == regions {
            return Verdict::Sound;
        }
        let before = self.setting.f.before(|| self.state.clone());
        let brightness = self.brightness();
        let verdict = match self.balance(&brightness) {
            Verdict::Sound => self.audit(&brightness, observer),
            verdict => verdict,
        };
        if let Some(before) = before.filter(|_| self.setting.f.is_interrupted()) {
            (self.state, self.is_summed) = (before, false);
            _ = self.observe(observer, false);
            return Verdict::Cancelled;
        }
        match verdict {
            // What the budget allowed to refine counts, too.
            Verdict::Refined | Verdict::Unaffordable => {
                self.sum_afresh();
                self.review_claims();
                self.state.marks.clear();
            }
            Verdict::Sound => self.state.audits.sound = self.state.regions.len(),
            Verdict::Cancelled => {}
        }
        verdict
    }

    /// Evaluates the integrand between the nodes.
    fn audit(&mut self, brightness: &[f64], observer: &mut Observer<'_>) -> Verdict {
        let dim = self.setting.shape.dim;
        let concentration = concentration(dim, brightness, |i| self.state.regions.volume(i));
        let blind = self.state.regions.dark_component().is_some();
        let len = self.audit_points(concentration, blind);
        let left = usize::try_from(self.budget_left()).unwrap_or(usize::MAX);
        if left < len && !blind || left == 0 {
            return Verdict::Unaffordable;
        }
        let len = len.min(left);
        let tree = Tree::new(&self.state.cuts, brightness, dim);
        let mut tally = self.state.tally.clone();
        let mut seen = Seen { wants_starts: concentration > 0.0, ..Seen::default() };
        for start in (0..len).step_by(SLICE) {
            let first = self.state.audits.points + start as u64;
            self.look(Sample::sequence(dim, first, SLICE.min(len - start)), &tree, len, &mut seen, &mut tally);
            if start + SLICE < len && self.show(observer, tally.evaluations, false).is_break() {
                // As if the audit had not begun.
                return Verdict::Cancelled;
            }
        }
        let missing = if blind { 0.0 } else { missing(&seen.findings, len) };
        let mut climbs = self.starts(&seen, concentration, tally.evaluations);
        let affordable = self.options.max_evals.saturating_sub(tally.evaluations) / cost_of_climb(dim);
        let is_complete = climbs.len() as u64 <= affordable;
        climbs.truncate(usize::try_from(affordable).unwrap_or(usize::MAX));
        let ControlFlow::Continue(peaks) = self.climb(climbs, observer, &mut tally) else {
            return Verdict::Cancelled;
        };
        self.look(peaks, &tree, len, &mut seen, &mut tally);
        self.state.tally = tally;
        self.state.audits.points += len as u64;
        let mut findings = seen.findings;
        findings.retain(|finding| finding.matters);
        if blind {
            self.state.audits.is_support_narrow |= !findings.is_empty() && findings.len() < FEW;
        }
        let verdict = self.cut_down(findings);
        // Both are in units of tolerances that are as much smaller as was doubted before.
        let stated = self.state.goal.excess(&self.state.errors);
        let doubt = if missing > LITTLE * stated { missing / stated } else { 0.0 };
        let before = std::mem::replace(&mut self.state.audits.doubt, doubt);
        // What has just been summed, and is judged as it was, remains.
        if self.review_claims() || doubt != before || !self.is_summed {
            self.sum_afresh();
        }
        let can_go_on = self.state.queue.peek().is_some();
        match verdict {
            Verdict::Sound if !is_complete => Verdict::Unaffordable,
            Verdict::Sound if can_go_on && !self.state.goal.met(&self.state.errors) => Verdict::Refined,
            verdict => verdict,
        }
    }

    /// Per component, by how many tolerances a unit of its integral moves the goal. Where a component has been zero at every
    /// node nothing is known of its tolerance, and anything matters.
    pub(super) fn sensitivity(&self) -> Vec<f64> {
        let components = self.setting.shape.components;
        let mut sensitivity = self.state.goal.sensitivity(components);
        let regions = &self.state.regions;
        let dark = |c: &usize| (0..regions.len()).all(|i| regions.is_dark(i, *c));
        (0..components).filter(dark).for_each(|c| sensitivity[c] = ANYTHING);
        sensitivity
    }

    /// Points of an audit.
    fn audit_points(&self, concentration: f64, blind: bool) -> usize {
        if blind {
            return MOST as usize;
        }
        let least = if self.setting.shape.dim == 1 { LEAST_IN_ONE } else { LEAST + CONCENTRATED_LEAST * concentration };
        let share = SHARE + CONCENTRATED_SHARE * concentration;
        (share * self.state.tally.evaluations as f64).clamp(least, MOST) as usize
    }

    /// Evaluates points and compares them with their regions; `len` is the number of points that share the cube.
    fn look(&self, samples: Vec<Sample>, tree: &Tree<'_>, len: usize, seen: &mut Seen, tally: &mut Tally) {
        if samples.is_empty() {
            return;
        }
        let (dim, components) = (self.setting.shape.dim, self.setting.shape.components);
        let sensitivity = self.sensitivity();
        let points = samples.iter().map(|sample| sample.points.len()).sum::<usize>() / dim;
        let expectation = Expectation::new(self.setting, &self.state.regions, &sensitivity, points);
        let keep = seen.wants_starts && seen.starts.is_empty();
        let look = |sample| Look { sample, findings: Vec::new(), lit: Vec::new() };
        let mut pieces: Vec<_> = samples.into_iter().map(look).collect();
        self.workers.share(&mut pieces, |scratch, Look { sample, findings, lit }| {
            sample.evaluate(self.setting.f, scratch.workspace());
            for (i, (point, values)) in sample.points.chunks(dim).zip(sample.values.chunks(components)).enumerate() {
                let brightness = bright(&sensitivity, values);
                if keep && brightness > 0.0 {
                    lit.push((i, brightness));
                }
                let region = tree.locate(|d| point[d]);
                let surprise = expectation.surprise(region, values);
                if surprise > 0.0 {
                    let share = self.state.regions.volume(region).max(1.0 / len as f64);
                    let matters = surprise * share > MATTERS;
                    let start = Start { point: point.to_vec(), brightness };
                    let excess = expectation.excess(region, values);
                    findings.push(Finding { start, values: values.to_vec(), excess, region, matters });
                }
            }
            sample.values = Vec::new();
        });
        for Look { sample, findings, lit } in pieces {
            tally.merge(sample.tally);
            seen.findings.extend(findings);
            let start = |(i, brightness): (usize, f64)| Start { point: sample.points[i * dim..][..dim].to_vec(), brightness };
            let room = MOST_STARTS.saturating_sub(seen.starts.len());
            seen.starts.extend(lit.into_iter().take(room).map(start));
        }
    }

    /// Halves the regions of findings along their widest sides until they see what was found, or are too small to matter.
    fn cut_down(&mut self, mut findings: Vec<Finding>) -> Verdict {
        if findings.is_empty() {
            return Verdict::Sound;
        }
        let sensitivity = self.sensitivity();
        let mut verdict = Verdict::Sound;
        loop {
            let expectation = Expectation::new(self.setting, &self.state.regions, &sensitivity, findings.len());
            let regions = &self.state.regions;
            findings.retain(|f| expectation.surprise(f.region, &f.values) * regions.volume(f.region) > 0.1 * MATTERS);
            let cut = |f: &Finding| self.setting.widest_axis(regions, f.region).map(|axis| (f.region, axis));
            let mut cuts: Vec<_> = findings.iter().filter_map(cut).collect();
            cuts.sort_unstable();
            cuts.dedup();
            let first = regions.len();
            let halved = self.halve(&cuts);
            if halved < cuts.len() {
                return Verdict::Unaffordable;
            }
            if halved == 0 {
                return verdict;
            }
            verdict = Verdict::Refined;
            // The upper halves are the new regions, in the order of the cuts.
            findings.retain_mut(|finding| {
                let Ok(k) = cuts.binary_search_by_key(&finding.region, |(region, _)| *region) else { return false };
                let (axis, upper, regions) = (cuts[k].1, first + k, &self.state.regions);
                let middle = 0.5 * (regions.centre(finding.region)[axis] + regions.centre(upper)[axis]);
                if finding.start.point[axis] >= middle {
                    finding.region = upper;
                }
                true
            });
        }
    }
}

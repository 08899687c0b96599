//! Peaks of which flat samples see too little: where they are, how wide and how high.
//!
//! Where an integrand lives in a small part of the cube, a map learns from the few samples that have met it, and follows
//! what was met first. Points that fill the cube evenly tell whether it is so; climbs from those at which there is
//! anything lead to peaks, and steps away from each along the axes tell how far it reaches. Maps start with samples there,
//! and walkers start there that tell what samples lack ([`super::witnesses`]).

use super::climb::{Start, ascend, cost_of_climb, far_apart, inside};
use super::poles::Pole;
use super::witnesses::{self, Witnesses};
use crate::Options;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::sampling::Sample;
use crate::sampling::{Moments, functionals};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Points that tell how flat samples would fare.
const FLAT: usize = 4096;
/// Part of the side of the cube, per axis, in which the integrand lives: with more no peak is narrow.
const WIDE: f64 = 0.4;
/// Flat points that see it: with so many or more they see enough of it in any number of dimensions.
const ENOUGH: f64 = 32.0;
/// Climbs where the integrand is spread widely.
const FEW: u64 = 4;
/// Climbs at most, and most of the budget that they may take.
const CLIMBS: u64 = 32;
const SHARE: u64 = 16;
/// Halvings of the distance from a face down to the smallest width.
const HALVINGS: usize = 24;
/// Most variables in which peaks are looked at for how they are tilted.
const MOST_TILTED: usize = 32;
/// Most variables in which peaks are looked for: steps along each cost the square of their number.
const MOST_DIM: usize = 64;
/// Peaks that are kept, those that hold most.
const MOST: usize = 8;
/// Part of a stated error below which it holds what may be missing.
const MATTERS: f64 = 0.5;
/// Flat samples with which a map finds a peak by itself.
const HITS: f64 = 50.0;

/// A peak.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Peak {
    /// In the unit cube.
    pub(crate) point: Vec<f64>,
    /// How far it reaches along each axis, whatever the other coordinates are.
    pub(crate) widths: Vec<f64>,
    /// How far it reaches along lines through its top.
    #[serde(skip)]
    pub(super) reach: Vec<f64>,
    /// The volume that it would fill if it were as large everywhere as at its top.
    pub(super) volume: f64,
    /// The largest component, in units of its mean over flat points.
    pub(super) brightness: f64,
    /// Size of every component.
    values: Vec<f64>,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Peaks {
    found: Vec<Peak>,
    /// Whether flat points see enough of the integrand.
    is_wide: bool,
    witnesses: Witnesses,
    poles: Vec<Pole>,
}

impl Peaks {
    /// Looks for peaks within a part of `budget` evaluations, which `tally` counts.
    pub(crate) fn find(f: &Pullback<'_>, options: &Options, budget: u64, tally: &mut Tally) -> Self {
        let mut peaks = Peaks::default();
        let climbs = (budget / SHARE / cost_of_climb(f.dim())).min(CLIMBS);
        if budget / SHARE < FLAT as u64 || f.dim() > MOST_DIM {
            return peaks;
        }
        let mut search = Search { f, workers: Workers::of(options), scales: vec![0.0; f.components()], tally };
        let starts = search.flat();
        let concentrated = is_concentrated(starts.iter().map(|start| start.brightness), FLAT, f.dim());
        peaks.is_wide = !concentrated && !starts.is_empty();
        let ends = search.climb(&starts, if concentrated { climbs } else { climbs.min(FEW) } as usize);
        // Of a search that is broken off nothing counts.
        if f.is_interrupted() {
            return peaks;
        }
        if concentrated {
            peaks.found = search.peaks(&ends);
            if budget / SHARE >= witnesses::COST && !peaks.found.is_empty() && f.dim() <= MOST_TILTED {
                peaks.witnesses = search.walk(&peaks.found, options.seed);
            }
        }
        peaks.poles = search.poles(&ends);
        peaks
    }

    /// The sides of the boxes that peaks fill to which climbs from these places lead, for at most `budget` evaluations. Brightness is
    /// the largest component in units of 1 over `scales`.
    pub(crate) fn boxes_above(
        f: &Pullback<'_>,
        options: &Options,
        starts: &[Start],
        scales: Vec<f64>,
        budget: u64,
        tally: &mut Tally,
    ) -> Vec<Vec<[f64; 2]>> {
        let dim = f.dim();
        let of_each = cost_of_climb(dim) + (2 * HALVINGS * dim + 1 + 2 * dim * dim) as u64;
        let climbs = (budget / of_each).min(CLIMBS);
        if climbs == 0 || dim > MOST_DIM {
            return Vec::new();
        }
        let mut search = Search { f, workers: Workers::of(options), scales, tally };
        let ends = search.climb(starts, climbs as usize);
        let peaks = if f.is_interrupted() { Vec::new() } else { search.peaks(&ends) };
        peaks.iter().map(|peak| (0..dim).map(|d| peak.side(d)).collect()).collect()
    }

    /// Whether these, read from somewhere, are of so many variables and components.
    pub(crate) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let peaks = self.found.iter().all(|p| [p.point.len(), p.widths.len()] == [dim; 2] && p.values.len() == components);
        peaks && self.witnesses.is_sound(dim, components) && self.poles.iter().all(|pole| pole.is_sound(dim, components))
    }

    /// Where they are.
    pub(crate) fn points(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        self.found.iter().map(|peak| peak.point.clone())
    }

    /// The middles of the boxes that they fill, how large every component is at the top, and the volumes.
    pub(crate) fn boxes(&self) -> impl Iterator<Item = (Vec<f64>, &[f64], f64)> {
        let middle = |peak: &Peak| (0..peak.point.len()).map(|d| peak.side(d).iter().sum::<f64>() / 2.0).collect();
        self.found.iter().map(move |peak| (middle(peak), peak.values.as_slice(), peak.volume))
    }

    /// Whether the search has seen where the integrand lives.
    pub(crate) fn know_places(&self) -> bool {
        self.is_wide || !self.found.is_empty()
    }

    /// Adds to the covariance of `moments` parts of the integrals that may be missing, where they matter.
    pub(crate) fn lack(options: &Options, moments: &mut Moments, part: &[f64]) {
        let functionals = functionals(options, &moments.means);
        let moves = |g: &Vec<f64>| g.iter().zip(part).map(|(g, x)| g * x).sum::<f64>().abs() > MATTERS * moments.error(g);
        if functionals.iter().any(moves) {
            moments.may_lack(part);
        }
    }

    /// Whether the largest values are known, so that the tail of a sample says no more.
    pub(crate) fn know_tails(&self) -> bool {
        self.has_witnesses() && !self.poles.iter().any(Pole::is_endless)
    }

    fn has_witnesses(&self) -> bool {
        !self.witnesses.is_empty()
    }

    /// Whether it is known that no map has lost a peak: flat points see all of them, or there are witnesses.
    pub(crate) fn can_verify(&self) -> bool {
        self.is_wide || self.has_witnesses()
    }

    /// Those that fewer than enough of `points` flat samples would meet.
    pub(crate) fn narrow(&self, points: u64) -> impl Iterator<Item = &Peak> {
        self.found.iter().filter(move |peak| points as f64 * peak.volume < HITS)
    }

    /// Adds to the covariance of `moments` what its samples know nothing of, a part of the integrals that they may lack.
    /// `sizes` are the integrals of sizes, and `density` is the number of samples per volume at a point.
    pub(crate) fn warn(&self, options: &Options, moments: &mut Moments, sizes: &[f64], density: impl Fn(&[f64]) -> f64) {
        let functionals = functionals(options, &moments.means);
        let held = |c: usize| self.found.iter().map(|peak| peak.values[c] * peak.volume).fold(0.0, f64::max);
        let sizes: Vec<f64> = sizes.iter().enumerate().map(|(c, size)| size.max(held(c))).collect();
        let errors: Vec<f64> = functionals.iter().map(|g| moments.error(g)).collect();
        let matters = |part: &[f64]| {
            let moves = |g: &Vec<f64>| g.iter().zip(part).map(|(g, x)| g * x).sum::<f64>().abs();
            functionals.iter().zip(&errors).any(|(g, error)| moves(g) > MATTERS * error)
        };
        let lacking = self.has_witnesses().then(|| self.witnesses.unseen(&functionals, &sizes, &density)).into_iter();
        let lacking = lacking.chain(self.poles.iter().map(|pole| pole.unseen(&density)));
        lacking.filter(|part| matters(part)).for_each(|part| moments.may_lack(&part));
    }
}

impl Peak {
    /// From where to where it reaches on an axis.
    pub(super) fn side(&self, d: usize) -> [f64; 2] {
        [(self.point[d] - self.widths[d]).max(0.0), (self.point[d] + self.widths[d]).min(1.0)]
    }

    pub(super) fn holds(&self) -> f64 {
        self.brightness * self.volume
    }

    /// Whether two are the same, or close to each other.
    fn touches(&self, other: &Peak) -> bool {
        let far = |d: usize| (self.point[d] - other.point[d]).abs() > self.widths[d].max(other.widths[d]);
        !(0..self.point.len()).any(far)
    }
}

/// The largest component, in units of 1 over these scales.
pub(crate) fn bright(scales: &[f64], values: &[f64]) -> f64 {
    scales.iter().zip(values).map(|(s, v)| s * v.abs()).fold(0.0, f64::max)
}

/// Whether an integrand of this brightness at points that fill the cube lives in a small part of it: by the volume
/// (Σ b)² / (N Σ b²) in which it would fit if it were as large everywhere.
pub(crate) fn is_concentrated(brightness: impl Iterator<Item = f64>, points: usize, dim: usize) -> bool {
    let (sum, squares) = brightness.fold((0.0, 0.0), |(s, q), bright| (s + bright, q + bright * bright));
    let seen: f64 = sum * sum / squares;
    seen < ENOUGH || (seen / points as f64).powf(1.0 / dim as f64) < WIDE
}

/// A search under way.
pub(super) struct Search<'a, 'b> {
    pub(super) f: &'a Pullback<'b>,
    workers: Workers<Workspace>,
    /// 1 over the mean size of every component at flat points.
    scales: Vec<f64>,
    tally: &'a mut Tally,
}

impl Search<'_, '_> {
    pub(super) fn evaluate(&mut self, mut samples: Vec<Sample>) -> Vec<Sample> {
        let f = self.f;
        self.workers.share(&mut samples, |workspace, sample| sample.evaluate(f, workspace));
        for sample in &mut samples {
            // A search crowds where values are not finite, and its points say nothing of how many there are.
            sample.tally.non_finite = 0;
            self.tally.merge(std::mem::take(&mut sample.tally));
        }
        samples
    }

    /// Points that fill the cube, those at which there is anything.
    fn flat(&mut self) -> Vec<Start> {
        let (dim, components) = (self.f.dim(), self.f.components());
        let samples = self.evaluate(Sample::sequence(dim, 0, FLAT));
        let values = || samples.iter().flat_map(|sample| sample.values.chunks(components));
        for (c, scale) in self.scales.iter_mut().enumerate() {
            let size = values().map(|values| values[c].abs()).sum::<f64>() / FLAT as f64;
            *scale = if size.is_normal() && size.recip().is_finite() { size.recip() } else { 0.0 };
        }
        let points = samples.iter().flat_map(|sample| sample.points.chunks(dim));
        let start = |(point, values): (&[f64], &[f64])| Start { point: point.to_vec(), brightness: self.bright(values) };
        points.zip(values()).map(start).filter(|start| start.brightness > 0.0).collect()
    }

    /// The largest component, in units of its mean.
    pub(super) fn bright(&self, values: &[f64]) -> f64 {
        bright(&self.scales, values)
    }

    /// Brightness at these points.
    pub(super) fn look(&mut self, points: &[f64]) -> Vec<f64> {
        let (dim, components) = (self.f.dim(), self.f.components());
        let samples = self.evaluate(Sample::of(dim, points));
        let values = samples.iter().flat_map(|sample| sample.values.chunks(components));
        values.map(|values| self.bright(values)).collect()
    }

    /// Where `count` climbs lead.
    fn climb(&mut self, starts: &[Start], count: usize) -> Vec<Start> {
        let mut sorted: Vec<&Start> = starts.iter().collect();
        sorted.sort_by(|a, b| b.brightness.total_cmp(&a.brightness));
        let mut climbs = far_apart(sorted, count);
        _ = ascend(&mut climbs, self.f.dim(), |points| {
            let brightness = self.look(points);
            if self.f.is_interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(brightness) }
        });
        climbs.into_iter().map(|climb| climb.at).collect()
    }

    /// The peaks at which climbs have ended, each once.
    fn peaks(&mut self, ends: &[Start]) -> Vec<Peak> {
        let mut peaks = distinct(self.measure(ends));
        if (2..=MOST_TILTED).contains(&self.f.dim()) {
            self.tilt(&mut peaks);
            peaks = distinct(peaks);
        }
        peaks.truncate(MOST);
        peaks
    }

    /// Steps away from where climbs have ended.
    fn measure(&mut self, ends: &[Start]) -> Vec<Peak> {
        let (dim, components) = (self.f.dim(), self.f.components());
        // From small steps to large ones, up to half of the way to the face that is farther away; both are taken on one side
        // where the other has no room.
        let step = |x: f64, k: usize| x.max(1.0 - x) * 0.5_f64.powi((HALVINGS - k) as i32);
        let mut points = Vec::new();
        for (end, d) in ends.iter().flat_map(|end| (0..dim).map(move |d| (end, d))) {
            for (k, sign) in (0..HALVINGS).flat_map(|k| [(k, -1.0), (k, 1.0)]) {
                let first = points.len();
                points.extend_from_slice(&end.point);
                let away = sign * step(end.point[d], k);
                let x = end.point[d] + away;
                points[first + d] = inside(if x > 0.0 && x < 1.0 { x } else { end.point[d] - away });
            }
        }
        let brightness = self.look(&points);
        let peaks: Vec<f64> = ends.iter().flat_map(|end| end.point.iter().copied()).collect();
        let samples = self.evaluate(Sample::of(dim, &peaks));
        let values = samples.iter().flat_map(|sample| sample.values.chunks(components));
        let of_axis = |end: &Start, d: usize, brightness: &[f64]| {
            let fallen = brightness.chunks(2).position(|pair| 0.5 * (pair[0] + pair[1]) < 0.5 * end.brightness);
            fallen.map_or(0.5, |k| step(end.point[d], k))
        };
        let axes = |end: &Start, brightness: &[f64]| -> Vec<f64> {
            brightness.chunks(2 * HALVINGS).enumerate().map(|(d, brightness)| of_axis(end, d, brightness)).collect()
        };
        let all = ends.iter().zip(values).zip(brightness.chunks(2 * HALVINGS * dim));
        all.map(|((end, values), brightness)| {
            let widths = axes(end, brightness);
            let mut peak = Peak {
                point: end.point.clone(),
                reach: widths.clone(),
                widths,
                volume: 1.0,
                brightness: end.brightness,
                values: values.iter().map(|v| v.abs()).collect(),
            };
            peak.volume = (0..dim).map(|d| peak.side(d)).map(|[lo, hi]| hi - lo).product();
            peak
        })
        .collect()
    }
}

/// Those that do not touch one that holds more.
fn distinct(mut peaks: Vec<Peak>) -> Vec<Peak> {
    peaks.sort_by(|a, b| b.holds().total_cmp(&a.holds()));
    let mut kept: Vec<Peak> = Vec::new();
    for peak in peaks {
        if !kept.iter().any(|other| peak.touches(other)) {
            kept.push(peak);
        }
    }
    kept
}

//! Looks for what a train has missed: from points at which it is off, along one axis after the other, to where it is off most.
//!
//! A peak that no pivot has met is beside the nodes, and a sample that meets its slope only sees a small rest there. But that rest is
//! far above what the train leaves elsewhere, and grows towards the peak: some thirty points along every axis, then as many
//! around the best of them, find the top and how wide it is.
//!
//! The search by axes is that of Y. Núñez Fernández et al., SciPost Phys. 18 (2025) 104, there on the nodes.

use super::chain::Chain;
use super::marginals::{through, values};
use super::oracle::Oracle;
use super::sample::Sample;
use crate::batch::Columns;
use serde::{Deserialize, Serialize};

/// Points along an axis, and the part of it that the second round looks at.
const LINE: usize = 32;
const ZOOM: f64 = 0.125;
/// How many times the root of its mean square the rest is at a point from which it pays to look.
const STRIKING: f64 = 8.0;
/// Points to begin with.
pub(super) const STARTS: usize = 3;

/// Evaluations for each of them.
pub(super) fn cost(dim: usize) -> u64 {
    2 * dim as u64 * (LINE as u64 + 1)
}

/// A place at which a train was off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) point: Vec<f64>,
    /// Values of f there.
    pub(super) values: Vec<f64>,
    /// By how much it was off, in units of the components.
    size: f64,
    /// The integral of that, were it a product of its profiles along the axes.
    pub(super) integral: f64,
}

impl Found {
    /// A place of which nothing is known but that f is large there.
    pub(super) fn at(point: Vec<f64>) -> Self {
        Found { point, values: Vec::new(), size: 0.0, integral: 0.0 }
    }

    /// Whether it, deserialised, is one of so many variables and components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let point = self.point.len() == dim && self.point.iter().all(|u| (0.0..=1.0).contains(u));
        point && (self.values.is_empty() || self.values.len() == components)
    }

    /// What a train still lacks of it: the integral, and the root of that of the square.
    pub(super) fn lacking(&self, sample: &Sample, chain: &Chain) -> (f64, f64) {
        if self.values.is_empty() || self.size <= 0.0 {
            return (0.0, 0.0);
        }
        let mut known = vec![1.0];
        for (core, u) in chain.cores.iter().zip(&self.point) {
            known = through(core, &known, &values(core, *u));
        }
        let of_component = |c: usize| {
            let ends = chain.ends.iter().skip(c).step_by(chain.components);
            self.values[c] - sample.scales[c] * known.iter().zip(ends).map(|(x, e)| x * e).sum::<f64>()
        };
        let rest: Vec<f64> = (0..chain.components).map(of_component).collect();
        let part = sample.size(&rest) / self.size;
        (part * self.integral, part * (self.size * self.integral).sqrt())
    }
}

/// Points of the sample from which one ought to look, the most striking first.
pub(super) fn striking(sample: &Sample, rest: &[f64]) -> Vec<usize> {
    let components = sample.scales.len();
    let size = |i: usize| sample.size(&rest[i * components..][..components]);
    let order = sample.largest(rest);
    let root = (order.iter().map(|i| size(*i).powi(2)).sum::<f64>() / order.len() as f64).sqrt();
    // Without the largest themselves, which would hide each other.
    let others = order.iter().skip(order.len() / 64).map(|i| size(*i).powi(2)).sum::<f64>() / order.len() as f64;
    let bound = STRIKING * others.sqrt().min(root);
    order.into_iter().take(STARTS).filter(|i| size(*i) > bound).collect()
}

/// Where the train is off most, by way of these points.
pub(super) fn climb(oracle: &mut Oracle<'_>, sample: &Sample, chain: &Chain, starts: Vec<Vec<f64>>) -> Vec<Found> {
    let dim = oracle.f.dim();
    let mut found: Vec<Found> = starts.into_iter().map(Found::at).collect();
    for zoom in [1.0, ZOOM] {
        found.iter_mut().for_each(|place| place.integral = 1.0);
        for axis in 0..dim {
            let lines: Vec<Vec<f64>> = found.iter().map(|place| line(place.point[axis], zoom)).collect();
            let sizes = rests(oracle, sample, chain, &found, axis, &lines);
            if sizes.is_empty() {
                return Vec::new();
            }
            for ((place, line), sizes) in found.iter_mut().zip(&lines).zip(sizes.chunks_exact(LINE + 1)) {
                let best = (0..sizes.len()).max_by(|i, j| sizes[*i].total_cmp(&sizes[*j])).unwrap_or(0);
                (place.point[axis], place.size) = (line[best], sizes[best]);
                let width = sizes[..LINE].iter().sum::<f64>() / LINE as f64 * zoom / place.size.max(f64::MIN_POSITIVE);
                place.integral *= width;
            }
        }
    }
    let values = oracle.at(found.len(), |d, first, to| {
        to.iter_mut().zip(&found[first..]).for_each(|(u, place)| *u = place.point[d]);
    });
    for (place, values) in found.iter_mut().zip(values.chunks_exact(chain.components)) {
        place.integral *= place.size;
        place.values = values.to_vec();
    }
    found
}

/// Points around a place, and itself.
fn line(place: f64, zoom: f64) -> Vec<f64> {
    let start = (place - 0.5 * zoom).clamp(0.0, 1.0 - zoom);
    (0..LINE).map(|k| start + zoom * (k as f64 + 0.5) / LINE as f64).chain([place]).collect()
}

/// Sizes of the rest along an axis, place by place; nothing where it was interrupted.
fn rests(oracle: &mut Oracle<'_>, sample: &Sample, chain: &Chain, found: &[Found], axis: usize, lines: &[Vec<f64>]) -> Vec<f64> {
    let (dim, components, mut points) = (oracle.f.dim(), sample.scales.len(), Columns::default());
    let (count, each) = (found.len() * (LINE + 1), LINE + 1);
    points.reset(dim, count);
    for d in 0..dim {
        let at = |k: usize| if d == axis { lines[k / each][k % each] } else { found[k / each].point[d] };
        points.column_mut(d).iter_mut().enumerate().for_each(|(k, u)| *u = at(k));
    }
    points.pad();
    let values = oracle.at(count, |d, first, to| {
        let len = to.len();
        to.copy_from_slice(&points.column(d)[first..first + len]);
    });
    if oracle.f.is_interrupted() {
        return Vec::new();
    }
    let mut of_train = Columns::default();
    chain.eval(&points, &mut of_train);
    let rest = |k: usize, c: usize| values[k * components + c] - of_train.column(c)[k] * sample.scales[c];
    (0..count).map(|k| sample.size(&(0..components).map(|c| rest(k, c)).collect::<Vec<_>>())).collect()
}

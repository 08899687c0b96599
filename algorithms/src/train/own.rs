//! Points that are distributed as the square of a train: whether it is right where it lives, if that is where no point of the sample is.

use super::chain::Chain;
use super::density::Density;
use super::fit::Place;
use super::oracle::Oracle;
use super::sample::Sample;
use crate::batch::Columns;
use crate::pullback::Tally;
use crate::qmc::scrambled;
use crate::sampling::streams::mix;
use serde::{Deserialize, Serialize};

/// Points that are drawn, and where these stand among the random streams.
const COUNT: usize = 128;
const DRAWS: u64 = 0x7472_6169_6e21;
/// How many times the mean square of the sample that of the train is where the sample does not see it.
const UNSEEN: f64 = 4.0;
/// Points of the sample that must hold the mean square for it to be seen.
const LEAST: f64 = 10.0;

/// What a train leaves there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Own {
    /// f − train over the root of the points' density, point by point: its mean square is that of f − train over the cube.
    pub(super) rest: Vec<f64>,
    /// The largest size of every component of f.
    pub(super) most: Vec<f64>,
    /// The point at which f is largest.
    pub(super) top: Vec<f64>,
    /// ∫ train², in units of the components, and ∫ (f − train)².
    squares: (f64, f64),
}

impl Own {
    /// Looks, where the train is much more than the sample has seen.
    pub(super) fn look(place: &Place<'_>, tally: &mut Tally, chain: &Chain, sample: &Sample) -> Option<Self> {
        let density = Density::of_squares(chain);
        let components = sample.scales.len();
        let square = |v: &[f64]| v.iter().zip(&sample.scales).map(|(x, scale)| (x / scale).powi(2)).sum::<f64>();
        let seen = sample.values.chunks_exact(components).map(square).sum::<f64>() / sample.count() as f64;
        let left = place.options.max_evals.saturating_sub(tally.evaluations);
        let is_seen = density.total() <= UNSEEN * seen && !sample.is_peaked(LEAST);
        if density.total().is_nan() || is_seen || left < 2 * COUNT as u64 {
            return None;
        }
        let (dim, mut uniform, mut points) = (place.f.dim(), Columns::default(), Columns::default());
        uniform.reset(dim, COUNT);
        scrambled(mix(place.options.seed ^ DRAWS), &mut uniform);
        points.reset(dim, COUNT);
        let mut densities = Vec::with_capacity(COUNT);
        for i in 0..COUNT {
            let y: Vec<f64> = (0..dim).map(|d| uniform.column(d)[i]).collect();
            let (x, q) = density.draw(&[], &y);
            x.iter().enumerate().for_each(|(d, x)| points.column_mut(d)[i] = *x);
            densities.push(q);
        }
        points.pad();
        let values = Oracle::new(place, tally).at(COUNT, |d, first, to| {
            let len = to.len();
            to.copy_from_slice(&points.column(d)[first..first + len]);
        });
        let mut of_train = Columns::default();
        chain.eval(&points, &mut of_train);
        let mut rest = Vec::with_capacity(values.len());
        for (i, (values, q)) in values.chunks_exact(components).zip(&densities).enumerate() {
            let left = |(c, x): (usize, &f64)| (x - of_train.column(c)[i] * sample.scales[c]) / q.sqrt();
            rest.extend(values.iter().enumerate().map(left));
        }
        let size = |i: &usize| sample.size(&values[i * components..][..components]);
        let top = (0..COUNT).max_by(|i, j| size(i).total_cmp(&size(j))).unwrap_or(0);
        let largest = |c: usize| values[c..].iter().step_by(components).fold(0.0, |most: f64, x| most.max(x.abs()));
        let of_rest = rest.chunks_exact(components).map(square).sum::<f64>() / COUNT as f64;
        Some(Own {
            most: (0..components).map(largest).collect(),
            top: (0..dim).map(|d| points.column(d)[top]).collect(),
            squares: (density.total(), of_rest),
            rest,
        })
    }

    /// Whether f is the train there, up to a part of it.
    pub(super) fn is_followed(&self, part: f64) -> bool {
        self.squares.1 <= part * part * self.squares.0
    }
}

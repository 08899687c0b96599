//! A box with its points: what they say, and how it is halved.

use crate::Options;
use crate::parallel::{Portable, pack, pack_list, unpack, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use crate::sampling::{Uniform, functionals, packed, scaling};

/// Part of a box's points that tell where to halve it, and the points of a half at least, per variable: as in Press and Farrar.
const PILOT: f64 = 0.1;
const LEAST: u64 = 16;
/// Boxes with fewer points, in units of these, are sampled as they are.
const SPLIT: u64 = 8;
/// How fast the error of a half falls with its points: σ² ∝ n^−α, with the α that they recommend.
const ALPHA: f64 = 2.0;
/// The least a variance and a covariance may be: rounding may leave a little less than nothing of a variance.
const LOWEST: [f64; 2] = [0.0, f64::NEG_INFINITY];
/// Points that are evaluated together.
const BATCH: u64 = 1 << 14;
/// Components from which on their pairs take so long that an interrupt is looked for.
const MANY: usize = 64;

/// What a round is about.
pub(super) struct Lot<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) options: &'a Options,
    pub(super) round: u64,
    /// Exponents of the units of the components.
    pub(super) units: &'a [i32],
}

/// A box and what is known of it.
pub(super) struct Stratum {
    lo: Vec<f64>,
    hi: Vec<f64>,
    points: u64,
    /// Which of the round's boxes it is: its stream of random numbers.
    number: u64,
    pub(super) tally: Tally,
    /// Of its points, or of the pilot's: in the units of the round, means and the covariances of the means.
    pub(super) means: Vec<f64>,
    pub(super) covariance: Vec<f64>,
    /// A point at which the integrand was not zero.
    pub(super) alive: Option<Vec<f64>>,
    /// Per axis, and for its lower and upper half: points, and for every quantity of the target sum and sum of squares.
    sides: Vec<[(f64, Vec<[f64; 2]>); 2]>,
}

impl Portable for Stratum {
    fn pack(&self, to: &mut Vec<u8>) {
        self.tally.pack(to);
        pack_list(&self.means, to);
        pack_list(&self.covariance, to);
        pack(&(&self.alive, &self.sides), to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        self.tally.unpack(from)?;
        unpack_list(&mut self.means, from)?;
        unpack_list(&mut self.covariance, from)?;
        unpack(from).map(|(alive, sides)| (self.alive, self.sides) = (alive, sides))
    }
}

impl Stratum {
    /// The whole cube.
    pub(super) fn whole(dim: usize, points: u64) -> Self {
        Stratum::new(vec![0.0; dim], vec![1.0; dim], points, 0)
    }

    fn new(lo: Vec<f64>, hi: Vec<f64>, points: u64, number: u64) -> Self {
        let (tally, means, covariance) = (Tally::default(), Vec::new(), Vec::new());
        Stratum { lo, hi, points, number, tally, means, covariance, alive: None, sides: Vec::new() }
    }

    pub(super) fn volume(&self) -> f64 {
        self.lo.iter().zip(&self.hi).map(|(lo, hi)| hi - lo).product()
    }

    /// Whether it is to be halved, and the points that it takes first.
    fn plan(&self) -> (bool, u64) {
        let least = LEAST * self.lo.len() as u64;
        let pilot = ((PILOT * self.points as f64) as u64).max(least);
        if self.points >= SPLIT * least { (true, pilot) } else { (false, self.points) }
    }

    /// Draws points and looks at them.
    pub(super) fn sample(&mut self, lot: &Lot<'_>, workspace: &mut Workspace) {
        let (f, (is_pilot, count)) = (lot.f, self.plan());
        let (dim, components) = (f.dim(), f.components());
        let mut uniform = Uniform::new(lot.options.seed, lot.round, self.number);
        let (mut sums, mut squares) = (vec![0.0; components], vec![0.0; packed(components, 0)]);
        let middle: Vec<f64> = self.lo.iter().zip(&self.hi).map(|(lo, hi)| lo + 0.5 * (hi - lo)).collect();
        let (mut y, mut below, mut kept) = (vec![0.0; components], Vec::new(), Vec::new());
        for first in (0..count).step_by(BATCH as usize) {
            let len = BATCH.min(count - first) as usize;
            f.prepare(workspace, len);
            for d in 0..dim {
                uniform.fill(workspace.points.lanes_mut(d));
                workspace.points.column_mut(d).iter_mut().for_each(|u| *u = self.lo[d] + (self.hi[d] - self.lo[d]) * *u);
            }
            let place: Vec<Vec<f64>> = (0..dim).map(|d| workspace.points.column(d).to_vec()).collect();
            self.tally.merge(f.eval(workspace));
            for i in 0..len {
                (0..components).for_each(|c| y[c] = scaling::scale(workspace.values.column(c)[i], -lot.units[c]));
                if self.alive.is_none() && y.iter().any(|y| *y != 0.0) {
                    self.alive = Some(place.iter().map(|column| column[i]).collect());
                }
                // What is broken off is thrown away.
                let given_up = components >= MANY && f.is_interrupted();
                for a in 0..if given_up { 0 } else { components } {
                    sums[a] += y[a];
                    (0..=a).for_each(|b| squares[packed(a, b)] += y[a] * y[b]);
                }
                if is_pilot {
                    below.extend((0..dim).map(|d| place[d][i] < middle[d]));
                    kept.extend_from_slice(&y);
                }
            }
        }
        let n = count as f64;
        self.means = sums.iter().map(|sum| sum / n).collect();
        let entry = |a: usize, b: usize| {
            ((squares[packed(a, b)] / n - self.means[a] * self.means[b]) / (n - 1.0)).max(LOWEST[usize::from(a != b)])
        };
        self.covariance = (0..components).flat_map(|a| (0..=a).map(move |b| (a, b))).map(|(a, b)| entry(a, b)).collect();
        if is_pilot {
            self.compare(lot, &below, &kept);
        }
    }

    /// Sums of the quantities of the target in both halves along every axis.
    fn compare(&mut self, lot: &Lot<'_>, below: &[bool], kept: &[f64]) {
        let dim = self.lo.len();
        let quantities = functionals(lot.options, &self.means);
        let nothing = || (0.0, vec![[0.0; 2]; quantities.len()]);
        self.sides = (0..dim).map(|_| [nothing(), nothing()]).collect();
        for (below, y) in below.chunks(dim).zip(kept.chunks(self.means.len())) {
            for (sides, below) in self.sides.iter_mut().zip(below) {
                let (points, sums) = &mut sides[usize::from(!below)];
                *points += 1.0;
                for (sum, g) in sums.iter_mut().zip(&quantities) {
                    let value: f64 = g.iter().zip(y).map(|(g, y)| if *g == 0.0 { 0.0 } else { g * y }).sum();
                    (sum[0], sum[1]) = (sum[0] + value, sum[1] + value * value);
                }
            }
        }
    }

    /// Its halves along the axis that lowers the variance most, with the points that are left; none if it is not to be halved.
    pub(super) fn halves(&self, lot: &Lot<'_>, number: &mut u64) -> Vec<Stratum> {
        let (is_pilot, spent) = self.plan();
        if !is_pilot {
            return Vec::new();
        }
        // The spread of every quantity in units of its spread in both halves together, so that none outweighs the others.
        let power = 2.0 / (1.0 + ALPHA);
        let spread = |axis: usize| {
            let [low, high] = &self.sides[axis];
            let variance =
                |n: f64, [sum, square]: [f64; 2]| if n < 2.0 { f64::NAN } else { (square / n - (sum / n).powi(2)).max(0.0) };
            let of_quantity = |q: usize| {
                let all = variance(low.0 + high.0, [low.1[q][0] + high.1[q][0], low.1[q][1] + high.1[q][1]]);
                let unit = if all > 0.0 { all } else { 1.0 };
                [low, high].map(|(n, sums)| (variance(*n, sums[q]) / unit).powf(0.5 * power))
            };
            (0..low.1.len()).map(of_quantity).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
        };
        let spreads: Vec<[f64; 2]> = (0..self.lo.len()).map(spread).collect();
        let known = (0..spreads.len()).filter(|d| spreads[*d].iter().all(|s| s.is_finite()) && spreads[*d] != [0.0; 2]);
        let total = |d: usize| spreads[d][0] + spreads[d][1];
        // Where all is the same one axis is as good as another.
        let other = ((self.number ^ lot.round) % self.lo.len() as u64) as usize;
        let axis = known.min_by(|a, b| total(*a).total_cmp(&total(*b))).unwrap_or(other);
        let share = if total(axis) > 0.0 { spreads[axis][0] / total(axis) } else { 0.5 };
        let (left, least) = (self.points - spent, LEAST * self.lo.len() as u64);
        let low = ((share * left as f64) as u64).clamp(least, left - least);
        let middle = self.lo[axis] + 0.5 * (self.hi[axis] - self.lo[axis]);
        [low, left - low]
            .into_iter()
            .enumerate()
            .map(|(half, points)| {
                let (mut lo, mut hi) = (self.lo.clone(), self.hi.clone());
                if half == 0 {
                    hi[axis] = middle
                } else {
                    lo[axis] = middle
                }
                *number += 1;
                Stratum::new(lo, hi, points, *number - 1)
            })
            .collect()
    }
}

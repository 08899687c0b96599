//! Replicates and what they tell: their mean, and from their spread its error.
//!
//! Every replicate r estimates all components from the first N points of its own scrambled sequence, I_r = Σ w / N.
//! Replicates are independent and have the same distribution, so that I = Σ I_r / R has the covariance
//! Σ (I_r − I)(I_r − I)ᵀ / (R (R − 1)), whatever the points of one replicate owe to each other. Stated errors are
//! Student's multiple of the square root of a variance, which also holds for the combination N − E D behind a
//! ratio, to first order.
//!
//! A. B. Owen, Ann. Statist. 25 (1997) 1541; P. L'Ecuyer, M. K. Nakayama, A. B. Owen, B. Tuffin, Proc. Winter Simul.
//! Conf. (2023) 446, who find Student's intervals the most reliable.

use super::plan::MOST_REPLICATES;
use super::points::Kind;
use super::sample::Piece;
use super::tail::Extremes;
use super::trail::Trail;
use crate::sampling::{MapAxis, Moments, Tail, packed, scaling, student_factor};
use crate::sum::Sum;

/// Relative difference up to which replicates are the same but for rounding.
const COINCIDENT: f64 = 4.0 * f64::EPSILON;

/// Tail index from which on a pole is looked for: that of a Gaussian that fills the cube is below 0.1.
const POLE: f64 = 0.2;
/// Part of the error by which one weight of a heavy tail may move the result.
const MOVES: f64 = 0.5;
/// Number of points that are too few to have met all peaks, and one that is enough. A choice.
const FEW: f64 = 16.0;
const MANY: f64 = 100.0;

/// All replicates of one kind of points under one map.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Replicates {
    pub(super) kind: Kind,
    /// Number of the first one among all of this kind.
    pub(super) first: usize,
    /// None: the plain cube.
    pub(super) map: Option<Vec<MapAxis>>,
    /// N, points of each replicate so far.
    pub(super) points: u64,
    pub(super) extremes: Extremes,
    tail: Tail,
    trail: Trail,
    /// At every size at which these competed, or might have to, the logarithm of their variance.
    pub(super) scores: Vec<f64>,
    /// Whether the plain cube has seen too little to tell what the map may have lost.
    pub(super) unverified: bool,
    /// Per component, Σ |w| of all points.
    sizes: Vec<f64>,
    /// Per replicate and component, Σ w.
    sums: Vec<Vec<Sum>>,
}

impl Replicates {
    pub(super) fn new(kind: Kind, replicates: usize, components: usize, map: Option<Vec<MapAxis>>) -> Self {
        Replicates {
            kind,
            first: 0,
            map,
            points: 0,
            extremes: Extremes::new(replicates, components),
            tail: Tail::new(components),
            trail: Trail::default(),
            scores: Vec::new(),
            unverified: false,
            sizes: vec![0.0; components],
            sums: vec![vec![Sum::default(); components]; replicates],
        }
    }

    /// Whether these, deserialised, are of `components` in `dim` variables, at least two and not too many.
    pub(super) fn is_sound(&self, components: usize, dim: usize) -> bool {
        let replicates = self.sums.len();
        let number = 2..=MOST_REPLICATES as usize;
        let sums = number.contains(&replicates) && self.first < MOST_REPLICATES as usize;
        let sums = sums && dim <= self.kind.max_dim() && self.sums.iter().all(|sums| sums.len() == components);
        let fits = self.map.is_none() || self.kind == Kind::Sobol;
        let map = fits && self.map.iter().flatten().all(|axis| axis.is_sound(axis.increments()));
        let sums = sums
            && self.sizes.len() == components
            && self.extremes.is_sound(replicates, components)
            && self.tail.is_sound(components)
            && self.trail.is_sound(components);
        // A run that was interrupted in its first step has no points yet, and has summed nothing.
        let empty = |sum: &Sum| sum.value() == 0.0;
        let points = self.points <= self.kind.max_points() && (self.points > 0 || self.sums.iter().flatten().all(empty));
        sums && map && points && self.map.as_ref().is_none_or(|map| map.len() == dim)
    }

    /// R.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// Adds the next piece.
    pub(super) fn add(&mut self, piece: &Piece) {
        self.extremes.add(piece.replicate, &piece.extremes);
        piece.largest.iter().enumerate().for_each(|(c, largest)| self.tail.add(c, *largest));
        self.sizes.iter_mut().zip(&piece.sizes).for_each(|(size, x)| *size += x);
        self.sums[piece.replicate].iter_mut().zip(&piece.sums).for_each(|(sum, x)| sum.add(*x));
    }

    /// As many points of `count` replicates that follow on these, of which none has been taken yet.
    pub(super) fn fresh(&self, count: usize) -> Self {
        let components = self.sizes.len();
        let first = self.first + self.len();
        Replicates { first, ..Replicates::new(self.kind, count, components, self.map.clone()) }
    }

    /// Joins with replicates that follow on these and have as many points.
    pub(super) fn join(&mut self, others: Replicates) {
        self.extremes.join(others.extremes);
        self.tail.merge(&others.tail);
        self.sizes.iter_mut().zip(&others.sizes).for_each(|(size, x)| *size += x);
        self.sums.extend(others.sums);
    }

    /// Means, and their covariance.
    pub(super) fn moments(&self) -> Moments {
        let (n, replicates) = (self.points as f64, self.len() as f64);
        let components = self.sizes.len();
        let estimates: Vec<f64> = self.sums.iter().flatten().map(|s| s.value() / n).collect();
        let estimates = || estimates.chunks_exact(components);
        let first = estimates().next().expect("at least two replicates");
        let mut moments = Moments::zero(components);
        moments.points = self.points * self.len() as u64;
        for (c, mean) in moments.means.iter_mut().enumerate() {
            // Deviations from the first: equal replicates have none.
            *mean = first[c] + estimates().map(|e| e[c] - first[c]).sum::<f64>() / replicates;
        }
        // In units of the size of each component, whose squares could overflow, or vanish.
        let largest = |c: usize| estimates().fold(0.0, |most: f64, e| most.max(e[c].abs()));
        let exponents: Vec<i32> = (0..components).map(|c| scaling::exponent(largest(c))).collect();
        let scaled = |c: usize, x: f64| scaling::scale(x, -exponents[c]);
        let means = moments.means.clone();
        let deviation = |e: &[f64], c: usize| scaled(c, e[c] - means[c]);
        for a in 0..components {
            for b in 0..=a {
                let sum: f64 = estimates().map(|e| deviation(e, a) * deviation(e, b)).sum();
                moments.covariance[packed(a, b)] = sum / (replicates * (replicates - 1.0));
            }
            if estimates().all(|e| (e[a] - first[a]).abs() <= COINCIDENT * first[a].abs()) {
                moments.covariance[packed(a, a)] += scaled(a, self.extremes.unseen(a, self.points)).powi(2);
            }
        }
        moments.units = exponents;
        moments
    }

    /// Whether any weight was not zero.
    pub(super) fn seen(&self) -> bool {
        self.extremes.seen()
    }

    /// ∫|f_c|.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let points = self.points as f64 * self.len() as f64;
        self.sizes.iter().map(|size| size / points).collect()
    }

    /// Whether a few points hold most of a component: what they have met tells little of what they have not.
    pub(super) fn is_narrow(&self) -> bool {
        self.sizes.iter().zip(self.extremes.largest()).any(|(size, largest)| largest > size / FEW)
    }

    /// Whether the largest weights are spread as if there were no end to them, and matter.
    pub(super) fn may_have_pole(&self) -> bool {
        self.tail.looks_heavy(POLE, MOVES, self.errors_of_sums())
    }

    /// Errors of the sums of all weights.
    fn errors_of_sums(&self) -> impl Iterator<Item = f64> {
        let points = self.points as f64 * self.len() as f64;
        self.moments().integrals().into_iter().map(move |e| points * e.error)
    }

    /// Whether a component's largest weights grow, or are spread, as if its variance were infinite, and matter.
    pub(super) fn has_heavy_tail(&self) -> bool {
        self.extremes.has_heavy_tail() || self.tail.is_heavy(MOVES, self.errors_of_sums())
    }

    /// Whether so few points could hold all that was seen that other peaks may have been missed.
    pub(super) fn is_peaked(&self) -> bool {
        self.sizes.iter().zip(self.extremes.largest()).any(|(size, largest)| largest > size / MANY)
    }

    /// Notes what is stated before further points are added.
    pub(super) fn mark(&mut self) {
        if self.points > 0 {
            self.trail.note(self.points, (0..self.sizes.len()).map(|c| self.spread(c)).collect());
        }
    }

    /// The error of a component by the spread of the replicates.
    fn spread(&self, c: usize) -> f64 {
        let (n, replicates) = (self.points as f64, self.len() as f64);
        let estimate = |sums: &Vec<Sum>| sums[c].value() / n;
        let first = estimate(&self.sums[0]);
        let mean = first + self.sums.iter().map(|sums| estimate(sums) - first).sum::<f64>() / replicates;
        let deviations = || self.sums.iter().map(|sums| estimate(sums) - mean);
        let unit = deviations().fold(0.0, |most: f64, x| most.max(x.abs()));
        let squares = deviations().map(|x| (x / unit).powi(2)).sum::<f64>() / (replicates * (replicates - 1.0));
        if unit > 0.0 { student_factor(self.len()) * unit * squares.sqrt() } else { 0.0 }
    }

    /// Notes that every replicate has been taken to `points`.
    pub(super) fn reach(&mut self, points: u64) {
        self.points = points;
        self.extremes.double();
    }

    /// The same with errors that hold as often as a standard deviation: the covariance times Student's t², and no less than what
    /// fewer points have said allows for.
    pub(super) fn stated(&self) -> Moments {
        let t = student_factor(self.len());
        let mut moments = self.moments();
        moments.covariance.iter_mut().for_each(|c| *c *= t * t);
        let floors: Vec<f64> = (0..self.sizes.len()).map(|c| self.trail.least_error(self.kind, self.points, c)).collect();
        moments.raise(&floors);
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_covariance_are_those_of_the_replicates() {
        let mut replicates = Replicates::new(Kind::Sobol, 3, 2, None);
        for (replicate, (x, y)) in [(2.0, 4.0), (4.0, 4.0), (6.0, 10.0)].into_iter().enumerate() {
            replicates.add(&Piece {
                replicate,
                sums: vec![x, y],
                sizes: vec![x, y],
                extremes: vec![(x, x), (y, y)],
                ..Piece::default()
            });
        }
        replicates.points = 2;
        let moments = replicates.moments();
        assert_eq!(moments.means, [2.0, 3.0]);
        // Deviations (−1, 0, 1) and (−1, −1, 2).
        assert_eq!(moments.matrix().into_raw_vec_and_offset().0, [2.0 / 6.0, 3.0 / 6.0, 3.0 / 6.0, 6.0 / 6.0]);
        let t = student_factor(3);
        assert_eq!(replicates.stated().covariance[0], t * t * moments.covariance[0]);
    }
}

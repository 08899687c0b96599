//! Which points go on: kinds compete over three sizes, and the one that promises the least spread is taken further.
//!
//! Scrambled Sobol' points begin. Where they are far from the goal lattices under all transforms join, with few replicates each.
//! The worst of them is dropped at once, as are those that promise less than Sobol' points. At twice as many points the best
//! lattice takes the lead if it is clearly better than Sobol' points; where no map will be tried, the next one is its last rival
//! for one more doubling (K. Jamieson, A. Talwalkar, AISTATS 2016, call it successive halving). What counts is the variance of a
//! replicate, the mean logarithm of all quantities of the target, carried on along its own slope to the size that the budget
//! allows: of two transforms the higher order starts higher and falls faster. Transforms whose weights alone would cost more than
//! a certain multiple of the points do not compete: orders 1, 2 and 3 in up to 15, 7 and 5 variables.
//!
//! The least of several noisy variances is too small. Until the choice is made it is the error of Sobol' points, which nobody
//! has chosen, that is stated; a lattice that was chosen gets as many replicates again that had no say in the choice, and is
//! believed from twice as many points on. A lattice that disagrees with Sobol' points by far more than the errors has missed
//! something and is out, as is one that has met values that are not finite: its points crowd at the faces. Where a hundred
//! points may hold all that was seen, spreads tell little, and there is no trial.

use super::Run;
use super::plan::{FEW, LEAST_POINTS};
use super::points::Kind;
use super::replicates::Replicates;
use super::state::State;
use crate::pullback::Tally;
use crate::sampling::{functionals, standing};
use crate::{Error, Options, Target};

/// The error as a multiple of the tolerance above which a trial begins: what it costs is then a tenth of what errors that fall
/// as 1/N would still need.
const FAR: f64 = 16.0;
/// By how much the variance of a lattice must be below that of Sobol' points, now and as it promises to become: chance should
/// not choose it.
const MARGIN: f64 = 2.0;
const PROMISED_MARGIN: f64 = 4.0;
/// Most lattices that are taken to the second size, where a map will be tried as well and where it will not.
const SEMIFINALISTS: [usize; 2] = [2, 3];
/// The mean square of the weights above which a transform does not compete.
const MOST_WEIGHT: f64 = 16.0;
/// Standard deviations by which a lattice may differ from Sobol' points: with seven degrees of freedom one in 2,000 does.
const DISAGREEMENT: f64 = 6.0;
/// By how much the variance of a transform of order 2 or 3 must be, and promise to become, below that of Sobol' points for an
/// importance map not to be tried: few maps gain as much.
const AHEAD: f64 = 10.0;
const FAR_AHEAD: f64 = 1e3;
/// Relative errors below which rounding decides.
const ROUNDING: f64 = 1e-15;
/// Sizes of which a slope is made, and doublings for which it may hold.
const SIZES: usize = 5;
const REACH: f64 = 3.0;
/// Slopes per doubling of the logarithm of a variance: that of errors as 1/N where there is nothing to measure, and the steepest
/// that is believed, errors as 1/N⁴.
const SLOPE: f64 = -2.0 * std::f64::consts::LN_2;
const STEEPEST: f64 = 4.0 * SLOPE;

impl Run<'_> {
    /// Begins a trial at `points`, which the leader has reached, or ends one.
    pub(super) fn compete(&mut self, points: u64) -> Result<(), Error> {
        let State { plan, replicates, tally, rivals, .. } = &self.state;
        if !rivals.is_empty() {
            return self.decide(points);
        }
        let can_begin = plan.can_begin_trial(points, tally.evaluations) && replicates.map.is_none() && !replicates.is_peaked();
        if can_begin && standing(self.options, &self.stated()).excess > FAR {
            self.begin(points);
        }
        Ok(())
    }

    /// Lets lattices join, and keeps those that promise something.
    fn begin(&mut self, points: u64) {
        let (components, few) = (self.f.components(), FEW.min(self.state.plan.replicates() as usize));
        let worthwhile = |kind: &Kind| kind.mean_square_weight().powi(self.f.dim() as i32) <= MOST_WEIGHT;
        let kinds: Vec<Kind> = Kind::LATTICES.into_iter().filter(worthwhile).collect();
        self.state.candidates = 1 + kinds.len();
        self.state.plan.decided = Some(2 * points);
        let rivals = kinds.into_iter().map(|kind| Replicates::new(kind, few, components, None)).collect();
        let mut rivals = self.take_along(rivals, points);
        let reach = self.reach(points);
        let leader = promise(&self.state.replicates.scores, reach);
        rivals.retain(|rival| promise(&rival.scores, reach) < leader);
        rivals.truncate(SEMIFINALISTS[usize::from(self.state.plan.pilot.is_none())]);
        self.state.rivals = rivals;
    }

    /// Lets the best lattice take the lead where it is clearly better than Sobol' points, and ends the trial where it is the last.
    fn decide(&mut self, points: u64) -> Result<(), Error> {
        let rivals = std::mem::take(&mut self.state.rivals);
        let mut rivals = self.take_along(rivals, points).into_iter();
        let Some(best) = rivals.next() else { return self.complete(points) };
        let (leader, reach) = (&self.state.replicates, self.reach(points));
        let lead = score_of(&leader.scores) - score_of(&best.scores);
        let promised = promise(&leader.scores, reach) - promise(&best.scores, reach);
        if leader.kind != Kind::Sobol {
            if promised > 0.0 {
                self.lead(best);
            }
            return self.complete(points);
        }
        if lead <= MARGIN.ln() || promised <= PROMISED_MARGIN.ln() || best.is_peaked() {
            return Ok(());
        }
        let is_steep = matches!(best.kind, Kind::Korobov2 | Kind::Korobov3);
        if is_steep && lead > AHEAD.ln() && promised > FAR_AHEAD.ln() {
            self.state.plan.pilot = None;
        }
        self.lead(best);
        // A map is compared with the lattice that has been chosen.
        self.state.rivals = rivals.take(usize::from(self.state.plan.pilot.is_none())).collect();
        if self.state.rivals.is_empty() {
            return self.complete(points);
        }
        self.state.plan.decided = Some(2 * points);
        Ok(())
    }

    /// Puts others in the place of those that lead, which no longer count.
    pub(super) fn lead(&mut self, replicates: Replicates) {
        let count = |replicates: &Replicates| replicates.points * replicates.len() as u64;
        self.state.training += count(&self.state.replicates);
        self.state.training -= count(&replicates);
        self.state.replicates = replicates;
    }

    /// Gives a lattice that was chosen all replicates with which points double.
    fn complete(&mut self, points: u64) -> Result<(), Error> {
        let lacking = self.state.plan.replicates().saturating_sub(self.state.replicates.len() as u64);
        let left = self.options.max_evals.saturating_sub(self.state.tally.evaluations);
        if lacking > 0 && lacking * points <= left {
            let mut more = self.state.replicates.fresh(lacking as usize);
            self.sampler.extend(&mut more, points, &mut self.state.tally)?;
            self.state.replicates.join(more);
        }
        Ok(())
    }

    /// Takes rivals to `points` by doublings, notes their scores, and returns those that are still in, the most promising first.
    fn take_along(&mut self, rivals: Vec<Replicates>, points: u64) -> Vec<Replicates> {
        let mut promised = Vec::new();
        for mut rival in rivals {
            let mut tally = Tally::default();
            let sizes = (0..SIZES).rev().map(|k| points >> k).filter(|size| *size > rival.points).collect::<Vec<_>>();
            let mut is_whole = true;
            for size in sizes.into_iter().filter(|size| *size >= LEAST_POINTS) {
                is_whole = is_whole && self.sampler.extend(&mut rival, size, &mut tally).is_ok();
                rival.scores.push(score(self.options, &rival));
            }
            self.state.tally.merge(Tally { evaluations: tally.evaluations, ..Tally::default() });
            self.state.training += tally.evaluations;
            if is_whole && tally.non_finite == 0 && self.agrees(&rival) {
                promised.push((promise(&rival.scores, self.reach(points)), rival));
            }
        }
        promised.sort_by(|a, b| a.0.total_cmp(&b.0));
        promised.into_iter().map(|(_, rival)| rival).collect()
    }

    /// Doublings ahead for which a choice at `points` is made.
    fn reach(&self, points: u64) -> f64 {
        REACH.min(self.state.plan.doublings_from(points, self.state.tally.evaluations))
    }

    /// Whether a rival has found the same integrals as the leader, up to errors.
    fn agrees(&self, rival: &Replicates) -> bool {
        let (rival, leader) = (rival.moments(), self.state.replicates.moments());
        rival.integrals().iter().zip(leader.integrals()).all(|(a, b)| {
            let difference = (a.value - b.value).abs();
            difference <= DISAGREEMENT * a.error.hypot(b.error) + ROUNDING * b.value.abs()
        })
    }
}

/// The mean logarithm of the variances of a replicate; less is better.
pub(super) fn score(options: &Options, replicates: &Replicates) -> f64 {
    let (moments, sizes) = (replicates.moments(), replicates.sizes());
    let moments = options.control.as_ref().map_or_else(|| moments.clone(), |control| control.complete(moments.clone()));
    // What is not a number is the worst.
    let log = |error: f64, size: f64| if error.is_nan() { f64::INFINITY } else { 2.0 * error.max(size * ROUNDING).ln() };
    let logs: Vec<f64> = match options.target {
        Target::Each => moments.integrals().iter().zip(&sizes).map(|(i, size)| log(i.error, *size)).collect(),
        Target::Ratio => {
            let size = |g: &Vec<f64>| g.iter().zip(&sizes).map(|(g, size)| (g * size).abs()).sum();
            functionals(options, &moments.means).iter().map(|g| log(moments.error(g), size(g))).collect()
        }
    };
    logs.iter().sum::<f64>() / logs.len() as f64 + (replicates.len() as f64).ln()
}

/// The latest score.
fn score_of(scores: &[f64]) -> f64 {
    scores.last().copied().unwrap_or(f64::INFINITY)
}

/// What a score will be so many doublings on, by the slope of the latest ones.
fn promise(scores: &[f64], doublings: f64) -> f64 {
    let latest = &scores[scores.len().saturating_sub(SIZES)..];
    let n = latest.len() as f64;
    let centre = (n - 1.0) / 2.0;
    let (products, squares) = (0..).zip(latest).fold((0.0, 0.0), |(products, squares), (k, score)| {
        let x = f64::from(k) - centre;
        (products + x * score, squares + x * x)
    });
    let slope = products / squares;
    let slope = if latest.len() > 2 && slope.is_finite() { slope.clamp(STEEPEST, 0.0) } else { SLOPE };
    score_of(scores) + slope * doublings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_carried_on_along_their_slope() {
        let falling: Vec<f64> = (0..7).map(|k| -3.0 * f64::from(k)).collect();
        assert!((promise(&falling, 2.0) - (-18.0 - 6.0)).abs() < 1e-12);
        // Two are too few for a slope, one that rises is none, and none is steeper than errors as 1/N⁴.
        assert_eq!(promise(&[5.0, 1.0], 1.0), 1.0 + SLOPE);
        assert_eq!(promise(&[1.0, 2.0, 3.0], 2.0), 3.0);
        assert_eq!(promise(&[30.0, 15.0, 0.0], 1.0), STEEPEST);
        assert_eq!(promise(&[1.0, 2.0, f64::INFINITY], 1.0), f64::INFINITY);
    }
}

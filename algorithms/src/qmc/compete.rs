//! Which points go on: kinds compete over three sizes, and the one whose replicates spread least is taken further.
//!
//! Scrambled Sobol' points begin. Where they have not met the goal at the first size of a trial, lattices under all transforms
//! join with few replicates each; at this size and the next the worst lattice is dropped, and at the last one the best is
//! compared with Sobol' points (K. Jamieson, A. Talwalkar, AISTATS 2016, call it successive halving). For every quantity of the
//! target the logarithm of its variance counts, per replicate; among lattices the higher order of Korobov's transforms wins
//! unless it is clearly worse, since its errors will fall faster. Transforms whose weights alone would cost more than a certain
//! multiple of the points do not compete: orders 1, 2 and 3 in up to 15, 7 and 5 variables.
//!
//! The least of several noisy variances is too small. Until the choice is made it is the error of Sobol' points, which nobody
//! has chosen, that is stated; a lattice that was chosen is believed from twice as many points on, with more replicates that had
//! no say in the choice. A lattice that disagrees with Sobol' points by far more than the errors has missed something and is out,
//! as is one that has met values that are not finite: its points crowd at the faces. Where a few points hold most of what
//! was seen, spreads tell nothing, and there is no trial.

use super::Run;
use super::plan::FEW;
use super::points::Kind;
use super::replicates::Replicates;
use crate::Error;
use crate::pullback::Tally;
use crate::sampling::functionals;

/// By how much the variance of a lattice must be below that of Sobol' points: chance should not choose it.
const MARGIN: f64 = 2.0;
/// By how much the variance may be above that of the next lower order of Korobov's transforms.
const PATIENCE_WITH_ORDER: f64 = 2.0;
/// The mean square of the weights above which a transform does not compete.
const MOST_WEIGHT: f64 = 16.0;
/// Standard deviations by which a lattice may differ from Sobol' points: with seven degrees of freedom one in 2,000 does.
const DISAGREEMENT: f64 = 6.0;
/// By how much a variance must be below that of Sobol' points for an importance map not to be tried: few maps gain as much.
const FAR_AHEAD: f64 = 1e3;
/// Relative errors below which rounding decides.
const ROUNDING: f64 = 1e-15;

impl Run<'_> {
    /// Takes the rivals along to `points`, which the leader has reached, and drops those that have lost.
    pub(super) fn compete(&mut self, points: u64) -> Result<(), Error> {
        let begins = self.state.plan.trial == Some(points) && self.state.plan.can_compete(points, self.state.tally.evaluations);
        if begins && !self.state.replicates.is_narrow() {
            let (components, few) = (self.f.components(), FEW.min(self.state.plan.replicates() as usize));
            let worthwhile = |kind: &Kind| kind.mean_square_weight().powi(self.f.dim() as i32) <= MOST_WEIGHT;
            let kinds = Kind::LATTICES.into_iter().filter(worthwhile);
            self.state.rivals = kinds.map(|kind| Replicates::new(kind, few, components, None)).collect();
            self.state.candidates = 1 + self.state.rivals.len();
        }
        let rivals = std::mem::take(&mut self.state.rivals);
        if rivals.is_empty() {
            return Ok(());
        }
        let mut scored = Vec::new();
        for mut rival in rivals {
            let mut tally = Tally::default();
            let is_whole = self.sampler.extend(&mut rival, points, &mut tally).is_ok() && tally.non_finite == 0;
            self.state.tally.merge(Tally { evaluations: tally.evaluations, ..Tally::default() });
            self.state.training += tally.evaluations;
            if is_whole && self.agrees(&rival) {
                scored.push((self.score(&rival), rival));
            }
        }
        let handicapped = |(score, rival): &(f64, Replicates)| score - rival.kind.order() * PATIENCE_WITH_ORDER.ln();
        scored.sort_by(|a, b| handicapped(a).total_cmp(&handicapped(b)));
        if points < self.state.plan.decided() {
            scored.truncate(scored.len().saturating_sub(1).max(1));
            self.state.rivals = scored.into_iter().map(|(_, rival)| rival).collect();
            return Ok(());
        }
        let sobol = self.score(&self.state.replicates);
        if let Some((score, winner)) = scored.into_iter().next().filter(|(score, _)| score + MARGIN.ln() < sobol) {
            let count = |replicates: &Replicates| replicates.points * replicates.len() as u64;
            self.state.training += count(&self.state.replicates);
            self.state.training -= count(&winner);
            self.state.replicates = winner;
            if score + FAR_AHEAD.ln() < sobol {
                self.state.plan.pilot = None;
            }
        }
        Ok(())
    }

    /// Whether a rival has found the same integrals as the leader, up to errors.
    fn agrees(&self, rival: &Replicates) -> bool {
        let (rival, leader) = (rival.moments(), self.state.replicates.moments());
        rival.integrals().iter().zip(leader.integrals()).all(|(a, b)| {
            let difference = (a.value - b.value).abs();
            difference <= DISAGREEMENT * a.error.hypot(b.error) + ROUNDING * b.value.abs()
        })
    }

    /// The mean logarithm of the variances of a replicate; less is better.
    fn score(&self, replicates: &Replicates) -> f64 {
        let (moments, leader) = (replicates.moments(), self.state.replicates.moments());
        let (quantities, sizes) = (functionals(self.options, &leader.means), self.state.replicates.sizes());
        let of = |g: &Vec<f64>| {
            let least: f64 = g.iter().zip(&sizes).map(|(g, size)| (g * size).abs()).sum::<f64>() * ROUNDING;
            // What is not a number is the worst.
            let error = moments.error(g);
            if error.is_nan() { f64::INFINITY } else { 2.0 * error.max(least).ln() }
        };
        let mean = quantities.iter().map(of).sum::<f64>() / quantities.len() as f64;
        mean + (replicates.len() as f64).ln()
    }
}

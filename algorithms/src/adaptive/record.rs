//! The record of a run: what was stated of coarser meshes, held against what has been found since.
//!
//! Where halving does not make the integrand smooth (1/r on a sheet of three dimensions among six), all regions along the
//! difficulty err alike and in the same direction, and null rules see a fixed part of that. No single region can tell, and no
//! point between the nodes; the past can. An integral that was known to E' and is now known to E may have moved by E' − E,
//! if the stated errors are right. If it has moved by q times as much, they are q times too small.

use super::Mesh;
use super::estimate::Shape;
use crate::rules::MAX_CORNER_DIM;
use crate::{Estimate, Options, Target};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Growth of the evaluations after which a claim is noted.
const GROWTH: f64 = 1.25;
/// Growth of the evaluations since a claim that tells something: before, nothing has changed, and later, other regions matter.
const TELLING: Range<f64> = 1.3..8.0;
/// What the error must have fallen by since.
const FALLEN: f64 = 1.2;
/// What an error rises by where something new has been found: claims made before are none of the mesh as it is now.
const RISEN: f64 = 2.0;
/// An error whose claims were exceeded q times is stated q (1 + `MARGIN` min(q, 2)) times as large. By calibration on helium in
/// boxes: the errors of the claims themselves are not known better.
const MARGIN: f64 = 0.75;

/// What was stated after so many evaluations: of the integrals, then of the ratios.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claim {
    evaluations: u64,
    values: Vec<f64>,
    errors: Vec<f64>,
}

/// Earlier claims, and what they say of those to come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    claims: Vec<Claim>,
    /// Per integral, then per ratio, what is added to the factor 1 on the stated error; empty as long as nothing is known.
    doubts: Vec<f64>,
}

impl Record {
    /// What is added to the factor 1 on the stated error of integral `i`, or of ratio `i` less the number of integrals.
    pub(super) fn doubt(&self, i: usize) -> f64 {
        self.doubts.get(i).copied().unwrap_or(0.0)
    }

    /// The same for functional `j` of the goal.
    pub(super) fn doubt_of_functional(&self, j: usize, options: &Options, components: usize) -> f64 {
        match options.target {
            Target::Each => self.doubt(j),
            Target::Ratio if j.is_multiple_of(2) => self.doubt(components + j / 2),
            Target::Ratio => self.doubt(options.ratios[j / 2].denominator),
        }
    }

    /// Whether the parts of a deserialised record belong to so many `integrals` and `ratios`.
    pub(super) fn is_sound(&self, integrals: usize, ratios: usize) -> bool {
        let all = integrals + ratios;
        let claims = self.claims.iter().all(|claim| [claim.values.len(), claim.errors.len()] == [all; 2]);
        claims && (self.doubts.is_empty() || self.doubts.len() == all)
    }

    /// By how much a claim was exceeded that is `now` known better; 0 where that does not tell.
    fn exceeded(claim: &Claim, i: usize, now: &Estimate, evaluations: u64) -> f64 {
        let grown = evaluations as f64 / claim.evaluations as f64;
        let by = (claim.values[i] - now.value).abs() / (claim.errors[i] - now.error);
        let tells = TELLING.contains(&grown) && claim.errors[i] > FALLEN * now.error && by.is_finite();
        if tells { by } else { 0.0 }
    }
}

/// Whether a record is kept: in few variables sentinels at the corners see what it would tell.
fn is_kept(shape: Shape) -> bool {
    shape.dim > MAX_CORNER_DIM
}

impl Mesh<'_> {
    /// Whether it is time to note another claim.
    pub(super) fn is_claim_due(&self) -> bool {
        let last = self.state.record.claims.last().map_or(0, |claim| claim.evaluations);
        is_kept(self.setting.shape) && self.state.tally.evaluations as f64 >= GROWTH * last as f64
    }

    /// Notes what would be stated now.
    pub(super) fn note_claim(&mut self) {
        let now = self.forget_claims();
        let (values, errors) = now.iter().map(|estimate| (estimate.value, estimate.error)).unzip();
        self.state.record.claims.push(Claim { evaluations: self.state.tally.evaluations, values, errors });
    }

    /// Holds earlier claims against what is known now, and says whether errors are to be stated otherwise than so far.
    pub(super) fn review_claims(&mut self) -> bool {
        if !is_kept(self.setting.shape) {
            return false;
        }
        let (now, evaluations) = (self.forget_claims(), self.state.tally.evaluations);
        let doubt = |(i, now): (usize, &Estimate)| {
            let claims = self.state.record.claims.iter();
            let q = claims.map(|claim| Record::exceeded(claim, i, now, evaluations)).fold(0.0, f64::max);
            (q * (1.0 + MARGIN * q.min(2.0)) - 1.0).max(0.0)
        };
        let doubts = now.iter().enumerate().map(doubt).collect();
        std::mem::replace(&mut self.state.record.doubts, doubts) != self.state.record.doubts
    }

    /// Forgets all claims where errors have risen since the last one; returns what would be stated now.
    fn forget_claims(&mut self) -> Vec<Estimate> {
        let now = self.claims();
        let last = self.state.record.claims.last().map_or(&[][..], |claim| &claim.errors);
        if now.iter().zip(last).any(|(now, last)| now.error > RISEN * last) {
            self.state.record.claims.clear();
        }
        now
    }
}

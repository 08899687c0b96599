//! The audit: before convergence is believed, points between the nodes are compared with the interpolants.
//!
//! A rule that resolves the integrand is one whose interpolant is right everywhere: a few points that have nothing to do with the
//! nodes tell what thousands of nodes may have missed together. A box that was wrong keeps the point as a witness, and is halved
//! until its nodes let expect what the point saw.

use super::Run;
use super::choose::Setting;
use super::piece::{Next, Piece, Witness};
use super::work;
use crate::ErrorLevel;
use crate::sampling::Sample;

/// Points as a part of the evaluations so far, and at least: fewer and more of them are asked for by the level of the error.
const SHARE: [f64; 2] = [1.0 / 48.0, 1.0 / 4.0];
const LEAST: [u64; 2] = [4, 512];
const MOST: u64 = 4096;
/// Points where a component has been zero at every node.
const BLIND: u64 = 65_536;

/// How an audit ends.
pub(super) enum Verdict {
    Sound,
    Wrong,
    Unaffordable,
}

impl Run<'_> {
    /// Points of the next audit.
    fn audit_points(&self) -> u64 {
        if self.is_blind() {
            return BLIND;
        }
        let k = match self.options.error_level {
            ErrorLevel::Fast => return 0,
            ErrorLevel::Standard => 0,
            ErrorLevel::Guarded => 1,
        };
        ((SHARE[k] * self.state.tally.evaluations as f64) as u64).clamp(LEAST[k] * self.f.dim() as u64, MOST)
    }

    /// Whether a component was zero at every node.
    pub(super) fn is_blind(&self) -> bool {
        (0..self.f.components()).any(|c| self.state.pieces.iter().all(|piece| piece.sight.largest[c] == 0.0))
    }

    /// Looks between the nodes.
    pub(super) fn audit(&mut self) -> Verdict {
        let (dim, left) = (self.f.dim(), self.budget_left());
        let points = self.audit_points();
        if left < points && !self.is_blind() || left == 0 && points > 0 {
            return Verdict::Unaffordable;
        }
        let blind = self.is_blind();
        let points = points.min(left);
        let samples = Sample::sequence(dim, self.state.audited, points as usize);
        let cube: Vec<Vec<f64>> = samples.iter().flat_map(|sample| sample.points.chunks(dim)).map(<[f64]>::to_vec).collect();
        let places: Vec<Vec<f64>> = cube.iter().map(|point| work::places(point)).collect();
        let values = work::at_points(self.inner, self.workers, &places, &mut self.state.tally);
        self.state.audited += points;
        let mut touched = vec![false; self.state.pieces.len()];
        for ((point, place), values) in cube.iter().zip(places).zip(values) {
            if blind && values.iter().all(|value| *value == 0.0) {
                continue;
            }
            let Some(i) = self.state.pieces.iter().position(|piece| piece.contains(point)) else { continue };
            self.state.pieces[i].witnesses.push(Witness { point: place, values });
            touched[i] = true;
        }
        let (goal, boxes) = (self.goal(), self.state.pieces.len());
        let setting = Setting { goal: &goal, boxes, exact: self.exact };
        let components = self.f.components();
        let mut pieces: Vec<&mut Piece> =
            self.state.pieces.iter_mut().zip(touched).filter(|(_, touched)| *touched).map(|(piece, _)| piece).collect();
        self.workers.each(&mut pieces, |_, piece| {
            piece.hear(components);
            piece.judge(&setting);
        });
        self.state.is_narrow |= blind && !self.is_met();
        self.state.is_sound = self.is_met();
        if self.state.is_sound { Verdict::Sound } else { Verdict::Wrong }
    }
}

impl Piece {
    /// Decides what is done next, and forgets what is not needed for it.
    pub(super) fn judge(&mut self, setting: &Setting<'_>) {
        self.next = if self.values.is_empty() && self.next != Next::Rest { self.next } else { self.decide(setting) };
    }
}

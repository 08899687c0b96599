//! The audit: before convergence is believed, points between the nodes are compared with the interpolants.
//!
//! A rule that resolves the integrand is one whose interpolant is right everywhere: a few points that have nothing to do with the
//! nodes tell what thousands of nodes may have missed together. A box that was wrong keeps the point as a witness, and is halved
//! until its nodes let expect what the point saw. Boxes most of which are dark, those of a peak in a large cube, are audited more
//! closely, and climbs from where anything was seen lead to peaks whose tails they have met.

use super::Run;
use super::choose::Setting;
use super::piece::{Next, Piece, Witness};
use super::work;
use crate::ErrorLevel;
use crate::sampling::Sample;
use crate::search::{
    CONCENTRATED_LEAST, CONCENTRATED_SHARE, MOST_STARTS, Start, ascend, concentration, cost_of_climb, far_apart,
};
use std::ops::ControlFlow;

/// Points as a part of the evaluations so far, and at least: fewer and more of them are asked for by the level of the error.
const SHARE: [f64; 2] = [1.0 / 48.0, 1.0 / 4.0];
const LEAST: [u64; 2] = [4, 512];
const MOST: u64 = 4096;
/// Climbs where all lies in a small part of the cube, at least and at most, and the part of the evaluations that more of them take.
const CLIMBS: [f64; 2] = [24.0, 64.0];
const CLIMBED: f64 = 0.1;
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
    fn audit_points(&self, concentration: f64) -> u64 {
        if self.is_blind() {
            return BLIND;
        }
        let k = match self.options.error_level {
            ErrorLevel::Fast => return 0,
            ErrorLevel::Standard => 0,
            ErrorLevel::Guarded => 1,
        };
        let least = (LEAST[k] * self.f.dim() as u64) as f64 + CONCENTRATED_LEAST * concentration;
        let share = SHARE[k] + CONCENTRATED_SHARE * concentration;
        (share * self.state.tally.evaluations as f64).clamp(least, MOST as f64) as u64
    }

    /// Whether a component was zero at every node.
    pub(super) fn is_blind(&self) -> bool {
        (0..self.f.components()).any(|c| self.state.pieces.iter().all(|piece| piece.sight.largest[c] == 0.0))
    }

    /// Looks for what the nodes have missed, and refines the boxes there.
    pub(super) fn challenge(&mut self) -> Verdict {
        let brightness = self.brightness();
        match self.balance(&brightness) {
            Verdict::Sound => self.audit(&brightness),
            verdict => verdict,
        }
    }

    /// Looks between the nodes.
    fn audit(&mut self, brightness: &[f64]) -> Verdict {
        let (dim, left, blind) = (self.f.dim(), self.budget_left(), self.is_blind());
        // One box is followed by its nodes everywhere, and in one variable nothing lies across the axes.
        let may_hide = dim > 1 && self.state.pieces.len() > 1;
        let concentration = if may_hide { concentration(dim, brightness, |i| self.state.pieces[i].volume()) } else { 0.0 };
        let points = self.audit_points(concentration);
        if left < points && !blind || left == 0 && points > 0 {
            return Verdict::Unaffordable;
        }
        let points = points.min(left);
        let samples = Sample::sequence(dim, self.state.audited, points as usize);
        let cube: Vec<f64> = samples.into_iter().flat_map(|sample| sample.points).collect();
        self.state.audited += points;
        let mut touched = vec![false; self.state.pieces.len()];
        let lit = self.bear_witness(&cube, &mut touched);
        let climbs = (concentration * (CLIMBS[0] + CLIMBED * self.state.tally.evaluations as f64 / cost_of_climb(dim) as f64))
            .min(CLIMBS[1]);
        let mut climbs = far_apart(lit.iter().take(MOST_STARTS).collect(), climbs as usize);
        let affordable = self.budget_left() / cost_of_climb(dim);
        let is_complete = climbs.len() as u64 <= affordable;
        climbs.truncate(usize::try_from(affordable).unwrap_or(usize::MAX));
        let (goal, non_finite) = (self.goal(), self.state.tally.non_finite);
        _ = ascend(&mut climbs, dim, |points| {
            let places: Vec<Vec<f64>> = points.chunks(dim).map(work::places).collect();
            let values = work::at_points(self.inner, self.workers, &places, &mut self.state.tally);
            ControlFlow::<(), _>::Continue(values.iter().map(|values| goal.key(|c| values[c].abs())).collect())
        });
        // Climbs seek singular points, which say nothing about how many there are.
        self.state.tally.non_finite = non_finite;
        let peaks: Vec<f64> = climbs.into_iter().flat_map(|climb| climb.at.point).collect();
        self.bear_witness(&peaks, &mut touched);
        let (goal, boxes) = (self.goal(), self.state.pieces.len());
        let setting = Setting { goal: &goal, boxes, exact: self.exact };
        let f = self.f;
        let mut pieces: Vec<&mut Piece> =
            self.state.pieces.iter_mut().zip(touched).filter(|(_, touched)| *touched).map(|(piece, _)| piece).collect();
        self.workers.each(&mut pieces, |_, piece| {
            piece.hear(f);
            piece.judge(&setting);
        });
        self.state.is_narrow |= blind && !self.is_met();
        let is_met = self.is_met();
        self.state.is_sound = is_met && is_complete;
        match (is_met, is_complete) {
            (true, true) => Verdict::Sound,
            (true, false) => Verdict::Unaffordable,
            (false, _) => Verdict::Wrong,
        }
    }

    /// Evaluates points of the cube, which become witnesses of the boxes they lie in; says which boxes these are, and at which points
    /// there is anything.
    fn bear_witness(&mut self, cube: &[f64], touched: &mut [bool]) -> Vec<Start> {
        let (dim, blind, goal) = (self.f.dim(), self.is_blind(), self.goal());
        let places: Vec<Vec<f64>> = cube.chunks(dim).map(work::places).collect();
        let values = work::at_points(self.inner, self.workers, &places, &mut self.state.tally);
        let mut lit = Vec::new();
        for ((point, place), values) in cube.chunks(dim).zip(places).zip(values) {
            let brightness = goal.key(|c| values[c].abs());
            if brightness > 0.0 {
                lit.push(Start { point: point.to_vec(), brightness });
            } else if blind {
                continue;
            }
            let Some(i) = self.state.pieces.iter().position(|piece| piece.contains(point)) else { continue };
            self.state.pieces[i].witnesses.push(Witness { point: place, values });
            touched[i] = true;
        }
        lit
    }
}

impl Piece {
    /// Decides what is done next, and forgets what is not needed for it.
    pub(super) fn judge(&mut self, setting: &Setting<'_>) {
        if self.values.is_empty() && self.next != Next::Rest {
            return;
        }
        self.next = match self.decide(setting) {
            Next::Grow(axis) if self.values.is_empty() => Next::Cut(axis),
            next => next,
        };
    }
}

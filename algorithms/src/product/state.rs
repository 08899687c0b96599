//! The state of a run: the boxes, and what audits have used.

use super::piece::Piece;
use crate::pullback::Tally;
use crate::run::PLACES;
use serde::{Deserialize, Serialize};

/// All that a run depends on from here on.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) pieces: Vec<Piece>,
    pub(super) tally: Tally,
    /// Points of the sequence that audits have used.
    pub(super) audited: u64,
    /// Whether the last audit found nothing to object to the boxes as they are.
    pub(super) is_sound: bool,
    /// Whether a component was zero at every node, and only an audit has found where it is not.
    pub(super) is_narrow: bool,
}

impl State {
    /// Whether its parts fit together and belong to a problem of this shape.
    pub(super) fn fits(&self, dim: usize, components: usize) -> bool {
        !self.pieces.is_empty()
            && self.audited <= self.tally.evaluations
            && self.pieces.iter().all(|piece| piece.is_sound(dim, components))
    }

    /// Centres of the boxes that hold most of one component, of every component in turn.
    pub(super) fn brightest(&self) -> Vec<Vec<f64>> {
        let components = self.pieces[0].errors.len();
        let brightest = |c: usize| {
            let size = |piece: &&Piece| piece.sight.integrals[c].abs();
            self.pieces.iter().filter(|piece| size(piece) > 0.0).max_by(|a, b| size(a).total_cmp(&size(b)))
        };
        (0..components.min(PLACES)).filter_map(brightest).map(Piece::centre).collect()
    }
}

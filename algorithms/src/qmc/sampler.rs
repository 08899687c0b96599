//! What evaluates points: it takes all replicates further along their sequences, in pieces of fixed size.

use super::control::Control;
use super::plan::LEAST_POINTS;
use super::points::Points;
use super::replicates::Replicates;
use super::sample::{Context, PIECE, Piece, Scratch};
use super::tail::WINDOW;
use crate::coordinates::AxisMap;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally};
use crate::sampling::curved;
use crate::{Error, Options};
use std::sync::Arc;

/// Pieces that are handed out together, twice: while one half is evaluated, the other is added up. It bounds their memory and
/// changes no result.
const WAVE: u64 = 64;

/// The points, and those who work on them.
pub(super) struct Sampler<'a> {
    f: &'a Pullback<'a>,
    curved: Vec<AxisMap>,
    points: Points,
    workers: Workers<Scratch>,
    pieces: Vec<Piece>,
    control: Option<Arc<Control>>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(f: &'a Pullback<'a>, options: &Options) -> Self {
        Sampler {
            f,
            curved: curved(f.axes()),
            points: Points::new(options.seed, f.dim()),
            workers: Workers::of(options),
            pieces: Vec::new(),
            control: options.control.clone(),
        }
    }

    /// Number of threads in use.
    pub(super) fn threads(&self) -> usize {
        self.workers.threads()
    }

    /// Takes every replicate on to its first `points` points, at least as many doublings as show how its largest
    /// weights grow.
    pub(super) fn extend(&mut self, replicates: &mut Replicates, points: u64, tally: &mut Tally) -> Result<(), Error> {
        for part in (0..=WINDOW.0).rev().map(|k| points >> k) {
            if replicates.points < part && (part >= LEAST_POINTS || part == points) {
                self.double(replicates, part, tally)?;
            }
        }
        Ok(())
    }

    fn double(&mut self, replicates: &mut Replicates, points: u64, tally: &mut Tally) -> Result<(), Error> {
        replicates.mark();
        let (f, from, kind, first, map) = (self.f, replicates.points, replicates.kind, replicates.first, replicates.map.take());
        self.points.reach(kind, first + replicates.len());
        let (map_axes, control) = (map.as_deref(), self.control.as_deref());
        let context = Context { f, curved: &self.curved, points: &self.points, kind, first, map: map_axes, control };
        let per_replicate = (points - from).div_ceil(PIECE);
        let total = per_replicate * replicates.len() as u64;
        let mut spare = std::mem::take(&mut self.pieces);
        let place = |mut piece: Piece, i: u64| {
            piece.replicate = (i / per_replicate) as usize;
            piece.start = from + i % per_replicate * PIECE;
            piece.points = (points - piece.start).min(PIECE) as usize;
            piece
        };
        self.workers.flow(
            |scratch, piece| context.evaluate(scratch, piece),
            |flow| {
                let mut waves = (0..total).step_by(WAVE as usize);
                let mut hand_out = |spare: &mut Vec<Piece>| {
                    let wave = waves.next().map(|first| first..total.min(first + WAVE));
                    wave.map(|wave| flow.hand_out(wave.map(|i| place(spare.pop().unwrap_or_default(), i)).collect())).is_some()
                };
                let mut more = hand_out(&mut spare);
                while more {
                    more = hand_out(&mut spare);
                    for mut piece in flow.take_back() {
                        tally.merge(std::mem::take(&mut piece.tally));
                        replicates.add(&piece);
                        spare.push(piece);
                    }
                }
            },
        );
        self.pieces = spare;
        replicates.map = map;
        replicates.reach(points);
        tally.check(false)
    }
}

//! Shares of a batch of pieces, and how they meet: pieces go round the ranks, and all ranks are told what came of them, in the order of
//! the pieces.
//!
//! With whom a batch begins changes from one to the next: a batch of a single piece would else always be the same rank's, and of two
//! under way both.

use super::portable::{Portable, pack, unpack};
use super::{Part, Profile, Team};
use crate::Options;
use crate::interrupt::Interrupt;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a run of several ranks sends and receives.
pub(super) struct Post {
    team: Team,
    interrupt: Option<Interrupt>,
    profile: Option<Profile>,
    /// Batches so far that were not handed out in advance.
    batches: AtomicUsize,
}

/// What a message begins with.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Pieces of the batch: ranks that have come apart are found out by it.
    pieces: usize,
    /// Whether the run is to end: what this rank has evaluated since may be worth nothing.
    interrupted: bool,
}

impl Post {
    /// Of a run that may be interrupted; `None` where one rank does all.
    pub(super) fn of(options: &Options) -> Option<Self> {
        let team = options.team.clone().filter(|team| team.ranks() > 1)?;
        let (interrupt, profile) = (options.interrupt.clone(), options.profile.clone());
        Some(Post { team, interrupt, profile, batches: AtomicUsize::new(0) })
    }

    /// The rank with which the next batch begins.
    pub(super) fn next(&self) -> usize {
        self.batches.fetch_add(1, Ordering::Relaxed) % self.team.ranks()
    }

    /// The same for batches that are handed out in advance, the even ones and the odd ones.
    pub(super) fn of_half(&self, batch: usize) -> usize {
        batch % 2 * self.team.ranks().div_ceil(2)
    }

    /// This rank's pieces of a batch that begins with rank `start`: the number of the first, and from one to the next.
    pub(super) fn share(&self, start: usize) -> (usize, usize) {
        self.share_of(self.team.rank(), start)
    }

    fn share_of(&self, rank: usize, start: usize) -> (usize, usize) {
        let ranks = self.team.ranks();
        ((rank + ranks - start) % ranks, ranks)
    }

    /// Tells the others what came of this rank's share of a batch.
    pub(super) fn send<'a, T: Portable + 'a>(&self, start: usize, batch: impl ExactSizeIterator<Item = &'a T>) {
        Profile::of(self.profile.as_ref(), Part::Messages, || {
            let (first, ranks) = self.share(start);
            let mut message = Vec::new();
            let interrupted = self.interrupt.as_ref().is_some_and(Interrupt::is_wanted_here);
            pack(&Head { pieces: batch.len(), interrupted }, &mut message);
            batch.skip(first).step_by(ranks).for_each(|piece| piece.pack(&mut message));
            self.team.transport().send(message);
        });
    }

    /// Sends and receives what came of a batch.
    pub(super) fn exchange<T: Portable>(&self, start: usize, batch: &mut [T]) {
        self.send(start, batch.iter());
        let messages = self.receive(true).expect("a transport that has been told to wait");
        self.enter(start, &messages, batch);
    }

    /// What all have told of the oldest batch under way; `None` where it is not all there and nobody is to `wait`.
    pub(super) fn receive(&self, wait: bool) -> Option<Vec<Vec<u8>>> {
        let part = if wait { Part::Waiting } else { Part::Messages };
        Profile::of(self.profile.as_ref(), part, || self.team.transport().receive(wait))
    }

    /// Enters into a batch what the others have found, and hears whether one of them has been interrupted.
    ///
    /// # Panics
    /// If a message is not of this batch: the run would go on with the values of another one.
    pub(super) fn enter<T: Portable>(&self, start: usize, messages: &[Vec<u8>], batch: &mut [T]) {
        Profile::of(self.profile.as_ref(), Part::Messages, || self.read(start, messages, batch));
    }

    fn read<T: Portable>(&self, start: usize, messages: &[Vec<u8>], batch: &mut [T]) {
        let (own, pieces) = (self.team.rank(), batch.len());
        for (rank, message) in messages.iter().enumerate() {
            let mut rest = message.as_slice();
            let head: Option<Head> = unpack(&mut rest).filter(|head: &Head| head.pieces == pieces);
            let entered = head.and_then(|head| {
                if head.interrupted {
                    self.interrupt.iter().for_each(Interrupt::close);
                }
                let (first, ranks) = self.share_of(rank, start);
                let mut others = batch.iter_mut().skip(first).step_by(ranks).filter(|_| rank != own);
                others.try_for_each(|piece| piece.unpack(&mut rest))
            });
            assert!(
                entered.is_some() && (rank == own || rest.is_empty()),
                "rank {rank} makes another run than rank {own}: all must have the same program, request and instruction set"
            );
        }
    }
}

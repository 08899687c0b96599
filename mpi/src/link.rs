//! The border to MPI, of which `link.c` is the other side.
#![allow(unsafe_code, reason = "MPI is a library of C functions")]

use fubini::algorithms::Transport;
use std::collections::VecDeque;
use std::ffi::c_int;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A round of C.
#[repr(C)]
struct Round {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    fn fubini_link_begin() -> c_int;
    fn fubini_link_rank() -> c_int;
    fn fubini_link_ranks() -> c_int;
    fn fubini_link_send(message: *const u8, length: usize) -> NonNull<Round>;
    fn fubini_link_test(round: NonNull<Round>) -> c_int;
    fn fubini_link_wait(round: NonNull<Round>);
    fn fubini_link_told(round: NonNull<Round>, rank: c_int, length: *mut usize) -> *const u8;
    fn fubini_link_free(round: NonNull<Round>);
    fn fubini_link_abort(status: c_int);
    fn fubini_link_end();
}

/// A round under way, and the message that MPI reads until it has ended.
struct Sent {
    round: NonNull<Round>,
    _message: Vec<u8>,
}

// SAFETY: a round is memory of C; it is used under the lock of `Mpi` alone.
unsafe impl Send for Sent {}

/// All ranks of the job.
pub(crate) struct Mpi {
    rank: usize,
    ranks: usize,
    /// The lock is held while MPI is called: it was told that calls do not overlap.
    sent: Mutex<VecDeque<Sent>>,
}

impl Mpi {
    /// Joins the job; `None` if this process has left it before.
    pub(crate) fn begin() -> Option<Self> {
        // SAFETY: no other thread calls MPI before there is an `Mpi`, which `run` makes once.
        let (begun, rank, ranks) = unsafe { (fubini_link_begin(), fubini_link_rank(), fubini_link_ranks()) };
        let (rank, ranks) = (usize::try_from(rank).ok()?, usize::try_from(ranks).ok()?);
        (begun != 0).then(|| Mpi { rank, ranks, sent: Mutex::default() })
    }

    fn sent(&self) -> MutexGuard<'_, VecDeque<Sent>> {
        // A panic has ended the job.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn send(&self, message: Vec<u8>) {
        let mut sent = self.sent();
        // SAFETY: the message stays where it is, since `Sent` keeps it until the round is freed.
        let round = unsafe { fubini_link_send(message.as_ptr(), message.len()) };
        sent.push_back(Sent { round, _message: message });
    }

    fn receive(&self, wait: bool) -> Option<Vec<Vec<u8>>> {
        let mut sent = self.sent();
        let round = sent.front().expect("a round that was begun").round;
        // SAFETY: the round has not been freed, and is the oldest.
        unsafe {
            if wait {
                fubini_link_wait(round);
            } else if fubini_link_test(round) == 0 {
                return None;
            }
        }
        let told = |rank: usize| {
            let mut length = 0;
            // SAFETY: the round is complete, so that what each rank has told stands there; it is copied before that is freed.
            unsafe {
                let bytes = fubini_link_told(round, rank as c_int, &raw mut length);
                std::slice::from_raw_parts(bytes, length).to_vec()
            }
        };
        let all = (0..self.ranks).map(told).collect();
        // SAFETY: once, as it leaves the list.
        unsafe { fubini_link_free(round) };
        sent.pop_front();
        Some(all)
    }
}

/// Ends all ranks of the job with this status.
pub(crate) fn abort(status: u8) {
    // SAFETY: may be called at any time; it checks whether MPI is there.
    unsafe { fubini_link_abort(c_int::from(status)) };
}

/// Leaves the job, when all others do.
pub(crate) fn end() {
    // SAFETY: after `begin`, once, when no round is under way.
    unsafe { fubini_link_end() };
}

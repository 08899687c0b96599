//! Ranks that are threads, and what they tell each other, taken down.

use fubini::Report;
use fubini::algorithms::{Options, Part, Profile, Team, Transport};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Pieces of work that go round the ranks, and what is told of them.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    pub(crate) pieces: usize,
    pub(crate) bytes: usize,
    /// The rank with which it begins.
    pub(crate) start: usize,
}

#[derive(Default)]
struct Table {
    messages: Mutex<HashMap<usize, [Option<Vec<u8>>; 2]>>,
    change: Condvar,
}

struct Seat {
    table: Arc<Table>,
    rank: usize,
    sent: AtomicUsize,
    received: AtomicUsize,
    rounds: Arc<Mutex<Vec<Round>>>,
}

impl Transport for Seat {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        2
    }

    fn send(&self, message: Vec<u8>) {
        let round = self.sent.fetch_add(1, Ordering::Relaxed);
        let mut messages = self.table.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.entry(round).or_default()[self.rank] = Some(message);
        self.table.change.notify_all();
    }

    fn receive(&self, wait: bool) -> Option<Vec<Vec<u8>>> {
        let round = self.received.load(Ordering::Relaxed);
        let mut messages = self.table.messages.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some([Some(first), Some(second)]) = messages.get(&round) {
                let all = vec![first.clone(), second.clone()];
                self.received.fetch_add(1, Ordering::Relaxed);
                if self.rank == 0 {
                    let told = Round { pieces: pieces(&all[0]), bytes: all[0].len() + all[1].len(), start: round };
                    self.rounds.lock().unwrap_or_else(PoisonError::into_inner).push(told);
                }
                return Some(all);
            }
            if !wait {
                return None;
            }
            messages = self.table.change.wait(messages).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The number with which a message begins: the pieces of its batch, seven bits to a byte.
fn pieces(message: &[u8]) -> usize {
    let end = message.iter().position(|byte| byte & 0x80 == 0).map_or(0, |end| end + 1);
    message[..end].iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f))
}

/// The rounds of a run, and the seconds that a rank takes to write and read a byte of what all are told.
pub(crate) fn record(run: fn(&Options) -> Report) -> (Vec<Round>, f64) {
    let (table, rounds) = (Arc::new(Table::default()), Arc::new(Mutex::default()));
    let profile = Profile::start();
    std::thread::scope(|scope| {
        for rank in 0..2 {
            let (sent, received) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let seat = Seat { table: Arc::clone(&table), rank, sent, received, rounds: Arc::clone(&rounds) };
            let options = Options::default().threads(1).team(Team::new(seat));
            let options = if rank == 0 { options.profile(profile.clone()) } else { options };
            scope.spawn(move || _ = run(&options));
        }
    });
    let rounds: Vec<Round> = rounds.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let bytes = rounds.iter().map(|round| round.bytes).sum::<usize>().max(1);
    (rounds, profile.times()[0][Part::Messages as usize].as_secs_f64() / bytes as f64)
}

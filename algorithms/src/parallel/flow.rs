//! Batches of pieces, handed out one after the other and taken back in that order, while the next ones are being prepared.
//!
//! Nobody waits for the last piece of a batch as long as there are pieces of another one, nor for the shares of other ranks.

use super::portable::Portable;
use super::{Part, Post, Profile, Workers};
use crate::interrupt::within_piece;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Where batches are handed out and taken back.
pub(crate) struct Flow<'a, 'scope, S, T, W> {
    queue: &'scope Queue<'scope, S, T, W>,
    /// `None`: without helpers.
    scope: Option<&'a rayon::Scope<'scope>>,
}

/// What all threads share.
struct Queue<'a, S, T, W> {
    workers: &'a Workers<S>,
    work: W,
    ready: Mutex<Ready<T>>,
    /// A batch is complete, or somebody panicked.
    change: Condvar,
}

struct Ready<T> {
    /// In the order in which they were handed out.
    batches: VecDeque<Batch<T>>,
    /// Batches that have been taken back.
    taken_back: usize,
    /// Threads at work beside the calling one.
    helpers: usize,
    /// Whether the calling thread waits for a change: to wake nobody takes a system call, too.
    is_awaited: bool,
    panic: Option<Box<dyn Any + Send>>,
}

struct Batch<T> {
    /// `None`: somebody works on it.
    pieces: Vec<Option<T>>,
    /// The rank with which it begins.
    start: usize,
    /// The first piece of this rank that nobody has begun with.
    next: usize,
    /// From one piece of this rank to the next.
    step: usize,
    /// Pieces of this rank not done.
    left: usize,
    /// Whether the other ranks have been told of this rank's share.
    is_sent: bool,
}

/// A piece and its place: batch and index.
struct Task<T> {
    batch: usize,
    index: usize,
    piece: T,
}

impl<S: Default + Send> Workers<S> {
    /// Lets `drive` hand out batches of pieces, on each of which `work` is called once. A panic in `work` reaches the caller.
    pub(crate) fn flow<T: Send, R, W: Fn(&mut S, &mut T) + Sync>(
        &self,
        work: W,
        drive: impl FnOnce(&Flow<'_, '_, S, T, W>) -> R,
    ) -> R {
        let ready = Ready { batches: VecDeque::new(), taken_back: 0, helpers: 0, is_awaited: false, panic: None };
        let queue = Queue { workers: self, work, ready: Mutex::new(ready), change: Condvar::new() };
        match &self.pool {
            None => drive(&Flow { queue: &queue, scope: None }),
            Some(pool) => pool.scope(|scope| drive(&Flow { queue: &queue, scope: Some(scope) })),
        }
    }
}

impl<'scope, S: Default + Send, T: Send + Portable, W: Fn(&mut S, &mut T) + Sync> Flow<'_, 'scope, S, T, W> {
    /// Hands out a batch.
    pub(crate) fn hand_out(&self, pieces: Vec<T>) {
        let queue = self.queue;
        let mut ready = queue.ready();
        let number = ready.taken_back + ready.batches.len();
        let (start, next, step) = queue.workers.post.as_ref().map_or((0, 0, 1), |post| {
            let start = post.of_half(number);
            let (next, step) = post.share(start);
            (start, next, step)
        });
        let left = pieces.len().saturating_sub(next).div_ceil(step);
        // The calling thread does its part of the work.
        let wanted = queue.workers.helpers(left).saturating_sub(ready.helpers);
        let pieces = pieces.into_iter().map(Some).collect();
        ready.batches.push_back(Batch { pieces, start, next, step, left, is_sent: false });
        let Some(scope) = self.scope else { return };
        ready.helpers += wanted;
        drop(ready);
        (0..wanted).for_each(|_| scope.spawn(move |_| queue.help()));
    }

    /// Takes back the oldest batch when all is done; works meanwhile.
    ///
    /// # Panics
    /// If no batch is out, or `work` has panicked.
    pub(crate) fn take_back(&self) -> Vec<T> {
        let queue = self.queue;
        let mut scratch = queue.workers.take();
        let mut ready = queue.ready();
        let mut told = None;
        loop {
            if let Some(panic) = ready.panic.take() {
                drop(ready);
                resume_unwind(panic);
            }
            if let Some(post) = &queue.workers.post {
                ready = queue.send(post, ready);
            }
            if ready.oldest().left == 0 {
                let Some(post) = &queue.workers.post else { break };
                told = post.receive(false);
                if told.is_some() {
                    break;
                }
            }
            ready = match ready.next() {
                Some(task) => {
                    drop(ready);
                    queue.work_on(&mut scratch, task)
                }
                None if ready.oldest().left == 0 => {
                    // All that is missing is on its way from other ranks.
                    drop(ready);
                    told = queue.workers.post.as_ref().and_then(|post| post.receive(true));
                    ready = queue.ready();
                    break;
                }
                None => {
                    ready.is_awaited = true;
                    let wait = || queue.change.wait(ready).unwrap_or_else(PoisonError::into_inner);
                    let mut ready = Profile::of(queue.workers.profile.as_ref(), Part::Waiting, wait);
                    ready.is_awaited = false;
                    ready
                }
            };
        }
        ready.taken_back += 1;
        let Batch { pieces, start, .. } = ready.batches.pop_front().expect("a batch that was handed out");
        drop(ready);
        queue.workers.put(scratch);
        let back = |piece: Option<T>| piece.expect("a complete batch holds all its pieces");
        let mut pieces: Vec<T> = pieces.into_iter().map(back).collect();
        if let (Some(post), Some(messages)) = (&queue.workers.post, told) {
            post.enter(start, &messages, &mut pieces);
        }
        pieces
    }
}

impl<'a, S: Default + Send, T: Send + Portable, W: Fn(&mut S, &mut T) + Sync> Queue<'a, S, T, W> {
    /// Tells the other ranks of all shares that are done, in the order of their batches.
    fn send<'b>(&'b self, post: &Post, mut ready: MutexGuard<'b, Ready<T>>) -> MutexGuard<'b, Ready<T>> {
        while let Some(k) = ready.batches.iter().position(|batch| !batch.is_sent).filter(|k| ready.batches[*k].left == 0) {
            let (start, pieces) = (ready.batches[k].start, std::mem::take(&mut ready.batches[k].pieces));
            drop(ready);
            post.send(start, pieces.iter().map(|piece| piece.as_ref().expect("a piece of a share that is done")));
            ready = self.ready();
            ready.batches[k].pieces = pieces;
            ready.batches[k].is_sent = true;
        }
        ready
    }
}

impl<S: Default + Send, T: Send, W: Fn(&mut S, &mut T) + Sync> Queue<'_, S, T, W> {
    /// Works as long as there is a piece to begin with.
    fn help(&self) {
        let mut scratch = self.workers.take();
        let mut ready = self.ready();
        while let Some(task) = ready.next() {
            drop(ready);
            ready = self.work_on(&mut scratch, task);
        }
        ready.helpers -= 1;
        drop(ready);
        self.workers.put(scratch);
    }

    fn work_on(&self, scratch: &mut S, mut task: Task<T>) -> MutexGuard<'_, Ready<T>> {
        // After a panic nobody looks at the piece or at the scratch again.
        let mut work = || self.workers.timed(|| (self.work)(scratch, &mut task.piece));
        let is_alone = self.workers.post.is_none();
        let outcome = catch_unwind(AssertUnwindSafe(|| if is_alone { work() } else { within_piece(work) }));
        let mut ready = self.ready();
        match outcome {
            Ok(()) => ready.put_back(task),
            Err(panic) => ready.give_up(panic),
        }
        let is_change = ready.panic.is_some() || ready.batches.front().is_some_and(|oldest| oldest.left == 0);
        if is_change && ready.is_awaited {
            self.change.notify_one();
        }
        ready
    }

    fn ready(&self) -> MutexGuard<'_, Ready<T>> {
        // Nothing panics while the lock is held.
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Ready<T> {
    /// A piece that nobody has begun with, the oldest first.
    fn next(&mut self) -> Option<Task<T>> {
        let (age, batch) = self.batches.iter_mut().enumerate().find(|(_, batch)| batch.next < batch.pieces.len())?;
        let index = batch.next;
        batch.next += batch.step;
        batch.pieces[index].take().map(|piece| Task { batch: self.taken_back + age, index, piece })
    }

    /// # Panics
    /// If no batch is out.
    fn oldest(&self) -> &Batch<T> {
        self.batches.front().expect("a batch that was handed out")
    }

    fn put_back(&mut self, task: Task<T>) {
        let batch = &mut self.batches[task.batch - self.taken_back];
        batch.pieces[task.index] = Some(task.piece);
        batch.left -= 1;
    }

    /// Nothing more is begun.
    fn give_up(&mut self, panic: Box<dyn Any + Send>) {
        self.batches.iter_mut().for_each(|batch| batch.next = batch.pieces.len());
        self.panic.get_or_insert(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic;

    impl Portable for u64 {
        fn pack(&self, to: &mut Vec<u8>) {
            to.extend(self.to_le_bytes());
        }

        fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
            from.split_off(..8).map(|bytes| *self = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
        }
    }

    #[test]
    fn batches_come_back_whole_and_in_order_on_any_number_of_threads() {
        for threads in [1, 2, 5] {
            let workers = Workers::<u64>::new(Some(threads));
            let squares = workers.flow(
                |_, x: &mut u64| *x *= *x,
                |flow| {
                    let batch = |k: u64| (10 * k..10 * k + 10).collect();
                    flow.hand_out(batch(0));
                    let mut back = Vec::new();
                    for k in 1..50 {
                        flow.hand_out(batch(k));
                        back.extend(flow.take_back());
                    }
                    back.extend(flow.take_back());
                    back
                },
            );
            assert!(squares.into_iter().eq((0..500).map(|x| x * x)), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_from_whatever_thread() {
        for threads in [1, 2, 5] {
            let workers = Workers::<()>::new(Some(threads));
            let work = |(): &mut (), x: &mut u64| assert!(*x != 70, "seventy");
            let caught = panic::catch_unwind(AssertUnwindSafe(|| {
                workers.flow(work, |flow| {
                    (0..10).for_each(|k| flow.hand_out((10 * k..10 * k + 10).collect()));
                    (0..10).for_each(|_| drop(flow.take_back()));
                });
            }));
            assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"seventy"));
        }
    }
}

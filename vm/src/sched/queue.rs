//! The actors of one scheduler that are ready to run.
//!
//! Who has been woken runs before those that have used up their slices, but every eighth turn is one of theirs. The latest to be woken is kept apart, where no other
//! scheduler can take it: an actor that sends and then waits is followed at once by the receiver, on the same core, and not stolen from under its nose.

use crate::actor::Process;
use crossbeam_deque::{Steal, Stealer, Worker};

/// A ready actor.
pub struct Ready(pub *mut Process);

// SAFETY: a ready actor is in one queue, and belongs to whoever takes it out.
unsafe impl Send for Ready {}

/// Every how many turns one of those runs that have used up their slice.
const TURN_OF_USED: u32 = 8;
/// How often in a row the latest to be woken goes first.
const MOST_IN_A_ROW: u32 = 64;

/// A scheduler's queue.
pub struct Queue {
    latest: Option<Ready>,
    woken: Worker<Ready>,
    used: Worker<Ready>,
    turns: u32,
    in_a_row: u32,
}

/// The part of a queue that others take from.
pub struct Shared {
    woken: Stealer<Ready>,
    used: Stealer<Ready>,
}

impl Queue {
    /// An empty queue.
    pub fn new() -> Queue {
        Queue {
            latest: None,
            woken: Worker::new_fifo(),
            used: Worker::new_fifo(),
            turns: 0,
            in_a_row: 0,
        }
    }

    /// The part that others take from.
    pub fn shared(&self) -> Shared {
        Shared {
            woken: self.woken.stealer(),
            used: self.used.stealer(),
        }
    }

    /// Whether no actor is ready.
    pub fn is_empty(&self) -> bool {
        self.latest.is_none() && !self.has_spare()
    }

    /// Whether there are actors that another scheduler could take.
    pub fn has_spare(&self) -> bool {
        !self.woken.is_empty() || !self.used.is_empty()
    }

    /// Adds an actor that was woken or is new.
    pub fn push_woken(&mut self, process: *mut Process) {
        if let Some(before) = self.latest.replace(Ready(process)) {
            self.woken.push(before);
        }
    }

    /// Adds an actor that has used up its slice.
    pub fn push_used(&mut self, process: *mut Process) {
        self.used.push(Ready(process));
    }

    /// One of all that are ready, by a choice that another makes.
    pub fn pick(&mut self, choose: impl FnOnce(usize) -> usize) -> Option<Ready> {
        let queued =
            std::iter::from_fn(|| self.woken.pop()).chain(std::iter::from_fn(|| self.used.pop()));
        let mut all: Vec<Ready> = self.latest.take().into_iter().chain(queued).collect();
        if all.is_empty() {
            return None;
        }
        let picked = all.swap_remove(choose(all.len()));
        all.into_iter().for_each(|ready| self.woken.push(ready));
        Some(picked)
    }

    /// The next actor.
    pub fn pop(&mut self) -> Option<Ready> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(TURN_OF_USED)
            && let Some(ready) = self.used.pop()
        {
            return Some(ready);
        }
        if self.in_a_row >= MOST_IN_A_ROW {
            self.in_a_row = 0;
            if let Some(ready) = self.woken.pop() {
                return Some(ready);
            }
        }
        if let Some(ready) = self.latest.take() {
            self.in_a_row += 1;
            return Some(ready);
        }
        self.in_a_row = 0;
        self.woken.pop().or_else(|| self.used.pop())
    }

    /// Takes about half of another scheduler's actors; gives one of them.
    pub fn steal(&mut self, from: &Shared) -> Option<Ready> {
        take(|| from.woken.steal_batch_and_pop(&self.woken))
            .or_else(|| take(|| from.used.steal_batch_and_pop(&self.used)))
    }
}

impl Default for Queue {
    fn default() -> Queue {
        Queue::new()
    }
}

impl Shared {
    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.woken.is_empty() && self.used.is_empty()
    }
}

fn take(steal: impl Fn() -> Steal<Ready>) -> Option<Ready> {
    loop {
        match steal() {
            Steal::Success(ready) => return Some(ready),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}

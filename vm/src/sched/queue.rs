//! The actors of one scheduler that are ready to run.
//!
//! Who has been woken, or is new, runs before those that have used up their slices, but every eighth turn is one of theirs. The latest to be woken is kept apart, where no other
//! scheduler can take it: an actor that sends and then waits is followed at once by the receiver, on the same core, and not stolen from under its nose.
//!
//! Of the new ones the newest begins first, and the oldest is stolen first. So a tree of actors is walked in depth: few of them have begun and not ended, all that they touch is in
//! the caches, and a thief gets a branch near the root, with which it is busy for long (Blumofe, Leiserson: JACM 1999). So that none waits for ever, the oldest begins
//! at each tick, and of many each fourth one to begin is the oldest.

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
/// So many new ones are many.
const MANY: usize = 256;

/// A scheduler's queue.
pub struct Queue {
    latest: Option<Ready>,
    /// Whether the latest is a new one.
    latest_is_new: bool,
    woken: Worker<Ready>,
    /// Those that have not begun, the oldest first.
    new: Worker<Ready>,
    used: Worker<Ready>,
    /// The stealing end of `new`.
    oldest: Stealer<Ready>,
    turns: u32,
    /// Turns in which neither the latest went first nor one that had used up its slice.
    picks: u32,
    in_a_row: u32,
}

/// The part of a queue that others take from.
pub struct Shared {
    woken: Stealer<Ready>,
    new: Stealer<Ready>,
    used: Stealer<Ready>,
}

impl Queue {
    /// An empty queue.
    pub fn new() -> Queue {
        let new = Worker::new_lifo();
        Queue {
            latest: None,
            latest_is_new: false,
            woken: Worker::new_fifo(),
            oldest: new.stealer(),
            new,
            used: Worker::new_fifo(),
            turns: 0,
            picks: 0,
            in_a_row: 0,
        }
    }

    /// The part that others take from.
    pub fn shared(&self) -> Shared {
        Shared {
            woken: self.woken.stealer(),
            new: self.new.stealer(),
            used: self.used.stealer(),
        }
    }

    /// Whether no actor is ready.
    pub fn is_empty(&self) -> bool {
        self.latest.is_none() && !self.has_spare()
    }

    /// Whether there are actors that another scheduler could take.
    pub fn has_spare(&self) -> bool {
        !self.woken.is_empty() || !self.new.is_empty() || !self.used.is_empty()
    }

    /// Adds an actor that was woken.
    pub fn push_woken(&mut self, process: *mut Process) {
        self.replace_latest(process, false);
    }

    /// Adds an actor that has not begun.
    pub fn push_new(&mut self, process: *mut Process) {
        self.replace_latest(process, true);
    }

    #[inline]
    fn replace_latest(&mut self, process: *mut Process, is_new: bool) {
        let before_is_new = std::mem::replace(&mut self.latest_is_new, is_new);
        if let Some(before) = self.latest.replace(Ready(process)) {
            match before_is_new {
                true => self.new.push(before),
                false => self.woken.push(before),
            }
        }
    }

    /// Adds an actor that has used up its slice, and whose messages pile up: it has its turn among those that were woken.
    pub fn push_behind(&mut self, process: *mut Process) {
        self.woken.push(Ready(process));
    }

    /// Adds an actor that has used up its slice.
    pub fn push_used(&mut self, process: *mut Process) {
        self.used.push(Ready(process));
    }

    /// One of all that are ready, by a choice that another makes.
    pub fn pick(&mut self, choose: impl FnOnce(usize) -> usize) -> Option<Ready> {
        let queued = std::iter::from_fn(|| self.woken.pop())
            .chain(std::iter::from_fn(|| self.new.pop()))
            .chain(std::iter::from_fn(|| self.used.pop()));
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
            if let Some(ready) = self.woken.pop().or_else(|| self.pop_oldest()) {
                return Some(ready);
            }
        }
        if let Some(ready) = self.latest.take() {
            self.in_a_row += 1;
            return Some(ready);
        }
        self.in_a_row = 0;
        self.picks = self.picks.wrapping_add(1);
        let ready = match self.picks.is_multiple_of(2) {
            true => self.woken.pop().or_else(|| self.new.pop()),
            false => self.pop_new().or_else(|| self.woken.pop()),
        };
        ready.or_else(|| self.used.pop())
    }

    fn pop_new(&mut self) -> Option<Ready> {
        if self.picks & 2 != 0 && self.new.len() > MANY {
            return self.pop_oldest();
        }
        self.new.pop()
    }

    /// The one that has been new for longest.
    pub fn pop_oldest(&mut self) -> Option<Ready> {
        take(|| self.oldest.steal())
    }

    /// Takes about half of another scheduler's actors; gives one of them.
    pub fn steal(&mut self, from: &Shared) -> Option<Ready> {
        take(|| from.new.steal_batch_and_pop(&self.new))
            .or_else(|| take(|| from.woken.steal_batch_and_pop(&self.woken)))
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
        self.woken.is_empty() && self.new.is_empty() && self.used.is_empty()
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

#[cfg(test)]
mod tests {
    use super::{MANY, MOST_IN_A_ROW, Queue, Ready};
    use crate::actor::Process;

    /// An address that stands for an actor: nobody looks at it.
    fn actor(number: usize) -> *mut Process {
        std::ptr::without_provenance_mut(number * 8)
    }

    fn number(ready: Option<Ready>) -> Option<usize> {
        ready.map(|Ready(process)| process.addr() / 8)
    }

    fn rest(queue: &mut Queue) -> Vec<usize> {
        std::iter::from_fn(|| number(queue.pop())).collect()
    }

    #[test]
    fn the_newest_begins_first_and_the_oldest_is_stolen_first() {
        let (mut queue, mut thief) = (Queue::new(), Queue::new());
        (1..=9).for_each(|at| queue.push_new(actor(at)));
        // The latest of all, 9, cannot be stolen; of the others about half is.
        assert_eq!(number(thief.steal(&queue.shared())), Some(4));
        assert_eq!(rest(&mut thief), [3, 2, 1]);
        assert_eq!(rest(&mut queue), [9, 8, 7, 6, 5]);
    }

    #[test]
    fn who_was_woken_and_who_is_new_take_turns() {
        let mut queue = Queue::new();
        (1..=4).for_each(|at| queue.push_new(actor(at)));
        (11..=14).for_each(|at| queue.push_woken(actor(at)));
        assert_eq!(rest(&mut queue), [14, 4, 11, 3, 12, 2, 13, 1]);
    }

    #[test]
    fn who_has_used_up_its_slice_has_every_eighth_turn() {
        let mut queue = Queue::new();
        (1..=16).for_each(|at| queue.push_woken(actor(at)));
        queue.push_used(actor(20));
        queue.push_used(actor(21));
        let order = rest(&mut queue);
        assert_eq!((order[7], order[15]), (20, 21));
    }

    #[test]
    fn whose_messages_pile_up_stands_behind_the_woken_and_before_those_that_have_used_their_slices()
    {
        let mut queue = Queue::new();
        queue.push_used(actor(1));
        queue.push_used(actor(2));
        queue.push_woken(actor(3));
        queue.push_behind(actor(4));
        assert_eq!(rest(&mut queue), [3, 4, 1, 2]);
    }

    /// An actor begins although two others wake each other for ever, or each one starts the next.
    #[test]
    fn who_is_new_begins_beside_others_that_are_always_ready() {
        for push in [Queue::push_woken, Queue::push_new] {
            let mut queue = Queue::new();
            queue.push_new(actor(1));
            queue.push_woken(actor(2));
            let turns = (0..2 * MOST_IN_A_ROW).take_while(|_| {
                let next = number(queue.pop());
                push(&mut queue, actor(3));
                next != Some(1)
            });
            assert!(turns.count() <= MOST_IN_A_ROW as usize + 2);
        }
    }

    #[test]
    fn of_many_that_are_new_the_oldest_begins_although_more_come() {
        let mut queue = Queue::new();
        (1..=2 * MANY).for_each(|at| queue.push_new(actor(at)));
        let mut begun = Vec::new();
        for at in 0..40 {
            // What the latest to be woken does is beside the point.
            queue.push_woken(actor(5000));
            begun.extend(number(queue.pop()));
            begun.extend(number(queue.pop()));
            queue.push_new(actor(10_000 + 2 * at));
            queue.push_new(actor(10_001 + 2 * at));
        }
        assert!(
            [1, 2, 3, 4].iter().all(|old| begun.contains(old)),
            "{begun:?}"
        );
    }
}

//! How many actors there are.
//!
//! Each scheduler counts what it starts and what ends on it, in cache lines of its own: one number for all would move from core to core with every actor.

use crossbeam_utils::CachePadded;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// What one thread has counted; those that are no schedulers have one together.
#[derive(Default)]
struct Row {
    started: AtomicUsize,
    ended: AtomicUsize,
}

/// The actors of a runtime, counted.
pub struct Census(Box<[CachePadded<Row>]>);

impl Census {
    /// No actors, for so many schedulers.
    pub fn new(schedulers: usize) -> Census {
        Census(
            (0..=schedulers)
                .map(|_| CachePadded::new(Row::default()))
                .collect(),
        )
    }

    /// The row of those that are no schedulers.
    pub fn visitors(&self) -> usize {
        self.0.len() - 1
    }

    /// An actor begins, before anybody else knows it.
    #[inline]
    pub fn started(&self, row: usize) {
        self.0[row].started.fetch_add(1, Relaxed);
    }

    /// An actor is no more.
    #[inline]
    pub fn ended(&self, row: usize) {
        self.0[row].ended.fetch_add(1, SeqCst);
    }

    /// At least as many actors as there were at some moment of this call; so when it is none, there were none. Of two that each end one of the last two actors and then ask, one is told so.
    pub fn count(&self) -> usize {
        // In this order: the start of an actor whose end was counted here is counted, too, since it happened before.
        let ended: usize = self.0.iter().map(|row| row.ended.load(SeqCst)).sum();
        let started: usize = self.0.iter().map(|row| row.started.load(Relaxed)).sum();
        started - ended
    }
}

#[cfg(test)]
mod tests {
    use super::Census;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;
    use std::sync::mpsc::channel;

    const ACTORS: usize = 20_000;

    #[test]
    fn what_ends_elsewhere_is_counted_once() {
        let census = Census::new(2);
        census.started(0);
        census.started(census.visitors());
        assert_eq!(census.count(), 2);
        census.ended(1);
        assert_eq!(census.count(), 1);
        census.ended(1);
        assert_eq!(census.count(), 0);
    }

    /// Actors that are started on one thread end on another, each after the next has begun: there is always one.
    #[test]
    fn nobody_is_told_that_none_is_left_while_there_is_one() {
        let census = Census::new(2);
        let (to_other, from_here) = channel();
        let looks = AtomicUsize::new(0);
        census.started(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for () in from_here {
                    census.ended(1);
                }
            });
            scope.spawn(|| {
                while looks.load(Relaxed) < ACTORS {
                    assert_ne!(census.count(), 0);
                }
            });
            for _ in 0..ACTORS {
                census.started(0);
                to_other.send(()).expect("the other thread takes them");
                looks.fetch_add(1, Relaxed);
            }
            drop(to_other);
        });
        assert_eq!(census.count(), 1);
    }

    #[test]
    fn one_of_two_that_end_the_last_two_is_told() {
        for _ in 0..2000 {
            let census = Census::new(2);
            census.started(0);
            census.started(0);
            let end = |row: usize| {
                census.ended(row);
                census.count() == 0
            };
            let end = &end;
            let told = std::thread::scope(|scope| {
                let both = [0, 1].map(|row| scope.spawn(move || end(row)));
                both.map(|one| one.join().expect("it does not panic"))
            });
            assert!(told.contains(&true));
        }
    }
}

//! A hierarchical timing wheel (Varghese, Lauck: SOSP 1987): timers are set, cancelled and fired in constant time.
//!
//! Time is counted in ticks of a millisecond. Level 0 has a bucket for each of the next 64 ticks, level 1 for each of the next 64 times 64, and so on; as time goes on, the
//! buckets of a higher level are spread over those below.

/// Buckets of a level, as a power of two.
const BITS: u32 = 6;
const BUCKETS: usize = 1 << BITS;
const LEVELS: usize = 7;
/// Timers that are further away are looked at again then.
const FARTHEST: u64 = (1 << (BITS * LEVELS as u32)) - 1;
const NONE: u32 = u32::MAX;

/// Which timer of which wheel. As a word it can be given to programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerKey {
    wheel: u8,
    index: u32,
    generation: u32,
}

/// Bits of a generation; a timer that old is mistaken for another only when its place was used as often meanwhile.
const GENERATION_BITS: u32 = 23;

impl TimerKey {
    /// The key as a word; never 0.
    pub fn word(self) -> u64 {
        1 << 63
            | u64::from(self.wheel) << 55
            | u64::from(self.generation) << 32
            | u64::from(self.index)
    }

    /// The key of a word; none for one that is no timer's.
    pub fn from_word(word: u64) -> Option<TimerKey> {
        (word >> 63 == 1).then_some(TimerKey {
            wheel: (word >> 55) as u8,
            generation: (word >> 32) as u32 & ((1 << GENERATION_BITS) - 1),
            index: word as u32,
        })
    }

    /// The wheel.
    pub fn wheel(self) -> usize {
        self.wheel.into()
    }
}

/// What a timer was for that has fired.
#[derive(Debug)]
pub enum Fired<'w, T> {
    /// It is over.
    Last(T),
    /// It will fire again.
    Again(&'w T),
}

struct Item<T> {
    deadline: u64,
    next: u32,
    previous: u32,
    bucket: u16,
    generation: u32,
    what: Option<T>,
}

/// Timers of one scheduler.
pub struct Wheel<T> {
    number: u8,
    now: u64,
    heads: [[u32; BUCKETS]; LEVELS],
    /// By level: the buckets that are not empty.
    filled: [u64; LEVELS],
    items: Vec<Item<T>>,
    free: u32,
    len: usize,
}

impl<T> Wheel<T> {
    /// Wheel number `number`, without timers, at tick 0.
    pub fn new(number: u8) -> Wheel<T> {
        Wheel {
            number,
            now: 0,
            heads: [[NONE; BUCKETS]; LEVELS],
            filled: [0; LEVELS],
            items: Vec::new(),
            free: NONE,
            len: 0,
        }
    }

    /// Number of timers.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Sets a timer that fires at a tick, or at the next one when that is past.
    pub fn add(&mut self, deadline: u64, what: T) -> TimerKey {
        let index = self.take_item();
        let item = &mut self.items[index as usize];
        item.deadline = deadline.max(self.now + 1);
        item.what = Some(what);
        let generation = item.generation;
        self.len += 1;
        self.place(index);
        TimerKey {
            wheel: self.number,
            index,
            generation,
        }
    }

    /// Cancels a timer; gives what it was for, unless it has fired.
    pub fn cancel(&mut self, key: TimerKey) -> Option<T> {
        let item = self.items.get(key.index as usize)?;
        if item.generation != key.generation || item.what.is_none() {
            return None;
        }
        self.unlink(key.index);
        self.give_item(key.index)
    }

    /// Goes on to a tick; hands over what the timers were for that fire until then, with their keys, in order of their time. A timer for which there is a tick
    /// when it is to fire again keeps its key.
    pub fn advance(
        &mut self,
        to: u64,
        again: impl Fn(&T) -> Option<u64>,
        mut fire: impl FnMut(TimerKey, Fired<'_, T>),
    ) {
        while self.now < to {
            if self.len == 0 {
                self.now = to;
                return;
            }
            let next = self.next_event().min(to);
            self.now = next;
            for level in (1..LEVELS).rev() {
                if next.trailing_zeros() >= BITS * level as u32 {
                    self.spread(level);
                }
            }
            let bucket = (next % BUCKETS as u64) as usize;
            for index in self.take_bucket(0, bucket) {
                self.fire(index, &again, &mut fire);
            }
        }
    }

    fn fire(
        &mut self,
        index: u32,
        again: impl Fn(&T) -> Option<u64>,
        fire: &mut impl FnMut(TimerKey, Fired<'_, T>),
    ) {
        let item = &mut self.items[index as usize];
        let key = TimerKey {
            wheel: self.number,
            index,
            generation: item.generation,
        };
        let next = item.what.as_ref().and_then(again);
        match (&item.what, next) {
            (Some(what), Some(deadline)) => {
                fire(key, Fired::Again(what));
                item.deadline = deadline.max(self.now + 1);
                self.place(index);
            }
            _ => {
                if let Some(what) = self.give_item(index) {
                    fire(key, Fired::Last(what));
                }
            }
        }
    }

    /// A tick before which nothing fires, after the present one; none when there are no timers.
    pub fn next_deadline(&self) -> Option<u64> {
        (self.len > 0).then(|| self.next_event())
    }

    /// What all timers are for.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.items.iter().filter_map(|item| item.what.as_ref())
    }

    /// Cancels all timers, and gives what they were for.
    pub fn clear(&mut self) -> Vec<T> {
        let number = self.number;
        let old = std::mem::replace(self, Wheel::new(number));
        self.now = old.now;
        old.items.into_iter().filter_map(|item| item.what).collect()
    }

    /// The next tick at which a bucket of level 0 fires or one above is to be spread.
    fn next_event(&self) -> u64 {
        let mut best = u64::MAX;
        for level in 0..LEVELS {
            let filled = self.filled[level];
            if filled == 0 {
                continue;
            }
            let shift = BITS * level as u32;
            let unit = self.now >> shift;
            // Buckets from the one after the present, in the order in which their time comes.
            let at = (unit as u32 + 1) % BUCKETS as u32;
            let ahead = u64::from(filled.rotate_right(at).trailing_zeros()) + 1;
            best = best.min((unit + ahead) << shift);
        }
        best
    }

    fn spread(&mut self, level: usize) {
        let bucket = (self.now >> (BITS * level as u32)) as usize % BUCKETS;
        for index in self.take_bucket(level, bucket) {
            self.place(index);
        }
    }

    /// Empties a bucket; its timers in the order in which they were put there.
    fn take_bucket(&mut self, level: usize, bucket: usize) -> Vec<u32> {
        let mut found = Vec::new();
        let mut index = std::mem::replace(&mut self.heads[level][bucket], NONE);
        self.filled[level] &= !(1 << bucket);
        while index != NONE {
            found.push(index);
            index = self.items[index as usize].next;
        }
        found.reverse();
        found
    }

    /// Puts a timer in the bucket of its time.
    fn place(&mut self, index: u32) {
        let deadline = self.items[index as usize].deadline;
        let distance = (deadline - self.now).min(FARTHEST);
        let target = self.now + distance;
        // At the present tick only while that is being worked off: level 0 then.
        let level = match distance {
            0 => 0,
            _ => ((63 - distance.leading_zeros()) / BITS) as usize,
        };
        let bucket = (target >> (BITS * level as u32)) as usize % BUCKETS;
        let head = std::mem::replace(&mut self.heads[level][bucket], index);
        self.filled[level] |= 1 << bucket;
        let item = &mut self.items[index as usize];
        item.bucket = (level * BUCKETS + bucket) as u16;
        (item.next, item.previous) = (head, NONE);
        if head != NONE {
            self.items[head as usize].previous = index;
        }
    }

    fn unlink(&mut self, index: u32) {
        let item = &self.items[index as usize];
        let (next, previous, bucket) = (item.next, item.previous, usize::from(item.bucket));
        if next != NONE {
            self.items[next as usize].previous = previous;
        }
        if previous != NONE {
            self.items[previous as usize].next = next;
            return;
        }
        let (level, bucket) = (bucket / BUCKETS, bucket % BUCKETS);
        self.heads[level][bucket] = next;
        if next == NONE {
            self.filled[level] &= !(1 << bucket);
        }
    }

    fn take_item(&mut self) -> u32 {
        if self.free != NONE {
            let index = self.free;
            self.free = self.items[index as usize].next;
            return index;
        }
        self.items.push(Item {
            deadline: 0,
            next: NONE,
            previous: NONE,
            bucket: 0,
            generation: 0,
            what: None,
        });
        (self.items.len() - 1) as u32
    }

    fn give_item(&mut self, index: u32) -> Option<T> {
        let item = &mut self.items[index as usize];
        let what = item.what.take();
        item.generation = (item.generation + 1) & ((1 << GENERATION_BITS) - 1);
        item.next = self.free;
        self.free = index;
        self.len -= 1;
        what
    }
}

#[cfg(test)]
mod tests {
    use super::{Fired, TimerKey, Wheel};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug)]
    enum Step {
        Add(u64),
        Cancel(usize),
        Advance(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let distance = prop_oneof![0..80_u64, 0..10_000_u64, 0..(1_u64 << 46)];
        let step = prop_oneof![
            distance.clone().prop_map(Step::Add),
            any::<usize>().prop_map(Step::Cancel),
            distance.prop_map(Step::Advance),
        ];
        prop::collection::vec(step, 1..80)
    }

    proptest! {
        /// Every timer fires at its tick, in order, unless it was cancelled; as in a sorted map.
        #[test]
        fn fires_like_a_sorted_map(steps in steps()) {
            let mut wheel = Wheel::new(3);
            let mut model: BTreeMap<(u64, u64), TimerKey> = BTreeMap::new();
            let (mut now, mut number) = (0, 0);
            for step in steps {
                match step {
                    Step::Add(distance) => {
                        let key = wheel.add(now + distance, number);
                        model.insert(((now + distance).max(now + 1), number), key);
                        number += 1;
                    }
                    Step::Cancel(pick) if !model.is_empty() => {
                        let at = pick % model.len();
                        let (&(deadline, of), &key) = model.iter().nth(at).expect("it is there");
                        prop_assert_eq!(wheel.cancel(key), Some(of));
                        prop_assert_eq!(wheel.cancel(key), None);
                        model.remove(&(deadline, of));
                    }
                    Step::Cancel(_) => {}
                    Step::Advance(distance) => {
                        now += distance;
                        let mut fired = Vec::new();
                        wheel.advance(now, |_| None, |key, what| match what {
                            Fired::Last(what) => fired.push((key, what)),
                            Fired::Again(_) => unreachable!("none fires again"),
                        });
                        let later = model.split_off(&(now + 1, 0));
                        let due = std::mem::replace(&mut model, later);
                        let ticks: Vec<u64> = due.keys().map(|&(deadline, _)| deadline).collect();
                        let mut expected: Vec<(TimerKey, u64)> = due.iter().map(|(&(_, of), &key)| (key, of)).collect();
                        let deadline_of = |what: u64| due.keys().find(|(_, of)| *of == what).map(|&(at, _)| at);
                        let fired_ticks: Vec<u64> = fired.iter().filter_map(|&(_, what)| deadline_of(what)).collect();
                        prop_assert_eq!(fired_ticks, ticks);
                        expected.sort_by_key(|&(_, of)| of);
                        fired.sort_by_key(|&(_, of)| of);
                        prop_assert_eq!(fired, expected);
                    }
                }
                prop_assert_eq!(wheel.len(), model.len());
                if let (Some(next), Some((first, _))) = (wheel.next_deadline(), model.keys().next()) {
                    prop_assert!(now < next && next <= *first);
                }
                prop_assert_eq!(wheel.all().count(), model.len());
            }
        }
    }

    #[test]
    fn a_timer_that_fires_again_keeps_its_key() {
        let mut wheel = Wheel::new(0);
        let key = wheel.add(10, "tick");
        let mut fired = Vec::new();
        for now in [9, 10, 19, 25, 40] {
            let next = |_: &&str| Some(now + 10);
            wheel.advance(now, next, |of, what| {
                assert!(matches!(what, Fired::Again(&"tick")) && of == key);
                fired.push(now);
            });
        }
        assert_eq!(fired, [10, 25, 40]);
        assert_eq!(wheel.cancel(key), Some("tick"));
        assert!(wheel.is_empty());
    }

    #[test]
    fn keys_travel_as_words() {
        let mut wheel = Wheel::new(200);
        let key = wheel.add(5, ());
        assert_eq!(TimerKey::from_word(key.word()), Some(key));
        assert_eq!(key.wheel(), 200);
        assert_eq!(TimerKey::from_word(7), None);
    }
}

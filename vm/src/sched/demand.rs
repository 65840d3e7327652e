//! Guesses of what is worth its cost, from what it would have brought lately: whether to wake another scheduler, and whether to look for work before sleeping.
//!
//! To wake a thread takes microseconds of who wakes it, and a processor that something else may want. Work that is over sooner than the other has begun is better done by who has it; so is all work
//! of programs whose actors do little and wait, such as those that answer requests of other nodes. A guess is a counter of two bits, as processors have for branches (Smith: ISCA 1981): one
//! exception does not change it.

use std::time::{Duration, Instant};

/// Work that takes less is not worth another thread; what waits for longer gets one in any case.
const WORTH: Duration = Duration::from_micros(200);
/// A sleep that was shorter could have been spent looking for work. To be woken takes about half of it.
const SHORT: Duration = Duration::from_micros(100);

/// A guess of whether something is so, as it was lately.
#[derive(Clone, Copy)]
struct Guess(u8);

impl Guess {
    const MOST: u8 = 3;

    fn is_likely(self) -> bool {
        self.0 * 2 > Guess::MOST
    }

    fn note(&mut self, was: bool) {
        self.0 = match was {
            true => (self.0 + 1).min(Guess::MOST),
            false => self.0.saturating_sub(1),
        };
    }
}

/// What one scheduler has seen.
pub struct Demand {
    /// Since when there has been something that others could do.
    since: Option<Instant>,
    /// Whether what others could do lasts.
    lasts: Guess,
    /// Whether work comes soon after there was none.
    comes: Guess,
}

impl Default for Demand {
    fn default() -> Demand {
        Demand {
            since: None,
            lasts: Guess(Guess::MOST),
            comes: Guess(Guess::MOST),
        }
    }
}

impl Demand {
    /// There is something that others could do: whether one should be woken for it.
    #[inline]
    pub fn is_worth_help(&mut self) -> bool {
        self.is_worth_help_at(Instant::now())
    }

    fn is_worth_help_at(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        self.lasts.is_likely() || now - since >= WORTH
    }

    /// There is nothing that others could do.
    #[inline]
    pub fn is_met(&mut self) {
        if self.since.is_some() {
            self.is_met_at(Instant::now());
        }
    }

    fn is_met_at(&mut self, now: Instant) {
        if let Some(since) = self.since.take() {
            self.lasts.note(now - since >= WORTH);
        }
    }

    /// Whether to look for work before sleeping.
    pub fn is_worth_search(&self) -> bool {
        self.comes.is_likely()
    }

    /// Looking for work has found some, or not.
    pub fn has_searched(&mut self, found: bool) {
        // What comes of the sleep that follows is noted, too.
        if found {
            self.comes.note(true);
        }
    }

    /// The scheduler was woken after so long.
    pub fn has_slept(&mut self, time: Duration) {
        self.comes.note(time < SHORT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_micros(5);

    /// Spare work comes, and is done after a time; whether help was worth while when it came.
    fn spare(demand: &mut Demand, start: Instant, time: Duration) -> bool {
        let is_worth = demand.is_worth_help_at(start);
        demand.is_met_at(start + time);
        is_worth
    }

    #[test]
    fn work_that_is_soon_done_wakes_nobody_and_work_that_lasts_does() {
        let (mut demand, start) = (Demand::default(), Instant::now());
        assert!(spare(&mut demand, start, MOMENT));
        assert!(spare(&mut demand, start, MOMENT));
        assert!(!spare(&mut demand, start, MOMENT));
        assert!(!spare(&mut demand, start, MOMENT));
        // One exception changes nothing, a second one does.
        assert!(!spare(&mut demand, start, WORTH));
        assert!(!spare(&mut demand, start, WORTH));
        assert!(spare(&mut demand, start, MOMENT));
        assert!(!spare(&mut demand, start, MOMENT));
    }

    #[test]
    fn what_waits_for_long_gets_help_in_any_case() {
        let (mut demand, start) = (Demand::default(), Instant::now());
        for _ in 0..4 {
            spare(&mut demand, start, MOMENT);
        }
        assert!(!demand.is_worth_help_at(start));
        assert!(!demand.is_worth_help_at(start + MOMENT));
        assert!(demand.is_worth_help_at(start + WORTH));
        demand.is_met_at(start + WORTH);
        assert!(!demand.is_worth_help_at(start + 2 * WORTH));
    }

    #[test]
    fn who_has_slept_for_long_does_not_look_for_work_before_the_next_sleep() {
        let mut demand = Demand::default();
        assert!(demand.is_worth_search());
        (0..4).for_each(|_| demand.has_slept(2 * SHORT));
        assert!(!demand.is_worth_search());
        demand.has_searched(false);
        demand.has_slept(MOMENT);
        assert!(!demand.is_worth_search());
        demand.has_slept(MOMENT);
        assert!(demand.is_worth_search());
        demand.has_slept(2 * SHORT);
        assert!(!demand.is_worth_search());
        demand.has_searched(true);
        assert!(demand.is_worth_search());
    }
}

//! The one place where a program meets what differs from run to run: clocks, random seeds, and the choice of who runs next.
//!
//! With a seed all of these follow from it, so that a run can be repeated. Time is then what the program has done: it passes with slices, and jumps to the next timer when there is nothing else
//! to do.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const NANOS_PER_TICK: u64 = 1_000_000;
/// Milliseconds since 1970 at which seeded programs begin: the first of January 2020.
const SEEDED_EPOCH: u64 = 1_577_836_800_000;

/// Clocks, seeds and choices of one run of a program.
pub struct Platform {
    began: Instant,
    seeded: Option<Seeded>,
}

struct Seeded {
    /// Nanoseconds that have passed.
    time: AtomicU64,
    /// State of the generator: SplitMix64 (Steele, Lea, Flood: OOPSLA 2014).
    state: AtomicU64,
}

impl Seeded {
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.state.fetch_add(STEP, Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Platform {
    /// That of the system.
    pub fn of_system() -> Platform {
        Platform {
            began: Instant::now(),
            seeded: None,
        }
    }

    /// One in which everything follows from a number.
    pub fn seeded(seed: u64) -> Platform {
        Platform {
            began: Instant::now(),
            seeded: Some(Seeded {
                time: AtomicU64::new(0),
                state: AtomicU64::new(seed),
            }),
        }
    }

    /// Whether everything follows from a seed.
    pub fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// Nanoseconds since the program began.
    pub fn nanos(&self) -> u64 {
        match &self.seeded {
            Some(seeded) => seeded.time.load(Relaxed),
            None => self.began.elapsed().as_nanos() as u64,
        }
    }

    /// Milliseconds since 1970.
    pub fn unix_millis(&self) -> u64 {
        match &self.seeded {
            Some(_) => SEEDED_EPOCH + self.now(),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |age| age.as_millis() as u64),
        }
    }

    /// The present tick: milliseconds since the program began.
    pub fn now(&self) -> u64 {
        self.nanos() / NANOS_PER_TICK
    }

    /// The tick at which `ms` milliseconds have surely passed.
    pub fn deadline(&self, ms: u64) -> u64 {
        self.nanos().div_ceil(NANOS_PER_TICK).saturating_add(ms)
    }

    /// When a tick is, by the system's clock.
    pub fn instant(&self, tick: u64) -> Option<Instant> {
        self.began.checked_add(Duration::from_millis(tick))
    }

    /// An actor has run: in a seeded run that is what time passes by.
    #[inline]
    pub fn pass(&self, nanos: u64) {
        if let Some(seeded) = &self.seeded {
            seeded.time.fetch_add(nanos, Relaxed);
        }
    }

    /// Nothing happens before a tick; whether that tick is now, as it is in a seeded run.
    pub fn skip_to(&self, tick: u64) -> bool {
        match &self.seeded {
            Some(seeded) => {
                seeded
                    .time
                    .fetch_max(tick.saturating_mul(NANOS_PER_TICK), Relaxed);
                true
            }
            None => false,
        }
    }

    /// A seed for a generator of random numbers.
    pub fn random_seed(&self) -> u64 {
        match &self.seeded {
            Some(seeded) => seeded.next(),
            None => RandomState::new().hash_one(0),
        }
    }

    /// One of so many possibilities that are equally good: the last, unless the run is seeded. `count` is at least 1.
    pub fn choose(&self, count: usize) -> usize {
        match &self.seeded {
            Some(seeded) => (seeded.next() % count as u64) as usize,
            None => count - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn a_seed_determines_everything() {
        let look = |platform: &Platform| {
            let seed = platform.random_seed();
            let choices: Vec<usize> = (1..20).map(|count| platform.choose(count)).collect();
            platform.pass(1_500_000);
            assert!(platform.skip_to(7));
            (
                seed,
                choices,
                platform.nanos(),
                platform.now(),
                platform.deadline(3),
                platform.unix_millis(),
            )
        };
        let first = look(&Platform::seeded(5));
        assert_eq!(first, look(&Platform::seeded(5)));
        assert_ne!(first.0, look(&Platform::seeded(6)).0);
        assert_eq!((first.2, first.3, first.4), (7_000_000, 7, 10));
    }

    #[test]
    fn without_a_seed_time_passes_by_itself() {
        let platform = Platform::of_system();
        platform.pass(1 << 50);
        assert!(!platform.skip_to(1 << 30) && platform.now() < 1 << 20);
        let before = platform.nanos();
        while platform.nanos() == before {}
        assert!(platform.deadline(0) * 1_000_000 >= before);
    }
}

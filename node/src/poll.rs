//! Waiting for what arrives on any of a node's connections.
//!
//! The system tells of a connection once when something arrives on it, or when it takes bytes again after it did not. Whoever hears of it puts it on a list; whoever has time takes it from there, so
//! that one thread at a time reads a connection, and none waits for another.

use crate::session::Session;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::fd::OwnedFd;
use std::collections::VecDeque;
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::{Duration, Instant};

/// Events that are taken at once.
const MOST_EVENTS: usize = 64;
/// What stands for the bell among the numbers of connections, which begin at 1.
const BELL: u64 = 0;

/// A node's connections, as the system and the schedulers see them.
pub struct Poll {
    epoll: OwnedFd,
    /// Wakes whoever waits.
    bell: OwnedFd,
    sessions: RwLock<FxHashMap<u64, Arc<Session>>>,
    ready: Mutex<VecDeque<Arc<Session>>>,
    is_ready: AtomicBool,
    haste: Haste,
}

/// How long whoever waits looks again and again before it sleeps, when answers have come fast lately.
const LOOK: Duration = Duration::from_micros(50);
/// Between two looks there is less, unless something else had the processor.
const GAP: Duration = Duration::from_micros(300);
/// How many waits in a row must have been short before anybody looks; at first, and at most.
const FEW_SHORT: u32 = 8;
const MANY_SHORT: u32 = 1 << 16;
/// How much more that becomes when something else wants the processor, and after how many waits it becomes less again by as much.
const MORE: u32 = 4;
const QUIET: u32 = 4096;

/// Whether it is worth while to look for what is waited for instead of sleeping: in a conversation it is, but not when others want the processor, for who has looked is not woken at once.
struct Haste {
    /// Whether there are processors enough: the other side needs one meanwhile.
    is_possible: bool,
    /// Waits in a row that were short.
    short: AtomicU32,
    /// How many there must be.
    needed: AtomicU32,
}

impl Haste {
    fn new() -> Haste {
        let processors = std::thread::available_parallelism();
        Haste {
            is_possible: processors.is_ok_and(|count| count.get() > 1),
            short: AtomicU32::new(0),
            needed: AtomicU32::new(FEW_SHORT),
        }
    }

    fn is_worth(&self) -> bool {
        self.is_possible && self.short.load(Relaxed) >= self.needed.load(Relaxed)
    }

    /// A wait was so long.
    fn note(&self, time: Duration) {
        if time > LOOK {
            return self.short.store(0, Relaxed);
        }
        let (short, needed) = (self.short.load(Relaxed), self.needed.load(Relaxed));
        if short < needed + QUIET {
            return self.short.store(short + 1, Relaxed);
        }
        let fewer = (needed / MORE).max(FEW_SHORT);
        self.needed.store(fewer, Relaxed);
        self.short.store(fewer, Relaxed);
    }

    /// Something else had the processor.
    fn was_interrupted(&self) {
        let needed = self.needed.load(Relaxed).saturating_mul(MORE);
        self.needed.store(needed.min(MANY_SHORT), Relaxed);
        self.short.store(0, Relaxed);
    }
}

impl Poll {
    /// No connections yet.
    pub fn new() -> io::Result<Poll> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let once = EventFlags::IN | EventFlags::ET;
        epoll::add(&epoll, &bell, EventData::new_u64(BELL), once)?;
        Ok(Poll {
            epoll,
            bell,
            sessions: RwLock::default(),
            ready: Mutex::default(),
            is_ready: AtomicBool::new(false),
            haste: Haste::new(),
        })
    }

    /// From now on what arrives on a connection is noticed, and what has arrived.
    pub fn add(&self, session: &Arc<Session>) -> io::Result<()> {
        self.sessions
            .write()
            .insert(session.id, Arc::clone(session));
        let all = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        let data = EventData::new_u64(session.id);
        epoll::add(&self.epoll, session.socket(), data, all)?;
        Ok(())
    }

    /// A connection is over.
    pub fn remove(&self, session: &Session) {
        self.sessions.write().remove(&session.id);
        // It may not have been added.
        let _ = epoll::delete(&self.epoll, session.socket());
    }

    /// Waits until there is something to do, the bell rings, or an instant.
    pub fn wait(&self, until: Option<Instant>) {
        if self.has_ready() {
            return;
        }
        let start = Instant::now();
        if !self.haste.is_worth() || !self.look_for(start, until) {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            self.take_events(left.as_ref());
        }
        self.haste.note(start.elapsed());
    }

    /// Looks for a while; whether there is nothing to be waited for any more.
    fn look_for(&self, start: Instant, until: Option<Instant>) -> bool {
        let mut last = start;
        loop {
            if self.take_events(Some(&Timespec::default())) {
                return true;
            }
            let now = Instant::now();
            if now - last > GAP {
                self.haste.was_interrupted();
                return false;
            }
            if until.is_some_and(|until| now >= until) {
                return true;
            }
            if now - start > LOOK {
                return false;
            }
            last = now;
        }
    }

    /// Whether there is something to do; the system is asked, too.
    pub fn look(&self) -> bool {
        if !self.has_ready() {
            let _ = self.take_events(Some(&Timespec::default()));
        }
        self.has_ready()
    }

    /// Whether there is something to do, as far as is known.
    pub fn has_ready(&self) -> bool {
        self.is_ready.load(Acquire)
    }

    /// How many connections are to be seen to.
    pub fn ready(&self) -> usize {
        match self.has_ready() {
            true => self.ready.lock().len(),
            false => 0,
        }
    }

    /// Whether anything has happened.
    fn take_events(&self, timeout: Option<&Timespec>) -> bool {
        let mut room = [const { MaybeUninit::<Event>::uninit() }; MOST_EVENTS];
        // An interrupted wait is a short one.
        let Ok((events, _)) = epoll::wait(&self.epoll, &mut room, timeout) else {
            return false;
        };
        let any = !events.is_empty();
        for event in events {
            let (number, flags) = (event.data.u64(), event.flags);
            let session = self.sessions.read().get(&number).cloned();
            if let Some(session) = session {
                self.note(&session, flags);
            }
        }
        any
    }

    /// Something has happened on a connection.
    pub fn note(&self, session: &Arc<Session>, flags: EventFlags) {
        if session.happened(flags) {
            self.put(Arc::clone(session));
        }
    }

    /// A connection is to be seen to.
    pub fn put(&self, session: Arc<Session>) {
        let mut ready = self.ready.lock();
        ready.push_back(session);
        self.is_ready.store(true, Release);
    }

    /// A connection that is to be seen to.
    pub fn take(&self) -> Option<Arc<Session>> {
        if !self.has_ready() {
            return None;
        }
        let mut ready = self.ready.lock();
        let session = ready.pop_front();
        self.is_ready.store(!ready.is_empty(), Release);
        session
    }

    /// Whoever waits looks around, or whoever waits next.
    pub fn ring(&self) {
        // The counter cannot overflow before someone has rung for centuries.
        let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn haste() -> Haste {
        Haste {
            is_possible: true,
            ..Haste::new()
        }
    }

    fn note(haste: &Haste, count: u32, time: Duration) {
        (0..count).for_each(|_| haste.note(time));
    }

    #[test]
    fn a_conversation_is_worth_looking_and_a_pause_ends_it() {
        let haste = haste();
        note(&haste, FEW_SHORT - 1, LOOK);
        assert!(!haste.is_worth());
        note(&haste, 1, LOOK);
        assert!(haste.is_worth());
        note(&haste, 3 * QUIET, LOOK);
        assert!(haste.is_worth());
        note(&haste, 1, 2 * LOOK);
        assert!(!haste.is_worth());
        note(&haste, FEW_SHORT, LOOK);
        assert!(haste.is_worth());
    }

    #[test]
    fn who_is_interrupted_looks_less_until_it_is_quiet() {
        let haste = haste();
        haste.was_interrupted();
        note(&haste, FEW_SHORT * MORE - 1, LOOK);
        assert!(!haste.is_worth());
        note(&haste, 1, LOOK);
        assert!(haste.is_worth());
        for _ in 0..20 {
            haste.was_interrupted();
        }
        note(&haste, MANY_SHORT, LOOK);
        assert!(haste.is_worth());
        note(&haste, 10 * (QUIET + MANY_SHORT), LOOK);
        assert!(haste.is_worth());
        assert_eq!(haste.needed.load(Relaxed), FEW_SHORT);
    }
}

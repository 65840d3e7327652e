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
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::time::Instant;

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
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        self.take_events(left.as_ref());
    }

    /// Whether there is something to do; the system is asked, too.
    pub fn look(&self) -> bool {
        if !self.has_ready() {
            self.take_events(Some(&Timespec::default()));
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

    fn take_events(&self, timeout: Option<&Timespec>) {
        let mut room = [const { MaybeUninit::<Event>::uninit() }; MOST_EVENTS];
        // An interrupted wait is a short one.
        let Ok((events, _)) = epoll::wait(&self.epoll, &mut room, timeout) else {
            return;
        };
        for event in events {
            let (number, flags) = (event.data.u64(), event.flags);
            let session = self.sessions.read().get(&number).cloned();
            if let Some(session) = session {
                self.note(&session, flags);
            }
        }
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

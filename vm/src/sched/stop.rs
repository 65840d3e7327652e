//! Being asked to stop: the signals SIGTERM and SIGINT.
//!
//! At the first one `System.stopping()` becomes true, and the actors that have called `System.on_stop()` get the signal `Stopping`; so do supervisors that no other supervisor
//! has started, which stop their children in order. When all of these have ended, after five seconds at the latest, the program ends as it does by itself. A second signal ends it at
//! once.
//!
//! Signals are listened to from when there is a second actor, or somebody asks: a program that is nothing but `main` ends as other programs do.

use super::runtime::{Phase, Runtime};
use super::worker::Worker;
use super::{close, threads};
use crate::actor::Pid;
use crate::actor::entry::Signal;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

/// What a runtime knows about being asked to stop.
#[derive(Default)]
pub struct Stop {
    listens: AtomicBool,
    is_asked: AtomicBool,
    /// Whether the actors have still to be told.
    is_news: AtomicBool,
    /// The actors that want to know.
    listeners: Mutex<Vec<Listener>>,
}

/// An actor that is told.
#[derive(Clone, Copy)]
struct Listener {
    pid: Pid,
    hope: Hope,
}

/// Whether being asked to stop is something that an actor may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hope {
    /// It is: a program in which nothing else can happen goes on.
    Waits,
    /// Such a program is in a deadlock all the same.
    None,
}

/// Listeners of which the dead ones are not looked for.
const FEW: usize = 64;

/// Whether a runtime listens to the process's signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signals {
    /// It is the process's program.
    Listen,
    /// Somebody else looks after them.
    Ignore,
}

impl Runtime {
    /// Whether the program was asked to stop.
    pub fn is_stopping(self: &Arc<Self>) -> bool {
        self.listen();
        self.stop.is_asked.load(Acquire)
    }

    /// From now on the actor hears that the program is asked to stop; at once when it was already.
    pub fn on_stop(self: &Arc<Self>, pid: Pid, hope: Hope) -> bool {
        self.listen();
        let mut listeners = self.stop.listeners.lock();
        if listeners.len() >= FEW && listeners.len() == listeners.capacity() {
            listeners.retain(|listener| self.slots.is_alive(listener.pid));
        }
        listeners.push(Listener { pid, hope });
        drop(listeners);
        self.stop.is_asked.load(Acquire)
    }

    /// Begins to listen to signals, unless that is done.
    pub(super) fn listen(self: &Arc<Self>) {
        if self.signals == Signals::Listen && !self.stop.listens.swap(true, AcqRel) {
            threads::listen_to_signals(Arc::downgrade(self));
        }
    }

    /// A signal has come; whether it is the first.
    pub(super) fn ask_to_stop(&self) -> bool {
        let is_first = !self.stop.is_asked.swap(true, AcqRel);
        if is_first {
            self.stop.is_news.store(true, Release);
            self.idle.call_attention();
            self.idle.wake_all();
        }
        is_first
    }

    /// Whether actors have to be told that the program was asked to stop.
    pub(super) fn has_stop_news(&self) -> bool {
        self.stop.is_news.load(Acquire)
    }

    /// Whether some actor is there that is told, of those of which this holds.
    pub(super) fn has_listeners(&self, counts: impl Fn(Hope) -> bool) -> bool {
        let mut listeners = self.stop.listeners.lock();
        listeners.retain(|listener| self.slots.is_alive(listener.pid));
        listeners.iter().any(|listener| counts(listener.hope))
    }
}

/// Tells the actors that want to know; when there are none left, the program closes.
pub(super) fn look_after_stop(worker: &mut Worker) {
    if worker.runtime.phase() != Phase::Running || !worker.runtime.stop.is_asked.load(Acquire) {
        return;
    }
    let runtime = Arc::clone(&worker.runtime);
    if runtime.stop.is_news.swap(false, AcqRel) {
        let deadline = runtime.platform().deadline(close::GRACE.as_millis() as u64);
        runtime.stop_by(deadline);
        let listeners = runtime.stop.listeners.lock().clone();
        for listener in listeners {
            worker.tell(listener.pid, Signal::Stopping);
        }
    }
    let is_late = runtime
        .stop_tick()
        .is_some_and(|tick| runtime.platform().now() >= tick);
    if is_late || !runtime.has_listeners(|_| true) {
        close::close(worker);
    }
}

//! The threads of a runtime. The first is started with the program; others when there is work for them, or in place of one that blocks.

use super::Scheduler;
use super::queue::Queue;
use super::runtime::{Phase, Runtime};
use super::worker::Worker;
use parking_lot::{Condvar, Mutex};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Bytes of a thread's own stack, on which large natives run.
const STACK: usize = 8 << 20;

/// The threads of a runtime.
#[derive(Default)]
pub struct Threads {
    state: Mutex<State>,
    ended: Condvar,
    /// Schedulers that have no thread yet.
    unstarted: AtomicUsize,
}

#[derive(Default)]
struct State {
    /// Schedulers that have no thread yet, by their numbers, the lowest last.
    waiting: Vec<(usize, Queue)>,
    running: usize,
    remains: Vec<Remains>,
}

/// What is left of a thread that has ended.
struct Remains(Worker);

// SAFETY: the thread has ended; what it leaves is used by one thread at a time.
unsafe impl Send for Remains {}

// SAFETY: a queue is used by one thread at a time.
unsafe impl Send for Queue {}

/// Starts the thread that hears the process's signals.
pub(super) fn listen_to_signals(runtime: Weak<Runtime>) {
    let Ok(mut signals) = Signals::new([SIGTERM, SIGINT]) else {
        return;
    };
    let thread = std::thread::Builder::new().name("snow signals".to_owned());
    // Without it the process ends as the system does it.
    let _ = thread.spawn(move || {
        for signal in signals.forever() {
            let is_first = runtime
                .upgrade()
                .is_some_and(|runtime| runtime.ask_to_stop());
            if !is_first {
                std::process::exit(128 + signal);
            }
        }
    });
}

impl Runtime {
    /// Schedulers that get a thread when there is work for it.
    pub(super) fn keep_for_later(&self, queues: impl IntoIterator<Item = Queue>) {
        let mut waiting: Vec<(usize, Queue)> = (0..).zip(queues).collect();
        waiting.reverse();
        self.threads.unstarted.store(waiting.len(), Relaxed);
        self.threads.state.lock().waiting = waiting;
    }

    /// Number of schedulers that have no thread yet.
    pub(super) fn unstarted(&self) -> usize {
        self.threads.unstarted.load(Relaxed)
    }

    /// Gives the next scheduler a thread, after something was done with it. Without one the program has a scheduler less.
    pub(super) fn start_scheduler(
        self: &Arc<Self>,
        prepare: impl FnOnce(&mut Worker) + Send + 'static,
    ) -> std::io::Result<()> {
        let Some((number, queue)) = self.threads.state.lock().waiting.pop() else {
            return Ok(());
        };
        self.threads.unstarted.fetch_sub(1, Relaxed);
        self.idle.started();
        let started = self.spawn_thread(number, move |runtime| {
            let scheduler = Scheduler::new(Arc::clone(&runtime), number, queue);
            let mut worker = Worker::new(runtime, Box::new(scheduler));
            prepare(&mut worker);
            worker.work();
            Some(worker)
        });
        started.inspect_err(|_| self.idle.not_started())
    }

    /// Starts a thread, which may leave a worker when it ends.
    pub(super) fn spawn_thread(
        self: &Arc<Self>,
        number: usize,
        life: impl FnOnce(Arc<Runtime>) -> Option<Worker> + Send + 'static,
    ) -> std::io::Result<()> {
        self.threads.state.lock().running += 1;
        let runtime = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name(format!("snow {number}"))
            .stack_size(STACK);
        let started = thread.spawn(move || {
            let remains = life(Arc::clone(&runtime)).map(Remains);
            let mut state = runtime.threads.state.lock();
            state.running -= 1;
            state.remains.extend(remains);
            runtime.threads.ended.notify_all();
        });
        if started.is_err() {
            self.threads.state.lock().running -= 1;
        }
        started.map(drop)
    }

    /// The program is over: whoever waits for its threads looks again.
    pub(super) fn announce_end(&self) {
        let _state = self.threads.state.lock();
        self.threads.ended.notify_all();
    }

    /// Waits until all threads have ended but those that block, and gives what they leave.
    pub(super) fn await_threads(&self) -> Vec<Worker> {
        let mut state = self.threads.state.lock();
        while state.running > 0 {
            if self.phase() != Phase::Over {
                self.threads.ended.wait(&mut state);
                continue;
            }
            if state.running <= self.idle.outside.load(SeqCst) {
                break;
            }
            // Threads that begin to block do not say so.
            self.threads
                .ended
                .wait_for(&mut state, Duration::from_millis(5));
        }
        state
            .remains
            .drain(..)
            .map(|Remains(worker)| worker)
            .collect()
    }

    /// Drops what threads have left, but not while a thread still blocks: it may have cells of their heaps.
    pub(super) fn discard(&self, workers: Vec<Worker>) {
        let mut state = self.threads.state.lock();
        if state.running > 0 {
            state.remains.extend(workers.into_iter().map(Remains));
        }
    }
}

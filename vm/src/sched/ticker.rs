//! The ticker: a thread that makes code stop which does not stop by itself.
//!
//! The interpreter counts reductions; compiled code only compares its stack pointer with a limit. Every millisecond the ticker raises the limits of all machines that run, so that compiled
//! code comes to its next safe point, and calls all schedulers' attention: to timers that are due, and to what came from outside. While all schedulers sleep, the ticker does, too.

use super::runtime::{Phase, Runtime};
use crate::abi::state::PREEMPT;
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread::JoinHandle;
use std::time::Duration;

const TICK: Duration = Duration::from_millis(1);

/// By scheduler: the limit of the machine that runs, or null. Machines live as long as the ticker. Each has a cache line of its own, since it changes with every turn.
pub struct Limits(Box<[CachePadded<AtomicPtr<AtomicUsize>>]>);

impl Limits {
    /// Nothing runs.
    pub fn new(count: usize) -> Limits {
        Limits((0..count).map(|_| CachePadded::default()).collect())
    }

    /// A machine runs.
    pub fn set(&self, number: usize, limit: *const AtomicUsize) {
        self.0[number].store(limit.cast_mut(), Release);
    }

    fn raise(&self) {
        for limit in &self.0 {
            let limit = limit.load(Acquire);
            // SAFETY: machines live as long as the ticker.
            if let Some(limit) = unsafe { limit.as_ref() } {
                limit.store(PREEMPT, Relaxed);
            }
        }
    }
}

/// Whether there is anything to tick for.
#[derive(Default)]
pub struct Ticking {
    is_needed: Mutex<bool>,
    changed: Condvar,
}

impl Ticking {
    /// From now on the ticker ticks.
    pub fn begin(&self) {
        let mut is_needed = self.is_needed.lock();
        *is_needed = true;
        self.changed.notify_one();
    }

    /// The ticker waits until it is needed again.
    pub fn pause(&self) {
        *self.is_needed.lock() = false;
    }

    fn await_need(&self) {
        let mut is_needed = self.is_needed.lock();
        while !*is_needed {
            self.changed.wait(&mut is_needed);
        }
    }
}

/// Starts the ticker of a runtime. It ends soon after the program is over.
pub fn start(runtime: &Arc<Runtime>) -> std::io::Result<JoinHandle<()>> {
    let runtime = Arc::clone(runtime);
    let thread = std::thread::Builder::new().name("snow ticker".to_owned());
    thread.spawn(move || {
        while runtime.phase() != Phase::Over {
            runtime.ticking.await_need();
            std::thread::sleep(TICK);
            runtime.idle.call_attention();
            runtime.limits.raise();
            runtime.relieve();
            runtime.idle.see_to_looking();
        }
    })
}

//! Native calls that may block their thread.
//!
//! A scheduler whose thread blocks must not keep its actors waiting. Most such calls are over at once, so nothing is done beforehand; but when the ticker finds a thread in
//! the same call at two ticks, another thread takes the scheduler over, with its queue and its timers. The blocked thread keeps the machine with the actor. When it comes back it finds that it
//! has no scheduler, parks the actor's code, hands the actor to whoever has time, and ends.
//!
//! Killing an actor takes effect when such a call returns.

use super::queue::Ready;
use super::runtime::Runtime;
use super::{Scheduler, worker};
use crate::actor::Process;
use crate::ctx::Ctx;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU64};

/// The lowest bit of a seat's state: a call that may block is under way. The others count calls.
const BLOCKING: u64 = 1;
const CALL: u64 = 2;

/// The state when the call of a state is over, or not the seat's any more.
fn after(state: u64) -> u64 {
    (state & !BLOCKING) + CALL
}

/// A scheduler's place, which its thread may lose.
#[derive(Default)]
pub struct Seat {
    state: AtomicU64,
    scheduler: AtomicPtr<Scheduler>,
    /// The actor that has made the call.
    process: AtomicPtr<Process>,
    /// The state that the ticker has seen last.
    seen: AtomicU64,
    /// The state for which a thread was started that will take the scheduler over.
    asked: AtomicU64,
}

/// Whether a thread still has its scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It has.
    Yes,
    /// Another thread has it.
    No,
}

/// Runs something that may block the thread; says whether the thread still has its scheduler then. Without one there is nothing to lose.
///
/// # Safety
/// The context is valid, and the caller is on the thread's own stack.
pub unsafe fn blocking<R>(ctx: *mut Ctx, f: impl FnOnce() -> R) -> (R, Kept) {
    // SAFETY: by contract. The scheduler is the thread's until the state says that a call is under way, and again when the exchange has worked.
    unsafe {
        let Some(scheduler) = (*ctx).place.scheduler.as_ref() else {
            return (f(), Kept::Yes);
        };
        let (runtime, number) = (Arc::clone(&scheduler.runtime), scheduler.number);
        let seat = &runtime.seats[number];
        seat.scheduler.store((*ctx).place.scheduler, Relaxed);
        seat.process.store((*ctx).place.process, Relaxed);
        runtime.idle.outside.fetch_add(1, SeqCst);
        let state = seat.state.load(Relaxed) + BLOCKING;
        seat.state.store(state, Release);
        let result = f();
        let kept = seat
            .state
            .compare_exchange(state, after(state), AcqRel, Relaxed);
        if kept.is_ok() {
            runtime.idle.outside.fetch_sub(1, SeqCst);
            return (result, Kept::Yes);
        }
        (*ctx).place.scheduler = std::ptr::null_mut();
        (result, Kept::No)
    }
}

impl Runtime {
    /// Gives the schedulers of threads that have been in one call since the last time to other threads.
    pub(super) fn relieve(self: &Arc<Self>) {
        for (number, seat) in self.seats.iter().enumerate() {
            let state = seat.state.load(Acquire);
            let is_new = seat.seen.swap(state, Relaxed) != state;
            if state & BLOCKING == 0 || is_new || seat.asked.load(Relaxed) == state {
                continue;
            }
            let started = self.spawn_thread(number, move |runtime| {
                let scheduler = runtime.take_over(number, state)?;
                Some(worker::run(runtime, scheduler))
            });
            // Without another thread the scheduler stays where it is, and this is tried again at the next tick.
            if started.is_ok() {
                seat.asked.store(state, Relaxed);
            }
        }
    }

    /// Takes the scheduler of a thread that is still in the call of a state.
    fn take_over(&self, number: usize, state: u64) -> Option<Box<Scheduler>> {
        let seat = &self.seats[number];
        let process = seat.process.load(Acquire).addr();
        // Before the call can come back: then the actor is handed in.
        self.blocked.lock().insert(process);
        let taken = seat
            .state
            .compare_exchange(state, after(state), AcqRel, Relaxed);
        if taken.is_err() {
            self.blocked.lock().remove(&process);
            return None;
        }
        // SAFETY: `taken` has made the scheduler ours.
        Some(unsafe { Box::from_raw(seat.scheduler.load(Acquire)) })
    }

    /// Whether a thread is in a call of an actor that may block. All threads that do not block have ended.
    pub(super) fn is_blocked(&self, process: *mut Process) -> bool {
        let calls = |seat: &Seat| {
            seat.state.load(Acquire) & BLOCKING != 0 && seat.process.load(Acquire) == process
        };
        self.seats.iter().any(calls) || self.blocked.lock().contains(&process.addr())
    }

    /// An actor whose thread has lost its scheduler can run anywhere.
    pub(super) fn hand_in(&self, process: *mut Process) {
        self.blocked.lock().remove(&process.addr());
        self.injector.push(Ready(process));
        self.idle.outside.fetch_sub(1, SeqCst);
        self.idle.wake_one();
    }
}

//! Scheduling: which actor runs when, on which thread.
//!
//! What all schedulers of a program share is the [`runtime`]. A [`Scheduler`] is one thread's part, which running code reaches through its context, with its
//! [`queue`] of actors that are ready and its [`wheel`] of timers; [`worker`] is the loop of such a thread. Around these: [`idle`] is about sleeping, waking, and noticing that nothing can
//! happen any more, [`demand`] about when that is worth its cost; [`blocking`] about calls that block a thread; [`threads`] about the threads themselves; [`ticker`] makes code stop that runs too long; [`census`] counts the actors; [`stop`] is about being asked to
//! stop, [`close`] about a program's end, [`cluster`] about connections with other nodes, and [`visitor`] about whoever takes in what comes from outside.

pub mod blocking;
mod census;
pub mod close;
pub mod cluster;
mod demand;
pub mod idle;
pub mod queue;
pub mod runtime;
pub mod stop;
pub mod threads;
mod ticker;
pub mod visitor;
pub mod wheel;
pub mod worker;

pub use runtime::Runtime;

use crate::actor::Pid;
use crate::actor::entry::{Content, dup_element};
use crate::actor::process::Process;
use crate::actor::slots::{Spare, Woken};
use crate::heap::Heap;
use crate::interp::Packed;
use demand::Demand;
use parking_lot::Mutex;
use queue::Queue;
use snow_bytecode::module::FuncId;
use snow_bytecode::types::TypeId;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use wheel::{Fired, TimerKey, Wheel};

/// References that a scheduler takes at once.
const REFERENCES: u64 = 1024;

/// What a timer does.
#[derive(Debug)]
pub enum Timer {
    /// Ends the wait of an actor.
    Wake(Pid),
    /// Sends a message.
    Send {
        /// The receiver.
        to: Pid,
        /// Type of the message.
        ty: TypeId,
        /// The message in element form, owned; shared when it repeats.
        word: u64,
        /// After how many milliseconds again.
        every: Option<u64>,
    },
}

impl Timer {
    fn receiver(&self) -> Pid {
        match self {
            Timer::Wake(pid) => *pid,
            Timer::Send { to, .. } => *to,
        }
    }
}

/// One thread's part of a runtime. Only that thread uses it.
pub struct Scheduler {
    /// What all share.
    pub runtime: Arc<Runtime>,
    /// Its number.
    pub number: usize,
    /// The actors that are ready to run here.
    pub queue: Queue,
    /// Slots for new actors.
    pub spare: Spare,
    /// What it knows of other nodes.
    pub(super) link: cluster::Link,
    /// Whether others are needed.
    pub(super) demand: Demand,
    next_reference: u64,
    last_reference: u64,
}

impl Scheduler {
    /// The scheduler of a number.
    pub fn new(runtime: Arc<Runtime>, number: usize, queue: Queue) -> Scheduler {
        Scheduler {
            runtime,
            number,
            queue,
            spare: Spare::default(),
            link: cluster::Link::default(),
            demand: Demand::default(),
            next_reference: 0,
            last_reference: 0,
        }
    }

    /// Whether there is something to do besides what runs.
    pub fn has_others(&self) -> bool {
        !self.queue.is_empty() || self.runtime.wants_attention(self.number)
    }

    /// A woken actor is to run.
    pub fn ready(&mut self, woken: Woken) {
        self.queue.push_woken(woken.0);
        self.share_work();
    }

    /// A new actor begins.
    pub fn start(&mut self, process: Process, mailbox_type: u32) {
        let woken = self.runtime.admit(process, mailbox_type, self.number);
        self.queue.push_new(woken.0);
        self.share_work();
    }

    /// Sees to it that somebody takes what there is to spare, unless all are busy.
    #[inline]
    fn share_work(&mut self) {
        if !self.runtime.could_help() {
            return;
        }
        if !self.queue.has_spare() {
            self.demand.is_met();
        } else if self.demand.is_worth_help() {
            self.runtime.call_help();
        }
    }

    /// Code that is about to call a closure, which it owns.
    ///
    /// # Safety
    /// The function is the closure's.
    pub unsafe fn packed_call(&self, func: FuncId, closure: u64) -> Packed {
        let program = &self.runtime.program;
        // SAFETY: a closure's code takes the closure, and here nothing else.
        unsafe { Packed::call(program, func, &[closure], self.runtime.max_stack) }
    }

    /// A reference that nobody else has.
    pub fn new_reference(&mut self) -> u64 {
        if self.next_reference == self.last_reference {
            self.next_reference = self.runtime.references.fetch_add(REFERENCES, Relaxed);
            self.last_reference = self.next_reference + REFERENCES;
        }
        self.next_reference += 1;
        self.next_reference
    }

    fn wheel(&self) -> &Mutex<Wheel<Timer>> {
        &self.runtime.wheels[self.number]
    }

    /// Sets a timer that fires in so many milliseconds.
    pub fn add_timer(&mut self, ms: i64, timer: Timer) -> TimerKey {
        let ms = u64::try_from(ms).unwrap_or(0);
        let deadline = self.runtime.platform().deadline(ms);
        self.wheel().lock().add(deadline, timer)
    }

    /// Cancels a timer; gives what it was for, unless it has fired.
    pub fn cancel_timer(&mut self, key: TimerKey) -> Option<Timer> {
        let wheel = self.runtime.wheels.get(key.wheel())?;
        wheel.lock().cancel(key)
    }

    /// Fires what is due.
    pub fn fire_timers(&mut self, heap: &mut Heap) {
        let mut wheel = self.wheel().lock();
        if wheel.is_empty() {
            return;
        }
        let (clock, slots) = (self.runtime.platform(), &self.runtime.slots);
        let again = |timer: &Timer| match timer {
            Timer::Send { to, every, .. } if slots.is_alive(*to) => {
                every.map(|ms| clock.deadline(ms))
            }
            _ => None,
        };
        let mut due = Vec::new();
        wheel.advance(clock.now(), again, |key, fired| {
            due.push((key, take(heap, fired)))
        });
        drop(wheel);
        for (key, timer) in due {
            match timer {
                Timer::Wake(pid) => self.deliver(heap, pid, Content::Timeout(key.word())),
                Timer::Send { to, ty, word, .. } => self.deliver(heap, to, Content::Due(ty, word)),
            };
        }
    }
}

/// What a timer was for, with a message of its own.
fn take(heap: &mut Heap, fired: Fired<'_, Timer>) -> Timer {
    match fired {
        Fired::Last(timer) => timer,
        Fired::Again(&Timer::Wake(pid)) => Timer::Wake(pid),
        Fired::Again(&Timer::Send {
            to,
            ty,
            word,
            every,
        }) => {
            // SAFETY: the timer owns the message, which is shared.
            unsafe { dup_element(heap, ty, word) };
            Timer::Send {
                to,
                ty,
                word,
                every,
            }
        }
    }
}

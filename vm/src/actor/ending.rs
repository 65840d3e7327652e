//! How an actor ends: its frames are gone; its `terminate` block runs; then all who should know are told, and nothing of it is left.

use super::entry::{Content, Entry, Signal};
use super::process::Process;
use super::{Pid, Reason};
use crate::heap::Heap;
use crate::sched::Scheduler;
use crate::value::closure;
use snow_bytecode::module::FuncId;

/// What becomes of an actor whose code is over.
#[must_use]
pub enum Then {
    /// It goes on with its `terminate` block.
    Terminate(Box<Process>),
    /// It is no more.
    Gone,
}

impl Scheduler {
    /// An actor's code is over, and its frames are gone.
    pub fn end(&mut self, heap: &mut Heap, mut process: Box<Process>, reason: Reason) -> Then {
        self.forget_wait(&mut process);
        let is_over = process.terminating.is_some() || reason == Reason::Killed;
        // What `terminate` gives is no result.
        process.answers_nobody(heap);
        if process.terminate != 0 && !is_over {
            self.begin_terminate(&mut process, reason);
            return Then::Terminate(process);
        }
        let reason = match process.terminating.take() {
            Some(before) if reason != Reason::Killed => before,
            _ => reason,
        };
        self.bury(heap, process, &reason);
        Then::Gone
    }

    fn begin_terminate(&mut self, process: &mut Process, reason: Reason) {
        let function = std::mem::take(&mut process.terminate);
        // SAFETY: the actor owned the closure, whose code takes itself and nothing else.
        let code = unsafe {
            let func = FuncId((*closure::entry(function)).func);
            self.packed_call(func, function)
        };
        process.code.packed = code;
        process.ending = None;
        process.is_blamed = false;
        process.terminating = Some(reason);
    }

    /// Tells all who should know, and gives up all that the actor had.
    fn bury(&mut self, heap: &mut Heap, mut process: Box<Process>, reason: &Reason) {
        let pid = process.pid;
        // What has arrived before the end is seen: nobody waits for an answer to it in vain.
        // SAFETY: the actor is ours.
        unsafe { self.drain(heap, &raw mut *process) };
        self.forget_wait(&mut process);
        let late = self.runtime.slots.end(pid, &mut self.spare);
        self.turn_away(heap, pid, late, reason);
        self.runtime.forget_names(pid);
        for (reference, watcher) in process.watchers.drain() {
            self.deliver_signal(heap, watcher, Signal::Down(reference, pid, reason.clone()));
        }
        for other in process.links.drain() {
            self.deliver_signal(heap, other, Signal::LinkExit(pid, reason.clone()));
        }
        for (reference, other) in process.monitors.drain() {
            self.deliver_signal(heap, other, Signal::Demonitor(reference));
        }
        for (reference, other) in process.calls.targets() {
            self.deliver_signal(heap, other, Signal::Demonitor(reference));
        }
        release(heap, &mut process);
        self.runtime.actor_ended(pid, reason, self.number);
    }

    /// Gives up what has arrived too late, and tells those who have asked to be told.
    fn turn_away(&mut self, heap: &mut Heap, pid: Pid, late: *mut Entry, reason: &Reason) {
        let mut entry = late;
        while !entry.is_null() {
            // SAFETY: entries that were taken out are nobody else's.
            let (next, content) = unsafe { ((*entry).next, Entry::open(heap, entry)) };
            entry = next;
            match content {
                Content::Signal(signal) => match *signal {
                    Signal::Link(from) | Signal::Adopt(from) => {
                        let exit = Signal::LinkExit(pid, reason.clone());
                        self.deliver_signal(heap, from, exit);
                    }
                    Signal::Monitor(from, reference) => {
                        let down = Signal::Down(reference, pid, reason.clone());
                        self.deliver_signal(heap, from, down);
                    }
                    _ => {}
                },
                // SAFETY: the entry owned the value.
                content => unsafe { content.discard(heap) },
            }
        }
    }
}

/// Gives up the values that an actor holds beside its frames.
pub fn release(heap: &mut Heap, process: &mut Process) {
    for content in process.mailbox.remove_all(heap, |_| true) {
        // SAFETY: the entry owned the value.
        unsafe { content.discard(heap) };
    }
    process.answers_nobody(heap);
    process.calls.clear(heap);
    process.locals.clear(heap);
    let terminate = std::mem::take(&mut process.terminate);
    // SAFETY: the actor owned the closure.
    unsafe { heap.drop_nullable(terminate) };
}

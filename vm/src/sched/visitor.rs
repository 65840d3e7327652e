//! Threads that are no schedulers, but start actors and send to them.

use super::Runtime;
use super::queue::Ready;
use crate::actor::entry::{Content, Signal};
use crate::actor::process::{Awaited, Origin, Process};
use crate::actor::signals::put;
use crate::actor::slots::{NO_TYPE, Spare, Woken};
use crate::actor::{Pid, Reason};
use crate::heap::Heap;
use crate::interp::{Packed, Vm};
use crate::remote::{Remote, Undelivered};
use snow_bytecode::module::FuncId;
use snow_bytecode::types::TypeId;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::fence;

/// One thread's access to a runtime. The program is not over while there is one: see [`Remote::leave`].
pub struct Visitor {
    runtime: Arc<Runtime>,
    /// For its heap.
    vm: ManuallyDrop<Box<Vm>>,
    spare: Spare,
}

/// An actor that has a pid and does not run yet.
#[must_use]
pub struct Unborn {
    process: Process,
    mailbox: u32,
}

impl Unborn {
    /// Its pid.
    pub fn pid(&self) -> Pid {
        self.process.pid
    }

    /// What it returns is the answer to a call, whose end is its own.
    pub fn answers(&mut self, awaited: Awaited) {
        self.process.watchers.insert(awaited.reference, awaited.to);
        self.process.answers = Some(Box::new(awaited));
    }

    /// Links it with another actor.
    pub fn link(&mut self, other: Pid) {
        self.process.links.insert(other);
    }
}

impl Visitor {
    /// Access for the calling thread.
    pub fn new(runtime: Arc<Runtime>) -> Visitor {
        Visitor {
            vm: ManuallyDrop::new(runtime.machine()),
            runtime,
            spare: Spare::default(),
        }
    }

    /// The runtime.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Where values are made.
    pub fn heap(&mut self) -> &mut Heap {
        &mut self.vm.ctx.heap
    }

    /// Sends something to an actor of this runtime; false when that has ended, and the content is given up.
    pub fn deliver(&mut self, to: Pid, content: Content) -> bool {
        let heap = &mut self.vm.ctx.heap;
        // SAFETY: the content is owned.
        let put = unsafe { put(heap, &self.runtime.slots, to, content) };
        let is_there = put.is_ok();
        if let Ok(Some(woken)) = put {
            self.runtime.run_soon(woken);
        }
        is_there
    }

    /// As [`Visitor::deliver`], for a signal.
    pub fn signal(&mut self, to: Pid, signal: Signal) -> bool {
        self.deliver(to, Content::Signal(Box::new(signal)))
    }

    /// An actor that is to run a function of the program; none when there are too many.
    ///
    /// # Safety
    /// The words are as the function's parameters say, and owned; none of them is borrowed. They are given up when there is no actor.
    pub unsafe fn unborn(
        &mut self,
        func: FuncId,
        args: &[u64],
        name: &str,
        mailbox: Option<TypeId>,
    ) -> Option<Unborn> {
        let program = Arc::clone(&self.runtime.program);
        let Some(pid) = self.runtime.slots.take(&mut self.spare) else {
            let params = program.module.func(func).params.iter();
            let slots: Vec<_> = params.map(|param| param.slot).collect();
            // SAFETY: by contract.
            unsafe { self.heap().drop_slots(&slots, args.as_ptr()) };
            return None;
        };
        // SAFETY: by contract.
        let code = unsafe { Packed::call(&program, func, args, self.runtime.max_stack) };
        let process = Process::new(code, Origin::new(pid, name, None));
        Some(Unborn {
            process,
            mailbox: mailbox.map_or(NO_TYPE, |ty| ty.0),
        })
    }

    /// The actor begins to run.
    pub fn start(&mut self, unborn: Unborn) {
        let woken = self.runtime.admit(unborn.process, unborn.mailbox);
        self.runtime.run_soon(woken);
    }

    /// Gives up what was made and is not needed any more.
    pub fn settle(&mut self) {
        self.vm.ctx.heap.settle_all();
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.settle();
        // SAFETY: it is not used any more. Its cells may be, so the runtime keeps it.
        let vm = unsafe { ManuallyDrop::take(&mut self.vm) };
        self.runtime.retire(vm);
    }
}

impl Runtime {
    /// A woken actor runs on whichever scheduler has time.
    pub(super) fn run_soon(self: &Arc<Self>, woken: Woken) {
        self.injector.push(Ready(woken.0));
        // Whoever is about to sleep sees the actor, or is seen to sleep here.
        fence(SeqCst);
        if self.idle.sleeping() > 0 {
            return self.idle.wake_one();
        }
        // All are busy: one looks here at the end of its slice.
        self.idle.call_attention();
        if self.unstarted() > 0 {
            // Without a further thread the actor waits until one of the others has time.
            let _ = self.start_scheduler(|_| ());
        }
    }

    /// From now on the program is a node of a cluster; false when it is one already.
    pub fn join_cluster(&self, remote: Arc<dyn Remote>) -> bool {
        let mut place = self.remote.write();
        if place.is_some() {
            return false;
        }
        *place = Some(remote);
        // Others may send something at any time, so the program does not end by itself.
        self.idle.outside.fetch_add(1, SeqCst);
        true
    }

    /// The program is no node any more.
    pub fn leave_cluster(&self) {
        let remote = self.remote.write().take();
        if let Some(remote) = remote {
            remote.leave();
            self.idle.outside.fetch_sub(1, SeqCst);
            self.idle.wake_one();
        }
    }

    /// What connects the program with others, if anything does.
    pub fn remote(&self) -> Option<Arc<dyn Remote>> {
        self.remote.read().clone()
    }

    /// Passes something on to an actor of another node.
    pub(super) fn forward(
        &self,
        heap: &mut Heap,
        to: Pid,
        content: &Content,
    ) -> Result<(), Undelivered> {
        match self.remote() {
            Some(remote) => remote.forward(heap, to, content),
            None => Err(Undelivered::NoConnection),
        }
    }
}

impl super::Scheduler {
    /// Passes something on to an actor of another node. Who waits for an answer gets one, also when there is no connection.
    pub(crate) fn send_away(
        &mut self,
        heap: &mut Heap,
        to: Pid,
        content: Content,
    ) -> Result<(), String> {
        let sent = self.runtime.forward(heap, to, &content);
        let reason = match &sent {
            Ok(()) | Err(Undelivered::Unsendable(_)) => None,
            Err(Undelivered::NoConnection) => Some(Reason::NoConnection),
            Err(Undelivered::NoProc) => Some(Reason::NoProc),
        };
        if let (Some(reason), Content::Signal(signal)) = (reason, &content) {
            self.refuse(heap, to, signal, reason);
        }
        // SAFETY: the caller hands the content over.
        unsafe { content.discard(heap) };
        match sent {
            Err(Undelivered::Unsendable(why)) => Err(why),
            _ => Ok(()),
        }
    }

    fn refuse(&mut self, heap: &mut Heap, to: Pid, signal: &Signal, reason: Reason) {
        let (from, answer) = match *signal {
            Signal::Link(from) => (from, Signal::LinkExit(to, reason)),
            Signal::Monitor(from, reference) => (from, Signal::Down(reference, to, reason)),
            Signal::Info(from, reference, _) => (from, Signal::Down(reference, to, reason)),
            _ => return,
        };
        self.deliver_signal(heap, from, answer);
    }
}

impl super::idle::Idle {
    fn sleeping(&self) -> usize {
        self.sleeping.load(Relaxed)
    }
}

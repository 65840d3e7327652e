//! Access to a runtime for whoever takes in what comes from other nodes: threads that are no schedulers, and schedulers in between their actors' slices.

use super::queue::Ready;
use super::{Runtime, Scheduler};
use crate::actor::entry::{Content, Signal};
use crate::actor::process::{Awaited, KEEPER, Origin, Process};
use crate::actor::signals::put;
use crate::actor::slots::{NO_TYPE, Spare, Woken};
use crate::actor::{Pid, Reason};
use crate::heap::Heap;
use crate::interp::{Packed, Vm};
use crate::remote::{Departing, Passed, Undelivered};
use snow_bytecode::module::FuncId;
use snow_bytecode::types::TypeId;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::fence;

/// A thread's access to a runtime: it makes values, starts actors and sends to them.
pub trait Host {
    /// The runtime.
    fn runtime(&self) -> &Arc<Runtime>;

    /// Where values are made.
    fn heap(&mut self) -> &mut Heap;

    /// Slots for new actors.
    fn spare(&mut self) -> &mut Spare;

    /// Where the actors are counted that it starts.
    fn row(&self) -> usize;

    /// A woken actor is to run.
    fn run(&mut self, woken: Woken);

    /// Sends something to an actor of this runtime; false when that has ended, and the content is given up.
    fn deliver(&mut self, to: Pid, content: Content) -> bool {
        let runtime = Arc::clone(self.runtime());
        // SAFETY: the content is owned.
        let put = unsafe { put(self.heap(), &runtime.slots, to, content) };
        let is_there = put.is_ok();
        if let Ok(Some(woken)) = put {
            self.run(woken);
        }
        is_there
    }

    /// As [`Host::deliver`], for a signal.
    fn signal(&mut self, to: Pid, signal: Signal) -> bool {
        self.deliver(to, Content::Signal(Box::new(signal)))
    }

    /// An actor that is to run a function of the program; none when there are too many.
    ///
    /// # Safety
    /// The words are as the function's parameters say, and owned; none of them is borrowed. They are given up when there is no actor.
    unsafe fn unborn(
        &mut self,
        func: FuncId,
        args: &[u64],
        name: &str,
        mailbox: Option<TypeId>,
    ) -> Option<Unborn> {
        let runtime = Arc::clone(self.runtime());
        let program = &runtime.program;
        let Some(pid) = runtime.slots.take(self.spare()) else {
            let params = program.module.func(func).params.iter();
            let slots: Vec<_> = params.map(|param| param.slot).collect();
            // SAFETY: by contract.
            unsafe { self.heap().drop_slots(&slots, args.as_ptr()) };
            return None;
        };
        // SAFETY: by contract.
        let code = unsafe { Packed::call(program, func, args, runtime.max_stack) };
        let process = Process::new(code, Origin::new(pid, name, None));
        Some(Unborn {
            process,
            mailbox: mailbox.map_or(NO_TYPE, |ty| ty.0),
        })
    }

    /// The actor begins to run.
    fn start(&mut self, unborn: Unborn) {
        let row = self.row();
        let woken = self.runtime().admit(unborn.process, unborn.mailbox, row);
        self.run(woken);
    }
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

    /// Links it with whoever starts it for a supervisor: it ends with the connection, too.
    pub fn adopt(&mut self, other: Pid) {
        self.link(other);
        self.process.watchers.insert(KEEPER, other);
    }
}

/// The access of a thread that is no scheduler. The program is not over while there is one: see [`crate::remote::Remote::leave`].
pub struct Visitor {
    runtime: Arc<Runtime>,
    /// For its heap.
    vm: ManuallyDrop<Box<Vm>>,
    spare: Spare,
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
}

impl Host for Visitor {
    fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    fn heap(&mut self) -> &mut Heap {
        &mut self.vm.ctx.heap
    }

    fn spare(&mut self) -> &mut Spare {
        &mut self.spare
    }

    fn row(&self) -> usize {
        self.runtime.census.visitors()
    }

    fn run(&mut self, woken: Woken) {
        self.runtime.run_soon(woken);
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.vm.ctx.heap.settle_all();
        // SAFETY: it is not used any more. Its cells may be, so the runtime keeps it.
        let vm = unsafe { ManuallyDrop::take(&mut self.vm) };
        self.runtime.retire(vm);
    }
}

/// The access of a scheduler, with the heap of its machine.
pub(super) struct Inside<'s> {
    pub scheduler: &'s mut Scheduler,
    pub heap: &'s mut Heap,
}

impl Host for Inside<'_> {
    fn runtime(&self) -> &Arc<Runtime> {
        &self.scheduler.runtime
    }

    fn heap(&mut self) -> &mut Heap {
        self.heap
    }

    fn spare(&mut self) -> &mut Spare {
        &mut self.scheduler.spare
    }

    fn row(&self) -> usize {
        self.scheduler.number
    }

    fn run(&mut self, woken: Woken) {
        self.scheduler.ready(woken);
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
}

impl Scheduler {
    /// As [`Scheduler::send_away_in_turns`], all at once.
    pub(crate) fn send_away(
        &mut self,
        heap: &mut Heap,
        from: Option<Pid>,
        to: Pid,
        content: Content,
    ) -> Result<Passed, String> {
        let mut departing = Departing::default();
        loop {
            let sent = self.forward(from, to, &content, &mut departing);
            if sent != Ok(Passed::More) {
                return self.was_sent(heap, to, content, sent);
            }
        }
    }

    /// Passes something on to an actor of another node; `from` is the running actor if it is to be held when too much waits already. Who waits for an answer gets one, also when there
    /// is no connection. When there is more of it to be passed on, the value that is in it stays the caller's.
    pub(crate) fn send_away_in_turns(
        &mut self,
        heap: &mut Heap,
        from: Option<Pid>,
        to: Pid,
        content: Content,
        departing: &mut Departing,
    ) -> Result<Passed, String> {
        match self.forward(from, to, &content, departing) {
            Ok(Passed::More) => Ok(Passed::More),
            sent => self.was_sent(heap, to, content, sent),
        }
    }

    fn forward(
        &mut self,
        from: Option<Pid>,
        to: Pid,
        content: &Content,
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered> {
        let remote = self.remote().ok_or(Undelivered::NoConnection)?;
        remote.forward(from, to, content, departing)
    }

    fn was_sent(
        &mut self,
        heap: &mut Heap,
        to: Pid,
        content: Content,
        sent: Result<Passed, Undelivered>,
    ) -> Result<Passed, String> {
        self.is_unsent();
        let reason = match &sent {
            Ok(_) | Err(Undelivered::Unsendable(_)) => None,
            Err(Undelivered::NoConnection) => Some(Reason::NoConnection),
            Err(Undelivered::NoProc) => Some(Reason::NoProc),
        };
        if let (Some(reason), Content::Signal(signal)) = (reason, &content) {
            self.refuse(heap, to, signal, reason);
        }
        // SAFETY: the caller hands the content over.
        unsafe { content.discard(heap) };
        match sent {
            Ok(passed) => Ok(passed),
            Err(Undelivered::Unsendable(why)) => Err(why),
            Err(_) => Ok(Passed::On),
        }
    }

    fn refuse(&mut self, heap: &mut Heap, to: Pid, signal: &Signal, reason: Reason) {
        let (from, answer) = match *signal {
            Signal::Link(from) | Signal::Adopt(from) => (from, Signal::LinkExit(to, reason)),
            Signal::Monitor(from, reference) => (from, Signal::Down(reference, to, reason)),
            Signal::Info(from, reference, _) | Signal::Question(from, reference, _) => {
                (from, Signal::Down(reference, to, reason))
            }
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

//! The context of running code: heap, atoms, output and the reason of a crash. Both tiers and all natives get it as their first argument.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::abi::NativeState;
use crate::abi::state::PREEMPT;
use crate::abi::suspend::Suspended;
use crate::actor::{Pid, Place, Process, bound};
use crate::atoms::Atoms;
use crate::carrier::{self, Carrier};
use crate::heap::{Heap, Walk};
use crate::interp::TraceBuilder;
use crate::native::Fault;
use crate::remote::Departing;
use crate::sched::{Runtime, Scheduler};
use crate::types::RuntimeTypes;
use crate::world::World;

/// Reason of a crash where code that only actors may run is run without one.
const NO_ACTOR: &str = "no actor runs here";

/// Messages in a slice after which compiled code is asked to let others run: about as many as the interpreter sends in one.
const MOST_SENT: u32 = 1024;

/// More reductions than a slice has.
const WHOLE_SLICE: i64 = 1 << 32;

/// What a native function, or a function in native form, came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[must_use]
pub enum Status {
    /// The result is written.
    Ok = 0,
    /// Crash; the reason is in the context, there is no result.
    Crash = 1,
    /// The program ends now; the exit code is in the context.
    Exit = 2,
    /// Nothing has happened yet, and nothing was consumed: the same call is to be made again, when the actor is woken or others have had their turn. Only natives that wait or hand over give it.
    Pending = 5,
    /// Only for compiled code: it is to leave its frames, and will go on later.
    Suspended = 4,
}

/// Whether code goes on after it was suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It does.
    GoOn,
    /// The actor was killed: the code returns at once, with the status of a crash.
    Leave,
}

/// What parked code waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParkedFor {
    /// Others to have had their turn.
    Turn,
    /// Somebody who wakes the actor.
    Waking,
    /// A scheduler: another thread has taken its own while it was in a native.
    Scheduler,
}

/// Everything that running code needs besides its arguments.
#[repr(C)]
pub struct Ctx {
    /// What compiled code reads and writes.
    pub native: NativeState,
    /// Cells.
    pub heap: Heap,
    /// The stacks that code runs on.
    pub carrier: Carrier,
    /// Names of atoms.
    pub atoms: Atoms,
    /// What all actors of the program share.
    pub world: Arc<World>,
    /// State of the running actor's random generator; `None` until it is used or seeded.
    pub random: Option<u64>,
    /// The actor that runs, and its scheduler.
    pub place: Place,
    /// Whether the running actor's code goes on.
    pub fate: Fate,
    /// What the parked code waits for.
    pub parked_for: ParkedFor,
    /// Frames that compiled code leaves, to go on later.
    pub suspended: Suspended,
    /// Messages sent in the present slice.
    pub sent: u32,
    /// What is left to do of handing over the value with which a native was called, and will be again.
    pub(crate) handing: Walk,
    /// What is left to do of passing it on to another node.
    pub departing: Departing,
    /// Reductions that natives have cost the interpreter's slice besides one for each call.
    pub cost: i64,
    /// How many runs of the interpreter compiled code has begun that are not over: with these below it, code cannot be suspended.
    pub nested: u32,
    /// The frames that the crash under way has left so far, innermost first.
    pub trace: TraceBuilder,
    crash: Option<String>,
    exit: Option<i32>,
}

impl Ctx {
    /// A context for a program with these types.
    pub fn new(types: Arc<RuntimeTypes>, atoms: Atoms, world: Arc<World>) -> Ctx {
        Ctx {
            native: NativeState::new(),
            trace: TraceBuilder::default(),
            heap: Heap::new(types),
            carrier: Carrier::new(),
            atoms,
            world,
            random: None,
            place: Place::NOWHERE,
            fate: Fate::GoOn,
            parked_for: ParkedFor::Turn,
            suspended: Suspended::default(),
            sent: 0,
            handing: Walk::default(),
            departing: Departing::default(),
            cost: 0,
            nested: 0,
            crash: None,
            exit: None,
        }
    }

    /// The loaded types.
    #[inline(always)]
    pub fn types(&self) -> &RuntimeTypes {
        self.heap.types()
    }

    /// Stores the reason of a crash and gives the status that reports it.
    #[cold]
    pub fn crash(&mut self, reason: impl Into<String>) -> Status {
        self.crash = Some(reason.into());
        Status::Crash
    }

    /// Takes the reason of the crash that was reported.
    pub fn take_crash(&mut self) -> String {
        self.crash
            .take()
            .unwrap_or_else(|| "unknown reason".to_owned())
    }

    /// What code that was asked to stop finds at its next safe point: 0 to go on, or a status. The limit is the stack's again.
    ///
    /// # Safety
    /// As [`Ctx::wait`].
    pub unsafe fn safe_point(ctx: *mut Ctx) -> u32 {
        // SAFETY: by contract.
        unsafe {
            (*ctx).native.limit.store((*ctx).carrier.limit(), Relaxed);
            match Ctx::give_way(ctx) {
                Fate::GoOn => Status::Ok as u32,
                Fate::Leave => Status::Crash as u32,
            }
        }
    }

    /// A message was sent. Compiled code that sends and sends lets others run long before its time is up: what waits in mailboxes is still in the caches then when it is received.
    #[inline]
    pub(crate) fn count_sent(&mut self) {
        self.sent += 1;
        if self.sent == MOST_SENT {
            self.sent = 0;
            self.native.limit.store(PREEMPT, Relaxed);
        }
    }

    /// The slice of the running actor is over: at the next safe point others run.
    #[cold]
    pub(crate) fn end_slice(&mut self) {
        self.cost = WHOLE_SLICE;
        self.native.limit.store(PREEMPT, Relaxed);
    }

    /// The actor that runs.
    #[inline]
    pub(crate) fn process<'p>(&self) -> Result<&'p mut Process, Fault> {
        // SAFETY: nobody else uses a running actor; a native makes one such reference at a time, and gives it up before it suspends.
        unsafe { self.place.process.as_mut() }.ok_or_else(|| NO_ACTOR.into())
    }

    /// The scheduler that runs it.
    #[inline]
    pub(crate) fn scheduler<'s>(&self) -> Result<&'s mut Scheduler, Fault> {
        // SAFETY: a scheduler is used by its thread only; it does not own the context. Otherwise as above.
        unsafe { self.place.scheduler.as_mut() }.ok_or_else(|| NO_ACTOR.into())
    }

    /// What all actors of the program share, for natives that may block: their thread may lose its scheduler.
    pub fn runtime(&self) -> Result<Arc<Runtime>, Fault> {
        self.world.runtime().ok_or_else(|| NO_ACTOR.into())
    }

    /// The pid of the running actor.
    pub fn me(&self) -> Result<Pid, Fault> {
        Ok(self.process()?.pid)
    }

    /// Parks the carrier until the actor is woken.
    ///
    /// # Safety
    /// The context is that of a machine that runs an actor, and the caller is on its carrier.
    pub unsafe fn wait(ctx: *mut Ctx) -> Fate {
        // SAFETY: by contract.
        unsafe {
            if (*ctx).fate == Fate::Leave {
                return Fate::Leave;
            }
            Ctx::park(ctx, ParkedFor::Waking)
        }
    }

    /// Lets others run, if there are any.
    ///
    /// # Safety
    /// As [`Ctx::wait`], or nothing is parked at all where no actor runs.
    pub unsafe fn give_way(ctx: *mut Ctx) -> Fate {
        // SAFETY: by contract.
        unsafe {
            if let Some(reason) = bound::passed(&*ctx) {
                let _ = (*ctx).crash(reason);
                return Fate::Leave;
            }
            if (*ctx).fate == Fate::Leave || !(*ctx).place.others_wait() {
                return (*ctx).fate;
            }
            Ctx::park(ctx, ParkedFor::Turn)
        }
    }

    /// Parks the carrier until another scheduler runs the actor.
    ///
    /// # Safety
    /// As [`Ctx::wait`]; the thread has no scheduler any more.
    pub unsafe fn change_scheduler(ctx: *mut Ctx) -> Fate {
        // SAFETY: by contract.
        unsafe { Ctx::park(ctx, ParkedFor::Scheduler) }
    }

    unsafe fn park(ctx: *mut Ctx, reason: ParkedFor) -> Fate {
        // SAFETY: by contract of the callers.
        unsafe {
            (*ctx).parked_for = reason;
            carrier::park(ctx);
            (*ctx).fate
        }
    }

    /// Asks for the end of the program.
    pub fn exit(&mut self, code: i32) -> Status {
        self.exit = Some(code);
        Status::Exit
    }

    /// The exit code that was asked for.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit
    }
}

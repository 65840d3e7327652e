//! Running an actor: slices, and what happens at their ends.

use super::dispatch;
use super::state::{State, Stop};
use super::unwind::Innermost;
use super::{Actor, Crash, Outcome, Vm};
use crate::abi::status::{CRASH, EXIT, Reason};
use crate::carrier::{self, Budget, STACK_OVERFLOW};
use std::sync::Arc;

/// How a slice ended.
pub enum End {
    /// The run is done; its results are in its first registers.
    Done,
    /// The slice is used up.
    Yielded,
    /// All frames are left, with this status.
    Left(u32),
}

impl Vm {
    /// Runs an actor for at most a slice of `fuel` calls and loop turns.
    pub fn resume(&mut self, actor: &mut Actor, fuel: i64) -> Outcome {
        let vm = &raw mut *self;
        // SAFETY: this machine is only used through `vm` until the run ends.
        let end = unsafe {
            (*vm).ctx.native.machine = vm.cast();
            (*vm).ctx.carrier.budget = Budget::new(actor.max_stack, actor.stack.bytes());
            carrier::run(&raw mut (*vm).ctx, || Vm::slice(vm, actor, fuel))
        };
        let end = end.unwrap_or_else(|carrier::Overflow| {
            let _ = self.ctx.crash(STACK_OVERFLOW);
            self.unwind(actor, Innermost::NotBegun);
            End::Left(CRASH)
        });
        match end {
            // SAFETY: a frame has room for three words.
            End::Done => Outcome::Done(unsafe { *actor.base.cast::<[u64; 3]>() }),
            End::Yielded => {
                self.between_slices(actor);
                Outcome::Yielded
            }
            End::Left(status) => self.left(status),
        }
    }

    /// What the outermost run reports when it is left.
    fn left(&mut self, status: u32) -> Outcome {
        self.ctx.heap.settle_all();
        let program = Arc::clone(&self.program);
        let trace = self.ctx.trace.finish(&program);
        if status == EXIT {
            return Outcome::Exit(self.ctx.exit_code().unwrap_or(0));
        }
        let reason = self.ctx.take_crash();
        Outcome::Crashed(Crash { reason, trace })
    }

    /// Gives up everything that a suspended actor holds.
    pub fn kill(&mut self, actor: &mut Actor) {
        self.unwind(actor, Innermost::NotBegun);
        self.ctx.trace = Default::default();
        self.ctx.heap.settle_all();
    }

    /// Runs on the present stack until the run ends or the fuel is used up.
    ///
    /// # Safety
    /// `vm` is the machine, to which nobody uses another reference until this ends; the run is one of its program.
    pub(super) unsafe fn slice(vm: *mut Vm, actor: &mut Actor, fuel: i64) -> End {
        // SAFETY: by contract; references to the machine end before code runs.
        unsafe {
            actor.pc = (*vm).program.carry_on(actor.pc);
            let mut fuel = fuel;
            loop {
                (*vm).limit = actor.stack.limit();
                let stop = dispatch::run(State {
                    pc: actor.pc,
                    base: actor.base,
                    vm,
                    fuel,
                    last: 0,
                });
                let stopped = &(*vm).stopped;
                (actor.pc, actor.base, fuel) = (stopped.pc, stopped.base, stopped.fuel);
                match stop {
                    Stop::Done => return End::Done,
                    Stop::Yield => return End::Yielded,
                    Stop::Grow if actor.grow(&mut (*vm).ctx.carrier.budget).is_ok() => {}
                    stop => return End::Left((*vm).leave(actor, stop)),
                }
            }
        }
    }

    /// Leaves all frames of a run; gives the status.
    #[cold]
    fn leave(&mut self, actor: &mut Actor, stop: Stop) -> u32 {
        let (innermost, status) = match stop {
            Stop::Grow => (Innermost::NotBegun, CRASH),
            Stop::LeftByCrash => (Innermost::Left, CRASH),
            Stop::LeftByExit => (Innermost::Left, EXIT),
            Stop::Exit => (Innermost::Begun, EXIT),
            _ => (Innermost::Begun, CRASH),
        };
        if let Some(reason) = fixed_reason(stop) {
            let _ = self.ctx.crash(reason);
        }
        self.unwind(actor, innermost);
        status
    }

    /// What is done between two slices of a run, on the thread's own stack.
    pub(super) fn between_slices(&mut self, actor: &Actor) {
        self.ctx.heap.settle_some();
        let Some(hook) = &mut self.hook else { return };
        if let Some(sample) = self.program.sample(actor.pc) {
            hook.sample(sample);
        }
        for unit in hook.poll() {
            self.install(unit);
        }
    }
}

/// The reason that a stop stands for, when it is always the same.
fn fixed_reason(stop: Stop) -> Option<&'static str> {
    let reason = match stop {
        Stop::Grow => return Some(STACK_OVERFLOW),
        Stop::Overflow => Reason::Overflow,
        Stop::DivisionByZero => Reason::DivisionByZero,
        Stop::BadShift => Reason::BadShift,
        Stop::FloatRange => Reason::FloatRange,
        Stop::Corrupt => Reason::Corrupt,
        _ => return None,
    };
    Some(reason.text())
}

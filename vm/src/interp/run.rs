//! Running frames: slices, and what happens at their ends.

use super::dispatch;
use super::state::{State, Stop};
use super::unwind::Innermost;
use super::{Crash, Frames, Outcome, SLICE, Trace, Vm};
use crate::abi::status::{CRASH, EXIT, Reason};
use crate::carrier::{self, Back, Budget, Overflow, STACK_OVERFLOW};
use std::sync::Arc;

/// How a slice ended.
pub enum End {
    /// The run is done; its results are in its first registers.
    Done,
    /// The slice is used up.
    Yielded,
    /// A native that waits is not ready.
    Waiting,
    /// All frames are left, with this status.
    Left(u32),
}

impl Vm {
    /// Runs frames for at most a slice of `fuel` calls and loop turns. They must stay where they are as long as the outcome is [`Outcome::Parked`].
    pub fn resume(&mut self, frames: &mut Frames, fuel: i64) -> Outcome {
        let (vm, frames) = (&raw mut *self, &raw mut *frames);
        // SAFETY: this machine is only used through `vm` until the run ends or parks; the frames stay (contract above).
        unsafe {
            (*vm).running = frames;
            (*vm).fuel = fuel;
            (*vm).ctx.native.machine = vm.cast();
            (*vm).ctx.carrier.budget = Budget::new((*frames).max_stack, (*frames).stack.bytes());
            let ctx = &raw mut (*vm).ctx;
            match carrier::begin(ctx, move || {
                (*vm).ended = Some(Vm::slice(vm, &mut *frames, fuel))
            }) {
                Ok(back) => (*vm).came_back(back),
                Err(carrier::Overflow) => (*vm).without_stack(),
            }
        }
    }

    /// Lets code go on that is parked on this machine's carrier.
    ///
    /// # Safety
    /// The last outcome of this machine was [`Outcome::Parked`], and the frames are where they were.
    pub unsafe fn go_on(&mut self) -> Outcome {
        let vm = &raw mut *self;
        // SAFETY: by contract; this machine is only used through `vm` until the run ends or parks.
        unsafe {
            let back = carrier::go_on(&raw mut (*vm).ctx);
            (*vm).came_back(back)
        }
    }

    fn came_back(&mut self, back: Back) -> Outcome {
        if back == Back::Parked {
            return Outcome::Parked(self.ctx.parked_for);
        }
        // SAFETY: the frames are those of the run that has ended, and where they were (contracts of the callers).
        let frames = unsafe { &mut *self.running };
        match self.ended.take().expect("a run that is over says how") {
            // SAFETY: a frame has room for three words.
            End::Done => Outcome::Done(unsafe { *frames.base.cast::<[u64; 3]>() }),
            End::Yielded => {
                self.between_slices(frames);
                Outcome::Yielded
            }
            End::Waiting => {
                self.sample_short_slices(frames);
                Outcome::Waiting
            }
            End::Left(status) => self.left(status),
        }
    }

    #[cold]
    fn without_stack(&mut self) -> Outcome {
        let _ = self.ctx.crash(STACK_OVERFLOW);
        // SAFETY: `resume` has just set them.
        let frames = unsafe { &mut *self.running };
        self.unwind(frames, Innermost::NotBegun);
        self.left(CRASH)
    }

    /// What the outermost run reports when it is left.
    fn left(&mut self, status: u32) -> Outcome {
        self.ctx.heap.settle_some();
        let program = Arc::clone(&self.program);
        let trace = self.ctx.trace.finish(&program);
        if status == EXIT {
            return Outcome::Exit(self.ctx.exit_code().unwrap_or(0));
        }
        let reason = self.ctx.take_crash();
        Outcome::Crashed(Crash { reason, trace })
    }

    /// Gives up everything that suspended frames hold; says where they were.
    pub fn kill(&mut self, frames: &mut Frames) -> Trace {
        self.unwind(frames, Innermost::NotBegun);
        self.ctx.heap.settle_some();
        let program = Arc::clone(&self.program);
        self.ctx.trace.finish(&program)
    }

    /// Runs on the present stack until the run ends or the fuel is used up.
    ///
    /// # Safety
    /// `vm` is the machine, to which nobody uses another reference until this ends; the run is one of its program.
    pub(super) unsafe fn slice(vm: *mut Vm, frames: &mut Frames, fuel: i64) -> End {
        // SAFETY: by contract; references to the machine end before code runs.
        unsafe {
            frames.pc = (*vm).go_on_at(frames);
            let mut fuel = fuel;
            loop {
                (*vm).limit = frames.stack.limit();
                let stop = dispatch::run(State {
                    pc: frames.pc,
                    base: frames.base,
                    vm,
                    fuel,
                    last: 0,
                });
                let stopped = &(*vm).stopped;
                (frames.pc, frames.base, fuel) = (stopped.pc, stopped.base, stopped.fuel);
                match stop {
                    Stop::Done => return End::Done,
                    Stop::Yield => return End::Yielded,
                    Stop::Wait => return End::Waiting,
                    Stop::Suspended => match (*vm).take_up(frames) {
                        Ok(()) => return End::Waiting,
                        Err(Overflow) => {
                            let _ = (*vm).ctx.crash(STACK_OVERFLOW);
                            return End::Left((*vm).leave(frames, Stop::Crash));
                        }
                    },
                    Stop::Grow if frames.grow(&mut (*vm).ctx.carrier.budget).is_ok() => {}
                    stop => return End::Left((*vm).leave(frames, stop)),
                }
            }
        }
    }

    /// Leaves all frames of a run; gives the status.
    #[cold]
    fn leave(&mut self, frames: &mut Frames, stop: Stop) -> u32 {
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
        self.unwind(frames, innermost);
        status
    }

    /// Slices that end because the actor waits are no samples of the running time; but together they are, each time they have used as much as a whole one.
    fn sample_short_slices(&mut self, frames: &Frames) {
        self.unsampled += self.fuel - self.stopped.fuel;
        if self.unsampled >= SLICE {
            self.unsampled = 0;
            self.between_slices(frames);
        }
    }

    /// What is done between two slices of a run, on the thread's own stack.
    pub(super) fn between_slices(&mut self, frames: &Frames) {
        self.ctx.heap.settle_some();
        let world = Arc::clone(&self.ctx.world);
        // While another scheduler is at it, there is nothing to miss but a sample.
        let Some(mut hook) = world.hook.try_lock() else {
            return;
        };
        let Some(hook) = &mut *hook else { return };
        if let Some(sample) = self.program.sample(frames.pc) {
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

//! Running frames: slices, and what happens at their ends.

use super::dispatch;
use super::state::{State, Stop};
use super::unwind::Innermost;
use super::{Crash, Frames, Outcome, SLICE, Trace, Vm};
use crate::abi::status::{CRASH, EXIT, Reason};
use crate::carrier::{self, Back, Budget, Overflow, STACK_OVERFLOW};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

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
        // SAFETY: the frames stay (contract above), and nothing takes their place.
        unsafe { Vm::resume_all(&raw mut *self, &raw mut *frames, fuel, || None) }
    }

    /// As [`Vm::resume`]. When the frames wait, `next` may put others in their place and give the fuel for these: they run at once, on the same carrier, without going
    /// back to the thread's own stack in between. It is not asked any more when the code was parked meanwhile.
    ///
    /// # Safety
    /// The machine is used only through `vm` until the run ends or parks, but by `next`; the frames stay where they are as long.
    pub unsafe fn resume_all(
        vm: *mut Vm,
        frames: *mut Frames,
        fuel: i64,
        mut next: impl FnMut() -> Option<i64>,
    ) -> Outcome {
        // SAFETY: by contract.
        unsafe {
            (*vm).running = frames;
            (*vm).was_parked = false;
            (*vm).ctx.native.machine = vm.cast();
            let ctx = &raw mut (*vm).ctx;
            let back = carrier::begin(ctx, move || {
                let mut fuel = fuel;
                let end = loop {
                    let end = Vm::fresh_slice(vm, frames, fuel);
                    if !matches!(end, End::Waiting) || (*vm).is_due() {
                        break end;
                    }
                    match next() {
                        Some(more) => fuel = more,
                        None => break end,
                    }
                };
                (*vm).ended = Some(end);
            });
            match back {
                Ok(back) => (*vm).came_back(back),
                Err(carrier::Overflow) => (*vm).without_stack(),
            }
        }
    }

    /// Runs frames that have the carrier to themselves.
    ///
    /// # Safety
    /// As [`Vm::resume_all`].
    unsafe fn fresh_slice(vm: *mut Vm, frames: *mut Frames, fuel: i64) -> End {
        // SAFETY: by contract.
        unsafe {
            let ctx = &mut (*vm).ctx;
            ctx.carrier.budget = Budget::new((*frames).max_stack, (*frames).stack.bytes());
            ctx.native.limit.store(ctx.carrier.limit(), Relaxed);
            ctx.sent = 0;
            let end = Vm::slice(vm, &mut *frames, fuel);
            // Slices that end because the actor waits are no samples of the running time; but together they are, each time they have used as much as a whole one.
            (*vm).unsampled += fuel - (*vm).stopped.fuel;
            end
        }
    }

    /// Whether something is due that belongs on the thread's own stack, or whoever began this run has lost it.
    fn is_due(&self) -> bool {
        self.was_parked || self.unsampled >= SLICE
    }

    /// Lets code go on that is parked on this machine's carrier.
    ///
    /// # Safety
    /// The last outcome of this machine was [`Outcome::Parked`], and the frames are where they were.
    pub unsafe fn go_on(&mut self) -> Outcome {
        let vm = &raw mut *self;
        // SAFETY: by contract; this machine is only used through `vm` until the run ends or parks.
        unsafe {
            (*vm).was_parked = true;
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
                self.unsampled = 0;
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
            (*vm).ctx.cost = 0;
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

    /// Takes a sample when slices that ended early have together used as much as a whole one.
    fn sample_short_slices(&mut self, frames: &Frames) {
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

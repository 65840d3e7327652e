//! Calls that come back from compiled code.
//!
//! A function that is not compiled runs in a run of its own, with its own frame stack, on the carrier that the compiled code is on. It cannot be
//! suspended alone, for compiled frames lie below it: where it waits, or others are to run, it parks the whole carrier. All such runs share slices, so
//! that many short ones end slices, too.

use super::run::End;
use super::stack::Stack;
use super::unwind::Innermost;
use super::{Frames, Position, Vm};
use crate::abi::state::CallFn;
use crate::abi::status::{CRASH, OK, TAIL};
use crate::carrier::{self, Overflow, snow_hop};
use crate::ctx::{Ctx, Fate};
use snow_bytecode::module::{FuncId, Mode};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Most frame stacks that are kept for later runs.
const MOST_SPARE: usize = 64;

/// Bytes of the largest frame stack that is kept.
pub(super) const LARGEST_SPARE: usize = 64 * 1024;

/// Calls a function by its number, in whichever tier it is; see [`crate::abi::state::NativeState::call`].
///
/// # Safety
/// Compiled code of the context's machine calls this; arguments and results are those of the function.
pub unsafe extern "C" fn call(ctx: *mut Ctx, func: u64, args: *const u64, ret: *mut u64) -> u32 {
    let here = 0u8;
    // SAFETY: by contract. What `snow_hop` continues has the type of this function.
    unsafe {
        if (&raw const here).addr() >= (*ctx).native.limit.load(Relaxed) {
            return call_here(ctx, func, args, ret);
        }
        (*ctx).native.hop_target = call_here as *const u8;
        (*ctx).native.hop_overflow = call_overflow as *const u8;
        let hop = std::mem::transmute::<unsafe extern "C" fn(), CallFn>(snow_hop);
        hop(ctx, func, args, ret)
    }
}

/// As [`call`], once there is enough stack.
unsafe extern "C" fn call_here(ctx: *mut Ctx, func: u64, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: as `call`; the machine has lent itself to the compiled code by its address.
    unsafe {
        let vm = (*ctx).native.machine.cast::<Vm>();
        let (mut func, mut args) = (FuncId(func as u32), args);
        loop {
            let program = &(*vm).program;
            let status = match program.tier.uniform(func) {
                Some(entry) => entry(ctx, args, ret),
                None => Vm::nested(vm, func, args, ret),
            };
            if status != TAIL {
                return status;
            }
            func = FuncId((*ctx).native.tail_func as u32);
            args = (*ctx).native.tail_args;
        }
    }
}

/// As [`call`], when there is no more stack.
unsafe extern "C" fn call_overflow(ctx: *mut Ctx, func: u64, args: *const u64, _: *mut u64) -> u32 {
    // SAFETY: as `call`.
    unsafe {
        let vm = (*ctx).native.machine.cast::<Vm>();
        (*vm).drop_arguments(FuncId(func as u32), args)
    }
    CRASH
}

/// Adds the frame of compiled code to the trace.
///
/// # Safety
/// The position is one of the program of the context's machine.
pub unsafe fn note_frame(ctx: *mut Ctx, at: Position) {
    // SAFETY: the machine has lent itself to the compiled code by its address; program and trace are different parts of it.
    unsafe {
        let vm = (*ctx).native.machine.cast::<Vm>();
        let program = Arc::as_ptr(&(*vm).program);
        (*ctx).trace.push(at, &*program);
    }
}

/// Number of registers of a function.
///
/// # Safety
/// The context is that of a machine that runs compiled code, and the function one of its program.
pub unsafe fn registers_of(ctx: *mut Ctx, func: FuncId) -> usize {
    // SAFETY: as in `note_frame`.
    unsafe {
        let vm = (*ctx).native.machine.cast::<Vm>();
        let program = Arc::as_ptr(&(*vm).program);
        (*program).module.func(func).regs.len()
    }
}

impl Vm {
    /// Runs a function that is not compiled to its end; gives its status.
    ///
    /// # Safety
    /// As [`Vm::slice`]; arguments and results are those of the function.
    unsafe fn nested(vm: *mut Vm, func: FuncId, args: *const u64, ret: *mut u64) -> u32 {
        // SAFETY: by contract; references to the machine end before code runs.
        unsafe {
            let Ok(stack) = (*vm).take_stack() else {
                let _ = (*vm).ctx.crash(carrier::STACK_OVERFLOW);
                (*vm).drop_arguments(func, args);
                return CRASH;
            };
            let program = &(*vm).program;
            let function = &program.module.funcs[func.0 as usize];
            let results = function.results.len();
            let args = std::slice::from_raw_parts(args, function.params.len());
            let mut frames = Frames::begin(program, stack, program.interpreted(func), func, args);
            let limit = (*vm).limit;
            (*vm).ctx.nested += 1;
            let end = Vm::slices(vm, &mut frames);
            (*vm).ctx.nested -= 1;
            (*vm).limit = limit;
            if end == OK {
                std::ptr::copy_nonoverlapping(frames.base, ret, results);
            }
            (*vm).give_stack(frames.stack);
            end
        }
    }

    /// Runs slice after slice; gives the status.
    ///
    /// # Safety
    /// As [`Vm::slice`].
    unsafe fn slices(vm: *mut Vm, frames: &mut Frames) -> u32 {
        // SAFETY: by contract.
        unsafe {
            loop {
                let fuel = (*vm).nested_fuel;
                let end = Vm::slice(vm, frames, fuel);
                (*vm).nested_fuel = (*vm).stopped.fuel;
                match end {
                    End::Done => return OK,
                    End::Left(status) => return status,
                    End::Yielded => {
                        (*vm).nested_fuel = (*vm).next_fuel();
                        carrier::on_system_stack(&raw mut (*vm).ctx, || {
                            (*vm).between_slices(frames)
                        });
                        if Ctx::give_way(&raw mut (*vm).ctx) == Fate::Leave {
                            return (*vm).leave_killed(frames);
                        }
                    }
                    End::Waiting => {
                        if Ctx::wait(&raw mut (*vm).ctx) == Fate::Leave {
                            return (*vm).leave_killed(frames);
                        }
                    }
                }
            }
        }
    }

    /// Leaves the frames of a nested run whose actor was killed; gives the status.
    #[cold]
    fn leave_killed(&mut self, frames: &mut Frames) -> u32 {
        self.unwind(frames, Innermost::NotBegun);
        CRASH
    }

    fn take_stack(&mut self) -> Result<Stack, Overflow> {
        let stack = self.free_stack();
        self.ctx.carrier.budget.take(stack.bytes())?;
        Ok(stack)
    }

    fn give_stack(&mut self, stack: Stack) {
        self.ctx.carrier.budget.give(stack.bytes());
        self.keep_stack(stack);
    }

    /// A stack that nobody uses.
    pub(super) fn free_stack(&mut self) -> Stack {
        match self.spare.pop() {
            Some(stack) => stack,
            None => Frames::new_stack(&self.program),
        }
    }

    /// Keeps a stack for later.
    pub(super) fn keep_stack(&mut self, stack: Stack) {
        if self.spare.len() < MOST_SPARE && stack.bytes() <= LARGEST_SPARE {
            self.spare.push(stack);
        }
    }

    /// Gives up the arguments of a call that does not take place.
    ///
    /// # Safety
    /// They are those of the function.
    #[cold]
    unsafe fn drop_arguments(&mut self, func: FuncId, args: *const u64) {
        let program = self.program.clone();
        let params = &program.module.funcs[func.0 as usize].params;
        for (index, param) in params.iter().enumerate() {
            if param.mode == Mode::Own {
                // SAFETY: by contract.
                unsafe { self.ctx.heap.drop_slots(&[param.slot], args.add(index)) };
            }
        }
    }
}

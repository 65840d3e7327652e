//! The interpreter: loads verified modules into internal code and runs it.
//!
//! `docs/vm.md` describes the internal code, the frames and the dispatchers. The parts:
//!
//! - [`load`](load()) makes a [`Program`] of a module;
//! - an [`Actor`] has a frame stack and the place where it carries on;
//! - [`Vm::resume`] runs an actor until it is done, crashes, ends the program, or has used up its slice.

mod code;
mod dispatch;
mod load;
mod opcode;
mod ops;
#[cfg(snow_profile)]
pub mod profile;
mod program;
mod stack;
mod state;
mod trace;
mod unwind;

#[cfg(test)]
mod tests;

pub use load::{LoadError, load};
pub use program::{Position, Program};
pub use trace::{Frame, Trace, TraceBuilder};

use crate::ctx::Ctx;
use crate::output::Output;
use crate::value::text;
use code::Code;
use snow_bytecode::module::FuncId;
use stack::Stack;
use state::{State, Stop};
use std::sync::Arc;
use unwind::Innermost;

/// Calls and loop turns in a slice.
pub const SLICE: i64 = 4000;

/// What running an actor came to.
#[derive(Debug)]
pub enum Outcome {
    /// Its function returned these words (as many as it has results count).
    Done([u64; 3]),
    /// The slice is used up; the actor can be resumed.
    Yielded,
    /// It crashed; what it held is released.
    Crashed(Crash),
    /// The program asked to end with this code; what the actor held is released.
    Exit(i32),
}

/// A crash: why and where.
#[derive(Debug)]
pub struct Crash {
    /// The reason, e.g. `integer overflow`.
    pub reason: String,
    /// The frames that were left.
    pub trace: Trace,
}

/// A run of Snow code that can be suspended between two instructions: its frames and where it carries on.
pub struct Actor {
    stack: Stack,
    pc: *const Code,
    base: *mut u64,
}

/// A place between two instructions.
struct Suspended {
    pc: *const Code,
    base: *mut u64,
    fuel: i64,
}

/// Runs the code of one program.
///
/// The handlers reach everything through its address, see [`State`].
pub struct Vm {
    /// Heap, atoms, output, arguments: what natives get.
    pub ctx: Ctx,
    /// Highest base of a frame of the actor that runs.
    limit: *mut u64,
    /// First instructions of all functions.
    codes: *const *const Code,
    /// Where the last run stopped.
    stopped: Suspended,
    program: Arc<Program>,
    entries: Vec<*const Code>,
    liveness: unwind::LivenessCache,
}

impl Vm {
    /// A machine for a program.
    pub fn new(program: Arc<Program>, output: Output, args: Vec<String>) -> Vm {
        let funcs = program.module.funcs.len() as u32;
        let entries: Vec<*const Code> =
            (0..funcs).map(|func| program.entry(FuncId(func))).collect();
        let ctx = Ctx::new(
            Arc::clone(&program.types),
            program.atoms.clone(),
            output,
            args,
        );
        Vm {
            ctx,
            limit: std::ptr::null_mut(),
            codes: entries.as_ptr(),
            stopped: Suspended {
                pc: std::ptr::null(),
                base: std::ptr::null_mut(),
                fuel: 0,
            },
            liveness: unwind::LivenessCache::new(),
            program,
            entries,
        }
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// An actor that is about to call a function with these argument words, which it owns. Its stack may grow to `max_stack` bytes.
    ///
    /// # Safety
    /// The words are as the function's parameters say.
    pub unsafe fn actor(&self, func: FuncId, args: &[u64], max_stack: usize) -> Actor {
        let stack = Stack::new(
            self.program.extent + load::FRAME_LINK + args.len(),
            max_stack,
        );
        // SAFETY: a fresh stack has room for the link words and a frame.
        let base = unsafe {
            let base = stack.start().add(load::FRAME_LINK);
            let (link, done) = self.program.exit();
            *base.sub(2) = link;
            *base.sub(1) = done as u64;
            std::ptr::copy_nonoverlapping(args.as_ptr(), base, args.len());
            base
        };
        Actor {
            stack,
            pc: self.entries[func.0 as usize],
            base,
        }
    }

    /// Runs an actor for at most a slice of `fuel` calls and loop turns.
    pub fn resume(&mut self, actor: &mut Actor, fuel: i64) -> Outcome {
        let mut fuel = fuel;
        loop {
            self.limit = actor.stack.limit();
            let state = State {
                pc: actor.pc,
                base: actor.base,
                vm: &raw mut *self,
                fuel,
                last: 0,
            };
            let stop = dispatch::run(state);
            (actor.pc, actor.base, fuel) = (self.stopped.pc, self.stopped.base, self.stopped.fuel);
            match stop {
                // SAFETY: a frame has room for three words.
                Stop::Done => return Outcome::Done(unsafe { *actor.base.cast::<[u64; 3]>() }),
                Stop::Yield => return Outcome::Yielded,
                Stop::Grow => {
                    if let Err(stack::Overflow) = self.grow(actor) {
                        return self.crashed(
                            actor,
                            "stack overflow".to_owned(),
                            Innermost::NotBegun,
                        );
                    }
                }
                Stop::Exit => return self.exited(actor),
                _ => {
                    let reason = self.reason(stop);
                    return self.crashed(actor, reason, Innermost::Begun);
                }
            }
        }
    }

    fn grow(&mut self, actor: &mut Actor) -> Result<(), stack::Overflow> {
        // SAFETY: both addresses are inside the stack.
        let offset = unsafe { actor.base.offset_from(actor.stack.start()) };
        actor.stack.grow()?;
        // SAFETY: the stack has only grown.
        actor.base = unsafe { actor.stack.start().offset(offset) };
        Ok(())
    }

    fn reason(&mut self, stop: Stop) -> String {
        let fixed = match stop {
            Stop::Overflow => "integer overflow",
            Stop::DivisionByZero => "division by zero",
            Stop::BadShift => "shift count out of range",
            Stop::FloatRange => "float out of range for an integer",
            Stop::Corrupt => "corrupt value",
            _ => return self.ctx.take_crash(),
        };
        fixed.to_owned()
    }

    fn crashed(&mut self, actor: &mut Actor, reason: String, innermost: Innermost) -> Outcome {
        let trace = self.unwind(actor, innermost);
        Outcome::Crashed(Crash { reason, trace })
    }

    fn exited(&mut self, actor: &mut Actor) -> Outcome {
        self.unwind(actor, Innermost::Begun);
        Outcome::Exit(self.ctx.exit_code().unwrap_or(0))
    }

    /// Gives up everything that a suspended actor holds.
    pub fn kill(&mut self, actor: &mut Actor) {
        self.unwind(actor, Innermost::NotBegun);
    }

    /// Stores the reason of a crash.
    #[cold]
    fn crash(&mut self, reason: impl Into<String>) -> Stop {
        // What the status says is what the result here says.
        let _ = self.ctx.crash(reason);
        Stop::Crash
    }

    /// Stores the text of a constant as the reason of a crash.
    #[cold]
    fn crash_with_const(&mut self, constant: u32) {
        let word = self.program.constants[constant as usize];
        // SAFETY: the verifier saw that the constant is a string; its cell is static.
        let text = unsafe { text::str(word) };
        self.crash(text);
    }

    /// Stores an owned String as the reason of a crash.
    #[cold]
    fn crash_with_string(&mut self, word: u64) {
        // SAFETY: the register owned a string.
        unsafe {
            self.crash(text::str(word));
            self.ctx.heap.drop_ref(word);
        }
    }
}

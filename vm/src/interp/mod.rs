//! The interpreter: loads verified modules into internal code and runs it.
//!
//! `docs/vm.md` describes the internal code, the frames and the dispatchers. The parts:
//!
//! - [`load`](load()) makes a [`Program`] of a module;
//! - [`Frames`] are a stack of frames and the place where they carry on;
//! - [`Vm::resume`] runs frames until they are done, crash, end the program, wait, or have used up their slice.

mod code;
mod dispatch;
mod frames;
mod load;
mod names;
mod nested;
mod opcode;
mod ops;
mod packed;
#[cfg(snow_profile)]
pub mod profile;
mod program;
mod run;
mod stack;
mod state;
mod suspend;
mod tier;
mod trace;
mod unit;
mod unwind;

#[cfg(test)]
mod tests;

pub use frames::Frames;
pub use load::{LoadError, load};
pub(crate) use nested::{note_frame, registers_of};
pub use packed::Packed;
pub use program::{Position, Program};
pub use trace::{Frame, Trace, TraceBuilder};
pub use unit::{NativeFunction, NativeLoop, NativeUnit, Sample, TierHook};

use crate::ctx::{Ctx, ParkedFor};
use crate::value::text;
use crate::world::World;
use code::Code;
use snow_bytecode::module::FuncId;
use stack::Stack;
use state::Stop;
use std::sync::Arc;
use std::sync::atomic::AtomicPtr;

/// Least number of calls and loop turns in a slice.
pub const SLICE: i64 = 4000;

/// What running frames came to.
#[derive(Debug)]
pub enum Outcome {
    /// Their function returned these words (as many as it has results count).
    Done([u64; 3]),
    /// The slice is used up; they can be resumed.
    Yielded,
    /// They are at a native that waits, which is to be called again when the actor is woken.
    Waiting,
    /// They are suspended with compiled code below them, on the machine's carrier; [`Vm::go_on`] is what goes on.
    Parked(ParkedFor),
    /// They crashed; what they held is released.
    Crashed(Crash),
    /// The program asked to end with this code; what they held is released.
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

/// A place between two instructions.
struct Suspended {
    pc: *const Code,
    base: *mut u64,
    fuel: i64,
}

/// Runs the code of one program.
///
/// The handlers reach everything through its address, see [`state::State`], and so does compiled code that calls back.
pub struct Vm {
    /// Heap, atoms, output, arguments: what natives get.
    pub ctx: Ctx,
    /// Highest base of a frame of the run that runs.
    limit: *mut u64,
    /// First instructions of all functions, or the stubs that enter their compiled code.
    entries: *const AtomicPtr<Code>,
    /// The stubs of all functions.
    stubs: *const Code,
    /// Where the last run stopped.
    stopped: Suspended,
    program: Arc<Program>,
    liveness: unwind::LivenessCache,
    /// Frame stacks for runs that compiled code starts.
    spare: Vec<Stack>,
    /// Reductions left in the slice that such runs share.
    nested_fuel: i64,
    /// Number of slices begun.
    slices: u32,
    /// The frames that [`Vm::resume`] runs, or that are parked.
    running: *mut Frames,
    /// Whether it has been parked since it began: then another thread may have let it go on.
    was_parked: bool,
    /// Reductions of slices that were no samples.
    unsampled: i64,
    /// How that run ended.
    ended: Option<run::End>,
    /// Places where code was suspended, as far as they are known.
    points: suspend::Points,
    /// Where compiled code finds arguments beyond registers, those of a pending tail call in the second half.
    _arguments: Box<[u64]>,
}

impl Vm {
    /// A machine for a program.
    pub fn new(program: Arc<Program>, world: Arc<World>) -> Vm {
        let types = Arc::clone(&program.types);
        let mut ctx = Ctx::new(types, program.atoms.clone(), world);
        let most = program.most_params();
        let mut arguments = vec![0; 2 * most].into_boxed_slice();
        ctx.native.args = arguments.as_mut_ptr();
        ctx.native.tail_args = arguments.as_mut_ptr().wrapping_add(most);
        ctx.native.pool = program.pool.as_ptr();
        ctx.native.codes = program.tier.codes().as_ptr();
        ctx.native.call = nested::call;
        Vm {
            ctx,
            limit: std::ptr::null_mut(),
            entries: program.tier.entries().as_ptr(),
            stubs: program.tier.stubs(),
            stopped: Suspended {
                pc: std::ptr::null(),
                base: std::ptr::null_mut(),
                fuel: 0,
            },
            liveness: unwind::LivenessCache::new(),
            program,
            spare: Vec::new(),
            nested_fuel: SLICE,
            slices: 0,
            running: std::ptr::null_mut(),
            was_parked: false,
            unsampled: 0,
            ended: None,
            points: suspend::Points::default(),
            _arguments: arguments,
        }
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// From now on the hook hears where slices end, and what it gives is installed.
    pub fn set_hook(&mut self, hook: Box<dyn TierHook>) {
        *self.ctx.world.hook.lock() = Some(hook);
    }

    /// How many calls and loop turns the next slice may have. Not always as many: a loop whose turns cost the same each time would end every slice
    /// at the same instruction, and never where it has an entry.
    pub fn next_fuel(&mut self) -> i64 {
        self.slices = self.slices.wrapping_add(1);
        SLICE + i64::from(self.slices % 64)
    }

    /// Installs compiled code: calls from now on go there.
    pub fn install(&mut self, unit: NativeUnit) {
        let functions: Vec<FuncId> = unit.functions.iter().map(|f| f.func).collect();
        self.program.install(unit);
        self.program.register_again(&self.ctx.world, &functions);
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

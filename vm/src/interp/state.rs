//! What a handler works on: the registers of the interpreter itself.
//!
//! [`State`] is handed from handler to handler by value, so that its parts stay in machine registers. Its existence
//! stands for these invariants, which the loader establishes from a verified module and every handler keeps:
//!
//! - `pc` points at the first word of an instruction, and all extension words of that instruction follow it;
//! - `base` points at the frame of the function that holds this instruction, with all its registers and its scratch
//!   space inside the stack, and [`Vm::limit`] leaves room for one more frame of any size above every base below it;
//! - registers that an instruction reads as references hold what their kind says.
//!
//! That is why the accessors here, which only take operands of the current instruction, are safe to call.

use super::Vm;
use super::code::Code;
use super::dispatch::{self, RestFn};

/// The interpreter's registers.
#[derive(Clone, Copy)]
pub struct State {
    /// Current instruction.
    pub pc: *const Code,
    /// Register 0 of the current frame. The word below it is the frame's return address.
    pub base: *mut u64,
    /// Everything else.
    pub vm: *mut Vm,
    /// Reductions left in this slice.
    pub fuel: i64,
    /// The word that the instruction before this one wrote, within a sequence: a chained instruction takes it from here instead of waiting for
    /// the register. Means nothing at the first instruction of a sequence.
    pub last: u64,
}

/// Where an instruction takes its first operand from.
pub trait First {
    /// The operand; `reg` is its register.
    fn get(s: State, reg: u16) -> u64;
}

/// From its register.
pub struct Plain;

impl First for Plain {
    #[inline(always)]
    fn get(s: State, reg: u16) -> u64 {
        s.get(reg)
    }
}

/// From the instruction before, which wrote the register.
pub struct Chained;

impl First for Chained {
    #[inline(always)]
    fn get(s: State, _: u16) -> u64 {
        s.last
    }
}

/// Why handlers gave control back to [`Vm::resume`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stop {
    /// The outermost frame returned.
    Done,
    /// The slice is used up; the instruction at `pc` has not begun.
    Yield,
    /// A native that waits is not ready; the instruction at `pc` is to begin again when the actor is woken.
    Wait,
    /// Compiled code in the innermost frame is suspended; its frames are in the context.
    Suspended,
    /// The frame stack must grow; the instruction at `pc` has not begun.
    Grow,
    /// The context holds the reason of a crash.
    Crash,
    /// Crash "integer overflow".
    Overflow,
    /// Crash "division by zero".
    DivisionByZero,
    /// Crash "shift count out of range".
    BadShift,
    /// Crash "float does not fit an Int".
    FloatRange,
    /// Crash "corrupt value".
    Corrupt,
    /// None: a rest is done, and the next instruction is to run. Only threaded dispatch gives it, and only to itself.
    Continue,
    /// None, as [`Stop::Continue`], but the native stack has grown too large for that.
    Rewind,
    /// The program asked to end; the context holds the code.
    Exit,
    /// Compiled code in the innermost frame has crashed; the frame is in the trace, and given up.
    LeftByCrash,
    /// Compiled code in the innermost frame has asked for the program's end; the frame is given up.
    LeftByExit,
}

/// What happens after a handler.
pub enum Flow {
    /// The instruction behind this one runs; the state's `pc` is at it.
    Next(State),
    /// The instruction at the state's `pc` runs.
    Jump(State),
    /// Control returns to [`Vm::resume`].
    Stop(State, Stop),
    /// The rest of the instruction is done elsewhere; see [`Rest`].
    Rest(State, RestFn),
}

/// The part of an instruction that calls functions.
///
/// A handler that calls anything must save registers before it looks at its operands. So the handlers of frequent instructions do only what
/// needs no call, and else go on to a `Rest`, which the dispatchers reach by a jump. A rest may begin the instruction anew.
pub trait Rest {
    /// Does the rest of the instruction at the state's `pc`.
    fn run(s: State) -> Flow;
}

/// An instruction of which every part is a rest.
#[inline(always)]
pub fn aside<R: Rest>(s: State) -> Flow {
    s.rest::<R>()
}

/// Declares a [`Rest`].
macro_rules! rest {
    ($(#[$doc:meta])* $vis:vis $name:ident($s:ident) $body:block) => {
        $(#[$doc])*
        $vis struct $name;
        impl $crate::interp::state::Rest for $name {
            #[inline(always)]
            fn run($s: $crate::interp::state::State) -> $crate::interp::state::Flow $body
        }
    };
}
pub(super) use rest;

impl State {
    /// The current instruction.
    #[inline(always)]
    pub fn code(&self) -> &Code {
        // SAFETY: `pc` points at an instruction (invariant).
        unsafe { &*self.pc }
    }

    /// The `index`th extension word of the current instruction (from 1).
    #[inline(always)]
    pub fn ext(&self, index: usize) -> &Code {
        // SAFETY: the extension words follow the instruction (invariant).
        unsafe { &*self.pc.add(index) }
    }

    /// The row of `count` short operands that fills the extension words from `index` on.
    #[inline(always)]
    pub fn row<'a>(&self, index: usize, count: usize) -> &'a [u16] {
        // SAFETY: the extension words follow the instruction (invariant); code lives as long as the program.
        unsafe { std::slice::from_raw_parts(self.pc.add(index).cast(), count) }
    }

    /// Value of a register.
    #[inline(always)]
    pub fn get(&self, reg: u16) -> u64 {
        // SAFETY: operands name registers of the frame (invariant).
        unsafe { *self.base.add(reg as usize) }
    }

    /// Sets a register.
    #[inline(always)]
    pub fn set(&self, reg: u16, value: u64) {
        // SAFETY: operands name registers of the frame (invariant).
        unsafe { *self.base.add(reg as usize) = value }
    }

    /// Copies registers to the scratch space from word `scratch` on; gives its address.
    #[inline(always)]
    pub fn gather(&self, scratch: u16, regs: &[u16]) -> *mut u64 {
        // SAFETY: the loader reserved scratch space above the registers, inside the stack.
        unsafe {
            let to = self.base.add(scratch as usize);
            for (index, reg) in regs.iter().enumerate() {
                *to.add(index) = self.get(*reg);
            }
            to
        }
    }

    /// Value of a register as an Int.
    #[inline(always)]
    pub fn int(&self, reg: u16) -> i64 {
        self.get(reg) as i64
    }

    /// Value of a register as a Float.
    #[inline(always)]
    pub fn float(&self, reg: u16) -> f64 {
        f64::from_bits(self.get(reg))
    }

    /// Everything that is not in this struct.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn vm<'a>(&self) -> &'a mut Vm {
        // SAFETY: `vm` outlives the run, and a handler makes one such reference at a time.
        unsafe { &mut *self.vm }
    }

    /// Sets register `a` of a one-word instruction and goes on to the next.
    #[inline(always)]
    pub fn give(self, value: u64) -> Flow {
        self.set(self.code().a, value);
        State {
            last: value,
            ..self
        }
        .next(1)
    }

    /// As [`State::give`], for a Float.
    #[inline(always)]
    pub fn give_float(self, value: f64) -> Flow {
        self.give(value.to_bits())
    }

    /// On to the instruction `words` further.
    #[inline(always)]
    pub fn next(self, words: usize) -> Flow {
        // SAFETY: code never ends with an instruction that falls through (verifier).
        let pc = unsafe { self.pc.add(words) };
        Flow::Next(State { pc, ..self })
    }

    /// On to the instruction `distance` words away.
    #[inline(always)]
    pub fn jump(self, distance: i32) -> Flow {
        // SAFETY: the loader computed the distance to an instruction of the same function.
        let pc = unsafe { self.pc.offset(distance as isize) };
        Flow::Jump(State { pc, ..self })
    }

    /// Leaves the instruction to its rest.
    #[inline(always)]
    pub fn rest<R: Rest>(self) -> Flow {
        Flow::Rest(self, dispatch::rest::<R>)
    }

    /// Gives control back, `pc` at this instruction.
    #[inline(always)]
    pub fn stop(self, why: Stop) -> Flow {
        Flow::Stop(self, why)
    }
}

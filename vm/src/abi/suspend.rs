//! Suspending compiled code: its frames become frames of the interpreter.
//!
//! When a native that waits is not ready, compiled code returns the status [`super::status::SUSPENDED`], and each function that it passes through saves the registers that it needs to go
//! on. So an actor that waits has no native stack, in either tier. It goes on in the interpreter, or by an entry of compiled code at the instruction that waits.

use super::Ref;
use super::kept::kept;
use crate::ctx::Ctx;
use crate::interp::Position;
use snow_bytecode::module::FuncId;

/// Frames that compiled code has left, to go on later; innermost first.
#[derive(Default)]
pub struct Suspended {
    frames: Vec<(Position, usize)>,
    /// Registers of the frames, and behind them room that has been used before.
    words: Vec<u64>,
    /// How many words are registers.
    used: usize,
}

impl Suspended {
    /// Room for the registers of the next outer frame.
    fn push(&mut self, at: Position, registers: usize) -> *mut u64 {
        let start = self.used;
        self.frames.push((at, start));
        self.used += registers;
        if self.used > self.words.len() {
            self.words.resize(self.used, 0);
        }
        self.words[start..].as_mut_ptr()
    }

    /// Takes the outermost frame that is left: where it was, and its registers.
    pub fn pop(&mut self, take: impl FnOnce(Position, &[u64])) -> bool {
        let Some((at, start)) = self.frames.pop() else {
            return false;
        };
        take(at, &self.words[start..self.used]);
        self.used = start;
        true
    }

    /// Takes the only frame that is left; its registers stay where they are until the next one is.
    #[inline]
    pub fn take_only(&mut self) -> (Position, *const [u64]) {
        let (at, start) = self.frames.pop().expect("there is one");
        let registers = &raw const self.words[start..self.used];
        self.used = start;
        (at, registers)
    }

    /// Number of frames that are left.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

kept! {
    /// A function leaves its frame at an instruction, to go on later. Gives the address of a row of words for its registers, to be filled before anything else is called.
    ///
    /// # Safety
    /// The position is one of the program of the context's machine.
    pub unsafe fn snow_suspend = suspend(ctx: *mut Ctx, func: u32, inst: u32) -> Ref {
        let position = Position {
            func: FuncId(func),
            inst: inst as usize,
        };
        // SAFETY: the machine has lent itself to the compiled code by its address; program and context are different parts of it.
        unsafe {
            let registers = crate::interp::registers_of(ctx, position.func);
            Ref((*ctx).suspended.push(position, registers) as u64)
        }
    }
}

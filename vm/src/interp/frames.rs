//! The frames of code that can be suspended.

use super::Vm;
use super::code::Code;
use super::load::FRAME_LINK;
use super::program::Program;
use super::stack::Stack;
use crate::carrier::{Budget, Overflow};
use snow_bytecode::module::FuncId;

/// A run of Snow code that can be suspended between two instructions: its frames, and where it carries on.
pub struct Frames {
    pub(super) stack: Stack,
    pub(super) pc: *const Code,
    pub(super) base: *mut u64,
    /// An entry of compiled code at which they go on instead, or null.
    pub(super) entry: *const Code,
    /// The outermost function.
    pub(super) func: FuncId,
    /// Most bytes that its stacks may take together.
    pub(super) max_stack: usize,
}

impl Vm {
    /// Frames that are about to call a function with these argument words, which it owns. Its stacks may take `max_stack` bytes together.
    ///
    /// # Safety
    /// The words are as the function's parameters say.
    pub unsafe fn frames(&self, func: FuncId, args: &[u64], max_stack: usize) -> Frames {
        let program = &self.program;
        let stack = Frames::new_stack(program);
        let pc = program.tier.entries()[func.0 as usize].load(std::sync::atomic::Ordering::Relaxed);
        // SAFETY: by contract.
        let mut frames = unsafe { Frames::begin(program, stack, pc, func, args) };
        frames.max_stack = max_stack;
        frames
    }
}

impl Frames {
    /// A stack for any function of a program.
    pub(super) fn new_stack(program: &Program) -> Stack {
        let arguments = program.most_params();
        Stack::new(program.extent + FRAME_LINK + arguments)
    }

    /// No frames yet, on a free stack.
    pub(super) fn none(stack: Stack) -> Frames {
        Frames {
            base: stack.start(),
            stack,
            pc: std::ptr::null(),
            entry: std::ptr::null(),
            func: FuncId(0),
            max_stack: 0,
        }
    }

    /// A run that begins at `pc` on a free stack.
    ///
    /// # Safety
    /// The words are those of the parameters of the function at `pc`.
    pub(super) unsafe fn begin(
        program: &Program,
        stack: Stack,
        pc: *const Code,
        func: FuncId,
        args: &[u64],
    ) -> Frames {
        // SAFETY: a stack has room for the link words and a frame.
        let base = unsafe {
            let base = stack.start().add(FRAME_LINK);
            let (link, done) = program.exit();
            *base.sub(2) = link;
            *base.sub(1) = done as u64;
            std::ptr::copy_nonoverlapping(args.as_ptr(), base, args.len());
            base
        };
        Frames {
            stack,
            pc,
            base,
            entry: std::ptr::null(),
            func,
            max_stack: 0,
        }
    }

    /// The outermost function.
    pub fn function(&self) -> FuncId {
        self.func
    }

    /// Makes the stack larger.
    pub(super) fn grow(&mut self, budget: &mut Budget) -> Result<(), Overflow> {
        // SAFETY: both addresses are inside the stack.
        let offset = unsafe { self.base.offset_from(self.stack.start()) };
        self.stack.grow(budget)?;
        // SAFETY: the stack has only grown.
        self.base = unsafe { self.stack.start().offset(offset) };
        Ok(())
    }
}

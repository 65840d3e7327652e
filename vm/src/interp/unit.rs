//! What the interpreter and a compiler of hot code tell each other.

use crate::abi::UniformFn;
use snow_bytecode::module::FuncId;
use std::any::Any;

/// Compiled code that is ready to run.
pub struct NativeUnit {
    /// The functions.
    pub functions: Vec<NativeFunction>,
    /// Entries into the middle of functions.
    pub loops: Vec<NativeLoop>,
    /// What keeps the code in memory; dropped with the program.
    pub owner: Box<dyn Any + Send>,
}

/// A compiled function.
#[derive(Clone, Copy, Debug)]
pub struct NativeFunction {
    /// Which function of the module.
    pub func: FuncId,
    /// Its entry for callers that are not compiled.
    pub uniform: UniformFn,
    /// Its entry for compiled callers.
    pub typed: *const u8,
}

// SAFETY: the address of code means the same in every thread.
unsafe impl Send for NativeFunction {}

/// An entry into a loop, for a frame that is in it.
#[derive(Clone, Copy, Debug)]
pub struct NativeLoop {
    /// The function.
    pub func: FuncId,
    /// The portable instruction to which the loop jumps back.
    pub header: u32,
    /// Code that goes on there, with the frame's registers as arguments, and gives the function's results.
    pub entry: UniformFn,
}

/// Where a slice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The function.
    pub func: FuncId,
    /// The loop that was about to make a turn, by its header; `None` before a call.
    pub header: Option<u32>,
}

/// Chooses what is compiled. Called between slices, on the thread's own stack.
pub trait TierHook: Send {
    /// A slice has ended here.
    fn sample(&mut self, at: Sample);

    /// What has been compiled since the last time.
    fn poll(&mut self) -> Vec<NativeUnit>;
}

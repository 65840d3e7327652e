//! The part of the context that compiled code reads and writes.

use std::sync::atomic::{AtomicPtr, AtomicUsize};

use crate::ctx::Ctx;

/// A function by its uniform entry: arguments and results as rows of words, which may be the same memory. Gives a status.
pub type UniformFn = unsafe extern "C" fn(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32;

/// How compiled code calls a function by its number: see `snow_call`.
pub type CallFn = unsafe extern "C" fn(*mut Ctx, u64, *const u64, *mut u64) -> u32;

/// Words and references that are passed in registers.
pub const INT_ARGS: usize = 5;
/// Floats that are passed in registers.
pub const FLOAT_ARGS: usize = 8;
/// Words and references that are returned in registers.
pub const INT_RESULTS: usize = 2;
/// Floats that are returned in registers.
pub const FLOAT_RESULTS: usize = 2;

/// Bytes of stack below [`NativeState::limit`] that are always there: for the frame that made the comparison, and for the runtime and
/// natives below it.
pub const RESERVE: usize = 32 * 1024;

/// What [`NativeState::limit`] is when the code is to stop at its next safe point.
pub const PREEMPT: usize = usize::MAX;

/// Registers and tables of compiled code. The first part of the context.
#[repr(C)]
pub struct NativeState {
    /// Lowest address that the stack pointer may have, or [`PREEMPT`].
    pub limit: AtomicUsize,
    /// Words that the loader prepared; see [`super::pool`].
    pub pool: *const u64,
    /// By function: its typed code, or null.
    pub codes: *const AtomicPtr<u8>,
    /// Arguments that do not fit registers.
    pub args: *mut u64,
    /// Results that do not fit registers.
    pub results: [u64; 3],
    /// Where `snow_hop` continues.
    pub hop_target: *const u8,
    /// Where `snow_hop` continues when there is no more stack.
    pub hop_overflow: *const u8,
    /// The function that a status [`super::status::TAIL`] asks to call.
    pub tail_func: u64,
    /// Its arguments.
    pub tail_args: *mut u64,
    /// The machine's way to call a function by its number.
    pub call: CallFn,
    /// The machine that runs the code.
    pub machine: *mut (),
}

impl NativeState {
    /// The state of a context whose machine runs no compiled code yet.
    pub fn new() -> NativeState {
        NativeState {
            limit: AtomicUsize::new(0),
            pool: std::ptr::null(),
            codes: std::ptr::null(),
            args: std::ptr::null_mut(),
            results: [0; 3],
            hop_target: std::ptr::null(),
            hop_overflow: std::ptr::null(),
            tail_func: 0,
            tail_args: std::ptr::null_mut(),
            call: no_machine,
            machine: std::ptr::null_mut(),
        }
    }
}

impl Default for NativeState {
    fn default() -> NativeState {
        NativeState::new()
    }
}

/// What a context without a machine does with a call.
unsafe extern "C" fn no_machine(ctx: *mut Ctx, _: u64, _: *const u64, _: *mut u64) -> u32 {
    // SAFETY: the caller lends the context for the time of the call.
    unsafe { (*ctx).crash("a function was called without a machine that runs it") as u32 }
}

//! Bytes: what compiled code does not do in line.

use snow_bytecode::inst::BitField;
use snow_bytecode::types::TypeId;

use super::Ref;
use super::crashes::crash;
use super::status::OK;
use crate::ctx::Ctx;
use crate::value::{bytes, text};

/// The field, packed, counted from byte `at`. Compiled code has looked whether it is there, and relies on it that this only reads memory.
///
/// # Safety
/// `a` refers to bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_get(a: Ref, at: i64, field: u64) -> u64 {
    // SAFETY: by contract.
    let all = unsafe { text::bytes(a.0) };
    bytes::get(all, at, BitField::of_packed(field)).unwrap_or_default()
}

/// Crashes since bytes are out of range.
///
/// # Safety
/// The context is the running one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_outside(ctx: *mut Ctx) -> u32 {
    crash(ctx, bytes::OUT_OF_RANGE)
}

/// The code point at byte `at` with its length, or -1. Compiled code relies on it that this only reads memory.
///
/// # Safety
/// `a` refers to bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_scalar(a: Ref, at: i64) -> i64 {
    // SAFETY: by contract.
    bytes::scalar(unsafe { text::bytes(a.0) }, at)
}

/// Stores what an operation gave in `out`; or crashes.
///
/// # Safety
/// `out` has room for a word.
unsafe fn store(ctx: *mut Ctx, made: Option<u64>, out: *mut u64) -> u32 {
    match made {
        Some(word) => {
            // SAFETY: by contract.
            unsafe { *out = word };
            OK
        }
        None => crash(ctx, bytes::OUT_OF_RANGE),
    }
}

/// Stores bytes `from` up to `to` in `out`; or crashes.
///
/// # Safety
/// `a` is borrowed; `out` has room for a word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_slice(
    ctx: *mut Ctx,
    a: Ref,
    from: i64,
    to: i64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let made = bytes::slice(&mut (*ctx).heap, a.0, from, to);
        store(ctx, made, out)
    }
}

/// Stores what follows the first bytes in `out`; or crashes.
///
/// # Safety
/// `a` is owned; `out` has room for a word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_drop(ctx: *mut Ctx, a: Ref, count: i64, out: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let made = bytes::drop_first(&mut (*ctx).heap, a.0, count);
        store(ctx, made, out)
    }
}

/// No bytes, with room for some.
///
/// # Safety
/// The context is the running one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_new(ctx: *mut Ctx, ty: u32, capacity: i64) -> Ref {
    // SAFETY: by contract.
    let cell = bytes::with_capacity(unsafe { &mut (*ctx).heap }, TypeId(ty), capacity);
    Ref(cell.word())
}

/// Bytes with a field, packed, behind them.
///
/// # Safety
/// `a` is owned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_put(ctx: *mut Ctx, a: Ref, value: u64, field: u64) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { bytes::put(&mut (*ctx).heap, a.0, value, BitField::of_packed(field)) })
}

/// Stores bytes with a code point behind them in `out`; or crashes.
///
/// # Safety
/// `a` is owned; `out` has room for a word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_bytes_put_scalar(
    ctx: *mut Ctx,
    a: Ref,
    value: i64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        match bytes::put_scalar(&mut (*ctx).heap, a.0, value) {
            Some(word) => {
                *out = word;
                OK
            }
            None => crash(ctx, bytes::no_scalar(value)),
        }
    }
}

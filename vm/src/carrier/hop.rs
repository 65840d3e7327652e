//! `snow_hop`: where compiled code goes when its comparison with the limit fails.
//!
//! The function that compared has stored its own address in `NativeState::hop_target` and jumped here, so that this is called as the function
//! was: its arguments are in their registers, the return address is its caller's. (Where LLVM has inlined the function, it is a call like any other.)
//! So the arguments are put away until it is clear where to go on:
//!
//! - on this stack, when the limit only said that the code is to stop at a safe point;
//! - on the next segment, which is given back when the function returns; its results stay in their registers;
//! - at `NativeState::hop_overflow`, on this stack, when there is no more room.

use crate::abi::state::PREEMPT;
use crate::abi::status::OK;
use crate::ctx::Ctx;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::Relaxed;

/// Where to go on.
#[repr(C)]
struct Hop {
    target: *const u8,
    /// The end of a segment, or null: on the same stack.
    stack: *mut u8,
}

/// Decides where to go on.
unsafe extern "C" fn enter(ctx: *mut Ctx) -> Hop {
    // SAFETY: compiled code lends the context for the time of the call.
    let native = unsafe { &(*ctx).native };
    let (target, overflow) = (native.hop_target, native.hop_overflow);
    let here = |target| Hop {
        target,
        stack: null_mut(),
    };
    if native.limit.load(Relaxed) == PREEMPT {
        // SAFETY: compiled code runs on its context's carrier, and keeps nothing of the thread.
        return here(match unsafe { Ctx::safe_point(ctx) } {
            OK => target,
            _ => overflow,
        });
    }
    // SAFETY: as above; nothing else uses the context until this returns.
    let ctx = unsafe { &mut *ctx };
    let left = ctx.carrier.limit();
    let Ok(stack) = ctx.carrier.push() else {
        // The status comes from `hop_overflow`.
        let _ = ctx.crash(STACK_OVERFLOW);
        return here(overflow);
    };
    move_limit(ctx, left);
    Hop { target, stack }
}

/// Reason of the crash when there is no more stack.
pub const STACK_OVERFLOW: &str = "stack overflow";

/// Gives the segment back that `enter` has taken.
unsafe extern "C" fn leave(ctx: *mut Ctx) {
    // SAFETY: as in `enter`.
    let ctx = unsafe { &mut *ctx };
    let left = ctx.carrier.limit();
    ctx.carrier.pop();
    move_limit(ctx, left);
}

/// Sets the limit to that of the innermost segment, unless somebody has asked for a stop meanwhile.
fn move_limit(ctx: &Ctx, from: usize) {
    let limit = &ctx.native.limit;
    // When it fails, the limit asks for a stop, and `safe_point` will set it.
    let _ = limit.compare_exchange(from, ctx.carrier.limit(), Relaxed, Relaxed);
}

/// See the module. This is no function of its own: it has the type of the one that jumps here.
///
/// # Safety
/// Only compiled code comes here, as described.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn snow_hop() {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "sub rsp, 112",
        "mov [rsp], rdi",
        "mov [rsp + 8], rsi",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "mov [rsp + 32], r8",
        "mov [rsp + 40], r9",
        "movsd [rsp + 48], xmm0",
        "movsd [rsp + 56], xmm1",
        "movsd [rsp + 64], xmm2",
        "movsd [rsp + 72], xmm3",
        "movsd [rsp + 80], xmm4",
        "movsd [rsp + 88], xmm5",
        "movsd [rsp + 96], xmm6",
        "movsd [rsp + 104], xmm7",
        "call {enter}",
        "mov r11, rax",
        "mov r10, rdx",
        "mov rdi, [rsp]",
        "mov rsi, [rsp + 8]",
        "mov rdx, [rsp + 16]",
        "mov rcx, [rsp + 24]",
        "mov r8, [rsp + 32]",
        "mov r9, [rsp + 40]",
        "movsd xmm0, [rsp + 48]",
        "movsd xmm1, [rsp + 56]",
        "movsd xmm2, [rsp + 64]",
        "movsd xmm3, [rsp + 72]",
        "movsd xmm4, [rsp + 80]",
        "movsd xmm5, [rsp + 88]",
        "movsd xmm6, [rsp + 96]",
        "movsd xmm7, [rsp + 104]",
        "test r10, r10",
        "jz 2f",
        // On the next segment.
        "mov rsp, r10",
        "call r11",
        "lea rsp, [rbp - 112]",
        "mov rdi, [rsp]",
        "mov [rsp + 8], rax",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "movsd [rsp + 48], xmm0",
        "movsd [rsp + 56], xmm1",
        "call {leave}",
        "mov rax, [rsp + 8]",
        "mov rdx, [rsp + 16]",
        "mov rcx, [rsp + 24]",
        "movsd xmm0, [rsp + 48]",
        "movsd xmm1, [rsp + 56]",
        "leave",
        ".cfi_remember_state",
        ".cfi_def_cfa rsp, 8",
        "ret",
        // On this stack.
        "2:",
        ".cfi_restore_state",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "jmp r11",
        ".cfi_endproc",
        enter = sym enter,
        leave = sym leave,
    )
}

/// See above.
///
/// # Safety
/// See above.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn snow_hop() {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "stp x29, x30, [sp, #-144]!",
        "mov x29, sp",
        ".cfi_def_cfa x29, 144",
        ".cfi_offset x30, -136",
        ".cfi_offset x29, -144",
        "stp x0, x1, [sp, #16]",
        "stp x2, x3, [sp, #32]",
        "stp x4, x5, [sp, #48]",
        "stp x6, x7, [sp, #64]",
        "stp d0, d1, [sp, #80]",
        "stp d2, d3, [sp, #96]",
        "stp d4, d5, [sp, #112]",
        "stp d6, d7, [sp, #128]",
        "bl {enter}",
        "mov x16, x0",
        "mov x17, x1",
        "ldp x0, x1, [sp, #16]",
        "ldp x2, x3, [sp, #32]",
        "ldp x4, x5, [sp, #48]",
        "ldp x6, x7, [sp, #64]",
        "ldp d0, d1, [sp, #80]",
        "ldp d2, d3, [sp, #96]",
        "ldp d4, d5, [sp, #112]",
        "ldp d6, d7, [sp, #128]",
        "cbz x17, 2f",
        // On the next segment.
        "mov sp, x17",
        "blr x16",
        "mov sp, x29",
        "ldr x9, [sp, #16]",
        "stp x0, x1, [sp, #16]",
        "stp x2, x3, [sp, #32]",
        "stp d0, d1, [sp, #80]",
        "stp d2, d3, [sp, #96]",
        "mov x0, x9",
        "bl {leave}",
        "ldp x0, x1, [sp, #16]",
        "ldp x2, x3, [sp, #32]",
        "ldp d0, d1, [sp, #80]",
        "ldp d2, d3, [sp, #96]",
        "ldp x29, x30, [sp], #144",
        "ret",
        // On this stack.
        "2:",
        "ldp x29, x30, [sp], #144",
        "br x16",
        ".cfi_endproc",
        enter = sym enter,
        leave = sym leave,
    )
}

/// Compiled code runs on no other architecture.
///
/// # Safety
/// None.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_hop() {
    let _ = (enter, leave);
    std::process::abort();
}

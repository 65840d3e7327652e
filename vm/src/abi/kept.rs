//! Functions that compiled code calls where it rarely comes, and that keep its registers.
//!
//! A call makes its caller keep values out of the registers that the callee may use, also where the call is almost never made: a loop over a list would save six
//! registers on entry for the sake of its safe point. So these functions save all registers of integers but one themselves (LLVM's `preserve_most`).

/// Defines such a function: `pub unsafe fn SYMBOL = NAME(…) -> …`. All have a result, in a register that need not be kept then. Code of this crate may
/// call them as any other.
macro_rules! kept {
    ($(
        $(#[$meta:meta])*
        pub unsafe fn $symbol:ident = $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block
    )*) => { $(
        #[cold]
        unsafe extern "C" fn $name($($arg: $ty),*) -> $ret $body

        $(#[$meta])*
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol($($arg: $ty),*) -> $ret {
            std::arch::naked_asm!(
                ".cfi_startproc",
                "push rcx",
                "push rdx",
                "push rsi",
                "push rdi",
                "push r8",
                "push r9",
                "push r10",
                ".cfi_def_cfa_offset 64",
                "call {body}",
                "pop r10",
                "pop r9",
                "pop r8",
                "pop rdi",
                "pop rsi",
                "pop rdx",
                "pop rcx",
                ".cfi_def_cfa_offset 8",
                "ret",
                ".cfi_endproc",
                body = sym $name,
            )
        }

        $(#[$meta])*
        #[cfg(all(target_arch = "aarch64", not(miri)))]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol($($arg: $ty),*) -> $ret {
            std::arch::naked_asm!(
                ".cfi_startproc",
                "stp x29, x30, [sp, #-80]!",
                "mov x29, sp",
                ".cfi_def_cfa x29, 80",
                ".cfi_offset x30, -72",
                ".cfi_offset x29, -80",
                "stp x9, x10, [sp, #16]",
                "stp x11, x12, [sp, #32]",
                "stp x13, x14, [sp, #48]",
                "str x15, [sp, #64]",
                "bl {body}",
                "ldp x9, x10, [sp, #16]",
                "ldp x11, x12, [sp, #32]",
                "ldp x13, x14, [sp, #48]",
                "ldr x15, [sp, #64]",
                "ldp x29, x30, [sp], #80",
                ".cfi_def_cfa sp, 0",
                "ret",
                ".cfi_endproc",
                body = sym $name,
            )
        }

        $(#[$meta])*
        #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $symbol($($arg: $ty),*) -> $ret {
            // SAFETY: the same contract.
            unsafe { $name($($arg),*) }
        }
    )* };
}

pub(super) use kept;

/// The functions of the [`table`](super::table()) that keep registers.
pub const KEPT: &[&str] = &[
    "snow_alloc",
    "snow_crash",
    "snow_dup",
    "snow_is_unique",
    "snow_leave",
    "snow_list_get",
    "snow_list_index",
    "snow_list_own",
    "snow_panic",
    "snow_safe_point",
    "snow_suspend",
    "snow_unwind",
];

//! Calling a function on another stack.

/// Whether this build can change stacks; where it cannot, everything runs on the thread's own.
pub const SWITCHES: bool = cfg!(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(miri)
));

/// A function with one argument.
pub type Entry = extern "C" fn(*mut u8);

/// Calls `entry(data)` on the stack that ends at `stack`, and stores in `left` where the present stack is free. The function must not unwind.
///
/// # Safety
/// `stack` is a multiple of 16, and the memory below it is free and large enough.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn call_on(stack: *mut u8, entry: Entry, data: *mut u8, left: *mut *mut u8) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "mov [rcx], rsp",
        "mov rsp, rdi",
        "mov rdi, rdx",
        "call rsi",
        "mov rsp, rbp",
        "pop rbp",
        "ret",
        ".cfi_endproc",
    )
}

/// See above.
///
/// # Safety
/// See above.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn call_on(stack: *mut u8, entry: Entry, data: *mut u8, left: *mut *mut u8) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        ".cfi_def_cfa x29, 16",
        ".cfi_offset x30, -8",
        ".cfi_offset x29, -16",
        "str x29, [x3]",
        "mov sp, x0",
        "mov x0, x2",
        "blr x1",
        "mov sp, x29",
        "ldp x29, x30, [sp], #16",
        "ret",
        ".cfi_endproc",
    )
}

/// Without other stacks nobody calls this.
///
/// # Safety
/// None.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
pub unsafe extern "C" fn call_on(_: *mut u8, entry: Entry, data: *mut u8, _: *mut *mut u8) {
    entry(data);
}

//! Calling a function on another stack, and changing from one stack to another.

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

/// Puts the callee's registers away on the present stack, stores in `left` where, and calls `entry(data)` on the stack that ends at `stack`. The call comes
/// back when somebody goes on at what `left` says; the function must never return.
///
/// # Safety
/// `stack` is a multiple of 16, and the memory below it is free and large enough.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn begin_on(stack: *mut u8, entry: Entry, data: *mut u8, left: *mut *mut u8) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        // So that the place is a multiple of 16, and the stack can be used from there on.
        "sub rsp, 8",
        "mov [rcx], rsp",
        "mov rsp, rdi",
        // The outermost frame of this stack: nobody looks for a caller.
        ".cfi_undefined rip",
        "xor ebp, ebp",
        "mov rdi, rdx",
        "call rsi",
        "ud2",
        ".cfi_endproc",
    )
}

/// Puts the callee's registers away on the present stack, stores in `left` where, and goes on where a stack was left in the same way.
///
/// # Safety
/// `at` is what [`begin_on`] or this function has stored for a stack that nobody is on.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn change_to(left: *mut *mut u8, at: *mut u8) {
    std::arch::naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov [rdi], rsp",
        "mov rsp, rsi",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// See above.
///
/// # Safety
/// See above.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn begin_on(stack: *mut u8, entry: Entry, data: *mut u8, left: *mut *mut u8) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "stp x29, x30, [sp, #-160]!",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "mov x9, sp",
        "str x9, [x3]",
        "mov sp, x0",
        ".cfi_undefined x30",
        "mov x29, xzr",
        "mov x0, x2",
        "blr x1",
        "brk #1",
        ".cfi_endproc",
    )
}

/// See above.
///
/// # Safety
/// See above.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[unsafe(naked)]
pub unsafe extern "C" fn change_to(left: *mut *mut u8, at: *mut u8) {
    std::arch::naked_asm!(
        "stp x29, x30, [sp, #-160]!",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "mov x9, sp",
        "str x9, [x0]",
        "mov sp, x1",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #160",
        "ret",
    )
}

/// Without other stacks nobody calls this.
///
/// # Safety
/// None.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
pub unsafe extern "C" fn begin_on(_: *mut u8, _: Entry, _: *mut u8, _: *mut *mut u8) {
    std::process::abort()
}

/// Without other stacks nobody calls this.
///
/// # Safety
/// None.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
pub unsafe extern "C" fn change_to(_: *mut *mut u8, _: *mut u8) {
    std::process::abort()
}

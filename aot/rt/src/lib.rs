//! The runtime of executables: a C `main` that runs the program of the object it is linked with. `docs/native.md` describes what that object says of
//! itself.

use std::ffi::{CStr, c_char, c_int};

use snow_vm::abi::executable::CompiledProgram;
use snow_vm::embedded::{exit_code, run_compiled};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

// The natives are not named here, so that an executable only gets those that its program names; but the library must be linked.
use snow_stdlib as _;

#[allow(
    improper_ctypes,
    reason = "what it says of natives are addresses of Rust's statics"
)]
unsafe extern "C" {
    /// Defined by the object.
    static snow_program: CompiledProgram;
}

/// Runs the program; the exit code is the program's.
///
/// # Safety
/// Called by the C library, with the process's arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: c_int, words: *const *const c_char) -> c_int {
    // SAFETY: by contract; nothing else runs yet that could care about signals.
    let arguments = unsafe {
        ignore_closed_pipes();
        arguments(count, words)
    };
    // SAFETY: the object was made by the native tier, together with its code.
    let result = unsafe { run_compiled(&snow_program, arguments) };
    exit_code(result).into()
}

/// A write to a closed pipe is an error that the program can see, as in every Rust program, not a signal that ends it.
///
/// # Safety
/// Nobody handles the signal yet.
unsafe fn ignore_closed_pipes() {
    // SAFETY: ignoring a signal runs no code.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// The arguments without the program's name. Arguments of programs are text; what is not is replaced.
///
/// # Safety
/// As for `main`.
unsafe fn arguments(count: c_int, words: *const *const c_char) -> Vec<String> {
    let text = |index: usize| {
        // SAFETY: there are `count` words, each a C string.
        let word = unsafe { CStr::from_ptr(*words.add(index)) };
        word.to_string_lossy().into_owned()
    };
    (1..usize::try_from(count).unwrap_or(0)).map(text).collect()
}

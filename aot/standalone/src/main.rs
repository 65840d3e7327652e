//! Runs the bytecode that lies behind this executable's own contents: what `snow build --standalone` copies.

use std::process::ExitCode;

use snow_vm::embedded::{appended, exit_code, run_bytecode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match program() {
        Ok(bytecode) => {
            let words = std::env::args_os().skip(1);
            // Arguments of programs are text; what is not is replaced.
            let arguments = words.map(|word| word.to_string_lossy().into_owned());
            let result = run_bytecode(&bytecode, &snow_stdlib::intrinsics(), arguments.collect());
            ExitCode::from(exit_code(result))
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The program in this executable.
fn program() -> Result<Vec<u8>, String> {
    let read = std::env::current_exe().and_then(std::fs::read);
    let file = read.map_err(|error| format!("cannot read this executable: {error}"))?;
    appended::find(&file).map(<[u8]>::to_vec).ok_or_else(|| {
        "there is no program in this file; `snow build --standalone` makes one with a program"
            .to_owned()
    })
}

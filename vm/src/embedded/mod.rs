//! Programs that are part of an executable: beside their compiled code, or as bytecode behind the executable's own.

pub mod appended;

use snow_bytecode::decode::{DecodeError, decode};
use snow_bytecode::verify::VerifyError;

use crate::abi::executable::CompiledProgram;
use crate::interp::LoadError;
use crate::native::Intrinsics;
use crate::run::{BadVariable, RunOptions, VerifiedModule, run};

/// Why a program does not begin to run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An environment variable that makes no sense.
    #[error(transparent)]
    Environment(#[from] BadVariable),
    /// Code and runtime come from different versions.
    #[error("the program was compiled by another version of Snow than the runtime in it")]
    Version,
    /// The bytecode is damaged or of another version.
    #[error("the program in this file cannot be read: {0}")]
    Bytecode(#[from] DecodeError),
    /// The bytecode does not hold what it promises.
    #[error("the program in this file is damaged: {0}")]
    Verify(#[from] VerifyError),
    /// It needs something that this runtime lacks.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// Runs the compiled program of this executable; gives the exit code.
///
/// # Safety
/// The program was made by the native tier, from a verified module.
pub unsafe fn run_compiled(program: &CompiledProgram, args: Vec<String>) -> Result<u8, StartError> {
    // SAFETY: by contract.
    let parts = unsafe { program.parts() }.ok_or(StartError::Version)?;
    let module = decode(parts.bytecode)?;
    // SAFETY: the compiler of the code has verified the module, and who can change one can change the other.
    let module = unsafe { VerifiedModule::trusted(module) };
    let mut options = RunOptions::from_environment(args)?;
    options.units.push(parts.unit());
    Ok(run(module, &parts.intrinsics(), options)?.code)
}

/// Runs a program given as the bytes of a `.snowb` file; gives the exit code.
pub fn run_bytecode(
    bytes: &[u8],
    intrinsics: &Intrinsics,
    args: Vec<String>,
) -> Result<u8, StartError> {
    let module = VerifiedModule::new(decode(bytes)?)?;
    let options = RunOptions::from_environment(args)?;
    Ok(run(module, intrinsics, options)?.code)
}

/// The exit code of an executable, after a message when its program did not begin to run.
pub fn exit_code(result: Result<u8, StartError>) -> u8 {
    result.unwrap_or_else(|error| {
        // Nobody is left to tell when standard error itself is closed.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("error: {error}\n").as_bytes(),
        );
        1
    })
}

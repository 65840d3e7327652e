//! `snow run`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use snow_bytecode::decode::decode;
use snow_bytecode::module::Module;
use snow_vm::run::{RunOptions, VerifiedModule};

use crate::args::RunArgs;
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::project::{Program, load};

/// Runs a program; the exit code is the program's.
pub fn run(args: RunArgs) -> Result<ExitCode, CliError> {
    let mut words = args.program.into_iter();
    let program = PathBuf::from(words.next().unwrap_or_default());
    let module = match load(&program)? {
        Program::Sources(sources) => compile_sources(&sources, args.report)?,
        Program::Bytecode(path) => read_module(&path)?,
    };
    let failed = |reason: String| CliError::Bytecode {
        path: program.clone(),
        reason,
    };
    let module = VerifiedModule::new(module).map_err(|error| failed(error.to_string()))?;
    let arguments = words.map(into_text).collect();
    let options = RunOptions::from_environment(arguments).map_err(CliError::Environment)?;
    let finished = snow_vm::run::run(module, &snow_stdlib::intrinsics(), options)
        .map_err(|error| failed(error.to_string()))?;
    Ok(ExitCode::from(finished.code))
}

/// Reads a compiled program.
pub fn read_module(path: &Path) -> Result<Module, CliError> {
    let bytes = fs::read(path).map_err(|error| CliError::read(path, error))?;
    decode(&bytes).map_err(|error| CliError::Bytecode {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// Arguments of programs are text; what is not is replaced.
fn into_text(argument: OsString) -> String {
    argument.to_string_lossy().into_owned()
}

//! `snow disasm`.

use std::process::ExitCode;

use snow_bytecode::disasm::disassemble;

use super::run::read_module;
use crate::args::{DisasmArgs, ReportArgs};
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::output::print;
use crate::project::{Program, load};

/// Prints the bytecode of a program.
pub fn disasm(args: DisasmArgs) -> Result<ExitCode, CliError> {
    let quiet = ReportArgs {
        json: false,
        deny_warnings: false,
    };
    let module = match load(&args.program)? {
        Program::Sources(sources) => compile_sources(&sources, quiet)?,
        Program::Bytecode(path) => read_module(&path)?,
    };
    print(disassemble(&module).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

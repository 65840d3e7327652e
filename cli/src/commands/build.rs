//! `snow build`.

use std::path::PathBuf;
use std::process::ExitCode;

use snow_bytecode::encode::encode;

use crate::args::BuildArgs;
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::output::write_whole;
use crate::project::load_sources;

/// Compiles a program and writes it to a file.
pub fn build(args: BuildArgs) -> Result<ExitCode, CliError> {
    let sources = load_sources(&args.program)?;
    let module = compile_sources(&sources, args.report)?;
    let output = args
        .output
        .unwrap_or_else(|| PathBuf::from(format!("{}.snowb", sources.name)));
    write_whole(&output, &encode(&module))?;
    Ok(ExitCode::SUCCESS)
}

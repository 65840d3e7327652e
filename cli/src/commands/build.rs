//! `snow build`.

use std::path::PathBuf;
use std::process::ExitCode;

use snow_aot::build::standalone_program;
use snow_bytecode::encode::encode;
use snow_bytecode::verify::verify;

use crate::args::BuildArgs;
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::output::write_whole;
use crate::project::load_sources;

/// Compiles a program and writes it to a file, as bytecode that is known to load or with the machine that runs it.
pub fn build(args: BuildArgs) -> Result<ExitCode, CliError> {
    let sources = load_sources(&args.program)?;
    let module = compile_sources(&sources, args.report)?;
    verify(&module).map_err(|error| CliError::Unsound(error.to_string()))?;
    let bytecode = encode(&module);
    if args.standalone {
        let output = args.output.unwrap_or_else(|| PathBuf::from(sources.name));
        standalone_program(&bytecode, &output)?;
    } else {
        let output = args
            .output
            .unwrap_or_else(|| PathBuf::from(format!("{}.snowb", sources.name)));
        write_whole(&output, &bytecode)?;
    }
    Ok(ExitCode::SUCCESS)
}

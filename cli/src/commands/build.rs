//! `snow build`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use snow_bytecode::encode::encode;

use crate::args::BuildArgs;
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::project::load_sources;

/// Compiles a program and writes it to a file.
pub fn build(args: BuildArgs) -> Result<ExitCode, CliError> {
    let sources = load_sources(&args.program)?;
    let module = compile_sources(&sources, args.report)?;
    let output = args
        .output
        .unwrap_or_else(|| PathBuf::from(format!("{}.snowb", sources.name)));
    write_whole(&output, &encode(&module)).map_err(|error| CliError::write(&output, error))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file, or leaves none behind when that fails half-way.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() && path.is_file() {
        // The write's own error says more than one about the clean-up.
        let _ = fs::remove_file(path);
    }
    written
}

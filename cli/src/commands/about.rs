//! `snow version` and `snow completions`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::CliError;
use crate::output::print;

/// Prints name and version.
pub fn version() -> Result<ExitCode, CliError> {
    print(concat!("snow ", env!("CARGO_PKG_VERSION"), "\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the completion script for `shell`.
pub fn completions(shell: Shell) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "snow", &mut script);
    print(&script)?;
    Ok(ExitCode::SUCCESS)
}

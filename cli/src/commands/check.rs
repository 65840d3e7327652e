//! `snow check`.

use std::process::ExitCode;

use crate::args::CheckArgs;
use crate::compiler::check_sources;
use crate::error::CliError;
use crate::project::load_sources;

/// Looks for mistakes without running anything.
pub fn check(args: CheckArgs) -> Result<ExitCode, CliError> {
    check_sources(&args.program, &load_sources(&args.program)?, args.report)?;
    Ok(ExitCode::SUCCESS)
}

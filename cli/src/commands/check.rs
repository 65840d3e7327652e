//! `snow check`.

use std::process::ExitCode;

use crate::args::CheckArgs;
use crate::compiler::{check_sources, lint_sources};
use crate::error::CliError;
use crate::project::load_sources;

/// Looks for mistakes without running anything.
pub fn check(args: CheckArgs) -> Result<ExitCode, CliError> {
    let sources = load_sources(&args.program)?;
    check_sources(&args.program, &sources, args.report)?;
    if args.lint {
        lint_sources(&sources, args.report)?;
    }
    Ok(ExitCode::SUCCESS)
}

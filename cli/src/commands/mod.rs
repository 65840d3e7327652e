//! The subcommands, one file each, and what they share.

pub mod about;
pub mod build;
pub mod check;
pub mod disasm;
pub mod fmt;
pub mod run;

use std::io::Write;

use crate::error::CliError;

/// Writes `text` to standard output, also when that is closed or full: then with an error.
fn print(text: &[u8]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(CliError::Stdout)
}

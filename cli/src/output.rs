//! Writing: files whole or not at all, and standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use snow_aot::files::{self, Mode};

use crate::error::CliError;

/// Writes `text` to standard output, also when that is closed or full: then with an error.
pub fn print(text: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(CliError::Stdout)
}

/// Writes a file. Whatever goes wrong, what was there before stays as it was, and nothing half-written is left.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let written = match fs::metadata(path) {
        // A device or a pipe is written to.
        Ok(meta) if !meta.is_file() && !meta.is_dir() => {
            File::create(path).and_then(|mut file| file.write_all(bytes))
        }
        _ => files::write(path, bytes, Mode::Plain),
    };
    written.map_err(|error| CliError::write(path, error))
}

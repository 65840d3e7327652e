//! Writing: files whole or not at all, and standard output.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::CliError;

/// Permissions of new files, before the user's mask.
const NEW_FILE: u32 = 0o666;

/// Writes `text` to standard output, also when that is closed or full: then with an error.
pub fn print(text: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(CliError::Stdout)
}

/// Writes a file. Whatever goes wrong, what was there before stays as it was, and nothing half-written is left.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    replace(path, bytes).map_err(|error| CliError::write(path, error))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match fs::metadata(path) {
        Ok(meta) if meta.is_file() => {
            // Replacing needs no right to write to the file itself; without one it is not ours to replace.
            File::options().append(true).open(path)?;
            Some(meta.permissions())
        }
        // A device or a pipe is written to, a folder refuses that.
        Ok(_) => return File::create(path)?.write_all(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // Through a link the file that it names is replaced, not the link.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".snow-")
        .permissions(Permissions::from_mode(NEW_FILE))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(&real).map_err(|error| error.error)?;
    Ok(())
}

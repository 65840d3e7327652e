//! Writing files whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use std::os::unix::fs::PermissionsExt;

/// Who may do what with a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Data.
    Plain,
    /// A program.
    Executable,
}

/// A file that takes its place when it is complete, and else leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    target: PathBuf,
}

impl NewFile {
    /// Begins a file that will be at `target`. Fails when none can be there.
    pub fn begin(target: &Path) -> io::Result<NewFile> {
        if fs::symlink_metadata(target).is_ok_and(|meta| !meta.is_file()) {
            // Replacing a folder, link or device would be a surprise.
            return match fs::metadata(target) {
                Ok(meta) if meta.is_file() => NewFile::begin(&fs::canonicalize(target)?),
                Ok(meta) if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
                _ => Err(io::Error::other("not a regular file")),
            };
        }
        let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        let file = NewFile {
            path: target.with_file_name(hidden),
            target: target.to_owned(),
        };
        File::create(&file.path)?;
        Ok(file)
    }

    /// Where the contents go until it is complete.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the contents.
    pub fn write(&self, bytes: &[u8], mode: Mode) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        file.write_all(bytes)?;
        if mode == Mode::Executable {
            let bits = file.metadata()?.permissions().mode();
            // Who may read it may run it.
            let bits = bits | (bits & 0o444) >> 2;
            file.set_permissions(fs::Permissions::from_mode(bits))?;
        }
        file.sync_all()
    }

    /// Puts the file in its place.
    pub fn finish(self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After `finish` there is nothing at this path, and else nobody to tell.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes a whole file.
pub fn write(target: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let file = NewFile::begin(target)?;
    file.write(bytes, mode)?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.into_string().expect("text"))
            .collect()
    }

    #[test]
    fn a_file_is_there_when_it_is_complete() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("a");
        let file = NewFile::begin(&target).expect("begun");
        file.write(b"half", Mode::Plain).expect("written");
        drop(file);
        assert!(names(folder.path()).is_empty());
        write(&target, b"whole", Mode::Executable).expect("written");
        assert_eq!(fs::read(&target).expect("read"), b"whole");
        let mode = fs::metadata(&target).expect("there").permissions().mode();
        assert_eq!(mode & 0o500, 0o500);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(write(folder.path(), b"x", Mode::Plain).is_err());
        let error = write(Path::new("/dev/null"), b"x", Mode::Plain).expect_err("a device");
        assert_eq!(error.to_string(), "not a regular file");
        let (link, real) = (folder.path().join("link"), folder.path().join("real"));
        fs::write(&real, "old").expect("written");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        write(&link, b"new", Mode::Plain).expect("written");
        assert_eq!(fs::read(&real).expect("read"), b"new");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    }
}

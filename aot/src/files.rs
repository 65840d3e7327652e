//! Writing files whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::NamedTempFile;

/// Permissions of new files, before the user's mask.
const NEW_FILE: u32 = 0o666;

/// Who may do what with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Data.
    Plain,
    /// A program: who may read it may run it.
    Executable,
}

/// A file that takes its place when it is complete, and else leaves what was there before, and nothing besides.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    target: PathBuf,
    permissions: Permissions,
}

impl NewFile {
    /// Begins a file that will be at `target`. Fails when none can be there.
    pub fn begin(target: &Path) -> io::Result<NewFile> {
        let before = match fs::metadata(target) {
            Ok(meta) if meta.is_file() => {
                // Replacing needs no right to write to the file itself; without one it is not ours to replace.
                File::options().append(true).open(target)?;
                Some(meta.permissions())
            }
            Ok(meta) if meta.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(_) => return Err(io::Error::other("not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // Through a link the file that it names is replaced, not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let file = tempfile::Builder::new()
            .prefix(".snow-")
            .permissions(Permissions::from_mode(NEW_FILE))
            .tempfile_in(folder_of(&target))?;
        let permissions = match before {
            Some(permissions) => permissions,
            None => file.as_file().metadata()?.permissions(),
        };
        Ok(NewFile {
            file,
            target,
            permissions,
        })
    }

    /// Where the contents go until it is complete.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes the contents.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.as_file().sync_all()
    }

    /// Puts the file in its place.
    pub fn finish(self, mode: Mode) -> io::Result<()> {
        let bits = self.permissions.mode();
        let bits = match mode {
            Mode::Plain => bits,
            Mode::Executable => bits | (bits & 0o444) >> 2,
        };
        fs::set_permissions(self.file.path(), Permissions::from_mode(bits))?;
        fs::rename(self.file.path(), &self.target)
    }
}

/// The folder that a file is in.
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Writes a whole file.
pub fn write(target: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let mut file = NewFile::begin(target)?;
    file.write(bytes)?;
    file.finish(mode)
}

/// Removes the oldest files with an extension from a folder until the others have at most `most` bytes.
pub fn forget_oldest(folder: &Path, extension: &str, most: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_meant = entry.path().extension().is_some_and(|ext| ext == extension);
        // Another process may have removed it in the meantime.
        if let (true, Ok(meta)) = (is_meant, entry.metadata()) {
            let time = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            files.push((time, meta.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, len, _)| len).sum();
    for (_, len, path) in files {
        if total <= most {
            break;
        }
        total -= len;
        let _ = fs::remove_file(path);
    }
    Ok(())
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

    fn mode(path: &Path) -> u32 {
        let meta = fs::metadata(path).expect("there");
        meta.permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_there_when_it_is_complete() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("a");
        let mut file = NewFile::begin(&target).expect("begun");
        file.write(b"half").expect("written");
        drop(file);
        assert!(names(folder.path()).is_empty());
        write(&target, b"whole", Mode::Plain).expect("written");
        assert_eq!(fs::read(&target).expect("read"), b"whole");
        assert_eq!(mode(&target) & 0o111, 0);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn the_oldest_files_are_forgotten() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (age, name) in ["a.o", "b.o", "c.o", "d.other"].iter().enumerate() {
            let path = folder.path().join(name);
            fs::write(&path, [0; 100]).expect("written");
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64);
            let file = File::open(&path).expect("there");
            file.set_modified(time).expect("set");
        }
        forget_oldest(folder.path(), "o", 250).expect("forgotten");
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, ["b.o", "c.o", "d.other"]);
    }

    #[test]
    fn who_may_read_a_program_may_run_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("a");
        fs::write(&target, "old").expect("written");
        fs::set_permissions(&target, Permissions::from_mode(0o640)).expect("set");
        write(&target, b"new", Mode::Plain).expect("written");
        assert_eq!(mode(&target), 0o640);
        write(&target, b"new", Mode::Executable).expect("written");
        assert_eq!(mode(&target), 0o750);
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

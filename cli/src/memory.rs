//! What checks remember, on disk: a file for each project in the user's cache.
//!
//! A file is worth something only to the command that has written it, so it names that command. What is damaged, cut off or of another
//! command counts as nothing remembered, and is written anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use snow_aot::cache::Cache;
use snow_aot::files::{self, Mode};
use snow_lang::incremental::{Hash, Memory};

use crate::project::Sources;

/// First bytes of every file; the last one changes with its form.
const MAGIC: [u8; 8] = *b"snowchk\x02";
/// Extension of the files.
const EXTENSION: &str = "check";
/// Bytes before what is remembered: magic, command, hash of the rest.
const HEADER: usize = 40;
/// Less text than this is checked from scratch before a file could be read.
const SMALLEST: usize = 64 << 10;
/// Files above this many bytes in all are forgotten, the oldest first.
const MOST_BYTES: u64 = 256 << 20;

/// Where the memory of a project's checks is kept.
pub struct Kept {
    path: PathBuf,
    command: Hash,
}

impl Kept {
    /// The place for a program; none when it is small, or nothing is to be kept.
    pub fn of(program: &Path, sources: &Sources) -> Option<Kept> {
        let bytes: usize = sources.modules.iter().map(|module| module.text.len()).sum();
        if bytes < SMALLEST {
            return None;
        }
        let program = fs::canonicalize(program).ok()?;
        let name = Hash::of(program.as_os_str().as_encoded_bytes());
        let name: String = name
            .to_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(Kept {
            path: Cache::of_user()?
                .folder()
                .join(format!("{name}.{EXTENSION}")),
            command: this_command()?,
        })
    }

    /// What is remembered; nothing if the file is absent, damaged, or of another command.
    pub fn load(&self) -> Memory {
        let bytes = fs::read(&self.path).unwrap_or_default();
        let whole = bytes
            .split_at_checked(HEADER)
            .is_some_and(|(header, body)| header == self.header(body));
        let remembered = whole.then(|| Memory::decode(bytes, HEADER)).flatten();
        remembered.unwrap_or_default()
    }

    /// Keeps what is to be remembered. When that fails, the next check takes longer, which is all.
    pub fn save(&self, memory: &Memory) {
        let Ok(body) = memory.encode() else { return };
        let mut bytes = self.header(&body).to_vec();
        bytes.extend(body);
        let Some(folder) = self.path.parent() else {
            return;
        };
        let _ = fs::create_dir_all(folder)
            .and_then(|()| files::write(&self.path, &bytes, Mode::Plain))
            .and_then(|()| files::forget_oldest(folder, EXTENSION, MOST_BYTES));
    }

    fn header(&self, body: &[u8]) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&MAGIC);
        header[8..24].copy_from_slice(&self.command.to_bytes());
        header[24..].copy_from_slice(&Hash::of(body).to_bytes());
        header
    }
}

/// What tells this command from other builds of it.
fn this_command() -> Option<Hash> {
    let meta = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let built = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let version = env!("CARGO_PKG_VERSION");
    let identity = format!("{version} {} {}", meta.len(), built.as_nanos());
    Some(Hash::of(identity.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use snow_lang::check::StdImage;
    use snow_lang::incremental::{Source, check};

    fn kept(folder: &Path, command: &str) -> Kept {
        Kept {
            path: folder.join("new").join("a.check"),
            command: Hash::of(command.as_bytes()),
        }
    }

    fn remembers(kept: &Kept) -> bool {
        kept.load().encode().expect("a form") != Memory::default().encode().expect("a form")
    }

    #[test]
    fn what_is_damaged_or_foreign_is_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ours = kept(folder.path(), "ours");
        assert!(!remembers(&ours));
        let source = Source {
            path: "main.snow",
            module: "Main",
            text: "fn main() = ()\n",
        };
        let memory = check(&[source], &StdImage::default(), Memory::default()).memory;
        ours.save(&memory);
        assert!(remembers(&ours));
        assert!(!remembers(&kept(folder.path(), "another")));
        let whole = fs::read(&ours.path).expect("there");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&ours.path, &damaged).expect("written");
            assert!(!remembers(&ours), "byte {at}");
            fs::write(&ours.path, &whole[..at]).expect("written");
            assert!(!remembers(&ours), "cut at {at}");
        }
        ours.save(&memory);
        assert!(remembers(&ours), "written anew");
    }
}

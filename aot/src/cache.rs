//! Compiled objects of earlier runs, by a hash of all that decides what is in them.

use std::env;
use std::fs;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};

use siphasher::sip128::{Hasher128, SipHasher13};
use snow_vm::abi::layout::ABI_VERSION;

use crate::files::{self, Mode};
use crate::protocol::{Job, PROTOCOL_VERSION};

/// First bytes of every entry; the last one changes with the form of entries.
const MAGIC: [u8; 8] = *b"snowobj\x02";

/// Extension of entries.
const EXTENSION: &str = "o";

/// Bytes before the objects: magic, checksum.
const HEADER: usize = 24;

/// Entries above this many bytes in all are forgotten, the oldest first.
const MOST_BYTES: u64 = 512 << 20;

/// Name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u128);

impl Key {
    /// The key of what a worker makes of a program.
    pub fn of(bytecode: &[u8], job: &Job, identity: &str) -> io::Result<Key> {
        let job = postcard::to_stdvec(job).map_err(io::Error::other)?;
        let mut hasher = SipHasher13::new();
        hasher.write_u32(ABI_VERSION);
        hasher.write_u32(PROTOCOL_VERSION);
        for part in [identity.as_bytes(), &job, bytecode] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
        Ok(Key(hasher.finish128().as_u128()))
    }
}

/// A folder of entries.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The user's cache: `$SNOW_CACHE`, or `snow` in the folder that the system has for such. None when there is no such place, or
    /// `$SNOW_CACHE` is empty.
    pub fn of_user() -> Option<Cache> {
        let named = env::var_os("SNOW_CACHE").map(PathBuf::from);
        let folder = named.or_else(|| {
            let caches = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
            let caches = caches.filter(|path| path.is_absolute()).or_else(home);
            caches.map(|folder| folder.join("snow"))
        })?;
        (!folder.as_os_str().is_empty()).then_some(Cache { folder })
    }

    /// The cache in a folder, which is made when it is needed.
    pub fn in_folder(folder: &Path) -> Cache {
        Cache {
            folder: folder.to_owned(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The objects of an entry; one that is damaged is none.
    pub fn get(&self, key: Key) -> Option<Vec<Vec<u8>>> {
        let bytes = fs::read(self.path(key)).ok()?;
        let (header, objects) = bytes.split_first_chunk::<HEADER>()?;
        if *header != header_of(objects) {
            return None;
        }
        postcard::from_bytes(objects).ok()
    }

    /// Adds an entry.
    pub fn put(&self, key: Key, objects: &[Vec<u8>]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let objects = postcard::to_stdvec(objects).map_err(io::Error::other)?;
        let mut bytes = header_of(&objects).to_vec();
        bytes.extend(objects);
        files::write(&self.path(key), &bytes, Mode::Plain)?;
        files::forget_oldest(&self.folder, EXTENSION, MOST_BYTES)
    }

    fn path(&self, key: Key) -> PathBuf {
        self.folder.join(format!("{:032x}.{EXTENSION}", key.0))
    }
}

fn header_of(objects: &[u8]) -> [u8; HEADER] {
    let mut hasher = SipHasher13::new();
    hasher.write(objects);
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&MAGIC);
    header[8..].copy_from_slice(&hasher.finish128().as_u128().to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Cpu, Emit, JobKind, OptLevel, Options};

    fn key(bytecode: &[u8], opt: OptLevel, identity: &str) -> Key {
        let options = Options {
            opt,
            cpu: Cpu::Generic,
            emit: Emit::Object,
            debug_info: false,
        };
        let job = Job {
            kind: JobKind::Program,
            options,
        };
        Key::of(bytecode, &job, identity).expect("a key")
    }

    #[test]
    fn everything_that_matters_is_in_the_key() {
        let first = key(b"a", OptLevel::O1, "x");
        assert_eq!(first, key(b"a", OptLevel::O1, "x"));
        assert_ne!(first, key(b"b", OptLevel::O1, "x"));
        assert_ne!(first, key(b"a", OptLevel::O2, "x"));
        assert_ne!(first, key(b"a", OptLevel::O1, "y"));
    }

    #[test]
    fn a_damaged_entry_is_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::in_folder(&folder.path().join("new"));
        let key = key(b"a", OptLevel::O1, "x");
        assert_eq!(cache.get(key), None);
        let objects = [b"first".to_vec(), b"second".to_vec()];
        cache.put(key, &objects).expect("written");
        assert_eq!(cache.get(key).as_deref(), Some(&objects[..]));
        let whole = fs::read(cache.path(key)).expect("there");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(cache.path(key), &damaged).expect("written");
            assert_eq!(cache.get(key), None, "byte {at}");
            fs::write(cache.path(key), &whole[..at]).expect("written");
            assert_eq!(cache.get(key), None, "cut at {at}");
        }
    }
}

//! The secret that the nodes of a cluster share.

use ring::rand::{SecureRandom, SystemRandom};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Bytes that a cookie has at least.
pub const MIN_LEN: usize = 16;
/// Bytes that a file of a cookie may have.
const MAX_LEN: u64 = 4096;

/// A cookie. It is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie(Box<[u8]>);

/// Why there is no cookie.
#[derive(Debug, thiserror::Error)]
pub enum CookieError {
    /// It is too easy to guess.
    #[error("the cookie has fewer than {MIN_LEN} bytes")]
    Short,
    /// Others could read it.
    #[error("the cookie file {0} can be read by others; make it yours alone: chmod 600 {0}")]
    Open(PathBuf),
    /// Somebody else has made it.
    #[error("the cookie file {0} belongs to another user")]
    Foreign(PathBuf),
    /// It cannot be a cookie.
    #[error("the cookie file {0} is no file of at most {MAX_LEN} bytes")]
    NoFile(PathBuf),
    /// The file cannot be read or made.
    #[error("the cookie file {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// There is no place for it.
    #[error(
        "no cookie file is given, and neither XDG_CONFIG_HOME nor HOME says where one could be"
    )]
    NoHome,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandom,
}

impl Cookie {
    /// A cookie of these bytes.
    pub fn new(bytes: &[u8]) -> Result<Cookie, CookieError> {
        match bytes.len() {
            MIN_LEN.. => Ok(Cookie(bytes.into())),
            _ => Err(CookieError::Short),
        }
    }

    /// The cookie in a file, without white space around it.
    pub fn from_file(path: &Path) -> Result<Cookie, CookieError> {
        let in_file = |error| CookieError::Io {
            path: path.to_owned(),
            error,
        };
        // What was opened is what is looked at: the name may lead elsewhere meanwhile.
        let file = open(path).map_err(in_file)?;
        let meta = file.metadata().map_err(in_file)?;
        if !meta.is_file() || meta.len() > MAX_LEN {
            return Err(CookieError::NoFile(path.to_owned()));
        }
        if meta.mode() & 0o077 != 0 {
            return Err(CookieError::Open(path.to_owned()));
        }
        if !is_ours(&meta) {
            return Err(CookieError::Foreign(path.to_owned()));
        }
        let mut bytes = Vec::new();
        let read = file.take(MAX_LEN).read_to_end(&mut bytes);
        read.map_err(in_file)?;
        Cookie::new(bytes.trim_ascii())
    }

    /// The cookie of the user, which is made when there is none.
    pub fn of_user() -> Result<Cookie, CookieError> {
        let path = user_file().ok_or(CookieError::NoHome)?;
        match Cookie::from_file(&path) {
            Err(CookieError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                make(&path)?;
                Cookie::from_file(&path)
            }
            other => other,
        }
    }

    /// Makes a file with a random cookie.
    pub fn make_file(path: &Path) -> Result<(), CookieError> {
        make(path)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn open(path: &Path) -> io::Result<File> {
    // A pipe without a writer would keep us waiting.
    const O_NONBLOCK: i32 = 0o4000;
    OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(path)
}

/// Whether a file belongs to who runs the program: the owner of the process's own entry in `/proc`.
fn is_ours(meta: &fs::Metadata) -> bool {
    match fs::metadata("/proc/self") {
        Ok(own) => own.uid() == meta.uid() || own.uid() == 0,
        Err(_) => true,
    }
}

fn user_file() -> Option<PathBuf> {
    let folder = match std::env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".config"),
    };
    Some(folder.join("snow").join("cookie"))
}

/// Makes a file with a random cookie. Another process that does the same at once does no harm: the first to name its file wins.
fn make(path: &Path) -> Result<(), CookieError> {
    let in_file = |error| CookieError::Io {
        path: path.to_owned(),
        error,
    };
    let mut random = [0; 32];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| CookieError::NoRandom)?;
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(in_file)?;
    let own = folder.join(format!(".cookie-{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&own)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    // A link, not a rename: it fails when the name is taken.
    let named = written.and_then(|()| fs::hard_link(&own, path));
    let _ = fs::remove_file(&own);
    match named {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map_err(in_file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn file(mode: u32, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cookie");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        (folder, path)
    }

    #[test]
    fn a_file_gives_its_text_without_space_around_it() {
        let (_folder, path) = file(0o600, " sixteen bytes at least\n");
        let cookie = Cookie::from_file(&path).expect("a cookie");
        assert_eq!(cookie.bytes(), b"sixteen bytes at least");
    }

    #[test]
    fn what_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o622, 0o601] {
            let (_folder, path) = file(mode, "sixteen bytes at least");
            let refused = Cookie::from_file(&path);
            assert!(matches!(refused, Err(CookieError::Open(_))), "{mode:o}");
        }
    }

    #[test]
    fn short_ones_folders_and_huge_files_are_refused() {
        let (_folder, path) = file(0o600, "fifteen bytes!!\n");
        assert!(matches!(Cookie::from_file(&path), Err(CookieError::Short)));
        let (_folder, path) = file(0o600, &"x".repeat(5000));
        assert!(matches!(
            Cookie::from_file(&path),
            Err(CookieError::NoFile(_))
        ));
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(
            Cookie::from_file(folder.path()),
            Err(CookieError::NoFile(_))
        ));
    }

    #[test]
    fn a_missing_one_is_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("snow").join("cookie");
        make(&path).expect("made");
        let first = Cookie::from_file(&path).expect("a cookie");
        assert_eq!(first.bytes().len(), 64);
        make(&path).expect("left alone");
        assert!(Cookie::from_file(&path).expect("a cookie") == first);
        let kept = fs::read_dir(path.parent().expect("a folder")).expect("read");
        assert_eq!(kept.count(), 1);
    }
}

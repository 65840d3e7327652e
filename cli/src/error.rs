//! What can go wrong around a compilation: one message each, and an exit code.

use std::io;
use std::path::{Path, PathBuf};

use snow_aot::build::BuildError;
use snow_aot::tier::{BadThreshold, TierError};

/// A reason to stop with a message.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {}", path.display(), describe(source))]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {}", path.display(), describe(source))]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Standard output that cannot be written.
    #[error("cannot write to standard output: {}", describe(.0))]
    Stdout(io::Error),
    /// A source file that is not UTF-8.
    #[error("{} is not UTF-8 text (byte {at} cannot be decoded); Snow sources are UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Offset of the first bad byte.
        at: usize,
    },
    /// A folder that is no project.
    #[error("{} has no main.snow (and no snow.toml that names another main file)", .0.display())]
    NoMain(PathBuf),
    /// A `snow.toml` that cannot be understood.
    #[error("{}: {message}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file that cannot be a module.
    #[error("{} cannot be a module: {reason}", path.display())]
    ModuleName {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file that is neither source nor bytecode.
    #[error("{} is neither a .snow file, a project folder nor a .snowb file", .0.display())]
    UnknownKind(PathBuf),
    /// A folder or source where bytecode makes no sense.
    #[error("{} is already bytecode", .0.display())]
    AlreadyBytecode(PathBuf),
    /// A bytecode file that is damaged or from another version.
    #[error("{} cannot be loaded: {reason}", path.display())]
    Bytecode {
        /// The file.
        path: PathBuf,
        /// What the decoder or verifier says.
        reason: String,
    },
    /// An environment variable that makes no sense.
    #[error("{0}")]
    Environment(snow_vm::run::BadVariable),
    /// Nothing was made for a cluster.
    #[error("{0}")]
    Cluster(String),
    /// There is no session on another node.
    #[error(
        "there is no session on {0}: this version of snow evaluates nothing on running nodes; `snow node call` runs a function there"
    )]
    NoRemote(String),
    /// No native code, or nothing to run it with.
    #[error(transparent)]
    Native(BuildError),
    /// No native code for a program that is to be run with it.
    #[error(transparent)]
    Tier(TierError),
    /// A setting of the hot tier that makes no sense.
    #[error(transparent)]
    TierSettings(BadThreshold),
    /// A mistake of the compiler.
    #[error("the compiler gave neither a program nor a reason; please report this")]
    NoReason,
    /// A mistake of the compiler: it made code that nobody would load.
    #[error("the compiler made code that does not verify: {0}; please report this")]
    Unsound(String),
    /// A code that no diagnostic has.
    #[error("no diagnostic has the code {0}; docs/errors.md lists them all")]
    UnknownCode(String),
    /// Diagnostics that were already printed.
    #[error("{}", summary(*errors, *warnings))]
    Diagnostics {
        /// Whether they were printed as JSON.
        json: bool,
        /// How many errors.
        errors: usize,
        /// How many warnings that count as errors.
        warnings: usize,
    },
}

impl CliError {
    /// An error about reading `path`.
    pub fn read(path: &Path, source: io::Error) -> CliError {
        CliError::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// An error about writing `path`.
    pub fn write(path: &Path, source: io::Error) -> CliError {
        CliError::Write {
            path: path.to_owned(),
            source,
        }
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> CliError {
        match error {
            BuildError::Read { path, error } => CliError::read(&path, error),
            BuildError::Write { path, error } => CliError::write(&path, error),
            other => CliError::Native(other),
        }
    }
}

/// The operating system's words without its error number.
fn describe(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, warnings) => format!("{} (denied)", count(warnings, "warning")),
        (errors, _) => count(errors, "error"),
    }
}

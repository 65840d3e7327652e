//! From bytecode to an executable or another form of native code.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cache::{Cache, Key};
use crate::files::{self, Mode, NewFile};
use crate::find::{Missing, RUNTIME, STANDALONE};
use crate::link::{LinkError, Symbols, link};
use crate::protocol::{Emit, Job, JobKind, Options};
use crate::worker::{Worker, WorkerError};

/// Why there is no native code.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The worker gives none.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// A part of the installation is missing.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It cannot be linked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl BuildError {
    fn write(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
        move |error| BuildError::Write {
            path: path.to_owned(),
            error,
        }
    }
}

/// What the worker has made.
pub struct Compiled {
    /// Native code, in the form that was asked for: objects, or one text.
    pub files: Vec<Vec<u8>>,
    /// Why later builds cannot use it again, when they should.
    pub unkept: Option<BuildError>,
}

/// Native code of a whole program, in the form that the options ask for.
pub fn compile_program(
    bytecode: Vec<u8>,
    options: Options,
    cache: Option<&Cache>,
) -> Result<Compiled, BuildError> {
    compile(bytecode, JobKind::Program, options, cache)
}

/// What the worker makes of a program; objects of earlier builds are used again.
pub fn compile(
    bytecode: Vec<u8>,
    kind: JobKind,
    options: Options,
    cache: Option<&Cache>,
) -> Result<Compiled, BuildError> {
    let mut worker = Worker::start()?;
    let job = Job { kind, options };
    let cache = cache.filter(|_| matches!(options.emit, Emit::Object | Emit::Objects));
    let key = Key::of(&bytecode, &job, &worker.identity());
    let entry = cache.zip(key.ok());
    if let Some(files) = entry.and_then(|(cache, key)| cache.get(key)) {
        let unkept = None;
        return Ok(Compiled { files, unkept });
    }
    worker.load(bytecode)?;
    let files = worker.compile(job)?.files;
    let unkept = entry.and_then(|(cache, key)| {
        let stored = cache.put(key, &files);
        stored.map_err(BuildError::write(cache.folder())).err()
    });
    Ok(Compiled { files, unkept })
}

/// An executable of the objects of a whole program.
pub fn link_program(
    objects: &[Vec<u8>],
    symbols: Symbols,
    output: &Path,
) -> Result<(), BuildError> {
    let runtime = RUNTIME.find()?;
    let executable = NewFile::begin(output).map_err(BuildError::write(output))?;
    let folder = files::folder_of(output);
    let beside = objects.iter().map(|object| object_file(object, folder));
    let beside: io::Result<Vec<NamedTempFile>> = beside.collect();
    let beside = beside.map_err(BuildError::write(output))?;
    let paths: Vec<&Path> = beside.iter().map(NamedTempFile::path).collect();
    link(&paths, &runtime, symbols, &executable)?;
    let finished = executable.finish(Mode::Executable);
    finished.map_err(BuildError::write(output))
}

/// The object as a file for the linker; gone when dropped.
fn object_file(object: &[u8], folder: &Path) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".snow-")
        .suffix(".o")
        .tempfile_in(folder)?;
    file.write_all(object)?;
    Ok(file)
}

/// An executable that runs bytecode in the interpreter: needs neither LLVM nor a linker.
pub fn standalone_program(bytecode: &[u8], output: &Path) -> Result<(), BuildError> {
    let runtime = STANDALONE.find()?;
    let executable = std::fs::read(&runtime).map_err(|error| BuildError::Read {
        path: runtime,
        error,
    })?;
    let file = snow_vm::embedded::appended::append(&executable, bytecode);
    files::write(output, &file, Mode::Executable).map_err(BuildError::write(output))
}

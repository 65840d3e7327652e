//! The client of the process that knows LLVM.

use std::io::{self, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use snow_vm::abi::layout::ABI_VERSION;

use crate::find::{Missing, WORKER};
use crate::protocol::{
    Compiled, Hello, Job, PROTOCOL_VERSION, Request, Response, read_frame, read_hello, write_frame,
};

/// Why the worker gives no code.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is none.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It cannot be started.
    #[error("cannot start {}: {error}", path.display())]
    Start {
        /// The worker.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The library that it needs is not installed.
    #[error(
        "{} needs LLVM 19, which is not installed (Debian: apt-get install libllvm19)",
        path.display()
    )]
    NoLlvm {
        /// The worker.
        path: PathBuf,
    },
    /// It does not fit this command.
    #[error(
        "{} is of another version than this command (protocol {}, ABI {}; needed: protocol {PROTOCOL_VERSION}, ABI {ABI_VERSION})",
        path.display(), hello.protocol, hello.abi
    )]
    Version {
        /// The worker.
        path: PathBuf,
        /// What it said.
        hello: Hello,
    },
    /// It ended or said something that makes no sense.
    #[error("the compiler for native code, {}, {what}", path.display())]
    Died {
        /// The worker.
        path: PathBuf,
        /// What it did, and its last words.
        what: String,
    },
    /// It cannot compile this program.
    #[error("native code: {0}")]
    Failed(String),
}

/// A running worker. Ended when dropped.
pub struct Worker {
    path: PathBuf,
    hello: Hello,
    process: Process,
}

/// Milliseconds that a worker has to end after it has closed its output.
const PATIENCE: u32 = 500;

/// Ends a worker, also from another thread; then all that it is asked fails.
#[derive(Clone)]
pub struct Killer(Arc<Mutex<Child>>);

impl Killer {
    /// Ends it, if it has not ended already.
    pub fn kill(&self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // An error means that it has ended already.
        let _ = child.kill();
    }

    /// How it has ended; a worker that still runs after a while is ended.
    fn wait(&self) -> io::Result<ExitStatus> {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..PATIENCE {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
        child.kill()?;
        child.wait()
    }
}

/// The process and its ends.
struct Process {
    child: Killer,
    requests: BufWriter<ChildStdin>,
    responses: BufReader<ChildStdout>,
    last_words: Option<JoinHandle<String>>,
}

impl Worker {
    /// Starts the worker of this installation.
    pub fn start() -> Result<Worker, WorkerError> {
        Worker::start_at(&WORKER.find()?, |_| {})
    }

    /// Starts a worker; `begun` gets what ends it before it has said a word.
    pub fn start_at(path: &Path, begun: impl FnOnce(&Killer)) -> Result<Worker, WorkerError> {
        let path = path.to_owned();
        let mut process = match Process::start(&path) {
            Ok(process) => process,
            Err(error) => return Err(WorkerError::Start { path, error }),
        };
        begun(&process.child);
        match read_hello(&mut process.responses) {
            Ok(hello) if hello.protocol == PROTOCOL_VERSION && hello.abi == ABI_VERSION => {
                Ok(Worker {
                    path,
                    hello,
                    process,
                })
            }
            Ok(hello) => Err(WorkerError::Version { path, hello }),
            Err(error) => Err(process.autopsy(path, &error)),
        }
    }

    /// What decides the code that it makes: what it says of itself, and when its file was made, so that a worker under development is
    /// a new one after each build.
    pub fn identity(&self) -> String {
        let meta = std::fs::metadata(&self.path).ok();
        let made = meta.and_then(|meta| Some((meta.len(), meta.modified().ok()?)));
        format!("{} {made:?}", self.hello.identity)
    }

    /// Gives the program that jobs are about, as a `.snowb` file.
    pub fn load(&mut self, bytecode: Vec<u8>) -> Result<(), WorkerError> {
        match self.ask(&Request::Load { bytecode })? {
            Response::Loaded => Ok(()),
            other => Err(self.unexpected(other)),
        }
    }

    /// Has something compiled.
    pub fn compile(&mut self, job: Job) -> Result<Compiled, WorkerError> {
        match self.ask(&Request::Compile(job))? {
            Response::Code(compiled) => Ok(compiled),
            other => Err(self.unexpected(other)),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Response, WorkerError> {
        let process = &mut self.process;
        let answer = write_frame(&mut process.requests, request)
            .and_then(|()| read_frame(&mut process.responses))
            .and_then(|answer| answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()));
        answer.map_err(|error| process.autopsy(self.path.clone(), &error))
    }

    fn unexpected(&self, response: Response) -> WorkerError {
        match response {
            Response::Failed { reason } => WorkerError::Failed(reason),
            _ => WorkerError::Died {
                path: self.path.clone(),
                what: "answered something else than was asked".into(),
            },
        }
    }
}

impl Process {
    fn start(path: &Path) -> io::Result<Process> {
        let mut child = Command::new(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let ends = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(requests), Some(responses), Some(errors)) = ends else {
            unreachable!("all three were asked for");
        };
        Ok(Process {
            child: Killer(Arc::new(Mutex::new(child))),
            requests: BufWriter::new(requests),
            responses: BufReader::new(responses),
            last_words: Some(thread::spawn(move || last_words(errors))),
        })
    }

    /// What a worker died of.
    fn autopsy(&mut self, path: PathBuf, error: &io::Error) -> WorkerError {
        // It is of no use any more, and may be in a state where it waits for ever.
        let died_by_itself = error.kind() != io::ErrorKind::InvalidData;
        if !died_by_itself {
            self.child.kill();
        }
        let status = self.child.wait();
        let words = self.last_words.take().and_then(|thread| thread.join().ok());
        let words = words.unwrap_or_default();
        if words.contains("libLLVM") {
            return WorkerError::NoLlvm { path };
        }
        let mut what = match status {
            Ok(status) if died_by_itself => how_it_ended(status),
            _ => format!("answered nonsense ({error})"),
        };
        if let Some(line) = words.lines().find(|line| !line.trim().is_empty()) {
            what = format!("{what}: {}", line.trim());
        }
        WorkerError::Died { path, what }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill();
        // It has ended; nobody wants to know how.
        let _ = self.child.wait();
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    format!("ended unexpectedly ({status})")
}

/// What a process writes on its standard error until it closes it; of much only the first part.
fn last_words(mut errors: impl Read) -> String {
    const MOST: u64 = 16 * 1024;
    let mut bytes = Vec::new();
    // What came before an error is still worth showing. The rest must be read, or the worker would wait for ever.
    let _ = errors.by_ref().take(MOST).read_to_end(&mut bytes);
    let _ = io::copy(&mut errors, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    /// What is said of a worker that is this shell script.
    fn verdict(script: &str) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("worker");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        loop {
            let result =
                Worker::start_at(&path, |_| {}).and_then(|mut worker| worker.load(vec![1, 2, 3]));
            let message = result.expect_err("no real worker").to_string();
            // Another test that starts a process at this moment holds the script open until its own program begins.
            if !message.contains("Text file busy") {
                return message.replace(&path.display().to_string(), "WORKER");
            }
        }
    }

    /// A script's `printf` of the first words of a worker.
    fn hello(protocol: u32, abi: u32) -> String {
        let mut bytes = Vec::new();
        let hello = Hello {
            protocol,
            abi,
            identity: "script".into(),
        };
        crate::protocol::write_hello(&mut bytes, &hello).expect("written");
        let octal: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        format!("printf '{octal}'")
    }

    #[test]
    fn a_worker_that_cannot_be_started_is_named() {
        let absent = Worker::start_at(Path::new("/nonexistent/worker"), |_| {});
        let message = absent.err().expect("absent").to_string();
        assert!(
            message.starts_with("cannot start /nonexistent/worker: "),
            "{message}"
        );
    }

    #[test]
    fn a_missing_library_names_its_package() {
        let script = "echo \"worker: error while loading shared libraries: libLLVM.so.19.1: cannot open\" >&2; exit 127";
        let message = verdict(script);
        assert!(
            message.contains("needs LLVM 19") && message.contains("libllvm19"),
            "{message}"
        );
    }

    #[test]
    fn another_version_is_refused_before_anything_is_asked() {
        let message = verdict(&hello(PROTOCOL_VERSION + 1, ABI_VERSION));
        assert!(
            message.starts_with("WORKER is of another version than this command"),
            "{message}"
        );
        let message = verdict(&hello(PROTOCOL_VERSION, ABI_VERSION + 1));
        assert!(
            message.starts_with("WORKER is of another version than this command"),
            "{message}"
        );
    }

    #[test]
    fn a_worker_that_dies_leaves_its_last_words() {
        let script = format!(
            "{}\nhead -c 1 >/dev/null; echo 'LLVM ERROR: out of luck' >&2; exit 3",
            hello(PROTOCOL_VERSION, ABI_VERSION)
        );
        let message = verdict(&script);
        assert!(
            message
                .ends_with("WORKER, ended unexpectedly (exit status: 3): LLVM ERROR: out of luck"),
            "{message}"
        );
        let message = verdict("kill -SEGV $$");
        assert!(
            message.contains("ended unexpectedly (signal: 11"),
            "{message}"
        );
    }

    #[test]
    fn nonsense_is_no_answer() {
        let message = verdict("echo 'hello, I am not a worker of Snow'; exec sleep 100");
        assert!(message.contains("answered nonsense"), "{message}");
        let script = format!(
            "{}\nprintf '\\001\\000\\000\\000\\077'; exec sleep 100",
            hello(PROTOCOL_VERSION, ABI_VERSION)
        );
        let message = verdict(&script);
        assert!(message.contains("answered nonsense"), "{message}");
    }
}

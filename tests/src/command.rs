//! Running the `snow` command with a time limit.

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a finished command left behind.
#[derive(Debug)]
pub struct Output {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The `snow` command under test: `$SNOW`, or the one beside this test in the target folder.
pub fn snow() -> Result<PathBuf, String> {
    if let Some(path) = env::var_os("SNOW") {
        return Ok(PathBuf::from(path));
    }
    let test = env::current_exe().map_err(|error| error.to_string())?;
    let profile = test.parent().and_then(Path::parent);
    let snow = profile
        .map(|folder| folder.join("snow"))
        .filter(|path| path.exists());
    snow.ok_or_else(|| "no snow command: run `cargo build -p snow` first, or set SNOW".into())
}

/// Runs `command` to its end, feeding `stdin`; ends it after `limit`.
pub fn run(command: &mut Command, stdin: &str, limit: Duration) -> Result<Output, String> {
    let mut child = start(command)?;
    let mut input = child.stdin.take();
    let text = stdin.to_owned();
    // A program that does not read its input closes the pipe; that is its right.
    let feeder = thread::spawn(move || input.as_mut().map(|pipe| pipe.write_all(text.as_bytes())));
    let stderr = read_in_background(child.stderr.take(), |_| {});
    let output = finish(child, stderr, limit);
    drop(feeder.join());
    output
}

/// Runs `command`, whose standard input ends as soon as `sign` is on its standard error; ends it after `limit`.
pub fn run_until(command: &mut Command, sign: &str, limit: Duration) -> Result<Output, String> {
    let mut child = start(command)?;
    let mut input = child.stdin.take();
    let sign = sign.to_owned();
    let stderr = read_in_background(child.stderr.take(), move |so_far| {
        if so_far
            .windows(sign.len())
            .any(|part| part == sign.as_bytes())
        {
            drop(input.take());
        }
    });
    finish(child, stderr, limit)
}

fn start(command: &mut Command) -> Result<Child, String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let deadline = Instant::now() + BUSY;
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                if Instant::now() > deadline {
                    return Err(format!("{command:?}: {error}"));
                }
                thread::sleep(Duration::from_millis(5));
            }
            done => return done.map_err(|error| format!("{command:?}: {error}")),
        }
    }
}

/// How long a file that a test has written may be busy: the child of another test has it open, too, until it begins to run its own program.
const BUSY: Duration = Duration::from_secs(10);

fn finish(
    mut child: Child,
    stderr: thread::JoinHandle<String>,
    limit: Duration,
) -> Result<Output, String> {
    let stdout = read_in_background(child.stdout.take(), |_| {});
    let code = wait(&mut child, limit);
    let stdout = stdout.join().unwrap_or_default();
    let stderr = stderr.join().unwrap_or_default();
    match code {
        Ok(code) => Ok(Output {
            code,
            stdout,
            stderr,
        }),
        Err(reason) => Err(format!("{reason}\nstdout: {stdout}\nstderr: {stderr}")),
    }
}

/// Reads all of a pipe; `seen` gets what there is so far each time that something has come.
fn read_in_background(
    pipe: Option<impl Read + Send + 'static>,
    mut seen: impl FnMut(&[u8]) + Send + 'static,
) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut part = [0; 4096];
        if let Some(mut pipe) = pipe {
            // What came before an error is still worth comparing.
            while let Ok(len @ 1..) = pipe.read(&mut part) {
                bytes.extend_from_slice(&part[..len]);
                seen(&bytes);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<i32>, String> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status.code());
        }
        if start.elapsed() > limit {
            child
                .kill()
                .and_then(|()| child.wait())
                .map_err(|error| error.to_string())?;
            return Err(format!("still running after {} s", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(2));
    }
}

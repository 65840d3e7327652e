//! Links objects and the runtime into an executable, with the system's C compiler as the linker.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::files::NewFile;

/// Why there is no executable.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no linker.
    #[error(
        "no C linker: `{0}` was not found (Debian: apt-get install gcc libc6-dev); CC names another one"
    )]
    NoLinker(String),
    /// The linker cannot be started.
    #[error("cannot start the C linker `{0}`: {1}")]
    Start(String, io::Error),
    /// The linker does not like what it gets.
    #[error("the linker failed: {0}")]
    Failed(String),
}

/// Whether the executable keeps its symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbols {
    /// For debuggers and profilers.
    Keep,
    /// For size.
    Strip,
}

/// Links. The executable is at the new file's path after that.
pub fn link(
    objects: &[&Path],
    runtime: &Path,
    symbols: Symbols,
    executable: &NewFile,
) -> Result<(), LinkError> {
    let linker = env::var_os("CC").filter(|cc| !cc.is_empty());
    let linker = linker.unwrap_or_else(|| OsString::from("cc"));
    let mut command = Command::new(&linker);
    command.arg("-o").arg(executable.path());
    command.args(objects).arg(runtime);
    // The runtime's unwinder and the C library; what no code refers to is left out.
    command.args(["-Wl,--gc-sections", "-Wl,--as-needed", "-static-libgcc"]);
    command.args(["-lm", "-lpthread", "-ldl"]);
    if symbols == Symbols::Strip {
        command.arg("-s");
    }
    let name = linker.to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LinkError::NoLinker(name.clone()),
        _ => LinkError::Start(name, error),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(LinkError::Failed(reason(&text, &output.status.to_string())))
}

/// The first line of a linker's complaints that says what is wrong.
fn reason(text: &str, status: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = lines().find(|line| line.contains("error") || line.contains("undefined"));
    let line = telling.or_else(|| lines().next());
    line.unwrap_or(status).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_what_is_wrong_is_shown() {
        let text = "/usr/bin/ld: a.o: in function `f':\na.c:(.text+0x5): undefined reference to `g'\ncollect2: error: ld returned 1 exit status\n";
        assert_eq!(
            reason(text, "exit status: 1"),
            "a.c:(.text+0x5): undefined reference to `g'"
        );
        assert_eq!(reason("", "exit status: 1"), "exit status: 1");
    }
}

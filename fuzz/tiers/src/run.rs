//! Running a program in a tier, through the `snow` command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use snow_tests::command::{self, Output};

/// How long the interpreter may take; what takes longer is not compared.
const LIMIT: Duration = Duration::from_secs(10);

/// How long another tier may take, compiling included: only what hangs takes longer, also on a busy machine.
const NATIVE_LIMIT: Duration = Duration::from_secs(600);

/// What programs read: short lines, and among them the one that ends their loops.
const INPUT: &str = "one\ntwo\n3\nstop\nübung\n";

/// A way to execute a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The interpreter.
    Vm,
    /// Compiled before it begins.
    Native,
    /// Begun by the interpreter, and compiled while it runs.
    Hot,
    /// Compiled to an executable.
    Executable,
}

/// What a run showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output.
    pub stdout: String,
    /// The exit code; none after a signal.
    pub code: Option<i32>,
    /// The crash report.
    pub report: String,
    /// Objects alive at the end.
    pub live: Option<String>,
}

/// Why there is no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It took too long.
    Slow,
    /// The compiler did not take it.
    Rejected(String),
}

/// A `snow` command and a place to work.
pub struct Runner {
    snow: PathBuf,
    folder: PathBuf,
    /// Whether `snow run` knows more than the interpreter.
    has_tiers: bool,
    /// The tiers that this command has besides the interpreter.
    pub others: Vec<Tier>,
}

impl Runner {
    /// Runs programs with this command in this folder.
    pub fn new(snow: PathBuf, folder: PathBuf) -> Result<Runner, String> {
        let help = |words: &[&str]| {
            let mut command = Command::new(&snow);
            command::run(command.args(words), "", LIMIT).map(|output| output.stdout)
        };
        let mut others = Vec::new();
        let has_tiers = help(&["run", "--help"])?.contains("--tier");
        if has_tiers {
            others.extend([Tier::Native, Tier::Hot]);
        }
        if help(&["--help"])?.contains("\n  aot ") {
            others.push(Tier::Executable);
        }
        Ok(Runner {
            snow,
            folder,
            has_tiers,
            others,
        })
    }

    /// Makes the text the program that is run next.
    pub fn load(&self, text: &str) -> Result<(), String> {
        let file = self.file();
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Runs the program in a tier.
    pub fn run(&self, tier: Tier) -> Result<Result<Outcome, Failure>, String> {
        let mut command = match tier {
            Tier::Executable => match self.compiled()? {
                Ok(command) => command,
                Err(failure) => return Ok(Err(failure)),
            },
            _ => {
                let mut command = Command::new(&self.snow);
                command.arg("run").args(self.option(tier)).arg(self.file());
                command
            }
        };
        command
            .env("SNOW_HEAP_STATS", "1")
            .env("SNOW_TIER_THRESHOLD", "1")
            .env("NO_COLOR", "1");
        let limit = if tier == Tier::Vm {
            LIMIT
        } else {
            NATIVE_LIMIT
        };
        self.finish(&mut command, limit)
    }

    fn option(&self, tier: Tier) -> Option<&'static str> {
        match tier {
            Tier::Native => Some("--tier=native"),
            Tier::Hot => Some("--tier=auto"),
            Tier::Vm if self.has_tiers => Some("--tier=vm"),
            Tier::Vm | Tier::Executable => None,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("program.snow")
    }

    /// Compiles the program; the command is the executable.
    fn compiled(&self) -> Result<Result<Command, Failure>, String> {
        let executable = self.folder.join("program");
        let mut command = Command::new(&self.snow);
        command
            .args(["aot", "-O1"])
            .arg(self.file())
            .arg("-o")
            .arg(&executable);
        let Some(output) = within(&mut command, NATIVE_LIMIT)? else {
            return Ok(Err(Failure::Slow));
        };
        Ok(match output.code {
            Some(0) => Ok(Command::new(executable)),
            _ => Err(Failure::Rejected(output.stderr)),
        })
    }

    fn finish(
        &self,
        command: &mut Command,
        limit: Duration,
    ) -> Result<Result<Outcome, Failure>, String> {
        let Some(output) = within(command, limit)? else {
            return Ok(Err(Failure::Slow));
        };
        let (report, live) = report_of(&output.stderr, &self.folder);
        // A program that was rejected has no counts, and one that was killed has no exit code.
        if live.is_none() && output.code.is_some() {
            return Ok(Err(Failure::Rejected(output.stderr)));
        }
        Ok(Ok(Outcome {
            stdout: output.stdout,
            code: output.code,
            report,
            live,
        }))
    }
}

/// Runs a command; nothing when it takes too long.
fn within(command: &mut Command, limit: Duration) -> Result<Option<Output>, String> {
    match command::run(command, &INPUT.repeat(40), limit) {
        Ok(output) => Ok(Some(output)),
        Err(reason) if reason.starts_with("still running") => Ok(None),
        Err(reason) => Err(reason),
    }
}

/// The crash report without warnings of the compiler, and the number of live objects. The folder is left
/// out, since an executable knows only the path it was compiled from.
fn report_of(stderr: &str, folder: &Path) -> (String, Option<String>) {
    let mut live = None;
    let mut report = Vec::new();
    for line in stderr.lines() {
        if let Some(counts) = line.strip_prefix("heap: ") {
            let mut fields = counts.split_whitespace();
            live = fields
                .find_map(|field| field.strip_prefix("live="))
                .map(str::to_owned);
        } else if !report.is_empty() || line.starts_with("crash:") || line.contains("panicked") {
            report.push(line.replace(&format!("{}/", folder.display()), ""));
        }
    }
    (report.join("\n"), live)
}

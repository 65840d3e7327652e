//! Finding test programs and reading what is expected of them.

use std::fs;
use std::path::{Path, PathBuf};

/// A test program and its expectations.
#[derive(Clone, Debug)]
pub struct Case {
    /// `section/name`, as shown and filtered.
    pub name: String,
    /// The folder the command runs in.
    pub folder: PathBuf,
    /// What is given to `snow run`: a file or a project folder, relative to `folder`.
    pub program: String,
}

/// What a program is expected to do.
#[derive(Debug, Default)]
pub struct Expected {
    /// Standard output, exactly.
    pub stdout: String,
    /// Text given on standard input.
    pub stdin: String,
    /// Arguments after the program.
    pub args: Vec<String>,
    /// Among which tests it runs.
    pub length: Length,
    /// Variables of the environment, with their values.
    pub env: Vec<(String, String)>,
    /// How it ends.
    pub end: End,
    /// Bounds on the numbers of the `heap:` line.
    pub heap: Vec<HeapBound>,
}

/// How much is tested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// What every change is tested with.
    #[default]
    Short,
    /// Programs that have a `.long` file, with the arguments there: the same, many times over.
    Long,
}

impl Length {
    /// What the environment asks for: `SNOW_TEST_LONG=1`.
    pub fn from_environment() -> Length {
        match std::env::var_os("SNOW_TEST_LONG") {
            Some(value) if !value.is_empty() => Length::Long,
            _ => Length::Short,
        }
    }

    /// The extension of the file with arguments.
    fn args(self) -> &'static str {
        match self {
            Length::Short => "args",
            Length::Long => "long",
        }
    }
}

/// How a program ends.
#[derive(Debug, Default)]
pub enum End {
    /// With exit code 0 and nothing on standard error.
    #[default]
    Success,
    /// With this exit code and these lines on standard error (see [`crate::check`]).
    Report {
        /// The exit code.
        code: i32,
        /// The lines; `_` stands for any number and `...` for any lines.
        stderr: Vec<String>,
    },
    /// It does not compile: these diagnostics, in source order.
    Diagnostics(Vec<ExpectedDiagnostic>),
}

/// One line of a `.diag` file: `E0001 3: text of the message`.
#[derive(Debug)]
pub struct ExpectedDiagnostic {
    /// The code; warnings have one too.
    pub code: String,
    /// The file, when the case is a project of several.
    pub file: Option<String>,
    /// The line of the first span.
    pub line: u64,
    /// What the message must contain.
    pub text: String,
}

/// One line of a `.heap` file: `allocations <= 1000`.
#[derive(Debug)]
pub struct HeapBound {
    /// Name of the number.
    pub name: String,
    /// Largest value allowed.
    pub most: u64,
}

impl Case {
    /// All cases below `root`, in name order: each `.snow` file in a section folder, and each
    /// folder there that has a `main.snow` or a `snow.toml`.
    pub fn discover(root: &Path) -> Result<Vec<Case>, String> {
        let sections = entries(root)?;
        let sections = sections.iter().filter(|path| path.is_dir());
        let cases: Result<Vec<_>, _> = sections.map(|section| Case::in_section(section)).collect();
        Ok(cases?.concat())
    }

    /// The cases of one section folder.
    pub fn in_section(section: &Path) -> Result<Vec<Case>, String> {
        let mut cases = Vec::new();
        for path in entries(section)? {
            let is_project = path.join("main.snow").is_file() || path.join("snow.toml").is_file();
            let is_program = path.extension().is_some_and(|ext| ext == "snow");
            if is_project || is_program {
                cases.push(Case {
                    name: format!("{}/{}", file_name(section), stem(&path)),
                    program: file_name(&path),
                    folder: section.to_owned(),
                });
            }
        }
        Ok(cases)
    }

    /// Whether the program is run, not only checked.
    pub fn is_run(&self) -> bool {
        !self
            .folder
            .join(&self.program)
            .with_extension("diag")
            .exists()
    }

    /// Whether it is among the tests of this length.
    pub fn belongs_to(&self, length: Length) -> bool {
        let arguments = self
            .folder
            .join(&self.program)
            .with_extension(length.args());
        length == Length::Short || arguments.exists()
    }

    /// Reads the expectations beside the program; a case without any is an error.
    pub fn expected(&self, length: Length) -> Result<Expected, String> {
        let diagnostics = self.beside("diag")?;
        let report = self.beside("err")?;
        let stdout = self.beside("out")?;
        if diagnostics.is_none() && report.is_none() && stdout.is_none() {
            return Err(
                "nothing is expected of this program: add a .out, .err or .diag file".into(),
            );
        }
        let end = match (diagnostics, report) {
            (Some(_), Some(_)) => return Err("both .diag and .err".into()),
            (Some(text), None) => End::Diagnostics(parse_lines(&text, parse_diagnostic)?),
            (None, Some(text)) => parse_report(&text)?,
            (None, None) => End::Success,
        };
        Ok(Expected {
            stdout: stdout.unwrap_or_default(),
            stdin: self.beside("in")?.unwrap_or_default(),
            args: self
                .beside(length.args())?
                .unwrap_or_default()
                .lines()
                .map(str::to_owned)
                .collect(),
            length,
            env: parse_lines(&self.beside("env")?.unwrap_or_default(), parse_variable)?,
            end,
            heap: parse_lines(&self.beside("heap")?.unwrap_or_default(), parse_bound)?,
        })
    }

    /// The file beside the program with this extension.
    fn beside(&self, extension: &str) -> Result<Option<String>, String> {
        let path = self.folder.join(&self.program).with_extension(extension);
        if !path.exists() {
            return Ok(None);
        }
        fs::read_to_string(&path)
            .map(Some)
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = read.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn parse_lines<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| parse(line).ok_or_else(|| format!("cannot read expectation: {line}")))
        .collect()
}

fn parse_report(text: &str) -> Result<End, String> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let code = first
        .strip_prefix("exit ")
        .and_then(|code| code.parse().ok());
    let code = code.ok_or("the first line of an .err file is `exit N`")?;
    Ok(End::Report {
        code,
        stderr: rest.lines().map(str::to_owned).collect(),
    })
}

fn parse_diagnostic(line: &str) -> Option<ExpectedDiagnostic> {
    let (head, text) = line.split_once(": ")?;
    let (code, place) = head.split_once(' ')?;
    let (file, line) = match place.split_once(':') {
        Some((file, line)) => (Some(file.to_owned()), line),
        None => (None, place),
    };
    Some(ExpectedDiagnostic {
        code: code.to_owned(),
        file,
        line: line.parse().ok()?,
        text: text.to_owned(),
    })
}

fn parse_variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

fn parse_bound(line: &str) -> Option<HeapBound> {
    let (name, most) = line.split_once(" <= ")?;
    Some(HeapBound {
        name: name.to_owned(),
        most: most.parse().ok()?,
    })
}

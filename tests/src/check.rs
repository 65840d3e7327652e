//! Running one case and comparing it with its expectations.

use crate::case::{Case, End, Expected, ExpectedDiagnostic, HeapBound, Length};
use crate::command::{self, Output};
use crate::diff;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// No test program may take longer, its compilation on a busy machine included.
const LIMIT: Duration = Duration::from_secs(300);
/// Nor one of the long tests.
const LONG_LIMIT: Duration = Duration::from_secs(3600);

/// The ways a program can be executed; each must give the same result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The bytecode interpreter.
    Vm,
    /// Native code, loaded into the process that runs it.
    Jit,
    /// Native code as an executable.
    Aot,
}

impl Tier {
    /// Every tier that can be tested in this build.
    pub const ALL: &[Tier] = &[Tier::Vm, Tier::Jit, Tier::Aot];

    /// Its name in test names.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Vm => "vm",
            Tier::Jit => "jit",
            Tier::Aot => "aot",
        }
    }
}

/// Runs `case` in `tier` with the command `snow`; the error says what differs.
pub fn check(snow: &Path, case: &Case, tier: Tier, length: Length) -> Result<(), String> {
    let expected = case.expected(length)?;
    match &expected.end {
        End::Diagnostics(diagnostics) => check_diagnostics(snow, case, diagnostics),
        End::Success => check_run(&run(snow, case, tier, &expected)?, &expected, 0, &[]),
        End::Report { code, stderr } => {
            check_run(&run(snow, case, tier, &expected)?, &expected, *code, stderr)
        }
    }
}

fn run(snow: &Path, case: &Case, tier: Tier, expected: &Expected) -> Result<Output, String> {
    let mut command = Command::new(snow);
    match tier {
        Tier::Vm => command.args(["run", "--tier=vm"]),
        Tier::Jit => command.args(["run", "--tier=native", "--opt-level=1"]),
        Tier::Aot => return run_executable(snow, case, expected),
    };
    run_program(command.arg(&case.program), snow, case, expected)
}

/// Compiles to an executable and runs that. What the compiler says comes before what the program says.
fn run_executable(snow: &Path, case: &Case, expected: &Expected) -> Result<Output, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let executable = folder.path().join("program");
    let mut compiler = Command::new(snow);
    compiler.args(["aot", "-O1", "-o"]).arg(&executable);
    compiler.arg(&case.program);
    let compiled = command::run(prepared(&mut compiler, snow, case), "", LIMIT)?;
    if compiled.code != Some(0) {
        return Ok(compiled);
    }
    let mut output = run_program(&mut Command::new(&executable), snow, case, expected)?;
    output.stderr.insert_str(0, &compiled.stderr);
    Ok(output)
}

fn run_program(
    command: &mut Command,
    snow: &Path,
    case: &Case,
    expected: &Expected,
) -> Result<Output, String> {
    let command = prepared(command, snow, case);
    command.args(&expected.args).env("SNOW_HEAP_STATS", "1");
    command.envs(expected.env.iter().map(|(name, value)| (name, value)));
    let limit = match expected.length {
        Length::Short => LIMIT,
        Length::Long => LONG_LIMIT,
    };
    command::run(command, &expected.stdin, limit)
}

/// In the case's folder, with a cache that only tests use.
fn prepared<'c>(command: &'c mut Command, snow: &Path, case: &Case) -> &'c mut Command {
    let cache = snow.with_file_name("test-cache");
    command
        .current_dir(&case.folder)
        .env("SNOW_CACHE", cache)
        .env("NO_COLOR", "1")
}

fn check_run(
    output: &Output,
    expected: &Expected,
    code: i32,
    stderr: &[String],
) -> Result<(), String> {
    let mut problems = Vec::new();
    let (heap, report) = split_heap_line(&output.stderr);
    if output.code != Some(code) {
        let report = report.join("\n");
        problems.push(format!(
            "exit code {:?}, expected {code}; stderr:\n{report}",
            output.code
        ));
    }
    if output.stdout != expected.stdout {
        problems.push(format!(
            "stdout differs:\n{}",
            diff::lines(&expected.stdout, &output.stdout)
        ));
    }
    if !matches_report(stderr, &report) {
        problems.push(format!(
            "stderr differs:\n{}",
            diff::lines(&stderr.join("\n"), &report.join("\n"))
        ));
    }
    match heap {
        Some(line) => problems.extend(heap_problems(line, &expected.heap)),
        None => problems.push("no `heap:` line on standard error".into()),
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// The last line of standard error, where the counts stand, and the lines before it.
fn split_heap_line(stderr: &str) -> (Option<&str>, Vec<&str>) {
    let mut lines: Vec<&str> = stderr.lines().collect();
    let heap = lines.pop_if(|line| line.starts_with("heap: "));
    (heap, lines)
}

fn heap_problems(line: &str, bounds: &[HeapBound]) -> Vec<String> {
    let live = HeapBound {
        name: "live".into(),
        most: 0,
    };
    let problem = |bound: &HeapBound| match heap_number(line, &bound.name) {
        None => Some(format!("no number `{}` in `{line}`", bound.name)),
        Some(n) if n > bound.most => Some(format!("{} is over {}: {line}", bound.name, bound.most)),
        Some(_) => None,
    };
    std::iter::once(&live)
        .chain(bounds)
        .filter_map(problem)
        .collect()
}

fn heap_number(line: &str, name: &str) -> Option<u64> {
    let mut fields = line
        .split_whitespace()
        .filter_map(|field| field.split_once('='));
    fields.find(|(key, _)| *key == name)?.1.parse().ok()
}

/// Whether the lines match in order; `...` stands for any number of lines.
fn matches_report<S: AsRef<str>>(expected: &[String], actual: &[S]) -> bool {
    match (expected, actual) {
        ([], rest) => rest.is_empty(),
        ([dots], _) if dots == "..." => true,
        ([dots, rest @ ..], _) if dots == "..." => {
            (0..=actual.len()).any(|skipped| matches_report(rest, &actual[skipped..]))
        }
        ([first, rest @ ..], [line, lines @ ..]) => {
            matches_line(first, line.as_ref()) && matches_report(rest, lines)
        }
        (_, []) => false,
    }
}

/// Whether the line is the expected one, where `:_` stands for a colon and any number.
fn matches_line(expected: &str, actual: &str) -> bool {
    match expected.split_once(":_") {
        None => expected == actual,
        Some((before, after)) => actual
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| {
                matches_line(after, rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            }),
    }
}

fn check_diagnostics(
    snow: &Path,
    case: &Case,
    expected: &[ExpectedDiagnostic],
) -> Result<(), String> {
    let mut command = Command::new(snow);
    command
        .args(["check", "--json"])
        .arg(&case.program)
        .current_dir(&case.folder);
    let output = command::run(&mut command, "", LIMIT)?;
    let found = parse_json_diagnostics(&output.stderr)?;
    let mut problems = Vec::new();
    let has_errors = found
        .iter()
        .any(|diagnostic| diagnostic.code.starts_with('E'));
    if output.code != Some(i32::from(has_errors)) {
        problems.push(format!("exit code {:?}", output.code));
    }
    let same = found.len() == expected.len() && expected.iter().zip(&found).all(|(e, f)| f.fits(e));
    if !same {
        let show = |d: &ExpectedDiagnostic| format!("{} {}: {}", d.code, d.line, d.text);
        let expected: Vec<String> = expected.iter().map(show).collect();
        let found: Vec<String> = found.iter().map(Diagnostic::to_string).collect();
        problems.push(format!(
            "diagnostics differ:\n{}",
            diff::lines(&expected.join("\n"), &found.join("\n"))
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// A diagnostic as `--json` prints it.
#[derive(Debug)]
pub struct Diagnostic {
    /// Its code.
    pub code: String,
    /// Message, hints and labels, joined.
    pub text: String,
    /// File of the first span.
    pub file: String,
    /// Line of the first span.
    pub line: u64,
}

impl Diagnostic {
    fn fits(&self, expected: &ExpectedDiagnostic) -> bool {
        self.code == expected.code
            && self.line == expected.line
            && expected
                .file
                .as_ref()
                .is_none_or(|file| self.file.ends_with(file.as_str()))
            && self.text.contains(&expected.text)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.code, self.line, self.text)
    }
}

/// Reads one JSON object a line, in source order.
pub fn parse_json_diagnostics(text: &str) -> Result<Vec<Diagnostic>, String> {
    let parse =
        |line: &str| parse_json_diagnostic(line).ok_or_else(|| format!("not a diagnostic: {line}"));
    let mut found = text.lines().map(parse).collect::<Result<Vec<_>, _>>()?;
    found.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok(found)
}

fn parse_json_diagnostic(line: &str) -> Option<Diagnostic> {
    let value: Value = serde_json::from_str(line).ok()?;
    let span = value["spans"].get(0)?;
    let mut text = value["message"].as_str()?.to_owned();
    let notes = ["help", "notes"]
        .iter()
        .filter_map(|key| value[key].as_array())
        .flatten();
    let labels = value["spans"].as_array()?.iter().map(|span| &span["label"]);
    for part in labels.chain(notes).filter_map(Value::as_str) {
        text = format!("{text} | {part}");
    }
    Some(Diagnostic {
        code: value["code"].as_str()?.to_owned(),
        text,
        file: span["file"].as_str()?.to_owned(),
        line: span["line"].as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn reports_match_with_wildcards() {
        let expected =
            lines("crash: boom\n  at Main.f (a.snow:3:_)\n...\n  at Main.main (a.snow:9:1)");
        let actual =
            lines("crash: boom\n  at Main.f (a.snow:3:17)\n  at x\n  at Main.main (a.snow:9:1)");
        assert!(matches_report(&expected, &actual));
        assert!(!matches_report(&expected, &actual[..3]));
        assert!(!matches_report(&lines("crash: boom"), &actual));
    }

    #[test]
    fn heap_line_is_checked() {
        let bound = HeapBound {
            name: "allocations".into(),
            most: 10,
        };
        assert!(heap_problems("heap: allocations=10 frees=10 live=0", &[bound]).is_empty());
        assert_eq!(
            heap_problems("heap: allocations=1 frees=0 live=1", &[]).len(),
            1
        );
    }
}

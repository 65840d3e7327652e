//! `snow explain`.

use std::process::ExitCode;

use crate::args::ExplainArgs;
use crate::error::CliError;
use crate::output::print;

/// The page that says what every code means.
const PAGE: &str = include_str!("../../../docs/errors.md");

/// Prints what a code means, with an example.
pub fn explain(args: ExplainArgs) -> Result<ExitCode, CliError> {
    let code = full(&args.code);
    let Some(section) = section(&code) else {
        return Err(CliError::UnknownCode(code));
    };
    print(plain(&code, section).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A code as diagnostics write it: `e12` is `E0012`.
fn full(code: &str) -> String {
    let code = code.to_uppercase();
    let digits = code.trim_start_matches(['E', 'W']);
    match code.chars().next() {
        Some(kind @ ('E' | 'W')) => format!("{kind}{digits:0>4}"),
        _ => format!("E{digits:0>4}"),
    }
}

/// What the page says about a code.
fn section(code: &str) -> Option<&'static str> {
    let heading = format!("\n## {code}\n");
    let start = PAGE.find(&heading)? + heading.len();
    let rest = &PAGE[start..];
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

/// The text for a terminal: examples are indented instead of fenced.
fn plain(code: &str, section: &str) -> String {
    let mut text = format!("{code}\n\n");
    let mut in_example = false;
    for line in section.lines() {
        if line.starts_with("```") {
            in_example = !in_example;
            continue;
        }
        if in_example && !line.is_empty() {
            text.push_str("    ");
        }
        match in_example {
            true => text.push_str(line),
            false => text.push_str(&line.replace("**", "")),
        }
        text.push('\n');
    }
    text
}

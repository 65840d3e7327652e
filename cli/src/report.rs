//! Printing diagnostics: drawn for people, or one JSON object a line.

use std::io::{IsTerminal, Write};

use snow_aot::build::BuildError;
use snow_lang::diagnostics::render::{Colours, Renderer};
use snow_lang::diagnostics::{Diagnostic, FileSet, Severity, json};

use crate::args::ReportArgs;
use crate::error::CliError;

/// Prints the diagnostics on standard error; fails when there is an error, or a warning
/// that was asked to count as one.
pub fn report(
    diagnostics: &[Diagnostic],
    files: &FileSet,
    args: ReportArgs,
) -> Result<(), CliError> {
    print(diagnostics, files, args.json);
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let errors = count(Severity::Error);
    let warnings = if args.deny_warnings {
        count(Severity::Warning)
    } else {
        0
    };
    if errors + warnings == 0 {
        Ok(())
    } else {
        Err(CliError::Diagnostics {
            json: args.json,
            errors,
            warnings,
        })
    }
}

fn print(diagnostics: &[Diagnostic], files: &FileSet, json: bool) {
    let stderr = std::io::stderr();
    let colours = if colours_wanted(stderr.is_terminal()) {
        Colours::On
    } else {
        Colours::Off
    };
    let mut renderer = Renderer::new(files, colours);
    let mut out = std::io::BufWriter::new(stderr.lock());
    for diagnostic in diagnostics {
        let text = if json {
            json::to_json(diagnostic, files)
        } else {
            renderer.render(diagnostic)
        };
        // Nobody is left to tell when standard error itself is closed.
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

/// Colours only on a terminal, and not when the user asked for none.
fn colours_wanted(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Says that native code could not be kept, so that it has to be made again the next time.
pub fn unkept(reason: &BuildError) {
    eprintln!(
        "snow: warning: native code is not kept for the next time: {reason}; SNOW_CACHE can name another folder"
    );
}

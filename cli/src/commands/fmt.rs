//! `snow fmt`.

use std::path::Path;
use std::process::ExitCode;

use snow_lang::diagnostics::{FileSet, Sink};
use snow_lang::format::format;
use snow_lang::syntax::parse;

use crate::args::{FmtArgs, ReportArgs};
use crate::error::CliError;
use crate::output::{print, write_whole};
use crate::project::{read_text, source_files};
use crate::report::report;

/// Formats files in place, or only says which are not formatted.
pub fn fmt(args: FmtArgs) -> Result<ExitCode, CliError> {
    let mut changed = Vec::new();
    for path in &args.paths {
        for file in source_files(path)? {
            let text = read_text(&file)?;
            let formatted = formatted(&file, &text, args.report)?;
            if formatted != text {
                if !args.check {
                    write_whole(&file, formatted.as_bytes())?;
                }
                changed.push(format!("{}\n", file.display()));
            }
        }
    }
    if !args.check || changed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    print(changed.concat().as_bytes())?;
    Ok(ExitCode::FAILURE)
}

/// The text of a file in the one style; a file with mistakes is left alone.
fn formatted(path: &Path, text: &str, args: ReportArgs) -> Result<String, CliError> {
    let mut files = FileSet::new();
    let id = files.add(path.display().to_string(), text);
    let mut sink = Sink::new();
    let tree = parse(id, text, &mut sink);
    report(&sink.into_sorted(), &files, args)?;
    Ok(format(text, &tree))
}

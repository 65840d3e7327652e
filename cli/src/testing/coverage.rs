//! `snow test --coverage`: which lines ran, as a summary and as a file for other programs.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use snow_lang::coverage::{Coverage, FileLines};
use snow_lang::diagnostics::FileSet;
use snow_lang::typed::Program;
use snow_vm::world::Counts;

use super::Form;
use crate::error::CliError;
use crate::output::{print, write_whole};

/// The counters of a program, and the files that they are about.
pub struct Covered {
    /// Where is counted.
    pub places: Coverage,
    files: FileSet,
    /// The counters.
    pub counts: Counts,
}

impl Covered {
    /// Counters at zero.
    pub fn of(program: &Program, files: &FileSet) -> Covered {
        let places = Coverage::of(program, files);
        let counts: Vec<AtomicU64> = (0..places.count()).map(|_| AtomicU64::new(0)).collect();
        Covered {
            places,
            files: files.clone(),
            counts: Arc::from(counts),
        }
    }

    /// Writes what the counters say to a file, and a summary to standard output.
    pub fn report(&self, form: Form, path: &Path) -> Result<(), CliError> {
        let counts: Vec<u64> = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .collect();
        let files = self.places.lines(&self.files, &counts);
        write_whole(path, lcov(&files).as_bytes())?;
        let text = match form {
            Form::Text => in_words(&files, path),
            Form::Json => in_json(&files),
        };
        print(text.as_bytes())
    }
}

/// In the format of lcov's tracefiles.
fn lcov(files: &[FileLines]) -> String {
    let mut out = String::from("TN:\n");
    for file in files {
        let _ = writeln!(out, "SF:{}", file.path);
        for (line, count) in &file.lines {
            let _ = writeln!(out, "DA:{line},{count}");
        }
        let (found, hit) = (file.lines.len(), file.covered());
        let _ = writeln!(out, "LF:{found}\nLH:{hit}\nend_of_record");
    }
    out
}

fn in_words(files: &[FileLines], path: &Path) -> String {
    let (all, covered) = total(files);
    let mut out = format!(
        "\ncoverage: {} of {all} lines, see {}\n",
        percent(covered, all).trim_start(),
        path.display()
    );
    for file in files {
        let share = percent(file.covered(), file.lines.len());
        let missed = missed(file);
        let missed = match missed.is_empty() {
            true => String::new(),
            false => format!("  not run: {missed}"),
        };
        let _ = writeln!(out, "  {share}  {}{missed}", file.path);
    }
    out
}

fn in_json(files: &[FileLines]) -> String {
    let file = |file: &FileLines| {
        let object = json!({
            "type": "coverage",
            "file": file.path,
            "lines": file.lines.len(),
            "covered": file.covered(),
        });
        format!("{object}\n")
    };
    files.iter().map(file).collect()
}

fn total(files: &[FileLines]) -> (usize, usize) {
    let all = files.iter().map(|file| file.lines.len()).sum();
    let covered = files.iter().map(FileLines::covered).sum();
    (all, covered)
}

/// A share, rounded down, so that only all of them are 100 %.
fn percent(covered: usize, all: usize) -> String {
    let tenths = (covered * 1000).checked_div(all).unwrap_or(1000);
    format!("{:>3}.{} %", tenths / 10, tenths % 10)
}

/// The lines that did not run: `3, 7-9`. Lines without code between two of them do not part them.
fn missed(file: &FileLines) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut after_missed = false;
    for (line, count) in &file.lines {
        let is_missed = *count == 0;
        match runs.last_mut() {
            Some((_, last)) if is_missed && after_missed => *last = *line,
            _ if is_missed => runs.push((*line, *line)),
            _ => {}
        }
        after_missed = is_missed;
    }
    let runs = runs.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    runs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: &[(u32, u64)]) -> FileLines {
        FileLines {
            path: "a.snow".into(),
            lines: lines.to_vec(),
        }
    }

    #[test]
    fn lines_that_did_not_run_are_listed_in_runs() {
        let lines = [(1, 1), (2, 0), (4, 0), (5, 3), (6, 0), (9, 2)];
        assert_eq!(missed(&file(&lines)), "2-4, 6");
        assert_eq!(missed(&file(&[(1, 1)])), "");
    }

    #[test]
    fn only_all_lines_are_all_percent() {
        assert_eq!(percent(999, 1000), " 99.9 %");
        assert_eq!(percent(9999, 10000), " 99.9 %");
        assert_eq!(percent(0, 0), "100.0 %");
        assert_eq!(percent(0, 3), "  0.0 %");
    }

    #[test]
    fn tracefiles_have_lines_and_sums() {
        let text = lcov(&[file(&[(1, 2), (3, 0)])]);
        assert_eq!(
            text,
            "TN:\nSF:a.snow\nDA:1,2\nDA:3,0\nLF:2\nLH:1\nend_of_record\n"
        );
    }
}

//! Diagnostics as JSON, one object a line, for editors and scripts.

use serde::Serialize;

use super::{Diagnostic, FileSet, Label};

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: String,
    severity: &'static str,
    message: &'a str,
    spans: Vec<JsonSpan<'a>>,
    notes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonSpan<'a> {
    file: &'a str,
    /// Byte offsets into the file.
    start: u32,
    end: u32,
    /// From 1; columns in characters.
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    label: &'a str,
    primary: bool,
}

/// One JSON object without a line break, the primary span first.
pub fn to_json(diagnostic: &Diagnostic, files: &FileSet) -> String {
    let mut spans = vec![json_span(&diagnostic.primary, true, files)];
    spans.extend(
        diagnostic
            .secondary
            .iter()
            .map(|label| json_span(label, false, files)),
    );
    let value = JsonDiagnostic {
        code: diagnostic.code.to_string(),
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        spans,
        notes: &diagnostic.notes,
        help: &diagnostic.help,
    };
    serde_json::to_string(&value).expect("strings and numbers always serialise")
}

fn json_span<'a>(label: &'a Label, primary: bool, files: &'a FileSet) -> JsonSpan<'a> {
    let span = label.span;
    let (file, start, end) = match files.get(span.file) {
        Some(file) => (
            file.path(),
            file.line_column(span.start),
            file.line_column(span.end),
        ),
        None => (
            "",
            super::LineColumn { line: 1, column: 1 },
            super::LineColumn { line: 1, column: 1 },
        ),
    };
    JsonSpan {
        file,
        start: span.start,
        end: span.end,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        label: &label.text,
        primary,
    }
}

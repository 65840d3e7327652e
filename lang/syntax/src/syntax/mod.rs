//! Source text to tree: lexer, layout and parser.
//!
//! [`parse`] always gives a tree. What could not be read is an error node in it, and is reported
//! once; text that parses has the same tree whatever else is wrong in its file.

pub mod ast;
mod layout;
pub mod lexer;
mod parse;
pub mod token;

#[cfg(test)]
pub(crate) mod tests;

use crate::diagnostics::{Code, Diagnostic, Sink};
use ast::{File, FileId, Span};

/// The largest source file that is read, in bytes.
pub const MAX_SOURCE_BYTES: usize = 16 << 20;

/// Reads a source file. Mistakes go to the sink.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> File {
    if text.len() > MAX_SOURCE_BYTES {
        sink.push(too_large(file, text.len()));
        return File {
            module_doc: None,
            items: Vec::new(),
            comments: Vec::new(),
        };
    }
    let mut own = Sink::new();
    let lexed = lexer::lex(file, text, &mut own);
    let mut problems = own.into_sorted();
    let layout = layout::arrange(file, text, &lexed, &mut problems);
    let engine = parse::Engine::new(text, &lexed, &layout, &problems);
    let module_doc = engine.module_doc();
    let (items, failures) = engine.run();
    // What was cut off in the middle is no second mistake.
    if !layout.cut_short {
        problems.extend(failures);
    }
    problems.sort_by_key(|problem| problem.primary.span.start);
    sink.extend(problems);
    File {
        module_doc,
        items,
        comments: lexed.comments,
    }
}

fn too_large(file: FileId, bytes: usize) -> Diagnostic {
    let megabytes = MAX_SOURCE_BYTES >> 20;
    Diagnostic::new(
        Code::FILE_TOO_LARGE,
        Span {
            file,
            start: 0,
            end: 0,
        },
        "this source file is too large",
    )
    .label(format!("{bytes} bytes"))
    .note(format!("source files may have up to {megabytes} MiB"))
    .help("split it into modules, or read large data at run time")
}

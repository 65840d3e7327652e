//! The formatter: tree to text, in one style, 100 columns wide.
//!
//! Formatting keeps every comment and never changes what a program means: the result parses to
//! the same tree, places aside, and formatting it again changes nothing. Literals are copied from
//! the source. Blocks written on one line stay there if they fit; empty lines between statements
//! are kept, one at most.

mod blocks;
mod chains;
mod comments;
mod doc;
mod expressions;
mod items;
mod members;
mod patterns;
mod types;

#[cfg(test)]
mod tests;

use crate::syntax::ast::{Comment, File, Span};
use doc::Doc;

/// The text of a file in Snow's style. The tree must be that of the text, and without mistakes:
/// what did not parse is not in the tree, and would be lost.
pub fn format(text: &str, file: &File) -> String {
    let mut formatter = Formatter {
        text,
        comments: &file.comments,
    };
    let end = Span {
        file: crate::syntax::ast::FileId(0),
        start: text.len() as u32,
        end: text.len() as u32,
    };
    let items = formatter.items(&file.items, end.end);
    if items.is_nil() {
        String::new()
    } else {
        items.render()
    }
}

/// What formatting walks along: the source, and the comments not yet written.
struct Formatter<'t> {
    text: &'t str,
    comments: &'t [Comment],
}

impl<'t> Formatter<'t> {
    /// The source text of a place.
    fn source(&self, span: Span) -> &'t str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// A place copied from the source, with the comments in it.
    fn verbatim(&mut self, span: Span) -> Doc {
        let source = self.source(span);
        while let [first, rest @ ..] = self.comments
            && first.span.start >= span.start
            && first.span.end <= span.end
        {
            self.comments = rest;
        }
        Doc::Verbatim(source.to_owned())
    }

    /// Whether a place was written on several lines.
    fn is_multi_line(&self, span: Span) -> bool {
        self.source(span).contains('\n')
    }
}

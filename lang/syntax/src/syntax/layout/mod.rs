//! Between lexer and parser: makes line breaks significant or not, and matches brackets and
//! blocks (`do … end`, `fn … end`) into balanced groups.
//!
//! Every block becomes one token, [`Tok::Group`], in the text around it; what stands inside it
//! is kept apart, innermost groups first. The parser therefore reads one group at a time, without
//! recursion over blocks, and a mistake never reaches past the statement it stands in.
//!
//! Matching runs twice at most. The first run trusts the tokens alone, so indentation never
//! changes what a balanced file means. Only if something does not match, a second run uses
//! indentation to find where an `end` or a bracket is missing and which block it belongs to.

mod frame;
mod heads;
mod matcher;
mod repair;

use std::ops::Range;

use super::ast::{FileId, Span};
use super::lexer::Lexed;
use super::token::{GroupKind, Tok};
use crate::diagnostics::{Code, Diagnostic};

/// How deep brackets and blocks may nest.
pub const MAX_NESTING: usize = 200;

/// How high the tree of one statement may become, through nesting and chains of operators.
pub const MAX_HEIGHT: u32 = 500;

/// A token of the parser's input.
pub type Token = (Tok, Span);

/// A part of a group.
#[derive(Clone, Debug)]
pub struct Section {
    /// Which part.
    pub kind: SectionKind,
    /// Its tokens in [`Layout::tokens`].
    pub tokens: Range<usize>,
}

/// The parts a group can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// What stands between `do` (or `fn`) and `end` or the first `else`.
    Main,
    /// The condition of an `else if`.
    ElseIf,
    /// What follows the `do` of an `else if`.
    ElseIfBody,
    /// What follows `else`.
    Else,
}

/// A balanced group.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it holds.
    pub kind: GroupKind,
    /// Its `do`, `fn` or `else`.
    pub open: Span,
    /// Its `end`; empty where a missing one was put.
    pub close: Span,
    /// Its parts in [`Layout::sections`].
    pub sections: Range<usize>,
}

/// The parser's input.
#[derive(Debug, Default)]
pub struct Layout {
    /// Tokens of all groups and of the file, each section contiguous.
    pub tokens: Vec<Token>,
    /// Parts of all groups.
    pub sections: Vec<Section>,
    /// Groups, inner ones before outer ones.
    pub groups: Vec<Group>,
    /// The file's own tokens.
    pub root: Range<usize>,
    /// Whether the file was read only up to where it nests too deeply.
    pub cut_short: bool,
}

/// Groups a file's tokens; mistakes are added to `problems`.
pub fn arrange(file: FileId, text: &str, lexed: &Lexed, problems: &mut Vec<Diagnostic>) -> Layout {
    let input = matcher::Input {
        file,
        text,
        tokens: &lexed.tokens,
    };
    let never_ends = |problem: &&Diagnostic| {
        matches!(
            problem.code,
            Code::UNTERMINATED_STRING | Code::UNTERMINATED_COMMENT
        )
    };
    let cuts: Vec<u32> = problems
        .iter()
        .filter(never_ends)
        .map(|problem| problem.primary.span.start)
        .collect();
    if let Some(layout) = matcher::Matcher::new(input, &cuts, matcher::Mode::Strict).run(problems) {
        return layout;
    }
    matcher::Matcher::new(input, &cuts, matcher::Mode::Repair)
        .run(problems)
        .unwrap_or_default()
}

//! What stands inside a group, by its kind.

mod arms;
mod bodies;
mod closures;
mod members;

use std::ops::Range;

use super::Engine;
use super::context::Content;
use crate::syntax::ast::Span;
use crate::syntax::layout::{Group, SectionKind};
use crate::syntax::token::{GroupKind, Tok};

impl<'t> Engine<'t> {
    /// Parses the content of a group; groups inside it are parsed already.
    pub(super) fn group(&mut self, id: usize) -> Content {
        let layout = self.layout;
        let group = &layout.groups[id];
        let main = self.section(group, SectionKind::Main);
        match group.kind {
            GroupKind::If => self.branches(group),
            GroupKind::Case => self.arms(main, group, false),
            GroupKind::Receive => self.arms(main, group, true),
            GroupKind::Cond => self.conditions(main, group),
            GroupKind::Closure => self.closure(main, group),
            GroupKind::Struct => self.fields(main),
            GroupKind::Sum => self.variants(main),
            GroupKind::Interface | GroupKind::Impl => self.methods(main, group.kind),
            GroupKind::Actor => self.actor_body(main, group),
            GroupKind::Service => self.service_members(main),
            GroupKind::Supervisor => self.supervisor_lines(main),
            GroupKind::Child => self.settings(main),
            GroupKind::Module => Content::Items(self.items(main)),
            GroupKind::Fn
            | GroupKind::While
            | GroupKind::For
            | GroupKind::Free
            | GroupKind::LetElse
            | GroupKind::Terminate
            | GroupKind::Handler
            | GroupKind::Test => self.body(main, group),
        }
    }

    /// The tokens of a group's first section of a kind.
    fn section(&self, group: &Group, kind: SectionKind) -> Range<usize> {
        let sections = &self.layout.sections[group.sections.clone()];
        sections
            .iter()
            .find(|section| section.kind == kind)
            .map_or(0..0, |section| section.tokens.clone())
    }

    /// The statements of a stretch of tokens: what stands between line breaks.
    fn chunks(&self, range: Range<usize>) -> Chunks<'t> {
        Chunks {
            tokens: &self.layout.tokens,
            range,
        }
    }

    /// The first index in a range at which a test holds outside brackets.
    fn find(&self, range: Range<usize>, test: impl Fn(Tok) -> bool) -> Option<usize> {
        let mut depth = 0usize;
        for at in range {
            let tok = self.layout.tokens[at].0;
            if depth == 0 && test(tok) {
                return Some(at);
            }
            if tok.closer().is_some() {
                depth += 1;
            } else if is_closer(tok) {
                depth = depth.saturating_sub(1);
            }
        }
        None
    }

    /// The place of a stretch of tokens; empty at `otherwise` if there is none.
    fn span_of(&self, range: Range<usize>, otherwise: Span) -> Span {
        match self.tokens(range) {
            [first, .., last] => first.1.to(last.1),
            [only] => only.1,
            [] => Span {
                end: otherwise.start,
                ..otherwise
            },
        }
    }
}

fn is_closer(tok: Tok) -> bool {
    matches!(
        tok,
        Tok::RParen | Tok::RBracket | Tok::RBrace | Tok::BytesClose | Tok::InterpClose
    )
}

/// Ranges of tokens between [`Tok::Newline`]s.
struct Chunks<'t> {
    tokens: &'t [crate::syntax::layout::Token],
    range: Range<usize>,
}

impl Iterator for Chunks<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.range.start < self.range.end && self.tokens[self.range.start].0 == Tok::Newline {
            self.range.start += 1;
        }
        if self.range.is_empty() {
            return None;
        }
        let rest = &self.tokens[self.range.clone()];
        let length = rest
            .iter()
            .position(|token| token.0 == Tok::Newline)
            .unwrap_or(rest.len());
        let chunk = self.range.start..self.range.start + length;
        self.range.start = chunk.end;
        Some(chunk)
    }
}

//! Comments: written where the next statement, element or member starts, or after the one before
//! on its line.

use super::Formatter;
use super::doc::Doc;
use crate::syntax::ast::{Comment, Span};

impl<'t> Formatter<'t> {
    /// The next comment if it starts before an offset.
    fn take_before(&mut self, offset: u32) -> Option<Comment> {
        let (first, rest) = self.comments.split_first()?;
        if first.span.start >= offset {
            return None;
        }
        self.comments = rest;
        Some(first.clone())
    }

    /// Whether a comment that is still to be written starts before an offset.
    pub fn has_comment_before(&self, offset: u32) -> bool {
        self.comments
            .first()
            .is_some_and(|comment| comment.span.start < offset)
    }

    /// Comments before an offset, each on a line of its own, each followed by a line break.
    pub fn leading(&mut self, offset: u32) -> Doc {
        let mut docs = Vec::new();
        while let Some(comment) = self.take_before(offset) {
            docs.push(Doc::Verbatim(self.comment_text(&comment)));
            let next = self
                .comments
                .first()
                .map_or(offset, |next| next.span.start.min(offset));
            let blank = self.blank_between(comment.span.end, next);
            docs.push(if blank { Doc::Blank } else { Doc::Hard });
        }
        Doc::concat(docs)
    }

    /// Comments before an offset, each on a line of its own, each after a line break.
    pub fn closing(&mut self, from: u32, offset: u32) -> Doc {
        let mut docs = Vec::new();
        let mut last = from;
        while let Some(comment) = self.take_before(offset) {
            let blank = last > 0 && self.blank_between(last, comment.span.start);
            docs.push(if blank { Doc::Blank } else { Doc::Hard });
            docs.push(Doc::Verbatim(self.comment_text(&comment)));
            last = comment.span.end;
        }
        Doc::concat(docs)
    }

    /// Comments inside a node that was just written, and those after it on its last line.
    pub fn trailing(&mut self, end: u32, limit: u32) -> Doc {
        let mut docs = Vec::new();
        while let Some(first) = self.comments.first() {
            let start = first.span.start;
            let between = self.text.get(end as usize..start as usize).unwrap_or("");
            if start >= limit || start >= end && between.contains('\n') {
                break;
            }
            self.comments = &self.comments[1..];
            docs.push(Doc::Suffix(self.comment_text(first)));
        }
        Doc::concat(docs)
    }

    fn comment_text(&self, comment: &Comment) -> String {
        self.source(comment.span).to_owned()
    }

    /// Whether an empty line stands between two offsets.
    pub fn blank_between(&self, from: u32, to: u32) -> bool {
        let between = self.text.get(from as usize..to as usize).unwrap_or("");
        let mut breaks = 0;
        for byte in between.bytes() {
            match byte {
                b'\n' => breaks += 1,
                b' ' | b'\t' | b'\r' => {}
                _ => breaks = 0,
            }
            if breaks > 1 {
                return true;
            }
        }
        false
    }

    /// Where the next thing to write starts: a comment or the node at `offset`.
    pub fn start_with_comments(&self, offset: u32) -> u32 {
        self.comments
            .first()
            .map_or(offset, |comment| comment.span.start.min(offset))
    }

    /// The offset of a word of the language between two offsets, comments aside.
    pub fn find_word(&self, word: &str, from: u32, to: u32) -> u32 {
        let mut at = from as usize;
        for comment in self.comments {
            if comment.span.start >= to {
                break;
            }
            let before = self.text.get(at..comment.span.start as usize).unwrap_or("");
            if let Some(found) = before.find(word) {
                return (at + found) as u32;
            }
            at = (comment.span.end as usize).max(at);
        }
        let rest = self.text.get(at..to as usize).unwrap_or("");
        rest.find(word).map_or(to, |found| (at + found) as u32)
    }

    /// The place between two offsets.
    pub fn between(&self, like: Span, from: u32, to: u32) -> Span {
        Span {
            start: from,
            end: to.max(from),
            ..like
        }
    }
}

//! Keywords that wait for their `do`, and what to do when it does not come.

use super::frame::{BlockFrame, Frame, Head, block_name};
use super::matcher::Matcher;
use super::{SectionKind, Token};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::syntax::token::{GroupKind, Tok};

impl Matcher<'_> {
    /// Whether the `fn` here starts a function rather than a closure: at the start of a statement,
    /// and followed by a name and a parameter list.
    pub fn starts_function(&mut self) -> bool {
        if !self.in_block() || !opens_item(self.block()) {
            return false;
        }
        let next = |ahead: usize| {
            self.input
                .tokens
                .get(self.at + ahead)
                .map(|token| token.tok)
        };
        let named = next(1).is_some_and(|tok| tok == Tok::Ident || tok.is_soft_keyword());
        let listed = matches!(next(2), Some(Tok::LParen | Tok::Lt));
        named && listed
            || matches!(self.frames.last(), Some(Frame::Block(block)) if block.holds_items())
    }

    /// Remembers a keyword that a `do` belongs to.
    pub fn note_head(&mut self, tok: Tok, span: Span) {
        if tok == Tok::Eq && self.in_block() && !self.block().in_type_arguments() {
            self.drop_optional_head();
        }
        let Some(kind) = self.head_kind(tok) else {
            return;
        };
        let optional = matches!(kind, GroupKind::Fn | GroupKind::Sum);
        self.heads.push(Head {
            kind,
            span,
            indent: self.indent,
            optional,
        });
    }

    fn head_kind(&mut self, tok: Tok) -> Option<GroupKind> {
        let expression = match tok {
            Tok::If => GroupKind::If,
            Tok::Case | Tok::Match => GroupKind::Case,
            Tok::Cond => GroupKind::Cond,
            Tok::While => GroupKind::While,
            Tok::For if !self.impl_waits() => GroupKind::For,
            Tok::Receive => GroupKind::Receive,
            _ => return self.item_kind(tok),
        };
        Some(expression)
    }

    /// In `impl I for T` the `for` is no loop.
    fn impl_waits(&self) -> bool {
        self.head_waits()
            && self
                .heads
                .last()
                .is_some_and(|head| head.kind == GroupKind::Impl)
    }

    fn item_kind(&mut self, tok: Tok) -> Option<GroupKind> {
        if !self.in_block() || !opens_item(self.block()) {
            return None;
        }
        let within = self.block().kind;
        let string_next = matches!(
            self.input.tokens.get(self.at + 1).map(|token| token.tok),
            Some(Tok::Str(_) | Tok::StrOpen)
        );
        Some(match tok {
            Tok::Fn => GroupKind::Fn,
            Tok::Struct => GroupKind::Struct,
            Tok::Type if !matches!(within, Some(GroupKind::Interface | GroupKind::Impl)) => {
                GroupKind::Sum
            }
            Tok::Interface | Tok::Trait => GroupKind::Interface,
            Tok::Impl => GroupKind::Impl,
            Tok::Actor => GroupKind::Actor,
            Tok::Service => GroupKind::Service,
            Tok::Supervisor => GroupKind::Supervisor,
            Tok::Module => GroupKind::Module,
            Tok::Terminate => GroupKind::Terminate,
            Tok::TestWord if string_next => GroupKind::Test,
            Tok::CallWord | Tok::CastWord | Tok::InfoWord if within == Some(GroupKind::Service) => {
                GroupKind::Handler
            }
            Tok::ChildWord if within == Some(GroupKind::Supervisor) => GroupKind::Child,
            _ => return None,
        })
    }

    /// The head that a `do` here belongs to: the innermost one in the same bracket or block.
    pub fn take_head(&mut self) -> Option<Head> {
        if self.head_waits() {
            self.heads.pop()
        } else {
            None
        }
    }

    /// `fn f(x) = …` and `type A = …` need no `do`.
    fn drop_optional_head(&mut self) {
        if self.head_waits() && self.heads.last().is_some_and(|head| head.optional) {
            self.heads.pop();
        }
    }

    /// At the end of a statement or bracket: heads that still wait have lost their `do`. If the next
    /// line is indented further, it is taken for the body.
    pub fn settle_heads(&mut self, next: Option<Tok>) {
        let base = self.heads_base();
        if self.heads.len() <= base {
            return self.settle_else_if(next);
        }
        let chunk_indent = self.block().chunk.indent;
        let body_follows =
            next.is_some_and(|next| !starts_member(next)) && self.indent > chunk_indent;
        let Some(head) = self.heads.pop() else { return };
        self.heads.truncate(base);
        if head.optional && !body_follows {
            return;
        }
        let diagnostic = self.missing_do(&head);
        self.problems.push(diagnostic);
        if next.is_some_and(|next| next == Tok::End) || body_follows {
            let end = self
                .block()
                .last_token()
                .map_or(head.span.end, |(_, span)| span.end);
            let place = self.span(end, end);
            self.push_block(head.kind, head.span, place, [head.indent, chunk_indent])
                .invented = true;
        }
    }

    /// `else if c` without `do`.
    fn settle_else_if(&mut self, next: Option<Tok>) {
        if !self.in_block() || self.block().section() != SectionKind::ElseIf || next.is_none() {
            return;
        }
        let Some((_, last)) = self.block().last_token() else {
            return;
        };
        let place = self.span(last.end, last.end);
        self.problems.push(
            Diagnostic::new(
                Code::MISSING_DO,
                place,
                "missing `do` after the condition of `else if`",
            )
            .label("expected `do` here")
            .help("write `else if condition do`"),
        );
        self.start_section(SectionKind::ElseIfBody);
    }

    fn missing_do(&mut self, head: &Head) -> Diagnostic {
        let block = self.block();
        let last = block.last_token();
        let start = block
            .buffer
            .iter()
            .position(|(_, span)| *span == head.span)
            .unwrap_or(0);
        let words: Vec<Token> = block.buffer[start..].to_vec();
        let brace = words.iter().find(|(tok, _)| *tok == Tok::LBrace).copied();
        let then = words
            .iter()
            .find(|(tok, span)| *tok == Tok::Ident && self.text_of(*span) == "then");
        let place = last.map_or(head.span, |(_, span)| self.span(span.end, span.end));
        let name = block_name(head.kind);
        if let (Some((Tok::RBrace, _)), Some((_, brace))) = (last, brace) {
            return Diagnostic::new(
                Code::FOREIGN_SYNTAX,
                brace,
                "blocks are written `do … end`, not `{ … }`",
            )
            .label("expected `do` here")
            .secondary(head.span, format!("the {name} starts here"));
        }
        let keyword = words.iter().find(|(tok, _)| *tok == Tok::Unknown);
        if let Some((_, place)) = keyword.filter(|(_, span)| self.text_of(*span) == "do") {
            let help = match head.kind {
                GroupKind::Fn => "write `= expression` for a body of one line",
                GroupKind::If => "on one line: `if c do a else b end`",
                _ => "on one line: `do … end`",
            };
            return Diagnostic::new(
                Code::FOREIGN_SYNTAX,
                *place,
                "blocks are written `do … end`, without a colon",
            )
            .label("write `do` here")
            .secondary(head.span, format!("the {name} starts here"))
            .help(help);
        }
        if let Some((_, then)) = then {
            return Diagnostic::new(Code::FOREIGN_SYNTAX, *then, "a block starts with `do`")
                .label("write `do` here")
                .secondary(head.span, format!("the {name} starts here"));
        }
        let help = match last {
            Some((Tok::Colon, _)) => "write `do` instead of the colon, and `end` after the block",
            _ if head.kind == GroupKind::Fn => {
                "write `do … end` around the body, or `= expression` for a body of one line"
            }
            _ => "blocks are written `do … end`",
        };
        Diagnostic::new(
            Code::MISSING_DO,
            place,
            format!("missing `do` in this {name}"),
        )
        .label("expected `do` here")
        .secondary(head.span, format!("the {name} starts here"))
        .help(help)
    }

    pub fn text_of(&self, span: Span) -> &str {
        self.input
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }
}

/// Whether an item may start at this point of a block: first in its statement, or after `pub` or `native`.
fn opens_item(block: &BlockFrame) -> bool {
    let words = &block.buffer[block.chunk.start.min(block.buffer.len())..];
    words
        .iter()
        .all(|(tok, _)| matches!(tok, Tok::Pub | Tok::Native))
}

/// Whether a token starts or ends a member rather than a statement of a body.
fn starts_member(tok: Tok) -> bool {
    matches!(
        tok,
        Tok::End
            | Tok::Fn
            | Tok::Type
            | Tok::Pub
            | Tok::Native
            | Tok::Struct
            | Tok::Impl
            | Tok::Import
    )
}

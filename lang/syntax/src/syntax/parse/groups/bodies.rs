//! Blocks of statements.

use std::ops::Range;

use super::super::context::Content;
use super::super::{Engine, OfBlockParams, OfExpression, OfStatement, OfTerminate};
use crate::syntax::ast::*;
use crate::syntax::layout::{Group, SectionKind, Token};
use crate::syntax::token::Tok;

impl Engine<'_> {
    /// Statements, after `|x|` if it stands there.
    pub(super) fn body(&mut self, range: Range<usize>, group: &Group) -> Content {
        let (params, rest) = self.bars(range);
        let body = self.block(rest, group.close);
        Content::Body { params, body }
    }

    /// The parameters between bars and what follows them.
    fn bars(&mut self, range: Range<usize>) -> (Option<Vec<Param>>, Range<usize>) {
        match self.tokens(range.clone()).first() {
            Some((Tok::OrOr, _)) => (Some(Vec::new()), range.start + 1..range.end),
            Some((Tok::Bar, _)) => {
                let inside = range.start + 1..range.end;
                let close = self.find(inside.clone(), |tok| tok == Tok::Bar || tok == Tok::Newline);
                let close = close.unwrap_or(range.end);
                let params = self
                    .parse(OfBlockParams, inside.start..close)
                    .unwrap_or_default();
                (Some(params), (close + 1).min(range.end)..range.end)
            }
            _ => (None, range),
        }
    }

    /// Statements; the block's place is empty at `end` if there are none.
    pub(super) fn block(&mut self, range: Range<usize>, end: Span) -> Block {
        let span = self.span_of(range.clone(), end);
        let stmts = self
            .chunks(range)
            .map(|chunk| self.statement(chunk))
            .collect();
        Block { stmts, span }
    }

    pub(super) fn statement(&mut self, chunk: Range<usize>) -> Stmt {
        match self.parse(OfStatement, chunk.clone()) {
            Some(stmt) => stmt,
            None => self.unread(chunk),
        }
    }

    /// Stands for a statement that was reported. The names that a `let` binds are known after it, so that those who use them are not reported, too.
    fn unread(&self, chunk: Range<usize>) -> Stmt {
        let span = self.span_of(chunk.clone(), Span::default());
        let value = Expr {
            kind: ExprKind::Error,
            span,
        };
        let names = match self.tokens(chunk) {
            [(Tok::Let, _), rest @ ..] => self.bound_names(rest),
            _ => Vec::new(),
        };
        let kind = match <[Ident; 1]>::try_from(names) {
            Ok([only]) => PatternKind::Bind(only.name),
            Err(names) if names.is_empty() => return Stmt::Expr(value),
            Err(names) => PatternKind::Tuple(names.into_iter().map(binding).collect()),
        };
        Stmt::Let(LetStmt {
            pattern: Pattern { kind, span },
            ty: None,
            value,
            otherwise: None,
            span,
        })
    }

    /// The names that stand before the `=` of a `let`.
    fn bound_names(&self, tokens: &[Token]) -> Vec<Ident> {
        let pattern = tokens
            .iter()
            .take_while(|(tok, _)| !matches!(tok, Tok::Eq | Tok::ColonColon));
        let mut names: Vec<Ident> = Vec::new();
        for &(_, span) in pattern.filter(|(tok, _)| *tok == Tok::Ident) {
            let name = self.state.ident(span);
            // Words like `little` in a byte pattern are no names, and come twice.
            if names.iter().all(|known| known.name != name.name) {
                names.push(name);
            }
        }
        names
    }

    /// The branches of an `if`, from the last to the first: `else if` is an `if` in the `else`.
    pub(super) fn branches(&mut self, group: &Group) -> Content {
        let sections = &self.layout.sections[group.sections.clone()];
        let mut blocks = Vec::with_capacity(sections.len());
        for section in sections {
            let content = match section.kind {
                SectionKind::ElseIf => {
                    Branch::Condition(self.condition(section.tokens.clone(), group.close))
                }
                _ => Branch::Block(self.block(section.tokens.clone(), group.close)),
            };
            blocks.push(content);
        }
        join_branches(blocks)
    }

    fn condition(&mut self, range: Range<usize>, end: Span) -> Expr {
        let span = self.span_of(range.clone(), end);
        self.parse(OfExpression, range).unwrap_or(Expr {
            kind: ExprKind::Error,
            span,
        })
    }

    /// The body of an actor, with `terminate do … end` as its last statement.
    pub(super) fn actor_body(&mut self, range: Range<usize>, group: &Group) -> Content {
        let mut stmts = Vec::new();
        let mut terminate = None;
        let mut last = range.start;
        for chunk in self.chunks(range.clone()) {
            if self
                .tokens(chunk.clone())
                .first()
                .is_some_and(|token| token.0 == Tok::Terminate)
            {
                terminate = self.parse(OfTerminate, chunk).or(terminate);
            } else {
                last = chunk.end;
                stmts.push(self.statement(chunk));
            }
        }
        let span = self.span_of(range.start..last, group.close);
        Content::Actor {
            body: Block { stmts, span },
            terminate,
        }
    }
}

fn binding(name: Ident) -> Pattern {
    Pattern {
        kind: PatternKind::Bind(name.name),
        span: name.span,
    }
}

/// Nests `else if` branches from the last to the first.
fn join_branches(mut parts: Vec<Branch>) -> Content {
    let mut otherwise: Option<Block> = None;
    while let Some(Branch::Block(block)) = parts.pop() {
        match parts.pop() {
            None => {
                return Content::If {
                    then: block,
                    otherwise,
                };
            }
            Some(Branch::Condition(cond)) => {
                let last = otherwise.as_ref().map_or(block.span, |block| block.span);
                let span = cond.span.to(last);
                let branch = IfExpr {
                    cond,
                    then: block,
                    otherwise,
                };
                let expr = Expr {
                    kind: ExprKind::If(Box::new(branch)),
                    span,
                };
                otherwise = Some(Block {
                    stmts: vec![Stmt::Expr(expr)],
                    span,
                });
            }
            Some(before) => {
                parts.push(before);
                otherwise = Some(block);
            }
        }
    }
    Content::Empty
}

/// A part of an `if`.
enum Branch {
    Condition(Expr),
    Block(Block),
}

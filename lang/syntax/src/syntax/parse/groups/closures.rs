//! Closures: `fn x -> e end`, `fn x do … end`, and several clauses joined by `|`.

use std::ops::Range;

use super::super::context::Content;
use super::super::{Engine, OfClosureHead, explain};
use crate::syntax::ast::*;
use crate::syntax::layout::Group;
use crate::syntax::token::Tok;

impl Engine<'_> {
    pub(super) fn closure(&mut self, range: Range<usize>, group: &Group) -> Content {
        let mut clauses = Vec::new();
        let mut rest = range;
        loop {
            let (clause, next) = self.closure_clause(rest.clone(), group);
            clauses.push(clause);
            if next >= rest.end {
                return Content::Closure(Closure { clauses });
            }
            rest = next..rest.end;
        }
    }

    /// One clause, and where the next one starts.
    fn closure_clause(&mut self, range: Range<usize>, group: &Group) -> (ClosureClause, usize) {
        let found = self.find(range.clone(), |tok| {
            matches!(tok, Tok::Arrow | Tok::FatArrow | Tok::Do)
        });
        let Some(mark) = found else {
            let place = self.span_of(range.clone(), group.close);
            if !self.is_damaged(self.tokens(range.clone())) {
                self.problems.push(explain::closure_without_arrow(
                    group.open,
                    place,
                    self.tokens(range.clone()),
                    self.text,
                ));
            }
            return (broken_clause(place), range.end);
        };
        let (tok, place) = self.layout.tokens[mark];
        if tok == Tok::FatArrow {
            self.problems.push(explain::fat_arrow(place));
        }
        let end = if tok == Tok::Do {
            range.end
        } else {
            self.clause_end(mark + 1..range.end)
        };
        let clause = self.clause_parts(range.start..mark, mark + 1..end, group);
        (clause, (end + 1).min(range.end))
    }

    fn clause_parts(
        &mut self,
        head: Range<usize>,
        body: Range<usize>,
        group: &Group,
    ) -> ClosureClause {
        let span = self.span_of(head.start..body.end, group.close);
        let (params, guard) = if head.is_empty() {
            (Vec::new(), None)
        } else {
            match self.parse(OfClosureHead, head.clone()) {
                Some(head) => head,
                None => return broken_clause(span),
            }
        };
        if self.chunks(body.clone()).next().is_none() {
            self.problems.push(explain::empty_closure(span));
        }
        ClosureClause {
            params,
            guard,
            body: self.block(body, group.close),
            span,
        }
    }

    /// Where the body of a clause ends: at a `|` outside brackets that is not part of a `let`'s pattern.
    fn clause_end(&self, body: Range<usize>) -> usize {
        let end = body.end;
        for chunk in self.chunks(body) {
            let is_let = self
                .tokens(chunk.clone())
                .first()
                .is_some_and(|token| token.0 == Tok::Let);
            let from = if is_let {
                self.find(chunk.clone(), |tok| tok == Tok::Eq)
            } else {
                None
            };
            let from = from.unwrap_or(chunk.start);
            if let Some(bar) = self.find(from..chunk.end, |tok| tok == Tok::Bar) {
                return bar;
            }
        }
        end
    }
}

fn broken_clause(span: Span) -> ClosureClause {
    let body = Block {
        stmts: vec![Stmt::Expr(Expr {
            kind: ExprKind::Error,
            span,
        })],
        span,
    };
    ClosureClause {
        params: Vec::new(),
        guard: None,
        body,
        span,
    }
}

//! Arms of `case`, `cond` and `receive`: a line with an arrow starts an arm, others continue it.

use std::ops::Range;

use super::super::context::Content;
use super::super::{Engine, OfArmHead, OfExpression, explain};
use crate::syntax::ast::*;
use crate::syntax::layout::Group;
use crate::syntax::token::Tok;

/// An arm cut out of its group: the head before the arrow and the statements after it.
struct Cut {
    head: Range<usize>,
    body: Vec<Range<usize>>,
    span: Span,
}

impl Engine<'_> {
    pub(super) fn arms(&mut self, range: Range<usize>, group: &Group, receives: bool) -> Content {
        let mut arms = Vec::new();
        let mut after = None;
        for cut in self.cut(range) {
            let first = self.tokens(cut.head.clone()).first().map(|token| token.0);
            if receives && first == Some(Tok::After) {
                after = self.after(&cut, group);
                continue;
            }
            arms.push(self.arm(&cut, group));
        }
        Content::Arms { arms, after }
    }

    pub(super) fn conditions(&mut self, range: Range<usize>, group: &Group) -> Content {
        let cuts = self.cut(range);
        let arms = cuts.iter().map(|cut| {
            let span = self.span_of(cut.head.clone(), cut.span);
            let condition = self.parse(OfExpression, cut.head.clone());
            (
                condition.unwrap_or(Expr {
                    kind: ExprKind::Error,
                    span,
                }),
                self.arm_body(cut, group),
            )
        });
        Content::Cond(arms.collect())
    }

    fn arm(&mut self, cut: &Cut, group: &Group) -> Arm {
        let place = self.span_of(cut.head.clone(), cut.span);
        let broken = || {
            (
                Pattern {
                    kind: PatternKind::Error,
                    span: place,
                },
                None,
            )
        };
        let (pattern, guard) = self
            .parse(OfArmHead, cut.head.clone())
            .unwrap_or_else(broken);
        let body = self.arm_body(cut, group);
        Arm {
            pattern,
            guard,
            body,
            span: cut.span,
        }
    }

    /// `after ms -> e`.
    fn after(&mut self, cut: &Cut, group: &Group) -> Option<(Expr, Block)> {
        let time = cut.head.start + 1..cut.head.end;
        if time.is_empty() {
            let place = self.span_of(cut.head.clone(), cut.span);
            self.problems.push(explain::after_without_time(place));
        }
        let time = self.parse(OfExpression, time);
        let body = self.arm_body(cut, group);
        Some((time?, body))
    }

    /// The statements of an arm. An arm without any is reported.
    fn arm_body(&mut self, cut: &Cut, group: &Group) -> Block {
        let start = cut.body.first().map_or(cut.head.end, |chunk| chunk.start);
        let end = cut.body.last().map_or(start, |chunk| chunk.end);
        if cut.body.is_empty() && !self.is_damaged(self.tokens(cut.head.clone())) {
            self.problems.push(explain::empty_arm(cut.span));
        }
        let span = self.span_of(start..end, group.close);
        let stmts = cut
            .body
            .iter()
            .map(|chunk| self.statement(chunk.clone()))
            .collect();
        Block { stmts, span }
    }

    /// Cuts a group into arms.
    fn cut(&mut self, range: Range<usize>) -> Vec<Cut> {
        let mut cuts: Vec<Cut> = Vec::new();
        for chunk in self.chunks(range) {
            let place = self.span_of(chunk.clone(), Span::default());
            let arrow = self.arm_arrow(chunk.clone());
            match (arrow, cuts.last_mut()) {
                (Some(arrow), _) => {
                    let rest = arrow + 1..chunk.end;
                    let body = if rest.is_empty() {
                        Vec::new()
                    } else {
                        vec![rest]
                    };
                    cuts.push(Cut {
                        head: chunk.start..arrow,
                        body,
                        span: place,
                    });
                }
                (None, Some(cut)) => {
                    cut.span = cut.span.to(place);
                    cut.body.push(chunk);
                }
                (None, None) => self.no_arrow(chunk, place),
            }
        }
        cuts
    }

    /// Where the arrow of an arm stands, if this chunk starts one. `=>` is reported and read as `->`.
    fn arm_arrow(&mut self, chunk: Range<usize>) -> Option<usize> {
        if self
            .tokens(chunk.clone())
            .first()
            .is_some_and(|token| token.0 == Tok::Let)
        {
            return None;
        }
        let found = self.find(chunk, |tok| tok == Tok::Arrow || tok == Tok::FatArrow)?;
        let (tok, span) = self.layout.tokens[found];
        if tok == Tok::FatArrow {
            self.problems.push(explain::fat_arrow(span));
        }
        Some(found)
    }

    fn no_arrow(&mut self, chunk: Range<usize>, place: Span) {
        if !self.is_damaged(self.tokens(chunk)) {
            self.problems.push(explain::arm_without_arrow(place));
        }
    }
}

//! Expressions.

use super::Formatter;
use super::doc::Doc;
use super::types::dotted;
use crate::syntax::ast::*;

/// What has a place to stand in a bracketed list.
pub trait Placed {
    fn place(&self) -> Span;
}

impl<A> Placed for (Span, A) {
    fn place(&self) -> Span {
        self.0
    }
}

impl<A, B> Placed for (Span, A, B) {
    fn place(&self) -> Span {
        self.0
    }
}

impl Formatter<'_> {
    pub fn expression(&mut self, expr: &Expr) -> Doc {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Unit if self.source(span).starts_with('(') => Doc::text("()"),
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Unit
            | ExprKind::Atom(_)
            | ExprKind::Str(_)
            | ExprKind::Name(_)
            | ExprKind::Upper(_)
            | ExprKind::Error => self.verbatim(span),
            ExprKind::Bytes(segments) => {
                self.byte_segments(segments, span, |formatter, expr| formatter.expression(expr))
            }
            ExprKind::Field(..) | ExprKind::Call(_) | ExprKind::Index(..) | ExprKind::Try(_) => {
                self.postfix(expr)
            }
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Binary(..) => self.binary(expr),
            ExprKind::Pipe { .. } => self.pipe(expr),
            ExprKind::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| (part.span, part)).collect();
                self.bracketed("(", &parts, ")", span, |formatter, (_, part)| {
                    formatter.expression(part)
                })
            }
            ExprKind::Paren(inner) => {
                Doc::concat(vec![Doc::text("("), self.expression(inner), Doc::text(")")])
            }
            ExprKind::List(items) => self.list(items, span),
            ExprKind::Map(entries) => self.map(entries, span),
            ExprKind::Struct { path, fields } if fields.is_empty() => {
                Doc::text(dotted(path) + " {}")
            }
            ExprKind::Struct { path, fields } => {
                let fields = self.fields("{", fields, span);
                Doc::concat(vec![Doc::text(dotted(path) + " "), fields])
            }
            ExprKind::Update { base, fields } => {
                let base = self.expression(base);
                let fields = self.fields("", fields, span);
                Doc::concat(vec![Doc::text("%{"), base, Doc::text(" |"), fields])
            }
            ExprKind::Closure(closure) => self.closure(closure, span),
            ExprKind::Block(block) => self.do_block("do", &[], block, span),
            ExprKind::If(branch) => self.if_expression(branch, span),
            ExprKind::Case(case) => {
                let head = Doc::concat(vec![Doc::text("case "), self.expression(&case.scrutinee)]);
                self.arms(head, &case.arms, None, span)
            }
            ExprKind::Cond(arms) => self.cond(arms, span),
            ExprKind::While(condition, body) => {
                let head = Doc::concat(vec![Doc::text("while "), self.expression(condition)]);
                self.headed(head, body, span)
            }
            ExprKind::For(each) => self.for_expression(each, span),
            ExprKind::Return(None) => Doc::text("return"),
            ExprKind::Return(Some(value)) => {
                Doc::concat(vec![Doc::text("return "), self.expression(value)])
            }
            ExprKind::Break => Doc::text("break"),
            ExprKind::Continue => Doc::text("continue"),
            ExprKind::Receive(receive) => self.arms(
                Doc::text("receive"),
                &receive.arms,
                receive.after.as_ref(),
                span,
            ),
            ExprKind::Assert(value) => {
                Doc::concat(vec![Doc::text("assert "), self.expression(value)])
            }
            ExprKind::AssertCrash(value) => {
                Doc::concat(vec![Doc::text("assert_crash "), self.expression(value)])
            }
            ExprKind::AssertReceive(pattern, within) => {
                let mut docs = vec![Doc::text("assert_receive "), self.pattern(pattern)];
                if let Some(within) = within {
                    docs.extend([Doc::text(", within: "), self.expression(within)]);
                }
                Doc::concat(docs)
            }
        }
    }

    fn unary(&mut self, op: UnOp, operand: &Expr) -> Doc {
        let literal = matches!(operand.kind, ExprKind::Int(_) | ExprKind::Float(_))
            || self
                .source(operand.span)
                .starts_with(|c: char| c.is_ascii_digit());
        let sign = match op {
            UnOp::Not => "not ",
            // Without the blank the minus would become part of the number.
            UnOp::Neg if literal => "- ",
            UnOp::Neg => "-",
        };
        Doc::concat(vec![Doc::text(sign), self.expression(operand)])
    }

    fn list(&mut self, items: &[ListItem<Expr>], span: Span) -> Doc {
        let items: Vec<_> = items
            .iter()
            .map(|item| match item {
                ListItem::One(one) => (one.span, "", one),
                ListItem::Splice(rest) => (rest.span, "...", rest),
            })
            .collect();
        self.bracketed("[", &items, "]", span, |formatter, (_, dots, inner)| {
            Doc::concat(vec![Doc::text(*dots), formatter.expression(inner)])
        })
    }

    fn map(&mut self, entries: &[(Expr, Expr)], span: Span) -> Doc {
        let entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| (key.span.to(value.span), key, value))
            .collect();
        self.bracketed("%{", &entries, "}", span, |formatter, (_, key, value)| {
            Doc::concat(vec![
                formatter.expression(key),
                Doc::text(" => "),
                formatter.expression(value),
            ])
        })
    }

    /// `{ x: 1, y: 2 }`, without the brace if `open` is empty.
    fn fields(&mut self, open: &str, fields: &[(Ident, Expr)], span: Span) -> Doc {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.span.to(value.span), name, value))
            .collect();
        let update = open.is_empty();
        let entry = |formatter: &mut Self, (_, name, value): &(Span, &Ident, &Expr)| {
            Doc::concat(vec![
                Doc::text(format!("{}: ", name.name)),
                formatter.expression(value),
            ])
        };
        if !update {
            return self.spaced(open, &fields, "}", span, entry);
        }
        let (inside, breaks) = self.elements(&fields, span, entry);
        let tail = if breaks { Doc::Soft } else { Doc::nil() };
        Doc::concat(vec![
            Doc::concat(vec![Doc::Line, inside]).indent(),
            tail,
            Doc::text("}"),
        ])
        .group()
    }

    /// Elements between brackets, one a line if they do not fit on one.
    pub fn bracketed<T: Placed>(
        &mut self,
        open: &str,
        elements: &[T],
        close: &str,
        span: Span,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> Doc {
        self.enclosed(open, elements, close, span, &Doc::Soft, write)
    }

    /// The same with blanks inside the brackets.
    pub fn spaced<T: Placed>(
        &mut self,
        open: &str,
        elements: &[T],
        close: &str,
        span: Span,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> Doc {
        self.enclosed(open, elements, close, span, &Doc::Line, write)
    }

    fn enclosed<T: Placed>(
        &mut self,
        open: &str,
        elements: &[T],
        close: &str,
        span: Span,
        edge: &Doc,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> Doc {
        let has_comments = elements.is_empty() && self.has_comment_before(span.end);
        if elements.is_empty() && !has_comments {
            return Doc::text(format!("{open}{close}"));
        }
        let (inside, _) = self.elements(elements, span, write);
        Doc::concat(vec![
            Doc::text(open),
            Doc::concat(vec![edge.clone(), inside]).indent(),
            edge.clone(),
            Doc::text(close),
        ])
        .group()
    }

    /// Elements with commas and comments, and whether a comment demands line breaks.
    fn elements<T: Placed>(
        &mut self,
        elements: &[T],
        span: Span,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> (Doc, bool) {
        let mut docs = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let place = element.place();
            docs.push(self.leading(place.start));
            docs.push(write(self, element));
            let last = index + 1 == elements.len();
            let next = elements
                .get(index + 1)
                .map_or(span.end, |next| next.place().start);
            if !last {
                docs.push(Doc::text(","));
            }
            let comments = self.trailing(place.end, next);
            if !comments.is_nil() {
                docs.extend([comments, Doc::Break]);
            }
            if !last {
                docs.push(Doc::Line);
            }
        }
        let from = elements.last().map_or(0, |last| last.place().end);
        docs.push(self.closing(from, span.end));
        let docs = Doc::concat(docs);
        let breaks = docs.breaks();
        (docs, breaks)
    }

    /// `<<a, b:16-little>>`.
    pub fn byte_segments<T>(
        &mut self,
        segments: &[ByteSegment<T>],
        span: Span,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> Doc {
        let segments: Vec<_> = segments
            .iter()
            .map(|segment| (segment.span, segment))
            .collect();
        self.bracketed("<<", &segments, ">>", span, |formatter, (_, segment)| {
            let mut docs = vec![write(formatter, &segment.value)];
            for (index, spec) in segment.specs.iter().enumerate() {
                docs.push(Doc::text(if index == 0 { ":" } else { "-" }));
                docs.push(formatter.byte_spec(spec));
            }
            Doc::concat(docs)
        })
    }

    fn byte_spec(&mut self, spec: &ByteSpec) -> Doc {
        match spec {
            ByteSpec::Bits(bits) => Doc::text(bits.to_string()),
            ByteSpec::Word(word) => Doc::text(word.name.as_str()),
            ByteSpec::Sized(word, size) => Doc::concat(vec![
                Doc::text(word.name.as_str()),
                Doc::text("("),
                self.expression(size),
                Doc::text(")"),
            ]),
        }
    }
}

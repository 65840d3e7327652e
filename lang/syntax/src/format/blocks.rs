//! Blocks, statements, and the constructs that hold them.

use super::Formatter;
use super::doc::Doc;
use crate::syntax::ast::*;

impl Formatter<'_> {
    /// Statements on lines of their own, with the comments up to `limit`.
    pub fn statements(&mut self, block: &Block, limit: u32) -> Doc {
        let mut docs: Vec<Doc> = Vec::new();
        let mut last: Option<u32> = None;
        for (index, stmt) in block.stmts.iter().enumerate() {
            let span = stmt_span(stmt);
            if let Some(end) = last {
                let blank = self.blank_between(end, self.start_with_comments(span.start));
                docs.push(if blank { Doc::Blank } else { Doc::Hard });
            }
            docs.push(self.leading(span.start));
            docs.push(self.statement(stmt));
            let next = block
                .stmts
                .get(index + 1)
                .map_or(limit, |next| stmt_span(next).start);
            docs.push(self.trailing(span.end, next));
            last = Some(span.end);
        }
        match last {
            Some(end) => docs.push(self.closing(end, limit)),
            None => docs.push(self.comments_only(limit)),
        }
        Doc::concat(docs)
    }

    /// The comments of a block without statements.
    fn comments_only(&mut self, limit: u32) -> Doc {
        let comments = self.closing(0, limit);
        match comments {
            Doc::Concat(docs, _) => Doc::concat(docs.into_iter().skip(1).collect()),
            other => other,
        }
    }

    fn statement(&mut self, stmt: &Stmt) -> Doc {
        match stmt {
            Stmt::Expr(expr) => self.expression(expr),
            Stmt::Let(binding) => self.binding(binding),
        }
    }

    fn binding(&mut self, binding: &LetStmt) -> Doc {
        let mut docs = vec![Doc::text("let "), self.pattern(&binding.pattern)];
        if let Some(ty) = &binding.ty {
            docs.extend([Doc::text(" :: "), self.ty(ty)]);
        }
        docs.push(Doc::text(" ="));
        docs.push(self.assigned(&binding.value));
        if let Some(otherwise) = &binding.otherwise {
            let from = binding.value.span.end;
            let start = self.find_word("else", from, binding.span.end);
            let span = self.between(binding.span, start, binding.span.end);
            let block = self.do_block("else", &[], otherwise, span);
            docs.extend([Doc::text(" "), block]);
        }
        Doc::concat(docs)
    }

    /// What follows `=`: on the same line, or indented on the next if it only fits there.
    pub fn assigned(&mut self, value: &Expr) -> Doc {
        let opens = matches!(
            value.kind,
            ExprKind::If(_)
                | ExprKind::Case(_)
                | ExprKind::Cond(_)
                | ExprKind::For(_)
                | ExprKind::While(..)
                | ExprKind::Receive(_)
                | ExprKind::Closure(_)
                | ExprKind::Block(_)
                | ExprKind::Call(_)
                | ExprKind::List(_)
                | ExprKind::Map(_)
                | ExprKind::Tuple(_)
                | ExprKind::Struct { .. }
                | ExprKind::Update { .. }
                | ExprKind::Pipe { .. }
                | ExprKind::Paren(_)
        );
        let doc = self.expression(value);
        if opens {
            return doc.assigned();
        }
        Doc::concat(vec![Doc::Line, doc]).indent().group()
    }

    /// `do |x| … end`, with another word for `do` if need be. `span` is the whole block's place.
    pub fn do_block(&mut self, word: &str, params: &[Param], block: &Block, span: Span) -> Doc {
        let bars = if params.is_empty() {
            Doc::nil()
        } else {
            let params: Vec<Doc> = params.iter().map(|param| self.param(param)).collect();
            Doc::concat(vec![
                Doc::text(" |"),
                Doc::join(params, &Doc::text(", ")),
                Doc::text("|"),
            ])
        };
        let head = Doc::concat(vec![Doc::text(word), bars]);
        let body = self.body(block, span);
        Doc::concat(vec![head, body, Doc::text("end")])
    }

    /// A head, its block, and `end`. `span` is the whole construct's place.
    pub fn headed(&mut self, head: Doc, block: &Block, span: Span) -> Doc {
        let inside = self.inside(block, span);
        Doc::concat(vec![
            head.group(),
            Doc::text(" do"),
            inside,
            Doc::text("end"),
        ])
        .group()
    }

    /// What stands between `do` and `end`.
    fn body(&mut self, block: &Block, span: Span) -> Doc {
        self.inside(block, span).group()
    }

    /// Statements with the line breaks around them: blanks if `span` was on one line.
    fn inside(&mut self, block: &Block, span: Span) -> Doc {
        let one_line = !self.is_multi_line(span) && simple(block);
        let statements = self.statements(block, span.end);
        indented(statements, if one_line { &Doc::Line } else { &Doc::Hard })
    }

    pub fn if_expression(&mut self, branch: &IfExpr, span: Span) -> Doc {
        let one_line = !self.is_multi_line(span)
            && simple(&branch.then)
            && branch.otherwise.as_ref().is_none_or(simple);
        let edge = if one_line { Doc::Line } else { Doc::Hard };
        let mut docs = Vec::new();
        self.branches(branch, span, &edge, &mut docs);
        docs.push(Doc::text("end"));
        Doc::concat(docs).group()
    }

    fn branches(&mut self, branch: &IfExpr, span: Span, edge: &Doc, docs: &mut Vec<Doc>) {
        let condition = self.expression(&branch.cond);
        docs.push(Doc::concat(vec![
            Doc::text("if "),
            condition,
            Doc::text(" do"),
        ]));
        let Some(otherwise) = &branch.otherwise else {
            let then = self.statements(&branch.then, span.end);
            return docs.push(indented(then, edge));
        };
        let from = if branch.then.stmts.is_empty() {
            branch.cond.span.end
        } else {
            branch.then.span.end
        };
        let to = if otherwise.stmts.is_empty() {
            span.end
        } else {
            otherwise.span.start
        };
        let else_at = self.find_word("else", from, to);
        let then = self.statements(&branch.then, else_at);
        docs.push(indented(then, edge));
        if let [
            Stmt::Expr(Expr {
                kind: ExprKind::If(nested),
                span: nested_span,
            }),
        ] = otherwise.stmts.as_slice()
            && !self.has_comment_before(nested_span.start)
        {
            docs.push(Doc::text("else "));
            let nested_end = self.between(*nested_span, nested_span.start, span.end);
            return self.branches(nested, nested_end, edge, docs);
        }
        docs.push(Doc::text("else"));
        let body = self.statements(otherwise, span.end);
        docs.push(indented(body, edge));
    }

    /// `case`, `match` and `receive` from their head on.
    pub fn arms(
        &mut self,
        head: Doc,
        arms: &[Arm],
        after: Option<&(Expr, Block)>,
        span: Span,
    ) -> Doc {
        let mut docs = Vec::new();
        let mut last: Option<u32> = None;
        let after_start = after.map(|(time, _)| {
            let from = arms.last().map_or(span.start, |arm| arm.span.end);
            self.find_word("after", from, time.span.start)
        });
        let end = after_start.unwrap_or(span.end);
        for (index, arm) in arms.iter().enumerate() {
            let next = arms.get(index + 1).map_or(end, |next| next.span.start);
            docs.push(self.gap(last, arm.span.start));
            let head = self.arm_head(arm);
            let head_end = arm
                .guard
                .as_ref()
                .map_or(arm.pattern.span, |guard| guard.span)
                .end;
            docs.push(self.arm(head, &arm.body, head_end, next));
            last = Some(arm.span.end);
        }
        docs.push(self.closing(last.unwrap_or(0), end));
        let mut parts = vec![head, Doc::text(" do"), Doc::concat(docs).indent()];
        if let Some((time, body)) = after {
            parts.push(Doc::Hard);
            let head = Doc::concat(vec![Doc::text("after "), self.expression(time)]);
            parts.push(self.arm(head, body, time.span.end, span.end));
            parts.push(self.closing(body.span.end, span.end));
        }
        parts.extend([Doc::Hard, Doc::text("end")]);
        Doc::concat(parts)
    }

    /// The line break before an arm, with an empty line if there was one, and its comments.
    fn gap(&mut self, last: Option<u32>, start: u32) -> Doc {
        let blank =
            last.is_some_and(|end| self.blank_between(end, self.start_with_comments(start)));
        let comments = self.leading(start);
        Doc::concat(vec![if blank { Doc::Blank } else { Doc::Hard }, comments])
    }

    fn arm_head(&mut self, arm: &Arm) -> Doc {
        let pattern = self.pattern(&arm.pattern);
        self.guarded(pattern, arm.guard.as_ref())
    }

    /// ` when e`.
    pub fn guarded(&mut self, head: Doc, guard: Option<&Expr>) -> Doc {
        match guard {
            None => head,
            Some(guard) => Doc::concat(vec![head, Doc::text(" when "), self.expression(guard)]),
        }
    }

    /// `head -> body`, the body on the same line if it is one statement that was there and fits.
    fn arm(&mut self, head: Doc, body: &Block, head_end: u32, limit: u32) -> Doc {
        let lead = self.between(body.span, head_end, body.span.start);
        let same_line = body.stmts.len() == 1 && !self.is_multi_line(lead);
        let comment = self.has_comment_before(body.span.start);
        // Comments on further lines belong to the next arm.
        let rest = self
            .text
            .get(body.span.end as usize..limit as usize)
            .unwrap_or("");
        let line = rest.find('\n').unwrap_or(rest.len()) as u32;
        let statements = self.statements(body, body.span.end + line);
        let opens = opens_on_line(body) && (statements.breaks() || !is_plain(body));
        let body = match (same_line && !comment, opens) {
            (true, true) => Doc::concat(vec![Doc::text(" "), statements]),
            (true, false) => Doc::concat(vec![Doc::Line, statements]).indent().group(),
            (false, _) => Doc::concat(vec![Doc::Hard, statements]).indent(),
        };
        Doc::concat(vec![head, Doc::text(" ->"), body])
    }

    pub fn cond(&mut self, arms: &[(Expr, Block)], span: Span) -> Doc {
        let mut docs = Vec::new();
        let mut last = None;
        for (index, (condition, body)) in arms.iter().enumerate() {
            let next = arms
                .get(index + 1)
                .map_or(span.end, |next| next.0.span.start);
            docs.push(self.gap(last, condition.span.start));
            let head = self.expression(condition);
            docs.push(self.arm(head, body, condition.span.end, next));
            last = Some(body.span.end);
        }
        docs.push(self.closing(last.unwrap_or(0), span.end));
        Doc::concat(vec![
            Doc::text("cond do"),
            Doc::concat(docs).indent(),
            Doc::Hard,
            Doc::text("end"),
        ])
    }

    pub fn for_expression(&mut self, each: &ForExpr, span: Span) -> Doc {
        let generators: Vec<Doc> = each
            .generators
            .iter()
            .map(|(pattern, iterable)| {
                Doc::concat(vec![
                    self.pattern(pattern),
                    Doc::text(" in "),
                    self.expression(iterable),
                ])
            })
            .collect();
        let separator = Doc::concat(vec![Doc::text(","), Doc::Line]);
        let generators = Doc::concat(vec![
            Doc::text("for "),
            Doc::join(generators, &separator).indent(),
        ]);
        let head = self.guarded(generators, each.guard.as_ref());
        self.headed(head, &each.body, span)
    }

    pub fn closure(&mut self, closure: &Closure, span: Span) -> Doc {
        let one_line =
            !self.is_multi_line(span) && closure.clauses.iter().all(|clause| simple(&clause.body));
        let mut docs = vec![Doc::text("fn")];
        for (index, clause) in closure.clauses.iter().enumerate() {
            if index > 0 {
                docs.push(if one_line { Doc::Line } else { Doc::Hard });
                docs.push(Doc::text("|"));
            }
            let next = closure
                .clauses
                .get(index + 1)
                .map_or(span.end, |next| next.span.start);
            docs.push(self.closure_head(clause));
            docs.push(self.closure_body(clause, next, one_line));
        }
        docs.push(if one_line { Doc::Line } else { Doc::Hard });
        docs.push(Doc::text("end"));
        Doc::concat(docs).group()
    }

    fn closure_head(&mut self, clause: &ClosureClause) -> Doc {
        // One parameter that is in parentheses itself needs a second pair.
        let pair = matches!(
            clause.params.as_slice(),
            [Param {
                pattern: Pattern {
                    kind: PatternKind::Tuple(_) | PatternKind::Paren(_) | PatternKind::Unit,
                    ..
                },
                ..
            }]
        );
        let params: Vec<Doc> = clause
            .params
            .iter()
            .map(|param| self.param(param))
            .collect();
        let params = Doc::join(params, &Doc::text(", "));
        let params = match (pair, clause.params.is_empty()) {
            (_, true) => Doc::nil(),
            (true, _) => Doc::concat(vec![Doc::text(" ("), params, Doc::text(")")]),
            (false, _) => Doc::concat(vec![Doc::text(" "), params]),
        };
        let head = self.guarded(params, clause.guard.as_ref());
        Doc::concat(vec![head, Doc::text(" ->")])
    }

    fn closure_body(&mut self, clause: &ClosureClause, limit: u32, one_line: bool) -> Doc {
        let statements = self.statements(&clause.body, limit);
        let edge = if one_line { Doc::Line } else { Doc::Hard };
        Doc::concat(vec![edge, statements]).indent()
    }
}

fn empty(doc: &Doc) -> bool {
    match doc {
        Doc::Concat(docs, _) => docs.iter().all(empty),
        _ => false,
    }
}

fn indented(statements: Doc, edge: &Doc) -> Doc {
    if empty(&statements) {
        return Doc::Hard;
    }
    Doc::concat(vec![
        Doc::concat(vec![edge.clone(), statements]).indent(),
        edge.clone(),
    ])
}

/// Whether a block is one statement that may stand on the line of its construct.
fn simple(block: &Block) -> bool {
    block.stmts.len() == 1
}

/// Whether the only statement of an arm starts a construct of several lines by itself.
fn opens_on_line(block: &Block) -> bool {
    matches!(
        block.stmts.as_slice(),
        [Stmt::Expr(Expr {
            kind: ExprKind::Case(_)
                | ExprKind::If(_)
                | ExprKind::Cond(_)
                | ExprKind::For(_)
                | ExprKind::Receive(_)
                | ExprKind::Closure(_)
                | ExprKind::Call(_)
                | ExprKind::List(_)
                | ExprKind::Map(_)
                | ExprKind::Struct { .. }
                | ExprKind::Block(_)
                | ExprKind::While(..),
            ..
        })]
    )
}

/// Whether the only statement of an arm has several lines only where something in it has.
fn is_plain(block: &Block) -> bool {
    matches!(
        block.stmts.as_slice(),
        [Stmt::Expr(Expr {
            kind: ExprKind::Call(_)
                | ExprKind::List(_)
                | ExprKind::Map(_)
                | ExprKind::Struct { .. },
            ..
        })]
    )
}

pub fn stmt_span(stmt: &Stmt) -> Span {
    match stmt {
        Stmt::Let(binding) => binding.span,
        Stmt::Expr(expr) => expr.span,
    }
}

//! Operators, pipes, and chains of fields, calls and indexes.

use super::Formatter;
use super::doc::Doc;
use crate::syntax::ast::*;

impl Formatter<'_> {
    /// Operands of one level, broken after the operators if they do not fit.
    pub fn binary(&mut self, expr: &Expr) -> Doc {
        let mut links = Vec::new();
        let mut first = expr;
        let level = binary_level(expr);
        while let ExprKind::Binary(op, op_span, left, right) = &first.kind
            && binary_level(first) == level
        {
            links.push((*op, *op_span, right.as_ref()));
            first = left;
        }
        let mut docs = vec![self.expression(first)];
        for (op, _, right) in links.into_iter().rev() {
            let (text, gap) = operator(op);
            docs.push(Doc::text(if gap {
                format!(" {text}")
            } else {
                text.to_owned()
            }));
            docs.push(if gap { Doc::Line } else { Doc::nil() });
            docs.push(self.expression(right));
        }
        Doc::concat(docs).indent().group()
    }

    /// `x |> f()`, one stage a line if it was written so or does not fit.
    pub fn pipe(&mut self, expr: &Expr) -> Doc {
        let mut stages = Vec::new();
        let mut first = expr;
        let mut broken = false;
        while let ExprKind::Pipe {
            value,
            slot,
            op_span,
            target,
        } = &first.kind
        {
            let gap = self.between(*op_span, value.span.end, op_span.start);
            broken |= self.is_multi_line(gap);
            stages.push((*slot, *op_span, target.as_ref()));
            first = value;
        }
        let start = self.expression(first);
        let mut end = first.span.end;
        let mut docs = Vec::new();
        for (slot, op_span, target) in stages.into_iter().rev() {
            let comments = self.trailing(end, op_span.start);
            broken |= !comments.is_nil();
            docs.push(comments);
            docs.push(Doc::Line);
            docs.push(self.leading(target.span.start));
            docs.push(Doc::text(if slot == 1 {
                "|> ".to_owned()
            } else {
                format!("|{slot}> ")
            }));
            docs.push(self.expression(target));
            end = target.span.end;
        }
        Doc::concat(vec![start, Doc::concat(docs).indent()]).group_broken(broken)
    }

    /// Fields, calls, indexes and `?` behind an operand; method calls that were written on lines of
    /// their own stay there.
    pub fn postfix(&mut self, expr: &Expr) -> Doc {
        let mut links = Vec::new();
        let mut first = expr;
        let mut broken = false;
        loop {
            let next = match &first.kind {
                ExprKind::Field(base, name) => {
                    let gap = self.between(name.span, base.span.end, name.span.start);
                    broken |= self.is_multi_line(gap) && !self.has_comment_before(name.span.start);
                    base
                }
                ExprKind::Call(call) => &call.callee,
                ExprKind::Index(base, _) | ExprKind::Try(base) => base,
                _ => break,
            };
            links.push(first);
            first = next;
        }
        let start = self.expression(first);
        let mut docs = Vec::new();
        for link in links.into_iter().rev() {
            docs.push(self.link(link, broken));
        }
        if broken {
            return Doc::concat(vec![start, Doc::concat(docs).indent()]);
        }
        docs.insert(0, start);
        Doc::concat(docs)
    }

    fn link(&mut self, link: &Expr, broken: bool) -> Doc {
        match &link.kind {
            ExprKind::Field(base, name) => {
                // A module's path stays together.
                let method = broken && !matches!(base.kind, ExprKind::Upper(_));
                let gap = if method { Doc::Hard } else { Doc::nil() };
                Doc::concat(vec![gap, Doc::text(format!(".{}", name.name))])
            }
            ExprKind::Index(_, index) => {
                Doc::concat(vec![Doc::text("["), self.expression(index), Doc::text("]")])
            }
            ExprKind::Call(call) => self.arguments(call, link.span),
            _ => Doc::text("?"),
        }
    }

    /// `(args) do … end`.
    fn arguments(&mut self, call: &Call, span: Span) -> Doc {
        let end = call
            .trailing
            .as_ref()
            .map_or(span.end, |block| block.span.start);
        let within = self.between(span, call.callee.span.end, end);
        let args = self.argument_list(&call.args, within);
        match &call.trailing {
            None => args,
            Some(block) => {
                let block_doc = self.do_block("do", &block.params, &block.body, block.span);
                Doc::concat(vec![args, Doc::text(" "), block_doc])
            }
        }
    }

    fn argument_list(&mut self, args: &[Arg], within: Span) -> Doc {
        if let Some((last, leading)) = args.split_last()
            && hugs(&last.value)
            && !self.has_comment_before(last.value.span.start)
        {
            let leading: Vec<Doc> = leading.iter().map(|arg| self.argument(arg)).collect();
            let last = self.argument(last);
            if !leading.iter().any(Doc::breaks) {
                return Doc::hug(leading, last);
            }
            let separator = Doc::concat(vec![Doc::text(","), Doc::Line]);
            let lines = Doc::join(leading.into_iter().chain([last]), &separator);
            let lines = Doc::concat(vec![Doc::Soft, lines]).indent();
            return Doc::concat(vec![Doc::text("("), lines, Doc::Soft, Doc::text(")")]).group();
        }
        let args: Vec<_> = args
            .iter()
            .map(|arg| {
                (
                    arg.name
                        .as_ref()
                        .map_or(arg.value.span, |name| name.span.to(arg.value.span)),
                    arg,
                )
            })
            .collect();
        self.bracketed("(", &args, ")", within, |formatter, (_, arg)| {
            formatter.argument(arg)
        })
    }

    fn argument(&mut self, arg: &Arg) -> Doc {
        let value = self.expression(&arg.value);
        match &arg.name {
            None => value,
            Some(name) => Doc::concat(vec![Doc::text(format!("{}: ", name.name)), value]),
        }
    }
}

/// Whether a last argument may stay on the line of its call when it has several lines.
fn hugs(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Closure(_)
            | ExprKind::If(_)
            | ExprKind::Case(_)
            | ExprKind::Cond(_)
            | ExprKind::Receive(_)
            | ExprKind::For(_)
            | ExprKind::Block(_)
    )
}

fn binary_level(expr: &Expr) -> Option<u32> {
    let ExprKind::Binary(op, ..) = &expr.kind else {
        return None;
    };
    Some(match op {
        BinOp::Or => 2,
        BinOp::And => 3,
        BinOp::Eq | BinOp::Ne => 4,
        BinOp::Lt | BinOp::Gt | BinOp::Le | BinOp::Ge => 5,
        BinOp::Range | BinOp::RangeInclusive => 6,
        BinOp::Concat | BinOp::Append => 7,
        BinOp::Add | BinOp::Sub => 8,
        BinOp::Mul | BinOp::Div | BinOp::Rem => 9,
        // To the right: its left operand is no chain of its own.
        BinOp::Cons => return None,
    })
}

/// The text of an operator, and whether blanks stand around it.
fn operator(op: BinOp) -> (&'static str, bool) {
    let text = op.symbol();
    (text, !matches!(op, BinOp::Range | BinOp::RangeInclusive))
}

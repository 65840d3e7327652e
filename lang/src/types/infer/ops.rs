//! Operators.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, BinOp, Span, UnOp};
use crate::typed::{Arith, Bound, Con, Expr, ExprKind, Rel};
use crate::types::arena::{Needs, TyId};
use crate::types::mismatch::Why;

/// How an operator is written, what its operands must have, and where it stands.
type Operator = (&'static str, Bound, Span);

type Build = fn(Box<Expr>, Box<Expr>) -> ExprKind;

impl Infer<'_, '_> {
    pub(super) fn unary(
        &mut self,
        op: UnOp,
        inner: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match op {
            UnOp::Not => {
                let inner = self.check(inner, TyId::BOOL, Why::Operator("not"));
                self.done(ExprKind::Not(Box::new(inner)), TyId::BOOL, span, expect)
            }
            UnOp::Neg => {
                let (inner, ty) = self.infer(inner);
                self.require(ty, Bound::Neg, span, Needs::Operator("-"));
                self.done(ExprKind::Neg(Box::new(inner)), ty, span, expect)
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        op: BinOp,
        op_span: Span,
        a: &ast::Expr,
        b: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match op {
            BinOp::And | BinOp::Or => self.logic(op, a, b, span, expect),
            BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem => {
                self.arith(op, op_span, a, b, span, expect)
            }
            BinOp::Concat => {
                let (a, b, ty) = self.operands(("<>", Bound::Concat, op_span), a, b);
                let kind = ExprKind::Concat(Box::new(a), Box::new(b));
                self.done(kind, ty, span, expect)
            }
            BinOp::Append => {
                let element = self.arena.fresh();
                let list = self.arena.app(Con::List, &[element]);
                let a = self.check(a, list, Why::Operator("++"));
                let b = self.check(b, list, Why::Operand("++", a.span));
                let kind = ExprKind::Append(Box::new(a), Box::new(b));
                self.done(kind, list, span, expect)
            }
            BinOp::Cons => self.cons(a, b, span, expect),
            BinOp::Range | BinOp::RangeInclusive => {
                let a = self.check(a, TyId::INT, Why::Operator(".."));
                let b = self.check(b, TyId::INT, Why::Operator(".."));
                let inclusive = op == BinOp::RangeInclusive;
                let kind = ExprKind::Range(Box::new(a), Box::new(b), inclusive);
                self.done(kind, TyId::RANGE, span, expect)
            }
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Gt | BinOp::Le | BinOp::Ge => {
                self.compare(op, op_span, a, b, span, expect)
            }
        }
    }

    fn logic(
        &mut self,
        op: BinOp,
        a: &ast::Expr,
        b: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (word, build): (_, Build) = match op {
            BinOp::And => ("and", ExprKind::And),
            _ => ("or", ExprKind::Or),
        };
        let a = self.check(a, TyId::BOOL, Why::Operator(word));
        let b = self.check(b, TyId::BOOL, Why::Operator(word));
        self.done(build(Box::new(a), Box::new(b)), TyId::BOOL, span, expect)
    }

    /// Two operands of one type, which has what the operator needs.
    fn operands(&mut self, op: Operator, a: &ast::Expr, b: &ast::Expr) -> (Expr, Expr, TyId) {
        let (a, ty) = self.infer(a);
        let b = self.operand(op, &a, ty, b);
        (a, b, ty)
    }

    /// The second operand, of the type of the first; when they differ, that is reported and mistake enough.
    fn operand(&mut self, op: Operator, a: &Expr, ty: TyId, b: &ast::Expr) -> Expr {
        let (symbol, bound, span) = op;
        let before = self.sink.error_count();
        let b = self.check(b, ty, Why::Operand(symbol, a.span));
        if self.sink.error_count() == before {
            self.require(ty, bound, span, Needs::Operator(symbol));
        }
        b
    }

    fn arith(
        &mut self,
        op: BinOp,
        op_span: Span,
        a: &ast::Expr,
        b: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (symbol, bound, arith) = match op {
            BinOp::Add => ("+", Bound::Add, Arith::Add),
            BinOp::Sub => ("-", Bound::Sub, Arith::Sub),
            BinOp::Mul => ("*", Bound::Mul, Arith::Mul),
            BinOp::Div => ("/", Bound::Div, Arith::Div),
            _ => ("%", Bound::Rem, Arith::Rem),
        };
        let operator = (symbol, bound, op_span);
        let (a, left) = self.infer(a);
        if let Some((con, _)) = self.arena.known(left)
            && !matches!(con, Con::Int | Con::Float)
        {
            return self.no_arithmetic(operator, left, a, b, span);
        }
        let b = self.operand(operator, &a, left, b);
        let kind = ExprKind::Arith(arith, Box::new(a), Box::new(b));
        self.done(kind, left, span, expect)
    }

    /// `"a" + b` as other languages write it, or a function that was not called: one error, whatever `b` is.
    fn no_arithmetic(
        &mut self,
        (symbol, bound, op_span): Operator,
        ty: TyId,
        a: Expr,
        b: &ast::Expr,
        span: Span,
    ) -> Expr {
        let (_, other) = self.infer(b);
        if self.arena.is_error(other) {
            return self.error(span);
        }
        let text = self.show_one(ty);
        let help = match self.arena.known(ty) {
            Some((Con::String, _)) if symbol == "+" => Some("strings are joined with `<>`"),
            Some((Con::List, _)) if symbol == "+" => Some("lists are joined with `++`"),
            Some((Con::Fun, parts)) if parts.len() == 1 => {
                Some("call the function to get its value: write `()` after it")
            }
            _ => None,
        };
        let message = format!("`{text}` has no `{}`", bound.name());
        self.sink.push(
            Diagnostic::new(Code::UNMET_BOUND, op_span, message)
                .label(format!("`{symbol}` works on numbers"))
                .secondary(a.span, format!("this is `{text}`"))
                .maybe_help(help.map(str::to_owned)),
        );
        self.error(span)
    }

    fn cons(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span, expect: Expect) -> Expr {
        let element = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::List, parts)) => parts[0],
            _ => self.arena.fresh(),
        };
        let list = self.arena.app(Con::List, &[element]);
        let head = self.check(a, element, Why::Unknown);
        let tail = self.check(b, list, Why::Cons(head.span));
        let kind = ExprKind::Cons(Box::new(head), Box::new(tail));
        self.done(kind, list, span, expect)
    }

    fn compare(
        &mut self,
        op: BinOp,
        op_span: Span,
        a: &ast::Expr,
        b: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (symbol, bound, rel) = match op {
            BinOp::Eq => ("==", Bound::Eq, Rel::Eq),
            BinOp::Ne => ("!=", Bound::Eq, Rel::Ne),
            BinOp::Lt => ("<", Bound::Ord, Rel::Lt),
            BinOp::Gt => (">", Bound::Ord, Rel::Gt),
            BinOp::Le => ("<=", Bound::Ord, Rel::Le),
            _ => (">=", Bound::Ord, Rel::Ge),
        };
        let (a, b, _) = self.operands((symbol, bound, op_span), a, b);
        let kind = ExprKind::Compare(rel, Box::new(a), Box::new(b));
        self.done(kind, TyId::BOOL, span, expect)
    }
}

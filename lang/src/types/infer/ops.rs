//! Operators.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::deps::upper_path;
use crate::resolve::scope::dotted;
use crate::syntax::ast::{self, BinOp, Span, UnOp};
use crate::typed::{Arith, Con, Expr, ExprKind, InterfaceId, Rel};
use crate::types::arena::{Needs, Node, TyId};
use crate::types::mismatch::Why;
use crate::types::solve::Has;

/// How an operator is written, what its operands must have, and where it stands.
type Operator = (&'static str, InterfaceId, Span);

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
                let result = self.arithmetic(ty, ("-", InterfaceId::NEG, span));
                self.done(ExprKind::Neg(Box::new(inner)), result, span, expect)
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
                let (a, b, ty) = self.operands(("<>", InterfaceId::CONCAT, op_span), a, b);
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
            BinOp::Add => ("+", InterfaceId::ADD, Arith::Add),
            BinOp::Sub => ("-", InterfaceId::SUB, Arith::Sub),
            BinOp::Mul => ("*", InterfaceId::MUL, Arith::Mul),
            BinOp::Div => ("/", InterfaceId::DIV, Arith::Div),
            _ => ("%", InterfaceId::REM, Arith::Rem),
        };
        let operator = (symbol, bound, op_span);
        let (a, left) = self.infer(a);
        if self.arena.known(left).is_some() && self.may_have(left, bound) == Has::No {
            return self.no_arithmetic(operator, left, a, b, span);
        }
        let before = self.sink.error_count();
        let b = self.check(b, left, Why::Operand(symbol, a.span));
        let result = match self.sink.error_count() == before {
            true => self.arithmetic(left, operator),
            false => left,
        };
        let kind = ExprKind::Arith(arith, Box::new(a), Box::new(b));
        self.done(kind, result, span, expect)
    }

    /// What an arithmetic operator gives for operands of a type: the same for numbers and for what is not known yet.
    fn arithmetic(&mut self, ty: TyId, (symbol, interface, span): Operator) -> TyId {
        let result = match self.arena.node(ty) {
            Node::App(Con::Int | Con::Float, _) | Node::Error => return ty,
            Node::App(..) | Node::Rigid(_) => self.arena.fresh(),
            _ => ty,
        };
        let need = self.arena.need(interface, &[result], 0);
        self.require_need(ty, need, span, Needs::Operator(symbol));
        result
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
        let name = &self.world.program.interface(bound).name;
        let joins = matches!(self.arena.known(other), None | Some((Con::String, _)));
        let known = self.world.program.known;
        let help = match self.arena.known(ty) {
            Some((Con::String, _)) if symbol == "+" && joins => {
                Some("strings are joined with `<>`".to_owned())
            }
            Some((Con::String, _)) if symbol == "+" => {
                Some("put the value into the string: `\"text ${value}\"`; strings are joined with `<>`".to_owned())
            }
            Some((Con::Adt(id), _)) if Some(id) == known.option => {
                Some("the value may be absent: handle `None` with `case`, or use `Option.unwrap_or(x, default)`".to_owned())
            }
            Some((Con::Adt(id), _)) if Some(id) == known.result => {
                Some("this may have failed: handle `Err` with `case`, or pass it on with `?`".to_owned())
            }
            Some((Con::List, _)) if symbol == "+" => Some("lists are joined with `++`".to_owned()),
            Some((Con::Fun, parts)) if parts.len() == 1 => {
                Some("call the function to get its value: write `()` after it".to_owned())
            }
            Some((Con::Adt(id), _)) => {
                let def = &self.world.program.types[id.0 as usize];
                let own = !self.world.is_std(def.module);
                own.then(|| format!("implement it: `impl {name} for {} do … end`", def.name))
            }
            _ => None,
        };
        let message = format!("`{text}` has no `{name}`");
        let diagnostic = Diagnostic::new(Code::UNMET_BOUND, op_span, message)
            .label(format!("`{symbol}` works on numbers"))
            .secondary(a.span, format!("this is `{text}`"))
            .maybe_help(help);
        let diagnostic = self.decided_by(diagnostic, a.span, &text);
        self.sink.push(diagnostic);
        self.error(span)
    }

    fn cons(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span, expect: Expect) -> Expr {
        if let Some(module) = self.module_path(a) {
            return self.double_colon(&module, a.span, b, span);
        }
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

    /// The module that an expression names, when it can be nothing else.
    fn module_path(&self, expr: &ast::Expr) -> Option<String> {
        let path = upper_path(expr)?;
        let last = path.last()?;
        let variant = !self
            .world
            .find_variants(self.f.module, &last.name)
            .item
            .is_empty();
        let module = self.world.find_module(self.f.module, &path).is_some();
        (module && !variant).then(|| dotted(&path).to_string())
    }

    /// `String::length(s)`, as other languages write it.
    fn double_colon(&mut self, module: &str, place: Span, b: &ast::Expr, span: Span) -> Expr {
        let name = match &b.kind {
            ast::ExprKind::Call(call) => self.world.files.text_of(call.callee.span),
            _ => self.world.files.text_of(b.span),
        };
        let help = format!("write `{module}.{name}`");
        let between = Span {
            start: place.end,
            end: b.span.start,
            ..place
        };
        self.sink.push(
            Diagnostic::new(
                Code::FOREIGN_SYNTAX,
                between,
                "the items of a module follow a dot",
            )
            .label("write `.` here")
            .secondary(place, "this is a module")
            .note("`x :: xs` puts a value in front of a list")
            .help(help),
        );
        self.error(span)
    }

    /// The second of two pids, which are compared whatever messages their actors take.
    fn other_pid(&mut self, symbol: &'static str, a: &Expr, ty: TyId, b: &ast::Expr) -> Expr {
        let (b, other) = self.infer(b);
        if !matches!(self.arena.known(other), Some((Con::Pid, _))) {
            self.demand(b.span, ty, other, Why::Operand(symbol, a.span));
        }
        b
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
            BinOp::Eq => ("==", InterfaceId::EQ, Rel::Eq),
            BinOp::Ne => ("!=", InterfaceId::EQ, Rel::Ne),
            BinOp::Lt => ("<", InterfaceId::ORD, Rel::Lt),
            BinOp::Gt => (">", InterfaceId::ORD, Rel::Gt),
            BinOp::Le => ("<=", InterfaceId::ORD, Rel::Le),
            _ => (">=", InterfaceId::ORD, Rel::Ge),
        };
        let (a, ty) = self.infer(a);
        let b = match self.arena.known(ty) {
            Some((Con::Pid, _)) => self.other_pid(symbol, &a, ty, b),
            _ => self.operand((symbol, bound, op_span), &a, ty, b),
        };
        let kind = ExprKind::Compare(rel, Box::new(a), Box::new(b));
        self.done(kind, TyId::BOOL, span, expect)
    }
}

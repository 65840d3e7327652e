//! `if`, `case` and `cond`.

use super::{Expect, Infer, unit};
use crate::syntax::ast::{self, Block, Span};
use crate::typed::{Arm, Expr, ExprKind, Stmt};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

/// Collects the type that branches agree on.
pub(super) struct Join {
    expect: Expect,
    /// The common type, once there is one.
    ty: Option<TyId>,
}

impl Infer<'_, '_> {
    /// Starts to join branches under an expectation.
    pub(super) fn join(&mut self, expect: Expect) -> Join {
        Join {
            expect,
            ty: expect.ty(),
        }
    }

    /// Infers one branch.
    pub(super) fn branch(&mut self, join: &mut Join, block: &Block) -> Expr {
        match join.expect {
            Expect::Unused => self.scoped(|this| this.discard(block)),
            expect @ Expect::Type(ty, _) => {
                let decides = self.arena.is_var(ty);
                let branch = self.block(block, expect);
                if decides && !self.arena.is_var(ty) {
                    join.expect = Expect::Type(ty, Why::Branch(value_span(&branch)));
                }
                branch
            }
            Expect::Any => {
                let first = self.block(block, Expect::Any);
                let ty = self.type_of(&first);
                join.ty = Some(ty);
                join.expect = Expect::Type(ty, Why::Branch(value_span(&first)));
                first
            }
        }
    }

    /// The type of the whole.
    pub(super) fn joined(&mut self, join: &Join) -> TyId {
        match join.expect {
            Expect::Unused => TyId::UNIT,
            _ => join.ty.unwrap_or_else(|| self.arena.fresh()),
        }
    }

    /// Infers a block whose value is thrown away; the result is `()`.
    pub(super) fn discard(&mut self, block: &Block) -> Expr {
        let body = self.block(block, Expect::Unused);
        self.as_unit(body)
    }

    /// Makes an expression's value `()`.
    pub(super) fn as_unit(&mut self, body: Expr) -> Expr {
        let ty = self.type_of(&body);
        if self.arena.root(ty) == TyId::UNIT {
            return body;
        }
        let span = body.span;
        self.f.discarded.push((value_span(&body), ty));
        Expr {
            kind: ExprKind::Block(vec![Stmt::Expr(body)], Box::new(unit(span))),
            ty: hole::of_type(TyId::UNIT),
            span,
        }
    }

    pub(super) fn if_expr(&mut self, parts: &ast::IfExpr, span: Span, expect: Expect) -> Expr {
        let cond = self.check(&parts.cond, TyId::BOOL, Why::Condition("if"));
        let Some(otherwise) = &parts.otherwise else {
            let then = self.scoped(|this| this.discard(&parts.then));
            let kind = ExprKind::If(Box::new(cond), Box::new(then), Box::new(unit(span)));
            return self.done_without_else(kind, span, expect);
        };
        let mut join = self.join(expect);
        let then = self.branch(&mut join, &parts.then);
        let otherwise = self.branch(&mut join, otherwise);
        let ty = self.joined(&join);
        Expr {
            kind: ExprKind::If(Box::new(cond), Box::new(then), Box::new(otherwise)),
            ty: hole::of_type(ty),
            span,
        }
    }

    /// An `if` without `else` is `()`; says so where something else is wanted.
    fn done_without_else(&mut self, kind: ExprKind, span: Span, expect: Expect) -> Expr {
        if let Expect::Type(want, why) = expect
            && let Some((con, _)) = self.arena.known(want)
            && con != crate::typed::Con::Unit
        {
            let want = self.show_one(want);
            let diagnostic = crate::diagnostics::Diagnostic::new(
                crate::diagnostics::Code::TYPE_MISMATCH,
                span,
                format!("types differ: expected `{want}`, found `()`"),
            )
            .label("an `if` without `else` has the value `()`")
            .help("add an `else` branch with the value for the other case");
            let diagnostic = self.explain(diagnostic, &want, why);
            self.sink.push(diagnostic);
            return self.error(span);
        }
        self.done(kind, TyId::UNIT, span, expect)
    }

    pub(super) fn case(&mut self, case: &ast::CaseExpr, span: Span, expect: Expect) -> Expr {
        let (scrutinee, ty) = self.infer(&case.scrutinee);
        let why = Why::Scrutinee(scrutinee.span);
        let mut join = self.join(expect);
        let mut arms = Vec::with_capacity(case.arms.len());
        for arm in &case.arms {
            arms.push(self.scoped(|this| {
                let pat = this.pattern(&arm.pattern, ty, why);
                let guard = this.guard(arm.guard.as_ref());
                let body = this.branch(&mut join, &arm.body);
                Arm { pat, guard, body }
            }));
        }
        let ty = self.joined(&join);
        Expr {
            kind: ExprKind::Case(Box::new(scrutinee), arms),
            ty: hole::of_type(ty),
            span,
        }
    }

    /// `when …`.
    pub(in crate::types) fn guard(&mut self, guard: Option<&ast::Expr>) -> Option<Expr> {
        guard.map(|guard| self.check(guard, TyId::BOOL, Why::Condition("when")))
    }

    pub(super) fn cond(&mut self, arms: &[(ast::Expr, Block)], span: Span, expect: Expect) -> Expr {
        let mut join = self.join(expect);
        let mut typed = Vec::with_capacity(arms.len());
        for (cond, body) in arms {
            let cond = self.check(cond, TyId::BOOL, Why::Condition("cond"));
            typed.push((cond, self.branch(&mut join, body)));
        }
        let ty = self.joined(&join);
        Expr {
            kind: ExprKind::Cond(typed),
            ty: hole::of_type(ty),
            span,
        }
    }
}

/// The place of the expression that gives a block its value.
pub(in crate::types) fn value_span(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::Block(_, value) => value_span(value),
        _ => expr.span,
    }
}

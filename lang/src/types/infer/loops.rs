//! `for`, `while`, `break` and `continue`.

use super::pending::Wait;
use super::{Expect, Infer, unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Block, Span};
use crate::typed::{Con, Expr, ExprKind, For, LoopId, Stmt};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

/// The two ways to leave a turn of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Ends the loop.
    Break,
    /// Goes on with the next turn.
    Continue,
}

impl Infer<'_, '_> {
    fn enter_loop(&mut self) -> LoopId {
        let id = LoopId(self.f.loop_count);
        self.f.loop_count += 1;
        self.f.loops.push(Some(id));
        id
    }

    pub(super) fn while_loop(
        &mut self,
        cond: &ast::Expr,
        body: &Block,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let id = self.enter_loop();
        let cond = self.check(cond, TyId::BOOL, Why::Condition("while"));
        let body = self.discard(body);
        self.f.loops.pop();
        let kind = ExprKind::While(id, Box::new(cond), Box::new(body));
        self.done(kind, TyId::UNIT, span, expect)
    }

    pub(super) fn for_loop(&mut self, parts: &ast::ForExpr, span: Span, expect: Expect) -> Expr {
        let wants_unit = expect
            .ty()
            .is_some_and(|ty| self.arena.root(ty) == TyId::UNIT);
        let unused = wants_unit || matches!(expect, Expect::Unused);
        let element = self.arena.fresh();
        let typed = self.scoped(|this| {
            let generators = parts
                .generators
                .iter()
                .map(|(pattern, iterable)| this.generator(pattern, iterable))
                .collect();
            let guard = this.guard(parts.guard.as_ref());
            let id = this.enter_loop();
            let body = match (unused, this.element_expectation(expect)) {
                (true, _) => {
                    let body = this.discard(&parts.body);
                    this.arena_same(element, TyId::UNIT);
                    body
                }
                (false, Some(inner)) => {
                    let body = this.block(&parts.body, inner);
                    let ty = this.type_of(&body);
                    this.arena_same(element, ty);
                    body
                }
                (false, None) => {
                    let body = this.block(&parts.body, Expect::Any);
                    let ty = this.type_of(&body);
                    this.arena_same(element, ty);
                    body
                }
            };
            this.f.loops.pop();
            For {
                id,
                generators,
                guard,
                body,
                collects: !unused,
            }
        });
        let list = self.arena.app(Con::List, &[element]);
        let kind = ExprKind::For(Box::new(typed));
        if !wants_unit {
            return self.done(kind, list, span, expect);
        }
        let looped = Expr {
            kind,
            ty: hole::of_type(list),
            span,
        };
        Expr {
            kind: ExprKind::Block(vec![Stmt::Expr(looped)], Box::new(unit(span))),
            ty: hole::of_type(TyId::UNIT),
            span,
        }
    }

    /// What a list that is wanted says about the loop's body.
    fn element_expectation(&self, expect: Expect) -> Option<Expect> {
        let Expect::Type(ty, why) = expect else {
            return None;
        };
        match self.arena.known(ty) {
            Some((Con::List, parts)) => Some(Expect::Type(parts[0], why)),
            _ => None,
        }
    }

    /// Ties a fresh variable to a type; cannot fail but by depth, which is reported where the type is finished.
    fn arena_same(&mut self, fresh: TyId, ty: TyId) {
        let _too_deep = self.unify_quietly(fresh, ty);
    }

    fn generator(
        &mut self,
        pattern: &ast::Pattern,
        iterable: &ast::Expr,
    ) -> (crate::typed::Pat, Expr) {
        let (iterable, ty) = self.infer(iterable);
        let element = self.arena.fresh();
        let wait = Wait::Elements { of: ty, element };
        self.await_type(wait, iterable.span);
        let why = Why::Elements(iterable.span);
        (self.pattern(pattern, element, why), iterable)
    }

    pub(super) fn leave_loop(&mut self, leave: Leave, span: Span, expect: Expect) -> Expr {
        let kind = match self.f.loops.last() {
            Some(Some(id)) => match leave {
                Leave::Break => ExprKind::Break(*id),
                Leave::Continue => ExprKind::Continue(*id),
            },
            _ => return self.no_loop(leave, span),
        };
        let ty = self.arena.fresh();
        self.done(kind, ty, span, expect)
    }

    fn no_loop(&mut self, leave: Leave, span: Span) -> Expr {
        let (code, word) = match leave {
            Leave::Break => (Code::BREAK_OUTSIDE_LOOP, "break"),
            Leave::Continue => (Code::CONTINUE_OUTSIDE_LOOP, "continue"),
        };
        let across = self.f.loops.iter().any(Option::is_some);
        let diagnostic = match across {
            true => Diagnostic::new(code, span, format!("`{word}` cannot leave a closure"))
                .label("the loop is outside this closure")
                .help("use a loop instead of a function that takes a closure, or `return` to leave the closure"),
            false => Diagnostic::new(code, span, format!("`{word}` outside a loop"))
                .label("no loop around this"),
        };
        self.sink.push(diagnostic);
        self.error(span)
    }
}

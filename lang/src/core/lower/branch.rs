//! `if`, `and`, `or`, `cond`, and conditions as jumps.

use smol_str::SmolStr;

use super::{Cont, Fault, Lower, Res};
use crate::core::ir::{Block, End, JoinId, Op};
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, ExprKind};

impl<'a> Lower<'_, 'a> {
    pub(super) fn if_else(
        &mut self,
        cond: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
        cont: Cont,
    ) -> Res<()> {
        self.branch(
            cond,
            |lower| lower.into(then, cont),
            |lower| lower.into(otherwise, cont),
        )
    }

    /// Ends the current block with one of two continuations.
    pub(super) fn branch(
        &mut self,
        cond: &'a Expr,
        then: impl FnOnce(&mut Self) -> Res<()>,
        otherwise: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Res<()> {
        if is_compound(cond) {
            let (yes, no) = (self.join(), self.join());
            self.declare(yes, Vec::new(), false, then)?;
            self.declare(no, Vec::new(), false, otherwise)?;
            return self.condition(cond, yes, no);
        }
        let cond = self.value(cond)?;
        let then = self.block(then)?;
        let otherwise = self.block(otherwise)?;
        self.end(End::If(cond, Box::new(then), Box::new(otherwise)))
    }

    /// Ends the current block with a jump to `yes` or `no`; `and`, `or` and `not` become jumps, not values.
    pub(super) fn condition(&mut self, cond: &'a Expr, yes: JoinId, no: JoinId) -> Res<()> {
        match &cond.kind {
            ExprKind::And(a, b) => {
                let second = self.join();
                self.declare(second, Vec::new(), false, |lower| {
                    with_stack(|| lower.condition(b, yes, no))
                })?;
                with_stack(|| self.condition(a, second, no))
            }
            ExprKind::Or(a, b) => {
                let second = self.join();
                self.declare(second, Vec::new(), false, |lower| {
                    with_stack(|| lower.condition(b, yes, no))
                })?;
                with_stack(|| self.condition(a, yes, second))
            }
            ExprKind::Not(inner) => with_stack(|| self.condition(inner, no, yes)),
            _ => {
                let cond = self.value(cond)?;
                let then = self.jump_block(yes)?;
                let otherwise = self.jump_block(no)?;
                self.end(End::If(cond, Box::new(then), Box::new(otherwise)))
            }
        }
    }

    fn jump_block(&mut self, join: JoinId) -> Res<Block> {
        Ok(self.block(|lower| lower.jump(join, Vec::new()))?)
    }

    /// `a and b`, `a or b` as a value; a call in `b` may be a tail call.
    pub(super) fn logical(&mut self, expr: &'a Expr, cont: Cont) -> Res<()> {
        match &expr.kind {
            ExprKind::And(a, b) => self.branch(
                a,
                |lower| lower.into(b, cont),
                |lower| lower.constant_bool(false, cont, expr.span),
            ),
            ExprKind::Or(a, b) => self.branch(
                a,
                |lower| lower.constant_bool(true, cont, expr.span),
                |lower| lower.into(b, cont),
            ),
            _ => Err(Fault::internal(expr.span, "neither `and` nor `or`").into()),
        }
    }

    fn constant_bool(&mut self, value: bool, cont: Cont, span: Span) -> Res<()> {
        let ty = self.con(Con::Bool)?;
        let value = self.emit(ty, Op::Bool(value), span);
        self.flow(value, cont)
    }

    /// Tries the conditions in order; crashes when none holds.
    pub(super) fn cond(&mut self, arms: &'a [(Expr, Expr)], cont: Cont, span: Span) -> Res<()> {
        let Some(((cond, body), others)) = arms.split_first() else {
            let text = SmolStr::new_static("no matching clause in cond");
            return self.end(End::Crash {
                text,
                span: span.into(),
            });
        };
        self.branch(
            cond,
            |lower| lower.into(body, cont),
            |lower| with_stack(|| lower.cond(others, cont, span)),
        )
    }
}

/// Whether a condition is better lowered to jumps than to a value.
fn is_compound(cond: &Expr) -> bool {
    match &cond.kind {
        ExprKind::And(..) | ExprKind::Or(..) => true,
        ExprKind::Not(inner) => with_stack(|| is_compound(inner)),
        _ => false,
    }
}

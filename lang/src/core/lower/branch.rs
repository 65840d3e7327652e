//! `if`, `and`, `or`, `cond`.

use smol_str::SmolStr;

use super::{Cont, Lower, Res};
use crate::core::ir::{End, Op};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr};

impl<'a> Lower<'_, 'a> {
    pub(super) fn if_else(
        &mut self,
        cond: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
        cont: Cont,
    ) -> Res<()> {
        let cond = self.value(cond)?;
        let then = self.block(|lower| lower.into(then, cont))?;
        let otherwise = self.block(|lower| lower.into(otherwise, cont))?;
        self.end(End::If(cond, Box::new(then), Box::new(otherwise)))
    }

    pub(super) fn and(&mut self, a: &'a Expr, b: &'a Expr, cont: Cont, span: Span) -> Res<()> {
        let a = self.value(a)?;
        let then = self.block(|lower| lower.into(b, cont))?;
        let otherwise = self.block(|lower| lower.constant_bool(false, cont, span))?;
        self.end(End::If(a, Box::new(then), Box::new(otherwise)))
    }

    pub(super) fn or(&mut self, a: &'a Expr, b: &'a Expr, cont: Cont, span: Span) -> Res<()> {
        let a = self.value(a)?;
        let then = self.block(|lower| lower.constant_bool(true, cont, span))?;
        let otherwise = self.block(|lower| lower.into(b, cont))?;
        self.end(End::If(a, Box::new(then), Box::new(otherwise)))
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
            return self.end(End::Crash { text, span });
        };
        let cond = self.value(cond)?;
        let then = self.block(|lower| lower.into(body, cont))?;
        let otherwise =
            self.block(|lower| crate::stack::with_stack(|| lower.cond(others, cont, span)))?;
        self.end(End::If(cond, Box::new(then), Box::new(otherwise)))
    }
}

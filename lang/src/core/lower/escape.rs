//! Ways out: `?`, `break`, `continue`.

use super::{Cont, Fault, Lower, Res};
use crate::core::ir::{End, Op};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, LoopId, Ty};

/// Tag of `Some` and `Ok`.
const GOOD: u8 = 0;
/// Tag of `None` and `Err`.
const BAD: u8 = 1;

impl<'a> Lower<'_, 'a> {
    /// `e?`: hands on the value inside, or returns `None` or the `Err` early.
    pub(super) fn try_value(&mut self, value: &'a Expr, cont: Cont, span: Span) -> Res<()> {
        let is_result = self.is_result(&value.ty, span)?;
        let on = self.value(value)?;
        let good = self.block(|lower| {
            let ty = lower.field_type(on, GOOD, 0, span)?;
            let inside = lower.emit(
                ty,
                Op::Project {
                    value: on,
                    tag: GOOD,
                    field: 0,
                },
                span,
            );
            lower.flow(inside, cont)
        })?;
        let bad = self.block(|lower| {
            let mut fields = Vec::new();
            if is_result {
                let ty = lower.field_type(on, BAD, 0, span)?;
                fields.push(lower.emit(
                    ty,
                    Op::Project {
                        value: on,
                        tag: BAD,
                        field: 0,
                    },
                    span,
                ));
            }
            let ret = lower.frame().ret;
            let early = lower.emit(ret, Op::Construct(BAD, fields), span);
            lower.end(End::Return(early))
        })?;
        self.end(End::Switch {
            on,
            arms: vec![(GOOD, good), (BAD, bad)],
            default: None,
        })
    }

    fn is_result(&self, ty: &Ty, span: Span) -> Result<bool, Fault> {
        let known = &self.mono.program.known;
        match ty {
            Ty::App(Con::Adt(id), _) if Some(*id) == known.option => Ok(false),
            Ty::App(Con::Adt(id), _) if Some(*id) == known.result => Ok(true),
            _ => Err(Fault::internal(span, "`?` on neither Option nor Result")),
        }
    }

    /// `break`.
    pub(super) fn leave_loop(&mut self, id: LoopId, span: Span) -> Res<()> {
        let Some(target) = self.frame().loops.get(&id).cloned() else {
            return Err(Fault::internal(span, "`break` of an unknown loop").into());
        };
        self.jump(target.exit, target.collected)
    }

    /// `continue`.
    pub(super) fn next_turn(&mut self, id: LoopId, span: Span) -> Res<()> {
        let Some(target) = self.frame().loops.get(&id).cloned() else {
            return Err(Fault::internal(span, "`continue` of an unknown loop").into());
        };
        self.jump(target.next, target.collected)
    }
}

//! Arithmetic and ranges, by the type of the operands.

use snow_bytecode::inst::{FloatOp, FloatUnOp, IntOp};
use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Arith, Con, Expr};

impl<'a> Lower<'_, 'a> {
    pub(super) fn arith(
        &mut self,
        op: Arith,
        a: &'a Expr,
        b: &'a Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<Op> {
        let a = self.value(a)?;
        let b = self.value(b)?;
        match self.mono.types.get(ty) {
            Type::Int => Ok(Op::IntBin(int_op(op), a, b)),
            Type::Float => Ok(Op::FloatBin(float_op(op), a, b)),
            _ => Err(Fault::internal(span, "arithmetic on something that is no number").into()),
        }
    }

    pub(super) fn negate(&mut self, value: &'a Expr, ty: TypeId, span: Span) -> Res<Op> {
        let value = self.value(value)?;
        match self.mono.types.get(ty) {
            Type::Int => Ok(Op::IntNeg(value)),
            Type::Float => Ok(Op::FloatUn(FloatUnOp::Neg, value)),
            _ => Err(Fault::internal(span, "negation of something that is no number").into()),
        }
    }

    /// `a..b`; the closed range `a..=b` is `a..b + 1`.
    pub(super) fn range(
        &mut self,
        from: &'a Expr,
        to: &'a Expr,
        inclusive: bool,
        span: Span,
    ) -> Res<Op> {
        let from = self.value(from)?;
        let to = self.value(to)?;
        let end = if inclusive {
            self.successor(to, span)?
        } else {
            to
        };
        Ok(Op::Range(from, end))
    }

    fn successor(&mut self, value: Var, span: Span) -> Res<Var> {
        let int = self.con(Con::Int)?;
        let one = self.int(1, span)?;
        Ok(self.emit(int, Op::IntBin(IntOp::Add, value, one), span))
    }
}

fn int_op(op: Arith) -> IntOp {
    match op {
        Arith::Add => IntOp::Add,
        Arith::Sub => IntOp::Sub,
        Arith::Mul => IntOp::Mul,
        Arith::Div => IntOp::Div,
        Arith::Rem => IntOp::Rem,
    }
}

fn float_op(op: Arith) -> FloatOp {
    match op {
        Arith::Add => FloatOp::Add,
        Arith::Sub => FloatOp::Sub,
        Arith::Mul => FloatOp::Mul,
        Arith::Div => FloatOp::Div,
        Arith::Rem => FloatOp::Rem,
    }
}

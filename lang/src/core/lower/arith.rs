//! Arithmetic and ranges, by the type of the operands.

use snow_bytecode::inst::{FloatOp, FloatUnOp, IntOp};
use snow_bytecode::types::Type;

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Arith, Con, Expr, InterfaceId};

impl<'a> Lower<'_, 'a> {
    pub(super) fn arith(&mut self, op: Arith, a: &'a Expr, b: &'a Expr, span: Span) -> Res<Var> {
        let a = self.value(a)?;
        let b = self.value(b)?;
        let ty = self.type_of(a);
        let op = match self.mono.types.get(ty) {
            Type::Int => Op::IntBin(int_op(op), a, b),
            Type::Float => Op::FloatBin(float_op(op), a, b),
            _ => return self.operator(interface(op), vec![a, b], span),
        };
        Ok(self.emit(ty, op, span))
    }

    pub(super) fn negate(&mut self, value: &'a Expr, span: Span) -> Res<Var> {
        let value = self.value(value)?;
        let ty = self.type_of(value);
        let op = match self.mono.types.get(ty) {
            Type::Int => Op::IntNeg(value),
            Type::Float => Op::FloatUn(FloatUnOp::Neg, value),
            _ => return self.operator(InterfaceId::NEG, vec![value], span),
        };
        Ok(self.emit(ty, op, span))
    }

    /// An operator on a type that implements its interface: a call of the method.
    fn operator(&mut self, interface: InterfaceId, args: Vec<Var>, span: Span) -> Res<Var> {
        let on = self.type_of(args[0]);
        let mut types = vec![on];
        types.extend(self.mono.slots(interface, on, &[], span)?);
        let method = self.mono.program.interface(interface).methods[0];
        self.call_with(method, types, args, span)
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

fn interface(op: Arith) -> InterfaceId {
    match op {
        Arith::Add => InterfaceId::ADD,
        Arith::Sub => InterfaceId::SUB,
        Arith::Mul => InterfaceId::MUL,
        Arith::Div => InterfaceId::DIV,
        Arith::Rem => InterfaceId::REM,
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

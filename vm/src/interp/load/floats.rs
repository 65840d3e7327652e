//! Floats: every operation and condition is an opcode of its own.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::{Cond, FloatOp, FloatUnOp, Inst};

/// Opcode of a comparison, and whether the operands are exchanged.
fn compare(cond: Cond) -> (Op, bool) {
    match cond {
        Cond::Eq => (Op::FloatEq, false),
        Cond::Ne => (Op::FloatNe, false),
        Cond::Lt => (Op::FloatLt, false),
        Cond::Le => (Op::FloatLe, false),
        Cond::Gt => (Op::FloatLt, true),
        Cond::Ge => (Op::FloatLe, true),
    }
}

impl Emitter<'_> {
    /// Float instructions.
    pub fn float(&mut self, inst: &Inst) {
        match inst {
            Inst::FloatBin { op, dst, a, b } => {
                let op = match op {
                    FloatOp::Add => Op::FloatAdd,
                    FloatOp::Sub => Op::FloatSub,
                    FloatOp::Mul => Op::FloatMul,
                    FloatOp::Div => Op::FloatDiv,
                    FloatOp::Rem => Op::FloatRem,
                };
                self.op(op, [dst.n(), a.n(), b.n(), 0]);
            }
            Inst::FloatUn { op, dst, a } => {
                let op = match op {
                    FloatUnOp::Neg => Op::FloatNeg,
                    FloatUnOp::Abs => Op::FloatAbs,
                    FloatUnOp::Sqrt => Op::FloatSqrt,
                    FloatUnOp::Floor => Op::FloatFloor,
                    FloatUnOp::Ceil => Op::FloatCeil,
                    FloatUnOp::Trunc => Op::FloatTrunc,
                };
                self.op(op, [dst.n(), a.n(), 0, 0]);
            }
            Inst::FloatCmp { cond, dst, a, b } => {
                let (op, exchanged) = compare(*cond);
                let (a, b) = if exchanged { (b, a) } else { (a, b) };
                self.op(op, [dst.n(), a.n(), b.n(), 0]);
            }
            Inst::FloatToInt { dst, a } => self.op(Op::FloatToInt, [dst.n(), a.n(), 0, 0]),
            _ => unreachable!("not a float instruction: {inst:?}"),
        }
    }
}

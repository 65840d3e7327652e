//! Integers: every operation and condition is an opcode of its own; wide immediates go through the spare register.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::{Cond, Inst, IntOp};

/// `a = b op c`
fn reg_reg(op: IntOp) -> Op {
    match op {
        IntOp::Add => Op::Add,
        IntOp::Sub => Op::Sub,
        IntOp::Mul => Op::Mul,
        IntOp::Div => Op::Div,
        IntOp::Rem => Op::Rem,
        IntOp::WrappingAdd => Op::WrappingAdd,
        IntOp::WrappingSub => Op::WrappingSub,
        IntOp::WrappingMul => Op::WrappingMul,
        IntOp::And => Op::And,
        IntOp::Or => Op::Or,
        IntOp::Xor => Op::Xor,
        IntOp::Shl => Op::Shl,
        IntOp::Shr => Op::Shr,
    }
}

/// `a = b op imm`
fn reg_imm(op: IntOp) -> Op {
    match op {
        IntOp::Add => Op::AddImm,
        IntOp::Sub => Op::SubImm,
        IntOp::Mul => Op::MulImm,
        IntOp::Div => Op::DivImm,
        IntOp::Rem => Op::RemImm,
        IntOp::WrappingAdd => Op::WrappingAddImm,
        IntOp::WrappingSub => Op::WrappingSubImm,
        IntOp::WrappingMul => Op::WrappingMulImm,
        IntOp::And => Op::AndImm,
        IntOp::Or => Op::OrImm,
        IntOp::Xor => Op::XorImm,
        IntOp::Shl => Op::ShlImm,
        IntOp::Shr => Op::ShrImm,
    }
}

/// `a = imm op b`, for operations whose operands cannot be exchanged.
fn imm_reg(op: IntOp) -> Option<Op> {
    match op {
        IntOp::Sub => Some(Op::ImmSub),
        IntOp::Div => Some(Op::ImmDiv),
        IntOp::Rem => Some(Op::ImmRem),
        IntOp::WrappingSub => Some(Op::ImmWrappingSub),
        IntOp::Shl => Some(Op::ImmShl),
        IntOp::Shr => Some(Op::ImmShr),
        IntOp::Add
        | IntOp::Mul
        | IntOp::WrappingAdd
        | IntOp::WrappingMul
        | IntOp::And
        | IntOp::Or
        | IntOp::Xor => None,
    }
}

/// Opcode of a comparison of registers, and whether the operands are exchanged.
fn compare(cond: Cond) -> (Op, bool) {
    match cond {
        Cond::Eq => (Op::CmpEq, false),
        Cond::Ne => (Op::CmpNe, false),
        Cond::Lt => (Op::CmpLt, false),
        Cond::Le => (Op::CmpLe, false),
        Cond::Gt => (Op::CmpLt, true),
        Cond::Ge => (Op::CmpLe, true),
    }
}

fn compare_imm(cond: Cond) -> Op {
    match cond {
        Cond::Eq => Op::CmpEqImm,
        Cond::Ne => Op::CmpNeImm,
        Cond::Lt => Op::CmpLtImm,
        Cond::Le => Op::CmpLeImm,
        Cond::Gt => Op::CmpGtImm,
        Cond::Ge => Op::CmpGeImm,
    }
}

impl Emitter<'_> {
    /// Puts a constant into a register.
    pub fn constant(&mut self, dst: u16, value: u64) {
        match i32::try_from(value as i64) {
            Ok(small) => self.op_imm(Op::Const, dst, 0, small),
            Err(_) => {
                self.op(Op::ConstWide, [dst, 0, 0, 0]);
                self.data(value, [0; 4]);
            }
        }
    }

    /// Puts an immediate that does not fit its instruction into the spare register.
    pub fn spare_constant(&mut self, value: i64) -> u16 {
        let spare = self.spare();
        self.constant(spare, value as u64);
        spare
    }

    /// Integer instructions.
    pub fn int(&mut self, inst: &Inst) {
        match inst {
            Inst::IntBin { op, dst, a, b } => self.op(reg_reg(*op), [dst.n(), a.n(), b.n(), 0]),
            Inst::IntBinImm { op, dst, a, imm } => match i32::try_from(*imm) {
                Ok(small) => self.op_imm(reg_imm(*op), dst.n(), a.n(), small),
                Err(_) => {
                    let spare = self.spare_constant(*imm);
                    self.op(reg_reg(*op), [dst.n(), a.n(), spare, 0]);
                }
            },
            Inst::IntImmBin { op, dst, imm, a } => match i32::try_from(*imm) {
                Ok(small) => {
                    self.op_imm(imm_reg(*op).unwrap_or(reg_imm(*op)), dst.n(), a.n(), small)
                }
                Err(_) => {
                    let spare = self.spare_constant(*imm);
                    self.op(reg_reg(*op), [dst.n(), spare, a.n(), 0]);
                }
            },
            Inst::IntNeg { dst, a } => self.op(Op::Neg, [dst.n(), a.n(), 0, 0]),
            Inst::IntCmp { cond, dst, a, b } => {
                let (op, exchanged) = compare(*cond);
                let (a, b) = if exchanged { (b, a) } else { (a, b) };
                self.op(op, [dst.n(), a.n(), b.n(), 0]);
            }
            Inst::IntCmpImm { cond, dst, a, imm } => match i32::try_from(*imm) {
                Ok(small) => self.op_imm(compare_imm(*cond), dst.n(), a.n(), small),
                Err(_) => {
                    let spare = self.spare_constant(*imm);
                    let (op, exchanged) = compare(*cond);
                    let (a, b) = if exchanged {
                        (spare, a.n())
                    } else {
                        (a.n(), spare)
                    };
                    self.op(op, [dst.n(), a, b, 0]);
                }
            },
            Inst::Not { dst, a } => self.op(Op::Not, [dst.n(), a.n(), 0, 0]),
            Inst::IntToFloat { dst, a } => self.op(Op::IntToFloat, [dst.n(), a.n(), 0, 0]),
            _ => unreachable!("not an integer instruction: {inst:?}"),
        }
    }
}

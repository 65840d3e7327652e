//! Constants, moves and counting.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;

impl Emitter<'_> {
    /// Instructions on single words.
    pub fn word(&mut self, inst: &Inst) {
        match inst {
            Inst::ConstInt { dst, value } => self.constant(dst.n(), *value as u64),
            Inst::ConstFloat { dst, bits } => self.constant(dst.n(), *bits),
            Inst::ConstStr { dst, value } | Inst::ConstAtom { dst, value } => {
                self.constant(dst.n(), self.cx.constant(*value));
            }
            Inst::ConstNull { dst } => self.constant(dst.n(), 0),
            Inst::Move { dst, src } if dst == src => {}
            Inst::Move { dst, src } => self.op(Op::Move, [dst.n(), src.n(), 0, 0]),
            Inst::Dup { dst, src } => {
                let op = if matches!(self.slot(*src), Slot::Ref(_)) {
                    Op::Dup
                } else {
                    Op::DupNullable
                };
                self.op(op, [dst.n(), src.n(), 0, 0]);
            }
            Inst::Drop { src } => self.drop(*src),
            Inst::Cast { dst, src } => self.cast(*dst, *src),
            _ => unreachable!("not an instruction on words: {inst:?}"),
        }
    }

    fn drop(&mut self, src: Reg) {
        match self.slot(src) {
            Slot::Ref(_) => self.op(Op::Drop, [src.n(), 0, 0, 0]),
            Slot::Null(_) | Slot::Any => self.op(Op::DropNullable, [src.n(), 0, 0, 0]),
            Slot::Token(words) => self.op(Op::FreeToken, [src.n(), words, 0, 0]),
            Slot::Word | Slot::Float => {}
        }
    }

    fn cast(&mut self, dst: Reg, src: Reg) {
        match (self.slot(src), self.slot(dst)) {
            (Slot::Any, Slot::Ref(ty)) => self.op_imm(Op::CastAny, dst.n(), src.n(), ty.0 as i32),
            (Slot::Any, Slot::Null(ty)) => {
                self.op_imm(Op::CastAnyNullable, dst.n(), src.n(), ty.0 as i32)
            }
            _ => self.op(Op::CastNull, [dst.n(), src.n(), 0, 0]),
        }
    }
}

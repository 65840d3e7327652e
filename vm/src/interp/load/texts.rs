//! Text, and operations that follow the structure of a type.

use super::calls::shorts;
use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::{Inst, TextForm};
use snow_bytecode::module::Reg;
use snow_bytecode::types::TypeId;

impl Emitter<'_> {
    /// Instructions on text, and those driven by a type.
    pub fn text(&mut self, inst: &Inst) {
        match inst {
            Inst::Concat { dst, a, b } => self.op(Op::Concat, [dst.n(), a.n(), b.n(), 0]),
            Inst::AppendText {
                form,
                dst,
                text,
                ty,
                slots,
            } => {
                let op = match form {
                    TextForm::Display => Op::AppendDisplay,
                    TextForm::Debug => Op::AppendDebug,
                };
                let scratch = self.use_scratch(slots.len());
                self.op(op, [dst.n(), text.n(), slots.len() as u16, scratch]);
                self.data(u64::from(ty.0), [0; 4]);
                self.row(&shorts(slots));
            }
            Inst::Equal { dst, ty, a, b } => self.pairwise(Op::Equal, *dst, *ty, a, b),
            Inst::Compare { dst, ty, a, b } => self.pairwise(Op::Compare, *dst, *ty, a, b),
            Inst::Hash { dst, ty, slots } => self.pairwise(Op::Hash, *dst, *ty, slots, &[]),
            Inst::StrEqConst { dst, a, value } => {
                self.op(Op::StrEqConst, [dst.n(), a.n(), 0, 0]);
                self.data(self.cx.constant(*value), [0; 4]);
            }
            Inst::StrStripPrefix {
                dst,
                a,
                prefix,
                target,
            } => {
                self.branch(Op::StrStripPrefix, dst.n(), a.n(), *target);
                self.data(self.cx.constant(*prefix), [0; 4]);
            }
            _ => unreachable!("not an instruction on text: {inst:?}"),
        }
    }

    /// `[op | dst, slots of one value, scratch] [type] [slots of both…]`
    fn pairwise(&mut self, op: Op, dst: Reg, ty: TypeId, a: &[Reg], b: &[Reg]) {
        let scratch = self.use_scratch(a.len() + b.len());
        self.op(op, [dst.n(), a.len() as u16, scratch, 0]);
        self.data(u64::from(ty.0), [0; 4]);
        self.row(&shorts(&[a, b].concat()));
    }
}

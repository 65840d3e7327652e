//! Lists.

use super::calls::shorts;
use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;

impl Emitter<'_> {
    /// Instructions on lists.
    pub fn list(&mut self, inst: &Inst) {
        match inst {
            Inst::ListNew { dst, ty, elems } => {
                let scratch = self.use_scratch(elems.len());
                self.op_imm(Op::ListNew, dst.n(), scratch, elems.len() as i32);
                self.data(u64::from(ty.0), [0; 4]);
                self.row(&shorts(elems));
            }
            Inst::ListLen { dst, list } => self.op(Op::ListLen, [dst.n(), list.n(), 0, 0]),
            Inst::ListGet { dst, list, index } => {
                self.op(Op::ListGet, [dst.n(), list.n(), index.n(), 0])
            }
            Inst::ListGetDup { dst, list, index } => {
                let op = match self.slot(*dst) {
                    Slot::Word | Slot::Float => Op::ListGet,
                    Slot::Ref(_) | Slot::Null(_) | Slot::Any | Slot::Token(_) => Op::ListGetDup,
                };
                self.op(op, [dst.n(), list.n(), index.n(), 0]);
            }
            Inst::ListAppend { dst, list, elem } => {
                self.op(Op::ListAppend, [dst.n(), list.n(), elem.n(), 0])
            }
            Inst::ListPrepend { dst, list, elem } => {
                self.op(Op::ListPrepend, [dst.n(), list.n(), elem.n(), 0])
            }
            Inst::ListUncons { head, tail, list } => {
                let op = match self.slot(*head).is_ref() {
                    true => Op::ListUncons,
                    false => Op::ListUnconsWord,
                };
                self.op(op, [head.n(), tail.n(), list.n(), 0]);
            }
            Inst::ListDrop { dst, list, count } => {
                self.op(Op::ListDrop, [dst.n(), list.n(), count.n(), 0])
            }
            Inst::ListSet {
                dst,
                list,
                index,
                elem,
            } => {
                let op = match self.slot(*elem).is_ref() {
                    true => Op::ListSet,
                    false => Op::ListSetWord,
                };
                self.op(op, [dst.n(), list.n(), index.n(), elem.n()]);
            }
            Inst::ListTake {
                elem,
                dst,
                list,
                index,
            } => {
                self.op(Op::ListTake, [elem.n(), dst.n(), list.n(), index.n()]);
            }
            Inst::ListFill {
                dst,
                list,
                index,
                elem,
            } => {
                self.op(Op::ListFill, [dst.n(), list.n(), index.n(), elem.n()]);
            }
            Inst::ListConcat { dst, a, b } => self.op(Op::ListConcat, [dst.n(), a.n(), b.n(), 0]),
            _ => unreachable!("not an instruction on lists: {inst:?}"),
        }
    }
}

//! Maps and sets.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::Inst;

impl Emitter<'_> {
    /// Instructions on maps and sets.
    pub fn map(&mut self, inst: &Inst) {
        match inst {
            Inst::MapNew { dst, ty } => self.op_imm(Op::MapNew, dst.n(), 0, ty.0 as i32),
            Inst::MapGet {
                dst,
                map,
                key,
                target,
            } => {
                self.branch(Op::MapGet, dst.n(), map.n(), *target);
                self.data(0, [key.n(), 0, 0, 0]);
            }
            Inst::MapPut {
                dst,
                map,
                key,
                value,
            } => {
                self.op(Op::MapPut, [dst.n(), map.n(), key.n(), value.n()]);
            }
            Inst::MapHas { dst, map, key } => self.op(Op::MapHas, [dst.n(), map.n(), key.n(), 0]),
            Inst::MapNext { dst, map, from } => {
                self.op(Op::MapNext, [dst.n(), map.n(), from.n(), 0])
            }
            Inst::MapKeyAt { dst, map, entry } => {
                self.op(Op::MapKeyAt, [dst.n(), map.n(), entry.n(), 0])
            }
            Inst::MapValueAt { dst, map, entry } => {
                self.op(Op::MapValueAt, [dst.n(), map.n(), entry.n(), 0])
            }
            Inst::MapTake {
                value,
                dst,
                map,
                key,
            } => {
                self.op(Op::MapTake, [value.n(), dst.n(), map.n(), key.n()]);
            }
            Inst::MapFill {
                dst,
                map,
                key,
                value,
            } => {
                self.op(Op::MapFill, [dst.n(), map.n(), key.n(), value.n()]);
            }
            _ => unreachable!("not an instruction on maps: {inst:?}"),
        }
    }
}

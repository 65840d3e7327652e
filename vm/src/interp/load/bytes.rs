//! Bytes.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::{BitField, Inst};
use snow_bytecode::module::Reg;

impl Emitter<'_> {
    /// Instructions on bytes.
    pub fn bytes(&mut self, inst: &Inst) {
        match inst {
            Inst::BytesLen { dst, a } => self.op(Op::BytesLen, [dst.n(), a.n(), 0, 0]),
            Inst::BytesGet { field, dst, a } => self.bytes_get(*field, *dst, *a),
            Inst::BytesGetAt { field, dst, a, at } => {
                self.op(Op::BytesGetAt, [dst.n(), a.n(), at.n(), 0]);
                self.data(field.pack(), [0; 4]);
            }
            Inst::BytesScalar { dst, a, at } => {
                self.op(Op::BytesScalar, [dst.n(), a.n(), at.n(), 0])
            }
            Inst::BytesSlice { dst, a, from, to } => {
                self.op(Op::BytesSlice, [dst.n(), a.n(), from.n(), to.n()]);
            }
            Inst::BytesDrop { dst, a, count } => {
                self.op(Op::BytesDrop, [dst.n(), a.n(), count.n(), 0])
            }
            Inst::BytesNew { dst, ty, capacity } => {
                self.op_imm(Op::BytesNew, dst.n(), 0, *capacity as i32);
                self.data(u64::from(ty.0), [0; 4]);
            }
            Inst::BytesPut {
                field,
                dst,
                a,
                value,
            } => {
                self.op(Op::BytesPut, [dst.n(), a.n(), value.n(), 0]);
                self.data(field.pack(), [0; 4]);
            }
            Inst::BytesPutScalar { dst, a, value } => {
                self.op(Op::BytesPutScalar, [dst.n(), a.n(), value.n(), 0]);
            }
            _ => unreachable!("not an instruction on bytes: {inst:?}"),
        }
    }

    /// One byte, or any other field.
    fn bytes_get(&mut self, field: BitField, dst: Reg, a: Reg) {
        let is_byte = field.bits == 8 && !field.signed && field.offset.is_multiple_of(8);
        match u16::try_from(field.offset / 8) {
            Ok(index) if is_byte => self.op(Op::BytesByte, [dst.n(), a.n(), index, 0]),
            _ => {
                self.op(Op::BytesGet, [dst.n(), a.n(), 0, 0]);
                self.data(field.pack(), [0; 4]);
            }
        }
    }
}

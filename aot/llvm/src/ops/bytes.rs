//! Bytes: fields of whole bytes are read in line, all else is left to the runtime.

use inkwell::IntPredicate;
use inkwell::intrinsics::Intrinsic;
use inkwell::values::{IntValue, PointerValue};
use snow_bytecode::inst::{BitField, Inst};
use snow_bytecode::module::Reg;
use snow_vm::abi::layout;

use crate::build::{Class, Likely, result};
use crate::frame::Frame;

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_bytes(&mut self, inst: &Inst) {
        let (b, ctx) = (self.b(), self.ctx.into());
        match inst {
            Inst::BytesLen { dst, a } => {
                let len = self.bytes_len(self.cell(*a));
                self.set(*dst, len);
            }
            Inst::BytesGet { field, dst, a } => self.bytes_get(*dst, *a, b.word(0), *field),
            Inst::BytesGetAt { field, dst, a, at } => {
                self.bytes_get(*dst, *a, self.int(*at), *field)
            }
            Inst::BytesScalar { dst, a, at } => {
                let args = [self.cell(*a).into(), self.int(*at).into()];
                self.set(*dst, self.call("snow_bytes_scalar", &args));
            }
            Inst::BytesSlice { dst, a, from, to } => {
                let (from, to) = (self.int(*from).into(), self.int(*to).into());
                let out = self.try_call("snow_bytes_slice", &[ctx, self.cell(*a).into(), from, to]);
                self.set_from(*dst, Class::Row, out);
            }
            Inst::BytesDrop { dst, a, count } => {
                let args = [ctx, self.cell(*a).into(), self.int(*count).into()];
                let out = self.try_call("snow_bytes_drop", &args);
                self.set_from(*dst, Class::Row, out);
            }
            Inst::BytesNew { dst, ty, capacity } => {
                let args = [ctx, b.i32(ty.0).into(), b.int(*capacity).into()];
                self.set(*dst, self.call("snow_bytes_new", &args));
            }
            Inst::BytesPut {
                field,
                dst,
                a,
                value,
            } => {
                let (value, field) = (self.word(*value).into(), b.word(field.pack()).into());
                let args = [ctx, self.cell(*a).into(), value, field];
                self.set(*dst, self.call("snow_bytes_put", &args));
            }
            Inst::BytesPutScalar { dst, a, value } => {
                let args = [ctx, self.cell(*a).into(), self.int(*value).into()];
                let out = self.try_call("snow_bytes_put_scalar", &args);
                self.set_from(*dst, Class::Row, out);
            }
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn bytes_len(&self, cell: PointerValue<'c>) -> IntValue<'c> {
        let b = self.b();
        let from = b.word_at(cell, layout::TEXT_LEN_WORD as u64);
        b.load_below(Class::Text, from, layout::LIST_LEN_END)
    }

    /// Address of the first byte: in the cell itself, or where a view says.
    fn bytes_start(&self, cell: PointerValue<'c>) -> PointerValue<'c> {
        let b = self.b();
        let is_flat = b.icmp_to(IntPredicate::EQ, self.tag(cell), layout::TEXT_FLAT.into());
        let inside = b.word_at(cell, layout::TEXT_BYTES_WORD as u64);
        // A flat cell has its capacity there.
        let there = b.load_ptr(
            Class::Text,
            b.word_at(cell, layout::TEXT_ADDRESS_WORD as u64),
        );
        b.select(is_flat, inside.into(), there.into())
            .into_pointer_value()
    }

    fn bytes_get(&mut self, dst: Reg, a: Reg, at: IntValue<'c>, field: BitField) {
        let b = self.b();
        let cell = self.cell(a);
        let len = self.bytes_len(cell);
        let (inside, outside) = (b.block("field"), b.block("outside"));
        // Neither the length nor the end of a field is so large that the difference wraps around.
        let room = b.sub(len, b.word(field.end()));
        let reaches = b.icmp(IntPredicate::SLE, at, room);
        let begins = b.icmp(IntPredicate::SGE, at, b.word(0));
        b.branch(b.and(reaches, begins), inside, outside, Likely::Then);
        b.at(outside);
        let status = self
            .call("snow_bytes_outside", &[self.ctx.into()])
            .into_int_value();
        self.leave(status);
        b.at(inside);
        let word = match (field.offset % 8, field.bits) {
            (0, 8 | 16 | 32 | 64) => {
                let first = b.add(at, b.word((field.offset / 8).into()));
                self.whole_bytes(b.offset_by(self.bytes_start(cell), first), field)
            }
            _ => {
                let args = [cell.into(), at.into(), b.word(field.pack()).into()];
                self.call("snow_bytes_get", &args).into_int_value()
            }
        };
        self.set(dst, b.of_word(word, self.slot(dst)));
    }

    /// A field of one, two, four or eight bytes.
    fn whole_bytes(&self, from: PointerValue<'c>, field: BitField) -> IntValue<'c> {
        let b = self.b();
        let ty = match field.bits {
            8 => b.t.i8,
            16 => b.context.i16_type(),
            32 => b.t.i32,
            _ => b.t.i64,
        };
        let value = b.load_unaligned(Class::Payload, ty, from);
        let value = match field.bits > 8 && !field.little {
            true => {
                let swap = Intrinsic::find("llvm.bswap")
                    .and_then(|found| found.get_declaration(&self.unit.llvm, &[ty.into()]))
                    .expect("LLVM has the intrinsic");
                result(b.call(swap, &[value.into()])).into_int_value()
            }
            false => value,
        };
        match field.signed {
            true => b.widen_signed(value),
            false => b.widen(value),
        }
    }
}

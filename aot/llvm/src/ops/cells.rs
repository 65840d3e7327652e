//! Cells of boxed structs, tuples and sums; boxes.

use inkwell::values::PointerValue;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;
use snow_bytecode::types::TypeId;
use snow_vm::abi::layout;
use snow_vm::heap::header_word;

use crate::build::{Class, Likely, result};
use crate::frame::Frame;

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_cell(&mut self, inst: &Inst) {
        match inst {
            Inst::New {
                dst,
                ty,
                tag,
                fields,
            } => {
                let cell = self.new_cell(*ty, *tag, fields);
                self.set(*dst, cell);
            }
            Inst::NewReuse {
                dst,
                token,
                ty,
                tag,
                fields,
            } => self.new_reuse(*dst, *token, *ty, *tag, fields),
            Inst::Load { dst, src, slot } => {
                self.set_from(*dst, Class::Slot, self.slot_of(self.cell(*src), *slot))
            }
            Inst::LoadDup { dst, src, slot } => {
                self.set_from(*dst, Class::Slot, self.slot_of(self.cell(*src), *slot));
                if self.slot(*dst).is_ref() {
                    self.dup(self.cell(*dst), self.slot(*dst));
                }
            }
            Inst::Unpack { dsts, src } | Inst::UnboxTake { dsts, src } => {
                self.unpack(None, dsts, *src)
            }
            Inst::UnpackReuse { token, dsts, src } => self.unpack(Some(*token), dsts, *src),
            Inst::DropReuse { token, src } => {
                let memory = self.call(
                    "snow_drop_reuse",
                    &[self.ctx.into(), self.cell(*src).into()],
                );
                self.set(*token, memory);
            }
            Inst::TakeSlot { dst, src, slot } => self.take_slot(*dst, *src, *slot),
            Inst::Update { dst, src, fields } => self.update(*dst, *src, fields),
            Inst::Box { dst, ty, slots } => {
                let cell = self.new_cell(*ty, 0, slots);
                self.set(*dst, cell);
            }
            Inst::Unbox { dsts, src } => self.unbox(dsts, *src),
            _ => unreachable!("an instruction of another subject"),
        }
    }

    /// Memory for a cell with a header and payload words.
    pub fn alloc(&self, header: u64, payload: usize) -> PointerValue<'c> {
        let b = self.b();
        let words = b.word(payload as u64 + 1);
        let args = [self.ctx.into(), b.word(header).into(), words.into()];
        result(b.call(self.unit.helpers.alloc, &args)).into_pointer_value()
    }

    fn slot_of(&self, cell: PointerValue<'c>, slot: u16) -> PointerValue<'c> {
        self.b().word_at(cell, u64::from(slot) + 1)
    }

    fn new_cell(&self, ty: TypeId, tag: u8, fields: &[Reg]) -> PointerValue<'c> {
        if fields.is_empty() {
            return self.unit.static_cell(ty, tag, &[]);
        }
        let cell = self.alloc(header_word(ty, tag, 1), fields.len());
        self.fill(cell, fields);
        cell
    }

    fn fill(&self, cell: PointerValue<'c>, fields: &[Reg]) {
        for (index, field) in fields.iter().enumerate() {
            self.b().store_as(
                Class::Slot,
                self.slot_of(cell, index as u16),
                self.get(*field),
            );
        }
    }

    fn new_reuse(&self, dst: Reg, token: Reg, ty: TypeId, tag: u8, fields: &[Reg]) {
        let b = self.b();
        let header = header_word(ty, tag, 1);
        let (reuse, fresh, done) = (b.block("reuse"), b.block("fresh"), b.block("new"));
        let memory = self.cell(token);
        b.branch(b.is_null(memory), fresh, reuse, Likely::Else);
        b.at(reuse);
        b.store_as(Class::Header, memory, b.word(header));
        b.jump(done);
        b.at(fresh);
        let made = self.alloc(header, fields.len());
        let made_in = b.here();
        b.jump(done);
        b.at(done);
        let cell = b.phi(b.t.ptr);
        cell.add_incoming(&[(&memory, reuse), (&made, made_in)]);
        let cell = cell.as_basic_value().into_pointer_value();
        self.fill(cell, fields);
        self.set(dst, cell);
    }

    /// Takes a cell apart: moves its slots when it was unique, counts them otherwise.
    fn unpack(&self, token: Option<Reg>, dsts: &[Option<Reg>], src: Reg) {
        let b = self.b();
        let cell = self.cell(src);
        let (moved, counted, done) = (b.block("move"), b.block("count"), b.block("unpacked"));
        let unique = result(b.call(self.unit.helpers.is_unique, &[cell.into()])).into_int_value();
        b.branch(unique, moved, counted, Likely::Then);

        b.at(moved);
        self.load_slots(cell, dsts);
        self.drop_rest(cell, dsts, src);
        match token {
            Some(token) => self.set(token, cell),
            None => self.free(cell, dsts.len()),
        }
        b.jump(done);

        b.at(counted);
        self.load_slots(cell, dsts);
        for dst in dsts
            .iter()
            .flatten()
            .filter(|dst| self.slot(**dst).is_ref())
        {
            self.dup(self.cell(*dst), self.slot(*dst));
        }
        if let Some(token) = token {
            self.set(token, b.t.ptr.const_null());
        }
        self.run("snow_drop", &[self.ctx.into(), cell.into()]);
        b.jump(done);
        b.at(done);
    }

    fn load_slots(&self, cell: PointerValue<'c>, dsts: &[Option<Reg>]) {
        for (slot, dst) in dsts.iter().enumerate() {
            if let Some(dst) = dst {
                self.set_from(*dst, Class::Slot, self.slot_of(cell, slot as u16));
            }
        }
    }

    /// Gives up the references of a unique cell that have no destination. Which slots are references may depend on the tag, which the
    /// verifier knows and the instruction does not say: where variants of equal size differ, it is read.
    fn drop_rest(&self, cell: PointerValue<'c>, dsts: &[Option<Reg>], src: Reg) {
        let Slot::Ref(ty) = self.slot(src) else {
            unreachable!("the verifier saw that the cell's type is known");
        };
        let b = self.b();
        let cells = self.unit.program.layouts.cells(ty);
        let of_size: Vec<_> = (0u64..)
            .zip(cells)
            .filter(|(_, cell)| cell.slots.len() == dsts.len())
            .collect();
        for slot in (0..dsts.len()).filter(|slot| dsts[*slot].is_none()) {
            let with_reference: Vec<u64> = of_size
                .iter()
                .filter(|(_, cell)| cell.slots[slot].is_ref())
                .map(|(tag, _)| *tag)
                .collect();
            if with_reference.is_empty() {
                continue;
            }
            let done = b.block("rest");
            if with_reference.len() < of_size.len() {
                let give_up = b.block("give_up");
                let tags: Vec<_> = with_reference
                    .iter()
                    .map(|tag| (b.word(*tag), give_up))
                    .collect();
                b.switch(self.tag(cell), done, &tags);
                b.at(give_up);
            }
            let word = b.load_ptr(Class::Slot, self.slot_of(cell, slot as u16));
            self.drop(word, Slot::Any);
            b.jump(done);
            b.at(done);
        }
    }

    /// Frees the memory of a cell with so many payload words.
    fn free(&self, cell: PointerValue<'c>, payload: usize) {
        let b = self.b();
        let words = payload.max(1) + 1;
        if words <= layout::MAX_SMALL_WORDS {
            let args = [self.ctx.into(), cell.into(), b.word(words as u64).into()];
            b.call(self.unit.helpers.free, &args);
        } else {
            let payload = b.i32(payload as u32);
            self.run(
                "snow_free_token",
                &[self.ctx.into(), cell.into(), payload.into()],
            );
        }
    }

    fn take_slot(&self, dst: Reg, src: Reg, slot: u16) {
        let b = self.b();
        let cell = self.cell(src);
        let at = self.slot_of(cell, slot);
        self.set_from(dst, Class::Slot, at);
        let (unique, counted, done) = (b.block("hole"), b.block("count"), b.block("taken"));
        let is_unique =
            result(b.call(self.unit.helpers.is_unique, &[cell.into()])).into_int_value();
        b.branch(is_unique, unique, counted, Likely::Then);
        b.at(unique);
        b.store_as(Class::Slot, at, b.t.ptr.const_null());
        b.jump(done);
        b.at(counted);
        // The slot may be wider than the register, which says what is known of it.
        self.dup(self.cell(dst), Slot::Any);
        b.jump(done);
        b.at(done);
    }

    fn update(&self, dst: Reg, src: Reg, fields: &[(u16, Reg)]) {
        let b = self.b();
        let cell = self.cell(src);
        let (copy, write) = (b.block("copy"), b.block("write"));
        let start = b.here();
        let is_unique =
            result(b.call(self.unit.helpers.is_unique, &[cell.into()])).into_int_value();
        debug_assert_eq!(start, b.here());
        b.branch(is_unique, write, copy, Likely::Then);
        b.at(copy);
        let copied = self.call("snow_copy_cell", &[self.ctx.into(), cell.into()]);
        b.jump(write);
        b.at(write);
        let target = b.phi(b.t.ptr);
        target.add_incoming(&[(&cell, start), (&copied, copy)]);
        let target = target.as_basic_value().into_pointer_value();
        for (slot, reg) in fields {
            let at = self.slot_of(target, *slot);
            let value = self.get(*reg);
            if self.slot(*reg).is_ref() {
                let old = b.load_ptr(Class::Slot, at);
                b.store_as(Class::Slot, at, value);
                self.drop(old, Slot::Any);
            } else {
                b.store_as(Class::Slot, at, value);
            }
        }
        self.set(dst, target);
    }

    fn unbox(&self, dsts: &[Option<Reg>], src: Reg) {
        let cell = self.cell(src);
        self.load_slots(cell, dsts);
    }
}

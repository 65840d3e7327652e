//! Lists: the common cases of flat lists in line, all others by the runtime.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, IntValue, PointerValue};
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::{Slot, fits_byte};
use snow_bytecode::module::Reg;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::abi::layout;
use snow_vm::heap::header_word;

use crate::build::{Class, Likely};
use crate::frame::{Frame, Parts};
use crate::helpers::count_of;

/// The words of a list cell.
struct View<'c> {
    buffer: PointerValue<'c>,
    start: IntValue<'c>,
    len: IntValue<'c>,
}

/// How much room the elements of a list have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Word,
    Byte,
}

impl Width {
    /// Bytes of an element.
    fn bytes(self) -> u64 {
        match self {
            Width::Word => 8,
            Width::Byte => 1,
        }
    }

    /// The tag of lists whose elements are all in their buffer.
    fn tag(self) -> u8 {
        match self {
            Width::Word => layout::FLAT,
            Width::Byte => layout::NARROW,
        }
    }
}

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_list(&mut self, inst: &Inst) {
        let ctx = self.ctx.into();
        match inst {
            Inst::ListNew { dst, ty, elems } => {
                let words = self.gather(0, elems);
                let (ty, len) = (self.b().i32(ty.0), self.b().word(elems.len() as u64));
                let list = self.call("snow_list_new", &[ctx, ty.into(), words.into(), len.into()]);
                self.set(*dst, list);
            }
            Inst::ListLen { dst, list } => {
                let len = match self.kept_parts(*list) {
                    Some(parts) => self.kept_len(parts),
                    None => self.len(self.cell(*list)),
                };
                self.set(*dst, len);
            }
            Inst::ListGet { dst, list, index } => self.list_get(*dst, *list, *index),
            Inst::ListGetDup { dst, list, index } => {
                self.list_get(*dst, *list, *index);
                self.dup(self.cell(*dst), self.slot(*dst));
            }
            Inst::ListAppend { dst, list, elem } => self.list_append(*dst, *list, *elem),
            Inst::ListPrepend { dst, list, elem } => {
                let args = [ctx, self.cell(*list).into(), self.word(*elem).into()];
                self.set(*dst, self.call("snow_list_prepend", &args));
            }
            Inst::ListUncons { head, tail, list } => self.list_uncons(*head, *tail, *list),
            Inst::ListDrop { dst, list, count } => {
                let args = [ctx, self.cell(*list).into(), self.int(*count).into()];
                self.set(*dst, self.call("snow_list_drop", &args));
            }
            Inst::ListSet {
                dst,
                list,
                index,
                elem,
            } => self.list_set(*dst, *list, *index, *elem),
            Inst::ListFill {
                dst,
                list,
                index,
                elem,
            } => self.list_fill(*dst, *list, *index, *elem),
            Inst::ListTake {
                elem,
                dst,
                list,
                index,
            } => self.list_take(*elem, *dst, *list, *index),
            Inst::ListConcat { dst, a, b } => {
                let args = [ctx, self.cell(*a).into(), self.cell(*b).into()];
                self.set(*dst, self.call("snow_list_concat", &args));
            }
            _ => unreachable!("an instruction of another subject"),
        }
    }

    /// How much room the elements of the list in a register have.
    fn width(&self, list: Reg) -> Width {
        let types = &self.unit.program.module.types;
        match self.slot(list) {
            Slot::Ref(ty) => match types.get(ty) {
                Type::List(elem) if fits_byte(types, *elem) => Width::Byte,
                _ => Width::Word,
            },
            _ => Width::Word,
        }
    }

    fn view(&self, list: PointerValue<'c>) -> View<'c> {
        let b = self.b();
        View {
            buffer: b.load_ptr(
                Class::List,
                b.word_at(list, layout::LIST_BUFFER_WORD as u64),
            ),
            start: b.load_int(Class::List, b.word_at(list, layout::LIST_START_WORD as u64)),
            len: self.len(list),
        }
    }

    fn len(&self, list: PointerValue<'c>) -> IntValue<'c> {
        let b = self.b();
        let from = b.word_at(list, layout::LIST_LEN_WORD as u64);
        b.load_below(Class::List, from, layout::LIST_LEN_END)
    }

    /// Keeps the parts of a list for a loop that does not change it. Who changes a list in place has taken its only reference, and the loop takes
    /// none of this one (a borrow ends when its root is taken): LLVM does not know that, and would read them again after each call.
    pub fn keep_parts(&self, list: Reg, to: Parts<'c>) {
        let b = self.b();
        let cell = self.cell(list);
        let view = self.view(cell);
        b.store(
            to.first,
            self.position(view.buffer, view.start, self.width(list)),
        );
        b.store(to.len, view.len);
        b.store(to.tag, self.tag(cell));
    }

    fn kept_len(&self, parts: Parts<'c>) -> IntValue<'c> {
        let b = self.b();
        b.load(b.t.i64, parts.len).into_int_value()
    }

    /// What reading an element needs: length, tag, and address of the first element.
    fn read_parts(&self, list: Reg) -> (IntValue<'c>, IntValue<'c>, PointerValue<'c>) {
        let b = self.b();
        if let Some(parts) = self.kept_parts(list) {
            let tag = b.load(b.t.i64, parts.tag).into_int_value();
            let first = b.load(b.t.ptr, parts.first).into_pointer_value();
            return (self.kept_len(parts), tag, first);
        }
        let cell = self.cell(list);
        let view = self.view(cell);
        let first = self.position(view.buffer, view.start, self.width(list));
        (view.len, self.tag(cell), first)
    }

    /// Whether a list is flat and its count is 1: one look at the header, where only the type is left out.
    fn is_own_flat(&self, list: PointerValue<'c>, width: Width) -> IntValue<'c> {
        let b = self.b();
        let header = b.load_int(Class::Header, list);
        let wanted = header_word(TypeId(0), width.tag(), 1);
        let without_type = b.and(header, b.word(!header_word(TypeId(u32::MAX), 0, 0)));
        b.icmp_to(IntPredicate::EQ, without_type, wanted)
    }

    /// Whether a cell's count is 1; shared cells are left to the runtime.
    fn is_owned(&self, cell: PointerValue<'c>) -> IntValue<'c> {
        let b = self.b();
        b.icmp_to(
            IntPredicate::EQ,
            b.load_i32(Class::Count, count_of(b, cell)),
            1,
        )
    }

    /// Goes on when a list is own and has elements; goes to `other` otherwise.
    pub fn look(&self, list: Reg, other: BasicBlock<'c>) {
        let b = self.b();
        let (more, own) = (b.block("look_on"), b.block("known"));
        let (width, list) = (self.width(list), self.cell(list));
        let view = self.view(list);
        let not_empty = b.icmp_to(IntPredicate::NE, view.len, 0);
        let is_flat = self.is_own_flat(list, width);
        b.branch(b.and(is_flat, not_empty), more, other, Likely::Either);
        b.at(more);
        b.branch(self.is_owned(view.buffer), own, other, Likely::Either);
        b.at(own);
    }

    /// Address of a position of a buffer.
    fn position(
        &self,
        buffer: PointerValue<'c>,
        position: IntValue<'c>,
        width: Width,
    ) -> PointerValue<'c> {
        let b = self.b();
        let slots = b.word_at(buffer, layout::BUFFER_SLOTS_WORD as u64);
        self.after(slots, position, width)
    }

    /// Address of an element of a flat list: always by the first one's, so that LLVM sees what accesses have in common.
    fn element(&self, view: &View<'c>, at: IntValue<'c>, width: Width) -> PointerValue<'c> {
        let first = self.position(view.buffer, view.start, width);
        self.after(first, at, width)
    }

    /// Address so many elements behind another.
    fn after(&self, first: PointerValue<'c>, at: IntValue<'c>, width: Width) -> PointerValue<'c> {
        let b = self.b();
        b.offset_by(first, b.mul(at, b.word(width.bytes())))
    }

    /// Sets a register from an element.
    fn set_from_element(&self, reg: Reg, at: PointerValue<'c>, width: Width) {
        let b = self.b();
        match width {
            Width::Word => self.set_from(reg, Class::Slot, at),
            Width::Byte => {
                let byte = b.load_as(Class::Slot, b.t.i8, at).into_int_value();
                self.set(reg, b.widen(byte));
            }
        }
    }

    /// Writes an element.
    fn store_element(&self, at: PointerValue<'c>, value: BasicValueEnum<'c>, width: Width) {
        let b = self.b();
        match width {
            Width::Word => b.store_as(Class::Slot, at, value),
            Width::Byte => {
                let byte = b.low_byte(value.into_int_value());
                b.store_as(Class::Slot, at, byte);
            }
        }
    }

    fn list_get(&mut self, dst: Reg, list: Reg, index: Reg) {
        let b = self.b();
        let (cell, at) = (self.cell(list), self.int(index));
        let (fast, slow, done) = (b.block("get"), b.block("get_slow"), b.block("got"));
        let (len, tag, first) = self.read_parts(list);
        let inside = b.icmp(IntPredicate::ULT, at, len);
        let width = self.width(list);
        let is_near = width == Width::Byte || self.lists.is_own(list, self.known);
        let near = match is_near {
            true => inside,
            false => b.and(
                inside,
                b.icmp_to(IntPredicate::EQ, tag, layout::FLAT.into()),
            ),
        };
        b.branch(near, fast, slow, Likely::Then);
        b.at(fast);
        let place = self.after(first, at, width);
        self.set_from_element(dst, place, width);
        b.jump(done);
        b.at(slow);
        if !is_near {
            let (far, outside) = (b.block("get_far"), b.block("outside"));
            b.branch(inside, far, outside, Likely::Then);
            b.at(far);
            let word = self.call("snow_list_get", &[cell.into(), at.into()]);
            self.set(dst, b.of_word(word.into_int_value(), self.slot(dst)));
            b.jump(done);
            b.at(outside);
        }
        let args = [self.ctx.into(), cell.into(), at.into()];
        let status = self.call("snow_list_index", &args).into_int_value();
        self.leave(status);
        b.at(done);
    }

    /// In place when the list is unique and flat, its buffer is its own and ends with it, and has room.
    fn list_append(&mut self, dst: Reg, list: Reg, elem: Reg) {
        let b = self.b();
        let (cell, value) = (self.cell(list), self.get(elem));
        let word = b.as_word(value);
        let (look, fast, slow, done) = (
            b.block("append"),
            b.block("append_fast"),
            b.block("append_slow"),
            b.block("appended"),
        );
        let (view, width) = (self.view(cell), self.width(list));
        let is_own = self.lists.is_own(list, self.known);
        let has_buffer = b.xor(b.is_null(view.buffer), b.t.bool.const_int(1, false));
        let may_grow = match is_own {
            true => has_buffer,
            false => b.and(self.is_own_flat(cell, width), has_buffer),
        };
        b.branch(may_grow, look, slow, Likely::Then);

        b.at(look);
        let bounds_at = b.word_at(view.buffer, layout::BUFFER_BOUNDS_WORD as u64);
        let bounds = b.load_int(Class::Buffer, bounds_at);
        let high = b.lshr(bounds, b.word(32));
        let end = b.add(view.start, view.len);
        let capacity = b.load_int(
            Class::Buffer,
            b.word_at(view.buffer, layout::BUFFER_CAPACITY_WORD as u64),
        );
        let capacity = b.and(capacity, b.word(0x7fff_ffff));
        let at_end = b.icmp(IntPredicate::EQ, end, high);
        let has_room = b.icmp(IntPredicate::ULT, end, capacity);
        let free = b.and(at_end, has_room);
        let free = match is_own {
            true => free,
            false => b.and(free, self.is_owned(view.buffer)),
        };
        b.branch(free, fast, slow, Likely::Then);

        b.at(fast);
        self.store_element(self.position(view.buffer, end, width), value, width);
        b.store_as(Class::Buffer, bounds_at, b.add(bounds, b.word(1 << 32)));
        b.store_as(
            Class::List,
            b.word_at(cell, layout::LIST_LEN_WORD as u64),
            b.add(view.len, b.word(1)),
        );
        self.set(dst, cell);
        b.jump(done);

        b.at(slow);
        let made = self.call(
            "snow_list_append",
            &[self.ctx.into(), cell.into(), word.into()],
        );
        self.set(dst, made);
        b.jump(done);
        b.at(done);
    }

    /// In place when the list is unique and flat: its start moves on. The element is moved when the buffer is the list's own and begins with it.
    fn list_uncons(&mut self, head: Reg, tail: Reg, list: Reg) {
        let b = self.b();
        let cell = self.cell(list);
        let (look, fast, slow, done) = (
            b.block("uncons"),
            b.block("uncons_fast"),
            b.block("uncons_slow"),
            b.block("uncons_done"),
        );
        let (view, width) = (self.view(cell), self.width(list));
        let is_own = self.lists.is_own(list, self.known);
        let not_empty = b.icmp_to(IntPredicate::NE, view.len, 0);
        let may_shrink = match is_own {
            true => not_empty,
            false => b.and(self.is_own_flat(cell, width), not_empty),
        };
        b.branch(may_shrink, look, slow, Likely::Then);

        b.at(look);
        let bounds_at = b.word_at(view.buffer, layout::BUFFER_BOUNDS_WORD as u64);
        let bounds = b.load_int(Class::Buffer, bounds_at);
        let low = b.and(bounds, b.word(0xffff_ffff));
        let at_start = b.icmp(IntPredicate::EQ, low, view.start);
        let is_first = match is_own {
            true => at_start,
            false => b.and(at_start, self.is_owned(view.buffer)),
        };
        b.branch(is_first, fast, slow, Likely::Then);

        b.at(fast);
        let place = self.position(view.buffer, view.start, width);
        self.set_from_element(head, place, width);
        b.store_as(Class::Buffer, bounds_at, b.add(bounds, b.word(1)));
        b.store_as(
            Class::List,
            b.word_at(cell, layout::LIST_START_WORD as u64),
            b.add(view.start, b.word(1)),
        );
        b.store_as(
            Class::List,
            b.word_at(cell, layout::LIST_LEN_WORD as u64),
            b.sub(view.len, b.word(1)),
        );
        self.set(tail, cell);
        b.jump(done);

        b.at(slow);
        let out = self.try_call("snow_list_uncons", &[self.ctx.into(), cell.into()]);
        self.set_from(head, Class::Row, out);
        self.set_from(tail, Class::Row, b.word_at(out, 1));
        b.jump(done);
        b.at(done);
    }

    /// A list that may be changed in place, with the address of an element, in the block that is then built: the list itself, or a copy where others have it,
    /// too. Indices that are out of range go to `outside`.
    fn own_element(
        &self,
        list: Reg,
        at: IntValue<'c>,
        is_own: bool,
        outside: BasicBlock<'c>,
    ) -> (PointerValue<'c>, PointerValue<'c>) {
        let (b, cell, width) = (self.b(), self.cell(list), self.width(list));
        let view = self.view(cell);
        let inside = b.icmp(IntPredicate::ULT, at, view.len);
        if is_own {
            let fast = b.block("in_place");
            b.branch(inside, fast, outside, Likely::Then);
            b.at(fast);
            return (cell, self.element(&view, at, width));
        }
        let (look, other, copy) = (b.block("own"), b.block("other"), b.block("copy"));
        let (fast, changed) = (b.block("in_place"), b.block("change"));
        let own = self.is_own_flat(cell, width);
        b.branch(b.and(own, inside), look, other, Likely::Then);
        b.at(look);
        b.branch(self.is_owned(view.buffer), fast, copy, Likely::Then);
        b.at(fast);
        let place = self.element(&view, at, width);
        b.jump(changed);

        b.at(other);
        b.branch(inside, copy, outside, Likely::Then);
        b.at(copy);
        let made = self.call("snow_list_own", &[self.ctx.into(), cell.into()]);
        let made = made.into_pointer_value();
        let made_place = self.element(&self.view(made), at, width);
        b.jump(changed);

        b.at(changed);
        let (cells, places) = (b.phi(b.t.ptr), b.phi(b.t.ptr));
        cells.add_incoming(&[(&cell, fast), (&made, copy)]);
        places.add_incoming(&[(&place, fast), (&made_place, copy)]);
        (
            cells.as_basic_value().into_pointer_value(),
            places.as_basic_value().into_pointer_value(),
        )
    }

    fn list_set(&mut self, dst: Reg, list: Reg, index: Reg, elem: Reg) {
        let b = self.b();
        let (cell, at, value) = (self.cell(list), self.int(index), self.get(elem));
        let word = b.as_word(value);
        let (outside, done) = (b.block("outside"), b.block("set"));
        let is_own = self.lists.is_own(list, self.known);
        let (own, place) = self.own_element(list, at, is_own, outside);
        if self.slot(elem).is_ref() {
            let old = b.load_ptr(Class::Slot, place);
            b.store_as(Class::Slot, place, value);
            self.drop(old, Slot::Any);
        } else {
            self.store_element(place, value, self.width(list));
        }
        self.set(dst, own);
        b.jump(done);
        b.at(outside);
        let args = [self.ctx.into(), cell.into(), at.into(), word.into()];
        self.crash_outside("snow_list_set", &args);
        b.at(done);
    }

    /// The hole that `take` left is in a list that is own, at an index inside it, and has nothing to be given up.
    fn list_fill(&mut self, dst: Reg, list: Reg, index: Reg, elem: Reg) {
        let (cell, at) = (self.cell(list), self.int(index));
        let (view, width) = (self.view(cell), self.width(list));
        let place = self.element(&view, at, width);
        self.store_element(place, self.get(elem), width);
        self.set(dst, cell);
    }

    /// Calls the runtime to change a list at an index that is out of range: it gives up what it is given, and crashes.
    fn crash_outside(&mut self, name: &str, args: &[BasicMetadataValueEnum<'c>]) {
        let mut args = args.to_vec();
        args.push(self.scratch().into());
        let status = self.call(name, &args).into_int_value();
        self.leave(status);
    }

    fn list_take(&mut self, elem: Reg, dst: Reg, list: Reg, index: Reg) {
        let b = self.b();
        let (cell, at) = (self.cell(list), self.int(index));
        let (outside, done) = (b.block("outside"), b.block("taken"));
        let is_own = self.lists.is_own(list, self.known);
        let (own, place) = self.own_element(list, at, is_own, outside);
        self.set_from_element(elem, place, self.width(list));
        if self.slot(elem).is_ref() {
            b.store_as(Class::Slot, place, b.t.ptr.const_null());
        }
        self.set(dst, own);
        b.jump(done);
        b.at(outside);
        let args = [self.ctx.into(), cell.into(), at.into()];
        self.crash_outside("snow_list_take", &args);
        b.at(done);
    }
}

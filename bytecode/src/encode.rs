//! Writes a module as a file. [`crate::decode`] is the inverse; the instruction table decides how instructions look.
//!
//! ```text
//! "SNOW"  version: u32  body length: u64  checksum of the body: u64      (little endian)
//! body: sections in fixed order, each: code: u8, length, content
//! ```
//!
//! Numbers are LEB128, signed ones zigzag first; floats are eight bytes; texts and lists come after their length.

use crate::inst::{Inst, Operand};
use crate::layout::Slot;
use crate::module::{
    Const, Export, FuncKind, Function, Inlined, Mode, Module, Native, ParamSlot, Place, Reg,
};
use crate::types::{Field, Shows, Type, TypeId, Variant};
use crate::wire::{self, FORMAT_VERSION, HEADER_LEN, MAGIC, Section};

/// The bytes of a module's file.
pub fn encode(module: &Module) -> Vec<u8> {
    let mut body = Writer::default();
    body.section(Section::Types, |w| w.list(&module.types.types, Writer::ty));
    body.section(Section::Consts, |w| {
        w.list(&module.consts, Writer::constant)
    });
    body.section(Section::Files, |w| {
        w.list(&module.files, |w, file| w.text(file))
    });
    body.section(Section::Natives, |w| {
        w.list(&module.natives, Writer::native)
    });
    body.section(Section::Functions, |w| {
        w.list(&module.funcs, Writer::function)
    });
    body.section(Section::Exports, |w| {
        w.list(&module.exports, Writer::export)
    });
    body.section(Section::Entry, |w| w.number(module.entry.0));
    seal(&body.bytes)
}

/// Puts the header before a body.
pub fn seal(body: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER_LEN + body.len());
    file.extend(MAGIC);
    file.extend(FORMAT_VERSION.to_le_bytes());
    file.extend((body.len() as u64).to_le_bytes());
    file.extend(wire::checksum(body).to_le_bytes());
    file.extend(body);
    file
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn section(&mut self, section: Section, content: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::default();
        content(&mut inner);
        self.bytes.push(section as u8);
        self.count(inner.bytes.len());
        self.bytes.extend(inner.bytes);
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn number(&mut self, number: impl Into<u64>) {
        let mut rest = number.into();
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.bytes.extend(bytes);
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Writer, &T)) {
        self.count(items.len());
        items.iter().for_each(|found| item(self, found));
    }

    fn type_id(&mut self, id: &TypeId) {
        self.number(id.0);
    }

    fn ty(&mut self, ty: &Type) {
        self.byte(type_code(ty));
        match ty {
            Type::List(item) | Type::Set(item) | Type::Pid(item) => self.type_id(item),
            Type::Map(key, value) => {
                self.type_id(key);
                self.type_id(value);
            }
            Type::Fun { params, ret } => {
                self.list(params, Writer::type_id);
                self.type_id(ret);
            }
            Type::Tuple(items) => self.list(items, Writer::type_id),
            Type::Struct {
                module,
                name,
                args,
                fields,
                shows,
            } => {
                self.named(module, name, args, *shows);
                self.list(fields, Writer::field);
            }
            Type::Sum {
                module,
                name,
                args,
                variants,
                shows,
            } => {
                self.named(module, name, args, *shows);
                self.list(variants, Writer::variant);
            }
            _ => {}
        }
    }

    fn named(&mut self, module: &str, name: &str, args: &[TypeId], shows: Shows) {
        self.text(module);
        self.text(name);
        self.list(args, Writer::type_id);
        self.byte(match shows {
            Shows::Display => wire::shows::DISPLAY,
            Shows::Debug => wire::shows::DEBUG,
        });
    }

    fn field(&mut self, field: &Field) {
        self.text(&field.name);
        self.type_id(&field.ty);
    }

    fn variant(&mut self, variant: &Variant) {
        self.text(&variant.name);
        self.list(&variant.fields, Writer::field);
    }

    fn constant(&mut self, value: &Const) {
        match value {
            Const::Str(text) => {
                self.byte(wire::constant::STR);
                self.text(text);
            }
            Const::Bytes(bytes) => {
                self.byte(wire::constant::BYTES);
                self.blob(bytes);
            }
            Const::Atom(name) => {
                self.byte(wire::constant::ATOM);
                self.text(name);
            }
        }
    }

    fn slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Word => self.byte(wire::slot::WORD),
            Slot::Float => self.byte(wire::slot::FLOAT),
            Slot::Any => self.byte(wire::slot::ANY),
            Slot::Ref(ty) => {
                self.byte(wire::slot::REF);
                self.type_id(ty);
            }
            Slot::Null(ty) => {
                self.byte(wire::slot::NULL);
                self.type_id(ty);
            }
            Slot::Token(words) => {
                self.byte(wire::slot::TOKEN);
                self.number(*words);
            }
        }
    }

    fn param(&mut self, param: &ParamSlot) {
        self.byte(match param.mode {
            Mode::Own => wire::mode::OWN,
            Mode::Borrow => wire::mode::BORROW,
        });
        self.slot(&param.slot);
    }

    fn native(&mut self, native: &Native) {
        self.text(&native.symbol);
        self.list(&native.type_args, Writer::type_id);
        self.list(&native.params, Writer::param);
        self.list(&native.results, Writer::slot);
    }

    fn export(&mut self, export: &Export) {
        self.text(&export.name);
        self.byte(export.kind as u8);
        match &export.code {
            None => self.byte(wire::export::GENERIC),
            Some(code) => {
                self.byte(wire::export::FUNCTION);
                self.number(code.func.0);
                self.list(&code.params, Writer::type_id);
                self.type_id(&code.ret);
                let mailbox: Vec<TypeId> = code.mailbox.into_iter().collect();
                self.list(&mailbox, Writer::type_id);
            }
        }
    }

    fn function(&mut self, func: &Function) {
        self.text(&func.name);
        match &func.kind {
            FuncKind::Direct => self.byte(wire::kind::DIRECT),
            FuncKind::Closure { fun_type, captures } => {
                self.byte(wire::kind::CLOSURE);
                self.type_id(fun_type);
                self.list(captures, Writer::slot);
            }
        }
        self.list(&func.params, Writer::param);
        self.list(&func.results, Writer::slot);
        self.list(&func.regs, Writer::slot);
        self.list(&func.code, Writer::inst);
        self.lines(&func.lines);
        self.list(&func.inlined, Writer::inlined);
    }

    /// Each entry as differences to the one before.
    fn lines(&mut self, lines: &[(u32, Place)]) {
        let (mut index, mut last) = (
            0,
            Place {
                file: 0,
                line: 0,
                column: 0,
                inlined: 0,
            },
        );
        self.list(lines, |w, (at, place)| {
            w.number(at.wrapping_sub(index));
            w.signed(i64::from(place.file) - i64::from(last.file));
            w.signed(i64::from(place.line) - i64::from(last.line));
            w.number(place.column);
            w.number(place.inlined);
            (index, last) = (*at, *place);
        });
    }

    fn inlined(&mut self, inlined: &Inlined) {
        self.text(&inlined.function);
        self.byte(u8::from(inlined.call.is_some()));
        if let Some(place) = &inlined.call {
            self.number(place.file);
            self.number(place.line);
            self.number(place.column);
            self.number(place.inlined);
        }
    }

    fn inst(&mut self, inst: &Inst) {
        self.byte(inst.code());
        inst.operands(&mut |operand| self.operand(operand));
    }

    fn operand(&mut self, operand: Operand<'_>) {
        match operand {
            Operand::Def(reg) | Operand::Use(reg) | Operand::Take(reg) => self.reg(reg),
            Operand::Defs(regs)
            | Operand::Uses(regs)
            | Operand::Takes(regs)
            | Operand::Args(regs) => self.list(regs, Writer::reg),
            Operand::OptDefs(regs) => self.list(regs, |w, reg| {
                w.number(reg.map_or(0, |reg| u64::from(reg.0) + 1))
            }),
            Operand::FieldTakes(fields) => self.list(fields, |w, (slot, reg)| {
                w.number(*slot);
                w.reg(reg);
            }),
            Operand::Imm(value) => self.signed(*value),
            Operand::FloatBits(bits) => self.bytes.extend(bits.to_le_bytes()),
            Operand::Field(number) => self.number(*number),
            Operand::Tag(tag) => self.byte(*tag),
            Operand::Type(id) => self.type_id(id),
            Operand::Func(id) => self.number(id.0),
            Operand::NativeRef(id) => self.number(id.0),
            Operand::Const(id) => self.number(id.0),
            Operand::Target(label) => self.number(label.0),
            Operand::Targets(labels) => self.list(labels, |w, label| w.number(label.0)),
            Operand::IntOp(op) => self.byte(op.code()),
            Operand::FloatOp(op) => self.byte(op.code()),
            Operand::FloatUnOp(op) => self.byte(op.code()),
            Operand::Cond(cond) => self.byte(cond.code()),
            Operand::CrashKind(kind) => self.byte(kind.code()),
            Operand::TextForm(form) => self.byte(form.code()),
            Operand::Bits(field) => self.number(field.pack()),
        }
    }

    fn reg(&mut self, reg: &Reg) {
        self.number(reg.0);
    }
}

fn type_code(ty: &Type) -> u8 {
    match ty {
        Type::Int => wire::ty::INT,
        Type::Float => wire::ty::FLOAT,
        Type::Bool => wire::ty::BOOL,
        Type::Unit => wire::ty::UNIT,
        Type::String => wire::ty::STRING,
        Type::Bytes => wire::ty::BYTES,
        Type::Atom => wire::ty::ATOM,
        Type::Range => wire::ty::RANGE,
        Type::Pid(_) => wire::ty::PID,
        Type::Ref => wire::ty::REF,
        Type::List(_) => wire::ty::LIST,
        Type::Map(..) => wire::ty::MAP,
        Type::Set(_) => wire::ty::SET,
        Type::Fun { .. } => wire::ty::FUN,
        Type::Tuple(_) => wire::ty::TUPLE,
        Type::Struct { .. } => wire::ty::STRUCT,
        Type::Sum { .. } => wire::ty::SUM,
    }
}

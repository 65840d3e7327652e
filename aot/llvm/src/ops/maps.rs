//! Maps and sets.

use inkwell::IntPredicate;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{Label, Reg};

use crate::build::{Class, Likely};
use crate::frame::Frame;

/// Payload words of a map cell.
const MAP_PAYLOAD: [u64; 5] = [0; 5];

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_map(&mut self, inst: &Inst) {
        let ctx = self.ctx.into();
        match inst {
            Inst::MapNew { dst, ty } => self.set(*dst, self.unit.static_cell(*ty, 0, &MAP_PAYLOAD)),
            Inst::MapGet {
                dst,
                map,
                key,
                target,
            } => self.map_get(*dst, *map, *key, *target),
            Inst::MapPut {
                dst,
                map,
                key,
                value,
            } => {
                let args = [
                    ctx,
                    self.cell(*map).into(),
                    self.word(*key).into(),
                    self.word(*value).into(),
                ];
                self.set(*dst, self.call("snow_map_put", &args));
            }
            Inst::MapHas { dst, map, key } => {
                let args = [ctx, self.cell(*map).into(), self.word(*key).into()];
                self.set(*dst, self.call("snow_map_has", &args));
            }
            Inst::MapNext { dst, map, from } => {
                let args = [self.cell(*map).into(), self.int(*from).into()];
                self.set(*dst, self.call("snow_map_next", &args));
            }
            Inst::MapKeyAt { dst, map, entry } => self.entry("snow_map_key_at", *dst, *map, *entry),
            Inst::MapValueAt { dst, map, entry } => {
                self.entry("snow_map_value_at", *dst, *map, *entry)
            }
            Inst::MapTake {
                value,
                dst,
                map,
                key,
            } => {
                let args = [ctx, self.cell(*map).into(), self.word(*key).into()];
                let out = self.try_call("snow_map_take", &args);
                self.set_from(*value, Class::Row, out);
                self.set_from(*dst, Class::Row, self.b().word_at(out, 1));
            }
            Inst::MapFill {
                dst,
                map,
                key,
                value,
            } => {
                let args = [
                    ctx,
                    self.cell(*map).into(),
                    self.word(*key).into(),
                    self.word(*value).into(),
                ];
                let out = self.try_call("snow_map_fill", &args);
                self.set_from(*dst, Class::Row, out);
            }
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn entry(&mut self, name: &str, dst: Reg, map: Reg, entry: Reg) {
        let args = [
            self.ctx.into(),
            self.cell(map).into(),
            self.int(entry).into(),
        ];
        let out = self.try_call(name, &args);
        self.set_from(dst, Class::Row, out);
    }

    fn map_get(&mut self, dst: Reg, map: Reg, key: Reg, target: Label) {
        let b = self.b();
        let out = self.scratch();
        let args = [
            self.ctx.into(),
            self.cell(map).into(),
            self.word(key).into(),
            out.into(),
        ];
        let found = self.call("snow_map_get", &args).into_int_value();
        let (some, target) = (b.block("found"), self.target(target));
        b.branch(
            b.icmp_to(IntPredicate::EQ, found, 0),
            target,
            some,
            Likely::Either,
        );
        b.at(some);
        self.set_from(dst, Class::Row, out);
        b.jump(self.next());
    }
}

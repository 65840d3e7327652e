//! Text, and operations that follow the structure of a type.

use inkwell::IntPredicate;
use inkwell::values::BasicValueEnum;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{ConstId, Label, Reg};
use snow_bytecode::types::{Type, TypeId};

use crate::build::Likely;
use crate::frame::Frame;

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_text(&mut self, inst: &Inst) {
        let b = self.b();
        let ctx = self.ctx.into();
        match inst {
            Inst::Concat { dst, a, b: right } => {
                let args = [ctx, self.cell(*a).into(), self.cell(*right).into()];
                self.set(*dst, self.call("snow_text_concat", &args));
            }
            Inst::AppendText {
                form,
                dst,
                text,
                ty,
                slots,
            } => {
                let words = self.gather(0, slots);
                let form = b.i32(form.code().into());
                let args = [
                    ctx,
                    form.into(),
                    self.cell(*text).into(),
                    b.i32(ty.0).into(),
                    words.into(),
                ];
                self.set(*dst, self.call("snow_text_append", &args));
            }
            Inst::Equal {
                dst,
                ty,
                a,
                b: right,
            } => {
                let equal = self.equal(*ty, a, right);
                self.set(*dst, equal);
            }
            Inst::Compare {
                dst,
                ty,
                a,
                b: right,
            } => {
                let ordering = self.compare(*ty, a, right);
                self.set(*dst, ordering);
            }
            Inst::Hash { dst, ty, slots } => {
                let words = self.gather(0, slots);
                self.set(
                    *dst,
                    self.call("snow_hash", &[ctx, b.i32(ty.0).into(), words.into()]),
                );
            }
            Inst::StrEqConst { dst, a, value } => {
                let constant = self.unit.text_constant(*value);
                self.set(
                    *dst,
                    self.call("snow_text_equal", &[self.cell(*a).into(), constant.into()]),
                );
            }
            Inst::StrStripPrefix {
                dst,
                a,
                prefix,
                target,
            } => self.strip(*dst, *a, *prefix, *target),
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn equal(&self, ty: TypeId, a: &[Reg], right: &[Reg]) -> BasicValueEnum<'c> {
        let b = self.b();
        match self.unit.program.module.types.get(ty) {
            Type::Int | Type::Atom | Type::Pid(_) | Type::Ref => b
                .widen(b.icmp(IntPredicate::EQ, self.int(a[0]), self.int(right[0])))
                .into(),
            Type::String | Type::Bytes => self.call(
                "snow_text_equal",
                &[self.cell(a[0]).into(), self.cell(right[0]).into()],
            ),
            _ => self.by_structure("snow_equal", ty, a, right),
        }
    }

    fn compare(&self, ty: TypeId, a: &[Reg], right: &[Reg]) -> BasicValueEnum<'c> {
        let b = self.b();
        if *self.unit.program.module.types.get(ty) != Type::Int {
            return self.by_structure("snow_compare", ty, a, right);
        }
        let (x, y) = (self.int(a[0]), self.int(right[0]));
        let above = b.widen(b.icmp(IntPredicate::SGT, x, y));
        let not_below = b.widen(b.icmp(IntPredicate::SGE, x, y));
        b.add(above, not_below).into()
    }

    fn by_structure(&self, name: &str, ty: TypeId, a: &[Reg], right: &[Reg]) -> BasicValueEnum<'c> {
        let first = self.gather(0, a);
        let second = self.gather(a.len() as u64, right);
        let ty = self.b().i32(ty.0);
        self.call(
            name,
            &[self.ctx.into(), ty.into(), first.into(), second.into()],
        )
    }

    fn strip(&mut self, dst: Reg, a: Reg, prefix: ConstId, target: Label) {
        let b = self.b();
        let prefix = self.unit.text_constant(prefix);
        let args = [self.ctx.into(), self.cell(a).into(), prefix.into()];
        let rest = self.call("snow_text_strip", &args).into_pointer_value();
        let found = b.block("stripped");
        let target = self.target(target);
        b.branch(b.is_null(rest), target, found, Likely::Either);
        b.at(found);
        self.set(dst, rest);
        b.jump(self.next());
    }
}

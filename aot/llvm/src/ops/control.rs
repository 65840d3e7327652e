//! Jumps, switches, crashes.

use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};
use snow_bytecode::inst::Inst;
use snow_bytecode::module::Label;

use super::{floats, ints};
use crate::build::{Class, Likely};
use crate::frame::Frame;

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_control(&mut self, inst: &Inst) {
        let b = self.b();
        match inst {
            Inst::Jump { target } => {
                let target = self.target(*target);
                b.jump(target);
            }
            Inst::BranchIf { a, target } => {
                self.branch_to(b.icmp_to(IntPredicate::NE, self.int(*a), 0), *target);
            }
            Inst::BranchUnless { a, target } => {
                self.branch_to(b.icmp_to(IntPredicate::EQ, self.int(*a), 0), *target);
            }
            Inst::BranchInt {
                cond,
                a,
                b: right,
                target,
            } => {
                self.branch_to(
                    b.icmp(ints::predicate(*cond), self.int(*a), self.int(*right)),
                    *target,
                );
            }
            Inst::BranchIntImm {
                cond,
                a,
                imm,
                target,
            } => {
                self.branch_to(
                    b.icmp(ints::predicate(*cond), self.int(*a), b.int(*imm)),
                    *target,
                );
            }
            Inst::BranchFloat {
                cond,
                a,
                b: right,
                target,
            } => {
                let holds = b.fcmp(floats::predicate(*cond), self.float(*a), self.float(*right));
                self.branch_to(holds, *target);
            }
            Inst::BranchFloatNot {
                cond,
                a,
                b: right,
                target,
            } => {
                let holds = b.fcmp(floats::predicate(*cond), self.float(*a), self.float(*right));
                self.branch_to(b.xor(holds, b.t.bool.const_int(1, false)), *target);
            }
            Inst::BranchNull { a, target } => self.branch_to(b.is_null(self.cell(*a)), *target),
            Inst::Switch {
                a,
                targets,
                default,
            } => self.switch(self.int(*a), targets, *default),
            Inst::SwitchTag {
                a,
                targets,
                default,
            } => self.switch(self.tag(self.cell(*a)), targets, *default),
            Inst::BranchTagNot { a, tag, target } => {
                let found = self.tag(self.cell(*a));
                self.branch_to(b.icmp_to(IntPredicate::NE, found, u64::from(*tag)), *target);
            }
            Inst::GetTag { dst, a } => self.set(*dst, self.tag(self.cell(*a))),
            Inst::Crash { text, .. } => {
                let text = self.unit.text_constant(*text);
                let status = self.call("snow_crash", &[self.ctx.into(), text.into()]);
                self.leave(status.into_int_value());
            }
            Inst::Panic { text } => {
                let status = self.call("snow_panic", &[self.ctx.into(), self.cell(*text).into()]);
                self.leave(status.into_int_value());
            }
            _ => unreachable!("an instruction of another subject"),
        }
    }

    /// Jumps when a condition holds, and goes on otherwise.
    pub fn branch_to(&mut self, cond: IntValue<'c>, target: Label) {
        let target = self.target(target);
        self.b().branch(cond, target, self.next(), Likely::Either);
    }

    fn switch(&mut self, value: IntValue<'c>, targets: &[Label], default: Label) {
        let default = self.target(default);
        let cases: Vec<_> = targets
            .iter()
            .enumerate()
            .map(|(number, target)| (self.b().word(number as u64), self.target(*target)))
            .collect();
        self.b().switch(value, default, &cases);
    }

    /// The tag in a cell's header, as a word.
    pub fn tag(&self, cell: PointerValue<'c>) -> IntValue<'c> {
        let b = self.b();
        let at = if cfg!(target_endian = "little") { 7 } else { 0 };
        b.widen(
            b.load_as(Class::Tag, b.t.i8, b.offset(cell, at))
                .into_int_value(),
        )
    }
}

//! Constants, moves and counting.

use inkwell::IntPredicate;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;
use snow_bytecode::types::TypeId;
use snow_vm::abi::status::Reason;

use crate::build::{Class, Likely};
use crate::frame::Frame;
use crate::unit::pool_word;

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_word(&mut self, inst: &Inst) {
        let b = self.b();
        match inst {
            Inst::ConstInt { dst, value } => self.set(*dst, b.int(*value)),
            Inst::ConstFloat { dst, bits } => self.set(*dst, b.of_word(b.word(*bits), Slot::Float)),
            Inst::ConstStr { dst, value } => self.set(*dst, self.unit.text_constant(*value)),
            Inst::ConstAtom { dst, value } => {
                let from = pool_word(b, self.ctx, self.unit.program.pool.constant(*value));
                self.set(*dst, b.load_constant(b.t.i64, from));
            }
            Inst::ConstNull { dst } => self.set(*dst, b.t.ptr.const_null()),
            Inst::Move { dst, src } => self.set(*dst, self.get(*src)),
            Inst::Dup { dst, src } => {
                let cell = self.cell(*src);
                self.dup(cell, self.slot(*src));
                self.set(*dst, cell);
            }
            Inst::Drop { src } => self.drop(self.cell(*src), self.slot(*src)),
            Inst::Cast { dst, src } => self.cast(*dst, *src),
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn cast(&mut self, dst: Reg, src: Reg) {
        let cell = self.cell(src);
        match (self.slot(src), self.slot(dst)) {
            (Slot::Any, Slot::Ref(ty)) => {
                self.crash_if(self.b().is_null(cell), Reason::Corrupt);
                self.check_type(cell, ty);
            }
            (Slot::Any, Slot::Null(ty)) => {
                let b = self.b();
                let (some, done) = (b.block("some"), b.block("done"));
                b.branch(b.is_null(cell), done, some, Likely::Either);
                b.at(some);
                self.check_type(cell, ty);
                b.jump(done);
                b.at(done);
            }
            (Slot::Null(_), Slot::Ref(_)) => self.crash_if(self.b().is_null(cell), Reason::Corrupt),
            _ => {}
        }
        self.set(dst, cell);
    }

    /// Crashes unless a cell has a type.
    fn check_type(&mut self, cell: inkwell::values::PointerValue<'c>, ty: TypeId) {
        let b = self.b();
        let header = b.load_int(Class::Header, cell);
        let found = b.and(b.lshr(header, b.word(32)), b.word(0xff_ffff));
        self.crash_if(
            b.icmp_to(IntPredicate::NE, found, ty.0.into()),
            Reason::Corrupt,
        );
    }
}

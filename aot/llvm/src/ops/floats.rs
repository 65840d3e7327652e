//! Floats.

use inkwell::FloatPredicate;
use inkwell::intrinsics::Intrinsic;
use inkwell::values::FloatValue;
use snow_bytecode::inst::{Cond, FloatUnOp, Inst};
use snow_bytecode::module::Reg;
use snow_vm::abi::status::Reason;

use crate::build::result;
use crate::frame::Frame;

/// LLVM's name of a condition: false on NaN, but for `Ne`.
pub fn predicate(cond: Cond) -> FloatPredicate {
    match cond {
        Cond::Eq => FloatPredicate::OEQ,
        Cond::Ne => FloatPredicate::UNE,
        Cond::Lt => FloatPredicate::OLT,
        Cond::Le => FloatPredicate::OLE,
        Cond::Gt => FloatPredicate::OGT,
        Cond::Ge => FloatPredicate::OGE,
    }
}

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_float(&mut self, inst: &Inst) {
        let b = self.b();
        match inst {
            Inst::FloatBin {
                op,
                dst,
                a,
                b: right,
            } => {
                self.set(*dst, b.fbin(*op, self.float(*a), self.float(*right)));
            }
            Inst::FloatUn { op, dst, a } => self.set(*dst, self.float_un(*op, self.float(*a))),
            Inst::FloatCmp {
                cond,
                dst,
                a,
                b: right,
            } => {
                let holds = b.fcmp(predicate(*cond), self.float(*a), self.float(*right));
                self.set(*dst, b.widen(holds));
            }
            Inst::IntToFloat { dst, a } => self.set(*dst, b.to_float(self.int(*a))),
            Inst::FloatToInt { dst, a } => self.float_to_int(*dst, *a),
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn float_un(&self, op: FloatUnOp, a: FloatValue<'c>) -> FloatValue<'c> {
        let name = match op {
            FloatUnOp::Neg => return self.b().fneg(a),
            FloatUnOp::Abs => "llvm.fabs",
            FloatUnOp::Sqrt => "llvm.sqrt",
            FloatUnOp::Floor => "llvm.floor",
            FloatUnOp::Ceil => "llvm.ceil",
            FloatUnOp::Trunc => "llvm.trunc",
        };
        let b = self.b();
        let function = Intrinsic::find(name)
            .and_then(|found| found.get_declaration(&self.unit.llvm, &[b.t.f64.into()]))
            .expect("LLVM has the intrinsic");
        result(b.call(function, &[a.into()])).into_float_value()
    }

    fn float_to_int(&mut self, dst: Reg, a: Reg) {
        let b = self.b();
        let value = self.float_un(FloatUnOp::Trunc, self.float(a));
        // The bounds are exact doubles: -2^63 fits, 2^63 does not.
        let bound = |value: f64| b.t.f64.const_float(value);
        let low = b.fcmp(
            FloatPredicate::OGE,
            value,
            bound(-9_223_372_036_854_775_808.0),
        );
        let high = b.fcmp(
            FloatPredicate::OLT,
            value,
            bound(9_223_372_036_854_775_808.0),
        );
        let fits = b.and(low, high);
        let outside = b.xor(fits, b.t.bool.const_int(1, false));
        self.crash_if(outside, Reason::FloatRange);
        self.set(dst, b.to_int(value));
    }
}

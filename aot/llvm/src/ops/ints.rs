//! Integers.

use inkwell::IntPredicate;
use inkwell::intrinsics::Intrinsic;
use inkwell::values::IntValue;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_vm::abi::status::Reason;

use crate::build::result;
use crate::frame::Frame;

/// LLVM's name of a condition.
pub fn predicate(cond: Cond) -> IntPredicate {
    match cond {
        Cond::Eq => IntPredicate::EQ,
        Cond::Ne => IntPredicate::NE,
        Cond::Lt => IntPredicate::SLT,
        Cond::Le => IntPredicate::SLE,
        Cond::Gt => IntPredicate::SGT,
        Cond::Ge => IntPredicate::SGE,
    }
}

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_int(&mut self, inst: &Inst) {
        let b = self.b();
        let (dst, value) = match inst {
            Inst::IntBin {
                op,
                dst,
                a,
                b: right,
            } => (dst, self.int_op(*op, self.int(*a), self.int(*right))),
            Inst::IntBinImm { op, dst, a, imm } => {
                (dst, self.int_op(*op, self.int(*a), b.int(*imm)))
            }
            Inst::IntImmBin { op, dst, imm, a } => {
                (dst, self.int_op(*op, b.int(*imm), self.int(*a)))
            }
            Inst::IntNeg { dst, a } => (dst, self.int_op(IntOp::Sub, b.int(0), self.int(*a))),
            Inst::IntCmp {
                cond,
                dst,
                a,
                b: right,
            } => (
                dst,
                b.widen(b.icmp(predicate(*cond), self.int(*a), self.int(*right))),
            ),
            Inst::IntCmpImm { cond, dst, a, imm } => (
                dst,
                b.widen(b.icmp(predicate(*cond), self.int(*a), b.int(*imm))),
            ),
            Inst::Not { dst, a } => (dst, b.widen(b.icmp_to(IntPredicate::EQ, self.int(*a), 0))),
            _ => unreachable!("an instruction of another subject"),
        };
        self.set(*dst, value);
    }

    fn int_op(&mut self, op: IntOp, x: IntValue<'c>, y: IntValue<'c>) -> IntValue<'c> {
        let b = self.b();
        match op {
            IntOp::Add => self.checked("llvm.sadd.with.overflow", x, y),
            IntOp::Sub => self.checked("llvm.ssub.with.overflow", x, y),
            IntOp::Mul => self.checked("llvm.smul.with.overflow", x, y),
            IntOp::Div => self.divide(x, y),
            IntOp::Rem => self.remainder(x, y),
            IntOp::WrappingAdd => b.add(x, y),
            IntOp::WrappingSub => b.sub(x, y),
            IntOp::WrappingMul => b.mul(x, y),
            IntOp::And => b.and(x, y),
            IntOp::Or => b.or(x, y),
            IntOp::Xor => b.xor(x, y),
            IntOp::Shl => {
                self.check_shift(y);
                b.shl(x, y)
            }
            IntOp::Shr => {
                self.check_shift(y);
                b.ashr(x, y)
            }
        }
    }

    fn checked(&mut self, intrinsic: &str, x: IntValue<'c>, y: IntValue<'c>) -> IntValue<'c> {
        let b = self.b();
        let function = Intrinsic::find(intrinsic)
            .and_then(|found| found.get_declaration(&self.unit.llvm, &[b.t.i64.into()]))
            .expect("LLVM has the intrinsic");
        let both = result(b.call(function, &[x.into(), y.into()])).into_struct_value();
        self.crash_if(b.extract(both, 1).into_int_value(), Reason::Overflow);
        b.extract(both, 0).into_int_value()
    }

    fn divide(&mut self, x: IntValue<'c>, y: IntValue<'c>) -> IntValue<'c> {
        let b = self.b();
        self.crash_if(b.icmp_to(IntPredicate::EQ, y, 0), Reason::DivisionByZero);
        let is_minimum = b.icmp_to(IntPredicate::EQ, x, i64::MIN as u64);
        let is_minus_one = b.icmp_to(IntPredicate::EQ, y, -1i64 as u64);
        self.crash_if(b.and(is_minimum, is_minus_one), Reason::Overflow);
        b.sdiv(x, y)
    }

    /// The remainder by -1 is 0, but the machine's division would trap for the minimum.
    fn remainder(&mut self, x: IntValue<'c>, y: IntValue<'c>) -> IntValue<'c> {
        let b = self.b();
        self.crash_if(b.icmp_to(IntPredicate::EQ, y, 0), Reason::DivisionByZero);
        let is_minus_one = b.icmp_to(IntPredicate::EQ, y, -1i64 as u64);
        let divisor = b
            .select(is_minus_one, b.int(1).into(), y.into())
            .into_int_value();
        b.srem(x, divisor)
    }

    fn check_shift(&mut self, count: IntValue<'c>) {
        let b = self.b();
        self.crash_if(b.icmp_to(IntPredicate::UGE, count, 64), Reason::BadShift);
    }
}

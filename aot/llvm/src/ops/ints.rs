//! Integers.

use inkwell::IntPredicate;
use inkwell::intrinsics::Intrinsic;
use inkwell::values::IntValue;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_vm::abi::status::Reason;

use crate::build::{Likely, result};
use crate::frame::Frame;
use crate::small::{Operand, Row, Step};

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

    /// Lowers a row of arithmetic that begins at an instruction.
    pub fn lower_row(&mut self, start: usize, row: &Row) {
        let b = self.b();
        let small = row.inputs.iter().map(|reg| {
            let value = self.int(*reg);
            b.icmp_to(IntPredicate::ULT, value, row.bound)
        });
        let all = small.reduce(|all, one| b.and(all, one));
        let all = all.unwrap_or(b.t.bool.const_int(1, false));
        let (fast, slow, done) = (b.block("small"), b.block("tested"), b.block("computed"));
        b.branch(all, fast, slow, Likely::Then);
        b.at(fast);
        for step in &row.steps {
            let value = self.small_step(step);
            self.set(step.dst, value);
        }
        b.jump(done);
        b.at(slow);
        for index in start..start + row.steps.len() {
            self.at = index as u32;
            self.locate();
            self.lower_int(&self.func.code[index]);
        }
        b.jump(done);
        b.at(done);
    }

    fn small_step(&self, step: &Step) -> IntValue<'c> {
        let b = self.b();
        let [x, y] = [step.a, step.b].map(|operand| match operand {
            Operand::Reg(reg) => self.int(reg),
            Operand::Imm(value) => b.int(value),
        });
        match (step.op, step.is_natural) {
            (IntOp::Add, _) => b.small_add(x, y),
            (IntOp::Sub, _) => b.small_sub(x, y),
            (IntOp::Mul, _) => b.small_mul(x, y),
            (IntOp::Div, true) => b.udiv(x, y),
            (IntOp::Div, false) => b.sdiv(x, y),
            (IntOp::Rem, true) => b.urem(x, y),
            (IntOp::Rem, false) => b.srem(x, y),
            (IntOp::Shr, true) => b.lshr(x, y),
            (IntOp::Shr, false) => b.ashr(x, y),
            _ => unreachable!("not an operation of rows"),
        }
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

//! Jumps, switches and crashes.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::opcode::Op;
use snow_bytecode::inst::{Cond, CrashKind, Inst};
use snow_bytecode::module::{Label, Reg};

/// Opcode of a branch on two registers, and whether the operands are exchanged.
fn branch(cond: Cond) -> (Op, bool) {
    match cond {
        Cond::Eq => (Op::BranchEq, false),
        Cond::Ne => (Op::BranchNe, false),
        Cond::Lt => (Op::BranchLt, false),
        Cond::Le => (Op::BranchLe, false),
        Cond::Gt => (Op::BranchLt, true),
        Cond::Ge => (Op::BranchLe, true),
    }
}

fn branch_imm(cond: Cond) -> Op {
    match cond {
        Cond::Eq => Op::BranchEqImm,
        Cond::Ne => Op::BranchNeImm,
        Cond::Lt => Op::BranchLtImm,
        Cond::Le => Op::BranchLeImm,
        Cond::Gt => Op::BranchGtImm,
        Cond::Ge => Op::BranchGeImm,
    }
}

fn float_branch(cond: Cond) -> (Op, bool) {
    match cond {
        Cond::Eq => (Op::BranchFloatEq, false),
        Cond::Ne => (Op::BranchFloatNe, false),
        Cond::Lt => (Op::BranchFloatLt, false),
        Cond::Le => (Op::BranchFloatLe, false),
        Cond::Gt => (Op::BranchFloatLt, true),
        Cond::Ge => (Op::BranchFloatLe, true),
    }
}

fn float_branch_not(cond: Cond) -> (Op, bool) {
    match cond {
        Cond::Eq => (Op::BranchFloatNotEq, false),
        Cond::Ne => (Op::BranchFloatNotNe, false),
        Cond::Lt => (Op::BranchFloatNotLt, false),
        Cond::Le => (Op::BranchFloatNotLe, false),
        Cond::Gt => (Op::BranchFloatNotLt, true),
        Cond::Ge => (Op::BranchFloatNotLe, true),
    }
}

impl Emitter<'_> {
    /// Control instructions other than calls and returns.
    pub fn control(&mut self, inst: &Inst) {
        match inst {
            Inst::Jump { target } => {
                let op = if target.0 as usize <= self.at {
                    Op::Turn
                } else {
                    Op::Jump
                };
                self.branch(op, 0, 0, *target);
            }
            Inst::BranchIf { a, target } => self.branch(Op::BranchIf, a.n(), 0, *target),
            Inst::BranchUnless { a, target } | Inst::BranchNull { a, target } => {
                self.branch(Op::BranchZero, a.n(), 0, *target);
            }
            Inst::BranchInt { cond, a, b, target } => {
                self.branch_pair(branch(*cond), *a, *b, *target);
            }
            Inst::BranchIntImm {
                cond,
                a,
                imm,
                target,
            } => self.branch_int_imm(*cond, *a, *imm, *target),
            Inst::BranchFloat { cond, a, b, target } => {
                self.branch_pair(float_branch(*cond), *a, *b, *target);
            }
            Inst::BranchFloatNot { cond, a, b, target } => {
                self.branch_pair(float_branch_not(*cond), *a, *b, *target);
            }
            Inst::Switch {
                a,
                targets,
                default,
            } => self.switch(Op::Switch, *a, targets, *default),
            Inst::SwitchTag {
                a,
                targets,
                default,
            } => self.switch(Op::SwitchTag, *a, targets, *default),
            Inst::BranchTagNot { a, tag, target } => {
                self.branch(Op::BranchTagNot, a.n(), u16::from(*tag), *target);
            }
            Inst::GetTag { dst, a } => self.op(Op::GetTag, [dst.n(), a.n(), 0, 0]),
            Inst::Crash { kind, text } => {
                // Both kinds carry their whole text; they differ for tools that read the code.
                let (CrashKind::NoMatchingClause | CrashKind::Message) = kind;
                self.op_imm(Op::Crash, 0, 0, text.0 as i32);
            }
            Inst::Panic { text } => self.op(Op::Panic, [text.n(), 0, 0, 0]),
            _ => unreachable!("not a control instruction: {inst:?}"),
        }
    }

    fn branch_pair(&mut self, (op, exchanged): (Op, bool), a: Reg, b: Reg, target: Label) {
        let (a, b) = if exchanged { (b, a) } else { (a, b) };
        self.branch(op, a.n(), b.n(), target);
    }

    fn branch_int_imm(&mut self, cond: Cond, a: Reg, imm: i64, target: Label) {
        if let Ok(small) = i16::try_from(imm) {
            return self.branch(branch_imm(cond), a.n(), small as u16, target);
        }
        let spare = Reg(u32::from(self.spare_constant(imm)));
        self.branch_pair(branch(cond), a, spare, target);
    }

    fn switch(&mut self, op: Op, a: Reg, targets: &[Label], default: Label) {
        let word = self.code.len();
        self.op_imm(op, a.n(), 0, targets.len() as i32);
        let mut table = targets.to_vec();
        table.push(default);
        self.table(word, &table);
    }
}

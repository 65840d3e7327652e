//! What holds for operands of every instruction: ids and labels exist, written registers differ.

use super::error::{Check, Rule, ensure};
use super::scope::Scope;
use crate::inst::{Inst, Operand};
use crate::module::{Label, Reg};
use std::fmt::Display;

impl Scope<'_> {
    /// Checks that everything an instruction names exists.
    pub(super) fn operands(&self, inst: &Inst) -> Check {
        let mut result = Ok(());
        inst.operands(&mut |operand| {
            if result.is_ok() {
                result = self.operand(operand);
            }
        });
        result?;
        distinct_defs(inst)
    }

    fn operand(&self, operand: Operand<'_>) -> Check {
        let module = self.module;
        match operand {
            Operand::Def(reg) | Operand::Use(reg) | Operand::Take(reg) => self.reg(*reg),
            Operand::Defs(regs)
            | Operand::Uses(regs)
            | Operand::Takes(regs)
            | Operand::Args(regs) => regs.iter().try_for_each(|reg| self.reg(*reg)),
            Operand::OptDefs(regs) => regs.iter().flatten().try_for_each(|reg| self.reg(*reg)),
            Operand::FieldTakes(fields) => fields.iter().try_for_each(|(_, reg)| self.reg(*reg)),
            Operand::Type(id) => exists(id, id.0, module.types.types.len()),
            Operand::Func(id) => exists(id, id.0, module.funcs.len()),
            Operand::NativeRef(id) => exists(id, id.0, module.natives.len()),
            Operand::Const(id) => exists(id, id.0, module.consts.len()),
            Operand::Target(label) => self.label(*label),
            Operand::Targets(labels) => labels.iter().try_for_each(|label| self.label(*label)),
            Operand::Imm(_) | Operand::FloatBits(_) | Operand::Field(_) | Operand::Tag(_) => Ok(()),
            Operand::IntOp(_) | Operand::FloatOp(_) | Operand::FloatUnOp(_) => Ok(()),
            Operand::Cond(_) | Operand::CrashKind(_) | Operand::TextForm(_) => Ok(()),
            Operand::Bits(field) => ensure(field.is_valid(), Rule::Operands, || {
                format!("{field} is no field that can be read")
            }),
        }
    }

    fn reg(&self, reg: Reg) -> Check {
        exists(&reg, reg.0, self.func.regs.len())
    }

    fn label(&self, label: Label) -> Check {
        let inside = (label.0 as usize) < self.func.code.len();
        ensure(inside, Rule::Target, || {
            format!("{label} is outside of the code")
        })
    }
}

fn exists(id: &dyn Display, index: u32, count: usize) -> Check {
    ensure((index as usize) < count, Rule::Unknown, || {
        format!("{id} does not exist")
    })
}

fn distinct_defs(inst: &Inst) -> Check {
    let mut count = 0;
    inst.defs(&mut |_| count += 1);
    if count < 2 {
        return Ok(());
    }
    let mut defs = Vec::with_capacity(count);
    inst.defs(&mut |reg| defs.push(reg));
    defs.sort_unstable();
    let repeated = defs.windows(2).find(|pair| pair[0] == pair[1]);
    ensure(repeated.is_none(), Rule::Operands, || {
        "a register is written twice".into()
    })
}

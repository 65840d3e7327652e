//! Questions about single instructions that every analysis asks: registers read, taken and written, jumps, borrowing.

use super::{Inst, Operand, OperandMut};
use crate::module::{Label, Mode, Module, ParamSlot, Reg};

/// How an instruction touches a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Use(Reg),
    /// Read, and its reference, if it is one, consumed.
    Take(Reg),
    /// Written, after all reads.
    Def(Reg),
}

impl Inst {
    /// Calls `visit` for every register the instruction touches: reads in operand order, then writes. `params` are the callee's
    /// parameters (see [`Module::callee_params`]), which decide between `Use` and `Take` for arguments; missing ones count as owned.
    #[inline(always)]
    pub fn accesses(&self, params: Option<&[ParamSlot]>, visit: &mut dyn FnMut(Access)) {
        let is_borrowed = |index: usize| {
            params
                .and_then(|params| params.get(index))
                .is_some_and(|param| param.mode == Mode::Borrow)
        };
        self.operands(&mut |operand| match operand {
            Operand::Use(reg) => visit(Access::Use(*reg)),
            Operand::Uses(regs) => regs.iter().for_each(|reg| visit(Access::Use(*reg))),
            Operand::Take(reg) => visit(Access::Take(*reg)),
            Operand::Takes(regs) => regs.iter().for_each(|reg| visit(Access::Take(*reg))),
            Operand::FieldTakes(fields) => {
                fields.iter().for_each(|(_, reg)| visit(Access::Take(*reg)))
            }
            Operand::Args(regs) => regs.iter().enumerate().for_each(|(index, reg)| {
                visit(if is_borrowed(index) {
                    Access::Use(*reg)
                } else {
                    Access::Take(*reg)
                });
            }),
            _ => {}
        });
        self.defs(&mut |reg| visit(Access::Def(reg)));
    }

    /// Calls `visit` for every register the instruction writes.
    #[inline(always)]
    pub fn defs(&self, visit: &mut dyn FnMut(Reg)) {
        self.operands(&mut |operand| match operand {
            Operand::Def(reg) => visit(*reg),
            Operand::Defs(regs) => regs.iter().for_each(|reg| visit(*reg)),
            Operand::OptDefs(regs) => regs.iter().flatten().for_each(|reg| visit(*reg)),
            _ => {}
        });
    }

    /// Calls `visit` for every label it may jump to.
    #[inline(always)]
    pub fn targets(&self, visit: &mut dyn FnMut(Label)) {
        self.operands(&mut |operand| match operand {
            Operand::Target(label) => visit(*label),
            Operand::Targets(labels) => labels.iter().for_each(|label| visit(*label)),
            _ => {}
        });
    }

    /// Calls `change` for every label, so that an emitter can patch them.
    pub fn targets_mut(&mut self, change: &mut dyn FnMut(&mut Label)) {
        self.operands_mut(&mut |operand| match operand {
            OperandMut::Target(label) => change(label),
            OperandMut::Targets(labels) => labels.iter_mut().for_each(&mut *change),
            _ => {}
        });
    }

    /// Whether control never goes on to the next instruction.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            Inst::Jump { .. }
                | Inst::Switch { .. }
                | Inst::SwitchTag { .. }
                | Inst::Return { .. }
                | Inst::Crash { .. }
                | Inst::Panic { .. }
                | Inst::TailCall { .. }
                | Inst::TailCallClosure { .. }
        )
    }

    /// For `Move` and `Cast`: `(dst, src)`. An owned source is moved, a borrowed one makes another borrow with the same root.
    pub fn moves(&self) -> Option<(Reg, Reg)> {
        match self {
            Inst::Move { dst, src } | Inst::Cast { dst, src } => Some((*dst, *src)),
            _ => None,
        }
    }

    /// For an instruction whose written references are borrowed: the register they are borrowed from.
    pub fn borrows_from(&self) -> Option<Reg> {
        match self {
            Inst::Load { src, .. } | Inst::Capture { src, .. } | Inst::Unbox { src, .. } => {
                Some(*src)
            }
            Inst::ListGet { list, .. } => Some(*list),
            Inst::MapGet { map, .. }
            | Inst::MapKeyAt { map, .. }
            | Inst::MapValueAt { map, .. } => Some(*map),
            _ => None,
        }
    }

    /// The register that is unset where the instruction *jumps* (though written where it goes on): see `StrStripPrefix` and `MapGet`.
    pub fn unset_on_jump(&self) -> Option<Reg> {
        match self {
            Inst::StrStripPrefix { dst, .. } | Inst::MapGet { dst, .. } => Some(*dst),
            _ => None,
        }
    }
}

impl Module {
    /// The parameters of the function or native that an instruction calls by id. None for other instructions and for unknown ids.
    pub fn callee_params(&self, inst: &Inst) -> Option<&[ParamSlot]> {
        match inst {
            Inst::Call { func, .. } | Inst::TailCall { func, .. } => self
                .funcs
                .get(func.0 as usize)
                .map(|callee| callee.params.as_slice()),
            Inst::CallNative { native, .. } => self
                .natives
                .get(native.0 as usize)
                .map(|callee| callee.params.as_slice()),
            _ => None,
        }
    }
}

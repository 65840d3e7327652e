//! What checks of one function see: the module, its layouts, and the function's registers with their kinds.

use super::error::{Check, Fault, Rule, ensure};
use super::flow::bits::BitSet;
use crate::layout::{CellLayout, Layouts, Slot};
use crate::module::{Function, Module, Reg};
use crate::types::{Type, TypeId};

/// One function in its module.
pub(crate) struct Scope<'m> {
    pub(crate) module: &'m Module,
    pub(crate) layouts: &'m Layouts,
    pub(crate) func: &'m Function,
    /// The reference registers.
    pub(crate) refs: BitSet,
}

impl<'m> Scope<'m> {
    pub(crate) fn new(module: &'m Module, layouts: &'m Layouts, func: &'m Function) -> Scope<'m> {
        let mut refs = BitSet::new(func.regs.len());
        for (index, slot) in func.regs.iter().enumerate() {
            if slot.is_ref() {
                refs.insert(index as u32);
            }
        }
        Scope {
            module,
            layouts,
            func,
            refs,
        }
    }

    /// Kind of a register; its number has been checked.
    pub(crate) fn kind(&self, reg: Reg) -> Slot {
        self.func.regs[reg.0 as usize]
    }

    pub(crate) fn is_ref(&self, reg: Reg) -> bool {
        self.refs.contains(reg.0)
    }

    /// A value of kind `produced` goes into the register.
    pub(crate) fn writes(&self, reg: Reg, produced: Slot) -> Check {
        let kind = self.kind(reg);
        ensure(produced.fits(kind), Rule::Kind, || {
            format!("{reg} is {kind} and cannot hold {produced}")
        })
    }

    /// The register is read where `needed` is expected.
    pub(crate) fn reads(&self, reg: Reg, needed: Slot) -> Check {
        let kind = self.kind(reg);
        ensure(kind.fits(needed), Rule::Kind, || {
            format!("{reg} is {kind}, needed is {needed}")
        })
    }

    /// Registers hold the slots of a value, a cell or a result, in order.
    pub(crate) fn reads_all(&self, regs: &[Reg], needed: &[Slot]) -> Check {
        same_length(regs.len(), needed.len())?;
        regs.iter()
            .zip(needed)
            .try_for_each(|(reg, slot)| self.reads(*reg, *slot))
    }

    /// Slots go into registers, in order.
    pub(crate) fn writes_all(&self, regs: &[Reg], produced: &[Slot]) -> Check {
        same_length(regs.len(), produced.len())?;
        regs.iter()
            .zip(produced)
            .try_for_each(|(reg, slot)| self.writes(*reg, *slot))
    }

    /// As [`Scope::writes_all`], where some slots have no destination.
    pub(crate) fn writes_some(&self, regs: &[Option<Reg>], produced: &[Slot]) -> Check {
        same_length(regs.len(), produced.len())?;
        regs.iter()
            .zip(produced)
            .try_for_each(|(reg, slot)| reg.map_or(Ok(()), |reg| self.writes(reg, *slot)))
    }

    /// The type of the cell that a `Ref` register refers to.
    pub(crate) fn cell_type(&self, reg: Reg) -> Check<(TypeId, &'m Type)> {
        match self.kind(reg) {
            Slot::Ref(ty) => Ok((ty, self.module.types.get(ty))),
            kind => Err(Fault::new(
                Rule::Kind,
                format!("{reg} is {kind}, needed is a reference to a cell"),
            )),
        }
    }

    /// The boxed type of the cell that a `Ref` register refers to, with its contents by tag.
    pub(crate) fn boxed_cells(&self, reg: Reg) -> Check<(TypeId, &'m [CellLayout])> {
        let (ty, _) = self.cell_type(reg)?;
        Ok((ty, self.cells_of_boxed(ty)?))
    }

    /// Contents by tag of a boxed type.
    pub(crate) fn cells_of_boxed(&self, ty: TypeId) -> Check<&'m [CellLayout]> {
        ensure(self.layouts.is_boxed(ty), Rule::Sort, || {
            format!("{ty} is not a boxed type")
        })?;
        Ok(self.layouts.cells(ty))
    }

    /// Content of a boxed type's cell with a tag.
    pub(crate) fn cell(&self, ty: TypeId, tag: u8) -> Check<&'m CellLayout> {
        let cells = self.cells_of_boxed(ty)?;
        cells
            .get(usize::from(tag))
            .ok_or_else(|| Fault::new(Rule::Sort, format!("{ty} has no tag {tag}")))
    }

    /// A type's slots, for a type that is in the table.
    pub(crate) fn slots(&self, ty: TypeId) -> &'m [Slot] {
        self.layouts.slots(ty)
    }
}

fn same_length(found: usize, needed: usize) -> Check {
    ensure(found == needed, Rule::Operands, || {
        format!("{found} registers are given, {needed} are needed")
    })
}

//! Making cells and boxes, and reading boxes. What touches the slots of boxed types depends on tags: see [`super::flow`].

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::layout::Slot;
use crate::module::Reg;
use crate::types::TypeId;

impl Scope<'_> {
    pub(super) fn new_cell(&self, dst: Reg, ty: TypeId, tag: u8, fields: &[Reg]) -> Check {
        self.reads_all(fields, &self.cell(ty, tag)?.slots)?;
        self.writes(dst, Slot::Ref(ty))
    }

    pub(super) fn new_reuse(
        &self,
        dst: Reg,
        token: Reg,
        ty: TypeId,
        tag: u8,
        fields: &[Reg],
    ) -> Check {
        self.new_cell(dst, ty, tag, fields)?;
        ensure(!fields.is_empty(), Rule::Sort, || {
            "a cell without slots needs no memory".into()
        })?;
        self.reads(token, Slot::Token(fields.len() as u16))
    }

    pub(super) fn make_box(&self, dst: Reg, ty: TypeId, slots: &[Reg]) -> Check {
        ensure(self.layouts.is_box(ty), Rule::Sort, || {
            format!("{ty} has one slot and no boxes")
        })?;
        self.reads_all(slots, self.slots(ty))?;
        self.writes(dst, Slot::Ref(ty))
    }

    pub(super) fn unbox(&self, dsts: &[Option<Reg>], src: Reg) -> Check {
        let (ty, _) = self.cell_type(src)?;
        if !self.layouts.is_box(ty) {
            return Err(Fault::new(
                Rule::Sort,
                format!("{ty} has one slot and no boxes"),
            ));
        }
        self.writes_some(dsts, self.slots(ty))
    }
}

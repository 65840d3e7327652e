//! Lists.

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::layout::Slot;
use crate::module::Reg;
use crate::types::{Type, TypeId};

impl Scope<'_> {
    /// The kind of the elements of the list in a register.
    pub(super) fn list(&self, reg: Reg) -> Check<Slot> {
        match self.cell_type(reg)? {
            (_, Type::List(item)) => Ok(self.layouts.element(*item)),
            (ty, _) => Err(Fault::new(
                Rule::Sort,
                format!("{reg} is a reference to {ty}, needed is a list"),
            )),
        }
    }

    pub(super) fn list_new(&self, dst: Reg, ty: TypeId, elems: &[Reg]) -> Check {
        self.writes(dst, Slot::Ref(ty))?;
        let Type::List(item) = self.module.types.get(ty) else {
            return Err(Fault::new(Rule::Sort, format!("{ty} is no list")));
        };
        let item = self.layouts.element(*item);
        elems.iter().try_for_each(|elem| self.reads(*elem, item))
    }

    pub(super) fn list_get(&self, dst: Reg, list: Reg, index: Reg) -> Check {
        self.reads(index, Slot::Word)?;
        self.writes(dst, self.list(list)?)
    }

    /// `list` and `elem` give a list of the same type.
    pub(super) fn list_add(&self, dst: Reg, list: Reg, elem: Reg) -> Check {
        self.reads(elem, self.list(list)?)?;
        self.writes(dst, self.kind(list))
    }

    pub(super) fn list_uncons(&self, head: Reg, tail: Reg, list: Reg) -> Check {
        self.writes(head, self.list(list)?)?;
        self.writes(tail, self.kind(list))
    }

    pub(super) fn list_drop(&self, dst: Reg, list: Reg, count: Reg) -> Check {
        self.list(list)?;
        self.reads(count, Slot::Word)?;
        self.writes(dst, self.kind(list))
    }

    pub(super) fn list_take(&self, elem: Reg, dst: Reg, list: Reg, index: Reg) -> Check {
        let item = self.list(list)?;
        ensure(item.is_ref(), Rule::Kind, || {
            format!("elements of {list} are no references")
        })?;
        self.writes(elem, item)?;
        self.reads(index, Slot::Word)?;
        self.same_kind(dst, list)
    }

    pub(super) fn list_concat(&self, dst: Reg, a: Reg, b: Reg) -> Check {
        self.list(a)?;
        self.same_kind(b, a)?;
        self.writes(dst, self.kind(a))
    }

    /// Two registers have one kind.
    pub(super) fn same_kind(&self, a: Reg, b: Reg) -> Check {
        let (left, right) = (self.kind(a), self.kind(b));
        ensure(left == right, Rule::Kind, || {
            format!("{a} is {left}, but {b} is {right}")
        })
    }
}

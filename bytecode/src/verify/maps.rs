//! Maps and sets.

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::layout::Slot;
use crate::module::Reg;
use crate::types::{Type, TypeId};

impl Scope<'_> {
    pub(super) fn map_new(&self, dst: Reg, ty: TypeId) -> Check {
        let fits = matches!(self.module.types.get(ty), Type::Map(..) | Type::Set(_));
        ensure(fits, Rule::Sort, || format!("{ty} is neither map nor set"))?;
        self.writes(dst, Slot::Ref(ty))
    }

    pub(super) fn map_get(&self, dst: Reg, map: Reg, key: Reg) -> Check {
        let (key_kind, value_kind) = self.map(map)?;
        self.reads(key, key_kind)?;
        self.writes(dst, value_kind)
    }

    pub(super) fn map_put(&self, dst: Reg, map: Reg, key: Reg, value: Reg) -> Check {
        let (key_kind, value_kind) = self.map(map)?;
        self.reads(key, key_kind)?;
        self.reads(value, value_kind)?;
        self.writes(dst, self.kind(map))
    }

    pub(super) fn map_take(&self, value: Reg, dst: Reg, map: Reg, key: Reg) -> Check {
        self.map_get(value, map, key)?;
        self.same_kind(dst, map)
    }

    pub(super) fn map_has(&self, dst: Reg, map: Reg, key: Reg) -> Check {
        self.reads(key, self.keys(map)?)?;
        self.writes(dst, Slot::Word)
    }

    pub(super) fn map_next(&self, dst: Reg, map: Reg, from: Reg) -> Check {
        self.keys(map)?;
        self.reads(from, Slot::Word)?;
        self.writes(dst, Slot::Word)
    }

    pub(super) fn map_key_at(&self, dst: Reg, map: Reg, entry: Reg) -> Check {
        self.reads(entry, Slot::Word)?;
        self.writes(dst, self.keys(map)?)
    }

    pub(super) fn map_value_at(&self, dst: Reg, map: Reg, entry: Reg) -> Check {
        self.reads(entry, Slot::Word)?;
        self.writes(dst, self.map(map)?.1)
    }

    /// Kinds of keys and values of a map.
    fn map(&self, reg: Reg) -> Check<(Slot, Slot)> {
        match self.cell_type(reg)? {
            (_, Type::Map(key, value)) => {
                Ok((self.layouts.element(*key), self.layouts.element(*value)))
            }
            (ty, _) => Err(Fault::new(
                Rule::Sort,
                format!("{reg} is a reference to {ty}, needed is a map"),
            )),
        }
    }

    /// Kind of the keys of a map, or of the elements of a set.
    fn keys(&self, reg: Reg) -> Check<Slot> {
        match self.cell_type(reg)? {
            (_, Type::Map(key, _) | Type::Set(key)) => Ok(self.layouts.element(*key)),
            (ty, _) => Err(Fault::new(
                Rule::Sort,
                format!("{reg} is a reference to {ty}, needed is a map or set"),
            )),
        }
    }
}

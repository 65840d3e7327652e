//! Bytes: fields in them, parts of them, and building them.

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::inst::BitField;
use crate::layout::Slot;
use crate::module::Reg;
use crate::types::{Type, TypeId};

/// Most bytes for which `BytesNew` may make room at once.
const MAX_CAPACITY: i64 = 1 << 24;

impl Scope<'_> {
    /// The register holds Bytes.
    pub(super) fn is_bytes(&self, reg: Reg) -> Check {
        match self.cell_type(reg)? {
            (_, Type::Bytes) => Ok(()),
            (ty, _) => Err(Fault::new(
                Rule::Sort,
                format!("{reg} is a reference to {ty}, needed are Bytes"),
            )),
        }
    }

    /// Bytes give other bytes.
    pub(super) fn more_bytes(&self, dst: Reg, a: Reg) -> Check {
        self.is_bytes(a)?;
        self.writes(dst, self.kind(a))
    }

    pub(super) fn bytes_get(&self, field: BitField, dst: Reg, a: Reg) -> Check {
        self.is_bytes(a)?;
        self.writes(dst, self.field_kind(field, dst))
    }

    pub(super) fn bytes_put(&self, field: BitField, dst: Reg, a: Reg, value: Reg) -> Check {
        ensure(field.offset < 8, Rule::Operands, || {
            format!("{field} begins behind the last byte")
        })?;
        self.reads(value, self.field_kind(field, value))?;
        self.more_bytes(dst, a)
    }

    pub(super) fn bytes_new(&self, dst: Reg, ty: TypeId, capacity: i64) -> Check {
        let is_bytes = matches!(self.module.types.get(ty), Type::Bytes);
        ensure(is_bytes, Rule::Sort, || format!("{ty} is no Bytes"))?;
        ensure(
            (0..=MAX_CAPACITY).contains(&capacity),
            Rule::Operands,
            || format!("{capacity} is no room to begin with"),
        )?;
        self.writes(dst, Slot::Ref(ty))
    }

    /// The kind that the value of a field has: that of its register where both are possible.
    fn field_kind(&self, field: BitField, reg: Reg) -> Slot {
        match (field.bits, self.kind(reg)) {
            (64, Slot::Float) => Slot::Float,
            _ => Slot::Word,
        }
    }
}

//! Text, bytes and structure-driven operations.

use super::error::{Check, Fault, Rule};
use super::scope::Scope;
use crate::layout::Slot;
use crate::module::{ConstId, Reg};
use crate::types::{Type, TypeId};

impl Scope<'_> {
    pub(super) fn concat(&self, dst: Reg, a: Reg, b: Reg) -> Check {
        match (self.cell_type(a)?, self.cell_type(b)?) {
            ((_, Type::Bytes), (_, Type::String)) => return self.writes(dst, self.kind(a)),
            ((_, Type::String | Type::Bytes), _) => {}
            ((ty, _), _) => {
                return Err(Fault::new(
                    Rule::Sort,
                    format!("{a} is a reference to {ty}, which is no text"),
                ));
            }
        }
        self.same_kind(b, a)?;
        self.writes(dst, self.kind(a))
    }

    pub(super) fn append_text(&self, dst: Reg, text: Reg, ty: TypeId, slots: &[Reg]) -> Check {
        self.is_string(text)?;
        self.reads_all(slots, self.slots(ty))?;
        self.writes(dst, self.kind(text))
    }

    /// Two values of one type give a word.
    pub(super) fn two_values(&self, dst: Reg, ty: TypeId, a: &[Reg], b: &[Reg]) -> Check {
        self.reads_all(a, self.slots(ty))?;
        self.reads_all(b, self.slots(ty))?;
        self.writes(dst, Slot::Word)
    }

    /// A String register and a String constant.
    pub(super) fn string_and(&self, reg: Reg, value: ConstId) -> Check {
        self.is_text(value)?;
        self.is_string(reg)
    }
}

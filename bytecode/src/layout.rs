//! How values of each type are laid out: the one place that both tiers, the emitter and the natives ask.
//!
//! A value is a row of *slots*, each one 64-bit word. Scalars and heap references take one slot. Aggregates of at
//! most three slots without inline recursion are *unboxed*: their slots lie side by side in registers, arguments,
//! results and fields of other cells. Larger or recursive ones are *boxed*: one slot, a reference to a cell.
//!
//! | type | slots |
//! |---|---|
//! | Int, Bool, Unit, Atom | `Word` |
//! | Float | `Float` |
//! | String, Bytes, List, Map, Set, Fun | `Ref(self)` |
//! | Range | `Word Word` (start, end) |
//! | struct, tuple, sum with one variant | its fields' slots in order when at most three, else boxed; no fields: one `Word` (0) |
//! | sum, all variants without fields | `Word` (the tag) |
//! | sum of one field-less variant and one with exactly one field of slots `[Ref(t)]` | `Null(t)`: null is the field-less variant |
//! | other sums | tag `Word`, then `Word`s, `Float`s and references shared between the variants by class, when at most three in all; else boxed |
//!
//! In an unboxed sum, the fields of a variant are assigned to the slots of their class in order. A reference
//! slot used with different types by different variants is `Any` and needs a `Cast` when read; slots that the current
//! variant does not use hold 0 (null).
//!
//! Inline recursion: types in a cycle of inline fields are boxed, except a sum of the nullable form above whose payload is boxed.
//!
//! *Element form* (list elements, map keys and values, set elements, captures, arguments of natives whose declared type is a
//! bare type variable): a type of one slot is stored as that slot; any other is stored as a reference to a *box*, a
//! cell with the type's own id that holds its slots verbatim (for an unboxed sum the tag word first).
//!
//! A boxed sum's tag is in the cell header; a field-less variant of a boxed sum is a static cell made at load.

use crate::types::TypeId;

/// The kind of one 64-bit word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Integer, Bool, Unit, atom, tag: no ownership.
    Word,
    /// Double: no ownership.
    Float,
    /// Non-null counted reference to a cell of this type (a box, when the type is unboxed).
    Ref(TypeId),
    /// Null, or a counted reference to a cell of this type.
    Null(TypeId),
    /// Null, or a counted reference to a cell of any type: read through `Cast`.
    Any,
    /// Null, or the memory of a dropped cell with this many payload words, for reuse. Registers only.
    Token(u16),
}

impl Slot {
    /// Whether the slot carries ownership of a cell or token.
    pub fn is_ref(self) -> bool {
        !matches!(self, Slot::Word | Slot::Float)
    }
}

/// Representation of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repr {
    /// One slot that is not a cell of the type's own fields (scalars, collections, closures, enums without fields).
    Plain(Slot),
    /// The nullable form: `some` is the variant with the field.
    Nullable {
        /// Cell type of the payload.
        payload: TypeId,
        /// Tag of the variant that has the field.
        some: u8,
    },
    /// Fields side by side; `fields[i]` is the range of slots of field `i`.
    UnboxedStruct {
        /// All slots.
        slots: Vec<Slot>,
        /// Start and number of slots per field.
        fields: Vec<(u16, u16)>,
    },
    /// Tag word first; `variants[tag][i]` lists the slots of field `i`, in order of the field's own slots.
    UnboxedSum {
        /// All slots; slot 0 is the tag.
        slots: Vec<Slot>,
        /// Slot numbers per variant and field.
        variants: Vec<Vec<Vec<u16>>>,
    },
    /// A reference to a cell; `cells[tag]` is the content per variant (structs and tuples: tag 0).
    Boxed {
        /// Cell contents.
        cells: Vec<CellLayout>,
    },
}

/// Payload of a cell: its slots, and where each field begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellLayout {
    /// All slots of the payload.
    pub slots: Vec<Slot>,
    /// Start and number of slots per field.
    pub fields: Vec<(u16, u16)>,
}

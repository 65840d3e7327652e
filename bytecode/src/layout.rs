//! How values of each type are laid out: the one place that both tiers, the emitter and the natives ask.
//!
//! A value is a row of *slots*, each one 64-bit word. Scalars and heap references take one slot. Aggregates of at
//! most three slots without inline recursion are *unboxed*: their slots lie side by side in registers, arguments,
//! results and fields of other cells. Larger or recursive ones are *boxed*: one slot, a reference to a cell.
//!
//! | type | slots |
//! |---|---|
//! | Int, Bool, Unit, Atom, Pid, Ref | `Word` |
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
//! In a slot that every user of it needs as `Ref(t)` with one `t` the kind stays `Ref(t)`; if some variant leaves it unused, or has a null
//! there, it is `Null(t)`.
//!
//! Inline recursion: types in a cycle of inline fields (fields of structs, tuples and sums; not through collections and functions) are
//! boxed, except a sum of the nullable form above whose payload is boxed and not itself of that form.
//!
//! *Element form* (list elements, map keys and values, set elements, captures, arguments of natives whose declared type is a
//! bare type variable): a type of one slot is stored as that slot; any other is stored as a reference to a *box*, a
//! cell with the type's own id that holds its slots verbatim (for an unboxed sum the tag word first).
//!
//! Lists keep one byte for each element of a type whose values are small numbers ([`fits_byte`]); everything else sees such elements as words.
//!
//! A boxed sum's tag is in the cell header; a field-less variant of a boxed sum is a static cell made at load.
//!
//! Words are not trusted: a verified module may still put any integer where a Bool, a tag word of an unboxed sum or an atom number is
//! expected. Whoever interprets such a word (structure-driven operations, natives) checks it.

mod compute;
#[cfg(test)]
mod tests;

use crate::types::{Type, TypeId, TypeTable};

/// The largest number of types in a table: the cell header has 24 bits for them.
pub const MAX_TYPES: usize = (1 << 24) - 1;
/// The largest number of variants of a sum: the cell header has 8 bits for the tag.
pub const MAX_VARIANTS: usize = 256;
/// The largest number of payload words of a cell.
pub const MAX_CELL_WORDS: usize = 1 << 15;
/// The largest number of parameters of a `Fun` type.
pub const MAX_FUN_PARAMS: usize = 1024;
/// Aggregates of more slots than this are boxed.
pub const MAX_UNBOXED: usize = 3;

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

    /// Whether a word of this kind may stand where `wider` is needed: equal, or `Ref(t)` for `Null(t)` or `Any`, or `Null(t)` for `Any`.
    pub fn fits(self, wider: Slot) -> bool {
        match (self, wider) {
            (Slot::Ref(a) | Slot::Null(a), Slot::Null(b)) => a == b,
            (Slot::Ref(_) | Slot::Null(_), Slot::Any) => true,
            _ => self == wider,
        }
    }
}

/// Whether lists keep a byte for each element of this type: its values are numbers below 256. (Of a word that is no value of the type, which a verified
/// module may put there, the low byte is kept.)
pub fn fits_byte(table: &TypeTable, ty: TypeId) -> bool {
    match table.get(ty) {
        Type::Bool | Type::Unit => true,
        Type::Sum { variants, .. } => {
            variants.len() <= MAX_VARIANTS
                && variants.iter().all(|variant| variant.fields.is_empty())
        }
        _ => false,
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

/// Why a type table has no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// The table is too long.
    #[error("the module has {0} types, at most {MAX_TYPES} are possible")]
    TooManyTypes(usize),
    /// A type refers to a type that is not in the table.
    #[error("{from} refers to {to}, which is not in the table")]
    UnknownType {
        /// The referring type.
        from: TypeId,
        /// What it refers to.
        to: TypeId,
    },
    /// A sum has too many variants for a tag byte.
    #[error("{ty} has {count} variants, at most {MAX_VARIANTS} are possible")]
    TooManyVariants {
        /// The sum.
        ty: TypeId,
        /// Its number of variants.
        count: usize,
    },
    /// A cell would be too large.
    #[error("a cell of {ty} has {words} words, at most {MAX_CELL_WORDS} are possible")]
    CellTooLarge {
        /// The struct, tuple or sum.
        ty: TypeId,
        /// Payload words.
        words: usize,
    },
    /// A function type has too many parameters.
    #[error("{ty} has {count} parameters, at most {MAX_FUN_PARAMS} are possible")]
    TooManyParams {
        /// The function type.
        ty: TypeId,
        /// Its number of parameters.
        count: usize,
    },
}

/// The layout of every type of one table.
#[derive(Clone, Debug)]
pub struct Layouts {
    entries: Vec<Entry>,
}

/// What is known about one type.
#[derive(Clone, Debug)]
struct Entry {
    repr: Repr,
    /// Flattened register form.
    slots: Vec<Slot>,
    /// Contents of the cells that carry the type's id: per variant when boxed, one box when it has several slots, else none.
    cells: Vec<CellLayout>,
}

impl Layouts {
    /// Lays out all types of a table, in time and space linear in its size whatever the table says.
    pub fn compute(table: &TypeTable) -> Result<Layouts, LayoutError> {
        compute::compute(table)
    }

    /// How values of a type are represented. Panics, as all functions here, on an id that is not of the table.
    pub fn repr(&self, ty: TypeId) -> &Repr {
        &self.entries[ty.0 as usize].repr
    }

    /// The slots of a value in registers, arguments, results and fields of cells: one to three.
    pub fn slots(&self, ty: TypeId) -> &[Slot] {
        &self.entries[ty.0 as usize].slots
    }

    /// The one slot of a value in element form: its only slot, or a reference to a box.
    pub fn element(&self, ty: TypeId) -> Slot {
        match self.slots(ty) {
            [slot] => *slot,
            _ => Slot::Ref(ty),
        }
    }

    /// Whether the element form of a type is a box, so that `Box` and `Unbox` convert.
    pub fn is_box(&self, ty: TypeId) -> bool {
        self.slots(ty).len() > 1
    }

    /// Whether values of a type are cells of their own fields.
    pub fn is_boxed(&self, ty: TypeId) -> bool {
        matches!(self.repr(ty), Repr::Boxed { .. })
    }

    /// Contents of the cells that carry this type's id, by tag. A boxed type has one per variant (structs and tuples: one), a type of
    /// several slots one for its box (tag 0; for an unboxed sum `fields` is empty), any other none.
    pub fn cells(&self, ty: TypeId) -> &[CellLayout] {
        &self.entries[ty.0 as usize].cells
    }

    /// The content of a cell with this type and tag. Panics where there is none; see [`Layouts::cells`].
    pub fn cell(&self, ty: TypeId, tag: u8) -> &CellLayout {
        &self.cells(ty)[usize::from(tag)]
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no types.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether cells with this type's id can exist, so that `Ref` of it is a kind.
    pub fn has_cells(&self, table: &TypeTable, ty: TypeId) -> bool {
        let collection = matches!(
            table.get(ty),
            Type::String
                | Type::Bytes
                | Type::List(_)
                | Type::Map(..)
                | Type::Set(_)
                | Type::Fun { .. }
        );
        collection || !self.cells(ty).is_empty()
    }
}

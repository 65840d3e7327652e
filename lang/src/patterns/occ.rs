//! Occurrences: the places inside a matched value that patterns look at.

use rustc_hash::FxHashMap;

use crate::typed::{Expr, FieldForm, LocalId};

/// Index into [`Occs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OccId(pub u32);

/// A place inside the matched values, as a step from another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occ {
    /// One of the matched values.
    Root(u32),
    /// Field of a struct or tuple (tag 0), or of a variant.
    Field {
        /// The value.
        of: OccId,
        /// Its variant.
        tag: u8,
        /// Number of the field.
        field: u32,
    },
    /// Element of a list; `list` is never a [`Occ::Rest`].
    Element {
        /// The list.
        list: OccId,
        /// Number of the element.
        index: u32,
    },
    /// The list without its first elements; `list` is never a [`Occ::Rest`].
    Rest {
        /// The list.
        list: OccId,
        /// How many elements are left out.
        from: u32,
    },
    /// The String without a matched prefix.
    Suffix {
        /// The String.
        of: OccId,
        /// How many bytes are left out.
        bytes: u32,
    },
    /// Value under a key of a map pattern.
    Value {
        /// The map.
        of: OccId,
        /// Index into [`Occs::keys`].
        key: u32,
    },
    /// An integer or float among bytes.
    Bits {
        /// Where it begins.
        place: Place,
        /// How it lies there.
        field: FieldForm,
        /// Whether it is a float.
        is_float: bool,
    },
    /// Some of the bytes.
    Piece {
        /// Where they begin.
        place: Place,
        /// How many.
        size: Size,
    },
    /// All bytes from a place on.
    Remains(Place),
    /// A code point with its length, as `bytes.scalar` gives them.
    Scalar(Place),
    /// The code point of a [`Occ::Scalar`].
    Code(OccId),
    /// The number of bytes before what follows a step.
    Past {
        /// Where the step begins.
        place: Place,
        /// The step.
        step: Step,
    },
    /// What a size says: index into [`Occs::sizes`].
    Size(u32),
}

/// A place among bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The bytes.
    pub of: OccId,
    /// A [`Occ::Past`] from which it counts; the first byte when there is none.
    pub from: Option<OccId>,
    /// Bits from there.
    pub bits: u32,
}

impl Place {
    /// What paths know the number of bytes of: all, or those behind a step.
    pub fn origin(self) -> OccId {
        self.from.unwrap_or(self.of)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// This one.
    Known(u32),
    /// The value of an occurrence.
    Of(OccId),
}

/// Something among bytes whose size only the value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// So many bytes.
    Size(OccId),
    /// A [`Occ::Scalar`].
    Scalar(OccId),
}

/// A size that is computed, and where the locals in it are that the pattern binds.
#[derive(Clone, Debug)]
pub struct SizeExpr<'p> {
    /// The code.
    pub expr: &'p Expr,
    /// Locals and their occurrences.
    pub binds: Vec<(LocalId, OccId)>,
}

/// The occurrences of one match, each once.
#[derive(Debug, Default)]
pub struct Occs<'p> {
    list: Vec<Occ>,
    ids: FxHashMap<Occ, OccId>,
    keys: Vec<&'p Expr>,
    sizes: Vec<SizeExpr<'p>>,
}

impl<'p> Occs<'p> {
    /// The id of an occurrence.
    pub fn intern(&mut self, occ: Occ) -> OccId {
        let next = OccId(self.list.len() as u32);
        let id = *self.ids.entry(occ).or_insert(next);
        if id == next {
            self.list.push(occ);
        }
        id
    }

    /// The occurrence of an id that this table gave out.
    pub fn get(&self, id: OccId) -> Occ {
        self.list[id.0 as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The literal of a map pattern's key.
    pub fn key(&self, key: u32) -> &'p Expr {
        self.keys[key as usize]
    }

    /// How many keys there are.
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// The number of a key; equal literals have one number.
    pub fn intern_key(&mut self, key: &'p Expr) -> u32 {
        let found = self
            .keys
            .iter()
            .position(|known| super::tree::same_literal(known, key));
        let at = found.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        at as u32
    }

    /// A size that is computed.
    pub fn size(&self, number: u32) -> &SizeExpr<'p> {
        &self.sizes[number as usize]
    }

    /// The number of a size, which is that of its code.
    pub fn intern_size(&mut self, expr: &'p Expr, binds: Vec<(LocalId, OccId)>) -> u32 {
        let known = |size: &SizeExpr<'p>| std::ptr::eq(size.expr, expr) && size.binds == binds;
        let at = self.sizes.iter().position(known).unwrap_or_else(|| {
            self.sizes.push(SizeExpr { expr, binds });
            self.sizes.len() - 1
        });
        at as u32
    }

    /// The list that an occurrence is a part of, and how many elements the part leaves out.
    pub fn list_root(&self, id: OccId) -> (OccId, u32) {
        match self.get(id) {
            Occ::Rest { list, from } => (list, from),
            _ => (id, 0),
        }
    }
}

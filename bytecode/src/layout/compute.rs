//! Computes [`Layouts`]: components of the inline graph in order of dependency, so that the slots of all fields are known when needed.

use super::{
    CellLayout, Entry, LayoutError, Layouts, MAX_CELL_WORDS, MAX_FUN_PARAMS, MAX_TYPES,
    MAX_UNBOXED, MAX_VARIANTS,
};
use super::{Repr, Slot};
use crate::graph::{Component, TypeGraph};
use crate::types::{Field, Type, TypeId, TypeTable, Variant};

/// See [`Layouts::compute`].
pub(super) fn compute(table: &TypeTable) -> Result<Layouts, LayoutError> {
    check_limits(table)?;
    let blank = Entry {
        repr: Repr::Plain(Slot::Word),
        slots: vec![Slot::Word],
        cells: Vec::new(),
    };
    let mut builder = Builder {
        table,
        entries: vec![blank; table.types.len()],
    };
    for index in 0..table.types.len() {
        builder.lay_out_simple(TypeId(index as u32));
    }
    for component in inline_graph(table).components() {
        builder.component(&component)?;
    }
    Ok(Layouts {
        entries: builder.entries,
    })
}

/// Checks ids and the limits that do not depend on layout.
fn check_limits(table: &TypeTable) -> Result<(), LayoutError> {
    let count = table.types.len();
    if count > MAX_TYPES {
        return Err(LayoutError::TooManyTypes(count));
    }
    for (index, ty) in table.types.iter().enumerate() {
        let from = TypeId(index as u32);
        let mut unknown = None;
        ty.for_each_type(&mut |to| {
            if to.0 as usize >= count {
                unknown = Some(to);
            }
        });
        if let Some(to) = unknown {
            return Err(LayoutError::UnknownType { from, to });
        }
        match ty {
            Type::Sum { variants, .. } if variants.len() > MAX_VARIANTS => {
                return Err(LayoutError::TooManyVariants {
                    ty: from,
                    count: variants.len(),
                });
            }
            Type::Fun { params, .. } if params.len() > MAX_FUN_PARAMS => {
                return Err(LayoutError::TooManyParams {
                    ty: from,
                    count: params.len(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// An edge from each struct, tuple or sum to each struct, tuple or sum among its fields.
fn inline_graph(table: &TypeTable) -> TypeGraph {
    let is_aggregate = |ty: TypeId| {
        matches!(
            table.get(ty),
            Type::Tuple(_) | Type::Struct { .. } | Type::Sum { .. }
        )
    };
    TypeGraph::new(table, |ty, visit| {
        ty.for_each_field(&mut |field| {
            if is_aggregate(field) {
                visit(field);
            }
        });
    })
}

struct Builder<'t> {
    table: &'t TypeTable,
    entries: Vec<Entry>,
}

impl Builder<'_> {
    fn component(&mut self, component: &Component) -> Result<(), LayoutError> {
        if !component.cyclic {
            return component
                .members
                .iter()
                .try_for_each(|ty| self.lay_out(*ty));
        }
        // The slots of recursive types are known before their contents.
        for &ty in &component.members {
            let nullable = self
                .nullable_payload(ty)
                .filter(|(payload, _)| self.nullable_payload(*payload).is_none());
            let repr = match nullable {
                Some((payload, some)) => Repr::Nullable { payload, some },
                None => Repr::Boxed { cells: Vec::new() },
            };
            self.set(ty, repr, Vec::new());
        }
        for &ty in &component.members {
            if matches!(self.entry(ty).repr, Repr::Boxed { .. }) {
                self.lay_out_boxed(ty)?;
            }
        }
        Ok(())
    }

    /// Lays out a type that has no fields.
    fn lay_out_simple(&mut self, ty: TypeId) {
        match self.table.get(ty) {
            Type::Int | Type::Bool | Type::Unit | Type::Atom | Type::Pid(_) | Type::Ref => {
                self.set(ty, Repr::Plain(Slot::Word), Vec::new())
            }
            Type::Float => self.set(ty, Repr::Plain(Slot::Float), Vec::new()),
            Type::String
            | Type::Bytes
            | Type::List(_)
            | Type::Map(..)
            | Type::Set(_)
            | Type::Fun { .. } => {
                self.set(ty, Repr::Plain(Slot::Ref(ty)), Vec::new());
            }
            Type::Range => self.unboxed_struct(ty, vec![Slot::Word; 2], vec![(0, 1), (1, 1)]),
            Type::Tuple(_) | Type::Struct { .. } | Type::Sum { .. } => {}
        }
    }

    /// Lays out a struct, tuple or sum that does not contain itself inline; its fields are done.
    fn lay_out(&mut self, ty: TypeId) -> Result<(), LayoutError> {
        match self.table.get(ty) {
            Type::Tuple(_) | Type::Struct { .. } => self.lay_out_struct(ty),
            Type::Sum { variants, .. } => match variants.as_slice() {
                [single] if !single.fields.is_empty() => self.lay_out_struct(ty),
                _ => self.lay_out_sum(ty, variants),
            },
            _ => Ok(()),
        }
    }

    fn lay_out_struct(&mut self, ty: TypeId) -> Result<(), LayoutError> {
        let Some(fields) = self.field_types(ty, 0) else {
            return Ok(());
        };
        let content = self.content(ty, &fields)?;
        match content.slots.len() {
            0 => self.unboxed_struct(ty, vec![Slot::Word], Vec::new()),
            1..=MAX_UNBOXED => self.unboxed_struct(ty, content.slots, content.fields),
            _ => self.set(
                ty,
                Repr::Boxed {
                    cells: vec![content.clone()],
                },
                vec![content],
            ),
        }
        Ok(())
    }

    fn unboxed_struct(&mut self, ty: TypeId, slots: Vec<Slot>, fields: Vec<(u16, u16)>) {
        let cells = match slots.len() {
            1 => Vec::new(),
            _ => vec![CellLayout {
                slots: slots.clone(),
                fields: fields.clone(),
            }],
        };
        self.set(ty, Repr::UnboxedStruct { slots, fields }, cells);
    }

    fn lay_out_sum(&mut self, ty: TypeId, variants: &[Variant]) -> Result<(), LayoutError> {
        if variants.iter().all(|variant| variant.fields.is_empty()) {
            self.set(ty, Repr::Plain(Slot::Word), Vec::new());
            return Ok(());
        }
        if let Some((field, some)) = self.nullable_payload(ty)
            && let [Slot::Ref(payload)] = self.entry(field).slots[..]
        {
            self.set(ty, Repr::Nullable { payload, some }, Vec::new());
            return Ok(());
        }
        let Some((slots, variants)) = self.unboxed_sum(variants) else {
            return self.lay_out_boxed(ty);
        };
        let cell = CellLayout {
            slots: slots.clone(),
            fields: Vec::new(),
        };
        self.set(ty, Repr::UnboxedSum { slots, variants }, vec![cell]);
        Ok(())
    }

    /// Fills in the cells of a boxed type, when the slots of all its fields are known.
    fn lay_out_boxed(&mut self, ty: TypeId) -> Result<(), LayoutError> {
        let mut cells = Vec::new();
        while let Some(fields) = self.field_types(ty, cells.len()) {
            cells.push(self.content(ty, &fields)?);
        }
        self.set(
            ty,
            Repr::Boxed {
                cells: cells.clone(),
            },
            cells,
        );
        Ok(())
    }

    /// Field types of variant `tag`; a struct or tuple has the one variant 0.
    fn field_types(&self, ty: TypeId, tag: usize) -> Option<Vec<TypeId>> {
        let types = |fields: &[Field]| fields.iter().map(|field| field.ty).collect();
        match self.table.get(ty) {
            Type::Tuple(items) if tag == 0 => Some(items.clone()),
            Type::Struct { fields, .. } if tag == 0 => Some(types(fields)),
            Type::Sum { variants, .. } => variants.get(tag).map(|variant| types(&variant.fields)),
            _ => None,
        }
    }

    /// Slots of these fields side by side.
    fn content(&self, ty: TypeId, fields: &[TypeId]) -> Result<CellLayout, LayoutError> {
        let words = fields
            .iter()
            .map(|field| self.entry(*field).slots.len())
            .sum();
        if words > MAX_CELL_WORDS {
            return Err(LayoutError::CellTooLarge { ty, words });
        }
        let mut cell = CellLayout {
            slots: Vec::with_capacity(words),
            fields: Vec::with_capacity(fields.len()),
        };
        for field in fields {
            let slots = &self.entry(*field).slots;
            cell.fields
                .push((cell.slots.len() as u16, slots.len() as u16));
            cell.slots.extend_from_slice(slots);
        }
        Ok(cell)
    }

    /// For a sum of one field-less variant and one with exactly one field: that field's type, and the tag of its variant.
    fn nullable_payload(&self, ty: TypeId) -> Option<(TypeId, u8)> {
        let Type::Sum { variants, .. } = self.table.get(ty) else {
            return None;
        };
        match variants.as_slice() {
            [none, some] if none.fields.is_empty() && some.fields.len() == 1 => {
                Some((some.fields[0].ty, 1))
            }
            [some, none] if none.fields.is_empty() && some.fields.len() == 1 => {
                Some((some.fields[0].ty, 0))
            }
            _ => None,
        }
    }

    /// Slots of an unboxed sum and where each field's slots lie; none when it takes more than three words.
    fn unboxed_sum(&self, variants: &[Variant]) -> Option<(Vec<Slot>, VariantSlots)> {
        let mut shared = SharedSlots::default();
        let mut places = Vec::with_capacity(variants.len());
        for variant in variants {
            places.push(
                shared.add_variant(
                    variant
                        .fields
                        .iter()
                        .map(|field| self.entry(field.ty).slots.as_slice()),
                )?,
            );
        }
        let slots = shared.slots(variants.len());
        let start = [1, 1 + shared.words, 1 + shared.words + shared.floats];
        let number = |(class, index): (Class, usize)| (start[class as usize] + index) as u16;
        let variants = places.into_iter().map(|fields| {
            fields
                .into_iter()
                .map(|field| field.into_iter().map(number).collect())
                .collect()
        });
        Some((slots, variants.collect()))
    }

    fn entry(&self, ty: TypeId) -> &Entry {
        &self.entries[ty.0 as usize]
    }

    fn set(&mut self, ty: TypeId, repr: Repr, cells: Vec<CellLayout>) {
        let slots = match &repr {
            Repr::Plain(slot) => vec![*slot],
            Repr::Nullable { payload, .. } => vec![Slot::Null(*payload)],
            Repr::UnboxedStruct { slots, .. } | Repr::UnboxedSum { slots, .. } => slots.clone(),
            Repr::Boxed { .. } => vec![Slot::Ref(ty)],
        };
        self.entries[ty.0 as usize] = Entry { repr, slots, cells };
    }
}

/// Slot numbers by variant, field and slot of the field, as in [`Repr::UnboxedSum`].
type VariantSlots = Vec<Vec<Vec<u16>>>;

/// Classes of slots that variants of an unboxed sum share.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Float,
    Ref,
}

/// Per field of a variant, the class of each of its slots and the number within the class.
type Places = Vec<Vec<(Class, usize)>>;

/// The slots after the tag while variants are added.
#[derive(Default)]
struct SharedSlots {
    words: usize,
    floats: usize,
    /// Kind that fits all users so far, and the number of variants that use the slot.
    refs: Vec<(Slot, usize)>,
}

impl SharedSlots {
    /// Assigns the slots of a variant's fields; none when more than three words would be needed.
    fn add_variant<'s>(&mut self, fields: impl Iterator<Item = &'s [Slot]>) -> Option<Places> {
        let (mut words, mut floats, mut refs) = (0, 0, 0);
        let mut places = Vec::new();
        for slots in fields {
            if words + floats + refs + slots.len() >= MAX_UNBOXED {
                return None;
            }
            let place = slots.iter().map(|slot| match slot {
                Slot::Word => (Class::Word, bump(&mut words)),
                Slot::Float => (Class::Float, bump(&mut floats)),
                _ => {
                    self.share(refs, *slot);
                    (Class::Ref, bump(&mut refs))
                }
            });
            places.push(place.collect());
        }
        self.words = self.words.max(words);
        self.floats = self.floats.max(floats);
        (1 + self.words + self.floats + self.refs.len() <= MAX_UNBOXED).then_some(places)
    }

    /// One more variant uses reference slot `index` as `slot`.
    fn share(&mut self, index: usize, slot: Slot) {
        match self.refs.get_mut(index) {
            Some((kind, users)) => {
                *kind = common_kind(*kind, slot);
                *users += 1;
            }
            None => self.refs.push((slot, 1)),
        }
    }

    /// All slots, the tag first.
    fn slots(&self, variants: usize) -> Vec<Slot> {
        let mut slots = vec![Slot::Word; 1 + self.words];
        slots.extend(std::iter::repeat_n(Slot::Float, self.floats));
        slots.extend(self.refs.iter().map(|&(kind, users)| match kind {
            Slot::Ref(ty) if users < variants => Slot::Null(ty),
            kind => kind,
        }));
        slots
    }
}

fn bump(counter: &mut usize) -> usize {
    *counter += 1;
    *counter - 1
}

/// The narrowest reference kind to which both widen.
fn common_kind(a: Slot, b: Slot) -> Slot {
    match (a, b) {
        _ if a == b => a,
        (Slot::Ref(x) | Slot::Null(x), Slot::Ref(y) | Slot::Null(y)) if x == y => Slot::Null(x),
        _ => Slot::Any,
    }
}

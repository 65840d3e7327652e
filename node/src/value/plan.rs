//! Where the fields of what is read go: in the places in which they come, or by their names when the type was described otherwise.

use super::decode::{Fit, Misfit};
use super::structure::{NamedPart, Part, Shape};
use crate::wire::Malformed;
use rustc_hash::FxHashMap;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::types::{Aggregate, FieldForm, Form, RuntimeTypes};
use std::sync::Arc;

/// Where a field goes: which of ours it is, and how it was described; nowhere when we have no such field.
pub(super) type Target = Option<(u16, Option<Part>)>;

/// Where the fields of a variant go.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// The type is the very one that is read: this variant, with so many fields.
    Same(u8, u16),
    /// By their names.
    Named(Arc<Named>),
}

/// Where the fields of a variant go that was described.
#[derive(Debug)]
pub(super) struct Named {
    /// Our variant.
    tag: u8,
    /// For each field that comes.
    order: Box<[Target]>,
    /// Our fields that do not come, all of them options.
    missing: Box<[u16]>,
}

impl Plan {
    /// Of a variant of the very type that is read.
    pub fn same(form: &Aggregate, number: u8) -> Fit<Plan> {
        let variant = form.variants.get(usize::from(number));
        let count = variant.ok_or(Misfit::Variant)?.fields.len() as u16;
        Ok(Plan::Same(number, count))
    }

    /// Our variant.
    pub fn tag(&self) -> u8 {
        match self {
            Plan::Same(tag, _) => *tag,
            Plan::Named(named) => named.tag,
        }
    }

    /// How many fields come.
    pub fn count(&self) -> usize {
        match self {
            Plan::Same(_, count) => usize::from(*count),
            Plan::Named(named) => named.order.len(),
        }
    }

    /// Where a field goes, by its place; none when no more come.
    pub fn target(&self, place: usize) -> Option<Target> {
        match self {
            Plan::Same(..) => (place < self.count()).then_some(Some((place as u16, None))),
            Plan::Named(named) => named.order.get(place).copied(),
        }
    }

    /// Our fields that do not come.
    pub fn missing(&self) -> &[u16] {
        match self {
            Plan::Same(..) => &[],
            Plan::Named(named) => &named.missing,
        }
    }
}

/// What was found out about variants of a described type: by its part, the variant's number there, and our type.
#[derive(Default)]
pub(super) struct Plans(FxHashMap<(Part, u8, TypeId), Arc<Named>>);

impl Plans {
    /// The plan of a variant that was described, made once.
    pub fn described(
        &mut self,
        types: &RuntimeTypes,
        key: (Part, u8, TypeId),
        form: &Aggregate,
        shape: &Shape,
    ) -> Fit<Plan> {
        if let Some(named) = self.0.get(&key) {
            return Ok(Plan::Named(Arc::clone(named)));
        }
        let (_, number, ours) = key;
        let made = Arc::new(named(types, ours, form, shape, number)?);
        self.0.insert(key, Arc::clone(&made));
        Ok(Plan::Named(made))
    }
}

/// Whether what was described is of the same kind as a type with fields. It is to be asked before anything is read: what is of another kind is no malformed value.
pub(super) fn is_like(ours: &Type, theirs: &Shape) -> bool {
    matches!(
        (ours, theirs),
        (Type::Tuple(_), Shape::Tuple(_))
            | (Type::Struct { .. }, Shape::Struct(_))
            | (Type::Sum { .. }, Shape::Sum(_))
    )
}

/// The plan of a variant of a described type.
fn named(
    types: &RuntimeTypes,
    ty: TypeId,
    form: &Aggregate,
    shape: &Shape,
    number: u8,
) -> Fit<Named> {
    let (tag, theirs) = match (types.table().get(ty), shape) {
        (Type::Tuple(items), Shape::Tuple(parts)) if items.len() == parts.len() => {
            let parts = parts.iter().map(|ty| NamedPart {
                name: Box::default(),
                ty: *ty,
            });
            (0, parts.collect())
        }
        (Type::Struct { .. }, Shape::Struct(fields)) => (0, fields.clone()),
        (Type::Sum { .. }, Shape::Sum(variants)) => {
            let theirs = variants.get(usize::from(number)).ok_or(Misfit::Variant)?;
            let mut ours = form.variants.iter();
            let tag = ours.position(|ours| ours.name == theirs.name);
            (tag.ok_or(Misfit::Variant)? as u8, theirs.fields.clone())
        }
        _ => return Err(Misfit::Type),
    };
    let fields = &form.variants[usize::from(tag)].fields;
    let order = fields_by_name(fields, &theirs)?;
    let missing = missing(types, fields, &order)?;
    Ok(Named {
        tag,
        order,
        missing,
    })
}

/// Where each field goes that comes: named ones by their names, others by their places.
fn fields_by_name(fields: &[FieldForm], theirs: &[NamedPart]) -> Fit<Box<[Target]>> {
    let mut taken = vec![false; fields.len()];
    let mut order = Vec::with_capacity(theirs.len());
    for (at, part) in theirs.iter().enumerate() {
        let found = match part.name.is_empty() {
            true => fields
                .get(at)
                .filter(|field| field.name.is_empty())
                .map(|_| at),
            false => fields.iter().position(|field| field.name == part.name),
        };
        if let Some(found) = found
            && std::mem::replace(&mut taken[found], true)
        {
            return Err(Misfit::Malformed(Malformed("a field comes twice")));
        }
        order.push(found.map(|found| (found as u16, Some(part.ty))));
    }
    Ok(order.into())
}

/// Our fields that do not come.
fn missing(types: &RuntimeTypes, fields: &[FieldForm], order: &[Target]) -> Fit<Box<[u16]>> {
    let comes = |at: usize| order.iter().flatten().any(|(to, _)| usize::from(*to) == at);
    let mut missing = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        if comes(at) {
            continue;
        }
        if !is_option(types, field.ty) {
            return Err(Misfit::Field);
        }
        missing.push(at as u16);
    }
    Ok(missing.into())
}

/// Whether a type is `Option`, of which `None` is a value without fields.
fn is_option(types: &RuntimeTypes, ty: TypeId) -> bool {
    let Form::Aggregate(form) = &types.info(ty).form else {
        return false;
    };
    let is_named = matches!(types.table().get(ty), Type::Sum { name, .. } if name == "Option");
    let none = form
        .outcome
        .map(|(_, none)| &form.variants[usize::from(none)]);
    is_named && none.is_some_and(|none| none.fields.is_empty())
}

//! The struct or variant that a path means, and its fields.

use smol_str::SmolStr;

use super::Infer;
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::resolve::Item;
use crate::resolve::scope::{Access, ModuleRef};
use crate::syntax::ast::{Ident, Span};
use crate::typed::{Con, FieldDef, Shape, Ty, TypeDefId};
use crate::types::arena::{Needs, TyId};
use crate::types::messages;

/// A struct or variant to build or match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shaped {
    /// The type.
    pub def: TypeDefId,
    /// The variant; 0 for a struct.
    pub variant: u32,
}

impl Infer<'_, '_> {
    /// The struct or variant definitions' fields.
    pub(super) fn fields_of(&self, shaped: Shaped) -> &[FieldDef] {
        match &self.world.program.types[shaped.def.0 as usize].shape {
            Shape::Struct(fields) => fields,
            Shape::Sum(variants) => variants
                .get(shaped.variant as usize)
                .map_or(&[], |variant| &variant.fields),
        }
    }

    /// The name of a struct or variant.
    pub(super) fn shaped_name(&self, shaped: Shaped) -> SmolStr {
        let def = &self.world.program.types[shaped.def.0 as usize];
        match &def.shape {
            Shape::Struct(_) => def.name.clone(),
            Shape::Sum(variants) => variants
                .get(shaped.variant as usize)
                .map_or(def.name.clone(), |v| v.name.clone()),
        }
    }

    /// A fresh instance of a type, and the types of the fields of one of its shapes.
    pub(super) fn instance_of(&mut self, shaped: Shaped) -> (TyId, Vec<TyId>) {
        let count = self.world.program.types[shaped.def.0 as usize]
            .type_params
            .len();
        let args: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
        let ty = self.adt(shaped.def, &args);
        (ty, self.field_types(shaped, &args))
    }

    /// Demands what the definition of a type demands of its parameters, where a value is built.
    pub(super) fn require_of_parts(&mut self, shaped: Shaped, ty: TyId, span: Span) {
        let def = &self.world.program.types[shaped.def.0 as usize];
        if def.bounds.iter().all(Vec::is_empty) {
            return;
        }
        let bounds = def.bounds.clone();
        let args = self
            .arena
            .known(ty)
            .map_or(Vec::new(), |(_, args)| args.to_vec());
        for (bounds, &arg) in bounds.iter().zip(&args) {
            for bound in bounds {
                let inputs = self.inputs(bound.interface);
                let need = self.arena.instantiate_bound(bound, inputs, &args);
                self.require_need(arg, need, span, Needs::Construct(shaped.def));
            }
        }
    }

    /// Types of fields under type arguments.
    pub(super) fn field_types(&mut self, shaped: Shaped, args: &[TyId]) -> Vec<TyId> {
        let fields = match &self.world.program.types[shaped.def.0 as usize].shape {
            Shape::Struct(fields) => fields,
            Shape::Sum(variants) => match variants.get(shaped.variant as usize) {
                Some(variant) => &variant.fields,
                None => return Vec::new(),
            },
        };
        fields
            .iter()
            .map(|field| self.arena.instantiate(&field.ty, args))
            .collect()
    }

    /// The variant that a path means: `Circle`, `Shape.Circle`, `Geometry.Circle`, `Geometry.Shape.Circle`.
    /// `hint` chooses among variants of one name. Reports when there is none.
    pub(super) fn shaped(&mut self, path: &[Ident], hint: Option<TyId>) -> Option<Shaped> {
        let (name, qualifier) = path.split_last()?;
        if qualifier.is_empty() {
            let hit = self.world.find_variants(self.f.module, &name.name);
            let found = self.world.note(hit);
            if found.is_empty() {
                self.unknown_variant(name);
                return None;
            }
            return self.choose(&found, name, hint);
        }
        if let Some(def) = self.type_of_path(qualifier) {
            return self.variant_of(def, name);
        }
        let Some(hit) = self.world.find_module(self.f.module, qualifier) else {
            messages::unknown_module(self.world, self.f.module, qualifier, self.sink);
            return None;
        };
        let module = self.world.note(hit);
        match self.world.variants_in(self.f.module, module, &name.name) {
            Access::Found(found) => self.choose(&found, name, hint),
            Access::Private(span) => self.not_in(module, name, Some(span)),
            Access::Missing => self.not_in(module, name, None),
        }
    }

    pub(super) fn not_in<T>(
        &mut self,
        module: ModuleRef,
        name: &Ident,
        private: Option<Span>,
    ) -> Option<T> {
        if private.is_none() && self.world.has_gaps && !self.world.is_std(module.id) {
            return None;
        }
        let diagnostic = messages::missing(self.world, module, name, private);
        self.sink.push(diagnostic);
        None
    }

    fn choose(
        &mut self,
        found: &[(TypeDefId, u32)],
        name: &Ident,
        hint: Option<TyId>,
    ) -> Option<Shaped> {
        let shaped = |&(def, variant): &(TypeDefId, u32)| Shaped { def, variant };
        let wanted = hint.and_then(|ty| self.arena.known(ty)).map(|(con, _)| con);
        let by_type = found
            .iter()
            .find(|(def, _)| wanted == Some(crate::typed::Con::Adt(*def)));
        if let Some(found) = by_type {
            return Some(shaped(found));
        }
        if let [one] = found {
            return Some(shaped(one));
        }
        let shower = self.shower();
        let owners: Vec<String> = found
            .iter()
            .map(|(def, _)| shower.type_name(*def))
            .collect();
        self.sink.push(
            Diagnostic::new(
                Code::AMBIGUOUS_NAME,
                name.span,
                format!(
                    "`{}` is a variant of several types: {}",
                    name.name,
                    owners.join(", ")
                ),
            )
            .label("which one is meant?")
            .help(format!("qualify it: `{}.{}`", owners[0], name.name)),
        );
        None
    }

    /// The sum type that a path of a type means, if it means one.
    pub(super) fn type_of_path(&mut self, path: &[Ident]) -> Option<TypeDefId> {
        let (name, modules) = path.split_last()?;
        if modules.is_empty()
            && let Some((_, Ty::App(Con::Adt(def), _))) =
                self.f.fixed.iter().find(|(known, _)| *known == name.name)
        {
            return Some(*def);
        }
        let item = if modules.is_empty() {
            let hit = self.world.find_type(self.f.module, &name.name)?;
            let is_sum = |item| matches!(item, Item::Type(id) if self.is_sum(id));
            let real_module = self.world.find_module(self.f.module, path).is_some();
            if real_module && !is_sum(hit.item) {
                return None;
            }
            self.world.note(hit)
        } else {
            self.type_item_in(modules, name)?
        };
        match item {
            Item::Type(id) => Some(id),
            Item::Alias(id) => match &self.world.program.aliases[id.0 as usize].ty {
                crate::typed::Ty::App(crate::typed::Con::Adt(def), _) => Some(*def),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn is_sum(&self, id: TypeDefId) -> bool {
        matches!(self.world.program.types[id.0 as usize].shape, Shape::Sum(_))
    }

    fn variant_of(&mut self, def: TypeDefId, name: &Ident) -> Option<Shaped> {
        if let Some(variant) = self.world.variant_number(def, &name.name) {
            return Some(Shaped { def, variant });
        }
        let decl = &self.world.program.types[def.0 as usize];
        let variants: Vec<&str> = match &decl.shape {
            Shape::Sum(variants) => variants.iter().map(|v| v.name.as_str()).collect(),
            Shape::Struct(_) => Vec::new(),
        };
        let listed = (!variants.is_empty() && variants.len() <= 8)
            .then(|| format!("its variants are: {}", variants.join(", ")));
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("type `{}` has no variant `{}`", decl.name, name.name),
            )
            .label("unknown variant")
            .maybe_note(listed)
            .maybe_help(did_you_mean(&name.name, variants)),
        );
        None
    }
}

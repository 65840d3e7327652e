//! Structs: construction, update, and patterns of structs and variants.

use smol_str::SmolStr;

use super::pending::Wait;
use super::shape::Shaped;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic, did_you_mean, listed, nearest};
use crate::resolve::Item;
use crate::syntax::ast::{self, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, Shape, TypeDefId};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

impl Infer<'_, '_> {
    /// `Point { x: 1, y: 2 }`.
    pub(super) fn construct(
        &mut self,
        path: &[Ident],
        fields: &[(Ident, ast::Expr)],
        span: Span,
        expect: Expect,
    ) -> Expr {
        let Some(shaped) = self.struct_of_path(path) else {
            for (_, value) in fields {
                self.expr(value, Expect::Type(TyId::ERROR, Why::Unknown));
            }
            return self.error(span);
        };
        let (ty, types) = self.instance_of(shaped);
        if let Some(want) = expect.ty()
            && self.arena.could_unify(want, ty, 2)
        {
            // What is wanted tells what the fields hold; a difference is reported by `done`.
            let _differs = self.unify_quietly(want, ty);
        }
        self.put_into_data(&types, span);
        let names: Vec<SmolStr> = self
            .fields_of(shaped)
            .iter()
            .map(|f| f.name.clone())
            .collect();
        let mut done: Vec<Option<Expr>> = names.iter().map(|_| None).collect();
        let mut misspelt: Vec<&str> = Vec::new();
        let mut order = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            match names.iter().position(|known| *known == name.name) {
                Some(index) => {
                    let why = Why::Field(shaped.def, shaped.variant, index as u32);
                    let value = self.check(value, types[index], why);
                    match done[index].replace(value) {
                        None => order.push(index),
                        Some(first) => self.repeated_field(name, first.span),
                    }
                }
                None => {
                    self.infer(value);
                    self.unknown_field(shaped, name, &names);
                    let unused = names
                        .iter()
                        .filter(|known| fields.iter().all(|(given, _)| given.name != **known));
                    misspelt.extend(nearest(&name.name, unused.map(|known| known.as_str())));
                }
            }
        }
        if !self.all_given(shaped, &names, &done, &misspelt, Self::path_span(path)) {
            return self.reported_as(ty, span);
        }
        let (lets, fields) = self.in_parameter_order(order, done);
        self.require_of_parts(shaped, ty, Self::path_span(path));
        let kind = ExprKind::Construct {
            variant: shaped.variant,
            fields,
        };
        let built = self.done(kind, ty, span, expect);
        super::call::with_lets(lets, built)
    }

    /// A reported expression whose type is clear all the same.
    fn reported_as(&mut self, ty: TyId, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Unit,
            ty: hole::of_type(ty),
            span,
        }
    }

    fn all_given(
        &mut self,
        shaped: Shaped,
        names: &[SmolStr],
        done: &[Option<Expr>],
        misspelt: &[&str],
        span: Span,
    ) -> bool {
        if done.iter().all(Option::is_some) {
            return true;
        }
        let missing: Vec<String> = names
            .iter()
            .zip(done)
            .filter(|(name, value)| value.is_none() && !misspelt.contains(&name.as_str()))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if missing.is_empty() || self.is_damaged(shaped.def) {
            return false;
        }
        let fields = if missing.len() == 1 {
            "field"
        } else {
            "fields"
        };
        let name = self.shaped_name(shaped);
        self.sink.push(
            Diagnostic::new(
                Code::MISSING_FIELD,
                span,
                format!("`{name}` needs the {fields} {}", missing.join(", ")),
            )
            .label(format!("missing {fields}")),
        );
        false
    }

    pub(super) fn repeated_field(&mut self, name: &Ident, first: Span) {
        self.sink.push(
            Diagnostic::new(
                Code::REPEATED_FIELD,
                name.span,
                format!("field `{}` is given twice", name.name),
            )
            .label("given again here")
            .secondary(first, "first given here"),
        );
    }

    /// Whether the text of a type's definition could not be read to the end, so that it may have more fields.
    pub(super) fn is_damaged(&self, def: TypeDefId) -> bool {
        let index = def.0.checked_sub(self.world.first_type);
        let place = index.and_then(|index| self.world.type_places.get(index as usize));
        place.is_some_and(|place| self.world.gaps_in(*place))
    }

    pub(super) fn unknown_field(&mut self, shaped: Shaped, name: &Ident, names: &[SmolStr]) {
        if self.is_damaged(shaped.def) {
            return;
        }
        let owner = self.shaped_name(shaped);
        let all: Vec<&str> = names
            .iter()
            .map(|n| n.as_str())
            .filter(|n| !n.is_empty())
            .collect();
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_FIELD,
            name.span,
            format!("`{owner}` has no field `{}`", name.name),
        )
        .label("unknown field")
        .maybe_help(did_you_mean(&name.name, all.iter().copied()));
        let diagnostic = match all.is_empty() {
            true => diagnostic,
            false => diagnostic.note(format!("its fields are: {}", listed(all))),
        };
        self.sink.push(diagnostic);
    }

    /// The struct that a path means, or a variant with named fields; reports when there is none.
    pub(super) fn struct_of_path(&mut self, path: &[Ident]) -> Option<Shaped> {
        if let Some(def) = self.type_of_path(path) {
            if matches!(
                self.world.program.types[def.0 as usize].shape,
                Shape::Struct(_)
            ) {
                return Some(Shaped { def, variant: 0 });
            }
        } else if let [name] = path {
            if let Some(hit) = self.world.find_type(self.f.module, &name.name)
                && let Item::Type(def) = hit.item
                && matches!(
                    self.world.program.types[def.0 as usize].shape,
                    Shape::Struct(_)
                )
            {
                self.world.note(hit);
                return Some(Shaped { def, variant: 0 });
            }
            if self
                .world
                .find_variants(self.f.module, &name.name)
                .item
                .is_empty()
            {
                self.unknown_struct(name);
                return None;
            }
        }
        self.shaped(path, None)
    }

    fn unknown_struct(&mut self, name: &Ident) {
        let text = name.name.as_str();
        if self.world.is_reported(self.f.module, text) {
            return;
        }
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_TYPE,
            name.span,
            format!("unknown struct `{text}`"),
        )
        .label("no struct of this name is in scope");
        let home = crate::types::messages::public_home(self.world, text, Item::is_named_type);
        let diagnostic = match home {
            Some(module) => diagnostic.help(format!("import it: `from {module} import {text}`")),
            None => {
                let scope = self.world.scope(self.f.module);
                let names = scope.types.keys().chain(scope.imports.keys());
                diagnostic.maybe_help(did_you_mean(text, names.map(|n| n.as_str())))
            }
        };
        self.sink.push(diagnostic);
    }

    /// `%{base | x: 5}`.
    pub(super) fn update(
        &mut self,
        base: &ast::Expr,
        fields: &[(Ident, ast::Expr)],
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (base, ty) = self.infer(base);
        let fields: Vec<(Ident, Expr)> = fields
            .iter()
            .map(|(name, value)| {
                let field = self.struct_field(ty, &name.name);
                let value = match (field, self.arena.known(ty)) {
                    (Some((index, want)), Some((Con::Adt(def), _))) => {
                        self.check(value, want, Why::Field(def, 0, index))
                    }
                    _ => self.infer(value).0,
                };
                (name.clone(), value)
            })
            .collect();
        let wait = Wait::Update {
            base: Box::new(base),
            fields,
        };
        let kind = self.await_type(wait, span);
        self.done(kind, ty, span, expect)
    }

    /// The update of a struct that is known by now.
    pub(super) fn decide_update(&mut self, base: Expr, fields: Vec<(Ident, Expr)>) -> ExprKind {
        let ty = self.type_of(&base);
        let shaped = match self.arena.known(ty) {
            Some((Con::Adt(def), _)) => Shaped { def, variant: 0 },
            Some(_) => return self.not_a_struct(&base),
            None => return ExprKind::Unit,
        };
        if !matches!(
            self.world.program.types[shaped.def.0 as usize].shape,
            Shape::Struct(_)
        ) {
            return self.not_a_struct(&base);
        }
        let mut typed: Vec<(u32, Expr)> = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let Some((index, want)) = self.struct_field(ty, &name.name) else {
                let names: Vec<SmolStr> = self
                    .fields_of(shaped)
                    .iter()
                    .map(|f| f.name.clone())
                    .collect();
                self.unknown_field(shaped, &name, &names);
                continue;
            };
            if let Some((_, first)) = typed.iter().find(|(known, _)| *known == index) {
                self.repeated_field(&name, first.span);
                continue;
            }
            self.put_into_data(&[want], value.span);
            let found = self.type_of(&value);
            let why = Why::Field(shaped.def, 0, index);
            if self.unify_quietly(want, found).is_err() && !matches!(value.kind, ExprKind::Unit) {
                self.demand(value.span, want, found, why);
            }
            typed.push((index, value));
        }
        ExprKind::Update(Box::new(base), typed)
    }

    fn not_a_struct(&mut self, base: &Expr) -> ExprKind {
        let text = self.show_one(self.type_of(base));
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_FIELD,
            base.span,
            format!("`{text}` is not a struct, so its fields cannot be changed"),
        )
        .label(format!("this is `{text}`"));
        let diagnostic = match self.arena.known(self.type_of(base)) {
            Some((Con::Map, _)) => diagnostic.help("for maps use `Map.put(m, key, value)`"),
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
        ExprKind::Unit
    }
}

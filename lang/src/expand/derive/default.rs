//! `Default`: every field its default; of a sum type the first variant.

use super::{Derived, Shape};
use crate::expand::Build;
use crate::syntax::ast::*;

/// `fn default() = value`.
pub(super) fn method(def: &Derived<'_>, build: Build) -> FnClause {
    let value = match &def.shape {
        Shape::Struct(fields) => construct(def.name, fields, build),
        Shape::Sum(variants) => match variants.first() {
            Some(first) => variant(def.name, first, build),
            None => build.unit(),
        },
    };
    let mut method = build.function("default", Vec::new(), None, Vec::new());
    method.body = Some(FnBody::Expr(value));
    method
}

/// `Default.default()`.
fn default_value(build: Build) -> Expr {
    build.std("Default", "default", Vec::new())
}

/// `Name { a: Default.default(), … }`.
fn construct(name: &Ident, fields: &[FieldDef], build: Build) -> Expr {
    let fields = fields.iter();
    let fields = fields.map(|field| (field.name.name.as_str(), default_value(build)));
    build.construct(&[&name.name], fields.collect())
}

/// `Name.First(Default.default(), …)`.
fn variant(name: &Ident, first: &VariantDef, build: Build) -> Expr {
    let values = first.fields.iter().map(|_| default_value(build));
    build.variant(&[&name.name, &first.name.name], values.collect())
}

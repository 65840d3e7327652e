//! `Row`: a struct from the columns of a row that have the names of its fields. What the code is made of is in the library's module `Row`.
//!
//! Code for a field stands at the place of the field's type, where the check reports a type that no column has.

use super::{Derived, Shape};
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::expand::Build;
use crate::syntax::ast::*;

/// `fn from_row(row) = Ok(Name { x: Row.field(row, "x")?, … })`; none for a sum, which is reported.
pub(super) fn method(def: &Derived<'_>, build: Build, sink: &mut Sink) -> Option<FnClause> {
    let Shape::Struct(fields) = &def.shape else {
        let name = &def.name.name;
        let message = format!("`{name}` cannot be mapped from a database row");
        sink.push(
            Diagnostic::new(Code::NOT_MAPPABLE, build.span, message)
                .label("a row has columns as a struct has fields, but this is a sum type")
                .help("implement `Column` for it, if it is what one column holds"),
        );
        return None;
    };
    let values = fields.iter().map(|field| {
        let build = Build {
            span: field.ty.span,
        };
        let args = vec![build.name("row"), build.text(&field.name.name)];
        let value = build.attempt(build.std("Row", "field", args));
        (field.name.name.as_str(), value)
    });
    let value = build.construct(&[&def.name.name], values.collect());
    let mut method = build.function("from_row", vec![build.param("row", None)], None, Vec::new());
    method.body = Some(FnBody::Expr(build.variant(&["Ok"], vec![value])));
    Some(method)
}

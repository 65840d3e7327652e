//! `Json`: structs as objects, variants as `{"tag": …, "fields": …}`. What the code is made of is in the library's module `Json`.
//!
//! Code for a field stands at the place of the field's type, where the check reports a type that has no JSON.

use super::{Derived, Shape};
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::expand::Build;
use crate::syntax::ast::*;

/// `to_json` and `from_value`.
pub(super) fn methods(def: &Derived<'_>, build: Build, sink: &mut Sink) -> Vec<FnClause> {
    refuse_nested_options(def, sink);
    let (to, from) = match &def.shape {
        Shape::Struct(fields) => (
            struct_to(fields, build),
            struct_from(def.name, fields, build),
        ),
        Shape::Sum(variants) => (
            sum_to(def.name, variants, build),
            sum_from(def.name, variants, build),
        ),
    };
    let method = |name: &str, param: &str, value: Expr| {
        let params = vec![build.param(param, None)];
        let mut method = build.function(name, params, None, Vec::new());
        method.body = Some(FnBody::Expr(value));
        method
    };
    vec![
        method("to_json", "self", to),
        method("from_value", "json", from),
    ]
}

fn at(ty: &TypeExpr) -> Build {
    Build { span: ty.span }
}

/// `Json.object([("x", Json.value(self.x)), …])`.
fn struct_to(fields: &[FieldDef], build: Build) -> Expr {
    let pairs = fields.iter().map(|field| {
        let build = at(&field.ty);
        let value = build.field(build.name("self"), &field.name.name);
        pair(&field.name.name, json_of(value, build), build)
    });
    object(pairs.collect(), build)
}

/// `Ok(Name { x: Json.field(json, "x")?, … })`.
fn struct_from(name: &Ident, fields: &[FieldDef], build: Build) -> Expr {
    let values = fields.iter().map(|field| {
        let build = at(&field.ty);
        let read = read("field", vec![build.text(&field.name.name)], build);
        (field.name.name.as_str(), read)
    });
    let value = build.construct(&[&name.name], values.collect());
    ok(value, build)
}

/// `case self do Name.Variant(a, …) -> Json.tagged("Variant", …) … end`.
fn sum_to(name: &Ident, variants: &[VariantDef], build: Build) -> Expr {
    let arms = variants.iter().map(|variant| {
        let names: Vec<String> = (0..variant.fields.len())
            .map(|at| format!("a{at}"))
            .collect();
        let binds = names.iter().map(|name| build.bind(name)).collect();
        let pattern = build.variant_pattern(&[&name.name, &variant.name.name], binds);
        let tag = build.text(&variant.name.name);
        let tagged = build.std(
            "Json",
            "tagged",
            vec![tag, fields_to(variant, &names, build)],
        );
        build.arm(pattern, vec![Stmt::Expr(tagged)])
    });
    build.case(build.name("self"), arms.collect())
}

/// The fields of a variant: an array, or an object when they have names.
fn fields_to(variant: &VariantDef, names: &[String], build: Build) -> Expr {
    let fields = variant.fields.iter().zip(names);
    let with_names = variant.fields.iter().any(|(name, _)| name.is_some());
    let values = fields.map(|((name, ty), var)| {
        let value = json_of(at(ty).name(var), at(ty));
        match name {
            Some(name) => pair(&name.name, value, at(ty)),
            None => value,
        }
    });
    let values = values.collect();
    match with_names {
        true => object(values, build),
        false => build.std("Json", "array", vec![build.list(values)]),
    }
}

/// `case Json.tag(json)? do "Variant" -> Ok(Name.Variant(Json.item(json, 0, 1)?, …)) … other -> Json.unknown(other) end`.
fn sum_from(name: &Ident, variants: &[VariantDef], build: Build) -> Expr {
    let known = variants.iter().map(|variant| {
        let pattern = build.pattern(PatternKind::Str(variant.name.name.clone()));
        let fields = fields_from(variant);
        let value = build.variant(&[&name.name, &variant.name.name], fields);
        build.arm(pattern, vec![Stmt::Expr(ok(value, build))])
    });
    let other = build.std("Json", "unknown", vec![build.name("other")]);
    let other = build.arm(build.bind("other"), vec![Stmt::Expr(other)]);
    let arms = known.chain(std::iter::once(other));
    build.case(read("tag", Vec::new(), build), arms.collect())
}

fn fields_from(variant: &VariantDef) -> Vec<Expr> {
    let count = variant.fields.len();
    let fields = variant.fields.iter().enumerate();
    let read_one = |(number, (name, ty)): (usize, &(Option<Ident>, TypeExpr))| match name {
        Some(name) => read("named", vec![at(ty).text(&name.name)], at(ty)),
        None => {
            let place = [number, count].map(|number| at(ty).int(number as i64));
            read("item", place.into(), at(ty))
        }
    };
    fields.map(read_one).collect()
}

/// `Json.function(json, args)?`.
fn read(function: &str, args: Vec<Expr>, build: Build) -> Expr {
    let mut all = vec![build.name("json")];
    all.extend(args);
    build.attempt(build.std("Json", function, all))
}

/// `Json.value(value)`.
fn json_of(value: Expr, build: Build) -> Expr {
    build.std("Json", "value", vec![value])
}

fn pair(name: &str, value: Expr, build: Build) -> Expr {
    build.tuple(vec![build.text(name), value])
}

fn object(pairs: Vec<Expr>, build: Build) -> Expr {
    build.std("Json", "object", vec![build.list(pairs)])
}

fn ok(value: Expr, build: Build) -> Expr {
    build.variant(&["Ok"], vec![value])
}

/// `None` and `Some(None)` would both be `null`.
fn refuse_nested_options(def: &Derived<'_>, sink: &mut Sink) {
    let types: Vec<&TypeExpr> = match &def.shape {
        Shape::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
        Shape::Sum(variants) => {
            let fields = variants.iter().flat_map(|variant| &variant.fields);
            fields.map(|(_, ty)| ty).collect()
        }
    };
    for ty in types {
        if let Some(span) = nested_option(ty) {
            let message = "a field with an option in an option is not JSON-serializable";
            sink.push(
                Diagnostic::new(Code::NOT_SERIALIZABLE, span, message.to_owned())
                    .label("`None` and `Some(None)` would both be `null`"),
            );
        }
    }
}

/// Where an option in an option is written.
fn nested_option(ty: &TypeExpr) -> Option<Span> {
    let of_option = |ty: &TypeExpr| option_of(ty).is_some();
    if option_of(ty).is_some_and(of_option) {
        return Some(ty.span);
    }
    match &ty.kind {
        TypeExprKind::Path { args, .. } => args.iter().find_map(nested_option),
        TypeExprKind::Tuple(items) => items.iter().find_map(nested_option),
        TypeExprKind::Option(inner) => nested_option(inner),
        TypeExprKind::Result(value, error) => nested_option(value).or_else(|| nested_option(error)),
        _ => None,
    }
}

/// What `T?` or `Option<T>` is an option of.
fn option_of(ty: &TypeExpr) -> Option<&TypeExpr> {
    match &ty.kind {
        TypeExprKind::Option(inner) => Some(inner),
        TypeExprKind::Path { path, args } => match (&path[..], &args[..]) {
            ([name], [inner]) if name.name == "Option" => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

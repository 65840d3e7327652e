//! Types, bounds and type parameters.

use super::Formatter;
use super::doc::Doc;
use crate::syntax::ast::*;

impl Formatter<'_> {
    pub fn ty(&mut self, ty: &TypeExpr) -> Doc {
        match &ty.kind {
            TypeExprKind::Path { path, args } => {
                let args = if args.is_empty() {
                    String::new()
                } else {
                    let args: Vec<String> = args.iter().map(|arg| flat(&self.ty(arg))).collect();
                    format!("<{}>", args.join(", "))
                };
                Doc::text(dotted(path) + &args)
            }
            TypeExprKind::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| flat(&self.ty(part))).collect();
                Doc::text(format!("({})", parts.join(", ")))
            }
            TypeExprKind::Fun(params, result) => {
                let params: Vec<String> =
                    params.iter().map(|param| flat(&self.ty(param))).collect();
                Doc::text(format!(
                    "Fun({}) -> {}",
                    params.join(", "),
                    flat(&self.ty(result))
                ))
            }
            TypeExprKind::Option(inner) => Doc::text(self.postfix_base(inner) + "?"),
            TypeExprKind::Result(value, error) => {
                let error_text = flat(&self.ty(error));
                let simple = matches!(
                    error.kind,
                    TypeExprKind::Path { .. } | TypeExprKind::Tuple(_)
                );
                let error = if simple {
                    error_text
                } else {
                    format!("({error_text})")
                };
                Doc::text(format!("{}!{error}", self.postfix_base(value)))
            }
            TypeExprKind::Assoc(name, ty) => {
                let ty = flat(&self.ty(ty));
                Doc::text(format!("{} = {ty}", name.name))
            }
            TypeExprKind::Error => self.verbatim(ty.span),
        }
    }

    /// A type that `?` or `!` follows.
    fn postfix_base(&mut self, ty: &TypeExpr) -> String {
        let text = flat(&self.ty(ty));
        if matches!(ty.kind, TypeExprKind::Fun(..)) {
            format!("({text})")
        } else {
            text
        }
    }

    /// ` where T: A + B`, on a line of its own if it does not fit.
    pub fn bounds(&mut self, bounds: &[Bound]) -> Doc {
        if bounds.is_empty() {
            return Doc::nil();
        }
        let bounds: Vec<String> = bounds
            .iter()
            .map(|bound| {
                let interfaces: Vec<String> = bound
                    .interfaces
                    .iter()
                    .map(|ty| flat(&self.ty(ty)))
                    .collect();
                format!("{}: {}", flat(&self.ty(&bound.ty)), interfaces.join(" + "))
            })
            .collect();
        Doc::concat(vec![
            Doc::Line,
            Doc::text(format!("where {}", bounds.join(", "))),
        ])
        .indent()
    }
}

/// Types have no line breaks of their own.
pub fn flat(doc: &Doc) -> String {
    match doc {
        Doc::Text(text) | Doc::Verbatim(text) => text.clone(),
        _ => String::new(),
    }
}

pub fn dotted(path: &[Ident]) -> String {
    path.iter()
        .map(|part| part.name.as_str())
        .collect::<Vec<_>>()
        .join(".")
}

/// `<T, U>`, or nothing.
pub fn type_params(params: &[TypeParam]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    format!("<{}>", names.join(", "))
}

//! Types and bounds.

use chumsky::prelude::*;

use super::names::{path, upper};
use super::{Parts, Rule};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::Tok;

/// `Map<K, V>`, `(A, B)`, `Fun(A) -> B`, `T?`, `T!E`.
pub fn type_rule<'t>() -> Rule<'t, TypeExpr> {
    recursive(|ty| {
        let ty = ty.boxed();
        let primary = choice((function(ty.clone()), named(ty.clone()), tuple(ty))).boxed();
        let option = just(Tok::Question).to(None);
        let result = just(Tok::Bang).ignore_then(primary.clone()).map(Some);
        primary.foldl_with(
            option.or(result).repeated(),
            |base: TypeExpr, error: Option<TypeExpr>, e| {
                let base = Box::new(base);
                let kind = match error {
                    None => TypeExprKind::Option(base),
                    Some(error) => TypeExprKind::Result(base, Box::new(error)),
                };
                TypeExpr {
                    kind,
                    span: e.span(),
                }
            },
        )
    })
    .labelled(Label::Type)
    .boxed()
}

/// `Fun(A, B) -> C`.
fn function<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let word = upper()
        .filter(|name| name.name == "Fun")
        .then_ignore(just(Tok::LParen));
    let params = ty
        .clone()
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect();
    word.ignore_then(params)
        .then_ignore(just(Tok::RParen))
        .then_ignore(just(Tok::Arrow))
        .then(ty)
        .map_with(|(params, result), e| TypeExpr {
            kind: TypeExprKind::Fun(params, Box::new(result)),
            span: e.span(),
        })
        .boxed()
}

/// `Geometry.Point`, `Map<K, V>`, and for bounds `Iterable<Item = T>`.
fn named<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let assoc = upper()
        .then_ignore(just(Tok::Eq))
        .then(ty.clone())
        .map_with(|(name, ty), e| TypeExpr {
            kind: TypeExprKind::Assoc(name, Box::new(ty)),
            span: e.span(),
        });
    let args = assoc
        .or(ty)
        .separated_by(just(Tok::Comma))
        .at_least(1)
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::Lt), just(Tok::Gt))
        .or_not()
        .map(Option::unwrap_or_default);
    path()
        .then(args)
        .map_with(|(path, args), e| TypeExpr {
            kind: TypeExprKind::Path { path, args },
            span: e.span(),
        })
        .boxed()
}

/// `()`, `(A, B)`, and `(A)` for grouping.
fn tuple<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    ty.separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect::<Vec<_>>()
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .map_with(|mut types, e| match types.pop() {
            Some(only) if types.is_empty() => only,
            last => {
                types.extend(last);
                TypeExpr {
                    kind: TypeExprKind::Tuple(types),
                    span: e.span(),
                }
            }
        })
        .boxed()
}

/// `where T: Ord + Display, U: Eq`, or nothing.
pub fn bounds<'t>(parts: &Parts<'t>) -> Rule<'t, Vec<Bound>> {
    let ty = parts.ty.clone();
    let interfaces = ty
        .clone()
        .separated_by(just(Tok::Plus))
        .at_least(1)
        .collect();
    let bound =
        ty.then_ignore(just(Tok::Colon))
            .then(interfaces)
            .map_with(|(ty, interfaces), e| Bound {
                ty,
                interfaces,
                span: e.span(),
            });
    just(Tok::Where)
        .ignore_then(
            bound
                .separated_by(just(Tok::Comma))
                .at_least(1)
                .allow_trailing()
                .collect(),
        )
        .or_not()
        .map(Option::unwrap_or_default)
        .boxed()
}

//! Functions, parameters, and the heads of arms and closures.

use chumsky::prelude::*;

use super::names::{block, lower, type_params};
use super::types::bounds;
use super::{ArmHead, ClosureHead, Parts, Rule, patterns};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, Tok};

/// `when e`, or nothing.
pub fn guard<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Option<Expr>> {
    just(Tok::When).ignore_then(expression).or_not().boxed()
}

/// `pattern [:: T]`.
fn parameter<'t>(pattern: Rule<'t, Pattern>, ty: Rule<'t, TypeExpr>) -> Rule<'t, Param> {
    pattern
        .then(just(Tok::ColonColon).ignore_then(ty).or_not())
        .map_with(|(pattern, ty), e| Param {
            pattern,
            ty,
            span: e.span(),
        })
        .boxed()
}

/// `a, b :: T`, without the parentheses around it.
fn parameter_list<'t>(parts: &Parts<'t>) -> Rule<'t, Vec<Param>> {
    parameter(
        patterns::parameter(&parts.pattern, &parts.expression),
        parts.ty.clone(),
    )
    .separated_by(just(Tok::Comma))
    .allow_trailing()
    .collect()
    .boxed()
}

/// `(a, b :: T)`.
pub fn parameters<'t>(parts: &Parts<'t>) -> Rule<'t, Vec<Param>> {
    parameter_list(parts)
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .boxed()
}

/// One clause of a function.
pub fn clause<'t>(parts: &Parts<'t>) -> Rule<'t, FnClause> {
    let head = just(Tok::Fn)
        .ignore_then(lower().labelled(Label::FunctionName))
        .then(type_params())
        .then(parameters(parts))
        .then(just(Tok::Arrow).ignore_then(parts.ty.clone()).or_not())
        .then(bounds(parts))
        .then(guard(parts.expression.clone()));
    let one_line = just(Tok::Eq)
        .ignore_then(parts.expression.clone())
        .map(FnBody::Expr);
    let body = one_line.or(block(GroupKind::Fn).map(FnBody::Block));
    head.then(body.or_not())
        .map_with(
            |((((((name, type_params), params), ret), bounds), guard), body), e| FnClause {
                name,
                type_params,
                params,
                ret,
                bounds,
                guard,
                body,
                role: Role::Function,
                span: e.span(),
            },
        )
        .boxed()
}

/// `native fn length(s :: String) -> Int = "symbol"`, from `fn` on.
pub fn native<'t>(parts: &Parts<'t>) -> Rule<'t, NativeFn> {
    let parameter = lower()
        .then_ignore(just(Tok::ColonColon))
        .then(just(Tok::Own).or_not())
        .then(parts.ty.clone())
        .map(|((name, own), ty)| NativeParam {
            name,
            owned: own.is_some(),
            ty,
        });
    let parameters = parameter
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LParen), just(Tok::RParen));
    just(Tok::Native)
        .ignore_then(just(Tok::Fn))
        .ignore_then(lower())
        .then(type_params())
        .then(parameters)
        .then_ignore(just(Tok::Arrow))
        .then(parts.ty.clone())
        .then(bounds(parts))
        .then_ignore(just(Tok::Eq))
        .then(super::literals::plain_text())
        .map_with(
            |(((((name, type_params), params), ret), bounds), symbol), e| NativeFn {
                name,
                type_params,
                params,
                ret,
                bounds,
                symbol,
                span: e.span(),
            },
        )
        .boxed()
}

/// `pattern [when guard]` before an arrow.
pub fn arm_head<'t>(parts: &Parts<'t>) -> Rule<'t, ArmHead> {
    parts
        .pattern
        .clone()
        .then(guard(parts.expression.clone()))
        .boxed()
}

/// `x, y :: T [when guard]`, or the same in parentheses.
pub fn closure_head<'t>(parts: &Parts<'t>) -> Rule<'t, ClosureHead> {
    let guard = guard(parts.expression.clone());
    let grouped = parameters(parts).then(guard.clone()).then_ignore(end());
    let bare = parameter_list(parts).then(guard);
    grouped.or(bare).boxed()
}

/// `x, y :: T` between bars.
pub fn block_params<'t>(parts: &Parts<'t>) -> Rule<'t, Vec<Param>> {
    parameter(
        patterns::block_parameter(&parts.pattern, &parts.expression),
        parts.ty.clone(),
    )
    .separated_by(just(Tok::Comma))
    .allow_trailing()
    .collect()
    .boxed()
}

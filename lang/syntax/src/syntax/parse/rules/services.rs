//! Actors, services and supervisors.

use chumsky::prelude::*;

use super::functions::{guard, parameters};
use super::names::{block, content, lower, trailing, type_params, upper};
use super::types::bounds;
use super::{Parts, Rule, SupervisorLine};
use crate::syntax::ast::*;
use crate::syntax::parse::context::Content;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, Tok};

/// One clause of an actor.
pub fn actor<'t>(parts: &Parts<'t>) -> Rule<'t, ActorDef> {
    just(Tok::Actor)
        .ignore_then(lower().labelled(Label::ActorName))
        .then(type_params())
        .then(parameters(parts))
        .then(bounds(parts))
        .then(guard(parts.expression.clone()))
        .then(content(GroupKind::Actor))
        .map_with(
            |(((((name, type_params), params), bounds), guard), content), e| {
                let span = e.span();
                let (body, terminate) = match content {
                    Content::Actor { body, terminate } => (body, terminate),
                    _ => (
                        Block {
                            stmts: Vec::new(),
                            span,
                        },
                        None,
                    ),
                };
                ActorDef {
                    name,
                    type_params,
                    params,
                    bounds,
                    guard,
                    body,
                    terminate,
                    span,
                }
            },
        )
        .boxed()
}

/// `terminate do … end` of an actor.
pub fn terminate<'t>() -> Rule<'t, Block> {
    just(Tok::Terminate)
        .ignore_then(block(GroupKind::Terminate))
        .boxed()
}

pub fn service<'t>() -> Rule<'t, ServiceDef> {
    just(Tok::Service)
        .ignore_then(upper())
        .then(content(GroupKind::Service))
        .map(|(name, content)| {
            let members = if let Content::Service(members) = content {
                members
            } else {
                Vec::new()
            };
            ServiceDef { name, members }
        })
        .boxed()
}

/// `fn`, `call`, `cast`, `info`, `terminate`.
pub fn service_member<'t>(
    parts: &Parts<'t>,
    function: &Rule<'t, FnClause>,
) -> Rule<'t, ServiceMember> {
    let reply = just(Tok::ColonColon).ignore_then(parts.ty.clone()).or_not();
    let call = just(Tok::CallWord)
        .ignore_then(handler(parts, reply.boxed()))
        .map(ServiceMember::Call);
    let cast = just(Tok::CastWord)
        .ignore_then(handler(parts, empty().to(None).boxed()))
        .map(ServiceMember::Cast);
    let info = just(Tok::InfoWord)
        .ignore_then(parts.pattern.clone())
        .then(trailing(GroupKind::Handler))
        .map_with(|(pattern, block), e| {
            ServiceMember::Info(InfoHandler {
                pattern,
                block,
                span: e.span(),
            })
        });
    let terminate = just(Tok::Terminate)
        .ignore_then(trailing(GroupKind::Terminate))
        .map(ServiceMember::Terminate);
    choice((
        function.clone().map(ServiceMember::Fn),
        call,
        cast,
        info,
        terminate,
    ))
    .boxed()
}

/// `Get(a :: Int) [:: T] do |state| … end`, after its `call` or `cast`.
fn handler<'t>(parts: &Parts<'t>, reply: Rule<'t, Option<TypeExpr>>) -> Rule<'t, Handler> {
    upper()
        .labelled(Label::HandlerName)
        .then(parameters(parts))
        .then(reply)
        .then(trailing(GroupKind::Handler))
        .map_with(|(((name, params), reply), block), e| Handler {
            doc: None,
            name,
            params,
            reply,
            block,
            span: e.span(),
        })
        .boxed()
}

pub fn supervisor<'t>(parts: &Parts<'t>) -> Rule<'t, SupervisorDef> {
    just(Tok::Supervisor)
        .ignore_then(upper())
        .then(parameters(parts).or_not().map(Option::unwrap_or_default))
        .then(content(GroupKind::Supervisor))
        .map(|((name, params), content)| {
            let (settings, children) = match content {
                Content::Supervisor { settings, children } => (settings, children),
                _ => (Vec::new(), Vec::new()),
            };
            SupervisorDef {
                name,
                params,
                settings,
                children,
            }
        })
        .boxed()
}

/// `strategy: one_for_one` or `child name do … end`.
pub fn supervisor_line<'t>(parts: &Parts<'t>) -> Rule<'t, SupervisorLine> {
    let child = just(Tok::ChildWord)
        .ignore_then(lower().labelled(Label::ChildName))
        .then(content(GroupKind::Child))
        .map_with(|(name, content), e| {
            let settings = if let Content::Supervisor { settings, .. } = content {
                settings
            } else {
                Vec::new()
            };
            SupervisorLine::Child(ChildDef {
                name,
                settings,
                span: e.span(),
            })
        });
    child
        .or(setting(parts).map(|(name, value)| SupervisorLine::Setting(name, value)))
        .boxed()
}

/// `restart: permanent`.
pub fn setting<'t>(parts: &Parts<'t>) -> Rule<'t, (Ident, Expr)> {
    lower()
        .labelled(Label::SettingName)
        .then_ignore(just(Tok::Colon))
        .then(parts.expression.clone())
        .boxed()
}

//! Names, dotted paths, and the groups that stand for blocks.

use chumsky::prelude::*;

use super::{Extra, Rule, Seen, Tokens};
use crate::syntax::ast::*;
use crate::syntax::parse::context::Content;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupId, GroupKind, GroupRef, Tok};

/// A name in lower case, or a word that is a keyword elsewhere only.
pub fn lower<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    select! {
        Tok::Ident = e => e.span(),
        tok = e if tok.is_soft_keyword() => e.span(),
    }
    .map_with(|span, e: &mut Seen<'t, '_>| e.state().ident(span))
    .labelled(Label::Name)
}

/// A name that starts with a capital.
pub fn upper<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    just(Tok::Upper)
        .map_with(|_, e: &mut Seen<'t, '_>| {
            let span = e.span();
            e.state().ident(span)
        })
        .labelled(Label::Capital)
}

/// Either kind of name, as after a dot.
pub fn any_name<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    lower().or(upper()).labelled(Label::Name)
}

/// `A.B.C`.
pub fn path<'t>() -> Rule<'t, Vec<Ident>> {
    upper()
        .separated_by(just(Tok::Dot))
        .at_least(1)
        .collect()
        .boxed()
}

/// `<T, U>`, or nothing.
pub fn type_params<'t>() -> Rule<'t, Vec<TypeParam>> {
    upper()
        .labelled(Label::TypeParameter)
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::Lt), just(Tok::Gt))
        .or_not()
        .map(Option::unwrap_or_default)
        .boxed()
}

/// A group of one kind, by number.
fn group<'t>(kind: GroupKind) -> impl Parser<'t, Tokens<'t>, GroupId, Extra<'t>> + Clone {
    select! { Tok::Group(GroupRef(found, id)) if found == kind => id }.labelled(group_label(kind))
}

fn group_label(kind: GroupKind) -> Label {
    match kind {
        GroupKind::Closure => Label::Closure,
        GroupKind::LetElse => Label::Else,
        _ => Label::Do,
    }
}

/// The content of a group of one kind.
pub fn content<'t>(kind: GroupKind) -> impl Parser<'t, Tokens<'t>, Content, Extra<'t>> + Clone {
    group(kind).map_with(|id, e: &mut Seen<'t, '_>| e.state().take(id))
}

/// A block without parameters; parameters are reported.
pub fn block<'t>(kind: GroupKind) -> impl Parser<'t, Tokens<'t>, Block, Extra<'t>> + Clone {
    content(kind).map_with(|content, e: &mut Seen<'t, '_>| {
        let (params, body) = body_of(content, e.span());
        if let Some(param) = params.as_deref().and_then(<[Param]>::first) {
            let diagnostic = super::super::explain::unexpected_parameters(param.span);
            e.state().report(diagnostic);
        }
        body
    })
}

/// `do |x| … end`.
pub fn trailing<'t>(
    kind: GroupKind,
) -> impl Parser<'t, Tokens<'t>, TrailingBlock, Extra<'t>> + Clone {
    content(kind).map_with(|content, e: &mut Seen<'t, '_>| {
        let span = e.span();
        let (params, body) = body_of(content, span);
        TrailingBlock {
            params: params.unwrap_or_default(),
            body,
            span,
        }
    })
}

fn body_of(content: Content, span: Span) -> (Option<Vec<Param>>, Block) {
    match content {
        Content::Body { params, body } => (params, body),
        // The text is only read again for its error.
        _ => (
            None,
            Block {
                stmts: Vec::new(),
                span,
            },
        ),
    }
}

//! Literals that expressions and patterns share.

use chumsky::prelude::*;
use smol_str::SmolStr;

use super::names::lower;
use super::{Extra, Rule, Seen, Tokens};
use crate::syntax::ast::*;
use crate::syntax::lexer::{parse_float, parse_int};
use crate::syntax::parse::failure::Label;
use crate::syntax::token::Tok;

/// The value of an integer literal.
pub fn int<'t>() -> impl Parser<'t, Tokens<'t>, i64, Extra<'t>> + Clone {
    just(Tok::Int).map_with(|_, e: &mut Seen<'t, '_>| {
        let span = e.span();
        parse_int(e.state().text(span))
    })
}

/// The value of a float literal.
pub fn float<'t>() -> impl Parser<'t, Tokens<'t>, f64, Extra<'t>> + Clone {
    just(Tok::Float).map_with(|_, e: &mut Seen<'t, '_>| {
        let span = e.span();
        parse_float(e.state().text(span)).expect("the lexer checked the form of floats")
    })
}

/// `:name`, without its colon.
pub fn atom<'t>() -> impl Parser<'t, Tokens<'t>, Name, Extra<'t>> + Clone {
    just(Tok::Atom).map_with(|_, e: &mut Seen<'t, '_>| {
        let span = e.span();
        SmolStr::new(e.state().text(span).trim_start_matches(':'))
    })
}

/// A string without interpolation.
pub fn plain_text<'t>() -> impl Parser<'t, Tokens<'t>, SmolStr, Extra<'t>> + Clone {
    select! { Tok::Str(id) => id }
        .map_with(|id, e: &mut Seen<'t, '_>| e.state().decoded(id))
        .labelled(Label::String)
}

/// A string with or without interpolation.
pub fn string<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Vec<StrPart>> {
    let plain = plain_text().map(|text| {
        if text.is_empty() {
            Vec::new()
        } else {
            vec![StrPart::Text(text)]
        }
    });
    let text = select! { Tok::StrText(id) => id }
        .map_with(|id, e: &mut Seen<'t, '_>| StrPart::Text(e.state().decoded(id)));
    let hole = expression
        .delimited_by(just(Tok::InterpOpen), just(Tok::InterpClose))
        .map(StrPart::Expr);
    let parts = text
        .or(hole)
        .repeated()
        .collect()
        .delimited_by(just(Tok::StrOpen), just(Tok::StrClose));
    plain.or(parts).boxed()
}

/// `[a, ...b]` of expressions or patterns.
pub fn list<'t, T: 't>(item: Rule<'t, T>) -> Rule<'t, Vec<ListItem<T>>> {
    let splice = just(Tok::Ellipsis)
        .ignore_then(item.clone())
        .map(ListItem::Splice);
    splice
        .or(item.map(ListItem::One))
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LBracket), just(Tok::RBracket))
        .boxed()
}

/// A literal key of a map pattern.
pub fn key<'t>() -> Rule<'t, Expr> {
    let word = select! {
        Tok::True => ExprKind::Bool(true),
        Tok::False => ExprKind::Bool(false),
    };
    let text = plain_text().map(|text| {
        ExprKind::Str(if text.is_empty() {
            Vec::new()
        } else {
            vec![StrPart::Text(text)]
        })
    });
    choice((
        text,
        int().map(ExprKind::Int),
        float().map(ExprKind::Float),
        atom().map(ExprKind::Atom),
        word,
    ))
    .map_with(|kind, e| Expr {
        kind,
        span: e.span(),
    })
    .labelled(Label::LiteralKey)
    .boxed()
}

/// `<<a, b:16-little, rest:bytes(n)>>`.
pub fn byte_segments<'t, T: 't>(
    value: Rule<'t, T>,
    expression: Rule<'t, Expr>,
) -> Rule<'t, Vec<ByteSegment<T>>> {
    let size = just(Tok::Int).try_map_with(|_, e: &mut Seen<'t, '_>| {
        let span: Span = e.span();
        let bits = u32::try_from(parse_int(e.state().text(span))).unwrap_or(u32::MAX);
        Ok(ByteSpec::Bits(bits))
    });
    let argument = expression
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .or_not();
    let word = lower()
        .then(argument)
        .map(|(word, argument)| match argument {
            Some(size) => ByteSpec::Sized(word, size),
            None => ByteSpec::Word(word),
        });
    let spec = size.or(word).labelled(Label::SizeOrForm);
    let specs = just(Tok::Colon)
        .ignore_then(spec.separated_by(just(Tok::Minus)).at_least(1).collect())
        .or_not()
        .map(Option::unwrap_or_default);
    value
        .then(specs)
        .map_with(|(value, specs), e| ByteSegment {
            value,
            specs,
            span: e.span(),
        })
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::BytesOpen), just(Tok::BytesClose))
        .boxed()
}

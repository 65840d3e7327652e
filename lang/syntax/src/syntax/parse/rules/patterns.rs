//! Patterns.

use chumsky::prelude::*;

use super::literals::{self, byte_segments};
use super::names::{lower, path};
use super::{Rule, Seen};
use crate::syntax::ast::*;
use crate::syntax::parse::explain;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::Tok;

/// A whole pattern: `p | q`, `h :: t`, `p as name`.
pub fn pattern<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Pattern> {
    recursive(|pattern| with_alternatives(cons(primary(pattern.boxed(), expression))))
        .labelled(Label::Pattern)
        .boxed()
}

/// A pattern in a parameter, where `::` starts an annotation.
pub fn parameter<'t>(
    pattern: &Rule<'t, Pattern>,
    expression: &Rule<'t, Expr>,
) -> Rule<'t, Pattern> {
    with_alternatives(primary(pattern.clone(), expression.clone()))
        .labelled(Label::Parameter)
        .boxed()
}

/// A pattern between the bars of a block, where `|` ends it.
pub fn block_parameter<'t>(
    pattern: &Rule<'t, Pattern>,
    expression: &Rule<'t, Expr>,
) -> Rule<'t, Pattern> {
    primary(pattern.clone(), expression.clone())
        .labelled(Label::Parameter)
        .boxed()
}

/// `p | q as name`.
fn with_alternatives<'t>(single: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    let name = just(Tok::As).ignore_then(lower());
    single
        .separated_by(just(Tok::Bar))
        .at_least(1)
        .collect::<Vec<_>>()
        .map_with(|mut patterns, e| match patterns.pop() {
            Some(only) if patterns.is_empty() => only,
            last => {
                patterns.extend(last);
                Pattern {
                    kind: PatternKind::Or(patterns),
                    span: e.span(),
                }
            }
        })
        .then(name.or_not())
        .map_with(|(pattern, name), e| match name {
            None => pattern,
            Some(name) => Pattern {
                kind: PatternKind::As(Box::new(pattern), name),
                span: e.span(),
            },
        })
        .boxed()
}

/// `h :: t`, to the right. Each part is read once: reading a part again because no `::` follows would double the work with
/// every bracket around it.
fn cons<'t>(primary: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    primary
        .separated_by(just(Tok::ColonColon))
        .at_least(1)
        .collect::<Vec<_>>()
        .map(|parts| {
            let chain = parts.into_iter().rev().reduce(|tail, head| Pattern {
                span: head.span.to(tail.span),
                kind: PatternKind::Cons(Box::new(head), Box::new(tail)),
            });
            chain.expect("`at_least(1)` gives a part")
        })
        .boxed()
}

fn primary<'t>(pattern: Rule<'t, Pattern>, expression: Rule<'t, Expr>) -> Rule<'t, Pattern> {
    recursive(|primary| {
        choice((
            name(),
            named(pattern.clone()),
            number(),
            text(primary.clone().boxed()),
            constant(),
            parenthesised(pattern.clone()),
            list(pattern.clone()),
            map(pattern.clone()),
            braces(pattern.clone()),
            bytes(pattern.clone(), expression),
        ))
    })
    .boxed()
}

fn at(kind: PatternKind, span: Span) -> Pattern {
    Pattern { kind, span }
}

/// `x` and `_`.
fn name<'t>() -> Rule<'t, Pattern> {
    lower()
        .map(|ident| match ident.name.as_str() {
            "_" => at(PatternKind::Wildcard, ident.span),
            _ => at(PatternKind::Bind(ident.name), ident.span),
        })
        .boxed()
}

/// What may follow the path of a variant or struct.
enum Fields {
    Variant(Vec<(Option<Ident>, Pattern)>),
    Struct(Vec<(Ident, Option<Pattern>)>),
}

/// `None`, `Some(p)`, `Rectangle(width: w)`, `Point { x, y: 0 }`.
fn named<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    let label = lower().then_ignore(just(Tok::Colon)).or_not();
    let positional = label
        .then(pattern.clone())
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .map(Fields::Variant);
    let fields = lower()
        .labelled(Label::FieldName)
        .then(just(Tok::Colon).ignore_then(pattern).or_not())
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LBrace), just(Tok::RBrace))
        .map(Fields::Struct);
    path()
        .then(positional.or(fields).or_not())
        .map_with(|(path, fields), e| {
            let kind = match fields {
                None => PatternKind::Variant { path, fields: None },
                Some(Fields::Variant(fields)) => PatternKind::Variant {
                    path,
                    fields: Some(fields),
                },
                Some(Fields::Struct(fields)) => PatternKind::Struct { path, fields },
            };
            at(kind, e.span())
        })
        .boxed()
}

/// `42`, `-1`, `1..10`, `1.5`.
fn number<'t>() -> Rule<'t, Pattern> {
    let int = literals::int();
    let op = select! { Tok::DotDot => false, Tok::DotDotEq => true };
    let range = int
        .clone()
        .then(op.then(int).or_not())
        .map_with(|(start, end), e| {
            let kind = match end {
                None => PatternKind::Int(start),
                Some((inclusive, end)) => PatternKind::Range(start, end, inclusive),
            };
            at(kind, e.span())
        });
    let float = literals::float().map_with(|value, e| at(PatternKind::Float(value), e.span()));
    range.or(float).boxed()
}

/// `"text"` and `"prefix" <> rest`.
fn text<'t>(primary: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    let rest = just(Tok::Diamond).ignore_then(primary);
    literals::plain_text()
        .then(rest.or_not())
        .map_with(|(text, rest), e| {
            let kind = match rest {
                None => PatternKind::Str(text),
                Some(rest) => PatternKind::Prefix(text, Box::new(rest)),
            };
            at(kind, e.span())
        })
        .boxed()
}

/// `true`, `false`, `nil`, `:atom`.
fn constant<'t>() -> Rule<'t, Pattern> {
    let word = select! {
        Tok::True => PatternKind::Bool(true),
        Tok::False => PatternKind::Bool(false),
        Tok::Nil => PatternKind::Unit,
    };
    let atom = literals::atom().map(PatternKind::Atom);
    word.or(atom).map_with(|kind, e| at(kind, e.span())).boxed()
}

/// `()`, `(p)`, `(p, q)`.
fn parenthesised<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    pattern
        .separated_by(just(Tok::Comma))
        .collect::<Vec<_>>()
        .then(just(Tok::Comma).map_with(|_, e| e.span()).or_not())
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .map_with(|(mut patterns, comma), e: &mut Seen<'t, '_>| {
            let kind = match patterns.pop() {
                None => PatternKind::Unit,
                Some(only) if patterns.is_empty() => {
                    if let Some(comma) = comma {
                        e.state().report(explain::one_tuple(comma));
                    }
                    PatternKind::Paren(Box::new(only))
                }
                Some(last) => {
                    patterns.push(last);
                    PatternKind::Tuple(patterns)
                }
            };
            at(kind, e.span())
        })
        .boxed()
}

/// `[a, ...rest]`.
fn list<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    literals::list(pattern)
        .map_with(|items, e| at(PatternKind::List(items), e.span()))
        .boxed()
}

/// `%{"key" => p}`.
fn map<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    literals::key()
        .then_ignore(just(Tok::FatArrow))
        .then(pattern)
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::MapOpen), just(Tok::RBrace))
        .map_with(|entries, e| at(PatternKind::Map(entries), e.span()))
        .boxed()
}

/// `{k, v}`.
fn braces<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    pattern
        .separated_by(just(Tok::Comma))
        .at_least(1)
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LBrace), just(Tok::RBrace))
        .map_with(|patterns, e| at(PatternKind::Braces(patterns), e.span()))
        .boxed()
}

/// `<<version:8, rest:bytes>>`.
fn bytes<'t>(pattern: Rule<'t, Pattern>, expression: Rule<'t, Expr>) -> Rule<'t, Pattern> {
    byte_segments(pattern, expression)
        .map_with(|segments, e| at(PatternKind::Bytes(segments), e.span()))
        .boxed()
}

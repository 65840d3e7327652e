//! Expressions and statements.

use chumsky::prelude::*;

use super::calls::Suffixes;
use super::names::{block, content, lower};
use super::operators::operators;
use super::{Parts, Reader, Rule, Seen, functions, literals, patterns};
use crate::syntax::ast::*;
use crate::syntax::parse::context::Content;
use crate::syntax::parse::explain;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, GroupRef, Tok};

fn at(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

/// Any expression.
pub fn expression<'t>() -> Rule<'t, Expr> {
    recursive(|expression| {
        let expression = expression.boxed();
        let operands = Operands::new(expression.clone());
        operators(operands, Suffixes::new(expression))
    })
    .labelled(Label::Expression)
    .boxed()
}

/// What operators join, by the token that it begins with.
pub struct Operands<'t> {
    name: Rule<'t, Expr>,
    path: Rule<'t, Option<Expr>>,
    simple: Rule<'t, Expr>,
    string: Rule<'t, Option<Expr>>,
    parenthesised: Rule<'t, Option<Expr>>,
    list: Rule<'t, Option<Expr>>,
    braces: Rule<'t, Option<Expr>>,
    block: Rule<'t, Option<Expr>>,
    branching: Rule<'t, Option<Expr>>,
    looping: Rule<'t, Option<Expr>>,
    leaving: Rule<'t, Option<Expr>>,
    asserting: Rule<'t, Option<Expr>>,
    bytes: Rule<'t, Option<Expr>>,
    /// All of them, for the message where none begins with the token.
    any: Rule<'t, Option<Expr>>,
}

impl<'t> Operands<'t> {
    fn new(expression: Rule<'t, Expr>) -> Self {
        let pattern = patterns::pattern(expression.clone());
        let path = path(expression.clone());
        let string = string(expression.clone());
        let parenthesised = parenthesised(expression.clone());
        let list = list(expression.clone());
        let braces = braces(expression.clone());
        let branching = branching(expression.clone());
        let looping = looping(expression.clone(), pattern.clone());
        let leaving = leaving(expression.clone());
        let asserting = asserting(expression.clone(), pattern);
        let bytes = bytes(expression);
        let any = choice((
            name(),
            path.clone(),
            simple(),
            string.clone(),
            parenthesised.clone(),
            list.clone(),
            braces.clone(),
            closure(),
            branching.clone(),
            looping.clone(),
            leaving.clone(),
            asserting.clone(),
            bytes.clone(),
        ));
        Operands {
            name: name(),
            path: path.or_not().boxed(),
            simple: simple(),
            string: string.or_not().boxed(),
            parenthesised: parenthesised.or_not().boxed(),
            list: list.or_not().boxed(),
            braces: braces.or_not().boxed(),
            block: closure().or_not().boxed(),
            branching: branching.or_not().boxed(),
            looping: looping.or_not().boxed(),
            leaving: leaving.or_not().boxed(),
            asserting: asserting.or_not().boxed(),
            bytes: bytes.or_not().boxed(),
            any: any.or_not().boxed(),
        }
    }

    /// Reads the operand that begins here. `None` after a failure.
    pub fn read(&self, input: &mut Reader<'t, '_>) -> Option<Expr> {
        let rule = match input.peek() {
            Some(Tok::Ident) => return input.parse(&self.name).ok(),
            Some(Tok::Upper) => &self.path,
            Some(Tok::Int | Tok::Float | Tok::Atom | Tok::True | Tok::False | Tok::Nil) => {
                return input.parse(&self.simple).ok();
            }
            Some(Tok::Str(_) | Tok::StrOpen) => &self.string,
            Some(Tok::LParen) => &self.parenthesised,
            Some(Tok::LBracket) => &self.list,
            Some(Tok::MapOpen) => &self.braces,
            Some(Tok::Group(GroupRef(GroupKind::Closure | GroupKind::Free, _))) => &self.block,
            Some(Tok::If | Tok::Case | Tok::Match | Tok::Cond | Tok::Receive) => &self.branching,
            Some(Tok::While | Tok::For) => &self.looping,
            Some(Tok::Return) => &self.leaving,
            Some(Tok::Assert | Tok::AssertCrash | Tok::AssertReceive) => &self.asserting,
            Some(Tok::BytesOpen) => &self.bytes,
            _ => &self.any,
        };
        input.parse(rule).ok().flatten()
    }
}

fn name<'t>() -> Rule<'t, Expr> {
    lower()
        .map(|ident| at(ExprKind::Name(ident.name), ident.span))
        .boxed()
}

/// `Circle`, `Math.Vector`, and with braces a struct.
fn path<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    let fields = fields(expression).delimited_by(just(Tok::LBrace), just(Tok::RBrace));
    super::names::path()
        .then(fields.or_not())
        .map_with(|(path, fields), e| match fields {
            Some(fields) => at(ExprKind::Struct { path, fields }, e.span()),
            None => dotted(path),
        })
        .boxed()
}

/// A path without braces is a chain of fields.
fn dotted(path: Vec<Ident>) -> Expr {
    let mut names = path.into_iter();
    let first = names.next().expect("paths have at least one name");
    let start = at(ExprKind::Upper(first.name), first.span);
    names.fold(start, |base, name| {
        let span = base.span.to(name.span);
        at(ExprKind::Field(Box::new(base), name), span)
    })
}

/// `x: 1, y: 2`.
fn fields<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Vec<(Ident, Expr)>> {
    lower()
        .labelled(Label::FieldName)
        .then_ignore(just(Tok::Colon))
        .then(expression)
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .boxed()
}

/// Numbers, words and atoms.
fn simple<'t>() -> Rule<'t, Expr> {
    let word = select! {
        Tok::True => ExprKind::Bool(true),
        Tok::False => ExprKind::Bool(false),
        Tok::Nil => ExprKind::Unit,
        Tok::Break => ExprKind::Break,
        Tok::Continue => ExprKind::Continue,
    };
    let int = literals::int().map(ExprKind::Int);
    let float = literals::float().map(ExprKind::Float);
    let atom = literals::atom().map(ExprKind::Atom);
    choice((int, word, float, atom))
        .map_with(|kind, e| at(kind, e.span()))
        .boxed()
}

fn string<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    literals::string(expression)
        .map_with(|parts, e| at(ExprKind::Str(parts), e.span()))
        .boxed()
}

/// `()`, `(e)`, `(a, b)`.
fn parenthesised<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    expression
        .separated_by(just(Tok::Comma))
        .collect::<Vec<_>>()
        .then(just(Tok::Comma).map_with(|_, e| e.span()).or_not())
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .map_with(|(mut parts, comma), e: &mut Seen<'t, '_>| {
            let kind = match parts.pop() {
                None => ExprKind::Unit,
                Some(only) if parts.is_empty() => {
                    if let Some(comma) = comma {
                        e.state().report(explain::one_tuple(comma));
                    }
                    ExprKind::Paren(Box::new(only))
                }
                Some(last) => {
                    parts.push(last);
                    ExprKind::Tuple(parts)
                }
            };
            at(kind, e.span())
        })
        .boxed()
}

fn list<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    literals::list(expression)
        .map_with(|items, e| at(ExprKind::List(items), e.span()))
        .boxed()
}

fn bytes<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    literals::byte_segments(expression.clone(), expression)
        .map_with(|segments, e| at(ExprKind::Bytes(segments), e.span()))
        .boxed()
}

/// What follows the first expression of `%{`.
enum MapRest {
    Update(Vec<(Ident, Expr)>),
    Entries(Expr, Vec<(Expr, Expr)>),
}

/// `%{}`, `%{k => v}`, `%{base | field: v}`.
fn braces<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    let update = just(Tok::Bar)
        .ignore_then(fields(expression.clone()))
        .map(MapRest::Update);
    let entry = expression
        .clone()
        .then_ignore(just(Tok::FatArrow))
        .then(expression.clone());
    let more = just(Tok::Comma).ignore_then(
        entry
            .separated_by(just(Tok::Comma))
            .allow_trailing()
            .collect(),
    );
    let entries = just(Tok::FatArrow)
        .ignore_then(expression.clone())
        .then(more.or_not().map(Option::unwrap_or_default))
        .map(|(value, more)| MapRest::Entries(value, more));
    expression
        .then(update.or(entries))
        .or_not()
        .delimited_by(just(Tok::MapOpen), just(Tok::RBrace))
        .map_with(|inside, e| {
            let kind = match inside {
                None => ExprKind::Map(Vec::new()),
                Some((base, MapRest::Update(fields))) => ExprKind::Update {
                    base: Box::new(base),
                    fields,
                },
                Some((key, MapRest::Entries(value, mut more))) => {
                    more.insert(0, (key, value));
                    ExprKind::Map(more)
                }
            };
            at(kind, e.span())
        })
        .boxed()
}

/// `fn … end` and `do … end`.
fn closure<'t>() -> Rule<'t, Expr> {
    let closure = content(GroupKind::Closure).map(|content| match content {
        Content::Closure(closure) => ExprKind::Closure(closure),
        _ => ExprKind::Error,
    });
    let block = block(GroupKind::Free).map(ExprKind::Block);
    closure
        .or(block)
        .map_with(|kind, e| at(kind, e.span()))
        .boxed()
}

/// `if`, `case`, `cond`, `receive`.
fn branching<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    let condition = just(Tok::If)
        .ignore_then(expression.clone().labelled(Label::Condition))
        .then(content(GroupKind::If))
        .map(|(cond, content)| match content {
            Content::If { then, otherwise } => ExprKind::If(Box::new(IfExpr {
                cond,
                then,
                otherwise,
            })),
            _ => ExprKind::Error,
        });
    let case = just(Tok::Case)
        .or(just(Tok::Match))
        .ignore_then(expression)
        .then(content(GroupKind::Case))
        .map(|(scrutinee, content)| match content {
            Content::Arms { arms, .. } => ExprKind::Case(Box::new(CaseExpr { scrutinee, arms })),
            _ => ExprKind::Error,
        });
    let cond = just(Tok::Cond)
        .ignore_then(content(GroupKind::Cond))
        .map(|content| match content {
            Content::Cond(arms) => ExprKind::Cond(arms),
            _ => ExprKind::Error,
        });
    let receive = just(Tok::Receive)
        .ignore_then(content(GroupKind::Receive))
        .map(|content| match content {
            Content::Arms { arms, after } => {
                ExprKind::Receive(Box::new(ReceiveExpr { arms, after }))
            }
            _ => ExprKind::Error,
        });
    choice((condition, case, cond, receive))
        .map_with(|kind, e| at(kind, e.span()))
        .boxed()
}

/// `while`, `for`.
fn looping<'t>(expression: Rule<'t, Expr>, pattern: Rule<'t, Pattern>) -> Rule<'t, Expr> {
    let repeat = just(Tok::While)
        .ignore_then(expression.clone().labelled(Label::Condition))
        .then(block(GroupKind::While))
        .map(|(condition, body)| ExprKind::While(Box::new(condition), body));
    let generator = pattern.then_ignore(just(Tok::In)).then(expression.clone());
    let each = just(Tok::For)
        .ignore_then(
            generator
                .separated_by(just(Tok::Comma))
                .at_least(1)
                .collect(),
        )
        .then(functions::guard(expression))
        .then(block(GroupKind::For))
        .map(|((generators, guard), body)| {
            ExprKind::For(Box::new(ForExpr {
                generators,
                guard,
                body,
            }))
        });
    repeat
        .or(each)
        .map_with(|kind, e| at(kind, e.span()))
        .boxed()
}

/// `return`, with or without a value.
fn leaving<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    just(Tok::Return)
        .ignore_then(expression.or_not())
        .map_with(|value, e| at(ExprKind::Return(value.map(Box::new)), e.span()))
        .boxed()
}

/// `assert e`, `assert_crash e`, `assert_receive p, within: ms`.
fn asserting<'t>(expression: Rule<'t, Expr>, pattern: Rule<'t, Pattern>) -> Rule<'t, Expr> {
    let within = just(Tok::Comma)
        .ignore_then(
            lower()
                .filter(|name| name.name == "within")
                .labelled(Label::Within),
        )
        .ignore_then(just(Tok::Colon))
        .ignore_then(expression.clone());
    let holds = just(Tok::Assert)
        .ignore_then(expression.clone())
        .map(|e| ExprKind::Assert(Box::new(e)));
    let crashes = just(Tok::AssertCrash)
        .ignore_then(expression)
        .map(|e| ExprKind::AssertCrash(Box::new(e)));
    let receives = just(Tok::AssertReceive)
        .ignore_then(pattern)
        .then(within.or_not())
        .map(|(pattern, within)| ExprKind::AssertReceive(Box::new(pattern), within.map(Box::new)));
    choice((holds, crashes, receives))
        .map_with(|kind, e| at(kind, e.span()))
        .boxed()
}

/// What may stand between the pattern of a `let` and its `=`.
enum Annotation {
    Type(TypeExpr),
    Tail(Pattern),
}

/// `let p [:: T] = e [else … end]`, or an expression.
pub fn statement<'t>(parts: &Parts<'t>) -> Rule<'t, Stmt> {
    let pattern = patterns::parameter(&parts.pattern, &parts.expression);
    let tail = parts.pattern.clone().map(Annotation::Tail);
    let annotation =
        just(Tok::ColonColon).ignore_then(parts.ty.clone().map(Annotation::Type).or(tail));
    let binding = just(Tok::Let)
        .ignore_then(pattern.labelled(Label::NameOrPattern))
        .then(annotation.or_not())
        .then_ignore(just(Tok::Eq))
        .then(parts.expression.clone())
        .then(block(GroupKind::LetElse).or_not())
        .map_with(|(((pattern, annotation), value), otherwise), e| {
            let (pattern, ty) = annotate(pattern, annotation);
            Stmt::Let(LetStmt {
                pattern,
                ty,
                value,
                otherwise,
                span: e.span(),
            })
        });
    binding
        .or(parts.expression.clone().map(Stmt::Expr))
        .labelled(Label::Statement)
        .boxed()
}

fn annotate(pattern: Pattern, annotation: Option<Annotation>) -> (Pattern, Option<TypeExpr>) {
    match annotation {
        None => (pattern, None),
        Some(Annotation::Type(ty)) => (pattern, Some(ty)),
        Some(Annotation::Tail(tail)) => {
            let span = pattern.span.to(tail.span);
            (
                Pattern {
                    kind: PatternKind::Cons(Box::new(pattern), Box::new(tail)),
                    span,
                },
                None,
            )
        }
    }
}

//! What may follow an operand directly: calls, fields, indexes, `?` and trailing blocks.

use chumsky::prelude::*;

use super::Rule;
use super::names::{any_name, lower, trailing};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, Tok};

/// Something that follows an operand.
pub enum Suffix {
    Call(Vec<Arg>, Option<TrailingBlock>),
    Block(TrailingBlock),
    Field(Ident),
    Index(Expr),
    Try,
}

impl Suffix {
    /// The operand with its suffix.
    pub fn apply(self, operand: Expr, span: Span) -> Expr {
        let kind = match self {
            Suffix::Call(args, trailing) => ExprKind::Call(Box::new(Call {
                callee: operand,
                args,
                trailing,
            })),
            Suffix::Block(block) => ExprKind::Call(Box::new(Call {
                callee: operand,
                args: Vec::new(),
                trailing: Some(block),
            })),
            Suffix::Field(name) => ExprKind::Field(Box::new(operand), name),
            Suffix::Index(index) => ExprKind::Index(Box::new(operand), Box::new(index)),
            Suffix::Try => ExprKind::Try(Box::new(operand)),
        };
        Expr { kind, span }
    }
}

/// `(args) do … end`, `do … end`, `.name`, `[i]`, `?`.
pub fn suffix<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Suffix> {
    let block = trailing(GroupKind::Free);
    let call = arguments(expression.clone())
        .then(block.clone().or_not())
        .map(|(args, block)| Suffix::Call(args, block));
    let field = just(Tok::Dot).ignore_then(any_name()).map(Suffix::Field);
    let index = expression
        .delimited_by(just(Tok::LBracket), just(Tok::RBracket))
        .map(Suffix::Index);
    let question = just(Tok::Question).to(()).map(|()| Suffix::Try);
    choice((call, field, index, question, block.map(Suffix::Block)))
        .labelled(Label::Operator)
        .boxed()
}

/// `(a, name: b)`.
fn arguments<'t>(expression: Rule<'t, Expr>) -> Rule<'t, Vec<Arg>> {
    let label = lower().then_ignore(just(Tok::Colon)).or_not();
    label
        .then(expression)
        .map(|(name, value)| Arg { name, value })
        .labelled(Label::Argument)
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LParen), just(Tok::RParen))
        .boxed()
}

//! What may follow an operand directly: calls, fields, indexes, `?` and trailing blocks.

use chumsky::prelude::*;

use super::names::{any_name, lower, trailing};
use super::{Reader, Rule};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, GroupRef, Tok};

/// Something that follows an operand.
pub enum Suffix {
    Call(Vec<Arg>, Option<TrailingBlock>),
    Block(TrailingBlock),
    Field(Ident),
    Index(Expr),
    Try,
}

impl Suffix {
    /// Whether a token begins a suffix.
    pub fn starts_with(tok: Tok) -> bool {
        match tok {
            Tok::LParen | Tok::Dot | Tok::LBracket | Tok::Question => true,
            Tok::Group(GroupRef(kind, _)) => kind == GroupKind::Free,
            _ => false,
        }
    }

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

/// `(args) do … end`, `do … end`, `.name`, `[i]`, `?`, by what they begin with.
pub struct Suffixes<'t> {
    call: Rule<'t, Option<Suffix>>,
    field: Rule<'t, Option<Suffix>>,
    index: Rule<'t, Option<Suffix>>,
    block: Rule<'t, Option<Suffix>>,
}

impl<'t> Suffixes<'t> {
    pub fn new(expression: Rule<'t, Expr>) -> Self {
        let block = trailing(GroupKind::Free);
        let call = arguments(expression.clone())
            .then(block.clone().or_not())
            .map(|(args, block)| Suffix::Call(args, block));
        let field = just(Tok::Dot).ignore_then(any_name()).map(Suffix::Field);
        let index = expression
            .delimited_by(just(Tok::LBracket), just(Tok::RBracket))
            .map(Suffix::Index);
        Suffixes {
            call: call.or_not().boxed(),
            field: field.or_not().boxed(),
            index: index.or_not().boxed(),
            block: block.map(Suffix::Block).or_not().boxed(),
        }
    }

    /// Reads the suffix that begins here. `None` after a failure.
    pub fn read(&self, input: &mut Reader<'t, '_>) -> Option<Suffix> {
        let rule = match input.peek()? {
            Tok::LParen => &self.call,
            Tok::Dot => &self.field,
            Tok::LBracket => &self.index,
            Tok::Question => {
                input.skip();
                return Some(Suffix::Try);
            }
            _ => &self.block,
        };
        input.parse(rule).ok().flatten()
    }
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

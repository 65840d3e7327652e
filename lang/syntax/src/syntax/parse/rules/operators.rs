//! Operators and what may follow an operand, by precedence.

use chumsky::pratt::{infix, left, postfix, prefix, right};
use chumsky::prelude::*;

use super::calls::{Suffix, suffix};
use super::{Extra, Rule, Seen, Tokens};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::Tok;

/// Operands joined by operators; the numbers are the levels of the language reference.
pub fn operators<'t>(operand: Rule<'t, Expr>, expression: Rule<'t, Expr>) -> Rule<'t, Expr> {
    operand
        .pratt((
            postfix(
                11,
                suffix(expression),
                |operand, suffix: Suffix, e: &mut Seen<'t, '_>| suffix.apply(operand, e.span()),
            ),
            prefix(10, unary(), |op, operand, e: &mut Seen<'t, '_>| Expr {
                kind: ExprKind::Unary(op, Box::new(operand)),
                span: e.span(),
            }),
            infix(left(9), product(), binary),
            infix(left(8), sum(), binary),
            infix(left(7), join(), binary),
            infix(right(7), cons(), binary),
            infix(left(6), range(), binary),
            infix(left(5), order(), binary),
            infix(left(4), equality(), binary),
            infix(left(3), and(), binary),
            infix(left(2), or(), binary),
            infix(
                left(1),
                pipe(),
                |value, (slot, op_span), target, e: &mut Seen<'t, '_>| Expr {
                    kind: ExprKind::Pipe {
                        value: Box::new(value),
                        slot,
                        op_span,
                        target: Box::new(target),
                    },
                    span: e.span(),
                },
            ),
        ))
        .boxed()
}

fn binary<'t>(left: Expr, (op, op_span): (BinOp, Span), right: Expr, e: &mut Seen<'t, '_>) -> Expr {
    Expr {
        kind: ExprKind::Binary(op, op_span, Box::new(left), Box::new(right)),
        span: e.span(),
    }
}

/// A rule for the operators of one level.
macro_rules! level {
    ($name:ident { $($tok:pat => $op:expr),* $(,)? }) => {
        fn $name<'t>() -> impl Parser<'t, Tokens<'t>, (BinOp, Span), Extra<'t>> + Clone {
            select! { $($tok = e => ($op, e.span())),* }.labelled(Label::Operator)
        }
    };
}

level!(product { Tok::Star => BinOp::Mul, Tok::Slash => BinOp::Div, Tok::Percent => BinOp::Rem });
level!(sum { Tok::Plus => BinOp::Add, Tok::Minus => BinOp::Sub });
level!(join { Tok::Diamond => BinOp::Concat, Tok::PlusPlus => BinOp::Append });
level!(cons { Tok::ColonColon => BinOp::Cons });
level!(range { Tok::DotDot => BinOp::Range, Tok::DotDotEq => BinOp::RangeInclusive });
level!(order { Tok::Lt => BinOp::Lt, Tok::Gt => BinOp::Gt, Tok::Le => BinOp::Le, Tok::Ge => BinOp::Ge });
level!(equality { Tok::EqEq => BinOp::Eq, Tok::NotEq => BinOp::Ne });
level!(and { Tok::And => BinOp::And, Tok::AndAnd => BinOp::And });
level!(or { Tok::Or => BinOp::Or, Tok::OrOr => BinOp::Or });

fn unary<'t>() -> impl Parser<'t, Tokens<'t>, UnOp, Extra<'t>> + Clone {
    select! { Tok::Minus => UnOp::Neg, Tok::Not => UnOp::Not, Tok::Bang => UnOp::Not }
}

/// `|>` and `|2>`: the slot, and where the operator stands.
fn pipe<'t>() -> impl Parser<'t, Tokens<'t>, (u32, Span), Extra<'t>> + Clone {
    select! { Tok::Pipe = e => (Tok::Pipe, e.span()), Tok::SlotPipe = e => (Tok::SlotPipe, e.span()) }
        .map_with(|(tok, span), e: &mut Seen<'t, '_>| {
            let digits = e.state().text(span).trim_matches(['|', '>']);
            let slot = if tok == Tok::Pipe { 1 } else { digits.parse().unwrap_or(u32::MAX) };
            (slot, span)
        })
        .labelled(Label::Operator)
}

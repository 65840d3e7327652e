//! Operators and what may follow an operand, by precedence.
//!
//! What an operand or operator is, its first token says, so that a rule is chosen by that token instead of trying all in turn: this is where
//! most of a text's tokens are read.

use chumsky::input::Cursor;
use chumsky::prelude::*;

use super::calls::{Suffix, Suffixes};
use super::expressions::Operands;
use super::{Reader, Rule, Tokens};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::{Failure, Label};
use crate::syntax::token::Tok;

/// Least power of an operator for anything to be read.
const ANY: u32 = 0;

/// Power of prefixes; suffixes bind tighter, all other operators less.
const PREFIX: u32 = 20;

/// Operands joined by operators; the levels are those of the language reference.
pub fn operators<'t>(operands: Operands<'t>, suffixes: Suffixes<'t>) -> Rule<'t, Expr> {
    let operators = Operators { operands, suffixes };
    custom(move |input| {
        let read = operators.expression(input, ANY);
        // What failed is noted already, further on or right here.
        read.ok_or(Failure::NOTED)
    })
    .boxed()
}

struct Operators<'t> {
    operands: Operands<'t>,
    suffixes: Suffixes<'t>,
}

impl<'t> Operators<'t> {
    /// Reads an expression up to the first operator of less than a power. `None` after a failure.
    fn expression(&self, input: &mut Reader<'t, '_>, power: u32) -> Option<Expr> {
        let start = input.cursor();
        let mut left = self.prefixed(input)?;
        loop {
            let end = input.save();
            left = match self.continued(left, &start, input, power) {
                Ok(longer) => longer,
                Err(left) => {
                    input.rewind(end);
                    return Some(left);
                }
            };
        }
    }

    /// An operand, or a prefix and what it stands before.
    fn prefixed(&self, input: &mut Reader<'t, '_>) -> Option<Expr> {
        let start = input.cursor();
        let op = match input.peek() {
            Some(Tok::Minus) => UnOp::Neg,
            Some(Tok::Not | Tok::Bang) => UnOp::Not,
            _ => return self.operands.read(input),
        };
        input.skip();
        let operand = deeper(|| self.expression(input, PREFIX))?;
        Some(Expr {
            kind: ExprKind::Unary(op, Box::new(operand)),
            span: input.span_since(&start),
        })
    }

    /// An expression that began at `start` with the suffix or operator that follows it; as it is if there is none.
    fn continued<'p>(
        &self,
        left: Expr,
        start: &Cursor<'t, 'p, Tokens<'t>>,
        input: &mut Reader<'t, 'p>,
        power: u32,
    ) -> Result<Expr, Expr> {
        let next = input.peek();
        if next.is_some_and(Suffix::starts_with) {
            return match self.suffixes.read(input) {
                Some(suffix) => Ok(suffix.apply(left, input.span_since(start))),
                None => Err(left),
            };
        }
        let Some((_, after)) = next.and_then(powers).filter(|(before, _)| *before >= power) else {
            note_operator(input);
            return Err(left);
        };
        let op = input.cursor();
        input.skip();
        let op_span = input.span_since(&op);
        let Some(right) = deeper(|| self.expression(input, after)) else {
            return Err(left);
        };
        let kind = match next {
            Some(Tok::Pipe | Tok::SlotPipe) => ExprKind::Pipe {
                value: Box::new(left),
                slot: slot(input.state().text(op_span)),
                op_span,
                target: Box::new(right),
            },
            tok => match tok.and_then(binary) {
                Some(op) => ExprKind::Binary(op, op_span, Box::new(left), Box::new(right)),
                None => return Err(left),
            },
        };
        let span = input.span_since(start);
        Ok(Expr { kind, span })
    }
}

/// Operators to the right may follow each other without end.
fn deeper<T>(read: impl FnOnce() -> T) -> T {
    const LEFT: usize = 128 * 1024;
    const SEGMENT: usize = 1024 * 1024;
    stacker::maybe_grow(LEFT, SEGMENT, read)
}

/// Notes that an operator would fit here.
fn note_operator(input: &mut Reader<'_, '_>) {
    let none = custom(|input: &mut Reader<'_, '_>| {
        let here = input.cursor();
        input.skip();
        let start = input.span_since(&here).start;
        Err::<(), _>(Failure::expecting(Label::Operator, start))
    });
    let _ = input.check(none.or_not());
}

/// The powers of an operator to its left and right, twice its level: what comes next belongs to the right side if its power is not less.
fn powers(tok: Tok) -> Option<(u32, u32)> {
    let level = match tok {
        Tok::Star | Tok::Slash | Tok::Percent => 9,
        Tok::Plus | Tok::Minus => 8,
        Tok::Diamond | Tok::PlusPlus => 7,
        // The only ones that group to the right.
        Tok::ColonColon => return Some((15, 14)),
        Tok::DotDot | Tok::DotDotEq => 6,
        Tok::Lt | Tok::Gt | Tok::Le | Tok::Ge => 5,
        Tok::EqEq | Tok::NotEq => 4,
        Tok::And | Tok::AndAnd => 3,
        Tok::Or | Tok::OrOr => 2,
        Tok::Pipe | Tok::SlotPipe => 1,
        _ => return None,
    };
    Some((2 * level, 2 * level + 1))
}

fn binary(tok: Tok) -> Option<BinOp> {
    Some(match tok {
        Tok::Star => BinOp::Mul,
        Tok::Slash => BinOp::Div,
        Tok::Percent => BinOp::Rem,
        Tok::Plus => BinOp::Add,
        Tok::Minus => BinOp::Sub,
        Tok::Diamond => BinOp::Concat,
        Tok::PlusPlus => BinOp::Append,
        Tok::ColonColon => BinOp::Cons,
        Tok::DotDot => BinOp::Range,
        Tok::DotDotEq => BinOp::RangeInclusive,
        Tok::Lt => BinOp::Lt,
        Tok::Gt => BinOp::Gt,
        Tok::Le => BinOp::Le,
        Tok::Ge => BinOp::Ge,
        Tok::EqEq => BinOp::Eq,
        Tok::NotEq => BinOp::Ne,
        Tok::And | Tok::AndAnd => BinOp::And,
        Tok::Or | Tok::OrOr => BinOp::Or,
        _ => return None,
    })
}

/// The slot of `|>` and `|2>`.
fn slot(operator: &str) -> u32 {
    match operator {
        "|>" => 1,
        numbered => numbered
            .trim_matches(['|', '>'])
            .parse()
            .unwrap_or(u32::MAX),
    }
}

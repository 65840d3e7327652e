//! Numbers: their form is checked here, once; the parser reads the value from the text.

use super::Lexer;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::token::Tok;

impl Lexer<'_, '_> {
    pub(super) fn number(&mut self, tok: Tok) {
        let range = self.inner.span();
        let negative = self.merge_minus(range.start);
        let start = range.start - usize::from(negative);
        let text = &self.text[range.clone()];
        match check(tok, text, negative) {
            Ok(tok) => self.push_at(tok, start, range.end),
            Err(problem) => {
                let diagnostic = problem.diagnostic(self.span(range.start, range.end), text);
                self.report(diagnostic);
                match problem {
                    Problem::TooLarge => self.push_at(Tok::Float, start, range.end),
                    _ => self.push_at(Tok::Int, range.start, range.start),
                }
            }
        }
    }

    /// A minus directly before a number belongs to it, unless it subtracts.
    fn merge_minus(&mut self, start: usize) -> bool {
        let [.., before, minus] = self.out.tokens.as_slice() else {
            return self.merge_first_minus(start);
        };
        let touches = minus.tok == Tok::Minus && minus.end as usize == start;
        let starts_operand = minus.first_on_line || !before.tok.ends_operand();
        touches && starts_operand && self.take_minus()
    }

    fn merge_first_minus(&mut self, start: usize) -> bool {
        let first = self.out.tokens.first();
        first.is_some_and(|minus| minus.tok == Tok::Minus && minus.end as usize == start)
            && self.take_minus()
    }

    fn take_minus(&mut self) -> bool {
        if let Some(minus) = self.out.tokens.pop() {
            self.line_start = minus.first_on_line;
        }
        true
    }
}

enum Problem {
    Malformed,
    OutOfRange,
    TooLarge,
}

impl Problem {
    fn diagnostic(&self, span: crate::syntax::ast::Span, text: &str) -> Diagnostic {
        match self {
            Problem::Malformed => Diagnostic::new(
                Code::BAD_NUMBER,
                span,
                format!("`{text}` is not a number"),
            )
            .label("malformed number")
            .help(
                "numbers look like `42`, `1_000_000`, `0xFF`, `0o17`, `0b1010`, `3.14` or `2e-3`",
            ),
            Problem::OutOfRange => Diagnostic::new(
                Code::NUMBER_OUT_OF_RANGE,
                span,
                "this integer literal is out of range",
            )
            .label("does not fit an `Int`")
            .note("an `Int` goes from -9223372036854775808 to 9223372036854775807")
            .help("write it as a `Float` if it need not be exact"),
            Problem::TooLarge => Diagnostic::new(
                Code::NUMBER_OUT_OF_RANGE,
                span,
                "this float literal is out of range",
            )
            .label("does not fit a `Float`")
            .note("the largest `Float` is about 1.8e308")
            .help("infinity is `1.0 / 0.0`"),
        }
    }
}

/// Whether a literal is a float or an integer, and that it is one.
fn check(tok: Tok, text: &str, negative: bool) -> Result<Tok, Problem> {
    let radix = radix(text);
    let exponent = radix == 10 && text.contains(['e', 'E']);
    if tok == Tok::Float || exponent {
        return match parse_float(text) {
            Some(value) if value.is_finite() => Ok(Tok::Float),
            Some(_) => Err(Problem::TooLarge),
            None => Err(Problem::Malformed),
        };
    }
    let digits = if radix == 10 { text } else { &text[2..] };
    if !digits.chars().all(|c| c == '_' || c.is_digit(radix))
        || !digits.contains(|c: char| c.is_digit(radix))
    {
        return Err(Problem::Malformed);
    }
    match (magnitude(digits, radix), negative) {
        (Some(value), _) if value <= i64::MAX as u64 => Ok(Tok::Int),
        (Some(value), true) if value == i64::MIN.unsigned_abs() => Ok(Tok::Int),
        _ => Err(Problem::OutOfRange),
    }
}

fn radix(text: &str) -> u32 {
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    }
}

fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    let mut value = 0u64;
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        value = value
            .checked_mul(u64::from(radix))?
            .checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// The value of an integer literal that the lexer has accepted.
pub fn parse_int(text: &str) -> i64 {
    let (negative, text) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let radix = radix(text);
    let value = magnitude(if radix == 10 { text } else { &text[2..] }, radix).unwrap_or(0);
    if negative {
        (value as i64).wrapping_neg()
    } else {
        value as i64
    }
}

/// The value of a float literal, infinite if it is out of range; `None` if it is not one.
pub fn parse_float(text: &str) -> Option<f64> {
    let allowed =
        |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-');
    if !text.bytes().all(allowed) {
        return None;
    }
    match text.contains('_') {
        true => text.replace('_', "").parse().ok(),
        false => text.parse().ok(),
    }
}

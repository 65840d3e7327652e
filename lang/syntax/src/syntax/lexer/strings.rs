//! Strings: parts between interpolations, escapes, and the indentation of `"""` texts.

use std::ops::Range;

use smol_str::SmolStr;

use super::Lexer;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::token::{TextId, Tok};

/// A string that is being read, from its opening quotes on.
pub(super) struct OpenString {
    /// `"""`.
    triple: bool,
    /// Index of the `StrOpen` token.
    open_token: usize,
    /// First byte of the opening quotes.
    start: usize,
    /// Text parts with the slot for each one's decoded form.
    pieces: Vec<(TextId, Range<usize>)>,
    /// Brackets open inside the current interpolation.
    brackets: usize,
    /// `do` and `fn` minus `end` inside the current interpolation.
    blocks: isize,
    /// Whether a `let` stands in the current interpolation, so that an `else` may be its own.
    has_let: bool,
    /// Whether the current interpolation was reported for going on over a line break.
    goes_on: bool,
}

impl OpenString {
    /// Whether a line break here means that the string was never closed.
    pub(super) fn ends_at_line_break(&self) -> bool {
        !self.triple && !self.goes_on && self.brackets == 0 && self.blocks <= 0
    }
}

/// How the scan of a text part ended, with the byte offset of what ended it.
enum PieceEnd {
    Quotes,
    Interpolation,
    LineBreak,
    EndOfFile,
}

impl Lexer<'_, '_> {
    /// Reads a string from its first quote.
    pub(super) fn string(&mut self) {
        let start = self.inner.span().start;
        let triple = self.inner.remainder().starts_with("\"\"");
        if triple {
            self.inner.bump(2);
        }
        let open_token = self.out.tokens.len();
        self.push_at(Tok::StrOpen, start, self.inner.span().end);
        let open = OpenString {
            triple,
            open_token,
            start,
            pieces: Vec::new(),
            brackets: 0,
            blocks: 0,
            has_let: false,
            goes_on: false,
        };
        self.string_text(open);
    }

    /// Watches a token inside an interpolation; true if it was the `}` that ends it.
    pub(super) fn inside_interpolation(&mut self, tok: Tok) -> bool {
        let Some(open) = self.open_strings.last_mut() else {
            return false;
        };
        match tok {
            Tok::LParen | Tok::LBracket | Tok::LBrace | Tok::MapOpen => open.brackets += 1,
            Tok::RBrace if open.brackets == 0 => {
                self.push(Tok::InterpClose);
                if let Some(open) = self.open_strings.pop() {
                    self.string_text(open);
                }
                return true;
            }
            Tok::RParen | Tok::RBracket | Tok::RBrace => {
                open.brackets = open.brackets.saturating_sub(1)
            }
            Tok::Do | Tok::Fn => open.blocks += 1,
            Tok::End => open.blocks -= 1,
            Tok::Let => open.has_let = true,
            // The `else` of a `let` has an `end` of its own. One `else` of an `if` counted too many only makes
            // the message about a string that never ends come later.
            Tok::Else if open.has_let => open.blocks += 1,
            _ => {}
        }
        false
    }

    /// Reads text parts until the string ends or an interpolation starts.
    fn string_text(&mut self, mut open: OpenString) {
        let from = self.inner.span().end;
        let (end, how) = piece_end(self.text, from, open.triple);
        self.inner.bump(end - from);
        if end > from {
            let slot = self.out.texts.len() as TextId;
            self.out.texts.push(SmolStr::default());
            open.pieces.push((slot, from..end));
            self.push_at(Tok::StrText(slot), from, end);
        }
        match how {
            PieceEnd::Quotes => {
                let length = if open.triple { 3 } else { 1 };
                self.inner.bump(length);
                self.finish_string(open, end, end + length);
            }
            PieceEnd::Interpolation => {
                self.inner.bump(2);
                self.push_at(Tok::InterpOpen, end, end + 2);
                (open.brackets, open.blocks, open.goes_on) = (0, 0, false);
                self.open_strings.push(open);
            }
            PieceEnd::LineBreak | PieceEnd::EndOfFile => {
                self.unterminated(&open);
                self.finish_string(open, end, end);
            }
        }
    }

    /// Decodes the parts and, without interpolation, folds the string into one token.
    fn finish_string(&mut self, open: OpenString, quotes: usize, end: usize) {
        let indent = if open.triple {
            closing_indent(self.text, open.start, quotes)
        } else {
            ""
        };
        for (index, (slot, range)) in open.pieces.iter().enumerate() {
            let mut raw = range.clone();
            if open.triple && index == 0 && raw.start == open.start + 3 {
                raw.start += leading_line_break(&self.text[raw.clone()]);
            }
            if open.triple && raw.end == quotes {
                raw.end -= trailing_blanks(&self.text[raw.clone()], indent);
            }
            let lines = if open.triple {
                self.strip_indent(raw.clone(), indent, raw.start > range.start)
            } else {
                None
            };
            let text = match lines {
                Some(stripped) => self.decode(&stripped, range.start),
                None => self.decode(&self.text[raw.clone()], raw.start),
            };
            self.out.texts[*slot as usize] = text;
        }
        let parts = self.out.tokens.len() - open.open_token;
        if parts <= 2 && open.pieces.len() == parts - 1 {
            let slot = open
                .pieces
                .first()
                .map_or(self.out.texts.len() as TextId, |piece| piece.0);
            if open.pieces.is_empty() {
                self.out.texts.push(SmolStr::default());
            }
            self.out.tokens.truncate(open.open_token + 1);
            let token = &mut self.out.tokens[open.open_token];
            (token.tok, token.end) = (Tok::Str(slot), end as u32);
        } else {
            self.push_at(Tok::StrClose, quotes, end);
        }
    }

    /// Removes the closing delimiter's indentation from every line; `None` if there is nothing to do.
    fn strip_indent(
        &mut self,
        raw: Range<usize>,
        indent: &str,
        at_line_start: bool,
    ) -> Option<String> {
        let text = &self.text[raw.clone()];
        if indent.is_empty() && !text.contains('\r') {
            return None;
        }
        let mut stripped = String::with_capacity(text.len());
        let mut offset = raw.start;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let starts_line = index > 0 || at_line_start;
            let rest = if starts_line {
                line.strip_prefix(indent)
            } else {
                Some(line)
            };
            match rest {
                Some(rest) => stripped.push_str(rest),
                None if line.trim().is_empty() => {
                    stripped.push_str(line.trim_start_matches([' ', '\t']))
                }
                None => {
                    self.bad_indentation(offset, line);
                    stripped.push_str(line.trim_start_matches([' ', '\t']));
                }
            }
            offset += line.len();
        }
        Some(stripped.replace("\r\n", "\n"))
    }

    fn bad_indentation(&mut self, offset: usize, line: &str) {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let span = self.span(offset, offset + blanks);
        self.report(
            Diagnostic::new(
                Code::BAD_INDENTATION,
                span,
                "this line is indented less than the closing `\"\"\"`",
            )
            .label("too little indentation")
            .note("the indentation of the closing quotes is removed from every line of the text")
            .help("indent the line at least as far as the closing quotes"),
        );
    }

    /// Replaces escapes by what they stand for. `offset` is where the text stands in the source.
    fn decode(&mut self, text: &str, offset: usize) -> SmolStr {
        if !text.contains('\\') {
            return SmolStr::new(text);
        }
        let mut decoded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            decoded.push_str(&rest[..at]);
            let escape = &rest[at..];
            let (character, length) = match decode_escape(escape) {
                Ok(found) => found,
                Err(length) => {
                    self.bad_escape(offset + text.len() - escape.len(), &escape[..length]);
                    ('\u{fffd}', length)
                }
            };
            decoded.push(character);
            rest = &escape[length..];
        }
        decoded.push_str(rest);
        SmolStr::new(decoded)
    }

    fn bad_escape(&mut self, start: usize, escape: &str) {
        // At the end of a line the backslash alone is shown.
        let escape = escape.trim_end();
        let span = self.span(start, start + escape.len());
        let message = if escape.starts_with("\\u") {
            "a Unicode escape is `\\u{…}` with one to six hexadecimal digits of a character"
                .to_owned()
        } else {
            format!("unknown escape `{escape}`")
        };
        self.report(
            Diagnostic::new(Code::BAD_ESCAPE, span, message)
                .label("not an escape")
                .help("escapes are \\n \\t \\r \\0 \\\\ \\\" \\$ and \\u{1F600}; a backslash itself is \\\\"),
        );
    }

    fn unterminated(&mut self, open: &OpenString) {
        if self.open_strings.last().is_some_and(|outer| !outer.triple) {
            // The line ends within the interpolation of a string around it, which is reported.
            return;
        }
        let quotes = if open.triple { "\"\"\"" } else { "\"" };
        let span = self.span(open.start, open.start + quotes.len());
        let help = if open.triple {
            "close it with `\"\"\"`"
        } else {
            "close it with `\"` on the same line, or use `\"\"\"` for text of several lines"
        };
        self.report(
            Diagnostic::new(
                Code::UNTERMINATED_STRING,
                span,
                "this string is never closed",
            )
            .label("opened here")
            .help(help),
        );
    }

    /// A line break inside the interpolation of a one-line string: both end here, unless the next line clearly goes on with it.
    pub(super) fn interpolation_cut_off(&mut self, at: usize) {
        if closes_interpolation(&self.text[at + 1..])
            && let Some(open) = self.open_strings.last_mut()
        {
            open.goes_on = true;
            let start = open.start;
            let span = self.span(start, start + 1);
            self.report(
                Diagnostic::new(
                    Code::UNTERMINATED_STRING,
                    span,
                    "the interpolation of a string of one line must end on it",
                )
                .label("opened here")
                .secondary(self.span(at, at), "the line ends inside its `${`")
                .help("put it into parentheses, give it a name with `let`, or write a text with `\"\"\"`"),
            );
            return;
        }
        while self
            .open_strings
            .last()
            .is_some_and(OpenString::ends_at_line_break)
        {
            let Some(open) = self.open_strings.pop() else {
                break;
            };
            let span = self.span(open.start, open.start + 1);
            self.report(
                Diagnostic::new(
                    Code::UNTERMINATED_STRING,
                    span,
                    "this string is never closed",
                )
                .label("opened here")
                .secondary(self.span(at, at), "the line ends inside its `${`")
                .help("close the interpolation with `}` and the string with `\"`"),
            );
            self.close_string_at(open, at);
        }
        self.line_start = true;
    }

    pub(super) fn close_strings_at_end(&mut self) {
        while let Some(open) = self.open_strings.pop() {
            self.unterminated(&open);
            self.close_string_at(open, self.text.len());
        }
    }

    fn close_string_at(&mut self, open: OpenString, at: usize) {
        self.line_start = false;
        self.push_at(Tok::InterpClose, at, at);
        self.finish_string(open, at, at);
    }
}

fn piece_end(text: &str, from: usize, triple: bool) -> (usize, PieceEnd) {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' if !triple || bytes[at..].starts_with(b"\"\"\"") => return (at, PieceEnd::Quotes),
            b'$' if bytes.get(at + 1) == Some(&b'{') => return (at, PieceEnd::Interpolation),
            b'\n' if !triple => return (at, PieceEnd::LineBreak),
            b'\\' if bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    (bytes.len(), PieceEnd::EndOfFile)
}

/// Whether the first line of a text ends an interpolation and the string around it.
fn closes_interpolation(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let Some((before, after)) = line.split_once('}') else {
        return false;
    };
    !before.contains(['"', '{']) && after.contains('"')
}

/// The blanks before the closing quotes, if nothing else stands before them on their line.
fn closing_indent(text: &str, open: usize, quotes: usize) -> &str {
    let before = &text[open..quotes];
    let Some(line) = before.rfind('\n') else {
        return "";
    };
    let indent = &before[line + 1..];
    if indent.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
        indent
    } else {
        ""
    }
}

fn leading_line_break(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}

/// Length of the closing delimiter's indentation at the end of the last part.
fn trailing_blanks(text: &str, indent: &str) -> usize {
    let alone = text
        .strip_suffix(indent)
        .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    if alone { indent.len() } else { 0 }
}

/// The character an escape stands for and the escape's length, or the length of a wrong one.
fn decode_escape(escape: &str) -> Result<(char, usize), usize> {
    let mut chars = escape.chars();
    chars.next();
    let simple = match chars.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('0') => '\0',
        Some(c @ ('\\' | '"' | '$')) => c,
        Some('u') => return decode_unicode(escape),
        Some(other) => return Err(1 + other.len_utf8()),
        None => return Err(1),
    };
    Ok((simple, 2))
}

fn decode_unicode(escape: &str) -> Result<(char, usize), usize> {
    let Some(digits) = escape.strip_prefix("\\u{") else {
        return Err(2);
    };
    let Some(length) = digits.find('}') else {
        return Err(3);
    };
    let digits = &digits[..length];
    let valid = (1..=6).contains(&length) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = if valid {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    };
    code.and_then(char::from_u32)
        .map(|character| (character, length + 4))
        .ok_or(length + 4)
}

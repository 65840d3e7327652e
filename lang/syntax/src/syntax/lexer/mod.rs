//! Source text to tokens: logos recognises them, and this driver adds what a regular language
//! cannot: nested comments, strings with interpolation to any depth, and names after a dot.

mod number;
pub use number::{parse_float, parse_int};
mod strings;

use logos::Logos;
use smol_str::SmolStr;

use self::strings::OpenString;
use super::ast::{Comment, FileId, Span};
use super::token::Tok;
use crate::diagnostics::{Code, Diagnostic, Sink};

/// A token with its place and whether a line break stands before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LexedToken {
    /// What it is.
    pub tok: Tok,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Whether it is the first token of its line.
    pub first_on_line: bool,
}

/// A doc comment line without its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocLine {
    /// The whole comment's place.
    pub span: Span,
    /// `##!` (about the module) instead of `##`.
    pub module: bool,
}

/// Everything the lexer finds in a file.
#[derive(Debug, Default)]
pub struct Lexed {
    /// Tokens in order; line breaks only as flags.
    pub tokens: Vec<LexedToken>,
    /// Decoded texts of string parts, addressed by the tokens.
    pub texts: Vec<SmolStr>,
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// Doc comments in order.
    pub docs: Vec<DocLine>,
}

/// Splits a text into tokens. Mistakes go to the sink; what can be no token is [`Tok::Unknown`].
pub fn lex(file: FileId, text: &str, sink: &mut Sink) -> Lexed {
    let mut lexer = Lexer {
        file,
        text,
        inner: Tok::lexer(text),
        out: Lexed::default(),
        open_strings: Vec::new(),
        line_start: true,
        unknown: None,
        misused: Vec::new(),
        sink,
    };
    lexer.out.tokens.reserve(text.len() / 4);
    lexer.skip_byte_order_mark();
    lexer.run();
    lexer.out
}

/// Gives the places of a text's tokens, mistakes included.
pub fn each_token(text: &str, mut take: impl FnMut(std::ops::Range<usize>)) {
    for token in lex(FileId(0), text, &mut Sink::new()).tokens {
        take(token.start as usize..token.end as usize);
    }
}

struct Lexer<'s, 'd> {
    file: FileId,
    text: &'s str,
    inner: logos::Lexer<'s, Tok>,
    out: Lexed,
    /// Strings whose interpolation is being read, outermost first.
    open_strings: Vec<OpenString>,
    /// Whether only blanks and comments were seen since the last line break.
    line_start: bool,
    /// The character on this line that could start no token.
    unknown: Option<char>,
    /// Keywords that were bound as names, which was reported.
    misused: Vec<Tok>,
    sink: &'d mut Sink,
}

impl<'s> Lexer<'s, '_> {
    fn run(&mut self) {
        loop {
            match self.inner.next() {
                Some(Ok(tok)) => self.token(tok),
                Some(Err(())) => self.unknown_character(),
                None => break,
            }
        }
        self.close_strings_at_end();
    }

    fn token(&mut self, tok: Tok) {
        match tok {
            Tok::Newline => self.line_break(),
            Tok::Hash => self.comment(),
            Tok::Quote => self.string(),
            Tok::SingleQuote => self.single_quoted(),
            Tok::Ident => self.name(),
            Tok::Atom => self.atom(),
            Tok::Int | Tok::Float => self.number(tok),
            Tok::PlusPlus | Tok::Minus if self.is_step(tok) => self.step(tok),
            Tok::Do | Tok::Else if self.is_keyword_argument() => self.push(Tok::Unknown),
            _ if self.is_name_here(tok) => self.push(Tok::Ident),
            _ if self.is_bound_here(tok) => self.keyword_as_name(tok),
            _ if self.is_misused_here(tok) => self.push(Tok::Ident),
            _ => {
                if self.open_strings.is_empty() || !self.inside_interpolation(tok) {
                    self.push(tok);
                }
            }
        }
    }

    fn push(&mut self, tok: Tok) {
        let range = self.inner.span();
        self.push_at(tok, range.start, range.end);
    }

    fn push_at(&mut self, tok: Tok, start: usize, end: usize) {
        let first_on_line = std::mem::take(&mut self.line_start);
        self.out.tokens.push(LexedToken {
            tok,
            start: start as u32,
            end: end as u32,
            first_on_line,
        });
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            file: self.file,
            start: start as u32,
            end: end as u32,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    fn skip_byte_order_mark(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.inner.bump('\u{feff}'.len_utf8());
        }
    }

    fn line_break(&mut self) {
        let at = self.inner.span().start;
        self.line_start = true;
        self.unknown = None;
        if self
            .open_strings
            .last()
            .is_some_and(OpenString::ends_at_line_break)
        {
            self.interpolation_cut_off(at);
        }
    }

    /// A name; words that start with a capital are kept apart.
    fn name(&mut self) {
        if self.else_if_word() {
            return;
        }
        let capital = self
            .inner
            .slice()
            .chars()
            .next()
            .is_some_and(char::is_uppercase);
        self.push(if capital { Tok::Upper } else { Tok::Ident });
    }

    /// Whether something that a value ends with ends here. The `>>` of bytes are two tokens yet.
    fn ends_operand_at(&self, at: usize) -> bool {
        match self.out.tokens.as_slice() {
            [.., last] if last.end as usize != at => false,
            [.., first, second] if second.tok == Tok::Gt => {
                first.tok == Tok::Gt && first.end == second.start
            }
            [.., last] => last.tok.ends_operand(),
            [] => false,
        }
    }

    /// `:name`, or a colon and a name where something stands directly before it (`T:Ord`).
    fn atom(&mut self) {
        let range = self.inner.span();
        if !self.ends_operand_at(range.start) {
            return self.push(Tok::Atom);
        }
        self.push_at(Tok::Colon, range.start, range.start + 1);
        let word = &self.text[range.start + 1..range.end];
        let tok = match Tok::lexer(word).next() {
            Some(Ok(Tok::Ident)) | None | Some(Err(())) if word.starts_with(char::is_uppercase) => {
                Tok::Upper
            }
            Some(Ok(tok)) => tok,
            _ => Tok::Ident,
        };
        self.push_at(tok, range.start + 1, range.end);
    }

    /// Whether a keyword is an ordinary name: after a dot, and where a function of that name is defined.
    fn is_name_here(&self, tok: Tok) -> bool {
        if !tok.is_keyword() && !tok.is_soft_keyword() {
            return false;
        }
        match self.out.tokens.last().map(|last| last.tok) {
            Some(Tok::Dot) => true,
            Some(Tok::Fn) => self.inner.remainder().starts_with(['(', '<']),
            _ => false,
        }
    }

    /// Whether a keyword stands where a `let` binds a name: `let end = 1`.
    fn is_bound_here(&self, tok: Tok) -> bool {
        let after_let = self
            .out
            .tokens
            .last()
            .is_some_and(|last| last.tok == Tok::Let);
        if !after_let {
            return false;
        }
        let rest = self.inner.remainder().trim_start_matches([' ', '\t']);
        let literal = matches!(tok, Tok::True | Tok::False | Tok::Nil);
        tok.is_keyword() && !literal && rest.starts_with('=') && !rest.starts_with("==")
    }

    /// Reports a keyword as a name, and reads it as one, so that blocks still match.
    fn keyword_as_name(&mut self, tok: Tok) {
        let range = self.inner.span();
        let span = self.span(range.start, range.end);
        let word = self.inner.slice();
        self.report(
            Diagnostic::new(
                Code::UNEXPECTED_TOKEN,
                span,
                format!("{tok} is a keyword and cannot be a name"),
            )
            .label("keyword")
            .help(format!("choose another name, such as `{word}_`")),
        );
        self.misused.push(tok);
        self.push(Tok::Ident);
    }

    /// Whether a keyword that was bound as a name is used as one: within an expression, as an operand that something else follows.
    fn is_misused_here(&self, tok: Tok) -> bool {
        if self.line_start || !self.misused.contains(&tok) {
            return false;
        }
        let starts_operand = self.out.tokens.last().is_some_and(|last| {
            matches!(last.tok, Tok::LParen | Tok::LBracket | Tok::InterpOpen)
                || last.tok.continues_after() && !matches!(last.tok, Tok::Arrow | Tok::Do)
        });
        let rest = self.inner.remainder().trim_start_matches([' ', '\t', '\r']);
        let ends = |c: char| ")]},.;+-*/%<>=|\n".contains(c);
        starts_operand && rest.chars().next().is_none_or(ends)
    }

    /// `elif c do`: reported, and read as `else if`.
    fn else_if_word(&mut self) -> bool {
        if !matches!(self.inner.slice(), "elif" | "elsif" | "elseif") {
            return false;
        }
        let rest = self.inner.remainder();
        let condition = rest.trim_start_matches([' ', '\t']);
        let goes_on = rest.starts_with([' ', '\t'])
            && !condition.starts_with(['=', ',', ')', '.', ':', ']', '\n', '+', '*']);
        let fits = self.line_start
            || self
                .out
                .tokens
                .last()
                .is_some_and(|last| last.tok.ends_operand());
        if !goes_on || !fits {
            return false;
        }
        let range = self.inner.span();
        let span = self.span(range.start, range.end);
        self.report(
            Diagnostic::new(
                Code::FOREIGN_SYNTAX,
                span,
                "a further condition is `else if c do`",
            )
            .label("write `else if` here"),
        );
        self.push_at(Tok::Else, range.start, range.start + 2);
        self.push_at(Tok::If, range.start + 2, range.end);
        true
    }

    /// Whether `x++` or `x--` ends a line, as a statement of another language.
    fn is_step(&self, tok: Tok) -> bool {
        let range = self.inner.span();
        let touches = self.out.tokens.last().is_some_and(|last| {
            last.end as usize == range.start && matches!(last.tok, Tok::Ident | Tok::RBracket)
        });
        let rest = self.inner.remainder();
        let rest = match tok {
            Tok::Minus => rest.strip_prefix('-'),
            _ => Some(rest),
        };
        let after = rest.map(|rest| rest.trim_start_matches([' ', '\t', '\r']));
        touches && after.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', ';', '#']))
    }

    /// `x++`, `x--`.
    fn step(&mut self, tok: Tok) {
        let start = self.inner.span().start;
        if tok == Tok::Minus {
            self.inner.bump(1);
        }
        let end = self.inner.span().end;
        let sign = &self.text[end - 1..end];
        let name = self.out.tokens.last().filter(|last| last.tok == Tok::Ident);
        let name = name.map_or("x", |last| {
            &self.text[last.start as usize..last.end as usize]
        });
        let diagnostic = Diagnostic::new(
            Code::FOREIGN_SYNTAX,
            self.span(start, end),
            format!("names cannot be changed, so there is no `{sign}{sign}`"),
        )
        .label("not an operator on numbers")
        .help(format!(
            "bind the new value: `let {name} = {name} {sign} 1`"
        ));
        self.report(match tok {
            Tok::PlusPlus => diagnostic.note("`a ++ b` joins two lists"),
            _ => diagnostic,
        });
        self.push_at(Tok::Unknown, start, end);
    }

    /// Whether a keyword is written as in `if c, do: a, else: b`; the block that lacks its `do` reports it.
    fn is_keyword_argument(&self) -> bool {
        let rest = self.inner.remainder();
        rest.starts_with(": ")
    }

    /// A comment from its `#`: to the end of the line, or a block that nests.
    fn comment(&mut self) {
        let start = self.inner.span().start;
        let rest = self.inner.remainder();
        if rest.starts_with('=') {
            return self.block_comment(start);
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        self.inner.bump(length);
        let text = rest[..length].trim_end();
        let span = self.span(start, start + 1 + text.len());
        if let Some(doc) = text.strip_prefix('#') {
            self.out.docs.push(DocLine {
                span,
                module: doc.starts_with('!'),
            });
        }
        self.out.comments.push(Comment {
            span,
            own_line: self.line_start,
        });
    }

    fn block_comment(&mut self, start: usize) {
        let rest = self.inner.remainder().as_bytes();
        let own_line = self.line_start;
        let (mut depth, mut at, mut breaks) = (1usize, 1, false);
        while depth > 0 {
            match rest.get(at) {
                None => break,
                Some(b'#') if rest.get(at + 1) == Some(&b'=') => (depth, at) = (depth + 1, at + 2),
                Some(b'=') if rest.get(at + 1) == Some(&b'#') => (depth, at) = (depth - 1, at + 2),
                Some(byte) => {
                    breaks |= *byte == b'\n';
                    at += 1;
                }
            }
        }
        self.inner.bump(at);
        self.line_start |= breaks;
        self.out.comments.push(Comment {
            span: self.span(start, start + 1 + at),
            own_line,
        });
        if depth > 0 {
            let opening = self.span(start, start + 2);
            self.report(
                Diagnostic::new(
                    Code::UNTERMINATED_COMMENT,
                    opening,
                    "this block comment is never closed",
                )
                .label("opened here")
                .help("close it with `=#`; block comments nest, so every `#=` needs its own"),
            );
        }
    }

    /// A text in single quotes: reported, and read as the string that was meant.
    fn single_quoted(&mut self) {
        let start = self.inner.span().start;
        let rest = self.inner.remainder();
        let line = rest.find('\n').unwrap_or(rest.len());
        let Some(length) = rest[..line].find('\'') else {
            return self.unknown_character();
        };
        self.inner.bump(length + 1);
        let end = start + length + 2;
        let text = &self.text[start + 1..end - 1];
        self.report(
            Diagnostic::new(
                Code::FOREIGN_SYNTAX,
                self.span(start, end),
                "text is written in double quotes",
            )
            .label("single quotes have no meaning in Snow")
            .help(format!("write \"{text}\"")),
        );
        let id = self.out.texts.len() as u32;
        self.out.texts.push(SmolStr::new(text));
        self.push_at(Tok::Str(id), start, end);
    }

    fn unknown_character(&mut self) {
        let range = self.inner.span();
        // An error token may cover several bytes; one character is enough to say what is wrong.
        let character = self.text[range.start..]
            .chars()
            .next()
            .unwrap_or('\u{fffd}');
        let rest = &self.text[range.start + character.len_utf8()..];
        let help = match character {
            '&' if rest.starts_with(['(', '1']) => {
                Some("a closure is written `fn x -> … end`, with names for its parameters")
            }
            '&' => {
                Some("use `and` or `&&`; a function is passed by its bare name: `String.length`")
            }
            '@' => Some("Snow has no module attributes; use a function or a `let`"),
            '^' => Some("a name in a pattern always binds; compare in a guard: `x when x == y`"),
            '\\' => Some("a closure is written `fn x -> … end`"),
            '\'' => Some("text is written in double quotes"),
            '`' => Some("backquotes have no meaning in Snow"),
            '$' => Some("`${…}` interpolates inside a string only"),
            _ => None,
        };
        let span = self.span(range.start, range.start + character.len_utf8());
        self.push_at(Tok::Unknown, range.start, range.end);
        // One on a line is enough to say so: `&(&1 + &2)`.
        if self.unknown.replace(character) == Some(character) {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::UNKNOWN_CHARACTER,
                span,
                format!("`{}` cannot stand here", character.escape_debug()),
            )
            .label("no token starts with this character")
            .maybe_help(help.map(str::to_owned)),
        );
    }
}

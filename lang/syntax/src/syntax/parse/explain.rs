//! Failures as diagnostics: what was being read, what was expected, what stands there, and, for
//! habits from other languages, what to write instead.

use super::context::AssocType;
use super::failure::Failure;
use super::habits;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::syntax::layout::Token;
use crate::syntax::token::Tok;

/// What a stretch of tokens was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Expression,
    Statement,
    Arm,
    ClosureHead,
    BlockParams,
    Item,
    Field,
    Variant,
    Member,
    ServiceMember,
    Setting,
}

impl Reading {
    fn name(self) -> &'static str {
        match self {
            Reading::Expression => "this expression",
            Reading::Statement => "this statement",
            Reading::Arm => "the pattern of this arm",
            Reading::ClosureHead => "the parameters of this closure",
            Reading::BlockParams => "the parameters of this block",
            Reading::Item => "this item",
            Reading::Field => "this field",
            Reading::Variant => "this variant",
            Reading::Member => "this member",
            Reading::ServiceMember => "this member of a service",
            Reading::Setting => "this setting",
        }
    }
}

/// Where and why a stretch of tokens does not parse.
pub(super) struct Trouble<'a> {
    pub reading: Reading,
    pub tokens: &'a [Token],
    /// Index of the token that does not fit; the number of tokens at their end.
    pub at: usize,
    pub text: &'a str,
    /// What would fit.
    pub expected: Vec<String>,
}

impl Trouble<'_> {
    pub fn tok(&self, index: usize) -> Option<Tok> {
        self.tokens.get(index).map(|token| token.0)
    }

    pub fn found(&self) -> Option<Tok> {
        self.tok(self.at)
    }

    pub fn before(&self) -> Option<Tok> {
        self.at.checked_sub(1).and_then(|index| self.tok(index))
    }

    pub fn text_at(&self, index: usize) -> &str {
        self.tokens
            .get(index)
            .map_or("", |token| text_of(self.text, token.1))
    }

    /// The place of the token that does not fit, or just after the last one.
    pub fn place(&self) -> Span {
        match (self.tokens.get(self.at), self.tokens.last()) {
            (Some(token), _) => token.1,
            (None, Some(last)) => Span {
                start: last.1.end,
                ..last.1
            },
            (None, None) => Span::default(),
        }
    }

    /// How the token that does not fit is called.
    pub fn found_name(&self) -> String {
        match self.found() {
            None => "the end of the line".to_owned(),
            Some(
                Tok::Ident
                | Tok::Upper
                | Tok::Int
                | Tok::Float
                | Tok::Atom
                | Tok::SlotPipe
                | Tok::Unknown,
            ) => format!("`{}`", self.text_at(self.at)),
            Some(tok) => tok.to_string(),
        }
    }
}

fn text_of(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or("")
}

/// The diagnostic for a stretch of tokens that does not parse.
pub(super) fn explain(
    reading: Reading,
    failure: Option<&Failure>,
    tokens: &[Token],
    text: &str,
) -> Diagnostic {
    let start = failure.map_or(0, |failure| failure.start);
    let at = tokens.partition_point(|token| token.1.start < start);
    let expected = failure.map_or_else(Vec::new, |failure| failure.expected.names());
    let trouble = Trouble {
        reading,
        tokens,
        at,
        text,
        expected,
    };
    habits::recognise(&trouble).unwrap_or_else(|| unexpected(&trouble))
}

/// Names of expectations, most telling first, at most four of them.
fn list(expected: &[String]) -> String {
    let mut names: Vec<&str> = expected.iter().map(String::as_str).collect();
    // Where brackets of all kinds may open, an expression may stand.
    let opening = ["`(`", "`[`", "`<<`", "`%{`"];
    if opening.iter().all(|bracket| names.contains(bracket)) {
        let closing = ["`)`", "`]`", "`}`", "`>>`"];
        names.retain(|name| closing.contains(name));
        names.push("an expression");
    }
    // What merely could go on says little beside what has to come.
    let optional = |name: &str| matches!(name, "an operator" | "the end of the line" | "`,`");
    if names.iter().any(|name| !optional(name)) {
        names.retain(|name| !optional(name) || *name == "`,`");
    }
    names.truncate(4);
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn unexpected(trouble: &Trouble<'_>) -> Diagnostic {
    let expected = list(&trouble.expected);
    let found = trouble.found_name();
    let message = match (trouble.found(), expected.is_empty()) {
        (None, false) => format!(
            "{} is not finished: expected {expected}",
            trouble.reading.name()
        ),
        (_, true) => format!("{found} cannot stand here"),
        (_, false) => format!("expected {expected}, found {found}"),
    };
    let label = if expected.is_empty() {
        "not expected here".to_owned()
    } else {
        format!("expected {expected}")
    };
    let mut diagnostic =
        Diagnostic::new(Code::UNEXPECTED_TOKEN, trouble.place(), message).label(label);
    if trouble.found().is_some()
        && let Some(first) = trouble.tokens.first().filter(|_| trouble.at > 0)
    {
        diagnostic =
            diagnostic.secondary(first.1, format!("while reading {}", trouble.reading.name()));
    }
    diagnostic
}

// Mistakes that the readers of groups find themselves.

pub(super) fn unexpected_parameters(place: Span) -> Diagnostic {
    Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "this block takes no parameters")
        .label("not expected here")
        .help("only a block after a call has parameters; put parentheses around that call: `if (each(xs) do |x| … end) do`")
}

pub(super) fn no_body(name: Span, clause: Span) -> Diagnostic {
    let place = Span {
        start: clause.end,
        ..clause
    };
    Diagnostic::new(Code::MISSING_DO, place, "this function has no body")
        .label("expected `do` or `=` here")
        .secondary(name, "this function")
        .help("write `do … end` around the body, or `= expression` for a body of one line")
}

/// `type Item` in an implementation.
pub(super) fn associated_type(line: &AssocType) -> Diagnostic {
    let name = &line.name.name;
    Diagnostic::new(
        Code::UNEXPECTED_TOKEN,
        line.name.span,
        format!("this implementation does not say what `{name}` is"),
    )
    .label("associated type")
    .help(format!("write `type {name} = …`"))
}

pub(super) fn one_tuple(comma: Span) -> Diagnostic {
    Diagnostic::new(
        Code::UNEXPECTED_TOKEN,
        comma,
        "a tuple has two or more parts",
    )
    .label("remove this comma")
    .help("use the value itself, or a struct if it needs a name")
}

pub(super) fn fat_arrow(place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::FOREIGN_SYNTAX,
        place,
        "the arrow of an arm or closure is `->`",
    )
    .label("write `->` here")
    .note("`=>` stands between key and value of a map")
}

pub(super) fn arm_without_arrow(place: Span) -> Diagnostic {
    Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "this arm has no `->`")
        .label("expected `pattern -> body`")
        .help("arms are written `pattern -> body`, one after the other on lines of their own")
}

pub(super) fn empty_arm(place: Span) -> Diagnostic {
    Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "this arm has no body")
        .label("expected an expression after `->`")
        .help("write `-> ()` if there is nothing to do")
}

pub(super) fn after_without_time(place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::UNEXPECTED_TOKEN,
        place,
        "`after` needs a time in milliseconds",
    )
    .label("expected `after ms -> body`")
    .help("for example `after 1000 -> ()`")
}

pub(super) fn empty_closure(place: Span) -> Diagnostic {
    Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "this closure has no body")
        .label("expected an expression before `end`")
        .help("write `()` if there is nothing to do")
}

pub(super) fn closure_without_arrow(
    open: Span,
    place: Span,
    tokens: &[Token],
    text: &str,
) -> Diagnostic {
    let first = tokens.first().map(|token| token.0);
    let named =
        first == Some(Tok::Ident) && tokens.get(1).is_some_and(|token| token.0 == Tok::LParen);
    if let (true, Some(name)) = (named, tokens.first()) {
        return nested_function(name.1, text);
    }
    Diagnostic::new(
        Code::UNEXPECTED_TOKEN,
        place,
        "this closure has neither `->` nor `do`",
    )
    .label("expected `->` after the parameters")
    .secondary(open, "the closure starts here")
    .help("a closure is written `fn x -> body end` or `fn x do … end`")
}

pub(super) fn nested_function(name: Span, text: &str) -> Diagnostic {
    let word = text_of(text, name);
    Diagnostic::new(
        Code::FOREIGN_SYNTAX,
        name,
        "a function with a name cannot stand inside another",
    )
    .label("not allowed here")
    .help(format!(
        "move it to the top level, or write `let {word} = fn … -> … end`"
    ))
}

//! One mistake is one error: mistakes are planted into correct programs, each in a function of its own, and each must give one error.
//!
//! After a mistake in types, those that are inferred of its function are doubtful, and callers are not held to them; and of a value that a
//! function with a mistake gives, fields are not looked up. So such mistakes may give fewer errors, down to one, but never more.

mod support;

use std::ops::Range;

use snow_lang::diagnostics::{Diagnostic, Severity, Sink};
use snow_lang::syntax::ast::FileId;
use snow_lang::syntax::lexer::{LexedToken, lex};
use snow_lang::syntax::token::Tok;
use support::random::Random;

/// A place for a mistake, and the text that makes it one.
#[derive(Clone, Debug)]
struct Mistake {
    what: &'static str,
    at: Range<usize>,
    text: String,
}

impl Mistake {
    /// Whether it makes what is inferred of its function doubtful, or may go unnoticed where that is.
    fn in_types(&self) -> bool {
        matches!(self.what, "condition of another type" | "unknown field")
    }
}

/// The tokens of a program with their texts.
struct Program<'t> {
    text: &'t str,
    tokens: Vec<LexedToken>,
}

#[test]
fn planted_mistakes_are_as_many_errors() {
    let programs = programs();
    assert!(programs.len() > 60, "{} programs", programs.len());
    let mut wrong = Vec::new();
    let mut planted = 0;
    for (path, text) in &programs {
        let mut random = Random::new(path.len() as u64 * 31 + text.len() as u64);
        let program = Program::new(text);
        let functions = program.functions();
        for round in 0..6 {
            let count = round % 3 + 1;
            let mistakes = program.mistakes(&functions, count, &mut random);
            planted += mistakes.len();
            if let Some(problem) = try_out(path, text, &mistakes) {
                wrong.push(problem);
            }
        }
    }
    assert!(planted > 500, "only {planted} mistakes");
    let shown = wrong.len().min(12);
    assert!(
        wrong.is_empty(),
        "{} of the programs give other errors\n{}",
        wrong.len(),
        wrong[..shown].join("\n")
    );
}

/// Plants mistakes and compares the number of errors; gives what is wrong.
fn try_out(path: &str, text: &str, mistakes: &[Mistake]) -> Option<String> {
    let mut changed = text.to_owned();
    for mistake in mistakes.iter().rev() {
        changed.replace_range(mistake.at.clone(), &mistake.text);
    }
    let files = [("main.snow".to_owned(), changed)];
    let (diagnostics, set) = support::diagnose(&files);
    let errors: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    let doubtful = mistakes.iter().any(|mistake| mistake.in_types());
    let fewest = if doubtful {
        mistakes.len().min(1)
    } else {
        mistakes.len()
    };
    let right = (fewest..=mistakes.len()).contains(&errors.len());
    (!right).then(|| {
        let planted: Vec<String> = mistakes
            .iter()
            .map(|m| format!("{} at {:?}: `{}`", m.what, m.at, m.text))
            .collect();
        let said = support::rendered(&errors, &set);
        format!("{path}: planted {}\n{said}", planted.join("; "))
    })
}

/// Correct programs of one file.
fn programs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["tests/programs", "examples"] {
        for (path, text) in support::sources(&support::root().join(folder)) {
            let alone = !path.ends_with("main.snow");
            if alone && is_correct(&text) {
                found.push((path, text));
            }
        }
    }
    found
}

fn is_correct(text: &str) -> bool {
    let (diagnostics, _) = support::diagnose(&[("main.snow".to_owned(), text.to_owned())]);
    diagnostics
        .iter()
        .all(|found| found.severity != Severity::Error)
}

impl<'t> Program<'t> {
    fn new(text: &'t str) -> Self {
        let tokens = lex(FileId(0), text, &mut Sink::new()).tokens;
        Program { text, tokens }
    }

    fn text(&self, at: usize) -> &'t str {
        let token = &self.tokens[at];
        &self.text[token.start as usize..token.end as usize]
    }

    fn tok(&self, at: usize) -> Option<Tok> {
        self.tokens.get(at).map(|token| token.tok)
    }

    /// Ranges of tokens from one `fn` at the start of a line to the next item.
    fn functions(&self) -> Vec<Range<usize>> {
        let at_margin = |at: &usize| {
            let token = &self.tokens[*at];
            let start = token.start as usize;
            token.first_on_line && (start == 0 || self.text.as_bytes()[start - 1] == b'\n')
        };
        let margins: Vec<usize> = (0..self.tokens.len())
            .filter(at_margin)
            .filter(|&at| !matches!(self.tokens[at].tok, Tok::End | Tok::RParen | Tok::RBracket))
            .collect();
        let ends = margins.iter().skip(1).copied().chain([self.tokens.len()]);
        let mut functions: Vec<Range<usize>> = Vec::new();
        for (start, end) in margins.iter().copied().zip(ends) {
            if self.tokens[start].tok != Tok::Fn {
                continue;
            }
            // The clauses of a function are one function.
            let same = functions.last_mut().filter(|last| {
                last.end == start && self.text(last.start + 1) == self.text(start + 1)
            });
            match same {
                Some(last) => last.end = end,
                None => functions.push(start..end),
            }
        }
        functions
    }

    /// At most one mistake a function, in the order of the text.
    fn mistakes(
        &self,
        functions: &[Range<usize>],
        count: usize,
        random: &mut Random,
    ) -> Vec<Mistake> {
        let mut chosen: Vec<Range<usize>> = functions.to_vec();
        random.shuffle(&mut chosen);
        let mut found: Vec<Mistake> = Vec::new();
        for function in chosen {
            let mut places: Vec<Mistake> = function
                .filter_map(|at| self.mistake_at(at, random))
                .collect();
            if !places.is_empty() {
                found.push(places.swap_remove(random.below(places.len())));
            }
            if found.len() == count {
                break;
            }
        }
        found.sort_by_key(|mistake| mistake.at.start);
        found
    }

    /// A mistake that can be made at a token.
    fn mistake_at(&self, at: usize, random: &mut Random) -> Option<Mistake> {
        let token = self.tokens[at];
        let range = token.start as usize..token.end as usize;
        let before = at.checked_sub(1).and_then(|at| self.tok(at));
        let mistake = |what, at: Range<usize>, text: String| Some(Mistake { what, at, text });
        match (before, token.tok, self.tok(at + 1)) {
            (Some(Tok::Dot), Tok::Ident, Some(Tok::LParen)) if self.is_library(at) => {
                if random.below(2) == 0 && self.tok(at + 2) != Some(Tok::RParen) {
                    let open = range.end..range.end + 1;
                    return mistake("an argument too many", open, "(0, ".to_owned());
                }
                mistake(
                    "unknown function",
                    range.clone(),
                    format!("{}_zz", self.text(at)),
                )
            }
            (Some(Tok::Dot), Tok::Ident, next)
                if self.is_field(at) && next != Some(Tok::LParen) =>
            {
                mistake(
                    "unknown field",
                    range.clone(),
                    format!("{}_zz", self.text(at)),
                )
            }
            (Some(before), Tok::Ident, Some(Tok::LParen))
                if !matches!(before, Tok::Dot | Tok::Fn) && self.is_own_function(at) =>
            {
                mistake(
                    "unknown name",
                    range.clone(),
                    format!("{}_zz", self.text(at)),
                )
            }
            (Some(Tok::If), _, _) => {
                let condition = self.condition(at)?;
                mistake("condition of another type", condition, "0".to_owned())
            }
            (Some(Tok::ColonColon), Tok::Upper, next)
                if !matches!(next, Some(Tok::Dot | Tok::Lt | Tok::LParen)) =>
            {
                mistake(
                    "unknown type",
                    range.clone(),
                    format!("{}zz", self.text(at)),
                )
            }
            (Some(Tok::Plus | Tok::Minus | Tok::Star), Tok::Int, _) => {
                mistake("no token", range.end..range.end, " §".to_owned())
            }
            (_, Tok::Eq, _) if self.is_let(at) => {
                mistake("unreadable value", range.end..range.end, " 1 2".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the `=` at a token is that of a `let` on the same line.
    fn is_let(&self, at: usize) -> bool {
        let line = self.tokens[..at]
            .iter()
            .rposition(|token| token.first_on_line);
        line.is_some_and(|first| self.tok(first) == Some(Tok::Let))
    }

    /// Whether a name follows a module of the library, and is none of the functions that are typed specially.
    fn is_library(&self, at: usize) -> bool {
        let modules = [
            "List", "String", "Map", "Set", "Int", "Float", "Option", "Result", "Math",
        ];
        at >= 2
            && modules.contains(&self.text(at - 2))
            && self.tok(at.wrapping_sub(3)) != Some(Tok::Dot)
    }

    fn is_field(&self, at: usize) -> bool {
        at >= 2 && self.tok(at - 2) == Some(Tok::Ident)
    }

    /// Whether the program defines a function of the name at a token.
    fn is_own_function(&self, at: usize) -> bool {
        let name = self.text(at);
        (1..self.tokens.len()).any(|other| {
            self.tokens[other - 1].tok == Tok::Fn
                && self.tokens[other].tok == Tok::Ident
                && self.text(other) == name
        })
    }

    /// The condition of an `if`, if its `do` is on the same line.
    fn condition(&self, from: usize) -> Option<Range<usize>> {
        let rest = &self.tokens[from..];
        let end = rest.iter().position(|token| token.tok == Tok::Do)?;
        let plain = rest[1..=end].iter().all(|token| !token.first_on_line)
            && rest[..end]
                .iter()
                .all(|token| !matches!(token.tok, Tok::If | Tok::Case | Tok::Fn | Tok::Cond));
        plain.then(|| rest[0].start as usize..rest[end - 1].end as usize)
    }
}

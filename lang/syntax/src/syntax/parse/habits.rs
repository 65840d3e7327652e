//! Habits from other languages: recognised at the token that does not fit, and answered with what
//! Snow writes instead.

use super::explain::{Reading, Trouble, nested_function};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::syntax::token::Tok;

/// The diagnostic for a known habit, if this is one.
pub(super) fn recognise(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let habits: [fn(&Trouble<'_>) -> Option<Diagnostic>; 14] = [
        function_names,
        parts,
        mutable,
        increment,
        operators,
        loop_heads,
        assignment,
        calls,
        brace_block,
        words,
        definitions,
        comments,
        separators,
        names,
    ];
    habits.iter().find_map(|habit| habit(trouble))
}

fn foreign(place: Span, message: &str, label: &str) -> Diagnostic {
    Diagnostic::new(Code::FOREIGN_SYNTAX, place, message).label(label)
}

/// `let mut x`, `var x`, `const x`, `val x`.
fn mutable(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let word = trouble.text_at(trouble.at.checked_sub(1)?);
    let name_follows = matches!(trouble.found(), Some(Tok::Ident | Tok::LParen));
    match (trouble.before()?, word) {
        (Tok::Ident, "mut") if name_follows && trouble.tok(0) == Some(Tok::Let) => Some(
            foreign(trouble.tokens[trouble.at - 1].1, "names cannot be changed, so there is no `mut`", "remove this")
                .help("bind a new value to the name with another `let`, or use `for` or a fold to build one up"),
        ),
        (Tok::Ident, "var" | "const" | "val" | "final") if name_follows => Some(
            foreign(trouble.tokens[trouble.at - 1].1, "a name is bound with `let`", "write `let` here"),
        ),
        _ => None,
    }
}

/// `fn empty?(…)`, `fn save!(…)`.
fn function_names(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let name = trouble.at.checked_sub(1)?;
    let defines = trouble.before()? == Tok::Ident && trouble.tok(name.checked_sub(1)?)? == Tok::Fn;
    let word = trouble.text_at(name);
    let help = match trouble.found()? {
        Tok::Question if defines => format!("write `is_{word}`"),
        Tok::Bang if defines => {
            format!("write `{word}`, or `try_{word}` for the one that gives a `Result`")
        }
        _ => return None,
    };
    Some(
        foreign(
            trouble.place(),
            "names have letters, digits and `_` only",
            "not part of a name",
        )
        .help(help),
    )
}

/// Parts of tuples, lists and records as other languages write them.
fn parts(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let place = trouble.place();
    match (trouble.before()?, trouble.found()?) {
        (Tok::Dot, Tok::Int | Tok::Float) => Some(
            foreign(place, "parts of tuples have no numbers", "not a field").help(
                "take the tuple apart: `let (a, b) = …`; or call `Tuple.first`, `Tuple.second`, `Tuple.nth`",
            ),
        ),
        (Tok::LBracket | Tok::Comma, Tok::DotDot)
            if trouble.expected.iter().any(|name| name == "`...`") =>
        {
            Some(foreign(place, "the rest of a list is written with `...`", "write `...` here"))
        }
        (Tok::LBrace | Tok::Comma, Tok::Ellipsis | Tok::DotDot) if wants_field(trouble) => Some(
            foreign(place, "a copy with changes is not written with dots", "not expected here")
                .help("write `%{base | field: value}`"),
        ),
        (Tok::Ident, Tok::Comma | Tok::RBrace) if names_field(trouble) => {
            let name = trouble.text_at(trouble.at - 1);
            let field = trouble.tokens[trouble.at - 1].1;
            Some(
                foreign(field, "a field stands with its value", "no value follows")
                    .help(format!("write `{name}: {name}`")),
            )
        }
        (Tok::Eq, Tok::LBrace)
            if trouble.reading == Reading::Item
                && trouble.tokens.iter().any(|token| token.0 == Tok::Type) =>
        {
            Some(
                foreign(place, "a record is a struct", "not a type")
                    .help("write `struct Name do`, each field on a line as `name :: Type`, and `end`"),
            )
        }
        _ => None,
    }
}

/// Whether the name of a field would fit.
fn wants_field(trouble: &Trouble<'_>) -> bool {
    trouble.expected.iter().any(|name| name == "a field name")
}

/// Whether the name before is that of a field in `Point { x, y }`.
fn names_field(trouble: &Trouble<'_>) -> bool {
    let before = &trouble.tokens[..trouble.at];
    let open = before.iter().rposition(|token| token.0 == Tok::LBrace);
    let built = open.and_then(|open| before.get(open.checked_sub(1)?));
    built.is_some_and(|token| token.0 == Tok::Upper)
        && trouble.expected.iter().any(|name| name == "`:`")
}

/// `x++`, `x--`, `x += 1`.
fn increment(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let before = trouble.at.checked_sub(1)?;
    let place = |from: usize| {
        trouble.tokens[from]
            .1
            .to(trouble.tokens[trouble.at.min(trouble.tokens.len() - 1)].1)
    };
    match (trouble.before()?, trouble.found()) {
        (Tok::PlusPlus, None) => Some(
            foreign(
                trouble.tokens[before].1,
                "Snow has no `++` that changes a variable",
                "not an increment",
            )
            .note("`a ++ b` joins two lists")
            .help("write `let x = x + 1`"),
        ),
        (Tok::Minus, None) if before > 0 && trouble.tok(before - 1) == Some(Tok::Minus) => Some(
            foreign(place(before - 1), "Snow has no `--`", "not a decrement")
                .help("write `let x = x - 1`"),
        ),
        (Tok::Plus | Tok::Minus | Tok::Star | Tok::Slash, Some(Tok::Eq)) => Some(
            foreign(
                place(before),
                "names cannot be changed, so there is no compound assignment",
                "not an operator",
            )
            .help("bind the new value with `let x = x + 1`"),
        ),
        _ => None,
    }
}

/// Operators that other languages have.
fn operators(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let before = trouble.at.checked_sub(1)?;
    let (_, first) = *trouble.tokens.get(before)?;
    let (found, here) = *trouble.tokens.get(trouble.at)?;
    let touches = first.end == here.start;
    let both = first.to(here);
    match (trouble.before()?, found) {
        (Tok::EqEq, Tok::Eq) if touches => {
            Some(foreign(both, "values are compared with `==`", "write `==` here"))
        }
        (Tok::NotEq, Tok::Eq) if touches => {
            Some(foreign(both, "values are compared with `!=`", "write `!=` here"))
        }
        (Tok::Star, Tok::Star) if touches => Some(
            foreign(both, "Snow has no `**`", "not an operator")
                .help("use `Int.pow(base, exponent)` or `Math.pow(x, y)`"),
        ),
        (_, Tok::In) if trouble.tok(0) != Some(Tok::For) && trouble.tok(0) != Some(Tok::From) => Some(
            foreign(here, "`in` belongs to `for`; it is no operator", "not an operator")
                .help("ask the collection: `List.contains(xs, x)`, `Set.contains(s, x)`, `Map.has_key(m, key)`"),
        ),
        (Tok::Question, _) if trouble.tok(before.checked_sub(1)?) == Some(Tok::Question) => {
            let place = trouble.tokens[before - 1].1.to(first);
            Some(
                foreign(place, "Snow has no `??`", "not an operator")
                    .help("use `Option.unwrap_or(value, default)`"),
            )
        }
        _ => None,
    }
}

/// `for (i = 0; …)`.
fn loop_heads(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let counts = trouble.tok(0) == Some(Tok::For) && trouble.found()? == Tok::Eq;
    counts.then(|| {
        foreign(
            trouble.place(),
            "`for` goes over the elements of something",
            "`=` cannot stand here",
        )
        .help("to count, loop over a range: `for i in 0..n do … end`")
    })
}

/// Calls, closures and structs as other languages write them.
fn calls(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let found = trouble.found()?;
    let place = trouble.place();
    let previous = trouble.at.checked_sub(1)?;
    let word = trouble.text_at(previous);
    let touches = trouble.tokens[previous].1.end == place.start;
    match (trouble.before()?, found) {
        (Tok::Dot, Tok::LParen) => Some(
            foreign(place, "a function value is called like any function", "remove the dot before this")
                .help("write `f(x)`"),
        ),
        (Tok::Ident, Tok::Bang) if touches => Some(
            foreign(place, "Snow has no macros", "remove this")
                .help(format!("call the function: `{word}(…)`")),
        ),
        (Tok::Ident, Tok::Str(_) | Tok::StrOpen) if touches && word.len() == 1 => Some(
            foreign(trouble.tokens[previous].1, "strings have no prefixes", "remove this")
                .help("every string interpolates: `\"${value}\"`; a backslash is written `\\\\`"),
        ),
        (Tok::Ident, Tok::Str(_) | Tok::StrOpen | Tok::Int | Tok::Float | Tok::Ident)
            if trouble.reading == Reading::Statement && trouble.at == 1 && !is_word(word) =>
        {
            Some(
                foreign(place, "the arguments of a call stand in parentheses", "expected `(` before this")
                    .help(format!("write `{word}(…)`")),
            )
        }
        (Tok::LParen | Tok::Comma, Tok::Bar) => Some(
            foreign(place, "a closure in a call is written `fn x -> … end`", "not a closure")
                .note("parameters stand between bars in a block after the call: `List.map(xs) do |x| … end`"),
        ),
        (Tok::Ident, Tok::FatArrow) if !in_map(trouble) => Some(
            foreign(place, "a closure is written `fn x -> … end`", "not a closure")
                .help(format!("write `fn {word} -> … end`")),
        ),
        (_, Tok::Percent) => {
            let name = trouble.text_at(trouble.at + 1);
            (trouble.tok(trouble.at + 1)? == Tok::Upper).then(|| {
                foreign(place, "structs are built without `%`", "remove this")
                    .help(format!("write `{name} {{ field: value }}`"))
            })
        }
        (Tok::Upper, Tok::LBracket) => Some(
            foreign(place, "type arguments stand in `<…>`", "expected `<` here")
                .help(format!("write `{word}<…>`")),
        ),
        _ => None,
    }
}

/// Words that [`words`] knows.
fn is_word(word: &str) -> bool {
    matches!(
        word,
        "unless"
            | "switch"
            | "new"
            | "begin"
            | "func"
            | "function"
            | "fun"
            | "enum"
            | "data"
            | "union"
            | "class"
            | "record"
            | "defstruct"
            | "defmodule"
            | "mod"
            | "namespace"
            | "package"
            | "defp"
            | "use"
            | "require"
            | "include"
            | "try"
            | "catch"
            | "throw"
            | "raise"
            | "async"
            | "await"
            | "var"
            | "const"
            | "val"
            | "final"
    )
}

fn in_map(trouble: &Trouble<'_>) -> bool {
    trouble.tokens[..trouble.at]
        .iter()
        .any(|token| token.0 == Tok::MapOpen)
}

/// `x = 1` without `let`, `x.y = 1`, `xs[i] = 1`, and `=` for `==`.
fn assignment(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    if trouble.found()? != Tok::Eq {
        return None;
    }
    let place = trouble.place();
    if let Some(change) = change(trouble) {
        return Some(change);
    }
    if trouble.reading == Reading::Statement
        && trouble.tok(0) == Some(Tok::Ident)
        && trouble.at == 1
    {
        let name = trouble.text_at(0);
        return Some(
            foreign(place, "a name is bound with `let`", "`=` does not assign").help(format!(
                "write `let {name} = …`; it may have the name of an earlier binding"
            )),
        );
    }
    matches!(
        trouble.tok(0),
        Some(Tok::If | Tok::While | Tok::Assert | Tok::Case)
    )
    .then(|| {
        foreign(
            place,
            "values are compared with `==`",
            "`=` does not compare",
        )
        .help("write `==` here")
    })
}

/// `u.age = 2` and `xs[i] = 2`: values do not change.
fn change(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    if trouble.reading != Reading::Statement || trouble.tok(0) != Some(Tok::Ident) {
        return None;
    }
    let base = trouble.text_at(0);
    let help = match (trouble.tok(1)?, trouble.before()?) {
        (Tok::Dot, Tok::Ident) if trouble.at == 3 => {
            let field = trouble.text_at(2);
            format!("make a changed copy: `let {base} = %{{{base} | {field}: …}}`")
        }
        (Tok::LBracket, Tok::RBracket) => format!(
            "make a changed copy: `let {base} = List.set({base}, index, value)`, or `Map.put` for a map"
        ),
        _ => return None,
    };
    let label = "`=` does not assign";
    Some(foreign(trouble.place(), "values cannot be changed", label).help(help))
}

/// `{ … }` around a block.
fn brace_block(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    if trouble.found()? != Tok::LBrace || trouble.expected.iter().any(|name| name == "`{`") {
        return None;
    }
    let after_block = matches!(
        trouble.before(),
        Some(Tok::RParen | Tok::Ident | Tok::Upper | Tok::Gt | Tok::True)
    );
    let place = trouble.place();
    if after_block {
        return Some(foreign(
            place,
            "blocks are written `do … end`, not `{ … }`",
            "expected `do` here",
        ));
    }
    Some(
        foreign(place, "braces alone are no expression", "not expected here")
            .help("a map is `%{key => value}`, a tuple `(a, b)`, a block `do … end`"),
    )
}

/// Words that other languages have: `null`, `elif`, `unless`, `new`, `then`, …
fn words(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let previous = trouble.at.saturating_sub(1);
    [trouble.at, previous].into_iter().find_map(|index| {
        if trouble.tok(index)? != Tok::Ident {
            return None;
        }
        let place = trouble.tokens[index].1;
        let found = match trouble.text_at(index) {
            "then" if index == trouble.at => {
                foreign(place, "a block starts with `do`", "write `do` here")
            }
            "unless" => foreign(place, "Snow has no `unless`", "write `if not`"),
            "switch" => foreign(
                place,
                "values are matched with `case`",
                "write `case e do … end`",
            ),
            "new" => foreign(place, "values are built without `new`", "remove this")
                .help("write `Point { x: 1, y: 2 }` or call a function"),
            "begin" => foreign(place, "a block starts with `do`", "write `do` here"),
            "func" | "function" | "fun" => {
                foreign(place, "functions start with `fn`", "write `fn` here")
            }
            "enum" | "data" | "union" => foreign(
                place,
                "a sum type starts with `type`",
                "write `type Name do … end`",
            ),
            "class" | "record" | "defstruct" => {
                foreign(place, "Snow has structs", "write `struct Name do … end`")
            }
            "defmodule" => nested_module(place),
            "mod" | "namespace" | "package" if index == 0 => nested_module(place),
            "defp" => foreign(
                place,
                "functions start with `fn`, and are private without `pub`",
                "write `fn` here",
            ),
            "use" | "require" | "include" => foreign(
                place,
                "modules are brought in with `import`",
                "write `import`",
            ),
            "try" | "catch" | "throw" | "raise" => {
                foreign(place, "Snow has no exceptions", "not a keyword").help(
                    "return a `Result` and pass errors on with `?`, or end the actor with `panic`",
                )
            }
            "async" | "await" => foreign(place, "Snow has no `async`", "not a keyword")
                .help("start a job with `Job.async(fn -> … end)` and wait with `Job.await(job)`"),
            _ => return None,
        };
        Some(found)
    })
}

fn nested_module(place: Span) -> Diagnostic {
    foreign(
        place,
        "a file is a module; a nested one starts with `module`",
        "write `module`",
    )
}

/// Items in wrong places or forms.
fn definitions(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let found = trouble.found();
    let place = trouble.place();
    let item_word = matches!(
        found,
        Some(
            Tok::Struct
                | Tok::Type
                | Tok::Interface
                | Tok::Trait
                | Tok::Impl
                | Tok::Actor
                | Tok::Service
                | Tok::Supervisor
                | Tok::Module
                | Tok::Import
                | Tok::Pub
        )
    );
    match (trouble.reading, found) {
        (Reading::Statement, Some(Tok::Fn)) if trouble.at == 0 => {
            Some(nested_function(trouble.tokens.get(1)?.1, trouble.text))
        }
        (Reading::Statement, Some(tok)) if item_word && trouble.at == 0 => Some(
            Diagnostic::new(
                Code::ITEM_EXPECTED,
                place,
                format!("{tok} cannot stand inside a function"),
            )
            .label("only at the top level of a file or module")
            .help("if the function should end before this, an `end` is missing"),
        ),
        (Reading::Item, _) if trouble.at == 0 => top_level_statement(trouble),
        _ => None,
    }
}

fn top_level_statement(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let found = trouble.found()?;
    let statement = found == Tok::Let || found.starts_expression() || found == Tok::Newline;
    statement.then(|| {
        Diagnostic::new(
            Code::ITEM_EXPECTED,
            trouble.place(),
            "only items may stand at the top level of a file",
        )
        .label("this is a statement")
        .help("put it into a function; the program starts in `fn main() do … end`")
    })
}

/// `//` and `/* */` comments.
fn comments(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let first = trouble.at.saturating_sub(1);
    let slashes = (0..2).find(|&back| {
        let at = first + 1 - back;
        trouble.tok(at) == Some(Tok::Slash)
            && matches!(trouble.tok(at + 1), Some(Tok::Slash | Tok::Star))
    })?;
    let at = first + 1 - slashes;
    let place = trouble.tokens[at].1.to(trouble.tokens[at + 1].1);
    Some(
        foreign(place, "comments start with `#`", "write `#` here")
            .note("a block comment is `#= … =#`"),
    )
}

/// Commas between fields, colons for types and the like.
fn separators(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let place = trouble.place();
    match (trouble.reading, trouble.found()?) {
        (Reading::Field | Reading::Variant, Tok::Comma) => Some(
            foreign(place, "fields and variants are separated by line breaks", "remove this comma")
                .help("put each on a line of its own, or write `;` between them"),
        ),
        (Reading::Field, Tok::Ident) if trouble.tok(trouble.at + 1) == Some(Tok::ColonColon) => Some(
            foreign(place, "fields are separated by line breaks", "another field")
                .help("put each on a line of its own, or write `;` between them"),
        ),
        (Reading::Field, Tok::Colon) => {
            Some(foreign(place, "the type of a field follows `::`", "write `::` here"))
        }
        (Reading::Item | Reading::Member, Tok::Colon)
            if trouble.before() == Some(Tok::RParen)
                && trouble.expected.iter().any(|name| name == "`->`") =>
        {
            Some(foreign(place, "the type of the result follows `->`", "write `->` here"))
        }
        (Reading::Item | Reading::Statement | Reading::Member, Tok::Colon)
            if trouble.expected.iter().any(|name| name == "`::`") =>
        {
            Some(foreign(place, "a type annotation follows `::`", "write `::` here"))
        }
        (Reading::Variant, Tok::Bar) => Some(
            foreign(place, "variants are separated by line breaks", "remove this bar")
                .help("put each variant on a line of its own"),
        ),
        (Reading::Item, Tok::Bar) if trouble.tokens.iter().any(|token| token.0 == Tok::Type) => Some(
            foreign(place, "the variants of a sum type stand in `do … end`", "not expected here")
                .help("write `type Name do`, each variant on a line of its own, and `end`"),
        ),
        (Reading::Statement, Tok::Arrow) if follows_rescue(trouble) => Some(
            foreign(place, "Snow has no exceptions", "not a handler of them").help(
                "return a `Result` and match it with `case`, or end the actor with `panic`",
            ),
        ),
        (Reading::Statement, Tok::Arrow) => Some(
            Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "a second `->` in one arm")
                .label("not expected here")
                .help("arms stand on lines of their own; an arm that does nothing is `pattern -> ()`"),
        ),
        (Reading::Statement, Tok::Comma) if trouble.tok(0) == Some(Tok::For) => Some(
            Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "expected `in` after the pattern of this `for`")
                .label("not expected here")
                .help("to take pairs apart write `for (a, b) in …`"),
        ),
        (_, Tok::Semicolon) => Some(
            Diagnostic::new(Code::UNEXPECTED_TOKEN, place, "`;` ends a statement and cannot stand inside brackets")
                .label("not expected here"),
        ),
        (_, Tok::FatArrow) => Some(
            foreign(place, "`=>` stands between key and value of a map", "not expected here")
                .help("arms and closures use `->`"),
        ),
        (_, Tok::Colon) if trouble.tokens[..trouble.at].iter().any(|token| token.0 == Tok::MapOpen) => Some(
            foreign(place, "keys of a map are followed by `=>`", "write `=>` here")
                .help("`%{\"name\" => value}`; to copy a struct with changes write `%{base | field: value}`"),
        ),
        (_, tok) if tok.starts_expression() && trouble.before() == Some(Tok::Question) => {
            let colon = trouble.tokens[trouble.at..].iter().any(|token| token.0 == Tok::Colon);
            colon.then(|| {
                let question = trouble.tokens[trouble.at - 1].1;
                foreign(question, "Snow has no `? :`", "not a condition").help("write `if c do a else b end`")
            })
        }
        _ => None,
    }
}

/// Whether the line before is `rescue` or `catch`.
fn follows_rescue(trouble: &Trouble<'_>) -> bool {
    let start = trouble
        .tokens
        .first()
        .map_or(0, |token| token.1.start as usize);
    let before = trouble.text.get(..start).unwrap_or("").trim_end();
    let line = before.rsplit('\n').next().unwrap_or("").trim();
    matches!(line, "rescue" | "catch" | "except")
}

/// Names in the wrong case, and keywords as names.
fn names(trouble: &Trouble<'_>) -> Option<Diagnostic> {
    let found = trouble.found()?;
    let place = trouble.place();
    let word = trouble.text_at(trouble.at);
    let wants = |what: &str| trouble.expected.iter().any(|name| name.contains(what));
    let lower = wants("name")
        && !wants("capital")
        && !wants("an expression")
        && !wants("a type")
        && !wants("a pattern");
    match found {
        Tok::Upper if lower => Some(
            Diagnostic::new(
                Code::NAME_CASE,
                place,
                format!("`{word}` must start with a small letter"),
            )
            .label(format!("expected {}", trouble.expected.join(" or ")))
            .help(format!("write `{}`", snake_case(word))),
        ),
        Tok::Ident if wants("a type") && type_word(word).is_some() => Some(
            foreign(place, &format!("Snow has no type `{word}`"), "not a type").help(format!(
                "in Snow this is `{}`",
                type_word(word).unwrap_or_default()
            )),
        ),
        Tok::Ident
            if wants("capital") || wants("a variant") || wants("a type") && !wants("name") =>
        {
            Some(
                Diagnostic::new(
                    Code::NAME_CASE,
                    place,
                    format!("`{word}` must start with a capital"),
                )
                .label("types, variants and modules start with a capital")
                .help(format!("write `{}`", pascal_case(word))),
            )
        }
        tok if tok.is_keyword() && (wants("name") || wants("a parameter")) => Some(
            Diagnostic::new(
                Code::UNEXPECTED_TOKEN,
                place,
                format!("{tok} is a keyword and cannot be a name"),
            )
            .label("keyword")
            .help(format!("choose another name, such as `{word}_`")),
        ),
        _ => None,
    }
}

/// Types of other languages that are written in small letters.
fn type_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "int" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
        | "u128" | "usize" | "integer" | "long" | "short" | "byte" => "Int",
        "float" | "double" | "f32" | "f64" | "number" => "Float",
        "str" | "string" | "char" => "String",
        "bool" | "boolean" => "Bool",
        "void" | "unit" | "nil" | "none" => "()",
        "atom" => "Atom",
        "list" | "array" | "vec" => "List<T>",
        "map" | "dict" => "Map<K, V>",
        "any" | "object" => "a type parameter: `fn f<T>(x :: T)`",
        _ => return None,
    })
}

fn snake_case(word: &str) -> String {
    let mut name = String::new();
    for (index, character) in word.chars().enumerate() {
        if character.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

fn pascal_case(word: &str) -> String {
    word.split('_')
        .filter_map(|part| {
            let mut letters = part.chars();
            let first = letters.next()?;
            Some(first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}

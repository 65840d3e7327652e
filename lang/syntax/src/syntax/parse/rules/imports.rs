//! Imports.

use chumsky::prelude::*;

use super::Rule;
use super::names::{any_name, path, upper};
use crate::syntax::ast::*;
use crate::syntax::parse::failure::Label;
use crate::syntax::token::Tok;

/// `import A.B`, `import A as M`, `from A import x, Y as Z`.
pub fn import<'t>() -> Rule<'t, Import> {
    let module = path().labelled(Label::ModuleName);
    let renamed = just(Tok::As).ignore_then(upper()).or_not();
    let whole = just(Tok::Import)
        .ignore_then(module.clone())
        .then(renamed)
        .map(|(path, alias)| {
            let what = alias.map_or(ImportWhat::Module, ImportWhat::Alias);
            Import { path, what }
        });
    let star = just(Tok::Star).map_with(|_, e| ImportWhat::Star(e.span()));
    let name = any_name().then(just(Tok::As).ignore_then(any_name()).or_not());
    let names = name
        .separated_by(just(Tok::Comma))
        .at_least(1)
        .allow_trailing()
        .collect()
        .map(ImportWhat::Names);
    let some = just(Tok::From)
        .ignore_then(module)
        .then_ignore(just(Tok::Import))
        .then(star.or(names))
        .map(|(path, what)| Import { path, what });
    whole.or(some).boxed()
}

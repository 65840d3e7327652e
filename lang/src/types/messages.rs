//! Errors that several constructs share: unknown modules, private and missing items.

use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::resolve::imports::private_module;
use crate::resolve::scope::{ModuleRef, dotted};
use crate::resolve::{Item, World};
use crate::syntax::ast::{Ident, Span};
use crate::typed::ModuleId;

/// The error for a name that a module does not offer, or not to others.
pub fn missing(
    world: &World<'_>,
    module: ModuleRef,
    name: &Ident,
    private: Option<Span>,
) -> Diagnostic {
    crate::resolve::imports::missing(world, module, name, private)
}

/// Modules of other languages and what to use.
const FOREIGN_MODULES: [(&str, &str); 14] = [
    ("Enum", "List"),
    ("Stream", "Iter"),
    ("Kernel", "the prelude"),
    ("Integer", "Int"),
    ("Keyword", "Map"),
    ("MapSet", "Set"),
    ("Vec", "List"),
    ("Array", "List"),
    ("HashMap", "Map"),
    ("Dict", "Map"),
    ("HashSet", "Set"),
    ("Str", "String"),
    ("Console", "IO"),
    ("Io", "IO"),
];

/// Modules of the standard library that come later.
const LATER_MODULES: [&str; 8] = [
    "Crypto", "Date", "DateTime", "HTTP", "Regex", "Tcp", "Time", "Ws",
];

/// Reports a path that is no module in scope.
pub fn unknown_module(world: &World<'_>, from: ModuleId, path: &[Ident], sink: &mut Sink) {
    let reported = path
        .first()
        .is_some_and(|first| world.is_reported(from, &first.name));
    if !reported {
        sink.push(no_module(world, from, path));
    }
}

fn no_module(world: &World<'_>, from: ModuleId, path: &[Ident]) -> Diagnostic {
    let name = dotted(path);
    let span = match (path.first(), path.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    };
    if LATER_MODULES.contains(&name.as_str()) {
        let message = format!("the module `{name}` is not supported yet");
        return Diagnostic::new(Code::NOT_SUPPORTED, span, message).label("not supported yet");
    }
    if let Some(hidden) = world.module_there(from, path) {
        return private_module(world.module_name(hidden), span);
    }
    let diagnostic = Diagnostic::new(
        Code::MODULE_NOT_FOUND,
        span,
        format!("module `{name}` not found"),
    )
    .label("no module of this name is in scope");
    if let Some((_, snow)) = FOREIGN_MODULES.iter().find(|(foreign, _)| *foreign == name) {
        return diagnostic.help(format!("in Snow this is `{snow}`"));
    }
    let suffix = format!(".{name}");
    let mut home = world
        .user_modules
        .keys()
        .filter(|full| **full == name || full.ends_with(&suffix));
    if let Some(full) = home.next() {
        return diagnostic.help(format!("import it: `import {full}`"));
    }
    let scope = world.scope(from);
    let known = scope
        .imports
        .keys()
        .chain(scope.nested.keys())
        .chain(world.std_modules.keys());
    let upper = known
        .map(|n| n.as_str())
        .filter(|n| n.starts_with(char::is_uppercase));
    diagnostic.maybe_help(did_you_mean(&name, upper))
}

/// A user module that has a public item of this name, for "import it".
pub fn public_home(
    world: &World<'_>,
    name: &str,
    wanted: impl Fn(&Item) -> bool,
) -> Option<String> {
    let mut homes: Vec<&str> = world
        .user_modules
        .iter()
        .filter(|(_, id)| {
            let scope = world.scope(**id);
            let value = scope.values.get(name).map(|id| Item::Func(*id));
            let ty = scope.types.get(name).copied();
            let variant = scope.variants.get(name).and_then(|found| found.first());
            let variant = variant.map(|&(def, number)| Item::Variant(def, number));
            let items = [value, ty, variant];
            items
                .iter()
                .flatten()
                .any(|item| wanted(item) && world.item_facts(*item).0)
        })
        .map(|(full, _)| full.as_str())
        .collect();
    homes.sort_unstable();
    homes.first().map(|home| (*home).to_owned())
}

/// `1 was`, `2 were`, `none were`.
pub fn are(count: usize) -> String {
    match count {
        0 => "none were".to_owned(),
        1 => "1 was".to_owned(),
        n => format!("{n} were"),
    }
}

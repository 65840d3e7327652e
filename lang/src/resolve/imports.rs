//! Resolves `import` and `from … import` of every module.

use super::scope::{Access, ModuleRef, dotted};
use super::{Imported, Item, Project, Scope, World, cycles};
use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::syntax::ast::{self, Ident, Import, ImportWhat, ItemKind, Name, Span};
use crate::typed::{ModuleId, Shape, TypeDefId};

/// One file's import of another, for cycles.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The imported file's module.
    pub to: ModuleId,
    /// The import.
    pub span: Span,
}

/// Fills the scopes' imports and reports cycles.
pub fn resolve(world: &mut World<'_>, project: &Project, ids: &[ModuleId], sink: &mut Sink) {
    let mut edges: Vec<(ModuleId, Vec<Edge>)> = Vec::new();
    for (source, &id) in project.modules.iter().zip(ids) {
        let mut resolver = Resolver {
            world,
            sink,
            edges: Vec::new(),
        };
        resolver.module(id, &source.tree.items);
        edges.push((id, resolver.edges));
    }
    cycles::report(world, &edges, sink);
}

struct Resolver<'r, 'a> {
    world: &'r mut World<'a>,
    sink: &'r mut Sink,
    edges: Vec<Edge>,
}

impl Resolver<'_, '_> {
    fn module(&mut self, id: ModuleId, items: &[ast::Item]) {
        for item in items {
            match &item.kind {
                ItemKind::Import(import) => self.import(id, import),
                ItemKind::Module(def) => {
                    let nested = self.world.scope(id).nested.get(&def.name.name).copied();
                    if let Some(nested) = nested {
                        self.module(nested, &def.items);
                    }
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, into: ModuleId, import: &Import) {
        let Some(target) = self.target(into, &import.path) else {
            self.poison(into, import);
            return;
        };
        let span = path_span(&import.path);
        if !self.world.is_std(target.id) {
            let file = self.outermost(target.id);
            if file != self.outermost(into) {
                self.edges.push(Edge { to: file, span });
            }
        }
        match &import.what {
            ImportWhat::Module => {
                let Some(last) = import.path.last() else {
                    return;
                };
                self.bind(into, last, vec![Item::Module(target.id)]);
                let full = dotted(&import.path);
                let scope = self.scope_mut(into);
                scope.import_paths.insert(full, (target.id, last.span));
            }
            ImportWhat::Alias(name) => self.bind(into, name, vec![Item::Module(target.id)]),
            ImportWhat::Names(names) => {
                for (name, renamed) in names {
                    self.name(into, target, name, renamed.as_ref().unwrap_or(name));
                }
            }
            ImportWhat::Star(star) => {
                self.star(import, *star);
                self.poison(into, import);
            }
        }
    }

    /// Keeps uses of what a reported import was to bring in from being reported too.
    fn poison(&mut self, into: ModuleId, import: &Import) {
        let names: Vec<Name> = match &import.what {
            ImportWhat::Module => import
                .path
                .last()
                .map(|last| last.name.clone())
                .into_iter()
                .collect(),
            ImportWhat::Alias(name) => vec![name.name.clone()],
            ImportWhat::Names(names) => names
                .iter()
                .map(|(name, renamed)| renamed.as_ref().unwrap_or(name).name.clone())
                .collect(),
            ImportWhat::Star(_) => vec![Name::new_static("*")],
        };
        let span = path_span(&import.path);
        for name in names {
            let items = Vec::new();
            self.scope_mut(into)
                .imports
                .insert(name, Imported { items, span });
        }
    }

    fn scope_mut(&mut self, id: ModuleId) -> &mut Scope {
        &mut self.world.scopes[id.0 as usize]
    }

    fn outermost(&self, mut id: ModuleId) -> ModuleId {
        while let Some(parent) = self.world.scope(id).parent {
            id = parent;
        }
        id
    }

    fn target(&mut self, from: ModuleId, path: &[Ident]) -> Option<ModuleRef> {
        let full = dotted(path);
        let user = self.world.user_modules.get(&full).copied();
        let user = user
            .or_else(|| self.world.nested_around(from, path))
            .filter(|&id| id != from);
        let standard = self.world.std_modules.get(&full).copied();
        let Some(id) = user.or(standard) else {
            self.not_found(from, path, &full);
            return None;
        };
        if !self.world.may_see(from, id) {
            self.sink.push(private_module(&full, path_span(path)));
            return None;
        }
        Some(ModuleRef {
            id,
            fallback: standard.filter(|&other| other != id),
        })
    }

    fn not_found(&mut self, from: ModuleId, path: &[Ident], full: &str) {
        let diagnostic = if self.world.module_name(from) == full {
            Diagnostic::new(
                Code::IMPORT_CYCLE,
                path_span(path),
                format!("module `{full}` imports itself"),
            )
            .label("this is the module itself")
            .help("its own items can be used without an import; remove this line")
        } else {
            let known = self
                .world
                .user_modules
                .keys()
                .chain(self.world.std_modules.keys());
            let near = did_you_mean(full, known.map(|name| name.as_str()));
            let diagnostic = Diagnostic::new(
                Code::MODULE_NOT_FOUND,
                path_span(path),
                format!("module `{full}` not found"),
            )
            .label("no file of the project and no standard module has this name");
            match near {
                Some(near) => diagnostic.help(near),
                None => diagnostic.help(format!("it would be the file `{}`", file_of(path))),
            }
        };
        self.sink.push(diagnostic);
    }

    fn bind(&mut self, into: ModuleId, name: &Ident, items: Vec<Item>) {
        let scope = self.scope_mut(into);
        if let Some(known) = scope.imports.get(&name.name) {
            let first = known.span;
            if known.items == items {
                return;
            }
            self.sink.push(
                Diagnostic::new(
                    Code::DUPLICATE,
                    name.span,
                    format!("`{}` is imported twice", name.name),
                )
                .label("imported again here")
                .secondary(first, "first imported here")
                .help("rename one of them: `from Module import name as other_name`"),
            );
            return;
        }
        let span = name.span;
        scope
            .imports
            .insert(name.name.clone(), Imported { items, span });
    }

    /// One name of `from M import name`.
    fn name(&mut self, into: ModuleId, module: ModuleRef, name: &Ident, local: &Ident) {
        let mut private = None;
        let mut items = Vec::new();
        match self.world.func_in(into, module, &name.name) {
            Access::Found(id) => items.push(Item::Func(id)),
            Access::Private(span) => private = Some(span),
            Access::Missing => {}
        }
        match self.world.type_in(into, module, &name.name) {
            Access::Found(item) => items.push(item),
            Access::Private(span) => private = Some(span),
            Access::Missing => {}
        }
        match self.world.variants_in(into, module, &name.name) {
            Access::Found(found) => {
                items.extend(
                    found
                        .iter()
                        .map(|&(def, number)| Item::Variant(def, number)),
                );
            }
            Access::Private(span) => private = Some(span),
            Access::Missing => {}
        }
        let nested = self.world.scope(module.id).nested.get(&name.name).copied();
        let hidden = nested.filter(|&id| !self.world.may_see(into, id));
        items.extend(nested.filter(|_| hidden.is_none()).map(Item::Module));
        if items.is_empty() {
            if let Some(hidden) = hidden {
                let full = self.world.module_name(hidden).to_owned();
                self.sink.push(private_module(&full, name.span));
            } else if private.is_some() || !self.world.has_gaps {
                let diagnostic = missing(self.world, module, name, private);
                self.sink.push(diagnostic);
            }
            let span = name.span;
            let imports = &mut self.scope_mut(into).imports;
            imports.insert(local.name.clone(), Imported { items, span });
        } else {
            self.import_variants(into, &items);
            self.bind(into, local, items);
        }
    }

    /// Importing a sum type makes its variants usable bare, after everything named.
    fn import_variants(&mut self, into: ModuleId, items: &[Item]) {
        let types = items.iter().filter_map(|item| match item {
            Item::Type(id) => Some(*id),
            _ => None,
        });
        for id in types.collect::<Vec<TypeDefId>>() {
            let Shape::Sum(variants) = self.world.program.types[id.0 as usize].shape.clone() else {
                continue;
            };
            let scope = self.scope_mut(into);
            for (number, variant) in variants.into_iter().enumerate() {
                let known = scope.import_variants.entry(variant.name).or_default();
                known.push((id, number as u32));
            }
        }
    }

    fn star(&mut self, import: &Import, star: Span) {
        let module = dotted(&import.path);
        self.sink.push(
            Diagnostic::new(
                Code::STAR_IMPORT,
                star,
                "importing everything with `*` is not allowed",
            )
            .label("name what you need here")
            .note("with `*`, nobody can see where a name comes from")
            .help(format!("write `from {module} import name, other_name`"))
            .help(format!(
                "or write `import {module}` and use its items as `{}.name`",
                import.path.last().map_or("", |last| last.name.as_str())
            )),
        );
    }
}

/// The error for a module that exists but is not `pub`.
pub fn private_module(full: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::PRIVATE_ITEM,
        span,
        format!("module `{full}` is private"),
    )
    .label("private module")
    .help("put `pub` before `module` where it is defined")
}

/// The error for a name that a module does not offer.
pub fn missing(
    world: &World<'_>,
    module: ModuleRef,
    name: &Ident,
    private: Option<Span>,
) -> Diagnostic {
    let module_name = world.module_name(module.id);
    if let Some(span) = private {
        return private_item(world, module.id, name, span);
    }
    let scope = world.scope(module.id);
    let public = |item: Item| world.item_facts(item).0;
    let values = scope
        .values
        .iter()
        .filter(|(_, id)| public(Item::Func(**id)));
    let types = scope.types.iter().filter(|(_, item)| public(**item));
    let names = values
        .map(|(name, _)| name.as_str())
        .chain(types.map(|(name, _)| name.as_str()))
        .chain(scope.variants.keys().map(|name| name.as_str()));
    Diagnostic::new(
        Code::NOT_EXPORTED,
        name.span,
        format!("`{}` is not exported by module `{module_name}`", name.name),
    )
    .label(format!("`{module_name}` has no such item"))
    .maybe_help(
        did_you_mean(&name.name, names)
            .or_else(|| habit(&name.name))
            .or_else(|| elsewhere(world, &name.name)),
    )
}

/// The module of the library that has a function of this name, if it is clear which is meant: the only one, or `Math`, which has what other languages
/// have in modules of numbers.
fn elsewhere(world: &World<'_>, name: &str) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for (module, id) in &world.std_modules {
        let func = world.scope(*id).values.get(name);
        if func.is_some_and(|func| world.item_facts(Item::Func(*func)).0) {
            found.push(module);
        }
    }
    let module = match found[..] {
        [only] => only,
        _ => *found.iter().find(|module| **module == "Math")?,
    };
    Some(format!("there is `{module}.{name}`"))
}

/// Functions of other languages' libraries and what to use.
const HABITS: [(&str, &str); 25] = [
    ("ok_or", "to_result"),
    ("puts", "println"),
    ("printf", "println"),
    ("len", "length"),
    ("size", "length"),
    ("count", "length"),
    ("push", "append"),
    ("push_back", "append"),
    ("add", "append"),
    ("upcase", "to_upper"),
    ("to_uppercase", "to_upper"),
    ("downcase", "to_lower"),
    ("to_lowercase", "to_lower"),
    ("fold", "reduce"),
    ("unwrap", "unwrap_or"),
    ("to_integer", "to_int"),
    ("parse", "to_int"),
    ("parse_int", "to_int"),
    ("to_number", "to_float"),
    ("strip", "trim"),
    ("uniq", "unique"),
    ("any?", "any"),
    ("foldl", "reduce"),
    ("member", "contains"),
    ("includes", "contains"),
];

/// What a function of another language is called in Snow.
pub fn habit(name: &str) -> Option<String> {
    let known = HABITS.iter().find(|(foreign, _)| *foreign == name);
    known.map(|(_, snow)| format!("in Snow this is `{snow}`"))
}

/// The error for an item that exists but is not `pub`.
pub fn private_item(
    world: &World<'_>,
    module: ModuleId,
    name: &Ident,
    defined: Span,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::PRIVATE_ITEM,
        name.span,
        format!(
            "`{}` is private to module `{}`",
            name.name,
            world.module_name(module)
        ),
    )
    .label("private item");
    if world.is_std(module) {
        return diagnostic;
    }
    diagnostic
        .secondary(defined, "defined here without `pub`")
        .help("put `pub` before its definition to make it usable in other modules")
}

fn path_span(path: &[Ident]) -> Span {
    match (path.first(), path.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    }
}

/// `math/vector.snow` for `Math.Vector`.
fn file_of(path: &[Ident]) -> String {
    let segments: Vec<String> = path.iter().map(|s| snake_case(&s.name)).collect();
    format!("{}.snow", segments.join("/"))
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (at, ch) in name.char_indices() {
        if ch.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(ch.to_lowercase());
    }
    out
}

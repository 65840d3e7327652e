//! Look-ups: what a name or a dotted path means in a module.
//!
//! Everything here only reads; a [`Hit`] says which import it went through, and [`World::note`] records its use.

use smol_str::{SmolStr, format_smolstr};

use super::{Item, Scope, World};
use crate::syntax::ast::{Ident, Name, Span};
use crate::typed::{FuncId, ModuleId, TypeDefId};

/// A found item.
#[derive(Clone, Copy, Debug)]
pub struct Hit<T> {
    /// What was found.
    pub item: T,
    /// The import that brought it in.
    pub import: Option<Span>,
}

impl<T> Hit<T> {
    fn own(item: T) -> Self {
        Hit { item, import: None }
    }
}

/// What a module says about one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<T> {
    /// It may be used.
    Found(T),
    /// It exists, defined here, but is private.
    Private(Span),
    /// There is no such name.
    Missing,
}

/// A module path's meaning: the module, and the standard one of the same name that serves what it lacks.
#[derive(Clone, Copy, Debug)]
pub struct ModuleRef {
    /// Looked into first.
    pub id: ModuleId,
    /// Looked into next.
    pub fallback: Option<ModuleId>,
}

impl World<'_> {
    /// Records that an import was of use and returns the item.
    pub fn note<T>(&mut self, hit: Hit<T>) -> T {
        if let Some(span) = hit.import {
            self.used_imports.insert(span);
        }
        hit.item
    }

    /// A module's scope and those of the modules around it, inside out.
    fn scopes_from(&self, from: ModuleId) -> impl Iterator<Item = &Scope> + '_ {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let scope = self.scope(next?);
            next = scope.parent;
            Some(scope)
        })
    }

    /// The function that a bare name means: the module's own, an imported one, the prelude's, or `string_length`.
    pub fn find_value(&self, from: ModuleId, name: &str) -> Option<Hit<FuncId>> {
        for scope in self.scopes_from(from) {
            if let Some(&id) = scope.values.get(name) {
                return Some(Hit::own(id));
            }
            if let Some(imported) = scope.imports.get(name)
                && let Some(Item::Func(id)) = imported.items.first()
            {
                let import = Some(imported.span);
                return Some(Hit { item: *id, import });
            }
        }
        let prelude = self.prelude.and_then(|id| self.public_func(id, name));
        prelude.or_else(|| self.spelled(name)).map(Hit::own)
    }

    /// Whether the lack of a name follows from something reported: its import, or text that could not be read.
    pub fn is_reported(&self, from: ModuleId, name: &str) -> bool {
        self.has_gaps
            || self.in_gap
            || self.scopes_from(from).any(|scope| {
                let poisoned = scope.imports.get(name);
                scope.imports.contains_key("*")
                    || poisoned.is_some_and(|imported| imported.items.is_empty())
            })
    }

    fn public_func(&self, module: ModuleId, name: &str) -> Option<FuncId> {
        let id = *self.scope(module).values.get(name)?;
        self.program.funcs[id.0 as usize].public.then_some(id)
    }

    /// `string_length` as `String.length`, for standard modules.
    fn spelled(&self, name: &str) -> Option<FuncId> {
        let mut splits = name.match_indices('_');
        splits.find_map(|(at, _)| {
            let module = pascal_case(&name[..at]);
            let by_name = |wanted: &str| self.std_modules.get(wanted).copied();
            let id = by_name(&module).or_else(|| by_name(&name[..at].to_uppercase()))?;
            self.public_func(id, &name[at + 1..])
        })
    }

    /// The module that a dotted path means.
    pub fn find_module(&self, from: ModuleId, path: &[Ident]) -> Option<Hit<ModuleRef>> {
        let (first, rest) = path.split_first()?;
        let start = self.module_named(from, &first.name);
        let nested = start.and_then(|hit| {
            let mut id = hit.item;
            for segment in rest {
                let next = *self.scope(id).nested.get(&segment.name)?;
                if !self.may_see(from, next) {
                    return None;
                }
                id = next;
            }
            Some(Hit {
                item: self.with_fallback(id, path),
                import: hit.import,
            })
        });
        nested.or_else(|| self.module_by_full_path(from, path))
    }

    fn module_named(&self, from: ModuleId, name: &Name) -> Option<Hit<ModuleId>> {
        for scope in self.scopes_from(from) {
            if let Some(&id) = scope.nested.get(name) {
                return Some(Hit::own(id));
            }
            let imported = scope.imports.get(name);
            let module = imported.and_then(|imported| {
                let mut items = imported.items.iter();
                items.find_map(|item| match item {
                    Item::Module(id) => Some(Hit {
                        item: *id,
                        import: Some(imported.span),
                    }),
                    _ => None,
                })
            });
            if module.is_some() {
                return module;
            }
        }
        self.std_modules.get(name).copied().map(Hit::own)
    }

    fn module_by_full_path(&self, from: ModuleId, path: &[Ident]) -> Option<Hit<ModuleRef>> {
        let full = dotted(path);
        let imported = self.scopes_from(from).find_map(|scope| {
            let &(id, span) = scope.import_paths.get(&full)?;
            Some(Hit {
                item: id,
                import: Some(span),
            })
        });
        let hit = imported.or_else(|| self.std_modules.get(&full).copied().map(Hit::own))?;
        Some(Hit {
            item: self.with_fallback(hit.item, path),
            import: hit.import,
        })
    }

    fn with_fallback(&self, id: ModuleId, path: &[Ident]) -> ModuleRef {
        let standard = self.std_modules.get(&dotted(path)).copied();
        ModuleRef {
            id,
            fallback: standard.filter(|&other| other != id),
        }
    }

    /// The module that a path means which begins with a module nested in `from` or in a module around it.
    pub fn nested_around(&self, from: ModuleId, path: &[Ident]) -> Option<ModuleId> {
        let (first, rest) = path.split_first()?;
        let start = self
            .scopes_from(from)
            .find_map(|scope| scope.nested.get(&first.name))?;
        self.nested_in(*start, rest)
    }

    /// The module that a dotted path would mean if all modules could be named.
    pub fn module_there(&self, from: ModuleId, path: &[Ident]) -> Option<ModuleId> {
        let (first, rest) = path.split_first()?;
        let start = self.module_named(from, &first.name)?.item;
        self.nested_in(start, rest)
    }

    fn nested_in(&self, module: ModuleId, path: &[Ident]) -> Option<ModuleId> {
        path.iter().try_fold(module, |id, segment| {
            self.scope(id).nested.get(&segment.name).copied()
        })
    }

    /// Whether code in `from` may name a module: it is public, or nested in one that the code is in.
    pub fn may_see(&self, from: ModuleId, module: ModuleId) -> bool {
        let decl = &self.program.modules[module.0 as usize];
        let around = decl.parent.unwrap_or(module);
        decl.public || self.is_inside(from, around)
    }

    /// Whether code in `from` may use private items of `module`.
    pub fn is_inside(&self, from: ModuleId, module: ModuleId) -> bool {
        let mut next = Some(from);
        while let Some(id) = next {
            if id == module {
                return true;
            }
            next = self.scope(id).parent;
        }
        false
    }

    fn in_module<T>(
        &self,
        module: ModuleRef,
        mut look: impl FnMut(ModuleId) -> Access<T>,
    ) -> Access<T> {
        match (look(module.id), module.fallback) {
            (Access::Missing, Some(next)) => look(next),
            (found, _) => found,
        }
    }

    /// A function of a module, seen from another.
    pub fn func_in(&self, from: ModuleId, module: ModuleRef, name: &str) -> Access<FuncId> {
        self.in_module(module, |id| {
            let Some(&func) = self.scope(id).values.get(name) else {
                return Access::Missing;
            };
            let decl = &self.program.funcs[func.0 as usize];
            self.access(from, id, decl.public, decl.span, func)
        })
    }

    /// A type or interface of a module, seen from another.
    pub fn type_in(&self, from: ModuleId, module: ModuleRef, name: &str) -> Access<Item> {
        self.in_module(module, |id| {
            let Some(&item) = self.scope(id).types.get(name) else {
                return Access::Missing;
            };
            let (public, span) = self.item_facts(item);
            self.access(from, id, public, span, item)
        })
    }

    /// The variants of a name in a module, seen from another.
    pub fn variants_in(
        &self,
        from: ModuleId,
        module: ModuleRef,
        name: &str,
    ) -> Access<Vec<(TypeDefId, u32)>> {
        self.in_module(module, |id| {
            let Some(found) = self.scope(id).variants.get(name) else {
                return Access::Missing;
            };
            let visible = |&(def, _): &(TypeDefId, u32)| {
                self.program.types[def.0 as usize].public || self.is_inside(from, id)
            };
            let seen: Vec<_> = found.iter().copied().filter(visible).collect();
            match found.first() {
                Some((def, _)) if seen.is_empty() => {
                    Access::Private(self.program.types[def.0 as usize].span)
                }
                _ => Access::Found(seen),
            }
        })
    }

    fn access<T>(
        &self,
        from: ModuleId,
        module: ModuleId,
        public: bool,
        span: Span,
        item: T,
    ) -> Access<T> {
        if public || self.is_inside(from, module) {
            Access::Found(item)
        } else {
            Access::Private(span)
        }
    }

    /// Whether an item is public, and where it is defined.
    pub fn item_facts(&self, item: Item) -> (bool, Span) {
        match item {
            Item::Func(id) => {
                let func = &self.program.funcs[id.0 as usize];
                (func.public, func.span)
            }
            Item::Type(id) | Item::Variant(id, _) => {
                let def = &self.program.types[id.0 as usize];
                (def.public, def.span)
            }
            Item::Alias(id) => {
                let alias = &self.program.aliases[id.0 as usize];
                (alias.public, alias.span)
            }
            Item::Module(id) => (self.program.modules[id.0 as usize].public, Span::default()),
            Item::Interface(id) => {
                let interface = self.program.interface(id);
                (interface.public, interface.span)
            }
        }
    }

    /// The interface that a bare name means where one must stand: a type of the same name is another thing. If there is none, the type.
    pub fn find_interface(&self, from: ModuleId, name: &str) -> Option<Hit<Item>> {
        let found = self.find_type(from, name);
        let other = match &found {
            Some(hit) => match hit.item {
                Item::Type(id) => self.is_std(self.program.types[id.0 as usize].module),
                Item::Alias(id) => self.is_std(self.program.aliases[id.0 as usize].module),
                _ => false,
            },
            None => false,
        };
        let standard = self.std_interfaces.get(name).filter(|_| other);
        standard.copied().map(Hit::own).or(found)
    }

    /// The type or interface that a bare name means.
    pub fn find_type(&self, from: ModuleId, name: &str) -> Option<Hit<Item>> {
        for scope in self.scopes_from(from) {
            if let Some(&item) = scope.types.get(name) {
                return Some(Hit::own(item));
            }
            if let Some(imported) = scope.imports.get(name) {
                let mut items = imported.items.iter();
                let is_type =
                    |item: &&Item| item.is_named_type() || matches!(item, Item::Interface(_));
                if let Some(&item) = items.find(is_type) {
                    let import = Some(imported.span);
                    return Some(Hit { item, import });
                }
            }
        }
        self.std_types.get(name).copied().map(Hit::own)
    }

    /// The variants that a bare name may mean; several when types in scope share it.
    pub fn find_variants(&self, from: ModuleId, name: &str) -> Hit<Vec<(TypeDefId, u32)>> {
        for scope in self.scopes_from(from) {
            if let Some(found) = scope.variants.get(name) {
                return Hit::own(found.clone());
            }
            if let Some(imported) = scope.imports.get(name) {
                let variants = variants_of(&imported.items);
                if !variants.is_empty() {
                    return Hit {
                        item: variants,
                        import: Some(imported.span),
                    };
                }
            }
        }
        let through_types = self
            .scopes_from(from)
            .find_map(|scope| scope.import_variants.get(name));
        let found = through_types.cloned().unwrap_or_default();
        if !found.is_empty() {
            return Hit::own(found);
        }
        Hit::own(self.prelude_variant(name).into_iter().collect())
    }

    /// A variant of Option, Result, Ordering, ExitReason or Signal.
    fn prelude_variant(&self, name: &str) -> Option<(TypeDefId, u32)> {
        let known = &self.program.known;
        let defs = [
            known.option,
            known.result,
            known.ordering,
            known.exit_reason,
            known.signal,
        ];
        defs.into_iter().flatten().find_map(|def| {
            let number = self.variant_number(def, name)?;
            Some((def, number))
        })
    }

    /// The number of a type's variant.
    pub fn variant_number(&self, def: TypeDefId, name: &str) -> Option<u32> {
        match &self.program.types[def.0 as usize].shape {
            crate::typed::Shape::Sum(variants) => variants
                .iter()
                .position(|variant| variant.name == name)
                .map(|at| at as u32),
            crate::typed::Shape::Struct(_) => None,
        }
    }
}

fn variants_of(items: &[Item]) -> Vec<(TypeDefId, u32)> {
    let variant = |item: &Item| match *item {
        Item::Variant(def, number) => Some((def, number)),
        _ => None,
    };
    items.iter().filter_map(variant).collect()
}

/// `a.b.c` of a path.
pub fn dotted(path: &[Ident]) -> SmolStr {
    match path {
        [one] => one.name.clone(),
        _ => {
            let names: Vec<&str> = path.iter().map(|segment| segment.name.as_str()).collect();
            SmolStr::from(names.join("."))
        }
    }
}

/// `math_ops` as `MathOps`.
pub fn pascal_case(name: &str) -> SmolStr {
    let mut out = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    SmolStr::from(out)
}

/// The module name of a path relative to the project (`math/vector.snow` is `Math.Vector`).
pub fn module_name_of_path(path: &str) -> SmolStr {
    let stem = path.strip_suffix(".snow").unwrap_or(path);
    stem.split(['/', '\\'])
        .map(pascal_case)
        .reduce(|all, next| format_smolstr!("{all}.{next}"))
        .unwrap_or_default()
}

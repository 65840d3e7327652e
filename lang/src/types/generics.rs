//! Type parameters and their bounds, with the hidden ones that stand for associated types.
//!
//! `where C: Container` adds the parameter `C.Item`, which the implementation of `Container` for `C` determines. What an
//! interface requires of `Self` and of its associated types becomes a bound of those parameters too, so that whoever looks
//! for an interface of a type parameter finds it in one list.

use smol_str::{SmolStr, format_smolstr};

use super::convert::{Converter, TypeScope, substitute};
use super::hole;
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::resolve::Item;
use crate::resolve::scope::{Access, dotted};
use crate::syntax::ast::{self, Ident, Name, Span, TypeExpr, TypeExprKind};
use crate::typed::{Bound, InterfaceId, ModuleId, Ty, TypeParam};

/// Where bounds are written.
pub struct Generics<'g> {
    /// The module.
    pub module: ModuleId,
    /// Names that stand for types: `Self` and what belongs to it in an implementation.
    pub fixed: &'g [(Name, Ty)],
    /// Dotted names that the item mentions, like `T.Output`.
    pub mentioned: Vec<SmolStr>,
    /// Names of associated types that are one type: the second is that of the first.
    pub equal: &'static [(&'static str, &'static str)],
    /// The parameters so far.
    pub params: Vec<TypeParam>,
    /// Parameters with a bound that was reported: nothing more is said about them.
    pub reported: Vec<u32>,
}

impl Generics<'_> {
    /// Names of the parameters.
    pub fn names(&self) -> Vec<Name> {
        self.params.iter().map(|param| param.name.clone()).collect()
    }
}

/// An interface as a bound or `impl` names it.
pub struct Required {
    /// The interface.
    pub id: InterfaceId,
    /// Its arguments.
    pub args: Vec<Ty>,
    /// What it says of associated types: `Iterable<Item = Int>`.
    pub assoc: Vec<(Ident, Ty)>,
}

/// A parameter without bounds.
pub fn bare(name: &Name) -> TypeParam {
    TypeParam {
        name: name.clone(),
        bounds: Vec::new(),
    }
}

impl Converter<'_, '_> {
    /// Adds the bounds of a `where` clause, and the parameters that they bring in.
    pub fn where_clause(&mut self, generics: &mut Generics<'_>, bounds: &[ast::Bound]) {
        let mut waiting: Vec<&ast::Bound> = bounds.iter().collect();
        // A bound on `C.Item` can be read after the one that brings `C.Item` in.
        loop {
            let before = waiting.len();
            waiting.retain(|bound| match self.bounded(generics, &bound.ty) {
                Some(number) => {
                    for interface in &bound.interfaces {
                        self.bound(generics, number, interface);
                    }
                    false
                }
                None => true,
            });
            if waiting.len() == before {
                break;
            }
        }
        for bound in waiting {
            self.odd_bound(generics, bound);
        }
    }

    /// The number of the parameter that a bound is on.
    fn bounded(&self, generics: &Generics<'_>, ty: &TypeExpr) -> Option<u32> {
        let TypeExprKind::Path { path, args } = &ty.kind else {
            return None;
        };
        let name = dotted(path);
        if let Some((_, Ty::Param(number))) = generics.fixed.iter().find(|(n, _)| *n == name) {
            return Some(*number);
        }
        let found = generics.params.iter().position(|param| param.name == name);
        found.filter(|_| args.is_empty()).map(|at| at as u32)
    }

    fn odd_bound(&mut self, generics: &mut Generics<'_>, bound: &ast::Bound) {
        let names = generics.names();
        let scope = TypeScope {
            module: generics.module,
            params: &names,
            fixed: generics.fixed,
        };
        let ty = self.ty(scope, &bound.ty);
        generics.reported = (0..names.len() as u32).collect();
        if hole::as_type(&ty).is_some() {
            return;
        }
        self.sink.push(
            Diagnostic::new(
                Code::BOUND_ON_TYPE,
                bound.ty.span,
                "a bound must be on a type parameter",
            )
            .label("this is no type parameter here")
            .help("write bounds on the parameters that the type is made of"),
        );
    }

    /// Adds one interface to a parameter.
    fn bound(&mut self, generics: &mut Generics<'_>, number: u32, written: &TypeExpr) {
        let names = generics.names();
        let scope = TypeScope {
            module: generics.module,
            params: &names,
            fixed: generics.fixed,
        };
        match self.interface(scope, written) {
            Some(required) => self.add_bound(generics, number, required),
            None => generics.reported.push(number),
        }
    }

    /// Adds an interface with arguments to a parameter: hidden parameters for its other slots, and what follows from it.
    fn add_bound(&mut self, generics: &mut Generics<'_>, number: u32, required: Required) {
        let Required {
            id,
            mut args,
            assoc,
        } = required;
        let known = generics.params[number as usize].bounds.iter();
        let mut known = known.filter(|bound| bound.interface == id);
        if known.any(|bound| bound.args[..args.len()] == args[..]) {
            return;
        }
        let slots = self.world.program.interface(id).slots.clone();
        for slot in slots.iter().skip(1 + args.len()) {
            let own = slot.name.strip_prefix("Self.");
            let said = assoc
                .iter()
                .find(|(name, _)| own == Some(name.name.as_str()));
            let ty = match said {
                Some((_, ty)) => ty.clone(),
                None => self.hidden(generics, number, id, slot),
            };
            args.push(ty);
        }
        let all: Vec<Ty> = std::iter::once(Ty::Param(number))
            .chain(args.iter().cloned())
            .collect();
        let bound = Bound {
            interface: id,
            args,
        };
        generics.params[number as usize].bounds.push(bound);
        for (slot, ty) in slots.iter().zip(&all) {
            if let Ty::Param(to) = ty {
                imply(&mut generics.params[*to as usize], &slot.bounds, &all);
            }
        }
    }

    /// The parameter for an associated type of a parameter's interface.
    fn hidden(
        &mut self,
        generics: &mut Generics<'_>,
        number: u32,
        id: InterfaceId,
        slot: &TypeParam,
    ) -> Ty {
        let owner = &generics.params[number as usize].name;
        let name = format_smolstr!("{owner}{}", slot.name.trim_start_matches("Self"));
        let one = generics.equal.iter().find(|(_, other)| *other == name);
        let known = generics.params.iter().position(|param| match one {
            Some((first, _)) => param.name == *first,
            None => param.name == name,
        });
        if let Some(at) = known {
            return Ty::Param(at as u32);
        }
        // What an operator gives is what it takes, unless the signature says otherwise.
        if id.is_arithmetic() && !generics.mentioned.contains(&name) {
            return Ty::Param(number);
        }
        generics.params.push(bare(&name));
        Ty::Param(generics.params.len() as u32 - 1)
    }

    /// The interface that a bound or `impl` names, with its arguments; reported when there is none.
    pub fn interface(&mut self, scope: TypeScope<'_>, written: &TypeExpr) -> Option<Required> {
        let TypeExprKind::Path { path, args } = &written.kind else {
            if !matches!(written.kind, TypeExprKind::Error) {
                self.no_interface("this", written.span);
            }
            return None;
        };
        let id = self.interface_of(scope.module, path, written.span)?;
        self.resolve_interface(id);
        let wanted = self.world.program.interface(id).params as usize;
        let mut converted: Vec<Ty> = Vec::with_capacity(wanted);
        let mut assoc: Vec<(Ident, Ty)> = Vec::new();
        for arg in args {
            match &arg.kind {
                TypeExprKind::Assoc(name, ty) => assoc.push((name.clone(), self.ty(scope, ty))),
                _ => converted.push(self.ty(scope, arg)),
            }
        }
        if converted.len() != wanted {
            let name = self.world.program.interface(id).name.clone();
            self.interface_arguments(&name, wanted, converted.len(), written.span);
            return None;
        }
        let declared = self.world.program.interface(id).assoc.clone();
        if let Some((odd, _)) = assoc
            .iter()
            .find(|(name, _)| !declared.contains(&name.name))
        {
            self.undeclared(id, odd, &declared);
            return None;
        }
        let names = assoc.iter().map(|(name, _)| name);
        self.distinct(names, "associated type", Code::DUPLICATE);
        Some(Required {
            id,
            args: converted,
            assoc,
        })
    }

    fn interface_of(
        &mut self,
        module: ModuleId,
        path: &[Ident],
        span: Span,
    ) -> Option<InterfaceId> {
        let (name, modules) = path.split_last()?;
        let item = if modules.is_empty() {
            let hit = self.world.find_interface(module, &name.name);
            hit.map(|hit| self.world.note(hit))
        } else {
            let Some(hit) = self.world.find_module(module, modules) else {
                super::messages::unknown_module(self.world, module, modules, self.sink);
                return None;
            };
            let home = self.world.note(hit);
            match self.world.type_in(module, home, &name.name) {
                Access::Found(item) => Some(item),
                Access::Private(defined) => {
                    let private = super::messages::missing(self.world, home, name, Some(defined));
                    self.sink.push(private);
                    return None;
                }
                Access::Missing => None,
            }
        };
        match item {
            Some(Item::Interface(id)) => Some(id),
            Some(_) => {
                self.no_interface(&format!("`{}`", dotted(path)), span);
                None
            }
            None => {
                self.unknown_interface(module, path, span);
                None
            }
        }
    }

    fn no_interface(&mut self, what: &str, span: Span) {
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_INTERFACE,
                span,
                format!("{what} is a type, not an interface"),
            )
            .label("an interface must stand here"),
        );
    }

    fn unknown_interface(&mut self, module: ModuleId, path: &[Ident], span: Span) {
        let name = dotted(path);
        if self.world.is_reported(module, &path[0].name) {
            return;
        }
        let scope = self.world.scope(module);
        let own = scope.types.iter().chain(&self.world.std_types);
        let interfaces = own.filter(|(_, item)| matches!(item, Item::Interface(_)));
        let near = did_you_mean(&name, interfaces.map(|(name, _)| name.as_str()));
        let is_interface = |item: &Item| matches!(item, Item::Interface(_));
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_INTERFACE,
            span,
            format!("unknown interface `{name}`"),
        )
        .label("no interface of this name is in scope");
        let home = super::messages::public_home(self.world, &name, is_interface);
        self.sink.push(match home {
            Some(home) => diagnostic.help(format!("import it: `from {home} import {name}`")),
            None => diagnostic.maybe_help(near.or_else(|| foreign(&name))),
        });
    }

    fn interface_arguments(&mut self, name: &str, wanted: usize, found: usize, span: Span) {
        let needs = match wanted {
            0 => "takes no type arguments".to_owned(),
            1 => "takes 1 type argument".to_owned(),
            n => format!("takes {n} type arguments"),
        };
        let were = super::messages::are(found);
        let diagnostic = Diagnostic::new(
            Code::TYPE_ARGUMENTS,
            span,
            format!("interface `{name}` {needs}, but {were} given"),
        );
        self.sink.push(match wanted {
            0 => diagnostic.help(format!("write `{name}`")),
            _ => diagnostic.help(format!("write for example `{name}<Int>`")),
        });
    }
}

/// Adds what follows from a bound: `bounds` of a slot, in terms of the types of all slots.
fn imply(param: &mut TypeParam, bounds: &[Bound], all: &[Ty]) {
    for bound in bounds {
        let args = bound.args.iter().map(|arg| filled(arg, all)).collect();
        let implied = Bound {
            interface: bound.interface,
            args,
        };
        if !param.bounds.contains(&implied) {
            param.bounds.push(implied);
        }
    }
}

/// A type with others for its parameters. Slots are few and their types come from signatures, so it stays small.
pub fn filled(ty: &Ty, args: &[Ty]) -> Ty {
    let mut budget = super::convert::MAX_SIZE;
    substitute(ty, args, &mut budget).unwrap_or_else(hole::error_type)
}

/// Dotted names in types, like `T.Output`.
pub fn mentioned<'t>(types: impl IntoIterator<Item = &'t TypeExpr>) -> Vec<SmolStr> {
    let mut found = Vec::new();
    let mut work: Vec<&TypeExpr> = types.into_iter().collect();
    while let Some(ty) = work.pop() {
        match &ty.kind {
            TypeExprKind::Path { path, args } => {
                if path.len() > 1 {
                    found.push(dotted(path));
                }
                work.extend(args);
            }
            TypeExprKind::Tuple(parts) => work.extend(parts),
            TypeExprKind::Fun(params, ret) => {
                work.extend(params);
                work.push(ret);
            }
            TypeExprKind::Option(inner) => work.push(inner),
            TypeExprKind::Result(ok, err) => work.extend([&**ok, &**err]),
            TypeExprKind::Assoc(_, ty) => work.push(ty),
            TypeExprKind::Error => {}
        }
    }
    found
}

/// The types of bounds, for [`mentioned`].
pub fn types_of(bounds: &[ast::Bound]) -> impl Iterator<Item = &TypeExpr> {
    bounds
        .iter()
        .flat_map(|bound| std::iter::once(&bound.ty).chain(&bound.interfaces))
}

/// Interfaces of other languages.
fn foreign(name: &str) -> Option<String> {
    let snow = match name {
        "PartialEq" | "Equatable" => "Eq",
        "PartialOrd" | "Comparable" => "Ord",
        "Show" | "ToString" | "Stringable" | "String.Chars" => "Display",
        "Inspect" => "Debug",
        "Hashable" => "Hash",
        "Into" => "From",
        "IntoIterator" | "Enumerable" | "Sequence" => "Iterable",
        "Num" | "Number" => "Add` and the interfaces of the other operators, such as `Sub",
        _ => return None,
    };
    Some(format!("in Snow this is `{snow}`"))
}

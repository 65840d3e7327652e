//! Methods of interfaces: `x.name()`, `Target.name()`, `T.name()`, `Interface.name(x)`.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Item;
use crate::resolve::scope::{Access, dotted};
use crate::syntax::ast::{Ident, Span};
use crate::typed::{FuncId, Imp, InterfaceId, Owner};
use crate::types::arena::{Node, TyId};
use crate::types::solve::Has;

/// A function after a path: `Module.f`, or a method of the type that the path means.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathFunc {
    /// The function.
    pub id: FuncId,
    /// The type that it is a method of, where the path names one.
    pub on: Option<TyId>,
}

/// What a method's name means for a type.
pub(super) enum Method {
    /// One method.
    One(FuncId),
    /// Methods of several interfaces; this was reported.
    Several,
    /// No interface that the type has has it.
    None,
}

impl Infer<'_, '_> {
    /// The method that `name` means on a value of a type (`with_self`) or on the type itself.
    pub(super) fn interface_method(&mut self, ty: TyId, name: &Ident, with_self: bool) -> Method {
        let found = self.methods_of(ty, &name.name, with_self);
        match found.as_slice() {
            [] => Method::None,
            [one] => Method::One(*one),
            several => {
                let several = several.to_vec();
                self.ambiguous_method(ty, name, &several);
                Method::Several
            }
        }
    }

    /// Methods of a name of the interfaces that a type has; what is implemented goes before what is structural.
    fn methods_of(&self, ty: TyId, name: &str, with_self: bool) -> Vec<FuncId> {
        let (mut written, mut structural) = (Vec::new(), Vec::new());
        for id in self.visible_methods(name, with_self) {
            let Owner::Interface(interface) = self.world.program.funcs[id.0 as usize].owner else {
                continue;
            };
            match self.may_have(ty, interface) {
                Has::Written => written.push(id),
                Has::Structural => structural.push(id),
                Has::No => {}
            }
        }
        if written.is_empty() {
            structural
        } else {
            written
        }
    }

    /// Methods of a name of all interfaces that the module at hand may use.
    fn visible_methods(&self, name: &str, with_self: bool) -> Vec<FuncId> {
        let found = self.world.methods.get(name).map_or(&[][..], |found| found);
        let usable = found.iter().copied().filter(|id| {
            let func = &self.world.program.funcs[id.0 as usize];
            let visible = func.public || self.world.is_inside(self.f.module, func.module);
            let fits = matches!(func.imp, Imp::Method { has_self, .. } if has_self || !with_self);
            visible && fits
        });
        usable.collect()
    }

    /// The one method of a name for a value that nothing else determines: the project's own interfaces go before the
    /// standard library's.
    pub(super) fn only_method(&self, name: &str) -> Option<FuncId> {
        let found = self.visible_methods(name, true);
        let own = |id: &&FuncId| id.0 >= self.world.first_func;
        let project: Vec<&FuncId> = found.iter().filter(own).collect();
        match (project.as_slice(), found.as_slice()) {
            ([one], _) => Some(**one),
            ([], [one]) => Some(*one),
            _ => None,
        }
    }

    /// Names of the methods that interfaces give a type.
    pub(super) fn method_names(&self, ty: TyId) -> impl Iterator<Item = &str> {
        let names = self.world.methods.keys().map(|name| name.as_str());
        names.filter(move |name| !self.methods_of(ty, name, true).is_empty())
    }

    /// An interface that has a method which a type lacks, and where.
    pub(super) fn lacking_interface(&self, name: &Ident) -> Option<(String, Span)> {
        let found = self.only_method(&name.name)?;
        let span = self.world.program.funcs[found.0 as usize].span;
        Some((self.interface_name(found)?, span))
    }

    fn ambiguous_method(&mut self, ty: TyId, name: &Ident, found: &[FuncId]) {
        let text = self.show_one(ty);
        let interface = |id: FuncId| {
            let func = &self.world.program.funcs[id.0 as usize];
            match func.owner {
                Owner::Interface(interface) => {
                    self.world.program.interface(interface).name.to_string()
                }
                _ => func.name.to_string(),
            }
        };
        let names: Vec<String> = found
            .iter()
            .map(|&id| format!("`{}`", interface(id)))
            .collect();
        let mut diagnostic = Diagnostic::new(
            Code::AMBIGUOUS_METHOD,
            name.span,
            format!(
                "`{}` of `{text}` is a method of several interfaces: {}",
                name.name,
                names.join(", ")
            ),
        )
        .label("which one is meant?");
        for &id in found {
            let span = self.world.program.funcs[id.0 as usize].span;
            diagnostic = diagnostic.secondary(span, format!("the method of `{}`", interface(id)));
        }
        let first = interface(found[0]);
        self.sink.push(diagnostic.help(format!(
            "name the interface: `{first}.{}(value)`",
            name.name
        )));
    }

    /// What `path.name` means: a function of a module, or a method of an interface or a type. Reported when nothing.
    pub(super) fn path_func(&mut self, path: &[Ident], name: &Ident) -> Option<PathFunc> {
        if let Some(ty) = self.scoped_type(path) {
            return self.method_on_type(ty, path, name);
        }
        if let Some(hit) = self.world.find_module(self.f.module, path)
            && let Access::Found(id) = self.world.func_in(self.f.module, hit.item, &name.name)
        {
            self.world.note(hit);
            return Some(PathFunc { id, on: None });
        }
        if let Some(found) = self.interface_path(path, name) {
            return found;
        }
        if let Some(ty) = self.type_path(path)
            && let Some(id) = self.quiet_method(ty, name)
        {
            return id.map(|id| PathFunc { id, on: Some(ty) });
        }
        let id = self.module_func(path, name)?;
        Some(PathFunc { id, on: None })
    }

    /// A type parameter or `Self`.
    fn scoped_type(&mut self, path: &[Ident]) -> Option<TyId> {
        let name = dotted(path);
        if let Some(at) = self.f.type_params.iter().position(|param| *param == name) {
            return Some(self.f.rigid[at]);
        }
        let fixed = self.f.fixed.iter().find(|(known, _)| *known == name);
        let ty = fixed.map(|(_, ty)| ty.clone())?;
        Some(self.arena.instantiate(&ty, &self.f.rigid))
    }

    fn method_on_type(&mut self, ty: TyId, path: &[Ident], name: &Ident) -> Option<PathFunc> {
        match self.interface_method(ty, name, false) {
            Method::One(id) => Some(PathFunc { id, on: Some(ty) }),
            Method::Several => None,
            Method::None => {
                if !self.arena.is_error(ty) {
                    self.no_static_method(ty, path, name);
                }
                None
            }
        }
    }

    /// `Some(None)` when it was reported.
    fn quiet_method(&mut self, ty: TyId, name: &Ident) -> Option<Option<FuncId>> {
        match self.interface_method(ty, name, false) {
            Method::One(id) => Some(Some(id)),
            Method::Several => Some(None),
            Method::None => None,
        }
    }

    fn no_static_method(&mut self, ty: TyId, path: &[Ident], name: &Ident) {
        let text = dotted(path);
        let mut diagnostic = Diagnostic::new(
            Code::UNKNOWN_METHOD,
            name.span,
            format!("`{text}` has no function `{}`", name.name),
        )
        .label("unknown function");
        let candidates = self.visible_methods(&name.name, false);
        if let (Node::Rigid(_), Some(interface)) = (
            self.arena.node(ty),
            candidates.first().and_then(|id| self.interface_name(*id)),
        ) {
            diagnostic = diagnostic.help(format!(
                "demand the interface that has it: `where {text}: {interface}`"
            ));
        }
        self.sink.push(diagnostic);
    }

    /// The name of a method's interface.
    pub(super) fn interface_name(&self, id: FuncId) -> Option<String> {
        match self.world.program.funcs[id.0 as usize].owner {
            Owner::Interface(interface) => {
                Some(self.world.program.interface(interface).name.to_string())
            }
            _ => None,
        }
    }

    /// `Interface.name`; `Some(None)` when the interface has no such method, which is reported.
    fn interface_path(&mut self, path: &[Ident], name: &Ident) -> Option<Option<PathFunc>> {
        let Item::Interface(interface) = self.type_item(path)? else {
            return None;
        };
        let found = self.method_in(interface, &name.name);
        if found.is_none() {
            self.not_in_interface(interface, name);
        }
        Some(found.map(|id| PathFunc { id, on: None }))
    }

    /// A method of an interface or of one that it requires.
    fn method_in(&self, interface: InterfaceId, name: &str) -> Option<FuncId> {
        let decl = self.world.program.interface(interface);
        let required = decl.slots.first().map_or(&[][..], |slot| &slot.bounds);
        let all = std::iter::once(interface).chain(required.iter().map(|bound| bound.interface));
        let mut methods = all.flat_map(|id| &self.world.program.interface(id).methods);
        methods
            .find(|id| self.world.program.funcs[id.0 as usize].name == name)
            .copied()
    }

    fn not_in_interface(&mut self, interface: InterfaceId, name: &Ident) {
        let decl = self.world.program.interface(interface);
        let names = self.world.program.method_names(decl);
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_METHOD,
                name.span,
                format!("interface `{}` has no method `{}`", decl.name, name.name),
            )
            .label("unknown method")
            .secondary(decl.span, "the interface is defined here")
            .maybe_help(crate::diagnostics::did_you_mean(&name.name, names)),
        );
    }

    /// The type that a path means, with fresh types for its parameters.
    pub(super) fn type_path(&mut self, path: &[Ident]) -> Option<TyId> {
        let Some(item) = self.type_item(path) else {
            let [name] = path else { return None };
            return self.built_in_type(&name.name);
        };
        match item {
            Item::Type(id) => {
                let count = self.world.program.types[id.0 as usize].type_params.len();
                let args: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
                Some(self.adt(id, &args))
            }
            Item::Alias(id) => {
                let alias = self.world.program.aliases[id.0 as usize].clone();
                let args: Vec<TyId> = alias
                    .type_params
                    .iter()
                    .map(|_| self.arena.fresh())
                    .collect();
                Some(self.arena.instantiate(&alias.ty, &args))
            }
            _ => None,
        }
    }

    /// What the name of a type stands for, here or in a module.
    fn type_item(&mut self, path: &[Ident]) -> Option<Item> {
        let (last, modules) = path.split_last()?;
        if !modules.is_empty() {
            return self.type_item_in(modules, last);
        }
        let hit = self.world.find_type(self.f.module, &last.name)?;
        Some(self.world.note(hit))
    }

    /// What the name of a type stands for in a module.
    pub(super) fn type_item_in(&mut self, module: &[Ident], name: &Ident) -> Option<Item> {
        let hit = self.world.find_module(self.f.module, module)?;
        match self.world.type_in(self.f.module, hit.item, &name.name) {
            Access::Found(item) => {
                self.world.note(hit);
                Some(item)
            }
            _ => None,
        }
    }

    fn built_in_type(&mut self, name: &str) -> Option<TyId> {
        let (con, count) = crate::types::convert::built_in(name)?;
        let args: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
        Some(self.arena.app(con, &args))
    }

    /// A function after a path as a value.
    pub(super) fn path_value(
        &mut self,
        found: PathFunc,
        span: Span,
        expect: Expect,
    ) -> super::Expr {
        let instance = self.instance_on(found, span);
        self.instance_value(found.id, instance, span, expect)
    }

    /// An instance of a method of a known type.
    pub(super) fn instance_on(&mut self, found: PathFunc, span: Span) -> super::lookup::Instance {
        let instance = self.instance(found.id, span);
        if let (Some(on), Some(&own)) = (found.on, instance.args.first()) {
            let _fits = self.unify_quietly(own, on);
        }
        instance
    }
}

//! Declarations of implementations: for which type, with which associated types and methods, and whether they may stand here.

use smol_str::format_smolstr;

use super::convert::{Converter, TypeScope};
use super::generics::{Generics, bare, mentioned, types_of};
use super::hole;
use crate::diagnostics::{Code, Diagnostic, did_you_mean, nearest};
use crate::resolve::FuncSource;
use crate::syntax::ast::{self, Ident, Name, TypeExpr, TypeExprKind};
use crate::typed::{Con, FuncId, Imp, ImplId, InterfaceId, ModuleId, Ty, TypeParam};

impl Converter<'_, '_> {
    /// Fills in all implementations of this compilation.
    pub fn declare_impls(&mut self) {
        for index in 0..self.world.impls.len() {
            let id = ImplId(self.world.first_impl + index as u32);
            self.implementation(id, self.world.impls[index]);
        }
    }

    fn implementation(&mut self, id: ImplId, def: &ast::ImplDef) {
        let module = self.world.program.implementation(id).module;
        self.type_params(&def.type_params);
        let mut names: Vec<Name> = def.type_params.iter().map(|p| p.name.clone()).collect();
        for ty in [&def.interface, &def.target] {
            self.implied_params(module, ty, &mut names);
        }
        let scope = TypeScope {
            module,
            params: &names,
            fixed: &[],
        };
        let target = self.ty(scope, &def.target);
        let interface = self.interface_of_impl(scope, &def.interface);
        let Some((interface, mut args)) = interface else {
            return self.disown(id);
        };
        if !self.may_implement(interface, &args, &target, def) {
            return self.disown(id);
        }
        let assoc = def.assoc_types.iter().map(|(_, ty)| ty);
        let mut generics = Generics {
            module,
            fixed: &[],
            reported: Vec::new(),
            equal: &[],
            mentioned: mentioned(types_of(&def.bounds).chain(assoc)),
            params: names.iter().map(bare).collect(),
        };
        self.where_clause(&mut generics, &def.bounds);
        if let Some(loose) = loose_param(&generics.params, &target, &args) {
            self.loose(&loose, def);
            return self.disown(id);
        }
        let fixed = self.fixed(interface, &target, &args);
        let own = self.associated_types(interface, def, &generics, &fixed, &args);
        args.extend(own);
        let decl = &mut self.world.program.impls[id.0 as usize];
        decl.interface = interface;
        decl.type_params = generics.params;
        decl.target = target;
        decl.args = args;
        self.methods_of_impl(id, def);
        self.coherence(id);
    }

    /// The interface of an implementation; its own name in an error.
    fn interface_of_impl(
        &mut self,
        scope: TypeScope<'_>,
        written: &TypeExpr,
    ) -> Option<(InterfaceId, Vec<Ty>)> {
        let required = self.interface(scope, written)?;
        if let Some((name, _)) = required.assoc.first() {
            self.sink.push(
                Diagnostic::new(
                    Code::UNEXPECTED_TOKEN,
                    name.span,
                    format!("an implementation says what `{}` is within it", name.name),
                )
                .label("remove this")
                .help(format!(
                    "write a line `type {} = …` after the `do`",
                    name.name
                )),
            );
            return None;
        }
        let (id, args) = (required.id, required.args);
        if id.is_closed() {
            let name = &self.world.program.interface(id).name;
            self.sink.push(
                Diagnostic::new(
                    Code::ORPHAN_IMPL,
                    written.span,
                    format!("`{name}` cannot be implemented"),
                )
                .label("only the language itself says which types have it"),
            );
            return None;
        }
        Some((id, args))
    }

    /// An implementation that was reported: its methods belong to nothing.
    fn disown(&mut self, id: ImplId) {
        let source = &self.world.impls[(id.0 - self.world.first_impl) as usize];
        if let TypeExprKind::Path { path, .. } = &source.interface.kind {
            self.world
                .disowned
                .extend(path.last().map(|name| name.name.clone()));
        }
        self.world.program.impls[id.0 as usize].methods.clear();
    }

    /// Names like `T` that stand for no type are parameters of the implementation, written after `impl` or not.
    fn implied_params(&self, module: ModuleId, ty: &TypeExpr, names: &mut Vec<Name>) {
        match &ty.kind {
            TypeExprKind::Path { path, args } => {
                if let ([one], []) = (path.as_slice(), args.as_slice())
                    && is_parameter_name(&one.name)
                    && !names.contains(&one.name)
                    && self.world.find_type(module, &one.name).is_none()
                {
                    names.push(one.name.clone());
                }
                args.iter()
                    .for_each(|arg| self.implied_params(module, arg, names));
            }
            TypeExprKind::Tuple(parts) => {
                for part in parts {
                    self.implied_params(module, part, names);
                }
            }
            TypeExprKind::Fun(params, ret) => {
                for part in params.iter().chain(std::iter::once(&**ret)) {
                    self.implied_params(module, part, names);
                }
            }
            TypeExprKind::Option(inner) => self.implied_params(module, inner, names),
            TypeExprKind::Result(ok, err) => {
                self.implied_params(module, ok, names);
                self.implied_params(module, err, names);
            }
            TypeExprKind::Assoc(_, ty) => self.implied_params(module, ty, names),
            TypeExprKind::Error => {}
        }
    }

    /// Whether the interface may be implemented for the type in this project; reports it when not.
    fn may_implement(
        &mut self,
        interface: InterfaceId,
        args: &[Ty],
        target: &Ty,
        def: &ast::ImplDef,
    ) -> bool {
        let con = match target {
            Ty::App(con, _) => *con,
            Ty::Param(_) if hole::as_type(target).is_some() => return false,
            Ty::Param(_) => {
                self.impl_for_everything(interface, def);
                return false;
            }
        };
        let foreign = self.is_foreign(con) && args.iter().all(|arg| self.is_foreign_type(arg));
        if foreign && self.is_foreign_interface(interface) {
            self.orphan(interface, con, def);
            return false;
        }
        let built_in = !matches!(con, Con::Adt(_)) && super::derive::has(con, interface);
        if built_in {
            self.built_in_already(interface, def);
        }
        !built_in
    }

    fn loose(&mut self, name: &Name, def: &ast::ImplDef) {
        let listed = def.type_params.iter().find(|param| param.name == *name);
        self.sink.push(
            Diagnostic::new(
                Code::IMPL_TARGET,
                listed.map_or(def.target.span, |param| param.span),
                format!("nothing determines the type parameter `{name}` of this implementation"),
            )
            .label(format!("`{name}` is no part of the type"))
            .secondary(def.target.span, "implemented for this type")
            .help("remove it, or make it an argument of the interface or the type"),
        );
    }

    fn impl_for_everything(&mut self, interface: InterfaceId, def: &ast::ImplDef) {
        let name = &self.world.program.interface(interface).name;
        self.sink.push(
            Diagnostic::new(
                Code::IMPL_TARGET,
                def.target.span,
                format!("`{name}` cannot be implemented for every type at once"),
            )
            .label("a type parameter; the name of a type must stand here")
            .help(format!(
                "implement it for the types that need it, for example `impl {name} for List<T>`"
            )),
        );
    }

    /// Whether a project is checked, and the interface is the standard library's.
    fn is_foreign_interface(&self, interface: InterfaceId) -> bool {
        let project = self.world.first_func > 0;
        project
            && self
                .world
                .is_std(self.world.program.interface(interface).module)
    }

    fn is_foreign(&self, con: Con) -> bool {
        match con {
            Con::Adt(id) => self
                .world
                .is_std(self.world.program.types[id.0 as usize].module),
            _ => true,
        }
    }

    fn is_foreign_type(&self, ty: &Ty) -> bool {
        match ty {
            Ty::App(con, _) => self.is_foreign(*con),
            Ty::Param(_) => true,
        }
    }

    fn orphan(&mut self, interface: InterfaceId, con: Con, def: &ast::ImplDef) {
        let decl = self.world.program.interface(interface);
        let (name, defined) = (&decl.name, decl.span);
        let ty = self.world.files.text_of(def.target.span);
        let diagnostic = Diagnostic::new(
            Code::ORPHAN_IMPL,
            def.interface.span.to(def.target.span),
            format!("`{name}` cannot be implemented for `{ty}` here"),
        )
        .label("neither of the two belongs to this project")
        .secondary(
            defined,
            format!("`{name}` is defined in the standard library"),
        );
        let diagnostic = match con {
            Con::Adt(id) => {
                let span = self.world.program.types[id.0 as usize].span;
                diagnostic.secondary(span, format!("and so is `{ty}`"))
            }
            _ => diagnostic.note(format!("`{ty}` is a type of the language")),
        };
        self.sink.push(diagnostic.help(
            "wrap the value in a struct of your own and implement it for that, or define an interface of your own",
        ));
    }

    fn built_in_already(&mut self, interface: InterfaceId, def: &ast::ImplDef) {
        let name = &self.world.program.interface(interface).name;
        let ty = self.world.files.text_of(def.target.span);
        self.sink.push(
            Diagnostic::new(
                Code::DUPLICATE_IMPL,
                def.interface.span.to(def.target.span),
                format!("`{ty}` has `{name}` already"),
            )
            .label("the language gives it this interface"),
        );
    }

    /// What `Self` and `Self.Item` stand for, as far as known.
    pub(super) fn fixed(
        &self,
        interface: InterfaceId,
        target: &Ty,
        args: &[Ty],
    ) -> Vec<(Name, Ty)> {
        let mut fixed = vec![(Name::new_static("Self"), target.clone())];
        let slots = self.world.program.interface(interface).slots.iter().skip(1);
        let named = slots.zip(args).filter(|(slot, _)| slot.name.contains('.'));
        fixed.extend(named.map(|(slot, ty)| (slot.name.clone(), ty.clone())));
        fixed
    }

    /// The interface's own associated types.
    fn associated_types(
        &mut self,
        interface: InterfaceId,
        def: &ast::ImplDef,
        generics: &Generics<'_>,
        fixed: &[(Name, Ty)],
        args: &[Ty],
    ) -> Vec<Ty> {
        self.distinct(
            def.assoc_types.iter().map(|(name, _)| name),
            "associated type",
            Code::DUPLICATE,
        );
        let declared = self.world.program.interface(interface).assoc.clone();
        for (name, _) in &def.assoc_types {
            if !declared.contains(&name.name) {
                self.undeclared(interface, name, &declared);
            }
        }
        let names = generics.names();
        let mut fixed = fixed.to_vec();
        let mut out = Vec::new();
        for name in &declared {
            let written = def
                .assoc_types
                .iter()
                .find(|(known, _)| known.name == *name);
            let ty = match written {
                Some((_, ty)) => {
                    let scope = TypeScope {
                        module: generics.module,
                        params: &names,
                        fixed: &fixed,
                    };
                    self.ty(scope, ty)
                }
                None => match self.assoc_default(interface, name) {
                    Some((module, ty)) => {
                        let slots = self.world.program.interface(interface).slots.iter();
                        let params = slots.skip(1).zip(args);
                        let params = params.map(|(slot, ty)| (slot.name.clone(), ty.clone()));
                        let fixed: Vec<(Name, Ty)> = fixed.iter().cloned().chain(params).collect();
                        let scope = TypeScope {
                            module,
                            params: &[],
                            fixed: &fixed,
                        };
                        self.ty(scope, &ty)
                    }
                    None => {
                        self.missing_type(interface, name, def);
                        hole::error_type()
                    }
                },
            };
            fixed.push((format_smolstr!("Self.{name}"), ty.clone()));
            out.push(ty);
        }
        out
    }

    /// What an interface says an associated type is where an implementation says nothing, and the module that it says so in.
    fn assoc_default(&self, interface: InterfaceId, name: &Name) -> Option<(ModuleId, TypeExpr)> {
        let mut sources = self.world.interfaces.iter();
        let (_, def) = sources.find(|(id, _)| *id == interface)?;
        let (_, ty) = def
            .assoc_types
            .iter()
            .find(|(known, _)| known.name == *name)?;
        Some((self.world.program.interface(interface).module, ty.clone()?))
    }

    pub(super) fn undeclared(&mut self, interface: InterfaceId, name: &Ident, declared: &[Name]) {
        let decl = self.world.program.interface(interface);
        let diagnostic = Diagnostic::new(
            Code::UNDECLARED_ASSOCIATED_TYPE,
            name.span,
            format!(
                "associated type `{}` is not declared by the trait `{}`",
                name.name, decl.name
            ),
        )
        .label("no associated type of the interface")
        .secondary(decl.span, "the interface is defined here");
        let near = did_you_mean(&name.name, declared.iter().map(|name| name.as_str()));
        self.sink.push(diagnostic.maybe_help(near));
    }

    fn missing_type(&mut self, interface: InterfaceId, name: &Name, def: &ast::ImplDef) {
        if self.world.has_gaps {
            return;
        }
        let decl = self.world.program.interface(interface);
        self.sink.push(
            Diagnostic::new(
                Code::MISSING_ASSOCIATED_TYPE,
                def.interface.span.to(def.target.span),
                format!(
                    "missing associated type `{name}` in this implementation of `{}`",
                    decl.name
                ),
            )
            .label(format!("`{name}` is missing"))
            .secondary(decl.span, "the interface declares it")
            .help(format!("add `type {name} = …`")),
        );
    }

    /// Puts methods into the order of the interface's, and reports those missing and those too many.
    fn methods_of_impl(&mut self, id: ImplId, def: &ast::ImplDef) {
        let decl = self.world.program.implementation(id);
        let interface = self.world.program.interface(decl.interface).clone();
        let found: Vec<FuncId> = decl.methods.iter().flatten().copied().collect();
        let func = |id: FuncId| &self.world.program.funcs[id.0 as usize];
        let mut methods = Vec::with_capacity(interface.methods.len());
        let mut missing: Vec<Name> = Vec::new();
        for &wanted in &interface.methods {
            let name = &func(wanted).name;
            let own = found.iter().copied().find(|&own| func(own).name == *name);
            if own.is_none() && self.needs_method(decl.interface, wanted) {
                missing.push(name.clone());
            }
            methods.push(own);
        }
        let foreign: Vec<FuncId> = found
            .iter()
            .copied()
            .filter(|id| !methods.contains(&Some(*id)))
            .collect();
        let single = foreign.len() == 1 && missing.len() == 1;
        for method in foreign {
            let name = &self.world.program.funcs[method.0 as usize].name;
            let mut meant = missing.iter().map(Name::as_str);
            // A method that is missing because it has another name is one mistake.
            let meant = match single {
                true => meant.next(),
                false => nearest(name, meant),
            };
            let help = meant.map(|meant| format!("call it `{meant}`, which is missing here"));
            if let Some(meant) = meant.map(Name::new) {
                missing.retain(|name| *name != meant);
            }
            self.foreign_method(&interface, method, help);
        }
        if !missing.is_empty() {
            self.missing_methods(&interface, &missing, def);
        }
        self.world.program.impls[id.0 as usize].methods = methods;
    }

    /// Whether an implementation must have a method: the interface says nothing about it, or only for types that have
    /// it by their structure.
    fn needs_method(&self, interface: InterfaceId, method: FuncId) -> bool {
        if interface.is_structural() || interface.is_arithmetic() {
            return true;
        }
        match self.world.func_source(method) {
            Some(FuncSource::Clauses(clauses)) => clauses[0].body.is_none(),
            Some(FuncSource::Native(_)) => false,
            None => {
                let imp = &self.world.program.funcs[method.0 as usize].imp;
                matches!(imp, Imp::Method { default: None, .. })
            }
        }
    }

    fn missing_methods(
        &mut self,
        interface: &crate::typed::Interface,
        missing: &[Name],
        def: &ast::ImplDef,
    ) {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let methods = if missing.len() == 1 {
            "method"
        } else {
            "methods"
        };
        self.sink.push(
            Diagnostic::new(
                Code::MISSING_METHOD,
                def.interface.span.to(def.target.span),
                format!(
                    "this implementation of `{}` lacks the {methods} {}",
                    interface.name,
                    names.join(", ")
                ),
            )
            .label(format!("missing {methods}"))
            .secondary(interface.span, "the interface is defined here"),
        );
    }

    fn foreign_method(
        &mut self,
        interface: &crate::typed::Interface,
        method: FuncId,
        help: Option<String>,
    ) {
        let func = &self.world.program.funcs[method.0 as usize];
        let names = self.world.program.method_names(interface);
        self.sink.push(
            Diagnostic::new(
                Code::FOREIGN_METHOD,
                func.span,
                format!("`{}` is not a method of `{}`", func.name, interface.name),
            )
            .label("the interface has no such method")
            .secondary(interface.span, "the interface is defined here")
            .maybe_help(
                help.or_else(|| did_you_mean(&func.name, names))
                    .or_else(|| Some("define it as a function outside of the `impl`".to_owned())),
            ),
        );
    }

    /// One implementation per interface and type.
    fn coherence(&mut self, id: ImplId) {
        let decl = self.world.program.implementation(id);
        let Some(con) = decl.con() else { return };
        let key = (decl.interface, con);
        let inputs = self.world.program.interface(decl.interface).params as usize;
        let known = self.world.impls_of(decl.interface, con).to_vec();
        let clash = known.into_iter().find(|&other| {
            let other = self.world.program.implementation(other);
            let inputs = decl.args.iter().zip(&other.args).take(inputs);
            let parts = std::iter::once((&decl.target, &other.target)).chain(inputs);
            super::overlap::overlap(parts)
        });
        if let Some(other) = clash {
            return self.twice(id, other);
        }
        self.world.impls_of.entry(key).or_default().push(id);
    }

    fn twice(&mut self, id: ImplId, other: ImplId) {
        let (decl, first) = (
            self.world.program.implementation(id),
            self.world.program.implementation(other),
        );
        let shower = super::show::Shower::new(&self.world.program, decl.module);
        let names: Vec<&str> = decl.type_params.iter().map(|p| p.name.as_str()).collect();
        let ty = shower.closed(&decl.target, &names);
        let name = &self.world.program.interface(decl.interface).name;
        self.sink.push(
            Diagnostic::new(
                Code::DUPLICATE_IMPL,
                decl.span,
                format!("`{name}` is implemented twice for `{ty}`"),
            )
            .label("implemented again here")
            .secondary(first.span, "first implemented here")
            .note("a program has one implementation for an interface and a type, whichever modules are imported"),
        );
        self.disown(id);
    }
}

/// A parameter that follows neither from the type nor from the interface's arguments. Hidden ones follow from others.
fn loose_param(params: &[TypeParam], target: &Ty, args: &[Ty]) -> Option<Name> {
    let mut found = vec![false; params.len()];
    for ty in std::iter::once(target).chain(args) {
        mark(ty, &mut found);
    }
    loop {
        let before = found.iter().filter(|found| **found).count();
        for (number, param) in params.iter().enumerate() {
            if found[number] {
                let determined = param.bounds.iter().flat_map(|bound| &bound.args);
                determined.for_each(|ty| mark(ty, &mut found));
            }
        }
        if found.iter().filter(|found| **found).count() == before {
            break;
        }
    }
    let loose = found.iter().position(|found| !found)?;
    Some(params[loose].name.clone())
}

/// Marks the parameters in a type.
fn mark(ty: &Ty, found: &mut [bool]) {
    match ty {
        Ty::Param(number) => {
            if let Some(found) = found.get_mut(*number as usize) {
                *found = true;
            }
        }
        Ty::App(_, parts) => parts.iter().for_each(|part| mark(part, found)),
    }
}

/// `T`, `K2`: names of type parameters by convention.
fn is_parameter_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.all(|c| c.is_ascii_digit())
}

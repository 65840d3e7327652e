//! Names: locals, functions and variants, bare or after a path.

use smol_str::{SmolStr, format_smolstr};

use super::special::Special;
use super::{Expect, Infer, holes};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::resolve::Item;
use crate::resolve::scope::{Access, ModuleRef, dotted};
use crate::syntax::ast::{Ident, Name, Span};
use crate::typed::{
    Clause, Expr, ExprKind, FieldDef, FuncId, LocalId, Pat, PatKind, Shape, TypeDefId,
};
use crate::types::arena::{Needs, TyId};
use crate::types::hole;
use crate::types::messages;

/// An instance of a function's signature.
#[derive(Debug)]
pub(super) struct Instance {
    /// Type arguments; empty for functions of the group at hand, whose parameters are not known yet.
    pub args: Vec<TyId>,
    /// Parameter types.
    pub params: Vec<TyId>,
    /// Result type.
    pub ret: TyId,
}

/// A struct or variant to build or match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shaped {
    /// The type.
    pub def: TypeDefId,
    /// The variant; 0 for a struct.
    pub variant: u32,
}

/// Functions of the prelude that come with interfaces and actors.
const LATER: [&str; 6] = ["default", "self", "send", "spawn", "spawn_link", "link"];

impl Infer<'_, '_> {
    pub(super) fn name(&mut self, name: &Name, span: Span, expect: Expect) -> Expr {
        if let Some(&local) = self.f.scope.get(name) {
            return self.local(local, span, expect);
        }
        if let Some(hit) = self.world.find_value(self.f.module, name) {
            let id = self.world.note(hit);
            return self.func_value(id, span, expect);
        }
        if let Some(special) = Special::from_name(name) {
            return self.special_value(special, span, expect);
        }
        self.unknown_name(name, span);
        self.error(span)
    }

    pub(super) fn local(&mut self, id: LocalId, span: Span, expect: Expect) -> Expr {
        self.f.used[id.0 as usize] = true;
        let (ty, args) = match self.f.schemes.get(&id) {
            Some(scheme) => self.arena.instantiate_local(scheme),
            None => {
                let ty = hole::as_type(&self.f.locals[id.0 as usize].ty);
                (ty.unwrap_or(TyId::ERROR), Vec::new())
            }
        };
        self.settle_due();
        self.done(ExprKind::Local(id, holes(&args)), ty, span, expect)
    }

    pub(super) fn func_value(&mut self, id: FuncId, span: Span, expect: Expect) -> Expr {
        let instance = self.instance(id, span);
        if self.needs_closure(id) {
            let Instance { args, params, ret } = instance;
            let call = |this: &mut Self, locals| this.call_kind(id, &args, locals, ret, span);
            return self.eta(&params, ret, span, expect, call);
        }
        let ty = self.arena.fun(&instance.params, instance.ret);
        self.done(ExprKind::Func(id, holes(&instance.args)), ty, span, expect)
    }

    /// A fresh instance of a function's signature; `span` is the use.
    pub(super) fn instance(&mut self, id: FuncId, span: Span) -> Instance {
        if id != self.f.func
            && let Some(index) = id.0.checked_sub(self.world.first_func)
        {
            self.world.used_funcs[index as usize] = true;
        }
        if let Some(member) = self.members.iter().find(|member| member.func == id) {
            return Instance {
                args: Vec::new(),
                params: member.params.clone(),
                ret: member.ret,
            };
        }
        if !self.is_ready(id) {
            return self.not_ready(id, span);
        }
        let func = &self.world.program.funcs[id.0 as usize];
        let mut args = Vec::with_capacity(func.type_params.len());
        for param in &func.type_params {
            let var = self.arena.fresh();
            for &bound in &param.bounds {
                let why = Needs::Call(id);
                let origin = crate::types::arena::Origin { span, why };
                self.arena.require(var, bound, origin);
            }
            args.push(var);
        }
        let params = func
            .params
            .iter()
            .map(|(_, ty)| self.arena.instantiate(ty, &args))
            .collect();
        let ret = self.arena.instantiate(&func.ret, &args);
        Instance { args, params, ret }
    }

    /// Whether a function's signature is known.
    fn is_ready(&self, id: FuncId) -> bool {
        match id.0.checked_sub(self.world.first_func) {
            Some(index) => self.ready[index as usize],
            None => true,
        }
    }

    /// A method call found a function that is typed later: its type has to be written.
    fn not_ready(&mut self, id: FuncId, span: Span) -> Instance {
        let func = &self.world.program.funcs[id.0 as usize];
        self.sink.push(
            Diagnostic::new(
                Code::AMBIGUOUS_TYPE,
                span,
                format!("the type of `{}` is not known yet here", func.name),
            )
            .label("used before its type is inferred")
            .secondary(func.span, "annotate its parameters and result"),
        );
        let arity = self
            .world
            .func_source(id)
            .map_or(0, crate::resolve::source_arity);
        Instance {
            args: Vec::new(),
            params: vec![TyId::ERROR; arity],
            ret: TyId::ERROR,
        }
    }

    /// `Circle` or `None` without arguments, or a name that stands for nothing.
    pub(super) fn upper(&mut self, name: &Name, span: Span, expect: Expect) -> Expr {
        let path = [Ident {
            name: name.clone(),
            span,
        }];
        match self.shaped(&path, expect.ty()) {
            Some(shaped) => self.variant_value(shaped, span, expect),
            None => self.error(span),
        }
    }

    /// A variant that is not called: a value without fields, or a function that builds it.
    pub(super) fn variant_value(&mut self, shaped: Shaped, span: Span, expect: Expect) -> Expr {
        let (ty, fields) = self.instance_of(shaped);
        if fields.is_empty() {
            let kind = ExprKind::Construct {
                variant: shaped.variant,
                fields: Vec::new(),
            };
            return self.done(kind, ty, span, expect);
        }
        let built = |_: &mut Self, locals: Vec<Expr>| ExprKind::Construct {
            variant: shaped.variant,
            fields: locals,
        };
        self.eta(&fields, ty, span, expect, built)
    }

    /// A closure that takes `params` and builds an expression of type `ret` from them.
    pub(super) fn eta(
        &mut self,
        params: &[TyId],
        ret: TyId,
        span: Span,
        expect: Expect,
        build: impl FnOnce(&mut Self, Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let mut pats = Vec::with_capacity(params.len());
        let mut args = Vec::with_capacity(params.len());
        for (index, &ty) in params.iter().enumerate() {
            let local = self.hidden(&format_smolstr!("_{index}"), ty, span);
            pats.push(Pat {
                kind: PatKind::Bind(local),
                ty: hole::of_type(ty),
                span,
            });
            args.push(Expr {
                kind: ExprKind::Local(local, Vec::new()),
                ty: hole::of_type(ty),
                span,
            });
        }
        let body = Expr {
            kind: build(self, args),
            ty: hole::of_type(ret),
            span,
        };
        let clause = Clause {
            params: pats,
            guard: None,
            body,
            span,
        };
        let ty = self.arena.fun(params, ret);
        self.done(ExprKind::Lambda(vec![clause]), ty, span, expect)
    }

    /// The struct or variant definitions' fields.
    pub(super) fn fields_of(&self, shaped: Shaped) -> &[FieldDef] {
        match &self.world.program.types[shaped.def.0 as usize].shape {
            Shape::Struct(fields) => fields,
            Shape::Sum(variants) => variants
                .get(shaped.variant as usize)
                .map_or(&[], |variant| &variant.fields),
        }
    }

    /// The name of a struct or variant.
    pub(super) fn shaped_name(&self, shaped: Shaped) -> SmolStr {
        let def = &self.world.program.types[shaped.def.0 as usize];
        match &def.shape {
            Shape::Struct(_) => def.name.clone(),
            Shape::Sum(variants) => variants
                .get(shaped.variant as usize)
                .map_or(def.name.clone(), |v| v.name.clone()),
        }
    }

    /// A fresh instance of a type, and the types of the fields of one of its shapes.
    pub(super) fn instance_of(&mut self, shaped: Shaped) -> (TyId, Vec<TyId>) {
        let count = self.world.program.types[shaped.def.0 as usize]
            .type_params
            .len();
        let args: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
        let ty = self.adt(shaped.def, &args);
        (ty, self.field_types(shaped, &args))
    }

    /// Types of fields under type arguments.
    pub(super) fn field_types(&mut self, shaped: Shaped, args: &[TyId]) -> Vec<TyId> {
        let fields = match &self.world.program.types[shaped.def.0 as usize].shape {
            Shape::Struct(fields) => fields,
            Shape::Sum(variants) => match variants.get(shaped.variant as usize) {
                Some(variant) => &variant.fields,
                None => return Vec::new(),
            },
        };
        fields
            .iter()
            .map(|field| self.arena.instantiate(&field.ty, args))
            .collect()
    }

    /// The variant that a path means: `Circle`, `Shape.Circle`, `Geometry.Circle`, `Geometry.Shape.Circle`.
    /// `hint` chooses among variants of one name. Reports when there is none.
    pub(super) fn shaped(&mut self, path: &[Ident], hint: Option<TyId>) -> Option<Shaped> {
        let (name, qualifier) = path.split_last()?;
        if qualifier.is_empty() {
            let hit = self.world.find_variants(self.f.module, &name.name);
            let found = self.world.note(hit);
            if found.is_empty() {
                self.unknown_variant(name);
                return None;
            }
            return self.choose(&found, name, hint);
        }
        if let Some(def) = self.type_of_path(qualifier) {
            return self.variant_of(def, name);
        }
        let Some(hit) = self.world.find_module(self.f.module, qualifier) else {
            messages::unknown_module(self.world, self.f.module, qualifier, self.sink);
            return None;
        };
        let module = self.world.note(hit);
        match self.world.variants_in(self.f.module, module, &name.name) {
            Access::Found(found) => self.choose(&found, name, hint),
            Access::Private(span) => self.not_in(module, name, Some(span)),
            Access::Missing => self.not_in(module, name, None),
        }
    }

    fn not_in<T>(&mut self, module: ModuleRef, name: &Ident, private: Option<Span>) -> Option<T> {
        if private.is_none() && self.world.has_gaps && !self.world.is_std(module.id) {
            return None;
        }
        let diagnostic = messages::missing(self.world, module, name, private);
        self.sink.push(diagnostic);
        None
    }

    fn choose(
        &mut self,
        found: &[(TypeDefId, u32)],
        name: &Ident,
        hint: Option<TyId>,
    ) -> Option<Shaped> {
        let shaped = |&(def, variant): &(TypeDefId, u32)| Shaped { def, variant };
        let wanted = hint.and_then(|ty| self.arena.known(ty)).map(|(con, _)| con);
        let by_type = found
            .iter()
            .find(|(def, _)| wanted == Some(crate::typed::Con::Adt(*def)));
        if let Some(found) = by_type {
            return Some(shaped(found));
        }
        if let [one] = found {
            return Some(shaped(one));
        }
        let shower = self.shower();
        let owners: Vec<String> = found
            .iter()
            .map(|(def, _)| shower.type_name(*def))
            .collect();
        self.sink.push(
            Diagnostic::new(
                Code::AMBIGUOUS_NAME,
                name.span,
                format!(
                    "`{}` is a variant of several types: {}",
                    name.name,
                    owners.join(", ")
                ),
            )
            .label("which one is meant?")
            .help(format!("qualify it: `{}.{}`", owners[0], name.name)),
        );
        None
    }

    /// The sum type that a path of a type means, if it means one.
    pub(super) fn type_of_path(&mut self, path: &[Ident]) -> Option<TypeDefId> {
        let (name, modules) = path.split_last()?;
        let item = if modules.is_empty() {
            let hit = self.world.find_type(self.f.module, &name.name)?;
            let is_sum = |item| matches!(item, Item::Type(id) if self.is_sum(id));
            let real_module = self.world.find_module(self.f.module, path).is_some();
            if real_module && !is_sum(hit.item) {
                return None;
            }
            self.world.note(hit)
        } else {
            let hit = self.world.find_module(self.f.module, modules)?;
            match self.world.type_in(self.f.module, hit.item, &name.name) {
                Access::Found(item) => {
                    self.world.note(hit);
                    item
                }
                _ => return None,
            }
        };
        match item {
            Item::Type(id) => Some(id),
            Item::Alias(id) => match &self.world.program.aliases[id.0 as usize].ty {
                crate::typed::Ty::App(crate::typed::Con::Adt(def), _) => Some(*def),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_sum(&self, id: TypeDefId) -> bool {
        matches!(self.world.program.types[id.0 as usize].shape, Shape::Sum(_))
    }

    fn variant_of(&mut self, def: TypeDefId, name: &Ident) -> Option<Shaped> {
        if let Some(variant) = self.world.variant_number(def, &name.name) {
            return Some(Shaped { def, variant });
        }
        let decl = &self.world.program.types[def.0 as usize];
        let variants = match &decl.shape {
            Shape::Sum(variants) => variants.iter().map(|v| v.name.as_str()).collect(),
            Shape::Struct(_) => Vec::new(),
        };
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("type `{}` has no variant `{}`", decl.name, name.name),
            )
            .label("unknown variant")
            .maybe_help(did_you_mean(&name.name, variants)),
        );
        None
    }

    fn unknown_variant(&mut self, name: &Ident) {
        let text = name.name.as_str();
        if self.world.is_reported(self.f.module, text) {
            return;
        }
        let module = self
            .world
            .find_module(self.f.module, std::slice::from_ref(name))
            .is_some();
        let ty = self.world.find_type(self.f.module, text);
        let diagnostic = match ty {
            Some(hit) if self.is_struct_item(hit.item) => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a struct, not a value"),
            )
            .label("a struct is built with braces")
            .help(format!("write `{text} {{ field: value }}`")),
            Some(_) => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a type, not a value"),
            )
            .label("a type cannot stand here"),
            None if module => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a module, not a value"),
            )
            .label("a module cannot stand here")
            .help(format!("use one of its functions: `{text}.name(…)`")),
            None => self.no_variant(name),
        };
        self.sink.push(diagnostic);
    }

    fn is_struct_item(&self, item: Item) -> bool {
        matches!(item, Item::Type(id) if !self.is_sum(id))
    }

    fn no_variant(&self, name: &Ident) -> Diagnostic {
        let text = name.name.as_str();
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_VARIANT,
            name.span,
            format!("unknown variant `{text}`"),
        )
        .label("no variant of this name is in scope");
        let is_variant = |item: &Item| matches!(item, Item::Variant(..));
        if let Some(module) = messages::public_home(self.world, text, is_variant) {
            return diagnostic.help(format!("import it: `from {module} import {text}`"));
        }
        let scope = self.world.scope(self.f.module);
        let prelude = ["Some", "None", "Ok", "Err", "Less", "Equal", "Greater"];
        let known = scope.variants.keys().chain(scope.import_variants.keys());
        let known = known.map(|n| n.as_str()).chain(prelude);
        diagnostic.maybe_help(did_you_mean(text, known))
    }

    /// Words of other languages and what to write.
    fn habit(name: &str) -> Option<&'static str> {
        Some(match name {
            "null" | "undefined" => "Snow has no null: use `None` of `Option`, or `()` for nothing",
            "none" => "write `None`",
            "some" => "write `Some(value)`",
            "ok" => "write `Ok(value)`",
            "error" | "err" => "write `Err(reason)`",
            "len" | "length" | "size" | "count" => {
                "use the module of the value: `List.length(xs)`, `String.length(s)`, `Map.size(m)`"
            }
            "puts" | "printf" | "echo" | "console" => "use `println(value)`",
            "raise" | "throw" => "use `panic(\"text\")` to crash, or return an `Err`",
            "str" | "to_string" | "string" => "make text with interpolation: `\"${value}\"`",
            "int" => "use `String.to_int(text)` or `Float.to_int(number)`",
            "this" => "functions get their data as parameters",
            "elif" | "elsif" => "write `else if`",
            "range" => "write a range: `0..n`",
            _ => return None,
        })
    }

    pub(super) fn unknown_name(&mut self, name: &Name, span: Span) {
        if self.world.is_reported(self.f.module, name) {
            return;
        }
        if LATER.contains(&name.as_str()) {
            self.unsupported(&format!("`{name}` is"), span);
            return;
        }
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_NAME, span, format!("unknown name `{name}`"))
                .label("nothing of this name is in scope");
        let is_func = |item: &Item| matches!(item, Item::Func(_));
        let diagnostic = if let Some(near) = self.near_value(name) {
            diagnostic.help(near)
        } else if let Some(module) = messages::public_home(self.world, name, is_func) {
            diagnostic.help(format!("import it: `from {module} import {name}`"))
        } else {
            diagnostic.maybe_help(Self::habit(name).map(str::to_owned))
        };
        self.sink.push(diagnostic);
    }

    fn near_value(&self, name: &str) -> Option<String> {
        let own = self.world.scope(self.f.module);
        let prelude = self.world.prelude.map(|id| self.world.scope(id));
        let names = self
            .f
            .scope
            .keys()
            .chain(own.values.keys())
            .chain(own.imports.keys());
        let names = names.chain(prelude.into_iter().flat_map(|scope| scope.values.keys()));
        let specials = Special::NAMES.iter().map(|(name, _)| *name);
        did_you_mean(name, names.map(|name| name.as_str()).chain(specials))
    }

    /// The function that `path.name` means; `None` when there is none, which is reported.
    pub(super) fn module_func(&mut self, path: &[Ident], name: &Ident) -> Option<FuncId> {
        let Some(hit) = self.world.find_module(self.f.module, path) else {
            if self.world.find_type(self.f.module, &dotted(path)).is_some() {
                self.no_type_function(path, name);
                return None;
            }
            messages::unknown_module(self.world, self.f.module, path, self.sink);
            return None;
        };
        let module = self.world.note(hit);
        match self.world.func_in(self.f.module, module, &name.name) {
            Access::Found(id) => Some(id),
            Access::Private(span) => self.not_in(module, name, Some(span)),
            Access::Missing => self.not_in(module, name, None),
        }
    }

    fn no_type_function(&mut self, path: &[Ident], name: &Ident) {
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_METHOD,
                name.span,
                format!("type `{}` has no function `{}`", dotted(path), name.name),
            )
            .label("types hold no functions of their own")
            .help(format!(
                "call the function of its module: `{}(…)`",
                name.name
            )),
        );
    }
}

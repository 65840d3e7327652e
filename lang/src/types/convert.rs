//! Types as written to types: names, sugar, aliases.

use std::sync::Arc;

use super::hole;
use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::resolve::scope::{Access, dotted};
use crate::resolve::{Item, World};
use crate::stack::with_stack;
use crate::syntax::ast::{Ident, Name, Span, TypeExpr, TypeExprKind};
use crate::typed::{AliasId, Con, InterfaceId, ModuleId, Ty, TypeDefId};

/// More parts than this make a type too large.
pub const MAX_SIZE: usize = 10_000;

/// What type names mean at a place.
#[derive(Clone, Copy, Debug)]
pub struct TypeScope<'s> {
    /// The module.
    pub module: ModuleId,
    /// Type parameters in scope; their numbers are their positions. Those for associated types are called `C.Item`.
    pub params: &'s [Name],
    /// Names that stand for types: `Self` and `Self.Item` in an implementation.
    pub fixed: &'s [(Name, Ty)],
}

impl TypeScope<'_> {
    /// The type that a name in scope stands for.
    fn named(&self, name: &str) -> Option<Ty> {
        if let Some(number) = self.params.iter().position(|param| param == name) {
            return Some(Ty::Param(number as u32));
        }
        let fixed = self.fixed.iter().find(|(known, _)| known == name);
        fixed.map(|(_, ty)| ty.clone())
    }
}

/// How far an alias or an interface is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasState {
    /// Not looked at.
    New,
    /// Being resolved: meeting it again is a cycle.
    Active,
    /// Its type is in the program.
    Done,
}

/// Converts written types.
pub struct Converter<'c, 'a> {
    /// Names.
    pub world: &'c mut World<'a>,
    /// Where mistakes go.
    pub sink: &'c mut Sink,
    /// State of each alias of this compilation.
    pub aliases: &'c mut Vec<AliasState>,
    /// State of each interface of this compilation.
    pub interfaces: &'c mut Vec<AliasState>,
    /// Whether a bare `Pid` leaves open what its actor takes.
    pub open_pids: bool,
}

/// Constructors with a name of their own, and how many arguments they take.
const BUILT_IN: [(&str, Con, usize); 13] = [
    ("Int", Con::Int, 0),
    ("Float", Con::Float, 0),
    ("Bool", Con::Bool, 0),
    ("Unit", Con::Unit, 0),
    ("String", Con::String, 0),
    ("Bytes", Con::Bytes, 0),
    ("Atom", Con::Atom, 0),
    ("Range", Con::Range, 0),
    ("Ref", Con::Ref, 0),
    ("List", Con::List, 1),
    ("Map", Con::Map, 2),
    ("Set", Con::Set, 1),
    ("Pid", Con::Pid, 1),
];

/// A type of the language by name, and how many arguments it takes.
pub fn built_in(name: &str) -> Option<(Con, usize)> {
    let found = BUILT_IN.iter().find(|(known, ..)| *known == name);
    found.map(|&(_, con, count)| (con, count))
}

/// Type names of other languages.
const FOREIGN: [(&str, &str); 22] = [
    ("int", "Int"),
    ("Integer", "Int"),
    ("i32", "Int"),
    ("i64", "Int"),
    ("u64", "Int"),
    ("usize", "Int"),
    ("float", "Float"),
    ("Double", "Float"),
    ("f64", "Float"),
    ("Number", "Int` or `Float"),
    ("bool", "Bool"),
    ("Boolean", "Bool"),
    ("str", "String"),
    ("Str", "String"),
    ("string", "String"),
    ("Vec", "List"),
    ("Array", "List"),
    ("HashMap", "Map"),
    ("Dict", "Map"),
    ("HashSet", "Set"),
    ("Nil", "()"),
    ("Void", "()"),
];

impl<'c, 'a> Converter<'c, 'a> {
    /// A converter of what items say.
    pub fn new(
        world: &'c mut World<'a>,
        sink: &'c mut Sink,
        aliases: &'c mut Vec<AliasState>,
        interfaces: &'c mut Vec<AliasState>,
    ) -> Self {
        Converter {
            world,
            sink,
            aliases,
            interfaces,
            open_pids: false,
        }
    }
}

impl Converter<'_, '_> {
    /// The type, or the error type when it was reported.
    pub fn ty(&mut self, scope: TypeScope<'_>, written: &TypeExpr) -> Ty {
        match &written.kind {
            TypeExprKind::Path { path, args } => self.path(scope, path, args, written.span),
            TypeExprKind::Tuple(items) => {
                let items: Vec<Ty> = items.iter().map(|item| self.ty(scope, item)).collect();
                match items.len() {
                    0 => Ty::con(Con::Unit),
                    1 => items.into_iter().next().unwrap_or_else(hole::error_type),
                    _ => Ty::app(Con::Tuple, items),
                }
            }
            TypeExprKind::Fun(params, ret) => {
                let mut parts: Vec<Ty> = params.iter().map(|p| self.ty(scope, p)).collect();
                parts.push(self.ty(scope, ret));
                Ty::app(Con::Fun, parts)
            }
            TypeExprKind::Option(inner) => {
                let inner = self.ty(scope, inner);
                self.known(self.world.program.known.option, vec![inner], written.span)
            }
            TypeExprKind::Result(ok, err) => {
                let parts = vec![self.ty(scope, ok), self.ty(scope, err)];
                self.known(self.world.program.known.result, parts, written.span)
            }
            TypeExprKind::Assoc(name, ty) => {
                self.ty(scope, ty);
                self.assoc_elsewhere(name);
                hole::error_type()
            }
            TypeExprKind::Error => hole::error_type(),
        }
    }

    /// `List<Item = Int>`.
    fn assoc_elsewhere(&mut self, name: &Ident) {
        self.sink.push(
            Diagnostic::new(
                Code::UNDECLARED_ASSOCIATED_TYPE,
                name.span,
                format!("`{} = …` says nothing here", name.name),
            )
            .label("only the bound of a type parameter has associated types")
            .help("write it where the interface is demanded: `where C: Iterable<Item = Int>`"),
        );
    }

    fn known(&mut self, def: Option<TypeDefId>, args: Vec<Ty>, span: Span) -> Ty {
        match def {
            Some(id) => Ty::app(Con::Adt(id), args),
            None => {
                let message = "the standard library defines no Option or Result";
                self.sink.push(Diagnostic::internal(span, message));
                hole::error_type()
            }
        }
    }

    fn path(&mut self, scope: TypeScope<'_>, path: &[Ident], args: &[TypeExpr], span: Span) -> Ty {
        let [name] = path else {
            return self.qualified(scope, path, args, span);
        };
        if let Some(named) = scope.named(&name.name) {
            self.count(args, 0, &name.name, span);
            return named;
        }
        if let Some(hit) = self.world.find_type(scope.module, &name.name) {
            let item = self.world.note(hit);
            return self.item(scope, item, args, span);
        }
        let built_in = BUILT_IN.iter().find(|(known, ..)| *known == name.name);
        if let Some(&(_, con, arity)) = built_in {
            if con == Con::Pid && args.is_empty() && self.open_pids {
                return Ty::app(con, vec![hole::of_type(hole::OPEN)]);
            }
            let converted = self.args(scope, args);
            return match self.count(args, arity, &name.name, span) {
                true => Ty::app(con, converted),
                false => hole::error_type(),
            };
        }
        self.unknown(scope, name, args.len());
        hole::error_type()
    }

    fn args(&mut self, scope: TypeScope<'_>, args: &[TypeExpr]) -> Vec<Ty> {
        args.iter().map(|arg| self.ty(scope, arg)).collect()
    }

    fn qualified(
        &mut self,
        scope: TypeScope<'_>,
        path: &[Ident],
        args: &[TypeExpr],
        span: Span,
    ) -> Ty {
        let Some((name, modules)) = path.split_last() else {
            return hole::error_type();
        };
        if let Some(named) = scope.named(&dotted(path)) {
            self.count(args, 0, &name.name, span);
            return named;
        }
        if scope.named(&modules[0].name).is_some() {
            return self.no_associated_type(modules, name, span);
        }
        let Some(hit) = self.world.find_module(scope.module, modules) else {
            super::messages::unknown_module(self.world, scope.module, modules, self.sink);
            return hole::error_type();
        };
        let module = self.world.note(hit);
        match self.world.type_in(scope.module, module, &name.name) {
            Access::Found(item) => self.item(scope, item, args, span),
            Access::Private(defined) => {
                let diagnostic = super::messages::missing(self.world, module, name, Some(defined));
                self.sink.push(diagnostic);
                hole::error_type()
            }
            Access::Missing => {
                if let [one] = modules
                    && one.name == name.name
                    && let Some(&(_, con, 0)) = BUILT_IN.iter().find(|(k, ..)| *k == name.name)
                {
                    return Ty::con(con);
                }
                let diagnostic = super::messages::missing(self.world, module, name, None);
                self.sink.push(diagnostic);
                hole::error_type()
            }
        }
    }

    fn item(&mut self, scope: TypeScope<'_>, item: Item, args: &[TypeExpr], span: Span) -> Ty {
        let converted = self.args(scope, args);
        let (name, arity) = match item {
            Item::Type(id) => {
                let def = &self.world.program.types[id.0 as usize];
                (def.name.clone(), def.type_params.len())
            }
            Item::Alias(id) => {
                let alias = &self.world.program.aliases[id.0 as usize];
                (alias.name.clone(), alias.type_params.len())
            }
            Item::Interface(id) => return self.interface_as_type(id, span),
            _ => return hole::error_type(),
        };
        if !self.count(args, arity, &name, span) {
            return hole::error_type();
        }
        match item {
            Item::Alias(id) => self.expand(id, &converted, span),
            Item::Type(id) => Ty::app(Con::Adt(id), converted),
            _ => hole::error_type(),
        }
    }

    /// `C.Item` where no interface of `C` has `Item`.
    fn no_associated_type(&mut self, of: &[Ident], name: &Ident, span: Span) -> Ty {
        let owner = dotted(of);
        self.sink.push(
            Diagnostic::new(
                Code::UNDECLARED_ASSOCIATED_TYPE,
                span,
                format!("`{owner}` has no associated type `{}`", name.name),
            )
            .label(format!(
                "not declared by the trait: no interface of `{owner}` has a type `{}`",
                name.name
            ))
            .help(format!(
                "demand the interface that has it: `where {owner}: …`"
            )),
        );
        hole::error_type()
    }

    fn interface_as_type(&mut self, id: InterfaceId, span: Span) -> Ty {
        let name = &self.world.program.interface(id).name;
        self.sink.push(
            Diagnostic::new(
                Code::INTERFACE_AS_TYPE,
                span,
                format!("`{name}` is an interface, not a type"),
            )
            .label("a type must stand here")
            .help(format!(
                "take any type that has it: `fn f<T>(x :: T) where T: {name}`"
            )),
        );
        hole::error_type()
    }

    /// Whether there are as many type arguments as needed; reports it when not.
    fn count(&mut self, args: &[TypeExpr], arity: usize, name: &str, span: Span) -> bool {
        if args.len() == arity {
            return true;
        }
        let needs = match arity {
            0 => "takes no type arguments".to_owned(),
            1 => "takes 1 type argument".to_owned(),
            n => format!("takes {n} type arguments"),
        };
        let message = format!(
            "type `{name}` {needs}, but {} given",
            super::messages::are(args.len())
        );
        let diagnostic = Diagnostic::new(Code::TYPE_ARGUMENTS, span, message)
            .label("wrong number of type arguments");
        let diagnostic = match (arity, args.len()) {
            (0, _) => diagnostic.help(format!("write `{name}`")),
            (1, 0) => diagnostic.help(format!("write for example `{name}<Int>`")),
            (2, 0) => diagnostic.help(format!("write for example `{name}<String, Int>`")),
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
        false
    }

    fn unknown(&mut self, scope: TypeScope<'_>, name: &Ident, args: usize) {
        let text = name.name.as_str();
        if self.world.is_reported(scope.module, text) {
            return;
        }
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_TYPE,
            name.span,
            format!("unknown type `{text}`"),
        )
        .label("no type of this name is in scope");
        let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == text);
        let diagnostic = if let Some((_, snow)) = foreign {
            diagnostic.help(format!("in Snow this is `{snow}`"))
        } else if let Some(module) =
            super::messages::public_home(self.world, text, Item::is_named_type)
        {
            diagnostic.help(format!("import it: `from {module} import {text}`"))
        } else if args == 0 && text.len() <= 2 {
            diagnostic.help(format!(
                "if it is meant as a type parameter, declare it after the name: `<{text}>`"
            ))
        } else {
            let near = did_you_mean(text, self.type_names(scope));
            diagnostic.maybe_help(near)
        };
        self.sink.push(diagnostic);
    }

    fn type_names<'n>(&'n self, scope: TypeScope<'n>) -> impl Iterator<Item = &'n str> {
        let own = self.world.scope(scope.module);
        let built_in = BUILT_IN.iter().map(|(name, ..)| *name);
        let params = scope.params.iter().map(|name| name.as_str());
        let names = own
            .types
            .keys()
            .chain(own.imports.keys())
            .chain(self.world.std_types.keys());
        built_in
            .chain(params)
            .chain(names.map(|name| name.as_str()))
    }

    fn expand(&mut self, id: AliasId, args: &[Ty], span: Span) -> Ty {
        self.resolve_alias(id);
        let alias = &self.world.program.aliases[id.0 as usize];
        let mut budget = MAX_SIZE;
        match substitute(&alias.ty, args, &mut budget) {
            Some(ty) => ty,
            None => {
                let message = format!("the type that `{}` stands for is too large", alias.name);
                self.sink.push(
                    Diagnostic::new(Code::TYPE_TOO_LARGE, span, message)
                        .label(format!("more than {MAX_SIZE} parts"))
                        .help("make it a struct, which is one part however large it is"),
                );
                hole::error_type()
            }
        }
    }

    /// Makes sure that an alias of this compilation has its type.
    pub fn resolve_alias(&mut self, id: AliasId) {
        let Some(index) = id.0.checked_sub(self.world.first_alias) else {
            return;
        };
        let index = index as usize;
        match self.aliases[index] {
            AliasState::Done => {}
            AliasState::Active => self.alias_cycle(id),
            AliasState::New => {
                self.aliases[index] = AliasState::Active;
                let def = self.world.aliases[index];
                let module = self.world.program.aliases[id.0 as usize].module;
                let params: Vec<Name> = def.type_params.iter().map(|p| p.name.clone()).collect();
                let scope = TypeScope {
                    module,
                    params: &params,
                    fixed: &[],
                };
                let ty = with_stack(|| self.ty(scope, &def.ty));
                let ty = self.bounded_alias(id, ty);
                if self.aliases[index] == AliasState::Active {
                    self.world.program.aliases[id.0 as usize].ty = ty;
                }
                self.aliases[index] = AliasState::Done;
            }
        }
    }

    /// What an alias stands for, if it nests no deeper than types may. An alias of something that was reported stands for nothing.
    fn bounded_alias(&mut self, id: AliasId, ty: Ty) -> Ty {
        match nesting(&ty) {
            None => hole::error_type(),
            Some(depth) if depth > super::arena::MAX_DEPTH => {
                let alias = &self.world.program.aliases[id.0 as usize];
                self.sink.push(
                    Diagnostic::new(
                        Code::TYPE_TOO_LARGE,
                        alias.span,
                        format!("the type that `{}` stands for is too large", alias.name),
                    )
                    .label(format!("nested more than {} deep", super::arena::MAX_DEPTH))
                    .help("use a struct or sum type, which may contain itself"),
                );
                hole::error_type()
            }
            Some(_) => ty,
        }
    }

    fn alias_cycle(&mut self, id: AliasId) {
        let alias = &mut self.world.program.aliases[id.0 as usize];
        alias.ty = hole::error_type();
        self.sink.push(
            Diagnostic::new(
                Code::ALIAS_CYCLE,
                alias.span,
                format!("the alias `{}` is defined by itself", alias.name),
            )
            .label("its definition leads back to it")
            .note("an alias is only another name, so it would never end")
            .help("make it a struct or a sum type, which may contain itself"),
        );
        self.aliases[(id.0 - self.world.first_alias) as usize] = AliasState::Done;
    }
}

impl Item {
    /// Whether it is a struct, sum type or alias.
    pub fn is_named_type(&self) -> bool {
        matches!(self, Item::Type(_) | Item::Alias(_))
    }
}

/// How deep a type nests; `None` if a part of it was reported.
fn nesting(ty: &Ty) -> Option<u32> {
    match ty {
        Ty::Param(_) if hole::as_type(ty).is_some_and(|id| id == super::arena::TyId::ERROR) => None,
        Ty::Param(_) => Some(0),
        Ty::App(_, parts) => parts
            .iter()
            .try_fold(0, |most: u32, part| Some(most.max(nesting(part)?)))
            .map(|most| most + 1),
    }
}

/// Replaces parameters by arguments; `None` when the result has more parts than `budget`.
pub fn substitute(ty: &Ty, args: &[Ty], budget: &mut usize) -> Option<Ty> {
    *budget = budget.checked_sub(1)?;
    match ty {
        Ty::Param(_) if hole::as_type(ty).is_some() => Some(ty.clone()),
        Ty::Param(number) => {
            let arg = args.get(*number as usize).unwrap_or(ty).clone();
            *budget = budget.checked_sub(size(&arg, *budget)?)?;
            Some(arg)
        }
        Ty::App(con, parts) => {
            let mut out = Vec::with_capacity(parts.len());
            for part in parts.iter() {
                out.push(substitute(part, args, budget)?);
            }
            Some(Ty::App(*con, Arc::from(out)))
        }
    }
}

/// How many parts a type has; `None` when more than `limit`.
fn size(ty: &Ty, limit: usize) -> Option<usize> {
    match ty {
        Ty::Param(_) => Some(1),
        Ty::App(_, parts) => {
            let mut total = 1usize;
            for part in parts.iter() {
                total += size(part, limit.checked_sub(total)?)?;
            }
            (total <= limit).then_some(total)
        }
    }
}

//! Declares modules and items: gives them ids and names, joins clauses to functions, and reports clashes.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::scope::dotted;
use super::{FuncSource, Item, Origin, Project, Scope, TypeSource, World};
use crate::diagnostics::{Code, Diagnostic, FileSet, Sink};
use crate::syntax::ast::{self, FnClause, Ident, ItemKind, PatternKind, Role, Span, TypeExprKind};
use crate::typed::{
    Alias, AliasId, Con, Func, FuncId, Imp, ImplId, InterfaceId, Mailboxes, Module, ModuleId,
    Owner, Program, Shape, Ty, TypeDef, TypeDefId, VariantDef,
};

impl<'a> World<'a> {
    /// The names of a program that is checked already.
    pub(super) fn new(base: &Program, files: &'a FileSet) -> Self {
        let mut world = World {
            program: base.clone(),
            scopes: Vec::new(),
            std_modules: FxHashMap::default(),
            user_modules: FxHashMap::default(),
            std_types: FxHashMap::default(),
            std_interfaces: FxHashMap::default(),
            prelude: None,
            first_func: base.funcs.len() as u32,
            first_type: base.types.len() as u32,
            first_alias: base.aliases.len() as u32,
            first_impl: base.impls.len() as u32,
            interfaces: Vec::new(),
            impls: Vec::new(),
            disowned: Vec::new(),
            impls_of: FxHashMap::default(),
            methods: FxHashMap::default(),
            funcs: Vec::new(),
            types: Vec::new(),
            type_places: Vec::new(),
            aliases: Vec::new(),
            used_funcs: Vec::new(),
            uses: Default::default(),
            in_gap: false,
            used_imports: Default::default(),
            has_gaps: false,
            gaps: Vec::new(),
            warnings: Vec::new(),
            files,
        };
        world.index_base();
        world.reserve_interfaces();
        world
    }

    fn index_base(&mut self) {
        for (index, module) in self.program.modules.iter().enumerate() {
            let id = ModuleId(index as u32);
            self.scopes.push(Scope {
                parent: module.parent,
                ..Scope::default()
            });
            self.std_modules.insert(module.name.clone(), id);
            if let Some((_, other)) = OTHER_SPELLINGS
                .iter()
                .find(|(name, _)| module.name == *name)
            {
                self.std_modules.insert((*other).into(), id);
            }
            if module.name == "Prelude" {
                self.prelude = Some(id);
            }
        }
        for (index, func) in self.program.funcs.iter().enumerate() {
            let scope = &mut self.scopes[func.module.0 as usize];
            let id = FuncId(index as u32);
            match func.owner {
                Owner::Module => drop(scope.values.insert(func.name.clone(), id)),
                Owner::Interface(_) => self.methods.entry(func.name.clone()).or_default().push(id),
                Owner::Impl(_) | Owner::Test => {}
            }
        }
        for (index, interface) in self.program.interfaces.iter().enumerate() {
            let item = Item::Interface(InterfaceId(index as u32));
            let scope = &mut self.scopes[interface.module.0 as usize];
            scope.types.insert(interface.name.clone(), item);
            if interface.public {
                self.std_types.insert(interface.name.clone(), item);
                self.std_interfaces.insert(interface.name.clone(), item);
            }
        }
        for (index, implementation) in self.program.impls.iter().enumerate() {
            if let Some(con) = implementation.con() {
                let key = (implementation.interface, con);
                let known = self.impls_of.entry(key).or_default();
                known.push(ImplId(index as u32));
            }
        }
        for (index, def) in self.program.types.iter().enumerate() {
            let item = Item::Type(TypeDefId(index as u32));
            let scope = &mut self.scopes[def.module.0 as usize];
            scope.types.insert(def.name.clone(), item);
            index_variants(scope, TypeDefId(index as u32), &def.shape);
            if def.public {
                self.std_types.insert(def.name.clone(), item);
            }
        }
        for (index, alias) in self.program.aliases.iter().enumerate() {
            let item = Item::Alias(AliasId(index as u32));
            let scope = &mut self.scopes[alias.module.0 as usize];
            scope.types.insert(alias.name.clone(), item);
            if alias.public {
                self.std_types.insert(alias.name.clone(), item);
            }
        }
    }
}

/// Modules of the standard library that have a second name.
const OTHER_SPELLINGS: [(&str, &str); 1] = [("Json", "JSON")];

fn index_variants(scope: &mut Scope, id: TypeDefId, shape: &Shape) {
    if let Shape::Sum(variants) = shape {
        for (number, variant) in variants.iter().enumerate() {
            let known = scope.variants.entry(variant.name.clone()).or_default();
            known.push((id, number as u32));
        }
    }
}

/// Declares the modules of a project; returns the id of each.
pub fn collect<'a>(
    world: &mut World<'a>,
    project: &'a Project,
    origin: Origin,
    sink: &mut Sink,
) -> Vec<ModuleId> {
    let mut collector = Collector {
        world,
        origin,
        sink,
        spans: FxHashMap::default(),
    };
    let ids = project.modules.iter().map(|source| {
        let doc = source.tree.module_doc.clone();
        let id = collector.module(source.name.clone(), None, true, doc);
        collector.items(id, &source.tree.items);
        id
    });
    ids.collect()
}

/// Namespaces in which a name may be declared once in a module.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    Value,
    Type,
    Module,
}

pub(super) struct Collector<'w, 'a> {
    pub(super) world: &'w mut World<'a>,
    pub(super) origin: Origin,
    pub(super) sink: &'w mut Sink,
    /// First declaration of each name.
    spans: FxHashMap<(ModuleId, Space, SmolStr), Span>,
}

/// What is known of a function before its signature is.
pub(super) struct Declared {
    pub(super) module: ModuleId,
    pub(super) public: bool,
    pub(super) owner: Owner,
    pub(super) doc: Option<String>,
}

impl<'a> Collector<'_, 'a> {
    fn module(
        &mut self,
        name: SmolStr,
        parent: Option<ModuleId>,
        public: bool,
        doc: Option<String>,
    ) -> ModuleId {
        let id = ModuleId(self.world.program.modules.len() as u32);
        let std = self.origin == Origin::Standard;
        self.world.program.modules.push(Module {
            name: name.clone(),
            std,
            parent,
            public,
            doc,
        });
        self.world.scopes.push(Scope {
            parent,
            ..Scope::default()
        });
        if std && name == "Prelude" {
            self.world.prelude = Some(id);
        }
        let index = match self.origin {
            Origin::Standard => &mut self.world.std_modules,
            Origin::User => &mut self.world.user_modules,
        };
        index.insert(name, id);
        id
    }

    fn items(&mut self, module: ModuleId, items: &'a [ast::Item]) {
        let mut at = 0;
        while let Some(item) = items.get(at) {
            at += 1;
            match &item.kind {
                ItemKind::Fn(first) => {
                    let more = items[at..]
                        .iter()
                        .map_while(|next| same_function(first, next));
                    let clauses: Vec<_> = std::iter::once(first).chain(more).collect();
                    at += clauses.len() - 1;
                    self.function(module, item, clauses);
                }
                ItemKind::Native(native) => self.native(module, item, native),
                ItemKind::Struct(def) => {
                    self.type_def(module, item, &def.name, TypeSource::Struct(def));
                }
                ItemKind::Sum(def) => self.type_def(module, item, &def.name, TypeSource::Sum(def)),
                ItemKind::Alias(def) => self.alias(module, item, def),
                ItemKind::Module(def) => self.nested(module, item, def),
                ItemKind::Interface(def) => self.interface(module, item, def),
                ItemKind::Impl(def) => self.implementation(module, item, def),
                ItemKind::Test(def) => self.test(module, item, &def.function),
                // The last three were rewritten.
                ItemKind::Import(_)
                | ItemKind::Actor(_)
                | ItemKind::Service(_)
                | ItemKind::Supervisor(_) => {}
            }
        }
    }

    /// Reports a second declaration of a name; `true` when the name is new.
    pub(super) fn declare(&mut self, module: ModuleId, space: Space, name: &Ident) -> bool {
        let key = (module, space, name.name.clone());
        match self.spans.get(&key) {
            None => {
                self.spans.insert(key, name.span);
                true
            }
            Some(&first) => {
                self.sink.push(
                    Diagnostic::new(
                        Code::DUPLICATE,
                        name.span,
                        format!("`{}` is defined twice in this module", name.name),
                    )
                    .label("defined again here")
                    .secondary(first, "first defined here"),
                );
                false
            }
        }
    }

    fn function(&mut self, module: ModuleId, item: &ast::Item, clauses: Vec<&'a FnClause>) {
        let first = clauses[0];
        let name = &first.name;
        let key = (module, Space::Value, name.name.clone());
        if let Some(&span) = self.spans.get(&key) {
            let known = self.world.scope(module).values.get(&name.name).copied();
            self.clause_clash(known, span, first);
            return;
        }
        self.spans.insert(key, name.span);
        catch_all(&clauses, self.sink);
        self.add_func(module, item, name, FuncSource::Clauses(clauses));
    }

    /// A function of a name that the module has already: a stray clause, or one of another arity.
    fn clause_clash(&mut self, known: Option<FuncId>, first: Span, clause: &FnClause) {
        let name = &clause.name.name;
        let arity = clause.params.len();
        let known_arity = known
            .and_then(|id| self.world.func_source(id))
            .map(source_arity);
        let diagnostic = if known_arity == Some(arity) {
            Diagnostic::new(
                Code::SCATTERED_CLAUSES,
                clause.name.span,
                format!("clauses of `{name}` must stand next to each other"),
            )
            .label("this clause stands apart")
            .secondary(first, "the function is defined here")
            .help("move the clause up to the others, or rename it")
        } else {
            Diagnostic::new(
                Code::ARITY_CLASH,
                clause.name.span,
                format!("`{name}` is defined with different numbers of parameters"),
            )
            .label(format!("here it takes {}", parameters(arity)))
            .secondary(
                first,
                format!("here it takes {}", parameters(known_arity.unwrap_or(0))),
            )
            .note("a name has one number of parameters in a module")
            .help("rename one of them")
        };
        self.sink.push(diagnostic);
    }

    fn native(&mut self, module: ModuleId, item: &ast::Item, native: &'a ast::NativeFn) {
        if self.origin == Origin::User {
            self.sink.push(
                Diagnostic::new(
                    Code::NATIVE_OUTSIDE_STD,
                    native.span,
                    "native functions can only be declared by the standard library",
                )
                .label("declared here"),
            );
            return;
        }
        if self.declare(module, Space::Value, &native.name) {
            self.add_func(module, item, &native.name, FuncSource::Native(native));
        }
    }

    fn add_func(
        &mut self,
        module: ModuleId,
        item: &ast::Item,
        name: &Ident,
        source: FuncSource<'a>,
    ) {
        let declared = Declared {
            module,
            public: item.public,
            owner: Owner::Module,
            doc: item.doc.clone(),
        };
        let id = self.push_func(declared, name, source);
        let scope = &mut self.world.scopes[module.0 as usize];
        scope.values.insert(name.name.clone(), id);
    }

    fn test(&mut self, module: ModuleId, item: &ast::Item, function: &'a FnClause) {
        if !self.declare(module, Space::Value, &function.name) {
            return;
        }
        let declared = Declared {
            module,
            public: false,
            owner: Owner::Test,
            doc: item.doc.clone(),
        };
        let source = FuncSource::Clauses(vec![function]);
        self.push_func(declared, &function.name, source);
    }

    /// Gives a function its number.
    pub(super) fn push_func(
        &mut self,
        declared: Declared,
        name: &Ident,
        source: FuncSource<'a>,
    ) -> FuncId {
        let id = FuncId(self.world.program.funcs.len() as u32);
        self.world.program.funcs.push(Func {
            name: name.name.clone(),
            module: declared.module,
            public: declared.public,
            is_actor: is_actor(&source),
            owner: declared.owner,
            type_params: Vec::new(),
            params: Vec::new(),
            ret: Ty::con(Con::Unit),
            may_wait: may_wait(&source),
            mailboxes: Mailboxes::default(),
            imp: Imp::Native {
                symbol: SmolStr::default(),
                owned: Vec::new(),
            },
            span: name.span,
            doc: declared.doc,
        });
        self.world.funcs.push(source);
        self.world.used_funcs.push(false);
        id
    }

    fn type_def(
        &mut self,
        module: ModuleId,
        item: &ast::Item,
        name: &Ident,
        source: TypeSource<'a>,
    ) {
        if !self.declare(module, Space::Type, name) {
            return;
        }
        let id = TypeDefId(self.world.program.types.len() as u32);
        let shape = bare_shape(source);
        let scope = &mut self.world.scopes[module.0 as usize];
        scope.types.insert(name.name.clone(), Item::Type(id));
        index_variants(scope, id, &shape);
        if item.public && self.origin == Origin::Standard {
            let index = &mut self.world.std_types;
            index.insert(name.name.clone(), Item::Type(id));
        }
        self.world.program.types.push(TypeDef {
            name: name.name.clone(),
            module,
            type_params: source
                .type_params()
                .iter()
                .map(|p| p.name.clone())
                .collect(),
            shape,
            display: false,
            bounds: Vec::new(),
            derives: Vec::new(),
            public: item.public,
            span: name.span,
            doc: item.doc.clone(),
        });
        self.world.types.push(source);
        self.world.type_places.push(item.span);
    }

    fn alias(&mut self, module: ModuleId, item: &ast::Item, def: &'a ast::AliasDef) {
        if !self.declare(module, Space::Type, &def.name) {
            return;
        }
        let alias = Item::Alias(AliasId(self.world.program.aliases.len() as u32));
        let scope = &mut self.world.scopes[module.0 as usize];
        scope.types.insert(def.name.name.clone(), alias);
        if item.public && self.origin == Origin::Standard {
            let index = &mut self.world.std_types;
            index.insert(def.name.name.clone(), alias);
        }
        self.world.program.aliases.push(Alias {
            name: def.name.name.clone(),
            module,
            type_params: def.type_params.iter().map(|p| p.name.clone()).collect(),
            ty: Ty::con(Con::Unit),
            public: item.public,
            span: def.name.span,
        });
        self.world.aliases.push(def);
    }

    fn nested(&mut self, parent: ModuleId, item: &ast::Item, def: &'a ast::ModuleDef) {
        if !self.declare(parent, Space::Module, &def.name) {
            return;
        }
        let full = format_smolstr!("{}.{}", self.world.module_name(parent), def.name.name);
        let id = self.module(full, Some(parent), item.public, item.doc.clone());
        let scope = &mut self.world.scopes[parent.0 as usize];
        scope.nested.insert(def.name.name.clone(), id);
        self.items(id, &def.items);
    }
}

impl<'a> TypeSource<'a> {
    /// The type parameters as written.
    pub fn type_params(self) -> &'a [ast::TypeParam] {
        match self {
            TypeSource::Struct(def) => &def.type_params,
            TypeSource::Sum(def) => &def.type_params,
        }
    }

    /// The `where` clause.
    pub fn bounds(self) -> &'a [ast::Bound] {
        match self {
            TypeSource::Struct(def) => &def.bounds,
            TypeSource::Sum(def) => &def.bounds,
        }
    }

    /// The `deriving` clause.
    pub fn deriving(self) -> &'a ast::Deriving {
        match self {
            TypeSource::Struct(def) => &def.deriving,
            TypeSource::Sum(def) => &def.deriving,
        }
    }
}

/// The shape with variants' names, before any type is known.
fn bare_shape(source: TypeSource<'_>) -> Shape {
    match source {
        TypeSource::Struct(_) => Shape::Struct(Vec::new()),
        TypeSource::Sum(def) => Shape::Sum(
            def.variants
                .iter()
                .map(|variant| VariantDef {
                    name: variant.name.name.clone(),
                    fields: Vec::new(),
                })
                .collect(),
        ),
    }
}

fn same_function<'a>(first: &FnClause, next: &'a ast::Item) -> Option<&'a FnClause> {
    match &next.kind {
        ItemKind::Fn(clause)
            if clause.name.name == first.name.name && clause.params.len() == first.params.len() =>
        {
            Some(clause)
        }
        _ => None,
    }
}

/// How many parameters a function's source has.
pub fn source_arity(source: &FuncSource<'_>) -> usize {
    match source {
        FuncSource::Clauses(clauses) => clauses.first().map_or(0, |c| c.params.len()),
        FuncSource::Native(native) => native.params.len(),
    }
}

fn is_actor(source: &FuncSource<'_>) -> bool {
    matches!(source, FuncSource::Clauses(clauses) if clauses[0].role == Role::Actor)
}

/// Whether the last parameter is a `timeout :: Timeout` of the library's, which may be left out.
fn may_wait(source: &FuncSource<'_>) -> bool {
    let FuncSource::Clauses(clauses) = source else {
        return false;
    };
    let ty = clauses[0].params.last().and_then(|param| param.ty.as_ref());
    let path = ty.map(|ty| &ty.kind);
    matches!(path, Some(TypeExprKind::Path { path, .. }) if dotted(path) == "Service.Timeout")
}

/// A number of parameters in words.
pub fn parameters(count: usize) -> String {
    match count {
        0 => "no parameters".to_owned(),
        1 => "1 parameter".to_owned(),
        n => format!("{n} parameters"),
    }
}

/// Reports clauses after one that takes everything.
pub(super) fn catch_all(clauses: &[&FnClause], sink: &mut Sink) {
    let takes_all = |clause: &FnClause| {
        clause.guard.is_none() && clause.params.iter().all(|p| is_catch_all(&p.pattern.kind))
    };
    let Some(at) = clauses.iter().position(|clause| takes_all(clause)) else {
        return;
    };
    if let Some(next) = clauses.get(at + 1) {
        let name = &next.name.name;
        sink.push(
            Diagnostic::new(
                Code::CLAUSE_AFTER_CATCH_ALL,
                next.name.span,
                format!(
                    "this clause of `{name}` comes after a catch-all clause and is never tried"
                ),
            )
            .label("never tried")
            .secondary(
                clauses[at].name.span,
                "this catch-all clause takes every call",
            )
            .help("put the catch-all clause last"),
        );
    }
}

fn is_catch_all(pattern: &PatternKind) -> bool {
    match pattern {
        PatternKind::Wildcard | PatternKind::Bind(_) => true,
        PatternKind::Paren(inner) | PatternKind::As(inner, _) => is_catch_all(&inner.kind),
        _ => false,
    }
}

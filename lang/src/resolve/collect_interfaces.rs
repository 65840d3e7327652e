//! Declares interfaces and implementations, and gives their methods numbers.

use super::collect::{Collector, Declared, Space, catch_all};
use super::{FuncSource, Item, Origin, World};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, FnClause, Ident, PatternKind, Span};
use crate::typed::{FuncId, Imp, Impl, ImplId, Interface, InterfaceId, ModuleId, Owner, Ty};

impl World<'_> {
    /// Keeps the first numbers for the interfaces that the language refers to.
    pub(super) fn reserve_interfaces(&mut self) {
        if self.program.interfaces.is_empty() {
            let names = InterfaceId::LANG.iter();
            self.program.interfaces = names.map(|name| nameless(name)).collect();
        }
    }
}

/// An interface before its definition was met.
fn nameless(name: &str) -> Interface {
    Interface {
        name: name.into(),
        module: ModuleId(0),
        public: false,
        params: 0,
        assoc: Vec::new(),
        slots: Vec::new(),
        methods: Vec::new(),
        span: Span::default(),
        doc: None,
    }
}

/// A method with all its clauses.
struct Clauses<'a> {
    name: &'a Ident,
    doc: &'a Option<String>,
    clauses: Vec<&'a FnClause>,
}

impl<'a> Collector<'_, 'a> {
    pub(super) fn interface(
        &mut self,
        module: ModuleId,
        item: &'a ast::Item,
        def: &'a ast::InterfaceDef,
    ) {
        if !self.declare(module, Space::Type, &def.name) {
            return;
        }
        let id = self.interface_id(&def.name);
        let scope = &mut self.world.scopes[module.0 as usize];
        scope
            .types
            .insert(def.name.name.clone(), Item::Interface(id));
        if item.public && self.origin == Origin::Standard {
            let world = &mut *self.world;
            for index in [&mut world.std_types, &mut world.std_interfaces] {
                index.insert(def.name.name.clone(), Item::Interface(id));
            }
        }
        let methods = self.methods(&def.methods);
        let methods = methods
            .into_iter()
            .enumerate()
            .map(|(number, method)| {
                let owner = Owner::Interface(id);
                let id = self.method(module, item.public, owner, &method);
                self.world.program.funcs[id.0 as usize].imp = Imp::Method {
                    number: number as u32,
                    has_self: has_self(&method.clauses),
                    default: None,
                };
                let known = self.world.methods.entry(method.name.name.clone());
                known.or_default().push(id);
                id
            })
            .collect();
        self.world.program.interfaces[id.0 as usize] = Interface {
            name: def.name.name.clone(),
            module,
            public: item.public,
            params: def.type_params.len() as u32,
            assoc: def
                .assoc_types
                .iter()
                .map(|(assoc, _)| assoc.name.clone())
                .collect(),
            slots: Vec::new(),
            methods,
            span: def.name.span,
            doc: item.doc.clone(),
        };
        self.world.interfaces.push((id, def));
    }

    /// The number of a new interface; those of the language have theirs.
    fn interface_id(&mut self, name: &Ident) -> InterfaceId {
        if self.origin == Origin::Standard
            && let Some(id) = InterfaceId::lang(&name.name)
        {
            return id;
        }
        let interfaces = &mut self.world.program.interfaces;
        interfaces.push(nameless(&name.name));
        InterfaceId(interfaces.len() as u32 - 1)
    }

    pub(super) fn implementation(
        &mut self,
        module: ModuleId,
        item: &'a ast::Item,
        def: &'a ast::ImplDef,
    ) {
        if item.public {
            self.public_impl(item);
        }
        let id = ImplId(self.world.program.impls.len() as u32);
        let methods = self.methods(&def.methods);
        let methods = methods
            .iter()
            .map(|method| Some(self.method(module, false, Owner::Impl(id), method)))
            .collect();
        self.world.program.impls.push(Impl {
            interface: InterfaceId(0),
            module,
            type_params: Vec::new(),
            // Its declaration says what it is for; until then, and when that fails, for nothing.
            target: Ty::Param(0),
            args: Vec::new(),
            methods,
            span: Span {
                end: def.target.span.end,
                ..item.span
            },
        });
        self.world.impls.push(def);
    }

    fn public_impl(&mut self, item: &ast::Item) {
        let span = Span {
            end: item.span.start + 3,
            ..item.span
        };
        self.sink.push(
            Diagnostic::new(Code::UNEXPECTED_TOKEN, span, "an `impl` has no `pub`")
                .label("not needed")
                .help("implementations are visible everywhere: remove `pub`"),
        );
    }

    fn method(
        &mut self,
        module: ModuleId,
        public: bool,
        owner: Owner,
        method: &Clauses<'a>,
    ) -> FuncId {
        let declared = Declared {
            module,
            public,
            owner,
            doc: method.doc.clone(),
        };
        let source = FuncSource::Clauses(method.clauses.clone());
        self.push_func(declared, method.name, source)
    }

    /// Methods by name: adjacent clauses form one.
    fn methods(&mut self, methods: &'a [ast::Method]) -> Vec<Clauses<'a>> {
        let mut out: Vec<Clauses<'a>> = Vec::new();
        let mut last: Option<usize> = None;
        for method in methods {
            let clause = &method.clause;
            let known = out
                .iter()
                .position(|known| known.name.name == clause.name.name);
            let Some(at) = known else {
                last = Some(out.len());
                out.push(Clauses {
                    name: &clause.name,
                    doc: &method.doc,
                    clauses: vec![clause],
                });
                continue;
            };
            let same = out[at].clauses[0].params.len() == clause.params.len();
            if same && last == Some(at) {
                out[at].clauses.push(clause);
            } else {
                self.repeated_method(out[at].name.span, clause, same);
            }
        }
        for method in &out {
            catch_all(&method.clauses, self.sink);
        }
        out
    }

    fn repeated_method(&mut self, first: Span, clause: &FnClause, same_arity: bool) {
        let name = &clause.name.name;
        let diagnostic = match same_arity {
            true => Diagnostic::new(
                Code::SCATTERED_CLAUSES,
                clause.name.span,
                format!("clauses of `{name}` must stand next to each other"),
            )
            .label("this clause stands apart"),
            false => Diagnostic::new(
                Code::ARITY_CLASH,
                clause.name.span,
                format!("`{name}` is defined with different numbers of parameters"),
            )
            .label("another number of parameters"),
        };
        self.sink
            .push(diagnostic.secondary(first, "the method is defined here"));
    }
}

/// Whether the first parameter is called `self`.
fn has_self(clauses: &[&FnClause]) -> bool {
    let first = clauses.first().and_then(|clause| clause.params.first());
    first.is_some_and(
        |param| matches!(&param.pattern.kind, PatternKind::Bind(name) if name == "self"),
    )
}

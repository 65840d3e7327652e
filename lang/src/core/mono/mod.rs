//! Monomorphisation: which functions a program needs, at which types.
//!
//! A worklist starts from `main` and the user's named functions that are not generic; lowering a function asks for the instances that
//! it calls. An instance is a function with all its type arguments: instances are not shared by representation, because the
//! bytecode's types are nominal.

mod custom;
mod dispatch;
mod types;

use rustc_hash::FxHashMap;
use snow_bytecode::module::ExportKind;
use snow_bytecode::types::TypeId;

pub use custom::Structural;
pub use types::{MAX_NESTING, Types};

use crate::core::ir;
use crate::core::lower::{self, Fault, Subst};
use crate::coverage::Coverage;
use crate::diagnostics::Sink;
use crate::expand::RUN;
use crate::syntax::ast::Span;
use crate::typed::{Con, Func, FuncId, Imp, InterfaceId, Owner, Program, Receives};

/// Largest number of instances of one program.
const MAX_INSTANCES: usize = 1 << 20;

/// Lowers what the roots reach. `None` when something was reported.
pub fn lower_program(
    program: &Program,
    roots: Roots,
    coverage: Option<&Coverage>,
    sink: &mut Sink,
) -> Option<ir::Program> {
    match Mono::new(program, coverage).run(roots) {
        Ok(lowered) => Some(lowered),
        Err(fault) => {
            sink.push(fault.into_diagnostic());
            None
        }
    }
}

/// What lowering functions shares: types, instances and the functions made so far.
pub struct Mono<'a> {
    /// The typed program.
    pub program: &'a Program,
    /// What counts which lines run.
    pub coverage: Option<&'a Coverage>,
    /// Its types, as far as needed.
    pub types: Types<'a>,
    instances: FxHashMap<(FuncId, Vec<TypeId>), ir::FuncId>,
    waiting: Vec<(FuncId, Vec<TypeId>, ir::FuncId)>,
    funcs: Vec<Option<ir::Func>>,
    library: FxHashMap<(&'a str, &'a str), FuncId>,
    impls: dispatch::ImplIndex,
    /// Generated functions, and those still to be generated.
    structural: FxHashMap<(Structural, TypeId), ir::FuncId>,
    to_generate: Vec<(Structural, TypeId, ir::FuncId)>,
}

impl<'a> Mono<'a> {
    fn new(program: &'a Program, coverage: Option<&'a Coverage>) -> Self {
        Mono {
            program,
            coverage,
            types: Types::new(program),
            instances: FxHashMap::default(),
            waiting: Vec::new(),
            funcs: Vec::new(),
            library: library_index(program),
            impls: dispatch::index(program),
            structural: FxHashMap::default(),
            to_generate: Vec::new(),
        }
    }

    fn run(mut self, roots: Roots) -> Result<ir::Program, Fault> {
        let mut exports = Vec::new();
        for id in roots.of(self.program) {
            let func = self.func(id);
            exports.push(self.export(id, func)?);
        }
        let entry = match roots.entry(self.program) {
            Some(main) => Some(self.instance(main, Vec::new(), self.func(main).span)?),
            None => None,
        };
        loop {
            if let Some((id, args, at)) = self.waiting.pop() {
                let func = lower::lower_func(&mut self, id, args)?;
                self.define(at, func);
            } else if let Some((what, ty, at)) = self.to_generate.pop() {
                let func = lower::structural_func(&mut self, what, ty)?;
                self.define(at, func);
            } else {
                break;
            }
        }
        let defined = self.funcs.into_iter().enumerate().map(|(number, func)| {
            func.ok_or_else(|| {
                Fault::internal(
                    Span::default(),
                    format!("function {number} was never lowered"),
                )
            })
        });
        Ok(ir::Program {
            funcs: defined.collect::<Result<_, _>>()?,
            types: self.types.finish(),
            entry,
            exports,
        })
    }

    fn export(&mut self, id: FuncId, func: &'a Func) -> Result<ir::Export, Fault> {
        let (mut code, mut mailbox) = (None, None);
        if func.is_definite() {
            let unit = self.types.app(Con::Unit, Vec::new(), func.span)?;
            let args = vec![unit; func.type_params.len()];
            code = Some(self.instance(id, args, func.span)?);
            if let Receives::Messages(ty) = &func.mailboxes.own {
                mailbox = Some(self.types.of(ty, &Subst::default(), func.span)?);
            }
        }
        Ok(ir::Export {
            name: self.qualified_name(func),
            kind: kind_of(func),
            func: code,
            mailbox,
        })
    }

    /// The typed function of an id.
    pub fn func(&self, id: FuncId) -> &'a Func {
        &self.program.funcs[id.0 as usize]
    }

    /// `Module.name`, or `Module.Type.name` for a method.
    pub fn qualified_name(&self, func: &Func) -> String {
        let module = &self.program.modules[func.module.0 as usize].name;
        let name = &func.name;
        match func.owner {
            Owner::Module | Owner::Test => format!("{module}.{name}"),
            Owner::Interface(id) => format!("{module}.{}.{name}", self.program.interface(id).name),
            Owner::Impl(id) => match self.program.implementation(id).con() {
                Some(Con::Adt(def)) => {
                    let ty = &self.program.types[def.0 as usize].name;
                    format!("{module}.{ty}.{name}")
                }
                Some(con) => format!("{module}.{con:?}.{name}"),
                None => format!("{module}.{name}"),
            },
        }
    }

    /// The instance of a function at type arguments, lowered now or later. `span` is where it is needed.
    pub fn instance(
        &mut self,
        id: FuncId,
        args: Vec<TypeId>,
        span: Span,
    ) -> Result<ir::FuncId, Fault> {
        let (id, args) = self.dispatch(id, args, span)?;
        if let Some(&known) = self.instances.get(&(id, args.clone())) {
            return Ok(known);
        }
        let func = self.func(id);
        if args.len() != func.type_params.len() {
            return Err(Fault::internal(
                span,
                format!("`{}` with {} type arguments", func.name, args.len()),
            ));
        }
        let too_deep = args
            .iter()
            .any(|arg| self.types.nesting(*arg) > MAX_NESTING);
        if too_deep || self.instances.len() >= MAX_INSTANCES {
            let what = format!("function `{}`", self.qualified_name(func));
            return Err(Fault::endless(func.span, &what));
        }
        let at = self.reserve();
        self.instances.insert((id, args.clone()), at);
        self.waiting.push((id, args, at));
        Ok(at)
    }

    /// The generated function that does something with values of a type.
    pub fn structural(&mut self, what: Structural, ty: TypeId) -> ir::FuncId {
        if let Some(&known) = self.structural.get(&(what, ty)) {
            return known;
        }
        let at = self.reserve();
        self.structural.insert((what, ty), at);
        self.to_generate.push((what, ty, at));
        at
    }

    /// Whether types of a constructor have an implementation of an interface.
    pub fn has_impl(&self, interface: InterfaceId, con: Con) -> bool {
        self.impls.contains_key(&(interface, con))
    }

    /// A number for a function that [`Mono::define`] will get.
    pub fn reserve(&mut self) -> ir::FuncId {
        self.funcs.push(None);
        ir::FuncId(self.funcs.len() as u32 - 1)
    }

    /// Sets the function of a reserved number.
    pub fn define(&mut self, at: ir::FuncId, func: ir::Func) {
        self.funcs[at.0 as usize] = Some(func);
    }

    /// A function of the standard library that lowering itself refers to.
    pub fn library(&self, module: &str, name: &str, span: Span) -> Result<FuncId, Fault> {
        let found = self.library.get(&(module, name)).copied();
        found.ok_or_else(|| {
            Fault::internal(
                span,
                format!("the standard library has no `{module}.{name}`"),
            )
        })
    }
}

/// What a function is to those who know it by its name.
fn kind_of(func: &Func) -> ExportKind {
    if func.name == RUN {
        ExportKind::Service
    } else if func.is_actor {
        ExportKind::Actor
    } else if func.public {
        ExportKind::Public
    } else {
        ExportKind::Private
    }
}

fn library_index(program: &Program) -> FxHashMap<(&str, &str), FuncId> {
    let mut index = FxHashMap::default();
    for (number, func) in program.funcs.iter().enumerate() {
        let module = &program.modules[func.module.0 as usize];
        if module.std && func.owner == Owner::Module {
            index.insert(
                (module.name.as_str(), func.name.as_str()),
                FuncId(number as u32),
            );
        }
    }
    index
}

/// What of a program is to be compiled, with all that it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The user's named functions. It starts with `main`.
    Program,
    /// The user's tests. It starts with the first one.
    Tests,
}

impl Roots {
    fn of(self, program: &Program) -> Vec<FuncId> {
        let funcs = program.funcs.iter().enumerate();
        let users = funcs.filter(|(_, func)| {
            let user = !program.modules[func.module.0 as usize].std;
            let wanted = match self {
                Roots::Program => func.owner == Owner::Module,
                Roots::Tests => func.owner == Owner::Test,
            };
            user && wanted && matches!(func.imp, Imp::Body(_))
        });
        users.map(|(number, _)| FuncId(number as u32)).collect()
    }

    fn entry(self, program: &Program) -> Option<FuncId> {
        match self {
            Roots::Program => program.main,
            Roots::Tests => self.of(program).first().copied(),
        }
    }
}

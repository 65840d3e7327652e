//! From logical values to one-slot variables: unboxed aggregates become rows of variables, values change between their own and
//! element form where collections, captures and generic natives need it, and operations become instructions.

mod aggregate;
mod branch;
mod bytes;
mod collections;
mod found;
mod func;
pub mod ir;
mod native;
mod ops;
mod pools;
pub mod pressure;
pub(crate) mod prune;
mod row;
pub mod text;
mod wrap;

use rustc_hash::FxHashMap;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::module::{Export, ExportedCode, FuncId, FuncKind, Mode};
use snow_bytecode::types::{TypeId, TypeTable};

use crate::core::ir as core_ir;
use crate::diagnostics::Diagnostic;
use crate::syntax::ast::{FileId, Span};
use func::Flattener;
use ir::{Block, End, Func, Param, Program};
pub(crate) use ops::negated;
use pools::Pools;

pub(crate) type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// An internal compiler error.
pub(crate) fn internal(span: impl Into<Span>, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::internal(span.into(), message))
}

/// What all functions of a program share while it is flattened.
struct Shared {
    types: TypeTable,
    layouts: Layouts,
    pools: Pools,
    /// Wrappers that make named functions closures, and their ids; their numbers follow those of Core's functions.
    values: FxHashMap<core_ir::FuncId, FuncId>,
    wanted: Vec<(core_ir::FuncId, TypeId)>,
    named: usize,
}

impl Shared {
    /// The closure code for a function as a value of a `Fun` type.
    fn function_value(&mut self, func: core_ir::FuncId, ty: TypeId) -> FuncId {
        if let Some(id) = self.values.get(&func) {
            return *id;
        }
        let id = FuncId((self.named + self.wanted.len()) as u32);
        self.wanted.push((func, ty));
        self.values.insert(func, id);
        id
    }
}

/// A function with the types that it takes and gives.
fn exported(
    program: &core_ir::Program,
    id: core_ir::FuncId,
    mailbox: Option<TypeId>,
) -> ExportedCode {
    let func = &program.funcs[id.0 as usize];
    let types = func.params.iter();
    ExportedCode {
        func: FuncId(id.0),
        params: types.map(|var| func.vars[var.0 as usize].ty).collect(),
        ret: func.ret,
        mailbox,
    }
}

/// Flattens a whole program, function by function: of each only one form is kept.
pub fn flatten(program: core_ir::Program) -> Result<Program> {
    let nowhere = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };
    let layouts = Layouts::compute(&program.types)
        .map_err(|error| internal(nowhere, format!("no layout: {error}")))?;
    let exports = program.exports.iter().map(|export| Export {
        name: export.name.clone(),
        kind: export.kind,
        code: export.func.map(|id| exported(&program, id, export.mailbox)),
    });
    let exports = exports.collect();
    let mut shared = Shared {
        types: program.types,
        layouts,
        pools: Pools::default(),
        values: FxHashMap::default(),
        wanted: Vec::new(),
        named: program.funcs.len(),
    };
    let mut funcs = Vec::with_capacity(program.funcs.len());
    for core in program.funcs {
        let mut func = flatten_func(&mut shared, &core)?;
        prune::prune(&mut func);
        funcs.push(func);
    }
    for (func, ty) in std::mem::take(&mut shared.wanted) {
        let id = FuncId(func.0);
        let target = funcs
            .get(func.0 as usize)
            .ok_or_else(|| internal(nowhere, "unknown function as a value"))?;
        funcs.push(wrap::function_value(target, id, ty));
    }
    let entry = program
        .entry
        .ok_or_else(|| internal(nowhere, "the program has no entry"))?;
    Ok(Program {
        types: shared.types,
        layouts: shared.layouts,
        funcs,
        consts: shared.pools.consts,
        natives: shared.pools.natives,
        exports,
        entry: FuncId(entry.0),
    })
}

fn flatten_func(shared: &mut Shared, core: &core_ir::Func) -> Result<Func> {
    let kind = match &core.kind {
        core_ir::FuncKind::Direct => FuncKind::Direct,
        core_ir::FuncKind::Closure { fun_type, captures } => {
            let mut slots = Vec::with_capacity(captures.len());
            for capture in captures {
                let info = core.vars.get(capture.0 as usize);
                let info = info.ok_or_else(|| internal(core.span, "unknown capture"))?;
                slots.push(shared.layouts.element(info.ty));
            }
            FuncKind::Closure {
                fun_type: *fun_type,
                captures: slots,
            }
        }
    };
    let out = Func {
        name: core.name.clone(),
        kind,
        params: Vec::new(),
        results: shared.layouts.slots(core.ret).to_vec(),
        vars: Vec::with_capacity(core.vars.len() * 2),
        joins: core.joins,
        crashes: Vec::new(),
        body: Block {
            stmts: Vec::new(),
            end: End::Jump(core_ir::JoinId(0), Vec::new()),
        },
        inlined: core.inlined.clone(),
        span: core.span.into(),
    };
    let mut flattener = Flattener::new(shared, core, out);
    let body = flattener.nested(|this| {
        this.parameters()?;
        this.rest(&core.body)
    })?;
    let mut out = flattener.out;
    out.body = body;
    Ok(out)
}

impl Flattener<'_> {
    /// Binds parameters and captures.
    fn parameters(&mut self) -> Result<()> {
        let core = self.core;
        let own = |var| Param {
            var,
            mode: Mode::Own,
        };
        let closure = match &core.kind {
            core_ir::FuncKind::Direct => None,
            core_ir::FuncKind::Closure { fun_type, .. } => {
                let closure = self.out.fresh(Slot::Ref(*fun_type));
                self.out.params.push(own(closure));
                Some(closure)
            }
        };
        for param in &core.params {
            let row = self.fresh(*param)?;
            self.out
                .params
                .extend(row.as_slice().iter().copied().map(own));
        }
        if let (Some(src), core_ir::FuncKind::Closure { captures, .. }) = (closure, &core.kind) {
            for (index, capture) in captures.iter().enumerate() {
                let index = index as u16;
                self.bind_element(*capture, |_, dst| Inst::Capture { dst, src, index })?;
            }
        }
        Ok(())
    }
}

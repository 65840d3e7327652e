//! What is known about a program before any of its functions is lowered: made once, and read by all parts that are compiled at the same time.

use std::collections::BTreeSet;

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Layouts;
use snow_bytecode::module::{FuncId, Module};
use snow_vm::abi::pool::PoolLayout;

use crate::own::Ownership;
use crate::signature::Convention;
use crate::waits::Waits;

/// What is known about a program.
pub struct Analysis<'m> {
    /// The program.
    pub module: &'m Module,
    /// Its layouts.
    pub layouts: &'m Layouts,
    /// The functions that are compiled.
    pub funcs: BTreeSet<FuncId>,
    /// Where the pool has what.
    pub pool: PoolLayout,
    /// How each function is called.
    pub conventions: Vec<Convention>,
    /// What is known about lists in the functions that are compiled.
    pub ownership: Ownership,
    /// Which functions may be suspended.
    pub waits: Waits,
    /// In how many places each function is called.
    pub calls: Vec<u32>,
}

impl<'m> Analysis<'m> {
    /// Looks at a program of which these functions are compiled.
    pub fn of(module: &'m Module, layouts: &'m Layouts, funcs: &[FuncId]) -> Analysis<'m> {
        Analysis {
            module,
            layouts,
            funcs: funcs.iter().copied().collect(),
            pool: PoolLayout::of(module),
            conventions: module.funcs.iter().map(Convention::of).collect(),
            ownership: Ownership::of(module, funcs),
            waits: Waits::of(module),
            calls: calls(module),
        }
    }
}

fn calls(module: &Module) -> Vec<u32> {
    let mut calls = vec![0; module.funcs.len()];
    for inst in module.funcs.iter().flat_map(|func| &func.code) {
        if let Inst::Call { func, .. } | Inst::TailCall { func, .. } = inst {
            calls[func.0 as usize] += 1;
        }
    }
    calls
}

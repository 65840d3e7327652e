//! From Core to bytecode: flat variables, reference counts, then registers and instructions in a row.

mod entries;
mod function;
mod hoist;
pub mod intrinsics;
mod jumps;
mod linear;
mod liveness;
mod moves;
mod registers;
mod sink;
#[cfg(test)]
mod tests;

use snow_bytecode::module::{FuncId, Module};
use snow_bytecode::verify::verify;

use crate::core::flat::{self, Result, internal};
use crate::core::{ir, rc};
use crate::diagnostics::FileSet;
use crate::syntax::ast::{FileId, Span};

/// Emits a monomorphic program. The module verifies; debug builds check that.
pub fn emit(program: ir::Program, files: &FileSet) -> Result<Module> {
    let mut flat = flat::flatten(program)?;
    flat::pressure::check(&flat)?;
    let counting = rc::Counting::begin(&mut flat);
    let entries = entries::own_exports(&mut flat, files);
    // One function after the other, so that only one of them is there in all its forms.
    let funcs = std::mem::take(&mut flat.funcs).into_iter().enumerate();
    let funcs = funcs.map(|(index, mut func)| {
        counting.count(&mut func, &flat.layouts);
        function::emit(func, FuncId(index as u32), files)
    });
    let module = Module {
        funcs: funcs.chain(entries).collect(),
        types: flat.types,
        consts: flat.consts,
        natives: flat.natives,
        exports: flat.exports,
        files: files
            .iter()
            .map(|(_, file)| file.path().to_owned())
            .collect(),
        entry: flat.entry,
    };
    if cfg!(debug_assertions) {
        check(&module)?;
    }
    Ok(module)
}

fn check(module: &Module) -> Result<()> {
    let nowhere = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };
    match verify(module) {
        Ok(_) => Ok(()),
        Err(error) => Err(internal(
            nowhere,
            format!("emitted code does not verify: {error}"),
        )),
    }
}

/// Flat code after reference counting, for tests.
#[cfg(test)]
fn dump(program: &ir::Program) -> String {
    let Ok(mut flat) = flat::flatten(program.clone()) else {
        return String::new();
    };
    let counting = rc::Counting::begin(&mut flat);
    let layouts = &flat.layouts;
    flat.funcs
        .iter_mut()
        .map(|func| {
            counting.count(func, layouts);
            flat::text::function(func)
        })
        .collect()
}

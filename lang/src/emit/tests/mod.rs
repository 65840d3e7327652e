//! Snapshots of what is emitted, and that everything emitted verifies.

mod build;
mod bytes;
mod moves_out;
mod random;
mod simple;

use crate::core::ir::Program;
use crate::diagnostics::FileSet;

/// The listing of a program's functions, but for `main`.
fn listing(program: &Program) -> String {
    let module = match super::emit(program.clone(), &FileSet::new()) {
        Ok(module) => module,
        Err(error) => panic!("{}\n{}", error.message, super::dump(program)),
    };
    let text = snow_bytecode::disasm::disassemble(&module);
    let functions = text
        .split_once("\nfn ")
        .map_or("", |(_, functions)| functions);
    let functions = functions.split("\nentry").next().unwrap_or_default();
    functions
        .split("\nfn ")
        .filter(|function| !function.contains("\"main\""))
        .collect::<Vec<_>>()
        .join("\n")
}

//! The door to the whole compiler: from a typed program to bytecode.

use snow_bytecode::module::Module;

use crate::core;
use crate::diagnostics::{FileSet, Sink};
use crate::emit;
use crate::typed::Program;

/// Compiles a checked program with a `main`. `None` when something was reported, which is then in the sink.
pub fn compile(program: &Program, files: &FileSet, sink: &mut Sink) -> Option<Module> {
    let core = core::build(program, sink)?;
    match emit::emit(&core, files) {
        Ok(module) => Some(module),
        Err(diagnostic) => {
            sink.push(*diagnostic);
            None
        }
    }
}
